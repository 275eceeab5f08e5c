import path from "node:path";
import { sample } from "fast-check";
import { contrail, contrailCalculation, type ContrailCalculation, type ContrailSession } from "@netproof/core/contrail";
import {
  addressIn,
  endpointName,
  parseAddress,
  protocols,
  read,
  type Address,
  type Endpoint,
  type Flow,
  type Snapshot,
} from "@netproof/core/parts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadWith, type Mistake } from "../../core/test/planting.ts";
import { distinctCluster, manifestsOf } from "../../core/test/random/cluster.ts";
import { readScenario, scenarioNames } from "../../core/test/scenarios/scenario.ts";
import { createLab, type LabSession } from "../src/engine.ts";
import type { compileFirewall } from "../src/nft/firewall.ts";
import { noLab, skippedBecause } from "./lab.ts";
import { clusters, seed } from "./soak.ts";

/** Contrail's objects as packets meet them, against the walk over the same objects: the two share no line. */
describe.skipIf(noLab !== undefined)(`Contrail's rules with packets${skippedBecause}`, () => {
  let lab: LabSession;
  let latest: ContrailCalculation;
  beforeAll(async () => {
    const firewallOf = () => async (snapshot: Snapshot) => (latest = contrailCalculation(snapshot));
    lab = await createLab({ denyWith: "reject", firewallOf }).open((await read([])).snapshot);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  test("every flow of random clusters", async () => {
    const wrong: string[] = [];
    let judged = 0;
    for (const raw of sample(distinctCluster, { numRuns: clusters(12, 500), seed })) {
      const { snapshot } = await read([{ name: "cluster.json", text: manifestsOf(raw) }]);
      await lab.advance(snapshot);
      const flows = flowsIn(snapshot, 3);
      const answers = await lab.ask(flows);
      judged += flows.length;
      wrong.push(...disagreements(flows, answers, latest));
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(judged).toBeGreaterThan(500);
  }, 1_200_000);

  test("reject and drop of a node's own packets are both seen", async () => {
    const { snapshot } = await read([{ name: "pods.yaml", text: ownNode }]);
    const [node, pod] = [snapshot.nodes[0], snapshot.pods[0]];
    if (node === undefined || pod === undefined) throw new Error("no node or no pod");
    const flows = protocols.map((protocol): Flow => ({ from: node, to: pod, family: 4, protocol, port: 80 }));
    for (const denyWith of ["reject", "drop"] as const) {
      await using session = await createLab({ denyWith, firewallOf: () => async (next) => contrailCalculation(next) }).open(snapshot);
      const answers = await session.ask(flows);
      expect(answers.map(({ verdict }) => verdict)).toEqual(flows.map((flow) => contrailCalculation(snapshot).answer(flow).verdict));
      expect(answers.map(({ verdict }) => verdict)).toEqual(["deny", "deny", "deny"]);
    }
  });
});

describe.skipIf(noLab !== undefined)(`scenarios with Contrail's rules and packets${skippedBecause}`, () => {
  test.each(scenarioNames.filter((name) => !name.startsWith("tiers-")))(
    "%s, stage by stage, with what kube-manager remembers",
    async (name) => {
      const { bound } = await readScenario(name);
      if (bound === undefined) throw new Error(`${name} cannot be read`);
      let calculated: ContrailSession | undefined;
      const firewallOf = () => async (snapshot: Snapshot) => {
        if (calculated === undefined) calculated = await contrail().open(snapshot);
        else await calculated.advance(snapshot);
        return calculated.calculation;
      };
      let lab: LabSession | undefined;
      for (const { snapshot } of bound.stages) {
        if (lab === undefined) lab = await createLab({ denyWith: "reject", firewallOf }).open(snapshot);
        else await lab.advance(snapshot);
        const flows = flowsIn(snapshot, 3);
        expect(disagreements(flows, await lab.ask(flows), (calculated as unknown as ContrailSession).calculation)).toEqual([]);
      }
      await lab?.[Symbol.asyncDispose]();
    },
  );
});

/** Mistakes that somebody could make in the lowering: packets must show each. */
const mistakes: readonly Omit<Mistake, "file">[] = [
  { right: "tags.every((tag) => own.has(tag))", wrong: "tags.some((tag) => own.has(tag))" },
  {
    right: '[endMatch(endpoint1, "saddr", family), endMatch(endpoint2, "daddr", family)]',
    wrong: '[endMatch(endpoint2, "saddr", family), endMatch(endpoint1, "daddr", family)]',
  },
  { right: 'rule.action === "pass" ? "allow" : "deny"', wrong: '"allow" as "allow" | "deny"' },
  { right: "last > before.last", wrong: "last < before.last" },
  { right: '"name" in dstPorts || dstPorts.first > 0', wrong: '"name" in dstPorts' },
  { right: "first === last ? first : `${first}-${last}`", wrong: "first" },
  { right: 'endpoint1.kind === "any" && endpoint2.kind === "any"', wrong: 'endpoint1.kind === "any"' },
  { right: "sure: joined([...without(blocks, doubtful), ...tagged])", wrong: "sure: tagged" },
  { right: "const rules = policies.flatMap(", wrong: "const rules = policies.toReversed().flatMap(" },
  { right: 'ownNode: "judged"', wrong: 'ownNode: "exempt"' },
  { right: 'if (!own.has("application")) tags.add', wrong: "tags.add" },
  { right: "return { text: `meta l4proto . th dport @${set}`", wrong: "return { text: `meta l4proto . th sport @${set}`" },
  { right: "`${protocol} . ${", wrong: "`tcp . ${" },
];

describe.skipIf(noLab !== undefined)(`a mistake planted in the lowering of Contrail's rules is caught by packets${skippedBecause}`, () => {
  const sources = path.resolve(import.meta.dirname, "../src/nft");
  test.each(mistakes)("$wrong", async (mistake) => {
    const planted = await loadWith<{ readonly compileFirewall: typeof compileFirewall }>(sources, ["firewall.ts"], {
      file: "firewall.ts",
      ...mistake,
    });
    const rulesOf: NonNullable<Parameters<typeof createLab>[0]["rulesOf"]> = (ground) =>
      planted.compileFirewall(ground, contrailCalculation(ground.snapshot as Snapshot).configuration);
    const { snapshot } = await read([{ name: "planted.yaml", text: `${ownNode}${forMistakes}` }]);
    const flows = flowsIn(snapshot, 1);
    try {
      await using session = await createLab({ denyWith: "reject", rulesOf }).open(snapshot);
      expect(disagreements(flows, await session.ask(flows), contrailCalculation(snapshot))).not.toEqual([]);
    } catch (error) {
      // What nft refuses, or what the lab's own test sees, is caught as well.
      expect(String(error)).toMatch(/LabError/);
    }
  });
});

function disagreements(
  flows: readonly Flow[],
  answers: Awaited<ReturnType<LabSession["ask"]>>,
  { answer }: ContrailCalculation,
): readonly string[] {
  return flows.flatMap((flow, i) => {
    const { verdict } = answer(flow);
    const measured = answers[i];
    if (measured.verdict === verdict || verdict === "undetermined" || measured.evidence.seen.kind === "not-tried") return [];
    if (measured.verdict === "undetermined" && measured.why.ingress.question !== undefined) return [];
    const { from, to, protocol, port, family } = flow;
    return [
      `${endpointName(from)} -> ${endpointName(to)} ${port}/${protocol} IPv${family}: ${verdict}, but ${measured.verdict} ${measured.evidence.problem ?? ""}`,
    ];
  });
}

/** Every n-th flow between pods, nodes and two hosts. */
function flowsIn({ pods, nodes }: Snapshot, nth: number): readonly Flow[] {
  const hosts = ["10.169.25.20", "203.0.113.9"].map((text): Endpoint => ({ kind: "external", address: parseAddress(text) as Address }));
  const ends: readonly Endpoint[] = [...pods, ...nodes, ...hosts];
  const all = ends.flatMap((from) =>
    ends.flatMap((to) =>
      from.kind !== "pod" && to.kind !== "pod"
        ? []
        : ([4, 6] as const).flatMap((family) =>
            protocols.flatMap((protocol) => [80, 81, 443].map((port): Flow => ({ from, to, family, protocol, port }))),
          ),
    ),
  );
  const has = (end: Endpoint, family: 4 | 6): boolean => addressIn(end, family) !== undefined;
  return all.filter(({ from, to, family }, i) => i % nth === 0 && has(from, family) && has(to, family));
}

const ownNode = `
apiVersion: v1
kind: Node
metadata: { name: n1 }
status: { addresses: [{ type: InternalIP, address: 10.169.25.30 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: dev, labels: { app: web, tier: front } }
spec: { nodeName: n1, containers: [{ name: c }] }
status: { phase: Running, podIP: 10.0.0.1, podIPs: [{ ip: 10.0.0.1 }, { ip: "fd00::1" }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: dev }
spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress] }
`;

const pod = (name: string, number: number, labels: string): string => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: dev, labels: { ${labels} } }
spec: { nodeName: n1, containers: [{ name: c }] }
status: { phase: Running, podIP: 10.0.0.${number}, podIPs: [{ ip: 10.0.0.${number} }, { ip: "fd00::${number}" }] }
`;

const forMistakes = `${pod("a", 2, "app: a, tier: front")}${pod("b", 3, "app: b, tier: front")}${pod("c", 4, "app: a, tier: back")}${pod("own", 5, "app: own, application: mine")}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: mixed, namespace: dev }
spec:
  podSelector: { matchLabels: { app: b } }
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{ podSelector: { matchLabels: { app: a, tier: front } } }]
      ports: [{ port: 80, endPort: 81 }, { port: 443, protocol: UDP }, { port: 443, protocol: SCTP }]
    - from: [{ podSelector: { matchLabels: { app: own } } }]
      ports: [{ protocol: UDP }]
    - from: [{ ipBlock: { cidr: 10.169.25.0/24, except: [10.169.25.30/32] } }]
  egress:
    - to: [{ podSelector: { matchLabels: { app: web } } }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own, namespace: dev }
spec: { podSelector: { matchLabels: { app: own } }, policyTypes: [Ingress] }
`;
