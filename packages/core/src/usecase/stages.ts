import type { Snapshot } from "../model/cluster.ts";
import type { Ledger } from "../model/ledger.ts";
import type { InputFile, ManifestObject } from "../read/read.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import type { StageDeclaration, UseCase } from "./types.ts";

/** One object that a stage created, replaced or took away. */
export interface Change {
  readonly kind: "applied" | "replaced" | "deleted";
  readonly object: ManifestObject;
  /** What stood there before; undefined for `applied`, the object itself for `deleted`. */
  readonly before: ManifestObject | undefined;
}

/** The cluster after one step of the use case. */
export interface Stage {
  readonly name: string;
  readonly declaration: StageDeclaration;
  readonly snapshot: Snapshot;
  /** In the order of the file; an object that was applied again unchanged is not one. */
  readonly changes: readonly Change[];
  readonly ledger: Ledger;
}

export interface ResolvedStages {
  readonly stages: readonly Stage[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface StageOptions {
  /** Kinds that are taken to be absent, beside those that the file names. */
  readonly assumeAbsent?: readonly string[];
}

/** One Snapshot per stage, from the files that `neededPaths` asked for (key: the path as written). */
export async function resolveStages(
  useCase: UseCase,
  files: ReadonlyMap<string, readonly InputFile[]>,
  options: StageOptions = {},
): Promise<ResolvedStages> {
  void [useCase, files, options];
  return { stages: [], diagnostics: [] };
}
