import type { Difference, Place, Report, ReportStage } from "../types.ts";
import { legendOf } from "./cells.ts";
import { markdownCell } from "./escape.ts";
import { blockTitle, gridOf, type GridBlock, type GridCell, type GridLimits, type GridRow } from "./grid.ts";
import { coverageText, diagnosticsText, markdownTable, placeText, type MarkdownColumn } from "./markdown-parts.ts";
import { nameSet } from "./names.ts";
import { number } from "./numbers.ts";
import { pathsText } from "./paths.ts";
import {
  brokenPairs,
  changeHeadline,
  changeLabel,
  changeSentence,
  conclusionSentence,
  counted,
  differenceSentence,
  differenceStanding,
  engineWords,
  intentWords,
  judgedAssertions,
  nameOf,
  openCount,
  policiesText,
  runHeadline,
  setNames,
  violationLabel,
  violationSentence,
} from "./sentences.ts";
import { standingMark, timeLines } from "./time.ts";

const limits: GridLimits = { foldAbove: 24, mostRows: 100, mostDevices: 12 };
const arrow = "→";

/** What a reviewer wants to see of a run: the result, what is wrong, the intent by stage, what each stage changed, the grid, the coverage. */
export function runParts(report: Report): readonly string[] {
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
  const columns = [
    { head: "Stage" },
    { head: "Policies" },
    right("Open pairs"),
    ...(judged ? [right("Break the intent"), { head: "Intent" }] : []),
  ];
  const rows = report.stages.map((stage) => [
    `**${stageName(stage)}**`,
    markdownCell(policiesText(stage)),
    `${openCount(stage, " ≠ ")} of ${number(stage.totals.pairs)}${stage.totals.undetermined === 0 ? "" : `, ${number(stage.totals.undetermined)} undetermined`}`,
    ...(judged ? [number(brokenPairs(stage)), intentWords(stage)] : []),
  ]);
  return markdownTable(columns, rows);
}

function intentTable(report: Report): string {
  const ids = judgedAssertions(report);
  if (ids.length === 0) return "";
  const columns = [{ head: "" }, { head: "Intent" }, ...report.stages.map((stage) => ({ head: stageName(stage) }))];
  const rows = ids.map((id) => [
    markdownCell(id),
    markdownCell(report.assertions.find((assertion) => assertion.id === id)?.text ?? "everything else"),
    ...report.stages.map((stage) => heldText(stage, id)),
  ]);
  return markdownTable(columns, rows);
}

function heldText({ broken, violations }: ReportStage, id: string): string {
  const pairs = broken.find(({ assertion }) => assertion === id)?.pairs ?? 0;
  const violation = violations.find(({ assertion }) => assertion === id);
  if (pairs > 0) return `**${counted(pairs, "pair")} !**`;
  if (violation === undefined) return "holds";
  return violation.status === "undetermined" ? "undetermined ?" : violation.severity === "warning" ? "warning" : "**violated !**";
}

function stageText(report: Report, stage: ReportStage, before: ReportStage | undefined): string {
  const { about, changes, violations, differences, expected, paths } = stage;
  const names = setNames(report);
  const line = (label: string, sentence: string, place?: Place): string =>
    `- ${label} ${markdownCell(sentence)}${place === undefined ? "" : ` (${placeText(place)})`}`;
  const held = expected.filter(({ holds }) => holds === "holds").length;
  const lines = [
    ...changes.map((change, i) => line(changeLabel(change), changeSentence(report, change, changes[i - 1], arrow), change.place)),
    ...violations.map((violation) =>
      line(`**${violationLabel(violation)}**`, violationSentence(report, violation, arrow), violation.witness?.place),
    ),
    ...differences.flatMap((difference) => differenceLines(report, difference)),
    ...(held === 0 ? [] : [line("expected:", `${held} of ${expected.length} rows hold`)]),
    ...expected
      .filter(({ holds }) => holds !== "holds")
      .map(({ holds, text }) =>
        line(`**${holds === "not-judged" ? "not judged" : holds === "undetermined" ? "undecided" : "violated"}**`, text),
      ),
    ...timeLines(report, stage, arrow).map((one) =>
      line(one.stands === "not-as-wanted" ? `**${one.label} !**` : `${one.label}${standingMark(one)}:`, one.sentence),
    ),
    ...paths
      .filter((path) => {
        const then = before?.paths.find(({ label }) => label === path.label);
        return then === undefined || pathsText(then, names) !== pathsText(path, names);
      })
      .map((path) => line(`${markdownCell(path.label)}:`, pathsText(path, names))),
  ];
  const parts = [
    `### ${stageName(stage)}: ${markdownCell(changeHeadline(stage, before))}`,
    about === undefined ? "" : markdownCell(about),
    lines.join("\n"),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Who differs and whether the file knows of it, then what each engine says. */
function differenceLines(report: Report, difference: Difference): readonly string[] {
  const { name, answers } = difference;
  const sentence = `${differenceSentence(report, difference, arrow)}; ${differenceStanding(difference)}`;
  return [
    `- **≠${name === undefined || name === "unexplained" ? "" : ` ${markdownCell(name)}`}** ${markdownCell(sentence)}`,
    ...answers.map(
      ({ engine, verdict, because, place }) =>
        `  - ${markdownCell(engine)}: ${verdict}, ${markdownCell(because)}${place === undefined ? "" : ` (${placeText(place)})`}`,
    ),
  ];
}

function stageName({ number: position, name }: ReportStage): string {
  return `${position} ${markdownCell(name)}`;
}

function gridTables(report: Report): readonly string[] {
  const { blocks, rows, leftOut } = gridOf(report, limits);
  const cells = blocks.flatMap(({ cells: all }) => [...all.values()].flat()).filter((cell) => cell !== undefined);
  const breaks = cells.some((cell) => cell.breaks !== undefined);
  const differs = cells.some((cell) => cell.differs) ? "≠" : undefined;
  const [first = ""] = report.engines;
  return [
    `### Who may reach what, ${markdownCell(report.engines.length > 1 ? `as ${first} says` : engineWords(report))}`,
    ...blocks.map((block) => gridTable(report, block, rows)),
    ...leftOut,
    markdownCell(
      legendOf(
        cells.map(({ text }) => text),
        { breaks, differs },
      ),
    ),
  ];
}

function gridTable(report: Report, block: GridBlock, rows: readonly GridRow[]): string {
  const columns = [
    { head: `**${markdownCell(blockTitle(report, block, arrow))}**` },
    ...report.stages.map((stage) => ({ head: stageName(stage) })),
  ];
  const body = rows
    .map(({ ids }) => ({ ids, cells: block.cells.get(ids[0] ?? "") ?? [] }))
    .filter(({ cells }) => cells.some((cell) => cell !== undefined))
    .map(({ ids, cells }) => [
      markdownCell(ids.length === 1 ? nameOf(report.endpoints, ids[0] ?? "") : nameSet(ids, setNames(report))),
      ...cells.map(markedCell),
    ]);
  return markdownTable(columns, body);
}

function markedCell(cell: GridCell | undefined): string {
  if (cell === undefined) return "";
  const marks = `${cell.breaks === undefined ? "" : " **!**"}${cell.differs ? " **≠**" : ""}`;
  return markdownCell(cell.text) + marks;
}
