import { describe, expect, test } from "vitest";
import { contrail, contrailCalculation, type ContrailSession } from "../../src/contrail/engine.ts";
import { explainDifference } from "../../src/contrail/explain.ts";
import { emptySnapshot, type Endpoint, type External, type Flow, type Pod, type Snapshot } from "../../src/model/cluster.ts";
import { endpointName } from "../../src/model/endpoint.ts";
import type { ClusterPolicy } from "../../src/model/policy.ts";
import { parseAddress, type Address } from "../../src/net/address.ts";
import { read } from "../../src/read/read.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { placeText, spanOf } from "../../src/text/source.ts";
import { fail } from "./compare.ts";
import { readScenario } from "../scenarios/scenario.ts";

describe("the chapter's lab under Contrail", () => {
  test("each stage decides by the rules of the use case's table", async () => {
    const { session, stages, ends } = await dayOne();
    const rows: string[] = [];
    for (const { stage, from, to } of table) {
      await session.goTo(stages[stage] ?? fail(stage));
      const { verdict, why } = session.answer({ from: ends(from), to: ends(to), family: 4, protocol: "TCP", port: 80 });
      const rule = [...new Set([...why.egress.rules, ...why.ingress.rules])].join();
      rows.push(`${stage.padEnd(11)} ${from.padEnd(13)} ${to.padEnd(13)} ${verdict.padEnd(5)} ${rule}`);
    }
    expect(rows).toEqual(table.map(({ row }) => row));
  });

  test("54 pairs: 54 44 38 32 39 are open, one more than Kubernetes says, and D3 explains it", async () => {
    const { session, stages, names, ends } = await dayOne();
    const open: number[] = [];
    const different: string[] = [];
    for (const [stage, snapshot] of Object.entries(stages)) {
      await session.goTo(snapshot);
      const spec = specCalculation(snapshot);
      const pairs = names.flatMap((from) =>
        names.filter((to) => to !== from && !(isOutside(from) && isOutside(to))).map((to) => [from, to] as const),
      );
      expect(pairs).toHaveLength(54);
      const answers = pairs.map(([from, to]) => {
        const flow: Flow = { from: ends(from), to: ends(to), family: 4, protocol: "TCP", port: 80 };
        const [judged, decided] = [spec.answer(flow), session.answer(flow)];
        const explanation = explainDifference(judged, decided);
        if (explanation !== undefined) {
          const places = explanation.from.map((origin) => placeText(spanOf(origin)));
          different.push(`${stage}: ${from} -> ${to} ${decided.verdict}, ${explanation.deviation} ${places.join(" ")}`);
        }
        return decided.verdict;
      });
      open.push(answers.filter((verdict) => verdict === "allow").length);
    }
    expect(open).toEqual([54, 44, 38, 32, 39]);
    const { evidence } = session.answer({ from: ends("dbserver-dev"), to: ends("webserver-dev"), family: 4, protocol: "TCP", port: 80 });
    expect([evidence.visited.length, evidence.overruled?.policy.sequence, evidence.overruled?.rule.name]).toEqual([
      6,
      "00008.0",
      "dev-ingress-policy1-denyall",
    ]);
    expect(different).toEqual(["db-mistake: dbserver-dev -> webserver-dev allow, D3 policy2-mistake.yaml:22 policy1.yaml:11"]);
  });
});

/** use-case.md, «Expected and reported results». */
const table = `
  before      client2-dev   webserver-dev allow k8s-Namespace-dev-ingress
  policy1     client1-dev   webserver-dev allow dev-ingress-policy1-0-podSelector-2-0
  policy1     client-jtac   webserver-dev allow dev-ingress-policy1-0-namespaceSelector-1-0
  policy1     cent222       webserver-dev allow dev-ingress-policy1-0-ipBlock-0-cidr-10.169.25.20/32-0
  policy1     client2-dev   webserver-dev deny  dev-ingress-policy1-denyall
  policy1     client-qa     webserver-dev deny  dev-ingress-policy1-denyall
  policy1     cent333       webserver-dev deny  dev-ingress-policy1-denyall
  policy1     webserver-dev dbserver-dev  allow dev-egress-policy1-podSelector-0-0
  policy1     webserver-dev client-qa     deny  dev-egress-policy1-default-deny-all
  policy1     webserver-dev cent222       deny  dev-egress-policy1-default-deny-all
  policy1     dbserver-dev  webserver-dev deny  dev-ingress-policy1-denyall
  policy1     client-qa     dbserver-dev  allow k8s-Namespace-dev-ingress
  policy1     cent333       dbserver-dev  allow k8s-Namespace-dev-ingress
  db-guarded  client-qa     dbserver-dev  deny  dev-ingress-policy2-denyall
  db-silent   client1-dev   dbserver-dev  deny  dev-ingress-policy2-denyall
  db-silent   dbserver-dev  client-jtac   deny  dev-egress-policy2-default-deny-all
  db-silent   dbserver-dev  webserver-dev deny  dev-ingress-policy1-denyall
  db-mistake  dbserver-dev  webserver-dev allow dev-egress-policy2-allow-all-0`
  .trim()
  .split("\n")
  .map((line) => line.trim())
  .map((row) => {
    const [stage = "", from = "", to = ""] = row.split(/\s+/);
    return { row, stage, from, to };
  });

