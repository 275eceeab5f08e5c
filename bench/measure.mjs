// What one fresh process measures: node bench/measure.mjs WHAT … prints figures as JSON. `bench.mjs` runs it and makes medians.
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { adminPolicies, adversaries } from "./adversarial.mjs";
import { generate, generateLazily, golden, textOf } from "./npbench.mjs";

/** @typedef {import("./npbench.mjs").ProfileName} ProfileName */
/** @typedef {Record<string, number>} Figures milliseconds by what was timed; megabytes where a name ends in `memory` */

/** @type {Readonly<Record<string, (...args: string[]) => Promise<Figures>>>} */
const measures = { parse, pairs, table, objects, hard };
const [what = "", ...args] = process.argv.slice(2);
const measure = measures[what];
if (measure === undefined) throw new Error(`no measure ${what}: there are ${Object.keys(measures).join(", ")}`);
process.stdout.write(JSON.stringify(await measure(...args)));

/** @param {string} list @returns {Promise<Figures>} */
async function parse(list) {
  return { parse: timed(() => JSON.parse(readFileSync(list, "utf8"))).ms };
}

/** Bytes to exact all pairs, as `table` begins, and nothing else. @param {string} list @returns {Promise<Figures>} */
async function pairs(list) {
  const { read, tableOf, podPairs } = await core();
  const start = performance.now();
  const { snapshot } = await read([{ name: "cluster.json", text: readFileSync(list, "utf8") }]);
  podPairs(tableOf(snapshot, 4));
  return { "bytes to all pairs": performance.now() - start };
}

/** @param {string} list @param {string} profile @returns {Promise<Figures>} */
async function table(list, profile) {
  const { read, specCalculation, differences, tableOf, podPairs } = await core();
  const start = performance.now();
  const { snapshot } = await read([{ name: "cluster.json", text: readFileSync(list, "utf8") }]);
  const reading = performance.now() - start;
  const built = timed(() => tableOf(snapshot, 4));
  const counted = timed(() => podPairs(built.value));
  const total = performance.now() - start;
  await expectGolden(/** @type {ProfileName} */ (profile), counted.value);

  const warm = [1, 2, 3, 4, 5].map(() => timed(() => podPairs(tableOf(snapshot, 4))).ms);

  // One policy after another takes the rules of the next one, as an edit in an editor does.
  let [current, edited] = [snapshot, built.value];
  const steps = Array.from({ length: 1_000 }, (_, i) => {
    const at = (i * 7919) % snapshot.policies.length;
    const own = present(snapshot.policies[at]);
    const next = present(snapshot.policies[(at + 1) % snapshot.policies.length]);
    current = { ...current, policies: current.policies.with(at, { ...own, ingress: next.ingress, egress: next.egress }) };
    const { value, ms } = timed(() => tableOf(current, 4, edited));
    edited = value;
    return ms;
  }).sort((a, b) => a - b);

  const before = specCalculation(snapshot);
  const changed = specCalculation({ ...snapshot, policies: snapshot.policies.filter((_, i) => i % 100 !== 0) });
  const [reach, later] = [before.reach(4), changed.reach(4)];
  const compared = timed(() => differences(before, changed, 4)).ms;
  const comparedAgain = median([1, 2, 3].map(() => timed(() => differences(before, changed, 4)).ms));

  const classes = snapshot.pods.map((pod) => reach.classOf(pod) ?? 0);
  const flows = 1_000_000;
  const asked = timed(() => {
    for (let i = 0; i < flows; i++)
      later.between(present(classes[(i * 7919) % classes.length]), present(classes[(i * 104_729) % classes.length]), "none");
  }).ms;

  const { pods } = snapshot;
  /** @param {number} i */
  const flowOf = (i) => ({
    from: present(pods[(i * 7919) % pods.length]),
    to: present(pods[(i * 104_729 + 1) % pods.length]),
    family: /** @type {const} */ (4),
    protocol: /** @type {const} */ ("TCP"),
    port: 8080,
  });
  const explained = Array.from({ length: 2_000 }, (_, i) => {
    const flow = flowOf(i);
    // Reading every field makes everything that is made when asked for, the misses of every rule too.
    return timed(() => everything(before.answer(flow).evidence.egress) + everything(before.answer(flow).evidence.ingress)).ms;
  });
  // The same flows again and again: what isolates their pods is known.
  const answered = timed(() => {
    for (let i = 0; i < 200_000; i++) before.answer(flowOf(i % 2_000));
  }).ms;

  return {
    read: reading,
    table: built.ms,
    "all pairs": counted.ms,
    "bytes to all pairs": total,
    "table and all pairs, warm": median(warm),
    "one policy edited, p50": quantile(steps, 0.5),
    "one policy edited, p99": quantile(steps, 0.99),
    "1 % of policies gone, compared": compared,
    "1 % of policies gone, warm": comparedAgain,
    "one flow, warm, `between`": asked / flows,
    "one flow, warm, `answer`": answered / 200_000,
    "one pair explained, every rule": median(explained),
  };
}

