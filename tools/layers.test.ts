import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { brokenRules, layers } from "./layers.mjs";
import { root } from "./lib/process.mjs";

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(path.join(tmpdir(), "netproof-layers-"));
  for (const name of readdirSync(path.join(root, "packages"))) {
    cpSync(path.join(root, "packages", name, "src"), path.join(copy, "packages", name, "src"), { recursive: true });
  }
});
afterEach(() => rmSync(copy, { recursive: true }));

function plant(file: string, text: string): void {
  const target = path.join(copy, "packages", file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** What is said about planted files, so that one broken rule in the sources fails one test only. */
function saidOfPlanted(): string[] {
  return brokenRules(copy).filter((line) => line.includes("planted"));
}

it("the sources keep the rules", () => {
  expect(brokenRules(copy)).toEqual([]);
});

describe("a planted import is refused with the sentence of its layer", () => {
  // One row per layer and rule of docs/ARCHITECTURE.md, written out by hand so that a slip in the table of rules is seen here.
  it.each([
    ["core/src/net", "../text/source.ts", "core/net"],
    ["core/src/text", "../net/cidr.ts", "core/text"],
    ["core/src/model", "../read/read.ts", "core/model"],
    ["core/src/read", "../semantics/judge.ts", "core/read"],
    ["core/src/read", "zod", "core/read"],
    ["core/src/semantics", "../text/diagnostic.ts", "core/semantics"],
    ["core/src/semantics", "../read/read.ts", "core/semantics"],
    ["core/src/reach", "../semantics/selector.ts", "core/reach"],
    ["core/src/reach", "../spec/engine.ts", "core/reach"],
    ["core/src/spec", "../read/read.ts", "core/spec"],
    ["core/src/contrail", "../semantics/selector.ts", "core/contrail"],
    ["core/src/contrail", "../spec/engine.ts", "core/contrail"],
    ["core/src/usecase", "../semantics/judge.ts", "core/usecase"],
    ["core/src/usecase", "../spec/engine.ts", "core/usecase"],
    ["core/src/usecase", "js-yaml", "core/usecase"],
    ["core/src/report", "../spec/engine.ts", "core/report"],
    ["core/src/report", "./present/text.ts", "core/report"],
    ["core/src/report/present", "../../model/policy.ts", "core/report/present"],
    ["core/src/report/present", "../report.ts", "core/report/present"],
    ["core/src/spec", "../index.ts", "core/spec"],
    ["core/src/net", "node:fs", "core/net"],
    ["core/src/net", "netproof", "core/net"],
    ["core/src/net", "../../../cli/src/main.ts", "core/net"],
    ["cli/src", "../../core/src/net/cidr.ts", "cli"],
    ["cli/src", "js-yaml", "cli"],
  ])("packages/%s imports %s", (folder, target, layer) => {
    for (const statement of [
      `import { planted } from "${target}";`,
      `export {\n  planted,\n} from "${target}";`,
      `import "${target}";`,
      `const planted = await import("${target}");`,
    ]) {
      plant(`${folder}/planted.ts`, `// planted\n${statement}\n`);
      expect(saidOfPlanted()).toEqual([expect.stringMatching(new RegExp(`^packages/${folder}/planted.ts:2: ${layer} must not import .*`))]);
      expect(saidOfPlanted()[0]).toContain(layers[layer]?.because);
    }
  });

  it("also when it imports types only", () => {
    plant("core/src/net/planted.ts", `import type { Origin } from "../text/source.ts";\n`);
    expect(saidOfPlanted()).toHaveLength(1);
  });

  it("but presenting may know the types of the report", () => {
    plant("core/src/report/present/planted.ts", `import type { Report } from "../report.ts";\n`);
    expect(saidOfPlanted()).toEqual([]);
  });

  it("and a folder without a row is named", () => {
    plant("core/src/planted/planted.ts", `import { inCidr } from "../net/cidr.ts";\n`);
    expect(saidOfPlanted()).toEqual(["packages/core/src/planted/planted.ts:1: this folder has no row in tools/layers.mjs"]);
  });

  it("and a name put together at run time", () => {
    plant("core/src/net/planted.ts", "const planted = await import(`../${name}.ts`);\n");
    expect(saidOfPlanted()).toEqual([expect.stringContaining("core/net must not import a name put together at run time")]);
  });
});

it("a circle of imports is shown once, with its whole way", () => {
  plant("core/src/net/planted-one.ts", `import type { Two } from "./planted-two.ts";\n`);
  plant("core/src/net/planted-two.ts", `import type { One } from "./planted-one.ts";\n`);
  expect(saidOfPlanted()).toEqual([
    "core/net/planted-one.ts → core/net/planted-two.ts → core/net/planted-one.ts: files must not import each other in a circle",
  ]);
});
