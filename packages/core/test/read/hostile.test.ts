import * as fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { read, readObjects } from "../../src/read/read.ts";
import { positionOf } from "../../src/text/source.ts";
import { sharedFolder } from "../shared.ts";
import { linesOf, policy } from "./reading.ts";

const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
const bomb = (levels: number): string =>
  `${head}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(", ")}]\n`).join("")}`;

describe("texts that are meant to hurt", () => {
  test.each<readonly [title: string, text: string, found: readonly string[]]>([
    ["an alias bomb", bomb(9), ["error alias-bomb 9:10 *a4"]],
    ["as much aliasing as people use", bomb(3), []],
    ["an alias of itself", `${head}a: &a [*a]\n`, ["error alias-recursive 4:8 *a"]],
    ["a merge of itself", `${head}a: &a {<<: *a}\n`, ["error alias-recursive 4:12 *a"]],
    ["an unknown anchor", `${head}a: *b\n`, ["error alias-unknown 4:4 *b"]],
    ["deep flow", `a: ${"[".repeat(300)}${"]".repeat(300)}\n`, ["error nesting-too-deep 1:203 ["]],
    ["deep blocks", Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""), ["error nesting-too-deep 200:200 a"]],
    [
      "deep by aliases",
      `${head}${Array.from({ length: 300 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "" : `*a${i - 1}`}]\n`).join("")}`,
      ["error nesting-too-deep 203:14 *a198"],
    ],
    ["deep JSON", `{"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, ["error nesting-too-deep 1:206 ["]],
    ["deep and open", "[".repeat(100_000), ["error nesting-too-deep 1:201 ["]],
    ["a tab", policy("podSelector: {}", "ingress:", "\t- {}"), ["error yaml-tab 7:3"]],
    ["a tab at the beginning", `${head}data:\n\ta: b\n`, ["error yaml-tab 5:1"]],
    ["an open quote", policy('podSelector: "'), ['error yaml-invalid 5:16 "']],
    ["a colon too many", policy("podSelector: a: b"), ["error yaml-invalid 5:16 a"]],
    ["wrong indentation", policy("podSelector: {}", " ingress: []"), ["error yaml-invalid 6:4 i"]],
    ["several mistakes", `${head}a: [1\nb: 2\nc: "x\n`, ["error yaml-invalid 4:4 [", 'error yaml-invalid 6:4 "']],
    ["a trailing comma in JSON is YAML", '{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a",}}', []],
    ["JSON without a comma", '{"apiVersion": "v1"\n "kind": "Node"}', ['error json-invalid 2:2 "']],
    ["JSON with a control character", '{"apiVersion": "v1", "kind": "a\u0001"}', ["error json-invalid 1:32 \u0001"]],
    ["JSON with a bad escape", '{"apiVersion": "v1", "kind": "a\\x"}', ["error json-invalid 1:32 \\"]],
    ["JSON that stops", '{"apiVersion": "v1", "kind": "Node", "metadata": {', ["error json-invalid 1:51"]],
    ["JSON with an open quote", '{"apiVersion": "v1", "kind": "Node', ['error json-invalid 1:30 "']],
    ["not finite", `${head}data: {a: .inf}\n`, ["error number-not-finite 4:11 .inf"]],
    ["a null key", `${head}data: {~: a}\n`, ["error key-not-text 4:8 ~"]],
    ["a key that is a list", `${head}data: {[a]: b}\n`, ["error key-not-text 4:8 [a]"]],
    ["a tag that does not fit", `${head}data: {a: !!int x}\n`, ["error tag-mismatch 4:17 x"]],
    ["a merge of text", `${head}data: {<<: x}\n`, ["error merge-invalid 4:8 <<"]],
  ])("%s", async (_, text, found) => {
    expect((await linesOf(text)).map((each) => each.trim())).toEqual(found);
  });

  const megabytes = (text: string, count: number): string => text.repeat(Math.ceil((count * 1_000_000) / text.length));
  test.each<readonly [title: string, text: () => string, codes: readonly string[]]>([
    ["a long list", () => megabytes("- a\n", 10), ["not-kubernetes"]],
    ["random words", () => megabytes("lorem ipsum dolor sit amet\n", 10), ["not-kubernetes"]],
    ["brackets", () => megabytes("[", 5), ["not-kubernetes"]],
    ["bytes", () => megabytes("\u0000\uFFFD", 10), ["file-binary"]],
    ["broken JSON", () => `{"apiVersion": "v1", "kind": "List", "items": [${megabytes('{"a": "b"},', 10)}`, ["json-invalid"]],
    ["YAML that would take gigabytes", () => `apiVersion: v1\nkind: List\nitems:\n${megabytes("- a: b\n", 20)}`, ["document-too-large"]],
    ["broken YAML", () => `apiVersion: v1\nkind: List\nitems:\n${megabytes("- a: b\n", 2)} : [\n`, ["yaml-invalid"]],
    ["quotes", () => `apiVersion: v1\nkind: a\nx: ${megabytes("\"'", 10)}`, ["yaml-invalid"]],
    ["markers", () => `apiVersion: v1\nkind: a\n${megabytes("---\n", 10)}`, []],
    ["repeated keys", () => `apiVersion: v1\nkind: a\n${megabytes("a: b\n", 2)}`, []],
    ["repeated keys of JSON", () => `{"apiVersion": "v1", "kind": "a", ${megabytes('"a": 1,', 5)} "b": 2}`, []],
    ["anchors", () => `apiVersion: v1\nkind: a\n${Array.from({ length: 50_000 }, (_, i) => `a${i}: &a${i} {<<: {b: c}}\n`).join("")}`, []],
  ])(
    "megabytes of %s end soon",
    async (_, text, codes) => {
      const { diagnostics } = await readObjects([{ name: "a", text: text() }]);
      expect(diagnostics.map(({ code }) => code)).toEqual(codes);
    },
    30_000,
  );
});

