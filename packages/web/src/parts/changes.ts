import { cell, changeOf } from "../workbench/protocol.ts";
import { counted } from "./counted.ts";

/** Flows between endpoints, not cells between rows: a row of 50 pods closes 50 of them. */
export interface ChangeCounts {
  readonly opened: number;
  readonly closed: number;
  /** Those that change without opening or closing. */
  readonly other: number;
}

/** What became of each cell, counted by the endpoints behind its row and its column. `sizes`: by row. */
export function countChanges(before: Uint8Array, now: Uint8Array, sizes: readonly number[]): ChangeCounts {
  const counts = { opened: 0, closed: 0, other: 0 };
  sizes.forEach((size, a) => {
    sizes.forEach((other, b) => {
      const at = a * sizes.length + b;
      const change = changeOf(before[at] ?? cell.none, now[at] ?? cell.none);
      if (change !== undefined) counts[change] += size * (a === b ? other - 1 : other);
    });
  });
  return counts;
}

/** "10 flows close, none opens"; `none` where nothing changes. */
export function changesText({ opened, closed, other }: ChangeCounts, none: string): string {
  const parts = [
    closed === 0 ? undefined : `${counted(closed, "flow")} ${closed === 1 ? "closes" : "close"}`,
    opened === 0 ? undefined : `${counted(opened, "flow")} ${opened === 1 ? "opens" : "open"}`,
  ].filter((part) => part !== undefined);
  const [only] = parts;
  const changes = `${counted(other, "flow")} ${other === 1 ? "changes" : "change"}`;
  if (only === undefined) return other === 0 ? none : changes;
  const also = other === 0 ? "" : `, ${changes} otherwise`;
  return parts.length === 2 ? `${parts.join(", ")}${also}` : `${only}, none ${closed > 0 ? "opens" : "closes"}${also}`;
}
