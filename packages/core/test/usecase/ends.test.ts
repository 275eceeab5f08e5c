import { expect, test } from "vitest";
import { read } from "../../src/read/read.ts";
import { resolveEnd } from "../../src/usecase/ends.ts";

const pods = ["web-5d9f7c6b8d-aaaaa", "web-5d9f7c6b8d-bbbbb", "ledger"].map(
  (name) => `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: shop}, status: {podIP: 10.0.0.1}}`,
);

test.each([
  ["ledgr", "no endpoint `ledgr`, did you mean `ledger` (pod of shop)?"],
  ["shop/ledgr", "no endpoint `shop/ledgr`, did you mean `shop/ledger`?"],
  // Without an owner or a hash nothing tells that these are pods of one workload but their names.
  ["web", "no endpoint `web`, did you mean `web-5d9f7c6b8d-aaaaa` (pod of shop)?"],
  ["shop/web", "no endpoint `shop/web`, did you mean `shop/web-5d9f7c6b8d-aaaaa`?"],
  ["nobody", "no endpoint `nobody`"],
])("%s is no endpoint, and the nearest name is offered", async (text, message) => {
  const { snapshot } = await read([{ name: "pods.yaml", text: pods.join("\n---\n") }]);
  const { problem } = resolveEnd(text, { snapshot, outside: [], groups: [] });
  expect(problem?.message).toBe(message);
});
