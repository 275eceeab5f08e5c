import type { Endpoint, Snapshot } from "../../model/cluster.ts";
import type { NetworkPolicy } from "../../model/policy.ts";
import type { Family } from "../../net/address.ts";
import { openConnections, relationOf, type Connections, type EndpointClass, type Reachability, type Relation } from "../../reach/reachability.ts";
import { Algebra, type GradeId } from "./algebra.ts";
import { covers, globalMentions, mentionGlobally, type GlobalMentions } from "./mentions.ts";
import { gradeOf, namespaceTable, type LocalClass, type NamespaceTable, type Shared, type Side } from "./namespace-table.ts";
import { constant, SharedSteps } from "./steps.ts";
import { tierPolicies } from "./tiers.ts";
import { universeOf } from "./universe.ts";

/**
 * Who may talk to whom in one family, for clusters of any size: never pairs, but classes, and of each class what it says of all
 * shapes (see `universe.ts` and `namespace-table.ts`). A pair of classes meets in two look-ups:
 *
 *   between(c, d) = egress of c, at d   ∩   ingress of d, at c
 */
export interface Table extends Reachability {
  readonly snapshot: Snapshot;
  readonly shared: Shared;
  readonly namespaces: readonly NamespaceTable[];
  /** The position of each namespace's first class in `classes`. */
  readonly firstClasses: readonly number[];
}

/** Builds the table of a snapshot; what `previous` knows and nothing changed is kept, by the identity of the objects. */
export function tableOf(snapshot: Snapshot, family: Family, previous?: Table): Table {
  if (previous !== undefined && previous.family === family && canKeepUniverse(previous, snapshot)) return assembled(snapshot, family, previous.shared, previous);
  return assembled(snapshot, family, sharedOf(snapshot, family, previous?.shared.algebra), undefined);
}

function sharedOf(snapshot: Snapshot, family: Family, algebra = new Algebra()): Shared {
  const universe = universeOf(snapshot, family);
  const unreadNamespaces = new Set(snapshot.unread.flatMap(({ scope }) => (scope === "cluster" ? [] : [scope.namespace])));
  const unreadEverywhere = snapshot.unread.some(({ scope }) => scope === "cluster");
  return {
    universe,
    algebra,
    steps: new SharedSteps(),
    admin: tierPolicies(snapshot.clusterPolicies, "Admin", universe),
    baseline: tierPolicies(snapshot.clusterPolicies, "Baseline", universe),
    sides: new Map(),
    tierSides: new Map(),
    isUnread: (namespace) => unreadEverywhere || unreadNamespaces.has(namespace),
  };
}

/** Only policies of namespaces changed, and the new ones look at nothing that was not told apart before. */
function canKeepUniverse(previous: Table, next: Snapshot): boolean {
  const before = previous.snapshot;
  const same = before.pods === next.pods && before.nodes === next.nodes && before.namespaces === next.namespaces && before.unread === next.unread && before.clusterPolicies === next.clusterPolicies;
  return (same || sameItems(before, next)) && covers(previous.shared.universe.mentions, mentionsOfNew(before.policies, next.policies));
}

function sameItems(a: Snapshot, b: Snapshot): boolean {
  const same = <T>(x: readonly T[], y: readonly T[]): boolean => x === y || (x.length === y.length && x.every((item, i) => item === y[i]));
  return same(a.pods, b.pods) && same(a.nodes, b.nodes) && same(a.namespaces, b.namespaces) && same(a.unread, b.unread) && same(a.clusterPolicies, b.clusterPolicies);
}

function mentionsOfNew(before: readonly NetworkPolicy[], next: readonly NetworkPolicy[]): GlobalMentions {
  const mentions = globalMentions({ namespaces: [], nodes: [], pods: [], services: [], policies: [], clusterPolicies: [], unread: [] });
  if (before === next) return mentions;
  const known = new Set(before);
  for (const policy of next) if (!known.has(policy)) mentionGlobally(mentions, policy);
  return mentions;
}

