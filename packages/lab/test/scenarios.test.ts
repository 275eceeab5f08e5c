import { checkStage, specCalculation, type StageResult } from "@netproof/core/parts";
import { describe, expect, test } from "vitest";
import { readScenario, scenarioNames } from "../../core/test/scenarios/scenario.ts";
import { lab } from "../src/engine.ts";
import { measured, type MeasuredSession } from "../src/measure.ts";
import { noLab, skippedBecause } from "./lab.ts";

/** Every stage of every scenario, measured class by class: the same pairs are open and the same break the intent. */
describe.skipIf(noLab !== undefined)(`scenarios with packets${skippedBecause}`, () => {
  test.each(scenarioNames)("%s", async (name) => {
    const { bound } = await readScenario(name);
    if (bound === undefined) throw new Error(`${name} cannot be read`);
    const outside = bound.useCase.outside.flatMap(({ externals }) => externals);
    let [previous, expected]: (StageResult | undefined)[] = [];
    let session: MeasuredSession | undefined;
    for (const [stage, { snapshot }] of bound.stages.entries()) {
      if (session === undefined) session = await measured(lab).open(snapshot, { outside });
      else await session.advance(snapshot);
      // The kernel names the first rule that matches, not all: `because` is not checked.
      const { cuts, reach } = session.calculation;
      previous = checkStage({ bound, stage, engine: "spec", judge: { cuts, reach }, previous, today: undefined });
      expected = checkStage({ bound, stage, engine: "spec", judge: specCalculation(snapshot), previous: expected, today: undefined });
      expect([stage, previous.pairs]).toEqual([stage, expected.pairs]);
      expect(previous.findings.map(({ message }) => message)).toEqual(expected.findings.map(({ message }) => message));
      expect(session.session.servers.answering).toBe(session.session.servers.asked);
    }
    await session?.[Symbol.asyncDispose]();
  });
});
