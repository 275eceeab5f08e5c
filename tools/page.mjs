// Builds the page into packages/web/dist/page: plain scripts and a style sheet, so that it opens from disk as well as from a server.
import { createHash } from "node:crypto";
import { build } from "esbuild";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { deflateRawSync } from "node:zlib";
import { load } from "js-yaml";

const repository = path.resolve(import.meta.dirname, "..");
const here = path.join(repository, "packages/web");

/**
 * Scripts that a browser takes from `file:` as well: no modules, since it refuses those from disk. `page` is loaded first; the others are
 * chunks that set a name of `netproofChunks`. The engine becomes a string, because a worker can only be started from one there.
 */
const chunks = ["editor", "graphviz"];

/** @param {string} folder where the page is written */
export async function buildPage(folder = path.join(here, "dist/page")) {
  mkdirSync(folder, { recursive: true });
  /** @type {import("esbuild").BuildOptions & { write: false }} */
  const common = {
    absWorkingDir: here,
    bundle: true,
    minify: true,
    target: "es2022",
    conditions: ["source"],
    legalComments: "none",
    write: false,
    logLevel: "silent",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.NODE_ENV": '"production"' },
  };
  /** @param {string} entry @param {string} [globalName] */
  const script = async (entry, globalName) => {
    const { outputFiles } = await build({
      ...common,
      entryPoints: [entry],
      format: "iife",
      ...(globalName === undefined ? {} : { globalName }),
    });
    return textOf(outputFiles);
  };
  const [page, engine, style, ...others] = await Promise.all([
    script("src/page.tsx"),
    script("src/workbench/worker.ts"),
    build({ ...common, entryPoints: ["src/style/page.css"] }).then(({ outputFiles }) => textOf(outputFiles)),
    ...chunks.map((name) => script(`src/${name}/chunk.ts`, `netproofChunks.${name}`)),
  ]);
  const [reportStart, reportPage, reportEngine] = await Promise.all(
    ["start.ts", "page.tsx", "worker.ts"].map((name) => script(`src/report/${name}`)),
  );
  const files = {
    "report.json": JSON.stringify(await reportOf(reportStart ?? "", reportPage ?? "", reportEngine ?? "", style)),
    "index.html": readFileSync(path.join(here, "src/index.html"), "utf8"),
    "page.js": page,
    "page.css": style,
    "engine.js": chunkOf("engine", engine),
    "examples.js": chunkOf("examples", await examples()),
    "recording.js": chunkOf("recording", JSON.parse(readFileSync(path.join(here, "src/lab/recording.json"), "utf8"))),
    ...Object.fromEntries(chunks.map((name, i) => [`${name}.js`, others[i]])),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

/**
 * The page as it lies in a report: scripts that the report's content policy knows by their hashes.
 * @param {string} start @param {string} page @param {string} engine @param {string} style
 * @returns {Promise<import("@netproof/web/wire").ReportPage>}
 */
async function reportOf(start, page, engine, style) {
  // The same letters as the browser reads them with.
  const { outputFiles } = await build({
    entryPoints: [path.join(here, "src/report/packing.ts")],
    format: "esm",
    bundle: true,
    write: false,
    logLevel: "silent",
  });
  const { pack } = /** @type {typeof import("../packages/web/src/report/packing.ts")} */ (
    await import(`data:text/javascript,${encodeURIComponent(textOf(outputFiles))}`)
  );
  const hashOf = (/** @type {string} */ text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  // A script's text must not end its element.
  if (/<\/script|<!--/i.test(start)) throw new Error("a script of the report would end its element");
  return {
    start,
    scripts: [start, page].map(hashOf).join(" "),
    packed: pack(deflateRawSync(JSON.stringify([page, engine, style]), { level: 9 })),
  };
}

/** @param {readonly import("esbuild").OutputFile[]} files */
function textOf([file]) {
  if (file === undefined) throw new Error("esbuild wrote nothing");
  return file.text;
}

/** @param {string} name @param {unknown} value */
function chunkOf(name, value) {
  return `var netproofChunks=netproofChunks||{};netproofChunks.${name}=${JSON.stringify(value)};\n`;
}

/** What the page comes with: the scenarios of the repository, and for each deviation of Contrail a cluster that shows it. */
async function examples() {
  const folder = path.join(repository, "scenarios");
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const scenarios = names
    .map(({ name }) => name)
    .toSorted()
    .map((name) => {
      const files = readdirSync(path.join(folder, name))
        .toSorted()
        .map((file) => ({ path: file, text: readFileSync(path.join(folder, name, file), "utf8") }));
      const useCase = /** @type {{ about?: string }} */ (load(files.find((file) => file.path === "netproof.yaml")?.text ?? ""));
      const [word = ""] = name.split("-");
      const group = { recipe: "recipes", trap: "traps", tiers: "tiers" }[word] ?? "chapter";
      return { name, group, title: name, about: useCase.about ?? "", files };
    });
  const core = path.join(repository, "packages/core/dist/contrail/index.js");
  const { deviations } = /** @type {typeof import("@netproof/core/contrail")} */ (await import(pathToFileURL(core).href));
  const deviating = deviations.flatMap(({ id, title, example, effects }) => {
    // One that comes of a change needs two clusters and their order, which manifests alone do not have.
    if (example === undefined || example.before !== undefined) return [];
    const { from, to, port, protocol, manifests } = example;
    const end = (/** @type {string} */ name) => name.replace(/^ip:/, "");
    const about = effects.map((effect) => effect.replaceAll("-", " ")).join(", ");
    const files = [{ path: `${id}.yaml`, text: manifests }];
    return [{ name: id, group: "deviations", title: `${id} ${title}`, about, files, flow: `${end(from)}>${end(to)}:${port}/${protocol}` }];
  });
  return [...scenarios, ...deviating];
}

if (process.argv[1] === import.meta.filename) await buildPage();
