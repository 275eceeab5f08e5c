import type { Endpoint, Flow, Pod, Snapshot } from "../model/cluster.ts";
import type { Verdict } from "../model/judgement.ts";
import { addressIn, endpointName } from "../model/endpoint.ts";
import type { Family } from "../net/address.ts";
import type { Cidr } from "../net/cidr.ts";
import { noPorts, portSet, protocols, unite, type PortRange, type PortSet } from "../net/ports.ts";
import { addressAtoms, atomKey, distinctBlocks, portIntervals, projectLabels, type AddressRange, type Cuts } from "./cuts.ts";
import { outsideClass, takenAddresses } from "./outside.ts";
import { openConnections, relationOf, type Connections, type EndpointClass, type Reachability, type Relation } from "./reachability.ts";

/**
 * The reference form of Reachability, for any engine that can answer one flow at once: one question per pair of classes,
 * protocol and port interval, folded into port sets as the answers come. Answers are never kept.
 * Exact for the whole flow space: every pair, all 65,535 ports, three protocols, every outside address.
 */
export function reachByAsking(verdict: (flow: Flow) => Verdict, snapshot: Snapshot, cuts: Cuts, family: Family): Reachability {
  const classes = classify(snapshot, cuts, family);
  const intervals = portIntervals(cuts, snapshot.pods);
  const known = new Map<string, Connections>();

  const between = (from: number, to: number, relation: Relation): Connections => {
    const key = `${from} ${to} ${relation}`;
    let connections = known.get(key);
    if (connections === undefined) {
      const pair = membersInRelation(classes.members(from), classes.members(to), relation);
      // No two members stand in this relation: nobody can ask.
      connections = pair === undefined ? openConnections : ask(...pair);
      known.set(key, connections);
    }
    return connections;
  };

  const ask = (from: Endpoint, to: Endpoint): Connections => {
    let [allow, undetermined]: [PortSet, PortSet] = [noPorts, noPorts];
    for (const protocol of protocols) {
      const ranges: Record<Verdict, PortRange[]> = { allow: [], deny: [], undetermined: [] };
      for (const range of intervals[protocol]) ranges[verdict({ from, to, family, protocol, port: range.first })].push(range);
      allow = unite(allow, portSet(protocol, ranges.allow));
      undetermined = unite(undetermined, portSet(protocol, ranges.undetermined));
    }
    return intern({ allow, undetermined });
  };

  const shared = new Map<string, Connections>();
  const intern = (connections: Connections): Connections => {
    const key = JSON.stringify(connections);
    const first = shared.get(key);
    if (first === undefined) shared.set(key, connections);
    return first ?? connections;
  };

  return {
    family,
    classes: classes.all,
    classOf: classes.classOf,
    between,
    connections: (from, to) => {
      const [a, b] = [classes.classOf(from), classes.classOf(to)];
      return a === undefined || b === undefined ? undefined : between(a, b, relationOf(from, to));
    },
  };
}

interface Classes {
  readonly all: readonly EndpointClass[];
  classOf(endpoint: Endpoint): number | undefined;
  members(id: number): readonly Endpoint[];
}

function classify(snapshot: Snapshot, cuts: Cuts, family: Family): Classes {
  const blocks = distinctBlocks(cuts.blocks, family);
  const members = new Map<string, Endpoint[]>();
  const sizes = new Map<string, bigint>();
  const places = new Map<string, readonly AddressRange[]>();
  const keys = new WeakMap<Endpoint, string>();
  const inside = [...snapshot.pods, ...snapshot.nodes].filter((endpoint) => addressIn(endpoint, family) !== undefined);
  for (const endpoint of inside) {
    const key = classKey(endpoint, cuts, blocks, family);
    keys.set(endpoint, key);
    const list = members.get(key);
    if (list === undefined) members.set(key, [endpoint]);
    else list.push(endpoint);
  }
  for (const [key, list] of members) sizes.set(key, BigInt(list.length));
  const taken = takenAddresses(snapshot, family);
  for (const atom of addressAtoms(blocks, family)) {
    const outside = outsideClass(atom.ranges, taken, family);
    if (outside === undefined) continue;
    const key = `external ${atom.key}`;
    members.set(key, [outside.representative]);
    sizes.set(key, outside.size);
    places.set(key, outside.ranges);
  }
  const order = [...members.keys()];
  const ids = new Map(order.map((key, id) => [key, id]));
  return {
    all: order.map((key, id) => ({
      id,
      representative: (members.get(key) as Endpoint[])[0] as Endpoint,
      size: sizes.get(key) ?? 0n,
      ranges: places.get(key),
    })),
    members: (id) => members.get(order[id] as string) ?? [],
    classOf: (endpoint) => {
      if (addressIn(endpoint, family) === undefined) return undefined;
      return ids.get(keys.get(endpoint) ?? classKey(endpoint, cuts, blocks, family));
    },
  };
}

/** Everything about an endpoint that a rule in force can see. Equal keys, equal verdicts. */
function classKey(endpoint: Endpoint, cuts: Cuts, blocks: readonly Cidr[], family: Family): string {
  const address = addressIn(endpoint, family);
  const atom = address === undefined || address === "not-yet-assigned" ? String(address) : atomKey(blocks, address);
  switch (endpoint.kind) {
    case "external":
      return `external ${atom}`;
    case "node":
      return `node ${atom} ${projectLabels(endpoint.labels, cuts.nodeLabels)}`;
    case "pod":
      return [
        "pod",
        endpoint.namespace.name,
        // A host-network pod is its node (S21): what a rule sees of the node, it sees of the pod.
        endpoint.hostNetwork ? `host ${cuts.nodeLabels.size > 0 ? (endpoint.node ?? "") : ""}` : "",
        atom,
        address === "not-yet-assigned" ? endpoint.podNetwork.map(({ text }) => text).join() : "",
        projectLabels(endpoint.namespace.labels, cuts.namespaceLabels),
        projectLabels(endpoint.labels, cuts.podLabels),
        projectPorts(endpoint, cuts),
        cuts.remembered?.get(endpointName(endpoint)) ?? "",
      ].join(" ");
  }
}

function projectPorts(pod: Pod, cuts: Cuts): string {
  const seen = pod.ports.filter(({ name }) => cuts.portNames.has(name)).map(({ name, protocol, port }) => `${name}=${port}/${protocol}`);
  return [...new Set(seen)].sort().join();
}

/** Two members that stand in this relation. An outside class has one member, its representative. */
function membersInRelation(
  froms: readonly Endpoint[],
  tos: readonly Endpoint[],
  relation: Relation,
): readonly [Endpoint, Endpoint] | undefined {
  for (const from of froms) {
    for (const to of tos) if (relationOf(from, to) === relation) return [from, to];
  }
  return undefined;
}
