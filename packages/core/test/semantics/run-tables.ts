import type * as Core from "../../src/index.ts";
import type { RuleTable } from "./clusters.ts";

/** What the tables need of core: the real one, or one with a planted mistake. */
export type CoreApi = Pick<typeof Core, "read" | "resolveFlows" | "specCalculation" | "judge" | "rulebook" | "verdictOf">;

/** Every row of a table that does not come out, as a line for a person. Both forms of judging are asked. */
export async function failuresOf(core: CoreApi, { rule, manifests, rows, change }: RuleTable): Promise<readonly string[]> {
  const { snapshot: given, diagnostics } = await core.read([{ name: `${rule}.yaml`, text: manifests }]);
  const snapshot = change === undefined ? given : change(given);
  const failures = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => `${rule}: ${message}`);
  const calculation = core.specCalculation(snapshot);
  for (const row of rows.split("\n").filter((line) => line.trim() !== "")) {
    const parsed = /^\s*(\S+)\s+->\s+(\S+)\s+(\d+)\/(TCP|UDP|SCTP)\s+(\w+)\s+(\S+)$/.exec(row);
    if (parsed === null) throw new Error(`not a row: ${row}`);
    const [, from = "", to = "", port, protocol, verdict, reason = ""] = parsed;
    const asked = { from, to, port: Number(port), protocol: protocol as Core.Protocol };
    const resolved = core.resolveFlows(asked, { snapshot, outside: [], groups: [] });
    if (resolved.kind !== "flows") {
      failures.push(`${rule}: ${row.trim()}: no flow`);
      continue;
    }
    for (const { flow } of resolved.flows) {
      const answer = calculation.answer(flow);
      const plain = core.verdictOf(core.judge(core.rulebook(snapshot), flow));
      const got = [answer.why.egress, answer.why.ingress].filter((side) => side.verdict === answer.verdict).map((side) => side.reason);
      if (answer.verdict !== verdict || plain !== verdict || !got.includes(reason as never))
        failures.push(`${rule}: ${row.trim()}, but ${answer.verdict} (${plain}) ${got.join()}`);
    }
  }
  return failures;
}
