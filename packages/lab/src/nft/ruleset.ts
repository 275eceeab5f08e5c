import type { FirewallPolicy, PlacedRule } from "@netproof/core/contrail";
import type {
  Address,
  ClusterPolicy,
  Direction,
  Family,
  NetworkPolicy,
  Node,
  Origin,
  Peer,
  Pod,
  Question,
  Rule,
  Snapshot,
  TierRule,
} from "@netproof/core/parts";

/** A pod in the lab: rules know it by its router's device, and others by its addresses. */
export interface Stand {
  readonly pod: Pod;
  readonly router: number;
  readonly device: string;
  readonly addresses: readonly StandAddress[];
}

/** `lent`: the pod has no address yet and the lab gave it one. Where this address decides, nobody can tell what the cluster would do. */
export interface StandAddress {
  readonly address: Address;
  readonly lent: boolean;
}

/** What the compiler knows of the lab. Host-network pods have no stand: they are their node. */
export interface Ground {
  readonly snapshot: Pick<Snapshot, "policies" | "clusterPolicies" | "nodes" | "services">;
  readonly stands: readonly Stand[];
  /** The addresses by which a node is known. */
  addressesOf(node: Node): readonly Address[];
}

/** The rules of all routers: chains for classes of pods, and which device jumps to which. */
export interface Ruleset {
  readonly sets: readonly NamedSet[];
  readonly chains: readonly Chain[];
  readonly dispatch: readonly Dispatch[];
  /** What becomes of packets to Services, before any policy sees them. */
  readonly rewrites: readonly ChainRule[];
  /** What a mark stands for, by its number. */
  readonly causes: ReadonlyMap<number, Cause>;
  /** Whether what a node sends to its own pods meets the rules: by the text of the API it does not (S11). */
  readonly ownNode: "exempt" | "judged";
}

export interface NamedSet {
  readonly name: string;
  readonly type: string;
  readonly interval: boolean;
  readonly elements: readonly string[];
  /** For people: what it was made from. */
  readonly about: string;
}

export interface Chain {
  readonly name: string;
  readonly direction: Direction;
  readonly rules: readonly ChainRule[];
  /** For people: whose chain it is. */
  readonly about: string;
}

export interface ChainRule {
  readonly text: string;
  /** Sets and chains that the text names. */
  readonly uses: readonly string[];
  /** The manifest lines it was made from. */
  readonly from: readonly Origin[];
}

export interface Dispatch {
  readonly direction: Direction;
  readonly router: number;
  readonly device: string;
  readonly chain: string;
  /** Whether a NetworkPolicy isolates the pod: then every flow leaves a mark. */
  readonly isolated: boolean;
}

/** Why the kernel did what it did: what the mark of a packet leads back to. */
export type Cause = { readonly direction: Direction } & (
  | { readonly kind: "rule"; readonly outcome: "allow"; readonly rule: Rule; readonly peer: "any" | Peer }
  | { readonly kind: "isolation"; readonly outcome: "deny"; readonly policies: readonly NetworkPolicy[] }
  | {
      readonly kind: "tier-rule";
      readonly outcome: "allow" | "deny";
      readonly rule: TierRule;
      readonly peer: "any" | Peer;
      readonly policy: ClusterPolicy;
    }
  /** This entry may match or not; if it did, the outcome would be this one (undefined: nobody knows). */
  | {
      readonly kind: "doubt";
      readonly outcome: "allow" | "deny" | undefined;
      readonly question: Question;
      readonly rule: Rule | TierRule;
      readonly peer: Peer;
    }
  | { readonly kind: "firewall-rule"; readonly outcome: "allow" | "deny"; readonly firewall: FirewallPlace }
  | {
      readonly kind: "firewall-doubt";
      readonly outcome: "allow" | "deny";
      readonly question: Question;
      readonly firewall: FirewallPlace;
    }
  /** No rule of a list matched. */
  | { readonly kind: "list-end"; readonly outcome: "deny" }
);

/** A rule of Contrail's and the policy it stands in. */
export interface FirewallPlace {
  readonly policy: FirewallPolicy;
  readonly rule: PlacedRule;
}

/** An entry of which nobody can tell whether it matched: it did not decide. */
export function isDoubt(cause: Cause): cause is Extract<Cause, { readonly kind: "doubt" | "firewall-doubt" }> {
  return cause.kind === "doubt" || cause.kind === "firewall-doubt";
}

export const families: readonly Family[] = [4, 6];
