// npm run check: everything that can be said about the sources without running them.
import { runChecks } from "./lib/checks.mjs";
import { setUp } from "./lib/setup.mjs";

// Sources that do not compile are one of the checks, so the others still run.
const failedStep = await setUp("use");
const { failed } = failedStep === undefined || failedStep === "build" ? await runChecks() : { failed: 1 };
if (failed > 0) process.exitCode = 1;
