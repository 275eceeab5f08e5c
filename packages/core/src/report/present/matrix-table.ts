import type { MatrixDocument, MatrixPair, ReportEndpoint, ReportPair } from "../types.ts";
import { verdictCell } from "./cells.ts";
import { exactText, familyMark, keyOf, opennessOf, pairText, type Openness } from "./grid.ts";
import { foldMatrix } from "./matrix-fold.ts";
import { number } from "./numbers.ts";
import { addressText, sizedName } from "./sentences.ts";
import { bySpace } from "./spaces.ts";

/** A matrix as a table with numbered rows and columns, for formats that draw it cell by cell. */
export interface MatrixTable {
  readonly rows: readonly TableLine[];
  readonly columns: readonly TableLine[];
  cell(row: TableLine, column: TableLine): MatrixTableCell | undefined;
  /** What the texts of the cells are. */
  readonly content: "ports" | "verdicts" | "counts";
  /** What was done to a matrix with too many rows. */
  readonly note: string | undefined;
}

export interface TableLine {
  readonly id: string;
  /** `7 webserver-dev`. */
  readonly label: string;
  readonly position: number;
  readonly about: string;
  readonly underTest: boolean;
}

export interface MatrixTableCell {
  readonly open: Openness;
  readonly text: string;
  /** Engines contradict each other. */
  readonly differs: boolean;
  /** The cell as a sentence. */
  readonly title: string;
}

/** More rows than this are not compared one by one. */
const mostCompared = 300;

/** Up to `most` rows: one per row of the document, else one for all that nothing tells apart, else one per namespace. */
export function matrixTable(document: MatrixDocument, most: number): MatrixTable {
  const count = document.endpoints.length;
  if (count <= most) return endpointTable(document, undefined);
  const folded = count > mostCompared ? undefined : foldMatrix(document, most);
  return folded === undefined
    ? spaceTable(document, most)
    : endpointTable(folded, `${number(count)} rows are too many: rows that are alike share one`);
}

/** Columns that have no row of their own, where only some pairs were asked about. */
export function unnamedColumns({ rows, columns }: MatrixTable): readonly TableLine[] {
  const named = new Set(rows.map(({ id }) => id));
  return columns.filter(({ id }) => !named.has(id));
}

function endpointTable({ endpoints, pairs, port }: MatrixDocument, note: string | undefined): MatrixTable {
  const byPair = new Map<string, MatrixPair[]>();
  for (const pair of pairs) {
    const known = byPair.get(keyOf(pair.from, pair.to));
    if (known === undefined) byPair.set(keyOf(pair.from, pair.to), [pair]);
    else known.push(pair);
  }
  const [froms, tos] = [new Set(pairs.map(({ from }) => from)), new Set(pairs.map(({ to }) => to))];
  const lines = endpoints.map((endpoint, i) => lineOf(endpoint, i + 1));
  const names = new Map(endpoints.map((endpoint) => [endpoint.id, sizedName(endpoint, endpoint.name)]));
  return {
    rows: lines.filter(({ id }) => froms.has(id)),
    columns: lines.filter(({ id }) => tos.has(id)),
    cell: (row, column) => {
      const found = byPair.get(keyOf(row.id, column.id));
      if (found === undefined) return undefined;
      const ports = exactText(found);
      const differs = found.some((pair) => pair.differs);
      const what = `${ports === "-" ? "nothing is open" : ports === "all" ? "every port" : ports}${differs ? ", engines differ" : ""}`;
      const title = `${names.get(row.id) ?? row.id} → ${names.get(column.id) ?? column.id}: ${what}`;
      const content = port === undefined ? { open: opennessOf(found), text: pairText(found) } : askedCell(found);
      return { ...content, differs, title };
    },
    content: port === undefined ? "ports" : "verdicts",
    note,
  };
}

/** The port that was asked is all there is: a pair is open, or it is not. */
function askedCell(pairs: readonly ReportPair[]): Pick<MatrixTableCell, "open" | "text"> {
  return {
    open: opennessOf(pairs.map(({ allow, undetermined }) => ({ allow: allow === "-" ? "-" : "all", undetermined }))),
    text: pairs.map(({ family, allow, undetermined }) => familyMark(family) + verdictCell(allow, undetermined)).join(" "),
  };
}

function lineOf(endpoint: ReportEndpoint, position: number): TableLine {
  const about = [endpoint.id, addressText(endpoint), endpoint.about ?? ""].filter((part) => part !== "").join(", ");
  return { id: endpoint.id, label: `${position} ${sizedName(endpoint, endpoint.name)}`, position, about, underTest: endpoint.underTest };
}

function spaceTable(document: MatrixDocument, most: number): MatrixTable {
  const { spaces, left, cell: countsOf } = bySpace(document, most);
  const lines = spaces.map(({ name, size }, i): TableLine => ({
    id: name,
    label: `${i + 1} ${name} (${number(size)})`,
    position: i + 1,
    about: name,
    underTest: false,
  }));
  const more = left === 0 ? "" : `, the ${number(spaces.length)} most reachable, ${number(left)} left out`;
  return {
    rows: lines,
    columns: lines,
    cell: (row, column) => {
      const counts = countsOf(row.id, column.id);
      if (counts === undefined || counts.pairs === 0) return undefined;
      const { open, pairs, whole, unsure } = counts;
      const told = { differs: false, title: `${row.id} → ${column.id}: ${number(open)} of ${number(pairs)} pairs are open` };
      if (whole === pairs) return { ...told, open: "all", text: "all" };
      if (open === 0 && unsure > 0) return { ...told, open: "undetermined", text: "?" };
      return open === 0 ? { ...told, open: "none", text: "-" } : { ...told, open: "some", text: number(open) };
    },
    content: "counts",
    note: `${number(document.endpoints.length)} rows are too many: open pairs per namespace instead${document.port === undefined ? "" : `, on ${document.port}`}${more}`,
  };
}
