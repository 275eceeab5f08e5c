import { cell } from "../workbench/protocol.ts";
import { mark, unanswered, type Entry, type MatrixModel } from "./model.ts";

/*
 * Drawing of a large matrix. What is small is a picture of one pixel per cell, scaled block by block; from 16 pixels on each cell that is
 * seen is drawn with its glyph.
 *
 *   ┌ corner ┬ names of columns (turned) ┐
 *   │ names  │  ▇▇ ▇▇▇▇ ▇   blocks: one per pair of groups,
 *   │ of rows│  ▇▇ ▇▇▇▇ ▇   with gaps between groups
 */

export type Mode = "all" | "one" | "diff";

/** Where rows and columns begin, in pixels from the first cell; one more than there are. */
export interface Axis {
  readonly starts: Float64Array;
  readonly groups: readonly AxisGroup[];
}

export interface AxisGroup {
  readonly name: string;
  readonly first: number;
  /** Not included. */
  readonly end: number;
}

/** Between groups: 8 at cells that show glyphs, 2 at those that show fills, 1 below. */
export function groupGap(size: number): number {
  return size >= 16 ? 8 : size >= 2 ? 2 : 1;
}

export function axisOf(entries: readonly Entry[], size: number): Axis {
  const starts = new Float64Array(entries.length + 1);
  const groups: { readonly name: string; readonly first: number; end: number }[] = [];
  const space = groupGap(size);
  let at = 0;
  entries.forEach(({ group }, i) => {
    const last = groups.at(-1);
    if (last === undefined || last.name !== group) {
      if (last !== undefined) at += space;
      groups.push({ name: group, first: i, end: i + 1 });
    } else last.end = i + 1;
    starts[i] = at;
    at += size;
  });
  starts[entries.length] = at;
  return { starts, groups };
}

/** The entry at a distance from the first cell, or the nearest one; -1 where there is none. */
export function entryAt({ starts }: Axis, distance: number): number {
  let [low, high] = [0, starts.length - 2];
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}

export type Palette = Readonly<
  Record<
    | "bg"
    | "surface"
    | "sunken"
    | "text"
    | "text3"
    | "ink"
    | "allow"
    | "allowGlyph"
    | "deny"
    | "denyText"
    | "undet"
    | "undetLine"
    | "changed"
    | "violated"
    | "deviation"
    | "border",
    string
  >
>;

const tokens: Readonly<Record<keyof Palette, string>> = {
  bg: "--bg",
  surface: "--surface",
  sunken: "--sunken",
  text: "--text",
  text3: "--text-3",
  ink: "--ink",
  allow: "--allow",
  allowGlyph: "--allow-glyph",
  deny: "--deny",
  denyText: "--deny-text",
  undet: "--undet",
  undetLine: "--undet-line",
  changed: "--changed",
  violated: "--violated",
  deviation: "--deviation",
  border: "--border",
};

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  return Object.fromEntries(
    Object.entries(tokens).map(([name, token]) => [name, style.getPropertyValue(token).trim()]),
  ) as unknown as Palette;
}

/** One pixel per cell, made once per model and theme. */
export function basePicture(
  { rows, columns, values, marks }: MatrixModel,
  engine: number,
  mode: Mode,
  palette: Palette,
): OffscreenCanvas | undefined {
  const [height, width] = [rows.length, columns.length];
  const own = values[engine];
  if (width === 0 || height === 0 || own === undefined) return undefined;
  const picture = new OffscreenCanvas(width, height);
  const context = picture.getContext("2d");
  if (context === null) return undefined;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const some = mixed(palette.allow, palette.deny);
  const colours = [palette.surface, palette.deny, palette.allow, palette.undetLine, some].map(pixelOf);
  const [quiet, itself] = [pixelOf(palette.sunken), pixelOf(palette.border)];
  for (let at = 0; at < pixels.length; at++) {
    const bits = marks[at] as number;
    const value = own[at] as number;
    if ((bits & mark.itself) !== 0 && value === cell.none) pixels[at] = itself;
    else if (value === unanswered) pixels[at] = quiet;
    else if ((bits & mark.leftOut) !== 0 || (mode === "diff" && (bits & mark.deviation) === 0 && value !== cell.none)) pixels[at] = quiet;
    else pixels[at] = colours[value] ?? quiet;
  }
  context.putImageData(image, 0, 0);
  return picture;
}