/**
 * The largest profile: its text is longer than a string may be, so pods are read in parts, and what is timed begins with the snapshot.
 * @param {string} profile @returns {Promise<Figures>}
 */
async function objects(profile) {
  const { readObjects, assemble, tableOf, podPairs } = await core();
  const { namespaces, pods, policies } = generateLazily(/** @type {ProfileName} */ (profile));
  const start = performance.now();
  const found = [];
  /** @param {object[]} part */
  const add = async (part) => void found.push(...(await readObjects([{ name: "part.json", text: textOf(part) }])).objects);
  await add([...namespaces, ...policies]);
  let part = [];
  for (const pod of pods) {
    part.push(pod);
    if (part.length === 20_000) await add(part.splice(0));
  }
  if (part.length > 0) await add(part);
  const { snapshot } = assemble(found);
  found.length = 0;
  const reached = process.resourceUsage().maxRSS;
  const reading = performance.now() - start;
  const built = timed(() => tableOf(snapshot, 4));
  const counted = timed(() => podPairs(built.value));
  const peak = process.resourceUsage().maxRSS;
  // A million pods reach into a dozen blocks of the policies, and whoever counted the golden pairs took no pod for an address.
  await add([...namespaces, ...policies.map(withoutPodBlocks)]);
  const apart = { ...snapshot, policies: assemble(found).snapshot.policies };
  await expectGolden(/** @type {ProfileName} */ (profile), podPairs(tableOf(apart, 4)));
  return {
    "generated and read": reading,
    table: built.ms,
    "all pairs": counted.ms,
    "table and all pairs": built.ms + counted.ms,
    "read, memory": reached / 1_000,
    "peak memory": peak / 1_000,
  };
}

/** An input that is hard on purpose, from the snapshot on. @param {string} name @param {string} size @returns {Promise<Figures>} */
async function hard(name, size) {
  const { read, tableOf, podPairs } = await core();
  const adversary = adversaries[name];
  const { namespaces, pods, policies } = adversary === undefined ? withAdminPolicies(name, Number(size)) : adversary.make(Number(size));
  const text = textOf([...namespaces, ...pods, ...policies]);
  const start = performance.now();
  const { snapshot } = await read([{ name: "cluster.json", text }]);
  const reading = performance.now() - start;
  const before = process.cpuUsage();
  const { ms } = timed(() => podPairs(tableOf(snapshot, 4)));
  const { user, system } = process.cpuUsage(before);
  return { read: reading, "table and all pairs": ms, "of the processor": (user + system) / 1_000 };
}

/** `L+admin`: a profile with so many cluster-wide policies. @param {string} name @param {number} count */
function withAdminPolicies(name, count) {
  const profile = /** @type {ProfileName} */ (name.replace(/\+admin$/, ""));
  const { policies, ...others } = generate(profile);
  return { ...others, policies: [...policies, ...adminPolicies(count)] };
}

/** Blocks of 10.0.0.0/8, where the pods are, moved next to it. @param {object} policy @returns {object} */
function withoutPodBlocks(policy) {
  return JSON.parse(JSON.stringify(policy).replaceAll('"cidr":"10.', '"cidr":"9.'));
}

async function core() {
  const [index, parts, tables, counts] = await Promise.all([
    import("../packages/core/dist/index.js"),
    import("../packages/core/dist/read/read.js"),
    import("../packages/core/dist/spec/table/table.js"),
    import("../packages/core/dist/spec/table/pairs.js"),
  ]);
  const { read, specCalculation, differences } = index;
  return { read, specCalculation, differences, readObjects: parts.readObjects, assemble: parts.assemble, ...tables, ...counts };
}

/** @typedef {ReadonlyMap<import("../packages/core/dist/reach/reachability.js").Connections, bigint>} Counted */

/** @param {ProfileName} profile @param {Counted} counted */
async function expectGolden(profile, counted) {
  const { isEmptyPorts } = await import("../packages/core/dist/net/ports.js");
  let open = 0n;
  for (const [{ allow }, count] of counted) if (!isEmptyPorts(allow)) open += count;
  if (open !== golden[profile].pairs) throw new Error(`${profile}: ${open} open pairs, not ${golden[profile].pairs}`);
}

/** Reads every step of a reason and every match and miss in it. @param {import("../packages/core/dist/index.js").Reason} reason */
function everything(reason) {
  let seen = 0;
  for (const step of reason) {
    if ("misses" in step) for (const { peers } of step.misses) seen += peers.length;
    if ("matches" in step) seen += step.matches.length;
  }
  return seen;
}

/** @template T @param {() => T} run */
function timed(run) {
  const start = performance.now();
  const value = run();
  return { value, ms: performance.now() - start };
}

/** @param {readonly number[]} values */
function median(values) {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** @param {readonly number[]} sorted @param {number} share */
function quantile(sorted, share) {
  return present(sorted[Math.floor(sorted.length * share)]);
}

/** @template T @param {T | undefined} value @returns {T} */
function present(value) {
  if (value === undefined) throw new Error("an empty list");
  return value;
}
