import type { Direction } from "../../model/policy.ts";
import { changesBetween, differencesOf, type Rectangle } from "../../reach/differences.ts";
import type { Change, Differences } from "../../reach/reachability.ts";
import type { Algebra, GradeId, SetId } from "./algebra.ts";
import { Ends, type Both, type Space, type Time } from "./common-ends.ts";
import type { Table } from "./compile.ts";
import { gradeOf, plainSide, upToDate, type Shared, type Side } from "./namespace-table.ts";
import { once } from "./once.ts";
import { standIn } from "./shapes.ts";
import type { Steps } from "./steps.ts";

/**
 * What changes from one table to a later one whose universe grew from the first one's, without looking at pairs that cannot have changed.
 * Where neither end of a pair says anything else of the other than it did, nothing changed. So only ends that do are gone through: as
 * rows those whose egress says something else of somebody, as columns those whose ingress does. Outside its namespace an end is known by
 * its shape and by what it says, so rows and columns of one kind are gone through once. With 100 of 10,000 policies of 100,000 pods
 * changed, less than one of 170 million pairs of classes are looked at.
 */
export function differencesBetween(before: Table, after: Table): Differences {
  const ends = new Ends(before, after);
  const found = new Found(ends, after.shared.algebra);
  const [egress, ingress] = [
    new Comparison("egress", ends, before.shared, after.shared),
    new Comparison("ingress", ends, before.shared, after.shared),
  ];
  const cells = new Cells(after.shared.algebra);
  goThrough("from", ends, egress, ingress, cells, found);
  goThrough("to", ends, ingress, egress, cells, found);
  return differencesOf(ends, found.rectangles(), after.family);
}

/** Rows (or columns) of the ends that say something else. Rows come first: of a column only what is in none of them. */
function goThrough(side: "from" | "to", ends: Ends, own: Comparison, others: Comparison, cells: Cells, found: Found): void {
  const kinds = others.kinds();
  const isPassedOver = (end: number, other: number): boolean =>
    (side === "to" && others.isChanged[other] === 1) || (side === "from" ? ends.isLeftOut(end, other) : ends.isLeftOut(other, end));
  const inside = (time: Time, end: number, other: number): GradeId =>
    own.algebra.meet(own.saysInside(time, end, other), others.saysInside(time, other, end));
  const ownKinds = own.kinds();
  const known = new Map<number, readonly Lot[]>();
  for (const end of own.changed) {
    const kind = ownKinds.of[end] as number;
    let outside = known.get(kind);
    if (outside === undefined) {
      outsideCells(end, own, others, kinds, isPassedOver, cells);
      outside = cells.take();
      known.set(kind, outside);
    }
    const { first, behind } = ends.spaceOf(end);
    for (let other = first; other < behind; other++)
      if (!isPassedOver(end, other) && (other !== end || ends.end(end).size > 1n))
        cells.add(other, inside("before", end, other), inside("after", end, other));
    found.add(side, end, outside, kinds, cells.take());
  }
}

/** What changes between an end and the kinds of ends outside its namespace. */
function outsideCells(
  end: number,
  own: Comparison,
  others: Comparison,
  { ends, says, first }: Kinds,
  isPassedOver: (end: number, other: number) => boolean,
  cells: Cells,
): void {
  const {
    algebra,
    ends: { shape },
  } = own;
  const [said, saysNow] = [own.says("before", end), own.says("after", end)];
  const [then, now] = others.heardBy(end);
  const differs = own.differsBy(end);
  const mayDiffer = (other: number): boolean =>
    differs === "everybody" || differs[shape.after[other] as number] === 1 || others.isChanged[other] === 1;
  for (let i = 0; i < says.length; i++) {
    const { before, after } = says[i] as Said;
    const [heard, heardNow] = [then[before] as GradeId, now[after] as GradeId];
    // Whoever denies before and after leaves nothing to change.
    if (heard === algebra.deny && heardNow === algebra.deny) continue;
    const behind = first[i + 1] as number;
    for (let kind = first[i] as number; kind < behind; kind++) {
      const other = ends[kind] as number;
      if (!mayDiffer(other) || isPassedOver(end, other)) continue;
      const [a, b] = [said[shape.before[other] as number] as GradeId, saysNow[shape.after[other] as number] as GradeId];
      if (a !== b || heard !== heardNow) cells.add(kind, algebra.meet(a, heard), algebra.meet(b, heardNow));
    }
  }
}

