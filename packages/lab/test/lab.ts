import { resolveFlows, type Flow, type Protocol, type Snapshot } from "@netproof/core/parts";
import { obstacle } from "../src/doctor.ts";

/** Why tests with packets cannot run here; undefined where they can. Where the project is judged a skipped one counts as a failure. */
export const noLab: string | undefined = obstacle();

export const skippedBecause: string = noLab === undefined ? "" : ` (skipped, no lab: ${noLab})`;

export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** All flows that a question means. */
export function flowsOf(asked: Asked, snapshot: Snapshot): readonly Flow[] {
  const resolved = resolveFlows(asked, { snapshot, outside: [], groups: [] });
  if (resolved.kind !== "flows") throw new Error(`${asked.from} -> ${asked.to}: ${JSON.stringify(resolved)}`);
  return resolved.flows.map(({ flow }) => flow);
}
