import type { Range } from "./events.ts";

/** One entry of a JSON collection: where its key and its value stand. A list item has no key. */
export interface JsonPlace {
  readonly key: string | undefined;
  readonly keyRange: Range | undefined;
  readonly value: number;
}

/** Where a JSON text is wrong. */
export interface JsonError {
  readonly problem: "syntax" | "depth";
  readonly at: number;
  readonly expected: string;
}

/** A key given twice in one object; the offsets are those of the two keys' opening quotes. */
export interface JsonRepeat {
  readonly key: string;
  readonly steps: readonly (string | number)[];
  readonly first: number;
  readonly second: number;
}

/** The offset of the next character that is not white space. */
export function valueStart(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
  }
  return at;
}

/** The range of the value that begins at `at`, in a text that is known to be good JSON. */
export function jsonRange(text: string, at: number): Range {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = stringEnd(text, i) - 1;
    else if (code === openBrace || code === openBracket) depth++;
    else if (code === closeBrace || code === closeBracket) depth--;
    else if (depth === 0) {
      while (i < text.length && !/[\s,\]}]/.test(text[i] as string)) i++;
      return { start: at, end: i };
    } else continue;
    if (depth <= 0) return { start: at, end: i + 1 };
  }
  return { start: at, end: text.length };
}

/** The members of the object or list that begins at `at`, in a text that is known to be good JSON; at most `most` of them. */
export function jsonMembers(text: string, at: number, most: number = Infinity): readonly JsonPlace[] {
  const members: JsonPlace[] = [];
  const isObject = text.charCodeAt(at) === openBrace;
  if (!isObject && text.charCodeAt(at) !== openBracket) return members;
  for (let i = valueStart(text, at + 1); i < text.length && members.length < most;) {
    const code = text.charCodeAt(i);
    if (code === closeBrace || code === closeBracket) break;
    let key: string | undefined;
    let keyRange: Range | undefined;
    if (isObject) {
      keyRange = { start: i, end: stringEnd(text, i) };
      key = stringValue(text, keyRange);
      i = valueStart(text, valueStart(text, keyRange.end) + 1);
    }
    members.push({ key, keyRange, value: i });
    i = valueStart(text, jsonRange(text, i).end);
    if (text.charCodeAt(i) === comma) i = valueStart(text, i + 1);
  }
  return members;
}

/** What one look at a JSON value finds, if there is nothing that must be looked at more closely. */
export interface JsonOutline {
  readonly end: number;
  /** Of a mapping whose `items` is a list of mappings and lists: where the list begins and ends, and from where to where each item goes. */
  readonly items: (Range & { readonly places: readonly number[] }) | undefined;
}

/** More keys than this in one mapping are compared in another way. */
const mostKeys = 256;

/**
 * Looks at a JSON value once, letter by letter: a key given twice, a key with an escape, a value nested deeper than `depth` or not closed
 * gives undefined, and so does whatever is no JSON as far as one can see that. What is between is not checked: `JSON.parse` does that.
 * Takes a third of the time of `JSON.parse`; keys are compared by hash within their mapping, and an equal one is no proof but enough.
 */
export function outlineJson(text: string, from: number, to: number, depth: number): JsonOutline | undefined {
  const isMapping = new Uint8Array(depth + 2);
  /** By level, where the hashes of its mapping's keys begin. */
  const bases = new Int32Array(depth + 2);
  const hashes: number[] = [];
  let [level, keys, expectKey] = [0, 0, false];
  let list: { readonly start: number; end: number; readonly places: number[] } | undefined;
  /** `items` of the outermost mapping: named, then inside. */
  let [isItems, inItems, isBehindItem] = [false, false, false];
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    const isItemLevel = inItems && level === 2;
    if (code === quote) {
      if (isItemLevel) return undefined;
      if (!expectKey) {
        i = stringEnd(text, i) - 1;
        continue;
      }
      let [hash, end] = [0, i + 1];
      for (let letter = text.charCodeAt(end); letter !== quote; letter = text.charCodeAt(++end)) {
        if (letter === backslash || end >= to) return undefined;
        hash = (Math.imul(hash, 31) + letter) | 0;
      }
      const base = bases[level] as number;
      for (let key = base; key < keys; key++) if (hashes[key] === hash) return undefined;
      if (keys - base > mostKeys) return undefined;
      hashes[keys++] = hash;
      if (level === 1) isItems = end - i === 6 && text.startsWith("items", i + 1);
      [i, expectKey] = [end, false];
    } else if (code === openBrace || code === openBracket) {
      if (isItemLevel) {
        if (isBehindItem) return undefined;
        list?.places.push(i);
      }
      if (level === 1 && isItems && code === openBracket) {
        inItems = true;
        list = { start: i, end: i, places: [] };
      }
      level++;
      if (level > depth) return undefined;
      isMapping[level] = Number(code === openBrace);
      bases[level] = keys;
      expectKey = code === openBrace;
    } else if (code === closeBrace || code === closeBracket) {
      if (level === 0 || (isMapping[level] === 1) !== (code === closeBrace)) return undefined;
      if (isItemLevel && list !== undefined) {
        // A comma without an item behind it.
        if (!isBehindItem && list.places.length > 0) return undefined;
        list.end = i + 1;
        inItems = false;
      }
      keys = bases[level] as number;
      level--;
      expectKey = false;
      if (inItems && level === 2) {
        list?.places.push(i + 1);
        isBehindItem = true;
      }
      if (level === 0) return { end: i + 1, items: list };
    } else if (code === comma) {
      if (isItemLevel) {
        if (!isBehindItem) return undefined;
        isBehindItem = false;
      }
      expectKey = isMapping[level] === 1;
    } else if (isItemLevel && code > 32) return undefined;
  }
  return undefined;
}

