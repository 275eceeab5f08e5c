// node bench/lab.mjs: the lab with real packets, each command a fresh process. Prints what bench/README.md has of it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compile, createLab, planLayout } from "../packages/lab/dist/index.js";
import { transactions } from "../packages/lab/dist/nft/render.js";
import { read } from "../packages/core/dist/index.js";

const program = fileURLToPath(new URL("../packages/cli/bin/netproof.js", import.meta.url));
const dayOne = fileURLToPath(new URL("../scenarios/day-one", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "netproof-bench-"));

/** @param {readonly number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Memory of a process and all below it, in bytes; what several of them share, Node's own program, is counted once. @param {number} root */
function memoryOf(root) {
  const parents = new Map();
  const own = new Map();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${entry}/status`, "utf8");
      parents.set(Number(entry), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
      own.set(Number(entry), 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${entry}/smaps_rollup`, "utf8"))?.[1] ?? 0));
    } catch {
      // It has ended meanwhile.
    }
  }
  /** @param {number} pid @returns {boolean} */
  const isBelow = (pid) => pid === root || (parents.has(pid) && isBelow(parents.get(pid)));
  return [...own].filter(([pid]) => isBelow(pid)).reduce((sum, [, bytes]) => sum + bytes, 0);
}

/**
 * One command in a process of its own. Looking at its memory takes time from it: a run tells one of the two.
 * @param {readonly string[]} args @param {string} cwd @param {"time" | "memory"} [what]
 * @returns {Promise<{ seconds: number, bytes: number, stdout: string }>}
 */
async function timed(args, cwd, what = "time") {
  const begun = performance.now();
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  let [stdout, bytes] = ["", 0];
  child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ part) => (stdout += part));
  const looking = what === "memory" ? setInterval(() => (bytes = Math.max(bytes, memoryOf(child.pid ?? 0))), 50) : undefined;
  await new Promise((resolve) => child.on("close", resolve));
  clearInterval(looking);
  return { seconds: (performance.now() - begun) / 1000, bytes, stdout };
}

/** Pods of ten applications in some namespaces; each namespace has two policies that deny about half of what comes. @param {number} count @param {number} [namespaces] */
function cluster(count, namespaces = 5) {
  const spaces = Array.from(
    { length: namespaces },
    (_, i) => `- {apiVersion: v1, kind: Namespace, metadata: {name: team-${i}, labels: {team: t${i}}}}`,
  );
  const pods = Array.from({ length: count }, (_, i) => {
    const meta = `{name: pod-${i}, namespace: team-${i % namespaces}, labels: {app: app-${i % 10}, half: "${(i >> 1) % 2}"}}`;
    return `- {apiVersion: v1, kind: Pod, metadata: ${meta}, status: {podIP: 10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}}}`;
  });
  const policies = spaces.flatMap((_, i) => [
    `- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: in, namespace: team-${i}}, spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {half: "0"}}}], ports: [{port: 80}, {port: 53, protocol: UDP}]}]}}`,
    `- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: own, namespace: team-${i}}, spec: {podSelector: {matchLabels: {app: app-${i}}}, ingress: [{from: [{podSelector: {}}]}]}}`,
  ]);
  return ["apiVersion: v1", "kind: List", "items:", ...spaces, ...pods, ...policies, ""].join("\n");
}

/** @param {number} count @param {readonly string[]} ports */
function mesh(count, ports) {
  const rows = ["from,to,port,protocol"];
  for (let a = 0; a < count; a++)
    for (let b = 0; b < count; b++)
      if (a !== b) for (const port of ports) rows.push(`team-${a % 5}/pod-${a},team-${b % 5}/pod-${b},${port}`);
  return `${rows.join("\n")}\n`;
}

/** @param {string} what @param {string} wanted @param {string} here */
const say = (what, wanted, here) => console.log(`${what.padEnd(66)} ${wanted.padEnd(16)} ${here}`);

