import type { PairWanted } from "./matrix.ts";
import { isOutside, type Row } from "./rows.ts";

/** By destination, the sources that open the same to it; both as numbers of rows, sources ascending. */
export type Columns = ReadonlyMap<number, readonly number[]>;

/** All of these to all of those, ascending. A pair that is no question (an endpoint with itself, outside to outside) may be in it. */
export interface Cover {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * Covers the pairs by few rectangles: destinations with the same sources share one. «Clients reach clients» is one as well, although no
 * client is asked about itself: a column is completed by what is no question, and compared then. Exact: nothing else is added.
 */
export function coversOf(columns: Columns, rows: readonly Row[], wanted: PairWanted): readonly Cover[] {
  const noQuestion = (from: number, to: number): boolean => isNoQuestion(rows[from] as Row, rows[to] as Row, wanted);
  const alike = new ByList<number[]>();
  for (const [to, from] of columns) alike.at(from, () => []).push(to);

  const lonely: Cover[] = [];
  const completed = new ByList<{ readonly plain: readonly number[]; readonly to: number[] }>();
  for (const [from, to] of alike.entries()) {
    const [own, ...others] = to as [number, ...number[]];
    const isAlone = others.length === 0 && noQuestion(own, own);
    if (to.every((row) => isOutside(rows[row] as Row))) lonely.push({ from, to });
    else completed.at(isAlone ? ascending([...from, own]) : from, () => ({ plain: from, to: [] })).to.push(...to);
  }
  const joined = completed.entries().map(([from, { plain, to }]) => ({ from: to.length > 1 ? from : plain, to }));
  const covers: Cover[] = [];
  // Nobody asks what one address outside may open to another, so what may be opened to them lacks them all.
  for (const cover of lonely) {
    const host = joined.find(
      ({ from, to }) => to.length > 1 && cover.to.every((own) => completes(from, cover.from, (row) => noQuestion(row, own))),
    );
    if (host === undefined) covers.push(cover);
    else host.to.push(...cover.to);
  }
  return [...covers, ...joined].map(({ from, to }) => ({ from, to: ascending(to) }));
}

/** Whether some of these pairs is a question. */
export function hasCell(columns: Columns, { from, to }: Cover): boolean {
  return to.some((one) => {
    const column = new Set(columns.get(one));
    return from.some((row) => column.has(row));
  });
}

function isNoQuestion(from: Row, to: Row, wanted: PairWanted): boolean {
  if (!wanted(from, to)) return false;
  // Nobody would write a rule from a range of the outside to itself.
  if (from.endpoint.kind === "elsewhere" || to.endpoint.kind === "elsewhere") return false;
  return (from === to && from.endpoint.size === 1) || (isOutside(from) && isOutside(to));
}

/** Whether a column is the whole but for rows that are no question there. */
function completes(whole: readonly number[], column: readonly number[], isFree: (row: number) => boolean): boolean {
  const [inside, own] = [new Set(whole), new Set(column)];
  return column.every((row) => inside.has(row)) && whole.every((row) => own.has(row) || isFree(row));
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}

/** Values by lists of numbers, by hash: as texts, the columns of some thousand rows would be hundreds of megabytes. */
class ByList<T> {
  readonly #buckets = new Map<number, { readonly list: readonly number[]; readonly value: T }[]>();

  at(list: readonly number[], make: () => T): T {
    let hash = list.length;
    for (const item of list) hash = (Math.imul(hash, 31) + item) | 0;
    const bucket = this.#buckets.get(hash) ?? [];
    this.#buckets.set(hash, bucket);
    let entry = bucket.find((one) => one.list.length === list.length && one.list.every((item, i) => item === list[i]));
    if (entry === undefined) {
      entry = { list, value: make() };
      bucket.push(entry);
    }
    return entry.value;
  }

  entries(): readonly (readonly [list: readonly number[], value: T])[] {
    return [...this.#buckets.values()].flat().map(({ list, value }) => [list, value] as const);
  }
}
