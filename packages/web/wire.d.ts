/**
 * What the page and `netproof ui` say to each other. Requests carry the token in the header `netproof-token`; what changes something is
 * a POST. Streams are JSON values, one per line; `{"alive":true}` says only that the server lives.
 */

/** `report.json`, which the build of the page writes: the page as it lies in a report. */
export interface ReportPage {
  /** Starts it. */
  readonly start: string;
  /** Sources of a content policy that lets in these scripts alone. */
  readonly scripts: string;
  /** What `start` unpacks. */
  readonly packed: string;
}

/** `GET api/source`: what is open; null where nothing was named. */
export interface ServedSource {
  readonly name: string;
  /** As it was named on the command line. */
  readonly folder: string;
  readonly files: readonly ServedFile[];
}

export interface ServedFile {
  /** Relative to the use case, or as it was named: `policies/web.yaml`. */
  readonly path: string;
  readonly text: string;
}

/** `GET api/changes`, a stream: files with their new text, and those that are gone. */
export interface DiskChange {
  readonly files: readonly ServedFile[];
  readonly gone: readonly string[];
}

/** `POST api/save`: refused with 409 when the disk has another text than `before`. */
export interface SaveRequest {
  readonly path: string;
  readonly before: string;
  readonly text: string;
}

/** `GET api/lab`: whether real packets can be sent here, each thing it needs with its remedy. */
export interface LabState {
  readonly canRun: boolean;
  readonly findings: readonly { readonly ok: boolean; readonly what: string; readonly remedy: string | undefined }[];
}

export type DenyWith = "reject" | "drop";

/** `POST api/lab/run`, a stream of LabEvent: one stage of what is on disk. */
export interface LabRequest {
  /** Empty for manifests alone. */
  readonly stage: string;
  readonly denyWith: DenyWith;
  /** `80/TCP` */
  readonly port: string;
  /** Names of pods, workloads, nodes, outside points: each is tried with each. */
  readonly ends: readonly string[];
}

export type LabEvent =
  | { readonly kind: "planned"; readonly probes: readonly LabProbe[] }
  | { readonly kind: "answered"; readonly answers: readonly LabAnswer[] }
  | { readonly kind: "measured"; readonly summary: LabSummary }
  | { readonly kind: "failed"; readonly text: string };

/** A flow that is tried; its ends as they were asked for. */
export interface LabProbe {
  readonly from: string;
  readonly to: string;
  /** `80/TCP`. */
  readonly port: string;
  readonly family: 4 | 6;
}

export interface LabAnswer {
  /** Of its probe in the plan. */
  readonly place: number;
  readonly verdict: "allow" | "deny" | "undetermined";
  /** What the client saw: `open`, `rejected by ingress`, `dropped`. */
  readonly seen: string;
  /** What the kernel noted: `egress let through`, `ingress denied`. */
  readonly kernel: string;
  /** The policies' part in it, in a few words. */
  readonly because: string;
  readonly milliseconds: number | undefined;
  readonly attempts: number;
  /** Why this is no answer; then it is undetermined. */
  readonly problem: string | undefined;
  /** What the specification says of the same flow. */
  readonly spec: "allow" | "deny" | "undetermined";
}

export interface LabSummary {
  readonly servers: { readonly asked: number; readonly answering: number };
  /** From the first packet to the last answer, with building the lab. */
  readonly milliseconds: number;
}

/** `POST api/lab/curl`, `POST api/lab/again`: a probe of the last run, by its place. */
export interface LabPlace {
  readonly place: number;
}

export interface CurlTranscript {
  /** `curl -m5 http://10.47.255.234/` */
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Runs of day-one that were made on some machine, for pages that have none behind them. */
export interface Recording {
  /** `2026-11-26` */
  readonly date: string;
  /** `Linux 6.18` */
  readonly system: string;
  readonly denyWith: DenyWith;
  readonly stages: readonly RecordedStage[];
}

export interface RecordedStage {
  readonly name: string;
  readonly probes: readonly LabProbe[];
  readonly answers: readonly LabAnswer[];
  readonly summary: LabSummary;
  /** By place in the plan. */
  readonly curls: Readonly<Record<number, CurlTranscript>>;
}
