import { childPath } from "../text/source.ts";
import { refuseUnknown, type FieldRules } from "./fields.ts";
import { child, itemsOf, mapping, spanAt, type Field, type Reading } from "./kubernetes.ts";
import { say } from "./messages.ts";

/** The field of a mapping that may have one only, and its name. */
export interface Choice extends Field {
  readonly key: string;
}

/**
 * The fields of a mapping that must have exactly one (minProperties and maxProperties 1 in the schema): more or none are told.
 * All that are given come back, so that the mistakes inside each are found.
 */
export function choicesOf(reading: Reading, field: Field, rules: FieldRules): readonly Choice[] {
  if (mapping(reading, field, rules.what) === undefined) return [];
  const { unknown } = refuseUnknown(reading, field, rules);
  const choices = rules.known.flatMap((key): readonly Choice[] => {
    const found = child(field, key);
    return found === undefined ? [] : [{ value: found.value, path: found.path, key }];
  });
  const [first, second] = choices;
  if (first === undefined && unknown.length === 0) {
    reading.diagnostics.push(say("choice-missing", spanAt(reading, field.path, "value"), { what: rules.what, choices: rules.known }));
  }
  if (first !== undefined && second !== undefined) {
    const related = [{ at: spanAt(reading, first.path, "key"), message: "the first" }];
    const parameters = { what: rules.what, given: choices.map(({ key }) => key) };
    reading.diagnostics.push(say("choice-many", spanAt(reading, second.path, "key"), parameters, { related }));
  }
  return choices;
}

/** A field that must be there; that it is not is told once, not again where it was misspelled. */
export function neededChild(
  reading: Reading,
  parent: Field,
  key: string,
  { what, refused }: { readonly what: string; readonly refused: { readonly meant: readonly string[] } },
): Field | undefined {
  const field = child(parent, key);
  if (field === undefined && !refused.meant.includes(key)) {
    reading.diagnostics.push(say("field-missing", spanAt(reading, parent.path, "entry"), { what, field: key }));
  }
  return field;
}

/** A list whose length the schema limits. */
export function checkLength(
  reading: Reading,
  field: Field | undefined,
  what: string,
  { least, most }: { readonly least: 0 | 1; readonly most: number },
): void {
  if (field === undefined || !Array.isArray(field.value)) return;
  const count = field.value.length;
  if (count < least) reading.diagnostics.push(say("list-empty", spanAt(reading, field.path, "entry"), { what }));
  if (count > most)
    reading.diagnostics.push(say("list-too-long", spanAt(reading, childPath(field.path, most), "value"), { what, count, most }));
}

/** The items of a list of texts that must not hold one twice. */
export function distinctItems(reading: Reading, field: Field, what: string): readonly Field[] {
  const seen = new Map<string, Field>();
  return itemsOf(field).filter((item) => {
    if (typeof item.value !== "string") return true;
    const before = seen.get(item.value);
    if (before === undefined) {
      seen.set(item.value, item);
      return true;
    }
    const related = [{ at: spanAt(reading, before.path, "value"), message: "the first" }];
    reading.diagnostics.push(say("value-repeated", spanAt(reading, item.path, "value"), { what, value: item.value }, { related }));
    return false;
  });
}
