import type { Difference, Report, ReportEndpoint, ReportRow, ReportStage, Violation } from "../types.ts";
import { cellText, legendOf, paintMarked } from "./cells.ts";
import { presentCoverage, presentLedger } from "./check.ts";
import { safeText } from "./escape.ts";
import { presentDiagnostics } from "./frame.ts";
import { differingKeys, keyOf } from "./grid.ts";
import { plainPaint, type Look } from "./look.ts";
import { number } from "./numbers.ts";
import { nameSet } from "./names.ts";
import { pathsText } from "./paths.ts";
import {
  addressText,
  brokenPairs,
  changeHeadline,
  changeLabel,
  changeSentence,
  conclusionSentence,
  counted,
  differenceCount,
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
  sizedName,
  violationLabel,
  violationSentence,
} from "./sentences.ts";
import { fill, pad, shorten, table, wrap, type Cell } from "./table.ts";
import { standingMark, timeLines } from "./time.ts";

/** More stages than this, or fewer columns than `sideBySide`, and the groups of the grid stand below each other. */
const mostStagesBeside = 6;
const sideBySide = 74;
/** More rows than this are told by namespace, unless everything is wanted. */
const mostEndpoints = 40;
/** More assertions than this have no column each. */
const mostAssertions = 8;
/** Four or more equal rows fold. */
const foldFrom = 4;

/** The whole report: environment, intent, stages side by side, what each stage changed, findings, conclusion. */
export function presentRun(report: Report, look: Look, ledger: "line" | "table" = "line"): string {
  const sections = [
    headline(report, look) + environment(report, look),
    report.assertions
      .map(({ id, text }) => `${wrap(`${safeText(id)}  ${safeText(text)}`, look, " ".repeat(look.measure(safeText(id)) + 2))}\n`)
      .join(""),
    stageTable(report, look),
    grid(report, look),
    report.stages.map((stage, i) => stageBlock(report, stage, report.stages[i - 1], look)).join(""),
    presentDiagnostics(report.findings, look),
    `${ledger === "table" ? `${presentLedger(report.coverage, look)}\n` : presentCoverage(report.coverage, look)}${look.paint.strong(fill(conclusionSentence(report), look))}\n`,
  ];
  return sections.filter((section) => section !== "").join("\n");
}

/** One line per stage. */
export function presentRunQuiet({ stages }: Report, look: Look): string {
  const rows = stages.map((stage): readonly Cell[] => {
    const broken = brokenPairs(stage);
    return [
      stage.name,
      intentWords(stage),
      [broken === 0 ? "" : `${number(broken)} ${broken === 1 ? "pair breaks" : "pairs break"} the intent`, differenceCount(stage)]
        .filter((part) => part !== "")
        .join(", "),
    ];
  });
  return table([{ head: "" }, { head: "" }, { head: "" }], rows, { ...look, headers: false });
}

function headline(report: Report, look: Look): string {
  const sentence = wrap(`${safeText(report.name)}: ${runHeadline(report)}; ${engineWords(report)}`, look);
  return `${sentence.replace(/^[^:]*/, (name) => look.paint.strong(name))}\n`;
}

function environment({ endpoints }: Report, look: Look): string {
  if (endpoints.length > mostEndpoints && !look.full) return namespacesOf(endpoints, look);
  const firstAddress = (endpoint: ReportEndpoint): string => addressText({ ...endpoint, addresses: endpoint.addresses.slice(0, 1) });
  return firstThatFits(
    [
      (own) => environmentOf(endpoints, addressText, " under test", own),
      (own) => environmentOf(endpoints, addressText, "under test", own),
      (own) => environmentOf(endpoints, firstAddress, "under test", own),
      (own) => environmentOf(endpoints, undefined, "under test", own),
      (own) => environmentOf(endpoints, undefined, "test", own),
    ],
    look,
  );
}

