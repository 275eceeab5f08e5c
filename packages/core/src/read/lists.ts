import { childPath } from "../text/source.ts";
import type { Value } from "./build.ts";
import { fieldOf, isRecord } from "./value.ts";

/** One thing that stands where an object should: the document itself, or an item of a list of objects. */
export interface ListItem {
  readonly value: Value;
  /** Where it stands in the document: "" or `items[3]`. */
  readonly path: string;
  /** Its own, or what its list says of its items. */
  readonly apiVersion: Value | undefined;
  readonly kind: Value | undefined;
}

/**
 * Unfolds `List`, `PodList` and the like, also inside each other, in the order of the text. An item without a kind of its own gets it from
 * its list (S19). Null items are left out.
 */
export function walkLists(document: Value): readonly ListItem[] {
  const found: ListItem[] = [];
  const pending: (Pick<ListItem, "value" | "path"> & { readonly apiVersion?: string; readonly kind?: string })[] = [
    { value: document, path: "" },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    if (value === null) continue;
    const own = isRecord(value) ? value : {};
    const [apiVersion, kind] = [fieldOf(own, "apiVersion") ?? next.apiVersion, fieldOf(own, "kind") ?? next.kind];
    const items = fieldOf(own, "items");
    const isList =
      typeof kind === "string" && typeof apiVersion === "string" && kind.endsWith("List") && (Array.isArray(items) || kind === "List");
    if (!isList || (items !== undefined && items !== null && !Array.isArray(items))) {
      found.push({ value, path, apiVersion, kind });
      continue;
    }
    const ofItems = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
    const listed: readonly Value[] = Array.isArray(items) ? items : [];
    // Pushed in reverse, so that they come off the stack in the order of the text.
    for (let i = listed.length - 1; i >= 0; i--) {
      pending.push({ value: listed[i] ?? null, path: childPath(childPath(path, "items"), i), ...ofItems });
    }
  }
  return found;
}
