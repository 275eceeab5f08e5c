import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Snapshot } from "../../src/model/cluster.ts";
import type { Family } from "../../src/net/address.ts";
import { differencesByAsking } from "../../src/reach/differences.ts";
import { tableOf } from "../../src/spec/table/table.ts";
import { byAsking } from "../reach/by-asking.ts";
import { expectDifferences } from "../reach/same-differences.ts";
import { distinctCluster } from "./cluster.ts";
import { edit, edited } from "./edits.ts";
import { snapshotOf, soakOptions } from "./soak.ts";

describe("differences", () => {
  test("after edits, are those that going through all pairs finds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(distinctCluster, { minLength: 2, maxLength: 4 }),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        fc.constantFrom<Family>(4, 4, 6),
        async (raws, edits, family) => {
          const snapshots: Snapshot[] = [];
          for (const raw of raws) snapshots.push(await snapshotOf(raw));
          const [before] = snapshots as [Snapshot, ...Snapshot[]];
          const after = edits.reduce((snapshot, step) => edited(snapshot, snapshots, step), before);
          const table = tableOf(before, family);
          const [old, young] = [byAsking(before, family), byAsking(after, family)];
          for (const later of [tableOf(after, family, table), tableOf(after, family)]) {
            expectDifferences(
              table.differencesTo?.(later) ?? differencesByAsking({ snapshot: before, reach: table }, { snapshot: after, reach: later }),
              before,
              after,
              old,
              young,
            );
          }
          expectDifferences(
            differencesByAsking({ snapshot: before, reach: old }, { snapshot: after, reach: young }),
            before,
            after,
            old,
            young,
          );
        },
      ),
      soakOptions(1),
    );
  });

  test("of two clusters that were read apart, are those that going through all pairs finds", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, distinctCluster, async (first, second) => {
        // The pods of the one with the policies of the other.
        const [before, after] = [await snapshotOf(first), await snapshotOf({ ...second, pods: first.pods, nodes: first.nodes })];
        const [table, old, young] = [tableOf(before, 4), byAsking(before, 4), byAsking(after, 4)];
        expectDifferences(
          table.differencesTo?.(tableOf(after, 4)) ??
            differencesByAsking({ snapshot: before, reach: table }, { snapshot: after, reach: tableOf(after, 4) }),
          before,
          after,
          old,
          young,
        );
      }),
      soakOptions(0.5),
    );
  });

  test("equivalent rewrites of policies give none", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => {
        const before = await snapshotOf(raw);
        // One policy per rule says what one policy with all of them does.
        const policies = before.policies.flatMap((policy) => [
          { ...policy, ingress: policy.ingress && [], egress: policy.egress && [] },
          ...(policy.ingress ?? []).map((rule) => ({ ...policy, ingress: [rule], egress: undefined })),
          ...(policy.egress ?? []).map((rule) => ({ ...policy, egress: [rule], ingress: undefined })),
        ]);
        const after = { ...before, policies: policies.reverse() };
        const table = tableOf(before, 4);
        expect(table.differencesTo?.(tableOf(after, 4, table))?.all).toEqual([]);
        expect(table.differencesTo?.(tableOf(after, 4))?.all).toEqual([]);
      }),
      soakOptions(0.5),
    );
  });
});
