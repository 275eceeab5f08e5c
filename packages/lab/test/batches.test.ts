import { read, specCalculation, type Flow, type Snapshot } from "@netproof/core/parts";
import { describe, expect, test } from "vitest";
import { createLab } from "../src/engine.ts";
import { noLab, skippedBecause } from "./lab.ts";

/** Pods of two applications; only one of them lets anybody but itself in. */
const count = 26;
const manifests = [
  "apiVersion: v1",
  "kind: List",
  "items:",
  ...Array.from(
    { length: count },
    (_, i) =>
      `- {apiVersion: v1, kind: Pod, metadata: {name: p${i}, namespace: dev, labels: {app: a${i % 2}, n: "${i % 3}"}}, spec: {containers: [{name: c}]}, status: {podIP: 10.0.0.${i + 1}}}`,
  ),
  `- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: own, namespace: dev}, spec: {podSelector: {matchLabels: {app: a1}}, ingress: [{from: [{podSelector: {matchLabels: {n: "0"}}}], ports: [{port: 80}]}]}}`,
].join("\n");

function flowsOf({ pods }: Snapshot): readonly Flow[] {
  return pods.flatMap((from) =>
    pods.flatMap((to) =>
      from === to
        ? []
        : ([80, 81, 53] as const).map((port): Flow => ({ from, to, family: 4, protocol: port === 53 ? "UDP" : "TCP", port })),
    ),
  );
}

describe.skipIf(noLab !== undefined)(`more flows than routers keep notes of${skippedBecause}`, () => {
  test.each(["reject", "drop"] as const)("are tried in batches, each judged by its own notes, deny with %s", async (denyWith) => {
    const { snapshot } = await read([{ name: "pods.yaml", text: manifests }]);
    await using session = await createLab({ denyWith }).open(snapshot);
    const flows = flowsOf(snapshot);
    expect(flows.length).toBeGreaterThan(1_500);
    const { answer } = specCalculation(snapshot);
    const expected = flows.map((flow) => answer(flow).verdict);
    const kept = await session.ask(flows);
    expect(kept.map(({ verdict }) => verdict)).toEqual(expected);
    expect(kept.map(({ evidence }) => evidence.problem).filter((problem) => problem !== undefined)).toEqual([]);
    const told: string[] = [];
    await session.tell(flows, ({ flow, verdict, why }) => {
      expect(flow).toBe(flows[told.length]);
      expect([why.egress.reason, why.ingress.reason]).toEqual([
        kept[told.length]?.why.egress.reason,
        kept[told.length]?.why.ingress.reason,
      ]);
      told.push(verdict);
    });
    expect(told).toEqual(expected);
  });

  test("whoever stops is heard while batches are on their way", async () => {
    const { snapshot } = await read([{ name: "pods.yaml", text: manifests }]);
    await using session = await createLab({ denyWith: "drop" }).open(snapshot);
    const stop = new AbortController();
    const asked = session.ask(flowsOf(snapshot), { signal: stop.signal, answered: () => stop.abort(new Error("enough")) });
    await expect(asked).rejects.toThrow("enough");
    // The lab is as good as before.
    const [first] = flowsOf(snapshot);
    expect((await session.ask(first === undefined ? [] : [first])).map(({ verdict }) => verdict)).toEqual(["allow"]);
  });
});
