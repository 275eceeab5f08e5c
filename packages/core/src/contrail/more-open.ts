import type { PeerMiss } from "../model/judgement.ts";
import type { Direction, NetworkPolicy } from "../model/policy.ts";
import type { DeviationId } from "./deviations.ts";
import {
  endOf,
  holds,
  indexOfPeer,
  labelGain,
  recordOf,
  refused,
  samePolicy,
  targetGain,
  targetMiss,
  type Difference,
  type Explanation,
  type PeerPurpose,
} from "./difference.ts";
import { kubePolicyOf } from "./from-snapshot.ts";
import type { KubePeer, KubePolicy, KubeSelector } from "./kube-objects.ts";
import type { PlacedRule, PolicyRecord } from "./objects.ts";
import type { Profile } from "./profiles.ts";
import type { Place } from "./walk.ts";

/** Why Contrail allows what Kubernetes denies; undefined where nothing that is known explains it. */
export function moreOpen(difference: Difference): Explanation | undefined {
  const { outcome } = difference.walk;
  const tier = deniedByTier(difference);
  if (tier !== undefined) return tier;
  if (outcome.kind === "not-evaluated") return found("D44", deniedBy(difference));
  if (outcome.kind !== "match") return undefined;
  const { purpose } = outcome.at.rule;
  switch (purpose.kind) {
    case "namespace":
      return isolationMissing(difference);
    case "ingress":
      return { ...found("D53", deniedBy(difference)), from: outcome.at.rule.from };
    case "isolation":
    case "except":
    case "excluded":
    case "unknown":
      return undefined;
    case "peer":
    case "others":
    case "allow-all":
      return passedTooEarly(difference, outcome.at, purpose);
  }
}

function deniedByTier({ sides }: Difference): Explanation | undefined {
  const from = [sides.egress, sides.ingress].flatMap((side) => (side.kind === "tier" && side.verdict === "deny" ? side.from : []));
  return from.length === 0 ? undefined : { deviation: "D57", policies: [], from };
}

/** The denies that ought to have caught the flow are not there, or ask for other tags than those on the interface. */
function isolationMissing(difference: Difference): Explanation | undefined {
  for (const direction of ["ingress", "egress"] as const) {
    const side = difference.sides[direction];
    if (side.kind !== "deny") continue;
    for (const policy of side.isolatedBy) {
      const record = recordOf(difference, policy.name);
      const lost =
        refused(record) ??
        targetMiss(kubePolicyOf(policy), endOf(difference, direction), difference) ??
        (holds(difference, policy.name) ? undefined : "D39");
      if (lost !== undefined) return { deviation: lost, policies: [policy.name], from: record?.rejection?.from ?? [policy.subject.origin] };
    }
  }
  return undefined;
}

function passedTooEarly(difference: Difference, { rule }: Place, purpose: PeerPurpose): Explanation | undefined {
  const { direction, policy } = purpose;
  const side = difference.sides[direction];
  const record = recordOf(difference, policy);
  const explained = (deviation: DeviationId | undefined): Explanation | undefined =>
    deviation && { deviation, policies: [policy], from: rule.from };
  if (record === undefined) return explained("D39");
  if (record.rejection !== undefined) return explained("D48");
  if (side.kind === "allow" || side.kind === "tier") return combination(difference, rule, purpose, record);
  const isolating =
    side.kind === "deny" || side.kind === "unsure" ? side.isolatedBy.find(({ name }) => samePolicy(name, policy)) : undefined;
  if (isolating === undefined || !("misses" in side)) return explained(targetGain(record.policy, endOf(difference, direction), difference));
  const miss = side.misses.find((one) => one.rule === isolating[direction]?.[purpose.rule]);
  const failed = miss?.peers.find((one) => indexOfPeer(miss.rule, one.peer) === purpose.peer)?.failed;
  // Where a block that cannot tell yet stands beside the peer, nothing is said of the peer itself.
  const gained = explained(peerGain(record.policy, purpose, rule, failed ?? (miss === undefined ? "kind" : undefined), difference));
  return gained ?? (side.kind === "unsure" ? combination(difference, rule, purpose, record) : undefined);
}

