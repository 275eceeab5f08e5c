import type { Snapshot } from "../../src/index.ts";
import { cluster, node, pod, policy } from "./manifests.ts";
import { tierTables } from "./tier-clusters.ts";

/**
 * The rules of NetworkPolicy as tables: one small cluster per rule, its policies, and what must come out. A row is
 * `FROM -> TO PORT/PROTOCOL VERDICT [REASON]`, the reason that of the side that decides. The planted mistakes of
 * `planted.test.ts` are judged by the same tables.
 */
export interface RuleTable {
  readonly rule: string;
  readonly title: string;
  readonly manifests: string;
  readonly rows: string;
  /** For what no manifest can say: changes the snapshot before it is judged. */
  readonly change?: (snapshot: Snapshot) => Snapshot;
}

const networkPolicyTables: readonly RuleTable[] = [
  {
    rule: "S1",
    title: "NotIn and DoesNotExist match pods without the key, In and matchLabels do not",
    manifests:
      cluster +
      policy("x", "notin", "{ podSelector: { matchExpressions: [{ key: tier, operator: NotIn, values: [db] }] } }") +
      policy(
        "y",
        "peers",
        "{ podSelector: { matchLabels: { app: d } }, ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchExpressions: [{ key: tier, operator: DoesNotExist }] } }] }] }",
      ),
    rows: `
      y/a -> x/a  80/TCP  deny   no-rule-allows
      y/a -> x/b  80/TCP  deny   no-rule-allows
      y/a -> x/c  80/TCP  allow  not-isolated
      x/a -> y/d  80/TCP  allow  rule-allows
      x/c -> y/d  80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S1",
    title: 'the value "" is an ordinary value, and Exists wants the key whatever its value',
    manifests:
      cluster +
      pod("x", "empty", "10.0.0.9", 'app: empty, tier: ""') +
      policy(
        "x",
        "p",
        '{ podSelector: { matchLabels: { app: a } }, ingress: [{ from: [{ podSelector: { matchLabels: { tier: "" } } }] }] }',
      ) +
      policy(
        "y",
        "p",
        "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchExpressions: [{ key: tier, operator: Exists }] } }] }] }",
      ),
    rows: `
      x/empty -> x/a  80/TCP  allow  rule-allows
      x/b     -> x/a  80/TCP  deny   no-rule-allows
      x/c     -> x/a  80/TCP  deny   no-rule-allows
      x/empty -> y/a  80/TCP  allow  rule-allows
      x/c     -> y/a  80/TCP  allow  rule-allows
      x/b     -> y/a  80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S2",
    title: "an egress-only policy without policyTypes isolates ingress too, and an empty egress list isolates nothing",
    manifests:
      cluster +
      policy(
        "x",
        "egress-only",
        "{ podSelector: { matchLabels: { app: a } }, egress: [{ to: [{ podSelector: { matchLabels: { app: b } } }] }] }",
      ) +
      policy("y", "empty-egress", "{ podSelector: { matchLabels: { app: d } }, egress: [] }"),
    rows: `
      x/b -> x/a  80/TCP  deny   no-rule-allows
      x/a -> x/b  80/TCP  allow  rule-allows
      x/a -> x/c  80/TCP  deny   no-rule-allows
      y/d -> x/b  80/TCP  allow  not-isolated
      y/a -> y/d  80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S2",
    title: "rules of a direction that policyTypes does not list are dead",
    manifests:
      cluster + policy("x", "p", "{ podSelector: {}, policyTypes: [Egress], ingress: [{ from: [{ podSelector: {} }] }], egress: [{}] }"),
    rows: `
      y/a -> x/a  80/TCP  allow  not-isolated
      x/a -> y/a  80/TCP  allow  rule-allows`,
  },
  {
    rule: "S3",
    title: "an empty rule and an empty from allow everybody, the outside included; no rule allows nobody",
    manifests:
      cluster +
      policy("x", "rule", "{ podSelector: { matchLabels: { app: a } }, ingress: [{}] }") +
      policy("x", "from", "{ podSelector: { matchLabels: { app: b } }, ingress: [{ from: [], ports: [{ port: 80 }] }] }") +
      policy("x", "none", "{ podSelector: { matchLabels: { app: c } }, ingress: [] }"),
    rows: `
      y/a             -> x/a  9999/SCTP  allow  rule-allows
      ip:203.0.113.1  -> x/a  80/TCP     allow  rule-allows
      ip:203.0.113.1  -> x/b  80/TCP     allow  rule-allows
      y/a             -> x/b  81/TCP     deny   no-rule-allows
      y/a             -> x/c  80/TCP     deny   no-rule-allows
      ip:203.0.113.1  -> x/c  80/TCP     deny   no-rule-allows`,
  },
  {
    rule: "S4",
    title:
      "a podSelector alone means the policy's own namespace; a namespaceSelector beside it is ANDed; a namespace alone means all its pods",
    manifests:
      cluster +
      policy(
        "x",
        "own",
        "{ podSelector: { matchLabels: { app: b } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: a } } }] }] }",
      ) +
      policy(
        "x",
        "both",
        "{ podSelector: { matchLabels: { app: c } }, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: red } }, podSelector: { matchLabels: { app: a } } }] }] }",
      ) +
      policy(
        "x",
        "space",
        "{ podSelector: { matchLabels: { app: a } }, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: y } } }] }] }",
      ),
    rows: `
      x/a             -> x/b  80/TCP  allow  rule-allows
      y/a             -> x/b  80/TCP  deny   no-rule-allows
      y/a             -> x/c  80/TCP  allow  rule-allows
      x/a             -> x/c  80/TCP  deny   no-rule-allows
      y/d             -> x/c  80/TCP  deny   no-rule-allows
      y/d             -> x/a  80/TCP  allow  rule-allows
      x/b             -> x/a  80/TCP  deny   no-rule-allows
      ip:203.0.113.1  -> x/a  80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S5",
    title: "an ipBlock holds addresses of pods like any other, its except narrows this block only, host bits do not count",
    manifests:
      cluster +
      policy(
        "x",
        "p",
        "{ podSelector: { matchLabels: { app: a } }, ingress: [{ from: [{ ipBlock: { cidr: 10.0.1.77/24, except: [10.0.1.4/32] } }] }, { from: [{ ipBlock: { cidr: 10.0.1.4/32 } }], ports: [{ port: 81 }] }] }",
      ) +
      policy("x", "four", "{ podSelector: { matchLabels: { app: b } }, ingress: [{ from: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }] }"),
    rows: `
      y/a               -> x/a  80/TCP  allow  rule-allows
      y/d               -> x/a  80/TCP  deny   no-rule-allows
      y/d               -> x/a  81/TCP  allow  rule-allows
      ip:10.0.1.255     -> x/a  80/TCP  allow  rule-allows
      ip:10.0.2.0       -> x/a  80/TCP  deny   no-rule-allows
      ip:10.0.0.255     -> x/a  80/TCP  deny   no-rule-allows
      ip:255.255.255.255 -> x/b 80/TCP  allow  rule-allows`,
  },
  {
    rule: "S6",
    title: "a named port is the destination's own, of the rule's protocol, and never an outside address's",
    manifests:
      cluster +
      pod("y", "odd", "10.0.1.7", "app: odd").replace("containerPort: 80 }", "containerPort: 8080 }") +
      policy("x", "p", "{ podSelector: { matchLabels: { app: a } }, policyTypes: [Egress], egress: [{ ports: [{ port: http }] }] }") +
      policy("y", "p", "{ podSelector: { matchLabels: { app: d } }, ingress: [{ ports: [{ port: dns }] }] }"),
    rows: `
      x/a -> y/a            80/TCP    allow  rule-allows
      x/a -> y/odd          80/TCP    deny   no-rule-allows
      x/a -> y/odd          8080/TCP  allow  rule-allows
      x/a -> ip:203.0.113.1 80/TCP    deny   no-rule-allows
      y/a -> y/d            53/UDP    deny   no-rule-allows
      y/a -> y/d            53/TCP    deny   no-rule-allows`,
  },
  {
    rule: "S7",
    title: "protocol and port are ANDed, TCP is the default, endPort is inclusive, a port item without a port is all of its protocol",
    manifests:
      cluster +
      policy(
        "x",
        "range",
        "{ podSelector: { matchLabels: { app: a } }, ingress: [{ ports: [{ port: 80, endPort: 90 }, { protocol: UDP, port: 53 }, { protocol: SCTP }] }] }",
      ) +
      policy(
        "x",
        "cross",
        "{ podSelector: { matchLabels: { app: b } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: a } } }], ports: [{ port: 80 }] }, { from: [{ podSelector: { matchLabels: { app: c } } }], ports: [{ port: 443 }] }] }",
      ),
    rows: `
      y/a -> x/a  79/TCP   deny   no-rule-allows
      y/a -> x/a  80/TCP   allow  rule-allows
      y/a -> x/a  90/TCP   allow  rule-allows
      y/a -> x/a  91/TCP   deny   no-rule-allows
      y/a -> x/a  80/UDP   deny   no-rule-allows
      y/a -> x/a  53/UDP   allow  rule-allows
      y/a -> x/a  53/TCP   deny   no-rule-allows
      y/a -> x/a  7/SCTP   allow  rule-allows
      x/a -> x/b  80/TCP   allow  rule-allows
      x/a -> x/b  443/TCP  deny   no-rule-allows
      x/c -> x/b  443/TCP  allow  rule-allows`,
  },
  {
    rule: "S8",
    title: "policies are a union: a second one only adds",
    manifests:
      cluster +
      policy("x", "deny", "{ podSelector: {} }") +
      policy("x", "allow", "{ podSelector: { matchLabels: { app: a } }, ingress: [{ from: [{ podSelector: {} }] }] }"),
    rows: `
      x/b -> x/a  80/TCP  allow  rule-allows
      y/a -> x/a  80/TCP  deny   no-rule-allows
      x/a -> x/b  80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S9",
    title: "both ends must allow",
    manifests:
      cluster +
      policy(
        "x",
        "out",
        "{ podSelector: { matchLabels: { app: a } }, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: {} }] }] }",
      ) +
      policy("y", "in", "{ podSelector: { matchLabels: { app: d } }, ingress: [{ from: [{ podSelector: {} }] }] }"),
    rows: `
      x/a -> y/d            80/TCP  deny   no-rule-allows
      x/a -> y/a            80/TCP  allow  rule-allows
      x/a -> ip:203.0.113.1 80/TCP  deny   no-rule-allows
      y/a -> y/d            80/TCP  allow  rule-allows
      x/b -> y/d            80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S10",
    title: "a host-network pod is its node: no selector matches it, no policy isolates it, an ipBlock sees its node's address",
    manifests:
      cluster +
      node("n1", "192.168.0.1") +
      pod("x", "host", "192.168.0.1", "app: host", ", hostNetwork: true, nodeName: n1") +
      policy("x", "all", "{ podSelector: {}, policyTypes: [Ingress, Egress] }") +
      policy("y", "p", "{ podSelector: { matchLabels: { app: a } }, ingress: [{ from: [{ namespaceSelector: {} }] }] }") +
      policy("y", "q", "{ podSelector: { matchLabels: { app: d } }, ingress: [{ from: [{ ipBlock: { cidr: 192.168.0.0/24 } }] }] }"),
    rows: `
      x/host  -> y/a     80/TCP  deny   no-rule-allows
      x/host  -> y/d     80/TCP  allow  rule-allows
      node/n1 -> y/d     80/TCP  allow  rule-allows
      y/a     -> x/host  80/TCP  allow  host-network
      x/b     -> y/a     80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S11",
    title: "ingress from the pod's own node is allowed, and only ingress; S21: so is that of its host-network pods",
    manifests:
      cluster +
      node("n1", "192.168.0.1") +
      node("n2", "192.168.0.2") +
      pod("x", "on-n1", "10.0.0.8", "app: on-n1", ", nodeName: n1") +
      pod("y", "host", "192.168.0.1", "app: host", ", hostNetwork: true, nodeName: n1") +
      policy("x", "all", "{ podSelector: {}, policyTypes: [Ingress, Egress] }"),
    rows: `
      node/n1         -> x/on-n1  80/TCP  allow  own-node
      ip:192.168.0.1  -> x/on-n1  80/TCP  allow  own-node
      y/host          -> x/on-n1  80/TCP  allow  own-node
      node/n2         -> x/on-n1  80/TCP  deny   no-rule-allows
      x/on-n1         -> node/n1  80/TCP  deny   no-rule-allows
      node/n1         -> x/a      80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S12",
    title: "a pod may always reach itself",
    manifests: cluster + policy("x", "all", "{ podSelector: {}, policyTypes: [Ingress, Egress] }"),
    rows: `
      x/a -> x/a  80/TCP  allow  same-pod
      x/a -> x/b  80/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S15",
    title: "the answer may differ per family; 0.0.0.0/0 says nothing about IPv6",
    manifests:
      cluster +
      pod("y", "dual", "10.0.1.8").replace("podIPs: [{ ip: 10.0.1.8 }]", "podIPs: [{ ip: 10.0.1.8 }, { ip: 'fd00::8' }]") +
      policy(
        "y",
        "p",
        "{ podSelector: { matchLabels: { app: dual } }, ingress: [{ from: [{ ipBlock: { cidr: 0.0.0.0/0 } }], ports: [{ port: 80 }] }, { from: [{ ipBlock: { cidr: 'fd00::/64', except: ['fd00::9/128'] } }], ports: [{ port: 81 }] }] }",
      ),
    rows: `
      ip:203.0.113.1 -> y/dual  80/TCP  allow  rule-allows
      ip:203.0.113.1 -> y/dual  81/TCP  deny   no-rule-allows
      ip:fd00::1     -> y/dual  81/TCP  allow  rule-allows
      ip:fd00::9     -> y/dual  81/TCP  deny   no-rule-allows
      ip:fd00::1     -> y/dual  80/TCP  deny   no-rule-allows
      ip:2001:db8::1 -> y/dual  81/TCP  deny   no-rule-allows`,
  },
  {
    rule: "S16",
    title: "a finished pod is no peer; a pod from a template has no address, so an ipBlock alone cannot tell",
    manifests:
      cluster +
      `
---
apiVersion: apps/v1
kind: Deployment
metadata: { namespace: y, name: web }
spec: { replicas: 1, selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: c }] } } }` +
      policy("x", "block", "{ podSelector: { matchLabels: { app: a } }, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }] }") +
      policy(
        "x",
        "label",
        "{ podSelector: { matchLabels: { app: b } }, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }, { namespaceSelector: {}, podSelector: { matchLabels: { app: web } } }] }] }",
      ) +
      policy(
        "x",
        "ports",
        "{ podSelector: { matchLabels: { app: c } }, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 80 }] }] }",
      ),
    rows: `
      deploy/web.y -> x/a  80/TCP  undetermined  undetermined
      deploy/web.y -> x/b  80/TCP  allow         rule-allows
      deploy/web.y -> x/c  80/TCP  undetermined  undetermined
      deploy/web.y -> x/c  81/TCP  deny          no-rule-allows`,
  },
  {
    rule: "S20",
    title: "a policy of another group is unread: its subjects are undetermined, a deny at the other end still is one",
    manifests:
      cluster +
      "\n---\n{ apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: { namespace: x, name: l7 }, spec: {} }" +
      policy("y", "none", "{ podSelector: { matchLabels: { app: d } } }"),
    rows: `
      x/a -> x/b  80/TCP  undetermined  undetermined
      y/a -> x/b  80/TCP  undetermined  undetermined
      x/a -> y/a  80/TCP  undetermined  undetermined
      x/a -> y/d  80/TCP  deny          no-rule-allows
      y/d -> y/a  80/TCP  allow         not-isolated`,
  },
];

export const ruleTables: readonly RuleTable[] = [...networkPolicyTables, ...tierTables];
