import { sameLabels, type Labels } from "../model/cluster.ts";
import type { AssumedEntry, SkippedEntry } from "../model/ledger.ts";
import { parseAddress, type Address } from "../net/address.ts";
import { protocols, type Protocol } from "../net/ports.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import { childPath, type Origin, type Part, type Source, type Span } from "../text/source.ts";
import type { Value } from "./build.ts";
import { textOrLetter } from "./letters.ts";
import type { ManifestObject } from "./manifest.ts";
import { say } from "./messages.ts";
import { fieldOf, isRecord, type Fields } from "./value.ts";

/** One object while it is read. What is said about it is collected here, so that all its mistakes come out together. */
export interface Reading {
  readonly object: ManifestObject;
  readonly diagnostics: Diagnostic[];
  readonly assumed: AssumedEntry[];
  readonly skipped: SkippedEntry[];
}

/** A value of the object and where it stands, below the object. Not to be spread: the path may be worked out on demand. */
export interface Field {
  readonly value: Value;
  readonly path: string;
}

export function startReading(object: ManifestObject): Reading {
  return { object, diagnostics: [], assumed: [], skipped: [] };
}

export function hasErrors({ diagnostics }: Pick<Reading, "diagnostics">): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

export function rootOf({ object }: Reading): Field {
  return { value: object.value as Fields, path: "" };
}

export function originOf({ object }: Pick<Reading, "object">, path = ""): Origin {
  return { document: object.document, path: joinPath(object.path, path) };
}

export function spanAt({ object }: Pick<Reading, "object">, path: string, part: Part): Span {
  return object.document.locate(joinPath(object.path, path), part);
}

/** The text of a value as it was written: `0443`, `yes`, `"80"`. */
function writtenAt(reading: Reading, path: string): string {
  const { source, start, end } = spanAt(reading, path, "value");
  return source.text.slice(start, end);
}

function joinPath(base: string, below: string): string {
  if (base === "" || below === "") return base + below;
  return below.startsWith("[") ? base + below : `${base}.${below}`;
}

/** A field of a mapping. Missing and null are the same everywhere in this API; a parent that is no mapping has no fields. */
export function child(parent: Field | undefined, key: string): Field | undefined {
  if (parent === undefined || !isRecord(parent.value)) return undefined;
  const value = fieldOf(parent.value, key);
  return value === undefined || value === null ? undefined : new FieldBelow(value, parent, key);
}

/** A field below another. Its path is put together when somebody asks for it: of a hundred thousand pods nobody does. */
class FieldBelow implements Field {
  readonly value: Value;
  readonly #parent: Field;
  readonly #step: string | number;

  constructor(value: Value, parent: Field, step: string | number) {
    this.value = value;
    this.#parent = parent;
    this.#step = step;
  }

