import type { Change, Report, ReportEndpoint, ReportRow, ReportStage, Violation } from "../types.ts";
import { cellText, legendOf, paintCell } from "./cells.ts";
import { safeText } from "./escape.ts";
import { presentDiagnostics } from "./frame.ts";
import type { Look } from "./look.ts";
import { number } from "./matrix.ts";
import { nameSet, type SetNames } from "./names.ts";
import { pathsText } from "./paths.ts";
import { pad, shorten, table, wrap, type Cell } from "./table.ts";

/** More stages than this, or fewer columns than `sideBySide`, and the groups of the grid stand below each other. */
const mostStagesBeside = 6;
const sideBySide = 74;
/** More rows than this are told by namespace, unless everything is wanted. */
const mostEndpoints = 40;
/** Four or more equal rows fold. */
const foldFrom = 4;

/** The whole report: environment, intent, stages side by side, what each stage changed, findings, conclusion. */
export function presentRun(report: Report, look: Look): string {
  const sections = [
    headline(report, look) + environment(report, look),
    report.assertions.map(({ id, text }) => `${wrap(`${id}  ${safeText(text)}`, look, " ".repeat(id.length + 2))}\n`).join(""),
    stageTable(report, look),
    grid(report, look),
    report.stages.map((stage, i) => stageBlock(report, stage, report.stages[i - 1], look)).join(""),
    presentDiagnostics(report.findings, look),
    `${wrap(`Coverage: ${safeText(report.coverage.text)}`, look)}\n${look.paint.strong(wrap(conclusion(report), look))}\n`,
  ];
  return sections.filter((section) => section !== "").join("\n");
}

/** One line per stage. */
export function presentRunQuiet({ stages }: Report, look: Look): string {
  const rows = stages.map((stage): readonly Cell[] => {
    const broken = brokenPairs(stage);
    return [stage.name, intentWords(stage), broken === 0 ? "" : `${number(broken)} ${broken === 1 ? "pair breaks" : "pairs break"} the intent`];
  });
  return table([{ head: "" }, { head: "" }, { head: "" }], rows, { ...look, headers: false });
}

function headline({ name, stages, assertions, engines }: Report, look: Look): string {
  const met = stages.filter(({ intent }) => intent === "met").length;
  const astray = stages.filter((stage) => !asDeclared(stage)).length;
  const declared = astray === 0 ? (met === stages.length ? "" : ", as declared") : `, ${astray} not as declared`;
  const engine = engines.length === 1 ? `engine ${engines.join()}` : `${engines.length} engines`;
  const last = stages.at(-1)?.totals;
  const what =
    assertions.length === 0 && stages.every(({ broken }) => broken.length === 0)
      ? `${number(last?.open ?? 0)} of ${number(last?.pairs ?? 0)} pairs are open at the last of ${stages.length} ${stages.length === 1 ? "stage" : "stages"}`
      : `the design holds at ${met} of ${stages.length} ${stages.length === 1 ? "stage" : "stages"}${declared}`;
  return `${wrap(`${look.paint.strong(safeText(name))}: ${what}; ${engine}`, look)}\n`;
}

function asDeclared({ intent, declared }: ReportStage): boolean {
  return intent === declared;
}

function intentWords(stage: ReportStage): string {
  if (stage.intent === "undetermined") return "undetermined";
  if (!asDeclared(stage)) return `${stage.intent}, not as declared`;
  return stage.intent === "met" ? "met" : "unmet, as declared";
}

function brokenPairs({ broken }: ReportStage): number {
  return broken.reduce((sum, { pairs }) => sum + pairs, 0);
}

function environment({ endpoints }: Report, look: Look): string {
  if (endpoints.length > mostEndpoints && !look.full) return namespacesOf(endpoints, look);
  const roles = endpoints.some(({ about }) => about !== undefined);
  const tested = endpoints.some(({ underTest }) => underTest);
  const columns = ["NAMESPACE", "NAME", "ADDRESS", ...(roles ? ["ROLE"] : []), ...(tested ? [""] : [])];
  const rows = endpoints.map((endpoint): readonly Cell[] => [
    endpoint.kind === "pods" ? endpoint.namespace : endpoint.kind === "node" ? "node" : "outside",
    { text: sizedName(endpoint, endpoint.name.includes("/") ? endpoint.name.slice(endpoint.name.indexOf("/") + 1) : endpoint.name), ...(endpoint.underTest ? { paint: look.paint.strong } : {}) },
    addressText(endpoint),
    ...(roles ? [endpoint.about ?? ""] : []),
    ...(tested ? [endpoint.underTest ? "under test" : ""] : []),
  ]);
  return table(columns.map((head) => ({ head })), rows, look);
}

