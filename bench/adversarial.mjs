// Inputs that are hard on purpose, each at a size and at twice that size: a good algorithm takes about twice as long for the second.

/** @typedef {{ namespaces: object[], pods: object[], policies: object[] }} Cluster */
/** @typedef {{ about: string, size: number, make: (size: number) => Cluster }} Adversary */

/** The five shapes of Antrea's own scale test, and those that a table of classes has to fear. @type {Readonly<Record<string, Adversary>>} */
export const adversaries = {
  "small-namespaces": {
    about: "namespaces of 4 pods and 3 policies",
    size: 12_500,
    make: (size) =>
      cluster(
        range(size).map((i) => `ns-${i}`),
        (name) =>
          range(4).map((j) => ({ namespace: name, labels: { [`app-${1 + (j >> 1)}`]: "scale", role: j % 2 === 0 ? "client" : "server" } })),
        (name) => [
          policy(name, "clients", {
            podSelector: { matchLabels: { "app-1": "scale" } },
            policyTypes: ["Ingress"],
            ingress: [{ from: [{ podSelector: { matchLabels: { role: "client" } } }], ports: [tcp(80)] }],
          }),
          policy(name, "to-peers", {
            podSelector: { matchLabels: { "app-2": "scale" } },
            policyTypes: ["Egress"],
            egress: [{ to: [{ podSelector: { matchLabels: { "app-1": "scale" } } }] }],
          }),
          policy(name, "deny", { podSelector: {}, policyTypes: ["Ingress"] }),
        ],
      ),
  },
  "large-namespaces": {
    about: "namespaces of 1,000 pods and 101 policies that look at 100 keys",
    size: 50,
    make: (size) =>
      cluster(
        range(size).map((i) => `ns-${i}`),
        (name) => range(1_000).map((j) => ({ namespace: name, labels: { [`app-${j % 100}`]: "scale" } })),
        (name) => [
          policy(name, "deny", { podSelector: {}, policyTypes: ["Ingress"] }),
          ...range(100).map((j) =>
            policy(name, `app-${j}`, {
              podSelector: { matchLabels: { [`app-${j}`]: "scale" } },
              policyTypes: ["Ingress"],
              ingress: [{ from: [{ podSelector: { matchLabels: { [`app-${(j + 1) % 100}`]: "scale" } } }], ports: [tcp(80)] }],
            }),
          ),
        ],
      ),
  },
  "one-label": {
    about: "one namespace, as many policies as pods, all of one label",
    size: 5_000,
    make: (size) =>
      cluster(
        ["ns"],
        () => range(size).map(() => ({ namespace: "ns", labels: { app: "scale" } })),
        () =>
          range(size).map((i) =>
            policy("ns", `p-${i}`, {
              podSelector: { matchLabels: { app: "scale" } },
              policyTypes: ["Ingress"],
              ingress: [{ from: [{ podSelector: { matchLabels: { app: "scale" } } }], ports: [tcp(1 + (i % 60_000))] }],
            }),
          ),
      ),
  },
  "policy-per-pod": {
    about: "one namespace, one policy for each pod",
    size: 5_000,
    make: (size) =>
      cluster(
        ["ns"],
        () => range(size).map((i) => ({ namespace: "ns", labels: { id: `id-${i}` } })),
        () =>
          range(size).map((i) =>
            policy("ns", `p-${i}`, {
              podSelector: { matchLabels: { id: `id-${i}` } },
              policyTypes: ["Ingress"],
              ingress: [{ from: [{ podSelector: { matchLabels: { id: `id-${(7_919 * i + 1) % size}` } } }], ports: [tcp(80)] }],
            }),
          ),
      ),
  },
  "across-namespaces": {
    about: "1,000 namespaces, ten pods for each policy, which admits pods of another namespace",
    size: 5_000,
    make: (size) =>
      cluster(
        range(1_000).map((i) => `ns-${i}`),
        (name) => range(size / 100).map((j) => ({ namespace: name, labels: { app: `app-${j % 10}` } })),
        (name, i) =>
          range(size / 1_000).map((j) =>
            policy(name, `p-${j}`, {
              podSelector: { matchLabels: { app: `app-${j % 10}` } },
              policyTypes: ["Ingress"],
              ingress: [
                {
                  from: [
                    {
                      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `ns-${(7_919 * (10 * i + j) + 1) % 1_000}` } },
                      podSelector: { matchLabels: { app: `app-${(j + 3) % 10}` } },
                    },
                  ],
                  ports: [tcp(80)],
                },
              ],
            }),
          ),
      ),
  },
  // The generator's own: N connected pairs among N² of which nobody may look at each.
  "unique-peers": {
    about: "every pod with a label of its own, admitted by one policy from everywhere (ADV-N)",
    size: 10_000,
    make: (size) =>
      cluster(
        range(100).map((i) => `ns-${i}`),
        (_, i) =>
          range(size)
            .filter((n) => n % 100 === i)
            .map((n) => ({ namespace: `ns-${i}`, labels: { id: `id-${n}` } })),
        (_, i) =>
          range(size)
            .filter((n) => n % 100 === i)
            .map((n) =>
              policy(`ns-${i}`, `p-${n}`, {
                podSelector: { matchLabels: { id: `id-${n}` } },
                policyTypes: ["Ingress"],
                ingress: [
                  {
                    from: [{ namespaceSelector: {}, podSelector: { matchLabels: { id: `id-${(7_919 * n + 1) % size}` } } }],
                    ports: [tcp(80)],
                  },
                ],
              }),
            ),
      ),
  },
  "binomial-peers": {
    about: "policies that each admit and reach another set of namespaces, drawn like the coefficients of a binomial",
    size: 500,
    make: (size) => {
      const names = range(size).map((i) => `ns-${i}`);
      const random = numbers(7);
      const peers = () => ({
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: names.filter(() => random() < 0.1) }],
        },
      });
      return cluster(
        names,
        (name) => range(10).map((j) => ({ namespace: name, labels: { app: `app-${j % 5}` } })),
        (name) => [
          policy(name, "in", {
            podSelector: {},
            policyTypes: ["Ingress"],
            ingress: [{ from: [peers()], ports: [tcp(1_000 + Math.floor(random() * 50))] }],
          }),
          policy(name, "out", { podSelector: { matchLabels: { app: "app-1" } }, policyTypes: ["Egress"], egress: [{ to: [peers()] }] }),
        ],
      );
    },
  },
};

