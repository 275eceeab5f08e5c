import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pod, Snapshot } from "../../src/model/cluster.ts";
import { formatPorts, noPorts } from "../../src/net/ports.ts";
import { read } from "../../src/read/read.ts";
import { podPairs } from "../../src/spec/table/pairs.ts";
import { tableOf } from "../../src/spec/table/table.ts";
import { distinctCluster } from "./cluster.ts";
import { holds } from "./counterexample.ts";
import { edit } from "./edits.ts";
import { clustersAsked, snapshotOf, snapshotsOf, soakOptions, soakSeed } from "./soak.ts";
import { expectCounts, expectAnswers, expectWalk, walkOf, wrongAnswer, wrongStep } from "./table-checks.ts";

const table = { tableOf, podPairs };

describe("the table", () => {
  test("says what asking says, over the whole flow space", async () => {
    await holds(
      fc.asyncProperty(distinctCluster, async (raw) => expectAnswers(table, await snapshotOf(raw))),
      1,
      async ([raw]) => wrongAnswer(table, await snapshotOf(raw)),
    );
  });

  test("counts pairs as going through them one by one does", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => expectCounts(table, await snapshotOf(raw))),
      soakOptions(1),
    );
  });

  test("after every edit of a random walk, says what a fresh one says, and an earlier one what it said", async () => {
    await holds(
      fc.asyncProperty(
        fc.array(distinctCluster, { minLength: 2, maxLength: 6 }),
        fc.array(edit, { minLength: 5, maxLength: 20 }),
        async (raws, edits) => expectWalk(table, walkOf(await snapshotsOf(raws), edits)),
      ),
      1,
      async ([raws, edits]) => wrongStep(table, walkOf(await snapshotsOf(raws), edits)),
    );
  });

  test("of one long walk, says after every edit what a fresh one says", async () => {
    const [drawn] = fc.sample(
      fc.tuple(
        fc.array(distinctCluster, { minLength: 20, maxLength: 20 }),
        fc.array(edit, { minLength: 2 * clustersAsked, maxLength: 2 * clustersAsked, size: "max" }),
      ),
      { numRuns: 1, seed: soakSeed },
    );
    const snapshots: readonly Snapshot[] = await snapshotsOf(drawn[0]);
    expect(drawn[1]).toHaveLength(2 * clustersAsked);
    expectWalk(table, walkOf(snapshots, drawn[1]));
  });
});

test("pods that share labels and not ports are told apart where a rule of another namespace names a port", async () => {
  const named = (name: string, port: number): string =>
    `- {apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: y, labels: {app: a}}, ` +
    `spec: {containers: [{name: c, ports: [{name: http, containerPort: ${port}}]}]}, status: {podIP: 10.0.0.${port - 79}}}`;
  const text = [
    "apiVersion: v1",
    "kind: List",
    "items:",
    "- {apiVersion: v1, kind: Pod, metadata: {name: from, namespace: x}, status: {podIP: 10.0.0.9}}",
    ...[80, 81].map((port) => named(`to-${port}`, port)),
    "- apiVersion: networking.k8s.io/v1",
    "  kind: NetworkPolicy",
    "  metadata: {name: out, namespace: x}",
    "  spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: http}]}]}",
  ].join("\n");
  const { snapshot } = await read([{ name: "a.yaml", text }]);
  const [from, ...others] = snapshot.pods as [Pod, ...Pod[]];
  expect(others.map((to) => formatPorts(tableOf(snapshot, 4).connections(from, to)?.allow ?? noPorts))).toEqual(["80/TCP", "81/TCP"]);
});
