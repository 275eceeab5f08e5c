import type { Report, ReportEndpoint, ReportStage } from "../types.ts";
import { blockTitle, exactText, gridOf, type Grid, type GridBlock, type GridCell, type GridLimits, type GridRow } from "./grid.ts";
import { number } from "./numbers.ts";
import { nameSet } from "./names.ts";
import { addressText, nameOf, setNames } from "./sentences.ts";
import { spaceName, spaceTitle } from "./spaces.ts";
import { cell, cellWidthFor, stageDisc, voidCell } from "./svg-cells.ts";
import type { LegendUse } from "./svg-legend.ts";
import { element, label, readmeWidth, margin, textWidth, titled, type Section, type Svg } from "./svg-parts.ts";

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
const limits: GridLimits = { foldAbove: 24, mostRows: 80, mostDevices: 12 };
const arrow = "→";

/** Where the grid's cells go, which decides how wide the picture is. */
export interface GridPlan {
  readonly width: number;
  readonly grid: Grid;
  /** Of the captions that group the rows, and of captions and names together. */
  readonly captionWidth: number;
  readonly labelWidth: number;
  readonly cellWidth: number;
  readonly blockGap: number;
  /** Blocks of the grid that stand beside each other. */
  readonly lines: readonly (readonly GridBlock[])[];
}

export function planOf(report: Report): GridPlan {
  const { endpoints, stages } = report;
  const grid = gridOf(report, limits);
  const needed = Math.max(leastCell, cellWidthFor(cellsOf(grid).map(({ text }) => text)));
  const { rows } = grid;
  const captionWidth = Math.min(80, Math.max(0, ...rows.map((row) => textWidth(spaceOf(report, row), "caption")))) + 8;
  const nameWidth = Math.max(
    60,
    ...rows.map((row) => textWidth(rowName(report, row), "strong")),
    ...endpoints.slice(0, limits.mostRows).map((endpoint) => textWidth(addressText(endpoint), "mono")),
  );
  const labelWidth = Math.min(mostLabel, captionWidth + nameWidth + 12);
  const room = readmeWidth - 2 * margin - labelWidth;
  // Between the two sides of a line the gap is doubled.
  const gapsIn = (blocks: number): number => (blocks > 1 ? blocks : 0);
  const widthOf = (blocks: number, one: number): number => blocks * stages.length * (one + cellGap) - cellGap + gapsIn(blocks) * leastGap;
  const sides = [grid.blocks.filter(({ side }) => side === "to"), grid.blocks.filter(({ side }) => side === "from")].filter(
    (blocks) => blocks.length > 0,
  );
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
  const width = Math.max(readmeWidth, 2 * margin + labelWidth + widthOf(most, cellWidth));
  return { width, grid, captionWidth, labelWidth, cellWidth, blockGap, lines: lines.filter((line) => line.length > 0) };
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function cellsOf({ blocks }: Grid): readonly GridCell[] {
  return blocks.flatMap(({ cells }) => [...cells.values()].flat()).filter((one) => one !== undefined);
}

export function usedIn({ grid }: GridPlan): LegendUse {
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

/** Who may reach each device under test and what it may open, stage by stage. */
export function gridSection(report: Report, plan: GridPlan, top: number): Section {
  const parts: Svg[] = [];
  let y = top;
  for (const blocks of plan.lines) {
    const { parts: own, bottom } = gridLine(report, plan, blocks, y);
    parts.push(...own);
    y = bottom + 14;
  }
  for (const sentence of plan.grid.leftOut) {
    parts.push(label("subtitle", margin, y + 10, sentence));
    y += 22;
  }
  return { parts, bottom: y + 4 };
}

/** Blocks beside each other, with the names of the rows at their left. */
function gridLine(report: Report, plan: GridPlan, blocks: readonly GridBlock[], top: number): Section {
  const { cellWidth, labelWidth, blockGap } = plan;
  const shown = plan.grid.rows.filter(({ ids: [id = ""] }) => blocks.some(({ cells }) => cells.get(id)?.some((one) => one !== undefined)));
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
  return {
    parts: [...names, label("caption", margin + labelWidth - 12, sumsAt, "open pairs", { anchor: "end" }), ...parts],
    bottom: sumsAt + 6,
  };
}

function sideCaption(side: "to" | "from", x: number, y: number, width: number): Svg {
  const text = side === "to" ? "who may reach it" : "what it may open";
  const start = x + textWidth(text, "caption") + 6;
  return element("g", {}, [
    label("caption", x, y, text),
    start < x + width ? element("line", { class: "np-rule", x1: start, y1: y - 4, x2: x + width, y2: y - 4 }) : "",
  ]);
}

function gridBlock(
  report: Report,
  { cellWidth }: GridPlan,
  block: GridBlock,
  rows: readonly { readonly row: GridRow; readonly y: number }[],
  x: number,
  top: number,
  width: number,
  sumsAt: number,
): Svg {
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
        x: column(i),
        y,
        width: cellWidth,
        height: rowHeight - cellGap,
        open: one.open,
        text: one.text,
        title: cellSentence(report, block, ids, stage, one),
        breaks: one.breaks !== undefined,
        differs: one.differs,
        changed: isChanged(own, i),
      });
    });
  });
  const sums = report.stages.map((_, i) =>
    label("bold", column(i) + cellWidth / 2, sumsAt, number(openPairs(block, i)), { anchor: "middle" }),
  );
  return element("g", { role: "group", "aria-label": title }, [
    label("strong", x, top + 33, title, { width }),
    ...heads,
    ...cells,
    ...sums,
  ]);
}

