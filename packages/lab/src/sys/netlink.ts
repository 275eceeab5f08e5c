import { AF_NETLINK, bindSocket, closeFd, openBlockingSocket, receiveWaiting, sendData, SOCK_RAW, SystemError } from "./libc.ts";

/** A talk with one part of the kernel, in the namespace where it was begun (man 7 netlink). */
export interface Netlink {
  readonly fd: number;
  close(): void;
}

/** One request without its header; the kernel acknowledges each. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
  /** What is being done, for the error. */
  readonly doing: string;
}

const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_DUMP = 0x300;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_REPLACE = 0x100;

const headerSize = 16;
/** Requests per system call: their acknowledgements must fit into the socket's buffer. */
const perBatch = 64;
const answers = Buffer.alloc(1 << 18);

export function openNetlink(family: number): Netlink {
  const fd = openBlockingSocket(AF_NETLINK, SOCK_RAW, family);
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  bindSocket(fd, address);
  return { fd, close: () => closeFd(fd) };
}

/** Sends requests in order and waits until the kernel has carried out all of them; the first that it refuses is thrown. */
export function request({ fd }: Netlink, requests: readonly Request[]): void {
  for (let start = 0; start < requests.length; start += perBatch) {
    const batch = requests.slice(start, start + perBatch);
    send(
      fd,
      batch.map((one, i) => message(one, i + 1, NLM_F_REQUEST | NLM_F_ACK)),
    );
    let open = batch.length;
    let refused: SystemError | undefined;
    while (open > 0) {
      for (const { type, sequence, body } of receive(fd)) {
        if (type !== NLMSG_ERROR) continue;
        open--;
        const error = -body.readInt32LE(0);
        if (error !== 0) refused ??= new SystemError(batch[sequence - 1]?.doing ?? "netlink", error);
      }
    }
    if (refused !== undefined) throw refused;
  }
}

/** Asks for a list and hands over its entries: type and body of each message. */
export function dump({ fd }: Netlink, { type, flags, body, doing }: Request, each: (type: number, body: Buffer) => void): void {
  send(fd, [message({ type, flags: flags | NLM_F_DUMP, body, doing }, 1, NLM_F_REQUEST)]);
  for (;;) {
    for (const part of receive(fd)) {
      if (part.type === NLMSG_DONE) return;
      if (part.type === NLMSG_ERROR) throw new SystemError(doing, -part.body.readInt32LE(0));
      each(part.type, part.body);
    }
  }
}

/** Sends messages that are wrapped by others, and waits for so many acknowledgements. */
function send(fd: number, messages: readonly Buffer[]): void {
  const sent = sendData(fd, Buffer.concat(messages));
  if (sent < 0) throw new SystemError("netlink send", -sent);
}

function message({ type, flags, body }: Request, sequence: number, always: number): Buffer {
  const result = Buffer.alloc(headerSize + align(body.length));
  result.writeUInt32LE(headerSize + body.length, 0);
  result.writeUInt16LE(type, 4);
  result.writeUInt16LE(flags | always, 6);
  result.writeUInt32LE(sequence, 8);
  body.copy(result, headerSize);
  return result;
}

function* receive(fd: number): Generator<{ readonly type: number; readonly sequence: number; readonly body: Buffer }> {
  const length = receiveWaiting(fd, answers);
  for (let at = 0; at + headerSize <= length;) {
    const size = answers.readUInt32LE(at);
    yield {
      type: answers.readUInt16LE(at + 4),
      sequence: answers.readUInt32LE(at + 8),
      body: answers.subarray(at + headerSize, at + size),
    };
    at += align(size);
  }
}

// ---- attributes -----------------------------------------------------------------------

/** One attribute: its length and type, its value, and blanks up to the next multiple of four. */
export function attribute(type: number, value: Buffer): Buffer {
  const result = Buffer.alloc(align(4 + value.length));
  result.writeUInt16LE(4 + value.length, 0);
  result.writeUInt16LE(type, 2);
  value.copy(result, 4);
  return result;
}

const NLA_F_NESTED = 0x8000;

export function nested(type: number, ...attributes: readonly Buffer[]): Buffer {
  return attribute(type | NLA_F_NESTED, Buffer.concat(attributes));
}

/** The attributes that stand one behind the other. */
export function* attributesIn(data: Buffer): Generator<{ readonly type: number; readonly value: Buffer }> {
  for (let at = 0; at + 4 <= data.length;) {
    const size = data.readUInt16LE(at);
    if (size < 4) return;
    yield { type: data.readUInt16LE(at + 2) & 0x3fff, value: data.subarray(at + 4, at + size) };
    at += align(size);
  }
}

export function uint32(value: number): Buffer {
  const result = Buffer.alloc(4);
  result.writeUInt32LE(value);
  return result;
}

/** A text with the zero byte that ends it. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function align(size: number): number {
  return (size + 3) & ~3;
}
