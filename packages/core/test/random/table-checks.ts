import { expect } from "vitest";
import type { Snapshot } from "../../src/model/cluster.ts";
import { isEmptyPorts } from "../../src/net/ports.ts";
import type * as Pairs from "../../src/spec/table/pairs.ts";
import type * as Tables from "../../src/spec/table/table.ts";
import { byAsking } from "../reach/by-asking.ts";
import { expectSameReachability } from "../reach/same-reachability.ts";
import { wrongFlow, type Counterexample } from "./counterexample.ts";
import { edited, type EditStep } from "./edits.ts";

/** What the checks need of the table: the real one, or one with a planted mistake. */
export type TableApi = Pick<typeof Tables, "tableOf"> & Pick<typeof Pairs, "podPairs">;

/** The table says what `semantics/` says, in both families. */
export function expectAnswers({ tableOf }: TableApi, snapshot: Snapshot): void {
  for (const family of [4, 6] as const) expectSameReachability(tableOf(snapshot, family), byAsking(snapshot, family), snapshot);
}

export function wrongAnswer({ tableOf }: TableApi, snapshot: Snapshot): Counterexample | undefined {
  for (const family of [4, 6] as const) {
    const flow = wrongFlow(tableOf(snapshot, family), byAsking(snapshot, family), snapshot);
    if (flow !== undefined) return { stages: [snapshot], flow };
  }
  return undefined;
}

/** Pairs are counted as going through them one by one does. */
export function expectCounts({ tableOf, podPairs }: TableApi, snapshot: Snapshot): void {
  const table = tableOf(snapshot, 4);
  let open = 0n;
  for (const from of snapshot.pods) {
    for (const to of snapshot.pods) {
      const connections = from === to ? undefined : table.connections(from, to);
      if (connections !== undefined && !isEmptyPorts(connections.allow)) open++;
    }
  }
  const counted = [...podPairs(table)].reduce((sum, [{ allow }, count]) => (isEmptyPorts(allow) ? sum : sum + count), 0n);
  expect(counted).toBe(open);
}

/** A snapshot that was made by an edit from the one at `from`; the first was made from none. */
interface Step {
  readonly snapshot: Snapshot;
  readonly from: number;
}

/** A walk from the first snapshot; the others lend their policies and pods. */
export function walkOf(snapshots: readonly Snapshot[], edits: readonly EditStep[]): readonly Step[] {
  const walk: Step[] = [{ snapshot: snapshots[0], from: -1 }];
  for (const step of edits) {
    // Now and then back to an earlier one: what was kept for the others must not show.
    const from = step.what === "go-back" ? Math.max(0, walk.length - 1 - (step.index % walk.length)) : walk.length - 1;
    walk.push({ snapshot: edited(walk[from].snapshot, snapshots, step), from });
  }
  return walk;
}

/** How far back an edit goes, and how long a walk keeps its tables. */
const mostBack = 30;

/** After every edit a table that was made from the one before says what a fresh one says, and none changes what it said. */
export function expectWalk({ tableOf, podPairs }: TableApi, walk: readonly Step[]): void {
  const tables = new Map<number, Tables.Table>();
  for (const [i, { snapshot, from }] of walk.entries()) {
    const table = tableOf(snapshot, 4, tables.get(from));
    tables.set(i, table);
    expectSameReachability(table, tableOf(snapshot, 4), snapshot);
    const old = walk[i - mostBack]?.snapshot;
    if (old !== undefined) expectSameReachability(tables.get(i - mostBack) as Tables.Table, tableOf(old, 4), old);
    tables.delete(i - mostBack);
  }
  const [last, table] = [walk.at(-1) as Step, tables.get(walk.length - 1) as Tables.Table];
  expect(podPairs(table)).toEqual(podPairs(tableOf(last.snapshot, 4)));
  const [first] = walk as [Step];
  const earliest = tables.get(0);
  if (earliest !== undefined) expectSameReachability(earliest, tableOf(first.snapshot, 4), first.snapshot);
}

/** The way to the first step of a walk at which the table says something else than a fresh one. */
export function wrongStep({ tableOf }: TableApi, walk: readonly Step[]): Counterexample | undefined {
  const tables: Tables.Table[] = [];
  for (const [i, { snapshot, from }] of walk.entries()) {
    const table = tableOf(snapshot, 4, tables[from]);
    tables.push(table);
    const flow = wrongFlow(table, tableOf(snapshot, 4), snapshot);
    if (flow === undefined) continue;
    const stages: Snapshot[] = [];
    for (let at = i; at >= 0; at = walk[at].from) stages.unshift(walk[at].snapshot);
    return { stages, flow };
  }
  return undefined;
}
