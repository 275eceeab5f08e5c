import {
  connectSocket,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  errno,
  openSocket,
  pendingError,
  queuedError,
  receiveData,
  receiveErrors,
  resetOnClose,
  sendData,
  SOCK_STREAM,
} from "../sys/libc.ts";
import { inNamespace } from "../sys/netns.ts";
import { addressBytes, domainOf, socketAddress } from "../sys/socket-address.ts";
import type { BuiltPlace } from "../world/world.ts";
import { meaningOf, meaningOfQueued } from "./client.ts";
import type { Loop } from "./loop.ts";
import type { Order, Seen } from "./order.ts";
import { hello, readIdentity } from "./page.ts";

/** TCP connections that stay open from one task to the next. */
export interface Held {
  /** Opens one per order, in place of those before; each says hello. */
  open(orders: readonly Order[], placeAt: (id: number) => BuiltPlace): void;
  /** Waits until each has said what came of its hello, or so many milliseconds. One per order. */
  heard(wait: number): readonly Seen[];
  /** Says hello again on each that still stands. */
  greet(): void;
  close(): void;
}

interface Connection {
  readonly fd: number;
  readonly order: Order;
  seen: Seen | undefined;
  greeted: boolean;
}

export function createHeld(loop: Loop): Held {
  let connections: readonly Connection[] = [];
  const data = Buffer.alloc(4096);

  const greet = (connection: Connection): void => {
    connection.greeted = true;
    const sent = sendData(connection.fd, hello);
    if (sent < 0) connection.seen = meaningOf(-sent) ?? connection.seen;
  };

  const connect = (order: Order, from: BuiltPlace): Connection => {
    const target = addressBytes(order.target);
    const domain = domainOf(target);
    const fd = inNamespace(from.namespace, () => openSocket(domain, SOCK_STREAM, 0));
    const connection: Connection = { fd, order, seen: undefined, greeted: false };
    receiveErrors(fd, domain);
    loop.watch(fd, EPOLLIN | EPOLLOUT, (events) => {
      if (events & EPOLLERR) {
        const pending = pendingError(fd);
        for (let queued = queuedError(fd); queued !== undefined; queued = queuedError(fd)) connection.seen ??= meaningOfQueued(queued);
        connection.seen ??= meaningOf(pending);
      }
      if (events & EPOLLOUT && !connection.greeted && connection.seen === undefined) greet(connection);
      if (events & EPOLLIN) {
        const length = receiveData(fd, data);
        const who = length > 0 ? readIdentity(data.subarray(0, length)) : undefined;
        if (who?.place === order.to) connection.seen ??= { kind: "open", caller: who.caller };
        else if (length === 0) connection.seen ??= { kind: "refused" };
        else if (length > 0) connection.seen ??= { kind: "error", detail: "somebody else answered" };
        else connection.seen ??= meaningOf(-length === errno.EAGAIN ? 0 : -length);
      }
    });
    const failed = connectSocket(fd, socketAddress(target, order.port));
    if (failed < 0 && -failed !== errno.EINPROGRESS) connection.seen = meaningOf(-failed);
    return connection;
  };

  const close = (): void => {
    for (const { fd } of connections) {
      resetOnClose(fd);
      loop.close(fd);
    }
    connections = [];
    loop.turn(0);
  };

  return {
    open: (orders, placeAt) => {
      close();
      connections = orders.map((order) => connect(order, placeAt(order.from)));
    },
    heard: (wait) => {
      const until = performance.now() + wait;
      while (connections.some(({ seen }) => seen === undefined) && performance.now() < until) loop.turn(5);
      return connections.map(({ seen }) => seen ?? { kind: "silent" });
    },
    greet: () => {
      for (const connection of connections) {
        if (connection.seen?.kind !== "open") continue;
        connection.seen = undefined;
        greet(connection);
      }
    },
    close,
  };
}
