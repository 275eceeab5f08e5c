import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { OpenSource } from "../src/workbench/protocol.ts";

export const scenarioFolder: string = path.resolve(import.meta.dirname, "../../../scenarios");

/** A scenario of the repository, as the page opens it. */
export function scenario(name: string): OpenSource {
  const folder = path.join(scenarioFolder, name);
  const files = readdirSync(folder).toSorted();
  return { name, files: files.map((file) => ({ path: file, text: readFileSync(path.join(folder, file), "utf8") })) };
}
