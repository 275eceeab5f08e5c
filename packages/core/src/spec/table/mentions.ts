import type { Labels, Pod, Snapshot } from "../../model/cluster.ts";
import { directions, type NetworkPolicy, type Peer, type PortMatch, type Rule, type Selector, type TierRule } from "../../model/policy.ts";
import type { Cidr } from "../../net/cidr.ts";

/**
 * What rules look at. A label that nobody mentions cannot matter; of a key that is mentioned only the mentioned values can be told
 * apart, and all others are one («present, but another»). So pods with thousands of different label sets become a few shapes.
 *
 *   global   what rules of any namespace see of an endpoint: namespace labels, pod labels beside a namespace selector or of a
 *            cluster-wide policy, ports named in rules that reach other namespaces, blocks, node labels
 *   local    what the policies of one namespace see of its own pods besides
 */
export interface GlobalMentions {
  readonly namespaceLabels: LabelMentions;
  readonly podLabels: LabelMentions;
  readonly nodeLabels: LabelMentions;
  readonly portNames: Set<string>;
  readonly blocks: Map<string, Cidr>;
}

export interface LocalMentions {
  readonly podLabels: LabelMentions;
  readonly portNames: Set<string>;
}

/** Mentioned keys with their mentioned values. */
export type LabelMentions = Map<string, Set<string>>;

export function globalMentions(snapshot: Snapshot): GlobalMentions {
  const mentions: GlobalMentions = { namespaceLabels: new Map(), podLabels: new Map(), nodeLabels: new Map(), portNames: new Set(), blocks: new Map() };
  for (const policy of snapshot.policies) mentionGlobally(mentions, policy);
  for (const { subject, ingress, egress } of snapshot.clusterPolicies) {
    mention(mentions.namespaceLabels, subject.namespaces);
    mention(mentions.podLabels, subject.pods);
    for (const rule of [...ingress, ...egress]) {
      rule.peers.forEach((peer) => mentionPeer(mentions, peer));
      // C7: either end may be in any namespace, so the names are seen from everywhere.
      mentionPorts(mentions.portNames, rule.ports);
    }
  }
  return mentions;
}

export function mentionGlobally(mentions: GlobalMentions, policy: NetworkPolicy): void {
  for (const direction of directions) {
    for (const { peers, ports } of policy[direction] ?? []) {
      if (peers !== "any") peers.forEach((peer) => mentionPeer(mentions, peer));
      // S6: an egress rule resolves a name on each peer, wherever it is; an ingress rule on its own subject.
      if (direction === "egress" && !isOwnOnly(peers)) mentionPorts(mentions.portNames, ports);
    }
  }
}

export function localMentions(policies: readonly NetworkPolicy[]): LocalMentions {
  const mentions: LocalMentions = { podLabels: new Map(), portNames: new Set() };
  for (const policy of policies) {
    mention(mentions.podLabels, policy.subject);
    for (const direction of directions) {
      for (const { peers, ports } of policy[direction] ?? []) {
        for (const peer of peers === "any" ? [] : peers) if (peer.kind === "pods" && peer.namespaces === "own") mention(mentions.podLabels, peer.pods);
        mentionPorts(mentions.portNames, ports);
      }
    }
  }
  return mentions;
}

/** Whether `more` looks at nothing that `known` does not: then what was told apart before is still enough. */
export function covers(known: GlobalMentions, more: GlobalMentions): boolean {
  const coversLabels = (a: LabelMentions, b: LabelMentions): boolean =>
    [...b].every(([key, values]) => {
      const own = a.get(key);
      return own !== undefined && [...values].every((value) => own.has(value));
    });
  return (
    coversLabels(known.namespaceLabels, more.namespaceLabels) &&
    coversLabels(known.podLabels, more.podLabels) &&
    coversLabels(known.nodeLabels, more.nodeLabels) &&
    [...more.portNames].every((name) => known.portNames.has(name)) &&
    [...more.blocks.keys()].every((text) => known.blocks.has(text))
  );
}

/** The labels that are mentioned, as a key: values that nobody mentions are alike. */
export function projected(labels: Labels, mentions: LabelMentions): string {
  let parts: string[] | undefined;
  for (const [key, value] of labels) {
    const values = mentions.get(key);
    if (values !== undefined) (parts ??= []).push(values.has(value) ? `${key}=${value}` : `${key}≠`);
  }
  if (parts === undefined) return "";
  return parts.length === 1 ? (parts[0] as string) : parts.sort().join("\u0000");
}

/** The numbers that a pod declares under the mentioned names, as a key. */
export function projectedPorts({ ports }: Pod, names: ReadonlySet<string>): string {
  if (names.size === 0 || ports.length === 0) return "";
  const seen = ports.filter(({ name }) => names.has(name)).map(({ name, protocol, port }) => `${name}:${port}/${protocol}`);
  return seen.length === 0 ? "" : [...new Set(seen)].sort().join();
}

/** Only pods of the policy's own namespace: nobody outside it is a peer of the rule. */
export function isOwnOnly(peers: Rule["peers"]): boolean {
  return peers !== "any" && peers.every((peer) => peer.kind === "pods" && peer.namespaces === "own");
}

function mentionPeer(mentions: GlobalMentions, peer: Peer): void {
  switch (peer.kind) {
    case "ipBlock":
      for (const block of [peer.cidr, ...peer.except]) mentions.blocks.set(block.text, block);
      break;
    case "networks":
      for (const block of peer.cidrs) mentions.blocks.set(block.text, block);
      break;
    case "pods":
      if (peer.namespaces === "own") break;
      mention(mentions.namespaceLabels, peer.namespaces);
      mention(mentions.podLabels, peer.pods);
      break;
    case "nodes":
      mention(mentions.nodeLabels, peer.nodes);
      break;
    case "domainNames":
    case "unknown":
      break;
  }
}

function mention(mentions: LabelMentions, selector: Selector | "own" | "every"): void {
  if (typeof selector === "string") return;
  for (const { key, values } of selector.requirements) {
    const known = mentions.get(key);
    if (known === undefined) mentions.set(key, new Set(values));
    else for (const value of values) known.add(value);
  }
}

function mentionPorts(names: Set<string>, ports: (Rule | TierRule)["ports"]): void {
  for (const { port } of ports === "any" ? [] : (ports as readonly PortMatch[])) if (typeof port === "object" && "name" in port) names.add(port.name);
}
