import { describe, expect, test } from "vitest";
import { read, readMessages } from "../../src/read/read.ts";

/** Its example would be too long for a page. */
const withoutExample = ["document-too-large"];

describe("every code has a page, and its example has that mistake and no other", () => {
  test.each(
    Object.entries(readMessages)
      .filter(([code]) => !withoutExample.includes(code))
      .map(([code, { page, severity }]) => ({ code, page, severity })),
  )("$code", async ({ code, page, severity }) => {
    const options = code === "absent-kind-unseen" ? { assumeAbsent: ["CiliumNetworkPolicies"] } : {};
    const { diagnostics } = await read([{ name: page.example.file, text: page.example.text }], options);
    const others = ["no-pods", "no-policies"];
    const found = diagnostics.filter((each) => others.includes(code) || !others.includes(each.code));
    expect(found.map((each) => `${each.severity} ${each.code}`)).toEqual([`${severity} ${code}`]);
    expect(page.title).toMatch(/^[A-Z]/);
    expect(page.explanation).toMatch(/\.$/);
    const said = [found[0]?.message, found[0]?.label, found[0]?.help].filter((text) => text !== undefined);
    expect(said.filter((text) => /^[A-Z][a-z]+ (?!shop\/)[a-z]|\.$/.test(text))).toEqual([]);
  });
});
