import { EVENT_ID, type Event } from "js-yaml";
import type { Diagnostic } from "../text/diagnostic.ts";
import { childPath, type Source, type Span } from "../text/source.ts";
import { buildDocument, type BuildError, type Value } from "./build.ts";
import { jsonDocument, yamlDocument, type LocatedDocument } from "./document.ts";
import { endOf, headOf, lineEnd, type Range } from "./events.ts";
import { parseLenient, type ParseFailure } from "./lenient.ts";
import { limits } from "./limits.ts";
import { say } from "./messages.ts";
import { whatMattersOfPod } from "./pods.ts";
import { outlineJson, scanJson, valueStart } from "./scan.ts";
import { withoutSecretText } from "./secrets.ts";
import { fieldOf, isRecord, type Fields } from "./value.ts";

/** One document of a text, decoded as kubectl decodes it (S19), that can find its nodes again. */
export interface ParsedDocument {
  readonly value: Value;
  readonly document: LocatedDocument;
  readonly repeatedKeys: readonly RepeatedKeyAt[];
}

/** A key given twice in one mapping; the last one counts. */
export interface RepeatedKeyAt {
  readonly key: string;
  /** The path of the mapping that holds it. */
  readonly path: string;
  readonly first: Span;
  readonly second: Span;
}

export interface ParsedText {
  /** The documents that could be read, in the order of the text. Empty ones are left out. */
  readonly documents: readonly ParsedDocument[];
  /** One entry per document that could not be read: all its errors. */
  readonly broken: readonly BrokenDocument[];
}

