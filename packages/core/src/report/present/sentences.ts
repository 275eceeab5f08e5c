import type { AskRow, Change, Difference, Report, ReportEndpoint, ReportStage, Violation } from "../types.ts";
import { number } from "./numbers.ts";
import { nameSet, type SetNames } from "./names.ts";

/** The sentences of a report, in its authors' letters: every format says the same, and escapes it in its own way. */

/** `the design holds at 1 of 5 stages, as declared`; with engines that find it at other stages `…, by contrail at 0`. */
export function runHeadline({ stages, assertions, engines }: Report): string {
  const met = stages.filter(({ intent }) => intent === "met").length;
  const astray = stages.filter((stage) => !asDeclared(stage)).length;
  const declared = astray === 0 ? (met === stages.length ? "" : ", as declared") : `, ${astray} not as declared`;
  const last = stages.at(-1)?.totals;
  return assertions.length === 0 && stages.every(({ broken }) => broken.length === 0)
    ? `${number(last?.open ?? 0)} of ${number(last?.pairs ?? 0)} pairs are open at the last of ${counted(stages.length, "stage")}`
    : `the design holds at ${met} of ${counted(stages.length, "stage")}${declared}${otherwiseBy(stages, engines)}`;
}

/** The engines that find the design kept at other stages than the first one does, each with how many these are. */
function otherwiseBy(stages: Report["stages"], [first, ...others]: Report["engines"]): string {
  const isMetBy = (engine: string | undefined): readonly boolean[] =>
    stages.map(({ surveys }) => surveys.find((survey) => survey.engine === engine)?.intent === "met");
  const own = isMetBy(first).join();
  return others
    .filter((engine) => isMetBy(engine).join() !== own)
    .map((engine) => `, by ${engine} at ${isMetBy(engine).filter((isMet) => isMet).length}`)
    .join("");
}

/** `engine spec`, `3 engines, 1 difference`. */
export function engineWords(report: Report): string {
  const { agreement } = report.conclusion;
  if (agreement === undefined) return engineCount(report);
  const differing = agreement.answers - agreement.agreeing;
  return differing === 0 ? `${engineCount(report)} agree` : `${engineCount(report)}, ${counted(differing, "difference")}`;
}

function engineCount({ engines }: Report): string {
  return engines.length === 1 ? `engine ${engines.join()}` : `${engines.length} engines`;
}

/** `269 of 270 answers agree`. */
function agreementWords({ conclusion: { agreement } }: Report): string {
  if (agreement === undefined) return "";
  const { answers, agreeing } = agreement;
  return agreeing === answers ? `all ${number(answers)} answers agree` : `${number(agreeing)} of ${number(answers)} answers agree`;
}

/** Pairs that are open on some port; where engines count differently `38≠39`. */
export function openCount({ totals, surveys }: ReportStage, differs: string): string {
  return [...new Set([totals.open, ...surveys.map(({ open }) => open)])].map(number).join(differs);
}

/** `1 known difference`, in pairs; those that the file does not list are told apart. */
export function differenceCount(stage: ReportStage): string {
  const [known, unlisted] = [true, false].map((wanted) => differingPairs(stage, ({ known: cover }) => (cover !== undefined) === wanted));
  const words = [
    ...(known === 0 || known === undefined ? [] : [counted(known, "known difference")]),
    ...(unlisted === 0 || unlisted === undefined ? [] : [`${counted(unlisted, "difference")} not listed`]),
  ];
  return words.join(", ");
}

function differingPairs({ differences, surveys: [first] }: ReportStage, wanted: (difference: Difference) => boolean): number {
  const keys = new Set(differences.filter(wanted).flatMap(({ from, to }) => from.flatMap((a) => to.map((b) => JSON.stringify([a, b])))));
  const counts = new Map((first?.rows ?? []).map(({ from, to, pairs }) => [JSON.stringify([from, to]), pairs]));
  return [...keys].reduce((sum, key) => sum + (counts.get(key) ?? 0), 0);
}

/** `dbserver-dev → webserver-dev, every port: contrail is more open`. */
export function differenceSentence(report: Report, { from, to, ports, but, family, engines, effect }: Difference, arrow: string): string {
  const names = setNames(report);
  const where =
    ports === "all"
      ? ", every port"
      : but === undefined
        ? ` ${ports.replaceAll(" ", ", ")}`
        : `, every port but ${but.replaceAll(" ", ", ")}`;
  const who = `${engines.join(" and ")} ${engines.length === 1 ? "is" : "are"} ${effect.replace("-", " ")}`;
  return `${nameSet(from, names)} ${arrow} ${nameSet(to, names)}${where}${family === undefined ? "" : ` in IPv${family}`}: ${who}`;
}

/** Whether the file knows of it: `Allow-all on one side opens the other: known, netproof.yaml:58`. */
export function differenceStanding({ name, title, known }: Difference): string {
  if (known !== undefined) return `${known.reason}: known, ${known.place.file}:${known.place.line}`;
  if (name === "unexplained") return "unexplained: no known deviation separates them, please report it";
  return `${title ?? "engines differ"}: not listed under deviations`;
}

function asDeclared({ intent, declared }: ReportStage): boolean {
  return intent === declared;
}

export function intentWords(stage: ReportStage): string {
  if (stage.intent === "undetermined") return "undetermined";
  if (stage.intent === "not-judged") return "no intent declared";
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
  return parts.map(({ count, word }, i) => `${number(count)}${i === 0 ? (count === 1 ? " pair" : " pairs") : ""} ${word}`).join(", ");
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
    agreementWords(report),
    end.elsewhereJudged ? "" : "elsewhere (all other outside addresses) was not judged",
    end.findings > 0 ? counted(end.findings, "finding") : "",
    end.findings === 0 && end.undeterminedStages > 0
      ? `no finding, ${end.undeterminedStages} ${end.undeterminedStages === 1 ? "stage is" : "stages are"} undetermined`
      : "",
    end.warnings > 0 ? counted(end.warnings, "warning") : "",
    end.exitCode === 0 ? (assertions.length === 0 ? "no intent was declared" : "everything is as declared") : "",
  ].filter((part) => part !== "");
  return `${counted(end.pairs, "pair")} at ${counted(stages.length, "stage")}, ${engineCount(report)}: ${parts.join(", ")}: exit ${end.exitCode}`;
}

/** Why an answer of `ask` is what it is, in a few words. */
export function askBecause({ verdict, why: { egress, ingress } }: AskRow): string {
  const denied = [egress, ingress].find(({ reason }) => reason === "no-rule-allows");
  // An engine with rules of its own names the one that denies.
  if (verdict === "deny" && denied !== undefined)
    return denied.rules.length > 0 ? denied.rules.join(", ") : `${denied.policies.join(", ")}, no rule allows`;
  const doubted = [egress, ingress].find(({ reason }) => reason === "undetermined");
  if (verdict === "undetermined" && doubted !== undefined) {
    const question = questions[doubted.question ?? ""] ?? "nobody can tell";
    return doubted.policies.length === 0 ? question : `${question}: ${doubted.policies.join(", ")}`;
  }
  const allowing = [...new Set([egress, ingress].flatMap(({ rules }) => rules))];
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
