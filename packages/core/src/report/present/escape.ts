/**
 * Names, labels and paths come from other people. Each output format has one function that makes them harmless; everything
 * that presents such a text in that format calls it.
 */

/**
 * Letters that nobody sees, or that change how others are seen: controls, format and direction marks, separators of lines and
 * paragraphs, halves of a pair, and code points that are no characters.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/** For terminals and logs: hidden letters are shown as `\u{…}`, a tab as a space. */
export function safeText(text: string): string {
  return text.replace(hidden, (letter) => (letter === "\t" ? " " : `\\u{${hexOf(letter, 1)}}`));
}

/** Printable letters of ASCII but the quote and the backslash: a string of JSON as they stand. */
const plainJson = /^[ !#-[\]-~]*$/;

/** A string of JSON: what is hidden stands as `\u…`, so that the document may be printed on a terminal and reads back unchanged. */
export function jsonString(text: string): string {
  // Nearly every string: of 100,000 answers a third of the time went into looking for what is hidden in them.
  if (plainJson.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(hidden, (letter) =>
    letter
      .split("")
      .map((unit) => `\\u${hexOf(unit, 4)}`)
      .join(""),
  );
}

/** Words that some reader of YAML 1.1 or 1.2 takes for a truth value, for nothing, or (`e1`) for a number without digits. */
const yamlWords = /^(?:y|n|yes|no|on|off|true|false|null|e\d+)$/i;
/** Begins with a letter, so it is no number, date, address or sign of YAML; holds nothing that ends or divides a plain scalar. */
const yamlPlain = /^[A-Za-z](?:[\w./()[\]-]|[ :,](?=[\w./()[\]-]))*$/;

/** A string of YAML: bare where every reader takes it for this text, else in double quotes, with what is hidden as `\u…` or `\U…`. */
export function yamlString(text: string): string {
  if (yamlPlain.test(text) && !yamlWords.test(text)) return text;
  // Half a pair cannot be written in YAML at all.
  const quoted = JSON.stringify(text.replace(/\p{Cs}/gu, "\ufffd"));
  return quoted.replace(hidden, (letter) => ((letter.codePointAt(0) ?? 0) > 0xffff ? `\\U${hexOf(letter, 8)}` : `\\u${hexOf(letter, 4)}`));
}

/**
 * For CSV (RFC 4180): one line, quoted where needed; before a text that a spreadsheet would run as a formula stands an apostrophe,
 * which is how spreadsheets themselves mark a text.
 */
export function csvField(text: string): string {
  const shown = safeText(text);
  const safe = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(shown) && shown !== "-" ? `'${shown}` : shown;
  return /[",]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * For a text anywhere in a line of Markdown, a table's cell included: no pipe, no line break, no markup, no HTML, no formula. A
 * zero-width space takes the meaning from what sites make links, messages or references of: `@name`, `https://`, `www.`, `#12`.
 */
export function markdownCell(text: string): string {
  return safeText(text)
    .trim()
    .replace(/(@|:(?=\/\/)|#(?=\d)|www(?=\.))|[\\|`*_{}[\]<>#~&$]/gi, (mark, linked?: string) =>
      linked === undefined ? (markdownEntities[mark] ?? `\\${mark}`) : `${linked}&#8203;`,
    )
    .replace(/^([-+]|\d+(?=[.)](?:\s|$)))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

const markdownEntities: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", $: "&#36;" };

/** For text and attributes of XML, SVG and HTML; characters that XML does not know are shown as `\u{…}`. */
export function xmlText(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return safeText(text).replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}

/**
 * For a label in quotes of a Mermaid graph. Every sign that could end the label, or mean something in Mermaid, HTML or Markdown, is
 * written as its entity; so is the start of what would be a list.
 */
export function mermaidLabel(text: string): string {
  return safeText(text)
    .replace(/[^\p{L}\p{N}\p{M} .,:/()+\-\u0080-\u{10ffff}]/gu, (letter) => `#${letter.charCodeAt(0)};`)
    .replace(
      /^(\s*)([-+](?=\s)|\d+(?=[.)]\s))/,
      (_, space: string, start: string) => space + [...start].map((letter) => `#${letter.charCodeAt(0)};`).join(""),
    );
}

/** For the message of a GitHub workflow command. */
export function annotationText(text: string): string {
  const lines = text.split(/\r\n|\r|\n/).map(safeText);
  return lines.map((line) => line.replaceAll("%", "%25")).join("%0A");
}

/** For a property of a GitHub workflow command. */
export function annotationProperty(text: string): string {
  return annotationText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function hexOf(letter: string, digits: number): string {
  return (letter.codePointAt(0) ?? 0).toString(16).padStart(digits, "0");
}
