import {
  bindSocket,
  connectSocket,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  errno,
  errnoName,
  IPPROTO_SCTP,
  openSocket,
  pendingError,
  queuedError,
  receiveData,
  receiveErrors,
  resetOnClose,
  sendData,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  SystemError,
  type QueuedError,
} from "../sys/libc.ts";
import { inNamespace } from "../sys/netns.ts";
import { addressBytes, addressIn, addressText, domainOf, socketAddress } from "../sys/socket-address.ts";
import type { BuiltPlace } from "../world/world.ts";
import type { Loop } from "./loop.ts";
import type { Order, Seen } from "./order.ts";
import { hello, readIdentity } from "./page.ts";
import { abortPacket, initPacket, readSctp } from "./sctp.ts";
import { withoutIPHeader } from "./servers.ts";

/** A probe under way. */
export interface Attempt {
  /** Nothing came back so far: gives up. Does nothing when it is over. */
  giveUp(): void;
}

const data = Buffer.alloc(4096);

/** Sends the first packet of a flow from the place where it begins; `done` hears once what came of it. */
export function attempt(loop: Loop, from: BuiltPlace, order: Order, done: (seen: Seen) => void): Attempt {
  const [source, target] = [addressBytes(order.source), addressBytes(order.target)];
  const domain = domainOf(target);
  let fd = -1;
  let over = false;

  const finish = (seen: Seen): void => {
    if (over) return;
    over = true;
    // A reset leaves nothing behind in either end, and conntrack forgets the flow soon.
    if (order.protocol === "TCP" && seen.kind === "open") resetOnClose(fd);
    if (fd >= 0) loop.close(fd);
    done(seen);
  };
  const failed = (number: number): void => {
    const seen = number === errno.EINPROGRESS || number === errno.EAGAIN ? undefined : meaningOf(number);
    if (seen !== undefined) finish(seen);
  };
  /** An error that the router or the other host sent. */
  const troubled = (): boolean => {
    const pending = pendingError(fd);
    for (let queued = queuedError(fd); queued !== undefined; queued = queuedError(fd)) {
      if (order.protocol === "SCTP" && !isOurs(queued)) continue;
      finish(meaningOfQueued(queued));
      return true;
    }
    const meant = order.protocol === "SCTP" ? undefined : meaningOf(pending);
    if (meant !== undefined) finish(meant);
    return over;
  };
  const answered = (length: number): void => {
    const who = readIdentity(data.subarray(0, length));
    if (who === undefined) finish({ kind: "error", detail: "somebody else answered" });
    else if (who.place !== order.to) finish({ kind: "error", detail: `place ${who.place} answered for place ${order.to}` });
    else finish({ kind: "open", caller: who.caller });
  };
  const receive = (): void => {
    const length = receiveData(fd, data);
    if (length > 0) answered(length);
    else if (length === 0) finish({ kind: "error", detail: "closed without an answer" });
    else failed(-length);
  };

  const tcp = (): void => {
    let greeted = false;
    loop.watch(fd, EPOLLIN | EPOLLOUT, (events) => {
      if (events & EPOLLERR && troubled()) return;
      if (!greeted && events & EPOLLOUT) {
        greeted = true;
        const sent = sendData(fd, hello);
        if (sent < 0) failed(-sent);
      }
      if (!over && events & EPOLLIN) receive();
    });
    failed(-connectSocket(fd, socketAddress(target, order.port)));
  };

  const udp = (): void => {
    loop.watch(fd, EPOLLIN, (events) => {
      if (events & EPOLLERR && troubled()) return;
      if (events & EPOLLIN) receive();
    });
    failed(-connectSocket(fd, socketAddress(target, order.port)));
    if (over) return;
    const sent = sendData(fd, hello);
    if (sent < 0) failed(-sent);
  };

  const sourcePort = nextSourcePort();
  const sctp = (): void => {
    loop.watch(fd, EPOLLIN, (events) => {
      if (events & EPOLLERR && troubled()) return;
      for (let length = receiveData(fd, data); length > 0; length = receiveData(fd, data)) {
        const answer = readSctp(withoutIPHeader(data.subarray(0, length), target));
        if (answer?.sourcePort !== order.port || answer.targetPort !== sourcePort) continue;
        if (answer.chunk === "init-ack") {
          sendData(fd, abortPacket(answer));
          finish({ kind: "open", caller: order.source });
          return;
        }
        if (answer.chunk === "abort") {
          finish({ kind: "refused" });
          return;
        }
      }
    });
    failed(-connectSocket(fd, socketAddress(target, 0)));
    if (over) return;
    const sent = sendData(fd, initPacket(sourcePort, order.port));
    if (sent < 0) failed(-sent);
  };
  /** A raw socket hears of the errors of all flows to its target. */
  const isOurs = ({ packet }: QueuedError): boolean =>
    packet.length < 4 || (packet.readUInt16BE(0) === sourcePort && packet.readUInt16BE(2) === order.port);

  const start = { TCP: tcp, UDP: udp, SCTP: sctp };
  try {
    const kinds = { TCP: [SOCK_STREAM, 0], UDP: [SOCK_DGRAM, 0], SCTP: [SOCK_RAW, IPPROTO_SCTP] } as const;
    const [type, protocol] = kinds[order.protocol];
    fd = inNamespace(from.namespace, () => openSocket(domain, type, protocol));
    receiveErrors(fd, domain);
    // Where a place has one address, it is the source anyway.
    if (from.addresses.filter((address) => address.length === target.length).length !== 1 || from.place.role === "node")
      bindSocket(fd, socketAddress(source, 0));
    start[order.protocol]();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    finish({ kind: "error", detail: error.message });
  }
  return { giveUp: () => finish({ kind: "silent" }) };
}

