import type { Endpoint, Snapshot } from "../../model/cluster.ts";
import type { Family } from "../../net/address.ts";
import { takenAddresses, outsideClass, type OutsideClass } from "../../reach/outside.ts";
import {
  openConnections,
  relationOf,
  type Connections,
  type EndpointClass,
  type Reachability,
  type Relation,
} from "../../reach/reachability.ts";
import { Algebra, type GradeId } from "./algebra.ts";
import { classify } from "./classify.ts";
import { PortProjection, portName } from "./mentions.ts";
import { Numbering, start } from "./numbering.ts";
import { gradeOf, namespaceTable, type NamespaceTable, type Shared, type Side } from "./namespace-table.ts";
import { once } from "./once.ts";
import { StepsPool } from "./steps.ts";
import { tierOperations, tierSubjects } from "./tiers.ts";
import { shapeIdOf, standIn, type Universe } from "./shapes.ts";

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
  readonly namespaces: NamespaceTables;
  readonly firstClasses: readonly number[];
  readonly machines: () => Machines;
  /** Position in `namespaces`, by name. */
  readonly positions: () => ReadonlyMap<string, number>;
  /** How many shapes and functions there were when it was begun. */
  readonly born: { readonly shapes: number; readonly functions: number };
}

export function freshTable(snapshot: Snapshot, family: Family): Table {
  const { universe, namespaces } = classify(snapshot, family);
  const shared = sharedOf(universe, snapshot);
  const tables = namespaces.map(({ name, members, policies }) => namespaceTable(name, members, policies, shared));
  return tableWith(snapshot, shared, new NamespaceTables(tables, shared));
}

/** `earlier` knows sets, functions and sides that are true of every universe that grew from its own. */
export function sharedOf(universe: Universe, { clusterPolicies, unread }: Snapshot, earlier?: Shared): Shared {
  const unreadNamespaces = new Set(unread.flatMap(({ scope }) => (scope === "cluster" ? [] : [scope.namespace])));
  const unreadEverywhere = unread.some(({ scope }) => scope === "cluster");
  const algebra = earlier?.algebra ?? new Algebra();
  const rules = clusterPolicies.flatMap(({ ingress, egress }) => [...ingress, ...egress]);
  const tierPorts = new PortProjection(
    new Set(rules.flatMap(({ ports }) => (ports === "any" ? [] : ports.flatMap((entry) => portName(entry) ?? [])))),
  );
  const numbering = new Numbering();
  return {
    universe,
    algebra,
    pool: earlier?.pool ?? new StepsPool(),
    tierOperations: earlier?.tierOperations ?? tierOperations(algebra),
    subjects: { Admin: tierSubjects(clusterPolicies, "Admin", universe), Baseline: tierSubjects(clusterPolicies, "Baseline", universe) },
    tierPortsOf: (pod) => tierPorts.from(start, pod, numbering),
    sides: earlier?.sides ?? new Map<number, Side>(),
    tierSides: new Map(),
    isUnread: (namespace) => unreadEverywhere || unreadNamespaces.has(namespace),
  };
}

/**
 * The tables of all namespaces. One that was made for fewer shapes is made again when it is asked for, unless the later shapes were
 * all split from those it knows.
 */
export class NamespaceTables {
  readonly #tables: NamespaceTable[];
  readonly #shared: Shared;

  /** The list becomes its own. */
  constructor(tables: NamespaceTable[], shared: Shared) {
    this.#tables = tables;
    this.#shared = shared;
  }

  get length(): number {
    return this.#tables.length;
  }