/** Cells with a mark that counts in this mode, so that one among a million is seen. */
export function markedCells({ marks }: MatrixModel, mode: Mode): Int32Array {
  const wanted = mode === "diff" ? mark.deviation : mark.deviation | mark.violated | mark.changed;
  const found: number[] = [];
  for (let at = 0; at < marks.length; at++) {
    const bits = marks[at] as number;
    if ((bits & wanted) !== 0 && (bits & mark.leftOut) === 0) found.push(at);
  }
  return Int32Array.from(found);
}

export interface Scene {
  readonly model: MatrixModel;
  readonly base: OffscreenCanvas | undefined;
  readonly marked: Int32Array;
  readonly x: Axis;
  readonly y: Axis;
  /** Pixels per cell. */
  readonly size: number;
  readonly mode: Mode;
  /** Whose values are shown in modes other than `all`. */
  readonly engine: number;
  readonly palette: Palette;
}

export interface Viewport {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly scrollX: number;
  readonly scrollY: number;
  readonly active: { readonly row: number; readonly column: number } | undefined;
  readonly hovered: { readonly row: number; readonly column: number } | undefined;
  readonly selected: Selected | undefined;
}

/** The cells of these rows and columns: 1 for each that belongs to it. */
export interface Selected {
  readonly rows: Uint8Array;
  readonly columns: Uint8Array;
}

const tick = "M-4.6.4-1.3 3.6 4.8-3.4";
const cross = "M-3.8-3.8 3.8 3.8M3.8-3.8-3.8 3.8";
const question = "M-2.4-2.2a2.5 2.5 0 1 1 3.7 2.2c-1 .55-1.3 1-1.3 2M0 4.9v.2";
/** By the value of a cell. */
const glyphs: Readonly<Record<number, string>> = { [cell.allow]: tick, [cell.deny]: cross, [cell.undetermined]: question };

/** Draws what is seen; the canvas is as large as the viewport. */
export function drawMatrix(context: CanvasRenderingContext2D, scene: Scene, view: Viewport): void {
  const { palette, x, y, size, model } = scene;
  const { left, top, width, height, scrollX, scrollY } = view;
  context.fillStyle = palette.bg;
  context.fillRect(0, 0, width, height);
  const seen = {
    firstRow: entryAt(y, scrollY),
    lastRow: entryAt(y, scrollY + height - top),
    firstColumn: entryAt(x, scrollX),
    lastColumn: entryAt(x, scrollX + width - left),
  };
  context.save();
  context.beginPath();
  context.rect(left, top, width - left, height - top);
  context.clip();
  context.translate(left - scrollX, top - scrollY);
  if (model.rows.length > 0 && model.columns.length > 0) {
    if (size >= 16) drawCells(context, scene, seen);
    else drawBlocks(context, scene, seen);
    drawSelection(context, scene, view);
    drawCursor(context, scene, view);
  }
  context.restore();
  drawNames(context, scene, view, seen);
}

