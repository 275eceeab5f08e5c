import type { External, Pod, Snapshot } from "../../../src/model/cluster.ts";
import type { Verdict } from "../../../src/model/judgement.ts";
import type { ClusterPolicy, NetworkPolicy, Peer, Rule, TierRule } from "../../../src/model/policy.ts";
import { parseAddress, type Address, type Family } from "../../../src/net/address.ts";

/**
 * The conventions of np-guard's expectations where a cluster would do otherwise, made by changing the snapshot: a workload is one pod,
 * a host-network pod is an ordinary one, and pods are never matched by blocks of addresses. For the last one pods talk to each other
 * over IPv6 and to the outside over IPv4, and no policy has an IPv6 block: np-guard leaves those out, with a warning.
 */
export function byConvention(snapshot: Snapshot): Snapshot {
  const workloads = new Map<string, Pod>();
  for (const pod of snapshot.pods) if (!workloads.has(workloadName(pod))) workloads.set(workloadName(pod), pod);
  return {
    ...snapshot,
    nodes: [],
    pods: [...workloads.values()].map((pod, i) => ({ ...pod, hostNetwork: false, node: undefined, addresses: addressesOf(i) })),
    policies: snapshot.policies.map(withoutIPv6),
    clusterPolicies: snapshot.clusterPolicies.map(clusterWithoutIPv6),
  };
}

/** `ns/web[Deployment]`, or `ns/web[Pod]` for a pod on its own. */
export function workloadName({ namespace, name, workload }: Pod): string {
  return `${namespace.name}/${workload?.name ?? name}[${workload?.kind ?? "Pod"}]`;
}

export function familyBetween(from: Pod | External, to: Pod | External): Family {
  return from.kind === "pod" && to.kind === "pod" ? 6 : 4;
}

export function outside(address: Address): External {
  return { kind: "external", address };
}

/** What np-guard writes of a verdict; it never says that it cannot tell. */
export function word(verdict: Verdict): string {
  return verdict === "allow" ? "Allowed" : verdict === "deny" ? "Denied" : verdict;
}

function addressesOf(i: number): readonly Address[] {
  return [`127.0.${i >> 8}.${i & 255}`, `fd00::${i.toString(16)}`].flatMap((text) => parseAddress(text) ?? []);
}

function withoutIPv6(policy: NetworkPolicy): NetworkPolicy {
  const rules = (list: readonly Rule[] | undefined): readonly Rule[] | undefined =>
    list?.map((rule) => ({ ...rule, peers: rule.peers === "any" ? "any" : rule.peers.flatMap(peerWithoutIPv6) }));
  return { ...policy, ingress: rules(policy.ingress), egress: rules(policy.egress) };
}

function clusterWithoutIPv6(policy: ClusterPolicy): ClusterPolicy {
  const rules = (list: readonly TierRule[]): readonly TierRule[] =>
    list.map((rule) => ({ ...rule, peers: rule.peers.flatMap(peerWithoutIPv6) }));
  return { ...policy, ingress: rules(policy.ingress), egress: rules(policy.egress) };
}

function peerWithoutIPv6(peer: Peer): readonly Peer[] {
  if (peer.kind === "ipBlock") return peer.cidr.family === 6 ? [] : [peer];
  return peer.kind === "networks" ? [{ ...peer, cidrs: peer.cidrs.filter(({ family }) => family === 4) }] : [peer];
}
