import koffi from "koffi";

/**
 * Every call of C in this repository. What is passed are numbers and buffers of ours whose length goes with them; no pointer
 * comes back. Sources: man 2 of each call; numbers are those of Linux on x86-64 and arm64.
 */

const libc = koffi.load(null);

const calls = {
  setns: libc.func<[fd: number, kind: number]>("int setns(int, int)"),
  unshare: libc.func<[flags: number]>("int unshare(int)"),
  prctl: libc.func<[option: number, value: number]>("int prctl(int, unsigned long)"),
  memfd: libc.func<[name: string, flags: number]>("int memfd_create(const char *, unsigned int)"),
  close: libc.func<[fd: number]>("int close(int)"),
  socket: libc.func<[domain: number, type: number, protocol: number]>("int socket(int, int, int)"),
  bind: libc.func<[fd: number, address: Buffer, length: number]>("int bind(int, void *, unsigned int)"),
  connect: libc.func<[fd: number, address: Buffer, length: number]>("int connect(int, void *, unsigned int)"),
  listen: libc.func<[fd: number, backlog: number]>("int listen(int, int)"),
  accept4: libc.func<[fd: number, address: Buffer, length: Buffer, flags: number]>("int accept4(int, void *, void *, int)"),
  setsockopt: libc.func<[fd: number, level: number, option: number, value: Buffer, length: number]>(
    "int setsockopt(int, int, int, void *, unsigned int)",
  ),
  getsockopt: libc.func<[fd: number, level: number, option: number, value: Buffer, length: Buffer]>(
    "int getsockopt(int, int, int, void *, void *)",
  ),
  send: libc.func<[fd: number, data: Buffer, length: number, flags: number]>("long send(int, void *, unsigned long, int)"),
  sendto: libc.func<[fd: number, data: Buffer, length: number, flags: number, address: Buffer, size: number]>(
    "long sendto(int, void *, unsigned long, int, void *, unsigned int)",
  ),
  recv: libc.func<[fd: number, data: Buffer, length: number, flags: number]>("long recv(int, void *, unsigned long, int)"),
  recvfrom: libc.func<[fd: number, data: Buffer, length: number, flags: number, address: Buffer, size: Buffer]>(
    "long recvfrom(int, void *, unsigned long, int, void *, void *)",
  ),
  recvmsg: libc.func<[fd: number, message: bigint, flags: number]>("long recvmsg(int, uintptr_t, int)"),
  epollCreate: libc.func<[flags: number]>("int epoll_create1(int)"),
  epollCtl: libc.func<[epoll: number, operation: number, fd: number, event: Buffer]>("int epoll_ctl(int, int, int, void *)"),
  epollWait: libc.func<[epoll: number, events: Buffer, count: number, timeout: number]>("int epoll_wait(int, void *, int, int)"),
} as const;

/** A call of the kernel that failed. */
export class SystemError extends Error {
  readonly call: string;
  readonly errno: number;
  constructor(call: string, number: number) {
    super(`${call}: ${errnoName(number)}`);
    this.name = "SystemError";
    this.call = call;
    this.errno = number;
  }
}

export const errno = {
  EPERM: 1,
  EAGAIN: 11,
  EACCES: 13,
  EEXIST: 17,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  EROFS: 30,
  EPROTO: 71,
  ENOPROTOOPT: 92,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETUNREACH: 101,
  ECONNRESET: 104,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EINPROGRESS: 115,
} as const;

