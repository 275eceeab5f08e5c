import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event, type ScalarEvent } from "js-yaml";
import { childPath } from "../text/source.ts";
import { afterNode } from "./events.ts";
import { limits } from "./limits.ts";
import { resolvePlain, resolveTagged, type Scalar } from "./scalars.ts";

/** A value as JSON has it. Mappings are plain objects: ask for a key with `Object.hasOwn` only. */
export type Value = Scalar | readonly Value[] | { readonly [key: string]: Value };

/** One key that stands twice in a mapping; the numbers are those of the two keys' events. */
export interface RepeatedKey {
  readonly key: string;
  /** The path of the mapping. */
  readonly path: string;
  readonly firstEvent: number;
  readonly secondEvent: number;
}

/** Why a document that is good YAML is no good manifest, at the event where it shows. */
export interface BuildError {
  readonly problem: "alias-unknown" | "alias-recursive" | "alias-bomb" | "nesting" | "key-kind" | "tag" | "merge" | "not-finite";
  readonly text: string;
  readonly event: number;
}

export interface Built {
  readonly value: Value;
  readonly repeated: readonly RepeatedKey[];
  readonly error: BuildError | undefined;
}

/**
 * Makes the value of one document from its events, as kubectl would: the last of two equal keys counts, keys become text, and a merge key
 * overrides what stands before it. Aliased nodes are shared, not copied; how far they would unfold is counted and limited.
 */
export function buildDocument(events: readonly Event[], text: string): Built {
  const anchors = new Map<string, Anchor>();
  const repeated: RepeatedKey[] = [];
  const frames: Frame[] = [];
  let root: Value = null;
  let aliased = 0;

  for (let at = 0; at < events.length; at++) {
    const event = events[at] as Event;
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        break;
      case EVENT_ID.SCALAR: {
        const scalar = scalarOf(event, text);
        if (typeof scalar === "string" && awaitsKey(frames.at(-1)) && isMerge(event, text)) {
          (frames.at(-1) as MappingFrame).key = { kind: "merge", event: at };
          break;
        }
        if (scalar === undefined) return failed("tag", anchorOrTag(event, text), at);
        if (typeof scalar === "number" && !Number.isFinite(scalar)) return failed("not-finite", getScalarValue(text, event), at);
        const anchor = anchorOf(event, text);
        if (anchor !== undefined) anchors.set(anchor, { value: scalar, nodes: 1, height: 0, open: false });
        const error = add(scalar, at);
        if (error !== undefined) return error;
        break;
      }
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        if (awaitsKey(frames.at(-1))) return failed("key-kind", event.type === EVENT_ID.MAPPING ? "a mapping" : "a list", at);
        if (frames.length >= limits.depth) return failed("nesting", String(limits.depth), at);
        const frame: Frame =
          event.type === EVENT_ID.MAPPING
            ? { kind: "mapping", start: at, value: {}, key: undefined, merged: undefined, anchor: undefined, nodes: 1, height: 0 }
            : { kind: "sequence", value: [], anchor: undefined, nodes: 1, height: 0 };
        const anchor = anchorOf(event, text);
        if (anchor !== undefined) {
          frame.anchor = { value: frame.value, nodes: 0, height: 0, open: true };
          anchors.set(anchor, frame.anchor);
        }
        frames.push(frame);
        break;
      }
      case EVENT_ID.ALIAS: {
        const name = text.slice(event.anchorStart, event.anchorEnd);
        const anchor = anchors.get(name);
        if (anchor === undefined) return failed("alias-unknown", name, at);
        if (anchor.open) return failed("alias-recursive", name, at);
        if (awaitsKey(frames.at(-1)) && typeof anchor.value === "object" && anchor.value !== null)
          return failed("key-kind", "a collection", at);
        aliased += anchor.nodes;
        if (aliased > limits.aliasedNodes) return failed("alias-bomb", String(limits.aliasedNodes), at);
        if (frames.length + anchor.height > limits.depth) return failed("nesting", String(limits.depth), at);
        const error = add(anchor.value, at, anchor.nodes, anchor.height);
        if (error !== undefined) return error;
        break;
      }
      case EVENT_ID.POP: {
        const frame = frames.pop();
        if (frame === undefined) break;
        if (frame.anchor !== undefined) Object.assign(frame.anchor, { nodes: frame.nodes, height: frame.height + 1, open: false });
        const error = add(frame.value, at, frame.nodes, frame.height + 1);
        if (error !== undefined) return error;
        break;
      }
    }
  }
  return { value: root, repeated, error: undefined };

  function add(value: Value, at: number, nodes = 1, height = 0): Built | undefined {
    const frame = frames.at(-1);
    if (frame === undefined) {
      root = value;
      return undefined;
    }
    frame.nodes += nodes;
    frame.height = Math.max(frame.height, height);
    if (frame.kind === "sequence") {
      frame.value.push(value);
      return undefined;
    }
    const key = frame.key;
    if (key === undefined) {
      if (value === null || typeof value === "object") return failed("key-kind", value === null ? "null" : "a collection", at);
      frame.key = { kind: "plain", text: String(value), event: at };
      return undefined;
    }
    frame.key = undefined;
    if (key.kind === "merge") return merge(frame, value, key.event);
    if (Object.hasOwn(frame.value, key.text) && !frame.merged?.has(key.text)) repeat(frame, key.text, key.event);
    frame.merged?.delete(key.text);
    setKey(frame.value, key.text, value);
    return undefined;
  }

  /** Earlier entries of a merged list count more, and all of them more than the keys before `<<`. */
  function merge(frame: MappingFrame, value: Value, at: number): Built | undefined {
    const sources = isList(value) ? [...value].reverse() : [value];
    const own = new Set(Object.keys(frame.value));
    for (const source of sources) {
      if (typeof source !== "object" || source === null || isList(source)) return failed("merge", "<<", at);
      for (const [key, merged] of Object.entries(source)) {
        if (own.has(key) && !frame.merged?.has(key)) repeat(frame, key, at);
        own.delete(key);
        setKey(frame.value, key, merged);
        (frame.merged ??= new Set()).add(key);
      }
    }
    return undefined;
  }

  function repeat(frame: MappingFrame, key: string, secondEvent: number): void {
    if (repeated.length >= limits.repeatedKeys) return;
    const depth = frames.indexOf(frame);
    const path = frames.slice(0, depth).reduce((above, parent) => childPath(above, stepOf(parent)), "");
    repeated.push({ key, path, firstEvent: lastKeyBefore(events, frame.start, secondEvent, key, text), secondEvent });
  }

  function failed(problem: BuildError["problem"], what: string, event: number): Built {
    return { value: null, repeated, error: { problem, text: what, event } };
  }
}

