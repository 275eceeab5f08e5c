import {
  addressIn,
  families,
  formatPorts,
  inCidr,
  linesOf,
  portSet,
  selects,
  type Cidr,
  type Endpoint,
  type NetworkPolicy,
  type Peer,
  type Pod,
  type PortMatch,
  type Rule,
  type Snapshot,
} from "@netproof/core/parts";
import type { Annotation } from "./protocol.ts";

/** What the lines of a file do at one stage: whom a selector finds, which addresses a block holds, which ports are meant. */
export function annotationsOf(
  file: string,
  snapshot: Snapshot,
  outside: readonly { readonly name: string; readonly externals: readonly Endpoint[] }[],
): readonly Annotation[] {
  const found: Annotation[] = [];
  const podsOf = new Map(snapshot.namespaces.map((namespace) => [namespace, new Array<Pod>()]));
  for (const pod of snapshot.pods) podsOf.get(pod.namespace)?.push(pod);
  const add = (origin: NetworkPolicy["origin"], text: string, tone: Annotation["tone"] = "plain"): void => {
    if (origin.document.source.name === file) found.push({ line: linesOf(origin).last, text, tone });
  };
  for (const policy of snapshot.policies) {
    if (policy.origin.document.source.name !== file) continue;
    const selected = [...podsOf].flatMap(([namespace, own]) =>
      namespace.name === policy.name.namespace ? own.filter((pod) => !pod.hostNetwork && selects(policy.subject, pod.labels)) : [],
    );
    add(
      policy.subject.origin,
      selected.length === 0 ? `no pod of ${policy.name.namespace}` : `selects ${namesOf(selected)}`,
      selected.length === 0 ? "nothing" : "plain",
    );
    for (const rule of [...(policy.ingress ?? []), ...(policy.egress ?? [])]) ruleNotes(rule, policy);
  }
  return found;

  function ruleNotes(rule: Rule, policy: NetworkPolicy): void {
    if (rule.peers !== "any") for (const peer of rule.peers) peerNote(peer, policy);
    if (rule.ports !== "any") for (const port of rule.ports) add(port.origin, portText(port));
  }

  function peerNote(peer: Peer, policy: NetworkPolicy): void {
    if (peer.kind === "ipBlock") {
      const inside = outside.filter(({ externals }) =>
        externals.some((end) => isIn(end, peer.cidr) && !peer.except.some((part) => isIn(end, part))),
      );
      const pods = snapshot.pods.filter((pod) => isIn(pod, peer.cidr) && !peer.except.some((part) => isIn(pod, part)));
      const all = [...inside.map(({ name }) => name), ...pods.map(({ name }) => name)];
      add(peer.origin, all.length === 0 ? "no known address" : all.length <= 2 ? all.join(", ") : `${all.length} known addresses`);
    } else if (peer.kind === "pods") {
      const { namespaces, pods } = peer;
      const matching = [...podsOf].flatMap(([namespace, own]) => {
        const isMeant =
          namespaces === "own" ? namespace.name === policy.name.namespace : namespaces === "every" || selects(namespaces, namespace.labels);
        return isMeant ? own.filter((pod) => pods === "every" || selects(pods, pod.labels)) : [];
      });
      add(
        peer.origin,
        matching.length === 0 ? "no pod" : `${matching.length} pod${matching.length === 1 ? "" : "s"}: ${namesOf(matching)}`,
        matching.length === 0 ? "nothing" : "plain",
      );
    }
  }
}

function namesOf(pods: readonly Pod[]): string {
  const names = pods.map(({ name }) => name);
  return names.length <= 2 ? names.join(", ") : `${names.slice(0, 1).join(", ")} and ${names.length - 1} more`;
}

function portText({ protocol, port }: PortMatch): string {
  if (port === "any") return `all ${protocol}`;
  if ("name" in port) return `the port that pods name ${port.name}`;
  return protocol === "declared" ? `${port.first}` : `${formatPorts(portSet(protocol, [port]))} only`;
}

function isIn(endpoint: Endpoint, cidr: Cidr): boolean {
  return families.some((family) => {
    const address = addressIn(endpoint, family);
    return address !== undefined && address !== "not-yet-assigned" && inCidr(cidr, address);
  });
}
