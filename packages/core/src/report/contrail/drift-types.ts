import type { Place } from "../place.ts";
import type { Change, PairTotals, ReportEndpoint } from "../types.ts";

/** `contrail import`: how a dump of the configuration differs from what the manifests ask for, and what that does to packets. */
export interface ContrailDrift {
  readonly format: "netproof.contrail-drift/1";
  readonly cluster: string;
  readonly stage: string | undefined;
  readonly profile: string;
  /** Of the dump's set for the cluster. */
  readonly totals: { readonly policies: number; readonly rules: number };
  readonly drift: readonly DriftEntry[];
  /** Objects that no kube-manager makes: they count for packets. */
  readonly own: readonly string[];
  /** Objects of namespaces that the manifests do not have: they count for packets and are not compared. */
  readonly others: readonly string[];
  readonly endpoints: readonly ReportEndpoint[];
  readonly flows: {
    /** As a kube-manager would have made it of the manifests. */
    readonly expected: PairTotals;
    /** With the dump's objects. */
    readonly found: PairTotals;
    readonly changes: readonly Change[];
  };
  readonly exitCode: 0 | 1;
}

export interface DriftEntry {
  readonly kind: "missing" | "extra" | "changed" | "reordered" | "half-applied";
  readonly object: "application policy set" | "firewall policy" | "rule" | "address group";
  readonly name: string;
  readonly holder: string | undefined;
  readonly parts: readonly { readonly part: string; readonly expected: string; readonly found: string }[];
  /** The line of a manifest that asks for it. */
  readonly place: Place | undefined;
  /** Its line in the dump. */
  readonly dumped: Place | undefined;
  readonly help: string;
}
