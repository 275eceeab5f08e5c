import type { AskRow, Change, Report, ReportEndpoint, ReportStage, Violation } from "../types.ts";
import { number } from "./numbers.ts";
import { nameSet, type SetNames } from "./names.ts";

/** The sentences of a report, in its authors' letters: every format says the same, and escapes it in its own way. */

/** `the design holds at 1 of 5 stages, as declared`. */
export function runHeadline({ stages, assertions }: Report): string {
  const met = stages.filter(({ intent }) => intent === "met").length;
  const astray = stages.filter((stage) => !asDeclared(stage)).length;
  const declared = astray === 0 ? (met === stages.length ? "" : ", as declared") : `, ${astray} not as declared`;
  const last = stages.at(-1)?.totals;
  return assertions.length === 0 && stages.every(({ broken }) => broken.length === 0)
    ? `${number(last?.open ?? 0)} of ${number(last?.pairs ?? 0)} pairs are open at the last of ${counted(stages.length, "stage")}`
    : `the design holds at ${met} of ${counted(stages.length, "stage")}${declared}`;
}

export function engineWords({ engines }: Report): string {
  return engines.length === 1 ? `engine ${engines.join()}` : `${engines.length} engines`;
}

function asDeclared({ intent, declared }: ReportStage): boolean {
  return intent === declared;
}

export function intentWords(stage: ReportStage): string {
  if (stage.intent === "undetermined") return "undetermined";
  if (!asDeclared(stage)) return `${stage.intent}, not as declared`;
  return stage.intent === "met" ? "met" : "unmet, as declared";
}

export function brokenPairs({ broken }: ReportStage): number {
  return broken.reduce((sum, { pairs }) => sum + pairs, 0);
}

const changeMarks = { applied: "+", replaced: "~", deleted: "-" } as const;

/** `+ dev/policy1`, `none`, `3 in force`. */
export function policiesText({ policies, policyCount }: ReportStage): string {
  const [first, ...more] = policies;
  if (first === undefined) return policyCount === 0 ? "none" : `${number(policyCount)} in force`;
  const text = `${changeMarks[first.change]} ${first.name}`;
  return more.length === 0 ? text : `${text} and ${more.length} more`;
}

/** Assertions that have a column of their own: the file's, and `rest` only where it breaks or is all there is. */
export function judgedAssertions({ stages, assertions }: Report): readonly string[] {
  const ids = [...new Set(stages.flatMap(({ broken }) => broken.map(({ assertion }) => assertion)))];
  const breaks = (id: string): boolean => stages.some(({ broken }) => broken.some((one) => one.assertion === id && one.pairs > 0));
  return ids.filter((id) => assertions.some((assertion) => assertion.id === id) || breaks(id));
}

/** `10 pairs close, 4 narrow to 80/TCP`. */
export function changeHeadline(stage: ReportStage, before: ReportStage | undefined): string {
  const { changes, policyCount, totals } = stage;
  if (before === undefined) {
    if (policyCount === 0) return "no policy, everything is open";
    return `${number(policyCount)} ${policyCount === 1 ? "policy" : "policies"}, ${number(totals.open)} of ${number(totals.pairs)} pairs are open`;
  }
  const words: readonly (readonly [kind: Change["kind"], many: string, one: string])[] = [
    ["closes", "close", "closes"],
    ["opens", "open", "opens"],
    ["narrows", "narrow", "narrows"],
    ["widens", "widen", "widens"],
    ["alters", "change ports", "changes ports"],
    ["loses-certainty", "can no longer be told", "can no longer be told"],
  ];
  const parts = words.flatMap(([kind, many, one]) => {
    const own = changes.filter((change) => change.kind === kind);
    const count = own.reduce((sum, { pairs }) => sum + pairs, 0);
    if (count === 0) return [];
    const ports = [...new Set(own.map((change) => change.ports))];
    const to = (kind === "narrows" || kind === "widens") && ports.length === 1 ? ` to ${ports.join()}` : "";
    return [{ count, word: (count === 1 ? one : many) + to }];
  });
  if (parts.length === 0) return "nothing changes";
  return parts
    .map(({ count, word }, i) => `${number(count)}${i === 0 ? (count === 1 ? " pair" : " pairs") : ""} ${word}`)
    .join(", ");
}

export function changeLabel({ kind }: Change): string {
  return kind === "loses-certainty" ? "unsure" : kind;
}

/** `the 4 others → webserver-dev`; `above` is the change that is told before this one. */
export function changeSentence(report: Report, { from, to }: Change, above: Change | undefined, arrow: string): string {
  const names = setNames(report);
  return `${othersOr(from, to, above, report, names)} ${arrow} ${nameSet(to, names)}`;
}

