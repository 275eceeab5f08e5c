import * as fc from "fast-check";

/**
 * Random clusters full of what Contrail trips over: keys with `/`, in upper case, `namespace` and `application`, labels that pods and
 * namespaces share, names that become one, excepts, NotIn, ports by name and by range. Some policies change from one state to the next.
 */
export interface DrawnCluster {
  readonly namespaces: readonly DrawnObject[];
  readonly pods: readonly DrawnPod[];
  readonly policies: readonly DrawnPolicy[];
}

export interface DrawnObject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface DrawnPod extends DrawnObject {
  readonly namespace: string;
  /** A pod that was just created has none. */
  readonly address: string | undefined;
}

export interface DrawnPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

const spaces = ["a", "b", "a-b"];
const keys = ["app", "tier", "team", "x.io/k"];
const traps = ["App", "namespace", "application", "kubernetes.io/metadata.name"];
const values = ["v1", "v2", "a"];

const key = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: fc.constantFrom(...traps) });
const value = fc.constantFrom(...values);

const labels = fc.dictionary(key, value, { maxKeys: 2, noNullPrototype: true });

const expression = fc.oneof(
  fc.record({ key, operator: fc.constantFrom("In", "NotIn"), values: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }) }),
  fc.record({ key, operator: fc.constantFrom("Exists", "DoesNotExist") }),
);

const selector = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: fc.record({ matchLabels: labels }) },
  { weight: 2, arbitrary: fc.record({ matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }) }) },
);

/** Around 10.47.0.0/29, where the pods live; host bits and two spellings of one network are among them. */
const block = fc.constantFrom(
  { cidr: "10.47.0.0/24" },
  { cidr: "10.47.0.1/29" },
  { cidr: "10.47.0.0/29", except: ["10.47.0.0/30"] },
  { cidr: "0.0.0.0/0", except: ["10.47.0.0/16", "192.0.2.0/25"] },
  { cidr: "192.0.2.0/24" },
  { cidr: "192.0.2.0/24", except: ["192.0.2.64/26"] },
);
const block6 = fc.constantFrom({ cidr: "fd00::/64" });

const peer = fc.oneof(
  { weight: 4, arbitrary: fc.record({ podSelector: selector }) },
  { weight: 4, arbitrary: fc.record({ namespaceSelector: selector }) },
  { weight: 4, arbitrary: fc.record({ podSelector: selector, namespaceSelector: selector }) },
  { weight: 4, arbitrary: fc.record({ ipBlock: block }) },
  { weight: 1, arbitrary: fc.record({ ipBlock: block6 }) },
);

const numberedPort = fc.oneof(
  fc.record({ protocol: fc.constantFrom("TCP", "UDP", "SCTP") }),
  fc.record({ protocol: fc.constantFrom("TCP", "UDP", "SCTP"), port: fc.constantFrom(80, 81) }),
  fc.constantFrom({ protocol: "TCP", port: 80, endPort: 90 }, { port: 80 }),
);
const port = fc.oneof({ weight: 9, arbitrary: numberedPort }, { weight: 1, arbitrary: fc.constant({ port: "http" }) });

const rule = (side: "from" | "to"): fc.Arbitrary<object> =>
  fc
    .record({ peers: fc.array(peer, { maxLength: 3 }), ports: fc.option(fc.array(port, { minLength: 1, maxLength: 2 })) })
    .map(({ peers, ports }) => ({ ...(peers.length === 0 ? {} : { [side]: peers }), ...(ports === null ? {} : { ports }) }));

const spec = fc.record({
  podSelector: selector,
  policyTypes: fc.constantFrom(["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Egress", "Ingress"]),
  ingress: fc.array(rule("from"), { maxLength: 2 }),
  egress: fc.array(rule("to"), { maxLength: 2 }),
});

const policies = fc.uniqueArray(fc.record({ namespace: fc.constantFrom(...spaces), name: fc.constantFrom("c", "b-c", "p"), spec }), {
  maxLength: 4,
  selector: ({ namespace, name }) => `${namespace}/${name}`,
});

