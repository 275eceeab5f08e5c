import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseText } from "../../src/read/parse.ts";
import { outlineJson } from "../../src/read/scan.ts";

const outlineOf = (text: string): ReturnType<typeof outlineJson> => outlineJson(text, 0, text.length, 200);

describe("the outline of a JSON value", () => {
  test.each([
    ['{"a":1}', undefined],
    ['{"items":[]}', []],
    ['{"items":[{"a":1}]}', ['{"a":1}']],
    ['{"kind":"List","items":[ {"a":[{}]} ,\n[] ],"b":{"items":[{}]}}', ['{"a":[{}]}', "[]"]],
    ['{"items":{"items":[{}]}}', undefined],
    ['{"items":5,"others":[{}]}', undefined],
    ['{"more":[{"items":[{}]}]}', undefined],
    ['{"a":"\\"}","items":[{"b":"]\\\\"}]}', ['{"b":"]\\\\"}']],
  ])("%s", (text, items) => {
    const outline = outlineOf(text) ?? expect.fail("no outline");
    expect(outline.end).toBe(text.length);
    const { places } = outline.items ?? { places: undefined };
    const found = places?.flatMap((from, i) => (i % 2 === 0 ? [text.slice(from, places[i + 1])] : []));
    expect(found).toEqual(items);
  });

  test.each([
    '{"a":1,"a":2}',
    '{"items":[{"a":{"b":1,"c":2,"b":3}}]}',
    '{"\\u0061":1}',
    '{"items":[1]}',
    '{"items":["a"]}',
    '{"items":[null]}',
    '{"items":[{}{}]}',
    '{"items":[{},]}',
    '{"items":[,{}]}',
    '{"items":[{}}',
    '{"a":[}',
    '{"a":"',
    '{"a',
    "[".repeat(201) + "]".repeat(201),
    `{${Array.from({ length: 300 }, (_, i) => `"k${i}":0`).join()}}`,
  ])("%s is looked at more closely", (text) => {
    expect(outlineOf(text)).toBeUndefined();
  });

  test("what is read by it is what JSON.parse reads", async () => {
    const item = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), fc.array(fc.jsonValue()));
    const list = fc.record({
      head: fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
      items: fc.array(item),
      space: fc.constantFrom(undefined, 1, "\t"),
    });
    await fc.assert(
      fc.asyncProperty(list, async ({ head, items, space }) => {
        const text = JSON.stringify({ ...head, kind: "List", items }, undefined, space);
        const { documents } = await parseText({ name: "list.json", text });
        expect(documents.map(({ value }) => value)).toEqual([JSON.parse(text)]);
      }),
    );
  });
});