function environmentOf(
  endpoints: readonly ReportEndpoint[],
  addressOf: ((endpoint: ReportEndpoint) => string) | undefined,
  underTest: string,
  look: Look,
): string {
  const roles = endpoints.some(({ about }) => about !== undefined);
  const tested = endpoints.some((endpoint) => endpoint.underTest);
  const columns = [
    "NAMESPACE",
    "NAME",
    ...(addressOf === undefined ? [] : ["ADDRESS"]),
    ...(roles ? ["ROLE"] : []),
    ...(tested ? [""] : []),
  ];
  const rows = endpoints.map((endpoint): readonly Cell[] => [
    endpoint.kind === "pods" ? endpoint.namespace : endpoint.kind === "node" ? "node" : "outside",
    {
      text: sizedName(endpoint, endpoint.name.includes("/") ? endpoint.name.slice(endpoint.name.indexOf("/") + 1) : endpoint.name),
      ...(endpoint.underTest ? { paint: look.paint.strong } : {}),
    },
    ...(addressOf === undefined ? [] : [addressOf(endpoint)]),
    ...(roles ? [endpoint.about ?? ""] : []),
    ...(tested ? [endpoint.underTest ? underTest : ""] : []),
  ]);
  return table(
    columns.map((head) => ({ head })),
    rows,
    look,
  );
}

function namespacesOf(endpoints: readonly ReportEndpoint[], look: Look): string {
  const spaces = new Map<string, { rows: number; pods: number }>();
  for (const { kind, namespace, size } of endpoints) {
    const name = kind === "pods" ? namespace : kind === "node" ? "nodes" : "outside";
    const space = spaces.get(name) ?? { rows: 0, pods: 0 };
    spaces.set(name, { rows: space.rows + 1, pods: space.pods + size });
  }
  const rows = [...spaces].map(([name, { rows: count, pods }]) => [name, number(count), number(pods)]);
  return table([{ head: "NAMESPACE" }, { head: "ROWS", align: "right" }, { head: "ENDPOINTS", align: "right" }], rows, look);
}

/** Where it is too wide, the pairs per assertion are left to the blocks of the stages, then the namespaces of policies, then their names. */
function stageTable(report: Report, look: Look): string {
  const shown = judgedAssertions(report);
  const perAssertion = shown.length <= mostAssertions ? shown : [];
  return firstThatFits(
    [
      (own) => stageTableOf(report, perAssertion, policiesText, own),
      (own) => stageTableOf(report, [], policiesText, own),
      (own) => stageTableOf(report, [], shortPolicies, own),
      (own) => stageTableOf(report, [], countedPolicies, own),
      (own) => stageTableOf(report, [], countedPolicies, own, (stage) => intentWords(stage).replace("as declared", "declared")),
    ],
    look,
  );
}

/** The first form that is not too wide; the last one if all are. */
function firstThatFits(forms: readonly ((look: Look) => string)[], look: Look): string {
  const plain = { ...look, paint: plainPaint };
  const fits = (text: string): boolean => text.split("\n").every((line) => look.measure(line) <= look.width);
  const form = forms.find((make) => fits(make(plain))) ?? forms.at(-1);
  return form?.(look) ?? "";
}

