import type { Connections } from "../../reach/reachability.ts";
import type { GradeId } from "./algebra.ts";
import { gradeOf, upToDate, type NamespaceTable, type Side } from "./namespace-table.ts";
import { StepsPool, valueAt, type Steps } from "./steps.ts";
import type { Table } from "./compile.ts";
import { standIn } from "./shapes.ts";

/**
 * How many ordered pairs of different pods have which connections: all pairs of the cluster at once, 10^10 in a cluster of 100,000
 * pods, without looking at one of them. Pods whose egress says the same (α) and pods whose ingress says the same (β) meet as groups:
 *
 *   pairs(e, i) = weight of β's pods where α says e   ×   weight of α's pods where β says i
 *
 * Weights are looked up run by run in running sums, and only where something is granted: what is left is denied. Of very many groups
 * (a policy for each pod) only those meet that have pods where the other grants something. Where rules have peers of the own namespace
 * only, and for a pod and itself, what the groups said is taken back pair by pair.
 *
 * Counts are exact: numbers hold integers up to 2^53, the pairs of 94 million pods.
 */
export function podPairs(table: Table): ReadonlyMap<Connections, bigint> {
  const { algebra } = table.shared;
  const counts: number[] = [];
  const add = (grade: GradeId, count: number): void => {
    counts[grade] = (counts[grade] ?? 0) + count;
  };
  meetAll(table, add);
  for (const namespace of table.namespaces.all) correct(namespace, table, add);

  const result = new Map<Connections, bigint>();
  const addTo = (connections: Connections, count: bigint): void => {
    result.set(connections, (result.get(connections) ?? 0n) + count);
  };
  counts.forEach((count, grade) => addTo(algebra.connections(grade), BigInt(count)));
  for (const { before, after, count } of ownNodePairs(table)) {
    addTo(before, -count);
    addTo(after, count);
  }
  for (const [connections, count] of result) if (count === 0n) result.delete(connections);
  return result;
}

/**
 * Pods that say the same in one direction. Shapes are numbered among those that pods have (`n` of them):
 *
 *   granted  [first, last, grade, …]     where something is granted
 *   members  [shape, size, …]            how many of the group's pods have which shape
 */
interface Group {
  readonly granted: readonly number[];
  readonly members: number[];
  total: number;
}

/** Running sums of all sources take room: for so many sources and shapes 32 MB. */
const mostSums = 4_000_000;
/** A group with more members than this is asked by its running sums, a smaller one member by member. */
const fewMembers = 16;

function meetAll(table: Table, add: (grade: GradeId, count: number) => void): void {
  const { algebra } = table.shared;
  const numbers = numbersOfShapes(table);
  const shapes = numbers[numbers.length - 1] as number;
  const [sources, targets] = [groups(table, "egress", numbers), groups(table, "ingress", numbers)];
  const meeting = isFewSteps(sources, targets, shapes) ? everySource(sources, shapes) : sourcesWithPods(sources, shapes);
  const pods = sources.reduce((sum, { total }) => sum + total, 0);
  const targetSums = new Float64Array(shapes + 1);
  const egress = new Weights();
  for (const target of targets) {
    const many = target.members.length > 2 * fewMembers;
    if (many) runningSums(target, targetSums);
    let denied = pods * target.total;
    meeting(target, (source, ingress) => {
      egress.clear();
      if (many) egress.addRuns(source.granted, targetSums);
      else egress.addMembers(source.granted, target.members);
      for (let i = 0; i < ingress.length; i++) {
        for (let e = 0; e < egress.length; e++) {
          const count = (ingress.weights[i] as number) * (egress.weights[e] as number);
          denied -= count;
          add(algebra.meet(egress.grades[e] as GradeId, ingress.grades[i] as GradeId), count);
        }
      }
    });
    add(algebra.deny, denied);
  }
}

/** Whether asking every source for each run of each target is less than going through the members that each target grants something. */
function isFewSteps(sources: readonly Group[], targets: readonly Group[], shapes: number): boolean {
  if (sources.length * shapes > mostSums) return false;
  const members = new Int32Array(shapes + 1);
  for (const source of sources) {
    for (let i = 0; i < source.members.length; i += 2) {
      const behind = (source.members[i] as number) + 1;
      members[behind] = (members[behind] as number) + 1;
    }
  }
  for (let i = 1; i <= shapes; i++) members[i] = (members[i] as number) + (members[i - 1] as number);
  let [runs, granted] = [0, 0];
  for (const target of targets) {
    for (let i = 0; i < target.granted.length; i += 3) {
      runs += sources.length;
      granted += (members[(target.granted[i + 1] as number) + 1] as number) - (members[target.granted[i] as number] as number);
    }
  }
  // A member takes about twice as long as a run.
  return runs < 2 * granted;
}

