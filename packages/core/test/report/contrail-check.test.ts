import { describe, expect, test } from "vitest";
import { deviations } from "../../src/contrail/deviations.ts";
import { contrail, contrailCalculation } from "../../src/contrail/engine.ts";
import { endpointName } from "../../src/model/endpoint.ts";
import type { Snapshot } from "../../src/model/cluster.ts";
import { read } from "../../src/read/read.ts";
import { contrailCheck } from "../../src/report/contrail/check.ts";
import { specCalculation } from "../../src/spec/engine.ts";

describe("every deviation that flows can show", () => {
  test.each(deviations.filter(({ example }) => example !== undefined))(
    "$id is found, and nothing is unexplained",
    async ({ id, example, profiles }) => {
      const after = await snapshotOf(example?.manifests ?? "");
      const session = await contrail(profiles[0]).open(example?.before === undefined ? after : await snapshotOf(example.before));
      if (example?.before !== undefined) await session.advance(after);
      const found = checked(after, session.calculation);
      expect(found.exitCode).toBe(1);
      expect(found.findings.map(({ deviation }) => deviation)).toContain(id);
      expect(found.findings.map(({ deviation }) => deviation)).not.toContain("unexplained");
    },
  );
});

describe("how to write an allow-all", () => {
  test("is proposed with its lines", async () => {
    const [finding] = (await checkOf(open("- Egress"))).findings;
    expect([finding?.deviation, finding?.help, finding?.note]).toEqual([
      "D3",
      "without an Egress type it allows the same: remove lines 15, 17, 18",
      "delete and create it, or an old deny rule stays (D47)",
    ]);
  });

  test("is not proposed where Kubernetes would then allow something else", async () => {
    const [finding] = (await checkOf(open("- Egress") + closing("b", "policyTypes: [Egress]"))).findings;
    expect(finding?.help).toMatch(/^without an Egress/);
    const [other] = (await checkOf(open("- Egress").replace("- {}", "- ports: [{port: 80}]"))).findings;
    expect(other?.help).toMatch(/^leave the direction out of policyTypes/);
  });
});

test("pairs that cannot be compared are exit 4, and an agreeing cluster is exit 0", async () => {
  const block = "policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]";
  const unplaced = pod("a", "web").replace(/status.*\n/, "");
  const doubtful = await checkOf(unplaced + unplaced.replace("name: web", "name: other") + closing("a", block));
  expect([doubtful.exitCode, doubtful.totals.undetermined > 0]).toEqual([4, true]);
  const same = await checkOf(pod("a", "web") + closing("a", "policyTypes: [Ingress]"));
  expect([same.exitCode, same.findings, same.totals]).toEqual([
    0,
    [],
    { policies: 1, differing: 0, moreOpen: 0, moreClosed: 0, undetermined: 0 },
  ]);
});

async function checkOf(text: string): Promise<ReturnType<typeof contrailCheck>> {
  const snapshot = await snapshotOf(text);
  return checked(snapshot, contrailCalculation(snapshot));
}

function checked(snapshot: Snapshot, calculation: ReturnType<typeof contrailCalculation>): ReturnType<typeof contrailCheck> {
  return contrailCheck(
    { spec: specCalculation(snapshot), contrail: calculation },
    {
      stage: undefined,
      outside: [],
      nameOf: endpointName,
      calculate: (changed) => ({ spec: specCalculation(changed), contrail: contrailCalculation(changed) }),
    },
  );
}

async function snapshotOf(text: string): Promise<Snapshot> {
  const { snapshot, diagnostics } = await read([{ name: "cluster.yaml", text }]);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return snapshot;
}

let address = 1;
function pod(namespace: string, name: string): string {
  return `apiVersion: v1
kind: Pod
metadata: {namespace: ${namespace}, name: ${name}, labels: {app: ${name}}}
spec: {nodeName: n, containers: [{name: main}]}
status: {podIP: 10.47.0.${address++}}
---
`;
}

function closing(namespace: string, rules: string): string {
  return `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: ${namespace}, name: closing}
spec: {podSelector: {matchLabels: {app: web}}, ${rules}}
`;
}

/** In a, web is closed; in b, everybody may open everything. Line 1 is the policy's. */
function open(type: string): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: b, name: open}
spec:
  podSelector:
    matchLabels:
      app: job
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: job
  policyTypes:
    - Ingress
    ${type}
  # for downloads
  egress:
    - {}
---
${pod("a", "web")}${pod("b", "job")}${pod("b", "web")}---
${closing("a", "policyTypes: [Ingress]").replace("---\n", "")}`;
}
