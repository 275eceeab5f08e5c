import type { Pod } from "../model/cluster.ts";
import { lastAddress, type Address, type Family } from "../net/address.ts";
import { inCidr, type Cidr } from "../net/cidr.ts";

/** S5: in `cidr` and in none of `except`. A pod's own address is matched like any other. */
export function blockHolds(
  block: { readonly cidr: Cidr; readonly except: readonly Cidr[] },
  address: Address,
): "inside" | "outside" | "excepted" {
  if (!inCidr(block.cidr, address)) return "outside";
  return block.except.some((except) => inCidr(except, address)) ? "excepted" : "inside";
}

/**
 * S16: a pod from a template has no address yet. The pod network, where it was named, decides
 * if it lies wholly inside or outside the block; otherwise nobody can tell.
 */
export function blockHoldsNetwork(
  block: { readonly cidr: Cidr; readonly except: readonly Cidr[] },
  pod: Pod,
  family: Family,
): "inside" | "outside" | "unknown" {
  if (block.cidr.family !== family) return "outside";
  // Any address is in 0.0.0.0/0 and ::/0.
  if (block.except.length === 0 && block.cidr.first === 0n && block.cidr.last === lastAddress(family)) return "inside";
  // S10: a host-network pod gets its node's address, of which the pod network says nothing.
  const networks = pod.hostNetwork ? [] : pod.podNetwork.filter((network) => network.family === family);
  if (networks.length === 0) return "unknown";
  const all = networks.every((network) => within(network, block.cidr) && !block.except.some((except) => overlap(network, except)));
  if (all) return "inside";
  const none = networks.every((network) => !overlap(network, block.cidr) || block.except.some((except) => within(network, except)));
  return none ? "outside" : "unknown";
}

function within(inner: Cidr, outer: Cidr): boolean {
  return inner.family === outer.family && outer.first <= inner.first && inner.last <= outer.last;
}

function overlap(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}
