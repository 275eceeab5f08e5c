import { computed } from "@preact/signals";
import { currentStage, subject, where } from "../state/store.ts";

/** What the matrix is compared with: the stage that `vs` names, else the one before. */
export interface Against {
  readonly stage: number;
  readonly name: string;
}

/** Undefined where there is nothing to compare with: at the first stage, or where a stage is compared with itself. */
export const currentAgainst = computed((): Against | undefined => {
  const stages = subject.value?.stages ?? [];
  const named = stages.findIndex(({ name }) => name !== "" && name === where.value.keys.vs);
  const stage = named >= 0 ? named : currentStage.value - 1;
  const found = stages[stage];
  return found === undefined || stage === currentStage.value ? undefined : { stage, name: found.name };
});
