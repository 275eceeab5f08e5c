import type { Endpoint, Pod, Snapshot } from "../../model/cluster.ts";
import type { NetworkPolicy } from "../../model/policy.ts";
import type { Family } from "../../net/address.ts";
import { openConnections, relationOf, type Connections, type EndpointClass, type Reachability, type Relation } from "../../reach/reachability.ts";
import { Algebra, type GradeId } from "./algebra.ts";
import { covers, globalMentions, mentionGlobally, type GlobalMentions } from "./mentions.ts";
import { gradeOf, namespaceTable, noPods, plainSide, type NamespacePods, type NamespaceTable, type Shared, type Side } from "./namespace-table.ts";
import { SharedSteps } from "./steps.ts";
import { tierPolicies } from "./tiers.ts";
import { universeOf } from "./universe.ts";

/**
 * Who may talk to whom in one family, for clusters of any size: never pairs, but classes, and of each class what it says of all
 * shapes (see `universe.ts` and `namespace-table.ts`). A pair of classes meets in two look-ups:
 *
 *   between(c, d) = egress of c, at d   ∩   ingress of d, at c
 *
 * Classes are numbered namespace by namespace, then machines (nodes and outside addresses):
 *
 *   firstClasses  [0, 12, 30, …, 870]      classes 12‥29 are those of the second namespace, from 870 on stand the machines
 */
export interface Table extends Reachability {
  readonly snapshot: Snapshot;
  readonly shared: Shared;
  readonly namespaces: readonly NamespaceTable[];
  readonly podsOf: ReadonlyMap<string, NamespacePods>;
  /** Position in `namespaces`, by name. */
  readonly positions: ReadonlyMap<string, number>;
  readonly firstClasses: readonly number[];
}

