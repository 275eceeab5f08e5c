import { verdictOfReason, type Doubt, type Reason, type RuleMatch, type Step } from "../model/judgement.ts";
import type { Direction, NetworkPolicy, PolicyName, Unread } from "../model/policy.ts";
import type { SideWhy } from "../reach/engine.ts";
import { pathInSpec, type Origin } from "../text/source.ts";

/** The short form of one direction's reason: what its last step says, and the lines behind it. */
export function sideWhy(reason: Reason, direction: Direction): SideWhy {
  const step = reason[reason.length - 1] as Step;
  const side = (words: Partial<SideWhy> & Pick<SideWhy, "reason">): SideWhy => ({
    verdict: verdictOfReason(reason),
    question: undefined,
    policies: [],
    rules: [],
    origins: [],
    ...words,
  });
  switch (step.tier) {
    case "exempt":
      return side({ reason: step.because });
    case "unread":
      return side({ reason: "undetermined", ...doubted(step.doubts) });
    case "networkpolicy":
      switch (step.outcome) {
        case "not-isolated":
          return side({ reason: "not-isolated" });
        case "allow":
          return side({
            reason: "rule-allows",
            policies: distinct(step.matches.map(({ rule }) => policyText(rule.policy))),
            rules: distinct(step.matches.map(matchText)),
            origins: step.matches.map(matchOrigin),
          });
        case "deny":
          return side({ reason: "no-rule-allows", ...isolation(step.isolatedBy, direction) });
        case "undetermined":
          return side({ reason: "undetermined", ...doubted(step.doubts) });
      }
  }
}

export function policyText({ namespace, name }: PolicyName): string {
  return `${namespace}/${name}`;
}

export function unreadText({ kind, name, scope }: Unread): string {
  return scope === "cluster" ? `${kind} ${name}` : `${kind} ${scope.namespace}/${name}`;
}

/** `dev/policy1 ingress[0].from[2]`; a rule without peers is named by itself. */
export function matchText(match: RuleMatch): string {
  return `${policyText(match.rule.policy)} ${pathInSpec(matchOrigin(match).path)}`;
}

export function matchOrigin({ rule, peer }: RuleMatch): Origin {
  return peer === "any" ? rule.origin : peer.origin;
}

function isolation(policies: readonly NetworkPolicy[], direction: Direction): Pick<SideWhy, "policies" | "origins"> {
  return {
    policies: policies.map(({ name }) => policyText(name)),
    origins: policies.map(({ isolatesAt }) => isolatesAt[direction]),
  };
}

function doubted(doubts: readonly Doubt[]): Pick<SideWhy, "question" | "policies" | "rules" | "origins"> {
  return {
    question: doubts[0]?.question,
    policies: distinct(doubts.map((doubt) => (doubt.question === "unread-policy" ? unreadText(doubt.unread) : policyText(doubt.rule.policy)))),
    rules: distinct(doubts.flatMap((doubt) => (doubt.question === "unread-policy" ? [] : [`${policyText(doubt.rule.policy)} ${pathInSpec(doubt.peer.origin.path)}`]))),
    origins: doubts.map((doubt) => (doubt.question === "unread-policy" ? doubt.unread.origin : doubt.peer.origin)),
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
