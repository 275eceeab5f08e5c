import fc from "fast-check";

/**
 * Random clusters as raw Kubernetes objects, drawn from the boundaries: few labels, values and ports, so that selectors match
 * sometimes, blocks that nest around the pods' addresses, and every trap of the API (absent, null and empty lists, NotIn on a
 * missing key, equal names in two namespaces, host network, several nodes, both families, templates without addresses).
 */
export interface RawCluster {
  readonly namespaces: readonly RawNamespace[];
  readonly nodes: readonly RawNode[];
  readonly pods: readonly RawPod[];
  readonly policies: readonly RawPolicy[];
  readonly clusterPolicies: readonly RawClusterPolicy[];
}

export interface RawNamespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface RawNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
}

export interface RawPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number; readonly protocol: string }[];
  readonly hostNetwork: boolean;
  readonly nodeName: string | undefined;
}

export interface RawSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[] | null;
}

export interface RawPeer {
  readonly podSelector?: RawSelector;
  readonly namespaceSelector?: RawSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface RawPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface RawRule {
  readonly from?: readonly RawPeer[] | null;
  readonly to?: readonly RawPeer[] | null;
  readonly ports?: readonly RawPort[] | null;
}

export interface RawPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: {
    readonly podSelector?: RawSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly RawRule[] | null;
    readonly egress?: readonly RawRule[] | null;
  };
}

/** A ClusterNetworkPolicy. */
export interface RawClusterPolicy {
  readonly name: string;
  readonly spec: {
    readonly tier: "Admin" | "Baseline";
    readonly priority: number;
    readonly subject: RawTierPods;
    readonly ingress?: readonly RawTierRule[];
    readonly egress?: readonly RawTierRule[];
  };
}

export type RawTierPods =
  | { readonly namespaces: RawSelector }
  | { readonly pods: { readonly namespaceSelector?: RawSelector; readonly podSelector: RawSelector } };

export type RawTierPeer =
  | RawTierPods
  | { readonly networks: readonly string[] }
  | { readonly nodes: RawSelector }
  | { readonly domainNames: readonly string[] };

export interface RawTierRule {
  readonly name?: string;
  readonly action: "Accept" | "Deny" | "Pass";
  readonly from?: readonly RawTierPeer[];
  readonly to?: readonly RawTierPeer[];
  readonly protocols?: readonly RawTierProtocol[];
}

export type RawTierProtocol = {
  readonly [protocol in "tcp" | "udp" | "sctp"]?: {
    readonly destinationPort: { readonly number: number } | { readonly range: { readonly start: number; readonly end: number } };
  };
} & {
  readonly destinationNamedPort?: string;
};

const keys = ["app", "tier", "constructor"];
const values = ["a", "b", ""];
const protocols = ["TCP", "UDP", "SCTP"];
const portNames = ["http", "dns"];
export const portNumbers = [1, 79, 80, 81, 90, 91, 65535];

const labels = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), { maxKeys: 2, noNullPrototype: true });

const expression = fc.oneof(
  fc.record({
    key: fc.constantFrom(...keys),
    operator: fc.constantFrom("In", "NotIn"),
    values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key: fc.constantFrom(...keys), operator: fc.constantFrom("Exists", "DoesNotExist") }),
);

const selector: fc.Arbitrary<RawSelector> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.record({ matchLabels: labels }) },
  { weight: 2, arbitrary: fc.record({ matchExpressions: fc.array(expression, { maxLength: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ matchLabels: fc.option(labels), matchExpressions: fc.option(fc.array(expression, { maxLength: 1 })) }),
  },
);

const namespaceSelector: fc.Arbitrary<RawSelector> = fc.oneof(
  selector,
  fc.constantFrom("x", "y").map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
);

/** Blocks around 10.0.0.0/29 and fd00::/125, where all pods live; excepts are strictly inside. */
const block4 = fc.constantFrom(
  { cidr: "10.0.0.0/30", except: ["10.0.0.2/32"] },
  { cidr: "10.0.0.0/29", except: ["10.0.0.0/30", "10.0.0.6/31"] },
  { cidr: "10.0.0.1/32" },
  { cidr: "10.0.0.3/29" },
  { cidr: "0.0.0.0/0" },
  { cidr: "0.0.0.0/0", except: ["10.0.0.0/29"] },
  { cidr: "192.168.0.0/24", except: ["192.168.0.2/32"] },
  { cidr: "203.0.113.0/24" },
);
const block6 = fc.constantFrom({ cidr: "fd00::/126", except: ["fd00::2/128"] }, { cidr: "::/0" }, { cidr: "fd00::1/128" });

const peer: fc.Arbitrary<RawPeer> = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector: selector, namespaceSelector }),
  fc.oneof({ weight: 3, arbitrary: block4 }, { weight: 1, arbitrary: block6 }).map((ipBlock) => ({ ipBlock })),
);

