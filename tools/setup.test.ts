import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./lib/process.mjs";
import { nodeProblem } from "./lib/setup.mjs";

describe("npm start", () => {
  it("a second time sets nothing up: it says nothing on stderr", () => {
    const start = () => spawnSync("npm", ["start"], { cwd: root, encoding: "utf8", shell: process.platform === "win32" });
    start();
    const { status, stdout, stderr } = start();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("Next: ");
  });

  it("on an old Node says which one is needed", () => {
    expect(nodeProblem("18.20.8")).toBe("netproof needs Node 20.19 or newer; this is Node 18.20.8.");
    expect(nodeProblem("20.18.3")).toBe("netproof needs Node 20.19 or newer; this is Node 20.18.3.");
    expect(nodeProblem("20.19.0")).toBeUndefined();
    expect(nodeProblem("22.1.0")).toBeUndefined();
  });
});

describe("a step that fails gives its reason and one command", () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(path.join(tmpdir(), "netproof-setup-"));
    const skipped = new Set(["node_modules", "dist", ".git"]);
    cpSync(root, copy, { recursive: true, filter: (file) => !skipped.has(path.basename(file)) });
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  function startCopy(): { status: number | null; stderr: string } {
    const { status, stderr } = spawnSync(process.execPath, ["tools/start.mjs"], { cwd: copy, encoding: "utf8" });
    return { status, stderr };
  }

  it("sources that do not compile", () => {
    symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
    writeFileSync(path.join(copy, "packages/cli/src/planted.ts"), `export const planted: number = "";\n`);
    expect(startCopy()).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^\[2\/4\] build {5}failed: the sources do not compile\npackages\/cli\/src\/planted.ts\(1,14\): error .*\nRun: npx tsc -b\n$/,
      ),
    });
  });

  it("packages that npm cannot install", () => {
    rmSync(path.join(copy, "node_modules"));
    rmSync(path.join(copy, "package-lock.json"));
    expect(startCopy()).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^\[1\/4\] packages {2}failed: The `npm ci` command can only install .*\nRun: npm install\n$/),
    });
  });
});
