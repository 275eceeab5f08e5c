import { verdictOfReason, type Doubt, type Reason, type RuleMatch, type Step } from "../model/judgement.ts";
import type { ClusterPolicyName, Direction, NetworkPolicy, PolicyName, Rule, TierRule, Unread } from "../model/policy.ts";
import type { SideWhy } from "./engine.ts";
import { pathInSpec, type Origin } from "../text/source.ts";

/** The short form of one direction's reason: what its deciding step says, and the lines behind it. */
export function sideWhy(reason: Reason, direction: Direction): SideWhy {
  const step = decidingStep(reason);
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
    case "Admin":
    case "Baseline":
      switch (step.outcome) {
        case "Accept":
          return side({ reason: "rule-allows", ...matched([step.match]) });
        case "Deny":
          return side({ reason: "rule-denies", ...matched([step.match]) });
        case "undetermined":
          return side({ reason: "undetermined", ...doubted(step.doubts) });
        // Behind the Baseline stands the default.
        case "Pass":
        case "no-match":
          return side({ reason: "not-isolated" });
      }
      break;
    case "NetworkPolicy":
      switch (step.outcome) {
        case "not-isolated":
          return side({ reason: "not-isolated" });
        case "allow":
          return side({ reason: "rule-allows", ...matched(step.matches) });
        case "deny":
          return side({ reason: "no-rule-allows", ...isolation(step.isolatedBy, direction) });
        case "undetermined":
          return side({ reason: "undetermined", ...doubted(step.doubts) });
      }
  }
}

/** The last tier that was asked. */
export function decidingStep(reason: Reason): Step {
  return reason[reason.length - 1] ?? reason[0];
}

/** `dev/policy1`, or with kubectl's short name of the kind `cnp/tenants`, `anp/tenants`, `banp/default`. */
export function policyText(name: PolicyName | ClusterPolicyName): string {
  return "namespace" in name ? `${name.namespace}/${name.name}` : `${shortKinds[name.kind]}/${name.name}`;
}

const shortKinds: Readonly<Record<ClusterPolicyName["kind"], string>> = {
  ClusterNetworkPolicy: "cnp",
  AdminNetworkPolicy: "anp",
  BaselineAdminNetworkPolicy: "banp",
};

function unreadText({ kind, name, scope }: Unread): string {
  return scope === "cluster" ? `${kind} ${name}` : `${kind} ${scope.namespace}/${name}`;
}

/** `dev/policy1 ingress[0].from[2]`; a rule without peers is named by itself. */
export function matchText(match: RuleMatch | RuleMatch<TierRule>): string {
  return `${policyText(match.rule.policy)} ${pathInSpec(matchOrigin(match).path)}`;
}

export function matchOrigin({ rule, peer }: RuleMatch | RuleMatch<TierRule>): Origin {
  return peer === "any" ? rule.origin : peer.origin;
}

type Cited = Pick<SideWhy, "policies" | "rules" | "origins">;

function matched(matches: readonly (RuleMatch | RuleMatch<TierRule>)[]): Cited {
  return {
    policies: distinct(matches.map(({ rule }) => policyText(rule.policy))),
    rules: distinct(matches.map(matchText)),
    origins: matches.map(matchOrigin),
  };
}

function isolation(policies: readonly NetworkPolicy[], direction: Direction): Pick<Cited, "policies" | "origins"> {
  return {
    policies: policies.map(({ name }) => policyText(name)),
    origins: policies.map(({ isolatesAt }) => isolatesAt[direction]),
  };
}

function doubted(doubts: readonly Doubt[]): Cited & Pick<SideWhy, "question"> {
  const cited = doubts.map((doubt): Cited => {
    switch (doubt.question) {
      case "unread-policy":
        return { policies: [unreadText(doubt.unread)], rules: [], origins: [doubt.unread.origin] };
      case "address-not-assigned":
      case "domain-name":
        return {
          policies: [policyText(doubt.rule.policy)],
          rules: [ruleText(doubt.rule, doubt.peer.origin)],
          origins: [doubt.peer.origin],
        };
      case "rewritten-source":
        return { policies: [], rules: [], origins: [doubt.service.origin] };
      case "equal-priority":
        return {
          policies: doubt.rules.map(({ policy }) => policyText(policy)),
          rules: doubt.rules.map((rule) => ruleText(rule, rule.origin)),
          origins: doubt.rules.map(({ origin }) => origin),
        };
    }
  });
  return {
    question: doubts[0]?.question,
    policies: distinct(cited.flatMap(({ policies }) => policies)),
    rules: distinct(cited.flatMap(({ rules }) => rules)),
    origins: cited.flatMap(({ origins }) => origins),
  };
}

function ruleText({ policy }: Rule | TierRule, origin: Origin): string {
  return `${policyText(policy)} ${pathInSpec(origin.path)}`;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
