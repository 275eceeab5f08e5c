import {
  formatAddress,
  reachByAsking,
  type Address,
  type Cuts,
  type Endpoint,
  type Family,
  type Reachability,
  type Snapshot,
} from "@netproof/core/parts";
import { isHostAddress } from "./host-address.ts";

/**
 * For outside addresses that no host can have (0.0.0.0, 255.255.255.255, a whole multicast block): another one that no rule tells
 * apart from it, if there is one. Where addresses differ is taken from the text of the policies; what they may do is not.
 */
export interface StandIns {
  /** The address to try in its place: itself, where a host can have it; undefined where nothing can stand for it. */
  for(address: Address): Address | undefined;
}

export function standInsFor(snapshot: Snapshot, cuts: Cuts): StandIns {
  const reaches = new Map<Family, Reachability>();
  const reachOf = (family: Family): Reachability => {
    const reach = reaches.get(family) ?? reachByAsking(() => "undetermined", snapshot, cuts, family);
    reaches.set(family, reach);
    return reach;
  };
  const taken = takenAddresses(snapshot);
  return {
    for: (address) => {
      if (isHostAddress(address)) return address;
      const reach = reachOf(address.family);
      const id = reach.classOf({ kind: "external", address });
      const ranges = reach.classes.find((one) => one.id === id)?.ranges ?? [];
      return ranges.flatMap((range) => hostIn(range, address.family, taken) ?? [])[0];
    },
  };
}

export function takenAddresses({ pods, nodes }: Snapshot): ReadonlySet<string> {
  const endpoints: readonly Exclude<Endpoint, { kind: "external" }>[] = [...pods, ...nodes];
  return new Set(endpoints.flatMap(({ addresses }) => (addresses === "not-yet-assigned" ? [] : addresses.map(formatAddress))));
}

/** An address of the range that a host can have and nobody has. A large range that is of hosts only in its middle is seen through by its halves. */
export function hostIn(
  { first, last }: { readonly first: bigint; readonly last: bigint },
  family: Family,
  taken: ReadonlySet<string>,
): Address | undefined {
  const middles = [2n, 4n, 8n, 16n, 256n].flatMap((part) => [first + (last - first) / part, last - (last - first) / part]);
  // Network and broadcast addresses look odd: what lies behind the first is as good.
  for (const value of [first + 1n, first + 2n, last - 1n, ...middles, first, last]) {
    const address = { family, value };
    if (first <= value && value <= last && isHostAddress(address) && !taken.has(formatAddress(address))) return address;
  }
  return undefined;
}
