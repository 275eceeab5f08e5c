import type { Diagnostic } from "../text/diagnostic.ts";
import { childPath, type Origin, type Part, type SourceDocument, type Span } from "../text/source.ts";
import { say } from "./messages.ts";
import type { OneOrMany } from "./schema.ts";

/** One file while it is read. */
export interface Reading {
  readonly document: SourceDocument;
  readonly diagnostics: Diagnostic[];
  /** Paths of values whose form is wrong: they were objected to, and are passed over from here on. */
  readonly broken: ReadonlySet<string>;
  /** Where each id of a row, a statement or a deviation is given. */
  readonly ids: Map<string, readonly string[]>;
}

/** A value of the file, of a kind that the schema has checked, and where it stands. */
export interface Written<T> {
  readonly value: T;
  readonly path: string;
}

/** The value under a key; undefined when it is not written, or was objected to. */
export function field<T extends object, K extends keyof T & string>(
  reading: Reading,
  parent: Written<T>,
  key: K,
): Written<NonNullable<T[K]>> | undefined {
  const path = childPath(parent.path, key);
  if (!Object.hasOwn(parent.value, key) || reading.broken.has(path)) return undefined;
  const value = parent.value[key];
  return value === undefined || value === null ? undefined : { value, path };
}

/** The value of a field that is a plain text, number or word. */
export function plain<T extends object, K extends keyof T & string>(
  reading: Reading,
  parent: Written<T>,
  key: K,
): NonNullable<T[K]> | undefined {
  return field(reading, parent, key)?.value;
}

/** Whether something inside this value was objected to, so that what seems missing may be it. */
export function hasBroken({ broken }: Reading, path: string): boolean {
  return [...broken].some((each) => each.startsWith(`${path}.`) || each.startsWith(`${path}[`));
}

/** The id that is given to a row, a statement or a deviation: they are one space, because reports and people point into it. */
export function readId(reading: Reading, parent: Written<{ readonly id?: string | undefined }>): string | undefined {
  const written = field(reading, parent, "id");
  if (written === undefined) return undefined;
  const before = reading.ids.get(written.value) ?? [];
  const [first] = before;
  if (first !== undefined) {
    const related = [{ at: spanAt(reading, childPath(first, "id")), message: "the first" }];
    reading.diagnostics.push(say("id-twice", spanAt(reading, written.path), { id: written.value }, { related }));
  }
  reading.ids.set(written.value, [...before, parent.path]);
  return written.value;
}

/** The items of a list, or the one item that stands for it. */
export function items<T>(reading: Reading, list: Written<OneOrMany<T>> | undefined): readonly Written<T>[] {
  if (list === undefined) return [];
  const { value, path } = list;
  const all: readonly Written<T>[] = isMany(value)
    ? value.map((item, i) => ({ value: item, path: childPath(path, i) }))
    : [{ value, path }];
  return all.filter((item) => !reading.broken.has(item.path));
}

/** The entries of a mapping with names as keys. */
export function entries<T>(
  reading: Reading,
  map: Written<Readonly<Record<string, T>>> | undefined,
): readonly (Written<T> & { readonly key: string })[] {
  if (map === undefined) return [];
  return Object.entries(map.value)
    .map(([key, value]) => ({ key, value, path: childPath(map.path, key) }))
    .filter(({ path }) => !reading.broken.has(path));
}

export function originAt({ document }: Reading, path: string): Origin {
  return { document, path };
}

export function spanAt({ document }: Reading, path: string, part: Part = "value"): Span {
  return document.locate(path, part);
}

/**
 * A place inside a text value: its characters from `start` to `end`. Where the value does not stand in the file as it is
 * (escapes, folded lines), the whole value is the place.
 */
export function originInside(reading: Reading, { value, path }: Written<string>, start: number, end: number): Origin {
  const { document } = reading;
  if (start === 0 && end === value.length) return { document, path };
  const locate = (): Span => {
    const whole = document.locate(path, "value");
    const offset = document.source.text.slice(whole.start, whole.end).indexOf(value);
    if (offset < 0) return whole;
    return { source: document.source, start: whole.start + offset + start, end: whole.start + offset + end };
  };
  return {
    document: { source: document.source, locate: (asked, part) => (asked === path ? locate() : document.locate(asked, part)) },
    path,
  };
}

/** Pieces of a text between separators, without the blanks around them. */
export interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export function splitPieces(text: string, separator: RegExp, base = 0): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  const add = (end: number): void => {
    const piece = text.slice(start, end);
    const trimmed = piece.trim();
    const first = start + (trimmed === "" ? 0 : piece.indexOf(trimmed));
    pieces.push({ text: trimmed, start: base + first, end: base + first + trimmed.length });
  };
  for (const { 0: found, index } of text.matchAll(separator)) {
    add(index);
    start = index + found.length;
  }
  add(text.length);
  return pieces;
}

function isMany<T>(value: OneOrMany<T>): value is readonly T[] {
  return Array.isArray(value);
}
