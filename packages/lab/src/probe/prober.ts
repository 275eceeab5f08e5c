import type { Direction } from "@netproof/core/parts";
import { doubtSet, witnessSet } from "../nft/render.ts";
import { readWitnesses } from "../sys/nft-sets.ts";
import { inNamespace } from "../sys/netns.ts";
import { addressBytes, addressText } from "../sys/socket-address.ts";
import type { BuiltPlace, World } from "../world/world.ts";
import type { Loop } from "./loop.ts";
import type { Noted, Order, Seen, Tried } from "./order.ts";
import { roomBeside } from "./room.ts";
import { send, type KeyedOrder } from "./sender.ts";
import { serverKey, type Server, type Servers } from "./servers.ts";

/** The tables in which routers note what they decided, and in which directions they note doubts. */
export interface Tables {
  readonly table: string;
  readonly routers: readonly { readonly place: number; readonly doubts: readonly Direction[] }[];
}

export interface ProbeOptions {
  /** Whether each server is asked from its own place before anybody else. */
  readonly home: boolean;
  readonly denyWith: "reject" | "drop";
  /** Marks that say no. */
  readonly isDeny: (mark: number) => boolean;
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
}

/** How long an attempt waits, in milliseconds. Silence is never a deny: without a witness it is tried again, longer. */
const patience = [400, 1500, 4000];
/** Tries flows, in parallel. Each is tried once however often it was ordered; same order, same length. */
export async function probe(
  loop: Loop,
  world: World,
  servers: Servers,
  tables: Tables | undefined,
  orders: readonly Order[],
  options: ProbeOptions,
): Promise<readonly Tried[]> {
  const placeAt = (id: number): BuiltPlace => {
    const place = world.places.get(id);
    if (place === undefined) throw new Error(`there is no place ${id}`);
    return place;
  };
  const keys = orders.map(keyOf);
  const distinct = new Map(orders.map((order, i) => [keys[i] as string, order]));
  const room = roomBeside(world.places.size, servers.staying);
  const tried = new Map<string, Outcome>();
  const atHome = new Map<string, boolean | undefined>();
  const say = (): void => {
    if (tried.size % 256 === 0) options.progress(tried.size);
  };
  let noted: (order: Order) => Noted = () => nothing;
  for (const part of partsFor([...distinct], room.servers)) {
    servers.makeWayFor(
      part.map(([, order]) => order),
      room.servers,
    );
    // Those that made way are closed by that: the files of both would be too many.
    loop.turn(0);
    const answering = part.map(([, order]) => ({ order, server: servers.serve(order) }));
    if (options.home) await askAtHome(answering);
    for (const { order, server } of answering) atHome.set(serverKey(order), server.atHome);
    noted = await settle(part, tables, tried, say);
  }
  return orders.map((order, i) => {
    const { seen, attempts, milliseconds } = tried.get(keys[i] as string) as Outcome;
    return { seen, noted: noted(order), atHome: atHome.get(serverKey(order)), attempts, milliseconds };
  });

  /** What meets no router has no notes of one. */
  async function askAtHome(answering: readonly { readonly order: Order; readonly server: Server }[]): Promise<void> {
    const fresh = new Map(answering.filter(({ server }) => server.atHome === undefined).map((one) => [serverKey(one.order), one]));
    const outcomes = new Map<string, Outcome>();
    const own = [...fresh].map(([key, { order }]) => [key, { ...order, from: order.to, source: order.target }] as const);
    await settle(own, undefined, outcomes, () => {});
    for (const [key, { server }] of fresh) server.atHome = outcomes.get(key)?.seen.kind === "open";
  }

  /** Tries these until client and kernel agree, or for as long as patience lasts. Gives what routers have noted. */
  async function settle(
    flows: readonly KeyedOrder[],
    notes: Tables | undefined,
    outcomes: Map<string, Outcome>,
    done: () => void,
  ): Promise<(order: Order) => Noted> {
    let said: (order: Order) => Noted = () => nothing;
    let open = flows;
    for (const [round, wait] of patience.entries()) {
      if (open.length === 0) break;
      await send(loop, open, {
        atOnce: room.flows,
        wait,
        // Where denies are silent, the kernel is asked which of the silent flows it has denied.
        denied: options.denyWith === "drop" ? () => deniedBy(readNotes(notes, placeAt), options.isDeny) : undefined,
        placeAt,
        done: (key, seen, milliseconds) => {
          outcomes.set(key, { seen, milliseconds, attempts: round + 1 });
          done();
        },
        signal: options.signal,
      });
      said = readNotes(notes, placeAt);
      open = open.filter(([key, order]) => !isSettled((outcomes.get(key) as Outcome).seen, said(order), options.isDeny));
    }
    return said;
  }
}

