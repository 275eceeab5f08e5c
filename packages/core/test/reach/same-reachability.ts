import { expect } from "vitest";
import type { Endpoint, Snapshot } from "../../src/model/cluster.ts";
import { addressIn, endpointName } from "../../src/model/endpoint.ts";
import { sameConnections, type Connections, type Reachability } from "../../src/reach/reachability.ts";

/**
 * The contract of Reachability: two forms of it say the same of the whole flow space. Every pair of pods and nodes is compared, and
 * every pair with an address at either end of every range of the other form's and this form's outside classes: between two
 * neighbouring ends neither form can change its answer.
 */
export function expectSameReachability(a: Reachability, b: Reachability, snapshot: Snapshot): void {
  expect(a.family).toBe(b.family);
  const found = contradictionBetween(a, b, snapshot);
  if (found !== undefined) {
    const { from, to, left, right } = found;
    expect.fail(`${endpointName(from)} -> ${endpointName(to)} IPv${a.family}: ${JSON.stringify(left)}, but ${JSON.stringify(right)}`);
  }
}

/** Two endpoints of which two forms say something else. */
export interface Contradiction {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly left: Connections | undefined;
  readonly right: Connections | undefined;
}

export function contradictionBetween(a: Reachability, b: Reachability, snapshot: Snapshot): Contradiction | undefined {
  const inside: readonly Endpoint[] = [...snapshot.pods, ...snapshot.nodes];
  const endpoints = [...inside, ...outsideEnds(a, b, inside)].filter((endpoint) => addressIn(endpoint, a.family) !== undefined);
  for (const from of endpoints) {
    for (const to of endpoints) {
      const [left, right] = [a.connections(from, to), b.connections(from, to)];
      if (left === undefined || right === undefined || !sameConnections(left, right)) return { from, to, left, right };
    }
  }
  return undefined;
}

/** Addresses at the ends of all ranges, without those that pods and nodes have. */
function outsideEnds(a: Reachability, b: Reachability, inside: readonly Endpoint[]): readonly Endpoint[] {
  const { family } = a;
  const taken = new Set(
    inside.map((endpoint) => addressIn(endpoint, family)).flatMap((address) => (typeof address === "object" ? [address.value] : [])),
  );
  for (const endpoint of inside) {
    if (endpoint.kind === "node") for (const address of endpoint.addresses) if (address.family === family) taken.add(address.value);
  }
  const values = new Set<bigint>();
  for (const { ranges } of [...a.classes, ...b.classes]) {
    for (const { first, last } of ranges ?? []) values.add(first).add(last);
  }
  return [...values].filter((value) => !taken.has(value)).map((value) => ({ kind: "external", address: { family, value } }));
}
