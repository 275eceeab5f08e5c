import type { Requirement, Selector } from "../model/policy.ts";
import { childPath } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import { refuseUnknown, refuseUnknownFields, fieldRules, type FieldRules } from "./fields.ts";
import { child, list, mapping, mappings, originOf, spanAt, text, type Field, type Reading } from "./kubernetes.ts";
import { say } from "./messages.ts";
import { isLabelKey, isLabelValue } from "./names.ts";
import type { Fields } from "./value.ts";

/** A label selector (S1): `matchLabels` and `matchExpressions` are ANDed, an empty one selects everything. */
export function selectorOf(reading: Reading, field: Field, name: string, rules: FieldRules = fieldRules({ shape: "selector" })): Selector {
  const requirements = mapping(reading, field, `\`${name}\``) === undefined ? [] : requirementsOf(reading, field, rules);
  return { requirements, origin: originOf(reading, field.path) };
}

/** The selector that stands for a missing one where the API says so: it selects everything (S3). */
export function everything(reading: Reading, path: string): Selector {
  return { requirements: [], origin: originOf(reading, path) };
}

function requirementsOf(reading: Reading, field: Field, rules: FieldRules): readonly Requirement[] {
  refuseUnknown(reading, field, rules);
  const expressions = mappings(reading, child(field, "matchExpressions"), "`matchExpressions`", "an item of `matchExpressions`");
  return [...matchLabelsOf(reading, child(field, "matchLabels")), ...expressions.flatMap((item) => expressionOf(reading, item) ?? [])];
}

function matchLabelsOf(reading: Reading, field: Field | undefined): readonly Requirement[] {
  const map = mapping(reading, field, "`matchLabels`");
  if (map === undefined) return [];
  return Object.entries(map.value as Fields).flatMap(([key, written]) => {
    const path = childPath(map.path, key);
    checkKey(reading, key, path, "key");
    const value = written === null ? "" : text(reading, { value: written, path }, `the value of \`${key}\``);
    if (value === undefined) return [];
    checkValue(reading, value, path);
    return [{ key, operator: "In" as const, values: [value], origin: originOf(reading, path) }];
  });
}

const operators: readonly Requirement["operator"][] = ["In", "NotIn", "Exists", "DoesNotExist"];

function expressionOf(reading: Reading, item: Field): Requirement | undefined {
  refuseUnknownFields(reading, item, { shape: "expression" });
  const [keyField, operatorField, valuesField] = [child(item, "key"), child(item, "operator"), child(item, "values")];
  const key = required(reading, item, keyField, "key");
  if (key !== undefined && keyField !== undefined) checkKey(reading, key, keyField.path, "value");
  const written = required(reading, item, operatorField, "operator");
  const operator = operators.find((candidate) => candidate === written);
  if (written !== undefined && operator === undefined && operatorField !== undefined) {
    const meant = nearest(written, operators);
    reading.diagnostics.push(say("operator-unknown", spanAt(reading, operatorField.path, "value"), { operator: written, meant }));
  }
  const items = list(reading, valuesField, "`values`");
  const values = items.flatMap((value) => {
    const label = value.value === null ? "" : text(reading, value, "a value of a label");
    if (label !== undefined) checkValue(reading, label, value.path);
    return label ?? [];
  });
  const takesValues = operator === "In" || operator === "NotIn";
  if (operator !== undefined && takesValues && items.length === 0 && (valuesField === undefined || Array.isArray(valuesField.value))) {
    reading.diagnostics.push(say("values-missing", spanAt(reading, operatorField?.path ?? item.path, "value"), { operator }));
  }
  if (operator !== undefined && !takesValues && items.length > 0 && valuesField !== undefined) {
    reading.diagnostics.push(say("values-forbidden", spanAt(reading, valuesField.path, "value"), { operator }));
  }
  return key === undefined || operator === undefined ? undefined : { key, operator, values, origin: originOf(reading, item.path) };
}

function required(reading: Reading, parent: Field, field: Field | undefined, name: string): string | undefined {
  if (field === undefined) {
    reading.diagnostics.push(say("field-missing", spanAt(reading, parent.path, "value"), { what: "a match expression", field: name }));
  }
  return text(reading, field, `\`${name}\``);
}

function checkKey(reading: Reading, key: string, path: string, part: "key" | "value"): void {
  if (!isLabelKey(key)) reading.diagnostics.push(say("label-key-invalid", spanAt(reading, path, part), { key }));
}

function checkValue(reading: Reading, value: string, path: string): void {
  if (!isLabelValue(value)) reading.diagnostics.push(say("label-value-invalid", spanAt(reading, path, "value"), { value }));
}
