import type {
  ContrailDrift,
  ContrailSurvey,
  Coverage,
  DecidedFlows,
  ExplainDocument,
  QuestionProblem,
  Report,
  ReportDiagnostic,
  ReportEndpoint,
  Severity,
} from "@netproof/core/parts";

/**
 * What the page asks the workbench, which runs in a worker: plain data both ways. Every answer belongs to one revision of the texts: an edit
 * makes the next one. A report that can be explored holds the first two parts of it.
 */
export type Workbench = Opening & Answers & Tools;

/** What is open. */
export interface Opening {
  /** Reads files: a use case with its manifests, or manifests alone. */
  open(source: OpenSource): Promise<Opened>;
  /** A file as it stands in the editor now; undefined text takes it away. */
  edit(path: string, text: string | undefined): Promise<Opened>;
  /** The texts as they stand are what edits are compared with from now on. */
  keep(paths: readonly string[]): Promise<void>;
  /** Reads other files, a second dump of the same cluster, to compare what is open with them. */
  compare(source: OpenSource): Promise<Compared>;
}

/** Who may talk to whom, and why. */
export interface Answers {
  /** Workloads that only one of the two has: what is open, and what it is compared with. */
  unmatched(): Promise<Unmatched>;
  rows(grouping: Grouping): Promise<readonly PageRow[]>;
  /** How many rows of pods each grouping has, as the counts of a subject are of pods. */
  rowCounts(): Promise<Readonly<Record<Grouping, number>>>;
  survey(question: SurveyQuestion): Promise<Survey>;
  /** The counts of a survey by workload, without its cells, for where only they are shown. */
  tally(question: TallyQuestion): Promise<ClusterTally>;
  /** The same as `netproof run` writes; undefined where there is no use case. */
  report(version: Version): Promise<Report | undefined>;
  /** Why a flow is allowed or denied, by every engine that calculates. */
  explain(question: FlowQuestion): Promise<Explained>;
  /** The reason of many pairs of workloads in a few words each. */
  lanes(question: LaneQuestion): Promise<readonly (Lane | undefined)[]>;
  /** By row: the directions in which some policy isolates it, as bits of `isolates`. */
  isolation(stage: number, grouping: Grouping): Promise<Uint8Array>;
  /** By row, 1 where its first pod has these labels (a selector as kubectl has it) or is isolated by this policy. A sentence for what is neither. */
  matching(question: MatchQuestion): Promise<Uint8Array | string>;
  /** What changes from one moment to another, on one port or on all. */
  difference(question: DifferenceQuestion): Promise<Difference>;
  /** The workloads that no rule of this stage tells apart from either end of a flow: what holds for it holds for all of them. */
  alike(stage: number, from: string, to: string): Promise<Alike | undefined>;
  /** Those of these names that are neither a row's id nor an endpoint's. */
  strangers(names: readonly string[]): Promise<readonly string[]>;
  /** A known difference between an engine and Kubernetes, by its id. */
  deviation(name: string): Promise<DeviationText | undefined>;
  endpoint(stage: number, row: string): Promise<EndpointDetail | undefined>;
}

/** What helps who writes, and what enforcing systems would hold. */
export interface Tools {
  /** What lines of a file do at a stage. */
  annotations(path: string, stage: number): Promise<readonly Annotation[]>;
  /** What may be written at an offset of a text. */
  complete(
    path: string,
    text: string,
    offset: number,
    stage: number,
  ): Promise<{ readonly from: number; readonly options: readonly Completion[] }>;
  /** A policy that opens a closed flow, and the file to add it to; a sentence where none can. */
  draft(question: FlowQuestion): Promise<{ readonly path: string; readonly text: string; readonly note: string } | string>;
  /** Contrail's objects and what each rule decides; undefined where the cluster is too large for that engine. */
  objects(stage: number, port: string | undefined): Promise<ContrailSurvey | undefined>;
  /** The flows for which a rule is the one that decides. */
  decided(stage: number, port: string | undefined, rule: DecidedRule): Promise<readonly DecidedFlows[]>;
  /** How a dump of Contrail's configuration differs from what the manifests ask for. */
  compareDump(stage: number, files: readonly PageFile[]): Promise<DumpComparison>;
  /** The rules of nftables that the lab would load. */
  nftables(stage: number): Promise<readonly RuleListing[]>;
}

export interface PageFile {
  /** Relative to what was opened, with slashes: `policies/web.yaml`. */
  readonly path: string;
  readonly text: string;
}

export interface OpenSource {
  /** `day-one`, `shop-prod.yaml`. */
  readonly name: string;
  readonly files: readonly PageFile[];
}

/** The text that was kept, the one that stands in the editor, or other files that these are compared with. */
export type Version = "kept" | "edited" | "compared";

