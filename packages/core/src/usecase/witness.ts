import { hasPort, intersect, isEmptyPorts, protocols, type PortSet, type Protocol } from "../net/ports.ts";
import type { UseCase } from "./types.ts";

/** One port to show something by. The lower the rank, the better people know it. */
export interface ShownPort {
  readonly rank: 0 | 1 | 2;
  readonly protocol: Protocol;
  readonly port: number;
}

/** Picks a port of a set: one that a name of the file means (in the file's order), else 80/TCP, else the lowest, TCP first. */
export type PortPicker = (ports: PortSet) => ShownPort;

export function portPicker({ ports: named }: Pick<UseCase, "ports">): PortPicker {
  const known = new WeakMap<PortSet, ShownPort>();
  return (ports) => {
    let shown = known.get(ports);
    if (shown === undefined) {
      shown = pick(ports, named);
      known.set(ports, shown);
    }
    return shown;
  };
}

function pick(ports: PortSet, named: ReadonlyMap<string, PortSet>): ShownPort {
  for (const set of named.values()) {
    const common = intersect(set, ports);
    if (!isEmptyPorts(common)) return { rank: 0, ...lowest(common) };
  }
  if (hasPort(ports, "TCP", 80)) return { rank: 1, protocol: "TCP", port: 80 };
  return { rank: 2, ...lowest(ports) };
}

function lowest(ports: PortSet): { readonly protocol: Protocol; readonly port: number } {
  for (const protocol of protocols) {
    const [first] = ports[protocol];
    if (first !== undefined) return { protocol, port: first.first };
  }
  throw new Error("a witness was asked of no ports");
}

/** A cell that shows something, and how well people know the port that shows it. */
export interface Candidate {
  readonly cell: Cell;
  readonly faults: readonly [Fault, ...Fault[]];
}

/** The better candidate: on a port that people know, then the first pair in printed order. */
export function betterOf(a: Candidate | undefined, b: Candidate, surface: Surface, pickPort: PortPicker): Candidate {
  if (a === undefined) return b;
  const [[fromA, toA], [fromB, toB]] = [pairOf(a.cell), pairOf(b.cell)];
  const order =
    bestFault(a.faults, pickPort).shown.rank - bestFault(b.faults, pickPort).shown.rank ||
    surface.rankOf(fromA) - surface.rankOf(fromB) ||
    surface.rankOf(toA) - surface.rankOf(toB);
  return order <= 0 ? a : b;
}

/** The first pair of a cell on the port that people know best. */
export function witnessOf({ cell, faults }: Candidate, surface: Surface, pickPort: PortPicker): Witness {
  const { fault, shown } = bestFault(faults, pickPort);
  const [from, to] = pairOf(cell);
  const last = flowOf(fault.chain.at(-1) ?? from, to, fault, shown, fault.chain.length === 0 ? cell : undefined, surface);
  const points = [from, ...fault.chain];
  const hops = points.slice(1).map((point, i) => hopOf(points[i] as Point, point, surface, pickPort));
  return { from, to, flows: [...hops, last] as [Flow, ...Flow[]], fault };
}

function bestFault(faults: readonly [Fault, ...Fault[]], pickPort: PortPicker): { readonly fault: Fault; readonly shown: ShownPort } {
  const shown = faults.map((fault) => ({ fault, shown: pickPort(fault.ports) }));
  return shown.reduce((best, next) => (next.shown.rank < best.shown.rank ? next : best));
}

