import type { Endpoint, Pod } from "../../model/cluster.ts";
import type { Direction } from "../../model/policy.ts";
import {
  changesBetween,
  differencesOf,
  isHost,
  isLeftOut,
  isRelocated,
  takenInEither,
  type CommonEnd,
  type CommonEnds,
  type Rectangle,
} from "../../reach/differences.ts";
import { outsideClass } from "../../reach/outside.ts";
import type { Change, Differences } from "../../reach/reachability.ts";
import type { Algebra, GradeId, SetId } from "./algebra.ts";
import type { Table } from "./compile.ts";
import { gradeOf, plainSide, upToDate, type NamespaceTable, type Shared, type Side } from "./namespace-table.ts";
import { once } from "./once.ts";
import { valueAt, type Steps } from "./steps.ts";
import { shapeIdOf, standIn } from "./shapes.ts";

/**
 * What changes from one table to a later one whose universe grew from the first one's, without looking at pairs that cannot have changed.
 * An end is a class of both tables, with where it stood and where it stands:
 *
 *   end    before: shape, class, what its namespace says      after: the same
 *
 * Where neither end of a pair says anything else of the other than it did, nothing changed. So only ends that do are gone through: as
 * rows those whose egress says something else of somebody, as columns those whose ingress does, each towards the ends of which it does.
 * In one cluster of 100,000 pods with 100 of 10,000 policies changed that is 5 of 1,700 million pairs of classes and their sides.
 */
export function differencesBetween(before: Table, after: Table): Differences {
  const ends = endsOf(before, after);
  const { algebra } = after.shared;
  const found = new Found(algebra);
  const [egress, ingress] = [
    new Comparison("egress", ends.all, before.shared, after.shared),
    new Comparison("ingress", ends.all, before.shared, after.shared),
  ];
  const leftOut = (from: number, to: number): boolean => isLeftOut(ends.all[from] as End, ends.all[to] as End);
  goThrough("from", ends.all, egress, ingress, leftOut, found, algebra);
  // Rows were gone through: of the columns only what is in none.
  goThrough("to", ends.all, ingress, egress, (to, from) => egress.isChanged(from) || leftOut(from, to), found, algebra);
  return differencesOf(ends, found.rectangles(), after.family);
}

/** Rows (or columns) of the ends that say something else, without cells that are passed over. */
function goThrough(
  side: "from" | "to",
  ends: readonly End[],
  own: Comparison,
  others: Comparison,
  isPassedOver: (end: number, other: number) => boolean,
  found: Found,
  algebra: Algebra,
): void {
  const inside = (time: Time, end: number, other: number): GradeId =>
    algebra.meet(own.saysInside(time, end, other), others.saysInside(time, other, end));
  const namespaces = numbersOf(ends, ({ namespace }) => namespace);
  const inNamespace = endsByNamespace(namespaces);
  const everybody = Int32Array.from(ends.keys());
  for (const end of own.changed) {
    const [said, says, heardBefore, heard, namespace] = [
      own.says("before", end),
      own.says("after", end),
      others.heardBy("before", end),
      others.heardBy("after", end),
      namespaces[end] as number,
    ];
    const towards = own.towards(end);
    // Of lists that hold most ends, going through all of them is faster than putting them together.
    const visited = towards.length * 4 > ends.length ? everybody : united(towards, others.changed, inNamespace(namespace));
    for (let i = 0; i < visited.length; i++) {
      const other = visited[i] as number;
      if (isPassedOver(end, other)) continue;
      if (namespace >= 0 && namespaces[other] === namespace) {
        if (other !== end || (ends[end] as End).size > 1n) found.add(other, inside("before", end, other), inside("after", end, other));
        continue;
      }
      const itsBefore = heardBefore(other);
      const its = heard(other);
      // Whoever denies before and after leaves nothing to change.
      if (itsBefore === algebra.deny && its === algebra.deny) continue;
      const ownBefore = said(other);
      const ownNow = says(other);
      if (ownBefore !== ownNow || itsBefore !== its) found.add(other, algebra.meet(ownBefore, itsBefore), algebra.meet(ownNow, its));
    }
    found.close(side, end);
  }
}

