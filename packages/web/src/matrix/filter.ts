import { portForm, portIn } from "../state/port.ts";

/*
 * The query language of the filter bar, which also stands in links as `q`:
 *
 *   query    = { ws } [ term { ws term } ]              all terms must match
 *   term     = [ "-" ] ( key op value { "," value } | word | selector )      comma: any of; "-": not
 *   key      = [ "from." | "to." ] ( "ns" | "kind" | "name" | "isolated" | "policy" | "label:" LABELKEY )
 *            | "port" | "verdict" | "intent" | "engine" | "changed" | "differs"
 *   op       = "=" | "!=" | "~"                         "~" contains
 *   word     = part of a name
 *   selector = as kubectl has it, quoted: "app in (web,api),!canary"
 */

const endKeys = ["ns", "kind", "name", "isolated", "policy", "label", "selector"] as const;
const pairKeys = ["verdict", "intent", "changed", "differs"] as const;
const viewKeys = ["port", "engine"] as const;
type EndKey = (typeof endKeys)[number];
type PairKey = (typeof pairKeys)[number];
type ViewKey = (typeof viewKeys)[number];

/** A condition on the ends of a flow: on one of them, or on each by itself where no side is named. */
export interface EndTerm {
  readonly kind: "end";
  readonly side: "from" | "to" | undefined;
  readonly key: EndKey;
  /** Of `label:app`. */
  readonly label: string | undefined;
  readonly values: readonly string[];
  readonly contains: boolean;
  readonly negated: boolean;
}

/** A condition on a flow. `changed` and `differs` have no value. */
export interface PairTerm {
  readonly kind: "pair";
  readonly key: PairKey;
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** What is looked at: another port, one engine. */
export interface ViewTerm {
  readonly kind: "view";
  readonly key: ViewKey;
  readonly value: string;
}

export type Term = EndTerm | PairTerm | ViewTerm;

export type Query = { readonly terms: readonly Term[] } | { readonly problem: string };

const values: Readonly<Partial<Record<EndKey | PairKey, readonly string[]>>> = {
  kind: ["pods", "node", "outside"],
  isolated: ["yes", "no", "ingress", "egress"],
  verdict: ["allow", "deny", "undetermined", "some"],
  intent: ["violated", "kept"],
};

/** Understands a query whole, or says what is wrong with it and what was likely meant. */
export function parseQuery(text: string): Query {
  const terms: Term[] = [];
  for (const part of partsOf(text)) {
    if ("problem" in part) return part;
    const term = termOf(part.text, part.quoted);
    if ("problem" in term) return term;
    terms.push(term);
  }
  return { terms };
}

/** At spaces, except inside quotes. */
function partsOf(text: string): readonly ({ readonly text: string; readonly quoted: boolean } | { readonly problem: string })[] {
  const parts: ({ readonly text: string; readonly quoted: boolean } | { readonly problem: string })[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const quoted = /^(-?)"([^"]*)"(?:\s+|$)/.exec(rest);
    if (quoted !== null) {
      parts.push({ text: `${quoted[1] ?? ""}${quoted[2] ?? ""}`, quoted: true });
      rest = rest.slice(quoted[0].length);
      continue;
    }
    if (/^-?"/.test(rest)) return [...parts, { problem: "a selector in quotes needs its second quote" }];
    const [word = ""] = /^\S+/.exec(rest) ?? [];
    parts.push({ text: word, quoted: false });
    rest = rest.slice(word.length).trimStart();
  }
  return parts;
}

function termOf(written: string, quoted: boolean): Term | { readonly problem: string } {
  const negated = written.startsWith("-");
  const text = negated ? written.slice(1) : written;
  if (text === "") return { problem: "`-` stands before what shall not match" };
  if (quoted) return { kind: "end", side: undefined, key: "selector", label: undefined, values: [text], contains: false, negated };
  if (text === "changed" || text === "differs") return { kind: "pair", key: text, values: [], negated };
  const [, name, op, value] = /^([\w.:/-]+?)(!=|=|~)(.*)$/.exec(text) ?? [];
  if (name === undefined || op === undefined || value === undefined)
    return { kind: "end", side: undefined, key: "name", label: undefined, values: [text], contains: true, negated };
  if (value === "") return { problem: `\`${name}${op}\` needs a value` };
  const isNot = negated !== (op === "!=");
  const many = value.split(",").filter((one) => one !== "");
  const [, side, bare = name] = /^(from|to)\.(.+)$/.exec(name) ?? [];
  const [, label] = /^label:(.+)$/.exec(bare) ?? [];
  if (label !== undefined)
    return { kind: "end", side: sideOf(side), key: "label", label, values: many, contains: op === "~", negated: isNot };
  if (isOneOf(endKeys, bare) && bare !== "label" && bare !== "selector") {
    const problem = valueProblem(bare, many);
    return problem === undefined
      ? { kind: "end", side: sideOf(side), key: bare, label: undefined, values: many, contains: op === "~", negated: isNot }
      : { problem };
  }
  if (side !== undefined) return { problem: `\`${bare}\` is about a flow and has no \`${side}.\`` };
  if (isOneOf(pairKeys, bare)) {
    const problem = valueProblem(bare, many);
    return problem === undefined ? { kind: "pair", key: bare, values: many, negated: isNot } : { problem };
  }
  if (isOneOf(viewKeys, bare)) {
    if (isNot || many.length > 1) return { problem: `\`${bare}\` takes one value` };
    const port = bare !== "port" || value === "all" ? value : portIn(value);
    return port === undefined ? { problem: `\`${value}\` is no port: ${portForm}, or all` } : { kind: "view", key: bare, value: port };
  }
  const known = [...endKeys.filter((key) => key !== "selector"), ...pairKeys, ...viewKeys];
  const meant = nearestOf(bare, known);
  return { problem: `no key \`${bare}\`${meant === undefined ? `; there are ${known.join(", ")}` : `, did you mean \`${meant}\`?`}` };
}

function sideOf(text: string | undefined): EndTerm["side"] {
  return text === "from" || text === "to" ? text : undefined;
}

function isOneOf<T extends string>(list: readonly T[], text: string): text is T {
  return (list as readonly string[]).includes(text);
}

function valueProblem(key: EndKey | PairKey, given: readonly string[]): string | undefined {
  const known = values[key];
  const wrong = known === undefined ? undefined : given.find((one) => !known.includes(one));
  if (known === undefined || wrong === undefined) return undefined;
  const meant = nearestOf(wrong, known);
  return `\`${key}\` is ${known.join(", ")}, not \`${wrong}\`${meant === undefined ? "" : `: did you mean \`${meant}\`?`}`;
}

/** By the number of letters to change; undefined when that is most of them. */
function nearestOf(text: string, known: readonly string[]): string | undefined {
  const [best] = known.map((one) => ({ one, cost: distance(text, one) })).sort((a, b) => a.cost - b.cost);
  return best !== undefined && best.cost <= Math.max(1, Math.floor(text.length / 2)) ? best.one : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
