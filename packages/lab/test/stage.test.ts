import { formatAddress, type Answer, type Flow } from "@netproof/core/parts";
import { describe, expect, test } from "vitest";
import { readScenario } from "../../core/test/scenarios/scenario.ts";
import type { Transcript } from "../src/answer.ts";
import { curl } from "../src/curl.ts";
import { createLab } from "../src/engine.ts";
import { measured } from "../src/measure.ts";
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
});
