import { describe, expect, test } from "vitest";
import * as core from "../../src/index.ts";
import { ruleTables } from "./clusters.ts";
import { failuresOf } from "./run-tables.ts";

describe("the rules of NetworkPolicy and of the cluster-wide policies, each as a table", () => {
  test.each(ruleTables)("$rule $title", async (table) => {
    expect(await failuresOf(core, table)).toEqual([]);
  });
});