const port: fc.Arbitrary<RawPort> = fc.oneof(
  fc.constant({}),
  fc.record({ protocol: fc.constantFrom(...protocols) }),
  fc.record({ protocol: fc.constantFrom(...protocols), port: fc.constantFrom<number | string>(...portNumbers, ...portNames) }),
  fc.record({ port: fc.constantFrom<number | string>(80, "http") }),
  fc.constantFrom({ port: 80, endPort: 90 }, { protocol: "UDP", port: 80, endPort: 80 }, { port: 1, endPort: 65535 }),
);

const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<readonly T[] | null | undefined> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 4, arbitrary: fc.array(item, { maxLength: 2 }) },
  );

const rule = (side: "from" | "to"): fc.Arbitrary<RawRule> =>
  fc
    .tuple(list(peer), list(port))
    .map(([peers, ports]) => ({ ...(peers === undefined ? {} : { [side]: peers }), ...(ports === undefined ? {} : { ports }) }));

const policy = fc
  .record({
    namespace: fc.constantFrom("x", "y", "z"),
    podSelector: fc.option(selector, { nil: undefined }),
    policyTypes: fc.constantFrom(undefined, [], ["Ingress"], ["Egress"], ["Ingress", "Egress"]),
    ingress: list(rule("from")),
    egress: list(rule("to")),
  })
  .map(({ namespace, ...spec }) => ({
    namespace,
    spec: Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)),
  }));

const tierPods: fc.Arbitrary<RawTierPods> = fc.oneof(
  fc.record({ namespaces: namespaceSelector }),
  fc.record({ pods: fc.record({ podSelector: selector }) }),
  fc.record({ pods: fc.record({ namespaceSelector, podSelector: selector }) }),
);

const tierPeer = (side: "from" | "to"): fc.Arbitrary<RawTierPeer> =>
  side === "from"
    ? tierPods
    : fc.oneof(
        { weight: 4, arbitrary: tierPods },
        {
          weight: 2,
          arbitrary: fc
            .uniqueArray(fc.constantFrom("10.0.0.0/30", "0.0.0.0/0", "192.168.0.1/32", "fd00::/126", "203.0.113.0/24"), {
              minLength: 1,
              maxLength: 2,
            })
            .map((networks) => ({ networks })),
        },
        { weight: 1, arbitrary: fc.record({ nodes: fc.constantFrom({}, { matchLabels: { role: "edge" } }) }) },
        { weight: 1, arbitrary: fc.constant({ domainNames: ["example.org"] }) },
      );

const tierProtocol: fc.Arbitrary<RawTierProtocol> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("tcp", "udp", "sctp"),
      fc.oneof(
        fc.constantFrom(80, 81, 90).map((number) => ({ number })),
        fc.constantFrom({ range: { start: 80, end: 90 } }, { range: { start: 1, end: 65535 } }),
      ),
    )
    .map(([protocol, destinationPort]) => ({ [protocol]: { destinationPort } })),
  fc.constantFrom(...portNames).map((destinationNamedPort) => ({ destinationNamedPort })),
);