const texts = ((): readonly string[] => {
  const shared = sharedFolder();
  if (shared === undefined)
    return [policy("podSelector: {}", "ingress:", "- from: [{podSelector: {matchLabels: {a: b}}}]", "  ports: [{port: 80, endPort: 90}]")];
  const folder = join(shared, "cases");
  const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    /manifests\/.*\.yaml$|np-guard\/tests\/.*\.(yaml|json)$|validation\/.*\.json$/.test(name),
  );
  return names
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .filter((text) => text.length < 20_000);
})();

/** A real manifest with a few lines and characters moved, doubled, cut or put in. */
const mutated = fc
  .record({
    text: fc.constantFrom(...texts),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.integer({ min: 0, max: 60 }),
        put: fc.oneof(
          fc.constantFrom(
            "",
            " ",
            "\t",
            "\n",
            "\r\n",
            ":",
            "- ",
            "---\n",
            "...\n",
            "{",
            "}",
            "[",
            "]",
            '"',
            "'",
            "&a ",
            "*a",
            "<<: ",
            "|",
            ">",
            "#",
            "!!int ",
            "\u0000",
            "\uFEFF",
            "{{ x }}",
            "kind: Secret\n",
            "99999999999",
            "-1",
            "null",
            "__proto__",
          ),
          fc.string({ maxLength: 8 }),
        ),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    asJson: fc.boolean(),
  })
  .map(({ text, edits }) =>
    edits.reduce((before, { at, length, put }) => {
      const start = Math.floor(at * before.length);
      return before.slice(0, start) + put + before.slice(start + length);
    }, text),
  );

describe("whatever the text", () => {
  test("reading never throws, always ends, and every place lies in its text", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 9, arbitrary: mutated }, { weight: 1, arbitrary: fc.string({ unit: "binary" }) }),
        async (text) => {
          const { snapshot, diagnostics, ledger } = await read([{ name: "a.yaml", text }]);
          const spans = [
            ...diagnostics.flatMap(({ at, related }) => [at, ...related.map((each) => each.at)]),
            ...[...ledger.skipped, ...ledger.assumed].flatMap(({ origins }) =>
              origins.map(({ document, path }) => document.locate(path, "entry")),
            ),
          ];
          for (const span of spans) {
            if (span === undefined) continue;
            expect(span.start).toBeLessThanOrEqual(span.end);
            expect(span.end).toBeLessThanOrEqual(span.source.text.length + 1);
            expect(positionOf(span.source, span.start).line).toBeGreaterThan(0);
          }
          for (const { namespace } of snapshot.pods) expect(snapshot.namespaces).toContain(namespace);
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);

  test("JSON is understood like the same value as YAML", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), async (value, indent) => {
        const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", labels: value }, spec: value, status: value };
        const json = JSON.stringify(object, null, indent);
        const [asJson, asYaml] = [await linesOf(json), await linesOf(`# a comment\n${json}`)];
        const line = (each: string): string => each.replace(/ \d+:/, (place) => ` ${Number(place.slice(1, -1)) - 1}:`);
        expect(asYaml.map(line)).toEqual(asJson);
      }),
      { numRuns: 200 },
    );
  });
});
