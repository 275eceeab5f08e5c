import type { Flow, Snapshot } from "../model/cluster.ts";
import type { Exemption, Question, Verdict } from "../model/judgement.ts";
import type { AssumedEntry } from "../model/ledger.ts";
import type { Family } from "../net/address.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import type { Origin } from "../text/source.ts";
import type { Cuts } from "./cuts.ts";
import type { Reachability } from "./reachability.ts";

/** One reply: the verdict, and the evidence it was made from (a judgement, objects consulted, a transcript of packets). */
export interface Answer<Evidence = unknown> {
  readonly flow: Flow;
  readonly verdict: Verdict;
  readonly why: Why;
  readonly evidence: Evidence;
}

/** The short form of the evidence that every engine can give: what each end says, and the manifest lines behind it. */
export interface Why {
  readonly egress: SideWhy;
  readonly ingress: SideWhy;
}

export interface SideWhy {
  readonly verdict: Verdict;
  readonly reason: ReasonWord;
  /** Only of an undetermined side: what would have to be known. */
  readonly question: Question | undefined;
  /** The policies whose rules matched, else those that isolate: `dev/policy1`. */
  readonly policies: readonly string[];
  /** The entries that matched: `dev/policy1 ingress[0].from[2]`. */
  readonly rules: readonly string[];
  /** The lines that decided: matched entries, else where the policies say that they isolate. Empty for engines without origins. */
  readonly origins: readonly Origin[];
}

/** `rule-denies` and a `rule-allows` of a cluster-wide policy come from the Admin or Baseline tier. */
export type ReasonWord = Exemption | "not-isolated" | "rule-allows" | "no-rule-allows" | "rule-denies" | "undetermined";

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number) => void;
}

/** An engine opened on a snapshot. Close it with `await using`: what runs is taken down on every path. */
export interface Session<Evidence = unknown> extends AsyncDisposable {
  readonly snapshot: Snapshot;
  /** What could not be lowered, installed or reached. */
  readonly diagnostics: readonly Diagnostic[];
  /** One answer per flow, same order, same length. */
  ask(flows: readonly Flow[], options?: AskOptions): Promise<readonly Answer<Evidence>[]>;
  /** The next stage, or an edit: what runs stays running where the engine can keep it. */
  advance(next: Snapshot, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** The answers of a calculating engine on one snapshot. It stays valid when its session has advanced. */
export interface Calculation<Evidence = unknown> {
  readonly snapshot: Snapshot;
  readonly cuts: Cuts;
  /** Defaults of this engine where the API leaves the answer open, for the ledger. */
  readonly assumed: readonly AssumedEntry[];
  answer(flow: Flow): Answer<Evidence>;
  reach(family: Family): Reachability;
}

/** A session that calculates: it answers at once, and says where its answers may change. */
export interface DerivedSession<Evidence = unknown> extends Session<Evidence> {
  /** What it calculates from the snapshot it stands at. */
  readonly calculation: Calculation<Evidence>;
}

export interface Engine<Evidence = unknown> {
  /** spec, contrail, lab, …: the core does not list its own users. */
  readonly name: string;
  /** A measurement. */
  readonly nature: "observed";
  open(snapshot: Snapshot, options?: { readonly signal?: AbortSignal }): Promise<Session<Evidence>>;
}

export interface DerivedEngine<Evidence = unknown> {
  readonly name: string;
  /** A calculation. */
  readonly nature: "derived";
  open(snapshot: Snapshot, options?: { readonly signal?: AbortSignal }): Promise<DerivedSession<Evidence>>;
}
