import { expect, test } from "vitest";
import { explainQuestion, read, specCalculation, type NameTable } from "../../src/parts.ts";

const web = "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]";

/** Two nodes with a pod each behind one Service; what it lacks is given by the test. */
async function clusterOf({
  service,
  ingress,
  nodes = 2,
}: {
  readonly service: string;
  readonly ingress?: string;
  readonly nodes?: number;
}) {
  const text = [
    "apiVersion: v1\nkind: List\nitems:",
    ...[1, 2]
      .slice(0, nodes)
      .map(
        (i) => `- {apiVersion: v1, kind: Node, metadata: {name: n${i}}, status: {addresses: [{type: InternalIP, address: 172.29.0.${i}}]}}`,
      ),
    ...[1, 2].map(
      (i) =>
        `- {apiVersion: v1, kind: Pod, metadata: {name: web-${i}, namespace: shop, labels: {app: web}}, spec: {nodeName: n${i}, containers: [{name: c}]}, status: {podIP: 10.0.0.${i}}}`,
    ),
    "- {apiVersion: v1, kind: Pod, metadata: {name: client, namespace: shop}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.0.0.9}}",
    `- {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, clusterIP: 10.96.0.1, ports: [{port: 80, targetPort: 8080, nodePort: 30080}], ${service}}, status: {loadBalancer: {ingress: [{ip: 198.51.100.9}, {hostname: lb.example}]}}}`,
    ...(ingress === undefined
      ? []
      : [
          `- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: ${web}, ingress: ${ingress}}}`,
        ]),
  ].join("\n");
  const { snapshot, diagnostics } = await read([{ name: "web.yaml", text }]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const names: NameTable = { snapshot, outside: [], groups: [] };
  const calculation = specCalculation(snapshot);
  return (from: string, to: string, port = "80") => {
    const explained = explainQuestion({ from, to, port }, { asked: [{ engine: { name: "spec" }, calculation }], names, ports: new Map() });
    if ("problem" in explained) return explained.problem;
    return explained.answers.map((answer) => (answer.kind === "compared" ? "several engines" : answer.verdict)).join();
  };
}

const block = "[{from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 8080}]}]";

test("a client from outside may seem to be a node: what its own address and each node's are not both let in for is undetermined", async () => {
  const ask = await clusterOf({ service: "type: LoadBalancer, externalIPs: [192.0.2.46]", ingress: block });
  for (const to of ["svc/web.shop", "198.51.100.9", "192.0.2.46"]) {
    expect([to, ask("203.0.113.7", to), ask("8.8.8.8", to)]).toEqual([to, "undetermined", "undetermined"]);
  }
  expect([ask("203.0.113.7", "n1", "30080"), ask("203.0.113.7", "n2", "30080")]).toEqual(["undetermined", "undetermined"]);
  // Inside, and straight to the pod, nothing is rewritten.
  expect([ask("shop/client", "svc/web.shop"), ask("203.0.113.7", "shop/web-1", "8080"), ask("8.8.8.8", "shop/web-1", "8080")]).toEqual([
    "deny",
    "allow",
    "deny",
  ]);
  // A node's other ports are its own.
  expect(ask("8.8.8.8", "n1", "22")).toBe("allow");
});

test("where everybody is let in, or nobody is kept out, nothing hangs on the client's address", async () => {
  for (const ingress of [undefined, "[{ports: [{port: 8080}]}]", "[{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"]) {
    for (const nodes of [2, 0]) {
      const ask = await clusterOf({ service: "type: NodePort", nodes, ...(ingress === undefined ? {} : { ingress }) });
      expect([ingress, nodes, ask("203.0.113.7", "svc/web.shop")]).toEqual([ingress, nodes, "allow"]);
    }
  }
  // Of nodes that are not known nobody can tell whether a block holds them.
  const ask = await clusterOf({
    service: "type: NodePort",
    nodes: 0,
    ingress: "[{from: [{ipBlock: {cidr: 203.0.113.0/24}}, {ipBlock: {cidr: 172.29.0.0/16}}]}]",
  });
  expect(ask("203.0.113.7", "svc/web.shop")).toBe("undetermined");
  const known = await clusterOf({
    service: "type: NodePort",
    ingress: "[{from: [{ipBlock: {cidr: 203.0.113.0/24}}, {ipBlock: {cidr: 172.29.0.0/16}}]}]",
  });
  expect([known("203.0.113.7", "svc/web.shop"), known("8.8.8.8", "svc/web.shop")]).toEqual(["allow", "undetermined"]);
});

test("externalTrafficPolicy Local keeps the address, and a node leads to its own pods only", async () => {
  const ask = await clusterOf({ service: "type: LoadBalancer, externalTrafficPolicy: Local", ingress: block });
  expect([ask("203.0.113.7", "198.51.100.9"), ask("8.8.8.8", "198.51.100.9"), ask("203.0.113.7", "n2", "30080")]).toEqual([
    "allow",
    "deny",
    "allow",
  ]);
  const one = await clusterOf({ service: "type: NodePort, externalTrafficPolicy: Local, sessionAffinity: None", ingress: block });
  expect(one("8.8.8.8", "n1", "30080")).toBe("deny");
});

test("a Service that only the cluster knows is not entered from outside", async () => {
  const ask = await clusterOf({ service: "type: ClusterIP", ingress: block });
  expect([ask("203.0.113.7", "svc/web.shop"), ask("8.8.8.8", "svc/web.shop"), ask("8.8.8.8", "n1", "30080")]).toEqual([
    "allow",
    "deny",
    "allow",
  ]);
});
