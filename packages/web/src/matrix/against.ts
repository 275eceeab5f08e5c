import { computed } from "@preact/signals";
import { compared, currentStage, subject, where } from "../state/store.ts";
import type { Version } from "../workbench/protocol.ts";

/** What the matrix is compared with: other files or the stage that `vs` names, else the stage before. */
export interface Against {
  readonly version: Version;
  readonly stage: number;
  readonly name: string;
  /** Other than that of anything else to compare with. */
  readonly key: string;
}

/** Undefined where there is nothing to compare with: at the first stage, or where a stage is compared with itself. */
export const currentAgainst = computed((): Against | undefined => {
  const [stages, now, vs, other] = [subject.value?.stages ?? [], currentStage.value, where.value.keys.vs ?? "", compared.value];
  if (vs.startsWith("files-"))
    return other !== undefined && vs === `files-${other.hash}` ? { version: "compared", stage: now, name: other.name, key: vs } : undefined;
  const named = stages.findIndex(({ name }) => name !== "" && name === vs);
  const stage = named >= 0 ? named : now - 1;
  const found = stages[stage];
  return found === undefined || stage === now ? undefined : { version: "edited", stage, name: found.name, key: `stage ${stage}` };
});
