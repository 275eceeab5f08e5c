import { families } from "../net/address.ts";
import { isEmptyPorts } from "../net/ports.ts";
import type { Bundle } from "./bundles.ts";
import type { ChainConstraint } from "./constraints.ts";
import type { Fault } from "./results.ts";
import { openness, openPorts, type Surface } from "./surface.ts";
import type { Point } from "./universe.ts";

/** A pair of bundles that a chain of flows connects, though no direct one does. */
export interface ChainFault {
  readonly from: Bundle;
  readonly to: Bundle;
  readonly fault: Fault;
  /** Whether each flow of the chain is allowed; else some may be. */
  readonly certain: boolean;
}

/** Which bundles may open something to which, on any port and in any family: 2 for certain, 1 perhaps. */
export type Adjacency = readonly Uint8Array[];

export function adjacencyOf(surface: Surface): Adjacency {
  return surface.bundles.map((from) =>
    Uint8Array.from(surface.bundles, (to) => {
      const all = surface.cells(from, to).map(openness);
      return all.includes("open") ? 2 : all.includes("perhaps") ? 1 : 0;
    }),
  );
}

/**
 * Chains of at least two flows from `from` to `to`. Whoever receives a connection may open another, so a chain goes through any pod, node
 * or outside point of the universe, except those to avoid; addresses without a name of their own only end one.
 */
export function chainFaults({ by, from, to, avoiding }: ChainConstraint, surface: Surface, adjacency: Adjacency): readonly ChainFault[] {
  const [sources, targets, avoided] = [surface.holding(from), surface.holding(to), new Set(surface.holding(avoiding))];
  const passable = (bundle: Bundle): boolean => !avoided.has(bundle) && bundle.points[0]?.kind !== "addresses";
  return targets.flatMap((target) => {
    const [certain, possible] = [2, 1].map((least) => nextHops(target, surface.bundles, adjacency, least, passable)) as [Hops, Hops];
    return sources.flatMap((source): ChainFault[] => {
      const hops = certain.has(source) ? certain : possible;
      const chain = wayFrom(source, target, hops);
      // A direct flow is what the direct constraint objects to.
      if (chain === undefined || chain.length === 0 || (source === target && source.points.length === 1)) return [];
      const fault = faultOf(by, chain, source, target, surface);
      return fault === undefined ? [] : [{ from: source, to: target, fault, certain: hops === certain }];
    });
  });
}

/** For each bundle from which the target is reached: the next one on a shortest way. */
type Hops = ReadonlyMap<Bundle, Bundle>;

function nextHops(
  target: Bundle,
  bundles: readonly Bundle[],
  adjacency: Adjacency,
  least: number,
  passable: (bundle: Bundle) => boolean,
): Hops {
  const hops = new Map<Bundle, Bundle>();
  for (let frontier: readonly Bundle[] = [target]; frontier.length > 0;) {
    const next: Bundle[] = [];
    for (const to of frontier) {
      for (const from of bundles) {
        if (hops.has(from) || (adjacency[from.id]?.[to.id] ?? 0) < least) continue;
        hops.set(from, to);
        if (passable(from) && from !== target) next.push(from);
      }
    }
    frontier = next;
  }
  return hops;
}

/** The bundles between a source and a target; undefined when no way leads there. */
function wayFrom(source: Bundle, target: Bundle, hops: Hops): readonly Bundle[] | undefined {
  const way: Bundle[] = [];
  for (let at = hops.get(source); at !== target; at = hops.get(at)) {
    if (at === undefined) return undefined;
    way.push(at);
  }
  return way;
}

function faultOf(by: ChainConstraint["by"], chain: readonly Bundle[], source: Bundle, target: Bundle, surface: Surface): Fault | undefined {
  const points = chain.map((bundle) => bundle.points.find((point) => bundle !== source || point !== source.points[0]) as Point);
  const last = chain.at(-1) as Bundle;
  for (const cell of surface.cells(last, target)) {
    for (const family of families) {
      const ports = openPorts(cell, family);
      if (ports !== undefined && !isEmptyPorts(ports)) return { family, ports, wanted: "deny", by, chain: points };
      const doubtful = cell.connections.find((each) => each.family === family && !isEmptyPorts(each.connections.undetermined));
      if (doubtful !== undefined) return { family, ports: doubtful.connections.undetermined, wanted: "deny", by, chain: points };
    }
  }
  return undefined;
}
