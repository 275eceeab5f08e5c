import { formatAddress, type Answer, type Flow } from "@netproof/core/parts";
import { describe, expect, test } from "vitest";
import { readScenario } from "../../core/test/scenarios/scenario.ts";
import type { Transcript } from "../src/answer.ts";
import { curl } from "../src/curl.ts";
import { createLab } from "../src/engine.ts";
import { measured } from "../src/measure.ts";
import { compile } from "../src/nft/compile.ts";
import { noLab, skippedBecause } from "./lab.ts";

/** What a page does that shows a stage while it runs. */
describe.skipIf(noLab !== undefined)(`a stage, probe by probe${skippedBecause}`, () => {
  test.each(["reject", "drop"] as const)("answers come in the order of the plan, with %s", async (denyWith) => {
    const { bound } = await readScenario("day-one");
    const stage = bound?.stages[1];
    if (bound === undefined || stage === undefined) throw new Error("day-one has no second stage");
    let plan: readonly Flow[] = [];
    const heard: Answer<Transcript>[] = [];
    const places: number[] = [];
    await using session = await measured(createLab({ denyWith })).open(stage.snapshot, {
      outside: bound.useCase.outside.flatMap(({ externals }) => externals),
      planned: (flows) => (plan = flows),
      answered: (answer, place) => {
        heard.push(answer);
        places.push(place);
      },
    });
    expect(places).toEqual(plan.map((_, i) => i));
    expect(heard.map(({ flow }) => flow)).toEqual(plan);
    expect(session.tried).toBe(plan.length);
    for (const { flow, verdict, evidence } of heard) {
      expect(session.calculation.answer(flow).verdict).toBe(verdict);
      if (evidence.seen.kind !== "not-tried") expect(evidence.milliseconds).toBeGreaterThanOrEqual(0);
    }
    const denied = heard.filter(({ verdict }) => verdict === "deny");
    expect(denied.length).toBeGreaterThan(0);
    expect(new Set(denied.map(({ evidence }) => evidence.seen.kind))).toEqual(new Set([denyWith === "drop" ? "silent" : "rejected"]));

    const pod = (name: string) => stage.snapshot.pods.find((one) => one.name === name) ?? expect.fail(`no pod ${name}`);
    const call = { from: pod("client1-dev"), to: pod("webserver-dev"), family: 4, protocol: "TCP", port: 80 } as const;
    const page = await curl(session.session, call);
    expect(page).toMatchObject({ command: "curl -m5 http://10.47.255.234/", exitCode: 0, stderr: "" });
    expect(typeof page === "string" ? page : page.stdout).toContain(`client ${formatAddress({ family: 4, value: 0x0a2f_ffe8n })}`);
    const kept = await curl(session.session, { ...call, from: pod("client-qa") });
    expect(kept).toMatchObject({ exitCode: denyWith === "drop" ? 28 : 7, stdout: "" });
    expect(await curl(session.session, { ...call, protocol: "UDP" })).toBe("curl speaks TCP, not UDP");
  });

  test("every pair can be tried; a class whose pods are answered differently is no answer", async () => {
    const { bound } = await readScenario("recipe-03-deny-all-in-a-namespace");
    const snapshot = bound?.stages[1]?.snapshot ?? expect.fail("no second stage");
    const outside = bound?.useCase.outside.flatMap(({ externals }) => externals) ?? [];
    await using few = await measured(createLab({ denyWith: "reject" })).open(snapshot, { outside });
    await using every = await measured(createLab({ denyWith: "reject" }), { every: true }).open(snapshot, { outside });
    expect(every.tried).toBeGreaterThan(few.tried);
    const flows = snapshot.pods.flatMap((from) => snapshot.pods.map((to): Flow => ({ from, to, family: 4, protocol: "TCP", port: 80 })));
    const verdicts = flows.map((flow) => few.calculation.answer(flow).verdict);
    expect(flows.map((flow) => every.calculation.answer(flow).verdict)).toEqual(verdicts);

    // Rules that leave out one pod of a class: only who tries every pair can see it.
    const classOf = every.calculation.reach(4).classOf;
    const alike = snapshot.pods.filter((pod) => snapshot.pods.some((other) => other !== pod && classOf(other) === classOf(pod)));
    const odd = alike.at(-1) ?? expect.fail("no two pods are alike");
    const rulesOf = (ground: Parameters<typeof compile>[0]): ReturnType<typeof compile> => {
      const ruleset = compile(ground);
      const device = ground.stands.find(({ pod }) => pod.name === odd.name && pod.namespace.name === odd.namespace.name)?.device;
      return { ...ruleset, dispatch: ruleset.dispatch.filter((one) => one.device !== device) };
    };
    await using broken = await measured(createLab({ denyWith: "reject", rulesOf }), { every: true }).open(snapshot, { outside });
    expect(flows.map((flow) => broken.calculation.answer(flow).verdict)).toContain("undetermined");
  });
});
