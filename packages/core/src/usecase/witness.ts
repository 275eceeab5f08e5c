import type { Endpoint, Flow } from "../model/cluster.ts";
import type { Family } from "../net/address.ts";
import { hasPort, intersect, isEmptyPorts, protocols, type PortSet, type Protocol } from "../net/ports.ts";
import { pairOf } from "./judge.ts";
import type { Fault, Witness } from "./results.ts";
import type { Cell, FamilyConnections, Surface } from "./surface.ts";
import type { UseCase } from "./types.ts";
import { endpointIn, type Point } from "./universe.ts";

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
  readonly rank: number;
}

export function knownRank(faults: readonly [Fault, ...Fault[]], pickPort: PortPicker): number {
  return bestFault(faults, pickPort).shown.rank;
}

/** The better candidate: on a port that people know, then the first pair in printed order. */
export function betterOf(a: Candidate | undefined, b: Candidate, surface: Surface): Candidate {
  if (a === undefined || b.rank < a.rank) return b;
  if (a.rank < b.rank) return a;
  const [[fromA, toA], [fromB, toB]] = [pairOf(a.cell), pairOf(b.cell)];
  const order = surface.rankOf(fromA) - surface.rankOf(fromB) || surface.rankOf(toA) - surface.rankOf(toB);
  return order <= 0 ? a : b;
}

/** The first pair of a cell on the port that people know best. */
export function witnessOf({ cell, faults }: Pick<Candidate, "cell" | "faults">, surface: Surface, pickPort: PortPicker): Witness {
  const { fault, shown } = bestFault(faults, pickPort);
  const [from, to] = pairOf(cell);
  const points = [from, ...fault.chain];
  const before = points.at(-1) ?? from;
  const last = flowOf(before, to, fault.chain.length === 0 ? cell : surface.cellOf(before, to), fault, shown);
  const hops = points.slice(1).map((point, i) => hopOf(points[i] as Point, point, surface, pickPort));
  return { from, to, flows: [...hops, last], fault };
}

function bestFault(faults: readonly [Fault, ...Fault[]], pickPort: PortPicker): { readonly fault: Fault; readonly shown: ShownPort } {
  const shown = faults.map((fault) => ({ fault, shown: pickPort(fault.ports) }));
  return shown.reduce((best, next) => (next.shown.rank < best.shown.rank ? next : best));
}

/** The flow of a fault: between these very points, for addresses from or to one of those that show it. */
function flowOf(from: Point, to: Point, cell: Cell | undefined, { family, wanted }: Fault, { protocol, port }: ShownPort): Flow {
  const pieces = cell?.connections.filter((each) => each.family === family) ?? [];
  const isOpen = ({ connections: { allow } }: FamilyConnections): boolean => hasPort(allow, protocol, port);
  const isUnsure = ({ connections: { undetermined } }: FamilyConnections): boolean => hasPort(undetermined, protocol, port);
  const piece =
    wanted === "deny"
      ? (pieces.find(isOpen) ?? pieces.find(isUnsure))
      : (pieces.find((each) => !isOpen(each) && !isUnsure(each)) ?? pieces.find(isUnsure));
  return { from: endpointOf(from, family, piece?.from), to: endpointOf(to, family, piece?.to), family, protocol, port };
}

/** A flow on the way of a chain: on any family and port that is open, or may be. */
function hopOf(from: Point, to: Point, surface: Surface, pickPort: PortPicker): Flow {
  const cell = surface.cellOf(from, to);
  const piece =
    cell?.connections.find(({ connections }) => !isEmptyPorts(connections.allow)) ??
    cell?.connections.find(({ connections }) => !isEmptyPorts(connections.undetermined));
  if (piece === undefined) throw new Error(`a chain goes from ${from.id} to ${to.id}, and no flow does`);
  const { allow, undetermined } = piece.connections;
  const { protocol, port } = pickPort(isEmptyPorts(allow) ? undetermined : allow);
  return {
    from: endpointOf(from, piece.family, piece.from),
    to: endpointOf(to, piece.family, piece.to),
    family: piece.family,
    protocol,
    port,
  };
}

function endpointOf(point: Point, family: Family, address: Endpoint | undefined): Endpoint {
  const endpoint = address ?? endpointIn(point, family);
  if (endpoint === undefined) throw new Error(`${point.id} has no address in IPv${family}`);
  return endpoint;
}
