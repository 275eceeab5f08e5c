import { expect } from "vitest";
import type { Endpoint, Snapshot } from "../../src/model/cluster.ts";
import { addressIn, endpointName, sameEndpoint } from "../../src/model/endpoint.ts";
import type { Family } from "../../src/net/address.ts";
import { formatPorts, hasPort, intersect, isEmptyPorts, noPorts, subtract, unite, type PortSet } from "../../src/net/ports.ts";
import { isHost, isRelocated } from "../../src/reach/differences.ts";
import { relationOf, type Change, type Connections, type Differences, type Reachability } from "../../src/reach/reachability.ts";

/** Differences between two snapshots are those that going through all pairs finds, and each is counted and shown by a witness. */
export function expectDifferences(found: Differences, before: Snapshot, after: Snapshot, old: Reachability, young: Reachability): void {
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
