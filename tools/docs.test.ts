import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { madeFiles } from "./docs.mjs";

describe("pages and pictures made from the code", async () => {
  const made = await madeFiles();
  test.each(Object.keys(made))("%s is what `npm run docs` writes", (file) => {
    expect(readFileSync(path.resolve(import.meta.dirname, "..", file), "utf8")).toBe(made[file]);
  });
});
