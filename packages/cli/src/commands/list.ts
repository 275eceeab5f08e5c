import { listDocument, presentCsv, presentList, presentMarkdown, presentMermaid } from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { judgePairs } from "../progress.ts";
import type { ExitCode } from "../refusal.ts";
import { addressesNamed, wantedPairs } from "../selection.ts";
import { openSubject, tellCoverage } from "../subject.ts";
import { groupsFor, viewFor } from "../view.ts";

/** Who can reach whom, as rules a person would write, or pair by pair. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  operandsOf([], 0, operands, "list");
  const wanted = wantedOutput(options, formatsOf.list);
  const subject = await openSubject(options, "list");
  const pairs = wantedPairs(options, subject.names);
  const withElsewhere = subject.useCase === undefined || options.elsewhere;
  const view = viewFor(subject, {
    elsewhere: withElsewhere ? "cut-into-ranges" : "left-out",
    addresses: addressesNamed(options, subject.names),
    many: "apart",
  });
  await judgePairs(view, pairs);
  const document = listDocument(subject.calculation, view, {
    stage: subject.stage,
    wanted: pairs,
    form: options.pairs ? "flat" : "grouped",
    groups: groupsFor(subject, view),
  });
  const form = options.pairs ? "pairs" : "rules";
  await writeAnswer(
    wanted,
    {
      table: (look) => presentList(document, form, "narrow", look),
      wide: (look) => presentList(document, form, "wide", look),
      ...dataFormats(document),
      csv: (look) => presentCsv(document, look),
      markdown: () => presentMarkdown(document),
      mermaid: () => presentMermaid(document),
    },
    options,
    subject.paths,
  );
  tellCoverage(subject, options, withElsewhere ? "" : "; elsewhere is not listed (--elsewhere)");
  return 0;
}
