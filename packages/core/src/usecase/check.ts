import type { Flow } from "../model/cluster.ts";
import type { Family } from "../net/address.ts";
import type { Answer } from "../reach/engine.ts";
import type { Cuts } from "../reach/cuts.ts";
import type { Reachability } from "../reach/reachability.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import type { BoundUseCase } from "./names.ts";
import type { StageResult } from "./results.ts";

export type * from "./results.ts";

/** What judging needs of an engine; a `DerivedSession` at the stage's snapshot is one. */
export interface Judge {
  readonly cuts: Cuts;
  reach(family: Family): Reachability;
  /** Left out by an engine that cannot say which lines decided: then `because` is not checked. */
  answer?(flow: Flow): Answer;
}

export interface StageInput {
  readonly bound: BoundUseCase;
  /** Which stage, counted from 0. */
  readonly stage: number;
  readonly engine: string;
  readonly judge: Judge;
  /** The same engine's result of the stage before, for `rest: same`. */
  readonly previous: StageResult | undefined;
  /** `YYYY-MM-DD`; deviations expire by it. Undefined: none does. */
  readonly today: string | undefined;
  /** The engine's own names of what decided, for `because` of this engine (firewall rules of Contrail). */
  readonly decidedBy?: (answer: Answer) => readonly string[];
}

/** Judges what the file says of one stage against one engine. */
export function checkStage(input: StageInput): StageResult {
  throw new Error(`not built: ${input.engine}`);
}

/** What only all stages together can tell: deviations that have expired or are never needed. */
export function checkDeviations(bound: BoundUseCase, results: readonly StageResult[], today: string | undefined): readonly Diagnostic[] {
  void [bound, results, today];
  return [];
}
