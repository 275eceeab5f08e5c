import type { SideWhy, Why } from "../reach/engine.ts";
import { spanOf, type Origin } from "../text/source.ts";
import { placeOf } from "./places.ts";
import type { AskRow, AskSide, Place } from "./types.ts";

/**
 * The short sentences of a verdict's reason. `because` fits a table's cell: `dev/policy1 ingress[0]`, `not isolated`,
 * `isolated by dev/policy1, no rule allows`.
 */
export function becauseText(why: Why): string {
  const denied = decidingSide(why);
  if (denied !== undefined) return sideText(denied);
  const allowing = [why.egress, why.ingress].filter(({ reason }) => reason === "rule-allows");
  if (allowing.length > 0) return [...new Set(allowing.map(({ rules }) => ruleTexts(rules)))].join(", ");
  const exempt = [why.egress, why.ingress].find(({ reason }) => reason === "same-pod" || reason === "own-node");
  return exempt === undefined ? "not isolated" : sideText(exempt);
}

/** The line that decided: of the side that denies, else of the side whose rule allows. */
export function becausePlace(why: Why): Place | undefined {
  const side = decidingSide(why) ?? [why.egress, why.ingress].find(({ reason }) => reason === "rule-allows");
  const [origin] = side?.origins ?? [];
  return origin && placeOf(spanOf(origin));
}

/** The rule that decided an allow, without its policy: `ingress[0]`. */
export function becauseRule(why: Why): string {
  const [rule] = [why.egress, why.ingress].flatMap(({ rules }) => rules);
  return rule === undefined ? "" : shortRule(rule).split(" ").slice(1).join(" ");
}

/** The side that keeps the flow from being allowed, if one does. */
export function decidingSide({ egress, ingress }: Why): SideWhy | undefined {
  for (const verdict of ["deny", "undetermined"] as const) {
    const side = [egress, ingress].find((candidate) => candidate.verdict === verdict);
    if (side !== undefined) return side;
  }
  return undefined;
}

/** What one end says, in a few words. */
export function sideText(side: SideWhy): string {
  switch (side.reason) {
    case "not-isolated":
      return "no policy isolates it here";
    case "rule-allows":
      return allowText(side.rules);
    case "no-rule-allows":
      return `isolated by ${shortList(side.policies)}, no rule allows`;
    case "outside-cluster":
      return "outside the cluster, no policy applies to it";
    case "same-pod":
      return "a pod may always reach itself";
    case "host-network":
      return "node traffic, no policy applies to it";
    case "own-node":
      return "a pod's own node may always reach it";
    case "rule-denies":
      return `denied by ${allowText(side.rules)}`;
    case "undetermined":
      return doubtText(side);
  }
}

const asked = new WeakMap<Why, AskRow["why"]>();

/** An engine may give many flows the same reason: then it is the same object here. */
export function askWhy(why: Why): AskRow["why"] {
  let words = asked.get(why);
  if (words === undefined) {
    words = { egress: askSide(why.egress), ingress: askSide(why.ingress) };
    asked.set(why, words);
  }
  return words;
}

function askSide({ reason, question, policies, rules, origins }: SideWhy): AskSide {
  const places = [...new Set(origins.map(placeTextOf))];
  return { reason, ...(question === undefined ? {} : { question }), policies, rules, places };
}

const texts = new WeakMap<Origin, string>();

/** Many answers name the same few lines. */
function placeTextOf(origin: Origin): string {
  let text = texts.get(origin);
  if (text === undefined) {
    text = placeText(placeOf(spanOf(origin)));
    texts.set(origin, text);
  }
  return text;
}

export function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** At most two names, then a count. */
export function shortList(names: readonly string[]): string {
  return names.length <= 2 ? names.join(", ") : `${names.slice(0, 1).join(", ")} and ${names.length - 1} more`;
}

/** `ingress[0].from[1] of dev/policy1`. */
function allowText(rules: readonly string[]): string {
  const [first = "", ...more] = rules;
  const [policy = "", entry] = first.split(" ");
  // Rules of an engine that has its own have one name.
  return `${entry === undefined ? policy : `${entry} of ${policy}`}${more.length === 0 ? "" : ` and ${more.length} more`}`;
}

function doubtText({ question, policies }: SideWhy): string {
  switch (question) {
    case "unread-policy":
      return `${shortList(policies)} ${policies.length > 1 ? "were" : "was"} not read`;
    case "address-not-assigned":
      return `an ipBlock of ${shortList(policies)} decides, and the other end has no address yet`;
    case "rewritten-source":
      return "the client's address may be rewritten on the way";
    case "endpoints-unknown":
      return "the Service's endpoints are not known";
    case "equal-priority":
      return `${shortList(policies)} have equal priority and decide differently`;
    case "domain-name":
      return `a domain name in ${shortList(policies)} decides`;
    case undefined:
      return "nobody can tell";
  }
}

function ruleTexts(rules: readonly string[]): string {
  return shortList([...new Set(rules.map(shortRule))]);
}

/** A rule without its peer: `dev/policy1 ingress[0]`. */
function shortRule(rule: string): string {
  return rule.replace(/\.(?:from|to)\[\d+\]$/, "");
}
