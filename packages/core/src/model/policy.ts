import type { Cidr } from "../net/cidr.ts";
import type { PortRange, Protocol } from "../net/ports.ts";
import type { Origin } from "../text/source.ts";

export type Direction = "ingress" | "egress";

export const directions: readonly Direction[] = ["egress", "ingress"];

export interface PolicyName {
  readonly namespace: string;
  readonly name: string;
}

/** One condition on labels (S1). `matchLabels k: v` is `In` with one value. */
export interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
  readonly origin: Origin;
}

/** All requirements must hold; none selects everything (S1). */
export interface Selector {
  readonly requirements: readonly Requirement[];
  readonly origin: Origin;
}

/** One entry of `from` or `to`. NetworkPolicy has the first two kinds (S4, S5), cluster-wide policies all but ipBlock (C6). */
export type Peer =
  | { readonly kind: "ipBlock"; readonly cidr: Cidr; readonly except: readonly Cidr[]; readonly origin: Origin }
  | { readonly kind: "pods"; readonly namespaces: "own" | "every" | Selector; readonly pods: "every" | Selector; readonly origin: Origin }
  /** Everything in these blocks, pods included. */
  | { readonly kind: "networks"; readonly cidrs: readonly Cidr[]; readonly origin: Origin }
  /** The addresses of these nodes. */
  | { readonly kind: "nodes"; readonly nodes: Selector; readonly origin: Origin }
  | { readonly kind: "domainNames"; readonly names: readonly string[]; readonly origin: Origin }
  /** A peer with no field that is known. Reading refuses it; a judge that meets one fails closed (C11). */
  | { readonly kind: "unknown"; readonly origin: Origin };

/** One entry of `ports` (S7). A name is looked up on the destination pod (S6). */
export interface PortMatch {
  /** `declared`: a named port of a cluster-wide policy has no protocol of its own, so the pod's declaration says it (C7). */
  readonly protocol: Protocol | "declared";
  readonly port: "any" | PortRange | { readonly name: string };
  readonly origin: Origin;
}

/** One entry of `ingress` or `egress`: peers AND ports (S7). */
export interface Rule {
  readonly direction: Direction;
  readonly policy: PolicyName;
  readonly peers: "any" | readonly Peer[];
  readonly ports: "any" | readonly PortMatch[];
  readonly origin: Origin;
}

export interface NetworkPolicy {
  readonly kind: "NetworkPolicy";
  readonly name: PolicyName;
  /** The pods of its own namespace that it applies to. */
  readonly subject: Selector;
  /** undefined: does not isolate in this direction. Empty: isolates, and allows nothing (S2, S3). */
  readonly ingress: readonly Rule[] | undefined;
  readonly egress: readonly Rule[] | undefined;
  /** Where it says that it isolates: the entry of `policyTypes`; without one the list of rules, else `spec`. */
  readonly isolatesAt: Readonly<Record<Direction, Origin>>;
  /** The object as it stands in its document, nothing settled: what another system makes of it (Contrail) starts there. No judgement reads it. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
}

/** The tiers of cluster-wide policies: Admin is asked before NetworkPolicy, Baseline after it (C3). */
export type Tier = "Admin" | "Baseline";

/** What a rule of a tier does: Accept and Deny are final for the direction, Pass leaves the tier (C3). AdminNetworkPolicy's `Allow` is Accept. */
export type TierAction = "Accept" | "Deny" | "Pass";

export interface ClusterPolicyName {
  readonly kind: "ClusterNetworkPolicy" | "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy";
  readonly name: string;
}

/** One entry of `ingress` or `egress` of a cluster-wide policy. Rules are asked in order, the first match decides (C3). */
export interface TierRule {
  readonly direction: Direction;
  readonly policy: ClusterPolicyName;
  /** Its policy's. */
  readonly priority: number;
  /** The rule's own name, if it has one. */
  readonly name: string | undefined;
  readonly action: TierAction;
  readonly peers: readonly Peer[];
  readonly ports: "any" | readonly PortMatch[];
  readonly origin: Origin;
}

/** ClusterNetworkPolicy, AdminNetworkPolicy or BaselineAdminNetworkPolicy. It isolates nobody: what no rule matches falls through (C2). */
export interface ClusterPolicy {
  readonly name: ClusterPolicyName;
  readonly tier: Tier;
  /** 0 is asked first; 0 to 1,000. BaselineAdminNetworkPolicy has none and counts as 0. */
  readonly priority: number;
  /** Pods by the labels of their namespace and their own; host-network pods never (C1). */
  readonly subject: { readonly namespaces: "every" | Selector; readonly pods: "every" | Selector };
  readonly ingress: readonly TierRule[];
  readonly egress: readonly TierRule[];
  readonly origin: Origin;
}

/** An object that was not understood and may change verdicts of these subjects, in both directions. */
export interface Unread {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly scope: "cluster" | { readonly namespace: string };
  readonly origin: Origin;
}
