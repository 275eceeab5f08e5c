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

/** One entry of `from` or `to` (S4, S5). */
export type Peer =
  | { readonly kind: "ipBlock"; readonly cidr: Cidr; readonly except: readonly Cidr[]; readonly origin: Origin }
  | { readonly kind: "pods"; readonly namespaces: "own" | Selector; readonly pods: "every" | Selector; readonly origin: Origin };

/** One entry of `ports` (S7). A name is looked up on the destination pod (S6). */
export interface PortMatch {
  readonly protocol: Protocol;
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
