import type { Endpoint, Flow, Node, Pod, Snapshot } from "../model/cluster.ts";
import { nodeNameOf, sameEndpoint } from "../model/endpoint.ts";
import type { Doubt, Exemption, Judgement, NetworkPolicyStep, Reason, RuleMatch, RuleMiss } from "../model/judgement.ts";
import type { ClusterPolicy, Direction, NetworkPolicy, Tier, Unread } from "../model/policy.ts";
import { askRule, missOf } from "./rule.ts";
import { selects } from "./selector.ts";
import { askTier, isSubject, type Question } from "./tier.ts";

/** What a judge must know of a cluster: which policies speak of a pod in a direction, and what was not read about it. */
export interface Rulebook {
  /** NetworkPolicies that isolate the pod. */
  isolating(subject: Pod, direction: Direction): readonly NetworkPolicy[];
  /** Cluster-wide policies of the tier whose subject the pod is, ascending by priority. */
  tier(subject: Pod, tier: Tier): readonly ClusterPolicy[];
  unread(subject: Pod): readonly Unread[];
  node(name: string): Node | undefined;
}

/** The rulebook of a snapshot, looked up afresh at each question; an engine keeps the answers. */
export function rulebook(snapshot: Snapshot): Rulebook {
  return {
    isolating: (subject, direction) => snapshot.policies.filter((policy) => isolates(policy, subject, direction)),
    tier: (subject, tier) => snapshot.clusterPolicies.filter((policy) => policy.tier === tier && isSubject(policy, subject)),
    unread: (subject) => snapshot.unread.filter(({ scope }) => scope === "cluster" || scope.namespace === subject.namespace.name),
    node: (name) => snapshot.nodes.find((node) => node.name === name),
  };
}

/**
 * May this connection be opened, and why? The Kubernetes text as code: semantics section 1.
 * S9, C5: the egress of the source and the ingress of the destination are asked apart, and both always are.
 */
export function judge(rules: Rulebook, flow: Flow): Judgement {
  return { flow, egress: askDirection(rules, flow, "egress"), ingress: askDirection(rules, flow, "ingress") };
}

/**
 * S2, S4: a policy isolates the pods of its own namespace that it selects, in the directions of its types.
 * Reading has settled the types: a policy that lists only egress rules and no policyTypes isolates ingress too,
 * with no rule there (`ingress: []`), and so denies it all.
 */
export function isolates(policy: NetworkPolicy, pod: Pod, direction: Direction): boolean {
  return policy[direction] !== undefined && policy.name.namespace === pod.namespace.name && selects(policy.subject, pod.labels);
}

/** Section 1, the pipeline: Admin, NetworkPolicy, Baseline, and behind them the default, which allows. */
function askDirection(rules: Rulebook, flow: Flow, direction: Direction): Reason {
  const subject = direction === "egress" ? flow.from : flow.to;
  const because = exemption(flow, subject, direction);
  if (because !== undefined) return [{ tier: "exempt", because }];
  const pod = subject as Pod;
  const unread = rules.unread(pod);
  if (unread.length > 0) return [{ tier: "unread", doubts: unread.map((one) => ({ question: "unread-policy", unread: one })) }];

  const question = { flow, direction, node: rules.node };
  const networkPolicy = (): Reason => {
    const step = askNetworkPolicies(rules.isolating(pod, direction), question);
    if (step.outcome !== "not-isolated") return [step];
    // C4: a NetworkPolicy is final for the direction in which it isolates; only without one is the Baseline asked.
    return [step, ...(askTier("Baseline", rules.tier(pod, "Baseline"), question, undefined) ?? [])];
  };
  return askTier("Admin", rules.tier(pod, "Admin"), question, networkPolicy) ?? networkPolicy();
}

/** Section 1: only a policy-managed pod is asked, and the API exempts some pairs. */
function exemption(flow: Flow, subject: Endpoint, direction: Direction): Exemption | undefined {
  // A node is no pod; its traffic is nobody's subject.
  if (subject.kind !== "pod") return subject.kind === "node" ? "host-network" : "outside-cluster";
  // S10, C1: a host-network pod's traffic is its node's: no policy selects it.
  if (subject.hostNetwork) return "host-network";
  // S12, C8: a pod cannot block access to itself.
  if (sameEndpoint(flow.from, flow.to)) return "same-pod";
  // S11: ingress from the pod's own node is always allowed. Only ingress: egress to it is not exempt. S21: its host-network pods are that node.
  if (direction === "ingress" && subject.node !== undefined && nodeNameOf(flow.from) === subject.node) return "own-node";
  return undefined;
}

/** S8: a union. One matching rule of any isolating policy allows; there is no order and no deny rule. Not isolated: the next tier. */
function askNetworkPolicies(isolatedBy: readonly NetworkPolicy[], question: Question): NetworkPolicyStep {
  if (isolatedBy.length === 0) return { tier: "NetworkPolicy", outcome: "not-isolated" };
  const { flow, direction, node } = question;
  const matches: RuleMatch[] = [];
  const doubts: Doubt[] = [];
  for (const policy of isolatedBy) {
    for (const rule of policy[direction] ?? []) {
      const result = askRule(rule, flow, node);
      if (result.outcome === "match") matches.push(result.match);
      else if (result.outcome === "doubt") doubts.push(...result.doubts);
    }
  }
  if (matches.length > 0) return { tier: "NetworkPolicy", outcome: "allow", matches, isolatedBy };
  // S16: only where an ipBlock alone would decide is the missing address a question.
  if (doubts.length > 0) return undetermined(doubts, isolatedBy, question);
  return new Denial(isolatedBy, question);
}

/** Most denials are only counted, so each says why when asked. A class, because a getter of a literal costs more than the judgement. */
class Denial {
  readonly tier = "NetworkPolicy";
  readonly outcome = "deny";
  readonly isolatedBy: readonly NetworkPolicy[];
  readonly #question: Question;

  constructor(isolatedBy: readonly NetworkPolicy[], question: Question) {
    this.isolatedBy = isolatedBy;
    this.#question = question;
  }

  get misses(): readonly RuleMiss[] {
    return missesOf(this.isolatedBy, this.#question);
  }
}

function undetermined(doubts: readonly Doubt[], isolatedBy: readonly NetworkPolicy[], question: Question): NetworkPolicyStep {
  return { tier: "NetworkPolicy", outcome: "undetermined", doubts, misses: missesOf(isolatedBy, question), isolatedBy };
}

function missesOf(isolatedBy: readonly NetworkPolicy[], { flow, direction, node }: Question): readonly RuleMiss[] {
  const rules = isolatedBy.flatMap((policy) => policy[direction] ?? []);
  return rules.filter((rule) => askRule(rule, flow, node).outcome === "miss").map((rule) => missOf(rule, flow, node));
}
