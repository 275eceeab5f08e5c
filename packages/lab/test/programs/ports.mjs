// Asks two pods on many ports, each of which needs a server of its own, in one order, in the other, and a few once more.
import { lab } from "../../dist/index.js";
import { snapshotOf } from "./snapshot.mjs";

const snapshot = await snapshotOf(["p1"]);
const session = await lab.open(snapshot);
const [from, closed, open] = snapshot.pods;
const flows = Array.from({ length: 200 }, (_, i) => i + 1).flatMap((port) =>
  ["TCP", "UDP", "SCTP"].flatMap((protocol) => [closed, open].map((to) => ({ from, to, family: 4, protocol, port }))),
);
const counts = {};
for (const asked of [flows, flows.toReversed(), flows.slice(0, 60)]) {
  for (const { flow, verdict, evidence } of await session.ask(asked)) {
    const key = `${flow.to.name} ${flow.protocol} ${evidence.problem ?? verdict}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
}
process.stdout.write(`${JSON.stringify({ counts, servers: session.servers })}\n`);
await session[Symbol.asyncDispose]();