let lastSourcePort = 30_000;

/** SCTP's source ports are ours to choose. */
function nextSourcePort(): number {
  lastSourcePort = lastSourcePort >= 60_000 ? 30_001 : lastSourcePort + 1;
  return lastSourcePort;
}

/** An error without a message from somebody: a reset from the other host, or this host itself. */
export function meaningOf(number: number): Seen | undefined {
  switch (number) {
    case 0:
      return undefined;
    case errno.ECONNREFUSED:
    case errno.ECONNRESET:
    case errno.ENOPROTOOPT:
      return { kind: "refused" };
    case errno.ENETUNREACH:
    case errno.EHOSTUNREACH:
    case errno.EACCES:
      return { kind: "no-route", detail: errnoName(number) };
    // A node's own packet that its rules drop is refused as it is sent; the kernel's note tells whether they did.
    case errno.EPERM:
    case errno.ETIMEDOUT:
      return { kind: "silent" };
    default:
      return { kind: "error", detail: errnoName(number) };
  }
}

const [fromIcmp, fromIcmpV6] = [2, 3];

/** The codes by which our routers reject (see the rules), those of hosts, and all others. */
export function meaningOfQueued({ errno: number, origin, type, code, offender }: QueuedError): Seen {
  const sender = addressIn(offender);
  const router = sender === undefined ? "" : addressText(sender);
  if (origin === fromIcmp && type === 3) {
    if (code === 13) return { kind: "rejected", side: "egress", router };
    if (code === 10) return { kind: "rejected", side: "ingress", router };
    if (code === 2 || code === 3) return { kind: "refused" };
  }
  if (origin === fromIcmpV6 && type === 1) {
    if (code === 1) return { kind: "rejected", side: "egress", router };
    if (code === 5) return { kind: "rejected", side: "ingress", router };
    if (code === 4) return { kind: "refused" };
  }
  if (origin === fromIcmp || origin === fromIcmpV6) return { kind: "no-route", detail: `ICMP type ${type} code ${code} from ${router}` };
  return meaningOf(number) ?? { kind: "error", detail: errnoName(number) };
}
