import type { Endpoint } from "../model/cluster.ts";
import type { Family } from "../net/address.ts";
import { isEmptyPorts, unite, type PortSet } from "../net/ports.ts";
import { sameConnections, type Connections, type Reachability, type Relation } from "../reach/reachability.ts";
import { bundlesOf, byOwnNode, nodeOf, pairCount, type Bundle } from "./bundles.ts";
import { endpointIn, type Point, type Universe } from "./universe.ts";

export type Reaches = ReadonlyMap<Family, Reachability>;

/** Ordered pairs that nothing tells apart: every point of one bundle to every point of another, or to those that share a relation. */
export interface Cell {
  readonly from: Bundle;
  readonly to: Bundle;
  /** Those of `to` that are meant. */
  readonly points: readonly Point[];
  readonly relation: Relation;
  readonly pairs: number;
  /** What may be opened, per family in which both have an address; several entries where addresses are of several classes. */
  readonly connections: readonly FamilyConnections[];
}

export interface FamilyConnections {
  readonly family: Family;
  readonly connections: Connections;
  /** An address of the piece, where an end is addresses. */
  readonly from: Endpoint | undefined;
  readonly to: Endpoint | undefined;
}

/** All that one engine lets be opened at one stage, by pairs of bundles. */
export interface Surface {
  readonly bundles: readonly Bundle[];
  readonly reaches: Reaches;
  /** Where a point stands in the printed order. */
  rankOf(point: Point): number;
  holding(set: ReadonlySet<Point>): readonly Bundle[];
  /** The cells from one bundle to another: two where a node may reach its own pods on other ports than others' (S11). */
  cells(from: Bundle, to: Bundle): readonly Cell[];
  /** The cell of one pair of points; undefined where the two are no question. */
  cellOf(from: Point, to: Point): Cell | undefined;
}

export interface SurfaceOptions {
  /** All sets of points that statements speak of. */
  readonly sets: readonly ReadonlySet<Point>[];
  /** Whether pods of different nodes must be told apart everywhere: for statements about several flows at once. */
  readonly byNode: boolean;
  /** What else tells points apart. */
  readonly keyOf: (point: Point) => string;
}

export function surfaceOf(universe: Universe, reaches: Reaches, { sets, byNode, keyOf }: SurfaceOptions): Surface {
  const points = universe.all;
  const pieces = new Map(points.map((point) => [point, piecesOf(point, reaches)]));
  const onNodes = byNode && points.some((point) => nodeOf(point) !== undefined);
  const bundles = bundlesOf(points, [...new Set(sets)], (point) => {
    const classes = (pieces.get(point) ?? []).map(({ family, id }) => `${family}:${id}`).join();
    const node = onNodes && point.kind === "pod" ? (point.endpoint.node ?? "") : "";
    // Addresses are judged piece by piece, so each set of them stays alone.
    return `${point.kind === "addresses" ? point.id : classes} ${node} ${keyOf(point)}`;
  });
  const bundleByPoint = new Map(bundles.flatMap((bundle) => bundle.points.map((point) => [point, bundle] as const)));
  const ranks = new Map(points.map((point, rank) => [point, rank]));
  const holders = new Map<ReadonlySet<Point>, readonly Bundle[]>();
  const piecesOfBundle = bundles.map(({ points: [first] }) => pieces.get(first as Point) ?? []);

  const between = (from: Bundle, to: Bundle, relation: Relation): readonly FamilyConnections[] => {
    const found: FamilyConnections[] = [];
    for (const a of piecesOfBundle[from.id] ?? []) {
      for (const b of piecesOfBundle[to.id] ?? []) {
        const reach = a.family === b.family ? reaches.get(a.family) : undefined;
        if (reach !== undefined)
          found.push({ family: a.family, connections: reach.between(a.id, b.id, relation), from: a.representative, to: b.representative });
      }
    }
    return found;
  };
  const splits = new Map<string, ReturnType<typeof byOwnNode>>();
  const split = (to: Bundle, node: string): ReturnType<typeof byOwnNode> => {
    const key = `${to.id} ${node}`;
    const known = splits.get(key) ?? byOwnNode(to, node);
    splits.set(key, known);
    return known;
  };

  const cells = (from: Bundle, to: Bundle): readonly Cell[] => {
    if (from.outside && to.outside) return [];
    const cell = (members: readonly Point[], relation: Relation, connections: readonly FamilyConnections[]): readonly Cell[] => {
      const pairs = pairCount(from.points, members, from === to);
      return pairs === 0 || connections.length === 0 ? [] : [{ from, to, points: members, relation, pairs, connections }];
    };
    const others = between(from, to, "none");
    if (from.nodeName === undefined || from.nodeName === "" || !to.ownNetwork) return cell(to.points, "none", others);
    const own = between(from, to, "own-node");
    if (own.every(({ connections }, i) => sameConnections(connections, others[i]?.connections ?? connections)))
      return cell(to.points, "none", others);
    const parts = split(to, from.nodeName);
    return [...cell(parts.own, "own-node", own), ...cell(parts.others, "none", others)];
  };

  return {
    bundles,
    reaches,
    rankOf: (point) => ranks.get(point) ?? points.length,
    holding: (set) => {
      const known = holders.get(set) ?? bundles.filter(({ points: [first] }) => set.has(first as Point));
      holders.set(set, known);
      return known;
    },
    cells,
    cellOf: (from, to) => {
      const [a, b] = [bundleByPoint.get(from), bundleByPoint.get(to)];
      return from === to || a === undefined || b === undefined
        ? undefined
        : cells(a, b).find(({ points: members }) => members.includes(to));
    },
  };
}

/** What is open and what may be, over all families and addresses of a cell. */
export function openness({ connections }: Cell): "open" | "perhaps" | "closed" {
  if (connections.some(({ connections: { allow } }) => !isEmptyPorts(allow))) return "open";
  return connections.some(({ connections: { undetermined } }) => !isEmptyPorts(undetermined)) ? "perhaps" : "closed";
}

/** The ports that are open in one family; some address of it is enough. */
export function openPorts({ connections }: Cell, family: Family): PortSet | undefined {
  const sets = connections.filter((each) => each.family === family).map((each) => each.connections.allow);
  return sets.length === 0 ? undefined : sets.reduce(unite);
}

/** One class of one family that a point is in; a point of addresses may be in many. */
interface Piece {
  readonly family: Family;
  readonly id: number;
  /** An address of the piece; undefined for points with an endpoint of their own. */
  readonly representative: Endpoint | undefined;
}

function piecesOf(point: Point, reaches: Reaches): readonly Piece[] {
  return [...reaches].flatMap(([family, reach]): Piece[] => {
    if (point.kind !== "addresses") {
      const endpoint = endpointIn(point, family);
      const id = endpoint && reach.classOf(endpoint);
      return id === undefined ? [] : [{ family, id, representative: undefined }];
    }
    const ranges = point.places.filter((place) => place.family === family).flatMap((place) => place.ranges);
    return reach.classes.flatMap(({ id, ranges: own }): Piece[] => {
      for (const mine of ranges) {
        for (const theirs of own ?? []) {
          const first = mine.first > theirs.first ? mine.first : theirs.first;
          const last = mine.last < theirs.last ? mine.last : theirs.last;
          if (first <= last) return [{ family, id, representative: { kind: "external", address: { family, value: first } } }];
        }
      }
      return [];
    });
  });
}