/** Other files, read to be compared with. */
export interface Compared {
  readonly name: string;
  /** As `Opened` has it. */
  readonly hash: string;
  /** How many rows of pods they have. */
  readonly workloads: number;
  /** Of texts that could not be read, then nothing is compared with them; empty where they could. */
  readonly errors: readonly ReportDiagnostic[];
}

/** Names of workloads, outside points and nodes. */
export interface Unmatched {
  readonly onlyHere: readonly string[];
  readonly onlyThere: readonly string[];
}

/** Ids of rows. */
export interface Alike {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What is open. When the text cannot be read, the last answers stay and `problems` says why. */
export interface Opened {
  readonly revision: number;
  /** Another number, other rows by workload than before: most edits leave them as they are. */
  readonly rows: number;
  readonly name: string;
  readonly about: string | undefined;
  /** The first 8 hexadecimal digits of the SHA-256 of all paths and texts as they were opened. */
  readonly hash: string;
  readonly files: readonly FileSummary[];
  /** Undefined when nothing could be read yet. */
  readonly subject: Subject | undefined;
  /** Of the newest text; with an error among them `subject` is older than the text. */
  readonly problems: readonly ReportDiagnostic[];
  readonly worst: Severity | undefined;
}

export interface FileSummary {
  readonly path: string;
  readonly kind: "use-case" | "policies" | "manifests" | "other";
  /** Differs from the text that was kept. */
  readonly edited: boolean;
}

/** Who and what a source is about. */
export interface Subject {
  readonly kind: "use-case" | "manifests";
  /** At least one: manifests alone are one stage without a name. */
  readonly stages: readonly StageSummary[];
  readonly engines: readonly EngineSummary[];
  /** Those that are not asked about what is open, and why. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  readonly assertions: readonly { readonly id: string; readonly text: string }[];
  /** Rows under test, by id, in the file's order. */
  readonly focus: readonly string[];
  /** Ports that something speaks of, the one to begin with first: `80/TCP`. */
  readonly ports: readonly string[];
  readonly coverage: Coverage;
  readonly counts: {
    readonly pods: number;
    readonly workloads: number;
    readonly namespaces: number;
    readonly outside: number;
    readonly nodes: number;
  };
  /** What the Ask field completes: names of pods, workloads, Services, outside points. */
  readonly names: readonly string[];
  /** Labels of namespaces that some rule looks at: `project=dev`. */
  readonly namespaces: readonly { readonly name: string; readonly labels: readonly string[] }[];
}

export interface StageSummary {
  readonly name: string;
  readonly about: string | undefined;
  readonly policies: number;
  /** By assertion, in the order of `assertions`; empty without an intent. */
  readonly holds: readonly AssertionState[];
  /** Files whose objects this stage adds. */
  readonly files: readonly string[];
}

export type AssertionState = "holds" | "violated" | "undetermined" | "not-judged";

export interface EngineSummary {
  readonly name: string;
  readonly nature: "derived" | "observed";
  readonly version: string | undefined;
}

/** What a row of the matrix stands for. */
export type Grouping = "workload" | "class" | "namespace";

export interface PageRow extends ReportEndpoint {
  /** Of the first pod it stands for. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface SurveyQuestion {
  readonly version: Version;
  /** Of what is open; other files are asked at their stage of the same name, else at their last one. */
  readonly stage: number;
  readonly engine: string;
  /** `80/TCP`; undefined for all ports together. */
  readonly port: string | undefined;
  readonly grouping: Grouping;
}

/**
 * What one engine says of one stage. Cells are row by row, as `rows` of the same grouping gave them: the one from row `a` to row `b`
 * stands at `a * rows + b`.
 */
export interface Survey extends Tally {
  readonly question: SurveyQuestion;
  readonly revision: number;
  readonly rows: number;
  readonly cells: Uint8Array;
  /** 0 where the intent is kept, else 1 + the number of the first assertion that the pair breaks on this port. */
  readonly broken: Uint8Array;
  /** Of namespaces: how many of a cell's pairs are open, in 255ths. Else undefined. */
  readonly shares: Uint8Array | undefined;
}

/** What a survey comes to. */
export interface Tally {
  /** Pairs of endpoints behind the cells. */
  readonly counts: {
    readonly pairs: number;
    readonly allow: number;
    readonly deny: number;
    readonly undetermined: number;
    readonly some: number;
    readonly broken: number;
  };
  /** By assertion: pairs that break it on this port. */
  readonly breaks: readonly number[];
  /** How long the calculation took, in milliseconds. */
  readonly took: number;
}

export type TallyQuestion = Pick<SurveyQuestion, "stage" | "engine" | "port">;

/** What all workloads come to. */
export interface ClusterTally extends Tally {
  /** The namespaces into which most of the pairs are open, the first ones. */
  readonly reached: readonly ReachedNamespace[];
}

/** How many of the pairs into a namespace are open. */
export interface ReachedNamespace {
  readonly name: string;
  readonly open: number;
  readonly pairs: number;
}

/** A cell's value. `some`: on some ports only, in one family only, or for some pairs of a group. */
export const cell = { none: 0, deny: 1, allow: 2, undetermined: 3, some: 4 } as const;

/** On all ports or on some of them. */
export function isOpenCell(value: number): boolean {
  return value === cell.allow || value === cell.some;
}

/** What became of a cell; undefined where nothing did, or where there was or is no question. What nobody can tell neither opens nor closes. */
export function changeOf(was: number, is: number): "opened" | "closed" | "other" | undefined {
  if (was === is || was === cell.none || is === cell.none) return undefined;
  if (was === cell.undetermined || is === cell.undetermined || isOpenCell(was) === isOpenCell(is)) return "other";
  return isOpenCell(is) ? "opened" : "closed";
}

export interface MatchQuestion {
  readonly stage: number;
  readonly grouping: Grouping;
  /** `app in (web,api),!canary`, or `dev/policy1`. */
  readonly kind: "selector" | "policy";
  readonly text: string;
}

/** What one line does, in a few words. `nothing`: it selects nobody. */
export interface Annotation {
  readonly line: number;
  readonly text: string;
  readonly tone: "plain" | "nothing";
}

export interface Completion {
  readonly label: string;
  readonly detail: string;
  /** What is written, where it is more than the label. */
  readonly apply?: string;
}

export interface DecidedRule {
  readonly policy: string;
  readonly rule: string;
}

export interface DumpComparison {
  /** Undefined where the dump cannot be understood; then `problems` says why. */
  readonly drift: ContrailDrift | undefined;
  readonly problems: readonly ReportDiagnostic[];
}

/** What one router is loaded with, line by line. */
export interface RuleListing {
  readonly router: string;
  readonly lines: readonly { readonly text: string; readonly places: readonly { readonly file: string; readonly line: number }[] }[];
}

/** A stage of one version of the texts. */
export interface Moment {
  readonly version: Exclude<Version, "compared">;
  readonly stage: number;
}

export interface DifferenceQuestion {
  readonly was: Moment;
  readonly now: Moment;
  readonly engine: string;
  readonly port: string | undefined;
}

/** Flows between rows of workloads, as they are now. */
export interface Difference {
  readonly opened: number;
  readonly closed: number;
  /** Those that change without opening or closing. */
  readonly other: number;
  /** From and to as indexes of rows, and both values; of very many the first ones. */
  readonly pairs: readonly (readonly [from: number, to: number, was: number, is: number])[];
  /** False where one of the two has endpoints that the other has not: those are left out. */
  readonly isComparable: boolean;
}

/** Bits of `isolation`. */
export const isolates = { ingress: 1, egress: 2 } as const;

export interface LaneQuestion {
  readonly stage: number;
  readonly engine: string;
  /** `80/TCP`; undefined: the reason on 80/TCP, and no demand. */
  readonly port: string | undefined;
  /** Ids of rows, from and to. */
  readonly pairs: readonly (readonly [string, string])[];
}

export interface Lane {
  /** The end at which it is stopped or left open by the API; undefined where it is open. */
  readonly stops: "from" | "to" | "both" | undefined;
  readonly because: string;
  readonly place: { readonly file: string; readonly line: number } | undefined;
  readonly demand: Demanded | undefined;
}

/** The assertion that speaks of a flow, and what it wants. */
export interface Demanded {
  readonly assertion: string;
  readonly want: "allow" | "deny" | "same";
}

export interface FlowQuestion {
  readonly version: Version;
  readonly stage: number;
  /** As somebody wrote it: a name, an address, `ns/pod`. */
  readonly from: string;
  readonly to: string;
  /** `80/TCP`; undefined: all ports, grouped. */
  readonly port: string | undefined;
}

export type Explained =
  | {
      readonly document: ExplainDocument;
      /** What the intent says of the flow: the assertion and what it wants. Undefined where it leaves it open, or all ports are asked. */
      readonly demand: Demanded | undefined;
    }
  | QuestionProblem;

export interface DeviationText {
  readonly id: string;
  readonly title: string;
  readonly effects: readonly ("more-open" | "more-closed" | "policy-missing" | "undefined-by-kubernetes")[];
  readonly kubernetes: string;
  readonly contrail: string;
  readonly workaround: string;
}

export interface EndpointDetail {
  readonly row: PageRow;
  /** Policies that isolate it, by direction; empty where it is not isolated. */
  readonly isolated: { readonly ingress: readonly string[]; readonly egress: readonly string[] };
}
