import type { Flow, Pod } from "../model/cluster.ts";
import { verdictOfReason, type Doubt, type Reason, type RuleMatch, type Step } from "../model/judgement.ts";
import type { ClusterPolicy, Direction, Tier, TierAction, TierRule } from "../model/policy.ts";
import { askRule, type NodeLookup } from "./rule.ts";
import { selects } from "./selector.ts";

/** One direction of one flow, as every tier is asked about it. */
export interface Question {
  readonly flow: Flow;
  readonly direction: Direction;
  readonly node: NodeLookup;
}

/** C1: pods by their namespace's labels and their own; a selector that is left out selects every one. */
export function isSubject({ subject }: ClusterPolicy, pod: Pod): boolean {
  return (
    (subject.namespaces === "every" || selects(subject.namespaces, pod.namespace.labels)) &&
    (subject.pods === "every" || selects(subject.pods, pod.labels))
  );
}

/**
 * C3: policies ascending by priority, rules in order, first match. Accept and Deny are final; Pass and no match go on to `next`,
 * the tiers behind this one (C2). Undefined when the tier has no policy for this subject and direction: it is not asked.
 */
export function askTier(
  tier: Tier,
  policies: readonly ClusterPolicy[],
  question: Question,
  next: (() => Reason) | undefined,
): Reason | undefined {
  const asked = policies.filter((policy) => policy[question.direction].length > 0);
  if (asked.length === 0) return undefined;
  return decide(byPriority(asked).flatMap((level) => candidatesOf(level, question)));

  /** The first candidate that surely matches decides. One that only may match leaves the verdict open, unless the rest says the same. */
  function decide([first, ...others]: readonly Candidate[]): Reason {
    if (first === undefined) return [{ tier, outcome: "no-match", asked }, ...(next?.() ?? [])];
    if (first.kind === "conflict") return [{ tier, outcome: "undetermined", doubts: [{ question: "equal-priority", rules: first.rules }] }];
    const decided = act(first.match, first.action);
    if (first.doubts.length === 0) return decided;
    const otherwise = decide(others);
    return verdictOfReason(decided) === verdictOfReason(otherwise) ? otherwise : [{ tier, outcome: "undetermined", doubts: first.doubts }];
  }

  function act(match: RuleMatch<TierRule>, outcome: TierAction): Reason {
    const step: Step = {
      tier,
      outcome,
      match,
      get otherwise() {
        return (
          askTier(
            tier,
            asked.map((policy) => withoutRule(policy, match.rule)),
            question,
            next,
          ) ?? next?.()
        );
      },
    };
    return outcome === "Pass" ? [step, ...(next?.() ?? [])] : [step];
  }
}

function withoutRule(policy: ClusterPolicy, rule: TierRule): ClusterPolicy {
  return { ...policy, [rule.direction]: policy[rule.direction].filter((other) => other !== rule) };
}

/** A rule that matches the flow, or may match it where there are doubts, with what it would do. */
type Candidate =
  | { readonly kind: "rule"; readonly match: RuleMatch<TierRule>; readonly action: TierAction; readonly doubts: readonly Doubt[] }
  | { readonly kind: "conflict"; readonly rules: readonly TierRule[] };

/** C3: among policies of equal priority only a flow that they decide differently is open: an implementation may choose. */
function candidatesOf(level: readonly ClusterPolicy[], question: Question): readonly Candidate[] {
  const perPolicy = level.map((policy) => candidatesOfPolicy(policy, question)).filter((candidates) => candidates.length > 0);
  const all = perPolicy.flat();
  if (perPolicy.length < 2 || new Set(all.map(({ action }) => action)).size < 2) return all;
  return [{ kind: "conflict", rules: all.map(({ match }) => match.rule) }];
}

/** A policy's rules in order, up to the first that surely matches. */
function candidatesOfPolicy(
  policy: ClusterPolicy,
  { flow, direction, node }: Question,
): readonly (Candidate & { readonly kind: "rule" })[] {
  const candidates: (Candidate & { readonly kind: "rule" })[] = [];
  for (const rule of policy[direction]) {
    const unknown = rule.peers.find(({ kind }) => kind === "unknown");
    if (unknown !== undefined) {
      // C11: a peer that nobody understands fails closed: an Accept matches nothing, a Deny or Pass denies everything.
      if (rule.action === "Accept") continue;
      return [...candidates, { kind: "rule", match: { rule, peer: unknown, port: "any" }, action: "Deny", doubts: [] }];
    }
    const result = askRule(rule, flow, node);
    if (result.outcome === "match") return [...candidates, { kind: "rule", match: result.match, action: rule.action, doubts: [] }];
    if (result.outcome === "doubt") {
      candidates.push({
        kind: "rule",
        match: { rule, peer: result.doubts[0].peer, port: "any" },
        action: rule.action,
        doubts: result.doubts,
      });
    }
  }
  return candidates;
}

/** Policies in groups of equal priority, ascending. */
function byPriority(policies: readonly ClusterPolicy[]): readonly (readonly ClusterPolicy[])[] {
  const levels = new Map<number, ClusterPolicy[]>();
  for (const policy of policies) {
    const level = levels.get(policy.priority);
    if (level === undefined) levels.set(policy.priority, [policy]);
    else level.push(policy);
  }
  return [...levels.keys()].sort((a, b) => a - b).map((priority) => levels.get(priority) ?? []);
}
