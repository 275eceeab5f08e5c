import { presentJson, presentYaml } from "@netproof/core/parts";
import type { Formats } from "./output.ts";

/** The formats that each command prints its answer in, the usual one first. */
export const formatsOf: Readonly<Record<"run" | "matrix" | "list" | "explain" | "ask" | "check" | "contrail", readonly string[]>> = {
  run: ["table", "wide", "json", "yaml", "csv", "markdown", "mermaid", "svg", "html"],
  matrix: ["table", "wide", "json", "yaml", "csv", "markdown", "mermaid", "svg"],
  list: ["table", "wide", "json", "yaml", "csv", "markdown", "mermaid"],
  explain: ["table", "wide", "json", "yaml", "markdown"],
  ask: ["table", "wide", "json", "yaml", "csv", "markdown"],
  check: ["table", "json", "yaml", "markdown"],
  contrail: ["table", "json", "yaml"],
};

/** Every document can be printed as data. */
export function dataFormats(document: unknown): { readonly json: Formats[string]; readonly yaml: Formats[string] } {
  return { json: () => presentJson(document), yaml: () => presentYaml(document) };
}
