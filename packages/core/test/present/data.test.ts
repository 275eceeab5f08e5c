import * as fc from "fast-check";
import { load, YAML11_SCHEMA } from "js-yaml";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { presentJson } from "../../src/report/present/json.ts";
import { presentYaml } from "../../src/report/present/yaml.ts";
import { asked, checked, dayOne, explained, list, matrix } from "./documents.ts";
import { holdsHidden, hostileText, tainted } from "./hostile.ts";

const documents = { matrix, list, asked, explained, checked, dayOne };

/** What a reader gets: absent fields are absent. */
function asRead(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("JSON", () => {
  test("keys are sorted, the format comes first, absent fields are left out", () => {
    expect(presentJson({ b: 1, format: "netproof.x/1", a: { format: "inner", c: undefined, b: [], a: {} }, c: ["x", null] })).toBe(
      `{
  "format": "netproof.x/1",
  "a": {
    "a": {},
    "b": [],
    "format": "inner"
  },
  "b": 1,
  "c": [
    "x",
    null
  ]
}
`,
    );
  });

  test("a bare array stays one", () => {
    expect(JSON.parse(presentJson(asked))).toEqual(asRead(asked));
    expect(presentJson([])).toBe("[]\n");
  });

  test.each(Object.entries(documents))("%s reads back, whatever it is called, and is safe to print", (_, document) => {
    fc.assert(
      fc.property(hostileText, (tail) => {
        const named = tainted(document, tail);
        const text = presentJson(named);
        expect(JSON.parse(text)).toEqual(asRead(named));
        expect(holdsHidden(text)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  test("any value is what JSON.stringify says, in another order", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(presentJson(value))).toEqual(asRead(value));
      }),
    );
  });
});

/** Three readers, and what each makes of a text. */
const readers = {
  "YAML 1.2": (text: string) => load(text),
  "YAML 1.1": (text: string) => load(text, { schema: YAML11_SCHEMA }),
  "another library, 1.2": (text: string) => parse(text) as unknown,
  "another library, 1.1": (text: string) => parse(text, { version: "1.1" }) as unknown,
};

describe("YAML", () => {
  test("looks as people write it", () => {
    expect(
      presentYaml({
        format: "netproof.x/1",
        rules: [{ ports: "80/TCP", from: ["web", "dev/db"], place: undefined }],
        notes: [],
        on: "no",
        at: "policy1.yaml:14",
        rule: "dev/policy1 ingress[0]",
        count: 3,
        open: true,
      }),
    ).toBe(
      `format: netproof.x/1
at: policy1.yaml:14
count: 3
notes: []
"on": "no"
open: true
rule: dev/policy1 ingress[0]
rules:
  - from:
      - web
      - dev/db
    ports: "80/TCP"
`,
    );
  });

  test.each(Object.entries(readers))("%s: words, numbers and dates stay texts", (_, read) => {
    const texts = [
      "y",
      "No",
      "ON",
      "true",
      "Null",
      "~",
      "",
      " ",
      "1",
      "1.5",
      ".inf",
      ".NaN",
      "0x1f",
      "0o17",
      "017",
      "0b1",
      "1e3",
      "1_000",
      "12:30:45",
      "2026-11-25",
      "=",
      "<<",
      "- a",
      "? a",
      "a: b",
      "a:",
      "a #b",
      "&a",
      "*a",
      "!a",
      "|",
      ">",
      "%a",
      "@a",
      "`a",
      "'a",
      "---",
      "...",
      "a\nb",
      "10.0.0.1",
      "::1",
      "a, b",
      "{a}",
      "[a]",
      "web ",
      "Infinity",
      "e1",
    ];
    expect(read(presentYaml(texts))).toEqual(texts);
    const keys = Object.fromEntries(texts.map((text, i) => [text, i]));
    expect(read(presentYaml(keys))).toEqual(keys);
  });

  test.each(Object.entries(readers))("%s: any text reads back", (_, read) => {
    fc.assert(
      fc.property(hostileText, (text) => {
        // Half a pair has no form in YAML, so it is written as the replacement character.
        const whole = text.replace(/\p{Cs}/gu, "\ufffd");
        const written = presentYaml([text, { key: text }]);
        expect(read(written)).toEqual([whole, { key: whole }]);
        expect(holdsHidden(written)).toBe(false);
      }),
    );
  });

  test.each(Object.entries(documents))("%s reads back", (_, document) => {
    expect(load(presentYaml(document))).toEqual(asRead(document));
  });
});
