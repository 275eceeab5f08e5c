import type { Report, ReportEndpoint, ReportStage } from "../types.ts";
import { blockTitle, exactText, gridOf, type Grid, type GridBlock, type GridCell, type GridRow } from "./grid.ts";
import { number } from "./numbers.ts";
import { nameSet } from "./names.ts";
import { addressText, brokenPairs, conclusionSentence, counted, intentWords, judgedAssertions, nameOf, policiesText, runHeadline, setNames } from "./sentences.ts";
import { spaceName, spaceTitle } from "./spaces.ts";
import { cell, cellWidthFor, diamond, shield, stageDisc, voidCell } from "./svg-cells.ts";
import { legend, type LegendUse } from "./svg-legend.ts";
import { element, label, picture, textWidth, titled, type Svg } from "./svg-parts.ts";

const margin = 24;
const leastWidth = 880;
const cardGap = 10;
const leastCard = 150;
const cardHeight = 104;
const mostLabel = 260;
const rowHeight = 32;
const spaceGap = 6;
const cellGap = 2;
const leastGap = 12;
const mostGap = 24;
/** Narrower, a cell holds no mark beside its text. */
const leastCell = 27;
/** No text makes a cell wider than this, and spare room no wider than `mostSpread`. */
const mostCell = 76;
const mostSpread = 56;
/** More rows fold where their cells are equal, and the rest ends here. */
const foldAbove = 24;
const mostRows = 80;
/** Without devices under test every endpoint is one, as long as they are this few. */
const mostBlocks = 12;
const arrow = "→";

/** A part of the picture, and where the next one begins. */
interface Section {
  readonly parts: readonly Svg[];
  readonly bottom: number;
}

/** The use case at a glance: what each stage applies and whether the design holds then, who may reach the devices under test, and which intent breaks. */
export function reportPicture(report: Report): string {
  const plan = planOf(report);
  const sections: Section[] = [];
  const add = (section: (top: number) => Section): void => {
    sections.push(section(sections.at(-1)?.bottom ?? margin));
  };
  add((top) => heading(report, plan, top));
  add((top) => stageCards(report, plan, top));
  add((top) => gridSection(report, plan, top));
  add((top) => intentSection(report, plan, top));
  add((top) => {
    const { parts, bottom } = legend(usedIn(plan.grid), margin, top, plan.width - 2 * margin);
    return { parts, bottom: bottom + 6 };
  });
  add((top) => footer(report, plan, top));
  return picture({
    width: plan.width,
    height: (sections.at(-1)?.bottom ?? 0) + margin - 8,
    title: titleOf(report),
    description: descriptionOf(report),
    parts: sections.flatMap(({ parts }) => parts),
  });
}

interface Plan {
  readonly width: number;
  readonly grid: Grid;
  readonly rows: readonly GridRow[];
  /** Of the captions that group the rows, and of captions and names together. */
  readonly captionWidth: number;
  readonly labelWidth: number;
  readonly cellWidth: number;
  readonly blockGap: number;
  /** Blocks of the grid that stand beside each other. */
  readonly lines: readonly (readonly GridBlock[])[];
}

