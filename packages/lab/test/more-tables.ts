import { ruleTables, type RuleTable } from "../../core/test/semantics/clusters.ts";
import { cluster, policy } from "../../core/test/semantics/manifests.ts";

/** What a compiler can get wrong and a judge cannot: where several entries of one policy become one set of the kernel. */
const compilerTables: readonly RuleTable[] = [
  {
    rule: "S1",
    title: "In holds for each of its values",
    manifests: cluster + policy("x", "p", "{ podSelector: { matchExpressions: [{ key: app, operator: In, values: [b, a] }] } }"),
    rows: `
      y/a -> x/a  80/TCP  deny   no-rule-allows
      y/a -> x/b  80/TCP  deny   no-rule-allows
      y/a -> x/c  80/TCP  allow  not-isolated`,
  },
  {
    rule: "S7",
    title: "port ranges of one rule may overlap, touch and lie in each other; protocols stay apart",
    manifests:
      cluster +
      policy(
        "x",
        "p",
        "{ podSelector: { matchLabels: { app: a } }, ingress: [{ ports: [{ port: 80, endPort: 90 }, { port: 82 }, { port: 91 }, { port: 88, endPort: 95 }, { protocol: UDP, port: 100 }, { protocol: SCTP }] }] }",
      ),
    rows: `
      y/a -> x/a  79/TCP   deny   no-rule-allows
      y/a -> x/a  80/TCP   allow  rule-allows
      y/a -> x/a  85/TCP   allow  rule-allows
      y/a -> x/a  91/TCP   allow  rule-allows
      y/a -> x/a  95/TCP   allow  rule-allows
      y/a -> x/a  96/TCP   deny   no-rule-allows
      y/a -> x/a  85/UDP   deny   no-rule-allows
      y/a -> x/a  100/UDP  allow  rule-allows
      y/a -> x/a  100/TCP  deny   no-rule-allows
      y/a -> x/a  7/SCTP   allow  rule-allows`,
  },
];

export const labTables: readonly RuleTable[] = [...ruleTables, ...compilerTables];
