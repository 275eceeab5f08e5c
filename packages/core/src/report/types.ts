import type { Verdict } from "../model/judgement.ts";
import type { Severity } from "../text/diagnostic.ts";
import type { ContrailWalk } from "./contrail/types.ts";
import type { Place } from "./place.ts";

/**
 * The documents that commands print: plain data, versioned, complete without the files they speak of.
 * Everything in `present/` is written against these types and nothing else (invariant 6).
 * Texts are as their authors wrote them: escaping is the business of each output format.
 */

export type { Place } from "./place.ts";

/** Cited lines with marks under them; `lines` hold only those that are marked. Never text of kinds that may hold secrets. */
export interface Frame {
  readonly place: Place;
  /** What the frame shows: `ingress[0]: the port matches, no peer does`. */
  readonly title: string | undefined;
  readonly lines: readonly FrameLine[];
}

export interface FrameLine {
  readonly number: number;
  readonly text: string;
  /** In characters of `text`, counted from 0, the end not included. */
  readonly marks: readonly {
    readonly start: number;
    readonly end: number;
    readonly label: string;
    readonly style: "primary" | "related";
  }[];
}

/** A diagnostic with its place looked up. A finding is one about the answer instead of the input. */
export interface ReportDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly kind: "input" | "finding";
  readonly message: string;
  readonly frame: Frame | undefined;
  readonly help: string | undefined;
}

/** One row of a view: an endpoint, or the pods of a workload that nothing tells apart. */
export interface ReportEndpoint {
  /** Unique in the document: `dev/web`, `cent222`. */
  readonly id: string;
  /** The shortest name that is unique in the document. */
  readonly name: string;
  readonly kind: "pods" | "node" | "outside" | "elsewhere";
  /** Empty for nodes and the outside. */
  readonly namespace: string;
  /** How many endpoints the row stands for. */
  readonly size: number;
  readonly addresses: readonly string[];
  readonly about: string | undefined;
  readonly underTest: boolean;
}

/** Ports of one protocol set as text, for people and machines alike: `all`, `80/TCP 53/UDP`, `-`. */
export type PortsText = string;

/** What is open from one row to another. Both families agree unless `family` says which is meant. */
export interface ReportPair {
  readonly from: string;
  readonly to: string;
  readonly family: 4 | 6 | undefined;
  readonly allow: PortsText;
  readonly undetermined: PortsText;
  /** Endpoint pairs behind it: sizes multiplied, without pairs of one endpoint with itself. */
  readonly pairs: number;
}

export interface Coverage {
  /** The one line: `all of 6 files analysed`. */
  readonly text: string;
  readonly ledger: ReportLedger;
}

export interface ReportLedger {
  readonly files: number;
  readonly read: readonly { readonly kind: string; readonly count: number }[];
  readonly skipped: readonly {
    readonly what: string;
    readonly effect: string;
    readonly why: string;
    readonly count: number;
    readonly places: readonly Place[];
  }[];
  readonly assumed: readonly { readonly rule: string; readonly what: string; readonly count: number; readonly places: readonly Place[] }[];
}

/** `matrix`: who may open what to whom. */
export interface MatrixDocument {
  readonly format: "netproof.matrix/1";
  readonly stage: string | undefined;
  /** With one port asked, cells are verdicts: `80/TCP`. */
  readonly port: string | undefined;
  readonly endpoints: readonly ReportEndpoint[];
  /** As the first engine says; so are the totals. */
  readonly engines: readonly string[];
  readonly pairs: readonly MatrixPair[];
  readonly totals: PairTotals;
  /** What the other engines say, and for how many pairs one of them contradicts the first. */
  readonly others: readonly { readonly engine: string; readonly pairs: readonly ReportPair[] }[];
  readonly differing: number;
}

export interface MatrixPair extends ReportPair {
  /** An engine contradicts the first one. */
  readonly differs?: true;
}

export interface PairTotals {
  /** Ordered pairs of endpoints, without an endpoint with itself and without outside to outside. */
  readonly pairs: number;
  readonly open: number;
  readonly openOnEveryPort: number;
  readonly undetermined: number;
}

/** `list`: rules that say together what is open, and nothing else. */
export interface ListDocument {
  readonly format: "netproof.list/1";
  readonly stage: string | undefined;
  readonly rules: readonly ListRule[];
  /** Groups that the rules name, spelled out. */
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[];
  readonly totals: PairTotals;
}

export interface ListRule {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly ports: PortsText;
  readonly verdict: "allow" | "undetermined";
  readonly family: 4 | 6 | undefined;
  readonly because: string;
  readonly place: Place | undefined;
  /** The entry that decides: `ingress[0]`; empty where no rule does. */
  readonly rule: string;
}

/** One row of `ask`. `from`, `to`, `port` and `protocol` are as they were asked. */
export interface AskRow {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: string;
  readonly family: 4 | 6;
  readonly verdict: Verdict;
  readonly why: { readonly egress: AskSide; readonly ingress: AskSide };
  /** Said with the answer: an address that is a pod's own, a Service's target. */
  readonly note?: string;
}

