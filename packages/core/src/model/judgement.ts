import type { Flow, Service } from "./cluster.ts";
import type { ClusterPolicy, NetworkPolicy, Peer, PortMatch, Rule, Tier, TierAction, TierRule, Unread } from "./policy.ts";

export type Verdict = "allow" | "deny" | "undetermined";

/** What stands behind an `undetermined`: the closed list. */
export type Question =
  | "unread-policy"
  | "address-not-assigned"
  | "rewritten-source"
  | "endpoints-unknown"
  | "equal-priority"
  | "domain-name";

/** One thing that would have to be known to decide. */
export type Doubt =
  | { readonly question: "unread-policy"; readonly unread: Unread }
  /** An ipBlock or a network decides, and the other end has no address yet (S16). */
  | { readonly question: "address-not-assigned"; readonly rule: Rule | TierRule; readonly peer: Peer }
  /** A domain name decides, and only DNS knows its addresses (C10). */
  | { readonly question: "domain-name"; readonly rule: TierRule; readonly peer: Peer }
  /** The client comes from outside through a Service, and may seem to be a node (S14). */
  | { readonly question: "rewritten-source"; readonly service: Service }
  /** Policies of equal priority decide this flow differently, and an implementation may choose (C3). */
  | { readonly question: "equal-priority"; readonly rules: readonly TierRule[] };

/** A doubt about one peer of one rule. */
export type PeerDoubt = Extract<Doubt, { readonly peer: Peer }>;

/** The very peer and port entry by which a rule matched. */
export interface RuleMatch<R extends Rule | TierRule = Rule> {
  readonly rule: R;
  readonly peer: "any" | Peer;
  readonly port: "any" | PortMatch;
}

/** The part of a peer that failed: it speaks of the other kind of endpoint, the namespace, the labels, the address. */
export interface PeerMiss {
  readonly peer: Peer;
  readonly failed: "kind" | "namespace" | "labels" | "address" | "except";
}

/** What to mend: each peer's failing part and the port's, so that nobody mends one, runs again, and then learns of the other. */
export interface RuleMiss<R extends Rule | TierRule = Rule> {
  readonly rule: R;
  /** Empty when the peers match and only the port does not. */
  readonly peers: readonly PeerMiss[];
  readonly port: "matches" | "protocol" | "port";
}

/** What one tier said. The verdict of a direction is that of its last step. */
export type Step = ExemptStep | UnreadStep | TierStep | NetworkPolicyStep;

export interface ExemptStep {
  readonly tier: "exempt";
  readonly because: Exemption;
}

export interface UnreadStep {
  readonly tier: "unread";
  readonly doubts: readonly Doubt[];
}

/** A tier that has policies for this subject and direction. */
export type TierStep =
  /** No rule matches: the next tier is asked (C2). */
  | { readonly tier: Tier; readonly outcome: "no-match"; readonly asked: readonly ClusterPolicy[] }
  | {
      readonly tier: Tier;
      readonly outcome: TierAction;
      readonly match: RuleMatch<TierRule>;
      /** What would be said without the rule, by the rest of this tier or those behind it; undefined: the default. Computed when asked for. */
      readonly otherwise: Reason | undefined;
    }
  | { readonly tier: Tier; readonly outcome: "undetermined"; readonly doubts: readonly Doubt[] };

export type NetworkPolicyStep =
  | { readonly tier: "NetworkPolicy"; readonly outcome: "not-isolated" }
  | {
      readonly tier: "NetworkPolicy";
      readonly outcome: "allow";
      readonly matches: readonly RuleMatch[];
      readonly isolatedBy: readonly NetworkPolicy[];
    }
  | {
      readonly tier: "NetworkPolicy";
      readonly outcome: "deny";
      readonly misses: readonly RuleMiss[];
      readonly isolatedBy: readonly NetworkPolicy[];
    }
  | {
      readonly tier: "NetworkPolicy";
      readonly outcome: "undetermined";
      readonly doubts: readonly Doubt[];
      readonly misses: readonly RuleMiss[];
      readonly isolatedBy: readonly NetworkPolicy[];
    };

/** Why no policy is asked: the end is no policy-managed pod, or the API exempts the pair (S10, S11, S12). */
export type Exemption = "outside-cluster" | "same-pod" | "host-network" | "own-node";

/** The tiers that were asked for one direction, in order; the last step decides. */
export type Reason = readonly [Step, ...Step[]];

/** Why a flow may or may not be opened: both directions, always (S9). */
export interface Judgement {
  readonly flow: Flow;
  readonly egress: Reason;
  readonly ingress: Reason;
}

/** Both ends must allow (S9); a deny is a deny whatever the other end would say. */
export function verdictOf({ egress, ingress }: Pick<Judgement, "egress" | "ingress">): Verdict {
  const [a, b] = [verdictOfReason(egress), verdictOfReason(ingress)];
  if (a === "deny" || b === "deny") return "deny";
  return a === "undetermined" || b === "undetermined" ? "undetermined" : "allow";
}

/** The verdict of one direction follows from its last step and is never stored (invariant 4). */
export function verdictOfReason(reason: Reason): Verdict {
  const last = reason[reason.length - 1] as Step;
  switch (last.tier) {
    case "exempt":
      return "allow";
    case "unread":
      return "undetermined";
    case "NetworkPolicy":
      return last.outcome === "not-isolated" ? "allow" : last.outcome;
    case "Admin":
    case "Baseline":
      switch (last.outcome) {
        case "Deny":
          return "deny";
        case "undetermined":
          return "undetermined";
        // Behind the last tier stands the default: what nothing denies is allowed (section 1, step 4).
        case "Accept":
        case "Pass":
        case "no-match":
          return "allow";
      }
  }
}
