import fc from "fast-check";
import type { Pod, Snapshot } from "../../src/model/cluster.ts";
import type { NetworkPolicy, Peer, Rule, Selector } from "../../src/model/policy.ts";
import { parseCidr, type Cidr } from "../../src/net/cidr.ts";
import type { Origin } from "../../src/text/source.ts";

/** Edits of a snapshot as a session makes them: what does not change stays the same object. */
const kindsOfEdit = [
  "add-policy",
  "add-policy",
  "delete-policy",
  "replace-policy",
  "look-closer",
  "look-closer",
  "delete-pod",
  "add-pod",
  "relabel-pod",
  "move-pod",
  "relabel-namespace",
  "cluster-policies",
  "unread",
  "go-back",
] as const;

export interface EditStep {
  readonly what: (typeof kindsOfEdit)[number];
  readonly from: number;
  readonly index: number;
}

export const edit: fc.Arbitrary<EditStep> = fc.record({ what: fc.constantFrom(...kindsOfEdit), from: fc.nat(5), index: fc.nat(30) });

/** A policy or pod of another cluster comes, goes or takes a place, or a label changes; everything else stays the same object. */
export function edited(snapshot: Snapshot, others: readonly Snapshot[], { what, from, index }: EditStep): Snapshot {
  const other = others[from % others.length];
  const policy = other.policies[index % Math.max(1, other.policies.length)];
  const position = index % Math.max(1, snapshot.policies.length);
  const pod = snapshot.pods[index % Math.max(1, snapshot.pods.length)];
  const replacePods = (change: (own: Pod) => Pod): Snapshot => ({ ...snapshot, pods: snapshot.pods.map(change) });
  switch (what) {
    case "add-policy":
      return policy === undefined || snapshot.policies.includes(policy)
        ? snapshot
        : { ...snapshot, policies: [...snapshot.policies, policy] };
    case "delete-policy":
      return { ...snapshot, policies: snapshot.policies.filter((_, i) => i !== position) };
    case "replace-policy":
      return policy === undefined || snapshot.policies.includes(policy)
        ? snapshot
        : { ...snapshot, policies: snapshot.policies.map((own, i) => (i === position ? policy : own)) };
    case "look-closer":
      return { ...snapshot, policies: snapshot.policies.map((own, i) => (i === position ? lookingCloser(own, index) : own)) };
    case "delete-pod":
      return { ...snapshot, pods: snapshot.pods.filter((own) => own !== pod) };
    case "add-pod": {
      const added = other.pods[index % Math.max(1, other.pods.length)];
      const clashes =
        added === undefined || snapshot.pods.some((own) => own.name === added.name && own.namespace.name === added.namespace.name);
      const space = snapshot.namespaces.find(({ name }) => name === added?.namespace.name);
      return clashes || space === undefined
        ? snapshot
        : {
            ...snapshot,
            pods: index % 2 === 0 ? [...snapshot.pods, { ...added, namespace: space }] : [{ ...added, namespace: space }, ...snapshot.pods],
          };
    }
    case "relabel-pod":
      return replacePods((own) =>
        own === pod
          ? {
              ...own,
              labels: new Map([...own.labels, ["rare", rareValues[from % 3]]]),
              ports: [...own.ports, { name: "rare", protocol: "TCP", port: 79 }],
            }
          : own,
      );
    case "move-pod":
      return { ...snapshot, pods: [...snapshot.pods].reverse() };
    case "relabel-namespace": {
      const before = snapshot.namespaces[index % Math.max(1, snapshot.namespaces.length)];
      if (before === undefined) return snapshot;
      const after = { ...before, labels: new Map([...before.labels, ["rare", rareValues[from % 3]]]) };
      const { namespaces } = snapshot;
      return {
        ...replacePods((own) => (own.namespace === before ? { ...own, namespace: after } : own)),
        namespaces: namespaces.map((own) => (own === before ? after : own)),
      };
    }
    case "cluster-policies":
      return { ...snapshot, clusterPolicies: other.clusterPolicies };
    case "unread":
      return {
        ...snapshot,
        unread:
          snapshot.unread.length > 0
            ? []
            : [{ group: "cilium.io", kind: "CiliumNetworkPolicy", name: "c", scope: { namespace: "x" }, origin: noOrigin }],
      };
    case "go-back":
      return snapshot;
  }
}

const rareValues = ["a", "b", ""];
const noOrigin: Origin = {
  document: { source: { name: "", text: "" }, locate: () => ({ source: { name: "", text: "" }, start: 0, end: 0 }) },
  path: "",
};

/** The policy with further peers that look at what no generated one does. */
function lookingCloser(policy: NetworkPolicy, index: number): NetworkPolicy {
  const rare = (operator: "In" | "NotIn" | "Exists" | "DoesNotExist"): Selector => ({
    origin: noOrigin,
    requirements: [{ key: "rare", operator, values: operator.endsWith("In") ? [rareValues[index % 3]] : [], origin: noOrigin }],
  });
  const operator = (["In", "NotIn", "Exists", "DoesNotExist"] as const)[index % 4] ?? "In";
  const cidr = parseCidr(["10.0.0.4/31", "10.0.0.2/31", "10.0.0.0/27", "192.168.0.0/30", "10.0.0.5/32"][index % 5])?.cidr as Cidr;
  const peers: readonly Peer[] = [
    { kind: "pods", namespaces: "every", pods: rare(operator), origin: noOrigin },
    { kind: "pods", namespaces: rare(operator), pods: "every", origin: noOrigin },
    { kind: "ipBlock", cidr, except: [], origin: noOrigin },
  ];
  const direction = index % 2 === 0 ? "ingress" : "egress";
  const rule: Rule = {
    direction,
    policy: policy.name,
    peers: [peers[index % 3]],
    ports: index % 7 === 0 ? [{ protocol: "TCP", port: { name: "rare" }, origin: noOrigin }] : "any",
    origin: noOrigin,
  };
  return { ...policy, [direction]: [...(policy[direction] ?? []), rule], ...(index % 5 === 0 ? { subject: rare(operator) } : {}) };
}
