import { boxOf } from "../design/units.ts";
import type { GridEnd } from "../parts/MatrixGrid.tsx";
import { cell, isOpenCell, isolates, type PageRow, type Survey } from "../workbench/protocol.ts";
import type { EndTerm, PairTerm, Term } from "./filter.ts";

/** One row and column of what is shown: a row of the survey, or a namespace that is folded. */
export interface Entry extends GridEnd {
  /** Indexes of rows of the survey. */
  readonly members: readonly number[];
  readonly isFolded: boolean;
}

/** Bits of `marks`. */
export const mark = { changed: 1, violated: 2, deviation: 4, itself: 8, leftOut: 16, unanswered: 32 } as const;

/** A matrix as it is drawn, whatever draws it. Cells are row by row: from `rows[i]` to `columns[j]` at `i * columns.length + j`. */
export interface MatrixModel {
  readonly rows: readonly Entry[];
  readonly columns: readonly Entry[];
  /** By engine, in their order. */
  readonly values: readonly Uint8Array[];
  readonly marks: Uint8Array;
  /** Of folded cells: how much is open, in percent; 255 elsewhere. */
  readonly shares: Uint8Array;
  /** Cells with a deviation, and those with one that are pairs of workloads. */
  readonly counts: { readonly differing: number; readonly changed: number; readonly violated: number };
}

export interface ModelParts {
  readonly rows: readonly PageRow[];
  /** One per engine at this stage; undefined cells of the lab are `unanswered`. */
  readonly engines: readonly { readonly name: string; readonly cells: Uint8Array; readonly broken: Uint8Array | undefined }[];
  readonly before: Survey | undefined;
  /** Where rows are namespaces: how much of a cell is open, in 255ths. */
  readonly openShares: Uint8Array | undefined;
  readonly isolation: Uint8Array;
  /** Rows that the quoted selectors and policies of the filter match, by their text. */
  readonly matching: ReadonlyMap<string, Uint8Array>;
  readonly terms: readonly Term[];
  readonly folded: ReadonlySet<string>;
  readonly sort: Sort;
}

export type Sort = "name" | "reach" | "alike";
/** A lab that did not measure a pair. */
export const unanswered = 255;

export function modelOf(parts: ModelParts): MatrixModel {
  const { rows, engines, before, terms } = parts;
  const size = rows.length;
  const [first] = engines;
  if (first === undefined) throw new Error("one engine always answers");
  const ends = terms.filter((term) => term.kind === "end");
  const pairs = terms.filter((term) => term.kind === "pair");
  const order = ordered(parts);
  let sources = order.filter((i) => ends.every((term) => term.side === "to" || endMatches(term, i, parts)));
  let targets = order.filter((i) => ends.every((term) => term.side === "from" || endMatches(term, i, parts)));
  const bitsAt = (at: number, i: number, j: number): number => {
    let bits = i === j ? mark.itself : 0;
    const value = first.cells[at] as number;
    const was = before?.cells[at] ?? cell.none;
    if (was !== cell.none && value !== cell.none && was !== value) bits |= mark.changed;
    if (value !== cell.none && (first.broken?.[at] ?? 0) !== 0) bits |= mark.violated;
    if (engines.some(({ cells }) => cells[at] !== value && cells[at] !== unanswered)) bits |= mark.deviation;
    return bits;
  };
  const pairFits = (at: number, bits: number): boolean =>
    pairs.every((term) => pairMatches(term, first.cells[at] as number, bits) !== term.negated);
  if (pairs.length > 0) {
    const isWanted = (i: number, j: number): boolean => {
      const at = i * size + j;
      return first.cells[at] !== cell.none && pairFits(at, bitsAt(at, i, j));
    };
    const [keptSources, keptTargets] = [sources, targets];
    sources = keptSources.filter((i) => keptTargets.some((j) => isWanted(i, j)));
    targets = keptTargets.filter((j) => keptSources.some((i) => isWanted(i, j)));
  }
  const [rowEntries, columnEntries] = [entriesOf(sources, parts), entriesOf(targets, parts)];
  const width = columnEntries.length;
  const values = engines.map(() => new Uint8Array(rowEntries.length * width));
  const marks = new Uint8Array(rowEntries.length * width);
  const shares = new Uint8Array(rowEntries.length * width).fill(255);
  const counts = { differing: 0, changed: 0, violated: 0 };
  rowEntries.forEach((from, a) => {
    columnEntries.forEach((to, b) => {
      const target = a * width + b;
      const isSingle = !from.isFolded && !to.isFolded;
      if (isSingle) {
        const [i, j] = [from.members[0] as number, to.members[0] as number];
        const at = i * size + j;
        engines.forEach(({ cells }, e) => ((values[e] as Uint8Array)[target] = cells[at] as number));
        let bits = bitsAt(at, i, j);
        if (pairs.length > 0 && !pairFits(at, bits)) bits |= mark.leftOut;
        marks[target] = bits;
        const share = parts.openShares?.[at];
        if (share !== undefined && first.cells[at] === cell.some) shares[target] = percent(share / 255);
        if ((bits & mark.deviation) !== 0) counts.differing += 1;
        if ((bits & mark.changed) !== 0) counts.changed += 1;
        if ((bits & mark.violated) !== 0) counts.violated += 1;
        return;
      }
      let bits = 0;
      engines.forEach(({ cells }, e) => {
        let [all, open, seen] = [0, 0, 0];
        for (const i of from.members) {
          for (const j of to.members) {
            const at = i * size + j;
            const value = cells[at] as number;
            if (value === cell.none || value === unanswered) continue;
            all += 1;
            if (isOpenCell(value)) open += 1;
            seen |= 1 << value;
            if (e === 0) {
              const own = bitsAt(at, i, j);
              bits |= own & ~mark.itself;
              if ((own & mark.deviation) !== 0) counts.differing += 1;
              if ((own & mark.changed) !== 0) counts.changed += 1;
              if ((own & mark.violated) !== 0) counts.violated += 1;
            }
          }
        }
        const isOne = seen !== 0 && (seen & (seen - 1)) === 0;
        (values[e] as Uint8Array)[target] = all === 0 ? cell.none : isOne ? Math.log2(seen) : cell.some;
        if (e === 0 && all > 0 && !isOne) shares[target] = percent(open / all);
      });
      marks[target] = bits;
    });
  });
  return { rows: rowEntries, columns: columnEntries, values, marks, shares, counts };
}

