import type { Snapshot } from "../model/cluster.ts";
import { directions, type Rule, type Selector } from "../model/policy.ts";
import type { Cidr } from "../net/cidr.ts";
import type { PortRange, Protocol } from "../net/ports.ts";
import type { Cuts } from "../reach/cuts.ts";

/** Everything the policies of a snapshot look at. Leaving one out would let two unlike endpoints share a class. */
export function specCuts(snapshot: Snapshot): Cuts {
  const podLabels = new Set<string>();
  const namespaceLabels = new Set<string>();
  const portNames = new Set<string>();
  const blocks: Cidr[] = [];
  const ports: { readonly protocol: Protocol; readonly range: PortRange }[] = [];

  const cutSelector = (selector: Selector, keys: Set<string>): void => selector.requirements.forEach(({ key }) => keys.add(key));
  const cutRule = (rule: Rule): void => {
    for (const peer of rule.peers === "any" ? [] : rule.peers) {
      switch (peer.kind) {
        case "ipBlock":
          blocks.push(peer.cidr, ...peer.except);
          break;
        case "pods":
          if (peer.namespaces !== "own") cutSelector(peer.namespaces, namespaceLabels);
          if (peer.pods !== "every") cutSelector(peer.pods, podLabels);
          break;
      }
    }
    for (const { protocol, port } of rule.ports === "any" ? [] : rule.ports) {
      if (port === "any") continue;
      if ("name" in port) portNames.add(port.name);
      else ports.push({ protocol, range: port });
    }
  };

  for (const policy of snapshot.policies) {
    cutSelector(policy.subject, podLabels);
    for (const direction of directions) policy[direction]?.forEach(cutRule);
  }
  return { podLabels, namespaceLabels, portNames, blocks, ports };
}
