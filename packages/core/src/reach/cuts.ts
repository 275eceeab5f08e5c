import type { Labels, Pod } from "../model/cluster.ts";
import { inCidr, type Cidr } from "../net/cidr.ts";
import { lastAddress, type Address, type Family } from "../net/address.ts";
import { lastPort, protocols, type PortRange, type Protocol } from "../net/ports.ts";

/**
 * Where an engine's answers may change. Two endpoints (or ports) that no cut tells apart get the same verdict in every flow,
 * so one question stands for all of them. The kind of endpoint, the namespace and `hostNetwork` always tell apart.
 */
export interface Cuts {
  /** Keys of pod labels that some rule looks at. */
  readonly podLabels: ReadonlySet<string>;
  /** Keys of namespace labels that some rule looks at. */
  readonly namespaceLabels: ReadonlySet<string>;
  /** Keys of node labels that some rule looks at. */
  readonly nodeLabels: ReadonlySet<string>;
  /** Names of ports that some rule mentions: they mean numbers that the pods declare (S6). */
  readonly portNames: ReadonlySet<string>;
  /** Every block and every `except` of one. */
  readonly blocks: readonly Cidr[];
  /** Every range of port numbers that some rule mentions. */
  readonly ports: readonly { readonly protocol: Protocol; readonly range: PortRange }[];
  /** By full name, endpoints that an engine tells apart by what it remembers of them (Contrail: tags of labels that are gone). */
  readonly remembered?: ReadonlyMap<string, string>;
}

/** The common refinement: two engines compared on it cannot hide a difference inside a class. */
export function uniteCuts(a: Cuts, b: Cuts): Cuts {
  return {
    podLabels: new Set([...a.podLabels, ...b.podLabels]),
    namespaceLabels: new Set([...a.namespaceLabels, ...b.namespaceLabels]),
    nodeLabels: new Set([...a.nodeLabels, ...b.nodeLabels]),
    portNames: new Set([...a.portNames, ...b.portNames]),
    blocks: [...a.blocks, ...b.blocks],
    ports: [...a.ports, ...b.ports],
    ...((a.remembered ?? b.remembered) === undefined ? {} : { remembered: uniteRemembered(a.remembered, b.remembered) }),
  };
}

function uniteRemembered(a: Cuts["remembered"] = new Map(), b: Cuts["remembered"] = new Map()): ReadonlyMap<string, string> {
  return new Map([...a.keys(), ...b.keys()].map((name) => [name, JSON.stringify([a.get(name) ?? "", b.get(name) ?? ""])]));
}

/** Per protocol, ranges that cover 1 to 65,535 and inside which no rule tells two ports apart. */
export function portIntervals(cuts: Cuts, pods: readonly Pod[]): Readonly<Record<Protocol, readonly PortRange[]>> {
  const firsts: Record<Protocol, Set<number>> = { TCP: new Set([1]), UDP: new Set([1]), SCTP: new Set([1]) };
  const cut = (protocol: Protocol, { first, last }: PortRange): void => {
    firsts[protocol].add(first).add(last + 1);
  };
  for (const { protocol, range } of cuts.ports) cut(protocol, range);
  for (const { ports } of pods) {
    for (const { name, protocol, port } of ports) if (cuts.portNames.has(name)) cut(protocol, { first: port, last: port });
  }
  const intervals = (protocol: Protocol): readonly PortRange[] => {
    const sorted = [...firsts[protocol]].filter((first) => first <= lastPort).sort((a, b) => a - b);
    return sorted.map((first, i) => ({ first, last: (sorted[i + 1] ?? lastPort + 1) - 1 }));
  };
  return Object.fromEntries(protocols.map((protocol) => [protocol, intervals(protocol)])) as Record<Protocol, readonly PortRange[]>;
}

/** The labels that some rule looks at, as a key. */
export function projectLabels(labels: Labels, keys: ReadonlySet<string>): string {
  const seen: [string, string][] = [];
  for (const key of keys) {
    const value = labels.get(key);
    if (value !== undefined) seen.push([key, value]);
  }
  return JSON.stringify(seen.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Addresses that are in the same blocks. Blocks nest or are disjoint, so the places are not one range but a few. */
export interface AddressAtom {
  readonly key: string;
  readonly ranges: readonly AddressRange[];
}

/** Addresses of one family from `first` to `last`, both included. */
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** Splits a family's whole address space into atoms; every address is in exactly one. */
export function addressAtoms(blocks: readonly Cidr[], family: Family): readonly AddressAtom[] {
  const own = distinctBlocks(blocks, family);
  const firsts = [...new Set([0n, ...own.flatMap(({ first, last }) => [first, last + 1n])])].filter(
    (first) => first <= lastAddress(family),
  );
  firsts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const atoms = new Map<string, { first: bigint; last: bigint }[]>();
  firsts.forEach((first, i) => {
    const key = atomKey(own, { family, value: first });
    const ranges = atoms.get(key) ?? [];
    ranges.push({ first, last: (firsts[i + 1] ?? lastAddress(family) + 1n) - 1n });
    atoms.set(key, ranges);
  });
  return [...atoms].map(([key, ranges]) => ({ key, ranges }));
}

/** Which blocks an address is in, as a key. Prefixes nest or are disjoint, so the smallest one tells all others. */
export function atomKey(own: readonly Cidr[], address: Address): string {
  let smallest: Cidr | undefined;
  for (const block of own) {
    if (inCidr(block, address) && (smallest === undefined || block.last - block.first < smallest.last - smallest.first)) smallest = block;
  }
  return smallest?.text ?? "";
}

export function distinctBlocks(blocks: readonly Cidr[], family: Family): readonly Cidr[] {
  return [...new Map(blocks.filter((block) => block.family === family).map((block) => [block.text, block])).values()];
}
