import type { Snapshot } from "../model/cluster.ts";
import { directions, type Rule, type Selector, type TierRule } from "../model/policy.ts";
import type { Cidr } from "../net/cidr.ts";
import type { PortRange, Protocol } from "../net/ports.ts";
import type { Cuts } from "../reach/cuts.ts";

/** Everything the policies of a snapshot look at. Leaving one out would let two unlike endpoints share a class. */
export function specCuts(snapshot: Snapshot): Cuts {
  const podLabels = new Set<string>();
  const namespaceLabels = new Set<string>();
  const nodeLabels = new Set<string>();
  const portNames = new Set<string>();
  const blocks: Cidr[] = [];
  const ports: { readonly protocol: Protocol; readonly range: PortRange }[] = [];

  const cutSelector = (selector: Selector | "own" | "every", keys: Set<string>): void => {
    if (typeof selector === "object") for (const { key } of selector.requirements) keys.add(key);
  };
  const cutRule = (rule: Rule | TierRule): void => {
    for (const peer of rule.peers === "any" ? [] : rule.peers) {
      switch (peer.kind) {
        case "ipBlock":
          blocks.push(peer.cidr, ...peer.except);
          break;
        case "networks":
          blocks.push(...peer.cidrs);
          break;
        case "pods":
          cutSelector(peer.namespaces, namespaceLabels);
          cutSelector(peer.pods, podLabels);
          break;
        case "nodes":
          cutSelector(peer.nodes, nodeLabels);
          break;
        // What DNS knows is the same for every address outside, and an unknown peer is the same for all.
        case "domainNames":
        case "unknown":
          break;
      }
    }
    for (const { protocol, port } of rule.ports === "any" ? [] : rule.ports) {
      if (port === "any") continue;
      if ("name" in port) portNames.add(port.name);
      else if (protocol !== "declared") ports.push({ protocol, range: port });
    }
  };

  for (const policy of snapshot.policies) {
    cutSelector(policy.subject, podLabels);
    for (const direction of directions) policy[direction]?.forEach(cutRule);
  }
  for (const { subject, ingress, egress } of snapshot.clusterPolicies) {
    cutSelector(subject.namespaces, namespaceLabels);
    cutSelector(subject.pods, podLabels);
    [...ingress, ...egress].forEach(cutRule);
  }
  return { podLabels, namespaceLabels, nodeLabels, portNames, blocks, ports };
}
