import { Address4, Address6 } from "ip-address";
import type { RawCluster, RawPeer, RawPod, RawPolicy, RawPort, RawRule, RawSelector } from "./cluster.ts";

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

function naiveSide(cluster: RawCluster, flow: RawFlow, direction: "ingress" | "egress"): NaiveVerdict {
  const subject = direction === "egress" ? flow.from : flow.to;
  const other = direction === "egress" ? flow.to : flow.from;
  if (!("pod" in subject) || subject.pod.hostNetwork) return "allow";
  if ("pod" in other && other.pod === subject.pod) return "allow";
  const otherNode = "node" in other ? other.node : "pod" in other && other.pod.hostNetwork ? other.pod.nodeName : undefined;
  if (direction === "ingress" && otherNode !== undefined && otherNode === subject.pod.nodeName) return "allow";
  const isolating = cluster.policies.filter(
    (policy) => policy.namespace === subject.pod.namespace && typesOf(policy).includes(direction) && matches(policy.spec.podSelector ?? {}, subject.pod.labels),
  );
  if (isolating.length === 0) return "allow";
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

function typesOf({ spec }: RawPolicy): readonly string[] {
  if (spec.policyTypes !== undefined && spec.policyTypes.length > 0) return spec.policyTypes.map((type) => type.toLowerCase());
  return (spec.egress ?? []).length > 0 ? ["ingress", "egress"] : ["ingress"];
}

function matches({ matchLabels, matchExpressions }: RawSelector, labels: Readonly<Record<string, string>>): boolean {
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  for (const [key, value] of Object.entries(matchLabels ?? {})) if (!has(key) || labels[key] !== value) return false;
  for (const { key, operator, values = [] } of matchExpressions ?? []) {
    if (operator === "In" && !(has(key) && values.includes(labels[key] as string))) return false;
    if (operator === "NotIn" && has(key) && values.includes(labels[key] as string)) return false;
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
  return flow.to.pod.ports.some((declared) => declared.name === port && declared.protocol === protocol && declared.containerPort === flow.port);
}

function peerMatches(cluster: RawCluster, policy: RawPolicy, peer: RawPeer, end: RawEnd, family: 4 | 6): "yes" | "no" | "unknown" {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    if (cidr.includes(":") !== (family === 6)) return "no";
    const address = "pod" in end ? end.pod.addresses.find((own) => own.includes(":") === (family === 6)) : end.address;
    if (address === undefined) return "unknown";
    return inBlock(address, cidr) && !except.some((block) => inBlock(address, block)) ? "yes" : "no";
  }
  if (!("pod" in end) || end.pod.hostNetwork) return "no";
  const namespace = cluster.namespaces.find(({ name }) => name === end.pod.namespace);
  const rightNamespace = peer.namespaceSelector === undefined ? end.pod.namespace === policy.namespace : matches(peer.namespaceSelector, namespace?.labels ?? {});
  return rightNamespace && matches(peer.podSelector ?? {}, end.pod.labels) ? "yes" : "no";
}

function inBlock(address: string, block: string): boolean {
  return block.includes(":") ? new Address6(address).isInSubnet(new Address6(block)) : new Address4(address).isInSubnet(new Address4(block));
}
