// node bench/light.mjs [--record]: a light profile for every change. Ratios to JSON.parse of the same file in the same run, beside those
// that bands.json holds; it fails only where one is far above. `--record` writes them anew.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeList } from "./npbench.mjs";
import { medians } from "./processes.mjs";

/** @typedef {{ about: string, factor: number, ratios: Record<string, number> }} Bands */

const profile = "M";
/** What jumps about on a busy machine is left out: a percentile near the end, nanoseconds. */
const steady = ["read", "bytes to all pairs", "table and all pairs, warm", "one policy edited, p50", "1 % of policies gone, warm"];
const file = path.join(import.meta.dirname, "bands.json");

const ratios = measured();
const bands = /** @type {Bands} */ (JSON.parse(readFileSync(file, "utf8")));
if (process.argv.includes("--record")) {
  writeFileSync(file, `${JSON.stringify({ ...bands, ratios }, undefined, 2)}\n`);
} else {
  for (const what of steady) {
    const [ratio, recorded] = [ratios[what] ?? Number.NaN, bands.ratios[what] ?? Number.NaN];
    const isWithin = ratio <= bands.factor * recorded;
    console.log(
      `${isWithin ? "within " : "outside"}  ${what.padEnd(28)}${ratio.toPrecision(3).padStart(10)} × JSON.parse, recorded ${recorded}, allowed ${(bands.factor * recorded).toPrecision(3)}`,
    );
    if (!isWithin) process.exitCode = 1;
  }
}

/** @returns {Record<string, number>} */
function measured() {
  const folder = mkdtempSync(path.join(tmpdir(), "netproof-bench-"));
  try {
    const list = path.join(folder, "cluster.json");
    const out = openSync(list, "w");
    writeList(profile, (text) => void writeSync(out, text));
    closeSync(out);
    const parse = medians(["parse", list], { processes: 3 })["parse"] ?? Number.NaN;
    const figures = medians(["table", list, profile], { processes: 3 });
    return Object.fromEntries(steady.map((what) => [what, Number(((figures[what] ?? Number.NaN) / parse).toPrecision(3))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
