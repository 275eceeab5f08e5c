import type { External, Snapshot } from "../model/cluster.ts";
import type { Family } from "../net/address.ts";
import type { AddressRange } from "./cuts.ts";

/** Outside addresses that no rule tells apart. */
export interface OutsideClass {
  readonly representative: External;
  /** How many addresses, those of pods and nodes not counted: an address that a pod or a node has is that pod or node (S21). */
  readonly size: bigint;
  readonly ranges: readonly AddressRange[];
}

/** The class of some ranges; undefined where pods and nodes have all of their addresses. `taken` is ascending and distinct. */
export function outsideClass(ranges: readonly AddressRange[], taken: readonly bigint[], family: Family): OutsideClass | undefined {
  let [free, size]: [bigint | undefined, bigint] = [undefined, 0n];
  for (const range of ranges) {
    const [from, to] = [firstAtLeast(taken, range.first), firstAtLeast(taken, range.last + 1n)];
    size += range.last - range.first + 1n - BigInt(to - from);
    free ??= firstFree(range, taken, from, to);
  }
  return free === undefined ? undefined : { representative: { kind: "external", address: { family, value: free } }, size, ranges };
}

/** The addresses of pods and nodes in one family, ascending and distinct. Edits of policies leave pods and nodes as they are, so it is kept by them. */
export function takenAddresses({ pods, nodes }: Snapshot, family: Family): readonly bigint[] {
  const known = keptAddresses.get(pods)?.get(nodes)?.get(family);
  if (known !== undefined) return known;
  const taken = new Set<bigint>();
  for (const endpoints of [pods, nodes]) {
    for (const { addresses } of endpoints) {
      for (const address of addresses === "not-yet-assigned" ? [] : addresses) if (address.family === family) taken.add(address.value);
    }
  }
  const ascending = [...taken].sort((a, b) => (a < b ? -1 : 1));
  const byNodes = keptAddresses.get(pods) ?? new WeakMap<object, Map<Family, readonly bigint[]>>();
  keptAddresses.set(pods, byNodes);
  byNodes.set(nodes, (byNodes.get(nodes) ?? new Map<Family, readonly bigint[]>()).set(family, ascending));
  return ascending;
}

const keptAddresses = new WeakMap<object, WeakMap<object, Map<Family, readonly bigint[]>>>();

function firstFree({ first, last }: AddressRange, taken: readonly bigint[], from: number, to: number): bigint | undefined {
  let free = first;
  for (let i = from; i < to && taken[i] === free; i++) free++;
  return free <= last ? free : undefined;
}

function firstAtLeast(sorted: readonly bigint[], value: bigint): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as bigint) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
