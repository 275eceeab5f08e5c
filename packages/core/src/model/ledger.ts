import type { Origin } from "../text/source.ts";

/** What was read, skipped and assumed. Its one line is printed as `Coverage:`; `--ledger` prints it whole. */
export interface Ledger {
  readonly files: number;
  /** Objects by kind, in the order of the ledger's table. */
  readonly read: readonly { readonly kind: string; readonly count: number }[];
  readonly skipped: readonly SkippedEntry[];
  readonly assumed: readonly AssumedEntry[];
}

/** Something that was in the input and did not take part. `--strict` makes any of these exit 2. */
export interface SkippedEntry {
  /** A kind (`ConfigMap`, `CiliumNetworkPolicy`), a field (`spec.foo of Pod`), a file that is no manifest, a key given twice. */
  readonly what: string;
  /**
   * Whether it may change verdicts; then of which subjects: `shop/*`, or `*` for all. `unknown`: a text that could not be read and may
   * hold policies; it was left out on the user's word (`--skip-unreadable`), so no verdict waits for it.
   */
  readonly effect: "none" | "unknown" | { readonly undetermined: string };
  readonly why: string;
  readonly count: number;
  readonly origins: readonly Origin[];
}

/** A default of ours that was applied where the API text leaves the answer open, or that the API server would have applied. */
export interface AssumedEntry {
  /** The rule of the specification: S2, S6, S10, … */
  readonly rule: string;
  readonly what: string;
  readonly count: number;
  readonly origins: readonly Origin[];
}

export const emptyLedger: Ledger = { files: 0, read: [], skipped: [], assumed: [] };
