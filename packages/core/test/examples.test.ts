import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";

/**
 * One example for each public name: what a reader of the documentation would paste. The last test sees that none is missing.
 */
const manifests = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { containers: [{ name: c, ports: [{ name: http, containerPort: 8080 }] }] }
status: { podIP: 10.0.0.1 }
---
apiVersion: v1
kind: Pod
metadata: { name: db, namespace: shop, labels: { app: db } }
spec: { containers: [{ name: c }] }
status: { podIP: 10.0.0.2 }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db-from-web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: db } }
  ingress:
    - from: [{ podSelector: { matchLabels: { app: web } } }]
      ports: [{ port: 5432 }]
`;

const shown = new Set<string>();
function example(names: string, run: () => void | Promise<void>): void {
  for (const name of names.split(" ")) shown.add(name);
  test(names, run);
}

async function shop(): Promise<core.Snapshot> {
  const { snapshot } = await core.read([{ name: "shop.yaml", text: manifests }]);
  return snapshot;
}

function pod(snapshot: core.Snapshot, name: string): core.Pod {
  return snapshot.pods.find((one) => one.name === name) ?? expect.fail(name);
}

describe("every public name by example", () => {
  example("parseAddress formatAddress", () => {
    const address = core.parseAddress("2001:DB8:0::5");
    expect(address && core.formatAddress(address)).toBe("2001:db8::5");
    expect(core.parseAddress("10.0.0.256")).toBeUndefined();
  });

  example("parseCidr inCidr", () => {
    const written = core.parseCidr("10.0.0.77/24") ?? expect.fail();
    expect(written).toMatchObject({ hostBits: true, cidr: { text: "10.0.0.0/24" } });
    expect(core.inCidr(written.cidr, { family: 4, value: 0x0a0000ffn })).toBe(true);
  });

  example("formatPorts hasPort", async () => {
    const snapshot = await shop();
    const { allow } = core.specCalculation(snapshot).reach(4).connections(pod(snapshot, "web"), pod(snapshot, "db")) ?? expect.fail();
    expect(core.formatPorts(allow)).toBe("5432/TCP");
    expect(core.hasPort(allow, "UDP", 5432)).toBe(false);
  });

  example("read endpointName", async () => {
    const { snapshot, diagnostics, ledger } = await core.read([{ name: "shop.yaml", text: manifests }]);
    expect(snapshot.pods.map(core.endpointName)).toEqual(["shop/db", "shop/web"]);
    expect(diagnostics).toEqual([]);
    expect(ledger.read).toContainEqual({ kind: "NetworkPolicy", count: 1 });
  });

  example("spanOf placeText", async () => {
    const { policies } = await shop();
    const [rule] = policies[0]?.ingress ?? [];
    expect(rule && core.placeText(core.spanOf(rule.origin), "with-column")).toBe("shop.yaml:25:7");
  });

  example("judge rulebook verdictOf", async () => {
    const snapshot = await shop();
    const flow = { from: pod(snapshot, "db"), to: pod(snapshot, "web"), family: 4, protocol: "TCP", port: 8080 } as const;
    const judgement = core.judge(core.rulebook(snapshot), flow);
    expect(judgement.ingress).toEqual([{ tier: "NetworkPolicy", outcome: "not-isolated" }]);
    expect(core.verdictOf(judgement)).toBe("allow");
  });

  example("parseSelector selects", async () => {
    const { policies, pods } = await shop();
    const origin = policies[0]?.origin ?? expect.fail();
    const parsed = core.parseSelector("app in (web, cart),!legacy", origin);
    expect("selector" in parsed && pods.filter(({ labels }) => core.selects(parsed.selector, labels)).map(({ name }) => name)).toEqual([
      "web",
    ]);
  });

  example("servicePort backendsOf", async () => {
    const snapshot = await shop();
    const [service] = snapshot.services;
    const port = service && core.servicePort(service, "TCP", 80);
    expect(service && port && core.backendsOf(service, port, snapshot)).toEqual([{ endpoint: pod(snapshot, "web"), port: 8080 }]);
  });

  example("spec", async () => {
    const snapshot = await shop();
    await using session = await core.spec.open(snapshot);
    const [answer] = await session.ask([{ from: pod(snapshot, "web"), to: pod(snapshot, "db"), family: 4, protocol: "TCP", port: 80 }]);
    expect(answer).toMatchObject({ verdict: "deny", why: { ingress: { reason: "no-rule-allows", policies: ["shop/db-from-web"] } } });
    await session.advance({ ...snapshot, policies: [] });
    expect(session.calculation.answer(answer?.flow ?? expect.fail()).verdict).toBe("allow");
  });

  example("differences", async () => {
    const before = await shop();
    const after = { ...before, policies: [] };
    const calculation = core.specCalculation(before);
    const { all } = core.differences(calculation, core.specCalculation(after, calculation), 4);
    const opened = all.find(({ from, to }) => from.length === 1 && to.length === 1);
    expect(opened).toMatchObject({
      change: "opens",
      pairs: 1n,
      witness: { from: pod(before, "web"), to: pod(before, "db"), protocol: "TCP", port: 1 },
    });
    expect(core.formatPorts(opened?.ports ?? expect.fail())).toBe("1-5431/TCP 5433-65535/TCP all/UDP all/SCTP");
  });

  example("specCalculation reachByAsking", async () => {
    const snapshot = await shop();
    const calculation = core.specCalculation(snapshot);
    const asked = core.reachByAsking((flow) => calculation.answer(flow).verdict, snapshot, calculation.cuts, 4);
    const ends = [pod(snapshot, "web"), pod(snapshot, "db")] as const;
    expect(asked.connections(...ends)).toEqual(calculation.reach(4).connections(...ends));
  });

  example("resolveFlows", async () => {
    const names = { snapshot: await shop(), outside: [], groups: [] };
    const resolved = core.resolveFlows({ from: "ip:203.0.113.9", to: "svc/web", port: 80, protocol: "TCP" }, names);
    expect(resolved).toMatchObject({ kind: "flows", flows: [{ flow: { port: 8080 }, behindService: { service: "shop/web", port: 80 } }] });
  });

  example("readUseCase neededPaths resolveStages bindNames checkStage runReport presentRun presentHtml", async () => {
    const text = "format: netproof.use-case/1\nname: shop\ntopology: shop.yaml\nintent:\n  - web -> db 5432 allow\nrest: deny\n";
    const { useCase = expect.fail() } = await core.readUseCase({ name: "netproof.yaml", text });
    expect(core.neededPaths(useCase)).toEqual(["shop.yaml"]);
    const { stages } = await core.resolveStages(useCase, new Map([["shop.yaml", [{ name: "shop.yaml", text: manifests }]]]));
    const { bound } = core.bindNames(useCase, stages);
    const [stage = expect.fail()] = stages;
    const calculation = core.specCalculation(stage.snapshot);
    const result = core.checkStage({ bound, stage: 0, engine: "spec", judge: calculation, previous: undefined, today: undefined });
    expect(result.intent).toMatchObject({ status: "unmet", broken: 1 });
    const report = core.runReport({ useCase, stages: [{ stage, surveys: [{ engine: "spec", calculation, result }] }], findings: [] });
    expect(core.presentRun(report, core.plainLook)).toContain("db → web 80/TCP, not isolated");
    expect(core.presentHtml(report, [])).toMatch(/^<!doctype html>/);
  });

  example("viewOf plainRows matrixDocument presentMatrix plainLook", async () => {
    const view = core.viewOf(core.specCalculation(await shop()), core.plainRows);
    const matrix = core.matrixDocument(view, { stage: undefined, port: undefined, wanted: () => true });
    expect(core.presentMatrix(matrix, core.plainLook).split("\n").slice(1, 4)).toEqual([
      "FROM, TO  1    2",
      "1 db           all",
      "2 web     5432",
    ]);
  });

  example("listDocument presentList presentCsv presentJson presentYaml presentMarkdown presentMermaid presentSvg", async () => {
    const calculation = core.specCalculation(await shop());
    const view = core.viewOf(calculation, core.plainRows);
    const list = core.listDocument(calculation, view, { stage: undefined, wanted: () => true, form: "flat", groups: [] });
    expect(core.presentList(list, "pairs", "narrow", core.plainLook)).toContain("shop/web  shop/db   5432/TCP");
    expect(core.presentCsv(list)).toContain("shop/web,shop/db,5432/TCP,shop/db-from-web ingress[0]");
    expect(JSON.parse(core.presentJson(list))).toMatchObject({ format: "netproof.list/1" });
    expect(core.presentYaml(list)).toMatch(/^format: netproof.list\/1$/m);
    expect(core.presentMarkdown(list)).toContain("5432/TCP");
    expect(core.presentMermaid(list)).toMatch(/^flowchart/m);
    const matrix = core.matrixDocument(view, { stage: undefined, port: undefined, wanted: () => true });
    expect(core.presentSvg(matrix)).toMatch(/^<svg /);
  });

  example("explainFlow presentExplain", async () => {
    const snapshot = await shop();
    const answer = core
      .specCalculation(snapshot)
      .answer({ from: pod(snapshot, "web"), to: pod(snapshot, "db"), family: 4, protocol: "TCP", port: 80 });
    const explained = core.explainFlow(answer, { from: "web", to: "db", port: "80/TCP", which: undefined });
    const document = {
      format: "netproof.explanation/1",
      stage: undefined,
      from: "web",
      to: "db",
      answers: [explained],
      notes: [],
    } as const;
    expect(core.presentExplain(document, core.plainLook)).toContain("port: it is not 80");
  });

  test("no public name is without one", () => {
    expect(Object.keys(core).filter((name) => !shown.has(name))).toEqual([]);
  });
});
