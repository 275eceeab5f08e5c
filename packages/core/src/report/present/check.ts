import type { CheckDocument, Coverage } from "../types.ts";
import { safeText } from "./escape.ts";
import { presentDiagnostics } from "./frame.ts";
import type { Look } from "./look.ts";
import { number } from "./numbers.ts";
import { fill, pad, wrap } from "./table.ts";

/** What reading found, the ledger's line (its table with `--ledger`), and what it all means. */
export function presentCheck(
  { diagnostics, coverage }: CheckDocument,
  ledger: "line" | "table",
  look: Look,
  judged: "judged" | "not-judged",
): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").length;
  const files = new Set(errors.flatMap(({ frame }) => frame?.place.file ?? [])).size;
  const where = files === 0 ? "" : ` in ${files} ${files === 1 ? "file" : "files"}`;
  const failed = `${errors.length} ${errors.length === 1 ? "error" : "errors"}${where}, nothing was judged: exit 2. netproof help CODE explains one`;
  // That everything was analysed is not said of files with errors.
  const isTold = coverage.ledger.files > 0 && (ledger === "table" || errors.length === 0 || coverage.ledger.skipped.length > 0);
  const covered = !isTold ? "" : ledger === "table" ? presentLedger(coverage, look) : presentCoverage(coverage, look);
  const fine = `no error${warnings === 0 ? "" : `, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`}: exit 0`;
  const end = errors.length > 0 || judged === "not-judged" ? failed : fine;
  return presentDiagnostics(diagnostics, look) + covered + `${look.paint.strong(fill(end, look))}\n`;
}

/** The ledger's one line. */
export function presentCoverage({ text }: Coverage, look: Look): string {
  return `${wrap(`Coverage: ${safeText(text)}`, look)}\n`;
}

/** The ledger whole: what was read, skipped and assumed, with its effect and place. */
export function presentLedger({ ledger }: Coverage, look: Look): string {
  const read = ledger.read.map(({ kind, count }) => `${kind} ${number(count)}`).join(", ");
  const total = ledger.read.reduce((sum, { count }) => sum + count, 0);
  const entries = [
    ...ledger.skipped.map(({ count, what, effect, why, places }) => ({
      word: "skipped",
      count,
      what,
      effect: effect === "none" ? `none: ${why}` : effect,
      places,
    })),
    ...ledger.assumed.map(({ count, rule, what, places }) => ({ word: "assumed", count, what: rule, effect: what, places })),
  ];
  const counts = Math.max("COUNT".length, ...[total, ...entries.map(({ count }) => count)].map((count) => number(count).length));
  const whats = Math.max("WHAT".length, ...entries.map(({ what }) => look.measure(safeText(what))));
  const start = (word: string, count: string): string => `${word.padEnd(8)} ${count.padStart(counts)}  `;
  const indent = " ".repeat(start("", "").length);
  const head = look.headers ? `${look.paint.quiet(`${start("", "COUNT")}${pad("WHAT", whats, look)}  EFFECT`)}\n` : "";
  const lines = entries.map(({ word, count, what, effect, places }) => {
    const left = `${start(word, number(count))}${pad(safeText(what), whats, look)}  ${safeText(effect)}`;
    return `${atRightEdge(left, placesText(places), indent, look)}\n`;
  });
  return `${head}${start("read", number(total))}${wrap(read, look, indent, indent.length)}\n${lines.join("")}`;
}

/** With its place at the right edge, or below where the line is full. */
function atRightEdge(left: string, place: string, indent: string, look: Look): string {
  if (place === "") return left;
  const gap = look.width - look.measure(left) - look.measure(place);
  const painted = look.paint.place(place);
  return gap >= 2 ? left + " ".repeat(gap) + painted : `${wrap(left, look, indent)}\n${indent}${painted}`;
}

function placesText(places: Coverage["ledger"]["skipped"][number]["places"]): string {
  const [first, ...more] = places;
  return first === undefined ? "" : safeText(`${first.file}:${first.line}${more.length === 0 ? "" : ` +${more.length}`}`);
}