/** Of what is neither all nor nothing. */
function percent(share: number): number {
  return Math.min(99, Math.max(share === 0 ? 0 : 1, Math.round(share * 100)));
}

/** Rows in the wanted order; those of one group always stand together. */
function ordered({ rows, engines, sort }: ModelParts): readonly number[] {
  const all = rows.map((_, i) => i);
  if (sort === "name") return all;
  const size = rows.length;
  const cells = engines[0]?.cells ?? new Uint8Array(0);
  const keys = all.map((i): string | number => {
    if (sort === "reach") {
      let open = 0;
      for (let j = 0; j < size; j++)
        open += Number(isOpenCell(cells[i * size + j] as number)) + Number(isOpenCell(cells[j * size + i] as number));
      return -open;
    }
    let key = "";
    for (let j = 0; j < size; j++) key += `${cells[j * size + i] ?? 0}${cells[i * size + j] ?? 0}`;
    return key;
  });
  const groups = new Map<string, number>();
  for (const row of rows) if (!groups.has(boxOf(row))) groups.set(boxOf(row), groups.size);
  const groupOf = (i: number): number => groups.get(boxOf(rows[i] as PageRow)) ?? 0;
  const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
  return all.toSorted((a, b) => groupOf(a) - groupOf(b) || compare(keys[a] ?? 0, keys[b] ?? 0) || a - b);
}

function entriesOf(kept: readonly number[], { rows, folded }: ModelParts): readonly Entry[] {
  const entries: Entry[] = [];
  const open = new Map<string, { readonly at: number; readonly members: number[] }>();
  for (const i of kept) {
    const row = rows[i] as PageRow;
    const group = boxOf(row);
    if (!folded.has(group)) {
      entries.push({ id: row.id, name: row.name, group, underTest: row.underTest, members: [i], isFolded: false });
      continue;
    }
    const known = open.get(group);
    if (known !== undefined) {
      known.members.push(i);
      continue;
    }
    const members = [i];
    open.set(group, { at: entries.length, members });
    entries.push({ id: `ns/${group}`, name: group, group, underTest: false, members, isFolded: true });
  }
  return entries;
}

function endMatches(term: EndTerm, i: number, { rows, isolation, matching }: ModelParts): boolean {
  const row = rows[i] as PageRow;
  const fits = (text: string): boolean => term.values.some((value) => (term.contains ? text.includes(value) : text === value));
  switch (term.key) {
    case "ns":
      return fits(boxOf(row)) !== term.negated;
    case "kind":
      return fits(row.kind === "elsewhere" ? "outside" : row.kind) !== term.negated;
    case "name":
      return (fits(row.name) || fits(row.id)) !== term.negated;
    case "label":
      return fits(row.labels[term.label ?? ""] ?? "\0") !== term.negated;
    case "isolated": {
      const bits = isolation[i] ?? 0;
      const is = (value: string): boolean =>
        value === "no"
          ? bits === 0
          : value === "yes"
            ? bits !== 0
            : (bits & (value === "ingress" ? isolates.ingress : isolates.egress)) !== 0;
      return term.values.some(is) !== term.negated;
    }
    case "policy":
    case "selector":
      return term.values.some((value) => matching.get(value)?.[i] === 1) !== term.negated;
  }
}

function pairMatches({ key, values }: PairTerm, value: number, bits: number): boolean {
  switch (key) {
    case "changed":
      return (bits & mark.changed) !== 0;
    case "differs":
      return (bits & mark.deviation) !== 0;
    case "intent":
      return values.includes((bits & mark.violated) !== 0 ? "violated" : "kept");
    case "verdict": {
      const words = ["", "deny", "allow", "undetermined", "some"];
      return values.includes(words[value] ?? "");
    }
  }
}
