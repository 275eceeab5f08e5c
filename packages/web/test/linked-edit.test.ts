import { expect, test } from "vitest";
import { changed, changesOf, longestEdit, readChanges, written, type TextChange } from "../src/state/linked-edit.ts";

const before = new Map([
  ["a.yaml", "kind: A\nname: one\n"],
  ["b.yaml", "ü: 1\n"],
]);

async function roundTrip(after: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string | undefined>> {
  const changes = (await readChanges(await written((await changesOf(before, after)) ?? []))) ?? expect.fail("unreadable");
  const texts = new Map<string, string | undefined>(before);
  for (const change of changes) texts.set(change.path, await changed(texts.get(change.path) ?? "", change));
  return texts;
}

test.each([
  ["an insertion", { "a.yaml": "kind: A\nlabels: x\nname: one\n" }],
  ["a removal", { "a.yaml": "kind: A\n" }],
  ["a text without any", { "a.yaml": "" }],
  ["letters twice", { "a.yaml": "kind: AA\nname: one\n" }],
  ["two texts", { "a.yaml": "kind: B\nname: one\n", "b.yaml": "ü: 2\n💡: 3\n" }],
  ["a new one", { "c.yaml": "kind: C\n" }],
])("%s comes back as it was written", async (_, edits) => {
  const after = new Map([...before, ...Object.entries(edits)]);
  expect(await roundTrip(after)).toEqual(after);
});

test("nothing where nothing is edited", async () => {
  expect(await changesOf(before, before)).toBe(undefined);
});

test("another text is left alone", async () => {
  const [change] = (await changesOf(before, new Map([["a.yaml", "kind: B\n"]]))) as [TextChange];
  expect(await changed("kind: other\n", change)).toBe(undefined);
});

test("what is no edit is none", async () => {
  const good = await written([{ path: "a", of: "00", at: 0, removed: 0, inserted: "x" }]);
  expect(await readChanges(good)).toHaveLength(1);
  for (const bad of ["", "!", good.slice(0, -3), "A".repeat(longestEdit + 1)]) expect(await readChanges(bad)).toBe(undefined);
  expect(await readChanges(await written([{ path: "a", of: "00", at: -1, removed: 0, inserted: "x" }]))).toBe(undefined);
  // A few bytes that unfold to many.
  expect(await readChanges(await written([{ path: "a", of: "00", at: 0, removed: 0, inserted: "x".repeat(2_000_000) }]))).toBe(undefined);
});
