import type { MatrixDocument, ReportEndpoint } from "../types.ts";
import { keyOf } from "./grid.ts";

/** A matrix by namespaces: what is told where its rows are too many. */
export interface SpaceMatrix {
  readonly spaces: readonly { readonly name: string; readonly size: number }[];
  /** Namespaces that are not among them, because others are more reachable. */
  readonly left: number;
  /** `whole`: pairs open on every port, or on the one that was asked. `unsure`: not open, but perhaps. Undefined where no pair is a question. */
  cell(
    from: string,
    to: string,
  ): { readonly pairs: number; readonly open: number; readonly whole: number; readonly unsure: number } | undefined;
}

/** Open pairs per pair of namespaces, of the `most` that are reachable by most pairs. */
export function bySpace({ endpoints, pairs, port }: MatrixDocument, most: number): SpaceMatrix {
  const spaceOf = new Map(endpoints.map((endpoint) => [endpoint.id, spaceName(endpoint)]));
  const sizes = new Map<string, number>();
  for (const endpoint of endpoints) sizes.set(spaceName(endpoint), (sizes.get(spaceName(endpoint)) ?? 0) + endpoint.size);
  // A pair stands once, or once per family: open in one of them is open, and whole where it is so in each.
  const seen = new Map<
    string,
    { readonly from: string; readonly to: string; readonly pairs: number; open: boolean; whole: boolean; unsure: boolean }
  >();
  for (const pair of pairs) {
    const key = keyOf(pair.from, pair.to);
    const known = seen.get(key) ?? {
      from: spaceOf.get(pair.from) ?? "",
      to: spaceOf.get(pair.to) ?? "",
      pairs: pair.pairs,
      open: false,
      whole: true,
      unsure: false,
    };
    known.open ||= pair.allow !== "-";
    known.unsure ||= pair.undetermined !== "-";
    known.whole &&= port === undefined ? pair.allow === "all" : pair.allow !== "-";
    seen.set(key, known);
  }
  const counts = new Map<string, { pairs: number; open: number; whole: number; unsure: number }>();
  const reached = new Map<string, number>();
  for (const { from, to, pairs: count, open, whole, unsure } of seen.values()) {
    const cell = counts.get(keyOf(from, to)) ?? { pairs: 0, open: 0, whole: 0, unsure: 0 };
    cell.pairs += count;
    if (whole) cell.whole += count;
    if (open) cell.open += count;
    if (unsure && !open) cell.unsure += count;
    if (open) reached.set(to, (reached.get(to) ?? 0) + count);
    counts.set(keyOf(from, to), cell);
  }
  const names = [...sizes.keys()];
  const byReach = [...names].sort((a, b) => (reached.get(b) ?? 0) - (reached.get(a) ?? 0) || (a < b ? -1 : 1));
  const kept = new Set(byReach.slice(0, most));
  return {
    spaces: names.filter((name) => kept.has(name)).map((name) => ({ name, size: sizes.get(name) ?? 0 })),
    left: names.length - kept.size,
    cell: (from, to) => counts.get(keyOf(from, to)),
  };
}

/** Where a row stands. No namespace is called `(nodes)`. */
export function spaceName({ kind, namespace }: Pick<ReportEndpoint, "kind" | "namespace">): string {
  if (kind === "pods") return namespace;
  return kind === "node" ? "(nodes)" : "(outside)";
}

/** The same as a caption of its own. */
export function spaceTitle(name: string): string {
  return name.replace(/^\((nodes|outside)\)$/, "$1");
}
