import { childPath, type Origin } from "../text/source.ts";

/** A value and where it stands. */
export interface Field {
  readonly value: unknown;
  readonly origin: Origin;
}

/** A field of a mapping; missing and null are the same (trap 8). */
export function child(parent: Field | undefined, key: string): Field | undefined {
  if (parent === undefined || !isRecord(parent.value) || !Object.hasOwn(parent.value, key)) return undefined;
  const value = parent.value[key];
  return value === undefined || value === null
    ? undefined
    : { value, origin: { ...parent.origin, path: childPath(parent.origin.path, key) } };
}

export function items(field: Field | undefined): readonly Field[] {
  if (field === undefined || !Array.isArray(field.value)) return [];
  const { document, path } = field.origin;
  return field.value.map((value: unknown, i) => ({ value, origin: { document, path: childPath(path, i) } }));
}

export function keysOf(field: Field | undefined): readonly string[] {
  return field !== undefined && isRecord(field.value) ? Object.keys(field.value) : [];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
