import type { Source, SourceDocument } from "../text/source.ts";
import type { Value } from "./build.ts";
import type { LocatedDocument } from "./document.ts";
import type { Range } from "./events.ts";
import { walkLists } from "./lists.ts";
import { fieldOf, isRecord } from "./value.ts";

const secretKind = /["']?kind["']?\s*:\s*["']?Secret(?:List)?["']?[ \t]*(?:[\r\n,}#]|$)/;

/**
 * The source to point into when a document cannot be read and may hold a Secret: all lines of the file are blank, so that no code frame
 * can show them. Line and column stay right.
 */
export function withoutSecretText(source: Source, { start, end }: Range): Source {
  const text = source.text.slice(start, end);
  return text.includes("Secret") && secretKind.test(text) ? blankSource(source) : source;
}

const blankSources = new WeakMap<Source, Source>();

function blankSource(source: Source): Source {
  const blank = blankSources.get(source) ?? { name: source.name, text: blankText(source.text) };
  blankSources.set(source, blank);
  return blank;
}

/** The same document, its Secrets blanked out of the text: nothing that is made of it can show or keep them. */
export function withoutSecrets(value: Value, document: LocatedDocument): SourceDocument {
  const secrets = walkLists(value).filter(
    (item) => item.kind === "Secret" || (isRecord(item.value) && fieldOf(item.value, "kind") === "Secret"),
  );
  if (secrets.length === 0) return document;
  const { source } = document;
  let text = "";
  let done = 0;
  for (const { start, end } of secrets.map(({ path }) => document.extentOf(path)).sort((a, b) => a.start - b.start)) {
    if (start < done) continue;
    text += source.text.slice(done, start) + blankText(source.text.slice(start, end));
    done = end;
  }
  const shown: Source = { name: source.name, text: text + source.text.slice(done) };
  return {
    source: shown,
    ...(document.syntax === undefined ? {} : { syntax: document.syntax }),
    locate: (path, part) => ({ ...document.locate(path, part), source: shown }),
    extentOf: document.extentOf,
  };
}

function blankText(text: string): string {
  return text.replace(/[^\r\n]/g, " ");
}
