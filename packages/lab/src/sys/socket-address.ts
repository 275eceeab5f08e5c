import { AF_INET, AF_INET6 } from "./libc.ts";

/** An IP address in the order of the network: 4 or 16 bytes. */
export type AddressBytes = Buffer;

const known = new Map<string, AddressBytes>();

/** The bytes of an address that was written as the core writes it. A lab has few addresses and asks for them often. */
export function addressBytes(text: string): AddressBytes {
  const bytes = known.get(text) ?? parse(text);
  known.set(text, bytes);
  return bytes;
}

function parse(text: string): AddressBytes {
  if (!text.includes(":")) return Buffer.from(text.split(".").map(Number));
  const [head = "", tail] = text.split("::");
  const groups = (part: string | undefined): readonly number[] =>
    part === undefined || part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(head), groups(tail)];
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}

/** `10.0.0.1`, `fd00:0:0:0:0:0:0:1`: plain, for comparing and for people. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  return Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16)).join(":");
}

export function domainOf(address: AddressBytes): number {
  return address.length === 4 ? AF_INET : AF_INET6;
}

/** `struct sockaddr_in` or `struct sockaddr_in6` (man 7 ip, man 7 ipv6). */
export function socketAddress(address: AddressBytes, port: number): Buffer {
  const result = Buffer.alloc(address.length === 4 ? 16 : 28);
  result.writeUInt16LE(domainOf(address), 0);
  result.writeUInt16BE(port, 2);
  address.copy(result, address.length === 4 ? 4 : 8);
  return result;
}

/** The address in a socket address that the kernel wrote; undefined when it holds none. */
export function addressIn(socket: Buffer): AddressBytes | undefined {
  if (socket.length < 16) return undefined;
  const domain = socket.readUInt16LE(0);
  if (domain === AF_INET) return socket.subarray(4, 8);
  return domain === AF_INET6 && socket.length >= 24 ? socket.subarray(8, 24) : undefined;
}
