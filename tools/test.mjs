// npm test [-- vitest's arguments]: sets up what is missing, runs every test and names what was left out.
import { setUp } from "./lib/setup.mjs";
import { printLeftOut, runTests } from "./lib/tests.mjs";

const args = process.argv.slice(2);
if ((await setUp("tests")) === undefined) {
  const { failed, leftOut } = await runTests(args);
  if (args.length === 0) printLeftOut(leftOut);
  if (failed > 0) process.exitCode = 1;
} else {
  process.exitCode = 1;
}
