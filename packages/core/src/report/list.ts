import { formatPorts, isAllPorts, isEmptyPorts, protocols, type PortSet } from "../net/ports.ts";
import { sameConnections, type Connections } from "../reach/reachability.ts";
import type { Answer, Calculation } from "../reach/engine.ts";
import { coversOf, hasCell, type Columns, type Cover } from "./list-cover.ts";
import { namesFor, type Names, type RowGroup } from "./list-names.ts";
import type { PairWanted } from "./matrix.ts";
import { pairCount, type FamilyConnections, type Row, type View } from "./rows.ts";
import type { ListDocument, ListRule, PairTotals, Place } from "./types.ts";
import { becausePlace, becauseRule, becauseText } from "./words.ts";

export type { RowGroup } from "./list-names.ts";

export interface ListOptions {
  readonly stage: string | undefined;
  readonly wanted: PairWanted;
  /** `flat`: one rule per pair of rows. `grouped`: pairs with equal ports and reason share a rule. */
  readonly form: "flat" | "grouped";
  readonly groups: readonly RowGroup[];
}

/** From so many open pairs of rows on, reasons are left out: each costs a question, and nobody reads a million of them. */
const mostReasons = 200_000;

/** Everything that is open (or undetermined), as rules that a person would have written; together they say exactly what the matrix says. */
export function listDocument(calculation: Calculation, view: View, { stage, wanted, form, groups }: ListOptions): ListDocument {
  const { opened, totals, count } = whatIsOpen(view, wanted);
  const lines: Lines = { calculation, view, withReasons: count <= mostReasons };
  if (form === "flat") return { format: "netproof.list/1", stage, rules: flatRules(opened, lines), groups: [], totals };
  const names = namesFor(view.rows, groups, calculation.cuts.podLabels);
  const rules = opened.flatMap((one) => byReason(one, lines)).flatMap((one) => rulesOf(one, names, wanted, lines));
  rules.sort((a, b) => comparePlaces(a.line.place, b.line.place) || firstOf(a.from) - firstOf(b.from) || firstOf(a.to) - firstOf(b.to));
  const written = rules.map(({ from, to, line }): ListRule => ({ ...line, from: names.texts(from), to: names.texts(to) }));
  return { format: "netproof.list/1", stage, rules: written, groups: names.used(), totals };
}

/** Pairs of rows that open the same. */
interface Opened {
  readonly verdict: "allow" | "undetermined";
  /** Where the families differ, the one that is meant. */
  readonly family: 4 | 6 | undefined;
  readonly ports: PortSet;
  readonly columns: Columns;
}

type Growing = Omit<Opened, "columns"> & { readonly columns: Map<number, number[]> };

function whatIsOpen(
  view: View,
  wanted: PairWanted,
): { readonly opened: readonly Opened[]; readonly totals: PairTotals; readonly count: number } {
  const totals = { pairs: 0, open: 0, openOnEveryPort: 0, undetermined: 0 };
  const opened = new Map<string, Growing>();
  // The same few connections are met again and again, so what they are is worked out once.
  const known = new Map<Connections, Met>();
  const met = (connections: Connections): Met => {
    let one = known.get(connections);
    if (one === undefined) {
      const { allow, undetermined } = connections;
      const texts = {
        allow: isEmptyPorts(allow) ? undefined : formatPorts(allow),
        undetermined: isEmptyPorts(undetermined) ? undefined : formatPorts(undetermined),
      };
      one = { texts, isOpenOnEveryPort: isAllPorts(allow) };
      known.set(connections, one);
    }
    return one;
  };
  let count = 0;
  const open = (from: number, to: number, verdict: Opened["verdict"], family: Opened["family"], connections: Connections): void => {
    const text = met(connections).texts[verdict];
    if (text === undefined) return;
    const key = `${verdict} ${family ?? ""} ${text}`;
    let alike = opened.get(key);
    if (alike === undefined) {
      alike = { verdict, family, ports: connections[verdict], columns: new Map() };
      opened.set(key, alike);
    }
    const column = alike.columns.get(to);
    if (column === undefined) alike.columns.set(to, [from]);
    else column.push(from);
    count++;
  };
  for (const [a, from] of view.rows.entries()) {
    for (const [b, to] of view.rows.entries()) {
      const found = wanted(from, to) ? view.connections(from, to) : [];
      if (found.length === 0) continue;
      const pairs = pairCount(from, to);
      const all = found.map(({ connections }) => met(connections));
      totals.pairs += pairs;
      if (all.some(({ texts }) => texts.allow !== undefined)) totals.open += pairs;
      if (all.every(({ isOpenOnEveryPort }) => isOpenOnEveryPort)) totals.openOnEveryPort += pairs;
      if (all.some(({ texts }) => texts.undetermined !== undefined)) totals.undetermined += pairs;
      for (const { family, connections } of apart(found))
        for (const verdict of ["allow", "undetermined"] as const) open(a, b, verdict, family, connections);
    }
  }
  return { opened: [...opened.values()], totals, count };
}

