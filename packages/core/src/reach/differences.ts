import type { Endpoint, Flow, Snapshot } from "../model/cluster.ts";
import { addressIn, endpointName, nodeNameOf, sameEndpoint } from "../model/endpoint.ts";
import type { Family } from "../net/address.ts";
import { hasPort, intersect, isEmptyPorts, protocols, subtract, unite, type PortSet, type Protocol } from "../net/ports.ts";
import type { AddressRange } from "./cuts.ts";
import type { Calculation } from "./engine.ts";
import { outsideClass, takenAddresses } from "./outside.ts";
import { sameConnections, type Change, type Connections, type Difference, type Differences, type Reachability } from "./reachability.ts";

/** Compares two calculations of one engine, or of two. Equivalent rewrites of policies give nothing. */
export function differences(before: Calculation, after: Calculation, family: Family): Differences {
  const [earlier, later] = [before.reach(family), after.reach(family)];
  return (
    earlier.differencesTo?.(later) ??
    differencesByAsking({ snapshot: before.snapshot, reach: earlier }, { snapshot: after.snapshot, reach: later })
  );
}

interface Side {
  readonly snapshot: Snapshot;
  readonly reach: Reachability;
}

/** Class by class on the common refinement, for any two Reachabilities: a difference cannot hide inside a class. */
export function differencesByAsking(before: Side, after: Side): Differences {
  const { family } = after.reach;
  const ends = commonEnds(before, after);
  const found = new Rectangles();
  for (let from = 0; from < ends.count; from++) {
    for (let to = 0; to < ends.count; to++) {
      const [a, b] = [ends.end(from), ends.end(to)];
      if ((a.representative.kind === "external" && b.representative.kind === "external") || isLeftOut(a, b)) continue;
      for (const relation of relations) {
        if (pairsOf(a, b, from === to, relation) === 0n) continue;
        found.add(from, to, relation, before.reach.between(a.before, b.before, relation), after.reach.between(a.after, b.after, relation));
      }
    }
  }
  return differencesOf(ends, found.all(), family);
}

const relations = ["none", "own-node"] as const;

/** A class of the common refinement. */
export interface CommonEnd {
  readonly representative: Endpoint;
  /** Of the later snapshot; one of outside addresses stands for `size` of them. */
  readonly members: readonly Endpoint[];
  readonly size: bigint;
  readonly ranges: readonly AddressRange[] | undefined;
  /** Nodes and host-network pods, in either snapshot. */
  readonly hosts: boolean;
  /** Pods that run on another node than before, or otherwise on the host's network. */
  readonly relocated: boolean;
}

/** S11 speaks of a pod and its own node: of a pair that stood in another relation before, policies are not what changed. */
export function isLeftOut(from: CommonEnd, to: CommonEnd): boolean {
  return from.hosts && (from.relocated || to.relocated);
}

export function isRelocated(before: Endpoint, after: Endpoint): boolean {
  return before.kind === "pod" && after.kind === "pod" && (before.node !== after.node || before.hostNetwork !== after.hostNetwork);
}

export function isHost(endpoint: Endpoint): boolean {
  return endpoint.kind === "node" || (endpoint.kind === "pod" && endpoint.hostNetwork);
}

/** Numbered from 0. */
export interface CommonEnds<End extends CommonEnd = CommonEnd> {
  readonly count: number;
  /** Those on a node's network, ascending. */
  readonly hosts: readonly number[];
  end(id: number): End;
  /** Of all of these together. */
  sizeOf(ids: readonly number[]): bigint;
  classOf(endpoint: Endpoint): number | undefined;
}

/** Classes `from` × `to` of one change, both ascending; made into a Difference by `differencesOf`. */
export interface Rectangle {
  readonly change: Change;
  readonly ports: PortSet;
  readonly relation: Difference["relation"];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The parts of the document that both ways of comparing share: counting pairs and finding a witness. */
export function differencesOf(ends: CommonEnds, rectangles: readonly Rectangle[], family: Family): Differences {
  const { hosts } = ends;
  const inOrder = [...rectangles].sort(
    (a, b) => (a.from[0] as number) - (b.from[0] as number) || (a.to[0] as number) - (b.to[0] as number),
  );
  const all = inOrder.flatMap((rectangle): readonly Difference[] => {
    const pairs = countPairs(ends, hosts, rectangle);
    return pairs === 0n ? [] : [{ ...rectangle, pairs, witness: witnessOf(ends, rectangle, family) }];
  });
  return {
    family,
    get classes() {
      return Array.from({ length: ends.count }, (_, id) => {
        const { representative, size, ranges } = ends.end(id);
        return { id, representative, size, ranges };
      });
    },
    classOf: (endpoint) => ends.classOf(endpoint),
    all,
  };
}

function countPairs(ends: CommonEnds, hosts: readonly number[], { from, to, relation }: Rectangle): bigint {
  const own = common(from, hosts).reduce((sum, a) => sum + ownNodePairs(ends, a, to), 0n);
  return relation === "own-node" ? own : ends.sizeOf(from) * ends.sizeOf(to) - ends.sizeOf(common(from, to)) - own;
}

function ownNodePairs(ends: CommonEnds, from: number, to: readonly number[]): bigint {
  return to.reduce((sum, b) => sum + pairsOf(ends.end(from), ends.end(b), from === b, "own-node"), 0n);
}

/** What is in both of two ascending lists. */
function common(a: readonly number[], b: readonly number[]): readonly number[] {
  const both: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [first, second] = [a[i] as number, b[j] as number];
    if (first === second) both.push(first);
    if (first <= second) i++;
    if (second <= first) j++;
  }
  return both;
}

