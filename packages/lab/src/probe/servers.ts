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
import { addressBytes, addressIn, addressText, domainOf, socketAddress, type AddressBytes } from "../sys/socket-address.ts";
import type { BuiltPlace } from "../world/world.ts";
import type { Loop } from "./loop.ts";
import type { Target } from "./order.ts";
import { identity, page } from "./page.ts";
import { abortPacket, initAckPacket, readSctp } from "./sctp.ts";

/** Listens on one address and port. */
export interface Server {
  /** Whether it answers in its own place, where its packets meet no router and no rule; undefined until that is asked. */
  atHome: boolean | undefined;
  /** Never makes way for others. */
  stays: boolean;
}

/** What answers in the places of the lab. */
export interface Servers {
  /** Listens on an address and port from now on, if nobody does yet. */
  serve(target: Target): Server;
  /** How many there are that never make way. */
  readonly staying: number;
  /** Where these and what is open would be more than `most`, those that were opened first make way for them. */
  makeWayFor(targets: readonly Target[], most: number): void;
  /** Nothing of a place that is gone answers any more. */
  forget(place: number): void;
}

/** More callers may wait than ever ask at once: a queue that is full would look like a policy that drops. */
const backlog = 4096;
const longestRequest = 8192;

export function createServers(loop: Loop, placeAt: (id: number) => BuiltPlace): Servers {
  const serving = new Map<string, Listening>();
  /** The raw sockets of SCTP, by place and address. */
  const raw = new Map<string, { readonly fd: number; readonly open: Set<number> }>();
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

  const listen = (place: BuiltPlace, address: AddressBytes, protocol: Protocol, port: number): (() => void) => {
    if (protocol !== "SCTP") {
      const fd = (protocol === "TCP" ? serveTcp : serveUdp)(place, address, port);
      return () => loop.close(fd);
    }
    const where = `${place.place.id} ${addressText(address)}`;
    let socket = raw.get(where);
    if (socket === undefined) {
      const open = new Set<number>();
      socket = { fd: serveSctp(place, address, open), open };
      raw.set(where, socket);
    }
    const { fd, open } = socket;
    open.add(port);
    return () => {
      open.delete(port);
      if (open.size > 0) return;
      loop.close(fd);
      raw.delete(where);
    };
  };

  const close = (key: string, { stop }: Listening): void => {
    stop();
    serving.delete(key);
  };
  const staying = (): number => [...serving.values()].filter(({ server }) => server.stays).length;

  return {
    serve: (target) => {
      const key = serverKey(target);
      const known = serving.get(key);
      if (known !== undefined) return known.server;
      const server: Server = { atHome: undefined, stays: false };
      const stop = listen(placeAt(target.to), addressBytes(target.target), target.protocol, target.port);
      serving.set(key, { place: target.to, server, stop });
      return server;
    },
    get staying() {
      return staying();
    },
    makeWayFor: (targets, most) => {
      const wanted = new Set(targets.map(serverKey));
      let over = serving.size - staying() - most;
      for (const key of wanted) if (!serving.has(key)) over++;
      for (const [key, one] of serving) {
        if (over <= 0) return;
        if (one.server.stays || wanted.has(key)) continue;
        close(key, one);
        over--;
      }
    },
    forget: (gone) => {
      for (const [fd, place] of talking) {
        if (place !== gone) continue;
        resetOnClose(fd);
        end(fd);
      }
      for (const [key, one] of serving) if (one.place === gone) close(key, one);
    },
  };
}

export function serverKey({ to, target, protocol, port }: Target): string {
  return `${to} ${target} ${protocol} ${port}`;
}

interface Listening {
  readonly place: number;
  readonly server: Server;
  stop(): void;
}

/** EAGAIN: everything that was there has been taken. */
const again = -11;

/** What a raw socket receives begins with the IPv4 header, but without the one of IPv6. */
export function withoutIPHeader(packet: Buffer, address: AddressBytes): Buffer {
  return address.length === 16 ? packet : packet.subarray(((packet[0] ?? 5) & 15) * 4);
}
