import type { ContrailCalculation } from "../../contrail/engine.ts";
import { explainDifference, type Explanation } from "../../contrail/explain.ts";
import type { Endpoint, External, Flow } from "../../model/cluster.ts";
import { nodeNameOf, sameEndpoint } from "../../model/endpoint.ts";
import type { Judgement } from "../../model/judgement.ts";
import { families, type Family } from "../../net/address.ts";
import { intersect, isEmptyPorts, noPorts, portSet, protocols, subtract, unite, type PortSet, type Protocol } from "../../net/ports.ts";
import { reachByAsking } from "../../reach/asking.ts";
import { portIntervals, uniteCuts } from "../../reach/cuts.ts";
import type { Calculation } from "../../reach/engine.ts";
import { relationOf, type EndpointClass, type Relation } from "../../reach/reachability.ts";

/** What Kubernetes means and what Contrail does, of one snapshot. */
export interface Compared {
  readonly spec: Calculation<Judgement>;
  readonly contrail: ContrailCalculation;
}

/** Two classes of endpoints between which the two do not agree, or cannot be compared. */
export interface DifferingPair {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly family: Family;
  /** Pairs of endpoints behind it; a range of outside addresses counts as one end. */
  readonly pairs: number;
  readonly effect: "more-open" | "more-closed" | "undetermined";
  /** What separates them, each with the ports that it separates; none where they cannot be compared. */
  readonly explained: readonly { readonly explanation: Explanation; readonly ports: PortSet }[];
}

/** Every pair of classes of the common refinement on which the two differ. `outside` names addresses to prefer as witnesses. */
export function* differingPairs({ spec, contrail }: Compared, outside: readonly External[] = []): Generator<DifferingPair> {
  const cuts = uniteCuts(spec.cuts, contrail.cuts);
  const intervals = portIntervals(cuts, spec.snapshot.pods);
  for (const family of families) {
    const [meant, done] = [spec.reach(family), contrail.reach(family)];
    for (const { from, to, pairs } of classPairs(spec.snapshot, cuts, family, outside)) {
      const [kubernetes, decided] = [meant.connections(from, to), done.connections(from, to)];
      if (kubernetes === undefined || decided === undefined) continue;
      const open = subtract(decided.allow, unite(kubernetes.allow, kubernetes.undetermined));
      const closed = subtract(kubernetes.allow, unite(decided.allow, decided.undetermined));
      const pair = { from, to, family, pairs };
      for (const [effect, ports] of [
        ["more-open", open],
        ["more-closed", closed],
      ] as const) {
        if (!isEmptyPorts(ports)) yield { ...pair, effect, explained: explainedPorts({ spec, contrail }, pair, ports, intervals) };
      }
      const doubtful = unite(kubernetes.undetermined, decided.undetermined);
      if (!isEmptyPorts(doubtful)) yield { ...pair, effect: "undetermined", explained: [] };
    }
  }
}

type Ends = Pick<Flow, "from" | "to" | "family">;
type Intervals = ReturnType<typeof portIntervals>;

/** Inside an interval no rule tells two ports apart, so one question stands for all of them. */
function explainedPorts(
  { spec, contrail }: Compared,
  { from, to, family }: Ends,
  ports: PortSet,
  intervals: Intervals,
): DifferingPair["explained"] {
  const found = new Map<string, { readonly explanation: Explanation; ports: PortSet }>();
  for (const protocol of protocols) {
    for (const { range, port } of intervalsIn(ports, protocol, intervals)) {
      const flow: Flow = { from, to, family, protocol, port };
      const explanation = explainDifference(spec.answer(flow), contrail.answer(flow));
      if (explanation === undefined) continue;
      const [policy] = explanation.policies;
      const key = JSON.stringify([explanation.deviation, policy?.namespace, policy?.name]);
      const known = found.get(key) ?? { explanation, ports: noPorts };
      known.ports = unite(known.ports, range);
      found.set(key, known);
    }
  }
  return [...found.values()];
}

function* intervalsIn(
  ports: PortSet,
  protocol: Protocol,
  intervals: Intervals,
): Generator<{ readonly range: PortSet; readonly port: number }> {
  for (const interval of intervals[protocol]) {
    const range = intersect(ports, portSet(protocol, [interval]));
    const port = range[protocol][0]?.first;
    if (port !== undefined) yield { range, port };
  }
}

export interface ClassPair {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly pairs: number;
}

/** One pair of endpoints for each pair of classes and what they can be to each other, a pod with itself left out. */
export function* classPairs(
  snapshot: Compared["spec"]["snapshot"],
  cuts: Parameters<typeof uniteCuts>[0],
  family: Family,
  outside: readonly External[] = [],
): Generator<ClassPair> {
  const { classes, classOf } = reachByAsking(() => "allow", snapshot, cuts, family);
  const members = new Map<number, Endpoint[]>();
  for (const endpoint of [...snapshot.pods, ...snapshot.nodes]) {
    const id = classOf(endpoint);
    if (id !== undefined) members.set(id, [...(members.get(id) ?? []), endpoint]);
  }
  for (const external of outside) {
    const id = external.address.family === family ? classOf(external) : undefined;
    if (id !== undefined && !members.has(id)) members.set(id, [external]);
  }
  const membersOf = ({ id, representative }: EndpointClass): readonly Endpoint[] => members.get(id) ?? [representative];
  const ends = classes.map(membersOf);
  for (const froms of ends) {
    for (const tos of ends) {
      if (froms[0]?.kind === "external" && tos[0]?.kind === "external") continue;
      yield* pairsOf(froms, tos);
    }
  }
}

function* pairsOf(froms: readonly Endpoint[], tos: readonly Endpoint[]): Generator<ClassPair> {
  const mayBeOwn = froms.some((from) => nodeNameOf(from) !== undefined) && tos.some((to) => to.kind === "pod" && to.node !== undefined);
  if (mayBeOwn) {
    yield* pairsByRelation(froms, tos);
    return;
  }
  const [from, first, second] = [froms[0], tos[0], tos[1]];
  if (from === undefined || first === undefined) return;
  const isSame = sameEndpoint(from, first);
  const to = isSame ? second : first;
  if (to !== undefined) yield { from, to, pairs: isSame ? froms.length * (tos.length - 1) : froms.length * tos.length };
}

function* pairsByRelation(froms: readonly Endpoint[], tos: readonly Endpoint[]): Generator<ClassPair> {
  const found = new Map<Relation, { readonly from: Endpoint; readonly to: Endpoint; pairs: number }>();
  for (const from of froms) {
    for (const to of tos) {
      const relation = relationOf(from, to);
      if (relation === "same-pod") continue;
      const known = found.get(relation) ?? { from, to, pairs: 0 };
      known.pairs += 1;
      found.set(relation, known);
    }
  }
  yield* found.values();
}
