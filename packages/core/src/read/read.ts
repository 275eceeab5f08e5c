import type { Snapshot } from "../model/cluster.ts";
import type { Ledger, SkippedEntry } from "../model/ledger.ts";
import { compareDiagnostics, type Diagnostic } from "../text/diagnostic.ts";
import { assemble } from "./assemble.ts";
import { readFile } from "./file.ts";
import type { InputFile, ManifestObject, ReadOptions } from "./manifest.ts";

export { assemble } from "./assemble.ts";
export type { InputFile, ManifestObject, ReadOptions } from "./manifest.ts";
export { catalogue as readMessages } from "./messages.ts";
export { objectKey } from "./objects.ts";
export { parseYaml } from "./parse.ts";

export interface ObjectsResult {
  /** In the order of files and documents; `List`s are unfolded. */
  readonly objects: readonly ManifestObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** What was no object: keys given twice where that is no error, and with `skipUnreadable` whole documents. */
  readonly skipped: readonly SkippedEntry[];
  readonly files: number;
}

/**
 * Reads texts to Kubernetes objects. Never throws on input: what could not be read is in the diagnostics. The same `InputFile` read
 * again gives the same objects.
 */
export async function readObjects(files: readonly InputFile[], options: ReadOptions = {}): Promise<ObjectsResult> {
  const results = await Promise.all(files.map((file) => readFile(file, options.defaultNamespace ?? "default")));
  const unreadable = results.flatMap((result) => result.unreadable);
  const demoted = options.skipUnreadable === true ? unreadable.map(({ entry }) => entry) : [];
  const refused = options.skipUnreadable === true ? [] : unreadable.flatMap((each) => each.diagnostics);
  return {
    objects: results.flatMap(({ objects }) => objects),
    diagnostics: [...results.flatMap(({ diagnostics }) => diagnostics), ...refused],
    skipped: [...demoted, ...results.flatMap(({ skipped }) => skipped)],
    files: files.length,
  };
}

/** Manifest texts to one snapshot: `readObjects` and `assemble` together. Diagnostics are sorted by severity, file and place. */
export async function read(
  files: readonly InputFile[],
  options: ReadOptions = {},
): Promise<{ readonly snapshot: Snapshot; readonly diagnostics: readonly Diagnostic[]; readonly ledger: Ledger }> {
  const found = await readObjects(files, options);
  const { snapshot, diagnostics, ledger } = assemble(found.objects, options);
  return {
    snapshot,
    diagnostics: [...found.diagnostics, ...diagnostics].sort(compareDiagnostics),
    ledger: { files: found.files, read: ledger.read, skipped: [...ledger.skipped, ...found.skipped], assumed: ledger.assumed },
  };
}
