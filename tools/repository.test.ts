import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { root } from "./lib/process.mjs";

it("the root shows at most fifteen entries", () => {
  const made = new Set(["node_modules", "coverage"]);
  const entries = readdirSync(root).filter((name) => !name.startsWith(".") && !made.has(name));
  expect(entries.length, entries.join(" ")).toBeLessThanOrEqual(15);
});

it("the lock file names no place to download from", () => {
  const packages = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages as Record<string, { resolved?: string }>;
  const places = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
  expect(places.filter((place) => place.includes("://"))).toEqual([]);
});

it("every dependency is pinned to one version", () => {
  const manifests = ["package.json", ...readdirSync(path.join(root, "packages")).map((name) => `packages/${name}/package.json`)];
  const loose = manifests.flatMap((file) => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(path.join(root, file), "utf8"));
    const wanted = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    return wanted
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))
      .map(([name, version]) => `${file}: ${name} ${String(version)}`);
  });
  expect(loose).toEqual([]);
});
