import { isOutside, pairCount, type Calculation, type Row } from "@netproof/core/parts";
import { cell, changeOf, type Difference } from "./protocol.ts";
import { cellOf, together, type AskedPort } from "./survey.ts";
import { classesOf, isNodeRow, type RowSet } from "./rows.ts";

/** So many changed flows are named; all are counted, by the endpoints behind them. */
const mostNamed = 2_000;

/**
 * What changed between rows that both moments have, without a table of all rows by all rows: rows that are of one class before and
 * after are of one kind, and what two kinds may open is asked once of each.
 */
export function differenceOf(set: RowSet, before: Calculation, after: Calculation, port: AskedPort): Difference {
  const { rows, families } = set;
  const reaches = families.map((family) => ({ before: before.reach(family), after: after.reach(family) }));
  const [earlier, later] = [reaches.map((of) => of.before), reaches.map((of) => of.after)];
  const kinds = new Map<string, { readonly classes: readonly (readonly [number, number])[]; readonly rows: number[] }>();
  let isComparable = true;
  rows.forEach((row, index) => {
    if (row.endpoint.kind === "elsewhere") return;
    const [was, is] = [classesOf(set, index, earlier), classesOf(set, index, later)];
    const classes = was.map((one, i) => [one, is[i] ?? -1] as const);
    if (classes.some(([one, other]) => one >= 0 !== other >= 0)) isComparable = false;
    const key = `${String(isOutside(row))} ${String(isNodeRow(row))} ${classes.join(" ")}`;
    const own = kinds.get(key);
    if (own === undefined) kinds.set(key, { classes, rows: [index] });
    else own.rows.push(index);
  });
  const all = [...kinds.values()];
  const pairs: Difference["pairs"][number][] = [];
  const counts = { opened: 0, closed: 0, other: 0 };
  for (const from of all) {
    for (const to of all) {
      let [was, is] = [cell.none as number, cell.none as number];
      reaches.forEach((of, i) => {
        const [sender, receiver] = [from.classes[i] ?? [-1, -1], to.classes[i] ?? [-1, -1]];
        if (sender[0] >= 0 && receiver[0] >= 0) was = together(was, cellOf(of.before.between(sender[0], receiver[0], "none"), port));
        if (sender[1] >= 0 && receiver[1] >= 0) is = together(is, cellOf(of.after.between(sender[1], receiver[1], "none"), port));
      });
      const change = changeOf(was, is);
      if (change === undefined) continue;
      for (const a of from.rows) {
        for (const b of to.rows) {
          const [source, target] = [rows[a] as Row, rows[b] as Row];
          // Pods of one workload talk to each other too; a single endpoint does not.
          if (pairCount(source, target) === 0 || (isOutside(source) && isOutside(target))) continue;
          counts[change] += pairCount(source, target);
          if (pairs.length < mostNamed) pairs.push([a, b, was, is]);
        }
      }
    }
  }
  return { ...counts, pairs, isComparable };
}
