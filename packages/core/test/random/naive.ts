import { Address4, Address6 } from "ip-address";
import type {
  RawCluster,
  RawPeer,
  RawPod,
  RawPolicy,
  RawPort,
  RawRule,
  RawSelector,
  RawTierPeer,
  RawTierPods,
  RawTierProtocol,
  RawTierRule,
} from "./cluster.ts";

/**
 * A second reading of the specification, straight from raw objects and as naive as can be: nothing is shared with the product,
 * not even the types. Slow and plain on purpose.
 */
export interface RawFlow {
  readonly from: RawEnd;
  readonly to: RawEnd;
  readonly family: 4 | 6;
  readonly protocol: string;
  readonly port: number;
}

export type RawEnd = { readonly pod: RawPod } | { readonly node: string; readonly address: string } | { readonly address: string };

export type NaiveVerdict = "allow" | "deny" | "undetermined";

export function naiveVerdict(cluster: RawCluster, flow: RawFlow): NaiveVerdict {
  const sides = [naiveSide(cluster, flow, "egress"), naiveSide(cluster, flow, "ingress")];
  if (sides.includes("deny")) return "deny";
  return sides.includes("undetermined") ? "undetermined" : "allow";
}

function naiveSide(cluster: RawCluster, flow: RawFlow, direction: Direction): NaiveVerdict {
  const subject = direction === "egress" ? flow.from : flow.to;
  const other = direction === "egress" ? flow.to : flow.from;
  if (!("pod" in subject) || subject.pod.hostNetwork) return "allow";
  if ("pod" in other && other.pod === subject.pod) return "allow";
  const otherNode = nodeOf(other);
  if (direction === "ingress" && otherNode !== undefined && otherNode === subject.pod.nodeName) return "allow";
  return naiveTier(cluster, flow, direction, "Admin", subject.pod, other, () =>
    naiveNetworkPolicy(cluster, flow, direction, subject.pod, other),
  );
}

type Direction = "ingress" | "egress";

function nodeOf(end: RawEnd): string | undefined {
  return "node" in end ? end.node : "pod" in end && end.pod.hostNetwork ? end.pod.nodeName : undefined;
}

function naiveNetworkPolicy(cluster: RawCluster, flow: RawFlow, direction: Direction, subject: RawPod, other: RawEnd): NaiveVerdict {
  const isolating = cluster.policies.filter(
    (policy) =>
      policy.namespace === subject.namespace &&
      typesOf(policy).includes(direction) &&
      matches(policy.spec.podSelector ?? {}, subject.labels),
  );
  if (isolating.length === 0) return naiveTier(cluster, flow, direction, "Baseline", subject, other, () => "allow");
  let doubt = false;
  for (const policy of isolating) {
    for (const rule of policy.spec[direction] ?? []) {
      const peers = (direction === "ingress" ? (rule ?? {}).from : (rule ?? {}).to) ?? [];
      if (!portsMatch(rule, flow)) continue;
      const results = peers.map((peer) => peerMatches(cluster, policy, peer, other, flow.family));
      if (peers.length === 0 || results.includes("yes")) return "allow";
      if (results.includes("unknown")) doubt = true;
    }
  }
  return doubt ? "undetermined" : "deny";
}

/** Every world that the doubts leave open is walked, first match first; where they end differently the verdict is open. */
function naiveTier(
  cluster: RawCluster,
  flow: RawFlow,
  direction: Direction,
  tier: "Admin" | "Baseline",
  subject: RawPod,
  other: RawEnd,
  behind: () => NaiveVerdict,
): NaiveVerdict {
  const policies = cluster.clusterPolicies.filter(({ spec }) => spec.tier === tier && tierPodsMatch(cluster, spec.subject, subject));
  const levels = [...new Set(policies.map(({ spec }) => spec.priority))].sort((a, b) => a - b);
  const hits: { readonly action: RawTierRule["action"] | "conflict"; readonly sure: boolean }[] = [];
  for (const priority of levels) {
    const perPolicy = policies
      .filter(({ spec }) => spec.priority === priority)
      .map((policy) => hitsOf(cluster, policy.spec[direction] ?? [], flow, other));
    const telling = perPolicy.filter((own) => own.length > 0);
    const differ = new Set(telling.flat().map(({ action }) => action)).size > 1;
    if (telling.length > 1 && differ) hits.push({ action: "conflict", sure: true });
    else hits.push(...telling.flat());
  }
  const walk = (i: number): NaiveVerdict => {
    const hit = hits[i];
    if (hit === undefined) return behind();
    const own = hit.action === "conflict" ? "undetermined" : hit.action === "Accept" ? "allow" : hit.action === "Deny" ? "deny" : behind();
    if (hit.sure) return own;
    const rest = walk(i + 1);
    return own === rest ? rest : "undetermined";
  };
  return walk(0);
}

function hitsOf(
  cluster: RawCluster,
  rules: readonly RawTierRule[],
  flow: RawFlow,
  other: RawEnd,
): readonly { readonly action: RawTierRule["action"]; readonly sure: boolean }[] {
  const hits: { readonly action: RawTierRule["action"]; readonly sure: boolean }[] = [];
  for (const rule of rules) {
    if (rule.protocols !== undefined && !rule.protocols.some((protocol) => protocolMatches(protocol, flow))) continue;
    const results = (rule.from ?? rule.to ?? []).map((peer) => tierPeerMatches(cluster, peer, other, flow.family));
    if (results.includes("yes")) return [...hits, { action: rule.action, sure: true }];
    if (results.includes("unknown")) hits.push({ action: rule.action, sure: false });
  }
  return hits;
}