export function errnoName(number: number): string {
  return Object.entries(errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
}

/** The result of a call that must not fail. */
function must(call: string, result: number): number {
  if (result < 0) throw new SystemError(call, koffi.errno());
  return result;
}

/** The result of a call that may fail: what it gave, or its error as a negative number. */
function may(result: number): number {
  return result < 0 ? -koffi.errno() : result;
}

// ---- namespaces and this process ------------------------------------------------------

const CLONE_NEWNET = 0x40000000;
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** Moves this thread into the network namespace behind a descriptor. */
export function enterNamespace(fd: number): void {
  must("setns", calls.setns(fd, CLONE_NEWNET));
}

/** Moves this thread into a network namespace of its own. */
export function leaveForNewNamespace(): void {
  must("unshare", calls.unshare(CLONE_NEWNET));
}

/** The kernel ends this process when the one that started it is gone. */
export function dieWithParent(): void {
  must("prctl", calls.prctl(PR_SET_PDEATHSIG, SIGKILL));
}

/** A file that lives in memory only and is gone with its last descriptor. A child process may inherit it. */
export function memoryFile(): number {
  return must("memfd_create", calls.memfd("netproof", 0));
}

export function closeFd(fd: number): void {
  calls.close(fd);
}

// ---- sockets --------------------------------------------------------------------------

export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const IPPROTO_SCTP = 132;
/** Every protocol, in the order of the network (man 7 packet). */
export const ETH_P_ALL = 0x0300;

const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_ERRQUEUE = 0x2000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_ERROR = 4;
const SO_LINGER = 13;
const SOL_IP = 0;
const IP_RECVERR = 11;
const SOL_IPV6 = 41;
const IPV6_RECVERR = 25;
const IPV6_V6ONLY = 26;

const one = Buffer.from([1, 0, 0, 0]);
/** `struct linger`: on, zero seconds. Closing then sends a reset: no TIME_WAIT, and conntrack forgets the flow. */
const noLinger = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
const size = Buffer.alloc(4);
const word = Buffer.alloc(4);

export function openSocket(domain: number, type: number, protocol: number): number {
  return must("socket", calls.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

/** A socket that waits in its calls, for short talks with the kernel. */
export function openBlockingSocket(domain: number, type: number, protocol: number): number {
  return must("socket", calls.socket(domain, type | SOCK_CLOEXEC, protocol));
}

export function bindSocket(fd: number, address: Buffer): void {
  must("bind", calls.bind(fd, address, address.length));
}

/** 0, or the error as a negative number (-EINPROGRESS: under way). */
export function connectSocket(fd: number, address: Buffer): number {
  return may(calls.connect(fd, address, address.length));
}

export function listenOn(fd: number, backlog: number): void {
  must("listen", calls.listen(fd, backlog));
}

/** The accepted connection, or the error as a negative number; the caller's address is written into `address`. */
export function acceptFrom(fd: number, address: Buffer): number {
  size.writeUInt32LE(address.length);
  return may(calls.accept4(fd, address, size, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

/** Lets the queue of errors tell which ICMP message came back, and from where; without it an IPv6 reject is seen a second late. */
export function receiveErrors(fd: number, domain: number): void {
  const [level, option] = domain === AF_INET ? [SOL_IP, IP_RECVERR] : [SOL_IPV6, IPV6_RECVERR];
  must("setsockopt", calls.setsockopt(fd, level, option, one, 4));
}

export function reuseAddress(fd: number): void {
  must("setsockopt", calls.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, one, 4));
}

/** An IPv6 socket that leaves IPv4 to another one. */
export function onlyIPv6(fd: number): void {
  must("setsockopt", calls.setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, one, 4));
}

export function resetOnClose(fd: number): void {
  calls.setsockopt(fd, SOL_SOCKET, SO_LINGER, noLinger, 8);
}

/** The pending error of a socket, 0 when there is none. Asking takes it away. */
export function pendingError(fd: number): number {
  size.writeUInt32LE(4);
  if (calls.getsockopt(fd, SOL_SOCKET, SO_ERROR, word, size) < 0) return koffi.errno();
  return word.readUInt32LE();
}

/** The number of bytes, or the error as a negative number. */
export function sendData(fd: number, data: Buffer): number {
  return may(calls.send(fd, data, data.length, MSG_NOSIGNAL | MSG_DONTWAIT));
}

export function sendDataTo(fd: number, data: Buffer, address: Buffer): number {
  return may(calls.sendto(fd, data, data.length, MSG_NOSIGNAL | MSG_DONTWAIT, address, address.length));
}

/** The number of bytes (0: the other side has closed), or the error as a negative number. */
export function receiveData(fd: number, into: Buffer): number {
  return may(calls.recv(fd, into, into.length, MSG_DONTWAIT));
}

/** Waits for data. */
export function receiveWaiting(fd: number, into: Buffer): number {
  return must("recv", calls.recv(fd, into, into.length, 0));
}

export function receiveDataFrom(fd: number, into: Buffer, address: Buffer): number {
  size.writeUInt32LE(address.length);
  return may(calls.recvfrom(fd, into, into.length, MSG_DONTWAIT, address, size));
}

// ---- the queue of errors --------------------------------------------------------------

/** What the queue of errors says: the error, the ICMP message and the sender's address; `origin` 2 is ICMP, 3 ICMPv6. */
export interface QueuedError {
  readonly errno: number;
  readonly origin: number;
  readonly type: number;
  readonly code: number;
  /** A socket address. */
  readonly offender: Buffer;
  /** The beginning of the packet that was answered with an error, from its transport header on. */
  readonly packet: Buffer;
}

// One `struct msghdr` with its parts, in memory that never moves (man 2 recvmsg, man 3 cmsg).
const nameAt = 96;
const dataAt = 128;
const controlAt = 512;
const messageSize = 1024;
const memory = koffi.alloc("uint8_t", messageSize);
const memoryAddress = koffi.address(memory);
const message = Buffer.from(koffi.view(memory, messageSize));

export function queuedError(fd: number): QueuedError | undefined {
  message.fill(0);
  message.writeBigUInt64LE(memoryAddress + BigInt(nameAt), 0); // msg_name
  message.writeUInt32LE(28, 8); // msg_namelen
  message.writeBigUInt64LE(memoryAddress + 64n, 16); // msg_iov
  message.writeBigUInt64LE(1n, 24); // msg_iovlen
  message.writeBigUInt64LE(memoryAddress + BigInt(controlAt), 32); // msg_control
  message.writeBigUInt64LE(BigInt(messageSize - controlAt), 40); // msg_controllen
  message.writeBigUInt64LE(memoryAddress + BigInt(dataAt), 64); // iov_base
  message.writeBigUInt64LE(BigInt(controlAt - dataAt), 72); // iov_len
  const length = may(calls.recvmsg(fd, memoryAddress, MSG_ERRQUEUE | MSG_DONTWAIT));
  if (length < 0) return undefined;
  const end = controlAt + Number(message.readBigUInt64LE(40));
  for (let at = controlAt; at + 16 <= end;) {
    const cmsgLength = Number(message.readBigUInt64LE(at));
    const [level, type] = [message.readInt32LE(at + 8), message.readInt32LE(at + 12)];
    const isError = (level === SOL_IP && type === IP_RECVERR) || (level === SOL_IPV6 && type === IPV6_RECVERR);
    // `struct sock_extended_err`, and behind it the offender's socket address.
    if (isError) {
      return {
        errno: message.readUInt32LE(at + 16),
        origin: message.readUInt8(at + 20),
        type: message.readUInt8(at + 21),
        code: message.readUInt8(at + 22),
        offender: Buffer.from(message.subarray(at + 32, at + cmsgLength)),
        packet: Buffer.from(message.subarray(dataAt, dataAt + length)),
      };
    }
    at += Math.max(16, (cmsgLength + 7) & ~7);
  }
  return undefined;
}

// ---- epoll ----------------------------------------------------------------------------

export const EPOLLIN = 1;
export const EPOLLOUT = 4;
export const EPOLLERR = 8;
export const EPOLLRDHUP = 0x2000;

const EPOLL_CTL_ADD = 1;

/** `struct epoll_event` is packed on x86-64 only. */
const [eventSize, eventDataAt] = process.arch === "x64" ? [12, 4] : [16, 8];
const event = Buffer.alloc(eventSize);

export function createEpoll(): number {
  return must("epoll_create1", calls.epollCreate(SOCK_CLOEXEC));
}

export function watch(epoll: number, fd: number, events: number): void {
  event.writeUInt32LE(events, 0);
  event.writeUInt32LE(fd, eventDataAt);
  must("epoll_ctl", calls.epollCtl(epoll, EPOLL_CTL_ADD, fd, event));
}

const maxEvents = 512;
const happened = Buffer.alloc(maxEvents * eventSize);
const happenedLater = Buffer.alloc(maxEvents * eventSize);

/** Waits at most so many milliseconds and hands over what happened, descriptor by descriptor. */
export function waitForEvents(epoll: number, timeout: number, each: (fd: number, events: number) => void): number {
  const count = calls.epollWait(epoll, happened, maxEvents, timeout);
  return handOver(happened, count, each);
}

/** The same without holding this thread. */
export function waitForEventsLater(epoll: number, timeout: number, each: (fd: number, events: number) => void): Promise<number> {
  return new Promise((resolve) => {
    calls.epollWait.async(epoll, happenedLater, maxEvents, timeout, (_error, count) => resolve(handOver(happenedLater, count, each)));
  });
}

function handOver(events: Buffer, count: number, each: (fd: number, events: number) => void): number {
  for (let i = 0; i < count; i++) each(events.readUInt32LE(i * eventSize + eventDataAt), events.readUInt32LE(i * eventSize));
  return Math.max(0, count);
}
