// Fresh processes and the medians of what they measured.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { performance } from "node:perf_hooks";

/** @typedef {import("./measure.mjs").Figures} Figures */

const measure = path.join(import.meta.dirname, "measure.mjs");

/**
 * Figure by figure the median of fresh processes.
 * @param {readonly string[]} args of `measure.mjs` @param {{ megabytes?: number, processes?: number }} [options] megabytes for objects
 * @returns {Figures}
 */
export function medians(args, { megabytes, processes = 5 } = {}) {
  const room = megabytes === undefined ? [] : [`--max-old-space-size=${megabytes}`];
  const runs = Array.from({ length: processes }, () => /** @type {Figures} */ (JSON.parse(run([...room, measure, ...args]))));
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(runs.map((figures) => figures[name] ?? Number.NaN))]));
}

/** How long a script takes as a process, in milliseconds. @param {readonly string[]} args */
export function medianWall(args) {
  return median(
    Array.from({ length: 5 }, () => {
      const start = performance.now();
      run(args);
      return performance.now() - start;
    }),
  );
}

/** @param {readonly string[]} args */
function run(args) {
  const child = spawnSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 30 });
  if (child.status !== 0) throw new Error(`${args.join(" ")} ended with ${child.status ?? child.signal ?? "?"}\n${child.stderr}`);
  return child.stdout;
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
