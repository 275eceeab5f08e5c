import type {
  AskRow,
  CheckDocument,
  ComparedExplanation,
  Coverage,
  ExplainDocument,
  Explanation,
  FlowExplanation,
  ListDocument,
  ListRule,
  MatrixDocument,
  Place,
  PortsExplanation,
  Report,
  SideExplanation,
} from "../types.ts";
import { legendOf } from "./cells.ts";
import { walkLines } from "./contrail-walk.ts";
import { markdownCell } from "./escape.ts";
import { comparedResult, differenceText, resultOf } from "./explain.ts";
import { frameLines, presentFrame } from "./frame.ts";
import { coverageText, diagnosticsText, fenced, fenceLook, markdownTable, placeText, type MarkdownColumn } from "./markdown-parts.ts";
import { runParts } from "./markdown-run.ts";
import { matrixTable, unnamedColumns } from "./matrix-table.ts";
import { headline } from "./matrix.ts";
import { number } from "./numbers.ts";
import { askBecause, counted } from "./sentences.ts";

/** More rows or columns than this fold, or are told by namespaces. */
const mostLines = 40;
const arrow = "→";

/** A document as GitHub's Markdown: for a job's summary, a comment, a wiki. What other people wrote is text in it and nothing else. */
export function presentMarkdown(
  document: MatrixDocument | ListDocument | ExplainDocument | CheckDocument | Report | readonly AskRow[],
): string {
  const parts = partsOf(document).filter((part) => part !== "");
  return `${parts.join("\n\n")}\n`;
}

function partsOf(
  document: MatrixDocument | ListDocument | ExplainDocument | CheckDocument | Report | readonly AskRow[],
): readonly string[] {
  if (!("format" in document)) return [answers(document)];
  switch (document.format) {
    case "netproof.matrix/1":
      return matrix(document);
    case "netproof.list/1":
      return list(document);
    case "netproof.explanation/1":
      return explanation(document);
    case "netproof.check/1":
      return check(document);
    case "netproof.report/1":
      return runParts(document);
  }
}

function matrix(document: MatrixDocument): readonly string[] {
  const table = matrixTable(document, mostLines);
  const found = table.rows.map((row) => table.columns.map((column) => table.cell(row, column)));
  const cells = found.map((row) => row.map((one) => one?.text ?? ""));
  const columns: MarkdownColumn[] = [
    { head: "From, to" },
    ...table.columns.map(({ position }): MarkdownColumn => ({ head: String(position) })),
  ];
  const rows = table.rows.map(({ label }, i) => [
    markdownCell(label),
    ...(found[i] ?? []).map((one) => (one === undefined ? "" : markdownCell(one.text) + (one.differs ? " **≠**" : ""))),
  ]);
  const unnamed = unnamedColumns(table).map(({ label }) => markdownCell(label));
  const legend =
    table.content === "ports"
      ? legendOf(cells.flat(), { breaks: false, differs: found.flat().some((one) => one?.differs) ? "≠" : undefined })
      : "";
  return [
    `**${markdownCell(headline(document).trimEnd())}**`,
    markdownCell(table.note ?? ""),
    markdownTable(columns, rows),
    unnamed.length === 0 ? "" : `Columns: ${unnamed.join(", ")}`,
    markdownCell(legend),
  ];
}

function list({ stage, rules, groups, totals }: ListDocument): readonly string[] {
  const at = stage === undefined ? "" : `${markdownCell(stage)}: `;
  const title = `**${at}${counted(rules.length, "rule")} ${rules.length === 1 ? "opens" : "open"} ${number(totals.open)} of ${counted(totals.pairs, "pair")}, everything else between them is closed**`;
  const families = rules.some(({ family }) => family !== undefined);
  const columns = ["From", "To", "Ports", ...(families ? ["Family"] : []), "Because", "Place"].map((head) => ({ head }));
  const rows = rules.map((rule) => [
    rule.from.map(markdownCell).join("<br>"),
    rule.to.map(markdownCell).join("<br>"),
    portsText(rule),
    ...(families ? [rule.family === undefined ? "" : `IPv${rule.family}`] : []),
    markdownCell(rule.because),
    placeText(rule.place),
  ]);
  const spelled = groups.map(({ name, members }) => `- **${markdownCell(name)}**: ${members.map(markdownCell).join(", ")}`).join("\n");
  return [title, markdownTable(columns, rows), spelled];
}

function portsText({ ports, verdict }: ListRule): string {
  return markdownCell(verdict === "allow" ? ports : `? ${ports}`);
}

function answers(rows: readonly AskRow[]): string {
  const columns = ["From", "To", "Port", "Verdict", "Because"].map((head) => ({ head }));
  return markdownTable(
    columns,
    rows.map((row) => [
      markdownCell(row.from),
      markdownCell(row.to),
      markdownCell(`${row.port}/${row.protocol}`),
      `**${row.verdict}**`,
      markdownCell(askBecause(row)),
    ]),
  );
}