/** Ends of a namespace stand side by side; nodes and the outside are in none. */
function endsByNamespace(namespaces: Int32Array): (namespace: number) => Int32Array {
  return (namespace) => {
    if (namespace < 0) return nobody;
    const first = namespaces.indexOf(namespace);
    let behind = first;
    while (namespaces[behind] === namespace) behind++;
    return Int32Array.from({ length: behind - first }, (_, i) => first + i);
  };
}

const nobody = new Int32Array();

/** The numbers that are in any of three ascending lists. */
function united(a: Int32Array, b: Int32Array, c: Int32Array): Int32Array {
  const all: number[] = [];
  for (let i = 0, j = 0, k = 0; ;) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity, c[k] ?? Infinity);
    if (next === Infinity) return Int32Array.from(all);
    if (a[i] === next) i++;
    if (b[j] === next) j++;
    if (c[k] === next) k++;
    all.push(next);
  }
}

type Time = "before" | "after";

/** Where an end stands in one table. Nodes and the outside have no table: whatever they say is allowed. */
interface Place {
  readonly shape: number;
  readonly table: NamespaceTable | undefined;
  readonly local: number;
}

class End implements CommonEnd {
  /** Position of its namespace; -1 for nodes and the outside. */
  readonly namespace: number;
  readonly before: Place;
  readonly after: Place;
  readonly representative: Endpoint;
  readonly hosts: boolean;
  /** It has another shape, and not only because more is looked at: its labels, ports or address are others. */
  readonly moved: boolean;
  readonly relocated: boolean;
  readonly ranges: CommonEnd["ranges"];
  /** Undefined for all pods of the class. */
  readonly #members: readonly Endpoint[] | undefined;
  readonly #size: bigint | number | undefined;

  constructor(namespace: number, { before, after }: Readonly<Record<Time, Place>>, representative: Endpoint, more: EndParts = {}) {
    this.namespace = namespace;
    this.before = before;
    this.after = after;
    this.representative = representative;
    this.hosts = more.hosts ?? isHost(representative);
    this.moved = more.moved ?? false;
    this.relocated = more.relocated ?? false;
    this.ranges = more.ranges;
    this.#members = more.members;
    this.#size = more.size;
  }

  get members(): readonly Endpoint[] {
    const { table, local } = this.after;
    return this.#members ?? table?.members.pods.filter((_, i) => table.members.positions[i] === local) ?? [];
  }

  get size(): bigint {
    return BigInt(this.#size ?? this.members.length);
  }
}

interface EndParts {
  readonly hosts?: boolean;
  readonly moved?: boolean;
  readonly relocated?: boolean;
  readonly members?: readonly Endpoint[];
  readonly size?: number | bigint;
  readonly ranges?: CommonEnd["ranges"];
}

/** `Int32Array.from` with a function takes ten times as long. */
function numbersOf(ends: readonly End[], numberOf: (end: End) => number): Int32Array {
  const numbers = new Int32Array(ends.length);
  for (let i = 0; i < ends.length; i++) numbers[i] = numberOf(ends[i] as End);
  return numbers;
}

/** What the ends say in one direction, before and after: by end its function, by function what it says of each shape. */
class Comparison {
  readonly #direction: Direction;
  readonly #ends: readonly End[];
  readonly #shared: Readonly<Record<Time, Shared>>;
  readonly #functions: Steps[] = [];
  readonly #functionOf: Readonly<Record<Time, Int32Array>>;
  readonly #shapeOf: Readonly<Record<Time, Int32Array>>;
  readonly #byShape = new Map<number, Int32Array>();
  readonly #differing = new Map<number, Int32Array>();
  readonly #heard = new Map<number, Int32Array>();
  readonly #isOneUniverse: boolean;
  readonly #isChanged: Uint8Array;
  /** Ends that say anything else of anybody, ascending. */
  readonly changed: Int32Array;

