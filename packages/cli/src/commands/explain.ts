import { explainQuestion, presentExplain, presentMarkdown, type ExplainDocument, type Look } from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { openSubject, tellCoverage } from "../subject.ts";

/** One flow: the verdict, what decides on both ends, and what missed. Without a port: all of them, grouped. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [from = "", to = "", port] = operandsOf(["FROM", "TO", "PORT[/PROTOCOL]"], 2, operands, "explain");
  const wanted = wantedOutput(options, formatsOf.explain);
  const subject = await openSubject(options, "explain", "any-engines");
  const explained = explainQuestion({ from, to, port }, { ...subject, ports: subject.useCase?.ports ?? new Map() });
  if ("problem" in explained) throw new Refusal(explained.problem, explained.help);
  const document: ExplainDocument = { format: "netproof.explanation/1", stage: subject.stage, ...explained };
  const table = (look: Look): string => presentExplain(document, look);
  await writeAnswer(
    wanted,
    { table, wide: (look) => table({ ...look, full: true }), ...dataFormats(document), markdown: () => presentMarkdown(document) },
    options,
    subject.paths,
  );
  tellCoverage(subject, options);
  return 0;
}
