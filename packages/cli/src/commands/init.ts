import type { Options } from "../flags.ts";
import { Refusal, type ExitCode } from "../refusal.ts";

export async function run(_: Options, operands: readonly string[]): Promise<ExitCode> {
  throw new Refusal(`init is not built ${operands.join()}`);
}
