import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(fileURLToPath(new URL("../../..", import.meta.url)));
const packages = ["packages/core", "packages/lab", "packages/cli"];

// What `npm install netproof` would write, without asking a registry: our packages as they are packed,
// theirs as they are installed here, and nothing that is not declared.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "netproof-size-"));
  for (const name of packages) installPacked(name);
  for (const name of packages) installDependencies(path.join(root, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("an installed netproof", () => {
  it("is smaller than 25 MB", () => {
    expect(bytesBelow(path.join(folder, "node_modules"))).toBeLessThan(25_000_000);
  });

  it("runs with what it declares", () => {
    const output = execFileSync(process.execPath, ["node_modules/netproof/bin/netproof.js", "--version"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(output).not.toBe("");
  });
});

function installPacked(name: string): void {
  const npm = ["pack", "--json", "--pack-destination", folder];
  const answer = execFileSync("npm", npm, { cwd: path.join(root, name), encoding: "utf8", shell: process.platform === "win32" });
  const [packed] = JSON.parse(answer) as [{ name: string; filename: string }];
  const target = path.join(folder, "node_modules", packed.name);
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", path.join(folder, packed.filename), "-C", target, "--strip-components=1"]);
}

/** Copies what a package needs, and what that needs, to the place it has in this repository. */
function installDependencies(from: string): void {
  const manifest = JSON.parse(readFileSync(path.join(from, "package.json"), "utf8")) as Record<string, Record<string, string> | undefined>;
  for (const name of Object.keys({ ...manifest["dependencies"], ...manifest["optionalDependencies"] })) {
    const source = installed(name, from);
    if (source === undefined && manifest["optionalDependencies"]?.[name] !== undefined) continue; // of other platforms
    if (source === undefined) throw new Error(`${name} is declared but not installed`);
    const target = path.join(folder, path.relative(root, source));
    if (existsSync(target)) continue;
    cpSync(source, target, { recursive: true, filter: (file) => !path.relative(source, file).split(path.sep).includes("node_modules") });
    installDependencies(source);
  }
}

/** The folder that Node finds for this name, seen from a package. */
function installed(name: string, from: string): string | undefined {
  const candidate = path.join(from, "node_modules", name);
  if (existsSync(candidate)) return candidate;
  if (from === root) return undefined;
  return installed(name, path.dirname(from));
}

function bytesBelow(target: string): number {
  const files = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => statSync(path.join(entry.parentPath, entry.name)).size).reduce((sum, size) => sum + size, 0);
}
