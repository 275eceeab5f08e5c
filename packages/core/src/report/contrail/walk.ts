import type { FirewallPolicy, PlacedRule, RuleEndpoint } from "../../contrail/objects.ts";
import { verdictOfWalk, type Place as RulePlace, type RulePart, type Visit, type Walk } from "../../contrail/walk.ts";
import { addressIn } from "../../model/endpoint.ts";
import type { Endpoint } from "../../model/cluster.ts";
import { formatAddress } from "../../net/address.ts";
import { placeOfRule, sequenceNumber, serviceText } from "./objects.ts";
import type { ContrailStep, ContrailWalk } from "./types.ts";

/** A walk as a document: the policies in sequence, what each missed, and what decides. */
export function contrailWalk(walk: Walk, names: { readonly from: string; readonly to: string }): ContrailWalk {
  const { packet, outcome, tags } = walk;
  return {
    ...names,
    port: packet.protocol === "ICMP" ? "ICMP" : `${packet.port}/${packet.protocol}`,
    family: packet.family,
    verdict: verdictOfWalk(outcome),
    tags,
    steps: stepsOf(walk),
    ending: endingOf(walk),
  };
}

function stepsOf(walk: Walk): readonly ContrailStep[] {
  const { visited, outcome, overruled } = walk;
  const decider = outcome.kind === "match" ? outcome.at : outcome.kind === "undetermined" ? outcome.otherwise : undefined;
  const doubts = outcome.kind === "undetermined" ? outcome.doubts : [];
  const policies = [...new Set(visited.map(({ policy }) => policy))];
  const steps = policies.map((policy): ContrailStep => {
    const own = visited.filter((visit) => visit.policy === policy);
    const missed = own.filter(({ fit }) => fit === "misses").map((visit) => missOf(visit, walk));
    const doubt = doubts.find((place) => place.policy === policy);
    const decides = decider?.policy === policy ? decider.rule : undefined;
    return step(policy, doubt !== undefined ? "in-doubt" : decides !== undefined ? "decides" : "no-match", missed, doubt?.rule ?? decides);
  });
  // What a pass has overruled is what somebody asks for who expected a deny; behind a deny only the defaults follow.
  const unreached: readonly RulePlace[] = overruled !== undefined && overruled.rule.action === "deny" ? [overruled] : [];
  return [...steps, ...unreached.map(({ policy, rule }) => step(policy, "not-reached", [], rule))];
}

function step(
  { sequence, name }: FirewallPolicy,
  outcome: ContrailStep["outcome"],
  missed: ContrailStep["missed"],
  rule: PlacedRule | undefined,
): ContrailStep {
  return {
    sequence: sequenceNumber(sequence),
    policy: name,
    outcome,
    missed,
    rule: rule && { sequence: sequenceNumber(rule.sequence), name: rule.name, action: rule.action, place: placeOfRule(rule) },
  };
}

function missOf({ rule, misses }: Visit, walk: Walk): ContrailStep["missed"][number] {
  return { sequence: sequenceNumber(rule.sequence), rule: rule.name, because: misses.map((part) => missText(part, rule, walk)) };
}

function missText(part: RulePart, { endpoint1, endpoint2, service, further }: PlacedRule, { packet, tags }: Walk): string {
  switch (part) {
    case "endpoint1":
      return endMiss("source", endpoint1, packet.from, tags.from, packet.family);
    case "endpoint2":
      return endMiss("destination", endpoint2, packet.to, tags.to, packet.family);
    case "matchTags":
      return `both ends must have the same ${further?.matchTags.join(" and ") ?? "tags"}`;
    case "service": {
      const isSctp = packet.protocol === "SCTP" && service.protocol === "sctp";
      return isSctp ? `for ${serviceText(service)}, and of SCTP agents see port 0 (D34)` : `for ${serviceText(service)}`;
    }
  }
}

function endMiss(side: string, endpoint: RuleEndpoint, end: Endpoint, tags: readonly string[], family: 4 | 6): string {
  switch (endpoint.kind) {
    case "any":
      return side;
    case "tags":
      return `${side} lacks ${[...new Set(endpoint.tags)].filter((tag) => !tags.includes(tag)).join(" ")}`;
    case "addressGroup": {
      const address = addressIn(end, family);
      const text = address === undefined || address === "not-yet-assigned" ? side : `${side} ${formatAddress(address)}`;
      return `${text} is not in ${endpoint.group}`;
    }
    case "network":
      return `${side} is not in ${endpoint.name}`;
  }
}

function endingOf({ outcome, configuration }: Walk): string | undefined {
  switch (outcome.kind) {
    case "match":
      return undefined;
    case "same-pod":
      return "a pod's traffic to itself comes to no agent";
    case "not-evaluated":
      return `neither end has the application policy set ${configuration.applicationPolicySet.name}: nothing is evaluated`;
    case "no-match":
      return "behind the last rule stands an implicit deny";
    case "undetermined":
      return "it hangs on an address that is not assigned yet: --pod-cidr names the pod network";
  }
}
