import { compareTexts } from "../../text/diagnostic.ts";
import { jsonString } from "./escape.ts";

/** A document as JSON: keys sorted, `format` first, two spaces, one newline at the end. The same document gives the same bytes. */
export function presentJson(document: unknown): string {
  return `${written(document, "\n", "document")}\n`;
}

/** Whether a value is the whole document, where `format` comes first, or something in it. */
export type Rank = "document" | "part";

function written(value: unknown, newline: string, rank: Rank): string {
  if (typeof value === "string") return jsonString(value);
  if (typeof value === "number" || typeof value === "boolean") return JSON.stringify(value);
  // An absent element of an array is null, as JSON.stringify has it.
  if (typeof value !== "object" || value === null) return "null";
  const inner = `${newline}  `;
  if (Array.isArray(value))
    return bracketed(
      "[",
      value.map((item) => written(item, inner, "part")),
      "]",
      newline,
    );
  return bracketed(
    "{",
    entriesOf(value, rank).map(([key, item]) => `${jsonString(key)}: ${written(item, inner, "part")}`),
    "}",
    newline,
  );
}

function bracketed(open: string, items: readonly string[], close: string, newline: string): string {
  return items.length === 0 ? open + close : `${open}${newline}  ${items.join(`,${newline}  `)}${newline}${close}`;
}

/** The fields of an object that have a value, in printed order. */
export function entriesOf(value: object, rank: Rank): readonly (readonly [string, unknown])[] {
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(fields).sort(compareTexts);
  const inOrder = rank === "document" && Object.hasOwn(fields, "format") ? ["format", ...keys.filter((key) => key !== "format")] : keys;
  const entries: (readonly [string, unknown])[] = [];
  for (const key of inOrder) if (fields[key] !== undefined) entries.push([key, fields[key]]);
  return entries;
}
