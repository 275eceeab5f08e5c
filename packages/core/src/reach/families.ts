import type { Endpoint, Snapshot } from "../model/cluster.ts";
import { addressIn } from "../model/endpoint.ts";
import { families, type Family } from "../net/address.ts";
import type { Cidr } from "../net/cidr.ts";

/**
 * The families a view has to ask (S15): those in which some end has an address, and those that some block speaks of.
 * Where nobody has an address yet, IPv4 stands for both unless a block tells them apart.
 */
export function familiesInUse(snapshot: Snapshot, outside: readonly Endpoint[], blocks: readonly Cidr[]): readonly Family[] {
  const assigned = (family: Family): boolean =>
    [...snapshot.pods, ...snapshot.nodes, ...outside].some((endpoint) => typeof addressIn(endpoint, family) === "object");
  const used = families.filter(assigned);
  const unassigned = snapshot.pods.some(({ addresses }) => addresses === "not-yet-assigned");
  const spokenOf = unassigned || used.length === 0 ? families.filter((family) => blocks.some((block) => block.family === family)) : [];
  const all = families.filter((family) => used.includes(family) || spokenOf.includes(family));
  return all.length === 0 ? [4] : all;
}
