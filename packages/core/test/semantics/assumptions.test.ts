import { expect, test } from "vitest";
import { read } from "../../src/read/read.ts";
import { assumptions } from "../../src/spec/assumptions.ts";
import { cluster, node, pod, policy, tierPolicy } from "./manifests.ts";

const deny = (direction: "ingress" | "egress"): string =>
  `${direction}: [{ action: Deny, ${direction === "ingress" ? "from" : "to"}: [{ namespaces: {} }] }]`;
const every = "{ namespaces: {} }";
const outgoing = policy("x", "out", "{ podSelector: {}, policyTypes: [Egress] }");
const host = node("n1", "192.168.0.1") + pod("x", "host", "192.168.0.1", "app: host", ", hostNetwork: true, nodeName: n1");

test.each<readonly [title: string, manifests: string, assumed: readonly string[]]>([
  ["no policy", cluster, []],
  [
    "C4: isolated in egress, the Baseline rules ingress",
    cluster + outgoing + tierPolicy("Baseline", 1, "base", every, deny("ingress")),
    ["C4 3"],
  ],
  [
    "the same for some of the pods",
    cluster + outgoing + tierPolicy("Baseline", 1, "base", "{ pods: { podSelector: { matchLabels: { app: a } } } }", deny("ingress")),
    ["C4 1"],
  ],
  ["the Baseline rules the isolated direction only", cluster + outgoing + tierPolicy("Baseline", 1, "base", every, deny("egress")), []],
  ["an Admin policy comes before", cluster + outgoing + tierPolicy("Admin", 1, "first", every, deny("ingress")), []],
  [
    "both directions isolated",
    cluster +
      policy("x", "both", "{ podSelector: {}, policyTypes: [Ingress, Egress] }") +
      tierPolicy("Baseline", 1, "base", every, deny("ingress")),
    [],
  ],
  [
    "host-network pods are nobody's subject",
    cluster +
      host +
      outgoing +
      tierPolicy("Baseline", 1, "base", "{ pods: { podSelector: { matchLabels: { app: host } } } }", deny("ingress")),
    ["S10 1"],
  ],
])("%s", async (_, manifests, expected) => {
  const { snapshot } = await read([{ name: "cluster.yaml", text: manifests }]);
  expect(assumptions(snapshot).map(({ rule, count }) => `${rule} ${count}`)).toEqual(expected);
});
