import {
  addressIn,
  endpointName,
  familiesOf,
  nodeNameOf,
  rowOptionsOf,
  rowsOf,
  sortRows,
  viewAt,
  type Calculation,
  type Endpoint,
  type Family,
  type Reachability,
  type Row,
  type View,
} from "@netproof/core/parts";
import type { Judged } from "./judged.ts";
import type { Grouping, PageRow } from "./protocol.ts";

/** Rows hold through all stages and engines, so that a cell is in the same place whatever is asked. */
export interface RowSet {
  readonly rows: readonly Row[];
  readonly families: readonly Family[];
  /** By family and row, the first member that has an address in it. */
  readonly firsts: readonly (readonly (Endpoint | undefined)[])[];
  readonly grounds: Grounds;
  /** Which row an endpoint belongs to, by its full name. */
  indexOf(endpoint: Endpoint | string): number | undefined;
  viewOf(calculation: Calculation): View;
}

/** Ranges of outside addresses are rows where nobody named addresses, unless there are many. */
const mostRanges = 40;

/** Everything that rows depend on: where it is the same, so are they. */
interface Grounds {
  readonly useCase: unknown;
  readonly families: readonly Family[];
  /** By stage and engine. */
  readonly endpoints: readonly (readonly Endpoint[])[];
  /** By stage, engine and family, the class of each endpoint. */
  readonly classes: readonly Int32Array[];
  /** How blocks cut the addresses outside. */
  readonly ranges: string;
}

function groundsOf(calculations: readonly Calculation[], families: readonly Family[], useCase: unknown): Grounds {
  const endpoints = calculations.map(({ snapshot }) => [...snapshot.pods, ...snapshot.nodes]);
  const classes = calculations.flatMap(({ reach }, i) =>
    families.map((family) => {
      const { classOf } = reach(family);
      return Int32Array.from(endpoints[i] ?? [], (endpoint) => classOf(endpoint) ?? -1);
    }),
  );
  const outside = families.flatMap((family) => calculations.at(-1)?.reach(family).classes ?? []).flatMap(({ ranges }) => ranges ?? []);
  return { useCase, families, endpoints, classes, ranges: outside.map(({ first, last }) => `${first}-${last}`).join() };
}

/** Classes may have other numbers, as long as they part the endpoints alike. */
function sameGrounds(a: Grounds, b: Grounds): boolean {
  return (
    a.useCase === b.useCase &&
    a.ranges === b.ranges &&
    a.families.join() === b.families.join() &&
    a.endpoints.length === b.endpoints.length &&
    a.endpoints.every((own, i) => sameItems(own, b.endpoints[i] ?? [])) &&
    a.classes.every((own, i) => sameParts(own, b.classes[i] ?? new Int32Array()))
  );
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function sameParts(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  const [there, back] = [new Map<number, number>(), new Map<number, number>()];
  return a.every((own, i) => {
    const other = b[i] as number;
    const [known, knownBack] = [there.get(own), back.get(other)];
    if (known === undefined && knownBack === undefined && own < 0 === other < 0) {
      there.set(own, other);
      back.set(other, own);
      return true;
    }
    return known === other && knownBack === own;
  });
}

/**
 * `namespace` has the rows of `class`, which its cells are counted from. `earlier`: those from before an edit, which are given again, the
 * same object, where the edit tells nobody apart who was alike and the other way round: most edits do not.
 */
export function rowSetOf(judged: Judged, grouping: Grouping, earlier?: RowSet): RowSet {
  const { material } = judged;
  const calculations = material.stages.flatMap((_, stage) => judged.engines.map(({ name }) => judged.calculation(name, stage)));
  const named = { useCase: material.bound?.useCase, snapshots: material.stages.map(({ snapshot }) => snapshot) };
  const own = rowOptionsOf(named, material.bound === undefined ? "cut-into-ranges" : "left-out");
  const families = familiesOf(calculations, own);
  const grounds = groundsOf(calculations, families, named.useCase);
  if (earlier !== undefined && sameGrounds(earlier.grounds, grounds)) return earlier;
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
    firsts: families.map((family) => sorted.map(({ members }) => members.find((member) => addressIn(member, family) !== undefined))),
    grounds,
    indexOf: (endpoint) => index.get(typeof endpoint === "string" ? endpoint : endpointName(endpoint)),
    viewOf: (calculation) => viewAt(sorted, calculation, families),
  };
}

/** Nodes, and pods that share their node's network: each is related to other endpoints than its likes. */
export function isNodeRow({ members }: Row): boolean {
  return members.some((member) => nodeNameOf(member) !== undefined);
}

/** By family, the class of the first member of a row that has an address in it; -1 where there is none. */
export function classesOf({ firsts }: RowSet, index: number, reaches: readonly Reachability[]): readonly number[] {
  return reaches.map(({ classOf }, i) => {
    const member = firsts[i]?.[index];
    return member === undefined ? -1 : (classOf(member) ?? -1);
  });
}

export function pageRow({ endpoint, members: [first] }: Row): PageRow {
  return { ...endpoint, labels: first?.kind === "pod" ? Object.fromEntries(first.labels) : {} };
}
