/** An IP address family. Families never mix: 10.0.0.1 is never inside `::/0` (S5). */
export type Family = 4 | 6;

export const families: readonly Family[] = [4, 6];

/** One IP address as an unsigned number of 32 or 128 bits. An IPv4-mapped IPv6 address stays IPv6. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** An address as it was written: `leadingZeros` when an IPv4 part has them (read as decimal, refused by servers from 1.36 on). */
export interface WrittenAddress {
  readonly address: Address;
  readonly leadingZeros: boolean;
}

export function bitsOf(family: Family): number {
  return family === 4 ? 32 : 128;
}

/** The highest address of a family. */
export function lastAddress(family: Family): bigint {
  return (1n << BigInt(bitsOf(family))) - 1n;
}

/** Reads one address, without a zone and without surrounding blanks; undefined when the text is none. */
export function parseAddress(text: string): Address | undefined {
  return parseWrittenAddress(text)?.address;
}

export function parseWrittenAddress(text: string): WrittenAddress | undefined {
  if (!text.includes(":")) {
    const v4 = parseIPv4(text);
    return v4 && { address: { family: 4, value: BigInt(v4.value) }, leadingZeros: v4.leadingZeros };
  }
  return parseIPv6(text);
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value;
}

/** Equal keys, same address. Quicker to make than a text. */
export function addressKey({ family, value }: Address): string {
  return `${family} ${value}`;
}

/** The usual text: dotted decimal, or RFC 5952 (lower case, the longest run of zero groups shortened). */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (run === undefined) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

/** Letter by letter: a dump holds some hundred thousand of them. */
function parseIPv4(text: string): { readonly value: number; readonly leadingZeros: boolean } | undefined {
  let [value, part, digits, parts, leadingZeros] = [0, 0, 0, 1, false];
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      leadingZeros ||= digits === 1 && part === 0;
      part = part * 10 + digit;
      digits++;
      if (part > 255 || digits > 15) return undefined;
    } else if (text[i] === "." && digits > 0 && parts < 4) {
      [value, part, digits, parts] = [value * 256 + part, 0, 0, parts + 1];
    } else return undefined;
  }
  return parts === 4 && digits > 0 ? { value: value * 256 + part, leadingZeros } : undefined;
}

function parseIPv6(text: string): WrittenAddress | undefined {
  let leadingZeros = false;
  let rest = text;
  const dotted = /^(.*:)(\d[\d.]*)$/.exec(text);
  if (dotted?.[2]?.includes(".")) {
    const v4 = parseIPv4(dotted[2]);
    if (v4 === undefined) return undefined;
    leadingZeros = v4.leadingZeros;
    rest = `${dotted[1]}${(v4.value >>> 16).toString(16)}:${(v4.value & 0xffff).toString(16)}`;
  }
  const halves = rest.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (head === undefined) return undefined;
  const groups = [...head, ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const missing = 8 - groups.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array.from({ length: tail === undefined ? 0 : missing }, () => "0"), ...(tail ?? [])];
  return { address: { family: 6, value: BigInt(`0x${all.map((group) => group.padStart(4, "0")).join("")}`) }, leadingZeros };
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } | undefined {
  let best: { start: number; length: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > 1 && length > (best?.length ?? 0)) best = { start, length };
  }
  return best;
}
