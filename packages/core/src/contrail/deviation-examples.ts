import type { Protocol } from "../net/ports.ts";

/** A small cluster and one flow that Kubernetes and Contrail judge differently. */
export interface Example {
  /** The manifests of the cluster before the change, for deviations that come of one. */
  readonly before: string | undefined;
  readonly manifests: string;
  /** `namespace/pod`, or `ip:ADDRESS`. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly kubernetes: "allow" | "deny";
  readonly contrail: "allow" | "deny";
}

const namespace = (name: string, labels = ""): string => `---
{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {${labels}}}}
`;

const pod = (space: string, name: string, address: string, labels = `app: ${name}`): string => `---
apiVersion: v1
kind: Pod
metadata: {namespace: ${space}, name: ${name}, labels: {${labels}}}
spec: {nodeName: node-1, containers: [{name: main, ports: [{name: http, containerPort: 80}]}]}
status: {podIP: ${address}, podIPs: [{ip: ${address}}]}
`;

const policy = (space: string, name: string, spec: string): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: ${space}, name: ${name}}
spec: {${spec}}
`;

const [web, api, cli] = [pod("a", "web", "10.47.0.1"), pod("a", "api", "10.47.0.2", "app: api, tier: mid"), pod("a", "cli", "10.47.0.3")];
const others = namespace("b", "team: blue") + pod("b", "web", "10.47.1.1") + pod("b", "job", "10.47.1.2", "app: job, tier: mid");

/** Two namespaces: web, api and cli in one, web and job in the other. Most examples stand in it. */
const lab = namespace("a", "team: red") + web + api + cli + others;

/** Keys as Helm charts write them. */
const prefixed =
  namespace("a") +
  pod("a", "web", "10.47.0.1", "app.kubernetes.io/name: web") +
  pod("a", "cli", "10.47.0.3", "app.kubernetes.io/name: cli");

const toWeb = "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]";
const fromCli = "podSelector: {matchLabels: {app: cli}}, policyTypes: [Egress]";
const outside = "ip:192.0.2.70";

/** Who may reach a/web: one policy with these peers. */
const peers = (list: string, cluster = lab): string => cluster + policy("a", "p", `${toWeb}, ingress: [{from: [${list}]}]`);

const namespaces = (expressions: string): string => `{namespaceSelector: {matchExpressions: [${expressions}]}}`;
const pods = (selector: string): string => `{podSelector: {${selector}}}`;

interface Asked {
  readonly before?: string;
  readonly port?: number;
  readonly protocol?: Protocol;
}

const opens = (manifests: string, from: string, to: string, asked: Asked = {}): Example => example(manifests, from, to, "allow", asked);
const closes = (manifests: string, from: string, to: string, asked: Asked = {}): Example => example(manifests, from, to, "deny", asked);

function example(
  manifests: string,
  from: string,
  to: string,
  contrail: Example["contrail"],
  { before, port = 80, protocol = "TCP" }: Asked,
): Example {
  return { before, manifests, from, to, port, protocol, kubernetes: contrail === "allow" ? "deny" : "allow", contrail };
}

/** By the number of the deviation. `opens` and `closes` say what Contrail does where Kubernetes does the opposite. */
export const examples: Readonly<Record<string, Example>> = {
  D1: opens(
    lab +
      policy("a", "out", `${fromCli}, egress: [{to: [${pods("matchLabels: {app: web}")}]}]`) +
      policy("a", "in", `${toWeb}, ingress: []`),
    "a/cli",
    "a/web",
  ),
  D2: opens(
    lab +
      policy("a", "in", `${toWeb}, ingress: [{from: [${pods("matchLabels: {app: cli}")}]}]`) +
      policy("a", "out", `${fromCli}, egress: []`),
    "a/cli",
    "a/web",
  ),
  D3: opens(
    lab +
      policy("b", "open", "podSelector: {}, policyTypes: [Egress], egress: [{}]") +
      policy("a", "closed", "podSelector: {}, policyTypes: [Ingress], ingress: []"),
    "b/job",
    "a/web",
  ),
  D4: opens(
    lab + policy("a", "out", `${fromCli}, egress: [{to: [{ipBlock: {cidr: 10.47.0.1/32}}]}]`) + policy("a", "in", `${toWeb}, ingress: []`),
    "a/cli",
    "a/web",
  ),
  D5: opens(
    lab +
      policy("a", "default-deny", "podSelector: {}, policyTypes: [Ingress, Egress]") +
      policy("a", "in", `${toWeb}, ingress: [{from: [${pods("matchLabels: {app: cli}")}]}]`),
    "a/cli",
    "a/web",
  ),
  D6: opens(
    lab +
      policy("a", "out", `${fromCli}, egress: [{to: [${pods("matchLabels: {app: web}")}], ports: [{protocol: TCP, port: 80}]}]`) +
      policy("a", "in", `${toWeb}, ingress: [{from: [${pods("matchLabels: {app: cli}")}], ports: [{protocol: TCP, port: 443}]}]`),
    "a/cli",
    "a/web",
  ),
  D7: closes(
    lab +
      policy("a", "most", `${toWeb}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.64/26]}}]}]`) +
      policy("a", "rest", `${toWeb}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.64/26}}]}]`),
    outside,
    "a/web",
  ),
  D8: closes(peers(`{ipBlock: {cidr: 10.47.0.0/16, except: [10.47.0.0/24]}}, ${pods("matchLabels: {app: cli}")}`), "a/cli", "a/web"),
  D9: closes(
    lab +
      policy(
        "a",
        "p",
        `${fromCli}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, ${pods("matchLabels: {app: web}")}]}]`,
      ),
    "a/cli",
    "a/web",
  ),
  D10: closes(
    lab +
      policy("a", "most", `${toWeb}, ingress: [{from: [${namespaces("{key: team, operator: NotIn, values: [blue]}")}]}]`) +
      policy("a", "rest", `${toWeb}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}]}]`),
    "b/job",
    "a/web",
  ),
  D11: closes(
    lab +
      policy("a", "p", "podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}, policyTypes: [Ingress], ingress: []"),
    "a/web",
    "a/api",
  ),
  D12: opens(
    prefixed + policy("a", "p", 'podSelector: {matchLabels: {"app.kubernetes.io/name": web}}, policyTypes: [Ingress], ingress: []'),
    "a/cli",
    "a/web",
  ),
  D13: opens(
    namespace("a") +
      pod("a", "web", "10.47.0.1", "App: web") +
      cli +
      policy("a", "p", "podSelector: {matchLabels: {App: web}}, policyTypes: [Ingress], ingress: []"),
    "a/cli",
    "a/web",
  ),
  D14: closes(peers(pods("matchExpressions: [{key: app, operator: In, values: [cli, api]}]")), "a/cli", "a/web"),
  D15: opens(peers(pods("matchExpressions: [{key: app, operator: NotIn, values: [cli]}]")), "a/cli", "a/web"),
  D16: opens(peers(pods("matchExpressions: [{key: tier, operator: Exists}]")), "a/cli", "a/web"),
  D17: opens(peers(pods("matchLabels: {tier: mid}, matchExpressions: [{key: app, operator: In, values: [cli]}]")), "a/cli", "a/web"),
  D18: opens(peers(pods("matchLabels: {app: cli}, matchExpressions: [{key: tier, operator: Exists}]")), "a/cli", "a/web"),
  D19: opens(peers("{namespaceSelector: {}}"), outside, "a/web"),
  D20: closes(peers("{namespaceSelector: {}}, {ipBlock: {cidr: 192.0.2.0/24}}"), "b/job", "a/web"),
  D21: opens(peers(namespaces("{key: team, operator: NotIn, values: [blue]}")), outside, "a/web"),
  D22: opens(peers(namespaces("{key: team, operator: NotIn, values: [red, blue]}")), "a/cli", "a/web"),
  D23: opens(peers(namespaces("{key: team, operator: NotIn, values: [blue]}, {key: env, operator: In, values: [prod]}")), "a/cli", "a/web"),
  D24: closes(
    peers(
      namespaces("{key: env, operator: In, values: [prod]}, {key: team, operator: NotIn, values: [blue]}"),
      lab + namespace("c", "env: prod") + pod("c", "x", "10.47.2.1"),
    ),
    "c/x",
    "a/web",
  ),
  D25: opens(
    peers(
      "{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [blue]}]}, podSelector: {matchLabels: {app: cli}}}",
    ),
    "a/api",
    "a/web",
  ),
  D26: closes(peers("{namespaceSelector: {matchLabels: {team: blue}}, podSelector: {}}"), "b/job", "a/web"),
  D27: closes(peers("{namespaceSelector: {}, podSelector: {}}"), "b/job", "a/web"),
  D28: closes(
    peers(
      "{namespaceSelector: {matchLabels: {env: prod}}, podSelector: {matchLabels: {env: test}}}",
      lab + namespace("c", "env: prod") + pod("c", "x", "10.47.2.1", "app: x, env: test"),
    ),
    "c/x",
    "a/web",
  ),
  D29: closes(peers(namespaces("{key: kubernetes.io/metadata.name, operator: In, values: [b]}")), "b/job", "a/web"),
  D30: opens(peers(pods("matchLabels: {App: cli}")), "a/api", "a/web"),
  D31: opens(peers('{ipBlock: {cidr: 192.0.2.0/24}}, {ipBlock: {cidr: "fd00:1::/64"}}'), "a/cli", "a/web"),
  D32: opens(
    lab + policy("a", "p", `${toWeb}, ingress: [{from: [${pods("matchLabels: {app: cli}")}], ports: [{port: http}]}]`),
    "a/api",
    "a/web",
  ),
  D33: closes(
    lab + policy("a", "p", `${toWeb}, ingress: [{from: [${pods("matchLabels: {app: cli}")}], ports: [{port: 80, endPort: 90}]}]`),
    "a/cli",
    "a/web",
    { port: 85 },
  ),
  D34: closes(
    lab + policy("a", "p", `${toWeb}, ingress: [{from: [${pods("matchLabels: {app: cli}")}], ports: [{protocol: SCTP, port: 80}]}]`),
    "a/cli",
    "a/web",
    { protocol: "SCTP" },
  ),
  D38: closes(
    lab +
      policy(
        "a",
        "p",
        `${fromCli}, egress: [{to: [${pods("matchLabels: {app: web}")}], ports: [{port: 80}]}, {to: [${pods("matchLabels: {app: api}")}], ports: [{port: 443}]}]`,
      ),
    "a/cli",
    "a/web",
  ),
  D39: closes(
    namespace("a") +
      pod("a", "x", "10.47.0.1") +
      pod("a", "z", "10.47.0.2") +
      namespace("a-b") +
      pod("a-b", "y", "10.47.1.1") +
      policy(
        "a",
        "b-c",
        `podSelector: {matchLabels: {app: x}}, policyTypes: [Ingress], ingress: [{from: [${pods("matchLabels: {app: z}")}]}]`,
      ) +
      policy(
        "a-b",
        "c",
        `podSelector: {matchLabels: {app: y}}, policyTypes: [Ingress], ingress: [{from: [${pods("matchLabels: {app: w}")}]}]`,
      ),
    "a/z",
    "a/x",
  ),
  D40: opens(namespace("a", "app: platform") + web + cli + policy("a", "p", `${toWeb}, ingress: []`), "a/cli", "a/web"),
  D41: opens(
    peers("{namespaceSelector: {matchLabels: {team: blue}}}", lab + namespace("c") + pod("c", "faker", "10.47.2.1", "team: blue")),
    "c/faker",
    "a/web",
  ),
  D42: closes(
    namespace("a", "env: prod") +
      web +
      cli +
      policy("a", "p", "podSelector: {matchLabels: {env: prod}}, policyTypes: [Ingress], ingress: []"),
    "a/cli",
    "a/web",
  ),
  D43: closes(
    namespace("a") +
      pod("a", "web", "10.47.0.1", "app: web, namespace: frontend") +
      api +
      cli +
      policy("a", "p", "podSelector: {matchLabels: {namespace: frontend}}, policyTypes: [Ingress], ingress: []"),
    "a/cli",
    "a/api",
  ),
  D44: opens(
    namespace("a") +
      pod("a", "web", "10.47.0.1", "app: web, application: shop") +
      pod("a", "peer", "10.47.0.4", "app: peer, application: shop") +
      policy("a", "p", `${toWeb}, ingress: []`),
    "a/peer",
    "a/web",
  ),
  D45: opens(
    namespace("a") + pod("a", "web", "10.47.0.1", "app: web, App: other") + cli + policy("a", "p", `${toWeb}, ingress: []`),
    "a/cli",
    "a/web",
  ),
  D46: opens(
    namespace("a") +
      web +
      pod("a", "api", "10.47.0.2", "app: api") +
      policy("a", "p", `${toWeb}, ingress: [{from: [${pods("matchLabels: {tier: mid}")}]}]`),
    "a/api",
    "a/web",
    { before: namespace("a") + web + api + policy("a", "p", `${toWeb}, ingress: [{from: [${pods("matchLabels: {tier: mid}")}]}]`) },
  ),
  D47: closes(lab + policy("a", "p", `${toWeb}, ingress: []`), "a/web", "a/api", {
    before: lab + policy("a", "p", "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress], ingress: [], egress: []"),
  }),
  D48: closes(
    lab +
      policy(
        "a",
        "p",
        `podSelector: {matchLabels: {app: cli}}, policyTypes: [Ingress], ingress: [{from: [${pods("matchLabels: {app: web}")}], ports: [{port: http}]}]`,
      ),
    "a/web",
    "a/cli",
    { before: lab + policy("a", "p", `${toWeb}, ingress: [{from: [${pods("matchLabels: {app: api}")}]}]`) },
  ),
  D50: closes(
    `---
{apiVersion: v1, kind: Node, metadata: {name: node-1}, status: {addresses: [{type: InternalIP, address: 10.169.25.30}]}}
` +
      lab +
      policy("a", "p", `${toWeb}, ingress: []`),
    "ip:10.169.25.30",
    "a/web",
  ),
  D57: opens(
    `---
{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: tenants},
 spec: {tier: Admin, priority: 10, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {matchLabels: {team: blue}}}]}]}}
${lab}`,
    "b/job",
    "a/web",
  ),
  D58: opens(peers(pods("matchExpressions: [{key: app, operator: NotIn, values: [cli]}]")), "a/cli", "a/web"),
  D59: opens(peers("{podSelector: {}}"), outside, "a/web"),
  D60: closes(peers("{namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: job}}}"), "b/job", "a/web"),
  D61: closes(
    prefixed +
      policy(
        "a",
        "p",
        'podSelector: {matchLabels: {}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {"app.kubernetes.io/name": cli}}}]}]',
      ),
    "a/cli",
    "a/web",
  ),
  D62: opens(
    lab + policy("a", "p", `${toWeb}, ingress: [{from: [${pods("matchLabels: {app: cli}")}], ports: [{protocol: SCTP}]}]`),
    "a/api",
    "a/web",
  ),
};