function addressText({ addresses, size, kind }: ReportEndpoint): string {
  const [first, ...more] = addresses;
  if (first === undefined) return kind === "elsewhere" ? "" : "not yet assigned";
  return more.length === 0 ? first : size === 1 ? addresses.join(" ") : `${first} +${more.length}`;
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

function stageTable({ stages, assertions }: Report, look: Look): string {
  const judged = stages.some(({ broken }) => broken.length > 0);
  const ids = [...new Set(stages.flatMap(({ broken }) => broken.map(({ assertion }) => assertion)))];
  // The rest has a column only where it breaks, or where it is all there is.
  const shown = ids.filter((id) => assertions.some((assertion) => assertion.id === id) || stages.some(({ broken }) => broken.some((one) => one.assertion === id && one.pairs > 0)));
  const perAssertion = shown.length <= 8 ? shown : [];
  let total = -1;
  const rows = stages.map((stage): readonly Cell[] => {
    const { totals } = stage;
    const open = totals.pairs === total ? number(totals.open) : `${number(totals.open)} of ${number(totals.pairs)}`;
    total = totals.pairs;
    return [
      { text: `${stage.number} ${stage.name}`, paint: look.paint.strong },
      policiesText(stage),
      open,
      ...(judged ? [number(brokenPairs(stage)), ...perAssertion.map((id) => number(stage.broken.find(({ assertion }) => assertion === id)?.pairs ?? 0)), intentWords(stage)] : []),
    ];
  });
  const right = (head: string): { readonly head: string; readonly align: "right" } => ({ head, align: "right" });
  const columns = [{ head: "STAGE" }, { head: "POLICIES" }, right("OPEN"), ...(judged ? [right("BREAK"), ...perAssertion.map(right), { head: "INTENT" }] : [])];
  return table(columns, rows, look);
}

const changeMarks = { applied: "+", replaced: "~", deleted: "-" } as const;

function policiesText({ policies, policyCount }: ReportStage): string {
  const [first, ...more] = policies;
  if (first === undefined) return policyCount === 0 ? "none" : `${number(policyCount)} in force`;
  const text = `${changeMarks[first.change]} ${first.name}`;
  return more.length === 0 ? text : `${text} and ${more.length} more`;
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
  const table1 = gridPart(report, "FROM", targets.map((id) => block(report, "to", id)), endpoints.map(({ id }) => id), look);
  const table2 = everything ? "" : gridPart(report, "TO", focus.map((id) => block(report, "from", id)), others, look);
  const cells = stages.flatMap(({ surveys }) => (surveys[0]?.rows ?? []).filter(({ from, to }) => everything || focus.includes(from) || focus.includes(to)));
  const legend = legendOf(
    cells.map(({ allow, undetermined }) => cellText(allow, undetermined)),
    { breaks: cells.some(({ breaks }) => breaks !== undefined), differs: undefined },
  );
  return `${table1}${table2}${look.paint.quiet(wrap(legend, look))}\n`;
}

function block({ endpoints, stages }: Report, side: "to" | "from", device: string): Block {
  const cells = new Map<string, string[]>();
  stages.forEach(({ surveys }, stage) => {
    for (const row of surveys[0]?.rows ?? []) {
      const [own, other] = side === "to" ? [row.to, row.from] : [row.from, row.to];
      if (own !== device) continue;
      const texts = cells.get(other) ?? stages.map(() => "");
      texts[stage] = joinFamilies(texts[stage] ?? "", row);
      cells.set(other, texts);
    }
  });
  return { caption: `${side} ${nameOf(endpoints, device)}`, cells };
}

function joinFamilies(before: string, { allow, undetermined, family, breaks }: ReportRow): string {
  const text = `${family === undefined ? "" : `v${family}:`}${cellText(allow, undetermined)}${breaks === undefined ? "" : "!"}`;
  return before === "" ? text : `${before} ${text}`;
}

function gridPart(report: Report, head: string, blocks: readonly Block[], ids: readonly string[], look: Look): string {
  const stageCount = report.stages.length;
  const longest = Math.max(3, ...blocks.flatMap(({ cells }) => [...cells.values()].flat().map((cell) => look.measure(cell))));
  const cellWidth = longest + (longest >= 4 ? 1 : 2);
  const rows = foldedRows(report, blocks, ids, look);
  const room = Math.max(12, look.width - cellWidth * stageCount - 4);
  const labels = rows.map(({ label }) => shorten(label, room, look));
  const labelWidth = Math.max(head.length, ...labels.map((label) => look.measure(label))) + 4;
  const blockWidth = Math.max(cellWidth * stageCount, ...blocks.map(({ caption }) => look.measure(caption))) + 4;
  const perLine = stageCount > mostStagesBeside || look.width < sideBySide ? 1 : Math.max(1, Math.floor((look.width - labelWidth + 4) / blockWidth));
  const lines: string[] = [];
  for (let start = 0; start < blocks.length; start += perLine) {
    const beside = blocks.slice(start, start + perLine);
    lines.push(joinLine("", labelWidth, beside.map(({ caption }) => ({ plain: safeText(caption), painted: look.paint.strong(safeText(caption)) })), blockWidth, look));
    if (look.headers) {
      const numbers = report.stages.map(({ number: stage }) => pad(String(stage), cellWidth, look)).join("").trimEnd();
      lines.push(joinLine(head, labelWidth, beside.map(() => ({ plain: numbers, painted: look.paint.quiet(numbers) })), blockWidth, look));
    }
    rows.forEach(({ ids: members }, i) => {
      const [id = ""] = members;
      lines.push(joinLine(labels[i] ?? "", labelWidth, beside.map(({ cells }) => cellsText(cells.get(id) ?? [], cellWidth, look)), blockWidth, look));
    });
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
    const base = cell.endsWith("!") ? look.paint.strong(cell) : paintCell(cell, look.paint);
    const differs = i > 0 && cell !== shown[i - 1] && shown[i - 1] !== "";
    return (differs ? look.paint.changed(base) : base) + padding;
  });
  return { plain: shown.map((cell, i) => (i === last ? cell : pad(cell, width, look))).join(""), painted: painted.join("") };
}

