import { EVENT_ID, SCALAR_STYLE, type Event } from "js-yaml";

/** The index of the event behind the node that begins at `at`. */
export function afterNode(events: readonly Event[], at: number): number {
  let depth = 0;
  for (let i = at; i < events.length; i++) {
    const { type } = events[i] as Event;
    if (type === EVENT_ID.POP) depth--;
    else if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
    if (depth <= 0) return i + 1;
  }
  return events.length;
}

/** A half-open range of offsets in the text of a document. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What to underline for a node: a scalar with its quotes, a collection on one line, else the first thing in a collection. */
export function headOf(events: readonly Event[], at: number, text: string): Range | undefined {
  const event = events[at];
  switch (event?.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart < 0 ? undefined : firstLine(scalarRange(event), text);
    case EVENT_ID.ALIAS:
      return { start: event.anchorStart - 1, end: event.anchorEnd };
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE: {
      const first = at + 1;
      const empty = events[first]?.type === EVENT_ID.POP;
      const whole = isFlow(event.start, text) ? { start: event.start, end: endOf(events, at, text) } : undefined;
      if (whole !== undefined && (empty || isOneLine(whole, text))) return firstLine(whole, text);
      return headOf(events, first, text) ?? { start: event.start, end: event.start + 1 };
    }
    default:
      return undefined;
  }
}

/** The offset behind a node, its closing bracket included; -1 for a node without text. */
export function endOf(events: readonly Event[], at: number, text: string): number {
  const event = events[at];
  switch (event?.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart < 0 ? -1 : scalarRange(event).end;
    case EVENT_ID.ALIAS:
      return event.anchorEnd;
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE: {
      let end = event.start + 1;
      for (let child = at + 1; events[child]?.type !== EVENT_ID.POP && child < events.length; child = afterNode(events, child)) {
        if (events[afterNode(events, child)]?.type !== EVENT_ID.POP) continue;
        end = Math.max(end, endOf(events, child, text));
      }
      return isFlow(event.start, text) ? behindBracket(text, end) : end;
    }
    default:
      return -1;
  }
}

/** The offset behind the next closing bracket: only blanks, comments, commas and colons can stand before it. */
function behindBracket(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "}" || character === "]") return at + 1;
    if (character === "#") at = lineEnd(text, at) - 1;
  }
  return text.length;
}

function isFlow(start: number, text: string): boolean {
  return text[start] === "{" || text[start] === "[";
}

function scalarRange(event: { readonly valueStart: number; readonly valueEnd: number; readonly style: number }): Range {
  const quotes = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
  return { start: event.valueStart - quotes, end: event.valueEnd + quotes };
}

function isOneLine({ start, end }: Range, text: string): boolean {
  return lineEnd(text, start) >= end;
}

function firstLine({ start, end }: Range, text: string): Range {
  return { start, end: Math.max(start, Math.min(end, lineEnd(text, start))) };
}

export function lineEnd(text: string, from: number): number {
  const feed = text.indexOf("\n", from);
  const end = feed < 0 ? text.length : feed;
  return text[end - 1] === "\r" && end > from ? end - 1 : end;
}
