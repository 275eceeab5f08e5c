import {
  attribute,
  nested,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  openNetlink,
  text,
  uint32,
  type Netlink,
  type Request,
} from "./netlink.ts";
import { domainOf, type AddressBytes } from "./socket-address.ts";

/** Links, addresses, routes and neighbours of one namespace (man 7 rtnetlink). Interfaces have the numbers that we give them. */

const NETLINK_ROUTE = 0;
const [RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEIGH] = [16, 20, 24, 25, 28];
const [IFLA_ADDRESS, IFLA_IFNAME, IFLA_LINKINFO, IFLA_NET_NS_FD] = [1, 3, 18, 28];
const [IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER] = [1, 2, 1];
const [IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS] = [1, 2, 8];
const IFA_F_NODAD = 2;
const [RTA_DST, RTA_OIF, RTA_GATEWAY] = [1, 4, 5];
const [NDA_DST, NDA_LLADDR] = [1, 2];
const NUD_PERMANENT = 0x80;
const IFF_UP = 1;
const RTNH_F_ONLINK = 4;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RTN_UNICAST = 1;

export const loopback = 1;

export function openRouteNetlink(): Netlink {
  return openNetlink(NETLINK_ROUTE);
}

export interface CableEnd {
  readonly name: string;
  readonly index: number;
  readonly mac: Buffer;
}

/** A pair of joined interfaces: the near end here and up, the far end in another namespace. Both up in one message fails (ENOTCONN). */
export function createCable(near: CableEnd, far: CableEnd, farNamespace: number): Request {
  const peer = Buffer.concat([
    linkBody(far.index, 0),
    attribute(IFLA_IFNAME, text(far.name)),
    attribute(IFLA_ADDRESS, far.mac),
    attribute(IFLA_NET_NS_FD, uint32(farNamespace)),
  ]);
  const info = nested(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, text("veth")), nested(IFLA_INFO_DATA, attribute(VETH_INFO_PEER, peer)));
  const body = Buffer.concat([linkBody(near.index, 0), attribute(IFLA_IFNAME, text(near.name)), attribute(IFLA_ADDRESS, near.mac), info]);
  return { type: RTM_NEWLINK, flags: NLM_F_CREATE | NLM_F_EXCL, body, doing: `veth ${near.name}` };
}

export function bringUp(index: number): Request {
  return { type: RTM_NEWLINK, flags: 0, body: linkBody(index, IFF_UP), doing: "link up" };
}

/** An address of its own network: /32 or /128, usable at once. */
export function addAddress(index: number, address: AddressBytes): Request {
  const head = Buffer.alloc(8);
  head.writeUInt8(domainOf(address), 0);
  head.writeUInt8(address.length * 8, 1);
  head.writeUInt8(IFA_F_NODAD, 2);
  head.writeUInt32LE(index, 4);
  const body = Buffer.concat([
    head,
    attribute(IFA_LOCAL, address),
    attribute(IFA_ADDRESS, address),
    attribute(IFA_FLAGS, uint32(IFA_F_NODAD)),
  ]);
  return { type: RTM_NEWADDR, flags: NLM_F_CREATE | NLM_F_REPLACE, body, doing: "address" };
}

/** Packets for one address, or for all others (`default`), go to this neighbour of the interface. */
export function addRoute(to: AddressBytes | "default", gateway: AddressBytes, index: number): Request {
  return { type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_REPLACE, body: routeBody(to, gateway, index), doing: "route" };
}

export function removeRoute(to: AddressBytes, gateway: AddressBytes, index: number): Request {
  return { type: RTM_DELROUTE, flags: 0, body: routeBody(to, gateway, index), doing: "route removal" };
}

function routeBody(to: AddressBytes | "default", gateway: AddressBytes, index: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt8(domainOf(gateway), 0);
  head.writeUInt8(to === "default" ? 0 : to.length * 8, 1);
  head.writeUInt8(RT_TABLE_MAIN, 4);
  head.writeUInt8(RTPROT_STATIC, 5);
  head.writeUInt8(RTN_UNICAST, 7);
  head.writeUInt32LE(RTNH_F_ONLINK, 8);
  const target = to === "default" ? [] : [attribute(RTA_DST, to)];
  return Buffer.concat([head, ...target, attribute(RTA_GATEWAY, gateway), attribute(RTA_OIF, uint32(index))]);
}

/** A neighbour's hardware address, for ever: nobody asks for it on the wire. */
export function addNeighbour(index: number, address: AddressBytes, mac: Buffer): Request {
  const head = Buffer.alloc(12);
  head.writeUInt8(domainOf(address), 0);
  head.writeUInt32LE(index, 4);
  head.writeUInt16LE(NUD_PERMANENT, 8);
  const body = Buffer.concat([head, attribute(NDA_DST, address), attribute(NDA_LLADDR, mac)]);
  return { type: RTM_NEWNEIGH, flags: NLM_F_CREATE | NLM_F_REPLACE, body, doing: "neighbour" };
}

/** `struct ifinfomsg`. */
function linkBody(index: number, flags: number): Buffer {
  const body = Buffer.alloc(16);
  body.writeInt32LE(index, 4);
  body.writeUInt32LE(flags, 8);
  body.writeUInt32LE(flags, 12);
  return body;
}
