import type { CheckDocument, Coverage } from "../types.ts";
import { safeText } from "./escape.ts";
import { presentDiagnostics } from "./frame.ts";
import type { Look } from "./look.ts";
import { table, wrap, type Cell } from "./table.ts";

/** What reading found, the ledger's line (its table with `--ledger`), and what it all means. */
export function presentCheck({ diagnostics, coverage }: CheckDocument, ledger: "line" | "table", look: Look, judged: "judged" | "not-judged"): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").length;
  const files = new Set(errors.map(({ frame }) => frame?.place.file)).size;
  const failed = `${errors.length} ${errors.length === 1 ? "error" : "errors"} in ${files} ${files === 1 ? "file" : "files"}, nothing was judged: exit 2. netproof help CODE explains one`;
  const fine = `no error${warnings === 0 ? "" : `, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`}: exit 0`;
  const end = errors.length > 0 || judged === "not-judged" ? failed : fine;
  return presentDiagnostics(diagnostics, look) + (ledger === "table" ? presentLedger(coverage, look) : presentCoverage(coverage, look)) + `${look.paint.strong(wrap(end, look))}\n`;
}

/** The ledger's one line. */
export function presentCoverage({ text }: Coverage, look: Look): string {
  return `${wrap(`Coverage: ${safeText(text)}`, look)}\n`;
}

/** The ledger whole: what was read, skipped and assumed, with its effect and place. */
export function presentLedger({ ledger }: Coverage, look: Look): string {
  const read = ledger.read.map(({ kind, count }) => `${kind} ${count}`).join(", ");
  const total = ledger.read.reduce((sum, { count }) => sum + count, 0);
  const place = (places: Coverage["ledger"]["skipped"][number]["places"]): Cell => {
    const [first, ...more] = places;
    return first === undefined ? "" : { text: `${first.file}:${first.line}${more.length === 0 ? "" : ` +${more.length}`}`, paint: look.paint.place };
  };
  const rows: (readonly Cell[])[] = [["read", String(total), read, "", ""]];
  for (const entry of ledger.skipped) rows.push(["skipped", String(entry.count), entry.what, entry.effect === "none" ? `none: ${entry.why}` : entry.effect, place(entry.places)]);
  for (const entry of ledger.assumed) rows.push(["assumed", String(entry.count), entry.rule, entry.what, place(entry.places)]);
  return table([{ head: "" }, { head: "COUNT", align: "right" }, { head: "WHAT" }, { head: "EFFECT" }, { head: "" }], rows, look);
}