  get path(): string {
    return childPath(this.#parent.path, this.#step);
  }
}

/** The field at the end of a way of keys. */
export function descend(parent: Field, ...keys: readonly string[]): Field | undefined {
  return keys.reduce<Field | undefined>(child, parent);
}

export function mapping(reading: Reading, field: Field | undefined, what: string): Field | undefined {
  if (field === undefined || isRecord(field.value)) return field;
  reading.diagnostics.push(say("type-wrong", spanAt(reading, field.path, "value"), { what, expected: "a mapping" }));
  return undefined;
}

/** The items of a list, null ones too; none when the list is missing. */
export function list(reading: Reading, field: Field | undefined, what: string): readonly Field[] {
  if (field === undefined) return [];
  if (!Array.isArray(field.value)) {
    const help = isRecord(field.value) ? "put `- ` before its first key" : undefined;
    reading.diagnostics.push(
      say("type-wrong", spanAt(reading, field.path, "value"), { what, expected: "a list" }, help === undefined ? {} : { help }),
    );
    return [];
  }
  return itemsOf(field);
}

/** The items of a list, where it does not matter whether it is one. */
export function itemsOf(field: Field | undefined): readonly Field[] {
  if (field === undefined || !Array.isArray(field.value)) return [];
  return field.value.map((value: Value, i) => new FieldBelow(value, field, i));
}

/** The items of a list that are mappings; null is the empty mapping (S3). */
export function mappings(reading: Reading, field: Field | undefined, what: string, itemWhat: string): readonly Field[] {
  return list(reading, field, what).flatMap((item) => {
    if (item.value === null) return [{ value: {}, path: item.path }];
    return mapping(reading, item, itemWhat) ?? [];
  });
}

/** Text. A boolean or a number where text must stand is an error that says: quote it (S19). */
export function text(reading: Reading, field: Field | undefined, what: string): string | undefined {
  if (field === undefined || typeof field.value === "string") return field?.value as string | undefined;
  if (typeof field.value === "object") {
    reading.diagnostics.push(say("type-wrong", spanAt(reading, field.path, "value"), { what, expected: "text" }));
    return undefined;
  }
  const { value, diagnostic } = textOrLetter(field.value, spanAt(reading, field.path, "value"), what);
  if (diagnostic !== undefined) reading.diagnostics.push(diagnostic);
  return value;
}

/** A whole number. */
export function integer(reading: Reading, field: Field | undefined, what: string): number | undefined {
  if (field === undefined) return undefined;
  if (typeof field.value === "number" && Number.isInteger(field.value)) return field.value;
  reading.diagnostics.push(say("type-wrong", spanAt(reading, field.path, "value"), { what, expected: "a whole number" }));
  return undefined;
}

export function boolean(reading: Reading, field: Field | undefined, what: string): boolean | undefined {
  if (field === undefined || typeof field.value === "boolean") return field?.value as boolean | undefined;
  reading.diagnostics.push(say("type-wrong", spanAt(reading, field.path, "value"), { what, expected: "true or false" }));
  return undefined;
}

/** Labels, or a selector of the old form. A null value is the empty text, as the API server reads it. */
export function labels(reading: Reading, field: Field | undefined, what: string): Labels {
  const found = new Map<string, string>();
  const map = mapping(reading, field, what);
  if (map === undefined) return found;
  for (const [key, value] of Object.entries(map.value as Fields)) {
    const label =
      typeof value === "string" ? value : value === null ? "" : text(reading, new FieldBelow(value, map, key), `the value of \`${key}\``);
    if (label !== undefined) found.set(key, label);
  }
  return sameAsBefore(lastLabels, reading, found, sameLabels);
}

const lastLabels = new WeakMap<Source, Labels>();

/**
 * What was read before it from the same file, where that is equal: pods of one workload stand side by side in a dump and mean the same,
 * which is found out once where they hold the same objects.
 */
export function sameAsBefore<T extends object>(last: WeakMap<Source, T>, reading: Reading, found: T, isSame: (a: T, b: T) => boolean): T {
  const { source } = reading.object.document;
  const before = last.get(source);
  if (before !== undefined && isSame(before, found)) return before;
  last.set(source, found);
  return found;
}

/** TCP when missing (S7); undefined when it is none that the API knows. */
export function protocol(reading: Reading, field: Field | undefined): Protocol | undefined {
  if (field === undefined) return "TCP";
  const written = text(reading, field, "`protocol`");
  if (written === undefined) return undefined;
  const known = protocols.find((candidate) => candidate === written);
  if (known !== undefined) return known;
  const meant = protocols.find((candidate) => candidate === written.trim().toUpperCase());
  reading.diagnostics.push(say("protocol-unknown", spanAt(reading, field.path, "value"), { protocol: written, meant }));
  return undefined;
}

/** A port number, 1 to 65,535. */
export function portNumber(reading: Reading, field: Field | undefined, what: string): number | undefined {
  const port = integer(reading, field, what);
  if (port === undefined || field === undefined) return undefined;
  if (port >= 1 && port <= 65535) return port;
  reading.diagnostics.push(say("port-out-of-range", spanAt(reading, field.path, "value"), { what, port }));
  return undefined;
}

/** `0443` is octal in YAML 1.1: 291. */
export function warnOctal(reading: Reading, field: Field): void {
  if (typeof field.value !== "number" || reading.object.document.syntax === "json") return;
  const written = writtenAt(reading, field.path);
  if (!/^[-+]?0[0-9_]+$/.test(written)) return;
  const meant = written.replaceAll("_", "").replace(/^([-+]?)0+(?=[0-9])/, "$1");
  const at = spanAt(reading, field.path, "value");
  if (meant !== String(field.value)) reading.diagnostics.push(say("octal-number", at, { written, value: field.value, meant }));
}

export function address(reading: Reading, field: Field | undefined, what: string): Address | undefined {
  const written = text(reading, field, what);
  if (written === undefined || written === "" || field === undefined) return undefined;
  const parsed = parseAddress(written);
  if (parsed === undefined) reading.diagnostics.push(say("address-invalid", spanAt(reading, field.path, "value"), { what, text: written }));
  return parsed;
}
