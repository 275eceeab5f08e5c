import type { AskRow, CheckDocument, Coverage, ExplainDocument, FlowExplanation, ListDocument, ListRule, MatrixDocument, Place, PortsExplanation, Report, ReportDiagnostic, ReportStage } from "../types.ts";
import { legendOf, verdictCell } from "./cells.ts";
import { markdownCell } from "./escape.ts";
import { presentDiagnostics, presentFrame } from "./frame.ts";
import { blockTitle, gridOf, keyOf, pairText, type GridBlock, type GridCell, type GridRow } from "./grid.ts";
import { plainLook, type Look } from "./look.ts";
import { codeText, fenced, markdownTable, type MarkdownColumn } from "./markdown-parts.ts";
import { headline } from "./matrix.ts";
import { number } from "./numbers.ts";
import { nameSet } from "./names.ts";
import { pathsText } from "./paths.ts";
import {
  askBecause,
  brokenPairs,
  changeHeadline,
  changeLabel,
  changeSentence,
  conclusionSentence,
  counted,
  engineWords,
  intentWords,
  judgedAssertions,
  nameOf,
  policiesText,
  runHeadline,
  setNames,
  sizedName,
  violationLabel,
  violationSentence,
} from "./sentences.ts";
import { bySpace } from "./spaces.ts";

/** More rows or columns than this are told by namespaces. */
const mostEndpoints = 40;
const mostSpaces = 40;
/** Without devices under test every endpoint has a table of its own, as long as they are this few. */
const mostBlocks = 12;
/** In a grid longer than this, rows with equal cells fold, and it ends at `mostRows`. */
const foldAbove = 24;
const mostRows = 100;
const arrow = "→";
/** Code frames stand in a fence, as on a terminal of this width. */
const fenceLook: Look = { ...plainLook, width: 100 };

/** A document as GitHub's Markdown: for a job's summary, a comment, a wiki. What other people wrote is text in it and nothing else. */
export function presentMarkdown(document: MatrixDocument | ListDocument | ExplainDocument | CheckDocument | Report | readonly AskRow[]): string {
  const parts = partsOf(document).filter((part) => part !== "");
  return `${parts.join("\n\n")}\n`;
}

function partsOf(document: MatrixDocument | ListDocument | ExplainDocument | CheckDocument | Report | readonly AskRow[]): readonly string[] {
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
      return run(document);
  }
}

function matrix(document: MatrixDocument): readonly string[] {
  const title = `**${markdownCell(headline(document).trimEnd())}**`;
  const { endpoints, pairs, port } = document;
  if (endpoints.length > mostEndpoints) return [title, ...matrixOfSpaces(document)];
  const byPair = new Map<string, MatrixDocument["pairs"][number][]>();
  for (const pair of pairs) byPair.set(keyOf(pair.from, pair.to), [...(byPair.get(keyOf(pair.from, pair.to)) ?? []), pair]);
  const cellOf = (from: string, to: string): string => {
    const found = byPair.get(keyOf(from, to)) ?? [];
    if (port === undefined) return pairText(found);
    return found.map(({ family, allow, undetermined }) => `${family === undefined ? "" : `v${family}:`}${verdictCell(allow, undetermined)}`).join(" ");
  };
  const texts = endpoints.map((from) => endpoints.map((to) => cellOf(from.id, to.id)));
  const columns: MarkdownColumn[] = [{ head: "From, to" }, ...endpoints.map((_, i): MarkdownColumn => ({ head: String(i + 1) }))];
  const rows = endpoints.map((endpoint, i) => [`${i + 1} ${markdownCell(sizedName(endpoint, endpoint.name))}`, ...(texts[i] ?? []).map(markdownCell)]);
  const legend = port === undefined ? legendOf(texts.flat(), { breaks: false, differs: undefined }) : "";
  return [title, markdownTable(columns, rows), markdownCell(legend)];
}

function matrixOfSpaces(document: MatrixDocument): readonly string[] {
  const { spaces, left, cell } = bySpace(document, mostSpaces);
  const columns: MarkdownColumn[] = [{ head: "From, to" }, ...spaces.map((_, i): MarkdownColumn => ({ head: String(i + 1), align: "right" }))];
  const rows = spaces.map(({ name, size }, i) => [
    `${i + 1} ${markdownCell(name)} (${number(size)})`,
    ...spaces.map((to) => {
      const counts = cell(name, to.name);
      return counts === undefined ? "" : counts.open === counts.pairs ? "all" : counts.open === 0 ? "-" : number(counts.open);
    }),
  ]);
  const more = left === 0 ? "" : `, the ${spaces.length} most reachable, ${number(left)} left out`;
  return [`${number(document.endpoints.length)} rows are too many for a table: open pairs per namespace instead${more}.`, markdownTable(columns, rows)];
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
    rows.map((row) => [markdownCell(row.from), markdownCell(row.to), markdownCell(`${row.port}/${row.protocol}`), `**${row.verdict}**`, markdownCell(askBecause(row))]),
  );
}