export interface AskSide {
  readonly reason: string;
  readonly question?: string;
  readonly policies: readonly string[];
  readonly rules: readonly string[];
  readonly places: readonly string[];
}

/** `explain`: one question, answered once per backend of a Service, class of a workload or run of ports. */
export interface ExplainDocument {
  readonly format: "netproof.explanation/1";
  readonly stage: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly answers: readonly (Explanation | ComparedExplanation)[];
  readonly notes: readonly string[];
}

/** What one engine says of one question. */
export type Explanation = FlowExplanation | PortsExplanation | WalkExplanation;

/** The same question put to several engines. */
export interface ComparedExplanation {
  readonly kind: "compared";
  readonly from: string;
  readonly to: string;
  /** Undefined where all ports are told. */
  readonly port: string | undefined;
  readonly which: string | undefined;
  readonly family: 4 | 6;
  readonly answers: readonly EngineExplanation[];
}

export interface EngineExplanation {
  readonly engine: string;
  /** Of an engine that has versions: `2021-11`. */
  readonly version: string | undefined;
  /** What separates it from the first engine: `D3`, or `unexplained`. */
  readonly difference: { readonly name: string; readonly title: string | undefined } | undefined;
  readonly explanation: Explanation;
}

/** One flow through a list of rules that both ends walk. */
export interface WalkExplanation extends ContrailWalk {
  readonly kind: "walk";
  readonly which: string | undefined;
}

/** One flow, both directions. */
export interface FlowExplanation {
  readonly kind: "flow";
  /** `client-qa → webserver-dev 80/TCP`, without the arrow: the ends as asked. */
  readonly from: string;
  readonly to: string;
  readonly port: string;
  /** The endpoint and port behind a Service's: `webserver-dev 80/TCP`. */
  readonly which: string | undefined;
  readonly family: 4 | 6;
  readonly verdict: Verdict;
  readonly sides: readonly [SideExplanation, SideExplanation];
  readonly help: string | undefined;
}

export interface SideExplanation {
  readonly direction: "egress" | "ingress";
  readonly of: string;
  readonly verdict: Verdict;
  readonly text: string;
  /** One line per tier in the order asked; empty where only NetworkPolicy had a say. */
  readonly tiers: readonly {
    readonly tier: "Admin" | "NetworkPolicy" | "Baseline";
    readonly text: string;
    readonly place: Place | undefined;
  }[];
  /** The line that decided. */
  readonly cited: { readonly place: Place; readonly text: string } | undefined;
  /** The action of a tier's rule that decided, and what would without it. */
  readonly decides: FrameLine | undefined;
  /** Near misses of a deny. */
  readonly frames: readonly Frame[];
  /** The lines behind the answer, policy by policy and rule by rule. */
  readonly written: readonly WrittenPart[];
}

/** Whole lines of a manifest, counted from 1, both included, and what they do for this answer. */
export interface WrittenPart {
  readonly role: "selects" | "isolates" | "rule" | "matches" | "misses";
  readonly file: string;
  readonly first: number;
  readonly last: number;
  /** `selects web`, `namespace: qa has project=qa`; empty for the whole rule. */
  readonly text: string;
}

/** All ports of one pair, grouped by verdict and reason. */
export interface PortsExplanation {
  readonly kind: "ports";
  readonly from: string;
  readonly to: string;
  readonly family: 4 | 6;
  readonly verdict: Verdict | "mixed";
  /** `allow on 80/TCP only`. */
  readonly summary: string;
  readonly groups: readonly { readonly verdict: Verdict; readonly ports: string; readonly because: string }[];
}

/** `check`: what reading found. */
export interface CheckDocument {
  readonly format: "netproof.check/1";
  readonly diagnostics: readonly ReportDiagnostic[];
  readonly coverage: Coverage;
}

/** `run`: a use case, judged stage by stage. */
export interface Report {
  readonly format: "netproof.report/1";
  readonly name: string;
  readonly about: string | undefined;
  readonly source: string | undefined;
  readonly engines: readonly string[];
  readonly endpoints: readonly ReportEndpoint[];
  /** Devices under test, by id, in their printed order. */
  readonly focus: readonly string[];
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[];
  readonly assertions: readonly { readonly id: string; readonly text: string }[];
  readonly stages: readonly ReportStage[];
  readonly findings: readonly ReportDiagnostic[];
  readonly coverage: Coverage;
  readonly conclusion: Conclusion;
}

