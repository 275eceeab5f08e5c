import { formatAddress, sameAddress, type Address, type Family } from "../net/address.ts";
import type { Endpoint } from "./cluster.ts";

/**
 * The address an endpoint has in one family (S15): undefined when it has none, so that there is no such flow. A pod without an
 * address may get one in the families of the pod network, where that was named, else in both.
 */
export function addressIn(endpoint: Endpoint, family: Family): Address | "not-yet-assigned" | undefined {
  switch (endpoint.kind) {
    case "external":
      return endpoint.address.family === family ? endpoint.address : undefined;
    case "node":
      return endpoint.addresses.find((address) => address.family === family);
    case "pod":
      if (endpoint.addresses !== "not-yet-assigned") return endpoint.addresses.find((address) => address.family === family);
      return endpoint.hostNetwork || endpoint.podNetwork.length === 0 || endpoint.podNetwork.some((network) => network.family === family)
        ? "not-yet-assigned"
        : undefined;
  }
}

/** Endpoints are the same when they are the same pod, node or address, whichever object speaks of them. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "pod":
      return b.kind === "pod" && a.namespace.name === b.namespace.name && a.name === b.name;
    case "node":
      return b.kind === "node" && a.name === b.name;
    case "external":
      return b.kind === "external" && sameAddress(a.address, b.address);
  }
}

/** The full name, for files and machines: `dev/web`, `node/worker-1`, an outside point's name or its address. */
export function endpointName(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case "pod":
      return `${endpoint.namespace.name}/${endpoint.name}`;
    case "node":
      return `node/${endpoint.name}`;
    case "external":
      return endpoint.name ?? formatAddress(endpoint.address);
  }
}

/** The node an endpoint's traffic belongs to: the node itself, or a host-network pod's (S21). */
export function nodeNameOf(endpoint: Endpoint): string | undefined {
  if (endpoint.kind === "node") return endpoint.name;
  return endpoint.kind === "pod" && endpoint.hostNetwork ? endpoint.node : undefined;
}
