// node tools/record-lab.mjs: runs day-one in the lab of this machine and writes packages/web/src/lab/recording.json, which is shown by
// pages that have no machine behind them. The lab denies in silence, as the chapter's does: each curl that is denied waits five seconds.
import { writeFileSync } from "node:fs";
import { release } from "node:os";
import path from "node:path";
import { setUp } from "./lib/setup.mjs";

const repository = path.resolve(import.meta.dirname, "..");
if ((await setUp("use")) !== undefined) process.exit(1);
const { labHost } = await import("../packages/cli/dist/ui/lab.js");
const { openUseCase } = await import("../packages/cli/dist/input.js");
const { readInput } = await import("../packages/cli/dist/prepare.js");
const { readCommandLine } = await import("../packages/cli/dist/arguments.js");

const { options } = readCommandLine(["ui"]);
const read = async () => readInput(await openUseCase(path.join(repository, "scenarios/day-one/netproof.yaml")), options);
const { material } = await read();
if (material?.kind !== "use-case") throw new Error("day-one cannot be read");

// The rows of the page, by their names.
const pods = material.bound.stages[0]?.snapshot.pods ?? [];
const ends = [...pods.map(({ namespace, name }) => `${namespace.name}/${name}`), ...material.bound.useCase.outside.map(({ name }) => name)];
const lab = labHost(read);
const stages = [];
for (const { name } of material.bound.stages) {
  /** @type {import("@netproof/web/wire").LabProbe[]} */
  let probes = [];
  /** @type {import("@netproof/web/wire").LabAnswer[]} */
  const answers = [];
  let summary;
  await lab.run({ stage: name, denyWith: "drop", port: "80/TCP", ends }, new AbortController().signal, (event) => {
    if (event.kind === "planned") probes = [...event.probes];
    else if (event.kind === "answered") answers.push(...event.answers);
    else if (event.kind === "measured") ({ summary } = event);
    else throw new Error(event.text);
  });
  /** @type {Record<number, import("@netproof/web/wire").CurlTranscript>} */
  const curls = {};
  for (const [place, { to, from }] of probes.entries()) {
    if (![from, to].some((end) => /^dev\/(?:web|db)server-dev$/.test(end))) continue;
    const transcript = await lab.curl(place);
    if (typeof transcript === "string") throw new Error(transcript);
    curls[place] = transcript;
  }
  stages.push({ name, probes, answers, summary, curls });
  console.log(`${name}: ${answers.length} probes, ${Object.keys(curls).length} calls of curl`);
}
await lab.close();
const system = `Linux ${release().split(".").slice(0, 2).join(".")}`;
const recording = { date: new Date().toISOString().slice(0, 10), system, denyWith: "drop", stages };
writeFileSync(path.join(repository, "packages/web/src/lab/recording.json"), `${JSON.stringify(recording)}\n`);
