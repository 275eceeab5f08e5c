import type { Endpoint, Pod } from "../../model/cluster.ts";
import { isHost, isLeftOut, isRelocated, takenInEither, type CommonEnd, type CommonEnds } from "../../reach/differences.ts";
import { outsideClass } from "../../reach/outside.ts";
import type { Table } from "./compile.ts";
import type { NamespaceTable } from "./namespace-table.ts";
import { once } from "./once.ts";
import { shapeIdOf, standIn, type Universe } from "./shapes.ts";

export type Time = "before" | "after";
export type Both<T> = Readonly<Record<Time, T>>;

/** Ends of one namespace, or the machines, which no table speaks for. */
export interface Space {
  readonly tables: Both<NamespaceTable | undefined>;
  readonly first: number;
  readonly behind: number;
}

/**
 * What is in both snapshots. An end is a class of both tables, with where it stood and where it stands. Ends are columns, namespace by
 * namespace, then machines:
 *
 *   end                    0    1    2  …
 *   namespace              0    0    1  …  -1      nodes and the outside are in none, and whatever they say is allowed
 *   shape   before, after  7,7  9,9  7,8           what others see of it
 *   local   before, after  0,0  1,1  0,0           which class of its namespace's table it is, and which side speaks for it
 */
export class Ends implements CommonEnds {
  readonly spaces: readonly Space[];
  readonly namespace: Int32Array;
  readonly shape: Both<Int32Array>;
  readonly local: Both<Int32Array>;
  /** Those that have another shape, and not only because more is looked at: their labels, ports or addresses are others. */
  readonly moved: ReadonlySet<number>;
  readonly classOf: (endpoint: Endpoint) => number | undefined;
  /** By end; one that stands for a whole class of the later table is made when it is asked for. */
  readonly #all: (CommonEnd | undefined)[];
  readonly #hasRelocated: boolean;
  readonly #shapes: Universe["shapes"];
  /** By end; 0 for those that say their size themselves. */
  readonly #sizes: Float64Array;
  /** By shape of the later table, 1 where an end has it. */
  readonly isTaken: Uint8Array;

  constructor(before: Table, after: Table) {
    const columns = new Columns();
    const earlier = new Map(before.namespaces.all.map((table) => [table.name, table]));
    const [later, size] = [after.shared.universe, before.shared.universe.size];
    const endOfPod = after.namespaces.all.map((young): ((pod: Pod) => number | undefined) => {
      const old = earlier.get(young.name);
      columns.begin({ before: old, after: young });
      if (old === undefined) return () => undefined;
      if (old.members === young.members) return addClasses(young, columns);
      return addCommonClasses(old, young, columns, (to, from) => standIn(later, to, size) !== from);
    });
    columns.begin({ before: undefined, after: undefined });
    const machineOf = addMachines(before, after, columns);
    const positions = after.positions();
    this.classOf = (endpoint) => {
      if (endpoint.kind !== "pod") return machineOf(endpoint);
      const position = positions.get(endpoint.namespace.name);
      return position === undefined ? undefined : endOfPod[position]?.(endpoint);
    };
    this.spaces = columns.spaces();
    this.shape = { before: Int32Array.from(columns.shape.before), after: Int32Array.from(columns.shape.after) };
    this.local = { before: Int32Array.from(columns.local.before), after: Int32Array.from(columns.local.after) };
    this.namespace = new Int32Array(this.count).fill(-1);
    this.spaces.forEach(({ tables, first, behind }, i) => tables.after !== undefined && this.namespace.fill(i, first, behind));
    this.isTaken = new Uint8Array(later.size);
    for (const shape of this.shape.after) this.isTaken[shape] = 1;
    this.moved = columns.moved;
    this.#all = columns.parts;
    this.#shapes = later.shapes;
    this.#sizes = Float64Array.from(columns.sizes);
    this.#hasRelocated = columns.parts.some((end) => end?.relocated === true);
  }

  get count(): number {
    return this.shape.after.length;
  }

  /** S21: they have their node's shape. */
  get hosts(): readonly number[] {
    const { before, after } = this.shape;
    const isNode = this.#shapes.map(({ kind }) => kind === "node");
    const hosts: number[] = [];
    for (let id = 0; id < after.length; id++)
      if (isNode[before[id] as number] === true || isNode[after[id] as number] === true) hosts.push(id);
    return hosts;
  }

  sizeOf(ids: readonly number[]): bigint {
    let [counted, others] = [0, 0n];
    for (let i = 0; i < ids.length; i++) {
      const size = this.#sizes[ids[i] as number] as number;
      if (size > 0) counted += size;
      else others += this.end(ids[i] as number).size;
    }
    return others + BigInt(counted);
  }

