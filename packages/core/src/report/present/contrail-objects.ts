import type { ContrailObjects, ContrailPolicy, ContrailRule } from "../contrail/types.ts";
import type { Place } from "../place.ts";
import { safeText } from "./escape.ts";
import type { Look } from "./look.ts";
import { number } from "./numbers.ts";
import { pad, wrap } from "./table.ts";

/** What stands right of a rule's name: `pass    tcp 0-65535`. */
const rightColumns = 20;
const sequenceWidth = 3;
/** On a terminal, so many rules are printed before the rest becomes a count. */
const [mostRules, shownRules] = [40, 30];

/** The list as an operator of Contrail knows it, and the manifest line that each rule was made from. */
export function presentContrailObjects({ cluster, stage, profile, totals, policies }: ContrailObjects, look: Look): string {
  const { text, rules } = { text: counted(totals.policies, "policy", "policies"), rules: counted(totals.rules, "rule", "rules") };
  const at = stage === undefined ? "" : ` at ${safeText(stage)}`;
  const title = `${wrap(`${safeText(cluster)}${at} (profile ${profile}): ${text}, ${rules}, first match wins`, look)}\n`;
  const head = look.headers ? look.paint.quiet(`${headRow(look)}\n`) : "";
  const count = policies.reduce((sum, policy) => sum + policy.rules.length, 0);
  const isCut = look.terminal && !look.full && count > mostRules;
  const body = isCut ? firstRules(policies, shownRules) : policies;
  const more = isCut ? `${number(count - shownRules)} more: --full\n` : "";
  return title + head + body.map((policy) => policyRows(policy, look)).join("") + more;
}

function headRow(look: Look): string {
  return `${pad(`${"SEQ".padEnd(sequenceWidth)}  POLICY, RULE, ENDPOINTS`, look.width - rightColumns, look)}ACTION  SERVICE`;
}

function firstRules(policies: readonly ContrailPolicy[], most: number): readonly ContrailPolicy[] {
  let left = most;
  return policies.flatMap((policy) => {
    const rules = policy.rules.slice(0, left);
    const isBeyond = left <= 0;
    left -= rules.length;
    return isBeyond ? [] : [{ ...policy, rules }];
  });
}

function policyRows({ sequence, name, rules }: ContrailPolicy, look: Look): string {
  return `${sequence.padEnd(sequenceWidth)}  ${look.paint.strong(safeText(name))}\n${rules.map((rule) => ruleRows(rule, look)).join("")}`;
}

function ruleRows({ sequence, name, action, service, from, to, place }: ContrailRule, look: Look): string {
  const column = look.width - rightColumns;
  const left = `${sequence.padStart(sequenceWidth)}  ${safeText(name)}`;
  const right = `${action.padEnd("ACTION".length)}  ${service}`;
  const fits = look.measure(left) + 1 <= column;
  const first = fits ? pad(left, column, look) + right : `${left}\n${" ".repeat(column)}${right}`;
  const ends = `${" ".repeat(sequenceWidth + 2)}${safeText(from)} ${look.glyphs.arrow} ${safeText(to)}`;
  return `${first}\n${withPlace(ends, place, " ".repeat(sequenceWidth + 4), look)}`;
}

/** With its place at the right edge, or below where the line is full. */
function withPlace(left: string, place: Place | undefined, indent: string, look: Look): string {
  const text = place === undefined ? "" : safeText(`${place.file}:${place.line}`);
  if (look.measure(left) + (text === "" ? 0 : look.measure(text) + 2) <= look.width) {
    const gap = look.width - look.measure(left) - look.measure(text);
    return text === "" ? `${left}\n` : `${left}${" ".repeat(gap)}${look.paint.place(text)}\n`;
  }
  const lines = `${wrap(left, look, indent)}\n`;
  return text === "" ? lines : `${lines}${" ".repeat(Math.max(indent.length, look.width - look.measure(text)))}${look.paint.place(text)}\n`;
}

function counted(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}
