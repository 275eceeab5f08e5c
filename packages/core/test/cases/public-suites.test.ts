import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { read } from "../../src/read/read.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { resolveFlows } from "../../src/usecase/flows.ts";
import type { Protocol } from "../../src/net/ports.ts";
import { sharedFolder } from "../shared.ts";

interface Case {
  readonly name: string;
  readonly manifests: readonly string[];
  readonly probes: readonly {
    readonly from: string;
    readonly to: string;
    readonly port: number;
    readonly protocol: Protocol;
    readonly expect: string;
    readonly tags?: readonly string[];
  }[];
}

const shared = sharedFolder();

/** Public suites and bug reports, with their own expectations. Tagged probes differ by CNI and are never scored. */
describe.skipIf(shared === undefined)("shared test data not found: public suites", () => {
  describe.each(["k8s-e2e", "recipes", "cyclonus", "np-guard", "policy-api", "field"])("%s", (suite) => {
    const folder = path.join(shared ?? "", "cases", suite);
    test.each(caseFiles(folder))("%s", async (file) => {
      const one = JSON.parse(readFileSync(path.join(folder, "cases", file), "utf8")) as Case;
      const files = one.manifests.map((name) => ({ name, text: readFileSync(path.join(folder, name), "utf8") }));
      const { snapshot, diagnostics } = await read(files);
      expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
      const calculation = specCalculation(snapshot);
      const probes = one.probes.filter(({ tags = [] }) => tags.length === 0);
      const wrong = probes.flatMap((probe) => {
        const resolved = resolveFlows(probe, { snapshot, outside: [], groups: [] });
        const verdicts =
          resolved.kind === "flows"
            ? [...new Set(resolved.flows.map(({ flow }) => calculation.answer(flow).verdict))]
            : [JSON.stringify(resolved)];
        return verdicts.length === 1 && verdicts[0] === probe.expect
          ? []
          : [`${probe.from} -> ${probe.to} ${probe.port}/${probe.protocol}: ${verdicts.join()}, expected ${probe.expect}`];
      });
      expect(wrong).toEqual([]);
    });
  });
});

function caseFiles(folder: string): readonly string[] {
  if (shared === undefined) return [];
  const names = readdirSync(path.join(folder, "cases"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".json")).sort();
}
