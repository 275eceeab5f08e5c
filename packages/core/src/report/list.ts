import { formatPorts, isEmptyPorts, type PortSet, protocols } from "../net/ports.ts";
import { sameConnections } from "../reach/reachability.ts";
import type { Answer, Calculation } from "../reach/engine.ts";
import { isOutside, totalsOf, type FamilyConnections, type Row, type View } from "./rows.ts";
import type { PairWanted } from "./matrix.ts";
import type { ListDocument, ListRule } from "./types.ts";
import { becausePlace, becauseRule, becauseText } from "./words.ts";

/** A name for several rows, from the use case; lists use it where a side of a rule holds them all. */
export interface RowGroup {
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface ListOptions {
  readonly stage: string | undefined;
  readonly wanted: PairWanted;
  /** `flat`: one rule per pair of rows. `grouped`: pairs with equal ports and reason share a rule. */
  readonly form: "flat" | "grouped";
  readonly groups: readonly RowGroup[];
}

/** Everything that is open (or undetermined), as rules; together they say exactly what the matrix says. */
export function listDocument(calculation: Calculation, view: View, { stage, wanted, form, groups }: ListOptions): ListDocument {
  const cells = view.rows.flatMap((from) => view.rows.flatMap((to) => (wanted(from, to) ? cellsOf(calculation, view, from, to) : [])));
  const totals = totalsOf(view, wanted);
  if (form === "flat") {
    const rules = cells.map((cell) => ruleOf(cell, [cell.from.endpoint.id], [cell.to.endpoint.id]));
    return { format: "netproof.list/1", stage, rules, groups: [], totals };
  }
  const used = new Set<RowGroup>();
  const spelledOut = [...groups, elsewhereGroup(view.rows)];
  const sets = [...spelledOut, ...namespaceGroups(view.rows)];
  const ordered = (rows: readonly Row[]): readonly Row[] => view.rows.filter((row) => rows.includes(row));
  const rules = rectangles(cells, wanted).map(({ cell, from, to }) =>
    ruleOf(cell, sideNames(ordered(from), sets, used), sideNames(ordered(to), sets, used)),
  );
  const named = spelledOut
    .filter((group) => used.has(group))
    .map(({ name, rows }) => ({ name, members: rows.map(({ endpoint }) => endpoint.name) }));
  return { format: "netproof.list/1", stage, rules, groups: named, totals };
}

/** What one row may open to another, for one verdict and one reason. */
interface Cell {
  readonly from: Row;
  readonly to: Row;
  readonly verdict: "allow" | "undetermined";
  readonly family: 4 | 6 | undefined;
  readonly ports: string;
  readonly because: string;
  readonly answer: Answer;
}

function cellsOf(calculation: Calculation, view: View, from: Row, to: Row): readonly Cell[] {
  const found = view.connections(from, to);
  const [first] = found;
  if (first === undefined) return [];
  const agree = found.every(({ connections }) => sameConnections(connections, first.connections));
  return (agree ? [first] : found).flatMap((one) => {
    const family = agree ? undefined : one.family;
    return (["allow", "undetermined"] as const).flatMap((verdict) => {
      const ports = one.connections[verdict];
      if (isEmptyPorts(ports)) return [];
      const answers = answersFor(calculation, one, ports);
      const because = [...new Set(answers.map(({ why }) => becauseText(why)))].join(", ");
      return [{ from, to, verdict, family, ports: formatPorts(ports), because, answer: answers[0] as Answer }];
    });
  });
}

/** One answer per range of ports: enough to name what opens each. */
function answersFor(calculation: Calculation, { from, to, family }: FamilyConnections, ports: PortSet): readonly Answer[] {
  return protocols.flatMap((protocol) =>
    ports[protocol].map(({ first }) => calculation.answer({ from, to, family, protocol, port: first })),
  );
}

function ruleOf({ ports, verdict, family, because, answer }: Cell, from: readonly string[], to: readonly string[]): ListRule {
  return { from, to, ports, verdict, family, because, place: becausePlace(answer.why), rule: becauseRule(answer.why) };
}

interface Rectangle {
  readonly cell: Cell;
  readonly from: readonly Row[];
  readonly to: readonly Row[];
}

/**
 * Covers the cells by rectangles, each of one verdict, ports and reason. A pair that is no question (an endpoint with itself, outside
 * to outside) may be inside a rectangle, so that «clients reach clients» is one rule. Exact: nothing else is added.
 */
function rectangles(cells: readonly Cell[], wanted: PairWanted): readonly Rectangle[] {
  const alike = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = JSON.stringify([cell.verdict, cell.family ?? 0, cell.ports, cell.because]);
    const list = alike.get(key);
    if (list === undefined) alike.set(key, [cell]);
    else list.push(cell);
  }
  return [...alike.values()].flatMap((group) => columnsOf(group, wanted));
}