function isChanged(cells: readonly (GridCell | undefined)[], stage: number): boolean {
  const [before, now] = [cells[stage - 1], cells[stage]];
  return before !== undefined && now !== undefined && exactText(before.rows) !== exactText(now.rows);
}

/** `client1-dev → webserver-dev at 2 policy1: 80/TCP`. */
function cellSentence(
  report: Report,
  { side, device }: GridBlock,
  ids: readonly string[],
  { number: position, name }: ReportStage,
  { rows, breaks, differs }: GridCell,
): string {
  const others = ids.map((id) => nameOf(report.endpoints, id)).join(", ");
  const own = nameOf(report.endpoints, device);
  const ends = side === "to" ? `${others} ${arrow} ${own}` : `${own} ${arrow} ${others}`;
  const ports = exactText(rows);
  const what = ports === "-" ? "nothing is open" : ports === "all" ? "every port" : ports;
  return `${ends} at ${position} ${name}: ${what}${breaks === undefined ? "" : `, breaks ${breaks}`}${differs ? ", engines differ" : ""}`;
}

/** A pair counts once, whichever family it is open in. */
function openPairs({ cells }: GridBlock, stage: number): number {
  const rows = [...cells.values()].map((row) => row[stage]?.rows ?? []);
  return rows.filter((pair) => pair.some(({ allow }) => allow !== "-")).reduce((sum, [first]) => sum + (first?.pairs ?? 0), 0);
}

function rowLabel(
  report: Report,
  { captionWidth, labelWidth }: GridPlan,
  row: GridRow,
  space: string | undefined,
  y: number,
): readonly Svg[] {
  const endpoint = endpointOf(report, row);
  const right = margin + labelWidth - 12;
  const width = labelWidth - 12 - captionWidth;
  const caption = space === undefined ? [] : [label("caption", margin, y + 19, space, { width: captionWidth - 8 })];
  if (endpoint === undefined)
    return [
      ...caption,
      element("g", {}, [titled(row.ids.join(", ")), label("name", right, y + 19, rowName(report, row), { anchor: "end", width })]),
    ];
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
  return [endpoint.id, addressText(endpoint), endpoint.about ?? "", endpoint.underTest ? "under test" : ""]
    .filter((part) => part !== "")
    .join(", ");
}

function spaceOf({ endpoints }: Report, { ids: [id] }: GridRow): string {
  const endpoint = endpoints.find((candidate) => candidate.id === id);
  if (endpoint === undefined) return "";
  return endpoint.underTest ? "under test" : spaceTitle(spaceName(endpoint));
}