function isOutside(name: string): boolean {
  return name.startsWith("cent");
}

interface DayOne {
  readonly session: { goTo(snapshot: Snapshot): Promise<void>; answer(flow: Flow): ReturnType<ContrailSession["calculation"]["answer"]> };
  readonly stages: Readonly<Record<string, Snapshot>>;
  readonly names: readonly string[];
  ends(name: string): Endpoint;
}

async function dayOne(): Promise<DayOne> {
  const { bound } = await readScenario("day-one");
  if (bound === undefined) throw new Error("day-one cannot be read");
  const stages = Object.fromEntries(bound.stages.map(({ name, snapshot }) => [name, snapshot]));
  const session = await contrail().open(bound.stages[0]?.snapshot ?? emptySnapshot);
  const outside: readonly External[] = ["20", "21"].map((last, i) => {
    return { kind: "external", name: i === 0 ? "cent222" : "cent333", address: parseAddress(`10.169.25.${last}`) as Address };
  });
  const named = (name: string): Endpoint => {
    const end: Endpoint | undefined = [...session.snapshot.pods, ...outside].find((one) => one.name === name);
    if (end === undefined) throw new Error(`no ${name}`);
    return end;
  };
  return {
    session: {
      goTo: async (snapshot) => (snapshot === session.snapshot ? undefined : session.advance(snapshot)),
      answer: (flow) => session.calculation.answer(flow),
    },
    stages,
    names: [...session.snapshot.pods, ...outside].map(({ name }) => name ?? ""),
    ends: named,
  };
}

const cluster = `
{apiVersion: v1, kind: Namespace, metadata: {name: dev, labels: {team: red}}}
---
{apiVersion: v1, kind: Node, metadata: {name: node-1}, status: {addresses: [{type: InternalIP, address: 10.169.25.30}]}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: dev, name: web, labels: {app: web}}, spec: {nodeName: node-1}, status: {podIP: 10.47.0.1}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: dev, name: cli, labels: {app: cli}}, spec: {nodeName: node-1}, status: {podIP: 10.47.0.2}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: dev, name: agent, labels: {app: web}}, spec: {nodeName: node-1, hostNetwork: true}, status: {podIP: 10.169.25.30}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: dev, name: new}, spec: {selector: {matchLabels: {app: new}}, template: {metadata: {labels: {app: new}}}}}
`;

const policy = (name: string, spec: string): string => `---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: dev, name: ${name}}, spec: {${spec}}}
`;

const closed = policy("closed", "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: []");

async function snapshotOf(...texts: readonly string[]): Promise<Snapshot> {
  const { snapshot, diagnostics } = await read([{ name: "cluster.yaml", text: cluster + texts.join("") }]);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return snapshot;
}

function podOf({ pods }: Snapshot, name: string): Pod {
  return pods.find((pod) => pod.name.startsWith(name)) ?? fail(`no pod ${name}`);
}

const outside: External = { kind: "external", address: parseAddress("192.0.2.7") as Address };

function onPort80(from: Endpoint, to: Endpoint): Flow {
  return { from, to, family: 4, protocol: "TCP", port: 80 };
}