const pods = fc
  .uniqueArray(
    fc.record({
      namespace: fc.constantFrom(...spaces),
      name: fc.constantFrom("pod1", "pod2"),
      labels,
      isNew: fc.integer({ max: 7, min: 0 }).map((n) => n === 0),
    }),
    {
      minLength: 2,
      maxLength: 5,
      selector: ({ namespace, name }) => `${namespace}/${name}`,
    },
  )
  .map((drawn) =>
    drawn.map(({ isNew, ...pod }) => {
      const last = 1 + spaces.indexOf(pod.namespace) * 2 + (pod.name === "pod1" ? 0 : 1);
      return { ...pod, address: isNew ? undefined : `10.47.0.${last}` };
    }),
  );

const namespaces = fc.tuple(labels, labels, labels).map((drawn) => spaces.map((name, i) => ({ name, labels: drawn[i] ?? {} })));

export const drawnCluster: fc.Arbitrary<DrawnCluster> = fc.record({ namespaces, pods, policies });

/** Policies of matchLabels and blocks alone, on keys that nothing else uses: what the closed form of spec section 0 speaks of. */
const plain = fc.record({
  matchLabels: fc.dictionary(fc.constantFrom("app", "tier"), value, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
});
const plainSpace = fc.record({
  matchLabels: fc.dictionary(fc.constantFrom("team", "env"), value, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
});
const plainPeer = fc.oneof(
  fc.record({ podSelector: fc.oneof(plain, fc.constant({})) }),
  fc.record({ namespaceSelector: plainSpace }),
  fc.record({ podSelector: plain, namespaceSelector: fc.oneof(plainSpace, fc.constant({})) }),
  fc.record({
    ipBlock: fc.constantFrom({ cidr: "10.47.0.0/30" }, { cidr: "0.0.0.0/0" }, { cidr: "192.0.2.0/24" }, { cidr: "10.47.0.3/32" }),
  }),
);
const plainPort = fc.constantFrom({ protocol: "TCP", port: 80 }, { protocol: "UDP", port: 53 }, { protocol: "SCTP" }, { protocol: "TCP" });
const plainRule = (side: "from" | "to"): fc.Arbitrary<object> =>
  fc
    .record({ peers: fc.array(plainPeer, { maxLength: 3 }), ports: fc.option(fc.array(plainPort, { minLength: 1, maxLength: 2 })) })
    .map(({ peers, ports }) => ({ ...(peers.length === 0 ? {} : { [side]: peers }), ...(ports === null ? {} : { ports }) }));
const plainSpec = fc.record({
  podSelector: fc.oneof(plain, fc.constant({})),
  policyTypes: fc.constantFrom(["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Egress", "Ingress"]),
  ingress: fc.array(plainRule("from"), { maxLength: 2 }),
  // Two egress rules overwrite each other (D38).
  egress: fc.array(plainRule("to"), { maxLength: 1 }),
});

export const plainCluster: fc.Arbitrary<DrawnCluster> = fc
  .record({
    spaces: fc.array(fc.dictionary(fc.constantFrom("team", "env"), value, { maxKeys: 2, noNullPrototype: true }), {
      minLength: 3,
      maxLength: 3,
    }),
    podLabels: fc.array(fc.dictionary(fc.constantFrom("app", "tier"), value, { maxKeys: 2, noNullPrototype: true }), {
      minLength: 6,
      maxLength: 6,
    }),
    specs: fc.array(fc.record({ namespace: fc.constantFrom("x", "y", "z"), spec: plainSpec }), { maxLength: 5 }),
  })
  .map(({ spaces: drawn, podLabels, specs }) => ({
    namespaces: ["x", "y", "z"].map((name, i) => ({ name, labels: drawn[i] ?? {} })),
    pods: podLabels.map((own, i) => ({
      namespace: ["x", "y", "z"][i % 3] ?? "",
      name: `pod${i}`,
      labels: own,
      address: `10.47.0.${i + 1}`,
    })),
    policies: specs.map((own, i) => ({ ...own, name: `p${i}` })),
  }));

export function manifestsOf(cluster: DrawnCluster): string {
  const named = [{ name: "main", ports: [{ name: "http", containerPort: 80 }] }];
  return JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      ...cluster.namespaces.map(({ name, labels: own }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: own } })),
      ...cluster.pods.map(({ namespace, name, labels: own, address }) => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { namespace, name, labels: own },
        spec: { nodeName: "node-1", containers: named },
        ...(address === undefined ? {} : { status: { podIP: address, podIPs: [{ ip: address }] } }),
      })),
      ...cluster.policies.map(({ namespace, name, spec: own }) => ({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { namespace, name },
        spec: own,
      })),
    ],
  });
}
