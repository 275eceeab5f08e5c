// Who may import whom: the rules, and the check of packages/*/src that `npm run check` makes.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} Layer
 * @property {readonly string[]} may folders or files of the same package that its files may import, besides its own
 * @property {readonly string[]} [mayTypes] those of which it may import types only
 * @property {readonly string[]} [modules] packages it may import; `node:*` stands for Node's own
 * @property {readonly string[]} [moduleTypes] packages of which it may import types only
 * @property {string} because the sentence for somebody who breaks the rule
 */

/** The rules, by folder below packages; the longest name that fits a file is its layer. @type {Readonly<Record<string, Layer>>} */
export const layers = {
  "core/net": { may: [], because: "addresses and ports are numbers and ranges that know nothing of manifests or policies" },
  "core/text": { may: [], because: "texts, places and diagnostics know nothing of what the text means" },
  "core/model": { may: ["net", "text"], because: "the model is types and their small total functions; nobody sees YAML below `read`" },
  "core/read": {
    may: ["net", "text", "model"],
    modules: ["js-yaml", "yaml"],
    because: "reading ends with the snapshot: it judges nothing, and it alone parses YAML",
  },
  "core/semantics": {
    may: ["net", "model"],
    because: "the Kubernetes text as code stands on the model alone, so that it is read in one sitting",
  },
  "core/reach": { may: ["net", "text", "model"], because: "views are written against any engine, so this layer must not know one" },
  "core/spec": {
    may: ["net", "text", "model", "semantics", "reach"],
    because: "the engine around `semantics` knows no file format and no view",
  },
  "core/contrail": {
    may: ["net", "text", "model", "reach"],
    because: "an engine never shares matching code with the one it is compared with, or both are wrong together",
  },
  "core/usecase": {
    may: ["net", "text", "model", "read", "reach", "semantics/selector.ts", "semantics/service.ts"],
    modules: ["zod"],
    because: "a use case is checked against any Reachability: of the semantics it knows selectors and what a Service stands for",
  },
  "core/report": {
    may: ["net", "text", "model", "read", "reach", "usecase", "semantics/selector.ts"],
    mayTypes: ["report/contrail"],
    because: "a report is made from sessions that are handed in, whatever their engine",
  },
  "core/report/contrail": {
    may: ["net", "text", "model", "reach", "report", "contrail"],
    because: "these documents show Contrail's own objects; what Kubernetes means is handed in as a calculation",
  },
  "core/report/present": {
    may: ["net", "text"],
    mayTypes: ["report", "report/contrail"],
    because: "presenting knows the report and nothing else: string in, string out",
  },
  "core/index.ts": { may: ["*"], because: "the public names and nothing else" },
  "core/parts.ts": { may: ["*"], because: "names for netproof's own packages, beside the public ones" },
  "lab/nft": {
    may: [],
    moduleTypes: ["@netproof/core/parts", "@netproof/core/contrail"],
    because: "the compiler of rules has matching code of its own: one that it shared would be wrong in two engines at once",
  },
  "lab/sys": { may: [], modules: ["koffi", "node:*"], because: "system calls know nothing of labs or policies, and nobody else makes any" },
  "lab/plan": { may: [], mayTypes: ["nft"], modules: ["@netproof/core/parts"], because: "a plan is made anywhere, without a system" },
  "lab/world": { may: ["sys", "plan"], modules: ["node:*"], because: "namespaces are built from a plan, whatever runs in them" },
  "lab/probe": {
    may: ["sys", "world", "nft/render.ts"],
    modules: ["@netproof/core/parts", "node:*"],
    because: "probes ask and witness; what the answers mean is said elsewhere",
  },
  lab: {
    may: ["*"],
    modules: ["@netproof/core/parts", "node:*"],
    moduleTypes: ["@netproof/core/contrail"],
    because: "the lab stands on core, and only `sys` calls the system",
  },
  "web/workbench": {
    may: [],
    modules: ["@netproof/core/parts", "@netproof/core/contrail", "@netproof/lab/rules"],
    because: "what the page asks is answered in a worker, from core and the lab's compiler: it knows no element and no view",
  },
  web: {
    may: ["*"],
    modules: ["preact", "@preact/signals", "@codemirror/*", "@lezer/highlight", "@hpcc-js/wasm-graphviz"],
    moduleTypes: ["@netproof/core/parts", "@netproof/core/contrail"],
    because: "the page shows answers and has no rules of its own",
  },
  cli: {
    may: ["*"],
    modules: [
      "@netproof/core/parts",
      "@netproof/core/contrail",
      "@netproof/lab",
      "commander",
      "hono",
      "@hono/node-server",
      "string-width",
      "node:*",
    ],
    moduleTypes: ["@netproof/web/wire"],
    because: "the command line stands on core's public names",
  },
};

