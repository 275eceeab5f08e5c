import type { ClusterPolicy, Direction, Tier, TierAction, TierRule } from "../../model/policy.ts";
import type { Verdict } from "../../model/judgement.ts";
import { actionsOf, effectOf, silent, verdictAfter, type Algebra, type SetId } from "./algebra.ts";
import { combine, combineAll, constant, onRuns, type Steps } from "./steps.ts";
import type { Universe } from "./universe.ts";

/** The ports a rule means, by the shape of the destination; for ingress the subject is the destination, so it is the same everywhere. */
export type PortsOf = (rule: TierRule) => Steps;

/**
 * What a tier does for one subject and direction, by the shape of the other end: for each port a function of the verdict behind the
 * tier. The rules of `semantics/tier.ts`, folded from the last to the first (C3): a rule that surely matches decides whatever comes
 * after it, one that only may match leaves the verdict open unless what comes after says the same.
 */
export function tierSteps(policies: readonly ClusterPolicy[], direction: Direction, universe: Universe, algebra: Algebra, portsOf: PortsOf): Steps | undefined {
  const asked = policies.filter((policy) => policy[direction].length > 0);
  if (asked.length === 0) return undefined;
  let behind = constant(universe.size, algebra.through);
  for (const level of byPriority(asked).reverse()) {
    const rules = level.flatMap((policy) => policy[direction]);
    for (const rule of [...rules].reverse()) behind = before(matchesOf(rule, universe, algebra, portsOf), behind, algebra);
    const conflict = level.length < 2 ? undefined : conflictOf(level, direction, universe, algebra, portsOf);
    if (conflict !== undefined) behind = combine(conflict, behind, (a, b) => algebra.combined(a, b, (own, rest) => (own === silent ? rest : own)));
  }
  return behind;
}

/** Where a rule matches and where it may match, as outcomes by shape. */
interface RuleOutcomes {
  readonly sure: Steps;
  readonly doubtful: Steps;
}

function before({ sure, doubtful }: RuleOutcomes, behind: Steps, algebra: Algebra): Steps {
  const decided = combine(sure, behind, (own, rest) => algebra.combined(own, rest, (a, b) => (a === silent ? b : a)));
  return combine(doubtful, decided, (own, rest) => algebra.combined(own, rest, (a, b) => (a === silent ? b : maybe(a, b))));
}

/** C10, S16: the rule may match: the verdict is open, unless it comes out the same either way. */
function maybe(own: number, rest: number): number {
  return effectOf((behind) => {
    const [if_, otherwise] = [verdictAfter(own, behind), verdictAfter(rest, behind)];
    return if_ === otherwise ? otherwise : "undetermined";
  }, actionsOf(own) | actionsOf(rest));
}

function matchesOf(rule: TierRule, universe: Universe, algebra: Algebra, portsOf: PortsOf): RuleOutcomes {
  const nothing = constant(universe.size, algebra.through);
  if (rule.peers.some(({ kind }) => kind === "unknown")) {
    // C11: a peer that nobody understands fails closed: an Accept matches nothing, a Deny or Pass denies everything.
    const sure = rule.action === "Accept" ? nothing : constant(universe.size, algebra.outcome(effects.Deny, algebra.all));
    return { sure, doubtful: nothing };
  }
  const peers = rule.peers.map((peer) => universe.peer(peer.kind === "pods" ? { ...peer, namespaces: peer.namespaces === "own" ? "every" : peer.namespaces } : peer));
  const ports = portsOf(rule);
  const outcomes = (runs: readonly Steps[]): Steps => {
    const matched = combineAll(runs, universe.size, (a, b) => a | b);
    return combine(matched, ports, (here, set: SetId) => (here === 0 ? algebra.through : algebra.outcome(effects[rule.action], set)));
  };
  const sure = outcomes(peers.map(({ matches }) => onRuns(universe.size, matches, 1)));
  const doubtful = outcomes(peers.map(({ doubts }) => onRuns(universe.size, doubts, 1)));
  return { sure, doubtful: combine(doubtful, sure, (a, b) => algebra.combined(a, b, (own, other) => (other === silent ? own : silent))) };
}

/** C3: ports on which two policies of the level have rules with different actions: an implementation may choose. */
function conflictOf(level: readonly ClusterPolicy[], direction: Direction, universe: Universe, algebra: Algebra, portsOf: PortsOf): Steps {
  const actions = level.map((policy) => {
    let own = constant(universe.size, algebra.through);
    for (const rule of [...policy[direction]].reverse()) {
      const { sure, doubtful } = matchesOf(rule, universe, algebra, portsOf);
      own = combine(sure, own, (a, b) => algebra.combined(a, b, (mine, rest) => (mine === silent ? rest : mine)));
      own = combine(doubtful, own, (a, b) => algebra.combined(a, b, (mine, rest) => (mine === silent ? rest : effectOf((verdict) => verdict, actionsOf(mine) | actionsOf(rest)))));
    }
    return own;
  });
  const all = combineAll(actions, universe.size, (a, b) =>
    algebra.combined(a, b, (x, y) => {
      if (x === silent || y === silent) return x === silent ? y : x;
      const together = actionsOf(x) | actionsOf(y);
      const agree = x !== conflict && y !== conflict && (together & (together - 1)) === 0;
      return agree ? effectOf((verdict) => verdict, together) : conflict;
    }),
  );
  return mapped(all, algebra);
}

/** Only the conflicts are left. */
function mapped(all: Steps, algebra: Algebra): Steps {
  const nothing = constant(all.size, algebra.through);
  return combine(all, nothing, (a, b) => algebra.combined(a, b, (own) => (own === conflict ? own : silent)));
}

const always = (verdict: Verdict): ((behind: Verdict) => Verdict) => () => verdict;
const effects: Readonly<Record<TierAction, number>> = {
  Accept: effectOf(always("allow"), 1),
  Deny: effectOf(always("deny"), 2),
  Pass: effectOf((behind) => behind, 4),
};
const conflict: number = effectOf(always("undetermined"), 7);

function byPriority(policies: readonly ClusterPolicy[]): ClusterPolicy[][] {
  const levels = new Map<number, ClusterPolicy[]>();
  for (const policy of policies) levels.set(policy.priority, [...(levels.get(policy.priority) ?? []), policy]);
  return [...levels].sort(([a], [b]) => a - b).map(([, level]) => level);
}

/** The policies of a tier whose subject each pod shape is. */
export function tierPolicies(policies: readonly ClusterPolicy[], tier: Tier, universe: Universe): readonly (readonly ClusterPolicy[])[] {
  const byShape: ClusterPolicy[][] = universe.shapes.map(() => []);
  for (const policy of policies) {
    if (policy.tier !== tier) continue;
    for (const shape of universe.pods(policy.subject.namespaces, policy.subject.pods)) byShape[shape]?.push(policy);
  }
  return byShape;
}