function explanation({ stage, answers: all, notes }: ExplainDocument): readonly string[] {
  const families = new Set(all.map(({ family }) => family)).size > 1;
  const at = stage === undefined ? "" : ` at ${markdownCell(stage)}`;
  const parts = all.flatMap((answer) => {
    const where = `${at}${families ? ` in IPv${answer.family}` : ""}`;
    return answer.kind === "flow" ? flow(answer, where) : ports(answer, where);
  });
  return [...parts, notes.map((note) => `- ${markdownCell(note)}`).join("\n")];
}

function flow({ from, to, port, which, verdict, sides, help }: FlowExplanation, where: string): readonly string[] {
  const behind = which === undefined ? "" : `, which is ${markdownCell(which)},`;
  const rows = sides.map((side) => [side.direction, markdownCell(side.of), `**${side.verdict}**`, markdownCell(side.text), placeText(side.cited?.place)]);
  const frames = sides.flatMap((side) => side.frames).map((frame) => presentFrame(frame, fenceLook));
  return [
    `### ${markdownCell(from)} ${arrow} ${markdownCell(to)} ${markdownCell(port)}${behind}${where}: ${verdict}`,
    markdownTable(["Direction", "Of", "Verdict", "Because", "Place"].map((head) => ({ head })), rows),
    frames.length === 0 ? "" : fenced(frames.join("")),
    help === undefined ? "" : `Help: ${markdownCell(help)}`,
  ];
}

