import type { Frame, FrameLine, ReportDiagnostic } from "../types.ts";
import { safeText } from "./escape.ts";
import type { Look } from "./look.ts";
import { wrap } from "./table.ts";

/** A code frame as rustc prints it: the place, then the marked lines; empty gutter lines are left out. */
export function presentFrame({ place, title, lines }: Frame, look: Look): string {
  const head = `${look.paint.place(safeText(`--> ${place.file}:${place.line}:${place.column}`))}${title === undefined ? "" : `  ${safeText(title)}`}`;
  return `  ${head}\n${frameLines(lines, look)}`;
}

export function frameLines(lines: readonly FrameLine[], look: Look): string {
  const width = Math.max(0, ...lines.map(({ number }) => String(number).length));
  return lines.map((line) => oneLine(line, width, look)).join("");
}

function oneLine({ number, text, marks }: FrameLine, width: number, look: Look): string {
  const gutter = (label: string): string => look.paint.quiet(`${label.padStart(width)} |`);
  const shown = cutAround(text, marks, look, width);
  const body = shown.text === "" ? "" : ` ${shown.text}`;
  const carets = shown.marks.map(({ start, end, label, style }) => {
    const caret = (style === "primary" ? "^" : "-").repeat(Math.max(1, end - start));
    const painted = style === "primary" ? look.paint.error(caret) : look.paint.quiet(caret);
    const before = `${gutter("")} ${" ".repeat(start)}`;
    return `${before}${painted}${labelText(label, width + 3 + start + caret.length, look)}\n`;
  });
  return `${gutter(String(number))}${body}\n${carets.join("")}`;
}

/** What stands beside the caret, or below it where it would not fit. `used` columns are taken already. */
function labelText(label: string, used: number, look: Look): string {
  if (label === "") return "";
  const text = safeText(label);
  if (used + 1 + look.measure(text) <= look.width) return ` ${text}`;
  const indent = " ".repeat(Math.min(used + 1, Math.floor(look.width / 2)));
  const isNarrow = used + 1 > look.width / 2;
  return isNarrow ? `\n${indent}${wrap(text, look, indent, indent.length)}` : ` ${wrap(text, look, indent, indent.length)}`;
}

/**
 * Shows a line so that its marks fit: tabs are one space, hostile letters are spelled out, and of a line longer than the screen
 * only the part around the first mark stands. Offsets follow what is shown.
 */
function cutAround(text: string, marks: FrameLine["marks"], look: Look, gutter: number): Pick<FrameLine, "text" | "marks"> {
  const letters = [...text].map((letter) => safeText(letter));
  const columns: number[] = [];
  let column = 0;
  for (const letter of letters) {
    columns.push(column);
    column += look.measure(letter);
  }
  columns.push(column);
  const at = (offset: number): number => columns[Math.min(offset, letters.length)] ?? column;
  const room = Math.max(40, look.width) - gutter - 4;
  const shifted = marks.map((mark) => ({ ...mark, start: at(mark.start), end: at(mark.end) }));
  if (column <= room) return { text: letters.join("").trimEnd(), marks: shifted };
  const focus = shifted[0]?.start ?? 0;
  // The beginning of the line says most, as long as the mark is still seen.
  const from = focus + 24 <= room ? 0 : Math.max(0, focus - Math.floor(room / 2));
  const begin = columns.findIndex((offset) => offset >= from);
  const dropped = columns[begin] ?? 0;
  const shown = clipped(letters.slice(begin).join(""), room, from > 0, look);
  return {
    text: shown,
    marks: shifted
      .filter(({ start }) => start >= dropped && start < dropped + room)
      .map((mark) => ({ ...mark, start: mark.start - dropped, end: Math.min(mark.end - dropped, room) })),
  };
}

/** As much of a text as fits, with the ellipsis where something is missing. */
export function clipped(text: string, room: number, cutBefore: boolean, look: Look): string {
  const { ellipsis } = look.glyphs;
  const missing = look.measure(ellipsis);
  let [kept, used] = ["", 0];
  const whole = look.measure(text) <= room;
  for (const letter of text) {
    const width = look.measure(letter);
    if (used + width > (whole ? room : room - missing)) break;
    kept += letter;
    used += width;
  }
  const tail = whole ? kept.trimEnd() : kept + ellipsis;
  return cutBefore ? ellipsis + [...tail].slice(missing).join("") : tail;
}

/** One diagnostic: message, frame, help. */
function presentDiagnostic({ code, severity, kind, message, frame, help }: ReportDiagnostic, look: Look): string {
  const word = kind === "finding" && severity === "error" ? "finding" : severity;
  const paint = severity === "error" ? look.paint.error : severity === "warning" ? look.paint.warning : look.paint.strong;
  const title = `${word}[${code}]`;
  const sentence = wrap(safeText(message), look, "  ", look.measure(title) + 2);
  const head = `${paint(title)}: ${sentence}\n`;
  return `${head}${frame === undefined ? "" : presentFrame(frame, look)}${helpLine(frame, help, look)}`;
}

function helpLine(frame: Frame | undefined, help: string | undefined, look: Look): string {
  if (help === undefined) return "";
  const width = Math.max(0, ...(frame?.lines ?? []).map(({ number }) => String(number).length));
  const indent = " ".repeat(Math.max(2, width + 1));
  const mark = "= help: ";
  return `${indent}${look.paint.quiet(mark.trimEnd())} ${wrap(safeText(help), look, indent + " ".repeat(mark.length), indent.length + mark.length)}\n`;
}

/** How many frames are printed before the rest becomes a count. */
const mostFrames = 20;

/** All diagnostics, the first twenty in full, then a count. */
export function presentDiagnostics(diagnostics: readonly ReportDiagnostic[], look: Look): string {
  const shown = look.full ? diagnostics : diagnostics.slice(0, mostFrames);
  const left = diagnostics.length - shown.length;
  const more = left > 0 ? `and ${left} more: --full prints them all\n` : "";
  return shown.map((diagnostic) => presentDiagnostic(diagnostic, look)).join("") + more;
}