/** Cluster-wide policies for a generated cluster: rules about teams, environments and tiers in both directions. @param {number} count */
export function adminPolicies(count) {
  const random = numbers(11);
  const pick = (/** @type {readonly string[]} */ list) => list[Math.floor(random() * list.length)] ?? "";
  const spaces = () => ({
    matchLabels: random() < 0.5 ? { env: pick(["dev", "qa", "stage", "prod"]) } : { team: `team-${Math.floor(random() * 40)}` },
  });
  const pods = () => ({
    pods: { namespaceSelector: spaces(), podSelector: { matchLabels: { tier: pick(["frontend", "backend", "db", "cache", "queue"]) } } },
  });
  const peer = () => (random() < 0.5 ? { namespaces: spaces() } : pods());
  const rules = (/** @type {string} */ side) =>
    range(1 + Math.floor(random() * 5)).map(() => ({
      action: pick(["Accept", "Deny", "Pass"]),
      [side]: [peer()],
      ...(random() < 0.5 ? {} : { protocols: [{ tcp: { destinationPort: { number: 1_000 + Math.floor(random() * 9_000) } } }] }),
    }));
  return range(count).map((i) => ({
    apiVersion: "policy.networking.k8s.io/v1alpha2",
    kind: "ClusterNetworkPolicy",
    metadata: { name: `admin-${i}` },
    spec: { tier: i % 5 === 4 ? "Baseline" : "Admin", priority: i, subject: peer(), ingress: rules("from"), egress: rules("to") },
  }));
}

/** @param {readonly string[]} names @param {(name: string, i: number) => { namespace: string, labels: Record<string, string> }[]} podsOf @param {(name: string, i: number) => object[]} policiesOf @returns {Cluster} */
function cluster(names, podsOf, policiesOf) {
  let number = 0;
  return {
    namespaces: names.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: {} } })),
    pods: names.flatMap((name, i) =>
      podsOf(name, i).map(({ namespace, labels }) => {
        number++;
        const ip = `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
        return {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { namespace, name: `pod-${number}`, labels },
          spec: { containers: [{ name: "main" }] },
          status: { phase: "Running", podIP: ip, podIPs: [{ ip }] },
        };
      }),
    ),
    policies: names.flatMap((name, i) => policiesOf(name, i)),
  };
}

/** @param {string} namespace @param {string} name @param {object} spec */
function policy(namespace, name, spec) {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace, name }, spec };
}

/** @param {number} port */
function tcp(port) {
  return { protocol: "TCP", port };
}

/** @param {number} count */
function range(count) {
  return Array.from({ length: Math.floor(count) }, (_, i) => i);
}

/** A stream of numbers below 1 that is the same for the same seed. @param {number} seed */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) / 2 ** 23;
  };
}
