// Writes the pages and pictures that are made from the code: `npm run docs`. A test says when one is older than its source.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** What each made file should hold, by its path in the repository. Needs a build. @returns {Promise<Readonly<Record<string, string>>>} */
export async function madeFiles() {
  const core = await import(pathToFileURL(path.join(root, "packages/core/dist/parts.js")).href);
  const cli = await import(pathToFileURL(path.join(root, "packages/cli/dist/messages.js")).href);
  return {
    "docs/diagnostics.md": diagnosticsPage([
      ["Reading manifests", core.readMessages],
      ["Use-case files, and what judging them finds", core.useCaseMessages],
      ["The command line", cli.messages],
    ]),
    "docs/pictures/day-one.svg": netproof("run", "scenarios/day-one", "-o", "svg"),
    "packages/core/schema/netproof.schema.json": netproof("schema"),
  };
}

/** @param {...string} words */
function netproof(...words) {
  return execFileSync(process.execPath, ["packages/cli/bin/netproof.js", ...words], { cwd: root, encoding: "utf8" });
}

/** @typedef {{ severity: string, page: { title: string, explanation: string, example: { file: string, text: string } } }} Entry */

/** @param {readonly (readonly [title: string, catalogue: Readonly<Record<string, Entry>>])[]} parts */
function diagnosticsPage(parts) {
  const head = "# Diagnostics\n\nEvery message by its code, with an example that has it. `netproof help CODE` prints the same. Made by `npm run docs`.\n";
  const sections = parts.map(([title, catalogue]) => `\n## ${title}\n${Object.entries(catalogue).map(([code, entry]) => section(code, entry)).join("")}`);
  return head + sections.join("");
}

/** @param {string} code @param {Entry} entry */
function section(code, { severity, page: { title, explanation, example } }) {
  // Control characters in an example are the point of it; a page shows them spelled out.
  const text = example.text.replace(/\n$/, "").replace(/[^\n\t\x20-\x7e\u00a0-\uffff]/g, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);
  const language = example.file.endsWith(".json") ? "json" : /\.ya?ml$/.test(example.file) ? "yaml" : "text";
  return `\n### ${code}\n\n${severity}: ${title}. ${explanation}\n\n\`${example.file}\`:\n\n\`\`\`${language}\n${text}\n\`\`\`\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [file, text] of Object.entries(await madeFiles())) {
    const target = path.join(root, file);
    if (readIfThere(target) === text) continue;
    writeFileSync(target, text);
    process.stderr.write(`${file} written\n`);
  }
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