  end(id: number): CommonEnd {
    return (this.#all[id] ??= wholeClass(this.tableOf("after", id) as NamespaceTable, this.local.after[id] as number));
  }

  tableOf(time: Time, end: number): NamespaceTable | undefined {
    return this.spaces[this.namespace[end] as number]?.tables[time];
  }

  /** That of the ends of the same namespace. */
  spaceOf(end: number): Space {
    return this.spaces[this.namespace[end] as number] as Space;
  }

  /** Pairs that no comparison speaks of. */
  isLeftOut(from: number, to: number): boolean {
    return this.#hasRelocated && isLeftOut(this.end(from), this.end(to));
  }

  /** What `isLeftOut` looks at. */
  flags(end: number): number {
    if (!this.#hasRelocated) return 0;
    const { hosts, relocated } = this.end(end);
    return Number(hosts) * 2 + Number(relocated);
  }
}

/** The columns while they grow. */
class Columns {
  readonly shape: Both<number[]> = { before: [], after: [] };
  readonly local: Both<number[]> = { before: [], after: [] };
  readonly parts: (CommonEnd | undefined)[] = [];
  readonly sizes: number[] = [];
  readonly moved = new Set<number>();
  readonly #begun: (readonly [Space["tables"], number])[] = [];

  /** The ends that are added from here on belong to these tables. */
  begin(tables: Space["tables"]): void {
    this.#begun.push([tables, this.parts.length]);
  }

  add(before: Place, after: Place, size: number, end?: CommonEnd): number {
    this.sizes.push(size);
    this.shape.before.push(before.shape);
    this.shape.after.push(after.shape);
    this.local.before.push(before.local);
    this.local.after.push(after.local);
    return this.parts.push(end) - 1;
  }

  spaces(): readonly Space[] {
    return this.#begun.map(([tables, first], i) => ({ tables, first, behind: this.#begun[i + 1]?.[1] ?? this.parts.length }));
  }
}

interface Place {
  readonly shape: number;
  readonly local: number;
}

function wholeClass({ members }: NamespaceTable, local: number): CommonEnd {
  const { representative, size } = members.classes[local] as NamespaceTable["members"]["classes"][number];
  return {
    representative,
    size: BigInt(size),
    get members() {
      return members.pods.filter((_, i) => members.positions[i] === local);
    },
    hosts: isHost(representative),
    relocated: false,
    ranges: undefined,
  };
}

/** The namespace's pods are what they were. */
function addClasses({ members: { classes, pods, positions } }: NamespaceTable, columns: Columns): (pod: Pod) => number | undefined {
  const first = columns.parts.length;
  for (let local = 0; local < classes.length; local++) {
    const { shape, size } = classes[local] as NamespaceTable["members"]["classes"][number];
    const place = { shape, local };
    columns.add(place, place, size);
  }
  const named = once(() => new Map(pods.map((pod, i) => [pod.name, positions[i] as number])));
  return ({ name }) => {
    const local = named().get(name);
    return local === undefined || local < 0 ? undefined : first + local;
  };
}

/** Pods are the same by their names. */
function addCommonClasses(
  { members: old }: NamespaceTable,
  { members: young }: NamespaceTable,
  columns: Columns,
  hasMoved: (to: number, from: number) => boolean,
): (pod: Pod) => number | undefined {
  const before = new Map(old.pods.map((pod, i) => [pod.name, i]));
  const ids = new Map<number, number>();
  const named = new Map<string, number>();
  const members = new Map<number, Pod[]>();
  young.pods.forEach((pod, i) => {
    const earlier = before.get(pod.name);
    const [was, is] = [earlier === undefined ? -1 : (old.positions[earlier] as number), young.positions[i] as number];
    if (was < 0 || is < 0) return;
    const then = old.pods[earlier as number] as Pod;
    const relocated = isRelocated(then, pod);
    const key = (was * 2 ** 24 + is) * 2 + Number(relocated);
    let id = ids.get(key);
    if (id === undefined) {
      const own: Pod[] = [];
      const [from, to] = [old.classes[was]?.shape as number, young.classes[is]?.shape as number];
      id = columns.add(
        { shape: from, local: was },
        { shape: to, local: is },
        0,
        part(own, { hosts: isHost(then) || isHost(pod), relocated }),
      );
      ids.set(key, id);
      members.set(id, own);
      if (hasMoved(to, from)) columns.moved.add(id);
    }
    members.get(id)?.push(pod);
    named.set(pod.name, id);
  });
  return ({ name }) => named.get(name);
}

/** An end whose members are named; of outside addresses the first stands for them all. */
function part(members: readonly Endpoint[], more: Partial<CommonEnd> = {}): CommonEnd {
  return {
    get representative() {
      return members[0] as Endpoint;
    },
    get size() {
      return BigInt(members.length);
    },
    members,
    hosts: false,
    relocated: false,
    ranges: undefined,
    ...more,
  };
}

function addMachines(before: Table, after: Table, columns: Columns): (endpoint: Endpoint) => number | undefined {
  const [old, young] = [before.shared.universe, after.shared.universe];
  const ids = new Map<number, number>();
  const add = (shape: number, earlier: number, end: CommonEnd): void => {
    ids.set(shape, columns.add({ shape: earlier, local: -1 }, { shape, local: -1 }, 0, end));
  };
  const nodes = new Map<number, Endpoint[]>();
  for (const node of after.snapshot.nodes) {
    const shape = shapeIdOf(young, node);
    if (shape === undefined) continue;
    const list = nodes.get(shape);
    if (list === undefined) nodes.set(shape, [node]);
    else list.push(node);
  }
  for (const [shape, own] of nodes) add(shape, shapeIdOf(old, own[0] as Endpoint) as number, part(own, { hosts: true }));
  const taken = takenInEither(before.snapshot, after.snapshot, after.family);
  young.outside.forEach((shape, atom) => {
    const ranges = young.tree.ranges(atom);
    const away = shape < 0 ? undefined : outsideClass(ranges, taken, after.family);
    if (away === undefined) return;
    const earlier = old.outside[old.tree.atomOf(away.representative.address)] as number;
    add(shape, earlier, part([away.representative], { size: away.size, ranges }));
  });
  return (endpoint) => {
    const shape = shapeIdOf(young, endpoint);
    return shape === undefined ? undefined : ids.get(shape);
  };
}
