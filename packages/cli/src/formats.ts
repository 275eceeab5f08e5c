import { presentJson, presentYaml } from "@netproof/core";
import type { Formats } from "./output.ts";

/** Every document can be printed as data. */
export function dataFormats(document: unknown): Formats {
  return { json: () => presentJson(document), yaml: () => presentYaml(document) };
}
