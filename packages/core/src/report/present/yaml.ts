import { yamlString } from "./escape.ts";
import { entriesOf, type Rank } from "./json.ts";

/** A document as YAML in block form, in the order of its JSON. Strings are quoted wherever a reader of YAML 1.1 or 1.2 could take them for something else. */
export function presentYaml(document: unknown): string {
  return `${block(document, "document").join("\n")}\n`;
}

/** The lines of a value, not indented. */
function block(value: unknown, rank: Rank = "part"): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? ["[]"] : value.flatMap((item) => underMark("- ", block(item)));
  if (typeof value !== "object" || value === null) return [scalar(value)];
  const entries = entriesOf(value, rank);
  if (entries.length === 0) return ["{}"];
  return entries.flatMap(([key, item]) => {
    const lines = block(item);
    const isBlock = typeof item === "object" && item !== null && !["[]", "{}"].includes(lines[0] ?? "");
    return isBlock ? [`${yamlString(key)}:`, ...lines.map((line) => `  ${line}`)] : [`${yamlString(key)}: ${lines.join()}`];
  });
}

/** The first line behind the mark, the others below it. */
function underMark(mark: string, [first = "", ...more]: readonly string[]): readonly string[] {
  return [mark + first, ...more.map((line) => " ".repeat(mark.length) + line)];
}

function scalar(value: unknown): string {
  if (typeof value === "string") return yamlString(value);
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value)) ? String(value) : "null";
}
