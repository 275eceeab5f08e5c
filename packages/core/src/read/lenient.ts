import { parseEvents, YAMLException, type Event } from "js-yaml";
import { limits } from "./limits.ts";

/** The events of a text, and how their offsets lead back to what was written. */
export interface LenientEvents {
  readonly events: readonly Event[];
  /** The text that the events speak of. */
  readonly text: string;
  readonly toWritten: (offset: number) => number;
}

/** Where parsing stopped, in the text as it was written. */
export interface ParseFailure {
  readonly at: number;
  readonly reason: string;
}

/**
 * Parses as strictly as YAML says, but for one thing that kubectl does not ask for: lines of a quoted text or between braces may be indented
 * less than what they belong to. Such lines are pushed to the right until the parser is content.
 */
export function parseLenient(written: string): LenientEvents | ParseFailure {
  const pushed: number[] = [];
  const toWritten = (offset: number): number => {
    let shift = 0;
    for (const [i, at] of pushed.entries()) {
      const end = at + (i + 1) * pad.length;
      if (offset < end) return offset - shift < at ? offset - shift : at;
      shift += pad.length;
    }
    return offset - shift;
  };
  for (let text = written; ;) {
    try {
      return { events: parseEvents(text, { maxDepth: limits.depth }), text, toWritten };
    } catch (thrown) {
      const { position, reason } = failureOf(thrown, text.length);
      const at = toWritten(position);
      const mayPush = reason === "deficient indentation" && at > (pushed.at(-1) ?? -1);
      if (!mayPush || pushed.length >= limits.pushedLines || written.length > limits.rereadCharacters) return { at, reason };
      pushed.push(at);
      text = text.slice(0, position) + pad + text.slice(position);
    }
  }
}

const pad = " ".repeat(500);

function failureOf(thrown: unknown, length: number): { readonly position: number; readonly reason: string } {
  if (thrown instanceof YAMLException) return { position: Math.min(thrown.mark?.position ?? 0, length), reason: thrown.reason };
  return { position: 0, reason: thrown instanceof RangeError ? "nesting exceeded" : "this cannot be read" };
}
