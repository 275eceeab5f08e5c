// node bench/same-pairs.mjs CLUSTER.json PRINTED.txt: whether what `netpol-analyzer list` printed is what netproof calculates for the
// pods of each two owners. Lines about addresses outside are passed over: that program never takes a pod for an address.
import { readFileSync } from "node:fs";
import { read, specCalculation } from "../packages/core/dist/index.js";
import { allPorts, formatPorts, isEmptyPorts, noPorts, portSet, protocols, unite } from "../packages/core/dist/net/ports.js";

/** @typedef {import("./peer.mjs").PodObject} PodObject */
/** @typedef {import("../packages/core/dist/net/ports.js").PortSet} PortSet */

const [list = "", printed = ""] = process.argv.slice(2);
const text = readFileSync(list, "utf8");
const { snapshot } = await read([{ name: list, text }]);
const { connections } = specCalculation(snapshot).reach(4);
const podOf = new Map(snapshot.pods.map((pod) => [`${pod.namespace.name}/${pod.name}`, pod]));
/** By owner, one of its pods. */
const owners = new Map();
for (const object of /** @type {{ items: (PodObject & { kind: string })[] }} */ (JSON.parse(text)).items) {
  if (object.kind !== "Pod") continue;
  const { namespace, name, ownerReferences: [owner] = [] } = object.metadata;
  const pod = podOf.get(`${namespace}/${name}`);
  const title = `${namespace}/${owner?.name ?? name}[${owner?.kind ?? "Pod"}]`;
  if (pod !== undefined && !owners.has(title)) owners.set(title, pod);
}

const theirs = new Map();
for (const line of readFileSync(printed, "utf8").split("\n")) {
  const [, from, to, ports] = /^(\S+\[\w+\]) => (\S+\[\w+\]) : (.+)$/.exec(line.trim()) ?? [];
  if (from === undefined || to === undefined || ports === undefined || [from, to].some((end) => end.endsWith("[External]"))) continue;
  theirs.set(`${from} => ${to}`, formatPorts(portsOf(ports)));
}

let [pairs, differ] = [0, 0];
for (const [from, a] of owners) {
  for (const [to, b] of owners) {
    if (a === b) continue;
    pairs++;
    const { allow } = connections(a, b) ?? { allow: noPorts };
    const [own, other] = [isEmptyPorts(allow) ? "nothing" : formatPorts(allow), theirs.get(`${from} => ${to}`) ?? "nothing"];
    theirs.delete(`${from} => ${to}`);
    if (own === other) continue;
    differ++;
    if (differ <= 20) console.log(`  ${from} => ${to}: netproof ${own}, the peer ${other}`);
  }
}
for (const unknown of [...theirs.keys()].slice(0, 20)) console.log(`  ${unknown}: only the peer has these ends`);
console.log(`  ${pairs} pairs of owners compared, ${differ} differ, ${theirs.size} unknown`);
if (differ + theirs.size > 0) process.exitCode = 1;

/** `All Connections`, or `TCP 80,443,UDP 53-54`. @param {string} words @returns {PortSet} */
function portsOf(words) {
  if (words === "All Connections") return allPorts;
  let [set, protocol] = [noPorts, protocols[0]];
  for (const word of words.split(",")) {
    const [, named, first, last] = /^\s*(?:(TCP|UDP|SCTP) )?(\d+)(?:-(\d+))?\s*$/.exec(word) ?? [];
    if (first === undefined) throw new Error(`not ports of the peer: ${words}`);
    protocol = protocols.find((one) => one === named) ?? protocol;
    set = unite(
      set,
      portSet(/** @type {NonNullable<typeof protocol>} */ (protocol), [{ first: Number(first), last: Number(last ?? first) }]),
    );
  }
  return set;
}
