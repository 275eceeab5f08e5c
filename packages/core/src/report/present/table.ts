import type { Look } from "./look.ts";
import { safeText } from "./escape.ts";

/** A cell: its text, and the role it is painted in after it was padded. */
export interface TableCell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export type Cell = string | TableCell;

export interface Column {
  readonly head: string;
  readonly align?: "left" | "right";
}

/** kubectl's form: capital heads, no borders, two spaces, one record a line, no trailing space. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look, gap = 2): string {
  const cells = rows.map((row) => row.map(toCell));
  const heads = columns.map(({ head }): TableCell => ({ text: head, paint: look.paint.quiet }));
  const all = look.headers ? [heads, ...cells] : cells;
  const widths = columns.map((_, i) =>
    widest(
      all.map((row) => row[i]?.text ?? ""),
      look,
    ),
  );
  return all.map((row) => line(row, columns, widths, look, gap)).join("");
}

function line(row: readonly TableCell[], columns: readonly Column[], widths: readonly number[], look: Look, gap: number): string {
  const last = row.findLastIndex(({ text }) => text !== "");
  const parts = row.slice(0, last + 1).map((cell, i) => {
    const padding = " ".repeat(Math.max(0, (widths[i] ?? 0) - look.measure(cell.text)));
    const text = cell.paint === undefined ? cell.text : cell.paint(cell.text);
    if (columns[i]?.align === "right") return padding + text;
    return i === last ? text : text + padding;
  });
  return `${parts.join(" ".repeat(gap))}\n`;
}

function toCell(cell: Cell): TableCell {
  return typeof cell === "string" ? { text: safeText(cell) } : { ...cell, text: safeText(cell.text) };
}

/** Pads by cells of the terminal, not by letters. */
export function pad(text: string, width: number, look: Look): string {
  return text + " ".repeat(Math.max(0, width - look.measure(text)));
}

/** Cuts a name in the middle, so that both its ends can still be told from its neighbours'. */
export function shorten(name: string, width: number, look: Look): string {
  if (look.measure(name) <= width) return name;
  const letters = [...name];
  const kept = Math.max(2, width - look.measure(look.glyphs.ellipsis));
  const head = Math.ceil(kept / 2);
  return letters.slice(0, head).join("") + look.glyphs.ellipsis + letters.slice(letters.length - (kept - head)).join("");
}

/** Breaks a sentence behind commas and before arrows, and at blanks only where it must. `indent` goes before every line but the first. */
export function wrap(sentence: string, look: Look, indent = "", first = 0): string {
  const later = look.width - look.measure(indent);
  const pieces = sentence
    .split(/(?<=,) | (?=→|->)/)
    .flatMap((piece) => (look.measure(piece) > Math.min(later, look.width - first) ? piece.split(" ") : [piece]));
  return joinPieces(pieces, look, indent, first);
}

/** Breaks a sentence at any blank. */
export function fill(sentence: string, look: Look, indent = ""): string {
  return joinPieces(sentence.split(" "), look, indent, 0);
}

function joinPieces(pieces: readonly string[], look: Look, indent: string, first: number): string {
  const lines: string[] = [];
  let current = "";
  let room = look.width - first;
  for (const piece of pieces) {
    const next = current === "" ? piece : `${current} ${piece}`;
    if (current !== "" && look.measure(next) > room) {
      lines.push(current);
      current = piece;
      room = look.width - look.measure(indent);
    } else current = next;
  }
  return [...lines, current].join(`\n${indent}`);
}

/** The widest of many texts; not by spreading them into a call, which a few hundred thousand cells would overflow. */
export function widest(texts: Iterable<string>, look: Pick<Look, "measure">): number {
  let most = 0;
  for (const text of texts) most = Math.max(most, look.measure(text));
  return most;
}