  at(position: number): NamespaceTable {
    const table = this.#tables[position] as NamespaceTable;
    if (table.size >= this.#shared.universe.complete) return table;
    const again = namespaceTable(table.name, table.members, table.policies, this.#shared);
    this.#tables[position] = again;
    return again;
  }

  /** As they are: names, members and policies are right, what they say may be of fewer shapes. */
  get kept(): readonly NamespaceTable[] {
    return this.#tables;
  }

  get all(): readonly NamespaceTable[] {
    for (let i = 0; i < this.#tables.length; i++) this.at(i);
    return this.#tables;
  }
}

/** What an earlier table counted and nothing changed since. */
export type Counted = Partial<Pick<Table, "born" | "firstClasses" | "machines" | "positions">>;

export function tableWith(snapshot: Snapshot, shared: Shared, namespaces: NamespaceTables, counted: Counted = {}): Table {
  const { universe, algebra } = shared;
  const { kept } = namespaces;
  const firstClasses = counted.firstClasses ?? firstClassesOf(kept);
  const machines = counted.machines ?? once(() => machinesOf(snapshot, universe));
  const firstMachine = firstClasses[kept.length] as number;
  const positions = counted.positions ?? once(() => new Map(kept.map(({ name }, i) => [name, i])));
  const namespaceOf = once(() => namespacesOfClasses(firstClasses));
  /** What one end says of the other. `local` is the other's class in the same namespace. */
  const asked = (direction: "egress" | "ingress", id: number, other: number): GradeId => {
    // Nodes and the outside are nobody's subject: whatever they say is allowed.
    if (id >= firstMachine) return algebra.allow;
    const position = namespaceOf()[id] as number;
    const table = namespaces.at(position);
    const first = firstClasses[position] as number;
    const side = table[direction][id - first] as Side;
    const local = other - first;
    const shape = shapeOfClass(other);
    return gradeOf(
      side,
      shape < table.size ? shape : standIn(universe, shape, table.size),
      local >= 0 && local < table.members.classes.length ? local : undefined,
      algebra,
    );
  };
  const shapeOfClass = (id: number): number => {
    if (id >= firstMachine) return machines().shapes[id - firstMachine] as number;
    const position = namespaceOf()[id] as number;
    return kept[position]?.members.classes[id - (firstClasses[position] as number)]?.shape as number;
  };
  const between = (from: number, to: number, relation: Relation): Connections => {
    // S12, C8: a pod cannot block access to itself.
    if (relation === "same-pod") return openConnections;
    const egress = asked("egress", from, to);
    // S11: ingress from the pod's own node is always allowed.
    if (relation === "own-node") return algebra.connections(egress);
    return algebra.connections(algebra.meet(egress, asked("ingress", to, from)));
  };
  const classOf = (endpoint: Endpoint): number | undefined => {
    if (endpoint.kind !== "pod") {
      const machine = machines().positionOf(shapeIdOf(universe, endpoint));
      return machine === undefined ? undefined : firstMachine + machine;
    }
    const position = positions().get(endpoint.namespace.name);
    const local = position === undefined ? undefined : kept[position]?.members.positionOf(endpoint);
    return position === undefined || local === undefined ? undefined : (firstClasses[position] as number) + local;
  };
  const classes = once(() => {
    const all = kept.flatMap(({ members }) =>
      members.classes.map(({ representative, size }) => ({ representative, size: BigInt(size), ranges: undefined })),
    );
    return [...all, ...machines().classes].map((one, id): EndpointClass => ({ id, ...one }));
  });
  return {
    snapshot,
    family: universe.family,
    shared,
    namespaces,
    firstClasses,
    machines,
    positions,
    born: counted.born ?? { shapes: universe.size, functions: shared.pool.size },
    get classes() {
      return classes();
    },
    classOf,
    between,
    connections: (from, to) => {
      const [a, b] = [classOf(from), classOf(to)];
      return a === undefined || b === undefined ? undefined : between(a, b, relationOf(from, to));
    },
  };
}

/** Nodes, one class per shape, and outside addresses, one per atom. A host-network pod has its node's shape but a class in its namespace. */
export interface Machines {
  readonly classes: readonly Omit<EndpointClass, "id">[];
  readonly shapes: readonly number[];
  positionOf(shape: number | undefined): number | undefined;
}

function machinesOf(snapshot: Snapshot, universe: Universe): Machines {
  const members = new Map<number, Endpoint[]>();
  for (const node of snapshot.nodes) {
    const shape = shapeIdOf(universe, node);
    if (shape === undefined) continue;
    const list = members.get(shape);
    if (list === undefined) members.set(shape, [node]);
    else list.push(node);
  }
  const { tree, family, outside } = universe;
  const taken = takenAddresses(snapshot, family);
  const away = outside.flatMap((shape, atom): readonly (OutsideClass & { readonly shape: number })[] => {
    const one = shape < 0 ? undefined : outsideClass(tree.ranges(atom), taken, family);
    return one === undefined ? [] : [{ ...one, shape }];
  });
  const nodes = [...members].sort(([a], [b]) => a - b);
  const shapes = [...nodes.map(([shape]) => shape), ...away.map(({ shape }) => shape)];
  const positions = new Map(shapes.map((shape, i) => [shape, i]));
  return {
    shapes,
    positionOf: (shape) => (shape === undefined ? undefined : positions.get(shape)),
    classes: [
      ...nodes.map(([, own]) => ({ representative: own[0] as Endpoint, size: BigInt(own.length), ranges: undefined })),
      ...away.map(({ representative, size, ranges }) => ({ representative, size, ranges })),
    ],
  };
}

/** The number of each namespace's first class, and behind them that of the first machine. */
function firstClassesOf(tables: readonly NamespaceTable[]): readonly number[] {
  const firsts: number[] = [];
  let next = 0;
  for (const { members } of tables) {
    firsts.push(next);
    next += members.classes.length;
  }
  return [...firsts, next];
}

/** By class, the position of its namespace. */
function namespacesOfClasses(firstClasses: readonly number[]): Int32Array {
  const namespaces = new Int32Array(firstClasses.at(-1) ?? 0);
  for (let i = 0; i + 1 < firstClasses.length; i++) namespaces.fill(i, firstClasses[i], firstClasses[i + 1]);
  return namespaces;
}
