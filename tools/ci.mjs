// .ci/run: set-up, tests and checks, each also after another failed. The last line counts them: `N passed, N failed, N skipped`.
import { runChecks } from "./lib/checks.mjs";
import { setUp } from "./lib/setup.mjs";
import { printLeftOut, runTests } from "./lib/tests.mjs";

const failedStep = await setUp("tests");
// Sources that do not compile are one of the checks, so everything else still runs.
if (failedStep === undefined || failedStep === "build") {
  const tests = await runTests([]);
  const checks = await runChecks();
  printLeftOut(tests.leftOut);
  // What only a kernel or a browser can show must not be left out where it counts.
  const missed = tests.leftOut.filter(({ file }) => /\b(lab|web|browser)\b/.test(file));
  if (missed.length > 0) console.log(`Tests with real packets or in a browser must run here, ${missed.length} did not.`);
  const failed = tests.failed + checks.failed;
  console.log(`${tests.passed + checks.passed} passed, ${failed} failed, ${tests.leftOut.length} skipped`);
  process.exitCode = failed > 0 || missed.length > 0 ? 1 : 0;
} else {
  console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
}
