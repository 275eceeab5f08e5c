import type { RuleMatch } from "../model/judgement.ts";
import type { Direction, PolicyName } from "../model/policy.ts";
import type { DeviationId } from "./deviations.ts";
import {
  endOf,
  holds,
  indexOfPeer,
  isOtherCase,
  labelGain,
  namespaceTagCount,
  otherEnd,
  recordOf,
  refused,
  samePolicy,
  tagsOf,
  targetGain,
  targetMiss,
  typeOf,
  type Difference,
  type Explanation,
  type PeerPurpose,
} from "./difference.ts";
import type { KubePeer, KubePolicy, KubePort, KubeRule, KubeSelector } from "./kube-objects.ts";
import { fullName, tagText, type InterfaceTag, type PlacedRule } from "./objects.ts";
import type { Profile } from "./profiles.ts";
import { tagType } from "./tags.ts";

/** Why Contrail denies what Kubernetes allows; undefined where nothing that is known explains it. */
export function moreClosed(difference: Difference): Explanation | undefined {
  const { outcome } = difference.walk;
  if (outcome.kind !== "match") return undefined;
  const { rule } = outcome.at;
  switch (rule.purpose.kind) {
    case "namespace":
    case "ingress":
    case "peer":
    case "others":
    case "allow-all":
    case "unknown":
      return undefined;
    case "except":
    case "excluded":
      return deniedInside(difference, rule, rule.purpose);
    case "isolation":
      return deniedBehind(difference, rule, rule.purpose);
  }
}

/** A deny inside a user policy: of `except`, or of a namespaceSelector that begins with NotIn. */
function deniedInside(difference: Difference, rule: PlacedRule, purpose: PeerPurpose): Explanation | undefined {
  const { policy, direction } = purpose;
  const explained = (deviation: DeviationId | undefined, policies: readonly PolicyName[] = []): Explanation | undefined =>
    deviation && { deviation, policies: distinct([policy, ...policies]), from: rule.from };
  const record = recordOf(difference, policy);
  if (record === undefined) return explained("D39");
  if (record.rejection !== undefined) return explained("D48");
  const aside = besidePolicy(difference, policy, direction);
  if (aside !== undefined) return explained(aside);
  const side = difference.sides[direction];
  if (side.kind !== "allow") return undefined;
  const allowing = side.matches.map((match) => match.rule.policy);
  const isSamePolicy = (match: RuleMatch): boolean => samePolicy(match.rule.policy, policy);
  if (purpose.kind === "except") {
    if (side.matches.every((match) => !isSamePolicy(match))) return explained("D7", allowing);
    return explained(direction === "ingress" ? "D8" : "D9", allowing);
  }
  const ownRule = side.isolatedBy.find(({ name }) => samePolicy(name, policy))?.[direction]?.[purpose.rule];
  const samePeer = side.matches.some((match) => match.rule === ownRule && indexOfPeer(match.rule, match.peer) === purpose.peer);
  if (!samePeer) return explained("D10", allowing);
  // Kubernetes says that the namespace is not among the excluded ones: then some label on the interface says it is.
  const peer = record.policy[direction][purpose.rule]?.peers[purpose.peer ?? -1];
  return explained(peer && labelGain(peer, rule, direction, "namespace", difference));
}

/** A deny of isolation: it ought not to be there, or what Kubernetes allows has no pass before it. */
function deniedBehind(
  difference: Difference,
  rule: PlacedRule,
  { policy, direction }: { readonly policy: PolicyName; readonly direction: Direction },
): Explanation | undefined {
  const explained = (deviation: DeviationId | undefined): Explanation | undefined =>
    deviation && { deviation, policies: [policy], from: rule.from };
  const record = recordOf(difference, policy);
  if (record === undefined) return explained("D39");
  if (record.rejection !== undefined) return explained("D48");
  if (!record.policy.types.includes(direction)) return explained("D47");
  const aside = besidePolicy(difference, policy, direction);
  if (aside !== undefined) return explained(aside);
  const side = difference.sides[direction];
  if (side.kind !== "allow") return undefined;
  for (const match of side.matches) {
    const deviation = passMissing(difference, match, direction);
    if (deviation === undefined) continue;
    const origin = match.peer === "any" ? match.rule.origin : match.peer.origin;
    return { deviation, policies: distinct([match.rule.policy, policy]), from: [origin, ...rule.from] };
  }
  return undefined;
}

/** The end is exempt, or a tier decides, or the policy does not select it at all as Kubernetes reads it. */
function besidePolicy(difference: Difference, policy: PolicyName, direction: Direction): DeviationId | undefined {
  const side = difference.sides[direction];
  if (side.kind === "tier") return "D57";
  if (side.kind === "free" && side.because === "own-node") return "D50";
  const selects = side.kind === "allow" && side.isolatedBy.some(({ name }) => samePolicy(name, policy));
  if (selects) return undefined;
  const record = recordOf(difference, policy);
  return record && targetGain(record.policy, endOf(difference, direction), difference);
}

