// A lab that is never idle, for tests that end it: builds, asks, changes its rules, and again.
import { lab } from "../../dist/index.js";
import { snapshotOf } from "./snapshot.mjs";

const [open, closed] = [await snapshotOf([]), await snapshotOf(["p0", "p1", "p2"])];
const session = await lab.open(open);
for (;;) {
  for (const snapshot of [closed, open]) {
    await session.advance(snapshot);
    const { pods } = snapshot;
    await session.ask(pods.flatMap((from) => pods.map((to) => ({ from, to, family: 4, protocol: "TCP", port: 80 }))));
  }
}
