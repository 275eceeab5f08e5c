import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pod, Snapshot } from "../../src/model/cluster.ts";
import { verdictOf } from "../../src/model/judgement.ts";
import type { NetworkPolicy, Peer, Rule, Selector } from "../../src/model/policy.ts";
import { parseCidr, type Cidr } from "../../src/net/cidr.ts";
import { isEmptyPorts } from "../../src/net/ports.ts";
import { reachByAsking } from "../../src/reach/asking.ts";
import type { Reachability } from "../../src/reach/reachability.ts";
import { judge, rulebook } from "../../src/semantics/judge.ts";
import { specCuts } from "../../src/spec/cuts.ts";
import { podPairs } from "../../src/spec/table/pairs.ts";
import { tableOf } from "../../src/spec/table/table.ts";
import type { Origin } from "../../src/text/source.ts";
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

  test("after every edit of a random walk, says what a fresh one says, and an earlier one what it said", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(distinctCluster, { minLength: 2, maxLength: 6 }), fc.array(edit, { minLength: 5, maxLength: 20 }), async (raws, edits) => {
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
      }),
      soakOptions(1),
    );
  });
});

const kindsOfEdit = ["add-policy", "add-policy", "delete-policy", "replace-policy", "look-closer", "look-closer", "delete-pod", "add-pod", "relabel-pod", "move-pod", "relabel-namespace", "cluster-policies", "unread", "go-back"] as const;

interface EditStep {
  readonly what: (typeof kindsOfEdit)[number];
  readonly from: number;
  readonly index: number;
}

const edit: fc.Arbitrary<EditStep> = fc.record({ what: fc.constantFrom(...kindsOfEdit), from: fc.nat(5), index: fc.nat(30) });

/** A policy or pod of another cluster comes, goes or takes a place, or a label changes; everything else stays the same object. */
function edited(snapshot: Snapshot, others: readonly Snapshot[], { what, from, index }: EditStep): Snapshot {
  const other = others[from % others.length] as Snapshot;
  const policy = other.policies[index % Math.max(1, other.policies.length)];
  const position = index % Math.max(1, snapshot.policies.length);
  const pod = snapshot.pods[index % Math.max(1, snapshot.pods.length)];
  const replacePods = (change: (own: Pod) => Pod): Snapshot => ({ ...snapshot, pods: snapshot.pods.map(change) });
  switch (what) {
    case "add-policy":
      return policy === undefined || snapshot.policies.includes(policy) ? snapshot : { ...snapshot, policies: [...snapshot.policies, policy] };
    case "delete-policy":
      return { ...snapshot, policies: snapshot.policies.filter((_, i) => i !== position) };
    case "replace-policy":
      return policy === undefined || snapshot.policies.includes(policy) ? snapshot : { ...snapshot, policies: snapshot.policies.map((own, i) => (i === position ? policy : own)) };
    case "look-closer":
      return { ...snapshot, policies: snapshot.policies.map((own, i) => (i === position ? lookingCloser(own, index) : own)) };
    case "delete-pod":
      return { ...snapshot, pods: snapshot.pods.filter((own) => own !== pod) };
    case "add-pod": {
      const added = other.pods[index % Math.max(1, other.pods.length)];
      const clashes = added === undefined || snapshot.pods.some((own) => own.name === added.name && own.namespace.name === added.namespace.name);
      const space = snapshot.namespaces.find(({ name }) => name === added?.namespace.name);
      return clashes || space === undefined ? snapshot : { ...snapshot, pods: index % 2 === 0 ? [...snapshot.pods, { ...added, namespace: space }] : [{ ...added, namespace: space }, ...snapshot.pods] };
    }
    case "relabel-pod":
      return replacePods((own) => (own === pod ? { ...own, labels: new Map([...own.labels, ["rare", rareValues[from % 3] as string]]), ports: [...own.ports, { name: "rare", protocol: "TCP", port: 79 }] } : own));
    case "move-pod":
      return { ...snapshot, pods: [...snapshot.pods].reverse() };
    case "relabel-namespace": {
      const before = snapshot.namespaces[index % Math.max(1, snapshot.namespaces.length)];
      if (before === undefined) return snapshot;
      const after = { ...before, labels: new Map([...before.labels, ["rare", rareValues[from % 3] as string]]) };
      const { namespaces } = snapshot;
      return { ...replacePods((own) => (own.namespace === before ? { ...own, namespace: after } : own)), namespaces: namespaces.map((own) => (own === before ? after : own)) };
    }
    case "cluster-policies":
      return { ...snapshot, clusterPolicies: other.clusterPolicies };
    case "unread":
      return { ...snapshot, unread: snapshot.unread.length > 0 ? [] : [{ group: "cilium.io", kind: "CiliumNetworkPolicy", name: "c", scope: { namespace: "x" }, origin: noOrigin }] };
    case "go-back":
      return snapshot;
  }
}

const rareValues = ["a", "b", ""];
const noOrigin: Origin = { document: { source: { name: "", text: "" }, locate: () => ({ source: { name: "", text: "" }, start: 0, end: 0 }) }, path: "" };

/** The policy with further peers that look at what no generated one does. */
function lookingCloser(policy: NetworkPolicy, index: number): NetworkPolicy {
  const rare = (operator: "In" | "NotIn" | "Exists" | "DoesNotExist"): Selector => ({ origin: noOrigin, requirements: [{ key: "rare", operator, values: operator.endsWith("In") ? [rareValues[index % 3] as string] : [], origin: noOrigin }] });
  const operator = (["In", "NotIn", "Exists", "DoesNotExist"] as const)[index % 4] ?? "In";
  const cidr = parseCidr(["10.0.0.4/31", "10.0.0.2/31", "10.0.0.0/27", "192.168.0.0/30", "10.0.0.5/32"][index % 5] as string)?.cidr as Cidr;
  const peers: readonly Peer[] = [
    { kind: "pods", namespaces: "every", pods: rare(operator), origin: noOrigin },
    { kind: "pods", namespaces: rare(operator), pods: "every", origin: noOrigin },
    { kind: "ipBlock", cidr, except: [], origin: noOrigin },
  ];
  const direction = index % 2 === 0 ? "ingress" : "egress";
  const rule: Rule = { direction, policy: policy.name, peers: [peers[index % 3] as Peer], ports: index % 7 === 0 ? [{ protocol: "TCP", port: { name: "rare" }, origin: noOrigin }] : "any", origin: noOrigin };
  return { ...policy, [direction]: [...(policy[direction] ?? []), rule], ...(index % 5 === 0 ? { subject: rare(operator) } : {}) };
}
