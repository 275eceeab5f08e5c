import type { Endpoint, Snapshot } from "../model/cluster.ts";
import { addressIn } from "../model/endpoint.ts";
import { families, type Family } from "../net/address.ts";
import type { Cidr } from "../net/cidr.ts";

/**
 * The families a view has to ask (S15): those in which some end has an address, and those in which a pod may get one, as soon as
 * some block tells the families apart. Where none does, IPv4 stands for both.
 */
export function familiesInUse(snapshot: Snapshot, outside: readonly Endpoint[], blocks: readonly Cidr[]): readonly Family[] {
  const ends = [...snapshot.pods, ...snapshot.nodes, ...outside];
  const used = families.filter((family) => ends.some((endpoint) => typeof addressIn(endpoint, family) === "object"));
  const possible = families.filter((family) => snapshot.pods.some((pod) => addressIn(pod, family) === "not-yet-assigned"));
  const all = families.filter((family) => used.includes(family) || (blocks.length > 0 && possible.includes(family)));
  return all.length > 0 ? all : [possible[0] ?? 4];
}
