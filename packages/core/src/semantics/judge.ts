import type { Endpoint, Flow, Pod, Snapshot } from "../model/cluster.ts";
import type { Doubt, Exemption, Judgement, Reason, RuleMatch, RuleMiss, Step } from "../model/judgement.ts";
import type { Direction, NetworkPolicy, Unread } from "../model/policy.ts";
import { nodeNameOf, sameEndpoint } from "../model/endpoint.ts";
import { askRule } from "./rule.ts";
import { selects } from "./selector.ts";

/** What a judge must know of a cluster: which policies isolate a pod in a direction, and what was not read about it. */
export interface Rulebook {
  isolating(subject: Pod, direction: Direction): readonly NetworkPolicy[];
  unread(subject: Pod): readonly Unread[];
}

/** The rulebook of a snapshot, looked up afresh at each question; an engine keeps the answers. */
export function rulebook(snapshot: Snapshot): Rulebook {
  return {
    isolating: (subject, direction) => snapshot.policies.filter((policy) => isolates(policy, subject, direction)),
    unread: (subject) => snapshot.unread.filter(({ scope }) => scope === "cluster" || scope.namespace === subject.namespace.name),
  };
}

/**
 * May this connection be opened, and why? The Kubernetes text as code: semantics section 1.
 * S9: the egress of the source and the ingress of the destination are asked apart, and both always are.
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

function askDirection(rules: Rulebook, flow: Flow, direction: Direction): Reason {
  const subject = direction === "egress" ? flow.from : flow.to;
  const because = exemption(flow, subject, direction);
  if (because !== undefined) return [{ tier: "exempt", because }];
  const pod = subject as Pod;
  const unread = rules.unread(pod);
  if (unread.length > 0) return [{ tier: "unread", outcome: "undetermined", doubts: unread.map((one) => ({ question: "unread-policy", unread: one })) }];
  return [askNetworkPolicies(rules.isolating(pod, direction), flow, direction)];
}

/** Section 1: only a policy-managed pod is asked, and the API exempts some pairs. */
function exemption(flow: Flow, subject: Endpoint, direction: Direction): Exemption | undefined {
  // A node is no pod; its traffic is nobody's subject.
  if (subject.kind !== "pod") return subject.kind === "node" ? "host-network" : "outside-cluster";
  // S10: a host-network pod's traffic is its node's: no policy selects it.
  if (subject.hostNetwork) return "host-network";
  // S12: a pod cannot block access to itself.
  if (sameEndpoint(flow.from, flow.to)) return "same-pod";
  // S11: ingress from the pod's own node is always allowed. Only ingress: egress to it is not exempt. S21: its host-network pods are that node.
  if (direction === "ingress" && subject.node !== undefined && nodeNameOf(flow.from) === subject.node) return "own-node";
  return undefined;
}

/** S8: a union. One matching rule of any isolating policy allows; there is no order and no deny rule. Not isolated: allowed. */
function askNetworkPolicies(isolatedBy: readonly NetworkPolicy[], flow: Flow, direction: Direction): Step {
  if (isolatedBy.length === 0) return { tier: "networkpolicy", outcome: "not-isolated" };
  const matches: RuleMatch[] = [];
  const misses: RuleMiss[] = [];
  const doubts: Doubt[] = [];
  for (const policy of isolatedBy) {
    for (const rule of policy[direction] ?? []) {
      const result = askRule(rule, flow);
      if (result.outcome === "match") matches.push(result.match);
      else if (result.outcome === "miss") misses.push(result.miss);
      else doubts.push(...result.doubts);
    }
  }
  if (matches.length > 0) return { tier: "networkpolicy", outcome: "allow", matches, isolatedBy };
  // S16: only where an ipBlock alone would decide is the missing address a question.
  if (doubts.length > 0) return { tier: "networkpolicy", outcome: "undetermined", doubts, misses, isolatedBy };
  return { tier: "networkpolicy", outcome: "deny", misses, isolatedBy };
}
