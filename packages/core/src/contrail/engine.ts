import type { Snapshot } from "../model/cluster.ts";
import type { Family } from "../net/address.ts";
import { reachByAsking } from "../reach/asking.ts";
import type { Answer, Calculation, DerivedEngine, DerivedSession } from "../reach/engine.ts";
import { openConnections, relationOf, type Connections, type Reachability, type Relation } from "../reach/reachability.ts";
import { assumptions } from "./assumptions.ts";
import { compileObjects } from "./compile.ts";
import { contrailCuts } from "./cuts.ts";
import { contrailDiagnostics } from "./diagnostics.ts";
import { eventsBetween, snapshotObjects } from "./from-snapshot.ts";
import { startKubeManager } from "./kube-manager.ts";
import type { Configuration } from "./objects.ts";
import { defaultProfile, profiles, type ProfileName } from "./profiles.ts";
import { openWalker, verdictOfWalk, type Walk, type Walker } from "./walk.ts";
import { whyOfWalk } from "./why.ts";

/** The answers of a Contrail cluster in one state, with the objects that give them. */
export interface ContrailCalculation extends Calculation<Walk> {
  readonly configuration: Configuration;
}

export interface ContrailSession extends DerivedSession<Walk> {
  readonly calculation: ContrailCalculation;
}

export interface ContrailEngine extends DerivedEngine<Walk> {
  readonly profile: ProfileName;
  open(snapshot: Snapshot, options?: { readonly signal?: AbortSignal }): Promise<ContrailSession>;
}

/**
 * What Contrail's kube-manager makes of the policies, and what its agents then decide. `advance` is what happens to a running cluster:
 * objects come, change and go, and kube-manager's own memory of them counts (spec 3.1).
 */
export function contrail(profile: ProfileName = defaultProfile): ContrailEngine {
  return { name: "contrail", nature: "derived", profile, open: async (snapshot) => openContrail(snapshot, profile) };
}

function openContrail(first: Snapshot, profile: ProfileName): ContrailSession {
  const manager = startKubeManager(profiles[profile]);
  for (const object of snapshotObjects(first)) manager.receive({ kind: "added", object });
  let calculation = calculationOf(first, manager.configuration());
  return {
    get snapshot() {
      return calculation.snapshot;
    },
    get calculation() {
      return calculation;
    },
    get diagnostics() {
      return contrailDiagnostics(calculation.snapshot, calculation.configuration);
    },
    ask: async (flows, options = {}) =>
      flows.map((flow, i) => {
        options.signal?.throwIfAborted();
        options.progress?.(i);
        return calculation.answer(flow);
      }),
    advance: async (next) => {
      for (const event of eventsBetween(calculation.snapshot, next)) manager.receive(event);
      calculation = calculationOf(next, manager.configuration());
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The answers for a cluster that was just set up as the snapshot says, without a session and so without a history. */
export function contrailCalculation(snapshot: Snapshot, profile: ProfileName = defaultProfile): ContrailCalculation {
  return calculationOf(snapshot, compileObjects(snapshotObjects(snapshot), profiles[profile]));
}

/** The answers of a configuration, wherever it comes from: a kube-manager, or a dump. */
export function calculationOf(snapshot: Snapshot, configuration: Configuration): ContrailCalculation {
  const walker = openWalker(configuration);
  const cuts = contrailCuts(snapshot, configuration);
  const reached = new Map<Family, Reachability>();
  return {
    snapshot,
    configuration,
    cuts,
    get assumed() {
      return assumptions(snapshot, configuration);
    },
    answer: (flow) => answerOf(walker.walk(flow), flow),
    reach: (family) => {
      let reach = reached.get(family);
      if (reach === undefined) {
        reach = reachByWalking(walker, reachByAsking(walker.verdict, snapshot, cuts, family));
        reached.set(family, reach);
      }
      return reach;
    },
  };
}

/** The classes of asking, and all ports of a pair at once: rules of a list are few, and ports are many. */
function reachByWalking({ connections }: Walker, { family, classes, classOf }: Reachability): Reachability {
  const between = (from: number, to: number, relation: Relation): Connections => {
    const [a, b] = [classes[from]?.representative, classes[to]?.representative];
    // What two endpoints are to each other matters only where they are one.
    if (relation === "same-pod" || a === undefined || b === undefined) return openConnections;
    return connections(a, b, family);
  };
  return {
    family,
    classes,
    classOf,
    between,
    connections: (from, to) => {
      const [a, b] = [classOf(from), classOf(to)];
      return a === undefined || b === undefined ? undefined : between(a, b, relationOf(from, to));
    },
  };
}

function answerOf(walk: Walk, flow: Answer["flow"]): Answer<Walk> {
  return {
    flow,
    verdict: verdictOfWalk(walk.outcome),
    get why() {
      return whyOfWalk(walk);
    },
    evidence: walk,
  };
}
