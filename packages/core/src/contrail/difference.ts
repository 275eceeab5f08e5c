import type { Endpoint } from "../model/cluster.ts";
import { endpointName } from "../model/endpoint.ts";
import type { Exemption, NetworkPolicyStep, PeerMiss, Reason, RuleMatch, RuleMiss } from "../model/judgement.ts";
import type { Direction, NetworkPolicy, PolicyName, Rule } from "../model/policy.ts";
import { decidingStep } from "../reach/why.ts";
import type { Origin } from "../text/source.ts";
import type { DeviationId } from "./deviations.ts";
import type { KubePeer, KubePolicy } from "./kube-objects.ts";
import {
  fullName,
  tagText,
  type Configuration,
  type InterfaceTag,
  type PlacedRule,
  type PolicyRecord,
  type Refusal,
  type RulePurpose,
} from "./objects.ts";
import type { Profile } from "./profiles.ts";
import { selectorTags, targetTags } from "./tags.ts";
import type { Walk } from "./walk.ts";

/** Why Contrail decides a flow differently. `unexplained` is a mistake of ours: no listed deviation separates the two. */
export interface Explanation {
  readonly deviation: DeviationId | "unexplained";
  /** The policies that meet in it. */
  readonly policies: readonly PolicyName[];
  /** The lines to look at, the one to change first. */
  readonly from: readonly Origin[];
}

/** A flow that the two judge differently: the walk of the one, and what the other says of each direction. */
export interface Difference {
  readonly walk: Walk;
  readonly sides: Readonly<Record<Direction, Side>>;
  readonly configuration: Configuration;
}

/** What Kubernetes says of one direction. */
export type Side =
  | { readonly kind: "free"; readonly because: Exemption | "not-isolated" }
  /** An Admin or Baseline tier decides. */
  | { readonly kind: "tier"; readonly verdict: "allow" | "deny"; readonly from: readonly Origin[] }
  | {
      /** `unsure`: an address that is not assigned yet decides. */
      readonly kind: "allow" | "deny" | "unsure";
      readonly matches: readonly RuleMatch[];
      readonly misses: readonly RuleMiss[];
      readonly isolatedBy: readonly NetworkPolicy[];
    }
  | { readonly kind: "open-question" };

export function sideOf(reason: Reason): Side {
  const step = decidingStep(reason);
  switch (step.tier) {
    case "exempt":
      return { kind: "free", because: step.because };
    case "unread":
      return { kind: "open-question" };
    case "NetworkPolicy":
      return networkPolicySide(step);
    case "Admin":
    case "Baseline":
      switch (step.outcome) {
        case "Accept":
        case "Deny":
          return { kind: "tier", verdict: step.outcome === "Accept" ? "allow" : "deny", from: [step.match.rule.origin] };
        case "Pass":
        case "no-match":
          return { kind: "free", because: "not-isolated" };
        case "undetermined":
          return { kind: "open-question" };
      }
  }
}

function networkPolicySide(step: NetworkPolicyStep): Side {
  switch (step.outcome) {
    case "not-isolated":
      return { kind: "free", because: "not-isolated" };
    case "allow":
      return { kind: "allow", matches: step.matches, misses: [], isolatedBy: step.isolatedBy };
    case "deny":
      return { kind: "deny", matches: [], misses: step.misses, isolatedBy: step.isolatedBy };
    case "undetermined":
      return { kind: "unsure", matches: [], misses: step.misses, isolatedBy: step.isolatedBy };
  }
}

export type PeerPurpose = Extract<RulePurpose, { readonly rule: number }>;

/** Why a policy's rules meet an end that Kubernetes says it does not select. */
export function targetGain({ target, namespace }: KubePolicy, end: Endpoint, difference: Difference): DeviationId | undefined {
  const tags = tagsOf(end, difference);
  for (const asked of targetTags(target, namespace)) {
    const tag = tags?.get(typeOf(asked));
    if (tag === undefined || tagText(tag) !== asked) continue;
    if (tag.source === "stale") return "D46";
    if (tag.source === "namespace-label") return "D42";
    if (isOtherCase(tag)) return "D45";
  }
  if (target.labels.has("namespace")) return "D43";
  return target.expressions.length > 0 ? "D11" : undefined;
}