function joinLine(label: string, labelWidth: number, blocks: readonly Painted[], blockWidth: number, look: Look): string {
  const last = blocks.findLastIndex(({ plain }) => plain !== "");
  const parts = blocks.slice(0, last + 1).map(({ plain, painted }, i) => (i === last ? painted : painted + " ".repeat(Math.max(0, blockWidth - look.measure(plain)))));
  return `${(parts.length === 0 ? safeText(label) : pad(safeText(label), labelWidth, look)) + parts.join("")}\n`;
}

/** Rows whose cells are all equal fold from four on. */
function foldedRows(report: Report, blocks: readonly Block[], ids: readonly string[], look: Look): readonly GridRow[] {
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
  const expected = expectedLines(stage, look);
  const names = setNames(report);
  const data = stage.paths
    .map((path) => ({ label: path.label, text: pathsText(path, names), before: before?.paths.find(({ label }) => label === path.label) }))
    .filter(({ text, before: then }) => then === undefined || pathsText(then, names) !== text)
    .map(({ label, text }) => labelled(label, safeText(text), look))
    .join("");
  return head + changes + violations + expected + data;
}

function changeHeadline(stage: ReportStage, before: ReportStage | undefined): string {
  const { changes, policyCount, totals } = stage;
  if (before === undefined) {
    if (policyCount === 0) return "no policy, everything is open";
    return `${number(policyCount)} ${policyCount === 1 ? "policy" : "policies"}, ${number(totals.open)} of ${number(totals.pairs)} pairs are open`;
  }
  const words: readonly (readonly [Change["kind"], string])[] = [
    ["closes", "close"],
    ["opens", "open"],
    ["narrows", "narrow"],
    ["widens", "widen"],
    ["alters", "change ports"],
    ["loses-certainty", "can no longer be told"],
  ];
  const parts = words.flatMap(([kind, word]) => {
    const own = changes.filter((change) => change.kind === kind);
    const count = own.reduce((sum, { pairs }) => sum + pairs, 0);
    if (count === 0) return [];
    const ports = [...new Set(own.map((change) => change.ports))];
    const to = (kind === "narrows" || kind === "widens") && ports.length === 1 ? ` to ${ports.join()}` : "";
    return [{ count, word: word + to }];
  });
  if (parts.length === 0) return "nothing changes";
  return parts.map(({ count, word }, i) => `${number(count)}${i === 0 ? (count === 1 ? " pair" : " pairs") : ""} ${word}${count === 1 && word.split(" ").length === 1 ? "s" : ""}`).join(", ");
}

