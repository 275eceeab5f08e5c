import { describe, expect, test } from "vitest";
import * as core from "../../src/index.ts";
import { families } from "../../src/net/address.ts";
import { reachByAsking } from "../../src/reach/asking.ts";
import { judge, rulebook } from "../../src/semantics/judge.ts";
import { specCuts } from "../../src/spec/cuts.ts";
import { tableOf } from "../../src/spec/table/table.ts";
import { expectSameReachability } from "../reach/same-reachability.ts";
import { ruleTables } from "./clusters.ts";
import { failuresOf } from "./run-tables.ts";

describe("the rules of NetworkPolicy and of the cluster-wide policies, each as a table", () => {
  test.each(ruleTables)("$rule $title", async (table) => {
    expect(await failuresOf(core, table)).toEqual([]);
  });
});

describe("the engine's own tables say the same over the whole flow space", () => {
  test.each(ruleTables)("$rule $title", async ({ manifests, change = (snapshot) => snapshot }) => {
    const { snapshot: given } = await core.read([{ name: "cluster.yaml", text: manifests }]);
    const snapshot = change(given);
    const rules = rulebook(snapshot);
    expect.hasAssertions();
    for (const family of families) {
      const byAsking = reachByAsking((flow) => core.verdictOf(judge(rules, flow)), snapshot, specCuts(snapshot), family);
      expectSameReachability(tableOf(snapshot, family), byAsking, snapshot);
    }
  });
});
