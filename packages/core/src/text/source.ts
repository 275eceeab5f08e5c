/** One text that somebody wrote, under the name the user knows it by. A byte-order mark is already removed. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** A range of a source, in UTF-16 units: `start` included, `end` not. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** Where an offset is for a reader: both count from 1, the column in characters (code points). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Which part of a node a place means: its key, its value, or both (`project: jtac`). A list item has no key. */
export type Part = "key" | "value" | "entry";

/** A parsed document that can find its nodes again. Offsets are looked up on demand, so that a million nodes cost nothing. */
export interface SourceDocument {
  readonly source: Source;
  /** Where there is one way only to write a value: `0443` is no number of JSON. */
  readonly syntax?: "json";
  /** Finds a node by its manifest path (`spec.ingress[0].from[2]`); the nearest parent when it is not written there (a default). */
  locate(path: string, part: Part): Span;
  /** How far the node at a path goes, from its first character to the end of its last line; undefined of a text without nodes. */
  readonly extentOf?: (path: string) => Omit<Span, "source">;
}

/** Where a piece of the model was written. It takes no part in equality, order or a decision (invariant 7). */
export interface Origin {
  readonly document: SourceDocument;
  /** The manifest path inside the document: `spec.ingress[0].from[2]`, `items[3].metadata.labels["a.b/c"]`; the document itself is "". */
  readonly path: string;
}

export type PathStep = string | number;

/** Appends one step to a path: `.key`, `["odd key"]` or `[3]`. */
export function childPath(path: string, step: PathStep): string {
  if (typeof step === "number") return `${path}[${step}]`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(step)) return `${path}[${JSON.stringify(step)}]`;
  return path === "" ? step : `${path}.${step}`;
}

/** The steps of a path that `childPath` made. */
export function pathSteps(path: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  for (const [, key, index, quoted] of path.matchAll(/([A-Za-z_$][\w$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g)) {
    if (key !== undefined) steps.push(key);
    else if (index !== undefined) steps.push(Number(index));
    else if (quoted !== undefined) steps.push(JSON.parse(quoted) as string);
  }
  return steps;
}

/** The part of a path below `spec`, as messages name rules and peers: `ingress[0].from[2]`. */
export function pathInSpec(path: string): string {
  return /(?:^|\.)spec\.(.*)$/s.exec(path)?.[1] ?? path;
}

export function spanOf(origin: Origin, part: Part = "entry"): Span {
  return origin.document.locate(origin.path, part);
}

/** The lines of a node, counted from 1, both included. */
export function linesOf({ document, path }: Origin): { readonly first: number; readonly last: number } {
  const { source } = document;
  const { start, end } = document.extentOf?.(path) ?? document.locate(path, "entry");
  const written = source.text.slice(start, end).trimEnd();
  return { first: positionOf(source, start).line, last: positionOf(source, start + Math.max(0, written.length - 1)).line };
}

export function positionOf(source: Source, offset: number): Position {
  const starts = lineStarts(source);
  const line = lineAt(starts, offset);
  const start = starts[line - 1] ?? 0;
  return { line, column: [...source.text.slice(start, offset)].length + 1 };
}

/** The text of one line (counted from 1) without its line end. */
export function lineText(source: Source, line: number): string {
  const starts = lineStarts(source);
  const start = starts[line - 1];
  if (start === undefined) return "";
  return source.text.slice(start, starts[line] ?? source.text.length).replace(/(?:\r\n|\n|\r)$/, "");
}

/** The offset at which a line (counted from 1) begins; the end of the text for a line behind the last. */
export function lineStart(source: Source, line: number): number {
  return lineStarts(source)[line - 1] ?? source.text.length;
}

/** `policy1.yaml:14:7`; without the column `policy1.yaml:14`. */
export function placeText(span: Span, columns: "with-column" | "line-only" = "line-only"): string {
  const { line, column } = positionOf(span.source, span.start);
  return columns === "with-column" ? `${span.source.name}:${line}:${column}` : `${span.source.name}:${line}`;
}

/** Documents, spans and origins of a text that no parser has seen: the whole of it is its only node. */
export function plainDocument(source: Source): SourceDocument {
  return { source, locate: () => ({ source, start: 0, end: 0 }) };
}

const startsOf = new WeakMap<Source, readonly number[]>();

function lineStarts(source: Source): readonly number[] {
  let starts = startsOf.get(source);
  if (starts === undefined) {
    const found = [0];
    for (const { 0: end, index } of source.text.matchAll(/\r\n|\n|\r/g)) found.push(index + end.length);
    starts = found;
    startsOf.set(source, starts);
  }
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