function changeLines(report: Report, { changes }: ReportStage, look: Look): string {
  const names = setNames(report);
  return changes
    .map(({ kind, from, to, place }, i) => {
      const label = kind === "loses-certainty" ? "unsure" : kind;
      const sentence = `${othersOr(from, to, changes[i - 1], report, names)} ${look.glyphs.arrow} ${nameSet(to, names)}`;
      return labelled(label, safeText(sentence), look, place && `${place.file}:${place.line}`);
    })
    .join("");
}

/** «the 4 others», where the line above and this one together speak of everybody who may be the source. */
function othersOr(from: readonly string[], to: readonly string[], above: Change | undefined, { endpoints }: Report, names: SetNames): string {
  if (above === undefined || above.to.join() !== to.join() || from.length < 2) return nameSet(from, names);
  const all = endpoints.filter(({ id }) => !to.includes(id)).length;
  const together = new Set([...from, ...above.from]).size;
  return together === all && from.length + above.from.length === all ? `the ${from.length} others` : nameSet(from, names);
}

function violationLine(report: Report, { assertion, severity, status, pairs, subject, witness }: Violation, look: Look): string {
  const label = status === "undetermined" ? "undecided" : severity === "warning" ? "warning" : "violated";
  const count = pairs === 0 ? "" : ` by ${number(pairs)} ${pairs === 1 ? "pair" : "pairs"}`;
  const shown = witness === undefined ? (subject ?? "") : witnessText(report, witness, look);
  return labelled(label, `${assertion}${count}: ${safeText(shown)}`, look);
}

function witnessText({ endpoints }: Report, { from, to, via, port, because }: NonNullable<Violation["witness"]>, look: Look): string {
  const ends = [from, ...via, to].map((name) => nameOf(endpoints, name)).join(` ${look.glyphs.arrow} `);
  return `${ends} ${port}, ${because}`;
}

function expectedLines({ expected }: ReportStage, look: Look): string {
  const failed = expected.filter(({ holds }) => holds !== "holds");
  const held = expected.length - failed.length;
  const lines = failed.map(({ holds, text }) => labelled(holds === "not-judged" ? "not judged" : holds === "undetermined" ? "undecided" : "violated", safeText(text), look)).join("");
  return held === 0 ? lines : `${labelled("expected", `${held} of ${expected.length} rows hold`, look)}${lines}`;
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

function conclusion({ stages, engines, conclusion: end, assertions }: Report): string {
  const engine = engines.length === 1 ? `engine ${engines.join()}` : `${engines.length} engines`;
  const stageCount = `${stages.length} ${stages.length === 1 ? "stage" : "stages"}`;
  const parts = [
    end.elsewhereJudged ? "" : "elsewhere (all other outside addresses) was not judged",
    end.findings > 0 ? `${end.findings} ${end.findings === 1 ? "finding" : "findings"}` : "",
    end.findings === 0 && end.undeterminedStages > 0 ? `no finding, ${end.undeterminedStages} ${end.undeterminedStages === 1 ? "stage is" : "stages are"} undetermined` : "",
    end.warnings > 0 ? `${end.warnings} ${end.warnings === 1 ? "warning" : "warnings"}` : "",
    end.exitCode === 0 ? (assertions.length === 0 ? "no intent was declared" : "everything is as declared") : "",
  ].filter((part) => part !== "");
  return `${number(end.pairs)} pairs at ${stageCount}, ${engine}: ${parts.join(", ")}: exit ${end.exitCode}`;
}

function nameOf(endpoints: readonly ReportEndpoint[], id: string): string {
  const endpoint = endpoints.find((candidate) => candidate.id === id);
  return endpoint === undefined ? id : sizedName(endpoint, endpoint.name);
}

function sizedName({ size, kind }: ReportEndpoint, name: string): string {
  return kind === "pods" && size > 1 && !name.endsWith(")") ? `${name} (${size})` : name;
}

function setNames({ endpoints, groups }: Report): SetNames {
  return { nameOf: (id) => nameOf(endpoints, id), groups };
}
