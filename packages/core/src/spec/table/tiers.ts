import type { ClusterPolicy, Direction, Tier, TierAction, TierRule } from "../../model/policy.ts";
import type { Verdict } from "../../model/judgement.ts";
import { actionsOf, effectOf, remembered, silent, verdictAfter, type Algebra, type OutcomeId, type SetId } from "./algebra.ts";
import type { Runs, Steps, StepsPool } from "./steps.ts";
import { Numbering, start } from "./numbering.ts";
import type { Universe } from "./shapes.ts";

/** What folding a tier needs. `portsOf` gives the ports a rule means by the shape of the destination; for ingress that is the subject. */
export interface TierSetting {
  readonly universe: Universe;
  readonly pool: StepsPool;
  readonly operations: TierOperations;
  portsOf(ports: TierRule["ports"]): Steps;
  /** What was folded for the same direction and the same ports: most lists of policies end alike. */
  readonly folded: TierFolds;
}

export interface TierFolds {
  /** From a policy on to the end of the list, by the names of the policies. */
  readonly behind: Map<string, Steps>;
  readonly matches: Map<TierRule, RuleOutcomes>;
}

/** Where a rule matches and where it may match, as outcomes by shape. */
interface RuleOutcomes {
  readonly sure: Steps;
  readonly doubtful: Steps;
}

/**
 * What a tier does for one subject and direction, by the shape of the other end: for each port a function of the verdict behind the
 * tier. The rules of `semantics/tier.ts`, folded from the last to the first (C3): a rule that surely matches decides whatever comes
 * after it, one that only may match leaves the verdict open unless what comes after says the same.
 */
export function tierSteps(policies: readonly ClusterPolicy[], direction: Direction, setting: TierSetting): Steps | undefined {
  const { pool, operations } = setting;
  const asked = policies.filter((policy) => policy[direction].length > 0);
  if (asked.length === 0) return undefined;
  let [behind, key] = [pool.constant(operations.through), ""];
  for (const level of byPriority(asked).reverse()) {
    key = `${level.map(({ name }) => `${name.kind} ${name.name}`).join()};${key}`;
    const known = setting.folded.behind.get(key);
    behind = known ?? levelBefore(level, behind, direction, setting);
    if (known === undefined) setting.folded.behind.set(key, behind);
  }
  return behind;
}

function levelBefore(level: readonly ClusterPolicy[], rest: Steps, direction: Direction, setting: TierSetting): Steps {
  const { pool, operations } = setting;
  let behind = rest;
  for (const rule of level.flatMap((policy) => policy[direction]).reverse()) {
    const { sure, doubtful } = outcomesOf(rule, setting);
    behind = pool.combine(doubtful, pool.combine(sure, behind, operations.first), operations.maybe);
  }
  return level.length < 2 ? behind : pool.combine(conflictOf(level, direction, setting), behind, operations.conflictFirst);
}

/** Outcomes port by port, each pair worked out once. C2: where no rule matches, the outcome is silent and the tiers behind decide. */
export interface TierOperations {
  readonly through: OutcomeId;
  readonly everyPort: SetId;
  outcome(action: TierAction, ports: SetId): OutcomeId;
  /** The first where it says something, else the second. */
  first(own: OutcomeId, rest: OutcomeId): OutcomeId;
  /** C10, S16: the first may match: the verdict is open, unless it comes out the same either way. */
  maybe(own: OutcomeId, rest: OutcomeId): OutcomeId;
  /** The first where the second says nothing. */
  without(own: OutcomeId, other: OutcomeId): OutcomeId;
  /** The actions of all rules of a policy that may match, up to the first that surely does. */
  actions(own: OutcomeId, rest: OutcomeId): OutcomeId;
  /** C3: what two policies of equal priority do together. */
  together(a: OutcomeId, b: OutcomeId): OutcomeId;
  /** The first where it is a conflict, else the second. */
  conflictFirst(own: OutcomeId, rest: OutcomeId): OutcomeId;
}

export function tierOperations(algebra: Algebra): TierOperations {
  const portByPort = (combine: (a: number, b: number) => number): ((a: OutcomeId, b: OutcomeId) => OutcomeId) =>
    remembered((a, b) => algebra.combined(a, b, combine));
  return {
    through: algebra.through,
    everyPort: algebra.all,
    outcome: (action, ports) => algebra.outcome(effects[action], ports),
    first: portByPort((own, rest) => (own === silent ? rest : own)),
    maybe: portByPort((own, rest) => (own === silent ? rest : open(own, rest))),
    without: portByPort((own, other) => (other === silent ? own : silent)),
    actions: portByPort((own, rest) => (own === silent ? rest : effectOf((behind) => behind, actionsOf(own) | actionsOf(rest)))),
    together: portByPort((a, b) => {
      if (a === silent || b === silent) return a === silent ? b : a;
      const both = actionsOf(a) | actionsOf(b);
      const agree = a !== conflict && b !== conflict && (both & (both - 1)) === 0;
      return agree ? effectOf((behind) => behind, both) : conflict;
    }),
    conflictFirst: portByPort((own, rest) => (own === conflict ? own : rest)),
  };
}