/** The key under which an event adds to a mapping: whether it may be one is a question of the frame, not of the event. */
export function keyText(event: ScalarEvent, text: string): string | undefined {
  const scalar = scalarOf(event, text);
  return scalar === undefined || scalar === null ? undefined : String(scalar);
}

export function isMerge(event: ScalarEvent, text: string): boolean {
  return event.style === SCALAR_STYLE.PLAIN && event.valueEnd - event.valueStart === 2 && text.startsWith("<<", event.valueStart);
}

interface Anchor {
  value: Value;
  nodes: number;
  height: number;
  open: boolean;
}

interface SequenceFrame {
  readonly kind: "sequence";
  readonly value: Value[];
  anchor: Anchor | undefined;
  nodes: number;
  height: number;
}

interface MappingFrame {
  readonly kind: "mapping";
  /** The event that opens it. */
  readonly start: number;
  readonly value: Record<string, Value>;
  key:
    | { readonly kind: "plain"; readonly text: string; readonly event: number }
    | { readonly kind: "merge"; readonly event: number }
    | undefined;
  /** Keys that came from `<<`: one written after it is no repetition. */
  merged: Set<string> | undefined;
  anchor: Anchor | undefined;
  nodes: number;
  height: number;
}

type Frame = SequenceFrame | MappingFrame;

function awaitsKey(frame: Frame | undefined): boolean {
  return frame?.kind === "mapping" && frame.key === undefined;
}

function stepOf(frame: Frame): string | number {
  if (frame.kind === "sequence") return frame.value.length;
  return frame.key?.kind === "plain" ? frame.key.text : "<<";
}

function scalarOf(event: ScalarEvent, text: string): Scalar | undefined {
  const value = getScalarValue(text, event);
  if (event.tagStart < 0) return event.style === SCALAR_STYLE.PLAIN ? resolvePlain(value) : value;
  const tag = /^(?:!!|!<tag:yaml\.org,2002:)([a-z]+)>?$/.exec(text.slice(event.tagStart, event.tagEnd))?.[1];
  return tag === undefined ? value : resolveTagged(tag, value);
}

function anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }, text: string): string | undefined {
  return event.anchorStart < 0 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
}

function anchorOrTag(event: ScalarEvent, text: string): string {
  return text.slice(event.tagStart, event.tagEnd);
}

function setKey(target: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** The last key of that text that stands before `second` in the mapping that opens at `start`. */
function lastKeyBefore(events: readonly Event[], start: number, second: number, key: string, text: string): number {
  let last = second;
  for (let at = start + 1; at < second; at = afterNode(events, afterNode(events, at))) {
    const event = events[at] as Event;
    if (event.type === EVENT_ID.SCALAR && keyText(event, text) === key) last = at;
  }
  return last;
}