describe("a walk", () => {
  test("visits every rule up to the one that decides, and says what each misses", async () => {
    const snapshot = await snapshotOf(
      policy(
        "open",
        "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 81}]}]",
      ),
    );
    const { evidence, why } = contrailCalculation(snapshot).answer(onPort80(podOf(snapshot, "cli"), podOf(snapshot, "web")));
    expect(evidence.visited.map(({ policy: { name }, rule, fit, misses }) => `${name} ${rule.name}: ${fit} ${misses.join()}`)).toEqual([
      "k8s-dev-open dev-ingress-open-0-podSelector-0-0: misses endpoint1,service",
      "k8s-denyall dev-ingress-open-denyall: matches ",
    ]);
    expect(evidence.tags.from).toContain("application=k8s");
    expect(why.ingress).toMatchObject({
      verdict: "deny",
      reason: "no-rule-allows",
      policies: ["k8s-denyall"],
      rules: ["dev-ingress-open-denyall"],
    });
  });

  test("ends that no agent judges have no part in it: nodes, host-network pods, the outside", async () => {
    const snapshot = await snapshotOf(closed);
    const { answer } = contrailCalculation(snapshot);
    const [web, agent, node] = [podOf(snapshot, "web"), podOf(snapshot, "agent"), snapshot.nodes[0] as Endpoint];
    const sides = (from: Endpoint, to: Endpoint): string => {
      const { verdict, why } = answer(onPort80(from, to));
      return `${verdict}: ${why.egress.reason}, ${why.ingress.reason}`;
    };
    expect(sides(outside, web)).toBe("deny: outside-cluster, no-rule-allows");
    expect(sides(agent, web)).toBe("deny: host-network, no-rule-allows");
    expect(sides(node, agent)).toBe("allow: host-network, host-network");
    expect(sides(outside, agent)).toBe("allow: outside-cluster, host-network");
    expect(sides(web, web)).toBe("allow: same-pod, same-pod");
  });

  test("an address that is not assigned yet leaves a block undecided, unless another rule decides first", async () => {
    const snapshot = await snapshotOf(
      policy("block", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 10.47.0.0/24}}]}]"),
    );
    const { answer } = contrailCalculation(snapshot);
    const [fresh, web, cli] = [podOf(snapshot, "new"), podOf(snapshot, "web"), podOf(snapshot, "cli")];
    expect(answer(onPort80(fresh, web)).why.ingress).toMatchObject({
      verdict: "undetermined",
      question: "address-not-assigned",
      rules: ["dev-ingress-block-0-ipBlock-0-cidr-10.47.0.0/24-0"],
    });
    expect(answer(onPort80(cli, web)).verdict).toBe("allow");
    expect(answer(onPort80(fresh, cli)).verdict).toBe("allow");
    const opened = await snapshotOf(
      policy("first", "podSelector: {matchLabels: {app: web}}, ingress: [{}]"),
      policy("second", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 10.47.0.0/24}}]}]"),
    );
    expect(contrailCalculation(opened).answer(onPort80(podOf(opened, "new"), podOf(opened, "web"))).verdict).toBe("allow");
  });
});

