import type { Snapshot } from "../model/cluster.ts";
import type { Ledger } from "../model/ledger.ts";
import { withoutRepetitions } from "../read/duplicates.ts";
import { objectTitle } from "../read/objects.ts";
import {
  assemble,
  objectKey,
  readObjects,
  type InputFile,
  type ManifestObject,
  type ObjectsResult,
  type ReadOptions,
} from "../read/read.ts";
import { sameValue } from "../read/value.ts";
import { compareDiagnostics, type Diagnostic } from "../text/diagnostic.ts";
import { spanOf } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import { say } from "./messages.ts";
import type { ObjectReference, StageDeclaration, UseCase, WrittenPath } from "./types.ts";

/** One object that a stage created, replaced or took away. */
export interface Change {
  readonly kind: "applied" | "replaced" | "deleted";
  readonly object: ManifestObject;
  /** What stood there before; undefined for `applied`, the object itself for `deleted`. */
  readonly before: ManifestObject | undefined;
}

/** The cluster after one step of the use case. */
export interface Stage {
  readonly name: string;
  readonly declaration: StageDeclaration;
  readonly snapshot: Snapshot;
  /** In the order of the file; an object that was applied again unchanged is not one. */
  readonly changes: readonly Change[];
  readonly ledger: Ledger;
}

export interface ResolvedStages {
  readonly stages: readonly Stage[];
  readonly diagnostics: readonly Diagnostic[];
}

/** How manifests are read; `podCidrs` and `assumeAbsent` come on top of what the file says. */
export interface StageOptions extends ReadOptions {
  /** Paths that exist beside the file, for suggestions. */
  readonly available?: readonly string[];
}

/** The manifests and folders that a use case stands on, each once, as written. The caller reads them and hands them to `resolveStages`. */
export function neededPaths({ topology, stages }: UseCase): readonly string[] {
  const written = [...topology.from, ...stages.flatMap((stage) => [...stage.delete.filter((entry) => "path" in entry), ...stage.apply])];
  return [...new Set(written.map(({ path }) => path))];
}

/**
 * One Snapshot per stage, from the files that `neededPaths` asked for (key: the path as written; a folder holds several). Stages are
 * cumulative: deletes come first, then what is applied creates or replaces by group, kind, namespace and name. A replaced object keeps
 * its place in the creation order; deleted and applied again it comes last. Files are read once, and what a stage leaves alone stays the
 * same object.
 */
export async function resolveStages(
  useCase: UseCase,
  files: ReadonlyMap<string, readonly InputFile[]>,
  options: StageOptions = {},
): Promise<ResolvedStages> {
  const diagnostics: Diagnostic[] = [];
  const manifests = await readManifests(useCase, files, options);
  const { topology, stages: declarations } = useCase;
  const readOptions: ReadOptions = {
    ...options,
    podCidrs: [...topology.podCidrs, ...(options.podCidrs ?? [])],
    assumeAbsent: [...useCase.assumeAbsent, ...(options.assumeAbsent ?? [])],
  };

  const refuseMissing = (paths: readonly WrittenPath[]): readonly WrittenPath[] =>
    paths.filter(({ path, origin }) => {
      if (manifests.has(path)) return true;
      const others = [...new Set([...manifests.keys(), ...(options.available ?? [])])];
      diagnostics.push(say("manifest-missing", spanOf(origin, "value"), { path, meant: nearest(path, others) }));
      return false;
    });
  const objectsIn = (paths: readonly WrittenPath[]): readonly ManifestObject[] => {
    const unique = withoutRepetitions(paths.flatMap(({ path }) => manifests.get(path)?.objects ?? []));
    diagnostics.push(...unique.diagnostics);
    return unique.objects;
  };

  const from = refuseMissing(topology.from);
  // A Map keeps the place of a key that is set again, and puts one that was deleted last: the creation order.
  const present = new Map(objectsIn(from).map((object) => [objectKey(object), object]));
  const used = new Set(from.map(({ path }) => path));
  const assembled: (readonly Diagnostic[])[] = [];
  const stages: Stage[] = [];
  for (const declaration of declarations) {
    const deletedPaths = refuseMissing(declaration.delete.filter((entry) => "path" in entry));
    const applied = refuseMissing(declaration.apply);
    for (const { path } of [...deletedPaths, ...applied]) used.add(path);
    const deleted = declaration.delete.flatMap((entry) => {
      if (!("path" in entry)) return deleteReference(entry, present, declaration.name, diagnostics);
      return deletedPaths.includes(entry)
        ? deleteManifest(entry, manifests.get(entry.path)?.objects ?? [], present, declaration.name, diagnostics)
        : [];
    });
    const changes = changesOf(deleted, apply(objectsIn(applied), present));
    const { snapshot, ledger, diagnostics: found } = assemble([...present.values()], readOptions, topology);
    const sources = [...used].flatMap((path) => manifests.get(path) ?? []);
    assembled.push(found);
    stages.push({
      name: declaration.name,
      declaration,
      snapshot,
      changes,
      ledger: {
        ...ledger,
        files: 1 + sources.reduce((sum, { files: count }) => sum + count, 0),
        skipped: [...ledger.skipped, ...sources.flatMap(({ skipped }) => skipped)],
      },
    });
  }
  const all = [...[...manifests.values()].flatMap((result) => result.diagnostics), ...diagnostics, ...ofEveryStage(assembled)];
  return { stages, diagnostics: eachOnce(all).sort(compareDiagnostics) };
}

