import type { AssumedEntry, Ledger, SkippedEntry } from "../model/ledger.ts";
import { placeOfOrigin } from "./places.ts";
import type { Coverage } from "./types.ts";

/** The ledger as a document, with its one line. `engines` adds what each engine has to say of itself. */
export function coverageOf(ledger: Ledger, assumed: readonly AssumedEntry[] = []): Coverage {
  const all = [...ledger.assumed, ...assumed];
  const skipped = ledger.skipped.map(({ what, effect, why, count, origins }) => ({
    what,
    effect: effectText(effect),
    why,
    count,
    places: origins.map((origin) => placeOfOrigin(origin)),
  }));
  return {
    text: coverageText(ledger),
    ledger: {
      files: ledger.files,
      read: ledger.read,
      skipped,
      assumed: all.map(({ rule, what, count, origins }) => ({ rule, what, count, places: origins.map((origin) => placeOfOrigin(origin)) })),
    },
  };
}

function effectText(effect: SkippedEntry["effect"]): string {
  if (effect === "none") return "none";
  return effect === "unknown" ? "unknown, may hold policies" : `undetermined: ${effect.undetermined}`;
}

function coverageText({ files, skipped }: Ledger): string {
  const count = `${files} ${files === 1 ? "file" : "files"}`;
  const uncertain = skipped.filter(({ effect }) => effect !== "none");
  const harmless = skipped.filter(({ effect }) => effect === "none").reduce((sum, entry) => sum + entry.count, 0);
  if (skipped.length === 0) return files === 1 ? "the whole file was analysed" : `all of ${count} analysed`;
  const parts = [count];
  if (uncertain.length > 0) parts.push(`not read, may change verdicts: ${uncertain.map(uncertainText).join(", ")}`);
  if (harmless > 0) parts.push(`${harmless} without effect skipped (--ledger)`);
  return parts.join("; ");
}

function uncertainText({ what, effect, count }: Ledger["skipped"][number]): string {
  const scope = typeof effect === "object" ? ` ${effect.undetermined}` : "";
  return count === 1 ? `${what}${scope}` : `${count} ${what}${scope}`;
}
