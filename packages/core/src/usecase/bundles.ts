import { nodeNameOf } from "../model/endpoint.ts";
import type { Pod } from "../model/cluster.ts";
import { isOutside, type Point } from "./universe.ts";

/**
 * Points that nothing here tells apart: the same sets of the file name them, and the same key (the classes of an engine). Judging a
 * thousand pods becomes judging some dozens of bundles.
 */
export interface Bundle {
  readonly id: number;
  /** In printed order. */
  readonly points: readonly Point[];
  readonly outside: boolean;
  /** The node whose traffic these are: of nodes and host-network pods (S21). */
  readonly nodeName: string | undefined;
  /** Whether some of them are pods with an own network, which a node may be the own node of (S11). */
  readonly ownNetwork: boolean;
}

/** Bundles of these points; `sets` are all sets of points that the file speaks of. */
export function bundlesOf(
  points: readonly Point[],
  sets: readonly ReadonlySet<Point>[],
  keyOf: (point: Point) => string,
): readonly Bundle[] {
  const memberships = new Map<Point, number[]>(points.map((point) => [point, []]));
  sets.forEach((set, i) => {
    // A set that holds everything tells nobody apart.
    if (set.size < points.length) for (const point of set) memberships.get(point)?.push(i);
  });
  const bundles = new Map<string, Point[]>();
  for (const point of points) {
    const key = `${point.kind} ${nodeOf(point) ?? ""} ${keyOf(point)} ${memberships.get(point)?.join() ?? ""}`;
    const bundle = bundles.get(key);
    if (bundle === undefined) bundles.set(key, [point]);
    else bundle.push(point);
  }
  return [...bundles.values()].map((members, id) => {
    const [first] = members as [Point, ...Point[]];
    return {
      id,
      points: members,
      outside: isOutside(first),
      nodeName: nodeOf(first),
      ownNetwork: first.kind === "pod" && !first.endpoint.hostNetwork,
    };
  });
}

/** How many ordered pairs of different points there are from one bundle's to another's. */
export function pairCount(from: readonly Point[], to: readonly Point[], same: boolean): number {
  return same ? from.length * (from.length - 1) : from.length * to.length;
}

export function nodeOf(point: Point): string | undefined {
  if (point.kind !== "pod" && point.kind !== "node") return undefined;
  return nodeNameOf(point.endpoint) ?? (point.kind === "pod" && point.endpoint.hostNetwork ? "" : undefined);
}

/** The points of a bundle that live on a node, and the others: a node may reach its own pods where others may not (S11). */
export function byOwnNode(bundle: Bundle, node: string): { readonly own: readonly Point[]; readonly others: readonly Point[] } {
  const isOwn = (point: Point): boolean => point.kind === "pod" && nodeOfPod(point.endpoint) === node;
  return { own: bundle.points.filter(isOwn), others: bundle.points.filter((point) => !isOwn(point)) };
}

function nodeOfPod({ node, hostNetwork }: Pod): string | undefined {
  return hostNetwork ? undefined : node;
}