/**
 * @typedef {{ file: string, line: number, from: string, to: string, inside: boolean, typesOnly: boolean }} Import
 * `from` and `to` are named as in `layers` ("core/net/cidr.ts"); `to` is a module's name when it is not `inside` the packages.
 */

/**
 * Every import that breaks a rule and every circle of imports, as lines for a person.
 * @param {string} folder the repository or a copy of it
 * @returns {string[]}
 */
export function brokenRules(folder) {
  const imports = sourceFiles(folder).flatMap((file) => importsOf(folder, file));
  return [...imports.flatMap((one) => objectionTo(one) ?? []), ...circles(imports)];
}

/** @param {Import} one @returns {string | undefined} */
function objectionTo({ file, line, from, to, inside, typesOnly }) {
  const name = layerOf(from);
  const layer = layers[name ?? ""];
  if (name === undefined || layer === undefined) return `${file}:${line}: this folder has no row in tools/layers.mjs`;
  const [packageName] = from.split("/");
  /** @param {readonly string[]} may */
  const covers = (may) => may.some((one) => one === "*" || `${packageName}/${one}` === layerOf(to) || `${packageName}/${one}` === to);
  const allowed = inside
    ? to.startsWith(`${packageName}/`) && (layerOf(to) === name || covers(layer.may) || (typesOnly && covers(layer.mayTypes ?? [])))
    : mayImport(layer.modules, to) || (typesOnly && mayImport(layer.moduleTypes, to));
  return allowed ? undefined : `${file}:${line}: ${name} must not import ${to}: ${layer.because}`;
}

/** @param {readonly string[] | undefined} modules @param {string} to */
function mayImport(modules, to) {
  return (modules ?? []).some((module) => to === module || to.startsWith(module.endsWith("*") ? module.slice(0, -1) : `${module}/`));
}

/** @param {string} file as in `layers` */
function layerOf(file) {
  const fitting = Object.keys(layers).filter((name) => file === name || file.startsWith(`${name}/`));
  return fitting.toSorted((a, b) => b.length - a.length)[0];
}

/** @param {string} folder @returns {string[]} the sources, such as "packages/core/src/net/cidr.ts" */
function sourceFiles(folder) {
  return readdirSync(path.join(folder, "packages")).flatMap((name) => {
    const entries = readdirSync(path.join(folder, "packages", name, "src"), { recursive: true, encoding: "utf8" });
    const sources = entries.filter((entry) => /\.tsx?$/.test(entry)).toSorted();
    return sources.map((entry) => `packages/${name}/src/${entry.replaceAll(path.sep, "/")}`);
  });
}

// Imports are static and written one way (the formatter sees to that), so they can be found without a parser.
const importForms = /^(?:import|export)\s+(type\s)?[^"'`;]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*(?:"([^"]+)"|[^"\s])/gm;

/** @param {string} folder @param {string} file @returns {Import[]} */
function importsOf(folder, file) {
  const text = readFileSync(path.join(folder, file), "utf8");
  return [...text.matchAll(importForms)].map((match) => {
    const [, type, from, bare, dynamic] = match;
    const target = from ?? bare ?? dynamic ?? "a name put together at run time";
    const inside = target.startsWith(".");
    return {
      file,
      line: text.slice(0, match.index).split("\n").length,
      from: nameOf(file),
      to: inside ? nameOf(path.posix.join(path.posix.dirname(file), target)) : target,
      inside,
      typesOnly: type !== undefined,
    };
  });
}

/** "packages/core/src/net/cidr.ts" is "core/net/cidr.ts" in the rules. @param {string} file */
function nameOf(file) {
  return file.replace(/^packages\//, "").replace(/^([^/]+)\/src\//, "$1/");
}

/** Files that import each other in a circle, types included; each circle once. @param {readonly Import[]} imports */
function circles(imports) {
  /** @type {Map<string, string[]>} */
  const next = new Map();
  for (const { from, to, inside } of imports) if (inside) next.set(from, [...(next.get(from) ?? []), to]);
  const finished = new Set();
  /** @type {string[]} */
  const found = [];
  /** @param {string} file @param {readonly string[]} trail */
  const walk = (file, trail) => {
    if (trail.includes(file))
      found.push(`${[...trail.slice(trail.indexOf(file)), file].join(" → ")}: files must not import each other in a circle`);
    if (trail.includes(file) || finished.has(file)) return;
    for (const target of next.get(file) ?? []) walk(target, [...trail, file]);
    finished.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return found;
}
