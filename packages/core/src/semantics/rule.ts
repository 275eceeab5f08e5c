import type { Endpoint, Flow, Pod } from "../model/cluster.ts";
import type { Doubt, PeerMiss, RuleMatch, RuleMiss } from "../model/judgement.ts";
import type { Peer, PortMatch, Rule } from "../model/policy.ts";
import { addressIn } from "../model/endpoint.ts";
import { blockHolds, blockHoldsNetwork } from "./block.ts";
import { selects } from "./selector.ts";

/** What one rule says of one flow: it matches, it does not and why, or nobody can tell. */
export type RuleResult =
  | { readonly outcome: "match"; readonly match: RuleMatch }
  | { readonly outcome: "miss"; readonly miss: RuleMiss }
  | { readonly outcome: "doubt"; readonly doubts: readonly Doubt[] };

/** S7: the peers and the ports of one rule are ANDed; entries of either list are ORed. No list is no restriction (S3). */
export function askRule(rule: Rule, flow: Flow): RuleResult {
  const port = askPorts(rule.ports, flow);
  const peers = askPeers(rule, flow);
  if (typeof port === "object" || port === "any") {
    if (peers.outcome === "match") return { outcome: "match", match: { rule, peer: peers.peer, port } };
    if (peers.outcome === "doubt") return peers;
    return { outcome: "miss", miss: { rule, peers: peers.misses, port: "matches" } };
  }
  return { outcome: "miss", miss: { rule, peers: peers.outcome === "miss" ? peers.misses : [], port } };
}

type PeersResult =
  | { readonly outcome: "match"; readonly peer: "any" | Peer }
  | { readonly outcome: "miss"; readonly misses: readonly PeerMiss[] }
  | { readonly outcome: "doubt"; readonly doubts: readonly Doubt[] };

/** The peer is the other end: who sends for ingress, who receives for egress. */
function askPeers(rule: Rule, flow: Flow): PeersResult {
  if (rule.peers === "any") return { outcome: "match", peer: "any" };
  const end = rule.direction === "ingress" ? flow.from : flow.to;
  const misses: PeerMiss[] = [];
  const doubts: Doubt[] = [];
  for (const peer of rule.peers) {
    const result = askPeer(peer, rule, end, flow);
    if (result === "match") return { outcome: "match", peer };
    if (result === "unknown") doubts.push({ question: "address-not-assigned", rule, peer });
    else misses.push({ peer, failed: result });
  }
  return doubts.length > 0 ? { outcome: "doubt", doubts } : { outcome: "miss", misses };
}

function askPeer(peer: Peer, rule: Rule, end: Endpoint, flow: Flow): "match" | "unknown" | PeerMiss["failed"] {
  switch (peer.kind) {
    case "ipBlock": {
      const address = addressIn(end, flow.family);
      // Only pods can be without an address here: a flow exists only between ends that have one in its family.
      if (address === undefined) return "address";
      if (address === "not-yet-assigned") {
        const holds = blockHoldsNetwork(peer, end as Pod, flow.family);
        return holds === "inside" ? "match" : holds === "outside" ? "address" : "unknown";
      }
      const holds = blockHolds(peer, address);
      return holds === "inside" ? "match" : holds === "excepted" ? "except" : "address";
    }
    case "pods": {
      // S4: selectors select pods only. S10: a host-network pod is its node, and no selector matches it.
      if (end.kind !== "pod" || end.hostNetwork) return "kind";
      // S4: without a namespaceSelector, the policy's own namespace is meant.
      const rightNamespace =
        peer.namespaces === "own" ? end.namespace.name === rule.policy.namespace : selects(peer.namespaces, end.namespace.labels);
      if (!rightNamespace) return "namespace";
      return peer.pods === "every" || selects(peer.pods, end.labels) ? "match" : "labels";
    }
  }
}

/** S7: protocol AND port of one entry; entries are ORed. The nearest failure is told: the port's where the protocol matched. */
function askPorts(ports: Rule["ports"], flow: Flow): "any" | PortMatch | "protocol" | "port" {
  if (ports === "any") return "any";
  const sameProtocol = ports.filter((port) => port.protocol === flow.protocol);
  return sameProtocol.find((port) => isDialled(port, flow)) ?? (sameProtocol.length > 0 ? "port" : "protocol");
}

function isDialled(port: PortMatch, flow: Flow): boolean {
  if (port.port === "any") return true;
  if (!("name" in port.port)) return port.port.first <= flow.port && flow.port <= port.port.last;
  // S6: a name is resolved on the pod that receives the flow, so it may differ per pod and mean several numbers; elsewhere it never matches.
  const { name } = port.port;
  return (
    flow.to.kind === "pod" &&
    !flow.to.hostNetwork &&
    flow.to.ports.some((declared) => declared.name === name && declared.protocol === port.protocol && declared.port === flow.port)
  );
}
