import {
  becausePlace,
  becauseText,
  hasPort,
  isOutside,
  nearest,
  parseSelector,
  policyText,
  rulebook,
  selects,
  type Row,
  type Why,
} from "@netproof/core/parts";
import type { Ends } from "./ends.ts";
import { snapshotAt, type Judged } from "./judged.ts";
import { isolates, type Alike, type Lane, type LaneQuestion, type MatchQuestion } from "./protocol.ts";
import { classesOf, isNodeRow, type RowSet } from "./rows.ts";
import { askedPort } from "./survey.ts";

/** Where all ports are looked at together, a lane's reason is that of the port most people look for. */
const usualPort = { protocol: "TCP", port: 80 } as const;

/** The reason of each pair in a few words, and what the intent wants of it; undefined for a pair that is no question. */
export function lanesOf(
  judged: Judged,
  set: RowSet,
  ends: Ends,
  { stage, engine, port, pairs }: LaneQuestion,
): readonly (Lane | undefined)[] {
  const calculation = judged.calculation(engine, stage);
  const view = set.viewOf(calculation);
  const result = judged.result(engine, stage);
  const asked = askedPort(port);
  const { protocol, port: number } = asked ?? usualPort;
  return pairs.map(([source, target]): Lane | undefined => {
    const [from, to] = [set.rows[ends.row(source) ?? -1], set.rows[ends.row(target) ?? -1]];
    if (from === undefined || to === undefined) return undefined;
    const all = view.connections(from, to);
    // The family that is closed explains why a pair is not simply open.
    const one = all.find(({ connections }) => !hasPort(connections.allow, protocol, number)) ?? all[0];
    if (one === undefined) return undefined;
    const { why } = calculation.answer({ from: one.from, to: one.to, family: one.family, protocol, port: number });
    const demand = asked && result?.demandOn(one.from, one.to, protocol, number);
    return {
      stops: stopsOf(why),
      because: becauseText(why),
      place: becausePlace(why),
      demand: demand && { assertion: demand.assertion.id, want: demand.want },
    };
  });
}

/** By row: which directions of its pods some policy isolates at this stage, as bits of `isolates`. */
export function isolationOf(judged: Judged, { rows }: RowSet, stage: number): Uint8Array {
  const snapshot = snapshotAt(judged.material, stage);
  const book = rulebook(snapshot);
  const pods = new Map(snapshot.pods.map((pod) => [`${pod.namespace.name}/${pod.name}`, pod]));
  return Uint8Array.from(rows, ({ members }) => {
    let bits = 0;
    for (const member of members) {
      const pod = member.kind === "pod" ? pods.get(`${member.namespace.name}/${member.name}`) : undefined;
      if (pod === undefined || pod.hostNetwork) continue;
      if (book.isolating(pod, "ingress").length > 0) bits |= isolates.ingress;
      if (book.isolating(pod, "egress").length > 0) bits |= isolates.egress;
    }
    return bits;
  });
}

/** The rows whose pods are in the classes of the two ends; undefined where a name is none. A node is like no other: it is related to its pods. */
export function alikeOf(judged: Judged, set: RowSet, ends: Ends, stage: number, from: string, to: string): Alike | undefined {
  const reaches = set.families.map((family) => judged.spec(stage).reach(family));
  const kindOf = (index: number): string => {
    const classes = classesOf(set, index, reaches);
    const row = set.rows[index] as Row;
    const isAlone = isNodeRow(row) || classes.every((one) => one < 0);
    return isAlone ? `alone ${index}` : `${String(isOutside(row))} ${classes.join(" ")}`;
  };
  const all = set.rows.map((_, index) => kindOf(index));
  const [sources, targets] = [from, to].map((name) => {
    const index = ends.row(name);
    return index === undefined ? undefined : set.rows.filter((_, i) => all[i] === all[index]).map(({ endpoint }) => endpoint.id);
  });
  return sources === undefined || targets === undefined ? undefined : { from: sources, to: targets };
}

/** By row, 1 where the first pod has the labels that are asked for, or is isolated by the policy; else a sentence. */
export function matchingOf(judged: Judged, { rows }: RowSet, { stage, kind, text }: MatchQuestion): Uint8Array | string {
  const snapshot = snapshotAt(judged.material, stage);
  const pods = new Map(snapshot.pods.map((pod) => [`${pod.namespace.name}/${pod.name}`, pod]));
  const podOf = ({ members: [member] }: Row): (typeof snapshot.pods)[number] | undefined =>
    member?.kind === "pod" ? pods.get(`${member.namespace.name}/${member.name}`) : undefined;
  if (kind === "selector") {
    const source = { name: "filter", text };
    const parsed = parseSelector(text, { document: { source, locate: () => ({ source, start: 0, end: text.length }) }, path: "" });
    if ("misread" in parsed) return `\`${parsed.misread}\` is no condition on labels`;
    return Uint8Array.from(rows, (row) => {
      const pod = podOf(row);
      return pod !== undefined && selects(parsed.selector, pod.labels) ? 1 : 0;
    });
  }
  const names = snapshot.policies.map(({ name }) => policyText(name));
  const found = names.find((name) => name === text || name.endsWith(`/${text}`));
  if (found === undefined) {
    const meant = nearest(text, names) ?? names.find((name) => nearest(text, [name.replace(/^.*\//, "")]) !== undefined);
    return `no policy \`${text}\` at this stage${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`;
  }
  const book = rulebook(snapshot);
  return Uint8Array.from(rows, (row) => {
    const pod = podOf(row);
    if (pod === undefined || pod.hostNetwork) return 0;
    const own = (["ingress", "egress"] as const).flatMap((direction) => book.isolating(pod, direction));
    return own.some(({ name }) => policyText(name) === found) ? 1 : 0;
  });
}

function stopsOf({ egress, ingress }: Why): Lane["stops"] {
  const [from, to] = [egress.verdict !== "allow", ingress.verdict !== "allow"];
  return from && to ? "both" : from ? "from" : to ? "to" : undefined;
}
