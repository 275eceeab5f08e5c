import { describe, expect, test } from "vitest";
import { contrail, contrailCalculation, type ContrailCalculation } from "../../src/contrail/engine.ts";
import { read } from "../../src/read/read.ts";
import { plainRows, viewOf, type View } from "../../src/report/rows.ts";
import { contrailSurvey, flowsDecidedBy } from "../../src/report/contrail/survey.ts";
import { readScenario } from "../scenarios/scenario.ts";

const http = { protocol: "TCP", port: 80 } as const;

describe("the objects of day-one at policy1", () => {
  test("are the list of the chapter, and each of the 54 flows on 80/TCP is decided by one rule", async () => {
    const { calculation, view } = await dayOne("policy1");
    const survey = contrailSurvey(calculation, view, { stage: "policy1", port: http });
    expect(survey).toMatchObject({
      format: "netproof.contrail-survey/1",
      profile: "2021-11",
      port: "80/TCP",
      applicationPolicySet: { name: "default-policy-management:k8s", tags: ["application=k8s"] },
      totals: { policies: 4, rules: 12, flows: 54, decided: 54, implicitDeny: 0, notEvaluated: 0, undetermined: 0 },
    });
    const rows = survey.policies.flatMap(({ sequence, name, role, decides, rules }) => [
      [sequence, name, role, decides].join(" "),
      ...rules.map((rule) => `  ${[rule.sequence, rule.name, rule.action, rule.service, rule.decides, placeText(rule.place)].join(" ")}`),
    ]);
    expect(rows).toEqual([
      "00002.0 k8s-Ingress ingress-objects 0",
      "00004.0 k8s-dev-policy1 network-policy 4",
      "  00000.0 dev-ingress-policy1-0-ipBlock-0-cidr-10.169.25.20/32-0 pass tcp 80 1 policy1.yaml:15",
      "  00001.0 dev-ingress-policy1-0-namespaceSelector-1-0 pass tcp 80 1 policy1.yaml:17",
      "  00002.0 dev-ingress-policy1-0-podSelector-2-0 pass tcp 80 1 policy1.yaml:20",
      "  00003.0 dev-egress-policy1-podSelector-0-0 pass tcp 80 1 policy1.yaml:28",
      "00006.0 k8s-denyall isolation 10",
      "  00001.0 dev-ingress-policy1-denyall deny any 4 policy1.yaml:11",
      "  00002.0 dev-egress-policy1-default-deny-all deny any 6 policy1.yaml:12",
      "00007.0 k8s-allowall namespaces 40",
      "  00001.0 k8s-Namespace-dev-ingress pass any 18 all-in-one.yaml:2",
      "  00002.0 k8s-Namespace-dev-egress pass any 12 all-in-one.yaml:2",
      "  00003.0 k8s-Namespace-jtac-ingress pass any 3 all-in-one.yaml:16",
      "  00004.0 k8s-Namespace-jtac-egress pass any 3 all-in-one.yaml:16",
      "  00005.0 k8s-Namespace-qa-ingress pass any 2 all-in-one.yaml:9",
      "  00006.0 k8s-Namespace-qa-egress pass any 2 all-in-one.yaml:9",
    ]);
    expect(survey.policies[1]?.networkPolicy).toBe("dev/policy1");
    expect(survey.policies[1]?.rules[2]).toMatchObject({
      endpoint1: { kind: "tags", tags: ["app=client1-dev", "namespace=dev"] },
      endpoint2: { kind: "tags", tags: ["app=webserver-dev", "namespace=dev"] },
    });
  });

  test("tell which flows a rule decides, which pods carry a tag, and which rules use a group", async () => {
    const { calculation, view } = await dayOne("policy1");
    const denied = flowsDecidedBy({ policy: "k8s-denyall", rule: "dev-ingress-policy1-denyall" }, calculation, view, { port: http });
    expect(denied.map(({ from, to, flows }) => `${from} ${to} ${flows}`).sort()).toEqual([
      "cent333 dev/webserver-dev 1",
      "dev/client2-dev dev/webserver-dev 1",
      "dev/dbserver-dev dev/webserver-dev 1",
      "qa/client-qa dev/webserver-dev 1",
    ]);
    expect(flowsDecidedBy({ policy: "k8s-denyall", rule: "none" }, calculation, view, { port: http })).toEqual([]);
    const { tags, addressGroups } = contrailSurvey(calculation, view, { stage: "policy1", port: http });
    // An API server labels namespaces with their names.
    expect(tags.map(({ tag }) => tag)).toContain("kubernetes.io__slash__metadata.name=qa");
    expect(tags).toHaveLength(17);
    expect(tags.find(({ tag }) => tag === "application=k8s")?.pods).toHaveLength(6);
    expect(tags.find(({ tag }) => tag === "app=webserver-dev")?.pods).toEqual(["dev/webserver-dev"]);
    expect(addressGroups).toMatchObject([
      {
        name: "10.169.25.20/32",
        prefixes: ["10.169.25.20/32"],
        rules: ["dev-ingress-policy1-0-ipBlock-0-cidr-10.169.25.20/32-0"],
        place: { file: "policy1.yaml", line: 15 },
      },
    ]);
  });

  test("count a flow at every rule that decides one of its ports where no port is asked", async () => {
    const { calculation, view } = await dayOne("policy1");
    const { totals, policies, port } = contrailSurvey(calculation, view, { stage: "policy1", port: undefined });
    expect([port, totals.flows, totals.decided]).toEqual([undefined, 54, 54]);
    // The four flows that 80/TCP passes are denied on all other ports.
    expect(policies.map(({ decides }) => decides)).toEqual([0, 4, 14, 40]);
  });
});