function planOf(report: Report): Plan {
  const { focus, endpoints, stages } = report;
  const drawn = focus.length > 0 || endpoints.length <= mostBlocks;
  const grid: Grid = drawn ? gridOf(report, { above: foldAbove }) : { blocks: [], rows: [] };
  const needed = Math.max(leastCell, cellWidthFor(cellsOf(grid).map(({ text }) => text)));
  const rows = grid.rows.slice(0, mostRows);
  const captionWidth = Math.min(80, Math.max(0, ...rows.map((row) => textWidth(spaceOf(report, row), "caption")))) + 8;
  const nameWidth = Math.max(60, ...rows.map((row) => textWidth(rowName(report, row), "strong")), ...endpoints.slice(0, mostRows).map((endpoint) => textWidth(addressText(endpoint), "mono")));
  const labelWidth = Math.min(mostLabel, captionWidth + nameWidth + 12);
  const room = leastWidth - 2 * margin - labelWidth;
  // Between the two sides of a line the gap is doubled.
  const gapsIn = (blocks: number): number => (blocks > 1 ? blocks : 0);
  const widthOf = (blocks: number, one: number): number => blocks * stages.length * (one + cellGap) - cellGap + gapsIn(blocks) * leastGap;
  const sides = [grid.blocks.filter(({ side }) => side === "to"), grid.blocks.filter(({ side }) => side === "from")].filter((blocks) => blocks.length > 0);
  const all = sides.flat();
  const fitting = (most: number): number => {
    let count = most;
    while (count > 1 && widthOf(count, needed) > room) count--;
    return count;
  };
  // All in one line, else the two sides below each other, each cut into as many lines as it takes.
  const perLine = fitting(Math.max(1, all.length));
  const lines = perLine === all.length ? [all] : sides.flatMap((blocks) => chunks(blocks, fitting(blocks.length)));
  const most = Math.max(1, ...lines.map((line) => line.length));
  const fair = (room - widthOf(most, 0)) / Math.max(1, most * stages.length);
  const cellWidth = Math.floor(Math.min(mostCell, Math.max(needed, Math.min(fair, mostSpread))));
  const spare = (room - widthOf(most, cellWidth)) / Math.max(1, gapsIn(most));
  const blockGap = leastGap + Math.max(0, Math.min(mostGap - leastGap, spare));
  const width = Math.max(leastWidth, 2 * margin + labelWidth + widthOf(most, cellWidth));
  return { width, grid, rows, captionWidth, labelWidth, cellWidth, blockGap, lines: lines.filter((line) => line.length > 0) };
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function cellsOf({ blocks }: Grid): readonly GridCell[] {
  return blocks.flatMap(({ cells }) => [...cells.values()].flat()).filter((one) => one !== undefined);
}

function usedIn(grid: Grid): LegendUse {
  const cells = cellsOf(grid);
  return {
    cells: "ports",
    texts: cells.map(({ text }) => text),
    open: new Set(cells.map(({ open }) => open)),
    breaks: cells.some(({ breaks }) => breaks !== undefined),
    differs: cells.some(({ differs }) => differs),
    changed: grid.blocks.some(({ cells: all }) => [...all.values()].some((row) => row.some((_, stage) => isChanged(row, stage)))),
  };
}

function titleOf(report: Report): string {
  return `${report.name}: ${runHeadline(report)}`;
}

function descriptionOf(report: Report): string {
  const stages = report.stages.map((stage) => {
    const broken = brokenPairs(stage);
    const intent = stage.broken.length === 0 ? "" : `, ${broken === 0 ? intentWords(stage) : `${counted(broken, "pair")} ${broken === 1 ? "breaks" : "break"} the intent`}`;
    return `Stage ${stage.number} ${stage.name}: ${number(stage.totals.open)} of ${number(stage.totals.pairs)} pairs are open${intent}.`;
  });
  return [...(report.about === undefined ? [] : [report.about]), ...stages].join(" ");
}

function heading(report: Report, { width }: Plan, top: number): Section {
  const room = width - 2 * margin;
  const tested = report.focus.map((id) => nameOf(report.endpoints, id)).join(", ");
  const about = report.about ?? `${counted(report.endpoints.length, "endpoint")}${tested === "" ? "" : `, under test: ${tested}`}`;
  return { parts: [label("title", margin, top + 18, titleOf(report), { width: room }), label("subtitle", margin, top + 41, about, { width: room })], bottom: top + 60 };
}

function stageCards({ stages }: Report, { width }: Plan, top: number): Section {
  const room = width - 2 * margin;
  const perLine = Math.max(1, Math.min(stages.length, Math.floor((room + cardGap) / (leastCard + cardGap))));
  const cardWidth = Math.min(240, Math.floor((room - (perLine - 1) * cardGap) / perLine));
  const judged = stages.some(({ broken }) => broken.length > 0);
  const height = judged ? cardHeight : cardHeight - 42;
  const parts = stages.map((stage, i) => card(stage, margin + (i % perLine) * (cardWidth + cardGap), top + Math.floor(i / perLine) * (height + cardGap), cardWidth, height, judged));
  return { parts, bottom: top + Math.ceil(stages.length / perLine) * (height + cardGap) + 10 };
}

function card(stage: ReportStage, x: number, y: number, width: number, height: number, judged: boolean): Svg {
  const { totals, about, intent } = stage;
  const left = x + 12;
  const room = width - 24;
  const parts = [
    titled([`${stage.number} ${stage.name}`, ...(about === undefined ? [] : [about])].join(": ")),
    element("rect", { class: judged && intent === "met" ? "np-card-met" : "np-card", x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx: 7 }),
    stageDisc(left + 8, y + 18, stage.number),
    label("heading", left + 23, y + 22.5, stage.name, { width: room - 23 }),
    label("mono", left, y + 41, policyLine(stage), { width: room }),
    label("body", left, y + 58, `${number(totals.open)} of ${number(totals.pairs)} pairs open`, { width: room }),
  ];
  if (judged) parts.push(...verdictLines(stage, left, y + 76, room));
  return element("g", {}, parts);
}

function policyLine(stage: ReportStage): string {
  return stage.policies.length === 0 && stage.policyCount === 0 ? "no policy" : policiesText(stage);
}

function verdictLines(stage: ReportStage, x: number, y: number, room: number): readonly Svg[] {
  const broken = brokenPairs(stage);
  const words = label("caption", x, y + 17, intentWords(stage), { width: room });
  if (stage.intent === "met") return [shield(x + 6, y - 4), label("bold", x + 19, y, "the design holds", { width: room - 19 }), words];
  if (stage.intent === "undetermined" && broken === 0) return [label("unsure", x, y, "?"), label("bold", x + 19, y, "cannot be told", { width: room - 19 }), words];
  const text = broken === 0 ? "the design breaks" : `${counted(broken, "pair")} ${broken === 1 ? "breaks" : "break"} it`;
  return [diamond(x + 7, y - 4), label("broken", x + 19, y, text, { width: room - 19 }), words];
}

function gridSection(report: Report, plan: Plan, top: number): Section {
  if (plan.lines.length === 0) {
    if (report.stages.length === 0) return { parts: [], bottom: top };
    const text = `${number(report.endpoints.length)} rows and no device under test: the grid is not drawn`;
    return { parts: [label("subtitle", margin, top + 14, text)], bottom: top + 34 };
  }
  const parts: Svg[] = [];
  let y = top;
  for (const blocks of plan.lines) {
    const { parts: own, bottom } = gridLine(report, plan, blocks, y);
    parts.push(...own);
    y = bottom + 14;
  }
  const left = plan.grid.rows.length - plan.rows.length;
  if (left > 0) {
    parts.push(label("subtitle", margin, y, `${number(left)} more rows are not drawn`));
    y += 20;
  }
  return { parts, bottom: y + 4 };
}

/** Blocks beside each other, with the names of the rows at their left. */
function gridLine(report: Report, plan: Plan, blocks: readonly GridBlock[], top: number): Section {
  const { cellWidth, labelWidth, blockGap } = plan;
  const shown = plan.rows.filter(({ ids: [id = ""] }) => blocks.some(({ cells }) => cells.get(id)?.some((one) => one !== undefined)));
  const placed: { readonly row: GridRow; readonly y: number; readonly space: string | undefined }[] = [];
  let y = top + 66;
  let before: string | undefined;
  for (const row of shown) {
    const space = spaceOf(report, row);
    if (before !== undefined && before !== space) y += spaceGap;
    placed.push({ row, y, space: space === before ? undefined : space });
    before = space;
    y += rowHeight;
  }
  const sumsAt = y + 16;
  const names = placed.flatMap(({ row, y: at, space }) => rowLabel(report, plan, row, space, at));
  const blockWidth = report.stages.length * (cellWidth + cellGap) - cellGap;
  let x = margin + labelWidth;
  const parts: Svg[] = [];
  blocks.forEach((block, i) => {
    const newSide = i === 0 || blocks[i - 1]?.side !== block.side;
    if (i > 0) x += blockGap + (newSide ? blockGap : 0);
    if (newSide) {
      const length = blocks.filter(({ side }) => side === block.side).length;
      parts.push(sideCaption(block.side, x, top + 12, length * blockWidth + (length - 1) * blockGap));
    }
    parts.push(gridBlock(report, plan, block, placed, x, top, blockWidth, sumsAt));
    x += blockWidth;
  });
  return { parts: [...names, label("caption", margin + labelWidth - 12, sumsAt, "open pairs", { anchor: "end" }), ...parts], bottom: sumsAt + 6 };
}

function sideCaption(side: "to" | "from", x: number, y: number, width: number): Svg {
  const text = side === "to" ? "who may reach it" : "what it may open";
  const start = x + textWidth(text, "caption") + 6;
  return element("g", {}, [label("caption", x, y, text), start < x + width ? element("line", { class: "np-rule", x1: start, y1: y - 4, x2: x + width, y2: y - 4 }) : ""]);
}

function gridBlock(report: Report, { cellWidth }: Plan, block: GridBlock, rows: readonly { readonly row: GridRow; readonly y: number }[], x: number, top: number, width: number, sumsAt: number): Svg {
  const title = blockTitle(report, block, arrow);
  const column = (stage: number): number => x + stage * (cellWidth + cellGap);
  const heads = report.stages.map((stage, i) => stageDisc(column(i) + cellWidth / 2, top + 52, stage.number));
  const cells = rows.flatMap(({ row: { ids }, y }) => {
    const [id = ""] = ids;
    const own = block.cells.get(id) ?? [];
    return report.stages.map((stage, i) => {
      const one = own[i];
      if (one === undefined) return voidCell(column(i), y, cellWidth, rowHeight - cellGap);
      return cell({
        ...{ x: column(i), y, width: cellWidth, height: rowHeight - cellGap },
        ...{ open: one.open, text: one.text, title: sentence(report, block, ids, stage, one) },
        ...{ breaks: one.breaks !== undefined, differs: one.differs, changed: isChanged(own, i) },
      });
    });
  });
  const sums = report.stages.map((_, i) => label("bold", column(i) + cellWidth / 2, sumsAt, number(openPairs(block, i)), { anchor: "middle" }));
  return element("g", { role: "group", "aria-label": title }, [label("strong", x, top + 33, title, { width }), ...heads, ...cells, ...sums]);
}

function isChanged(cells: readonly (GridCell | undefined)[], stage: number): boolean {
  const [before, now] = [cells[stage - 1], cells[stage]];
  return before !== undefined && now !== undefined && exactText(before.rows) !== exactText(now.rows);
}

/** `client1-dev → webserver-dev at 2 policy1: 80/TCP`. */
function sentence(report: Report, { side, device }: GridBlock, ids: readonly string[], { number: position, name }: ReportStage, { rows, breaks, differs }: GridCell): string {
  const others = ids.map((id) => nameOf(report.endpoints, id)).join(", ");
  const own = nameOf(report.endpoints, device);
  const ends = side === "to" ? `${others} ${arrow} ${own}` : `${own} ${arrow} ${others}`;
  const ports = exactText(rows);
  const what = ports === "-" ? "nothing is open" : ports === "all" ? "every port" : ports;
  return `${ends} at ${position} ${name}: ${what}${breaks === undefined ? "" : `, breaks ${breaks}`}${differs ? ", engines differ" : ""}`;
}

/** A pair counts once, whichever family it is open in. */
function openPairs({ cells }: GridBlock, stage: number): number {
  return [...cells.values()].reduce((sum, row) => sum + (row[stage]?.rows.some(({ allow }) => allow !== "-") === true ? (row[stage]?.rows[0]?.pairs ?? 0) : 0), 0);
}

function rowLabel(report: Report, { captionWidth, labelWidth }: Plan, row: GridRow, space: string | undefined, y: number): readonly Svg[] {
  const endpoint = endpointOf(report, row);
  const right = margin + labelWidth - 12;
  const width = labelWidth - 12 - captionWidth;
  const caption = space === undefined ? [] : [label("caption", margin, y + 19, space, { width: captionWidth - 8 })];
  if (endpoint === undefined) return [...caption, element("g", {}, [titled(row.ids.join(", ")), label("name", right, y + 19, rowName(report, row), { anchor: "end", width })])];
  const name = label(endpoint.underTest ? "strong" : "name", right, y + 13, rowName(report, row), { anchor: "end", width });
  const address = label("mono", right, y + 26, addressText(endpoint), { anchor: "end", width });
  return [...caption, element("g", {}, [titled(aboutOf(endpoint)), name, address])];
}

/** Undefined for rows that were folded. */
function endpointOf({ endpoints }: Report, { ids }: GridRow): ReportEndpoint | undefined {
  return ids.length === 1 ? endpoints.find(({ id }) => id === ids[0]) : undefined;
}

function rowName(report: Report, { ids }: GridRow): string {
  const [id = ""] = ids;
  return ids.length === 1 ? nameOf(report.endpoints, id) : nameSet(ids, setNames(report));
}

function aboutOf(endpoint: ReportEndpoint): string {
  return [endpoint.id, addressText(endpoint), endpoint.about ?? "", endpoint.underTest ? "under test" : ""].filter((part) => part !== "").join(", ");
}

function spaceOf({ endpoints }: Report, { ids: [id] }: GridRow): string {
  const endpoint = endpoints.find((candidate) => candidate.id === id);
  if (endpoint === undefined) return "";
  return endpoint.underTest ? "under test" : spaceTitle(spaceName(endpoint));
}

function intentSection(report: Report, { width }: Plan, top: number): Section {
  const ids = judgedAssertions(report);
  if (ids.length === 0) return { parts: [], bottom: top };
  const { stages } = report;
  const room = width - 2 * margin;
  const column = Math.max(leastCell, Math.min(54, (room - 420) / stages.length));
  const x = (stage: number): number => width - margin - (stages.length - stage) * column + column / 2;
  const rule = (y: number): Svg => element("line", { class: "np-rule", x1: margin, y1: y, x2: width - margin, y2: y });
  const idWidth = Math.min(90, Math.max(26, ...ids.map((id) => textWidth(id, "mono") + 12)));
  const textRoom = room - stages.length * column - idWidth - 8;
  const parts = [label("heading", margin, top + 14, "Intent"), ...stages.map((stage, i) => stageDisc(x(i), top + 10, stage.number)), rule(top + 24)];
  ids.forEach((id, i) => {
    const y = top + 24 + i * 25;
    const text = report.assertions.find((assertion) => assertion.id === id)?.text ?? "everything else";
    parts.push(label("mono", margin, y + 17, id, { width: idWidth - 8 }), label("sentence", margin + idWidth, y + 17, text, { width: textRoom }));
    parts.push(...stages.map((stage, column1) => held(stage, id, x(column1), y + 13)), rule(y + 25));
  });
  return { parts, bottom: top + 24 + ids.length * 25 + 22 };
}

function held(stage: ReportStage, id: string, x: number, y: number): Svg {
  const pairs = stage.broken.find(({ assertion }) => assertion === id)?.pairs ?? 0;
  const violation = stage.violations.find(({ assertion }) => assertion === id);
  const at = `at ${stage.number} ${stage.name}`;
  if (pairs > 0) return element("g", {}, [titled(`${id} ${at}: ${counted(pairs, "pair")} ${pairs === 1 ? "breaks" : "break"} it`), diamond(x - 9, y), label("broken", x + 3, y + 4.5, number(pairs))]);
  if (violation === undefined) return element("g", {}, [titled(`${id} ${at}: holds`), shield(x, y)]);
  if (violation.status === "undetermined") return element("g", {}, [titled(`${id} ${at}: cannot be told`), label("unsure", x, y + 4.5, "?", { anchor: "middle" })]);
  return element("g", {}, [titled(`${id} ${at}: ${violation.severity === "warning" ? "warning" : "violated"}`), diamond(x, y)]);
}

function footer(report: Report, { width }: Plan, top: number): Section {
  const room = width - 2 * margin;
  return {
    parts: [
      label("caption", margin, top + 10, conclusionSentence(report), { width: room }),
      label("caption", margin, top + 26, `Coverage: ${report.coverage.text}`, { width: room }),
    ],
    bottom: top + 26,
  };
}