/** D1 to D6: both ends have their say in Kubernetes, and the first that allows is enough here. */
function combination(
  difference: Difference,
  rule: PlacedRule,
  { direction, rule: index, policy }: PeerPurpose,
  { policy: made }: PolicyRecord,
): Explanation | undefined {
  const other: Direction = direction === "egress" ? "ingress" : "egress";
  const denying = difference.sides[other];
  if (denying.kind !== "deny") return undefined;
  const written = made[direction][index];
  const closing = denying.isolatedBy.map(({ name }) => name);
  const from = [...rule.from, ...denying.isolatedBy.map(({ isolatesAt }) => isolatesAt[other])];
  const explained = (deviation: DeviationId): Explanation => ({ deviation, policies: [policy, ...closing], from });
  const otherPorts = denying.misses.some(({ peers, port }) => peers.length === 0 && port !== "matches");
  if (otherPorts && written !== undefined && written.ports.length > 0) return explained("D6");
  if (denying.isolatedBy.some(isDefaultDeny)) return explained("D5");
  if (written?.peers.length === 0) return explained("D3");
  const group = rule.endpoint2.kind === "addressGroup" && difference.walk.packet.to.kind === "pod";
  if (direction === "egress") return explained(group ? "D4" : "D1");
  return explained("D2");
}

/** A policy of all pods that closes both directions and opens neither. */
function isDefaultDeny({ subject, ingress, egress }: NetworkPolicy): boolean {
  return subject.requirements.length === 0 && ingress?.length === 0 && egress?.length === 0;
}

/** Why a rule lets in whom its peer, as Kubernetes reads it, does not mean. */
function peerGain(
  policy: KubePolicy,
  purpose: PeerPurpose,
  rule: PlacedRule,
  failed: PeerMiss["failed"] | undefined,
  difference: Difference,
): DeviationId | undefined {
  const written = policy[purpose.direction][purpose.rule];
  // Nothing but empty namespaceSelectors: no entry, so everybody (rule G).
  if (purpose.peer === undefined) return (written?.peers.length ?? 0) > 0 ? "D19" : undefined;
  const peer = written?.peers[purpose.peer];
  if (peer === undefined) return undefined;
  if (purpose.kind === "others") return othersGain(peer);
  if (failed === undefined) return undefined;
  const { profile } = difference.configuration;
  const lost = concerned(peer, failed).map((selected) => selectorGain(selected, peer, profile));
  return lost.find((id) => id !== undefined) ?? labelGain(peer, rule, purpose.direction, failed, difference);
}

/** The pass for everybody that stands behind the deny of a namespaceSelector that begins with NotIn. */
function othersGain({ namespaces, pods }: KubePeer): DeviationId {
  if (pods !== undefined) return "D25";
  if ((namespaces?.expressions.length ?? 0) > 1) return "D23";
  return (namespaces?.expressions[0]?.values.length ?? 0) > 1 ? "D22" : "D21";
}

/** The selectors that may have let the end in although this part of the peer does not mean it. */
function concerned({ namespaces, pods }: KubePeer, failed: PeerMiss["failed"]): readonly Selected[] {
  const [ofNamespaces, ofPods]: readonly [Selected, Selected] = [
    { selector: namespaces, of: "namespaces" },
    { selector: pods, of: "pods" },
  ];
  if (failed === "kind") return [ofNamespaces, ofPods];
  // Without a namespaceSelector it is the podSelector that brings the own namespace with it.
  return failed === "namespace" && namespaces !== undefined ? [ofNamespaces] : [ofPods];
}

interface Selected {
  readonly selector: KubeSelector | undefined;
  readonly of: "namespaces" | "pods";
}

/** What of a selector is lost on the way to tags, so that it means more than it says. */
function selectorGain({ selector, of }: Selected, peer: KubePeer, profile: Profile): DeviationId | undefined {
  if (selector === undefined) return undefined;
  if (selector.written === "nothing") {
    if (of === "pods") return profile.emptyPodSelector === "everybody" && peer.namespaces === undefined ? "D59" : undefined;
    return profile.emptyNamespaceSelector === "everybody" ? "D19" : undefined;
  }
  const { expressions, labels } = selector;
  if (expressions.length === 0) return undefined;
  const valued = expressions.filter(({ operator }) => operator === "In" || operator === "NotIn");
  if (valued.length === 0) return labels.size > 0 ? "D18" : "D16";
  if (profile.expressions === "ignored") return "D58";
  if (valued.some(({ operator }) => operator === "NotIn")) return of === "pods" ? "D15" : "D24";
  if (labels.size > 0) return "D17";
  if (valued.length < expressions.length) return "D18";
  return new Set(valued.map(({ key }) => key)).size < valued.length ? "D14" : undefined;
}

function deniedBy({ sides }: Difference): readonly NetworkPolicy[] {
  return [sides.egress, sides.ingress].flatMap((side) => (side.kind === "deny" ? side.isolatedBy : []));
}

function found(deviation: DeviationId, policies: readonly NetworkPolicy[]): Explanation {
  return { deviation, policies: policies.map(({ name }) => name), from: policies.map(({ origin }) => origin) };
}
