import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { aptGet, installed, npm, root, runQuietly } from "./process.mjs";

/**
 * What one step did: `done` is the text of its line; a step that could not be done says why and which command to run. What only some
 * engines need may be `skipped`: everything else goes on.
 * @typedef {{ done: string } | { problem: string, command: string } | { skipped: string, command: string }} Outcome
 * @typedef {"use" | "tests"} Purpose
 * @typedef {{ name: string, doing: string, upToDate: (purpose: Purpose, changed: boolean) => boolean, run: (purpose: Purpose) => Promise<Outcome> }} Step
 * `changed`: a step before it has done something.
 */

/** What a fresh clone needs before anything runs, in this order. @type {readonly Step[]} */
const steps = [
  { name: "packages", doing: "installing", upToDate: packagesInstalled, run: installPackages },
  { name: "build", doing: "compiling", upToDate: sourcesBuilt, run: buildSources },
  { name: "system", doing: "installing", upToDate: programsPresent, run: installPrograms },
  { name: "lab", doing: "testing itself", upToDate: (_purpose, changed) => !changed, run: testLab },
];

/**
 * Does the steps that have something to do, one line each on stderr; says nothing when there is nothing to do.
 * @param {Purpose} purpose
 * @returns {Promise<string | undefined>} the name of the step that could not be done, if any
 */
export async function setUp(purpose) {
  const unfit = nodeProblem(process.versions.node);
  if (unfit !== undefined) {
    console.error(unfit);
    return "node";
  }
  let changed = false;
  for (const [i, step] of steps.entries()) {
    if (step.upToDate(purpose, changed)) continue;
    const head = `[${i + 1}/${steps.length}] ${step.name.padEnd(9)} `;
    const started = performance.now();
    const stopProgress = showProgress(`${head}${step.doing}`, started);
    const outcome = await step.run(purpose);
    stopProgress();
    if ("problem" in outcome) {
      console.error(`${head}failed: ${outcome.problem}\nRun: ${outcome.command}`);
      return step.name;
    }
    if ("skipped" in outcome) {
      console.error(`${head}skipped: ${outcome.skipped}. Run: ${outcome.command}`);
      continue;
    }
    changed = true;
    const time = `${seconds(started).toFixed(1)} s`;
    console.error(`${head}${outcome.done}`.padEnd(80 - time.length) + time);
  }
  return undefined;
}

/**
 * @param {string} version such as 20.19.0
 * @returns {string | undefined} the sentence for somebody whose Node is too old
 */
export function nodeProblem(version) {
  const needed = JSON.parse(read("package.json")).engines.node.replace(">=", "");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return undefined;
  return `netproof needs Node ${needed} or newer; this is Node ${version}.`;
}

// ---- packages -------------------------------------------------------------------------

/** npm writes down what it installed: that must be what the lock file wants, except packages for other platforms. */
function packagesInstalled() {
  try {
    const wanted = lockedPackages("package-lock.json");
    const present = lockedPackages("node_modules/.package-lock.json");
    const complete = [...wanted].every(
      ([folder, { version, optional }]) => optional === true || (present.has(folder) && present.get(folder)?.version === version),
    );
    return complete && [...present.keys()].every((folder) => wanted.has(folder));
  } catch {
    // A lock file that is missing or broken: npm will say what is wrong with it.
    return false;
  }
}

/** @returns {Promise<Outcome>} */
async function installPackages() {
  const { code, output } = await npm(["ci", "--loglevel=error", "--no-progress"]);
  if (code === 0) {
    const present = [...lockedPackages("node_modules/.package-lock.json")];
    return { done: `${present.filter(([folder, { link }]) => folder.startsWith("node_modules/") && link !== true).length} installed` };
  }
  // `npm ci` takes the lock file as it is; only `npm install` mends one that does not fit the manifests.
  return { problem: npmReason(output), command: output.includes("EUSAGE") ? "npm install" : "npm ci" };
}

/**
 * A lock file's entries by folder, without the root's own.
 * @param {string} file
 * @returns {Map<string, { version?: string, optional?: boolean, link?: boolean }>}
 */
function lockedPackages(file) {
  const packages = new Map(Object.entries(JSON.parse(read(file)).packages));
  packages.delete("");
  return packages;
}

/** npm's reason is the first paragraph it prints, without its codes and the name of its log. @param {string} output */
function npmReason(output) {
  const lines = output.split("\n").map((line) => line.replace(/^npm error ?/, "").trim());
  const text = lines.filter((line) => !/^(code|errno|syscall|A complete log) /.test(line)).join("\n");
  return text.trim().split("\n\n")[0]?.replaceAll("\n", " ") || "npm gave no reason";
}

// ---- build ----------------------------------------------------------------------------

