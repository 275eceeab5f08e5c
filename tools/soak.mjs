// npm run soak [-- vitest's arguments]: the tests that draw clusters at random, with many more of them than `npm test` draws.
// NETPROOF_CLUSTERS says how many per property (5,000), NETPROOF_SEED repeats a run.
import { setUp } from "./lib/setup.mjs";
import { printLeftOut, runTests } from "./lib/tests.mjs";

/** Files whose tests follow NETPROOF_CLUSTERS. */
const files = [
  "packages/core/test/random",
  "packages/core/test/contrail/random",
  "packages/core/test/usecase/naive",
  "packages/core/test/report/list",
  "packages/lab/test/random",
  "packages/lab/test/nft",
  "packages/lab/test/processes",
  "packages/lab/test/cases",
];

process.env["NETPROOF_CLUSTERS"] ??= "5000";
if ((await setUp("use")) === undefined) {
  const args = process.argv.slice(2);
  const { passed, failed, leftOut } = await runTests(["--testTimeout", "0", ...(args.length > 0 ? args : files)]);
  printLeftOut(leftOut);
  console.log(`${process.env["NETPROOF_CLUSTERS"]} clusters per property: ${passed} passed, ${failed} failed, ${leftOut.length} skipped`);
  if (failed > 0) process.exitCode = 1;
} else {
  process.exitCode = 1;
}
