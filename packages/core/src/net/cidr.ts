import { bitsOf, formatAddress, lastAddress, parseWrittenAddress, type Address, type Family } from "./address.ts";

/** A block of addresses, both ends included. Host bits are already cleared (S5); `text` is the network's usual spelling. */
export interface Cidr {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
  readonly text: string;
}

/** A block as it was written. Both remarks are accepted by servers up to 1.35 and refused in new objects from 1.36 on (semantics 4.1). */
export interface WrittenCidr {
  readonly cidr: Cidr;
  readonly leadingZeros: boolean;
  readonly hostBits: boolean;
}

/** Reads `ADDRESS/LENGTH`; undefined when the text is none. */
export function parseCidr(text: string): WrittenCidr | undefined {
  const [address, length, more] = text.split("/");
  if (address === undefined || length === undefined || more !== undefined || !/^\d{1,15}$/.test(length)) return undefined;
  const written = parseWrittenAddress(address);
  if (written === undefined || Number(length) > bitsOf(written.address.family)) return undefined;
  const cidr = cidrOf(written.address, Number(length));
  return {
    cidr,
    leadingZeros: written.leadingZeros || (length.length > 1 && length.startsWith("0")),
    hostBits: cidr.first !== written.address.value,
  };
}

/** The block of `length` leading bits that holds this address. */
export function cidrOf(address: Address, length: number): Cidr {
  const { family } = address;
  const hosts = (1n << BigInt(bitsOf(family) - length)) - 1n;
  const first = address.value & (lastAddress(family) ^ hosts);
  return { family, first, last: first | hosts, text: `${formatAddress({ family, value: first })}/${length}` };
}

export function inCidr(cidr: Cidr, address: Address): boolean {
  return cidr.family === address.family && cidr.first <= address.value && address.value <= cidr.last;
}

/** Whether `inner` lies in `outer` and is smaller than it: what the API demands of an `except` (semantics 4.1). */
export function isStrictSubset(inner: Cidr, outer: Cidr): boolean {
  const inside = inner.family === outer.family && outer.first <= inner.first && inner.last <= outer.last;
  return inside && (inner.first !== outer.first || inner.last !== outer.last);
}