/** Why the tags of a policy's target are not on an end that Kubernetes says it selects. */
export function targetMiss({ target, namespace }: KubePolicy, end: Endpoint, difference: Difference): DeviationId | undefined {
  const tags = tagsOf(end, difference);
  for (const asked of targetTags(target, namespace)) {
    const tag = tags?.get(typeOf(asked));
    if (tag !== undefined && tagText(tag) === asked) continue;
    if (typeOf(asked).includes("/")) return "D12";
    if (tag !== undefined && isOtherCase(tag)) return "D45";
    if (typeOf(asked) === "namespace") return "D43";
    // Hidden by the namespace's label, or taken away with it and not back yet.
    if (tag === undefined || tag.source === "namespace-label") return "D40";
  }
  return undefined;
}

export function refused(record: PolicyRecord | undefined): DeviationId | undefined {
  if (record?.rejection === undefined) return undefined;
  return record.applied === undefined ? refusalDeviation(record.rejection.refusal, record.policy) : "D48";
}

/** Whether the firewall policy of this name has this policy's rules: not where two share the name, and the other came later or went away. */
export function holds(difference: Difference, name: PolicyName): boolean {
  const record = recordOf(difference, name);
  const holder = difference.configuration.applicationPolicySet.policies.find((policy) => policy.name === record?.firewallPolicy);
  return holder?.policy !== undefined && samePolicy(holder.policy, name);
}

/** Which deviation a refusal is. */
export function refusalDeviation(refusal: Refusal, { target }: KubePolicy): DeviationId | undefined {
  switch (refusal.kind) {
    case "tag-upper-case":
      return target.labels.has(typeOf(refusal.tag)) ? "D13" : "D30";
    case "cidr-colon":
      return "D31";
    case "port-name":
      return "D32";
    case "protocol-unknown":
      return "D62";
    // Neither comes from an API server, which has checked it.
    case "cidr-invalid":
    case "values-missing":
      return undefined;
  }
}

export function recordOf({ configuration }: Difference, { namespace, name }: PolicyName): PolicyRecord | undefined {
  return configuration.policies.get(fullName(namespace, name));
}

export function tagsOf(end: Endpoint, { configuration }: Difference): ReadonlyMap<string, InterfaceTag> | undefined {
  return end.kind === "pod" && !end.hostNetwork ? configuration.interfaces.get(endpointName(end))?.tags : undefined;
}

/** The label's key has upper-case letters, or another label's differs from it in case only. */
export function isOtherCase({ keys }: InterfaceTag): boolean {
  return keys.length > 1 || keys.some((key) => key !== key.toLowerCase());
}

/** The end whose policies speak in this direction. */
export function endOf({ walk }: Difference, direction: Direction): Endpoint {
  return direction === "ingress" ? walk.packet.to : walk.packet.from;
}

export function otherEnd({ walk }: Difference, direction: Direction): Endpoint {
  return direction === "ingress" ? walk.packet.from : walk.packet.to;
}

export function indexOfPeer({ peers }: Rule, peer: RuleMatch["peer"]): number {
  return peers === "any" || peer === "any" ? -1 : peers.indexOf(peer);
}

export function typeOf(tag: string): string {
  return tag.slice(0, tag.indexOf("="));
}

export function samePolicy(a: PolicyName, b: PolicyName): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}

/** Labels of pods and of namespaces meet on one interface, and the memory of labels that are gone. */
export function labelGain(
  peer: KubePeer,
  rule: PlacedRule,
  direction: Direction,
  failed: PeerMiss["failed"],
  difference: Difference,
): DeviationId | undefined {
  const endpoint = direction === "ingress" ? rule.endpoint1 : rule.endpoint2;
  const tags = tagsOf(otherEnd(difference, direction), difference);
  const all = endpoint.kind === "tags" ? endpoint.tags : [];
  const ofNamespaces = namespaceTagCount(peer, difference.configuration.profile);
  const asked = failed === "namespace" ? all.slice(0, ofNamespaces) : all.slice(ofNamespaces);
  const there = asked.flatMap((tag) => tags?.get(typeOf(tag)) ?? []);
  if (there.some(({ source }) => source === "stale")) return "D46";
  if (there.some(({ source }) => source === "pod-label") && failed === "namespace") return "D41";
  if (there.some(({ source }) => source === "namespace-label") && failed === "labels") return "D42";
  if (there.some(isOtherCase)) return "D45";
  return there.some(({ type }) => type === "namespace") ? "D43" : undefined;
}

/** The tags of the namespaceSelector come first (rule Q). */
export function namespaceTagCount({ namespaces }: KubePeer, profile: Profile): number {
  return namespaces === undefined ? 0 : selectorTags(namespaces, undefined, profile).length;
}
