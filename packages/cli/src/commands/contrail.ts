import { nearest } from "@netproof/core/parts";
import { check } from "../contrail/check.ts";
import { explain } from "../contrail/explain.ts";
import { importObjects } from "../contrail/import.ts";
import { objects } from "../contrail/objects.ts";
import type { Options } from "../flags.ts";
import { Refusal, type ExitCode } from "../refusal.ts";

/** What Contrail makes of the policies: its objects, a packet's walk through them, where it would not do what the policies mean, and what has drifted. */
export async function run(options: Options, [action, ...operands]: readonly string[]): Promise<ExitCode> {
  if (action === undefined) throw new Refusal("`contrail` needs an action", `netproof contrail ${[...actions.keys()].join("|")}`);
  const chosen = actions.get(action);
  if (chosen !== undefined) return chosen(options, operands);
  const meant = nearest(action, [...actions.keys()]);
  throw new Refusal(
    `\`contrail\` has no \`${action}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    meant === undefined ? `it has ${[...actions.keys()].join(", ")}` : [],
  );
}

const actions: ReadonlyMap<string, (options: Options, operands: readonly string[]) => Promise<ExitCode>> = new Map([
  ["objects", objects],
  ["explain", explain],
  ["check", check],
  ["import", importObjects],
]);

export const contrailActions: readonly string[] = [...actions.keys()];
