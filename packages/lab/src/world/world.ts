import { deviceOf, type Place } from "../plan/place.ts";
import { closeFd } from "../sys/libc.ts";
import { createNamespace, inNamespace, releaseNamespace, type Namespace } from "../sys/netns.ts";
import { request, type Netlink, type Request } from "../sys/netlink.ts";
import {
  addAddress,
  addNeighbour,
  addRoute,
  bringUp,
  createCable,
  loopback,
  openRouteNetlink,
  removeRoute,
  type CableEnd,
} from "../sys/route-netlink.ts";
import { addressBytes, type AddressBytes } from "../sys/socket-address.ts";
import { writeSettings } from "./sysctls.ts";

/** A place that was built. */
export interface BuiltPlace {
  readonly place: Place;
  readonly namespace: Namespace;
  readonly addresses: readonly AddressBytes[];
  readonly links: Netlink;
}

/** All namespaces of the lab, by the ids of their places. Only descriptors of this process hold them. */
export interface World {
  readonly places: ReadonlyMap<number, BuiltPlace>;
  /** Builds places; a router comes before what hangs from it. */
  add(places: readonly Place[]): void;
  remove(ids: readonly number[]): void;
}

/** Every router answers to these on every cable; what hangs from a router answers to the others. No address is ever asked for on the wire. */
const routerGateways = [addressBytes("169.254.1.1"), addressBytes("fe80::1")];
const placeGateways = [addressBytes("169.254.1.2"), addressBytes("fe80::2")];
const routerMac = Buffer.from([0xee, 0xee, 0xee, 0xee, 0xee, 0xee]);
/** The place's end of its cable has this number in its namespace. */
const uplink = 2;

export function createWorld(): World {
  const places = new Map<number, BuiltPlace>();

  const add = (place: Place): void => {
    const built = build(place);
    places.set(place.id, built);
    if (place.router === undefined) return;
    const router = placeAt(place.router);
    const [near, far] = cable(place);
    request(router.links, [
      createCable(near, far, built.namespace),
      bringUp(near.index),
      ...placeGateways.map((gateway) => addNeighbour(near.index, gateway, far.mac)),
    ]);
    request(built.links, [
      bringUp(uplink),
      ...(isRouter(place) ? [] : built.addresses.map((address) => addAddress(uplink, address))),
      ...routerGateways.map((gateway) => addNeighbour(uplink, gateway, routerMac)),
      ...routerGateways.map((gateway) => addRoute("default", gateway, uplink)),
    ]);
    routesTo(built, (links, change) => request(links, change), addRoute);
  };

  /** Every router on the way from the fabric learns where the addresses of a place are. */
  const routesTo = (
    { place, addresses }: BuiltPlace,
    apply: (links: Netlink, change: readonly Request[]) => void,
    change: (to: AddressBytes, gateway: AddressBytes, index: number) => Request,
  ): void => {
    let below = place;
    for (let id = place.router; id !== undefined;) {
      const router = placeAt(id);
      const [{ index }] = cable(below);
      apply(
        router.links,
        addresses.map((address) => change(address, gatewayFor(address), index)),
      );
      below = router.place;
      id = router.place.router;
    }
  };

  const placeAt = (id: number): BuiltPlace => {
    const built = places.get(id);
    if (built === undefined) throw new Error(`there is no place ${id}`);
    return built;
  };

  const remove = (id: number): void => {
    const built = placeAt(id);
    routesTo(built, (links, change) => request(links, change), removeRoute);
    // The kernel takes the cable away with the namespace, in its own time; removing it here would wait for that.
    built.links.close();
    releaseNamespace(built.namespace);
    places.delete(id);
  };

  return {
    places,
    add: (wanted) => wanted.forEach(add),
    // What hangs from a router goes before it.
    remove: (ids) => [...ids].sort((a, b) => b - a).forEach(remove),
  };
}

function build(place: Place): BuiltPlace {
  const namespace = createNamespace();
  const addresses = place.addresses.map(addressBytes);
  try {
    const links = inNamespace(namespace, () => {
      writeSettings(isRouter(place) ? "router" : "host");
      return openRouteNetlink();
    });
    // A router's own addresses stand on its loopback: its ICMP errors then come from a meaningful source.
    request(links, [bringUp(loopback), ...(isRouter(place) ? addresses.map((address) => addAddress(loopback, address)) : [])]);
    return { place, namespace, addresses, links };
  } catch (error) {
    closeFd(namespace);
    throw error;
  }
}

function isRouter({ role }: Place): boolean {
  return role === "fabric" || role === "node";
}

/** The router's end, known by the place's number, and the place's own. */
function cable({ id }: Place): readonly [near: CableEnd, far: CableEnd] {
  const own = Buffer.from([0x02, 0, 0, id >> 16, (id >> 8) & 255, id & 255]);
  return [
    { name: deviceOf({ id }), index: id + 10, mac: routerMac },
    { name: "eth0", index: uplink, mac: own },
  ];
}

function gatewayFor(address: AddressBytes): AddressBytes {
  return placeGateways[address.length === 4 ? 0 : 1] as AddressBytes;
}
