// Prints who reaches whom in a small lab, as this user measures it.
import { lab } from "../../dist/index.js";
import { snapshotOf } from "./snapshot.mjs";

const snapshot = await snapshotOf(["p1", "p3"]);
const session = await lab.open(snapshot);
const { pods } = snapshot;
const protocols = ["TCP", "UDP", "SCTP"];
const flows = pods.flatMap((from) =>
  pods.flatMap((to) => [4, 6].flatMap((family) => protocols.map((protocol) => ({ from, to, family, protocol, port: 80 })))),
);
const answers = await session.ask(flows);
process.stdout.write(
  answers.map(({ flow, verdict }) => `${flow.from.name} ${flow.to.name} ${flow.family} ${flow.protocol} ${verdict}\n`).join(""),
);
await session[Symbol.asyncDispose]();
