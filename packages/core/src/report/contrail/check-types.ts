import type { Effect } from "../../contrail/deviations.ts";
import type { PortsText, ReportDiagnostic } from "../types.ts";

/** `contrail check`: where Contrail would not do what the policies mean. */
export interface ContrailCheck {
  readonly format: "netproof.contrail-check/1";
  readonly stage: string | undefined;
  readonly profile: string;
  readonly findings: readonly ContrailFinding[];
  readonly totals: ContrailTotals;
  readonly exitCode: 0 | 1 | 4;
}

/** One deviation of one policy. */
export interface ContrailFinding extends ReportDiagnostic {
  readonly deviation: string;
  /** `dev/policy1`, the one to change first; empty where no policy is to blame. */
  readonly policies: readonly string[];
  readonly effect: Extract<Effect, "more-open" | "more-closed">;
  /** How many pairs it concerns; a range of outside addresses counts as one end. */
  readonly pairs: number;
  readonly witness: { readonly from: string; readonly to: string; readonly ports: PortsText };
  readonly note: string | undefined;
}

export interface ContrailTotals {
  readonly policies: number;
  readonly differing: number;
  readonly moreOpen: number;
  readonly moreClosed: number;
  /** Pairs that could not be compared, because one of the two answers is not determined. */
  readonly undetermined: number;
}
