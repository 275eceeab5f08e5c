import { describe, expect, test } from "vitest";
import { parseYaml } from "../../src/read/read.ts";
import { resolvePlain } from "../../src/read/scalars.ts";

/** What kubectl 1.32 makes of each, seen with `kubectl annotate --local -o json`. */
const scalars: readonly (readonly [written: string, value: unknown])[] = [
  ["0443", 291],
  ["0o17", 15],
  ["0b11", 3],
  ["-0b11", -3],
  ["0x1F", 31],
  ["1_000", 1000],
  ["1__0", 10],
  ["_1", "_1"],
  ["+5", 5],
  ["-0", 0],
  ["08", 8],
  ["0o8", "0o8"],
  ["1e2", 100],
  ["1.5", 1.5],
  [".5", 0.5],
  ["12:30", "12:30"],
  ["12:30:45", "12:30:45"],
  ["2024-01-01", "2024-01-01"],
  ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"],
  ...["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"].map((word) => [word, false] as const),
  ...["~", "null", "Null", "NULL", ""].map((word) => [word, null] as const),
  ["yEs", "yEs"],
  ["nULL", "nULL"],
  ["0_7", 7],
  ["0x_1", 1],
  ["1_", 1],
  ["1.", 1],
  ["1.e3", 1000],
  ["+.5", 0.5],
  ["-.5_0", -0.5],
  [".9_", ".9_"],
  ["12e34567", "12e34567"],
  ["99999999999999999999", 1e20],
  ["18446744073709551615", 2 ** 64],
  ["9223372036854775808", 9223372036854775808],
  ["0b", "0b"],
  ["0x", "0x"],
  ["1e400", "1e400"],
  ["-0b0", 0],
  ["0x1p-2", "0x1p-2"],
  ["1.5_0", 1.5],
  ["=", "="],
  ["0.0", 0],
  ["1e", "1e"],
  ["0xffffffffffffffffff", "0xffffffffffffffffff"],
  ["00", 0],
  ["007", 7],
  ["1_000.5", 1000.5],
  [".e1", ".e1"],
  ["._5", "._5"],
  [".inf", Infinity],
  ["-.INF", -Infinity],
];

test.each(scalars)("%j is %j", (written, value) => {
  expect(resolvePlain(written)).toBe(value);
});

async function valueOf(text: string): Promise<unknown> {
  const { documents, diagnostics } = await parseYaml({ name: "a.yaml", text });
  expect(diagnostics).toEqual([]);
  return documents[0]?.value;
}

describe("what kubectl makes of documents", () => {
  test.each([
    ["keys become text", "{80: 1, 1.5: 3, y: 4, 0x10: 5, 1e3: 6, n: 7}", { 80: 1, true: 4, 1.5: 3, 16: 5, 1000: 6, false: 7 }],
    ["quoted scalars are text", "{a: '80', b: \"yes\", c: '~'}", { a: "80", b: "yes", c: "~" }],
    ["block scalars are text", "a: |\n  80\nb: >-\n  yes\n", { a: "80\n", b: "yes" }],
    [
      "tags",
      "{a: !!str 80, b: !!int '80', c: !!float 1, d: !!bool 'yes', e: !!null '', f: !other 5, g: ! 5}",
      { a: "80", b: 80, c: 1, d: true, e: null, f: "5", g: "5" },
    ],
    ["tagged collections", "{a: !Join [1], b: !Map {c: 1}}", { a: [1], b: { c: 1 } }],
    ["anchors", "{a: &x [1, 2], b: *x}", { a: [1, 2], b: [1, 2] }],
    ["an anchor given again", "{a: &x 1, b: *x, c: &x 2, d: *x}", { a: 1, b: 1, c: 2, d: 2 }],
    ["an alias as a key", "{a: &x k, *x : 1}", { a: "k", k: 1 }],
    ["merge, own keys behind it count", "b: &b {a: 2, c: 3}\nd: {<<: *b, a: 9}", { b: { a: 2, c: 3 }, d: { a: 9, c: 3 } }],
    [
      "merge of a list, earlier ones count",
      "b: &b {a: 2, c: 3}\no: &o {a: 5, d: 4}\nd: {<<: [*b, *o]}",
      { b: { a: 2, c: 3 }, o: { a: 5, d: 4 }, d: { a: 2, c: 3, d: 4 } },
    ],
    ["a quoted << is a key", '{"<<": 1}', { "<<": 1 }],
    ["prototypes are no trap", "{__proto__: {x: 1}, constructor: 2}", JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}')],
    [
      "lines in quotes and braces may be indented less",
      "a:\n  b: '{\n  x\n}'\n  c: {\n    d: 1\n  }\n  e: [\n]\n",
      { a: { b: "{ x }", c: { d: 1 }, e: [] } },
    ],
  ])("%s", async (_, text, value) => {
    expect(await valueOf(text)).toEqual(value);
  });

  test("the last of two equal keys counts, and both places are told", async () => {
    const { documents, diagnostics } = await parseYaml({ name: "a.yaml", text: "a: 1\nb: a\na: 2\n" });
    expect(documents[0]?.value).toEqual({ a: 2, b: "a" });
    expect(diagnostics.map(({ code, at, related }) => [code, at?.start, related[0]?.at.start])).toEqual([["key-repeated", 10, 0]]);
  });

  test("keys are the same when kubectl makes the same text of them", async () => {
    const { documents, diagnostics } = await parseYaml({ name: "a.yaml", text: "{true: 1, y: 2}" });
    expect(documents[0]?.value).toEqual({ true: 2 });
    expect(diagnostics.map(({ code }) => code)).toEqual(["key-repeated"]);
  });

  test("a merge that overrides what stands before it is a key given twice", async () => {
    const { documents, diagnostics } = await parseYaml({ name: "a.yaml", text: "b: &b {a: 2}\nd:\n  a: 1\n  <<: *b\n" });
    expect(documents[0]?.value).toEqual({ b: { a: 2 }, d: { a: 2 } });
    expect(diagnostics.map(({ code }) => code)).toEqual(["key-repeated"]);
  });
});
