import type { Address, Cidr, Family } from "@netproof/core/parts";

/** Numbers from `first` to `last`, both included: addresses as bigints, ports as numbers. */
export interface Range<N extends bigint | number> {
  readonly first: N;
  readonly last: N;
}

type AddressRange = Range<bigint>;

export function wholeFamily(family: Family): AddressRange {
  return { first: 0n, last: family === 4 ? 0xffff_ffffn : 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffffn };
}

export function isWholeFamily(ranges: readonly AddressRange[], family: Family): boolean {
  const [only] = ranges;
  const whole = wholeFamily(family);
  return ranges.length === 1 && only?.first === whole.first && only.last === whole.last;
}

/** Blocks of one family as ranges, ascending and apart. */
export function rangesOf(blocks: readonly Cidr[], family: Family): readonly AddressRange[] {
  const ascending = blocks.filter((block) => block.family === family).sort((a, b) => (a.first < b.first ? -1 : 1));
  const ranges: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of ascending) {
    const before = ranges.at(-1);
    if (before !== undefined && first <= before.last + 1n) before.last = last > before.last ? last : before.last;
    else ranges.push({ first, last });
  }
  return ranges;
}

/** What is left of the ranges when others are cut out. */
export function without(ranges: readonly AddressRange[], cuts: readonly AddressRange[]): readonly AddressRange[] {
  let left = [...ranges];
  for (const cut of cuts) {
    left = left.flatMap(({ first, last }) => {
      if (cut.last < first || last < cut.first) return [{ first, last }];
      const below = first < cut.first ? [{ first, last: cut.first - 1n }] : [];
      const above = cut.last < last ? [{ first: cut.last + 1n, last }] : [];
      return [...below, ...above];
    });
  }
  return left;
}

export function holdsAll(ranges: readonly AddressRange[], { first, last }: AddressRange): boolean {
  return ranges.some((range) => range.first <= first && last <= range.last);
}

export function meets(ranges: readonly AddressRange[], { first, last }: AddressRange): boolean {
  return ranges.some((range) => range.first <= last && first <= range.last);
}

/** Port ranges of one protocol, ascending and apart: nft refuses elements of a set that overlap. */
export function mergePorts(ranges: readonly Range<number>[]): readonly Range<number>[] {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

/** An address as nft reads it: IPv6 with all of its groups. */
export function addressText({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  return Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(":");
}

export function rangeText({ first, last }: AddressRange, family: Family): string {
  const from = addressText({ family, value: first });
  return first === last ? from : `${from}-${addressText({ family, value: last })}`;
}
