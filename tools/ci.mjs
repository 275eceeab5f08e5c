// .ci/run: set-up, tests, checks and the light profile of the bench, each also after another failed. The last line counts them: `N passed, N failed, N skipped`.
import { runChecks } from "./lib/checks.mjs";
import { runQuietly } from "./lib/process.mjs";
import { setUp } from "./lib/setup.mjs";
import { printLeftOut, runTests } from "./lib/tests.mjs";

const failedStep = await setUp("tests");
// Sources that do not compile are one of the checks, so everything else still runs.
if (failedStep === undefined || failedStep === "build") {
  const tests = await runTests([]);
  const checks = await runChecks();
  // Nothing is timed in tests; here a build that has become several times as slow shows.
  const light = await runQuietly(["bench/light.mjs"]);
  console.log(`bench      ${light.code === 0 ? "passed" : "failed"}\n${light.output.trimEnd()}`);
  printLeftOut(tests.leftOut);
  // What only a kernel or a browser can show must not be left out where it counts.
  const missed = tests.leftOut.filter(({ file }) => /\b(lab|web|browser)\b/.test(file));
  if (missed.length > 0) console.log(`Tests with real packets or in a browser must run here, ${missed.length} did not.`);
  const failed = tests.failed + checks.failed + Number(light.code !== 0);
  console.log(`${tests.passed + checks.passed + Number(light.code === 0)} passed, ${failed} failed, ${tests.leftOut.length} skipped`);
  process.exitCode = failed > 0 || missed.length > 0 ? 1 : 0;
} else {
  console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
}
