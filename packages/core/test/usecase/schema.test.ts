import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseYaml } from "../../src/read/parse.ts";
import { checkForm, jsonSchema } from "../../src/usecase/schema.ts";
import { useCaseOf } from "./judging.ts";

test("editors get a draft that they know, a title, and words for every field", () => {
  const schema = jsonSchema() as Schema;
  expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
  expect(schema.title).toBe("netproof use case");
  const wordless: string[] = [];
  const walk = ({ properties, items, anyOf, additionalProperties }: Schema, path: string): void => {
    for (const [name, field] of Object.entries(properties ?? {})) {
      // Two letters that their parent explains, and what the format of JSON Schema itself says.
      if (
        field.description === undefined &&
        field.$ref === undefined &&
        field.allOf === undefined &&
        name !== "$schema" &&
        !["labels", "port", "selector", "ports"].includes(name)
      )
        wordless.push(`${path}.${name}`);
      walk(field, `${path}.${name}`);
    }
    if (items !== undefined) walk(items, `${path}[]`);
    for (const alternative of anyOf ?? []) walk(alternative, path);
    if (typeof additionalProperties === "object") walk(additionalProperties, `${path}.*`);
  };
  walk(schema, "");
  for (const [name, definition] of Object.entries(schema.definitions ?? {})) walk(definition, name);
  expect([...new Set(wordless)]).toEqual([]);
});

describe("the JSON Schema says of a form what reading says", () => {
  const scenarios = fileURLToPath(new URL("../../../../scenarios", import.meta.url));
  const names = readdirSync(scenarios).filter((name) => existsSync(`${scenarios}/${name}/netproof.yaml`));

  test.each(names)("%s", async (name) => {
    const value = await valueOf(readFileSync(`${scenarios}/${name}/netproof.yaml`, "utf8"));
    expect(objections(jsonSchema() as Schema, value)).toEqual([]);
    expect(checkForm(value)).toEqual({ raw: value });
  });

  test.each([
    ["rest: dney"],
    ["rest: { verdict: deny, including: 5 }"],
    ["stages: []"],
    ["stages: [{ nam: x }]"],
    ["intent: [5]"],
    ["intent: { rows: [{ from: a, verdict: allow }] }"],
    ["intent: { rows: [{ from: a, to: b, verdict: allow, prot: 80 }] }"],
    ["ports: { http: 70000 }"],
    ["groups: { a: { pod: app=web } }"],
    ["topology: { workloads: { dev/a: { replicas: two } } }"],
    ["topology: { namespaces: { dev: { canary: yes } } }"],
    ["engines: { lab: { attempts: 0 } }"],
    ["engines: { lab: { attempt: 1 } }"],
    ["deviations: { engine: lab, from: a, to: b, verdict: deny }"],
    ["unknown: 1"],
  ])("%s", async (mistake) => {
    const value = await valueOf(useCaseOf(mistake));
    expect(objections(jsonSchema() as Schema, value)).not.toEqual([]);
    expect("issues" in checkForm(value)).toBe(true);
  });
});

async function valueOf(yaml: string): Promise<unknown> {
  const { documents } = await parseYaml({ name: "netproof.yaml", text: yaml });
  return documents[0]?.value;
}

/** The part of JSON Schema draft 7 that the schema uses; another keyword would go unnoticed, so it is refused. */
interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const keywords = [
  "$schema",
  "$id",
  "$ref",
  "definitions",
  "title",
  "description",
  "type",
  "const",
  "enum",
  "anyOf",
  "allOf",
  "properties",
  "required",
  "additionalProperties",
  "propertyNames",
  "items",
  "minItems",
  "minimum",
  "maximum",
];

function objections(schema: Schema, value: unknown, path = "", root: Schema = schema): readonly string[] {
  const unknown = Object.keys(schema).filter((keyword) => !keywords.includes(keyword));
  if (unknown.length > 0) throw new Error(`the schema uses ${unknown.join(", ")} at ${path}`);
  if (schema.$ref !== undefined) {
    const definition = root.definitions?.[schema.$ref.replace("#/definitions/", "")];
    if (definition === undefined) throw new Error(`the schema has no ${schema.$ref}`);
    return objections(definition, value, path, root);
  }
  const refused = (schema.allOf ?? []).flatMap((part) => objections(part, value, path, root));
  if (refused.length > 0) return refused;
  if (schema.anyOf !== undefined && !schema.anyOf.some((alternative) => objections(alternative, value, path, root).length === 0))
    return [`${path}: no alternative fits`];
  if (schema.const !== undefined && schema.const !== value) return [`${path}: not ${JSON.stringify(schema.const)}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${path}: none of ${schema.enum.join()}`];
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
  if (schema.type !== undefined && schema.type !== kind && !(schema.type === "number" && kind === "integer"))
    return [`${path}: ${kind}, not ${schema.type}`];
  if (typeof value === "number")
    return value < (schema.minimum ?? value) || value > (schema.maximum ?? value) ? [`${path}: out of range`] : [];
  if (Array.isArray(value)) {
    const own = value.length < (schema.minItems ?? 0) ? [`${path}: too short`] : [];
    return [
      ...own,
      ...value.flatMap((item, i) => (schema.items === undefined ? [] : objections(schema.items, item, `${path}[${i}]`, root))),
    ];
  }
  if (typeof value !== "object" || value === null) return [];
  const fields = Object.entries(value);
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}: no ${name}`);
  const inside = fields.flatMap(([name, field]) => {
    const known = schema.properties?.[name];
    if (known !== undefined) return objections(known, field, `${path}.${name}`, root);
    if (schema.additionalProperties === false) return [`${path}: unknown ${name}`];
    return typeof schema.additionalProperties === "object" ? objections(schema.additionalProperties, field, `${path}.${name}`, root) : [];
  });
  return [...missing, ...inside];
}
