// Writes the pages and pictures that are made from the code: `npm run docs`. A test says when one is older than its source.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** What each made file should hold, by its path in the repository. Needs a build. @returns {Promise<Readonly<Record<string, string>>>} */
export async function madeFiles() {
  const core = await import(pathToFileURL(path.join(root, "packages/core/dist/parts.js")).href);
  const contrail = await import(pathToFileURL(path.join(root, "packages/core/dist/contrail/index.js")).href);
  const cli = await import(pathToFileURL(path.join(root, "packages/cli/dist/messages.js")).href);
  return {
    "docs/contrail-deviations.md": deviationsPage(contrail.deviations, contrail.profileNames),
    "docs/diagnostics.md": diagnosticsPage([
      ["Reading manifests", core.readMessages],
      ["Use-case files, and what judging them finds", core.useCaseMessages],
      ["Contrail", contrail.contrailMessages],
      ["Dumps of Contrail's configuration", contrail.dumpMessages],
      ["The command line", cli.messages],
    ]),
    // The lab answers where it can run: the picture must be the same on every machine.
    "docs/pictures/day-one.svg": netproof("run", "scenarios/day-one", "--engine", "spec,contrail", "-o", "svg"),
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
  const head =
    "# Diagnostics\n\nEvery message by its code, with an example that has it. `netproof help CODE` prints the same. Made by `npm run docs`.\n";
  const sections = parts.map(
    ([title, catalogue]) =>
      `\n## ${title}\n${Object.entries(catalogue)
        .map(([code, entry]) => section(code, entry))
        .join("")}`,
  );
  return head + sections.join("");
}

/** @param {string} code @param {Entry} entry */
function section(code, { severity, page: { title, explanation, example } }) {
  // Control characters in an example are the point of it; a page shows them spelled out.
  const text = example.text
    .replace(/\n$/, "")
    .replace(/[^\n\t\x20-\x7e\u00a0-\uffff]/g, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);
  const language = example.file.endsWith(".json") ? "json" : /\.ya?ml$/.test(example.file) ? "yaml" : "text";
  return `\n### ${code}\n\n${severity}: ${title}. ${explanation}\n\n\`${example.file}\`:\n\n\`\`\`${language}\n${text}\n\`\`\`\n`;
}

/**
 * @typedef {{ from: string, to: string, port: number, protocol: string, kubernetes: string, contrail: string, before?: string, manifests: string }} Shown
 * @typedef {object} Deviation
 * @property {string} id
 * @property {string} title
 * @property {readonly string[]} effects
 * @property {string} dependsOn
 * @property {string} kubernetes
 * @property {string} contrail
 * @property {string} workaround
 * @property {readonly string[]} confidence
 * @property {string} source
 * @property {readonly string[]} profiles
 * @property {Shown | undefined} example
 */

/** @param {readonly Deviation[]} deviations @param {readonly string[]} profiles */
function deviationsPage(deviations, profiles) {
  const head = `# Where Contrail differs from Kubernetes

Each deviation by its number, with a cluster that shows it. \`netproof help D3\` prints the same, \`netproof contrail check\` finds them in
your own policies. Known from: **run**, the real kube-manager made these objects; **read**, in the source; **documented**, by the vendor or
the project. [contrail.md](contrail.md) explains the rest. Made by \`npm run docs\`.

| | effect | what |
|---|---|---|
${deviations.map(({ id, title, effects }) => `| [${id}](#${id.toLowerCase()}) | ${effectsText(effects)} | ${title} |`).join("\n")}
`;
  return head + deviations.map((one) => deviationSection(one, profiles)).join("");
}

/** @param {readonly string[]} effects */
function effectsText(effects) {
  return effects.map((effect) => effect.replaceAll("-", " ")).join(", ");
}

/** @type {Readonly<Record<string, string>>} */
const dependence = {
  "creation-order": "It depends on the order in which the policies were created.",
  history: "It depends on what was there before.",
  surroundings: "It depends on things around the cluster.",
};

/** @param {Deviation} deviation @param {readonly string[]} profiles */
function deviationSection(
  { id, title, effects, dependsOn, kubernetes, contrail, workaround, confidence, source, profiles: own, example },
  profiles,
) {
  const facts = [
    `${effectsText(effects)}; ${confidence.join(", ")}: ${source}.`,
    ...(own.length === profiles.length ? [] : [`Only in ${own.join(", ")}.`]),
    ...(dependence[dependsOn] === undefined ? [] : [dependence[dependsOn]]),
  ];
  const shown = example === undefined ? "" : exampleText(example);
  return `
## ${id}

**${title}** (${facts.join(" ")})

- Kubernetes: ${kubernetes}
- Contrail: ${contrail}
- Instead: ${workaround}
${shown}`;
}

/** @param {Shown} example */
function exampleText({ from, to, port, protocol, kubernetes, contrail, before, manifests }) {
  /** @param {string} text */
  const fence = (text) => `\`\`\`yaml\n${text.replace(/^---\n/, "").trimEnd()}\n\`\`\`\n`;
  const verdicts = `${from.replace("ip:", "")} to ${to.replace("ip:", "")} on ${port}/${protocol}: ${kubernetes} in Kubernetes, ${contrail} in Contrail.`;
  const first = before === undefined ? "" : `<details><summary>Before</summary>\n\n${fence(before)}\n</details>\n\n`;
  return `\n${verdicts}\n\n${first}<details><summary>The cluster</summary>\n\n${fence(manifests)}\n</details>\n`;
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
