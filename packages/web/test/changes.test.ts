import { expect, test } from "vitest";
import { changesText, countChanges } from "../src/parts/changes.ts";
import { cell, changeOf } from "../src/workbench/protocol.ts";
import { openWorkbench } from "../src/workbench/workbench.ts";

const { none, allow, deny, undetermined, some } = cell;

test("flows are counted by the endpoints behind a cell, without an endpoint and itself", () => {
  const counts = (was: readonly number[], is: readonly number[]) => countChanges(Uint8Array.from(was), Uint8Array.from(is), [50, 3]);
  expect(counts([allow, allow, allow, allow], [deny, deny, allow, allow])).toEqual({ opened: 0, closed: 50 * 49 + 50 * 3, other: 0 });
  expect(counts([deny, deny, deny, deny], [deny, deny, some, allow])).toEqual({ opened: 150 + 6, closed: 0, other: 0 });
  expect(counts([allow, allow, none, allow], [some, undetermined, allow, none])).toEqual({ opened: 0, closed: 0, other: 2450 + 150 });
});

test.each([
  [{ opened: 0, closed: 10, other: 0 }, "10 flows close, none opens"],
  [{ opened: 1, closed: 0, other: 0 }, "1 flow opens, none closes"],
  [{ opened: 2, closed: 1, other: 0 }, "1 flow closes, 2 flows open"],
  [{ opened: 0, closed: 1, other: 2 }, "1 flow closes, none opens, 2 flows change otherwise"],
  [{ opened: 0, closed: 0, other: 1 }, "1 flow changes"],
  [{ opened: 0, closed: 0, other: 0 }, "nothing"],
])("%o", (counts, text) => {
  expect(changesText(counts, "nothing")).toBe(text);
});

test("an edit that isolates a Deployment's pods closes as many flows as it has pods", async () => {
  const pods = [1, 2, 3].map(
    (i) =>
      `- {apiVersion: v1, kind: Pod, metadata: {name: web-${i}, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4f8c7b9d, controller: true, uid: a}]}, status: {podIP: 10.0.0.${i}}}`,
  );
  const client =
    "- {apiVersion: v1, kind: Pod, metadata: {name: client, namespace: shop, labels: {app: client}}, status: {podIP: 10.0.1.1}}";
  const space = "- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}";
  const policy = (peer: string): string =>
    `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: guard, namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}, ingress: [${peer}]}}`;
  const workbench = openWorkbench("2026-11-25");
  await workbench.open({
    name: "shop",
    files: [
      { path: "cluster.yaml", text: ["apiVersion: v1", "kind: List", "items:", space, ...pods, client].join("\n") },
      { path: "policy.yaml", text: policy("{}") },
    ],
  });
  await workbench.edit("policy.yaml", policy("{from: [{podSelector: {matchLabels: {app: web}}}]}"));
  expect((await workbench.rows("workload")).map(({ size }) => size)).toContain(3);
  const { closed, opened, other } = await workbench.difference({
    was: { version: "kept", stage: 0 },
    now: { version: "edited", stage: 0 },
    engine: "spec",
    port: "80/TCP",
  });
  expect([closed, opened, other]).toEqual([3, 0, 0]);
});

test("what nobody can tell neither opens nor closes", () => {
  expect(changeOf(cell.allow, cell.undetermined)).toBe("other");
  expect(changeOf(cell.undetermined, cell.deny)).toBe("other");
  expect(changeOf(cell.allow, cell.some)).toBe("other");
  expect(changeOf(cell.some, cell.deny)).toBe("closed");
  expect(changeOf(cell.deny, cell.some)).toBe("opened");
  expect(changeOf(cell.deny, cell.deny)).toBeUndefined();
  expect(changeOf(cell.none, cell.allow)).toBeUndefined();
});
