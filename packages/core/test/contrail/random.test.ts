import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contrail, contrailCalculation, type ContrailCalculation } from "../../src/contrail/engine.ts";
import { profileNames } from "../../src/contrail/profiles.ts";
import type { Snapshot } from "../../src/model/cluster.ts";
import { verdictOfReason, type Judgement, type Reason } from "../../src/model/judgement.ts";
import { hasPort } from "../../src/net/ports.ts";
import { uniteCuts } from "../../src/reach/cuts.ts";
import type { Calculation } from "../../src/reach/engine.ts";
import { read } from "../../src/read/read.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { drawnCluster, manifestsOf, plainCluster, type DrawnCluster } from "./clusters.ts";
import { differences, flowsOf, flowText, objection } from "./compare.ts";

const clusters = Number(process.env["NETPROOF_CLUSTERS"] ?? 60);
const options = { numRuns: clusters, ...(process.env["NETPROOF_SEED"] === undefined ? {} : { seed: Number(process.env["NETPROOF_SEED"]) }) };

async function snapshotOf(cluster: DrawnCluster): Promise<Snapshot> {
  const { snapshot, diagnostics } = await read([{ name: "cluster.json", text: manifestsOf(cluster) }]);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return snapshot;
}

const profile = fc.constantFrom(...profileNames);

describe("random clusters under Contrail", () => {
  test("the closed form: one side's allow is enough, or no side is isolated (spec section 0)", async () => {
    let verdicts = 0;
    await fc.assert(
      fc.asyncProperty(plainCluster, async (cluster) => {
        const snapshot = await snapshotOf(cluster);
        const [spec, calculation] = [specCalculation(snapshot), contrailCalculation(snapshot)];
        for (const flow of flowsOf(snapshot, uniteCuts(spec.cuts, calculation.cuts), [4])) {
          const { egress, ingress } = spec.answer(flow).evidence;
          if (egress[0].tier === "exempt" && egress[0].because === "same-pod") continue;
          const sides = [egress, ingress];
          const isOpen = sides.some(isAllowed) || sides.every((side) => !isIsolated(side));
          if ((calculation.answer(flow).verdict === "allow") !== isOpen) expect.fail(`${flowText(flow)}: should be ${isOpen ? "open" : "closed"}`);
          verdicts++;
        }
      }),
      { ...options, numRuns: clusters * 9 },
    );
    expect(verdicts).toBeGreaterThan(clusters * 1_700);
  });

  test("every flow has the verdict of its pair of classes", async () => {
    await fc.assert(
      fc.asyncProperty(drawnCluster, profile, async (cluster, name) => {
        const snapshot = await snapshotOf(cluster);
        expectClasses(contrailCalculation(snapshot, name));
      }),
      options,
    );
  });

  test("what differs from Kubernetes is a listed deviation", async () => {
    await fc.assert(
      fc.asyncProperty(drawnCluster, profile, async (cluster, name) => {
        const snapshot = await snapshotOf(cluster);
        expectExplained(specCalculation(snapshot), contrailCalculation(snapshot, name));
      }),
      options,
    );
  });

  test("a history keeps classes and explanations true", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(drawnCluster, { minLength: 2, maxLength: 3 }), profile, async (states, name) => {
        const [first, ...others] = await Promise.all(states.map(snapshotOf));
        const session = await contrail(name).open(first as Snapshot);
        for (const next of others) {
          const before = session.calculation;
          const told = JSON.stringify(before.configuration.applicationPolicySet);
          await session.advance(next);
          expect(JSON.stringify(before.configuration.applicationPolicySet)).toBe(told);
          expectClasses(session.calculation);
          expectExplained(specCalculation(next), session.calculation);
        }
      }),
      options,
    );
  });
});

function expectClasses(calculation: ContrailCalculation): void {
  for (const flow of flowsOf(calculation.snapshot, calculation.cuts)) {
    const { allow, undetermined } = calculation.reach(flow.family).connections(flow.from, flow.to) ?? expect.fail(`${flowText(flow)}: no class`);
    const verdict = hasPort(allow, flow.protocol, flow.port) ? "allow" : hasPort(undetermined, flow.protocol, flow.port) ? "undetermined" : "deny";
    const asked = calculation.answer(flow).verdict;
    if (asked !== verdict) expect.fail(`${flowText(flow)}: ${asked}, by class ${verdict}`);
  }
}

function expectExplained(spec: Calculation<Judgement>, calculation: ContrailCalculation): void {
  for (const found of differences(spec, calculation, [4])) {
    const wrong = objection(found, calculation);
    if (wrong !== undefined) expect.fail(wrong);
  }
}

function isAllowed(reason: Reason): boolean {
  return reason.at(-1)?.tier === "NetworkPolicy" && verdictOfReason(reason) === "allow" && isIsolated(reason);
}

function isIsolated(reason: Reason): boolean {
  const last = reason.at(-1);
  return last?.tier === "NetworkPolicy" && last.outcome !== "not-isolated";
}
