import { dirname, join } from "node:path";
import { presentJson, useCaseSchema } from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { useCaseName, useCasePath } from "../input.ts";
import { operandsOf } from "../operands.ts";
import { writeWhole } from "../output.ts";
import type { ExitCode } from "../refusal.ts";
import { answer, talk } from "../terminal.ts";

const schemaName = "netproof.schema.json";

/** The JSON Schema of use-case files: printed, or with --write beside one, where editors find it. */
export async function run({ write }: Options, operands: readonly string[]): Promise<ExitCode> {
  const [file = useCaseName] = operandsOf(["FILE"], 0, operands, "schema");
  const text = presentJson(await useCaseSchema());
  if (!write) {
    answer(text);
    return 0;
  }
  const target = join(dirname(useCasePath(file)), schemaName);
  writeWhole(target, text);
  talk(`wrote ${target}; editors use it when the use case begins with\n# yaml-language-server: $schema=${schemaName}\n`);
  return 0;
}
