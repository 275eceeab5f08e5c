import { matrixDocument, presentCsv, presentMarkdown, presentMatrix, presentMermaid, presentSvg } from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { onePort } from "../ports.ts";
import { judgePairs } from "../progress.ts";
import type { ExitCode } from "../refusal.ts";
import { addressesNamed, wantedPairs } from "../selection.ts";
import { openSubject, tellCoverage } from "../subject.ts";
import { viewsFor } from "../view.ts";

/** Who can reach whom, as a table. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  operandsOf([], 0, operands, "matrix");
  const wanted = wantedOutput(options, formatsOf.matrix);
  const subject = await openSubject(options, "matrix", "any-engines");
  const port = options.port === undefined ? undefined : onePort(options.port, subject.useCase?.ports ?? new Map());
  const pairs = wantedPairs(options, subject.names);
  const [view, ...others] = viewsFor(subject, {
    elsewhere: "left-out",
    addresses: addressesNamed(options, subject.names),
    many: options.full ? "apart" : "together",
  });
  for (const one of [view, ...others]) await judgePairs(one, pairs);
  const [first, ...rivals] = subject.asked.map(({ engine }) => engine.name);
  const document = matrixDocument(view, {
    stage: subject.stage,
    port,
    wanted: pairs,
    engine: first ?? "",
    others: others.map((other, i) => ({ engine: rivals[i] ?? "", view: other })),
  });
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
