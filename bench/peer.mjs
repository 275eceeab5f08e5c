// Another program on the same input: how long it takes, and whether it says the same.
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { generate, textOf } from "./npbench.mjs";
import { medianWall } from "./processes.mjs";

/** @typedef {import("./npbench.mjs").ProfileName} ProfileName */
/** @typedef {{ metadata: { namespace: string, name: string, labels: Record<string, string>, ownerReferences?: readonly { kind: string, name: string }[] } }} PodObject */

/** A peer has this long. */
const patience = 600_000;
/** What tells the pods of one workload apart: the peer takes the pods of an owner for one, and breaks where they differ. */
const ownLabels = ["statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"];

/**
 * Runs `netpol-analyzer list` and netproof on one file and prints both times and every difference. Gives whether they agree.
 * @param {string} peer `netpol-analyzer=PATH` @param {ProfileName} profile @param {string} folder for files
 */
export function comparePeer(peer, profile, folder) {
  const [, name, program] = /^(netpol-analyzer)=(.+)$/.exec(peer) ?? [];
  if (name === undefined || program === undefined) throw new Error(`--peer ${peer}: there is netpol-analyzer=PATH`);
  const { namespaces, pods, policies } = generate(profile);
  for (const { metadata } of /** @type {PodObject[]} */ (pods)) for (const label of ownLabels) delete metadata.labels[label];
  const inputs = path.join(folder, "peer");
  mkdirSync(inputs);
  const list = path.join(inputs, "cluster.json");
  writeFileSync(list, textOf([...namespaces, ...pods, ...policies]));

  const printed = path.join(folder, "peer.txt");
  const out = openSync(printed, "w");
  const start = performance.now();
  const child = spawnSync(program, ["list", "-q", "--dirpath", inputs], { stdio: ["ignore", out, "inherit"], timeout: patience });
  const theirs = performance.now() - start;
  closeSync(out);
  const ours = medianWall([path.join(import.meta.dirname, "measure.mjs"), "pairs", list]);
  console.log(`\n${profile}: netproof, whole process ${(ours / 1000).toFixed(2)} s`);
  if (child.status !== 0) {
    const why = child.error === undefined ? `ended with ${child.status ?? child.signal ?? "?"}` : child.error.message;
    console.log(`  ${name} has no result after ${(theirs / 1000).toFixed(2)} s: ${why}`);
    rmSync(inputs, { recursive: true });
    return false;
  }
  console.log(`  ${name} ${(theirs / 1000).toFixed(2)} s, ${(theirs / ours).toPrecision(3)} times as long`);
  const compared = spawnSync(process.execPath, [path.join(import.meta.dirname, "same-pairs.mjs"), list, printed], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.stdout.write(compared.stdout);
  rmSync(inputs, { recursive: true });
  rmSync(printed);
  return compared.status === 0;
}

/** Flows between pods of a profile, as `ask` reads them. @param {ProfileName} profile @param {number} count */
export function askedOf(profile, count) {
  const pods = /** @type {PodObject[]} */ (generate(profile).pods).map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
  const lines = Array.from({ length: count }, (_, i) => {
    const [from, to] = [pods[(i * 7919) % pods.length], pods[(i * 104_729 + 1 + Math.floor(i / pods.length)) % pods.length]];
    return `${from},${to},${[80, 443, 5432, 8080][i % 4]},TCP`;
  });
  return `from,to,port,protocol\n${lines.join("\n")}\n`;
}