const times: readonly Time[] = ["before", "after"];
const nothing = new Uint8Array();

/** What the ends say in one direction, before and after: by end its function, by function what it says of each shape. */
class Comparison {
  readonly ends: Ends;
  readonly algebra: Algebra;
  /** Ends that say anything else of anybody, ascending; and the same by end. */
  readonly changed: readonly number[];
  readonly isChanged: Uint8Array;
  readonly kinds = once(() => this.#kinds());
  readonly #direction: Direction;
  readonly #shared: Both<Shared>;
  readonly #functions: Steps[] = [];
  readonly #functionOf: Both<Int32Array>;
  readonly #byShape = new Map<number, Int32Array>();
  readonly #differing = new Map<number, Uint8Array>();
  readonly #heard: Both<Heard>;
  readonly #isOneUniverse: boolean;

  constructor(direction: Direction, ends: Ends, before: Shared, after: Shared) {
    this.ends = ends;
    this.algebra = after.algebra;
    this.#direction = direction;
    this.#shared = { before, after };
    this.#isOneUniverse = before.universe === after.universe;
    this.#functionOf = this.#numbered();
    const granted = grantsOf(this.#functions, this.algebra);
    this.#heard = { before: new Heard(granted), after: new Heard(granted) };
    this.isChanged = new Uint8Array(ends.count);
    this.changed = ends.spaces.flatMap(({ tables, first, behind }) => {
      const changed: number[] = [];
      if (tables.before === tables.after) return changed;
      for (let id = first; id < behind; id++) if (this.differsBy(id) !== nothing || this.#differsLocally(id, tables)) changed.push(id);
      return changed;
    });
    for (const id of this.changed) this.isChanged[id] = 1;
  }

  /** By shape, 1 where an end says something else of it. Who has moved may say something else of everybody. */
  differsBy(end: number): "everybody" | Uint8Array {
    if (this.ends.moved.has(end)) return "everybody";
    const [old, young] = [this.#functionOf.before[end] as number, this.#functionOf.after[end] as number];
    const key = old * 2 ** 26 + young;
    let differing = this.#differing.get(key);
    if (differing === undefined) {
      differing = this.#compared(old, young);
      this.#differing.set(key, differing);
    }
    return differing;
  }

  /** By shape, what an end says of ends outside its namespace. */
  says(time: Time, end: number): Int32Array {
    return this.#saysOfShapes(this.#functionOf[time][end] as number, time);
  }

  /** By function, what was and is said of an end. */
  heardBy(end: number): readonly [Int32Array, Int32Array] {
    const { before, after } = this.ends.shape;
    const then = this.#heard.before.of(before[end] as number);
    return [then, before[end] === after[end] ? then : this.#heard.after.of(after[end] as number)];
  }

  /** What an end says of another of its own namespace. */
  saysInside(time: Time, end: number, other: number): GradeId {
    const { universe, algebra } = this.#shared[time];
    const { local, shape } = this.ends;
    const table = this.ends.tableOf(time, end);
    if (table === undefined) return algebra.allow;
    const side = table[this.#direction][local[time][end] as number] as Side;
    return gradeOf(side, standIn(universe, shape[time][other] as number, table.size), local[time][other], algebra);
  }

  /** By end, the number of what it says; the same number is the same function of the same shapes. */
  #numbered(): Both<Int32Array> {
    const { count, spaces, local } = this.ends;
    const functionOf = { before: new Int32Array(count), after: new Int32Array(count) };
    const numbers = new Map<number, Int32Array>();
    for (const time of times) {
      const shared = this.#shared[time];
      const numberOf = (folded: Steps, size: number): number => {
        const key = size * 2 + Number(time === "before" && !this.#isOneUniverse);
        let known = numbers.get(key);
        if (known === undefined) {
          known = new Int32Array(shared.pool.size).fill(-1);
          numbers.set(key, known);
        }
        const number = known[folded.id] as number;
        if (number >= 0) return number;
        this.#functions.push(upToDate(folded, size, shared));
        return (known[folded.id] = this.#functions.length - 1);
      };
      const { folded: free } = plainSide(shared.algebra.allow, shared);
      for (const { tables, first, behind } of spaces) {
        const table = tables[time];
        if (table === undefined) functionOf[time].fill(numberOf(free, shared.universe.size), first, behind);
        else if (time === "after" && this.#isOneUniverse && table === tables.before)
          functionOf.after.set(functionOf.before.subarray(first, behind), first);
        else
          for (let id = first; id < behind; id++)
            functionOf[time][id] = numberOf((table[this.#direction][local[time][id] as number] as Side).folded, table.size);
      }
    }
    return functionOf;
  }

  #kinds(): Kinds {
    const { count, shape } = this.ends;
    const { before, after } = this.#functionOf;
    const numbers = new Map<number, number>();
    const says: Said[] = [];
    /** By what is said, by shapes: a provisional number. */
    const provisional: Map<number, number>[] = [];
    const ends: number[] = [];
    const of = new Int32Array(count);
    for (let end = 0; end < count; end++) {
      const pair = (before[end] as number) * 2 ** 26 + (after[end] as number);
      let number = numbers.get(pair);
      if (number === undefined) {
        number = says.length;
        numbers.set(pair, number);
        says.push({ before: before[end] as number, after: after[end] as number });
        provisional.push(new Map());
      }
      const own = provisional[number] as Map<number, number>;
      const key =
        ((shape.before[end] as number) * 2 ** 24 + (shape.after[end] as number)) * 8 +
        (this.isChanged[end] as number) * 4 +
        this.ends.flags(end);
      let kind = own.get(key);
      if (kind === undefined) {
        kind = ends.length;
        own.set(key, kind);
        ends.push(end);
      }
      of[end] = kind;
    }
    // Those that say the same stand side by side.
    const sorted = provisional.flatMap((own) => [...own.values()]);
    const numberOf = new Int32Array(sorted.length);
    sorted.forEach((kind, i) => (numberOf[kind] = i));
    const first = [0];
    for (const own of provisional) first.push((first.at(-1) as number) + own.size);
    for (let end = 0; end < count; end++) of[end] = numberOf[of[end] as number] as number;
    return { of, says, first, ends: sorted.map((kind) => ends[kind] as number) };
  }

  #saysOfShapes(number: number, time: Time): Int32Array {
    let says = this.#byShape.get(number);
    if (says === undefined) {
      says = new Int32Array(this.#shared[time].universe.size);
      const { starts, values } = this.#functions[number] as Steps;
      for (let i = 0; i < starts.length; i++) says.fill(values[i] as GradeId, starts[i], starts[i + 1]);
      this.#byShape.set(number, says);
    }
    return says;
  }

  #compared(old: number, young: number): Uint8Array {
    const { after } = this.#shared;
    if (this.#isOneUniverse && old === young) return nothing;
    const differs = new Uint8Array(after.universe.size);
    let isEqual = true;
    const [said, says] = [this.#saysOfShapes(old, "before"), this.#saysOfShapes(young, "after")];
    for (let shape = 0; shape < says.length; shape++) {
      // A shape that nobody had before: whoever has it has moved, or is new.
      const earlier = standIn(after.universe, shape, said.length);
      if (earlier < 0 || said[earlier] === says[shape] || this.ends.isTaken[shape] === 0) continue;
      differs[shape] = 1;
      isEqual = false;
    }
    return isEqual ? nothing : differs;
  }

  /** S4: whether rules with peers of the own namespace say something else, as far as one can tell without going through them. */
  #differsLocally(end: number, { before, after }: Space["tables"]): boolean {
    const { local } = this.ends;
    const old = before?.[this.#direction][local.before[end] as number]?.local;
    const young = after?.[this.#direction][local.after[end] as number]?.local;
    return old !== young || (old !== undefined && before?.members !== after?.members);
  }
}

/**
 * Ends that are alike to ends outside their namespaces: their shapes are, and what they say. Those that say the same stand side by side.
 *
 *   says   before, after  0,0   4,5   …      functions
 *   first                 0     31    33     kinds 31 and 32 said 4 and say 5
 */
interface Kinds {
  /** By end. */
  readonly of: Int32Array;
  readonly says: readonly Said[];
  readonly first: readonly number[];
  /** By kind, an end of it. */
  readonly ends: readonly number[];
}

type Said = Both<number>;

/** Where functions grant something: by run, its function, its shapes and its grade. All runs of a cluster are gone through in microseconds. */
interface Granted {
  readonly functions: Int32Array;
  readonly firsts: Int32Array;
  readonly lasts: Int32Array;
  readonly grades: Int32Array;
  readonly count: number;
  readonly deny: GradeId;
}

function grantsOf(functions: readonly Steps[], { deny }: Algebra): Granted {
  const runs: number[] = [];
  functions.forEach(({ starts, values }, i) => {
    for (let k = 0; k < starts.length; k++) {
      const grade = values[k] as GradeId;
      if (grade !== deny) runs.push(i, starts[k] as number, (starts[k + 1] ?? 2 ** 31) - 1, grade);
    }
  });
  const column = (offset: number): Int32Array => {
    const made = new Int32Array(runs.length / 4);
    for (let i = 0; i < made.length; i++) made[i] = runs[i * 4 + offset] as number;
    return made;
  };
  return { functions: column(0), firsts: column(1), lasts: column(2), grades: column(3), count: functions.length, deny };
}

/** What functions say of one shape at a time. */
class Heard {
  readonly #granted: Granted;
  readonly #grades: Int32Array;
  #shape = -1;

  constructor(granted: Granted) {
    this.#granted = granted;
    this.#grades = new Int32Array(granted.count);
  }

  of(shape: number): Int32Array {
    if (shape === this.#shape) return this.#grades;
    this.#shape = shape;
    const { functions, firsts, lasts, grades, deny } = this.#granted;
    this.#grades.fill(deny);
    for (let i = 0; i < functions.length; i++)
      if ((firsts[i] as number) <= shape && shape <= (lasts[i] as number)) this.#grades[functions[i] as number] = grades[i] as GradeId;
    return this.#grades;
  }
}

/** The ends, or kinds of ends, that change alike. */
interface Lot {
  readonly change: Change;
  readonly ports: SetId;
  /** Ascending; and their number among all lists. */
  readonly items: readonly number[];
  readonly list: number;
}

/** Cells of the row at hand, by how they change. */
class Cells {
  readonly lists = new Lists();
  readonly #algebra: Algebra;
  readonly #items = new Map<number, number[]>();
  readonly #changes = new Map<number, readonly Pick<Lot, "change" | "ports">[]>();

  constructor(algebra: Algebra) {
    this.#algebra = algebra;
  }

  add(item: number, before: GradeId, after: GradeId): void {
    if (before === after) return;
    const key = before * 2 ** 26 + after;
    const items = this.#items.get(key);
    if (items === undefined) this.#items.set(key, [item]);
    else items.push(item);
  }

  /** The row is complete. */
  take(): readonly Lot[] {
    const lots = new Map<string, { readonly change: Change; readonly ports: SetId; items: readonly number[] }>();
    for (const [grades, items] of this.#items) {
      for (const { change, ports } of this.#changesOf(grades)) {
        const known = lots.get(`${change} ${ports}`);
        if (known === undefined) lots.set(`${change} ${ports}`, { change, ports, items });
        else known.items = [...known.items, ...items].sort((a, b) => a - b);
      }
    }
    this.#items.clear();
    return Array.from(lots.values(), (lot) => ({ ...lot, list: this.lists.numberOf(lot.items) }));
  }

  #changesOf(grades: number): readonly Pick<Lot, "change" | "ports">[] {
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
}

/** Equal lists are one object: most rows of a namespace change towards the same ends. */
class Lists {
  readonly #byHash = new Map<number, { readonly items: readonly number[]; readonly number: number }[]>();
  #count = 0;

  numberOf(items: readonly number[]): number {
    let hash = items.length;
    for (let i = 0; i < items.length; i++) hash = (Math.imul(hash, 31) + (items[i] as number)) | 0;
    const bucket = this.#byHash.get(hash) ?? [];
    this.#byHash.set(hash, bucket);
    const known = bucket.find((other) => other.items.length === items.length && other.items.every((item, i) => item === items[i]));
    if (known !== undefined) return known.number;
    bucket.push({ items, number: this.#count });
    return this.#count++;
  }
}

/**
 * Rows (or columns) of one namespace that change alike, as they are found:
 *
 *   ends 12, 13   open 80   towards   ends of kinds 3, 7, 21 outside their namespace, and towards 12, 14, 15 inside
 */
interface Alike {
  readonly side: "from" | "to";
  readonly change: Change;
  readonly ports: SetId;
  readonly rows: number[];
  readonly kinds: Kinds;
  readonly outside: Lot | undefined;
  readonly inside: Lot | undefined;
}

class Found {
  readonly #ends: Ends;
  readonly #algebra: Algebra;
  readonly #alike = new Map<string, Alike>();

  constructor(ends: Ends, algebra: Algebra) {
    this.#ends = ends;
    this.#algebra = algebra;
  }

  add(side: "from" | "to", row: number, outside: readonly Lot[], kinds: Kinds, inside: readonly Lot[]): void {
    const twin = ({ change, ports }: Lot, lots: readonly Lot[]): Lot | undefined =>
      lots.find((other) => change === other.change && ports === other.ports);
    for (const lot of outside) this.#add(side, row, kinds, lot, lot, twin(lot, inside));
    for (const lot of inside) if (twin(lot, outside) === undefined) this.#add(side, row, kinds, lot, undefined, lot);
  }

  #add(side: "from" | "to", row: number, kinds: Kinds, { change, ports }: Lot, outside: Lot | undefined, inside: Lot | undefined): void {
    const key = `${side} ${this.#ends.namespace[row]} ${change} ${ports} ${outside?.list} ${inside?.list}`;
    const known = this.#alike.get(key);
    if (known === undefined) this.#alike.set(key, { side, change, ports, rows: [row], kinds, outside, inside });
    else known.rows.push(row);
  }

  /** Joined where they change alike towards the same ends, over all namespaces. */
  rectangles(): readonly Rectangle[] {
    const lists = new Lists();
    const expanded = new Map<string, Int32Array>();
    const rectangles = new Map<string, { from: Numbers; to: Numbers } & Omit<Rectangle, "from" | "to">>();
    for (const { side, change, ports, rows, kinds, outside, inside } of this.#alike.values()) {
      const key = `${side} ${outside?.list}`;
      let all = expanded.get(key);
      if (all === undefined) expanded.set(key, (all = outside === undefined ? nobody : endsOf(kinds, outside.items)));
      const { first, behind } = this.#ends.spaceOf(rows[0] as number);
      const ends = Array.from(joined(all.subarray(0, positionOf(first, all)), inside?.items ?? [], all.subarray(positionOf(behind, all))));
      if (ends.length === 0) continue;
      const rectangle = `${side} ${change} ${ports} ${lists.numberOf(ends)}`;
      const known = rectangles.get(rectangle);
      if (known !== undefined) known[side] = [...known[side], ...rows].sort((a, b) => a - b);
      else {
        const [from, to] = side === "from" ? [rows, ends] : [ends, rows];
        rectangles.set(rectangle, { change, ports: this.#algebra.ports(ports), relation: "none", from, to });
      }
    }
    return [...rectangles.values()];
  }
}

type Numbers = readonly number[];

function joined(...lists: readonly ArrayLike<number>[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let behind = 0;
  for (const list of lists) {
    all.set(list, behind);
    behind += list.length;
  }
  return all;
}

const nobody = new Int32Array();

/** The ends of some kinds, ascending. */
function endsOf({ of, ends: { length } }: Kinds, kinds: Numbers): Int32Array {
  const isMeant = new Uint8Array(length);
  for (const kind of kinds) isMeant[kind] = 1;
  const ends = new Int32Array(of.length);
  let count = 0;
  for (let end = 0; end < of.length; end++) if (isMeant[of[end] as number] === 1) ends[count++] = end;
  return ends.subarray(0, count);
}

/** Where the first number stands that is not below. */
function positionOf(number: number, ascending: Int32Array): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