async function readManifests(
  useCase: UseCase,
  files: ReadonlyMap<string, readonly InputFile[]>,
  options: ReadOptions,
): Promise<ReadonlyMap<string, ObjectsResult>> {
  const given = neededPaths(useCase).filter((path) => (files.get(path)?.length ?? 0) > 0);
  const read = await Promise.all(given.map((path) => readObjects(files.get(path) ?? [], options)));
  return new Map(given.map((path, i) => [path, read[i] as ObjectsResult]));
}

type Present = Map<string, ManifestObject>;

function apply(objects: readonly ManifestObject[], present: Present): readonly Change[] {
  return objects.flatMap((object): Change[] => {
    const key = objectKey(object);
    const before = present.get(key);
    if (before !== undefined && (before === object || sameValue(before.value as never, object.value as never))) return [];
    present.set(key, object);
    return [{ kind: before === undefined ? "applied" : "replaced", object, before }];
  });
}

function deleteManifest(
  written: WrittenPath,
  objects: readonly ManifestObject[],
  present: Present,
  stage: string,
  diagnostics: Diagnostic[],
): readonly Change[] {
  return objects.flatMap((object) => {
    const there = present.get(objectKey(object));
    if (there !== undefined) return takeAway(there, present);
    diagnostics.push(missed(written, objectTitle(object), object.kind, present, stage));
    return [];
  });
}

function deleteReference(reference: ObjectReference, present: Present, stage: string, diagnostics: Diagnostic[]): readonly Change[] {
  const { group, kind, namespace, name, origin } = reference;
  const candidates = [...present.values()].filter(
    (object) =>
      object.kind === kind &&
      object.name === name &&
      (group === undefined || object.group === group) &&
      (namespace === undefined || object.namespace === namespace),
  );
  const [only, ...others] = candidates;
  const title = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  if (only === undefined) {
    diagnostics.push(missed(reference, title, kind, present, stage));
    return [];
  }
  if (others.length > 0) {
    const names = candidates.map((object) => `${objectTitle(object)}${object.group === only.group ? "" : ` of ${object.group}`}`);
    diagnostics.push(say("delete-ambiguous", spanOf(origin, "value"), { object: title, candidates: [...new Set(names)] }));
    return [];
  }
  return takeAway(only, present);
}

/** With a namespace goes all that is in it, as in a cluster. */
function takeAway(object: ManifestObject, present: Present): readonly Change[] {
  const isNamespace = object.group === "" && object.kind === "Namespace";
  const gone = [object, ...(isNamespace ? [...present.values()].filter(({ namespace }) => namespace === object.name) : [])];
  for (const each of gone) present.delete(objectKey(each));
  return gone.map((each) => ({ kind: "deleted", object: each, before: each }));
}

function missed({ origin }: WrittenPath | ObjectReference, object: string, kind: string, present: Present, stage: string): Diagnostic {
  const titles = [...present.values()].filter((each) => each.kind === kind).map(objectTitle);
  return say("delete-misses", spanOf(origin, "value"), { object, stage, meant: nearest(object, titles) });
}

/** Deleted and applied in one stage is one change: a replacement, which comes last in the creation order. */
function changesOf(deleted: readonly Change[], applied: readonly Change[]): readonly Change[] {
  const gone = new Map(deleted.map((change) => [objectKey(change.object), change]));
  const again = applied.map((change): Change => {
    const before = gone.get(objectKey(change.object));
    gone.delete(objectKey(change.object));
    return before === undefined ? change : { kind: "replaced", object: change.object, before: before.object };
  });
  return [...gone.values(), ...again];
}

/** What is said of the whole cluster («no policies») holds for a use case only where every stage says it. */
function ofEveryStage(stages: readonly (readonly Diagnostic[])[]): readonly Diagnostic[] {
  const codes = stages.map((found) => new Set(found.filter(({ at }) => at === undefined).map(({ code }) => code)));
  return stages.flatMap((found, i) =>
    found.filter(({ at, code }) => at !== undefined || (i === stages.length - 1 && codes.every((set) => set.has(code)))),
  );
}

/** Stages share their objects, and each would object to them again. */
function eachOnce(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { code, message, at } = diagnostic;
    const key = JSON.stringify([code, message, at?.source.name, at?.start, at?.end]);
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()];
}
