import type { Coverage, Place, ReportDiagnostic } from "../types.ts";
import { markdownCell, safeText } from "./escape.ts";
import { presentDiagnostics } from "./frame.ts";
import { plainLook, type Look } from "./look.ts";

/** Code frames stand in a fence, as on a terminal of this width. */
export const fenceLook: Look = { ...plainLook, width: 100 };

export interface MarkdownColumn {
  /** Markdown already. */
  readonly head: string;
  readonly align?: "right";
}

/** Cells are Markdown already. */
export function markdownTable(columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ head }) => head)),
    line(columns.map(({ align }) => (align === "right" ? "--:" : "---"))),
    ...rows.map(line),
  ].join("\n");
}

/** Lines as they are, behind a fence that none of them can end. */
export function fenced(lines: string): string {
  const longest = Math.max(0, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  const text = lines.trimEnd().split("\n").map(safeText).join("\n");
  return `${fence}text\n${text}\n${fence}`;
}

export function diagnosticsText(diagnostics: readonly ReportDiagnostic[]): string {
  return diagnostics.length === 0 ? "" : fenced(presentDiagnostics(diagnostics, fenceLook));
}

export function coverageText({ text }: Coverage): string {
  return `Coverage: ${markdownCell(text)}`;
}

export function placeText(place: Place | undefined): string {
  return place === undefined ? "" : codeText(`${place.file}:${place.line}`);
}

/** A place or a name as code; one with letters that code could not hold in a table is plain text. */
function codeText(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? `\`${text}\`` : markdownCell(text);
}