/** Joins destinations with the same sources, where pairs that are no question count as either. */
function columnsOf(cells: readonly Cell[], wanted: PairWanted): readonly Rectangle[] {
  const columns = new Map<Row, Set<Row>>();
  for (const { from, to } of cells) {
    const column = columns.get(to);
    if (column === undefined) columns.set(to, new Set([from]));
    else column.add(from);
  }
  const joined: { readonly from: Set<Row>; readonly to: Row[] }[] = [];
  for (const [to, from] of columns) {
    const fits = joined.find((rectangle) => {
      const missingHere = [...rectangle.from].filter((row) => !from.has(row));
      const missingThere = [...from].filter((row) => !rectangle.from.has(row));
      return (
        missingHere.every((row) => isNoQuestion(row, to, wanted)) &&
        missingThere.every((row) => rectangle.to.every((other) => isNoQuestion(row, other, wanted)))
      );
    });
    if (fits === undefined) joined.push({ from: new Set(from), to: [to] });
    else {
      for (const row of from) fits.from.add(row);
      fits.to.push(to);
    }
  }
  const [first] = cells as [Cell, ...Cell[]];
  return joined.map(({ from, to }) => ({
    cell: cells.find((cell) => cell.to === to[0]) ?? first,
    from: cells.map((cell) => cell.from).filter((row, i, all) => from.has(row) && all.indexOf(row) === i),
    to,
  }));
}

function isNoQuestion(from: Row, to: Row, wanted: PairWanted): boolean {
  if (!wanted(from, to)) return false;
  // Nobody would write a rule from a range of the outside to itself.
  if (from.endpoint.kind === "elsewhere" || to.endpoint.kind === "elsewhere") return false;
  return (from === to && from.endpoint.size === 1) || (isOutside(from) && isOutside(to));
}

/** `ns/shop` for all rows of a namespace. A group of the use case that holds as many comes first. */
function namespaceGroups(rows: readonly Row[]): readonly RowGroup[] {
  const spaces = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.endpoint.kind !== "pods") continue;
    const space = spaces.get(row.endpoint.namespace);
    if (space === undefined) spaces.set(row.endpoint.namespace, [row]);
    else space.push(row);
  }
  return [...spaces].map(([name, members]) => ({ name: `ns/${name}`, rows: members }));
}

/** All ranges of the outside that nobody named. */
function elsewhereGroup(rows: readonly Row[]): RowGroup {
  return { name: "elsewhere", rows: rows.filter(({ endpoint }) => endpoint.kind === "elsewhere") };
}

/** The rows' names, with groups and namespaces in place of what they hold. */
function sideNames(rows: readonly Row[], groups: readonly RowGroup[], used: Set<RowGroup>): readonly string[] {
  let left = [...rows];
  const names: string[] = [];
  const largestFirst = [...groups].sort((a, b) => b.rows.length - a.rows.length);
  for (const group of largestFirst) {
    if (group.rows.length < 2 || !group.rows.every((row) => left.includes(row))) continue;
    names.push(group.name);
    used.add(group);
    left = left.filter((row) => !group.rows.includes(row));
  }
  return [...names, ...left.map(({ endpoint }) => endpoint.name)];
}