type Outcome = Pick<Tried, "seen" | "attempts" | "milliseconds">;

/** As many flows at a time as have servers that may be open together. */
function* partsFor(flows: readonly KeyedOrder[], most: number): Generator<readonly KeyedOrder[]> {
  let part: KeyedOrder[] = [];
  const open = new Set<string>();
  for (const flow of flows) {
    const key = serverKey(flow[1]);
    if (open.size === most && !open.has(key)) {
      yield part;
      part = [];
      open.clear();
    }
    open.add(key);
    part.push(flow);
  }
  if (part.length > 0) yield part;
}

const nothing: Noted = { egress: undefined, ingress: undefined, doubts: [] };

function keyOf({ from, source, target, protocol, port }: Order): string {
  return `${from} ${source} ${target} ${protocol} ${port}`;
}

/** Whether trying once more could tell anything: not when client and kernel agree. */
function isSettled(seen: Seen, noted: Noted, isDeny: (mark: number) => boolean): boolean {
  switch (seen.kind) {
    case "open":
      return true;
    case "rejected":
    case "silent":
      return isDenied(noted, isDeny);
    case "refused":
    case "no-route":
    case "error":
      return false;
  }
}

function deniedBy(noted: (order: Order) => Noted, isDeny: (mark: number) => boolean): (order: Order) => boolean {
  return (order) => isDenied(noted(order), isDeny);
}

function isDenied({ egress, ingress }: Noted, isDeny: (mark: number) => boolean): boolean {
  return [egress, ingress].some((mark) => mark !== undefined && isDeny(mark));
}

const protocolNumbers: Readonly<Record<Order["protocol"], number>> = { TCP: 6, UDP: 17, SCTP: 132 };

/** Reads what all routers noted. A flow passes the egress rules of its source's router and the ingress rules of its target's. */
export function readNotes(tables: Tables | undefined, placeAt: (id: number) => BuiltPlace): (order: Order) => Noted {
  if (tables === undefined) return () => nothing;
  const marks = { egress: new Map<string, number>(), ingress: new Map<string, number>() };
  const doubted = { egress: new Map<string, number>(), ingress: new Map<string, number>() };
  for (const { place, doubts } of tables.routers) {
    inNamespace(placeAt(place).namespace, () => {
      for (const direction of ["egress", "ingress"] as const) {
        for (const family of [4, 6] as const) {
          readWitnesses(tables.table, witnessSet(direction, family), (witness) => marks[direction].set(noteKey(witness), witness.mark));
          if (!doubts.includes(direction)) continue;
          readWitnesses(tables.table, doubtSet(direction, family), (witness) => doubted[direction].set(noteKey(witness), witness.mark));
        }
      }
    });
  }
  return (order) => {
    const key = noteKey({
      source: addressBytes(order.source),
      target: addressBytes(order.target),
      protocol: protocolNumbers[order.protocol],
      port: order.port,
    });
    const doubts = (["egress", "ingress"] as const).flatMap((direction) => {
      const mark = doubted[direction].get(key);
      return mark === undefined ? [] : [{ direction, mark }];
    });
    return { egress: marks.egress.get(key), ingress: marks.ingress.get(key), doubts };
  };
}

function noteKey({
  source,
  target,
  protocol,
  port,
}: {
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  readonly protocol: number;
  readonly port: number;
}): string {
  return `${addressText(source)} ${addressText(target)} ${protocol} ${port}`;
}
