import { read, type Snapshot } from "@netproof/core/parts";
import type { RuleTable } from "../../core/test/semantics/clusters.ts";
import type { LabSession } from "../src/engine.ts";
import { flowsOf, type Asked } from "./lab.ts";

export async function snapshotOf({ rule, manifests, change }: RuleTable): Promise<Snapshot> {
  const { snapshot } = await read([{ name: `${rule}.yaml`, text: manifests }]);
  return change === undefined ? snapshot : change(snapshot);
}

/**
 * Every row of a table that does not come out of the wire, as a line for a person. A row that nobody can tell is not tried: where an
 * implementation may choose, this one does.
 */
export async function failuresIn(session: LabSession, table: RuleTable): Promise<readonly string[]> {
  const rows = table.rows.split("\n").flatMap((line) => rowIn(line) ?? []);
  const asked = rows
    .filter(({ verdict }) => verdict !== "undetermined")
    .flatMap((row) => flowsOf(row.asked, session.snapshot).map((flow) => ({ row, flow })));
  const answers = await session.ask(asked.map(({ flow }) => flow));
  return asked.flatMap(({ row, flow }, i) => {
    const answer = answers[i];
    const sides = [answer.why.egress, answer.why.ingress]
      .filter((side) => side.verdict === answer.verdict)
      .map(({ reason }) => reason as string);
    if (answer.verdict === row.verdict && sides.includes(row.reason)) return [];
    if (answer.evidence.problem?.endsWith("is no address of a host") === true) return [];
    return [
      `${table.rule}: ${row.text} IPv${flow.family}, but ${answer.verdict} ${sides.join()}: ${answer.evidence.seen.kind} ${answer.evidence.problem ?? ""}`,
    ];
  });
}

function rowIn(
  line: string,
): { readonly text: string; readonly asked: Asked; readonly verdict: string; readonly reason: string } | undefined {
  const parsed = /^\s*(\S+)\s+->\s+(\S+)\s+(\d+)\/(TCP|UDP|SCTP)\s+(\w+)\s+(\S+)$/.exec(line);
  if (parsed === null) return undefined;
  const [, from = "", to = "", port, protocol, verdict = "", reason = ""] = parsed;
  return { text: line.trim(), asked: { from, to, port: Number(port), protocol: protocol as Asked["protocol"] }, verdict, reason };
}
