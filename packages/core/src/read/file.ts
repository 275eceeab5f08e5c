import type { SkippedEntry } from "../model/ledger.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import type { Source, SourceDocument, Span } from "../text/source.ts";
import { foreignDocuments, foreignFile, type Unreadable } from "./foreign.ts";
import { firstLetters } from "./letters.ts";
import type { InputFile, ManifestObject } from "./manifest.ts";
import { say } from "./messages.ts";
import { isKubernetes, isPolicyObject, isSecret, objectsOf } from "./objects.ts";
import { keyRepeated, parseText, type ParsedDocument, type RepeatedKeyAt } from "./parse.ts";
import { withoutSecrets } from "./secrets.ts";
import type { Fields } from "./value.ts";

/** What one file holds. */
export interface FileResult {
  readonly objects: readonly ManifestObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** What may be left out on request. */
  readonly unreadable: readonly Unreadable[];
  readonly skipped: readonly SkippedEntry[];
}

const results = new WeakMap<InputFile, Map<string, Promise<FileResult>>>();

/** Reads a file once: the same `InputFile` gives the same objects again. */
export function readFile(file: InputFile, defaultNamespace: string): Promise<FileResult> {
  const known = results.get(file) ?? new Map<string, Promise<FileResult>>();
  results.set(file, known);
  const result = known.get(defaultNamespace) ?? resultOf(file, defaultNamespace);
  known.set(defaultNamespace, result);
  return result;
}

async function resultOf({ name, text }: InputFile, defaultNamespace: string): Promise<FileResult> {
  const source: Source = { name, text: text.startsWith("\uFEFF") ? text.slice(1) : text };
  const whole = foreignFile(source);
  if (whole !== undefined) return { ...nothing, unreadable: [whole] };
  const { documents, broken } = await parseText(source);
  if (documents.length === 0 && broken.length === 0) {
    return { ...nothing, diagnostics: [say("file-empty", { source, start: 0, end: 0 }, {})] };
  }
  const foreign = foreignDocuments(source, documents, broken);
  if (foreign.wholeFile) return { ...nothing, unreadable: foreign.unreadable };
  const found = documents.filter(({ value }) => isKubernetes(value)).map((parsed) => readDocument(parsed, defaultNamespace));
  return {
    objects: found.flatMap(({ objects }) => objects),
    diagnostics: firstLetters([...found.flatMap(({ diagnostics }) => diagnostics), ...foreign.diagnostics]),
    unreadable: foreign.unreadable,
    skipped: found.flatMap(({ skipped }) => skipped),
  };
}

const nothing: FileResult = { objects: [], diagnostics: [], unreadable: [], skipped: [] };

function readDocument({ value, document, repeatedKeys }: ParsedDocument, defaultNamespace: string): Omit<FileResult, "unreadable"> {
  const shown = withoutSecrets(value, document);
  const { objects, diagnostics } = objectsOf(value as Fields, shown, defaultNamespace);
  const holders = repeatedKeys.map(({ first, second, ...rest }) => {
    const repeated = { ...rest, first: { ...first, source: shown.source }, second: { ...second, source: shown.source } };
    return { repeated, holder: objects.find((object) => holds(object, repeated.path)) };
  });
  const inPolicies = holders.filter(({ holder }) => holder !== undefined && isPolicyObject(holder));
  const elsewhere = holders.filter(({ holder }) => holder === undefined || !isPolicyObject(holder));
  return {
    objects,
    diagnostics: [...diagnostics, ...inPolicies.map(({ repeated }) => keyRepeated(repeated))],
    skipped: elsewhere.map(({ repeated, holder }) => repeatedEntry(repeated, holder)),
  };
}

function holds({ path }: ManifestObject, below: string): boolean {
  return path === "" || below === path || below.startsWith(`${path}.`) || below.startsWith(`${path}[`);
}

/** Outside of policies the last value counts, as kubectl reads it, and the ledger names both (S19). */
function repeatedEntry({ key, first, second }: RepeatedKeyAt, holder: ManifestObject | undefined): SkippedEntry {
  const what = holder === undefined ? "a key given twice" : `a key of ${holder.kind} given twice`;
  const origins = [first, second].map((span) => ({ document: documentAt(span), path: "" }));
  return {
    what,
    effect: "none",
    why: holder !== undefined && isSecret(holder) ? "the last value counts" : `the last value of \`${key}\` counts`,
    count: 1,
    origins,
  };
}

function documentAt(span: Span): SourceDocument {
  return { source: span.source, locate: () => span };
}
