// npm run bench [-- PROFILE…]: times the table on generated clusters, each run in five fresh processes, and prints medians.
// PROFILE.fat has pods that hold what real ones hold besides.
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { golden, writeList } from "./npbench.mjs";

/** @typedef {import("./npbench.mjs").ProfileName} ProfileName */
/** @typedef {Record<string, number>} Figures milliseconds by what was timed */

const processes = 5;
const edits = 300;
const [mode = "", file = "", ...others] = process.argv.slice(2);

if (mode === "--parse") report({ parse: timed(() => JSON.parse(readFileSync(file, "utf8"))).ms });
else if (mode === "--table") report(await measureTable(file, /** @type {ProfileName} */ (others[0])));
else printTable(mode === "" ? ["S", "M", "M.fat"] : process.argv.slice(2));

/** @param {readonly string[]} names */
function printTable(names) {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}; medians of ${processes} fresh processes`);
  const folder = mkdtempSync(path.join(tmpdir(), "netproof-bench-"));
  try {
    for (const name of names) {
      const profile = /** @type {ProfileName} */ (name.replace(/\.fat$/, ""));
      if (!Object.hasOwn(golden, profile)) throw new Error(`no profile ${profile}: there are ${Object.keys(golden).join(", ")}`);
      const list = path.join(folder, `${name}.json`);
      const out = openSync(list, "w");
      writeList(profile, (text) => void writeSync(out, text), { fat: name !== profile });
      closeSync(out);
      const parse = medians("--parse", list)["parse"] ?? Number.NaN;
      const figures = medians("--table", list, profile);
      console.log(`\n${name}: ${(statSync(list).size / 1e6).toFixed(1)} MB; JSON.parse ${parse.toFixed(1)} ms`);
      for (const [what, ms] of Object.entries(figures))
        console.log(`  ${what.padEnd(34)}${timeText(ms).padStart(10)}${(ms / parse).toPrecision(2).padStart(12)} × JSON.parse`);
      rmSync(list);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {readonly string[]} args @returns {Figures} */
function medians(...args) {
  const runs = Array.from({ length: processes }, () => {
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (child.status !== 0) throw new Error(`${args.join(" ")} ended with ${child.status}`);
    return /** @type {Figures} */ (JSON.parse(child.stdout));
  });
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] ?? Number.NaN))]));
}

/** @param {string} list @param {ProfileName} profile @returns {Promise<Figures>} */
async function measureTable(list, profile) {
  const { read, specCalculation, differences } = await import("../packages/core/dist/index.js");
  const { tableOf } = await import("../packages/core/dist/spec/table/table.js");
  const { podPairs } = await import("../packages/core/dist/spec/table/pairs.js");
  const { isEmptyPorts } = await import("../packages/core/dist/net/ports.js");

  const start = performance.now();
  const { snapshot } = await read([{ name: "cluster.json", text: readFileSync(list, "utf8") }]);
  const reading = performance.now() - start;
  const built = timed(() => tableOf(snapshot, 4, undefined));
  const pairs = timed(() => podPairs(built.value));
  const total = performance.now() - start;
  let open = 0n;
  for (const [{ allow }, count] of pairs.value) if (!isEmptyPorts(allow)) open += count;
  if (open !== golden[profile].pairs) throw new Error(`${profile}: ${open} open pairs, not ${golden[profile].pairs}`);

  const warm = [1, 2, 3].map(() => timed(() => podPairs(tableOf(snapshot, 4, undefined))).ms);

  // One policy after another takes the rules of the next one, as an edit in an editor does.
  let [current, table] = [snapshot, built.value];
  const steps = Array.from({ length: edits }, (_, i) => {
    const at = (i * 7919) % snapshot.policies.length;
    const own = snapshot.policies[at];
    const next = snapshot.policies[(at + 1) % snapshot.policies.length];
    if (own === undefined || next === undefined) throw new Error("no policies");
    const policies = current.policies.with(at, { ...own, ingress: next.ingress, egress: next.egress });
    current = { ...current, policies };
    const { value, ms } = timed(() => tableOf(current, 4, table));
    table = value;
    return ms;
  }).sort((a, b) => a - b);

  const before = specCalculation(snapshot);
  const changed = specCalculation({ ...snapshot, policies: snapshot.policies.filter((_, i) => i % 100 !== 0) });
  const [reach, later] = [before.reach(4), changed.reach(4)];
  const compared = timed(() => differences(before, changed, 4)).ms;

  const classes = snapshot.pods.map((pod) => reach.classOf(pod) ?? 0);
  const flows = 1_000_000;
  const asked = timed(() => {
    for (let i = 0; i < flows; i++)
      later.between(classes[(i * 7919) % classes.length] ?? 0, classes[(i * 104_729) % classes.length] ?? 0, "none");
  }).ms;
  const [from, to] = [snapshot.pods[0], snapshot.pods.at(-1)];
  if (from === undefined || to === undefined) throw new Error("no pods");
  const answers = Array.from({ length: 21 }, () => timed(() => before.answer({ from, to, family: 4, protocol: "TCP", port: 8080 })).ms);

  return {
    read: reading,
    table: built.ms,
    "all pairs": pairs.ms,
    "bytes to all pairs": total,
    "table and all pairs, warm": median(warm),
    "one policy edited, p50": steps[Math.floor(edits * 0.5)] ?? Number.NaN,
    "one policy edited, p99": steps[Math.floor(edits * 0.99)] ?? Number.NaN,
    "1 % of policies gone, compared": compared,
    "one pair, warm": asked / flows,
    "one flow with its reason, warm": median(answers),
  };
}

/** @template T @param {() => T} run */
function timed(run) {
  const start = performance.now();
  const value = run();
  return { value, ms: performance.now() - start };
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** @param {Figures} figures */
function report(figures) {
  process.stdout.write(JSON.stringify(figures));
}

/** @param {number} ms */
function timeText(ms) {
  if (ms >= 1) return `${ms.toPrecision(3)} ms`;
  return ms >= 0.001 ? `${(ms * 1000).toPrecision(3)} us` : `${(ms * 1e6).toPrecision(3)} ns`;
}