function tierPodsMatch(cluster: RawCluster, pods: RawTierPods, pod: RawPod): boolean {
  if (pod.hostNetwork) return false;
  const namespace = cluster.namespaces.find(({ name }) => name === pod.namespace)?.labels ?? {};
  if ("namespaces" in pods) return matches(pods.namespaces, namespace);
  return matches(pods.pods.namespaceSelector ?? {}, namespace) && matches(pods.pods.podSelector, pod.labels);
}

function tierPeerMatches(cluster: RawCluster, peer: RawTierPeer, end: RawEnd, family: 4 | 6): "yes" | "no" | "unknown" {
  if ("networks" in peer) {
    const results = peer.networks.map((cidr) => peerMatches(cluster, noPolicy, { ipBlock: { cidr } }, end, family));
    return results.includes("yes") ? "yes" : results.includes("unknown") ? "unknown" : "no";
  }
  if ("nodes" in peer) {
    const node = cluster.nodes.find(({ name }) => name === nodeOf(end));
    return node !== undefined && matches(peer.nodes, node.labels) ? "yes" : "no";
  }
  if ("domainNames" in peer) return "pod" in end && !end.pod.hostNetwork ? "no" : "unknown";
  return "pod" in end && tierPodsMatch(cluster, peer, end.pod) ? "yes" : "no";
}

const noPolicy: RawPolicy = { namespace: "", name: "", spec: {} };

function protocolMatches(protocol: RawTierProtocol, flow: RawFlow): boolean {
  const { destinationNamedPort: name } = protocol;
  if (name !== undefined) {
    return (
      "pod" in flow.to &&
      !flow.to.pod.hostNetwork &&
      flow.to.pod.ports.some(
        (declared) => declared.name === name && declared.protocol === flow.protocol && declared.containerPort === flow.port,
      )
    );
  }
  const port = protocol[flow.protocol.toLowerCase() as "tcp"]?.destinationPort;
  if (port === undefined) return false;
  return "number" in port ? port.number === flow.port : port.range.start <= flow.port && flow.port <= port.range.end;
}

function typesOf({ spec }: RawPolicy): readonly string[] {
  if (spec.policyTypes !== undefined && spec.policyTypes.length > 0) return spec.policyTypes.map((type) => type.toLowerCase());
  return (spec.egress ?? []).length > 0 ? ["ingress", "egress"] : ["ingress"];
}

function matches({ matchLabels, matchExpressions }: RawSelector, labels: Readonly<Record<string, string>>): boolean {
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  for (const [key, value] of Object.entries(matchLabels ?? {})) if (!has(key) || labels[key] !== value) return false;
  for (const { key, operator, values = [] } of matchExpressions ?? []) {
    if (operator === "In" && !(has(key) && values.includes(labels[key]))) return false;
    if (operator === "NotIn" && has(key) && values.includes(labels[key])) return false;
    if (operator === "Exists" && !has(key)) return false;
    if (operator === "DoesNotExist" && has(key)) return false;
  }
  return true;
}

function portsMatch(rule: RawRule, flow: RawFlow): boolean {
  const ports = (rule ?? {}).ports ?? [];
  return ports.length === 0 || ports.some((port) => portMatches(port, flow));
}

function portMatches({ protocol = "TCP", port, endPort }: RawPort, flow: RawFlow): boolean {
  if (protocol !== flow.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "number") return endPort === undefined ? flow.port === port : port <= flow.port && flow.port <= endPort;
  if (!("pod" in flow.to) || flow.to.pod.hostNetwork) return false;
  return flow.to.pod.ports.some(
    (declared) => declared.name === port && declared.protocol === protocol && declared.containerPort === flow.port,
  );
}

function peerMatches(cluster: RawCluster, policy: RawPolicy, peer: RawPeer, end: RawEnd, family: 4 | 6): "yes" | "no" | "unknown" {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    if (cidr.includes(":") !== (family === 6)) return "no";
    const address = "pod" in end ? end.pod.addresses.find((own) => own.includes(":") === (family === 6)) : end.address;
    if (address === undefined) return except.length === 0 && (cidr === "0.0.0.0/0" || cidr === "::/0") ? "yes" : "unknown";
    return inBlock(address, cidr) && !except.some((block) => inBlock(address, block)) ? "yes" : "no";
  }
  if (!("pod" in end) || end.pod.hostNetwork) return "no";
  const namespace = cluster.namespaces.find(({ name }) => name === end.pod.namespace);
  const rightNamespace =
    peer.namespaceSelector === undefined
      ? end.pod.namespace === policy.namespace
      : matches(peer.namespaceSelector, namespace?.labels ?? {});
  return rightNamespace && matches(peer.podSelector ?? {}, end.pod.labels) ? "yes" : "no";
}

function inBlock(address: string, block: string): boolean {
  return block.includes(":")
    ? new Address6(address).isInSubnet(new Address6(block))
    : new Address4(address).isInSubnet(new Address4(block));
}
