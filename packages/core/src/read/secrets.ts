import type { Source } from "../text/source.ts";
import type { Range } from "./events.ts";

const secretKind = /["']?kind["']?\s*:\s*["']?Secret(?:List)?["']?[ \t]*(?:[\r\n,}#]|$)/;

/**
 * The source to point into when something is wrong in a document that may hold a Secret: all lines of it are blank, so that no code frame
 * can show them. Line and column stay right.
 */
export function withoutSecrets(source: Source, { start, end }: Range): Source {
  const text = source.text.slice(start, end);
  return text.includes("Secret") && secretKind.test(text) ? blankSource(source) : source;
}

const blankSources = new WeakMap<Source, Source>();

/** The same source with blank lines. */
export function blankSource(source: Source): Source {
  let blank = blankSources.get(source);
  if (blank === undefined) {
    blank = { name: source.name, text: source.text.replace(/[^\r\n]/g, " ") };
    blankSources.set(source, blank);
  }
  return blank;
}
