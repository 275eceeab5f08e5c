import type { Flow } from "./cluster.ts";
import type { NetworkPolicy, Peer, PortMatch, Rule, Unread } from "./policy.ts";

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
  | { readonly question: "address-not-assigned"; readonly rule: Rule; readonly peer: Peer };

/** The very peer and port entry by which a rule matched. */
export interface RuleMatch {
  readonly rule: Rule;
  readonly peer: "any" | Peer;
  readonly port: "any" | PortMatch;
}

/** The part of a peer that failed: it speaks of the other kind of endpoint, the namespace, the labels, the address. */
export interface PeerMiss {
  readonly peer: Peer;
  readonly failed: "kind" | "namespace" | "labels" | "address" | "except";
}

/** What to mend: each peer's failing part and the port's, so that nobody mends one, runs again, and then learns of the other. */
export interface RuleMiss {
  readonly rule: Rule;
  /** Empty when the peers match and only the port does not. */
  readonly peers: readonly PeerMiss[];
  readonly port: "matches" | "protocol" | "port";
}

/** What one tier said. The verdict of a direction is that of its last step. */
export type Step =
  | { readonly tier: "exempt"; readonly because: Exemption }
  | { readonly tier: "unread"; readonly outcome: "undetermined"; readonly doubts: readonly Doubt[] }
  | { readonly tier: "networkpolicy"; readonly outcome: "not-isolated" }
  | {
      readonly tier: "networkpolicy";
      readonly outcome: "allow";
      readonly matches: readonly RuleMatch[];
      readonly isolatedBy: readonly NetworkPolicy[];
    }
  | {
      readonly tier: "networkpolicy";
      readonly outcome: "deny";
      readonly misses: readonly RuleMiss[];
      readonly isolatedBy: readonly NetworkPolicy[];
    }
  | {
      readonly tier: "networkpolicy";
      readonly outcome: "undetermined";
      readonly doubts: readonly Doubt[];
      readonly misses: readonly RuleMiss[];
      readonly isolatedBy: readonly NetworkPolicy[];
    };

/** Why no policy is asked: the end is no policy-managed pod, or the API exempts the pair (S10, S11, S12). */
export type Exemption = "outside-cluster" | "same-pod" | "host-network" | "own-node";

/** The tiers that were asked for one direction, in order; the last step decides. */
export type Reason = readonly [...Step[], Step];

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
    case "networkpolicy":
      return last.outcome === "not-isolated" ? "allow" : last.outcome;
  }
}
