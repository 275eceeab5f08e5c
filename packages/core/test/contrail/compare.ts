import type { Calculation } from "../../src/reach/engine.ts";
import type { Judgement } from "../../src/model/judgement.ts";
import type { Endpoint, Flow, Snapshot } from "../../src/model/cluster.ts";
import { addressIn, endpointName } from "../../src/model/endpoint.ts";
import { families, type Family } from "../../src/net/address.ts";
import { protocols } from "../../src/net/ports.ts";
import { reachByAsking } from "../../src/reach/asking.ts";
import { portIntervals, uniteCuts, type Cuts } from "../../src/reach/cuts.ts";
import type { ContrailCalculation } from "../../src/contrail/engine.ts";
import { deviation, type Effect } from "../../src/contrail/deviations.ts";
import { explainDifference, type Explanation } from "../../src/contrail/explain.ts";

export interface ExplainedFlow {
  readonly flow: Flow;
  readonly explanation: Explanation;
}

/** Every flow that two calculations judge differently, one per port interval of the common refinement, with what explains it. */
export function* differences(
  spec: Calculation<Judgement>,
  contrail: ContrailCalculation,
  wanted: readonly Family[] = families,
): Generator<ExplainedFlow> {
  const cuts = uniteCuts(spec.cuts, contrail.cuts);
  for (const flow of flowsOf(spec.snapshot, cuts, wanted)) {
    const explanation = explainDifference(spec.answer(flow), contrail.answer(flow));
    if (explanation !== undefined) yield { flow, explanation };
  }
}

export function* flowsOf(snapshot: Snapshot, cuts: Cuts, wanted: readonly Family[] = families): Generator<Flow> {
  const intervals = portIntervals(cuts, snapshot.pods);
  for (const family of wanted) {
    const outside = reachByAsking(() => "allow", snapshot, cuts, family).classes.map(({ representative }) => representative);
    const ends: readonly Endpoint[] = [...snapshot.pods, ...snapshot.nodes, ...outside.filter(({ kind }) => kind === "external")];
    const present = ends.filter((endpoint) => addressIn(endpoint, family) !== undefined);
    for (const from of present) {
      for (const to of present) {
        if (from.kind === "external" && to.kind === "external") continue;
        for (const protocol of protocols) for (const { first } of intervals[protocol]) yield { from, to, family, protocol, port: first };
      }
    }
  }
}

export function flowText({ from, to, family, protocol, port }: Flow): string {
  return `${endpointName(from)} -> ${endpointName(to)} ${port}/${protocol} IPv${family}`;
}

/** What is wrong with an explanation: there is none, or one of another direction or of another version. */
export function objection({ flow, explanation }: ExplainedFlow, { configuration, answer }: ContrailCalculation): string | undefined {
  const { deviation: id } = explanation;
  const known = id === "unexplained" ? undefined : deviation(id);
  if (known === undefined) return `${flowText(flow)}: ${id}`;
  const effect: Effect = answer(flow).verdict === "allow" ? "more-open" : "more-closed";
  if (!known.effects.includes(effect) && !known.effects.includes("policy-missing")) return `${flowText(flow)}: ${id} is not ${effect}`;
  return known.profiles.includes(configuration.profile.name)
    ? undefined
    : `${flowText(flow)}: ${id} is not of ${configuration.profile.name}`;
}

/** For what a test takes for granted. */
export function fail(message: string): never {
  throw new Error(message);
}
