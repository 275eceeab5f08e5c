import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contrail, contrailCalculation, type ContrailCalculation } from "../../src/contrail/engine.ts";
import { profileNames } from "../../src/contrail/profiles.ts";
import { emptySnapshot, type Snapshot } from "../../src/model/cluster.ts";
import { verdictOfReason, type Judgement, type Reason } from "../../src/model/judgement.ts";
import { hasPort, type PortSet } from "../../src/net/ports.ts";
import { uniteCuts } from "../../src/reach/cuts.ts";
import type { Calculation } from "../../src/reach/engine.ts";
import { read } from "../../src/read/read.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { drawnCluster, manifestsOf, plainCluster, type DrawnCluster } from "./clusters.ts";
import { differences, fail, flowsOf, flowText, objection } from "./compare.ts";

const clusters = Number(process.env["NETPROOF_CLUSTERS"] ?? 60);
const options = {
  numRuns: clusters,
  ...(process.env["NETPROOF_SEED"] === undefined ? {} : { seed: Number(process.env["NETPROOF_SEED"]) }),
};

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
          const open = sides.some(isAllowed) || sides.every((side) => !isIsolated(side)) ? "allow" : "deny";
          if (calculation.answer(flow).verdict !== open) fail(`${flowText(flow)}: should be ${open}`);
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
        expect(strayFlows(contrailCalculation(snapshot, name))).toEqual([]);
      }),
      options,
    );
  });

  test("what differs from Kubernetes is a listed deviation", async () => {
    await fc.assert(
      fc.asyncProperty(drawnCluster, profile, async (cluster, name) => {
        const snapshot = await snapshotOf(cluster);
        expect(objections(specCalculation(snapshot), contrailCalculation(snapshot, name))).toEqual([]);
      }),
      options,
    );
  });

  test("a history keeps classes and explanations true", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(drawnCluster, { minLength: 2, maxLength: 3 }), profile, async (states, name) => {
        const [first, ...others] = await Promise.all(states.map(snapshotOf));
        const session = await contrail(name).open(first ?? emptySnapshot);
        for (const next of others) {
          const before = session.calculation;
          const told = JSON.stringify(before.configuration.applicationPolicySet);
          await session.advance(next);
          expect(JSON.stringify(before.configuration.applicationPolicySet)).toBe(told);
          expect(strayFlows(session.calculation)).toEqual([]);
          expect(objections(specCalculation(next), session.calculation)).toEqual([]);
        }
      }),
      options,
    );
  });
});

/** Flows whose verdict is not that of their pair of classes. */
function strayFlows(calculation: ContrailCalculation): readonly string[] {
  return [...flowsOf(calculation.snapshot, calculation.cuts)].flatMap((flow) => {
    const { allow, undetermined } = calculation.reach(flow.family).connections(flow.from, flow.to) ?? fail(`${flowText(flow)}: no class`);
    const has = (ports: PortSet): boolean => hasPort(ports, flow.protocol, flow.port);
    const verdict = has(allow) ? "allow" : has(undetermined) ? "undetermined" : "deny";
    const asked = calculation.answer(flow).verdict;
    return asked === verdict ? [] : `${flowText(flow)}: ${asked}, by class ${verdict}`;
  });
}

function objections(spec: Calculation<Judgement>, calculation: ContrailCalculation): readonly string[] {
  return [...differences(spec, calculation, [4])].flatMap((found) => objection(found, calculation) ?? []);
}

function isAllowed(reason: Reason): boolean {
  return reason.at(-1)?.tier === "NetworkPolicy" && verdictOfReason(reason) === "allow" && isIsolated(reason);
}

function isIsolated(reason: Reason): boolean {
  const last = reason.at(-1);
  return last?.tier === "NetworkPolicy" && last.outcome !== "not-isolated";
}