/**
 * Goes through one JSON value without recursion: where it ends, the first thing wrong with it, the keys given twice, and whether it is
 * nested deeper than `depth`.
 */
export function scanJson(
  text: string,
  from: number,
  depth: number,
): { readonly end: number; readonly error?: JsonError; readonly repeats: readonly JsonRepeat[] } {
  const repeats: JsonRepeat[] = [];
  const frames: ScanFrame[] = [];
  let at = valueStart(text, from);
  let expectValue = true;

  for (;;) {
    const frame = frames.at(-1);
    const code = text.charCodeAt(at);
    if (expectValue) {
      if (frame?.keys !== undefined) {
        if (code !== quote) return { end: at, repeats, error: { problem: "syntax", at, expected: "a key in double quotes" } };
        const end = checkedStringEnd(text, at);
        if (typeof end !== "number") return { end: at, repeats, error: end };
        const key = stringValue(text, { start: at, end });
        const first = frame.keys.get(key);
        if (first !== undefined && repeats.length < 50) repeats.push({ key, steps: stepsOf(frames.slice(0, -1)), first, second: at });
        frame.keys.set(key, at);
        frame.key = key;
        at = valueStart(text, end);
        if (text.charCodeAt(at) !== colon) return { end: at, repeats, error: { problem: "syntax", at, expected: "`:`" } };
        at = valueStart(text, at + 1);
      }
      const value = text.charCodeAt(at);
      if (value === openBrace || value === openBracket) {
        if (frames.length >= depth) return { end: at, repeats, error: { problem: "depth", at, expected: `at most ${depth} levels` } };
        frames.push(value === openBrace ? { keys: new Map(), key: "", index: 0 } : { keys: undefined, key: "", index: 0 });
        at = valueStart(text, at + 1);
        const close = text.charCodeAt(at);
        expectValue = !(close === (value === openBrace ? closeBrace : closeBracket));
        continue;
      }
      const end = value === quote ? checkedStringEnd(text, at) : wordEnd(text, at);
      if (typeof end !== "number") return { end: at, repeats, error: end };
      at = end;
      if (frame === undefined) return { end: at, repeats };
      at = valueStart(text, at);
      expectValue = false;
      continue;
    }
    if (frame === undefined) return { end: at, repeats };
    const close = frame.keys === undefined ? closeBracket : closeBrace;
    if (code === comma) {
      frame.index++;
      at = valueStart(text, at + 1);
      expectValue = true;
    } else if (code === close) {
      frames.pop();
      at++;
      if (frames.length === 0) return { end: at, repeats };
      at = valueStart(text, at);
    } else return { end: at, repeats, error: { problem: "syntax", at, expected: frame.keys === undefined ? "`,` or `]`" : "`,` or `}`" } };
  }
}

interface ScanFrame {
  readonly keys: Map<string, number> | undefined;
  key: string;
  index: number;
}

function stepsOf(frames: readonly ScanFrame[]): readonly (string | number)[] {
  return frames.map(({ keys, key, index }) => (keys === undefined ? index : key));
}

const [quote, backslash, comma, colon] = [34, 92, 44, 58];
const [openBrace, closeBrace, openBracket, closeBracket] = [123, 125, 91, 93];

/** The offset behind the closing quote of the string that opens at `at`. */
function stringEnd(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++;
  return slashes % 2 === 1;
}

function checkedStringEnd(text: string, at: number): number | JsonError {
  const end = stringEnd(text, at);
  if (end === text.length && (text.charCodeAt(end - 1) !== quote || end - 1 === at || isEscaped(text, end - 1)))
    return { problem: "syntax", at, expected: "a closing quote" };
  const body = text.slice(at + 1, end - 1);
  const control = body.search(controlCharacter);
  if (control >= 0) return { problem: "syntax", at: at + 1 + control, expected: "a closing quote, or an escape" };
  if (body.includes("\\")) {
    const bad = body.replace(goodEscape, (escape) => " ".repeat(escape.length)).indexOf("\\");
    if (bad >= 0) return { problem: "syntax", at: at + 1 + bad, expected: "an escape that JSON knows" };
  }
  return end;
}

// eslint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u001f]/;
const goodEscape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/g;
const word = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

function wordEnd(text: string, at: number): number | JsonError {
  word.lastIndex = at;
  return word.test(text) ? word.lastIndex : { problem: "syntax", at, expected: "a value" };
}

function stringValue(text: string, { start, end }: Range): string {
  const body = text.slice(start + 1, end - 1);
  return body.includes("\\") ? String(JSON.parse(text.slice(start, end))) : body;
}