/** What some connections are in a list; undefined where they hold no port. */
interface Met {
  readonly texts: Readonly<Record<Opened["verdict"], string | undefined>>;
  readonly isOpenOnEveryPort: boolean;
}

/** One entry without a family where the families agree, else one each. */
function apart(
  found: readonly FamilyConnections[],
): readonly (Pick<FamilyConnections, "connections"> & { readonly family: 4 | 6 | undefined })[] {
  const [first, ...others] = found as readonly [FamilyConnections, ...FamilyConnections[]];
  const agree = others.every(({ connections }) => sameConnections(connections, first.connections));
  return agree ? [{ connections: first.connections, family: undefined }] : found;
}

/** Where lines get their reasons. */
interface Lines {
  readonly calculation: Calculation;
  readonly view: View;
  readonly withReasons: boolean;
}

/** The same pairs, apart where their reasons are. */
function byReason(opened: Opened, lines: Lines): readonly Opened[] {
  if (!lines.withReasons) return [opened];
  const found = new Map<string, Growing>();
  for (const [to, column] of opened.columns) {
    for (const from of column) {
      const because = reasonOf(opened, from, to, lines).text;
      let alike = found.get(because);
      if (alike === undefined) {
        alike = { ...opened, columns: new Map() };
        found.set(because, alike);
      }
      const own = alike.columns.get(to);
      if (own === undefined) alike.columns.set(to, [from]);
      else own.push(from);
    }
  }
  return [...found.values()];
}

interface Reason {
  readonly text: string;
  readonly answer: Answer | undefined;
}

/** One answer per range of ports: enough to name what opens each. */
function reasonOf({ ports, family }: Opened, from: number, to: number, { calculation, view }: Lines): Reason {
  const found = view.connections(view.rows[from] as Row, view.rows[to] as Row);
  const ends = found.find((one) => family === undefined || one.family === family);
  if (ends === undefined) return { text: "", answer: undefined };
  const answers = protocols.flatMap((protocol) =>
    ports[protocol].map(({ first }) => calculation.answer({ from: ends.from, to: ends.to, family: ends.family, protocol, port: first })),
  );
  return { text: [...new Set(answers.map(({ why }) => becauseText(why)))].join(", "), answer: answers[0] };
}

type Line = Omit<ListRule, "from" | "to">;

function lineOf(opened: Opened, from: number, to: number, lines: Lines): Line {
  const { verdict, family, ports } = opened;
  const { text, answer } = lines.withReasons ? reasonOf(opened, from, to, lines) : { text: "", answer: undefined };
  const why = answer?.why;
  return {
    ports: formatPorts(ports),
    verdict,
    family,
    because: text,
    place: why && becausePlace(why),
    rule: why === undefined ? "" : becauseRule(why),
  };
}

/** One line per pair, source by source. */
function flatRules(opened: readonly Opened[], lines: Lines): readonly ListRule[] {
  const pairs = opened.flatMap((one, kind) => [...one.columns].flatMap(([to, column]) => column.map((from) => ({ one, kind, from, to }))));
  pairs.sort((a, b) => a.from - b.from || a.to - b.to || a.kind - b.kind);
  const nameOf = (row: number): string => (lines.view.rows[row] as Row).endpoint.id;
  return pairs.map(({ one, from, to }) => ({ from: [nameOf(from)], to: [nameOf(to)], ...lineOf(one, from, to, lines) }));
}

interface RowRule {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly line: Line;
}

function rulesOf(opened: Opened, names: Names, wanted: PairWanted, lines: Lines): readonly RowRule[] {
  return coversOf(opened.columns, lines.view.rows, wanted).flatMap((cover) => {
    const whole = lineIn(opened, cover, lines);
    // What a policy's rule opens is one line, whoever its peers are.
    if (whole.place !== undefined) return [{ ...cover, line: whole }];
    return dividedBySets(cover, opened.columns, names).map((part) => ({ ...part, line: whole }));
  });
}

function lineIn(opened: Opened, { from, to }: Cover, lines: Lines): Line {
  for (const one of to) {
    const column = new Set(opened.columns.get(one));
    const source = from.find((row) => column.has(row));
    if (source !== undefined) return lineOf(opened, source, one, lines);
  }
  throw new Error("a cover without a pair");
}

/** More lines than this are harder to read than one with two lists. */
const mostParts = 3;

/** «Clients to clients, clients to the database, the database to clients» reads better than one line with all of them on both sides. */
function dividedBySets(cover: Cover, columns: Columns, names: Names): readonly Cover[] {
  const [from, to] = [names.parts(cover.from), names.parts(cover.to)];
  const haveNames = [...from, ...to].every(({ name, rows }) => name !== undefined || rows.length === 1);
  if (!haveNames || from.length < 2 || to.length < 2 || from.length * to.length > 2 * mostParts) return [cover];
  const parts = from.flatMap((a) => to.map((b) => ({ from: a.rows, to: b.rows }))).filter((part) => hasCell(columns, part));
  return parts.length > mostParts ? [cover] : parts;
}

function firstOf(rows: readonly number[]): number {
  return rows[0] ?? 0;
}

/** Lines that stand in a policy come first, in the order of the files. */
function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;
}
