import type { Snapshot } from "../../src/model/cluster.ts";
import type { ClusterPolicy, TierRule } from "../../src/model/policy.ts";
import type { RuleTable } from "./clusters.ts";
import { adminPolicy, baselinePolicy, cluster, node, pod, policy, tierPolicy } from "./manifests.ts";

const every = "{ namespaces: {} }";
const team = (name: string): string => `{ namespaces: { matchLabels: { team: ${name} } } }`;
const pods = (namespace: string, app: string): string =>
  `{ pods: { namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${namespace} } }, podSelector: { matchLabels: { app: ${app} } } } }`;
const rule = (action: string, side: "from" | "to", peer: string, more = ""): string => `{ action: ${action}, ${side}: [${peer}]${more} }`;
const tcp = (number: number): string => `, protocols: [{ tcp: { destinationPort: { number: ${number} } } }]`;

/** The rules of cluster-wide policies (C1 to C11). */
export const tierTables: readonly RuleTable[] = [
  {
    rule: "C1",
    title:
      "the subject is pods by both labels; without a namespaceSelector pods of every namespace, peers likewise; a direction without rules is left alone",
    manifests:
      cluster +
      node("n1", "192.168.0.1") +
      pod("x", "host", "192.168.0.1", "app: host", ", hostNetwork: true, nodeName: n1") +
      tierPolicy("Admin", 1, "team", team("blue"), `ingress: [${rule("Deny", "from", every)}]`) +
      tierPolicy(
        "Admin",
        2,
        "everywhere",
        "{ pods: { podSelector: { matchLabels: { app: d } } } }",
        `ingress: [${rule("Deny", "from", team("blue"))}]`,
      ) +
      tierPolicy("Admin", 3, "both", pods("y", "a"), `egress: [${rule("Deny", "to", pods("y", "d"))}]`) +
      tierPolicy(
        "Admin",
        4,
        "peers",
        pods("x", "c"),
        `egress: [${rule("Deny", "to", "{ pods: { podSelector: { matchLabels: { app: a } } } }")}]`,
      ),
    rows: `
      y/a -> x/b     80/TCP  deny   rule-denies
      x/c -> y/a     80/TCP  deny   rule-denies
      x/b -> y/a     80/TCP  allow  not-isolated
      x/a -> y/d     80/TCP  deny   rule-denies
      y/a -> y/d     80/TCP  deny   rule-denies
      y/d -> y/a     80/TCP  allow  not-isolated
      y/d -> x/host  80/TCP  allow  host-network
      x/host -> y/d  80/TCP  allow  not-isolated`,
  },
  {
    rule: "C2",
    title: "what no rule matches falls through: nobody is isolated by a tier",
    manifests:
      cluster +
      tierPolicy("Admin", 1, "one-port", team("red"), `ingress: [${rule("Accept", "from", every, tcp(80))}]`) +
      tierPolicy("Baseline", 1, "one-peer", team("blue"), `ingress: [${rule("Deny", "from", pods("y", "a"))}]`) +
      policy("y", "closed", "{ podSelector: { matchLabels: { app: d } } }"),
    rows: `
      x/a -> y/a  80/TCP  allow  rule-allows
      x/a -> y/a  81/TCP  allow  not-isolated
      x/a -> y/d  80/TCP  allow  rule-allows
      x/a -> y/d  81/TCP  deny   no-rule-allows
      y/a -> x/a  80/TCP  deny   rule-denies
      y/d -> x/a  80/TCP  allow  not-isolated`,
  },
  {
    rule: "C3",
    title: "ascending priority, then the order of the rules; the first match decides",
    manifests:
      cluster +
      tierPolicy("Admin", 9, "late", team("blue"), `ingress: [${rule("Deny", "from", every)}]`) +
      tierPolicy(
        "Admin",
        0,
        "early",
        team("blue"),
        `ingress: [${rule("Accept", "from", every, tcp(80))}, ${rule("Deny", "from", every, tcp(80))}, ${rule("Deny", "from", every, tcp(81))}, ${rule("Accept", "from", every, tcp(81))}]`,
      ) +
      adminPolicy(
        5,
        "middle",
        team("blue"),
        "ingress: [{ action: Allow, from: [{ namespaces: {} }], ports: [{ portNumber: { port: 81 } }, { portNumber: { port: 82 } }] }]",
      ),
    rows: `
      y/a -> x/a  80/TCP  allow  rule-allows
      y/a -> x/a  81/TCP  deny   rule-denies
      y/a -> x/a  82/TCP  allow  rule-allows
      y/a -> x/a  83/TCP  deny   rule-denies`,
  },
  {
    rule: "C3",
    title: "Accept and Deny are final; Pass leaves the Admin tier for NetworkPolicy, and the Baseline tier for the default",
    manifests:
      cluster +
      tierPolicy(
        "Admin",
        1,
        "first",
        every,
        `ingress: [${rule("Pass", "from", every, tcp(80))}, ${rule("Accept", "from", every, tcp(81))}, ${rule("Deny", "from", every, tcp(82))}]`,
      ) +
      tierPolicy("Admin", 2, "second", every, `ingress: [${rule("Deny", "from", every)}]`) +
      tierPolicy("Baseline", 1, "base", every, `ingress: [${rule("Pass", "from", pods("y", "d"))}, ${rule("Deny", "from", every)}]`) +
      policy("x", "p", "{ podSelector: { matchLabels: { app: a } }, ingress: [{ from: [{ podSelector: {} }] }] }"),
    rows: `
      x/b -> x/a  80/TCP  allow  rule-allows
      y/a -> x/a  80/TCP  deny   no-rule-allows
      y/a -> x/a  81/TCP  allow  rule-allows
      x/b -> x/a  82/TCP  deny   rule-denies
      x/b -> x/a  83/TCP  deny   rule-denies
      y/a -> x/b  80/TCP  deny   rule-denies
      y/d -> x/b  80/TCP  allow  not-isolated`,
  },
  {
    rule: "C3",
    title: "of two policies of equal priority only a flow that they decide differently is open",
    manifests:
      cluster +
      tierPolicy(
        "Admin",
        5,
        "accept",
        team("blue"),
        `ingress: [${rule("Accept", "from", pods("y", "a"), tcp(80))}, ${rule("Deny", "from", every, tcp(81))}]`,
      ) +
      tierPolicy("Admin", 5, "deny", pods("x", "a"), `ingress: [${rule("Deny", "from", team("red"))}]`) +
      tierPolicy("Admin", 6, "later", team("blue"), `ingress: [${rule("Deny", "from", every)}]`) +
      tierPolicy("Baseline", 5, "other-tier", team("blue"), `ingress: [${rule("Accept", "from", every)}]`),
    rows: `
      y/a -> x/a  80/TCP  undetermined  undetermined
      y/a -> x/a  81/TCP  deny          rule-denies
      y/d -> x/a  80/TCP  deny          rule-denies
      y/a -> x/b  80/TCP  allow         rule-allows
      x/b -> x/a  80/TCP  deny          rule-denies`,
  },
  {
    rule: "C4",
    title: "a NetworkPolicy is final for its directions; the Baseline tier is asked in the other one, and where none isolates",
    manifests:
      cluster +
      tierPolicy(
        "Baseline",
        1,
        "base",
        every,
        `ingress: [${rule("Deny", "from", every)}], egress: [${rule("Deny", "to", pods("y", "d"))}]`,
      ) +
      policy("x", "open", "{ podSelector: { matchLabels: { app: a } }, ingress: [{}] }") +
      policy("x", "closed", "{ podSelector: { matchLabels: { app: b } } }"),
    rows: `
      y/a -> x/a  80/TCP  allow  rule-allows
      y/a -> x/b  80/TCP  deny   no-rule-allows
      y/a -> x/c  80/TCP  deny   rule-denies
      x/a -> y/d  80/TCP  deny   rule-denies
      x/a -> ip:203.0.113.1  80/TCP  allow  not-isolated
      ip:203.0.113.1 -> x/c  80/TCP  allow  not-isolated`,
  },
  {
    rule: "C5",
    title: "both ends decide apart: an Accept for the source does not open the destination",
    manifests:
      cluster +
      tierPolicy("Admin", 1, "out", pods("x", "a"), `egress: [${rule("Accept", "to", every)}]`) +
      tierPolicy("Admin", 2, "in", pods("y", "d"), `ingress: [${rule("Deny", "from", every)}]`) +
      policy("x", "silent", "{ podSelector: {}, policyTypes: [Egress] }"),
    rows: `
      x/a -> y/a  80/TCP  allow  rule-allows
      x/a -> y/d  80/TCP  deny   rule-denies
      x/b -> y/a  80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "C6",
    title: "networks match everything in them, pods too, and each family for itself; selectors match pods only",
    manifests:
      cluster +
      pod("y", "six", "10.0.1.8").replace("podIPs: [{ ip: 10.0.1.8 }]", "podIPs: [{ ip: 10.0.1.8 }, { ip: 'fd00::8' }]") +
      tierPolicy(
        "Admin",
        1,
        "inside",
        pods("x", "a"),
        `egress: [${rule("Accept", "to", "{ networks: [10.0.1.0/30, 198.51.100.0/24] }")}, ${rule("Deny", "to", "{ networks: [0.0.0.0/0] }")}]`,
      ) +
      tierPolicy("Admin", 2, "pods", pods("x", "b"), `egress: [${rule("Deny", "to", every)}]`),
    rows: `
      x/a -> y/a              80/TCP  allow  rule-allows
      x/a -> y/d              80/TCP  deny   rule-denies
      x/a -> ip:198.51.100.7  80/TCP  allow  rule-allows
      x/a -> ip:203.0.113.1   80/TCP  deny   rule-denies
      x/a -> y/six            80/TCP  deny   rule-denies
      x/b -> y/d              80/TCP  deny   rule-denies
      x/b -> ip:203.0.113.1   80/TCP  allow  not-isolated`,
  },
  {
    rule: "C6",
    title: "nodes are their addresses, host-network pods included; a selector of pods matches neither",
    manifests:
      cluster +
      node("n1", "192.168.0.1", "role: edge") +
      node("n2", "192.168.0.2") +
      pod("y", "host", "192.168.0.1", "app: host", ", hostNetwork: true, nodeName: n1") +
      pod("y", "host2", "192.168.0.2", "app: host", ", hostNetwork: true, nodeName: n2") +
      tierPolicy("Admin", 1, "edge", pods("x", "a"), `egress: [${rule("Deny", "to", "{ nodes: { matchLabels: { role: edge } } }")}]`) +
      tierPolicy("Admin", 2, "pods", pods("x", "b"), `egress: [${rule("Deny", "to", pods("y", "host"))}]`),
    rows: `
      x/a -> node/n1         80/TCP  deny   rule-denies
      x/a -> ip:192.168.0.1  80/TCP  deny   rule-denies
      x/a -> y/host          80/TCP  deny   rule-denies
      x/a -> node/n2         80/TCP  allow  not-isolated
      x/a -> y/host2         80/TCP  allow  not-isolated
      x/a -> y/a             80/TCP  allow  not-isolated
      x/b -> y/host          80/TCP  allow  host-network`,
  },
  {
    rule: "C7",
    title: "protocols are ORed, ranges have both ends, a named port has the protocol that the destination declares",
    manifests:
      cluster +
      pod("y", "odd", "10.0.1.9").replace("name: http, containerPort: 80", "name: http, containerPort: 8080, protocol: UDP") +
      tierPolicy(
        "Admin",
        1,
        "ports",
        pods("x", "a"),
        `egress: [${rule("Deny", "to", every, ", protocols: [{ tcp: { destinationPort: { range: { start: 80, end: 90 } } } }, { udp: { destinationPort: { number: 53 } } }]")}]`,
      ) +
      tierPolicy(
        "Admin",
        1,
        "names",
        pods("x", "b"),
        `egress: [${rule("Deny", "to", every, ", protocols: [{ destinationNamedPort: http }]")}]`,
      ),
    rows: `
      x/a -> y/a    79/TCP    allow  not-isolated
      x/a -> y/a    80/TCP    deny   rule-denies
      x/a -> y/a    90/TCP    deny   rule-denies
      x/a -> y/a    91/TCP    allow  not-isolated
      x/a -> y/a    80/SCTP   allow  not-isolated
      x/a -> y/a    53/UDP    deny   rule-denies
      x/a -> y/a    53/TCP    allow  not-isolated
      x/b -> y/a    80/TCP    deny   rule-denies
      x/b -> y/a    80/UDP    allow  not-isolated
      x/b -> y/odd  8080/UDP  deny   rule-denies
      x/b -> y/odd  8080/TCP  allow  not-isolated
      x/b -> y/odd  80/TCP    allow  not-isolated
      x/b -> ip:203.0.113.1  80/TCP  allow  not-isolated`,
  },
  {
    rule: "C7",
    title: "AdminNetworkPolicy: TCP is the default, a range may be one port, and one the wrong way round matches nothing",
    manifests:
      cluster +
      adminPolicy(
        1,
        "ports",
        pods("x", "a"),
        "egress: [{ action: Deny, to: [{ namespaces: {} }], ports: [{ portNumber: { port: 80 } }, { portRange: { protocol: SCTP, start: 7, end: 7 } }] }]",
      ) +
      adminPolicy(
        1,
        "nothing",
        pods("x", "b"),
        "egress: [{ action: Deny, to: [{ namespaces: {} }], ports: [{ portRange: { start: 90, end: 80 } }] }]",
      ) +
      baselinePolicy(pods("x", "c"), "egress: [{ action: Deny, to: [{ namespaces: {} }] }]"),
    rows: `
      x/a -> y/a  80/TCP  deny   rule-denies
      x/a -> y/a  80/UDP  allow  not-isolated
      x/a -> y/a  7/SCTP  deny   rule-denies
      x/a -> y/a  8/SCTP  allow  not-isolated
      x/b -> y/a  80/TCP  allow  not-isolated
      x/b -> y/a  85/TCP  allow  not-isolated
      x/b -> y/a  90/TCP  allow  not-isolated
      x/c -> y/a  80/TCP  deny   rule-denies`,
  },
  {
    rule: "C8",
    title: "a pod to its own address is nobody's subject",
    manifests:
      cluster +
      tierPolicy(
        "Admin",
        1,
        "all",
        every,
        `ingress: [${rule("Deny", "from", every)}], egress: [${rule("Deny", "to", "{ networks: [0.0.0.0/0] }")}]`,
      ),
    rows: `
      x/a -> x/a  80/TCP  allow  same-pod
      x/a -> x/b  80/TCP  deny   rule-denies`,
  },
  {
    rule: "C10",
    title: "a domain name may be any address outside, never a pod's; where the rest says the same nothing is open",
    manifests:
      cluster +
      tierPolicy(
        "Admin",
        1,
        "names",
        pods("x", "a"),
        `egress: [${rule("Accept", "to", "{ domainNames: ['*.example.org'] }", tcp(443))}, ${rule("Deny", "to", "{ networks: [203.0.113.0/24] }, { namespaces: {} }")}]`,
      ) +
      tierPolicy(
        "Admin",
        1,
        "again",
        pods("x", "b"),
        `egress: [${rule("Accept", "to", "{ domainNames: [example.org] }")}, ${rule("Accept", "to", "{ networks: [203.0.113.0/24] }")}, ${rule("Deny", "to", "{ networks: [0.0.0.0/0] }")}]`,
      ),
    rows: `
      x/a -> ip:203.0.113.1   443/TCP  undetermined  undetermined
      x/a -> ip:203.0.113.1   80/TCP   deny          rule-denies
      x/a -> ip:198.51.100.1  443/TCP  allow         not-isolated
      x/a -> y/a              443/TCP  deny          rule-denies
      x/b -> ip:203.0.113.1   80/TCP   allow         rule-allows
      x/b -> ip:198.51.100.1  80/TCP   undetermined  undetermined`,
  },
  {
    rule: "C11",
    title: "a peer that nobody understands fails closed: an Accept matches nothing, a Deny or Pass denies everything",
    manifests:
      cluster +
      tierPolicy(
        "Admin",
        1,
        "accept",
        pods("x", "a"),
        `egress: [${rule("Accept", "to", "{ domainNames: [unknown.invalid] }, { namespaces: {} }")}, ${rule("Deny", "to", pods("y", "d"))}]`,
      ) +
      tierPolicy(
        "Admin",
        1,
        "deny",
        pods("x", "b"),
        `egress: [${rule("Accept", "to", pods("y", "a"))}, ${rule("Deny", "to", "{ domainNames: [unknown.invalid] }", tcp(80))}]`,
      ) +
      tierPolicy("Baseline", 1, "pass", pods("x", "c"), `egress: [${rule("Pass", "to", "{ domainNames: [unknown.invalid] }")}]`),
    change: withUnknownPeers,
    rows: `
      x/a -> y/d            80/TCP  deny   rule-denies
      x/a -> y/a            80/TCP  allow  not-isolated
      x/b -> y/a            80/TCP  allow  rule-allows
      x/b -> y/d            80/TCP  deny   rule-denies
      x/b -> y/d            81/TCP  deny   rule-denies
      x/b -> ip:203.0.113.1 80/TCP  deny   rule-denies
      x/c -> y/d            80/TCP  deny   rule-denies`,
  },
  {
    rule: "S16",
    title: "a pod without an address: a network alone cannot tell, and what comes before or says the same can",
    manifests:
      cluster +
      `
---
apiVersion: apps/v1
kind: Deployment
metadata: { namespace: y, name: web }
spec: { replicas: 1, selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: c }] } } }` +
      tierPolicy("Admin", 1, "block", pods("x", "a"), `egress: [${rule("Deny", "to", "{ networks: [10.0.0.0/8] }")}]`) +
      tierPolicy(
        "Admin",
        1,
        "pods-first",
        pods("x", "b"),
        `egress: [${rule("Accept", "to", pods("y", "web"))}, ${rule("Deny", "to", "{ networks: [10.0.0.0/8] }")}]`,
      ) +
      tierPolicy(
        "Admin",
        1,
        "all-alike",
        pods("x", "c"),
        `egress: [${rule("Deny", "to", "{ networks: [10.0.0.0/8] }")}, ${rule("Deny", "to", every)}]`,
      ),
    rows: `
      x/a -> deploy/web.y  80/TCP  undetermined  undetermined
      x/a -> y/a           80/TCP  deny          rule-denies
      x/b -> deploy/web.y  80/TCP  allow         rule-allows
      x/c -> deploy/web.y  80/TCP  deny          rule-denies`,
  },
  {
    rule: "S20",
    title: "the same kind of a foreign group is unread: every pod is open",
    manifests: cluster + "\n---\n{ apiVersion: crd.antrea.io/v1beta1, kind: ClusterNetworkPolicy, metadata: { name: acnp }, spec: {} }",
    rows: `
      x/a -> x/b             80/TCP  undetermined  undetermined
      ip:203.0.113.1 -> x/b  80/TCP  undetermined  undetermined`,
  },
];

/** Reading refuses a peer that it does not know, so one is made here, of every domain name `unknown.invalid`. */
function withUnknownPeers(snapshot: Snapshot): Snapshot {
  const ofRule = (one: TierRule): TierRule => ({
    ...one,
    peers: one.peers.map((peer) =>
      peer.kind === "domainNames" && peer.names.includes("unknown.invalid") ? { kind: "unknown", origin: peer.origin } : peer,
    ),
  });
  const ofPolicy = (one: ClusterPolicy): ClusterPolicy => ({ ...one, ingress: one.ingress.map(ofRule), egress: one.egress.map(ofRule) });
  return { ...snapshot, clusterPolicies: snapshot.clusterPolicies.map(ofPolicy) };
}