/** «the 4 others», where the line above and this one together speak of everybody who may be the source. */
function othersOr(
  from: readonly string[],
  to: readonly string[],
  above: Change | undefined,
  { endpoints }: Report,
  names: SetNames,
): string {
  if (above === undefined || above.to.join() !== to.join() || from.length < 2) return nameSet(from, names);
  const all = endpoints.filter(({ id }) => !to.includes(id)).length;
  const together = new Set([...from, ...above.from]).size;
  return together === all && from.length + above.from.length === all ? `the ${from.length} others` : nameSet(from, names);
}

export function violationLabel({ severity, status }: Violation): string {
  return status === "undetermined" ? "undecided" : severity === "warning" ? "warning" : "violated";
}

/** `I3 by 6 pairs: client1-dev → dbserver-dev 80/TCP, not isolated`. */
export function violationSentence(report: Report, { assertion, pairs, subject, witness }: Violation, arrow: string): string {
  const count = pairs === 0 ? "" : ` by ${counted(pairs, "pair")}`;
  return `${assertion}${count}: ${witness === undefined ? (subject ?? "") : witnessText(report, witness, arrow)}`;
}

function witnessText({ endpoints }: Report, { from, to, via, port, because }: NonNullable<Violation["witness"]>, arrow: string): string {
  const ends = [from, ...via, to].map((name) => nameOf(endpoints, name)).join(` ${arrow} `);
  return `${ends} ${port}, ${because}`;
}

/** `54 pairs at 5 stages, engine spec: everything is as declared: exit 0`. */
export function conclusionSentence(report: Report): string {
  const { stages, conclusion: end, assertions } = report;
  const parts = [
    end.elsewhereJudged ? "" : "elsewhere (all other outside addresses) was not judged",
    end.findings > 0 ? counted(end.findings, "finding") : "",
    end.findings === 0 && end.undeterminedStages > 0
      ? `no finding, ${end.undeterminedStages} ${end.undeterminedStages === 1 ? "stage is" : "stages are"} undetermined`
      : "",
    end.warnings > 0 ? counted(end.warnings, "warning") : "",
    end.exitCode === 0 ? (assertions.length === 0 ? "no intent was declared" : "everything is as declared") : "",
  ].filter((part) => part !== "");
  return `${counted(end.pairs, "pair")} at ${counted(stages.length, "stage")}, ${engineWords(report)}: ${parts.join(", ")}: exit ${end.exitCode}`;
}

/** Why an answer of `ask` is what it is, in a few words. */
export function askBecause({ verdict, why: { egress, ingress } }: AskRow): string {
  const denied = [egress, ingress].find(({ reason }) => reason === "no-rule-allows");
  if (verdict === "deny" && denied !== undefined) return `${denied.policies.join(", ")}, no rule allows`;
  const doubted = [egress, ingress].find(({ reason }) => reason === "undetermined");
  if (verdict === "undetermined" && doubted !== undefined) {
    const question = questions[doubted.question ?? ""] ?? "nobody can tell";
    return doubted.policies.length === 0 ? question : `${question}: ${doubted.policies.join(", ")}`;
  }
  const allowing = [egress, ingress].flatMap(({ rules }) => rules);
  if (allowing.length > 0) return allowing.join(", ");
  const exempt = [egress, ingress].find(({ reason }) => reason === "same-pod" || reason === "own-node");
  return exempt?.reason.replace("-", " ") ?? "not isolated";
}

export function addressText({ addresses, size, kind }: ReportEndpoint): string {
  const [first, ...more] = addresses;
  if (first === undefined) return kind === "elsewhere" ? "" : "not yet assigned";
  return more.length === 0 ? first : size === 1 ? addresses.join(" ") : `${first} +${more.length}`;
}

export function nameOf(endpoints: readonly ReportEndpoint[], id: string): string {
  const endpoint = endpoints.find((candidate) => candidate.id === id);
  return endpoint === undefined ? id : sizedName(endpoint, endpoint.name);
}

/** `web (3)` for three pods that nothing tells apart. */
export function sizedName({ size, kind }: ReportEndpoint, name: string): string {
  return kind === "pods" && size > 1 && !name.endsWith(")") ? `${name} (${size})` : name;
}

export function setNames({ endpoints, groups }: Report): SetNames {
  return { nameOf: (id) => nameOf(endpoints, id), groups };
}

/** `1 pair`, `2 pairs`. */
export function counted(count: number, thing: string): string {
  return `${number(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** The closed list of questions, in the words of a table's cell. */
const questions: Readonly<Record<string, string>> = {
  "unread-policy": "not read",
  "address-not-assigned": "an address that is not assigned yet decides",
  "rewritten-source": "the client's address may be rewritten",
  "endpoints-unknown": "the Service's endpoints are not known",
  "equal-priority": "equal priorities, different actions",
  "domain-name": "a domain name decides",
};
