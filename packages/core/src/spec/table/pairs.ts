import type { Connections } from "../../reach/reachability.ts";
import type { GradeId } from "./algebra.ts";
import { gradeOf, type LocalClass, type NamespaceTable, type Side } from "./namespace-table.ts";
import { runsWithValues, valueAt } from "./steps.ts";
import type { Table } from "./table.ts";

/**
 * How many ordered pairs of different pods have which connections: all pairs of the cluster at once, 10^10 in a cluster of 100,000
 * pods, without looking at one of them. Pods whose egress says the same (α) and pods whose ingress says the same (β) meet as groups:
 *
 *   pairs(e, i) = weight of β's pods where α says e   ×   weight of α's pods where β says i
 *
 * Where rules have peers of the own namespace only, and for a pod and itself, what the groups said is taken back pair by pair.
 */
export function podPairs(table: Table): ReadonlyMap<Connections, bigint> {
  const { algebra, universe } = table.shared;
  const counts = new Map<GradeId, number | bigint>();
  const add = (grade: GradeId, count: number): void => {
    const before = counts.get(grade) ?? 0;
    const sum = typeof before === "number" ? before + count : Number.NaN;
    counts.set(grade, Number.isSafeInteger(sum) ? sum : BigInt(before) + BigInt(count));
  };

  const sources = grouped(table, (one) => one.egress.folded);
  const targets = grouped(table, (one) => one.ingress.folded);
  const dense = new Int32Array(universe.size);
  const targetsAt = targets.map(({ steps }) => {
    const values = new Int32Array(universe.size);
    for (const [first, last, value] of runsWithValues(steps)) values.fill(value, first, last + 1);
    return values;
  });
  for (const source of sources) {
    for (const [first, last, value] of runsWithValues(source.steps)) dense.fill(value, first, last + 1);
    targets.forEach((target, t) => {
      const atTarget = weights(target, dense);
      const atSource = weights(source, targetsAt[t] as Int32Array);
      for (const [egress, w] of atTarget) for (const [ingress, v] of atSource) add(algebra.meet(egress, ingress), w * v);
    });
  }
  for (const namespace of table.namespaces) correct(namespace, table, add);
  const ownNode = ownNodePairs(table);
  const result = new Map<Connections, bigint>();
  for (const [grade, count] of counts) {
    const connections = algebra.connections(grade);
    const total = (result.get(connections) ?? 0n) + BigInt(count);
    result.set(connections, total);
  }
  for (const { before, after, count } of ownNode) {
    result.set(before, (result.get(before) ?? 0n) - count);
    result.set(after, (result.get(after) ?? 0n) + count);
  }
  for (const [connections, count] of result) if (count === 0n) result.delete(connections);
  return result;
}

/** Pods that say the same in one direction, by shape. */
interface Group {
  readonly steps: Side["folded"];
  readonly shapes: readonly number[];
  readonly sizes: readonly number[];
}

function grouped({ namespaces }: Table, stepsOf: (one: LocalClass) => Side["folded"]): readonly Group[] {
  const groups = new Map<Side["folded"], Map<number, number>>();
  for (const { classes } of namespaces) {
    for (const one of classes) {
      const steps = stepsOf(one);
      let sizes = groups.get(steps);
      if (sizes === undefined) {
        sizes = new Map();
        groups.set(steps, sizes);
      }
      sizes.set(one.shape, (sizes.get(one.shape) ?? 0) + one.size);
    }
  }
  return [...groups].map(([steps, sizes]) => ({ steps, shapes: [...sizes.keys()], sizes: [...sizes.values()] }));
}

/** The weight of a group by what `values` says of its shapes. */
function weights({ shapes, sizes }: Group, values: Int32Array): ReadonlyMap<GradeId, number> {
  const sums = new Map<GradeId, number>();
  for (let i = 0; i < shapes.length; i++) {
    const grade = values[shapes[i] as number] as number;
    sums.set(grade, (sums.get(grade) ?? 0) + (sizes[i] as number));
  }
  return sums;
}

/** Inside one namespace: what local rules add, and a pod and itself taken out. */
function correct({ classes }: NamespaceTable, { shared: { algebra } }: Table, add: (grade: GradeId, count: number) => void): void {
  const globally = (from: LocalClass, to: LocalClass): GradeId => algebra.meet(valueAt(from.egress.folded, to.shape), valueAt(to.ingress.folded, from.shape));
  const exactly = (from: number, to: number): GradeId => {
    const [a, b] = [classes[from] as LocalClass, classes[to] as LocalClass];
    return algebra.meet(gradeOf(a.egress, b.shape, to, algebra), gradeOf(b.ingress, a.shape, from, algebra));
  };
  const move = (from: number, to: number): void => {
    const [a, b] = [classes[from] as LocalClass, classes[to] as LocalClass];
    const [before, after] = [globally(a, b), exactly(from, to)];
    if (before === after) return;
    add(before, -a.size * b.size);
    add(after, a.size * b.size);
  };
  classes.forEach(({ egress: { local } }, from) => {
    if (local === undefined) return;
    for (const [first, last, value] of runsWithValues(local)) if (value !== algebra.deny) for (let to = first; to <= last; to++) move(from, to);
  });
  classes.forEach(({ ingress: { local } }, to) => {
    if (local === undefined) return;
    for (const [first, last, value] of runsWithValues(local)) {
      if (value === algebra.deny) continue;
      for (let from = first; from <= last; from++) {
        // Where the source's own rules name the target too, the pair was moved above.
        const named = (classes[from] as LocalClass).egress.local;
        if (named === undefined || valueAt(named, to) === algebra.deny) move(from, to);
      }
    }
  });
  classes.forEach(({ size }, position) => add(exactly(position, position), -size));
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
      [...pods].map(([pod, podCount]) => ({ before: table.between(host, pod, "none"), after: table.between(host, pod, "own-node"), count: hostCount * podCount })),
    ),
  );
}
