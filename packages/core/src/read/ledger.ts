import type { AssumedEntry, Ledger, SkippedEntry } from "../model/ledger.ts";
import { readKinds, useOf } from "./kinds.ts";
import { originOf, type Reading } from "./kubernetes.ts";
import type { ManifestObject } from "./manifest.ts";
import { namesNamespace } from "./objects.ts";
import { fieldAt, isRecord, type Fields } from "./value.ts";

/** How many objects of each kind were read, in the order of the ledger's table. */
export function readCounts(objects: readonly ManifestObject[]): Ledger["read"] {
  const counts = new Map<string, number>();
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return readKinds.flatMap((kind) => {
    const count = counts.get(kind);
    return count === undefined ? [] : { kind, count };
  });
}

/** The objects that took no part: policies that may change verdicts per kind and namespace, the others per kind. */
export function skippedKinds(objects: readonly ManifestObject[]): readonly SkippedEntry[] {
  const groups = new Map<string, { readonly first: ManifestObject; readonly objects: ManifestObject[] }>();
  for (const object of objects) {
    const unread = useOf(object.group, object.kind).use === "unread";
    const key = `${unread ? 0 : 1}/${object.kind}/${object.group}/${unread ? (object.namespace ?? "") : ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: object, objects: [object] });
    else group.objects.push(object);
  }
  return [...groups.keys()].sort().flatMap((key) => {
    const group = groups.get(key);
    return group === undefined ? [] : entryOf(group.first, group.objects);
  });
}

function entryOf(first: ManifestObject, objects: readonly ManifestObject[]): SkippedEntry {
  const use = useOf(first.group, first.kind);
  const subjects = first.namespace === undefined ? "*" : `${first.namespace}/*`;
  const templates = objects.some(({ value }) => isRecord(fieldAt(value as Fields, "spec", "template", "spec")));
  return {
    what: first.kind,
    effect: use.use === "unread" ? { undetermined: subjects } : "none",
    why: templates ? "makes pods, which are not read from it" : use.use === "read" ? "" : use.why,
    count: objects.length,
    origins: objects.map((object) => originOf({ object })),
  };
}

/** The defaults that were applied, equal ones together, in the order of the rules. */
export function assumedEntries(
  readings: readonly Reading[],
  finished: readonly ManifestObject[],
  namespaced: readonly ManifestObject[],
  absent: readonly ManifestObject[],
  defaultNamespace: string,
): readonly AssumedEntry[] {
  const one = (rule: string, what: string, object: ManifestObject): AssumedEntry => ({
    rule,
    what,
    count: 1,
    origins: [originOf({ object })],
  });
  const homeless = namespaced.filter((object) => object.namespace !== undefined && !namesNamespace(object));
  return merged([
    ...readings.flatMap(({ assumed }) => assumed),
    ...homeless.map((object) => one("S4", `objects without a namespace belong to ${defaultNamespace}`, object)),
    ...finished.map((object) => one("S16", "finished pods and Jobs take no part", object)),
    ...absent.map((object) => one("S20", `${object.kind} is taken as absent, as asked`, object)),
  ]);
}

function merged(entries: readonly AssumedEntry[]): readonly AssumedEntry[] {
  const together = new Map<string, { rule: string; what: string; count: number; origins: AssumedEntry["origins"][number][] }>();
  for (const { rule, what, count, origins } of entries) {
    const known = together.get(`${rule} ${what}`);
    if (known === undefined) together.set(`${rule} ${what}`, { rule, what, count, origins: [...origins] });
    else {
      known.count += count;
      known.origins.push(...origins);
    }
  }
  return [...together.values()].sort((a, b) => Number(a.rule.slice(1)) - Number(b.rule.slice(1)));
}