function ports({ from, to, summary, groups }: PortsExplanation, where: string): readonly string[] {
  return [
    `### ${markdownCell(from)} ${arrow} ${markdownCell(to)}${where}: ${markdownCell(summary)}`,
    markdownTable(["Verdict", "Ports", "Because"].map((head) => ({ head })), groups.map((group) => [`**${group.verdict}**`, markdownCell(group.ports), markdownCell(group.because)])),
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

function diagnosticsText(diagnostics: readonly ReportDiagnostic[]): string {
  return diagnostics.length === 0 ? "" : fenced(presentDiagnostics(diagnostics, fenceLook).replace(": --full prints them all", ""));
}

function coverageText({ text }: Coverage): string {
  return `Coverage: ${markdownCell(text)}`;
}

/** What was not read, or was assumed; what was read is in the line above. */
function ledger({ ledger: { skipped, assumed } }: Coverage): string {
  const rows = [
    ...skipped.map(({ what, effect, why, count, places }) => ["skipped", number(count), markdownCell(what), markdownCell(effect === "none" ? `none: ${why}` : effect), placesText(places)]),
    ...assumed.map(({ rule, what, count, places }) => ["assumed", number(count), markdownCell(rule), markdownCell(what), placesText(places)]),
  ];
  const columns: readonly MarkdownColumn[] = [{ head: "" }, { head: "Count", align: "right" }, { head: "What" }, { head: "Effect" }, { head: "Place" }];
  return rows.length === 0 ? "" : markdownTable(columns, rows);
}

function placesText([first, ...more]: readonly Place[]): string {
  return `${placeText(first)}${more.length === 0 ? "" : ` +${more.length}`}`;
}

function placeText(place: Place | undefined): string {
  return place === undefined ? "" : codeText(`${place.file}:${place.line}`);
}

/** What a reviewer wants to see of a run: the result, what is wrong, the intent by stage, what each stage changed, the grid, the coverage. */
function run(report: Report): readonly string[] {
  const { name, about, findings, stages, coverage, conclusion } = report;
  const failed = conclusion.findings === 0 ? "" : `, ${counted(conclusion.findings, "finding")}`;
  return [
    `## ${markdownCell(name)}: ${runHeadline(report)}${failed}`,
    about === undefined ? "" : markdownCell(about),
    diagnosticsText(findings),
    stageTable(report),
    intentTable(report),
    ...stages.map((stage, i) => stageText(report, stage, stages[i - 1])),
    ...gridTables(report),
    `${coverageText(coverage)}\n\n**${markdownCell(conclusionSentence(report))}**`,
  ];
}

function stageTable(report: Report): string {
  const judged = report.stages.some(({ broken }) => broken.length > 0);
  const right = (head: string): MarkdownColumn => ({ head, align: "right" });
  const columns = [{ head: "Stage" }, { head: "Policies" }, right("Open pairs"), ...(judged ? [right("Break the intent"), { head: "Intent" }] : [])];
  const rows = report.stages.map((stage) => [
    `**${stageName(stage)}**`,
    markdownCell(policiesText(stage)),
    `${number(stage.totals.open)} of ${number(stage.totals.pairs)}${stage.totals.undetermined === 0 ? "" : `, ${number(stage.totals.undetermined)} undetermined`}`,
    ...(judged ? [number(brokenPairs(stage)), intentWords(stage)] : []),
  ]);
  return markdownTable(columns, rows);
}

function intentTable(report: Report): string {
  const ids = judgedAssertions(report);
  if (ids.length === 0) return "";
  const columns = [{ head: "" }, { head: "Intent" }, ...report.stages.map((stage) => ({ head: stageName(stage) }))];
  const rows = ids.map((id) => [markdownCell(id), markdownCell(report.assertions.find((assertion) => assertion.id === id)?.text ?? "everything else"), ...report.stages.map((stage) => held(stage, id))]);
  return markdownTable(columns, rows);
}

function held({ broken, violations }: ReportStage, id: string): string {
  const pairs = broken.find(({ assertion }) => assertion === id)?.pairs ?? 0;
  const violation = violations.find(({ assertion }) => assertion === id);
  if (pairs > 0) return `**${counted(pairs, "pair")} !**`;
  if (violation === undefined) return "holds";
  return violation.status === "undetermined" ? "undetermined ?" : violation.severity === "warning" ? "warning" : "**violated !**";
}

function stageText(report: Report, stage: ReportStage, before: ReportStage | undefined): string {
  const { about, changes, violations, expected, paths } = stage;
  const names = setNames(report);
  const line = (label: string, sentence: string, place?: Place): string => `- ${label} ${markdownCell(sentence)}${place === undefined ? "" : ` (${placeText(place)})`}`;
  const held = expected.filter(({ holds }) => holds === "holds").length;
  const lines = [
    ...changes.map((change, i) => line(changeLabel(change), changeSentence(report, change, changes[i - 1], arrow), change.place)),
    ...violations.map((violation) => line(`**${violationLabel(violation)}**`, violationSentence(report, violation, arrow), violation.witness?.place)),
    ...(held === 0 ? [] : [line("expected:", `${held} of ${expected.length} rows hold`)]),
    ...expected.filter(({ holds }) => holds !== "holds").map(({ holds, text }) => line(`**${holds === "not-judged" ? "not judged" : holds === "undetermined" ? "undecided" : "violated"}**`, text)),
    ...paths
      .filter((path) => {
        const then = before?.paths.find(({ label }) => label === path.label);
        return then === undefined || pathsText(then, names) !== pathsText(path, names);
      })
      .map((path) => line(`${markdownCell(path.label)}:`, pathsText(path, names))),
  ];
  const parts = [`### ${stageName(stage)}: ${markdownCell(changeHeadline(stage, before))}`, about === undefined ? "" : markdownCell(about), lines.join("\n")];
  return parts.filter((part) => part !== "").join("\n\n");
}

function stageName({ number: position, name }: ReportStage): string {
  return `${position} ${markdownCell(name)}`;
}

function gridTables(report: Report): readonly string[] {
  const { endpoints, focus, stages, engines } = report;
  if (focus.length === 0 && endpoints.length > mostBlocks)
    return [`${number(endpoints.length)} rows and no device under test: no table of them is drawn here; \`netproof matrix --stage NAME\` has each stage.`];
  const { blocks, rows } = gridOf(report, { above: foldAbove });
  const shown = rows.slice(0, mostRows);
  const tables = blocks.map((block) => gridTable(report, block, shown));
  const cells = blocks.flatMap(({ cells: all }) => [...all.values()].flat()).filter((cell) => cell !== undefined);
  const legend = legendOf(
    cells.map(({ text }) => text),
    { breaks: cells.some(({ breaks }) => breaks !== undefined), differs: cells.some(({ differs }) => differs) ? "≠" : undefined },
  );
  const first = engines[0] ?? "";
  return [
    `### Who may reach what${engines.length > 1 ? `, as ${markdownCell(first)} says` : `, ${engineWords(report)}`}`,
    ...tables,
    rows.length > shown.length ? `${number(rows.length - shown.length)} more rows are left out: \`netproof run -o csv\` has them all.` : "",
    stages.length === 0 ? "" : markdownCell(legend),
  ];
}

function gridTable(report: Report, block: GridBlock, rows: readonly GridRow[]): string {
  const columns = [{ head: `**${markdownCell(blockTitle(report, block, arrow))}**` }, ...report.stages.map((stage) => ({ head: stageName(stage) }))];
  const body = rows
    .map(({ ids }) => ({ ids, cells: block.cells.get(ids[0] ?? "") ?? [] }))
    .filter(({ cells }) => cells.some((cell) => cell !== undefined))
    .map(({ ids, cells }) => [markdownCell(ids.length === 1 ? nameOf(report.endpoints, ids[0] ?? "") : nameSet(ids, setNames(report))), ...cells.map(markedCell)]);
  return markdownTable(columns, body);
}

function markedCell(cell: GridCell | undefined): string {
  if (cell === undefined) return "";
  const marks = `${cell.breaks === undefined ? "" : " **!**"}${cell.differs ? " **≠**" : ""}`;
  return markdownCell(cell.text) + marks;
}