describe("a session", () => {
  const names = ({ calculation }: ContrailSession): readonly string[] => {
    return calculation.configuration.applicationPolicySet.policies.map(({ sequence, name }) => `${sequence} ${name}`);
  };
  const [first, second] = [policy("first", "podSelector: {}, ingress: []"), policy("second", "podSelector: {}, ingress: []")];

  test("keeps the place of a policy that changes, and moves one that was deleted and created behind all others", async () => {
    const session = await contrail().open(await snapshotOf(first, second));
    await session.advance(await snapshotOf(policy("first", "podSelector: {}, ingress: [{}]"), second));
    expect(names(session)).toEqual([
      "00002.0 k8s-Ingress",
      "00004.0 k8s-dev-first",
      "00006.0 k8s-dev-second",
      "00008.0 k8s-denyall",
      "00009.0 k8s-allowall",
    ]);
    await session.advance(await snapshotOf(second, first));
    expect(names(session)).toEqual([
      "00002.0 k8s-Ingress",
      "00006.0 k8s-dev-second",
      "00008.0 k8s-dev-first",
      "00010.0 k8s-denyall",
      "00011.0 k8s-allowall",
    ]);
  });

  test("finds the lines of a policy where they stand now", async () => {
    const session = await contrail().open(await snapshotOf(first));
    await session.advance(await snapshotOf(policy("zero", "podSelector: {matchLabels: {app: none}}, ingress: []"), first));
    const rules = session.calculation.configuration.applicationPolicySet.policies.flatMap((each) => each.rules);
    const deny = rules.find(({ name }) => name === "dev-ingress-first-denyall") ?? fail("no deny");
    expect(deny.from.map((origin) => placeText(spanOf(origin)))).toEqual(["cluster.yaml:16"]);
  });

  test("makes pods of a changed template anew, without the tags of old labels", async () => {
    const labelled = (labels: string): string => `---
{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: dev, name: old}, spec: {selector: {matchLabels: {app: old}}, template: {metadata: {labels: {${labels}}}}}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: dev, name: single, labels: {${labels}}}, status: {podIP: 10.47.0.9}}
`;
    const session = await contrail().open(await snapshotOf(labelled("app: old, tier: mid")));
    await session.advance(await snapshotOf(labelled("app: old")));
    const tiers = ["old", "single"].map(
      (name) => session.calculation.configuration.interfaces.get(endpointName(podOf(session.snapshot, name)))?.tags.get("tier")?.source,
    );
    expect(tiers).toEqual([undefined, "stale"]);
  });

  test("says what Contrail cannot have, at the line", async () => {
    const tenants: ClusterPolicy = {
      name: { kind: "ClusterNetworkPolicy", name: "tenants" },
      tier: "Admin",
      priority: 1,
      subject: { namespaces: "every", pods: "every" },
      ingress: [],
      egress: [],
      origin: (await snapshotOf()).pods[0]?.origin ?? fail("no pod"),
    };
    const snapshot = await snapshotOf(
      policy("named", "podSelector: {}, ingress: [{ports: [{port: http}]}]"),
      "---\n{apiVersion: v1, kind: Pod, metadata: {namespace: dev, name: both, labels: {app: a, App: b}}}\n",
      "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: dev-x, name: y}, spec: {podSelector: {}}}\n",
      policy("x-y", "podSelector: {}, ingress: [{}]"),
    );
    const { diagnostics } = await contrail().open({ ...snapshot, clusterPolicies: [tenants] });
    expect(
      diagnostics.map(({ code, severity, message, label, at }) => [code, severity, message, label, at === undefined ? "" : placeText(at)]),
    ).toEqual([
      [
        "contrail-kind-unknown",
        "warning",
        "Contrail does not know ClusterNetworkPolicy `tenants`",
        "D57: it has no effect there",
        "cluster.yaml:10",
      ],
      [
        "contrail-refused",
        "warning",
        "Contrail refuses dev/named: `http` is no number, and a port must be one",
        "D32: the whole policy is missing",
        "cluster.yaml:14",
      ],
      [
        "contrail-label-case",
        "warning",
        "labels `app` and `App` of dev/both are one tag in Contrail",
        "D45: which value survives is not determined",
        "cluster.yaml:16",
      ],
      [
        "contrail-name-shared",
        "warning",
        "dev-x/y and dev/x-y are one firewall policy in Contrail, `k8s-dev-x-y`",
        "D39: it holds the rules of dev/x-y",
        "cluster.yaml:20",
      ],
    ]);
  });

  test("says that the order of creation is taken from the order given, where it matters", async () => {
    const except = (name: string): string =>
      policy(name, "podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.0/25]}}]}]");
    expect(contrailCalculation(await snapshotOf(first, second)).assumed).toEqual([]);
    expect(contrailCalculation(await snapshotOf(first, except("second"))).assumed.map(({ rule, count }) => [rule, count])).toEqual([
      ["D7", 2],
    ]);
  });
});

test("a tier decides in Kubernetes and is nothing to Contrail: D57", async () => {
  const snapshot = await snapshotOf();
  const origin = snapshot.pods[0]?.origin ?? fail("no pod");
  const name = { kind: "ClusterNetworkPolicy", name: "tenants" } as const;
  const deny = {
    direction: "ingress",
    policy: name,
    priority: 1,
    name: undefined,
    action: "Deny",
    peers: [{ kind: "pods", namespaces: "every", pods: "every", origin }],
    ports: "any",
    origin,
  } as const;
  const tenants: ClusterPolicy = {
    name,
    tier: "Admin",
    priority: 1,
    subject: { namespaces: "every", pods: "every" },
    ingress: [deny],
    egress: [],
    origin,
  };
  const guarded = { ...snapshot, clusterPolicies: [tenants] };
  const asked = onPort80(podOf(snapshot, "cli"), podOf(snapshot, "web"));
  expect(explainDifference(specCalculation(guarded).answer(asked), contrailCalculation(guarded).answer(asked))?.deviation).toBe("D57");
});
