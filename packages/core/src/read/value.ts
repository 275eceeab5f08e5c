import type { Value } from "./build.ts";

/** A mapping as it was written. Ask for its keys with `fieldOf` only: `constructor` is no field of an empty mapping. */
export type Fields = { readonly [key: string]: Value };

export function isRecord(value: Value | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value under a key of the mapping itself; undefined when it is not written. */
export function fieldOf(fields: Fields, key: string): Value | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** The first value on a way of keys, as far as there are mappings. */
export function fieldAt(fields: Fields, ...keys: readonly string[]): Value | undefined {
  let value: Value | undefined = fields;
  for (const key of keys) {
    if (!isRecord(value)) return undefined;
    value = fieldOf(value, key);
  }
  return value;
}

/** Whether two values are the same: order of keys does not matter. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item: Value, i) => sameValue(item, b[i] as Value));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
}
