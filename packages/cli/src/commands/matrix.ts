import { matrixDocument, presentCsv, presentMarkdown, presentMatrix, presentMermaid, presentSvg } from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { onePort } from "../ports.ts";
import { judgePairs } from "../progress.ts";
import type { ExitCode } from "../refusal.ts";
import { wantedPairs } from "../selection.ts";
import { openSubject, tellCoverage } from "../subject.ts";
import { viewFor } from "../view.ts";

/** Who can reach whom, as a table. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  operandsOf([], 0, operands, "matrix");
  const wanted = wantedOutput(options, formatsOf.matrix);
  const subject = await openSubject(options, "matrix");
  const port = options.port === undefined ? undefined : onePort(options.port, subject.useCase?.ports ?? new Map());
  const pairs = wantedPairs(options, subject.names);
  const view = viewFor(subject, "left-out");
  await judgePairs(view, pairs);
  const document = matrixDocument(view, { stage: subject.stage, port, wanted: pairs });
  await writeAnswer(
    wanted,
    {
      table: (look) => presentMatrix(document, look),
      wide: (look) => presentMatrix(document, { ...look, full: true }),
      ...dataFormats(document),
      csv: (look) => presentCsv(document, look),
      markdown: () => presentMarkdown(document),
      mermaid: () => presentMermaid(document),
      svg: () => presentSvg(document),
    },
    options,
    subject.paths,
  );
  tellCoverage(subject, options);
  return 0;
}
