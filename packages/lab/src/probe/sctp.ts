import { randomBytes } from "node:crypto";

/** The few chunks of SCTP by which an end asks for an association and another one answers (RFC 9260); the kernel need not know the protocol. */

const [INIT, INIT_ACK, ABORT] = [1, 2, 6];
const STATE_COOKIE = 7;

export interface SctpPacket {
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly chunk: "init" | "init-ack" | "abort" | "other";
  /** The tag that answers must carry. */
  readonly initiateTag: number;
}

/** The request for an association, with a tag of its own. */
export function initPacket(sourcePort: number, targetPort: number): Buffer {
  return packet(sourcePort, targetPort, 0, chunk(INIT, 0, initBody(randomTag())));
}

/** What a listener answers: its own tag and a cookie, which nobody will present. */
export function initAckPacket({ sourcePort, targetPort, initiateTag }: SctpPacket): Buffer {
  const cookie = Buffer.alloc(8);
  cookie.writeUInt16BE(STATE_COOKIE, 0);
  cookie.writeUInt16BE(8, 2);
  return packet(targetPort, sourcePort, initiateTag, chunk(INIT_ACK, 0, Buffer.concat([initBody(randomTag()), cookie])));
}

/** Ends what was begun; without a listener it is the answer to a request. */
export function abortPacket({ sourcePort, targetPort, initiateTag }: SctpPacket): Buffer {
  return packet(targetPort, sourcePort, initiateTag, chunk(ABORT, 0, Buffer.alloc(0)));
}

export function readSctp(data: Buffer): SctpPacket | undefined {
  if (data.length < 16) return undefined;
  const kind = data.readUInt8(12);
  const chunkName = kind === INIT ? "init" : kind === INIT_ACK ? "init-ack" : kind === ABORT ? "abort" : "other";
  return {
    sourcePort: data.readUInt16BE(0),
    targetPort: data.readUInt16BE(2),
    chunk: chunkName,
    initiateTag: data.length >= 20 && (kind === INIT || kind === INIT_ACK) ? data.readUInt32BE(16) : data.readUInt32BE(4),
  };
}

function randomTag(): number {
  return (randomBytes(4).readUInt32BE(0) | 1) >>> 0;
}

/** Tag, window, one stream in each direction, and the first sequence number. */
function initBody(tag: number): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32BE(tag, 0);
  body.writeUInt32BE(65536, 4);
  body.writeUInt16BE(1, 8);
  body.writeUInt16BE(1, 10);
  body.writeUInt32BE(1, 12);
  return body;
}

function chunk(kind: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt8(kind, 0);
  head.writeUInt8(flags, 1);
  head.writeUInt16BE(4 + body.length, 2);
  return Buffer.concat([head, body]);
}

function packet(sourcePort: number, targetPort: number, tag: number, content: Buffer): Buffer {
  const result = Buffer.concat([Buffer.alloc(12), content]);
  result.writeUInt16BE(sourcePort, 0);
  result.writeUInt16BE(targetPort, 2);
  result.writeUInt32BE(tag, 4);
  // conntrack drops what has a wrong checksum. It is stored with its lowest byte first (RFC 9260, appendix A).
  result.writeUInt32LE(crc32c(result), 8);
  return result;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(data: Buffer): number {
  let value = 0xffffffff;
  for (const byte of data) value = (value >>> 8) ^ (table[(value ^ byte) & 255] as number);
  return (value ^ 0xffffffff) >>> 0;
}
