/** The protocols NetworkPolicy is defined for (S17). */
export type Protocol = "TCP" | "UDP" | "SCTP";

export const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];

export const lastPort = 65535;

/** Destination ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Which ports of which protocols: per protocol sorted, disjoint and not adjacent ranges, so equal sets have equal ranges. */
export type PortSet = Readonly<Record<Protocol, readonly PortRange[]>>;

const every: readonly PortRange[] = [{ first: 1, last: lastPort }];

export const noPorts: PortSet = { TCP: [], UDP: [], SCTP: [] };
export const allPorts: PortSet = { TCP: every, UDP: every, SCTP: every };

/** A set of one protocol; the ranges may overlap and stand in any order. */
export function portSet(protocol: Protocol, ranges: readonly PortRange[] = every): PortSet {
  return { ...noPorts, [protocol]: normalise(ranges) };
}

export function unite(a: PortSet, b: PortSet): PortSet {
  if (a === b || isEmptyPorts(b)) return a;
  if (isEmptyPorts(a)) return b;
  return perProtocol((protocol) => normalise([...a[protocol], ...b[protocol]]));
}

export function intersect(a: PortSet, b: PortSet): PortSet {
  if (a === b) return a;
  return perProtocol((protocol) => intersectRanges(a[protocol], b[protocol]));
}

/** What is in `a` and not in `b`. */
export function subtract(a: PortSet, b: PortSet): PortSet {
  if (a === b) return noPorts;
  return perProtocol((protocol) => intersectRanges(a[protocol], complement(b[protocol])));
}

export function isEmptyPorts(set: PortSet): boolean {
  return protocols.every((protocol) => set[protocol].length === 0);
}

export function isAllPorts(set: PortSet): boolean {
  return protocols.every((protocol) => set[protocol].length === 1 && set[protocol][0]?.first === 1 && set[protocol][0].last === lastPort);
}

export function samePorts(a: PortSet, b: PortSet): boolean {
  if (a === b) return true;
  return protocols.every((protocol) => {
    const [left, right] = [a[protocol], b[protocol]];
    return left.length === right.length && left.every((range, i) => range.first === right[i]?.first && range.last === right[i].last);
  });
}

export function hasPort(set: PortSet, protocol: Protocol, port: number): boolean {
  return set[protocol].some((range) => range.first <= port && port <= range.last);
}

/** How many (protocol, port) pairs are in the set, at most 3 × 65,535. */
export function countPorts(set: PortSet): number {
  return protocols.reduce((sum, protocol) => sum + set[protocol].reduce((n, range) => n + range.last - range.first + 1, 0), 0);
}

/** The whole text, for lists and machines: `all`, `80/TCP`, `53/UDP 80-443/TCP`, `all/UDP`, `-` for none. TCP first, then UDP, SCTP. */
export function formatPorts(set: PortSet): string {
  if (isAllPorts(set)) return "all";
  const parts = protocols.flatMap((protocol) => set[protocol].map((range) => `${formatRange(range)}/${protocol}`));
  return parts.length === 0 ? "-" : parts.join(" ");
}

/** `80`, `80-443`, or `all` for every port. */
export function formatRange({ first, last }: PortRange): string {
  if (first === 1 && last === lastPort) return "all";
  return first === last ? String(first) : `${first}-${last}`;
}

function perProtocol(ranges: (protocol: Protocol) => readonly PortRange[]): PortSet {
  return { TCP: ranges("TCP"), UDP: ranges("UDP"), SCTP: ranges("SCTP") };
}

function normalise(ranges: readonly PortRange[]): readonly PortRange[] {
  const sorted = [...ranges].sort((a, b) => a.first - b.first);
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of sorted) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

function intersectRanges(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  const common: PortRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [left, right] = [a[i] as PortRange, b[j] as PortRange];
    const first = Math.max(left.first, right.first);
    const last = Math.min(left.last, right.last);
    if (first <= last) common.push({ first, last });
    if (left.last < right.last) i++;
    else j++;
  }
  return common;
}

function complement(ranges: readonly PortRange[]): readonly PortRange[] {
  const gaps: PortRange[] = [];
  let next = 1;
  for (const { first, last } of ranges) {
    if (next < first) gaps.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  if (next <= lastPort) gaps.push({ first: next, last: lastPort });
  return gaps;
}
