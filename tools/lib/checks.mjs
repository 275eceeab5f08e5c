import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { brokenRules } from "../layers.mjs";
import { installed, root, runQuietly } from "./process.mjs";

/** Every check of the sources; it passes when it has no complaint. */
const checks = [
  {
    name: "types",
    complaints: () => complaintsOf([installed.tsc, "-b"], ...otherProjects().map((project) => [installed.tsc, "-p", project])),
  },
  { name: "lint", complaints: () => complaintsOf([installed.oxlint, "--type-aware", "--deny-warnings"]) },
  { name: "format", complaints: () => complaintsOf([installed.oxfmt, "--check"]) },
  { name: "layers", complaints: () => brokenRules(root) },
  { name: "dead code", complaints: () => complaintsOf([installed.knip]) },
];

/** Runs all checks, also after one failed, and prints what each found. @returns {Promise<{ passed: number, failed: number }>} */
export async function runChecks() {
  let failed = 0;
  for (const { name, complaints } of checks) {
    const found = await complaints();
    if (found.length > 0) failed += 1;
    console.log([`${name.padEnd(9)}  ${found.length > 0 ? "failed" : "passed"}`, ...found].join("\n"));
  }
  return { passed: checks.length - failed, failed };
}

/** What the commands that fail have to say. @param {readonly string[][]} commands */
async function complaintsOf(...commands) {
  const complaints = [];
  for (const command of commands) {
    const { code, output } = await runQuietly(command);
    if (code !== 0) complaints.push(output.trimEnd());
  }
  return complaints;
}

/** Tests and tools have types of their own (Node's, vitest's), so they are projects beside the packages they test. */
function otherProjects() {
  const tests = readdirSync(path.join(root, "packages")).map((name) => `packages/${name}/test`);
  // The page is bundled, so the build of the packages leaves it out.
  return ["packages/web", ...tests.filter((folder) => existsSync(path.join(root, folder, "tsconfig.json"))), "tools"];
}