const builtFrom = path.join(root, "node_modules/.netproof-build");

function sourcesBuilt() {
  const outputs = [...builtPackages(), "packages/web"].every((folder) => existsSync(path.join(root, folder, "dist")));
  return outputs && existsSync(builtFrom) && readFileSync(builtFrom, "utf8") === sourcesHash();
}

/** @returns {Promise<Outcome>} */
async function buildSources() {
  const hash = sourcesHash();
  const { code, output } = await runQuietly([installed.tsc, "-b"]);
  if (code !== 0) return { problem: `the sources do not compile\n${firstLines(output)}`, command: "npx tsc -b" };
  const page = await runQuietly(["tools/page.mjs"]);
  if (page.code !== 0) return { problem: `the page cannot be built\n${firstLines(page.output)}`, command: "node tools/page.mjs" };
  writeFileSync(builtFrom, hash);
  const names = [...builtPackages(), "packages/web"].map((folder) => path.basename(folder));
  return { done: names.join(", ") };
}

/** The folders that the root's tsconfig.json builds. @returns {string[]} */
function builtPackages() {
  return JSON.parse(read("tsconfig.json")).references.map((/** @type {{ path: string }} */ reference) => reference.path);
}

/** Ten lines show what is wrong; the command shows the rest. @param {string} text */
function firstLines(text) {
  const lines = text.trimEnd().split("\n");
  return lines.length > 10 ? [...lines.slice(0, 10), `and ${lines.length - 10} more lines`].join("\n") : lines.join("\n");
}

/** Changes whenever the compiler could write something else. */
function sourcesHash() {
  const inPackages = [...builtPackages(), "packages/web"].flatMap((folder) => [
    `${folder}/package.json`,
    `${folder}/tsconfig.json`,
    ...filesBelow(`${folder}/src`),
  ]);
  const hash = createHash("sha256");
  for (const file of [
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.base.json",
    "tools/page.mjs",
    ...filesBelow("scenarios"),
    ...inPackages,
  ]) {
    hash.update(`${file}\0${read(file)}\0`);
  }
  return hash.digest("hex");
}

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  const entries = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

// ---- system ---------------------------------------------------------------------------

/** What the lab needs of a Linux machine, by the package of Debian that holds it. */
const programs = { nft: "nftables", ip: "iproute2", curl: "curl" };
/** What tests need besides: the page is tried in a real browser. */
const programsOfTests = { chromium: "chromium" };

/** @param {Purpose} purpose */
function missingPrograms(purpose) {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/sbin", "/sbin"];
  return Object.entries({ ...programs, ...(purpose === "tests" ? programsOfTests : {}) }).flatMap(([program, name]) =>
    folders.some((folder) => existsSync(path.join(folder, program))) ? [] : [name],
  );
}

/** @param {Purpose} purpose */
function programsPresent(purpose) {
  return process.platform !== "linux" || missingPrograms(purpose).length === 0;
}

/** @param {Purpose} purpose @returns {Promise<Outcome>} */
async function installPrograms(purpose) {
  const missing = missingPrograms(purpose);
  const command = `sudo apt-get install ${missing.join(" ")}`;
  if (process.getuid?.() !== 0) return { skipped: "not root", command };
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  // A fresh machine has no list of packages yet.
  const first = await aptGet(install);
  const { code } = first.code === 0 ? first : (await aptGet(["update"])) && (await aptGet(install));
  return code === 0 ? { done: `${missing.join(", ")} installed with apt` } : { skipped: "apt cannot install them", command };
}

// ---- lab ------------------------------------------------------------------------------

/** Where the lab cannot run everything else can. @returns {Promise<Outcome>} */
async function testLab() {
  const { diagnose } = await import("../../packages/lab/dist/index.js");
  const { findings, canRun } = await diagnose();
  const last = findings.at(-1);
  if (canRun) return { done: "self-test passed" };
  return { skipped: last?.what ?? "", command: last !== undefined && "remedy" in last ? last.remedy : "netproof lab doctor" };
}

// ---- small things ---------------------------------------------------------------------

/** One line that counts the seconds, on a terminal only; the returned function erases it. @param {string} text @param {number} started */
function showProgress(text, started) {
  if (!process.stderr.isTTY) return () => {};
  const show = () => process.stderr.write(`\r${text}, ${Math.round(seconds(started))} s`);
  show();
  const timer = setInterval(show, 1000);
  return () => {
    clearInterval(timer);
    process.stderr.write(`\r${" ".repeat(79)}\r`);
  };
}

/** @param {number} started */
function seconds(started) {
  return (performance.now() - started) / 1000;
}

/** @param {string} file relative to the root */
function read(file) {
  return readFileSync(path.join(root, file), "utf8");
}
