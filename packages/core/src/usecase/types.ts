import type { Cidr } from "../net/cidr.ts";
import type { External, Namespace, Node, Pod, Service } from "../model/cluster.ts";
import type { Verdict } from "../model/judgement.ts";
import type { PortSet } from "../net/ports.ts";
import type { Origin } from "../text/source.ts";

/** A network design, its intent and its stages: one `netproof.yaml`, read and checked, its names not yet looked up in a snapshot. */
export interface UseCase {
  readonly name: string;
  readonly about: string | undefined;
  /** Where the design comes from: a book, a ticket, an audit. */
  readonly source: string | undefined;
  readonly topology: Topology;
  /** In the file's order, which is the order they are printed in. */
  readonly outside: readonly OutsidePoint[];
  readonly groups: readonly Group[];
  readonly ports: ReadonlyMap<string, PortSet>;
  /** The devices under test, in their printed order. */
  readonly focus: readonly EndName[];
  readonly intent: readonly Assertion[];
  readonly rest: Rest | undefined;
  readonly stages: readonly StageDeclaration[];
  readonly engines: Engines;
  readonly deviations: readonly Deviation[];
  readonly assumeAbsent: readonly string[];
  readonly origin: Origin;
}

/** What the cluster is: from manifests, written in the file, or both. */
export interface Topology {
  /** Paths relative to the file, as written: manifests and folders of them. */
  readonly from: readonly WrittenPath[];
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly nodes: readonly Node[];
  readonly podCidrs: readonly Cidr[];
  /** The ports that the pods of an inline workload serve, by its name; policies do not look at them, measuring engines do. */
  readonly listens: readonly { readonly end: EndName; readonly ports: PortSet }[];
  /** The role of a workload, pod or node, by the name that the file uses for it. */
  readonly roles: readonly { readonly end: EndName; readonly about: string }[];
}

export interface WrittenPath {
  readonly path: string;
  readonly origin: Origin;
}

export interface OutsidePoint {
  readonly name: string;
  /** One per family at most. */
  readonly externals: readonly External[];
  readonly about: string | undefined;
  readonly origin: Origin;
}

/** A name for an end, as somebody wrote it; `resolveEnd` says what it is in a snapshot. */
export interface EndName {
  readonly text: string;
  readonly origin: Origin;
}

/** A name for several ends. */
export interface Group {
  readonly name: string;
  readonly about: string | undefined;
  readonly members: GroupMembers;
  readonly origin: Origin;
}

export type GroupMembers =
  | { readonly kind: "list"; readonly ends: readonly EndName[] }
  /** Pods by label selectors in kubectl's text form (`app=web,tier in (a,b)`), as the API reads them (S1). */
  | { readonly kind: "selector"; readonly pods: SelectorText; readonly namespaces: SelectorText | "every" }
  /** All outside addresses of the block, and the outside points in it. */
  | { readonly kind: "block"; readonly cidr: Cidr };

export interface SelectorText {
  readonly text: string;
  readonly origin: Origin;
}

/** What a flow must be: `either` is said on purpose, so that a closed world does not forbid it. */
export type Wanted = "allow" | "deny" | "either";

/** What every flow of the universe that no row or property names must be. */
export interface Rest {
  readonly kind: "rest";
  /** `same`: as in the stage before. `ignore`: not judged. */
  readonly verdict: "allow" | "deny" | "same" | "ignore";
  /** Ends that join the universe for this: `elsewhere`, groups that are a block, bare addresses. */
  readonly including: readonly EndName[];
  readonly origin: Origin;
}

/** Flows and what they must be: every `from` to every `to` on every port of `ports`. */
export interface Row {
  readonly kind: "row";
  /** Stable: written, or made from the row's content. */
  readonly id: string;
  readonly from: readonly EndName[];
  readonly to: readonly EndName[];
  readonly ports: PortSet;
  readonly verdict: Wanted;
  /** `dev/policy1`, or `dev/policy1 ingress[0]`: for allow among the matches, for deny among the isolating policies of a side that denies. By engine where names differ; key "" holds for all. */
  readonly because: ReadonlyMap<string, string>;
  readonly note: string | undefined;
  readonly severity: "error" | "warning";
  readonly origin: Origin;
}

