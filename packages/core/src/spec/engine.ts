import type { Flow, Pod, Snapshot } from "../model/cluster.ts";
import { verdictOf, type Judgement, type Verdict } from "../model/judgement.ts";
import type { ClusterPolicy, Direction, NetworkPolicy, Unread } from "../model/policy.ts";
import type { Family } from "../net/address.ts";
import type { Cuts } from "../reach/cuts.ts";
import type { Answer, Calculation, DerivedEngine, DerivedSession, Why } from "../reach/engine.ts";
import { isolates, judge, type Rulebook } from "../semantics/judge.ts";
import { isSubject } from "../semantics/tier.ts";
import { assumptions } from "./assumptions.ts";
import { specCuts } from "./cuts.ts";
import { tableOf, type Table } from "./table/table.ts";
import { sideWhy } from "../reach/why.ts";

/** Exact calculation, per the Kubernetes API text: the engine around `semantics/`. */
export const spec: DerivedEngine<Judgement> = {
  name: "spec",
  nature: "derived",
  open: async (snapshot) => openSpec(snapshot),
};

function openSpec(first: Snapshot): DerivedSession<Judgement> {
  let calculation = specCalculation(first);
  return {
    get snapshot() {
      return calculation.snapshot;
    },
    get calculation() {
      return calculation;
    },
    diagnostics: [],
    ask: async (flows, options = {}) =>
      flows.map((flow, i) => {
        options.signal?.throwIfAborted();
        options.progress?.(i);
        return calculation.answer(flow);
      }),
    advance: async (next) => {
      calculation = specCalculation(next, calculation);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The spec engine's answers, with the tables behind them. */
export interface SpecCalculation extends Calculation<Judgement> {
  reach(family: Family): Table;
  /** The tables that were asked for so far. */
  readonly tables: ReadonlyMap<Family, Table>;
}

/**
 * The spec engine's answers on one snapshot, without a session: for views that decide at each keystroke, and for tests. What
 * `previous` has worked out and nothing changed is kept, by the identity of the snapshot's objects.
 */
export function specCalculation(snapshot: Snapshot, previous?: SpecCalculation): SpecCalculation {
  const before = new Map(previous?.tables);
  const tables = new Map<Family, Table>();
  let cuts: Cuts | undefined;
  let rules: Rulebook | undefined;
  return {
    snapshot,
    tables,
    get cuts() {
      return (cuts ??= specCuts(snapshot));
    },
    get assumed() {
      return assumptions(snapshot);
    },
    answer: (flow) => new SpecAnswer(judge((rules ??= indexedRulebook(snapshot)), flow)),
    reach: (family) => {
      let table = tables.get(family);
      if (table === undefined) {
        table = tableOf(snapshot, family, before.get(family));
        tables.set(family, table);
        before.delete(family);
      }
      return table;
    },
  };
}

/** The rulebook of `semantics/` with its answers kept: which policies isolate a pod is asked millions of times. */
function indexedRulebook(snapshot: Snapshot): Rulebook {
  const policies = groupedBy(snapshot.policies, (policy) => policy.name.namespace);
  const nodes = new Map(snapshot.nodes.map((node) => [node.name, node]));
  const tiers = { Admin: new Map<Pod, readonly ClusterPolicy[]>(), Baseline: new Map<Pod, readonly ClusterPolicy[]>() };
  const ofTier = {
    Admin: snapshot.clusterPolicies.filter(({ tier }) => tier === "Admin"),
    Baseline: snapshot.clusterPolicies.filter(({ tier }) => tier === "Baseline"),
  };
  const cluster = snapshot.unread.filter(({ scope }) => scope === "cluster");
  const unread = new Map<string, readonly Unread[]>();
  const isolating = { ingress: new Map<Pod, readonly NetworkPolicy[]>(), egress: new Map<Pod, readonly NetworkPolicy[]>() };
  return {
    isolating: (subject, direction: Direction) => {
      let found = isolating[direction].get(subject);
      if (found === undefined) {
        found = (policies.get(subject.namespace.name) ?? []).filter((policy) => isolates(policy, subject, direction));
        isolating[direction].set(subject, found);
      }
      return found;
    },
    tier: (subject, tier) => {
      if (ofTier[tier].length === 0) return ofTier[tier];
      let found = tiers[tier].get(subject);
      if (found === undefined) {
        found = ofTier[tier].filter((policy) => isSubject(policy, subject));
        tiers[tier].set(subject, found);
      }
      return found;
    },
    node: (name) => nodes.get(name),
    unread: ({ namespace: { name } }) => {
      if (snapshot.unread.length === 0) return snapshot.unread;
      let found = unread.get(name);
      if (found === undefined) {
        const own = snapshot.unread.filter(({ scope }) => scope !== "cluster" && scope.namespace === name);
        found = [...cluster, ...own];
        unread.set(name, found);
      }
      return found;
    },
  };
}

/** An answer says why when asked. */
class SpecAnswer implements Answer<Judgement> {
  readonly flow: Flow;
  readonly verdict: Verdict;
  readonly evidence: Judgement;

  constructor(judgement: Judgement) {
    this.flow = judgement.flow;
    this.verdict = verdictOf(judgement);
    this.evidence = judgement;
  }

  get why(): Why {
    return { egress: sideWhy(this.evidence.egress, "egress"), ingress: sideWhy(this.evidence.ingress, "ingress") };
  }
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
