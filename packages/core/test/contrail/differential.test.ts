import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { contrailCalculation } from "../../src/contrail/engine.ts";
import { profileNames } from "../../src/contrail/profiles.ts";
import { read } from "../../src/read/read.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { sharedFolder } from "../shared.ts";
import { differences, objection } from "./compare.ts";

interface Case {
  readonly name: string;
  readonly manifests: readonly string[];
}

const shared = sharedFolder();

/** Where Contrail decides otherwise, one of the listed deviations says why: in every flow of these suites. */
describe.skipIf(shared === undefined)("public suites under Contrail", () => {
  for (const suite of ["cyclonus", "recipes", "k8s-e2e", "field", "np-guard"]) {
    const folder = path.join(shared ?? "", "cases", suite);
    test.each(caseFiles(folder))(`${suite} %s`, async (file) => {
      const one = JSON.parse(readFileSync(path.join(folder, "cases", file), "utf8")) as Case;
      const files = one.manifests.map((name) => ({ name, text: readFileSync(path.join(folder, name), "utf8") }));
      const { snapshot } = await read(files);
      const spec = specCalculation(snapshot);
      for (const profile of profileNames) {
        const contrail = contrailCalculation(snapshot, profile);
        expect(
          [...differences(spec, contrail)].flatMap((found) => objection(found, contrail) ?? []),
          profile,
        ).toEqual([]);
      }
    });
  }
});

function caseFiles(folder: string): readonly string[] {
  if (shared === undefined) return [];
  return readdirSync(path.join(folder, "cases"))
    .filter((name) => name.endsWith(".json"))
    .sort();
}
