import type { Labels, Node, Pod, Snapshot } from "../../src/model/cluster.ts";
import type { ClusterPolicy, NetworkPolicy, Peer, PortMatch, Rule, Selector, TierRule, Unread } from "../../src/model/policy.ts";
import { formatAddress, type Address, type Family } from "../../src/net/address.ts";

/** An object as a manifest holds it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

/**
 * A snapshot as manifests again: what reading them gives is judged alike in this family. Addresses of the other family are left out, and
 * so are pods that have no others, so that every flow is one of this family.
 */
export function manifestsOfSnapshot(snapshot: Snapshot, family: Family): readonly Manifest[] {
  const { namespaces, nodes, pods, policies, clusterPolicies, unread } = snapshot;
  return [
    ...namespaces.map(({ name, labels }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: fields(labels) } })),
    ...nodes.map((node) => nodeManifest(node, family)),
    ...pods
      .filter(({ addresses }) => addresses === "not-yet-assigned" || addresses.some((own) => own.family === family))
      .map((pod) => podManifest(pod, family)),
    ...policies.map(policyManifest),
    ...clusterPolicies.map(clusterPolicyManifest),
    ...unread.map(unreadManifest),
  ];
}

function nodeManifest({ name, labels, addresses }: Node, family: Family): Manifest {
  const own = addresses.filter((address) => address.family === family);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: fields(labels) },
    status: { addresses: own.map((address) => ({ type: "InternalIP", address: formatAddress(address) })) },
  };
}

function podManifest({ namespace, name, labels, addresses, ports, hostNetwork, node }: Pod, family: Family): Manifest {
  const own: readonly Address[] = addresses === "not-yet-assigned" ? [] : addresses.filter((address) => address.family === family);
  const ips = own.map((address) => ({ ip: formatAddress(address) }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: namespace.name, name, labels: fields(labels) },
    spec: {
      hostNetwork,
      ...(node === undefined ? {} : { nodeName: node }),
      containers: [
        { name: "c", ports: ports.map(({ name: called, protocol, port }) => ({ name: called, protocol, containerPort: port })) },
      ],
    },
    ...(ips.length === 0 ? {} : { status: { phase: "Running", podIP: ips[0]?.ip, podIPs: ips } }),
  };
}

function policyManifest({ name, subject, ingress, egress }: NetworkPolicy): Manifest {
  const policyTypes = [...(ingress === undefined ? [] : ["Ingress"]), ...(egress === undefined ? [] : ["Egress"])];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: name.namespace, name: name.name },
    spec: {
      podSelector: selectorFields(subject),
      policyTypes,
      ...(ingress === undefined ? {} : { ingress: ingress.map(ruleFields) }),
      ...(egress === undefined ? {} : { egress: egress.map(ruleFields) }),
    },
  };
}

function ruleFields({ direction, peers, ports }: Rule): object {
  return {
    ...(peers === "any" ? {} : { [direction === "ingress" ? "from" : "to"]: peers.map(peerFields) }),
    ...(ports === "any" ? {} : { ports: ports.map(portFields) }),
  };
}

function peerFields(peer: Peer): object {
  switch (peer.kind) {
    case "ipBlock":
      return { ipBlock: { cidr: peer.cidr.text, except: peer.except.map(({ text }) => text) } };
    case "pods":
      return {
        ...(peer.namespaces === "own" ? {} : { namespaceSelector: selectorFields(peer.namespaces) }),
        ...(peer.pods === "every" && peer.namespaces !== "own" ? {} : { podSelector: selectorFields(peer.pods) }),
      };
    case "networks":
      return { networks: peer.cidrs.map(({ text }) => text) };
    case "nodes":
      return { nodes: selectorFields(peer.nodes) };
    case "domainNames":
      return { domainNames: peer.names };
    case "unknown":
      return {};
  }
}

function portFields({ protocol, port }: PortMatch): object {
  if (port === "any") return { protocol };
  if ("name" in port) return { protocol, port: port.name };
  return { protocol, port: port.first, ...(port.first === port.last ? {} : { endPort: port.last }) };
}

function clusterPolicyManifest({ name, tier, priority, subject, ingress, egress }: ClusterPolicy): Manifest {
  return {
    apiVersion: "policy.networking.k8s.io/v1alpha2",
    kind: name.kind,
    metadata: { name: name.name },
    spec: { tier, priority, subject: podsFields(subject), ingress: ingress.map(tierRuleFields), egress: egress.map(tierRuleFields) },
  };
}

function podsFields({ namespaces, pods }: ClusterPolicy["subject"]): object {
  if (pods === "every") return { namespaces: selectorFields(namespaces) };
  return {
    pods: { ...(namespaces === "every" ? {} : { namespaceSelector: selectorFields(namespaces) }), podSelector: selectorFields(pods) },
  };
}

function tierRuleFields({ direction, name, action, peers, ports }: TierRule): object {
  const fieldsOf = (peer: Peer): object =>
    peer.kind === "pods" && peer.namespaces !== "own" ? podsFields({ namespaces: peer.namespaces, pods: peer.pods }) : peerFields(peer);
  return {
    ...(name === undefined ? {} : { name }),
    action,
    [direction === "ingress" ? "from" : "to"]: peers.map(fieldsOf),
    ...(ports === "any" ? {} : { protocols: ports.map(tierPortFields) }),
  };
}

function tierPortFields({ protocol, port }: PortMatch): object {
  if (typeof port === "object" && "name" in port) return { destinationNamedPort: port.name };
  const { first, last } = port === "any" ? { first: 1, last: 65535 } : port;
  return { [protocol.toLowerCase()]: { destinationPort: first === last ? { number: first } : { range: { start: first, end: last } } } };
}

function unreadManifest({ group, kind, name, scope }: Unread): Manifest {
  return { apiVersion: `${group}/v2`, kind, metadata: { name, ...(scope === "cluster" ? {} : { namespace: scope.namespace }) } };
}

function selectorFields(selector: "every" | Selector): object {
  if (selector === "every") return {};
  return {
    matchExpressions: selector.requirements.map(({ key, operator, values }) => ({
      key,
      operator,
      ...(operator === "In" || operator === "NotIn" ? { values } : {}),
    })),
  };
}

function fields(labels: Labels): Readonly<Record<string, string>> {
  return Object.fromEntries(labels);
}
