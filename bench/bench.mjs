// npm run bench [-- PROFILE… | hard | ask] [--peer netpol-analyzer=PATH] [--processes N]: times netproof on generated clusters, each
// figure the median of five fresh processes. PROFILE.fat has pods that hold what real ones hold besides; `hard` are the inputs that are
// hard on purpose; `ask` is the command with 100,000 flows. README.md says how and what came out.
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { adversaries } from "./adversarial.mjs";
import { golden, writeList } from "./npbench.mjs";
import { askedOf, comparePeer } from "./peer.mjs";
import { medians, medianWall } from "./processes.mjs";

/** @typedef {import("./npbench.mjs").ProfileName} ProfileName */

const defaults = ["S", "M", "M.fat"];
const {
  values: { peer, processes: counted },
  positionals,
} = parseArgs({ allowPositionals: true, options: { peer: { type: "string" }, processes: { type: "string", default: "5" } } });
const processes = Number(counted);

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}; medians of ${processes} fresh processes`);
const folder = mkdtempSync(path.join(tmpdir(), "netproof-bench-"));
try {
  for (const name of positionals.length === 0 ? defaults : positionals) {
    if (peer !== undefined) {
      if (!comparePeer(peer, profileOf(name), folder)) process.exitCode = 1;
    } else if (name === "hard") printHard();
    else if (name === "ask") printAsk();
    else if (name === "XL") printFigures("XL, from objects in memory", medians(["objects", "XL"], { megabytes: 20_000, processes: 1 }));
    else printProfile(name);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {string} name @returns {ProfileName} */
function profileOf(name) {
  const profile = name.replace(/\.fat$/, "");
  if (!Object.hasOwn(golden, profile)) throw new Error(`no profile ${profile}: there are ${Object.keys(golden).join(", ")}`);
  return /** @type {ProfileName} */ (profile);
}

/** @param {string} name */
function printProfile(name) {
  const profile = profileOf(name);
  const list = listOf(profile, { fat: name !== profile });
  const parse = medians(["parse", list], { processes })["parse"] ?? Number.NaN;
  const figures = medians(["table", list, profile], { processes });
  printFigures(`${name}: ${(statSync(list).size / 1e6).toFixed(1)} MB; JSON.parse ${parse.toFixed(1)} ms`, figures, parse);
  rmSync(list);
}

/** @param {string} title @param {Readonly<Record<string, number>>} figures @param {number} [parse] */
function printFigures(title, figures, parse) {
  console.log(`\n${title}`);
  for (const [what, value] of Object.entries(figures)) {
    const ratio = parse === undefined ? "" : `${(value / parse).toPrecision(2).padStart(12)} × JSON.parse`;
    const text = what.endsWith("memory") ? `${value.toFixed(0)} MB` : timeText(value);
    console.log(`  ${what.padEnd(34)}${text.padStart(10)}${ratio}`);
  }
}

/** Each at a size and at twice that size: a good algorithm takes about twice as long for the second, which other work on the machine hides. */
function printHard() {
  const sizes = Object.entries(adversaries).map(([name, { about, size }]) => ({ name, about, size }));
  const admins = { name: "L+admin", about: "profile L with so many cluster-wide policies", size: 50 };
  console.log("\nhard on purpose: table and all pairs of N and of 2 N; processor time of both, and how many times as much for 2 N");
  for (const { name, about, size } of [...sizes, admins]) {
    const both = [size, 2 * size].map((n) => medians(["hard", name, String(n)], { processes }));
    const column = (/** @type {string} */ what) => both.map((figures) => figures[what] ?? Number.NaN);
    const [once, twice] = column("of the processor");
    const times = [...column("table and all pairs"), once, twice].map((ms) => timeText(ms ?? Number.NaN).padStart(12));
    const factor = (twice ?? Number.NaN) / (once ?? Number.NaN);
    console.log(`  ${name.padEnd(20)}${String(size).padStart(8)}${times.join("")}${factor.toFixed(2).padStart(7)} ×  ${about}`);
  }
}

/** The whole command, from starting Node to the last byte of its answer. */
function printAsk() {
  const list = listOf("S", {});
  const flows = path.join(folder, "flows.csv");
  writeFileSync(flows, askedOf("S", 100_000));
  const command = path.resolve(import.meta.dirname, "../packages/cli/bin/netproof.js");
  const ms = medianWall([command, "ask", "--flows", flows, "-f", list, "-o", "json"]);
  console.log(`\nask: 100,000 flows of profile S, whole command  ${timeText(ms)}`);
}

/** @param {ProfileName} profile @param {{ fat?: boolean }} options */
function listOf(profile, options) {
  const list = path.join(folder, `${profile}.json`);
  const out = openSync(list, "w");
  writeList(profile, (text) => void writeSync(out, text), options);
  closeSync(out);
  return list;
}

/** @param {number} ms */
function timeText(ms) {
  if (ms >= 1) return `${ms.toPrecision(3)} ms`;
  return ms >= 0.001 ? `${(ms * 1000).toPrecision(3)} us` : `${(ms * 1e6).toPrecision(3)} ns`;
}
