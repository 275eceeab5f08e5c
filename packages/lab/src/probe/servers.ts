import type { Protocol } from "@netproof/core/parts";
import {
  acceptFrom,
  bindSocket,
  EPOLLIN,
  EPOLLRDHUP,
  IPPROTO_SCTP,
  listenOn,
  onlyIPv6,
  openSocket,
  receiveData,
  receiveDataFrom,
  resetOnClose,
  reuseAddress,
  sendData,
  sendDataTo,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
} from "../sys/libc.ts";
import { inNamespace } from "../sys/netns.ts";
import { addressIn, addressText, domainOf, socketAddress, type AddressBytes } from "../sys/socket-address.ts";
import type { BuiltPlace } from "../world/world.ts";
import type { Loop } from "./loop.ts";
import { identity, page } from "./page.ts";
import { abortPacket, initAckPacket, readSctp } from "./sctp.ts";

/** What answers in the places of the lab. */
export interface Servers {
  /** Listens on an address and port from now on, if nobody does yet; true when it is new. */
  serve(place: BuiltPlace, address: AddressBytes, protocol: Protocol, port: number): boolean;
  /** Nothing of a place that is gone answers any more. */
  forget(place: number): void;
}

/** More callers may wait than ever ask at once: a queue that is full would look like a policy that drops. */
const backlog = 4096;
const longestRequest = 8192;

export function createServers(loop: Loop): Servers {
  const serving = new Map<string, { readonly place: number; readonly fd: number }>();
  const ports = new Map<string, Set<number>>();
  /** Connections that callers hold, by the place that answers. A socket would keep the namespace of a place that is gone. */
  const talking = new Map<number, number>();
  const end = (fd: number): void => {
    talking.delete(fd);
    loop.close(fd);
  };
  const data = Buffer.alloc(65536);
  const caller = Buffer.alloc(28);

  const serveTcp = ({ place, namespace }: BuiltPlace, address: AddressBytes, port: number): number => {
    const fd = inNamespace(namespace, () => openSocket(domainOf(address), SOCK_STREAM, 0));
    reuseAddress(fd);
    if (address.length === 16) onlyIPv6(fd);
    bindSocket(fd, socketAddress(address, port));
    listenOn(fd, backlog);
    loop.watch(fd, EPOLLIN, () => {
      for (let connection = acceptFrom(fd, caller); connection >= 0; connection = acceptFrom(fd, caller)) {
        talk(connection, place.id, place.name, addressText(address), addressText(addressIn(caller) ?? address));
      }
    });
    return fd;
  };

  /** One connection: a probe is told who answers and may then go on or close; a browser gets the page. */
  const talk = (fd: number, place: number, name: string, own: string, from: string): void => {
    let asked = "";
    talking.set(fd, place);
    loop.watch(fd, EPOLLIN | EPOLLRDHUP, () => {
      for (let length = receiveData(fd, data); ; length = receiveData(fd, data)) {
        if (length <= 0) {
          if (length !== again) end(fd);
          return;
        }
        const said = data.toString("latin1", 0, length);
        if (asked === "" && !/^(?:GET|HEAD) /.test(said)) {
          sendData(fd, identity(place, from));
          continue;
        }
        asked += said;
        if (asked.includes("\r\n\r\n")) {
          sendData(fd, Buffer.from(page(name, own, from)));
          end(fd);
          return;
        }
        if (asked.length > longestRequest) {
          resetOnClose(fd);
          end(fd);
          return;
        }
      }
    });
  };

  const serveUdp = ({ place, namespace }: BuiltPlace, address: AddressBytes, port: number): number => {
    const fd = inNamespace(namespace, () => openSocket(domainOf(address), SOCK_DGRAM, 0));
    if (address.length === 16) onlyIPv6(fd);
    bindSocket(fd, socketAddress(address, port));
    loop.watch(fd, EPOLLIN, () => {
      for (let length = receiveDataFrom(fd, data, caller); length !== again; length = receiveDataFrom(fd, data, caller)) {
        const from = length < 0 ? undefined : addressIn(caller);
        if (from !== undefined) sendDataTo(fd, identity(place.id, addressText(from)), caller.subarray(0, from.length === 4 ? 16 : 28));
      }
    });
    return fd;
  };

  /** One raw socket per address hears all of its SCTP; it answers on the ports that are served. */
  const serveSctp = ({ namespace }: BuiltPlace, address: AddressBytes, open: ReadonlySet<number>): number => {
    const fd = inNamespace(namespace, () => openSocket(domainOf(address), SOCK_RAW, IPPROTO_SCTP));
    bindSocket(fd, socketAddress(address, 0));
    loop.watch(fd, EPOLLIN, () => {
      for (let length = receiveDataFrom(fd, data, caller); length !== again; length = receiveDataFrom(fd, data, caller)) {
        const from = addressIn(caller);
        const request = length < 0 ? undefined : readSctp(withoutIPHeader(data.subarray(0, length), address));
        if (from === undefined || request?.chunk !== "init") continue;
        const answer = open.has(request.targetPort) ? initAckPacket(request) : abortPacket(request);
        // A raw socket's address has no port.
        sendDataTo(fd, answer, socketAddress(from, 0));
      }
    });
    return fd;
  };

  return {
    serve: (place, address, protocol, port) => {
      const where = `${place.place.id} ${protocol} ${addressText(address)}`;
      const key = `${where} ${port}`;
      if (serving.has(key)) return false;
      let fd: number;
      switch (protocol) {
        case "TCP":
          fd = serveTcp(place, address, port);
          break;
        case "UDP":
          fd = serveUdp(place, address, port);
          break;
        case "SCTP": {
          const open = ports.get(where);
          if (open !== undefined) {
            fd = serving.get(where)?.fd ?? -1;
            open.add(port);
            break;
          }
          const first = new Set([port]);
          ports.set(where, first);
          fd = serveSctp(place, address, first);
          serving.set(where, { place: place.place.id, fd });
        }
      }
      serving.set(key, { place: place.place.id, fd });
      return true;
    },
    forget: (gone) => {
      for (const [fd, place] of talking) {
        if (place !== gone) continue;
        resetOnClose(fd);
        end(fd);
      }
      for (const [key, { place, fd }] of serving) {
        if (place !== gone) continue;
        loop.close(fd);
        serving.delete(key);
        ports.delete(key);
      }
    },
  };
}

/** EAGAIN: everything that was there has been taken. */
const again = -11;

/** What a raw socket receives begins with the IPv4 header, but without the one of IPv6. */
export function withoutIPHeader(packet: Buffer, address: AddressBytes): Buffer {
  return address.length === 16 ? packet : packet.subarray(((packet[0] ?? 5) & 15) * 4);
}