function shortPolicies(stage: ReportStage): string {
  return policiesText(stage).replace(/(?<=^. )[^/ ]*\//, "");
}

/** `+1 ~2`. */
function countedPolicies({ policies, policyCount }: ReportStage): string {
  const marks = policies.map(({ change }) => (change === "applied" ? "+" : change === "replaced" ? "~" : "-"));
  const counts = ["+", "~", "-"]
    .map((mark) => ({ mark, count: marks.filter((one) => one === mark).length }))
    .filter(({ count }) => count > 0);
  if (counts.length === 0) return policyCount === 0 ? "none" : `${number(policyCount)} in force`;
  return counts.map(({ mark, count }) => `${mark}${count}`).join(" ");
}

function stageTableOf(
  { stages }: Report,
  perAssertion: readonly string[],
  policies: (stage: ReportStage) => string,
  look: Look,
  intent = intentWords,
): string {
  const judged = stages.some(({ broken }) => broken.length > 0);
  let total = -1;
  const rows = stages.map((stage): readonly Cell[] => {
    const { totals } = stage;
    const count = openCount(stage, look.glyphs.differs);
    const open = totals.pairs === total ? count : `${count} of ${number(totals.pairs)}`;
    total = totals.pairs;
    return [
      { text: `${stage.number} ${stage.name}`, paint: look.paint.strong },
      policies(stage),
      open,
      ...(judged
        ? [
            number(brokenPairs(stage)),
            ...perAssertion.map((id) => number(stage.broken.find(({ assertion }) => assertion === id)?.pairs ?? 0)),
            intent(stage),
          ]
        : []),
    ];
  });
  const right = (head: string): { readonly head: string; readonly align: "right" } => ({ head, align: "right" });
  const columns = [
    { head: "STAGE" },
    { head: "POLICIES" },
    right("OPEN"),
    ...(judged ? [right("BREAK"), ...perAssertion.map(right), { head: "INTENT" }] : []),
  ];
  return table(columns, rows, look);
}

interface Block {
  readonly caption: string;
  /** One text per stage, by the row's id; absent where the pair is no question. */
  readonly cells: ReadonlyMap<string, readonly string[]>;
}

interface GridRow {
  readonly label: string;
  readonly ids: readonly string[];
}

/** Sources by devices under test, then what these open; stages are columns. Without a device under test, every endpoint is one. */
function grid(report: Report, look: Look): string {
  const { endpoints, focus, stages } = report;
  const everything = look.full || focus.length === 0;
  if (endpoints.length > mostEndpoints && !look.full && focus.length === 0) return "";
  const targets = everything ? endpoints.map(({ id }) => id) : focus;
  const others = endpoints.map(({ id }) => id).filter((id) => !focus.includes(id));
  const into: GridTable = { head: "FROM", blocks: targets.map((id) => block(report, "to", id, look)), ids: endpoints.map(({ id }) => id) };
  const outOf: GridTable = { head: "TO", blocks: focus.map((id) => block(report, "from", id, look)), ids: others };
  const drawn = drawTables(report, everything ? [into] : [into, outOf], look);
  const isShown = ({ from, to }: ReportRow): boolean => everything || focus.includes(from) || focus.includes(to);
  const cells = stages.flatMap(({ surveys }) => (surveys[0]?.rows ?? []).filter(isShown));
  const differs = stages.some((stage) => {
    const differing = differingKeys(stage);
    return stage.surveys[0]?.rows.some((row) => isShown(row) && differing.has(keyOf(row.from, row.to)));
  });
  const legend = legendOf(
    cells.map(({ allow, undetermined }) => cellText(allow, undetermined)),
    { breaks: cells.some(({ breaks }) => breaks !== undefined), differs: differs ? look.glyphs.differs : undefined },
  );
  return `${drawn}${look.paint.quiet(wrap(legend, look))}\n`;
}

function block({ endpoints, stages }: Report, side: "to" | "from", device: string, { glyphs }: Look): Block {
  const cells = new Map<string, string[]>();
  stages.forEach((one, stage) => {
    const differing = differingKeys(one);
    for (const row of one.surveys[0]?.rows ?? []) {
      const [own, other] = side === "to" ? [row.to, row.from] : [row.from, row.to];
      if (own !== device) continue;
      const texts = cells.get(other) ?? stages.map(() => "");
      texts[stage] = joinFamilies(texts[stage] ?? "", row);
      cells.set(other, texts);
    }
    for (const [other, texts] of cells) {
      const key = side === "to" ? keyOf(other, device) : keyOf(device, other);
      if (differing.has(key)) texts[stage] += glyphs.differs;
    }
  });
  return { caption: `${side} ${nameOf(endpoints, device)}`, cells };
}

function joinFamilies(before: string, { allow, undetermined, family, breaks }: ReportRow): string {
  const text = `${family === undefined ? "" : `v${family}:`}${cellText(allow, undetermined)}${breaks === undefined ? "" : "!"}`;
  return before === "" ? text : `${before} ${text}`;
}

interface GridTable {
  readonly head: "FROM" | "TO";
  readonly blocks: readonly Block[];
  readonly ids: readonly string[];
}

/** Tables below each other, their columns in one line. */
function drawTables(report: Report, tables: readonly GridTable[], look: Look): string {
  const stageCount = report.stages.length;
  const blocks = tables.flatMap((one) => one.blocks);
  const longest = Math.max(3, ...blocks.flatMap(({ cells }) => [...cells.values()].flat().map((cell) => look.measure(cell))));
  const cellWidth = longest + (longest >= 4 ? 1 : 2);
  const room = Math.max(12, look.width - cellWidth * stageCount - 4);
  const folded = tables.map(({ head, blocks: own, ids }) => ({
    head,
    blocks: own,
    rows: foldedRows(report, own, ids, look).map((row) => ({ ...row, label: look.terminal ? shorten(row.label, room, look) : row.label })),
  }));
  const longestLabel = Math.max("FROM".length, ...folded.flatMap(({ rows }) => rows.map(({ label }) => look.measure(label))));
  const labelWidth = longestLabel + (longestLabel + 4 + cellWidth * stageCount <= look.width ? 4 : 2);
  const blockWidth = Math.max(cellWidth * stageCount, ...blocks.map(({ caption }) => look.measure(caption))) + 4;
  const perLine =
    stageCount > mostStagesBeside || look.width < sideBySide ? 1 : Math.max(1, Math.floor((look.width - labelWidth + 4) / blockWidth));
  const numbers = report.stages
    .map(({ number: stage }) => pad(String(stage), cellWidth, look))
    .join("")
    .trimEnd();
  const heading = { plain: numbers, painted: look.paint.quiet(numbers) };
  const lines: string[] = [];
  for (const { head, blocks: own, rows } of folded) {
    for (let start = 0; start < own.length; start += perLine) {
      const beside = own.slice(start, start + perLine);
      const captions = beside.map(({ caption }) => ({ plain: safeText(caption), painted: look.paint.strong(safeText(caption)) }));
      lines.push(joinLine("", labelWidth, captions, blockWidth, look));
      if (look.headers)
        lines.push(
          joinLine(
            head,
            labelWidth,
            beside.map(() => heading),
            blockWidth,
            look,
          ),
        );
      for (const { label, ids } of rows) {
        lines.push(
          joinLine(
            label,
            labelWidth,
            beside.map(({ cells }) => cellsText(cells.get(ids[0] ?? "") ?? [], cellWidth, look)),
            blockWidth,
            look,
          ),
        );
      }
    }
  }
  return lines.join("");
}

interface Painted {
  readonly plain: string;
  readonly painted: string;
}

function cellsText(cells: readonly string[], width: number, look: Look): Painted {
  const last = cells.findLastIndex((cell) => cell !== "");
  const shown = cells.slice(0, last + 1);
  const painted = shown.map((cell, i) => {
    const padding = i === last ? "" : " ".repeat(Math.max(0, width - look.measure(cell)));
    const base = paintMarked(cell, look);
    const differs = i > 0 && cell !== shown[i - 1] && shown[i - 1] !== "";
    return (differs ? look.paint.changed(base) : base) + padding;
  });
  return { plain: shown.map((cell, i) => (i === last ? cell : pad(cell, width, look))).join(""), painted: painted.join("") };
}

function joinLine(label: string, labelWidth: number, blocks: readonly Painted[], blockWidth: number, look: Look): string {
  const last = blocks.findLastIndex(({ plain }) => plain !== "");
  const parts = blocks
    .slice(0, last + 1)
    .map(({ plain, painted }, i) => (i === last ? painted : painted + " ".repeat(Math.max(0, blockWidth - look.measure(plain)))));
  return `${(parts.length === 0 ? safeText(label) : pad(safeText(label), labelWidth, look)) + parts.join("")}\n`;
}

/** Rows whose cells are all equal fold from four on. */
function foldedRows(report: Report, blocks: readonly Block[], all: readonly string[], look: Look): readonly GridRow[] {
  // A row that is no question in any block (the only device under test, seen from itself) says nothing.
  const ids = all.filter((id) => blocks.some(({ cells }) => cells.get(id)?.some((cell) => cell !== "")));
  const named = (id: string): string => nameOf(report.endpoints, id);
  if (look.full) return ids.map((id) => ({ label: named(id), ids: [id] }));
  const alike = new Map<string, string[]>();
  for (const id of ids) {
    const key = JSON.stringify(blocks.map(({ cells }) => cells.get(id) ?? null));
    alike.set(key, [...(alike.get(key) ?? []), id]);
  }
  const folds = [...alike.values()].filter((members) => members.length >= foldFrom);
  return ids.flatMap((id) => {
    const fold = folds.find((members) => members.includes(id));
    if (fold === undefined) return [{ label: named(id), ids: [id] }];
    return fold[0] === id ? [{ label: nameSet(fold, setNames(report)), ids: fold }] : [];
  });
}

function stageBlock(report: Report, stage: ReportStage, before: ReportStage | undefined, look: Look): string {
  const head = `${stage.number} ${look.paint.strong(safeText(stage.name))}: ${changeHeadline(stage, before)}\n`;
  const changes = changeLines(report, stage, look);
  const violations = stage.violations.map((violation) => violationLine(report, violation, look)).join("");
  const differences = differenceLines(report, stage, look);
  const expected = expectedLines(stage, look);
  const names = setNames(report);
  const data = stage.paths
    .map((path) => ({ label: path.label, text: pathsText(path, names), before: before?.paths.find(({ label }) => label === path.label) }))
    .filter(({ text, before: then }) => then === undefined || pathsText(then, names) !== text)
    .map(({ label, text }) => labelled(label, safeText(text), look))
    .join("");
  const time = timeLines(report, stage, look.glyphs.arrow)
    .map((line) => labelled(line.label, safeText(line.sentence + standingMark(line)), look))
    .join("");
  return head + changes + violations + differences + expected + time + data;
}

function changeLines(report: Report, { changes }: ReportStage, look: Look): string {
  return changes
    .map((change, i) => {
      const { place } = change;
      return labelled(
        changeLabel(change),
        safeText(changeSentence(report, change, changes[i - 1], look.glyphs.arrow)),
        look,
        place && `${place.file}:${place.line}`,
      );
    })
    .join("");
}

function violationLine(report: Report, violation: Violation, look: Look): string {
  return labelled(violationLabel(violation), safeText(violationSentence(report, violation, look.glyphs.arrow)), look);
}

/** More ways to differ than this at one stage are counted. */
const mostDifferences = 6;

function differenceLines(report: Report, { differences }: ReportStage, look: Look): string {
  const shown = look.full ? differences : differences.slice(0, mostDifferences);
  const left = differences.length - shown.length;
  const more = left === 0 ? "" : labelled(look.glyphs.differs, `${left} more ${left === 1 ? "way" : "ways"} to differ: --full`, look);
  return shown.map((difference) => differenceBlock(report, difference, look)).join("") + more;
}

/** Who differs, one line per engine, and whether the file knows of it. */
function differenceBlock(report: Report, difference: Difference, look: Look): string {
  const { name, answers } = difference;
  const label = name === undefined || name === "unexplained" ? look.glyphs.differs : `${look.glyphs.differs} ${name}`;
  const head = labelled(label, safeText(differenceSentence(report, difference, look.glyphs.arrow)), look);
  const engineWidth = Math.max(...answers.map(({ engine }) => look.measure(safeText(engine))));
  const verdictWidth = Math.max(...answers.map(({ verdict }) => verdict.length));
  const lines = answers.map(({ engine, verdict, because, place }) => {
    const left = `    ${pad(safeText(engine), engineWidth, look)}  ${verdict.padEnd(verdictWidth)}  `;
    const indent = " ".repeat(look.measure(left));
    const at = place === undefined ? "" : safeText(`${place.file}:${place.line}`);
    const gap = look.width - look.measure(left) - look.measure(safeText(because)) - look.measure(at);
    // Where the sentence takes the whole line its place is left to `explain`.
    if (at !== "" && gap >= 2) return `${left}${safeText(because)}${" ".repeat(gap)}${look.paint.place(at)}\n`;
    return `${left}${fill(safeText(because), { ...look, width: look.width - look.measure(left) }, "").replaceAll("\n", `\n${indent}`)}\n`;
  });
  const standing = fill(safeText(differenceStanding(difference)), { ...look, width: look.width - 4 }).replaceAll("\n", "\n    ");
  return `${head.replace(label, look.paint.differs)}${lines.join("")}    ${standing}\n`;
}

function expectedLines({ expected }: ReportStage, look: Look): string {
  const failed = expected.filter(({ holds }) => holds !== "holds");
  const held = expected.length - failed.length;
  // What holds is quiet: it is counted beside what does not.
  if (failed.length === 0 && !look.full) return "";
  const lines = failed
    .map(({ holds, text }) =>
      labelled(holds === "not-judged" ? "not judged" : holds === "undetermined" ? "undecided" : "violated", safeText(text), look),
    )
    .join("");
  return held === 0 ? lines : `${labelled("expected", `${held} of ${counted(expected.length, "row")} hold`, look)}${lines}`;
}

/** `  closes    clients (6) → dbserver-dev                 policy2.yaml:11`: the place stands at the right edge. */
function labelled(label: string, sentence: string, look: Look, place?: string): string {
  const indent = " ".repeat(12);
  const head = `  ${pad(safeText(label), 9, look)} `;
  const room = place === undefined ? look.width : look.width - look.measure(place) - 2;
  const body = wrap(sentence, { ...look, width: room }, indent, 12);
  if (place === undefined) return `${head}${body}\n`;
  const lastLine = body.split("\n").at(-1) ?? "";
  const used = body.includes("\n") ? look.measure(lastLine) : look.measure(head) + look.measure(lastLine);
  return `${head}${body}${" ".repeat(Math.max(2, look.width - used - look.measure(place)))}${look.paint.place(safeText(place))}\n`;
}
