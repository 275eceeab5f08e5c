import * as fc from "fast-check";

/** Pieces of names that once broke some format, terminal or site. */
const hostilePieces: readonly string[] = [
  '"',
  "'",
  ",",
  ";",
  "|",
  "\\",
  "`",
  "```",
  "*",
  "_",
  "[",
  "](x)",
  "{",
  "}",
  "<script>alert(1)</script>",
  "</style>",
  "<!--",
  "-->",
  "]]>",
  "&amp;",
  "&#124;",
  "#35;",
  "# ",
  "#12",
  "- ",
  "1. ",
  "> ",
  ": ",
  " #",
  "~",
  "null",
  "0x1f",
  "=HYPERLINK(1)",
  "+1",
  "-1",
  "@name",
  "https://a.example",
  "www.a.example",
  "%0A::error::",
  "%%{init: {}}%%",
  "end",
  "\n",
  "\r\n",
  "\t",
  "\u001b[31m",
  "\u009b31m",
  "\u0000",
  "\u200b",
  "\u202e",
  "\u061c",
  "\u2028",
  "\ufeff",
  "\uffff",
  "\ud800",
  "\u{e0041}",
  "→",
  "注文",
  "  ",
  "web",
];

export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...hostilePieces), fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 6 })
  .map((pieces) => pieces.join(""));

/** Fields whose values are words of the tool, never somebody's text. */
const ownWords = new Set([
  "format",
  "kind",
  "verdict",
  "status",
  "severity",
  "intent",
  "declared",
  "change",
  "holds",
  "reason",
  "direction",
  "style",
  "protocol",
  "allow",
  "undetermined",
  "ports",
]);

/** The document with somebody's idea of a good name behind every text that could be one. */
export function tainted<Document>(document: Document, tail: string): Document {
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return ownWords.has(key) ? value : value + tail;
    if (Array.isArray(value)) return value.map((item) => walk(item, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item, name)]));
  };
  return walk(document, "") as Document;
}

/** What no output may hold: controls but the line feed, direction marks, and their like. */
const hiddenLetters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/u;

export function holdsHidden(text: string): boolean {
  return hiddenLetters.test(text.replaceAll("\n", ""));
}