function assembled(snapshot: Snapshot, family: Family, shared: Shared, previous: Table | undefined): Table {
  const { algebra, universe } = shared;
  const podsOf = previous?.snapshot.pods === snapshot.pods ? undefined : groupBy(snapshot.pods, (pod) => pod.namespace.name);
  const policiesOf = groupBy(snapshot.policies, ({ name }) => name.namespace);
  const before = new Map(previous?.namespaces.map((table) => [table.name, table]));
  const none: readonly never[] = [];
  const namespaces = snapshot.namespaces.map(({ name }) => {
    const policies = policiesOf.get(name) ?? none;
    const old = before.get(name);
    const pods = podsOf === undefined ? (old?.pods ?? none) : (podsOf.get(name) ?? none);
    const unchanged = old !== undefined && (old.pods === pods || sameList(old.pods, pods)) && sameList(old.policies, policies);
    return unchanged ? old : namespaceTable(name, pods, policies, shared);
  });

  const firstClasses: number[] = [];
  const classes: EndpointClass[] = [];
  const places: Place[] = [];
  const positions = new Map<string, number>();
  namespaces.forEach((table, i) => {
    firstClasses.push(places.length);
    positions.set(table.name, i);
    table.classes.forEach((own, local) => places.push({ shape: own.shape, namespace: i, local, egress: own.egress, ingress: own.ingress, own }));
  });
  // Nodes and the outside are nobody's subject: whatever they say is allowed.
  const free: Side = { global: constant(universe.size, algebra.allow), local: undefined, admin: undefined, folded: constant(universe.size, algebra.allow) };
  const machineClasses = new Map<number, number>();
  const nodeCounts = countBy(snapshot.nodes, (node) => universe.shapeOf(node));
  universe.shapes.forEach(({ kind }, shape) => {
    // A host-network pod has its node's shape, but a class in its namespace.
    if (kind === "pod" || (kind === "node" && !nodeCounts.has(shape))) return;
    machineClasses.set(shape, places.length);
    places.push({ shape, namespace: -1, local: undefined, egress: free, ingress: free, own: undefined });
  });
  const outside = new Map(universe.outside.map((one) => [one.shape, one]));
  for (const [id, { shape, own }] of places.entries()) {
    const away = outside.get(shape);
    if (own !== undefined) classes.push({ id, representative: own.representative, size: BigInt(own.size), ranges: undefined });
    else if (away !== undefined) classes.push({ id, representative: away.representative, size: away.size, ranges: away.ranges });
    else classes.push({ id, representative: nodeOfShape(snapshot, shape, universe) ?? (universe.shapes[shape] as { readonly representative: Endpoint }).representative, size: BigInt(nodeCounts.get(shape) ?? 0), ranges: undefined });
  }

  const egressOf = (from: Place, to: Place): GradeId => gradeOf(from.egress, to.shape, from.namespace === to.namespace ? to.local : undefined, algebra);
  const ingressOf = (from: Place, to: Place): GradeId => gradeOf(to.ingress, from.shape, from.namespace === to.namespace ? from.local : undefined, algebra);
  const between = (from: number, to: number, relation: Relation): Connections => {
    // S12: a pod cannot block access to itself.
    if (relation === "same-pod") return openConnections;
    const [a, b] = [places[from] as Place, places[to] as Place];
    const egress = egressOf(a, b);
    // S11: ingress from the pod's own node is always allowed.
    return algebra.connections(relation === "own-node" ? egress : algebra.meet(egress, ingressOf(a, b)));
  };
  const classOf = (endpoint: Endpoint): number | undefined => {
    if (endpoint.kind !== "pod") {
      const shape = universe.shapeOf(endpoint);
      return shape === undefined ? undefined : machineClasses.get(shape);
    }
    const i = positions.get(endpoint.namespace.name);
    const local = i === undefined ? undefined : namespaces[i]?.classOf(endpoint);
    return i === undefined || local === undefined ? undefined : (firstClasses[i] as number) + local;
  };
  return {
    snapshot,
    family,
    shared,
    namespaces,
    firstClasses,
    classes,
    classOf,
    between,
    connections: (from, to) => {
      const [a, b] = [classOf(from), classOf(to)];
      return a === undefined || b === undefined ? undefined : between(a, b, relationOf(from, to));
    },
  };
}

/** A class and where it stands. */
interface Place {
  readonly shape: number;
  /** Position of its namespace; -1 for nodes and the outside. */
  readonly namespace: number;
  readonly local: number | undefined;
  readonly egress: Side;
  readonly ingress: Side;
  readonly own: LocalClass | undefined;
}

function nodeOfShape(snapshot: Snapshot, shape: number, { shapeOf }: Shared["universe"]): Endpoint | undefined {
  return snapshot.nodes.find((node) => shapeOf(node) === shape);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => number | undefined): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}

