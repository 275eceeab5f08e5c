import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Snapshot } from "../../src/model/cluster.ts";
import { verdictOf } from "../../src/model/judgement.ts";
import { isEmptyPorts } from "../../src/net/ports.ts";
import { reachByAsking } from "../../src/reach/asking.ts";
import type { Reachability } from "../../src/reach/reachability.ts";
import { judge, rulebook } from "../../src/semantics/judge.ts";
import { specCuts } from "../../src/spec/cuts.ts";
import { podPairs } from "../../src/spec/table/pairs.ts";
import { tableOf } from "../../src/spec/table/table.ts";
import { expectSameReachability } from "../reach/same-reachability.ts";
import { distinctCluster } from "./cluster.ts";
import { edit, edited } from "./edits.ts";
import { snapshotOf, soakOptions } from "./soak.ts";

function byAsking(snapshot: Snapshot, family: 4 | 6): Reachability {
  const rules = rulebook(snapshot);
  return reachByAsking((flow) => verdictOf(judge(rules, flow)), snapshot, specCuts(snapshot), family);
}

describe("the table", () => {
  test("says what asking says, over the whole flow space", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => {
        const snapshot = await snapshotOf(raw);
        for (const family of [4, 6] as const) expectSameReachability(tableOf(snapshot, family), byAsking(snapshot, family), snapshot);
      }),
      soakOptions(1),
    );
  });

  test("counts pairs as going through them one by one does", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => {
        const snapshot = await snapshotOf(raw);
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
      }),
      soakOptions(1),
    );
  });

  test("after every edit of a random walk, says what a fresh one says, and an earlier one what it said", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(distinctCluster, { minLength: 2, maxLength: 6 }),
        fc.array(edit, { minLength: 5, maxLength: 20 }),
        async (raws, edits) => {
          const snapshots = [];
          for (const raw of raws) snapshots.push(await snapshotOf(raw));
          const [first] = snapshots as [Snapshot, ...Snapshot[]];
          const walk = [{ snapshot: first, table: tableOf(first, 4) }];
          for (const step of edits) {
            // Now and then back to an earlier one: what was kept for the others must not show.
            const from = walk.at(step.what === "go-back" ? -1 - (step.index % walk.length) : -1) as (typeof walk)[number];
            const snapshot = edited(from.snapshot, snapshots, step);
            const table = tableOf(snapshot, 4, from.table);
            expectSameReachability(table, tableOf(snapshot, 4), snapshot);
            walk.push({ snapshot, table });
          }
          const [earlier] = walk as [(typeof walk)[number]];
          expectSameReachability(earlier.table, tableOf(earlier.snapshot, 4), earlier.snapshot);
          const last = walk.at(-1) as (typeof walk)[number];
          expect(podPairs(last.table)).toEqual(podPairs(tableOf(last.snapshot, 4)));
        },
      ),
      soakOptions(1),
    );
  });
});