/** Gives the sources that have pods where a target grants something, with how many by grade. */
type Meeting = (target: Group, meet: (source: Group, ingress: Weights) => void) => void;

function everySource(sources: readonly Group[], shapes: number): Meeting {
  const sums = sources.map((source) => runningSums(source, new Float64Array(shapes + 1)));
  const ingress = new Weights();
  return ({ granted }, meet) => {
    sources.forEach((source, i) => {
      ingress.clear();
      ingress.addRuns(granted, sums[i] as Float64Array);
      if (ingress.length > 0) meet(source, ingress);
    });
  };
}

function sourcesWithPods(sources: readonly Group[], shapes: number): Meeting {
  /** By shape, the sources that have pods of it, each with how many. */
  const present = Array.from({ length: shapes }, (): number[] => []);
  sources.forEach(({ members }, source) => {
    for (let i = 0; i < members.length; i += 2) present[members[i] as number]?.push(source, members[i + 1] as number);
  });
  const weights: (Weights | undefined)[] = [];
  return ({ granted }, meet) => {
    const met: number[] = [];
    for (let i = 0; i < granted.length; i += 3) {
      for (let shape = granted[i] as number; shape <= (granted[i + 1] as number); shape++) {
        const here = present[shape] as readonly number[];
        for (let j = 0; j < here.length; j += 2) {
          const source = here[j] as number;
          const own = (weights[source] ??= new Weights());
          if (own.length === 0) met.push(source);
          own.add(granted[i + 2] as GradeId, here[j + 1] as number);
        }
      }
    }
    for (const source of met) {
      const own = weights[source] as Weights;
      meet(sources[source] as Group, own);
      own.clear();
    }
  };
}

/** What a group says of the other's pods, as weights by grade: there are few, so lists. */
class Weights {
  readonly grades: GradeId[] = [];
  readonly weights: number[] = [];
  length = 0;

  clear(): void {
    this.length = 0;
  }

  add(grade: GradeId, weight: number): void {
    let at = 0;
    while (at < this.length && this.grades[at] !== grade) at++;
    if (at === this.length) {
      this.grades[at] = grade;
      this.weights[at] = 0;
      this.length++;
    }
    this.weights[at] = (this.weights[at] as number) + weight;
  }

  addRuns(granted: readonly number[], sums: Float64Array): void {
    for (let i = 0; i < granted.length; i += 3) {
      const weight = (sums[(granted[i + 1] as number) + 1] as number) - (sums[granted[i] as number] as number);
      if (weight !== 0) this.add(granted[i + 2] as GradeId, weight);
    }
  }

  addMembers(granted: readonly number[], members: readonly number[]): void {
    for (let i = 0; i < members.length; i += 2) {
      const grade = grantedAt(granted, members[i] as number);
      if (grade !== 0) this.add(grade, members[i + 1] as number);
    }
  }
}

/** The grade of the run that holds a shape, by halving; 0, which is a deny, between runs. */
function grantedAt(granted: readonly number[], shape: number): GradeId {
  let [low, high] = [0, granted.length / 3];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((granted[3 * middle + 1] as number) < shape) low = middle + 1;
    else high = middle;
  }
  return low * 3 < granted.length && (granted[3 * low] as number) <= shape ? (granted[3 * low + 2] as GradeId) : 0;
}

/** How many of a group's pods have a shape below 0, 1, 2, … */
function runningSums({ members }: Group, sums: Float64Array): Float64Array {
  sums.fill(0);
  for (let i = 0; i < members.length; i += 2) {
    const behind = (members[i] as number) + 1;
    sums[behind] = (sums[behind] as number) + (members[i + 1] as number);
  }
  for (let i = 1; i < sums.length; i++) sums[i] = (sums[i] as number) + (sums[i - 1] as number);
  return sums;
}

/** By shape, how many lower ones pods have. */
function numbersOfShapes({ shared: { universe }, namespaces }: Table): Int32Array {
  const used = new Uint8Array(universe.size);
  for (const { members } of namespaces.all) for (const { shape } of members.classes) used[shape] = 1;
  const numbers = new Int32Array(universe.size + 1);
  for (let shape = 0; shape < universe.size; shape++) numbers[shape + 1] = (numbers[shape] as number) + (used[shape] as number);
  return numbers;
}

