import { describe, expect, test } from "vitest";
import { readMessages } from "../../src/read/read.ts";
import { messages } from "../../src/usecase/messages.ts";
import { exampleManifests, judge } from "./judging.ts";

describe("every code has a page, and its example has that mistake and no other", () => {
  test.each(Object.entries(messages).map(([code, { page, severity }]) => ({ code, page, severity })))(
    "$code",
    async ({ code, page, severity }) => {
      const { diagnostics, findings } = await judge(page.example.text, exampleManifests, { today: "2026-06-30" });
      const remarks = ["no-pods", "no-policies"];
      const found = [...diagnostics, ...findings].filter((each) => !remarks.includes(each.code));
      expect([...new Set(found.map((each) => `${each.severity} ${each.code}`))]).toEqual([`${severity} ${code}`]);
      expect(page.title).toMatch(/^[A-Z][^.]*$/);
      expect(page.explanation).toMatch(/\.$/);
      const texts = found.flatMap(({ message, label, help }) => [message, label ?? "", help ?? ""]);
      expect(texts.filter((text) => /[.\s]$/.test(text))).toEqual([]);
      expect(found.every(({ at }) => at?.source.name === "netproof.yaml")).toBe(true);
    },
  );
});

test("no code of a use case means something else in manifests", () => {
  expect(Object.keys(messages).filter((code) => code in readMessages)).toEqual([]);
});
