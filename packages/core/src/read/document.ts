import { EVENT_ID, type AliasEvent, type Event } from "js-yaml";
import { pathSteps, type Part, type PathStep, type Source, type SourceDocument } from "../text/source.ts";
import { isMerge, keyText } from "./build.ts";
import { afterNode, endOf, headOf, lineEnd, type Range } from "./events.ts";
import { jsonMembers, jsonRange, valueStart, type JsonOutline, type JsonPlace } from "./scan.ts";

/** A document that also knows how far a node goes. */
export interface LocatedDocument extends SourceDocument {
  readonly extentOf: (path: string) => Range;
}

/** A YAML document: its events, the text they speak of, and where its offsets are in the source. */
export function yamlDocument(
  source: Source,
  text: string,
  events: readonly Event[],
  toSource: (offset: number) => number,
): LocatedDocument {
  const known = new Map<number, readonly Place[]>();
  return {
    source,
    locate: (path, part) => {
      const { place, written } = find(pathSteps(path));
      const { start, end } = rangeOf(place, written ? part : "entry");
      return { source, start: toSource(start), end: toSource(end) };
    },
    extentOf: (path) => {
      const { place } = find(pathSteps(path));
      const { start } = rangeOf(place, "entry");
      const end = Math.max(start, endOf(events, place.value, text));
      return { start: toSource(start), end: toSource(text[end - 1] === "\n" ? end : lineEnd(text, end)) };
    },
  };

  /** Follows the steps as far as they are written. */
  function find(steps: readonly PathStep[]): { readonly place: Place; readonly written: boolean } {
    let place: Place = { key: undefined, value: 1, before: 0 };
    for (const step of steps) {
      const next = memberOf(place.value, step);
      if (next === undefined) return { place, written: false };
      place = next;
    }
    return { place, written: true };
  }

  function memberOf(at: number, step: PathStep): Place | undefined {
    const target = resolveAlias(at);
    const members = membersOf(target);
    if (typeof step === "number") return events[target]?.type === EVENT_ID.SEQUENCE ? members[step] : undefined;
    if (events[target]?.type !== EVENT_ID.MAPPING) return undefined;
    let found: Place | undefined;
    for (const member of members) {
      const key = member.key === undefined ? undefined : events[member.key];
      if (key?.type === EVENT_ID.ALIAS) found = keyOfAlias(key) === step ? member : found;
      if (key?.type !== EVENT_ID.SCALAR) continue;
      if (isMerge(key, text)) found = mergedMember(member.value, step) ?? found;
      else if (keyText(key, text) === step) found = member;
    }
    return found;
  }

  function mergedMember(at: number, step: PathStep): Place | undefined {
    const target = resolveAlias(at);
    if (events[target]?.type === EVENT_ID.MAPPING) return memberOf(target, step);
    for (const { value } of membersOf(target)) {
      const found = memberOf(value, step);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The entries of a collection; remembered for long ones, so that a list of thousands of objects is walked once. */
  function membersOf(at: number): readonly Place[] {
    const before = known.get(at);
    if (before !== undefined) return before;
    const type = events[at]?.type;
    const members: Place[] = [];
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) {
      for (let child = at + 1; child < events.length && events[child]?.type !== EVENT_ID.POP;) {
        const value = type === EVENT_ID.MAPPING ? afterNode(events, child) : child;
        members.push({ key: type === EVENT_ID.MAPPING ? child : undefined, value, before: child - 1 });
        child = afterNode(events, value);
      }
    }
    if (at === 1 || members.length > 50) known.set(at, members);
    return members;
  }

  function resolveAlias(at: number): number {
    const event = events[at];
    return event?.type === EVENT_ID.ALIAS ? (anchorBefore(event, at) ?? at) : at;
  }

  function keyOfAlias(alias: AliasEvent): string | undefined {
    const target = events[anchorBefore(alias, events.indexOf(alias)) ?? -1];
    return target?.type === EVENT_ID.SCALAR ? keyText(target, text) : undefined;
  }

  /** An anchor may be given again; the last one before the alias counts. */
  function anchorBefore(alias: AliasEvent, at: number): number | undefined {
    const name = text.slice(alias.anchorStart, alias.anchorEnd);
    for (let i = at - 1; i > 0; i--) {
      const event = events[i];
      if (event === undefined || event.type === EVENT_ID.ALIAS || !("anchorStart" in event) || event.anchorStart < 0) continue;
      if (text.slice(event.anchorStart, event.anchorEnd) === name) return i;
    }
    return undefined;
  }

  function rangeOf({ key, value, before }: Place, part: Part): Range {
    const head = headOf(events, value, text);
    const keyHead = key === undefined ? undefined : headOf(events, key, text);
    return pointAt(keyHead, head, isPlain(value), part, text) ?? emptyItem(before);
  }

  function isPlain(at: number): boolean {
    return events[at]?.type === EVENT_ID.SCALAR || events[at]?.type === EVENT_ID.ALIAS;
  }

  /** A list item without text: its dash, which is the next thing behind what comes before it. */
  function emptyItem(before: number): Range {
    for (let i = before; i > 0; i--) {
      const event = events[i] as Event;
      const offset =
        event.type === EVENT_ID.SCALAR
          ? event.valueEnd
          : event.type === EVENT_ID.ALIAS
            ? event.anchorEnd
            : "start" in event
              ? event.start
              : -1;
      if (offset < 0) continue;
      const dash = text.slice(offset).search(/^-|(?<=\n[ \t]*)-/);
      const start = dash < 0 ? offset : offset + dash;
      return { start, end: start + 1 };
    }
    const start = Math.max(0, text.search(/\S/));
    return { start, end: Math.max(start, Math.min(lineEnd(text, start), start + 3)) };
  }
}

/** One entry of a collection by its events: a list item has no key. `before` is the event in front of it. */
interface Place {
  readonly key: number | undefined;
  readonly value: number;
  readonly before: number;
}

/**
 * A JSON value that begins at `base` of the source. Places are found by going through the text, the items of a long list once; those of
 * the document's own list need not be looked for where an outline has found them.
 */
export function jsonDocument(source: Source, base: number, items?: JsonOutline["items"]): LocatedDocument {
  const { text } = source;
  const known = new Map<number, readonly JsonPlace[]>();
  return {
    source,
    syntax: "json",
    locate: (path, part) => {
      const { place, written } = find(pathSteps(path));
      const range = pointAt(place.keyRange, headOfJson(place.value), isScalar(place.value), written ? part : "entry", text);
      return { source, ...(range ?? { start: base, end: base }) };
    },
    extentOf: (path) => jsonRange(text, find(pathSteps(path)).place.value),
  };

  function find(steps: readonly PathStep[]): { readonly place: JsonPlace; readonly written: boolean } {
    let place: JsonPlace = { key: undefined, keyRange: undefined, value: valueStart(text, base) };
    for (const step of steps) {
      const members = membersOf(place.value);
      const next = typeof step === "number" ? members[step] : members.findLast(({ key }) => key === step);
      if (next === undefined || (typeof step === "number") !== (next.key === undefined)) return { place, written: false };
      place = next;
    }
    return { place, written: true };
  }

  function membersOf(at: number): readonly JsonPlace[] {
    const before = known.get(at);
    if (before !== undefined) return before;
    const members = at === items?.start ? itemsAt(items.places) : jsonMembers(text, at);
    if (members.length > 50 || at === base) known.set(at, members);
    return members;
  }

  function headOfJson(at: number): Range {
    const whole = jsonRange(text, at);
    if (isScalar(at) || lineEnd(text, whole.start) >= whole.end) return whole;
    const [first] = jsonMembers(text, at, 1);
    return first?.keyRange ?? (first === undefined ? { start: at, end: at + 1 } : headOfJson(first.value));
  }

  function isScalar(at: number): boolean {
    return text[at] !== "{" && text[at] !== "[";
  }
}

function itemsAt(places: readonly number[]): readonly JsonPlace[] {
  const items: JsonPlace[] = [];
  for (let i = 0; i < places.length; i += 2) items.push({ key: undefined, keyRange: undefined, value: places[i] as number });
  return items;
}

/** The key of an entry, its value, or both where they stand on one line (`project: jtac`). */
function pointAt(key: Range | undefined, value: Range | undefined, plain: boolean, part: Part, text: string): Range | undefined {
  if (key === undefined || value === undefined) return value ?? key;
  if (part === "key") return key;
  if (part === "value") return value;
  return plain && lineEnd(text, key.start) >= value.end ? { start: key.start, end: value.end } : key;
}