/** Why there is no pass for what Kubernetes allows by this rule, peer and port. */
function passMissing(difference: Difference, match: RuleMatch, direction: Direction): DeviationId | undefined {
  const { configuration, walk } = difference;
  const { rule, peer, port } = match;
  const record = recordOf(difference, rule.policy);
  const lost = refused(record);
  if (lost !== undefined) return lost;
  const side = difference.sides[direction];
  const model = side.kind === "allow" ? side.isolatedBy.find(({ name }) => samePolicy(name, rule.policy)) : undefined;
  if (record === undefined || model === undefined) return undefined;
  const holder = configuration.applicationPolicySet.policies.find(({ name }) => name === record.firewallPolicy);
  if (holder === undefined || !holds(difference, rule.policy)) return "D39";
  const missed = targetMiss(record.policy, endOf(difference, direction), difference);
  if (missed !== undefined) return missed;
  const written = record.policy[direction][model[direction]?.indexOf(rule) ?? -1];
  const place = peer === "any" ? undefined : indexOfPeer(rule, peer);
  const writtenPeer = place === undefined ? undefined : written?.peers[place];
  const writtenPort = port === "any" || rule.ports === "any" ? undefined : written?.ports[rule.ports.indexOf(port)];
  const made = holder.rules.find((candidate) =>
    isMadeFrom(candidate, record.policy, direction, { rule: written, peer: writtenPeer, port: writtenPort }),
  );
  if (made === undefined) return writtenPeer !== undefined && givesNoEntry(writtenPeer, configuration.profile) ? "D20" : "D38";
  if (port !== "any" && typeof port.port === "object" && "first" in port.port) {
    if (port.protocol === "SCTP") return "D34";
    if (walk.packet.port !== port.port.first) return "D33";
  }
  return writtenPeer && peerLoss(writtenPeer, made, record.policy, direction, difference);
}

/** A rule, a peer and a port as they are written; undefined where there is none, so that everybody or every service is meant. */
interface WrittenEntry {
  readonly rule: KubeRule | undefined;
  readonly peer: KubePeer | undefined;
  readonly port: KubePort | undefined;
}

/** Whether a pass was made from this entry, or from one that says the same. */
function isMadeFrom(
  { purpose, action }: PlacedRule,
  policy: KubePolicy,
  direction: Direction,
  { rule, peer, port }: WrittenEntry,
): boolean {
  if (action !== "pass" || !("rule" in purpose) || purpose.direction !== direction) return false;
  const made = policy[direction][purpose.rule];
  const [madePeer, madePort] = [made?.peers[purpose.peer ?? -1], made?.ports[purpose.port ?? -1]];
  const samePort = madePort?.protocol === port?.protocol && madePort?.port === port?.port && madePort?.endPort === port?.endPort;
  return made?.text === rule?.text && madePeer?.text === peer?.text && samePort;
}

function givesNoEntry({ namespaces, pods, block }: KubePeer, profile: Profile): boolean {
  return namespaces?.written === "nothing" && pods === undefined && block === undefined && profile.emptyNamespaceSelector === "no-entry";
}

/** Why a rule does not meet whom its peer means: the first tag that is not on the other end tells. */
function peerLoss(
  peer: KubePeer,
  rule: PlacedRule,
  policy: KubePolicy,
  direction: Direction,
  difference: Difference,
): DeviationId | undefined {
  const { profile } = difference.configuration;
  const endpoint = direction === "ingress" ? rule.endpoint1 : rule.endpoint2;
  const tags = tagsOf(otherEnd(difference, direction), difference);
  const all = endpoint.kind === "tags" ? endpoint.tags : [];
  const ofNamespaces = namespaceTagCount(peer, profile);
  for (const [at, tag] of all.entries()) {
    if (tagText(tags?.get(typeOf(tag)) ?? noTag) === tag) continue;
    const fromNamespaces = at < ofNamespaces;
    const selector = fromNamespaces ? peer.namespaces : peer.pods;
    const isOwnNamespace = !fromNamespaces && tag === `namespace=${policy.namespace}` && peer.namespaces !== undefined;
    if (isOwnNamespace && peer.pods?.written === "nothing") return peer.namespaces.written === "nothing" ? "D27" : "D26";
    if (isOwnNamespace && profile.podSelectorBesideNamespaces === "own-namespace") return "D60";
    if (typeOf(tag).includes("/")) return profile.expressions === "ignored" ? "D61" : "D29";
    if (all.some((other) => other !== tag && typeOf(other) === typeOf(tag))) return "D28";
    const lost = selector && selectorLoss(selector, fromNamespaces ? "namespaces" : "pods", profile);
    if (lost !== undefined) return lost;
    const there = tags?.get(tagType(typeOf(tag)));
    if (there !== undefined && isOtherCase(there)) return "D45";
    if (typeOf(tag) === "namespace") return "D43";
    // Hidden by the namespace's label, or taken away with it and not back yet.
    if (there === undefined || there.source === "namespace-label") return "D40";
  }
  return undefined;
}

const noTag: Pick<InterfaceTag, "type" | "value"> = { type: "", value: "" };

/** What of a selector is lost on the way to tags, so that it means less than it says. */
function selectorLoss({ expressions }: KubeSelector, of: "namespaces" | "pods", { expressions: read }: Profile): DeviationId | undefined {
  if (read === "ignored") return undefined;
  const valued = expressions.filter(({ operator }) => operator === "In" || operator === "NotIn");
  if (valued.some(({ operator }) => operator === "NotIn")) return of === "pods" ? "D15" : "D24";
  const values = valued.reduce((count, expression) => count + expression.values.length, 0);
  return values > new Set(valued.map(({ key }) => key)).size ? "D14" : undefined;
}

function distinct(names: readonly PolicyName[]): readonly PolicyName[] {
  return [...new Map(names.map((name) => [fullName(name.namespace, name.name), name])).values()];
}