describe("a rule that no flow comes to", () => {
  test.each([
    ["ingress: [{}]", "p-denyall", "k8s-a-p a-ingress-p-0-allow-all-0"],
    ["ingress: [{ports: [{port: 80}]}, {ports: [{}]}]", "ingress-p-1-allow-all-0", undefined],
    ["ingress: [{ports: [{}, {port: 80}]}]", "ingress-p-0-allow-all-1", "k8s-a-p a-ingress-p-0-allow-all-0"],
    ["ingress: [{ports: [{protocol: UDP}, {port: 80}]}]", "ingress-p-0-allow-all-1", undefined],
    [
      "ingress: [{from: [{podSelector: {matchLabels: {x: y}}}]}, {from: [{podSelector: {matchLabels: {x: y, z: w}}}]}]",
      "1-podSelector-0-0",
      "k8s-a-p a-ingress-p-0-podSelector-0-0",
    ],
    [
      "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 10.1.0.0/16}}]}]",
      "10.1.0.0/16-0",
      "k8s-a-p a-ingress-p-0-ipBlock-0-cidr-10.0.0.0/8-0",
    ],
    ["ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/16}}, {ipBlock: {cidr: 10.0.0.0/8}}]}]", "10.0.0.0/8-0", undefined],
  ])("%s", async (spec, name, shadow) => {
    const { calculation, view } = await cluster(spec);
    const rules = contrailSurvey(calculation, view, { stage: undefined, port: http }).policies.flatMap((policy) => policy.rules);
    const rule = rules.find((one) => one.name.endsWith(name)) ?? expect.fail(rules.map((one) => one.name).join());
    expect(rule.shadowedBy && `${rule.shadowedBy.policy} ${rule.shadowedBy.rule}`).toBe(shadow);
    if (shadow !== undefined) expect(rule.decides).toBe(0);
  });
});

test("flows that come to no rule are counted apart", async () => {
  const { calculation, view } = await cluster("ingress: []", "application: shop");
  const { totals } = contrailSurvey(calculation, view, { stage: undefined, port: http });
  expect(totals).toMatchObject({ flows: 2, decided: 0, notEvaluated: 2 });
});

interface Surveyed {
  readonly calculation: ContrailCalculation;
  readonly view: View;
}

async function dayOne(stageName: string): Promise<Surveyed> {
  const { bound } = await readScenario("day-one");
  const stages = bound?.stages ?? [];
  const stage = stages.findIndex(({ name }) => name === stageName);
  const session = await contrail().open(stages[0]?.snapshot ?? expect.fail("no stage"));
  for (const { snapshot } of stages.slice(1, stage + 1)) await session.advance(snapshot);
  const { calculation } = session;
  return { calculation, view: viewOf(calculation, { ...plainRows, outside: bound?.useCase.outside ?? [] }) };
}

/** Two pods of a namespace, and one policy for all of it. */
async function cluster(spec: string, labels = "app: web"): Promise<Surveyed> {
  const pod = (name: string, address: string): string => `apiVersion: v1
kind: Pod
metadata: {namespace: a, name: ${name}, labels: {${labels}}}
spec: {nodeName: n, containers: [{name: main}]}
status: {podIP: ${address}}
---
`;
  const text = `${pod("one", "10.0.0.1")}${pod("two", "10.0.0.2")}apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: a, name: p}
spec: {podSelector: {}, ${spec}}
`;
  const { snapshot, diagnostics } = await read([{ name: "cluster.yaml", text }]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const calculation = contrailCalculation(snapshot);
  return { calculation, view: viewOf(calculation, plainRows) };
}

function placeText(place: { readonly file: string; readonly line: number } | undefined): string {
  return place === undefined ? "" : `${place.file}:${place.line}`;
}
