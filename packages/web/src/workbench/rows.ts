import {
  endpointName,
  familiesOf,
  rowOptionsOf,
  rowsOf,
  sortRows,
  viewAt,
  type Calculation,
  type Endpoint,
  type Family,
  type Row,
  type View,
} from "@netproof/core/parts";
import type { Judged } from "./judged.ts";
import type { Grouping, PageRow } from "./protocol.ts";

/** Rows hold through all stages and engines, so that a cell is in the same place whatever is asked. */
export interface RowSet {
  readonly rows: readonly Row[];
  readonly families: readonly Family[];
  /** Which row an endpoint belongs to, by its full name. */
  indexOf(endpoint: Endpoint | string): number | undefined;
  viewOf(calculation: Calculation): View;
}

/** Ranges of outside addresses are rows where nobody named addresses, unless there are many. */
const mostRanges = 40;

/** `namespace` has the rows of `class`, which its cells are counted from. */
export function rowSetOf(judged: Judged, grouping: Grouping): RowSet {
  const { material } = judged;
  const calculations = material.stages.flatMap((_, stage) => judged.engines.map(({ name }) => judged.calculation(name, stage)));
  const named = { useCase: material.bound?.useCase, snapshots: material.stages.map(({ snapshot }) => snapshot) };
  const own = rowOptionsOf(named, material.bound === undefined ? "cut-into-ranges" : "left-out");
  const families = familiesOf(calculations, own);
  const form = grouping === "workload" ? "by-workload" : "alike-together";
  let rows = rowsOf(calculations, families, own, form);
  if (rows.filter(({ endpoint }) => endpoint.kind === "elsewhere").length > mostRanges)
    rows = rowsOf(calculations, families, { ...own, elsewhere: "left-out" }, form);
  const sorted = sortRows(rows, []);
  const index = new Map(
    sorted.flatMap(({ endpoint, members }, i) => [
      ...members.map((member) => [endpointName(member), i] as const),
      [endpoint.id, i] as const,
    ]),
  );
  return {
    rows: sorted,
    families,
    indexOf: (endpoint) => index.get(typeof endpoint === "string" ? endpoint : endpointName(endpoint)),
    viewOf: (calculation) => viewAt(sorted, calculation, families),
  };
}

export function pageRow({ endpoint, members: [first] }: Row): PageRow {
  return { ...endpoint, labels: first?.kind === "pod" ? Object.fromEntries(first.labels) : {} };
}
