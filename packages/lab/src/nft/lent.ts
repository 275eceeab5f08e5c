import type { Address, Family } from "@netproof/core/parts";
import { holdsAll, meets, rangesOf, type Range } from "./ranges.ts";
import type { Stand } from "./ruleset.ts";

/** Lent addresses of which these blocks cannot tell: the pod network was not named, or lies only partly inside. */
export function doubtfulRanges(ranges: readonly Range<bigint>[], stands: readonly Stand[], family: Family): readonly Range<bigint>[] {
  // A block of nothing, or of another family, needs no address.
  if (ranges.length === 0) return [];
  return stands.flatMap(({ pod, addresses }) =>
    addresses.flatMap(({ address, lent }) => {
      if (!lent || address.family !== family) return [];
      const networks = rangesOf(pod.podNetwork, family);
      const sure =
        networks.length > 0 &&
        (networks.every((network) => holdsAll(ranges, network)) || !networks.some((network) => meets(ranges, network)));
      return sure ? [] : meantBy(address, family);
    }),
  );
}

export function meantBy(address: Address, family: Family): readonly Range<bigint>[] {
  return address.family === family ? [{ first: address.value, last: address.value }] : [];
}