/** Named ports go only with peers that are pods (semantics 4.2). */
const tierRule = (side: "from" | "to"): fc.Arbitrary<RawTierRule> =>
  fc
    .record({
      action: fc.constantFrom<"Accept" | "Deny" | "Pass">("Accept", "Deny", "Pass"),
      peers: fc.array(tierPeer(side), { minLength: 1, maxLength: 2 }),
      protocols: fc.option(fc.array(tierProtocol, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    })
    .map(({ action, peers, protocols: ports }) => {
      const podsOnly = peers.every((one) => "namespaces" in one || "pods" in one);
      const allowed = ports?.filter((one) => podsOnly || one.destinationNamedPort === undefined);
      return { action, [side]: peers, ...(allowed === undefined || allowed.length === 0 ? {} : { protocols: allowed }) };
    });

const clusterPolicy = fc.record({
  tier: fc.constantFrom<"Admin" | "Baseline">("Admin", "Admin", "Baseline"),
  priority: fc.constantFrom(0, 1, 1, 1000),
  subject: tierPods,
  ingress: fc.array(tierRule("from"), { maxLength: 2 }),
  egress: fc.array(tierRule("to"), { maxLength: 2 }),
});

const namedPorts = fc.uniqueArray(
  fc.record({ name: fc.constantFrom(...portNames), containerPort: fc.constantFrom(80, 81), protocol: fc.constantFrom("TCP", "UDP") }),
  { maxLength: 2, selector: ({ name }) => name },
);

const pod = fc.record({
  namespace: fc.constantFrom("x", "y", "z"),
  labels,
  ports: namedPorts,
  families: fc.constantFrom<"4" | "6" | "46" | "none">("4", "4", "4", "46", "6", "none"),
  hostNetwork: fc.constantFrom(false, false, false, false, true),
  nodeName: fc.constantFrom(undefined, "n1", "n2"),
});

const nodes: readonly RawNode[] = [
  { name: "n1", labels: { role: "edge" }, addresses: ["192.168.0.1"] },
  { name: "n2", labels: {}, addresses: ["192.168.0.2", "fd00:1::2"] },
];

const cluster: fc.Arbitrary<RawCluster> = fc
  .record({
    spaces: fc.record({ x: labels, y: labels, z: labels }),
    pods: fc.array(pod, { minLength: 1, maxLength: 6 }),
    policies: fc.array(policy, { maxLength: 4 }),
    clusterPolicies: fc.oneof(
      { weight: 1, arbitrary: fc.array(clusterPolicy, { maxLength: 0 }) },
      { weight: 2, arbitrary: fc.array(clusterPolicy, { maxLength: 3 }) },
    ),
    withNodes: fc.boolean(),
  })
  .map(({ spaces, pods, policies, clusterPolicies, withNodes }) => ({
    namespaces: Object.entries(spaces).map(([name, own]) => ({ name, labels: { ...own, "kubernetes.io/metadata.name": name } })),
    nodes: withNodes ? nodes : [],
    pods: pods.map(({ families, ...own }, i) => rawPod(own, families, i, withNodes)),
    policies: policies.map((own, i) => ({ name: `p${i}`, ...own })),
    clusterPolicies: clusterPolicies.map((spec, i) => ({ name: `c${i}`, spec })),
  }));

/** Pods of one name in one namespace would be one object; the generator may draw them, so only the first stays. */
export const distinctCluster: fc.Arbitrary<RawCluster> = cluster.map((raw) => {
  const names = new Set<string>();
  const pods = raw.pods.filter(({ namespace, name }) => {
    const full = `${namespace}/${name}`;
    if (names.has(full)) return false;
    names.add(full);
    return true;
  });
  return { ...raw, pods };
});

function rawPod(own: Omit<RawPod, "name" | "addresses">, families: "4" | "6" | "46" | "none", i: number, withNodes: boolean): RawPod {
  // Without Node objects, or on a node that the pod does not name, nobody knows a host-network pod's address.
  const host = own.hostNetwork;
  const nodeName = withNodes ? own.nodeName : undefined;
  const assigned = [...(families.includes("4") ? [`10.0.0.${i}`] : []), ...(families.includes("6") ? [`fd00::${i}`] : [])];
  const addresses = host ? (nodes.find(({ name }) => name === nodeName)?.addresses ?? []) : families === "none" ? [] : assigned;
  return { ...own, nodeName, hostNetwork: host, name: `pod${i % 4}`.concat(i >= 4 ? "b" : ""), addresses };
}

/** The objects as a `kubectl get -o json` list would hold them. */
export function manifestsOf({ namespaces, nodes: machines, pods, policies, clusterPolicies }: RawCluster): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      ...namespaces.map(({ name, labels: own }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: own } })),
      ...machines.map(({ name, labels: own, addresses }) => ({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name, labels: own },
        status: { addresses: addresses.map((address) => ({ type: "InternalIP", address })) },
      })),
      ...pods.map(({ namespace, name, labels: own, addresses, ports, hostNetwork, nodeName }) => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { namespace, name, labels: own },
        spec: {
          ...(hostNetwork ? { hostNetwork } : {}),
          ...(nodeName === undefined ? {} : { nodeName }),
          containers: [{ name: "c", ports }],
        },
        ...(addresses.length === 0 ? {} : { status: { phase: "Running", podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) } }),
      })),
      ...policies.map(({ namespace, name, spec }) => ({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { namespace, name },
        spec,
      })),
      ...clusterPolicies.map(({ name, spec }) => ({
        apiVersion: "policy.networking.k8s.io/v1alpha2",
        kind: "ClusterNetworkPolicy",
        metadata: { name },
        spec,
      })),
    ],
  });
}