/** How many pairs of different endpoints of two classes stand in a relation. */
function pairsOf(a: CommonEnd, b: CommonEnd, same: boolean, relation: Difference["relation"]): bigint {
  let own = 0n;
  for (const [node, hosts] of hostsByNode(a)) own += BigInt(hosts) * BigInt(podsByNode(b).get(node) ?? 0);
  return relation === "own-node" ? own : a.size * b.size - (same ? a.size : 0n) - own;
}

const keptHosts = new WeakMap<CommonEnd, ReadonlyMap<string, number>>();
const keptPods = new WeakMap<CommonEnd, ReadonlyMap<string, number>>();

/** S21: nodes and host-network pods by their node. */
function hostsByNode(end: CommonEnd): ReadonlyMap<string, number> {
  return end.hosts ? countedOnce(keptHosts, end, nodeNameOf) : nobody;
}

const nobody: ReadonlyMap<string, number> = new Map();

/** S11: pods by the node they run on. */
function podsByNode(end: CommonEnd): ReadonlyMap<string, number> {
  return countedOnce(keptPods, end, (endpoint) => (endpoint.kind === "pod" && !endpoint.hostNetwork ? endpoint.node : undefined));
}

function countedOnce(
  kept: WeakMap<CommonEnd, ReadonlyMap<string, number>>,
  end: CommonEnd,
  keyOf: (endpoint: Endpoint) => string | undefined,
): ReadonlyMap<string, number> {
  const known = kept.get(end);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  for (const member of end.members) {
    const key = keyOf(member);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  kept.set(end, counts);
  return counts;
}

/** A pair in the relation, on a port that the destination declares if one shows it. */
function witnessOf(ends: CommonEnds, { from, to, relation, ports }: Rectangle, family: Family): Flow {
  for (const a of from) {
    for (const b of to) {
      const pair = pairIn(ends.end(a), ends.end(b), relation);
      if (pair !== undefined) return { from: pair[0], to: pair[1], family, ...portOf(ports, pair[1]) };
    }
  }
  throw new Error("a rectangle without a pair");
}

function pairIn(a: CommonEnd, b: CommonEnd, relation: Difference["relation"]): readonly [Endpoint, Endpoint] | undefined {
  for (const from of a.members) {
    for (const to of b.members) {
      if (sameEndpoint(from, to)) continue;
      const own = to.kind === "pod" && !to.hostNetwork && to.node !== undefined && nodeNameOf(from) === to.node;
      if (own === (relation === "own-node")) return [from, to];
    }
  }
  return undefined;
}

function portOf(ports: PortSet, to: Endpoint): { readonly protocol: Protocol; readonly port: number } {
  const declared = to.kind === "pod" ? to.ports.find(({ protocol, port }) => hasPort(ports, protocol, port)) : undefined;
  if (declared !== undefined) return { protocol: declared.protocol, port: declared.port };
  const protocol = protocols.find((one) => ports[one].length > 0) ?? "TCP";
  return { protocol, port: ports[protocol][0]?.first ?? 1 };
}

/** How the connections of one pair change, as ports. */
export function changesBetween(before: Connections, after: Connections): readonly { readonly change: Change; readonly ports: PortSet }[] {
  if (sameConnections(before, after)) return [];
  const unclearInBoth = intersect(before.undetermined, after.undetermined);
  const changes = [
    { change: "opens", ports: subtract(subtract(after.allow, before.allow), before.undetermined) },
    { change: "closes", ports: subtract(subtract(before.allow, after.allow), after.undetermined) },
    { change: "unclear", ports: subtract(unite(before.undetermined, after.undetermined), unclearInBoth) },
  ] as const;
  return changes.filter(({ ports }) => !isEmptyPorts(ports));
}

/** Collects cells and joins rows that change alike towards the same classes. */
class Rectangles {
  readonly #rows = new Map<string, { readonly rectangle: Omit<Rectangle, "from" | "to">; readonly to: number[]; readonly from: number }>();

  add(from: number, to: number, relation: Difference["relation"], before: Connections, after: Connections): void {
    for (const { change, ports } of changesBetween(before, after)) {
      const key = `${from} ${relation} ${change} ${JSON.stringify(ports)}`;
      const row = this.#rows.get(key);
      if (row === undefined) this.#rows.set(key, { rectangle: { change, ports, relation }, to: [to], from });
      else row.to.push(to);
    }
  }

  all(): readonly Rectangle[] {
    const joined = new Map<string, Rectangle & { readonly from: number[] }>();
    for (const { rectangle, from, to } of this.#rows.values()) {
      const key = JSON.stringify([rectangle, to]);
      const known = joined.get(key);
      if (known === undefined) joined.set(key, { ...rectangle, from: [from], to });
      else known.from.push(from);
    }
    return [...joined.values()];
  }
}

interface AskedEnd extends CommonEnd {
  readonly before: number;
  readonly after: number;
}

/** What is in both snapshots, by the classes of both. */
function commonEnds(before: Side, after: Side): CommonEnds<AskedEnd> {
  const { family } = after.reach;
  const twins = new Map<string, Endpoint>(
    [...before.snapshot.pods, ...before.snapshot.nodes].map((endpoint) => [endpointName(endpoint), endpoint]),
  );
  const all: (AskedEnd & { readonly members: Endpoint[]; size: bigint })[] = [];
  const ids = new Map<string, number>();
  const named = new Map<string, number>();
  const endOf = (
    old: number,
    young: number,
    then: Endpoint,
    representative: Endpoint,
    ranges: readonly AddressRange[] | undefined,
  ): number => {
    const relocated = isRelocated(then, representative);
    const key = relocated ? `${old} ${young} relocated` : `${old} ${young}`;
    let id = ids.get(key);
    if (id === undefined) {
      id = all.length;
      ids.set(key, id);
      all.push({
        before: old,
        after: young,
        representative,
        members: [],
        size: 0n,
        ranges,
        hosts: isHost(then) || isHost(representative),
        relocated,
      });
    }
    return id;
  };
  for (const endpoint of [...after.snapshot.pods, ...after.snapshot.nodes]) {
    const twin = twins.get(endpointName(endpoint));
    const [old, young] = [twin && before.reach.classOf(twin), after.reach.classOf(endpoint)];
    if (twin === undefined || old === undefined || young === undefined) continue;
    const id = endOf(old, young, twin, endpoint, undefined);
    named.set(endpointName(endpoint), id);
    const end = all[id] as (typeof all)[number];
    end.members.push(endpoint);
    end.size += 1n;
  }
  const taken = takenInEither(before.snapshot, after.snapshot, family);
  const parts = overlay(before.reach, after.reach);
  for (const [old, young, ranges] of parts) {
    const outside = outsideClass(ranges, taken, family);
    if (outside === undefined) continue;
    const end = all[endOf(old, young, outside.representative, outside.representative, ranges)] as (typeof all)[number];
    end.members.push(outside.representative);
    end.size = outside.size;
  }
  const classOf = (endpoint: Endpoint): number | undefined => {
    if (addressIn(endpoint, family) === undefined) return undefined;
    if (endpoint.kind !== "external") return named.get(endpointName(endpoint));
    const [old, young] = [before.reach.classOf(endpoint), after.reach.classOf(endpoint)];
    return old === undefined || young === undefined ? undefined : ids.get(`${old} ${young}`);
  };
  return {
    count: all.length,
    hosts: all.flatMap(({ hosts }, id) => (hosts ? id : [])),
    end: (id) => all[id] as AskedEnd,
    sizeOf: (some) => some.reduce((sum, id) => sum + (all[id] as AskedEnd).size, 0n),
    classOf,
  };
}

/** Addresses that pods or nodes have in either snapshot, ascending and distinct. */
export function takenInEither(before: Snapshot, after: Snapshot, family: Family): readonly bigint[] {
  const [old, young] = [takenAddresses(before, family), takenAddresses(after, family)];
  if (old === young) return young;
  return [...new Set([...old, ...young])].sort((a, b) => (a < b ? -1 : 1));
}

/** Outside addresses by the classes of both: where ranges of both overlap. */
function overlay(
  before: Reachability,
  after: Reachability,
): readonly (readonly [before: number, after: number, ranges: readonly AddressRange[]])[] {
  const rangesOf = ({ classes }: Reachability): { readonly first: bigint; readonly last: bigint; readonly id: number }[] =>
    classes.flatMap(({ id, ranges }) => (ranges ?? []).map((range) => ({ ...range, id }))).sort((a, b) => (a.first < b.first ? -1 : 1));
  const [old, young] = [rangesOf(before), rangesOf(after)];
  const parts = new Map<string, readonly [number, number, AddressRange[]]>();
  for (let i = 0, j = 0; i < old.length && j < young.length;) {
    const [a, b] = [old[i] as (typeof old)[number], young[j] as (typeof young)[number]];
    const [first, last] = [a.first > b.first ? a.first : b.first, a.last < b.last ? a.last : b.last];
    if (first <= last) {
      const part = parts.get(`${a.id} ${b.id}`);
      if (part === undefined) parts.set(`${a.id} ${b.id}`, [a.id, b.id, [{ first, last }]]);
      else part[2].push({ first, last });
    }
    if (a.last < b.last) i++;
    else j++;
  }
  return [...parts.values()];
}
