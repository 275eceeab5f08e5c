import type { SkippedEntry } from "../model/ledger.ts";
import { sayer, type Diagnostic, type Say } from "../text/diagnostic.ts";
import { spanOf, type Origin, type Source, type SourceDocument } from "../text/source.ts";
import { child, isRecord, items, keysOf, type Field } from "./fields.ts";
import { dumpMessages } from "./dump-messages.ts";

/** One text of a dump, parsed. */
export interface DumpDocument {
  readonly value: unknown;
  readonly document: SourceDocument;
}

/** The kinds of objects that decide about packets, as the configuration API names one of them. */
export type DumpKind = "application-policy-set" | "firewall-policy" | "firewall-rule" | "address-group" | "tag" | "service-group";

/** An object of a dump as it was told; `content` is undefined where it is only named. */
export interface DumpObject {
  readonly kind: DumpKind;
  /** The last part of its `fq_name`. */
  readonly name: string;
  readonly fullName: string;
  readonly uuid: string | undefined;
  readonly content: Field | undefined;
  readonly origin: Origin;
}

/** Everything that was found, by kind in the order of the files; an object that is told twice stands once. */
export interface DumpObjects {
  readonly all: Readonly<Record<DumpKind, readonly DumpObject[]>>;
  /** What a reference points to: by its uuid, else by its name. */
  find(kind: DumpKind, reference: Field): DumpObject | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly skipped: readonly SkippedEntry[];
}

/** How the API names the collections. */
export const collections: Readonly<Record<DumpKind, string>> = {
  "application-policy-set": "application-policy-sets",
  "firewall-policy": "firewall-policys",
  "firewall-rule": "firewall-rules",
  "address-group": "address-groups",
  tag: "tags",
  "service-group": "service-groups",
};

const kinds = Object.keys(collections) as readonly DumpKind[];

export const sayOfDump: Say<typeof dumpMessages> = sayer(dumpMessages);

/**
 * Finds the firewall objects in answers of the configuration API: a collection with or without `detail=true`, several collections in one
 * object, single objects, or an array of all of these. Never throws on input.
 */
export function readDump(documents: readonly DumpDocument[]): DumpObjects {
  const objects: DumpObject[] = [];
  const diagnostics: Diagnostic[] = [];
  const strange = new Map<string, { count: number; readonly origins: Origin[] }>();
  for (const [source, own] of bySource(documents)) {
    const before = objects.length;
    const found: string[] = [];
    for (const { value, document } of own) collect({ value, origin: { document, path: "" } }, found);
    const [first] = own;
    if (objects.length > before || first === undefined) continue;
    const at = { source, start: 0, end: 0 };
    diagnostics.push(sayOfDump("dump-empty", at, { found: [...new Set(found)].slice(0, mostNamed) }));
  }

  function collect(field: Field, found: string[]): void {
    if (Array.isArray(field.value)) return items(field).forEach((each) => collect(each, found));
    for (const key of keysOf(field)) {
      const inside = child(field, key);
      if (inside === undefined) continue;
      const kind = kinds.find(
        (one) => key === one || key === collections[one] || (one === "firewall-policy" && key === "firewall-policies"),
      );
      if (kind === undefined) {
        found.push(key);
        skip(key, inside);
      } else if (Array.isArray(inside.value)) items(inside).forEach((each) => take(kind, each));
      else take(kind, inside);
    }
  }

  function skip(key: string, { value, origin }: Field): void {
    const one = strange.get(key) ?? { count: 0, origins: [] };
    one.count += Array.isArray(value) ? value.length : 1;
    one.origins.push(origin);
    strange.set(key, one);
  }

  function take(kind: DumpKind, field: Field): void {
    const object = child(field, kind) ?? field;
    const parts = items(child(object, "fq_name")).map(({ value }) => value);
    const last = parts.at(-1);
    if (!isRecord(object.value) || typeof last !== "string" || !parts.every((part) => typeof part === "string")) {
      const what = isRecord(object.value) ? "has no `fq_name`" : "is no object";
      diagnostics.push(
        sayOfDump("dump-malformed", spanOf(object.origin), {
          what: `this ${kind}`,
          problem: what,
          expected: '"fq_name": ["default-policy-management", "NAME"]',
        }),
      );
      return;
    }
    const uuid = child(object, "uuid")?.value;
    const isNamedOnly = keysOf(object).every((key) => nameKeys.has(key));
    objects.push({
      kind,
      name: last,
      fullName: parts.join(":"),
      uuid: typeof uuid === "string" ? uuid : undefined,
      content: isNamedOnly ? undefined : object,
      origin: object.origin,
    });
  }

  const all = Object.fromEntries(
    kinds.map((kind) => [kind, withoutRepetitions(objects.filter((object) => object.kind === kind))]),
  ) as Record<DumpKind, readonly DumpObject[]>;
  const byUuid = new Map(
    objects.flatMap((object) => (object.uuid === undefined ? [] : [[`${object.kind} ${object.uuid}`, object] as const])),
  );
  const byName = new Map(kinds.flatMap((kind) => all[kind].map((object) => [`${kind} ${object.fullName}`, object] as const)));
  return {
    all,
    find: (kind, reference) => {
      const to = items(child(reference, "to"))
        .map(({ value }) => value)
        .join(":");
      const uuid = child(reference, "uuid")?.value;
      const named = byName.get(`${kind} ${to}`);
      const own = typeof uuid === "string" ? byUuid.get(`${kind} ${uuid}`) : undefined;
      // The one that is told, where another form of it is only named.
      return own?.content === undefined ? (named ?? own) : own;
    },
    diagnostics,
    skipped: [...strange].map(([key, { count, origins }]) => ({
      what: `\`${key}\``,
      effect: "none" as const,
      why: "not among the collections that decide about packets",
      count,
      origins,
    })),
  };
}

/** One text may hold several answers, one behind the other. */
function bySource(documents: readonly DumpDocument[]): ReadonlyMap<Source, readonly DumpDocument[]> {
  const sources = new Map<Source, DumpDocument[]>();
  for (const one of documents) sources.set(one.document.source, [...(sources.get(one.document.source) ?? []), one]);
  return sources;
}

/** Told in one line. */
const mostNamed = 4;

/** What every object has in a list without details. */
const nameKeys: ReadonlySet<string> = new Set(["href", "fq_name", "uuid"]);

/** An object with its content stands for those that only name it. */
function withoutRepetitions(objects: readonly DumpObject[]): readonly DumpObject[] {
  const known = new Map<string, DumpObject>();
  for (const object of objects) {
    const before = known.get(object.fullName);
    if (before?.content === undefined) known.set(object.fullName, object);
  }
  return [...known.values()];
}