export interface BrokenDocument {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a text that people wrote as YAML (or JSON), such as a use-case file: scalars as kubectl decodes them, a key given twice is an error.
 * Never throws; what could not be read is in the diagnostics.
 */
export async function parseYaml(
  source: Source,
): Promise<{ readonly documents: readonly ParsedDocument[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { documents, broken } = await parseText(source);
  const repeated = documents.flatMap(({ repeatedKeys }) => repeatedKeys.map(keyRepeated));
  return { documents, diagnostics: [...broken.flatMap(({ diagnostics }) => diagnostics), ...repeated] };
}

export function keyRepeated({ key, first, second }: RepeatedKeyAt): Diagnostic {
  return say("key-repeated", second, { key }, { related: [{ at: first, message: "the first" }] });
}

/** Splits a text into documents and decodes each on its own, so that a broken one does not hide the others. */
export async function parseText(source: Source): Promise<ParsedText> {
  // A text that is one JSON value holds no marker lines to look for.
  const whole = { start: 0, end: source.text.length };
  const quick = isJson(source.text, whole) ? quickJson(source, whole) : undefined;
  if (quick !== undefined) return { documents: [quick], broken: [] };
  const documents: ParsedDocument[] = [];
  const broken: BrokenDocument[] = [];
  for (const range of splitStream(source.text)) {
    const parsed = isJson(source.text, range) ? await parseJson(source, range) : await parseYamlDocuments(source, range);
    documents.push(...parsed.documents);
    broken.push(...parsed.broken);
  }
  return { documents, broken };
}

/** A marker line begins a document (`---`) or ends one (`...`), wherever it stands: even inside a quoted or block scalar. */
function* splitStream(text: string): Generator<Range> {
  const marker = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
  let start = 0;
  for (const { 0: mark, index } of text.matchAll(marker)) {
    // A line separator of Unicode begins a line for a regular expression, not for YAML.
    if (index > 0 && !/[\r\n]/.test(text[index - 1] as string)) continue;
    if (mark === "---") {
      // Directives belong to the document that the marker begins.
      if (onlyDirectives(text.slice(start, index))) continue;
      if (hasContent(text, start, index)) yield { start, end: index };
      start = index;
    } else {
      const end = lineEnd(text, index);
      if (hasContent(text, start, index)) yield { start, end };
      start = end;
    }
  }
  if (hasContent(text, start, text.length)) yield { start, end: text.length };
}

function onlyDirectives(text: string): boolean {
  return /^%/m.test(text) && /^(?:(?:%.*|[ \t]*(?:#.*)?)(?:\r?\n|$))*$/.test(text.slice(0, 10_000)) && text.length <= 10_000;
}

/** Whether there is more than blanks, comments and the marker itself. */
function hasContent(text: string, start: number, end: number): boolean {
  let at = text.startsWith("---", start) && /^---(?:\s|$)/.test(text.slice(start, start + 4)) ? start + 3 : start;
  while (at < end) {
    at = valueStart(text, at);
    if (at >= end) return false;
    if (text[at] === "\uFEFF") at++;
    else if (text[at] !== "#") return true;
    else at = lineEnd(text, at);
  }
  return false;
}

function contentStart(text: string, { start }: Range): number {
  return valueStart(text, /^---\s/.test(text.slice(start, start + 4)) ? start + 3 : start);
}

function isJson(text: string, range: Range): boolean {
  const first = text[contentStart(text, range)];
  return first === "{" || first === "[";
}

/** One JSON value, or several one after the other. A text in braces that is no JSON may still be YAML in flow style. */
async function parseJson(source: Source, range: Range): Promise<ParsedText> {
  const quick = quickJson(source, range);
  if (quick !== undefined) return { documents: [quick], broken: [] };
  const documents: ParsedDocument[] = [];
  for (let at = contentStart(source.text, range); at < range.end;) {
    const { end, error, repeats } = scanJson(source.text, at, limits.depth);
    if (error !== undefined) {
      const asYaml = documents.length === 0 && error.problem === "syntax" ? await jsonAsYaml(source, range) : undefined;
      if (asYaml !== undefined) return asYaml;
      const span: Span = { source: withoutSecretText(source, range), start: error.at, end: Math.min(range.end, error.at + 1) };
      const diagnostic =
        error.problem === "depth" ? say("nesting-too-deep", span, { levels: limits.depth }) : say("json-invalid", span, error);
      return { documents, broken: [{ text: source.text.slice(range.start, range.end), diagnostics: [diagnostic] }] };
    }
    const repeatedKeys = repeats.map(({ key, steps, first, second }) => ({
      key,
      path: steps.reduce<string>(childPath, ""),
      first: { source, start: first, end: first + key.length + 2 },
      second: { source, start: second, end: second + key.length + 2 },
    }));
    documents.push({ value: JSON.parse(source.text.slice(at, end)) as Value, document: jsonDocument(source, at), repeatedKeys });
    at = valueStart(source.text, end);
    if (source.text.startsWith("...", at)) break;
  }
  return { documents, broken: [] };
}

/**
 * The usual case, as fast as it can be: one good value, in which no key is given twice. Items of a list are parsed one by one, and of pods
 * only what matters is kept: a dump of 100,000 pods is half a gigabyte of values otherwise, and moving them about takes longer than all else.
 */
function quickJson(source: Source, range: Range): ParsedDocument | undefined {
  const { text } = source;
  const start = contentStart(text, range);
  const outline = outlineJson(text, start, range.end, limits.depth);
  if (outline === undefined || valueStart(text, outline.end) < range.end) return undefined;
  const { end, items } = outline;
  try {
    const value = JSON.parse(
      items === undefined ? text.slice(start, end) : `${text.slice(start, items.start)}[]${text.slice(items.end, end)}`,
    ) as Value;
    if (items !== undefined) (value as { items: Value[] }).items = itemsIn(text, items.places, fieldOf(value as Fields, "kind"));
    return { value, document: jsonDocument(source, start, items), repeatedKeys: [] };
  } catch {
    // What is wrong with it is found by going through it.
    return undefined;
  }
}

function itemsIn(text: string, places: readonly number[], listKind: Value | undefined): Value[] {
  const items: Value[] = [];
  for (let i = 0; i < places.length; i += 2) {
    const item = JSON.parse(text.slice(places[i], places[i + 1])) as Value;
    const kind = isRecord(item) ? (fieldOf(item, "kind") ?? (listKind === "PodList" ? "Pod" : undefined)) : undefined;
    items.push(kind === "Pod" ? whatMattersOfPod(item as Fields) : item);
  }
  return items;
}

/** What begins like JSON (`{"`, not `{a:`) is told as JSON when it is neither. */
async function jsonAsYaml(source: Source, range: Range): Promise<ParsedText | undefined> {
  const start = contentStart(source.text, range);
  const looksLikeJson = /^[{[]\s*(?:["[{\]}]|$)/.test(source.text.slice(start, start + 1000)) && !source.text.startsWith("{{", start);
  if (looksLikeJson && range.end - range.start > limits.rereadCharacters) return undefined;
  const parsed = await parseYamlDocuments(source, range);
  return parsed.broken.length === 0 || !looksLikeJson ? parsed : undefined;
}

async function parseYamlDocuments(source: Source, range: Range): Promise<ParsedText> {
  const written = source.text.slice(range.start, range.end);
  if (scalarsIn(written) > limits.yamlScalars) {
    const at: Span = { source: withoutSecretText(source, range), start: range.start, end: range.start };
    return brokenAt(written, [say("document-too-large", at, { megabytes: Math.round(written.length / 1_000_000) })]);
  }
  const parsed = parseLenient(written);
  if ("reason" in parsed) {
    const failure = failureIn(source, range, parsed.at);
    return brokenAt(written, failure.hidden ? [failure.hidden] : await syntaxErrors(written, parsed, failure.spanAt));
  }
  const { events, text, toWritten } = parsed;
  const toSource = (offset: number): number => range.start + toWritten(offset);
  const documents: ParsedDocument[] = [];
  for (const own of perDocument(events)) {
    const { value, repeated, error } = buildDocument(own, text);
    const rangeAt = (event: number): Range => rangeOfEvent(own, event, text);
    if (error !== undefined) {
      const [start, end] = [toWritten(rangeAt(error.event).start), toWritten(rangeAt(error.event).end)];
      const failure = failureIn(source, range, start);
      return { ...brokenAt(written, [failure.hidden ?? buildFailure(error, failure.spanAt(start, end))]), documents };
    }
    if (value === null) continue;
    const spanOfKey = (event: number): Span => ({ source, start: toSource(rangeAt(event).start), end: toSource(rangeAt(event).end) });
    documents.push({
      value,
      document: yamlDocument(source, text, own, toSource),
      repeatedKeys: repeated.map(({ key, path, firstEvent, secondEvent }) => ({
        key,
        path,
        first: spanOfKey(firstEvent),
        second: spanOfKey(secondEvent),
      })),
    });
  }
  return { documents, broken: [] };
}

/** About how many scalars a text holds: keys and values, items, without looking at quotes. */
function scalarsIn(text: string): number {
  if (text.length < limits.yamlScalars) return 0;
  let scalars = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === comma) scalars++;
    else if ((code === colon || code === dash) && text.charCodeAt(at + 1) <= space) scalars += code === colon ? 2 : 1;
  }
  return scalars;
}

const [comma, colon, dash, space] = [44, 58, 45, 32];

function brokenAt(text: string, diagnostics: readonly Diagnostic[]): ParsedText {
  return { documents: [], broken: [{ text, diagnostics }] };
}

/** How to speak of a mistake at an offset of a document: without a word of its text when it may hold a Secret. */
function failureIn(source: Source, range: Range, at: number): { readonly spanAt: SpanAt; readonly hidden: Diagnostic | undefined } {
  const shown = withoutSecretText(source, range);
  const spanAt: SpanAt = (start, end = start + 1) => ({ source: shown, start: range.start + start, end: range.start + end });
  const reason = "the place is not shown, because this may hold a Secret";
  return { spanAt, hidden: shown === source ? undefined : say("yaml-invalid", spanAt(at), { reason }) };
}

type SpanAt = (start: number, end?: number) => Span;

function perDocument(events: readonly Event[]): readonly (readonly Event[])[] {
  const starts = events.flatMap(({ type }, at) => (type === EVENT_ID.DOCUMENT ? [at] : []));
  return starts.length === 1 ? [events] : starts.map((start, i) => events.slice(start, starts[i + 1] ?? events.length));
}

function rangeOfEvent(events: readonly Event[], at: number, text: string): Range {
  const head = headOf(events, at, text);
  if (head !== undefined) return head;
  for (let i = at; i > 0; i--) {
    const end = endOf(events, i, text);
    if (end >= 0) return { start: end, end: end + 1 };
  }
  return { start: 0, end: 1 };
}

function buildFailure({ problem, text }: BuildError, at: Span): Diagnostic {
  switch (problem) {
    case "alias-unknown":
      return say("alias-unknown", at, { name: text });
    case "alias-recursive":
      return say("alias-recursive", at, { name: text });
    case "alias-bomb":
      return say("alias-bomb", at, { nodes: limits.aliasedNodes });
    case "nesting":
      return say("nesting-too-deep", at, { levels: limits.depth });
    case "key-kind":
      return say("key-not-text", at, { found: text });
    case "tag":
      return say("tag-mismatch", at, { tag: text });
    case "merge":
      return say("merge-invalid", at, {});
    case "not-finite":
      return say("number-not-finite", at, { text });
  }
}

/** What the first parser stopped at; in a document of ordinary size everything that a second, more patient one finds. */
async function syntaxErrors(text: string, first: ParseFailure, spanAt: SpanAt): Promise<readonly Diagnostic[]> {
  if (first.reason.startsWith("nesting exceeded")) return [say("nesting-too-deep", spanAt(first.at), { levels: limits.depth })];
  const tab = tabInIndentation(text, first);
  if (tab !== undefined) return [say("yaml-tab", spanAt(tab), {})];
  const all = text.length <= limits.rereadCharacters ? await allErrors(text) : [];
  const found = all.length === 0 ? [first] : all;
  return found.map(({ at, reason }) => say("yaml-invalid", spanAt(at), { reason }));
}

function tabInIndentation(text: string, { at, reason }: ParseFailure): number | undefined {
  const start = text.lastIndexOf("\n", Math.max(0, at - 1)) + 1;
  const tab = /^ *\t/.exec(text.slice(start, lineEnd(text, start)));
  if (tab !== null) return start + tab[0].length - 1;
  return reason.includes("tab character") ? at : undefined;
}

/** The next character that shows, as long as it is on the same line. */
function afterBlanks(text: string, from: number): number {
  const blanks = /[ ]*/y;
  blanks.lastIndex = from;
  const behind = from + (blanks.exec(text)?.[0].length ?? 0);
  return behind < text.length && !/[\r\n]/.test(text[behind] as string) ? behind : from;
}

async function allErrors(text: string): Promise<readonly ParseFailure[]> {
  try {
    const { parseDocument, visit } = await import("yaml");
    const document = parseDocument(text, { prettyErrors: false, version: "1.1", uniqueKeys: false, logLevel: "silent" });
    const open = { quote: [] as number[], sequence: [] as number[], map: [] as number[] };
    visit(document, {
      Scalar: (_, { type, range }) => void (type?.startsWith("QUOTE_") && range && open.quote.push(range[0])),
      Seq: (_, { flow, range }) => void (flow === true && range && open.sequence.push(range[0])),
      Map: (_, { flow, range }) => void (flow === true && range && open.map.push(range[0])),
    });
    const lines = new Set<number>();
    const found: ParseFailure[] = [];
    for (const { code, message, pos } of document.errors) {
      const [, bracketed] = /^Flow (sequence|map) .*end with a/.exec(message) ?? [];
      const unclosed = /closing .quote/.test(message) ? "quote" : (bracketed as "sequence" | "map" | undefined);
      const opening = unclosed && open[unclosed].findLast((start) => start <= pos[0]);
      const at = afterBlanks(text, Math.min(opening ?? pos[0], text.length));
      const line = text.lastIndexOf("\n", at - 1);
      if (lines.has(line) || found.length >= limits.syntaxErrors) continue;
      lines.add(line);
      const reason = unclosed === undefined ? (plainReasons.get(code) ?? message) : `this ${openings[unclosed]} is never closed`;
      found.push({ at, reason });
    }
    return found;
  } catch {
    // A text that breaks the second parser has the first one's error.
    return [];
  }
}

const openings = { quote: "quote", sequence: "`[`", map: "`{`" } as const;

/** What the second parser means, for people who do not write parsers. */
const plainReasons: ReadonlyMap<string, string> = new Map([
  ["BLOCK_AS_IMPLICIT_KEY", "a second `:` follows on this line; quote a text that holds one"],
  ["BAD_INDENT", "this line is indented like nothing above it"],
  ["MULTILINE_IMPLICIT_KEY", "something before this has no `:`"],
]);
