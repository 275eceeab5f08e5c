import type { Direction } from "@netproof/core/parts";
import { doubtSet, witnessSet } from "../nft/render.ts";
import { readWitnesses } from "../sys/nft-sets.ts";
import { inNamespace } from "../sys/netns.ts";
import { addressBytes, addressText } from "../sys/socket-address.ts";
import type { BuiltPlace, World } from "../world/world.ts";
import type { Loop } from "./loop.ts";
import type { Noted, Order, Seen, Tried } from "./order.ts";
import { send } from "./sender.ts";
import type { Servers } from "./servers.ts";

/** The tables in which routers note what they decided, and in which directions they note doubts. */
export interface Tables {
  readonly table: string;
  readonly routers: readonly { readonly place: number; readonly doubts: readonly Direction[] }[];
}

export interface ProbeOptions {
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
  for (const { to, target, protocol, port } of distinct.values()) servers.serve(placeAt(to), addressBytes(target), protocol, port);

  const seen = new Map<string, Seen>();
  const times = new Map<string, number>();
  const attempts = new Map<string, number>();
  let noted: (order: Order) => Noted = () => nothing;
  let open: readonly (readonly [string, Order])[] = [...distinct];
  for (const [round, wait] of patience.entries()) {
    if (open.length === 0) break;
    await send(loop, open, {
      wait,
      // Where denies are silent, the kernel is asked which of the silent flows it has denied.
      denied: options.denyWith === "drop" ? () => deniedBy(readNotes(tables, placeAt), options.isDeny) : undefined,
      placeAt,
      done: (key, result, milliseconds) => {
        seen.set(key, result);
        times.set(key, milliseconds);
        if (seen.size % 256 === 0) options.progress(seen.size);
      },
      signal: options.signal,
    });
    noted = readNotes(tables, placeAt);
    open = open.filter(([key, order]) => {
      attempts.set(key, round + 1);
      return !isSettled(seen.get(key) as Seen, noted(order), options.isDeny);
    });
  }
  return orders.map((order, i) => {
    const key = keys[i] as string;
    return { seen: seen.get(key) as Seen, noted: noted(order), attempts: attempts.get(key) ?? 0, milliseconds: times.get(key) ?? 0 };
  });
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