function explanation({ stage, answers: all, notes }: ExplainDocument): readonly string[] {
  const families = new Set(all.map(({ family }) => family)).size > 1;
  const at = stage === undefined ? "" : ` at ${markdownCell(stage)}`;
  const parts = all.flatMap((answer) => {
    const where = `${at}${families ? ` in IPv${answer.family}` : ""}`;
    if (answer.kind === "compared") return compared(answer, where);
    return [`### ${question(answer)}${where}: ${markdownCell(resultOf(answer))}`, ...explained(answer)];
  });
  return [...parts, notes.map((note) => `- ${markdownCell(note)}`).join("\n")];
}

function question(answer: ExplainDocument["answers"][number]): string {
  const [port, which] = answer.kind === "ports" ? [undefined, undefined] : [answer.port, answer.which];
  const ends = `${markdownCell(answer.from)} ${arrow} ${markdownCell(answer.to)}${port === undefined ? "" : ` ${markdownCell(port)}`}`;
  return `${ends}${which === undefined ? "" : `, which is ${markdownCell(which)},`}`;
}

function compared(answer: ComparedExplanation, where: string): readonly string[] {
  return [
    `### ${question(answer)}${where}: ${markdownCell(comparedResult(answer, "≠"))}`,
    ...answer.answers.flatMap(({ engine, version, difference, explanation: one }) => {
      const why = [differenceText(difference), version === undefined ? "" : `(profile ${version})`].filter((part) => part !== "").join(" ");
      return [
        `**${markdownCell(engine)}**: ${markdownCell(resultOf(one))}${why === "" ? "" : `, ${markdownCell(why)}`}`,
        ...explained(one),
      ];
    }),
  ];
}

function explained(one: Explanation): readonly string[] {
  switch (one.kind) {
    case "flow":
      return flow(one);
    case "walk":
      return [fenced(walkLines(one, "counts", "", fenceLook))];
    case "ports":
      return allPorts(one);
  }
}

function flow({ sides, help }: FlowExplanation): readonly string[] {
  const columns = ["Direction", "Of", "Verdict", "Because", "Place"].map((head) => ({ head }));
  const frames = sides.map(framesOf).join("");
  return [
    markdownTable(columns, sides.flatMap(sideRows)),
    frames === "" ? "" : fenced(frames),
    help === undefined ? "" : `Help: ${markdownCell(help)}`,
  ];
}

/** One row, and one for each tier that was asked. */
function sideRows({ direction, of, verdict, text, tiers, cited }: SideExplanation): readonly (readonly string[])[] {
  return [
    [direction, markdownCell(of), `**${verdict}**`, markdownCell(text), placeText(cited?.place)],
    ...tiers.map((one) => ["", one.tier, "", markdownCell(one.text), placeText(one.place)]),
  ];
}

function framesOf({ decides, frames }: SideExplanation): string {
  return (decides === undefined ? "" : frameLines([decides], fenceLook)) + frames.map((frame) => presentFrame(frame, fenceLook)).join("");
}

function allPorts({ groups }: PortsExplanation): readonly string[] {
  return [
    markdownTable(
      ["Verdict", "Ports", "Because"].map((head) => ({ head })),
      groups.map((group) => [`**${group.verdict}**`, markdownCell(group.ports), markdownCell(group.because)]),
    ),
  ];
}

function check({ diagnostics, coverage }: CheckDocument): readonly string[] {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").length;
  const files = new Set(errors.map(({ frame }) => frame?.place.file)).size;
  const title =
    errors.length > 0
      ? `${counted(errors.length, "error")} in ${counted(files, "file")}, nothing was judged`
      : `No error${warnings === 0 ? "" : `, ${counted(warnings, "warning")}`}`;
  return [`## ${title}`, diagnosticsText(diagnostics), coverageText(coverage), ledger(coverage)];
}

/** What was not read, or was assumed; what was read is in the line above. */
function ledger({ ledger: { skipped, assumed } }: Coverage): string {
  const rows = [
    ...skipped.map(({ what, effect, why, count, places }) => [
      "skipped",
      number(count),
      markdownCell(what),
      markdownCell(effect === "none" ? `none: ${why}` : effect),
      placesText(places),
    ]),
    ...assumed.map(({ rule, what, count, places }) => [
      "assumed",
      number(count),
      markdownCell(rule),
      markdownCell(what),
      placesText(places),
    ]),
  ];
  const columns: readonly MarkdownColumn[] = [
    { head: "" },
    { head: "Count", align: "right" },
    { head: "What" },
    { head: "Effect" },
    { head: "Place" },
  ];
  return rows.length === 0 ? "" : markdownTable(columns, rows);
}

function placesText([first, ...more]: readonly Place[]): string {
  return `${placeText(first)}${more.length === 0 ? "" : ` +${more.length}`}`;
}