interface Seen {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

function drawBlocks(context: CanvasRenderingContext2D, { base, marked, x, y, size, mode, palette, model }: Scene, seen: Seen): void {
  if (base === undefined) return;
  // Below two pixels colours are averaged, above they stay sharp.
  context.imageSmoothingEnabled = size < 2;
  for (const rows of y.groups) {
    if (rows.end <= seen.firstRow || rows.first > seen.lastRow) continue;
    for (const columns of x.groups) {
      if (columns.end <= seen.firstColumn || columns.first > seen.lastColumn) continue;
      const [w, h] = [columns.end - columns.first, rows.end - rows.first];
      context.drawImage(
        base,
        columns.first,
        rows.first,
        w,
        h,
        x.starts[columns.first] as number,
        y.starts[rows.first] as number,
        w * size,
        h * size,
      );
    }
  }
  const width = model.columns.length;
  const least = Math.max(3, size);
  for (const at of marked) {
    const [row, column] = [Math.floor(at / width), at % width];
    if (row < seen.firstRow || row > seen.lastRow || column < seen.firstColumn || column > seen.lastColumn) continue;
    const bits = model.marks[at] as number;
    const [px, py] = [x.starts[column] as number, y.starts[row] as number];
    if ((bits & mark.deviation) !== 0) {
      context.fillStyle = palette.deviation;
      context.fillRect(px, py, least, least);
    } else if (mode === "diff") continue;
    else if ((bits & mark.violated) !== 0) {
      if (size >= 6) {
        context.strokeStyle = palette.violated;
        context.lineWidth = 1.5;
        context.strokeRect(px + 0.75, py + 0.75, size - 1.5, size - 1.5);
      } else if (size >= 2) {
        context.fillStyle = palette.violated;
        context.fillRect(px, py, size, size);
      }
    } else if (size >= 6) {
      context.fillStyle = palette.ink;
      context.fillRect(px + 1, py + 1, 4, 4);
      context.fillStyle = palette.changed;
      context.fillRect(px + 1.8, py + 1.8, 2.4, 2.4);
    }
  }
}

function drawCells(context: CanvasRenderingContext2D, { x, y, size, mode, engine, palette, model }: Scene, seen: Seen): void {
  const width = model.columns.length;
  const inner = size - 2;
  const ratio = context.getTransform().a;
  // Thousands of cells look like a dozen: each of these is drawn once and copied.
  const known = new Map<number, OffscreenCanvas>();
  const stamp = (value: number, isQuiet: boolean): OffscreenCanvas => {
    const key = value * 2 + Number(isQuiet);
    let one = known.get(key);
    if (one === undefined) {
      one = new OffscreenCanvas(Math.ceil(inner * ratio), Math.ceil(inner * ratio));
      const own = one.getContext("2d");
      own?.scale(ratio, ratio);
      if (own !== null) drawPart(own, value, isQuiet, { x: 0, y: 0, width: inner, height: inner }, palette);
      known.set(key, one);
    }
    return one;
  };
  for (let row = seen.firstRow; row <= seen.lastRow; row++) {
    for (let column = seen.firstColumn; column <= seen.lastColumn; column++) {
      const at = row * width + column;
      const bits = model.marks[at] as number;
      const [px, py] = [(x.starts[column] as number) + 1, (y.starts[row] as number) + 1];
      const isLeftOut = (bits & mark.leftOut) !== 0;
      const isQuiet = isLeftOut || (mode === "diff" && (bits & mark.deviation) === 0);
      const parts = mode !== "one" && (bits & mark.deviation) !== 0 ? model.values.map((_, e) => e) : [engine];
      const share = model.shares[at] as number;
      if (isLeftOut) context.globalAlpha = 0.4;
      parts.forEach((e, i) => {
        const value = model.values[e]?.[at] ?? cell.none;
        const box = { x: px + (i * inner) / parts.length, y: py, width: inner / parts.length, height: inner };
        if (parts.length === 1 && share === 255) context.drawImage(stamp(value, isQuiet), px, py, inner, inner);
        else drawPart(context, value, isQuiet, box, palette, share === 255 ? undefined : String(share));
      });
      if (isLeftOut) context.globalAlpha = 1;
      if (!isQuiet) drawMarks(context, bits, { x: px, y: py, size: inner }, palette);
    }
  }
}

/** One cell, or an engine's part of one. */
function drawPart(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  value: number,
  isQuiet: boolean,
  { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  palette: Palette,
  text?: string,
): void {
  context.fillStyle = isQuiet ? palette.sunken : fillOf(value, palette);
  context.fillRect(x, y, width, height);
  if (value === cell.some && text === undefined && !isQuiet) {
    context.fillStyle = palette.allow;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x, y + height);
    context.lineTo(x + width, y + height);
    context.fill();
  }
  if (value === cell.none || value === unanswered) {
    context.strokeStyle = palette.border;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  }
  if (value === cell.some && text !== undefined) {
    context.fillStyle = palette.text;
    context.font = `${height >= 24 ? 11 : 9}px sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, x + width / 2, y + height / 2);
  }
  const path = glyphs[value];
  if (path === undefined) return;
  const scale = Math.min(1.25, height / 17, width / 12);
  context.save();
  context.translate(x + width / 2, y + height / 2);
  context.scale(scale, scale);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.lineWidth = 1.8;
  const colour = value === cell.allow ? palette.allowGlyph : value === cell.deny ? palette.denyText : palette.text;
  context.strokeStyle = isQuiet ? palette.text3 : colour;
  context.stroke(new Path2D(path));
  context.restore();
}

function drawMarks(
  context: CanvasRenderingContext2D,
  bits: number,
  { x, y, size }: { readonly x: number; readonly y: number; readonly size: number },
  palette: Palette,
): void {
  const corner = Math.max(5, Math.min(9, size / 3));
  if ((bits & mark.violated) !== 0) {
    context.strokeStyle = palette.violated;
    context.lineWidth = 2;
    context.strokeRect(x + 1, y + 1, size - 2, size - 2);
    polygon(
      context,
      [
        [x + size - corner, y + corner / 2],
        [x + size - corner / 2, y],
        [x + size, y + corner / 2],
        [x + size - corner / 2, y + corner],
      ],
      palette.violated,
      palette.surface,
    );
  }
  if ((bits & mark.changed) !== 0)
    polygon(
      context,
      [
        [x + corner / 2, y],
        [x + corner, y + corner],
        [x, y + corner],
      ],
      palette.changed,
      palette.ink,
    );
  if ((bits & mark.deviation) !== 0) {
    context.strokeStyle = palette.deviation;
    context.lineWidth = 2;
    context.strokeRect(x, y, size, size);
    context.fillStyle = palette.deviation;
    context.beginPath();
    context.arc(x + size, y, corner / 1.8, 0, 2 * Math.PI);
    context.fill();
  }
}

function polygon(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[], fill: string, edge: string): void {
  context.beginPath();
  points.forEach(([px, py], i) => (i === 0 ? context.moveTo(px, py) : context.lineTo(px, py)));
  context.closePath();
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = edge;
  context.lineWidth = 1;
  context.stroke();
}

/** A line around each block of selected rows and columns that stand together. */
function drawSelection(context: CanvasRenderingContext2D, { x, y, size, palette }: Scene, { selected }: Viewport): void {
  if (selected === undefined) return;
  context.strokeStyle = palette.ink;
  context.lineWidth = size < 6 ? 1.5 : 2.5;
  const columns = runsOf(selected.columns);
  for (const [top, bottom] of runsOf(selected.rows)) {
    for (const [left, right] of columns) {
      const [px, py] = [x.starts[left] as number, y.starts[top] as number];
      context.strokeRect(px - 1, py - 1, (x.starts[right] as number) + size - px + 2, (y.starts[bottom] as number) + size - py + 2);
    }
  }
}

/** First and last of each stretch of ones. */
function runsOf(bits: Uint8Array): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  bits.forEach((bit, i) => {
    const last = runs.at(-1);
    if (bit === 0) return;
    if (last !== undefined && last[1] === i - 1) last[1] = i;
    else runs.push([i, i]);
  });
  return runs;
}

function drawCursor(context: CanvasRenderingContext2D, { x, y, size, palette }: Scene, { hovered, active }: Viewport): void {
  if (hovered !== undefined) {
    context.strokeStyle = palette.ink;
    context.lineWidth = 1;
    const [px, py] = [(x.starts[hovered.column] as number) + size / 2, (y.starts[hovered.row] as number) + size / 2];
    if (size < 16) {
      context.beginPath();
      context.moveTo(px, -1e6);
      context.lineTo(px, 1e6);
      context.moveTo(-1e6, py);
      context.lineTo(1e6, py);
      context.stroke();
    }
  }
  for (const at of [active, hovered]) {
    if (at === undefined) continue;
    const side = Math.max(size, 9);
    const [px, py] = [(x.starts[at.column] as number) + size / 2 - side / 2, (y.starts[at.row] as number) + size / 2 - side / 2];
    context.lineWidth = at === active ? 3 : 2;
    context.strokeStyle = palette.ink;
    context.strokeRect(px - 1, py - 1, side + 2, side + 2);
  }
}

/** From 11 pixels on every row has its name; below only groups have. */
const namesFrom = 12;

function drawNames(context: CanvasRenderingContext2D, { x, y, size, palette, model }: Scene, view: Viewport, seen: Seen): void {
  const { left, top, width, height, scrollX, scrollY, hovered } = view;
  context.textBaseline = "middle";
  context.save();
  context.beginPath();
  context.rect(0, top, left, height - top);
  context.clip();
  context.textAlign = "right";
  const rowNames = size >= namesFrom ? singles(model.rows, seen.firstRow, seen.lastRow) : grouped(y, seen.firstRow, seen.lastRow);
  for (const { name, first, end, isBold, isLit } of lit(rowNames, hovered?.row)) {
    const [start, stop] = [y.starts[first] as number, (y.starts[end - 1] as number) + size];
    if (stop - start < 8 && !isLit) continue;
    nameStyle(context, palette, stop - start, isBold || isLit);
    context.fillText(cut(name, 18), left - 8, top - scrollY + (start + stop) / 2);
  }
  context.restore();
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left, top);
  context.clip();
  context.textAlign = "left";
  const columnNames =
    size >= namesFrom ? singles(model.columns, seen.firstColumn, seen.lastColumn) : grouped(x, seen.firstColumn, seen.lastColumn);
  for (const { name, first, end, isBold, isLit } of lit(columnNames, hovered?.column)) {
    const [start, stop] = [x.starts[first] as number, (x.starts[end - 1] as number) + size];
    if (stop - start < 8 && !isLit) continue;
    context.save();
    context.translate(left - scrollX + (start + stop) / 2, top - 8);
    context.rotate((-45 * Math.PI) / 180);
    nameStyle(context, palette, stop - start, isBold || isLit);
    context.fillText(cut(name, 16), 0, 0);
    context.restore();
  }
  context.restore();
}

interface Named {
  readonly name: string;
  readonly first: number;
  readonly end: number;
  readonly isBold: boolean;
}

function singles(entries: readonly Entry[], first: number, last: number): readonly Named[] {
  return entries
    .slice(Math.max(0, first), last + 1)
    .map(({ name, underTest, isFolded }, i) => ({ name, first: first + i, end: first + i + 1, isBold: underTest || isFolded }));
}

function grouped({ groups }: Axis, first: number, last: number): readonly Named[] {
  return groups.filter((group) => group.end > first && group.first <= last).map((group) => ({ ...group, isBold: false }));
}

function lit(names: readonly Named[], at: number | undefined): readonly (Named & { readonly isLit: boolean })[] {
  return names.map((one) => ({ ...one, isLit: at !== undefined && one.first <= at && at < one.end }));
}

function nameStyle(context: CanvasRenderingContext2D, palette: Palette, room: number, isBold: boolean): void {
  context.fillStyle = isBold ? palette.text : palette.text3;
  context.font = `${isBold ? "600 " : ""}${room < 12 ? 9.5 : 12}px system-ui, sans-serif`;
}

function cut(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, Math.ceil(most / 2))}…${name.slice(-Math.floor(most / 2) + 1)}`;
}

function fillOf(value: number, palette: Palette): string {
  switch (value) {
    case cell.allow:
      return palette.allow;
    case cell.deny:
    case cell.some:
      return palette.deny;
    case cell.undetermined:
      return palette.undet;
    default:
      return palette.surface;
  }
}

/** `#rrggbb` as a pixel of little-endian memory. */
function pixelOf(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

function mixed(a: string, b: string): string {
  const [one, other] = [channels(a), channels(b)];
  return `#${one
    .map((value, i) =>
      Math.round((value + (other[i] ?? 0)) / 2)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

function channels(colour: string): readonly number[] {
  const [, hex = "000000"] = /^#([\da-f]{6})$/i.exec(colour) ?? [];
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
