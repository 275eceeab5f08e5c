/** One record of a CSV text, and the line it begins on (counted from 1). */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
  /** A field begins with a quote that is never closed: it was taken to the end of its line. */
  readonly isUnclosed: boolean;
}

/** Reads CSV (RFC 4180), record by record: fields in quotes may hold commas, doubled quotes and line ends. Empty lines are left out. */
export function* readCsv(text: string): Generator<CsvRecord, undefined> {
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  let [fields, line, begins, isUnclosed]: [string[], number, number, boolean] = [[], 1, 1, false];
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    // A quote inside a plain field, or one that is never closed, is taken as it stands.
    const [whole, quoted, plain = "", end = ""] = match ?? loose(text, at);
    if (match === null) {
      pattern.lastIndex = at + whole.length;
      isUnclosed ||= plain.startsWith('"');
    }
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    // Only a field in quotes goes over several lines.
    line += quoted === undefined ? Number(end !== "," && end !== "") : (whole.match(/\r\n|\n|\r/g)?.length ?? 0);
    if (end === ",") {
      if (pattern.lastIndex === text.length) fields.push("");
      else continue;
    }
    if (fields.some((field) => field !== "")) yield { line: begins, fields, isUnclosed };
    [fields, begins, isUnclosed] = [[], line, false];
  }
  return undefined;
}

function loose(text: string, at: number): readonly [string, undefined, string, string] {
  const [whole = "", field = "", end = ""] = /^([^\r\n]*?)(,|\r\n|\n|\r|$)/.exec(text.slice(at)) ?? [];
  return [whole, undefined, field, end];
}