/** Builds the table of a snapshot; what `previous` knows and nothing changed is kept, by the identity of the objects. */
export function tableOf(snapshot: Snapshot, family: Family, previous?: Table): Table {
  const changed = previous === undefined ? undefined : changedPolicies(previous, snapshot);
  if (previous === undefined || changed === undefined) return build(snapshot, family, sharedOf(snapshot, family, previous?.shared.algebra));
  return replaced(previous, snapshot, changed);
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

function build(snapshot: Snapshot, family: Family, shared: Shared): Table {
  const podsOf = podsByNamespace(snapshot, shared.universe);
  const policiesOf = new Map<string, NetworkPolicy[]>();
  for (const policy of snapshot.policies) {
    const own = policiesOf.get(policy.name.namespace);
    if (own === undefined) policiesOf.set(policy.name.namespace, [policy]);
    else own.push(policy);
  }
  const namespaces = snapshot.namespaces.map(({ name }) => namespaceTable(name, podsOf.get(name) ?? noPods, policiesOf.get(name) ?? [], shared));
  const positions = new Map(namespaces.map(({ name }, i) => [name, i]));
  return withLookups({ snapshot, family, shared, namespaces, podsOf, positions, firstClasses: firstClassesOf(namespaces) });
}

/** The namespaces whose policies an edit touched; undefined when more than policies changed, or the new ones look at something new. */
function changedPolicies({ snapshot: before, shared }: Table, next: Snapshot): ReadonlySet<string> | undefined {
  const same =
    before.pods === next.pods &&
    before.nodes === next.nodes &&
    before.namespaces === next.namespaces &&
    sameList(before.unread, next.unread) &&
    sameList(before.clusterPolicies, next.clusterPolicies);
  if (!same) return undefined;
  const [a, b] = [before.policies, next.policies];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const [old, young] = [a.slice(start, endA), b.slice(start, endB)];
  const [known, kept] = [new Set(old), new Set(young)];
  const added = young.filter((policy) => !known.has(policy));
  if (!covers(shared.universe.mentions, mentionsOf(added))) return undefined;
  return new Set([...old.filter((policy) => !kept.has(policy)), ...added].map(({ name }) => name.namespace));
}

function mentionsOf(policies: readonly NetworkPolicy[]): GlobalMentions {
  const mentions = globalMentions(nothing);
  for (const policy of policies) mentionGlobally(mentions, policy);
  return mentions;
}

const nothing: Snapshot = { namespaces: [], nodes: [], pods: [], services: [], policies: [], clusterPolicies: [], unread: [] };

/** The previous table with some namespaces decided again. */
function replaced(previous: Table, snapshot: Snapshot, changed: ReadonlySet<string>): Table {
  const namespaces = [...previous.namespaces];
  let renumbered = false;
  for (const name of changed) {
    const position = previous.positions.get(name);
    const old = position === undefined ? undefined : namespaces[position];
    if (position === undefined || old === undefined) continue;
    const policies = snapshot.policies.filter((policy) => policy.name.namespace === name);
    const next = namespaceTable(name, previous.podsOf.get(name) ?? noPods, policies, previous.shared);
    renumbered ||= next.classes.length !== old.classes.length;
    namespaces[position] = next;
  }
  const { family, shared, podsOf, positions } = previous;
  return withLookups({ snapshot, family, shared, namespaces, podsOf, positions, firstClasses: renumbered ? firstClassesOf(namespaces) : previous.firstClasses });
}

type Parts = Omit<Table, "classes" | "classOf" | "between" | "connections">;

function withLookups(parts: Parts): Table {
  const { shared, namespaces, positions, firstClasses, snapshot } = parts;
  const { universe, algebra } = shared;
  const machines = machinesOf(snapshot, shared);
  const firstMachine = firstClasses[namespaces.length] as number;
  // Nodes and the outside are nobody's subject: whatever they say is allowed.
  const free = plainSide(algebra.allow, shared);

  const placeOf = (id: number): Place => {
    if (id >= firstMachine) return { namespace: -1, local: -1, shape: machines.shapes[id - firstMachine] as number, egress: free, ingress: free };
    const namespace = lastAtMost(firstClasses, id);
    const local = id - (firstClasses[namespace] as number);
    const { shape, egress, ingress } = (namespaces[namespace] as NamespaceTable).classes[local] as NamespaceTable["classes"][number];
    return { namespace, local, shape, egress, ingress };
  };
  const between = (from: number, to: number, relation: Relation): Connections => {
    // S12: a pod cannot block access to itself.
    if (relation === "same-pod") return openConnections;
    const [a, b] = [placeOf(from), placeOf(to)];
    const together = a.namespace === b.namespace && a.namespace >= 0;
    const egress: GradeId = gradeOf(a.egress, b.shape, together ? b.local : undefined, algebra);
    // S11: ingress from the pod's own node is always allowed.
    if (relation === "own-node") return algebra.connections(egress);
    return algebra.connections(algebra.meet(egress, gradeOf(b.ingress, a.shape, together ? a.local : undefined, algebra)));
  };
  const classOf = (endpoint: Endpoint): number | undefined => {
    if (endpoint.kind !== "pod") {
      const machine = machines.positionOf(universe.shapeOf(endpoint));
      return machine === undefined ? undefined : firstMachine + machine;
    }
    const namespace = positions.get(endpoint.namespace.name);
    const local = namespace === undefined ? undefined : namespaces[namespace]?.classOf(endpoint);
    return namespace === undefined || local === undefined ? undefined : (firstClasses[namespace] as number) + local;
  };
  let classes: readonly EndpointClass[] | undefined;
  return {
    ...parts,
    get classes() {
      classes ??= [...namespaces.flatMap((table) => table.classes.map(({ representative, size }) => ({ representative, size: BigInt(size), ranges: undefined }))), ...machines.classes()].map((one, id) => ({ id, ...one }));
      return classes;
    },
    classOf,
    between,
    connections: (from, to) => {
      const [a, b] = [classOf(from), classOf(to)];
      return a === undefined || b === undefined ? undefined : between(a, b, relationOf(from, to));
    },
  };
}

/** Where a class stands; -1 for machines, which are in no namespace. */
interface Place {
  readonly namespace: number;
  readonly local: number;
  readonly shape: number;
  readonly egress: Side;
  readonly ingress: Side;
}

interface Machines {
  readonly shapes: readonly number[];
  positionOf(shape: number | undefined): number | undefined;
  classes(): readonly Omit<EndpointClass, "id">[];
}

/** Nodes, one class per shape, and outside addresses, one per atom. A host-network pod has its node's shape but a class in its namespace. */
function machinesOf({ nodes }: Snapshot, { universe }: Shared): Machines {
  const members = new Map<number, Endpoint[]>();
  for (const node of nodes) {
    const shape = universe.shapeOf(node);
    if (shape === undefined) continue;
    const list = members.get(shape);
    if (list === undefined) members.set(shape, [node]);
    else list.push(node);
  }
  const shapes = [...[...members.keys()].sort((a, b) => a - b), ...universe.outside.map(({ shape }) => shape)];
  const positions = new Map(shapes.map((shape, i) => [shape, i]));
  const outside = new Map(universe.outside.map((one) => [one.shape, one]));
  return {
    shapes,
    positionOf: (shape) => (shape === undefined ? undefined : positions.get(shape)),
    classes: () =>
      shapes.map((shape) => {
        const away = outside.get(shape);
        if (away !== undefined) return { representative: away.representative, size: away.size, ranges: away.ranges };
        const own = members.get(shape) ?? [];
        return { representative: own[0] as Endpoint, size: BigInt(own.length), ranges: undefined };
      }),
  };
}

function podsByNamespace(snapshot: Snapshot, { shapesOfPods }: Shared["universe"]): ReadonlyMap<string, NamespacePods> {
  const groups = new Map<string, { readonly pods: Pod[]; readonly shapes: number[] }>();
  snapshot.pods.forEach((pod, i) => {
    let group = groups.get(pod.namespace.name);
    if (group === undefined) {
      group = { pods: [], shapes: [] };
      groups.set(pod.namespace.name, group);
    }
    group.pods.push(pod);
    group.shapes.push(shapesOfPods[i] as number);
  });
  return groups;
}

/** The number of each namespace's first class, and behind them that of the first machine. */
function firstClassesOf(namespaces: readonly NamespaceTable[]): readonly number[] {
  const firsts: number[] = [];
  let next = 0;
  for (const { classes } of namespaces) {
    firsts.push(next);
    next += classes.length;
  }
  return [...firsts, next];
}

/** The position of the last entry that is at most `value`; namespaces without classes share a number with the next, so the last counts. */
function lastAtMost(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return low;
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}