function open(own: number, rest: number): number {
  return effectOf(
    (behind) => {
      const [if_, otherwise] = [verdictAfter(own, behind), verdictAfter(rest, behind)];
      return if_ === otherwise ? otherwise : "undetermined";
    },
    actionsOf(own) | actionsOf(rest),
  );
}

function outcomesOf(rule: TierRule, setting: TierSetting): RuleOutcomes {
  const { matches } = setting.folded;
  const known = matches.get(rule) ?? matchesOf(rule, setting);
  matches.set(rule, known);
  return known;
}

function matchesOf(rule: TierRule, { universe, pool, operations, portsOf }: TierSetting): RuleOutcomes {
  const nothing = pool.constant(operations.through);
  if (rule.peers.some(({ kind }) => kind === "unknown")) {
    // C11: a peer that nobody understands fails closed: an Accept matches nothing, a Deny or Pass denies everything.
    return {
      sure: rule.action === "Accept" ? nothing : pool.constant(operations.outcome("Deny", operations.everyPort)),
      doubtful: nothing,
    };
  }
  const peers = rule.peers.map((peer) =>
    universe.peers.shapesOf(peer.kind === "pods" && peer.namespaces === "own" ? { ...peer, namespaces: "every" } : peer),
  );
  const ports = portsOf(rule.ports);
  const outcomes = (runs: readonly Runs[]): Steps => {
    const matched = pool.combineAll(
      runs.map((own) => pool.onRuns(own, 1, universe.size)),
      (a, b) => a | b,
    );
    return pool.combine(matched, ports, (here, set: SetId) => (here === 0 ? operations.through : operations.outcome(rule.action, set)));
  };
  const sure = outcomes(peers.map(({ matches }) => matches));
  const doubtful = outcomes(peers.map(({ doubts }) => doubts));
  return { sure, doubtful: pool.combine(doubtful, sure, operations.without) };
}

/** C3: ports on which two policies of the level have rules with different actions: an implementation may choose. */
function conflictOf(level: readonly ClusterPolicy[], direction: Direction, setting: TierSetting): Steps {
  const { pool, operations } = setting;
  const actions = level.map((policy) => {
    let own = pool.constant(operations.through);
    for (const rule of [...policy[direction]].reverse()) {
      const { sure, doubtful } = outcomesOf(rule, setting);
      own = pool.combine(doubtful, pool.combine(sure, own, operations.first), operations.actions);
    }
    return own;
  });
  return actions.reduce((all, own) => pool.combine(all, own, operations.together));
}

const always =
  (verdict: Verdict): ((behind: Verdict) => Verdict) =>
  () =>
    verdict;
const effects: Readonly<Record<TierAction, number>> = {
  Accept: effectOf(always("allow"), 1),
  Deny: effectOf(always("deny"), 2),
  Pass: effectOf((behind) => behind, 4),
};
const conflict: number = effectOf(always("undetermined"), 7);

function byPriority(policies: readonly ClusterPolicy[]): ClusterPolicy[][] {
  const levels = new Map<number, ClusterPolicy[]>();
  for (const policy of policies) {
    const level = levels.get(policy.priority);
    if (level === undefined) levels.set(policy.priority, [policy]);
    else level.push(policy);
  }
  return [...levels].sort(([a], [b]) => a - b).map(([, level]) => level);
}

/** By pod shape, the policies of a tier whose subject it is (C1). Equal lists are one object. */
export function tierSubjects(policies: readonly ClusterPolicy[], tier: Tier, universe: Universe): readonly (readonly ClusterPolicy[])[] {
  const own = policies.filter((policy) => policy.tier === tier);
  if (own.length === 0) return [];
  const numbering = new Numbering();
  const numbers = universe.shapes.map(() => start);
  own.forEach((policy, i) => {
    for (const shape of universe.peers.pods(policy.subject.namespaces, policy.subject.pods))
      numbers[shape] = numbering.from(numbers[shape] as number, i);
  });
  const byShape: ClusterPolicy[][] = universe.shapes.map(() => []);
  for (const policy of own)
    for (const shape of universe.peers.pods(policy.subject.namespaces, policy.subject.pods)) byShape[shape]?.push(policy);
  const lists = new Map<number, readonly ClusterPolicy[]>();
  return byShape.map((list, shape) => {
    const known = lists.get(numbers[shape] as number);
    if (known !== undefined) return known;
    lists.set(numbers[shape] as number, list);
    return list;
  });
}