/** One checkable statement of the intent: rows and properties that hold together. */
export interface Assertion {
  /** I1, I2, … unless written. */
  readonly id: string;
  readonly about: string | undefined;
  readonly rows: readonly Row[];
  readonly properties: readonly Property[];
  readonly origin: Origin;
}

/** An invariant. All speak of direct flows unless `transitive`: then a chain of allowed flows counts as well. */
export type Property =
  /** Nobody else reaches `to`, and these only on `ports`. */
  | {
      readonly kind: "onlyFrom";
      readonly to: readonly EndName[];
      readonly from: readonly EndName[];
      readonly ports: PortSet;
      readonly transitive: boolean;
      readonly origin: Origin;
    }
  /** `from` (default: everybody) reaches `to` only by way of `via`. `label` names the line that shows the paths. */
  | {
      readonly kind: "through";
      readonly to: readonly EndName[];
      readonly via: readonly EndName[];
      readonly from: readonly EndName[] | "any";
      readonly label: string;
      readonly transitive: boolean;
      readonly origin: Origin;
    }
  /** No flow between the two, in either direction. */
  | {
      readonly kind: "isolated";
      readonly a: readonly EndName[];
      readonly b: readonly EndName[];
      readonly transitive: boolean;
      readonly origin: Origin;
    }
  /** No flow to any address outside: outside points and elsewhere. */
  | { readonly kind: "noPathToOutside"; readonly from: readonly EndName[]; readonly transitive: boolean; readonly origin: Origin }
  /** Every pod of `of` is isolated in these directions. */
  | {
      readonly kind: "everythingIsolated";
      readonly of: readonly EndName[] | "any";
      readonly directions: readonly ("ingress" | "egress")[];
      readonly origin: Origin;
    }
  /** What a may open to b, b may open to a. */
  | { readonly kind: "symmetric"; readonly a: readonly EndName[]; readonly b: readonly EndName[]; readonly origin: Origin }
  /** Every policy selects at least one pod. */
  | { readonly kind: "noUnusedPolicy"; readonly origin: Origin };

export interface StageDeclaration {
  readonly name: string;
  readonly about: string | undefined;
  /** Manifests to create or replace, in order; folders hold several. */
  readonly apply: readonly WrittenPath[];
  readonly delete: readonly (WrittenPath | ObjectReference)[];
  /** `unmet`: the intent is known not to hold here; then an intent that holds is the finding. */
  readonly intent: "met" | "unmet";
  readonly expect: readonly Row[];
  /** For flows that no `expect` row names; undefined: not judged by this stage alone. */
  readonly rest: Rest | undefined;
  /** Whether the time from the change to its enforcement is asked; like the next two, only measuring engines can tell. */
  readonly timed: boolean;
  /** TCP connections to hold across the change. `allow`: they go on; `deny`: they are cut; `either`: tell what became of them. */
  readonly held: readonly Row[];
  /** Pods to start anew under the stage's policies. */
  readonly starting: readonly EndName[];
  readonly origin: Origin;
}

/** An object by its identity (S20). */
export interface ObjectReference {
  /** Undefined: whatever group the kind is of. */
  readonly group: string | undefined;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly origin: Origin;
}

export interface Engines {
  /** Undefined: all that can run here. */
  readonly run: readonly string[] | undefined;
  readonly settings: ReadonlyMap<string, EngineSettings>;
}

export interface EngineSettings {
  /** Why this engine is left out. */
  readonly skip: string | undefined;
  /** Milliseconds per probe. */
  readonly timeout: number | undefined;
  readonly attempts: number | undefined;
  readonly parallel: number | undefined;
}

/** A known difference: this engine gives another verdict for these flows. It does not turn CI red until it expires. */
export interface Deviation {
  readonly id: string;
  readonly engine: string;
  /** Undefined: at every stage. */
  readonly stages: readonly string[] | undefined;
  readonly from: readonly EndName[];
  readonly to: readonly EndName[];
  readonly ports: PortSet;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly link: string | undefined;
  /** The first day on which it no longer excuses, `YYYY-MM-DD`. */
  readonly expires: string | undefined;
  readonly origin: Origin;
}
