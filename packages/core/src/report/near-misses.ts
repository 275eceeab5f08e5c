import type { Endpoint, Flow } from "../model/cluster.ts";
import { addressIn, endpointName } from "../model/endpoint.ts";
import type { PeerMiss, RuleMiss } from "../model/judgement.ts";
import type { Peer, PortMatch, Requirement, Selector } from "../model/policy.ts";
import { formatAddress } from "../net/address.ts";
import { inCidr } from "../net/cidr.ts";
import { holds } from "../semantics/selector.ts";
import { childPath, pathInSpec, spanOf, type Origin, type Part } from "../text/source.ts";
import { frameOf, type Mark } from "./places.ts";
import type { Frame } from "./types.ts";

/** A rule that did not allow, as a frame: each peer's failing part and the port's are marked where they stand. */
export function nearMiss(miss: RuleMiss, flow: Flow): Frame {
  const { rule } = miss;
  const title = `${pathInSpec(rule.origin.path)}: ${missTitle(miss)}`;
  return frameOf(spanOf(rule.origin), title, nearMissMarks(miss, flow));
}

/** What failed, where it stands; `of` is the peer or the port entry that it belongs to. */
export function nearMissMarks({ rule, peers, port }: RuleMiss, flow: Flow): readonly (Mark & { readonly of: Origin })[] {
  const end = rule.direction === "ingress" ? flow.from : flow.to;
  return [
    ...peers.map((miss) => ({ ...peerMark(miss, end, flow, rule.policy.namespace), of: miss.peer.origin })),
    ...(port === "matches" ? [] : portMarks(rule.ports, flow)),
  ];
}

function missTitle({ port, peers }: RuleMiss): string {
  if (port === "matches") return "the port matches, no peer does";
  if (peers.length > 0) return `neither the ${port} nor a peer matches`;
  return port === "protocol" ? "the protocol differs" : "the port differs";
}

function peerMark({ peer, failed }: PeerMiss, end: Endpoint, flow: Flow, ownNamespace: string): Mark {
  const mark = (origin: Origin, part: Part, label: string): Mark => ({
    span: spanOf(origin, part),
    label: `${failed}: ${label}`,
    style: "primary",
  });
  const name = shortName(end);
  switch (failed) {
    case "kind":
      return mark(firstKey(peer), "key", end.kind === "pod" ? `${name} uses its node's network, selectors miss it` : `${name} is no pod`);
    case "namespace":
      if (peer.kind === "pods" && peer.namespaces === "own")
        return mark(child(peer.origin, "podSelector"), "key", `means pods of ${ownNamespace} only`);
      return selectorMark(peer, "namespaces", end, mark);
    case "labels":
      return selectorMark(peer, "pods", end, mark);
    case "address": {
      const address = addressIn(end, flow.family);
      const text = typeof address === "object" ? formatAddress(address) : name;
      return mark(child(child(peer.origin, "ipBlock"), "cidr"), "value", `${text} is outside`);
    }
    case "except": {
      const address = addressIn(end, flow.family);
      const index =
        peer.kind === "ipBlock" && typeof address === "object" ? peer.except.findIndex((except) => inCidr(except, address)) : -1;
      const excepts = child(child(peer.origin, "ipBlock"), "except");
      return mark(
        index < 0 ? excepts : child(excepts, index),
        "value",
        `${typeof address === "object" ? formatAddress(address) : name} is in it`,
      );
    }
  }
}

/** Marks the requirement that failed first, with what the end has in its place. */
function selectorMark(
  peer: Peer,
  which: "namespaces" | "pods",
  end: Endpoint,
  mark: (origin: Origin, part: Part, label: string) => Mark,
): Mark {
  // Only NetworkPolicy rules are shown as near misses, so a peer is an ipBlock or selects pods.
  const selector = peer.kind === "pods" ? peer[which] : "own";
  if (typeof selector === "string" || end.kind !== "pod") return mark(peer.origin, "entry", "does not match");
  const labels = which === "pods" ? end.labels : end.namespace.labels;
  const name = which === "pods" ? end.name : end.namespace.name;
  const failing = (selector satisfies Selector).requirements.find((requirement) => !holds(requirement, labels));
  if (failing === undefined) return mark(selector.origin, "key", "does not match");
  return mark(failing.origin, "entry", has(failing, labels.get(failing.key), name));
}

function has({ key }: Requirement, value: string | undefined, name: string): string {
  return value === undefined ? `${name} has no ${key}` : `${name} has ${key}=${value}`;
}

function portMarks(ports: "any" | readonly PortMatch[], flow: Flow): readonly (Mark & { readonly of: Origin })[] {
  if (ports === "any") return [];
  const sameProtocol = ports.filter(({ protocol }) => protocol === flow.protocol);
  if (sameProtocol.length === 0) {
    return ports.map((port) => ({
      of: port.origin,
      span: spanOf(child(port.origin, "protocol")),
      label: `protocol: ${port.protocol} is not ${flow.protocol}`,
      style: "primary",
    }));
  }
  return sameProtocol.map((port) => ({
    of: port.origin,
    span: spanOf(child(port.origin, "port"), "value"),
    label: `port: ${portMiss(port, flow)}`,
    style: "primary",
  }));
}

function portMiss({ port, protocol }: PortMatch, flow: Flow): string {
  if (port === "any") return "matches";
  if (!("name" in port)) return `it is not ${flow.port}`;
  const { to } = flow;
  if (to.kind !== "pod") return `${shortName(to)} declares no ports, so a name never matches`;
  const declared = to.ports.filter((own) => own.name === port.name && own.protocol === protocol).map((own) => own.port);
  return declared.length === 0 ? `${to.name} declares no ${port.name}/${protocol}` : `${port.name} of ${to.name} is ${declared.join(", ")}`;
}

function firstKey(peer: Peer): Origin {
  if (peer.kind !== "pods") return child(peer.origin, "ipBlock");
  return child(peer.origin, peer.namespaces === "own" ? "podSelector" : "namespaceSelector");
}

function child({ document, path }: Origin, step: string | number): Origin {
  return { document, path: childPath(path, step) };
}

function shortName(endpoint: Endpoint): string {
  return endpoint.kind === "pod" ? endpoint.name : endpointName(endpoint);
}