export interface ReportStage {
  readonly number: number;
  readonly name: string;
  readonly about: string | undefined;
  readonly policies: readonly { readonly change: "applied" | "replaced" | "deleted"; readonly name: string }[];
  /** How many policies are in force. */
  readonly policyCount: number;
  /** What the first engine says of it. `not-judged`: the file declares none. */
  readonly intent: "met" | "unmet" | "undetermined" | "not-judged";
  readonly declared: "met" | "unmet";
  readonly totals: PairTotals;
  /** Pairs that break each assertion, by id, in the file's order; `rest` last. */
  readonly broken: readonly { readonly assertion: string; readonly pairs: number }[];
  /** By engine, the first one first. `open`: pairs that are open on some port. */
  readonly surveys: readonly {
    readonly engine: string;
    readonly intent: ReportStage["intent"];
    readonly open: number;
    readonly rows: readonly ReportRow[];
  }[];
  /** Where engines contradict the first one. */
  readonly differences: readonly Difference[];
  readonly changes: readonly Change[];
  readonly violations: readonly Violation[];
  /** What measuring engines saw of time, where the stage asks for it; empty where none of the run's engines measures. */
  readonly time: readonly EngineTime[] | undefined;
  /** Expected rows of this stage and what became of them. */
  readonly expected: readonly {
    readonly id: string;
    readonly holds: "holds" | "violated" | "undetermined" | "not-judged";
    readonly text: string;
  }[];
  /** How the end of each `through` is reached, on any port: directly, and by way of what it names. */
  readonly paths: readonly {
    readonly label: string;
    readonly direct: readonly string[];
    readonly through: readonly { readonly via: string; readonly from: readonly string[] }[];
  }[];
}

export interface ReportRow extends ReportPair {
  /** The assertion that the pair breaks. */
  readonly breaks: string | undefined;
}

/** One allows what another denies: every `from` to every `to`, on these ports, for these reasons. */
export interface Difference {
  /** Those that contradict the first engine. */
  readonly engines: readonly string[];
  /** What they are against the first one. */
  readonly effect: "more-open" | "more-closed";
  /** `D3`, `unexplained`; undefined where no engine has a name for it. */
  readonly name: string | undefined;
  readonly title: string | undefined;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly pairs: number;
  readonly ports: PortsText;
  /** Where nearly all ports differ: those that do not. */
  readonly but: PortsText | undefined;
  readonly family: 4 | 6 | undefined;
  /** Of all engines, for the first of these pairs. */
  readonly answers: readonly DifferingAnswer[];
  /** The deviation of the file that covers it: then it is no finding. */
  readonly known: { readonly reason: string; readonly place: Place } | undefined;
}

export interface DifferingAnswer {
  readonly engine: string;
  readonly verdict: Verdict;
  readonly because: string;
  readonly place: Place | undefined;
}

/** What one engine saw of time at one stage. */
export interface EngineTime {
  readonly engine: string;
  /** Milliseconds from the order to apply until the first and until the last of `nodes` decided packets by the stage's policies. */
  readonly enforced: { readonly first: number; readonly last: number; readonly nodes: number } | undefined;
  /** Connections that were open when the change came. */
  readonly held: readonly {
    readonly from: string;
    readonly to: string;
    /** `80/TCP`. */
    readonly port: string;
    readonly family: 4 | 6;
    readonly wanted: "allow" | "deny" | "either";
    readonly outcome: "survives" | "until-judged" | "cut" | "not-open" | "unknown";
    readonly stands: "as-wanted" | "not-as-wanted" | "unknown";
    readonly detail: string;
  }[];
  /** Pods that were started anew: what passed although it is denied, and milliseconds until all that is allowed had passed. */
  readonly starts: readonly {
    readonly pod: string;
    readonly tried: number;
    readonly passed: readonly { readonly from: string; readonly to: string; readonly port: string; readonly until: number }[];
    readonly ready: number | undefined;
    readonly problem: string | undefined;
  }[];
}

/** What a stage changed, grouped by the line that changed it. */
export interface Change {
  readonly kind: "opens" | "closes" | "narrows" | "widens" | "alters" | "loses-certainty";
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly pairs: number;
  /** What is open afterwards. */
  readonly ports: PortsText;
  readonly place: Place | undefined;
}

export interface Violation {
  readonly assertion: string;
  readonly severity: "error" | "warning";
  readonly status: "violated" | "undetermined";
  readonly pairs: number;
  /** What breaks a property that is not about pairs: a policy that selects no pod, a pod that is not isolated. */
  readonly subject: string | undefined;
  readonly witness:
    | {
        readonly from: string;
        readonly to: string;
        /** The points between, where only a chain of flows reaches the end. */
        readonly via: readonly string[];
        readonly port: string;
        readonly verdict: Verdict;
        readonly because: string;
        readonly place: Place | undefined;
      }
    | undefined;
}

export interface Conclusion {
  /** Ordered pairs of named endpoints at the largest stage. */
  readonly pairs: number;
  /** Of several engines: pairs at all stages, and those for which no engine contradicts the first one. */
  readonly agreement: { readonly answers: number; readonly agreeing: number } | undefined;
  readonly findings: number;
  readonly warnings: number;
  /** Stages where some engine could not decide something. */
  readonly undeterminedStages: number;
  /** Whether `elsewhere` was judged by a row or by `rest`. */
  readonly elsewhereJudged: boolean;
  readonly exitCode: 0 | 1 | 4;
}
