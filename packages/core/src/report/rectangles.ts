import { pairCount, type Row } from "./rows.ts";

/** Pairs of rows as «all of these to all of those». */
export interface Rectangle {
  readonly from: readonly Row[];
  readonly to: readonly Row[];
}

/** Destinations with the same sources stand together. */
export function rectanglesOf(pairs: readonly { readonly from: Row; readonly to: Row }[]): readonly Rectangle[] {
  const columns = new Map<Row, Row[]>();
  for (const { from, to } of pairs) {
    const known = columns.get(to);
    if (known === undefined) columns.set(to, [from]);
    else known.push(from);
  }
  const rectangles: { readonly from: readonly Row[]; readonly to: Row[] }[] = [];
  for (const [to, from] of columns) {
    const fits = rectangles.find((rectangle) => rectangle.from.length === from.length && rectangle.from.every((row, i) => row === from[i]));
    if (fits === undefined) rectangles.push({ from, to: [to] });
    else fits.to.push(to);
  }
  return rectangles;
}

/** Ordered pairs of endpoints in it. */
export function pairsIn({ from, to }: Rectangle): number {
  return from.reduce((sum, a) => sum + to.reduce((inner, b) => inner + pairCount(a, b), 0), 0);
}
