import { expect, test, vi } from "vitest";

// Whether a lab is up on this machine, or one was killed and left its socket, is none of these tests' matter.
vi.stubEnv("XDG_RUNTIME_DIR", import.meta.filename);
const { willMeasure } = await import("../src/early.ts");

test.runIf(process.platform === "linux").each<readonly [words: string, willMeasure: boolean]>([
  ["run", true],
  ["-q run --stage before", true],
  ["run --engine spec", false],
  ["run --engine=spec,lab", true],
  ["run --engine spec --engine lab:contrail", true],
  ["run --engine collaboration", false],
  ["run --help", false],
  ["ask --flows f.csv", false],
  ["ask --engine lab --flows f.csv", true],
  ["lab curl a b", true],
  ["lab doctor", false],
  ["matrix", false],
  ["", false],
])("`netproof %s` starts a lab early: %s", (words, expected) => {
  expect(willMeasure(words.split(" "))).toBe(expected);
});