  constructor(direction: Direction, ends: readonly End[], before: Shared, after: Shared) {
    this.#direction = direction;
    this.#ends = ends;
    this.#shared = { before, after };
    this.#isOneUniverse = before.universe === after.universe;
    const free = plainSide(after.algebra.allow, after);
    const numbers = new Map<number, number>();
    const functionsOf = (time: Time): Int32Array => numbersOf(ends, (end) => this.#number(end[time], time, free, numbers));
    this.#functionOf = { before: functionsOf("before"), after: functionsOf("after") };
    this.#shapeOf = { before: numbersOf(ends, (end) => end.before.shape), after: numbersOf(ends, (end) => end.after.shape) };
    this.#isChanged = new Uint8Array(ends.length);
    ends.forEach((end, id) => {
      if (end.before.table !== end.after.table && (this.towards(id).length > 0 || this.#differsLocally(end))) this.#isChanged[id] = 1;
    });
    this.changed = Int32Array.from(ends.keys()).filter((id) => this.#isChanged[id] === 1);
  }

  isChanged(end: number): boolean {
    return this.#isChanged[end] === 1;
  }

  /** The ends, ascending, of which an end may say something else. Who has moved may say something else of everybody. */
  towards(end: number): Int32Array {
    const [old, young] = [this.#functionOf.before[end] as number, this.#functionOf.after[end] as number];
    const { moved } = this.#ends[end] as End;
    const key = moved ? -1 : old * 2 ** 26 + young;
    let differing = this.#differing.get(key);
    if (differing === undefined) {
      differing = moved ? Int32Array.from(this.#ends.keys()) : this.#compared(end, old, young);
      this.#differing.set(key, differing);
    }
    return differing;
  }

  /** What an end says of ends outside its namespace. */
  says(time: Time, end: number): (other: number) => GradeId {
    const [says, shapes] = [this.#saysOfShapes(end, time), this.#shapeOf[time]];
    return (other) => says[shapes[other] as number] as GradeId;
  }

  /** What ends outside its namespace say of an end: each function is asked once for a shape. */
  heardBy(time: Time, end: number): (other: number) => GradeId {
    const [functions, functionOf, shape] = [this.#functions, this.#functionOf[time], this.#shapeOf[time][end] as number];
    const key = this.#isOneUniverse || time === "after" ? shape : -1 - shape;
    const known = this.#heard.get(key) ?? new Int32Array(functions.length).fill(-1);
    this.#heard.set(key, known);
    return (other) => {
      const number = functionOf[other] as number;
      const before = known[number] as GradeId;
      return before >= 0 ? before : (known[number] = valueAt(functions[number] as Steps, shape));
    };
  }

  /** What an end says of another of its own namespace. */
  saysInside(time: Time, end: number, other: number): GradeId {
    const { universe, algebra } = this.#shared[time];
    const [{ table, local }, its] = [(this.#ends[end] as End)[time], (this.#ends[other] as End)[time]];
    return table === undefined
      ? algebra.allow
      : gradeOf(table[this.#direction][local] as Side, standIn(universe, its.shape, table.size), its.local, algebra);
  }

  #number({ table, local }: Place, time: Time, free: Side, numbers: Map<number, number>): number {
    const { folded } = table === undefined ? free : (table[this.#direction][local] as Side);
    const size = table?.size ?? 0;
    const key = (folded.id * 2 ** 22 + size) * 2 + Number(time === "before" && !this.#isOneUniverse);
    let number = numbers.get(key);
    if (number === undefined) {
      number = this.#functions.length;
      numbers.set(key, number);
      this.#functions.push(table === undefined ? folded : upToDate(folded, size, this.#shared[time]));
    }
    return number;
  }

  #saysOfShapes(end: number, time: Time): Int32Array {
    const number = this.#functionOf[time][end] as number;
    let says = this.#byShape.get(number);
    if (says === undefined) {
      const made = new Int32Array(this.#shared[time].universe.size);
      const { starts, values } = this.#functions[number] as Steps;
      starts.forEach((start, i) => made.fill(values[i] as GradeId, start, starts[i + 1]));
      says = made;
      this.#byShape.set(number, made);
    }
    return says;
  }

  #compared(end: number, old: number, young: number): Int32Array {
    const { after } = this.#shared;
    if (this.#isOneUniverse && this.#functions[old] === this.#functions[young]) return nobody;
    const [said, says] = [this.#saysOfShapes(end, "before"), this.#saysOfShapes(end, "after")];
    const differs = new Uint8Array(says.length);
    for (let shape = 0; shape < says.length; shape++) {
      // A shape that nobody had before: whoever has it has moved, or is new.
      const earlier = standIn(after.universe, shape, said.length);
      if (earlier >= 0 && said[earlier] !== says[shape]) differs[shape] = 1;
    }
    const shapes = this.#shapeOf.after;
    const ends: number[] = [];
    for (let other = 0; other < shapes.length; other++) if (differs[shapes[other] as number] === 1) ends.push(other);
    return Int32Array.from(ends);
  }

  /** S4: whether rules with peers of the own namespace say something else, as far as one can tell without going through them. */
  #differsLocally({ before, after }: End): boolean {
    const [old, young] = [before.table?.[this.#direction][before.local]?.local, after.table?.[this.#direction][after.local]?.local];
    return old !== young || (old !== undefined && before.table?.members !== after.table?.members);
  }
}

/** Cells collected by rows or columns, and joined where they change alike towards the same ends. */
class Found {
  readonly #algebra: Algebra;
  /** Of the row at hand, by the two grades, the ends that it changes so towards. */
  readonly #cells = new Map<number, number[]>();
  readonly #rectangles = new Map<string, Rectangle & { readonly from: number[]; readonly to: number[] }>();
  readonly #lists = new Map<number, { readonly ends: readonly number[]; readonly number: number }[]>();
  readonly #changes = new Map<number, readonly { readonly change: Change; readonly ports: SetId }[]>();
  #listCount = 0;

  constructor(algebra: Algebra) {
    this.#algebra = algebra;
  }

  add(end: number, before: GradeId, after: GradeId): void {
    if (before === after) return;
    const key = before * 2 ** 26 + after;
    const cells = this.#cells.get(key);
    if (cells === undefined) this.#cells.set(key, [end]);
    else cells.push(end);
  }

  /** The row (or column) of an end is complete. */
  close(side: "from" | "to", end: number): void {
    const byChange = new Map<string, { readonly change: Change; readonly ports: SetId; ends: readonly number[] }>();
    for (const [grades, ends] of this.#cells) {
      for (const { change, ports } of this.#changesOf(grades)) {
        const key = `${change} ${ports}`;
        const known = byChange.get(key);
        if (known === undefined) byChange.set(key, { change, ports, ends });
        else known.ends = [...known.ends, ...ends].sort((a, b) => a - b);
      }
    }
    this.#cells.clear();
    for (const [key, { change, ports, ends }] of byChange) {
      const list = this.#list(ends);
      const rectangle = this.#rectangles.get(`${side} ${key} ${list.number}`);
      if (rectangle !== undefined) rectangle[side].push(end);
      else {
        const made = {
          change,
          ports: this.#algebra.ports(ports),
          relation: "none" as const,
          from: [end],
          to: [end],
          [side === "from" ? "to" : "from"]: list.ends,
        };
        this.#rectangles.set(`${side} ${key} ${list.number}`, made);
      }
    }
  }

  rectangles(): readonly Rectangle[] {
    return [...this.#rectangles.values()];
  }

  #changesOf(grades: number): readonly { readonly change: Change; readonly ports: SetId }[] {
    let changes = this.#changes.get(grades);
    if (changes === undefined) {
      const [before, after] = [Math.floor(grades / 2 ** 26), grades % 2 ** 26];
      changes = changesBetween(this.#algebra.connections(before), this.#algebra.connections(after)).map(({ change, ports }) => ({
        change,
        ports: this.#algebra.set(ports),
      }));
      this.#changes.set(grades, changes);
    }
    return changes;
  }

  /** Equal lists are one object: most rows of a namespace change towards the same ends. */
  #list(ends: readonly number[]): { readonly ends: readonly number[]; readonly number: number } {
    let hash = ends.length;
    for (let i = 0; i < ends.length; i++) hash = (Math.imul(hash, 31) + (ends[i] as number)) | 0;
    const bucket = this.#lists.get(hash) ?? [];
    this.#lists.set(hash, bucket);
    const known = bucket.find((other) => other.ends.length === ends.length && other.ends.every((end, i) => end === ends[i]));
    if (known !== undefined) return known;
    const list = { ends, number: this.#listCount++ };
    bucket.push(list);
    return list;
  }
}

/** What is in both snapshots, namespace by namespace, then nodes and outside addresses. */
function endsOf(before: Table, after: Table): CommonEnds<End> {
  const all: End[] = [];
  /** By namespace of the later table: the end of each class, or of each pod where classes differ. */
  const endOfPod: ((pod: Pod) => number | undefined)[] = [];
  const earlier = new Map(before.namespaces.all.map((table) => [table.name, table]));
  after.namespaces.all.forEach((table, namespace) => {
    const old = earlier.get(table.name);
    if (old === undefined) endOfPod.push(() => undefined);
    else
      endOfPod.push(
        old.members === table.members
          ? sameClasses(old, table, namespace, all)
          : commonClasses(
              old,
              table,
              namespace,
              all,
              (to, from) => standIn(after.shared.universe, to, before.shared.universe.size) !== from,
            ),
      );
  });
  const machines = machineEnds(before, after, all);
  const positions = after.positions();
  return {
    all,
    classOf: (endpoint) => {
      if (endpoint.kind !== "pod") return machines(endpoint);
      const position = positions.get(endpoint.namespace.name);
      return position === undefined ? undefined : endOfPod[position]?.(endpoint);
    },
  };
}

function sameClasses(old: NamespaceTable, young: NamespaceTable, namespace: number, all: End[]): (pod: Pod) => number | undefined {
  const first = all.length;
  const { classes, pods, positions } = young.members;
  classes.forEach(({ shape, representative, size }, local) => {
    const after = { shape, table: young, local };
    all.push(new End(namespace, { before: old === young ? after : { shape, table: old, local }, after }, representative, { size }));
  });
  const named = once(() => new Map(pods.map((pod, i) => [pod.name, positions[i] as number])));
  return ({ name }) => {
    const local = named().get(name);
    return local === undefined || local < 0 ? undefined : first + local;
  };
}

function commonClasses(
  old: NamespaceTable,
  young: NamespaceTable,
  namespace: number,
  all: End[],
  hasMoved: (to: number, from: number) => boolean,
): (pod: Pod) => number | undefined {
  const before = new Map(old.members.pods.map((pod, i) => [pod.name, i]));
  const ids = new Map<number, number>();
  const named = new Map<string, number>();
  const members: Pod[][] = [];
  young.members.pods.forEach((pod, i) => {
    const earlier = before.get(pod.name);
    const [was, is] = [earlier === undefined ? -1 : (old.members.positions[earlier] as number), young.members.positions[i] as number];
    if (was < 0 || is < 0) return;
    const then = old.members.pods[earlier as number] as Pod;
    const relocated = isRelocated(then, pod);
    const key = (was * 2 ** 24 + is) * 2 + Number(relocated);
    let id = ids.get(key);
    if (id === undefined) {
      id = all.length;
      ids.set(key, id);
      const own: Pod[] = [];
      members[id] = own;
      const [from, to] = [old.members.classes[was]?.shape as number, young.members.classes[is]?.shape as number];
      const places = { before: { shape: from, table: old, local: was }, after: { shape: to, table: young, local: is } };
      all.push(new End(namespace, places, pod, { moved: hasMoved(to, from), relocated, hosts: isHost(then) || isHost(pod), members: own }));
    }
    members[id]?.push(pod);
    named.set(pod.name, id);
  });
  return ({ name }) => named.get(name);
}

function machineEnds(before: Table, after: Table, all: End[]): (endpoint: Endpoint) => number | undefined {
  const [old, young] = [before.shared.universe, after.shared.universe];
  const ids = new Map<number, number>();
  const add = (shape: number, earlier: number, members: readonly Endpoint[], more: EndParts = {}): void => {
    ids.set(shape, all.length);
    const place = { table: undefined, local: -1 };
    all.push(
      new End(-1, { before: { shape: earlier, ...place }, after: { shape, ...place } }, members[0] as Endpoint, { members, ...more }),
    );
  };
  const nodes = new Map<number, Endpoint[]>();
  for (const node of after.snapshot.nodes) {
    const shape = shapeIdOf(young, node);
    if (shape === undefined) continue;
    const list = nodes.get(shape);
    if (list === undefined) nodes.set(shape, [node]);
    else list.push(node);
  }
  for (const [shape, own] of nodes) add(shape, shapeIdOf(old, own[0] as Endpoint) as number, own);
  const taken = takenInEither(before.snapshot, after.snapshot, after.family);
  young.outside.forEach((shape, atom) => {
    const ranges = young.tree.ranges(atom);
    const away = shape < 0 ? undefined : outsideClass(ranges, taken, after.family);
    if (away !== undefined)
      add(shape, old.outside[old.tree.atomOf(away.representative.address)] as number, [away.representative], { size: away.size, ranges });
  });
  return (endpoint) => {
    const shape = shapeIdOf(young, endpoint);
    return shape === undefined ? undefined : ids.get(shape);
  };
}
