import type { AskRow, ListDocument, ListRule } from "../types.ts";
import { safeText } from "./escape.ts";
import type { Look } from "./look.ts";
import { number } from "./numbers.ts";
import { askBecause } from "./sentences.ts";
import { fill, table, wrap, type Cell } from "./table.ts";

/** `wide` adds the place and the rule of each line, and cuts nothing. */
export type ListWidth = "narrow" | "wide";

/** Rules that a person would have written, and the groups they name spelled out. */
export function presentList(document: ListDocument, form: "rules" | "pairs", width: ListWidth, look: Look): string {
  return form === "pairs" ? pairs(document, width, look) : rules(document, width, look);
}

function rules({ stage, rules: all, groups, totals }: ListDocument, width: ListWidth, look: Look): string {
  const at = stage === undefined ? "" : `${safeText(stage)}: `;
  const open = `${number(totals.open)} of ${number(totals.pairs)} pairs`;
  const count = `${number(all.length)} ${all.length === 1 ? "rule" : "rules"}`;
  const opened =
    totals.undetermined === 0
      ? `${count} ${all.length === 1 ? "opens" : "open"} ${open}`
      : `${count}: ${open} are open, ${number(totals.undetermined)} undetermined (?)`;
  const head = `${wrap(`${at}${opened}, everything else between them is closed`, look)}\n`;
  const families = all.some(({ family }) => family !== undefined);
  const columns = ["FROM", "TO", "PORTS", ...(families ? ["FAMILY"] : []), ...(width === "wide" ? ["PLACE"] : []), "BECAUSE"];
  const sets = longSides(width, look);
  const rows = all.map((rule): readonly Cell[] => [
    sets.textOf(rule.from),
    sets.textOf(rule.to),
    portsCell(rule),
    ...(families ? [rule.family === undefined ? "" : `IPv${rule.family}`] : []),
    ...(width === "wide" ? [placeCell(rule, look)] : []),
    rule.because,
  ]);
  const legend = groups
    .map(({ name, members }) => `${fill(`${safeText(name)}: ${members.map(safeText).join(" ")}`, look, "  ")}\n`)
    .join("");
  const sides = [...sets.sides.values()]
    .map(({ label, names }) => `${fill(`${label.split(" ")[0]} ${names.map(safeText).join(" ")}`, look, "    ")}\n`)
    .join("");
  return (
    head +
    table(
      columns.map((name) => ({ head: name })),
      rows,
      look,
    ) +
    legend +
    sides
  );
}

/** Flat and full-named, for `grep`, `sort` and `diff`. */
function pairs({ rules: all }: ListDocument, width: ListWidth, look: Look): string {
  const families = all.some(({ family }) => family !== undefined);
  const columns = ["FROM", "TO", "PORTS", ...(families ? ["FAMILY"] : []), ...(width === "wide" ? ["PLACE", "RULE"] : [])];
  const rows = all.map((rule): readonly Cell[] => [
    rule.from.join(" "),
    rule.to.join(" "),
    portsCell(rule),
    ...(families ? [rule.family === undefined ? "" : `IPv${rule.family}`] : []),
    ...(width === "wide" ? [placeCell(rule, look), rule.rule] : []),
  ]);
  return table(
    columns.map((name) => ({ head: name })),
    rows,
    look,
  );
}

function portsCell({ ports, verdict }: ListRule): string {
  return verdict === "allow" ? ports.replaceAll(" ", ",") : `?${ports.replaceAll(" ", ",")}`;
}

function placeCell({ place }: ListRule, look: Look): Cell {
  return place === undefined ? "" : { text: `${place.file}:${place.line}`, paint: look.paint.place };
}

/** From this many names on, a side is told by a number and spelled out below. */
const longSide = 7;

interface LongSides {
  textOf(names: readonly string[]): string;
  /** In the order of their first use. */
  readonly sides: ReadonlyMap<string, { readonly label: string; readonly names: readonly string[] }>;
}

function longSides(width: ListWidth, look: Look): LongSides {
  const sides = new Map<string, { readonly label: string; readonly names: readonly string[] }>();
  return {
    sides,
    textOf: (names) => {
      const text = names.join(" ");
      if (width === "wide" || look.full || names.length < longSide) return text;
      const label = sides.get(text)?.label ?? `[${sides.size + 1}] ${number(names.length)} names`;
      sides.set(text, { label, names });
      return label;
    },
  };
}

/** Answers in the order of the questions. */
export function presentAsk(answers: readonly AskRow[], look: Look): string {
  const rows = answers.map((row): readonly Cell[] => [
    row.from,
    row.to,
    `${row.port}/${row.protocol}`,
    verdictCell(row.verdict, look),
    askBecause(row),
  ]);
  return table([{ head: "FROM" }, { head: "TO" }, { head: "PORT" }, { head: "VERDICT" }, { head: "BECAUSE" }], rows, look);
}

function verdictCell(verdict: string, look: Look): Cell {
  return { text: verdict, paint: verdict === "deny" ? look.paint.quiet : verdict === "allow" ? look.paint.open : look.paint.warning };
}
