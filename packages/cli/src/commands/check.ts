import { presentCheck, presentMarkdown } from "@netproof/core/parts";
import { annotate } from "../annotations.ts";
import type { Options } from "../flags.ts";
import { wantedOutput, writeAnswer, type Formats } from "../output.ts";
import { checkDocument, isError, prepare, prepareUseCase } from "../prepare.ts";
import { operandsOf } from "../operands.ts";
import type { ExitCode } from "../refusal.ts";
import { dataFormats, formatsOf } from "../formats.ts";

/** Validates manifests and use cases, and judges nothing. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [file] = operandsOf(["FILE"], 0, operands, "check");
  const wanted = wantedOutput(options, formatsOf.check);
  const prepared = file === undefined ? await prepare(options, "check") : await prepareUseCase(file, options);
  const failed = prepared.diagnostics.some(isError);
  // Beside errors, a note on what else is missing would only be in the way.
  const document = checkDocument({
    ...prepared,
    diagnostics: prepared.diagnostics.filter(({ severity }) => !failed || severity !== "note"),
  });
  const judged = failed ? "not-judged" : "judged";
  const formats: Formats = {
    table: (look) => presentCheck(document, options.ledger ? "table" : "line", look, judged),
    ...dataFormats(document),
    markdown: () => presentMarkdown(document),
  };
  await writeAnswer(wanted, formats, options, prepared.paths);
  annotate(
    document.diagnostics.filter(({ severity }) => severity !== "note"),
    prepared.paths,
  );
  return judged === "judged" ? 0 : 2;
}
