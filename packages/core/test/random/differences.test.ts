import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Endpoint, Snapshot } from "../../src/model/cluster.ts";
import { verdictOf } from "../../src/model/judgement.ts";
import { addressIn, endpointName, sameEndpoint } from "../../src/model/endpoint.ts";
import type { Family } from "../../src/net/address.ts";
import { formatPorts, hasPort, intersect, isEmptyPorts, noPorts, subtract, unite, type PortSet } from "../../src/net/ports.ts";
import { reachByAsking } from "../../src/reach/asking.ts";
import { differencesByAsking, isHost, isRelocated } from "../../src/reach/differences.ts";
import { relationOf, type Change, type Connections, type Differences, type Reachability } from "../../src/reach/reachability.ts";
import { judge, rulebook } from "../../src/semantics/judge.ts";
import { specCuts } from "../../src/spec/cuts.ts";
import { tableOf } from "../../src/spec/table/table.ts";
import { distinctCluster } from "./cluster.ts";
import { edit, edited } from "./edits.ts";
import { snapshotOf, soakOptions } from "./soak.ts";

function byAsking(snapshot: Snapshot, family: Family): Reachability {
  const rules = rulebook(snapshot);
  return reachByAsking((flow) => verdictOf(judge(rules, flow)), snapshot, specCuts(snapshot), family);
}

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

function expectDifferences(found: Differences, before: Snapshot, after: Snapshot, old: Reachability, young: Reachability): void {
  const { family } = found;
  const twins = new Map<string, Endpoint>([...before.pods, ...before.nodes].map((endpoint) => [endpointName(endpoint), endpoint]));
  const inside = [...after.pods, ...after.nodes].filter((endpoint) => addressIn(endpoint, family) !== undefined);
  const outside = freeAddresses(before, after, [old, young], family);
  const common = [
    ...inside.flatMap((now) => {
      const earlier = twins.get(endpointName(now));
      return earlier === undefined || addressIn(earlier, family) === undefined ? [] : [{ earlier, now }];
    }),
    ...outside.map((now) => ({ earlier: now, now })),
  ];
  const said = new Map<string, Map<Change, PortSet>>();
  for (const { change, ports, relation, from, to, pairs, witness } of found.all) {
    expect(pairs).toBeGreaterThan(0n);
    expect(isEmptyPorts(ports)).toBe(false);
    expect(relationOf(witness.from, witness.to)).toBe(relation);
    expect(hasPort(ports, witness.protocol, witness.port)).toBe(true);
    let count = 0n;
    for (const a of common) {
      for (const b of common) {
        if (sameEndpoint(a.now, b.now) || relationOf(a.now, b.now) !== relation) continue;
        if (!from.includes(found.classOf(a.now) ?? -1) || !to.includes(found.classOf(b.now) ?? -1)) continue;
        count++;
        const key = `${endpointName(a.now)} ${endpointName(b.now)}`;
        const own = said.get(key) ?? new Map<Change, PortSet>();
        said.set(key, own);
        expect(isEmptyPorts(intersect(own.get(change) ?? noPorts, ports))).toBe(true);
        own.set(change, unite(own.get(change) ?? noPorts, ports));
      }
    }
    if (from.every((id) => found.classes[id]?.ranges === undefined) && to.every((id) => found.classes[id]?.ranges === undefined))
      expect(pairs).toBe(count);
    else expect(pairs).toBeGreaterThanOrEqual(count);
  }
  for (const a of common) {
    for (const b of common) {
      if (a.now.kind === "external" && b.now.kind === "external") continue;
      // Of pods that run elsewhere, flows from nodes are left out.
      const relocated = [a, b].some((end) => isRelocated(end.earlier, end.now));
      if (relocated && [a.earlier, a.now].some(isHost)) continue;
      const relation = relationOf(a.now, b.now);
      const was = old.between(old.classOf(a.earlier) as number, old.classOf(b.earlier) as number, relation);
      const is = young.between(young.classOf(a.now) as number, young.classOf(b.now) as number, relation);
      const own = said.get(`${endpointName(a.now)} ${endpointName(b.now)}`) ?? new Map<Change, PortSet>();
      const text = (change: Change): string => formatPorts(own.get(change) ?? noPorts);
      const told = { opens: text("opens"), closes: text("closes"), unclear: text("unclear") };
      if (JSON.stringify(told) !== JSON.stringify(plainly(was, is))) {
        expect.fail(
          `${endpointName(a.now)} -> ${endpointName(b.now)} IPv${family}: ${JSON.stringify(told)}, but ${JSON.stringify(plainly(was, is))}`,
        );
      }
    }
  }
}

function plainly(was: Connections, is: Connections): Record<Change, string> {
  const denied = ({ allow, undetermined }: Connections): PortSet =>
    subtract(subtract({ TCP: every, UDP: every, SCTP: every }, allow), undetermined);
  const unclear = unite(subtract(was.undetermined, is.undetermined), subtract(is.undetermined, was.undetermined));
  return {
    opens: formatPorts(intersect(denied(was), is.allow)),
    closes: formatPorts(intersect(was.allow, denied(is))),
    unclear: formatPorts(unclear),
  };
}

const every = [{ first: 1, last: 65535 }];

/** Addresses at the ends of all ranges that nobody has, in either snapshot. */
function freeAddresses(before: Snapshot, after: Snapshot, reaches: readonly Reachability[], family: Family): readonly Endpoint[] {
  const taken = new Set<bigint>();
  for (const { addresses } of [...before.pods, ...before.nodes, ...after.pods, ...after.nodes]) {
    if (addresses !== "not-yet-assigned") for (const address of addresses) if (address.family === family) taken.add(address.value);
  }
  const values = new Set(
    reaches.flatMap(({ classes }) => classes.flatMap(({ ranges }) => (ranges ?? []).flatMap(({ first, last }) => [first, last]))),
  );
  return [...values].filter((value) => !taken.has(value)).map((value) => ({ kind: "external", address: { family, value } }));
}
