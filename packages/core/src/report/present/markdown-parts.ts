import { markdownCell, safeText } from "./escape.ts";

export interface MarkdownColumn {
  /** Markdown already. */
  readonly head: string;
  readonly align?: "right";
}

/** A place or a name as code; one with letters that code could not hold in a table is plain text. */
export function codeText(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? `\`${text}\`` : markdownCell(text);
}

/** Cells are Markdown already. */
export function markdownTable(columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns.map(({ head }) => head)), line(columns.map(({ align }) => (align === "right" ? "--:" : "---"))), ...rows.map(line)].join("\n");
}

/** Lines as they are, behind a fence that none of them can end. */
export function fenced(lines: string): string {
  const longest = Math.max(0, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  const text = lines.trimEnd().split("\n").map(safeText).join("\n");
  return `${fence}text\n${text}\n${fence}`;
}
