import type { Endpoint, Flow, Pod } from "../model/cluster.ts";
import type { Verdict } from "../model/judgement.ts";
import type { Direction, PolicyName } from "../model/policy.ts";
import type { Family } from "../net/address.ts";
import type { PortSet, Protocol } from "../net/ports.ts";
import type { Reachability } from "../reach/reachability.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import type { Origin } from "../text/source.ts";
import type { Stage } from "./stages.ts";
import type { Assertion, Deviation, EndName, Property, Row, Rest } from "./types.ts";
import type { Point } from "./universe.ts";

export type { Point } from "./universe.ts";

/** A row or a property; `rest` where no statement names the flow. */
export type Statement = Row | Property | Rest;

/** What is wrong with a pair in one family, and what it should be. */
export interface Fault {
  readonly family: Family;
  /** The ports that are not as wanted; of a chain of flows: the ports of its last one. */
  readonly ports: PortSet;
  readonly wanted: "allow" | "deny";
  readonly by: Statement;
  /** `transitive`: the points between the two ends, at least one. Empty for a direct flow. */
  readonly chain: readonly Point[];
}

/** Pairs that break a statement in the same way: every point of `from` to every point of `to`, none with itself. Both in printed order. */
export interface BrokenPairs {
  readonly from: readonly Point[];
  readonly to: readonly Point[];
  readonly count: number;
  readonly faults: readonly [Fault, ...Fault[]];
}

/** A concrete flow that shows a fault or a doubt; several where only a chain of flows reaches the end. */
export interface Witness {
  readonly from: Point;
  readonly to: Point;
  /** In their order; the last one reaches `to`. */
  readonly flows: readonly [...Flow[], Flow];
  readonly fault: Fault;
}

export type Status = "holds" | "violated" | "undetermined" | "not-judged";

/** Something that breaks a property and is no pair. */
export type BrokenSubject =
  | { readonly kind: "not-isolated"; readonly by: Property; readonly pod: Pod; readonly directions: readonly Direction[] }
  | { readonly kind: "unused-policy"; readonly by: Property; readonly policy: UnusedPolicy };

/** A policy that selects no pod. Of a cluster-wide one the kind's short name stands for the namespace: `cnp/tenants`. */
export interface UnusedPolicy {
  readonly name: PolicyName;
  readonly origin: Origin;
}

/** Pairs whose wanted verdict nobody can tell to hold, though nothing shows that it does not. */
export interface OpenQuestion {
  readonly pairs: number;
  readonly witness: Witness;
}

/** What one row or property gave, alone. */
export interface StatementResult {
  readonly statement: Statement;
  readonly status: Status;
  /** Ordered pairs that break it. */
  readonly breaks: number;
  readonly witness: Witness | undefined;
  readonly subjects: readonly BrokenSubject[];
  readonly question: OpenQuestion | undefined;
  /** Names that nothing bears at this stage, though something does at another. */
  readonly missing: readonly EndName[];
  readonly because: BecauseResult | undefined;
  /** Of `through`: how `to` is reached. */
  readonly paths: Paths | undefined;
}

/** Whether a row that holds does so for the reason it states. */
export type BecauseResult =
  | { readonly status: "as-stated" }
  /** The engine does not say which lines decided, the row does not hold, or it states no reason for this engine. */
  | { readonly status: "not-checked" }
  /** `decidedBy` is empty where no policy isolates either end. */
  | { readonly status: "differs"; readonly stated: string; readonly decidedBy: readonly string[]; readonly witness: Witness };

/** How `to` of a `through` is reached, on any port. In printed order. */
export interface Paths {
  readonly label: string;
  readonly to: readonly Point[];
  /** Who may open to some `to` directly, `via` included. */
  readonly direct: readonly Point[];
  /** Those of `via` that may open to some `to`, and who may open to them. */
  readonly through: readonly { readonly via: Point; readonly from: readonly Point[] }[];
}

/** What one assertion of the intent gave; `rest` is the last one, for flows that no statement names. */
export interface AssertionResult {
  /** I1, I2, … or as written; `rest`. */
  readonly id: string;
  readonly assertion: Assertion | Rest;
  readonly status: Status;
  /** Ordered pairs that break it and no assertion before it: these numbers add up to the intent's. */
  readonly broken: number;
  readonly pairs: readonly BrokenPairs[];
  /** Ordered pairs that break it, also if they broke an assertion before. */
  readonly breaks: number;
  /** Of the pairs counted here; of all that break it where none is. */
  readonly witness: Witness | undefined;
  readonly subjects: readonly BrokenSubject[];
  readonly question: OpenQuestion | undefined;
  /** Ordered pairs that break only rows of severity `warning`. */
  readonly warned: number;
  readonly statements: readonly StatementResult[];
}

/** What the intent, or the expectations of one stage, gave. */
export interface Outcome {
  readonly status: "met" | "unmet" | "undetermined" | "not-judged";
  /** Ordered pairs that break it. */
  readonly broken: number;
  readonly assertions: readonly AssertionResult[];
}

/** What a deviation of this engine did at this stage. */
export interface DeviationResult {
  readonly deviation: Deviation;
  /** `used`: the engine gives the deviation's verdict where the file wants another. `idle`: the engine does what the file wants anyway. */
  readonly status: "used" | "idle" | "expired" | "not-judged";
  readonly pairs: number;
}

/** `same`: as at the stage before. */
export interface Demand {
  readonly assertion: AssertionResult;
  readonly want: "allow" | "deny" | "same";
}

/** What one engine gave at one stage. */
export interface StageResult {
  readonly stage: Stage;
  readonly engine: string;
  /** Families that some endpoint has an address in. */
  readonly families: readonly Family[];
  readonly reach: ReadonlyMap<Family, Reachability>;
  /** The universe in printed order: pods by namespace and name, nodes, outside points, devices under test last. */
  readonly points: readonly Point[];
  /** Ordered pairs of the universe: no point with itself, no outside to outside. `open`: on some port. `undetermined`: not open, but perhaps. */
  readonly pairs: { readonly total: number; readonly open: number; readonly undetermined: number };
  readonly intent: Outcome & { readonly declared: "met" | "unmet" };
  /** The stage's own rows and `rest`; undefined when it has none. */
  readonly expect: Outcome | undefined;
  /** Whether the file names other outside addresses, so that they were judged. */
  readonly elsewhere: "judged" | "not-judged";
  readonly deviations: readonly DeviationResult[];
  readonly findings: readonly Diagnostic[];
  /** The assertion under which this pair counts as broken (the `!` of a cell). */
  brokenBy(from: Endpoint, to: Endpoint): AssertionResult | undefined;
  /** What the intent says of one port of a pair, and the first assertion that says it; undefined where it leaves it open. */
  demandOn(from: Endpoint, to: Endpoint, protocol: Protocol, port: number): Demand | undefined;
  /** The deviation of this engine that excuses this verdict on all of these ports, from each of these endpoints to each of those. */
  excusedBy(from: readonly Endpoint[], to: readonly Endpoint[], verdict: Verdict, ports: PortSet): Deviation | undefined;
}
