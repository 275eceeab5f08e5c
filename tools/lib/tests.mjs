import path from "node:path";
import { root } from "./process.mjs";

/** A test that did not run; the reason is the note it gave, if any. @typedef {{ file: string, test: string, reason: string | undefined }} LeftOut */

/**
 * Runs the tests on this terminal and counts them.
 * @param {readonly string[]} args vitest's own: a part of a file's name, `-t NAME`, …
 * @returns {Promise<{ passed: number, failed: number, leftOut: LeftOut[] }>}
 */
export async function runTests(args) {
  // Imported here because it is there only after the set-up.
  const { parseCLI, startVitest } = await import("vitest/node");
  const { filter, options } = parseCLI(["vitest", "run", ...args]);
  const vitest = await startVitest("test", filter, { ...options, root });
  const modules = vitest.state.getTestModules();
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (/** @type {string} */ state) => tests.filter((test) => test.result().state === state).length;
  // A file that cannot be loaded and an error outside every test count as one failure each.
  const strays = modules.filter((module) => module.errors().length > 0).length + vitest.state.getUnhandledErrors().length;
  const passed = count("passed");
  // vitest also objects to a run without any test file.
  const failed = count("failed") + strays || Number(process.exitCode === 1);
  const leftOut = tests.flatMap((test) => {
    const result = test.result();
    if (result.state === "passed" || result.state === "failed") return [];
    return [{ file: path.relative(root, test.module.moduleId), test: test.fullName, reason: "note" in result ? result.note : undefined }];
  });
  await vitest.close();
  return { passed, failed, leftOut };
}

/** Prints one line per file that left something out, with the reason its tests give or else their outermost title. @param {readonly LeftOut[]} leftOut */
export function printLeftOut(leftOut) {
  if (leftOut.length === 0) return;
  console.log(`Left out: ${leftOut.length} tests`);
  for (const file of new Set(leftOut.map((one) => one.file))) {
    const tests = leftOut.filter((one) => one.file === file);
    const reasons = new Set(tests.map(({ reason, test }) => reason ?? test.split(" > ")[0]));
    console.log(`  ${file}: ${tests.length}, ${[...reasons].join("; ")}`);
  }
}
