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

  test("after every edit of a random walk, says what a fresh one says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(distinctCluster, { minLength: 2, maxLength: 6 }), fc.array(edit, { minLength: 5, maxLength: 20 }), async (raws, edits) => {
        const snapshots = [];
        for (const raw of raws) snapshots.push(await snapshotOf(raw));
        let [snapshot] = snapshots as [Snapshot, ...Snapshot[]];
        let table = tableOf(snapshot, 4);
        for (const step of edits) {
          snapshot = edited(snapshot, snapshots, step);
          table = tableOf(snapshot, 4, table);
          expectSameReachability(table, tableOf(snapshot, 4), snapshot);
        }
      }),
      soakOptions(0.5),
    );
  });
});

interface EditStep {
  readonly what: "add-policy" | "delete-policy" | "replace-policy" | "delete-pod" | "add-pod" | "cluster-policies";
  readonly from: number;
  readonly index: number;
}

const edit: fc.Arbitrary<EditStep> = fc.record({
  what: fc.constantFrom("add-policy", "add-policy", "delete-policy", "replace-policy", "delete-pod", "add-pod", "cluster-policies"),
  from: fc.nat(5),
  index: fc.nat(10),
});

/** A policy or pod of another cluster comes, goes or takes a place; everything else stays the same object. */
function edited(snapshot: Snapshot, others: readonly Snapshot[], { what, from, index }: EditStep): Snapshot {
  const other = others[from % others.length] as Snapshot;
  const policy = other.policies[index % Math.max(1, other.policies.length)];
  const position = index % Math.max(1, snapshot.policies.length);
  switch (what) {
    case "add-policy":
      return policy === undefined || snapshot.policies.includes(policy) ? snapshot : { ...snapshot, policies: [...snapshot.policies, policy] };
    case "delete-policy":
      return { ...snapshot, policies: snapshot.policies.filter((_, i) => i !== position) };
    case "replace-policy":
      return policy === undefined || snapshot.policies.includes(policy) ? snapshot : { ...snapshot, policies: snapshot.policies.map((own, i) => (i === position ? policy : own)) };
    case "delete-pod":
      return { ...snapshot, pods: snapshot.pods.filter((_, i) => i !== index % Math.max(1, snapshot.pods.length)) };
    case "add-pod": {
      const pod = other.pods[index % Math.max(1, other.pods.length)];
      const clashes = pod === undefined || snapshot.pods.some((own) => own.name === pod.name && own.namespace.name === pod.namespace.name);
      const space = snapshot.namespaces.find(({ name }) => name === pod?.namespace.name);
      return clashes || space === undefined ? snapshot : { ...snapshot, pods: [...snapshot.pods, { ...pod, namespace: space }] };
    }
    case "cluster-policies":
      return { ...snapshot, clusterPolicies: other.clusterPolicies };
  }
}
