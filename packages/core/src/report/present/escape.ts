/**
 * Names, labels and paths come from other people. Each output format has one function that makes them harmless; everything
 * that presents such a text in that format calls it.
 */

/** For terminals and logs: control characters, and those that turn the writing direction, are shown as `\u{…}`. */
export function safeText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (letter) =>
    letter === "\t" ? " " : `\\u{${letter.charCodeAt(0).toString(16)}}`,
  );
}

/** For CSV (RFC 4180): quoted where needed; a text that a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && text !== "-" ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** For a cell of a Markdown table: no pipe, no line break, no markup, no HTML. */
export function markdownCell(text: string): string {
  return safeText(text)
    .replace(/[\\|`*_{}[\]<>#~!&]/g, (letter) => (letter === "<" ? "&lt;" : letter === ">" ? "&gt;" : letter === "&" ? "&amp;" : `\\${letter}`))
    .replace(/(https?):\/\//g, "$1&#58;//");
}

/** For text and attributes of XML, SVG and HTML; characters that XML does not know are shown as `\u{…}`. */
export function xmlText(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return safeText(text).replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}

/** For a label in a Mermaid graph: quotes, brackets and markup are written as its entities. */
export function mermaidLabel(text: string): string {
  return safeText(text).replace(/["#;<>&`[\](){}|\\]/g, (letter) => `#${letter.charCodeAt(0)};`);
}

/** For the message of a GitHub workflow command. */
export function annotationText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** For a property of a GitHub workflow command. */
export function annotationProperty(text: string): string {
  return annotationText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