function groups({ shared, namespaces }: Table, direction: "egress" | "ingress", numbers: Int32Array): readonly Group[] {
  const shapes = numbers[numbers.length - 1] as number;
  const found = new Map<Steps, Group>();
  const pool = new StepsPool();
  const groupOf = (steps: Steps): Group => {
    // Functions that differ only where no pod is (outside, mostly) are one: a fifth as many groups.
    const own = amongPods(steps, numbers, pool);
    let group = found.get(own);
    if (group === undefined) {
      group = { granted: grantedRuns(own, shapes), members: [], total: 0 };
      found.set(own, group);
    }
    return group;
  };
  const known = new Map<number, Group>();
  for (const table of namespaces.all) {
    table.members.classes.forEach(({ shape, size }, position) => {
      const { folded } = table[direction][position] as Side;
      const key = folded.id * 2 ** 26 + table.size;
      let group = known.get(key);
      if (group === undefined) {
        group = groupOf(upToDate(folded, table.size, shared));
        known.set(key, group);
      }
      group.members.push(numbers[shape] as number, size);
      group.total += size;
    });
  }
  return [...found.values()];
}

/** The function by the numbers of shapes that pods have. */
function amongPods({ starts, values }: Steps, numbers: Int32Array, pool: StepsPool): Steps {
  const runs: (readonly [number, number])[] = [];
  for (let i = 0; i < starts.length; i++) {
    const [first, behind] = [numbers[starts[i] as number] as number, numbers[starts[i + 1] ?? numbers.length - 1] as number];
    if (first < behind) runs.push([first, values[i] as number]);
  }
  return pool.extended(pool.nothing, 0, runs);
}

function grantedRuns({ starts, values }: Steps, size: number): readonly number[] {
  const runs: number[] = [];
  for (let i = 0; i < starts.length; i++)
    if (values[i] !== 0) runs.push(starts[i] as number, (starts[i + 1] ?? size) - 1, values[i] as number);
  return runs;
}

/** Inside one namespace: what local rules add, and a pod and itself taken out. */
function correct(
  { members: { classes }, egress, ingress, size }: NamespaceTable,
  { shared: { algebra, universe } }: Table,
  add: (grade: GradeId, count: number) => void,
): void {
  const shapes = classes.map(({ shape }) => standIn(universe, shape, size));
  const saysGlobally = (sides: readonly Side[], of: number, to: number): GradeId =>
    valueAt((sides[of] as Side).folded, shapes[to] as number);
  const says = (sides: readonly Side[], of: number, to: number): GradeId => gradeOf(sides[of] as Side, shapes[to] as number, to, algebra);
  const exactly = (from: number, to: number): GradeId => algebra.meet(says(egress, from, to), says(ingress, to, from));
  const move = (from: number, to: number): void => {
    const before = algebra.meet(saysGlobally(egress, from, to), saysGlobally(ingress, to, from));
    const after = exactly(from, to);
    if (before === after) return;
    const count = (classes[from]?.size ?? 0) * (classes[to]?.size ?? 0);
    add(before, -count);
    add(after, count);
  };
  egress.forEach(({ local }, from) => eachGranted(local, classes.length, (to) => move(from, to)));
  ingress.forEach(({ local }, to) =>
    eachGranted(local, classes.length, (from) => {
      // Where the source's own rules name the target too, the pair was moved above.
      const named = egress[from]?.local;
      if (named === undefined || valueAt(named, to) === algebra.deny) move(from, to);
    }),
  );
  classes.forEach(({ size: pods }, position) => add(exactly(position, position), -pods));
}

function eachGranted(local: Steps | undefined, size: number, visit: (position: number) => void): void {
  if (local === undefined) return;
  const { starts, values } = local;
  for (let i = 0; i < starts.length; i++) {
    if (values[i] === 0) continue;
    const behind = starts[i + 1] ?? size;
    for (let position = starts[i] as number; position < behind; position++) visit(position);
  }
}

/** S11: host-network pods and the pods of their node, which the groups do not know of. */
function ownNodePairs(table: Table): readonly { readonly before: Connections; readonly after: Connections; readonly count: bigint }[] {
  const byNode = new Map<string, { readonly hosts: Map<number, bigint>; readonly pods: Map<number, bigint> }>();
  for (const pod of table.snapshot.pods) {
    if (pod.hostNetwork && pod.node !== undefined && !byNode.has(pod.node)) byNode.set(pod.node, { hosts: new Map(), pods: new Map() });
  }
  for (const pod of byNode.size === 0 ? [] : table.snapshot.pods) {
    const node = pod.node === undefined ? undefined : byNode.get(pod.node);
    const id = node && table.classOf(pod);
    if (node === undefined || id === undefined) continue;
    const counts = pod.hostNetwork ? node.hosts : node.pods;
    counts.set(id, (counts.get(id) ?? 0n) + 1n);
  }
  return [...byNode.values()].flatMap(({ hosts, pods }) =>
    [...hosts].flatMap(([host, hostCount]) =>
      [...pods].map(([pod, podCount]) => ({
        before: table.between(host, pod, "none"),
        after: table.between(host, pod, "own-node"),
        count: hostCount * podCount,
      })),
    ),
  );
}