try {
  say("", "wanted", "here");
  const cold = [];
  for (let i = 0; i < 5; i++) cold.push(await timed(["lab", "curl", "client1-dev", "webserver-dev", "--stage", "policy1"], dayOne));
  say(
    "day-one: from nothing to the page that curl gets, whole command",
    "0.5 s",
    `${median(cold.map(({ seconds }) => seconds)).toFixed(2)} s`,
  );

  writeFileSync(path.join(folder, "one.csv"), "from,to,port,protocol\nclient1-dev,webserver-dev,80,TCP\n");
  const firsts = [];
  for (let i = 0; i < 5; i++)
    firsts.push(await timed(["ask", "--engine", "lab", "--flows", path.join(folder, "one.csv"), "--stage", "policy1"], dayOne));
  say(
    "day-one: from nothing to the verdict of one flow, whole command",
    "0.5 s",
    `${median(firsts.map(({ seconds }) => seconds)).toFixed(2)} s`,
  );

  const stages = [];
  for (let i = 0; i < 5; i++) stages.push(await timed(["run", "--engine", "lab", "--stage", "before", "-q"], dayOne));
  const [one] = stages;
  say("day-one: one stage by the lab alone, whole command", "1 s", `${median(stages.map(({ seconds }) => seconds)).toFixed(2)} s`);
  if (one === undefined) throw new Error("nothing was measured");

  writeFileSync(path.join(folder, "hundred.yaml"), cluster(100));
  writeFileSync(path.join(folder, "mesh.csv"), mesh(100, ["80,TCP", "81,TCP", "53,UDP"]));
  const asked = ["ask", "--engine", "lab", "-f", "hundred.yaml", "--flows", "mesh.csv", "-o", "csv"];
  const meshes = [];
  for (let i = 0; i < 3; i++) meshes.push(await timed(asked, folder));
  const watched = [];
  for (let i = 0; i < 3; i++) watched.push(await timed(asked, folder, "memory"));
  const lines = meshes[0]?.stdout.trim().split("\n").slice(1) ?? [];
  const denied = lines.filter((line) => line.includes(",deny,")).length;
  say(
    `100 pods, ${lines.length} probes, ${denied} of them denied, whole command`,
    "3 s, 200 MB",
    `${median(meshes.map(({ seconds }) => seconds)).toFixed(1)} s, ${Math.round(median(watched.map(({ bytes }) => bytes)) / 1e6)} MB`,
  );

  /** @param {number} count @param {number} namespaces */
  const snapshotOf = async (count, namespaces) => (await read([{ name: "c.yaml", text: cluster(count, namespaces) }])).snapshot;
  const many = await snapshotOf(5_000, 250);
  const layout = planLayout(many, []);
  const ground = { snapshot: many, stands: layout.stands, addressesOf: layout.addressesOf };
  const begun = performance.now();
  const ruleset = compile(ground);
  const [node] = layout.nodes;
  if (node === undefined) throw new Error("no node");
  const texts = transactions(ruleset, { router: node.place.id, generation: 1, denyWith: "reject", canary: undefined }, undefined);
  const compiled = performance.now() - begun;
  texts.forEach((text, i) => writeFileSync(path.join(folder, `rules-${i}`), text));
  const nft = texts.map((_, i) => `nft -f ${path.join(folder, `rules-${i}`)}`).join(" && ");
  const loads = [1, 2, 3].map(() => {
    const start = performance.now();
    const { status, stderr } = spawnSync("unshare", ["--user", "--map-root-user", "--net", "sh", "-c", nft], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return performance.now() - start;
  });
  say(
    `rules of 5,000 pods, 500 policies: compile, then ${texts.length} transactions of nft`,
    "1 s",
    `${(compiled / 1000).toFixed(2)} s + ${(median(loads) / 1000).toFixed(2)} s`,
  );

  // The same twenty pods, under rules for them alone and under rules that know 4,980 more, which do not stand.
  const few = await snapshotOf(20, 5);
  const flows = few.pods.flatMap((from) =>
    few.pods.flatMap((to) =>
      from === to ? [] : [80, 81].map((port) => /** @type {const} */ ({ from, to, family: 4, protocol: "TCP", port })),
    ),
  );
  /** @param {boolean} crowded */
  const perFlow = async (crowded) => {
    const lab = await createLab({
      denyWith: "reject",
      rulesOf: (own) => {
        const [first] = own.stands;
        const others = layout.stands.slice(20).map((stand, i) => ({ ...stand, router: first?.router ?? 0, device: `w${i}` }));
        return compile(crowded ? { ...own, stands: [...own.stands, ...others] } : own);
      },
    }).open(few);
    try {
      await lab.ask(flows);
      const times = [];
      for (let i = 0; i < 9; i++) {
        const start = performance.now();
        await lab.ask(flows);
        times.push(performance.now() - start);
      }
      return (1000 * median(times)) / flows.length;
    } finally {
      await lab[Symbol.asyncDispose]();
    }
  };
  const rounds = [await perFlow(false), await perFlow(true), await perFlow(false), await perFlow(true)];
  const [small, large] = [Math.min(rounds[0] ?? 0, rounds[2] ?? 0), Math.min(rounds[1] ?? 0, rounds[3] ?? 0)];
  say(
    "a probe among 20 pods, under rules for 20 and for 5,000 pods",
    "the same",
    `${small.toFixed(0)} us and ${large.toFixed(0)} us: ${(large / small).toFixed(2)} ×`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
