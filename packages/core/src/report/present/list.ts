import type { AskRow, ListDocument, ListRule } from "../types.ts";
import { safeText } from "./escape.ts";
import type { Look } from "./look.ts";
import { number } from "./matrix.ts";
import { table, wrap, type Cell } from "./table.ts";

/** `wide` adds the place and the rule of each line, and cuts nothing. */
export type ListWidth = "narrow" | "wide";

/** Rules that a person would have written, and the groups they name spelled out. */
export function presentList(document: ListDocument, form: "rules" | "pairs", width: ListWidth, look: Look): string {
  return form === "pairs" ? pairs(document, width, look) : rules(document, width, look);
}

function rules({ stage, rules: all, groups, totals }: ListDocument, width: ListWidth, look: Look): string {
  const at = stage === undefined ? "" : `${safeText(stage)}: `;
  const open = `${number(totals.open)} of ${number(totals.pairs)} pairs`;
  const head = `${at}${number(all.length)} ${all.length === 1 ? "rule opens" : "rules open"} ${open}, everything else between them is closed\n`;
  const families = all.some(({ family }) => family !== undefined);
  const columns = ["FROM", "TO", "PORTS", ...(families ? ["FAMILY"] : []), ...(width === "wide" ? ["PLACE"] : []), "BECAUSE"];
  const rows = all.map((rule): readonly Cell[] => [
    sideText(rule.from, width, look),
    sideText(rule.to, width, look),
    portsCell(rule),
    ...(families ? [rule.family === undefined ? "" : `IPv${rule.family}`] : []),
    ...(width === "wide" ? [placeCell(rule, look)] : []),
    rule.because,
  ]);
  const legend = groups.map(({ name, members }) => `${wrap(`${safeText(name)}: ${members.map(safeText).join(" ")}`, look, "  ")}\n`).join("");
  return head + table(columns.map((name) => ({ head: name })), rows, look) + legend;
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
  return table(columns.map((name) => ({ head: name })), rows, look);
}

function portsCell({ ports, verdict }: ListRule): string {
  return verdict === "allow" ? ports.replaceAll(" ", ",") : `?${ports.replaceAll(" ", ",")}`;
}

function placeCell({ place }: ListRule, look: Look): Cell {
  return place === undefined ? "" : { text: `${place.file}:${place.line}`, paint: look.paint.place };
}

/** On a terminal a long side is told by its first names and a count. */
function sideText(names: readonly string[], width: ListWidth, look: Look): string {
  if (width === "wide" || look.full || !look.terminal || names.length <= 4) return names.join(" ");
  return `${names.slice(0, 3).join(" ")} +${names.length - 3}`;
}

/** Answers in the order of the questions. */
export function presentAsk(answers: readonly AskRow[], look: Look): string {
  const rows = answers.map(({ from, to, port, protocol, verdict, why }): readonly Cell[] => [from, to, `${port}/${protocol}`, verdictCell(verdict, look), because(why, verdict)]);
  return table([{ head: "FROM" }, { head: "TO" }, { head: "PORT" }, { head: "VERDICT" }, { head: "BECAUSE" }], rows, look);
}

function verdictCell(verdict: string, look: Look): Cell {
  return { text: verdict, paint: verdict === "deny" ? look.paint.quiet : verdict === "allow" ? look.paint.open : look.paint.warning };
}

function because({ egress, ingress }: AskRow["why"], verdict: string): string {
  const denied = [egress, ingress].find(({ reason }) => reason === "no-rule-allows");
  if (verdict === "deny" && denied !== undefined) return `${denied.policies.join(", ")}, no rule allows`;
  const doubted = [egress, ingress].find(({ reason }) => reason === "undetermined");
  if (verdict === "undetermined" && doubted !== undefined) return `${doubted.question ?? "undetermined"}: ${doubted.policies.join(", ")}`;
  const allowing = [egress, ingress].flatMap(({ rules }) => rules);
  if (allowing.length > 0) return allowing.join(", ");
  const exempt = [egress, ingress].find(({ reason }) => reason === "same-pod" || reason === "own-node");
  return exempt?.reason.replace("-", " ") ?? "not isolated";
}
