import type { Endpoint, Flow, Node, Pod } from "../model/cluster.ts";
import { addressIn, nodeNameOf } from "../model/endpoint.ts";
import type { PeerDoubt, PeerMiss, RuleMatch, RuleMiss } from "../model/judgement.ts";
import type { Peer, PortMatch, Rule, TierRule } from "../model/policy.ts";
import { blockHolds, blockHoldsNetwork } from "./block.ts";
import { selects } from "./selector.ts";

/** What one rule says of one flow: it matches, it does not, or nobody can tell. */
export type RuleResult<R extends Rule | TierRule> =
  | { readonly outcome: "match"; readonly match: RuleMatch<R> }
  /** `missOf` says why; few who ask whether want to know, and working it out costs more than the answer. */
  | { readonly outcome: "miss" }
  | { readonly outcome: "doubt"; readonly doubts: readonly [PeerDoubt, ...PeerDoubt[]] };

const miss = { outcome: "miss" } as const;

/** Looks a node up by its name: a peer may select nodes by their labels. */
export type NodeLookup = (name: string) => Node | undefined;

/** S7: the peers and the ports of one rule are ANDed; entries of either list are ORed. No list is no restriction (S3). */
export function askRule<R extends Rule | TierRule>(rule: R, flow: Flow, nodes: NodeLookup): RuleResult<R> {
  const port = askPorts(rule.ports, flow);
  if (port === undefined) return miss;
  if (rule.peers === "any") return { outcome: "match", match: { rule, peer: "any", port } };
  let doubts: [PeerDoubt, ...PeerDoubt[]] | undefined;
  for (const peer of rule.peers) {
    const result = askPeer(peer, rule, flow, nodes);
    if (result === "match") return { outcome: "match", match: { rule, peer, port } };
    if (typeof result === "string") continue;
    if (doubts === undefined) doubts = [result];
    else doubts.push(result);
  }
  return doubts === undefined ? miss : { outcome: "doubt", doubts };
}

/** Why a rule does not match: every part that fails. The nearest failure is told: the port's where the protocol matched. */
export function missOf<R extends Rule | TierRule>(rule: R, flow: Flow, nodes: NodeLookup): RuleMiss<R> {
  const peers: PeerMiss[] = [];
  for (const peer of rule.peers === "any" ? [] : rule.peers) {
    const failed = askPeer(peer, rule, flow, nodes);
    // One peer that matches, or may, is enough: then only the port is to mend.
    if (failed === "match" || typeof failed === "object") return { rule, peers: [], port: portMiss(rule.ports, flow) };
    peers.push({ peer, failed });
  }
  return { rule, peers, port: askPorts(rule.ports, flow) === undefined ? portMiss(rule.ports, flow) : "matches" };
}

/** The peer is the other end: who sends for ingress, who receives for egress. */
function askPeer(peer: Peer, rule: Rule | TierRule, flow: Flow, nodes: NodeLookup): "match" | PeerDoubt | PeerMiss["failed"] {
  const end = rule.direction === "ingress" ? flow.from : flow.to;
  switch (peer.kind) {
    case "ipBlock":
      return askBlocks([peer], peer, rule, end, flow);
    case "networks":
      // C6: everything in the blocks, pods included.
      return askBlocks(
        peer.cidrs.map((cidr) => ({ cidr, except: [] })),
        peer,
        rule,
        end,
        flow,
      );
    case "pods": {
      // S4: selectors select pods only. S10: a host-network pod is its node, and no selector matches it.
      if (end.kind !== "pod" || end.hostNetwork) return "kind";
      if (!inNamespaces(peer.namespaces, rule, end)) return "namespace";
      return peer.pods === "every" || selects(peer.pods, end.labels) ? "match" : "labels";
    }
    case "nodes": {
      // C6: the addresses of matching nodes. S21: a host-network pod is its node.
      const name = nodeNameOf(end);
      const node = end.kind === "node" ? end : name === undefined ? undefined : nodes(name);
      if (node === undefined) return "kind";
      return selects(peer.nodes, node.labels) ? "match" : "labels";
    }
    case "domainNames":
      // C10: only DNS knows; it may resolve to any address outside, never to a pod's.
      return end.kind === "pod" && !end.hostNetwork ? "kind" : { question: "domain-name", rule: rule as TierRule, peer };
    case "unknown":
      // C11: the rule as a whole fails closed; `judge` sees to it before it comes here.
      return "kind";
  }
}

/** S4: without a namespaceSelector, a NetworkPolicy means its own namespace; a cluster-wide policy means every one (C1). */
function inNamespaces(namespaces: "own" | "every" | Parameters<typeof selects>[0], rule: Rule | TierRule, pod: Pod): boolean {
  if (namespaces === "every") return true;
  if (namespaces === "own") return "namespace" in rule.policy && pod.namespace.name === rule.policy.namespace;
  return selects(namespaces, pod.namespace.labels);
}

type Block = Parameters<typeof blockHolds>[0];

/** S5, S16: several blocks are ORed. */
function askBlocks(
  blocks: readonly Block[],
  peer: Peer,
  rule: Rule | TierRule,
  end: Endpoint,
  flow: Flow,
): "match" | PeerDoubt | "address" | "except" {
  const address = addressIn(end, flow.family);
  if (address === undefined) return "address";
  if (address === "not-yet-assigned") {
    // Only pods can be without an address: a flow exists only between ends that have one in its family, or will.
    const holds = blocks.map((block) => blockHoldsNetwork(block, end as Pod, flow.family));
    if (holds.includes("inside")) return "match";
    return holds.includes("unknown") ? { question: "address-not-assigned", rule, peer } : "address";
  }
  const holds = blocks.map((block) => blockHolds(block, address));
  if (holds.includes("inside")) return "match";
  return holds.includes("excepted") ? "except" : "address";
}

/** S7: protocol AND port of one entry; entries are ORed. The first entry that holds, or undefined. */
function askPorts(ports: Rule["ports"], flow: Flow): "any" | PortMatch | undefined {
  return ports === "any" ? "any" : ports.find((port) => isProtocol(port, flow) && isDialled(port, flow));
}

function portMiss(ports: Rule["ports"], flow: Flow): "protocol" | "port" {
  return ports !== "any" && ports.some((port) => isProtocol(port, flow)) ? "port" : "protocol";
}

/** C7: a named port without a protocol of its own has that of the pod's declaration. */
function isProtocol({ protocol }: PortMatch, flow: Flow): boolean {
  return protocol === flow.protocol || protocol === "declared";
}

function isDialled(port: PortMatch, flow: Flow): boolean {
  if (port.port === "any") return true;
  if (!("name" in port.port)) return port.port.first <= flow.port && flow.port <= port.port.last;
  // S6, C7: a name is resolved on the pod that receives the flow, so it may differ per pod and mean several numbers; elsewhere it never matches.
  const { name } = port.port;
  return (
    flow.to.kind === "pod" &&
    !flow.to.hostNetwork &&
    flow.to.ports.some((declared) => declared.name === name && declared.protocol === flow.protocol && declared.port === flow.port)
  );
}
