import { awayFromHome } from "../sys/netns.ts";
import type { BuiltPlace } from "../world/world.ts";
import { attempt } from "./client.ts";
import type { Loop } from "./loop.ts";
import type { Order, Seen } from "./order.ts";

export interface SendOptions {
  /** Flows under way at once. */
  readonly atOnce: number;
  /** How long each flow is waited for, in milliseconds. */
  readonly wait: number;
  /** Asks the kernel which flows it has denied; they are waited for no longer. Undefined where a deny is answered anyway. */
  readonly denied: (() => (order: Order) => boolean) | undefined;
  placeAt(id: number): BuiltPlace;
  /** `milliseconds` since the first packet was sent. */
  done(key: string, seen: Seen, milliseconds: number): void;
  readonly signal: AbortSignal;
}

export type KeyedOrder = readonly [key: string, order: Order];

/** Between looks at the rest of the process, in milliseconds. */
const stretch = 25;
/** Without any news for so many milliseconds, the kernel is asked. */
const quiet = 12;
/** A round of the loop that takes longer was held up by a busy machine: nobody loses time by that. */
const longestRound = 50;

interface Flight {
  readonly order: Order;
  readonly until: number;
  giveUp: () => void;
  over: boolean;
}

/** Sends each flow once and waits for what comes back, many at a time. */
export async function send(loop: Loop, flows: readonly KeyedOrder[], options: SendOptions): Promise<void> {
  const flights: Flight[] = [];
  const lanes = lanesFor(begin);
  const state = { underWay: 0, done: 0, news: performance.now(), stopped: false };
  let [next, first, held] = [0, 0, 0];
  let [lookUp, before] = [performance.now() + stretch, performance.now()];

  try {
    while (state.done < flows.length) {
      awayFromHome(() => {
        for (; next < flows.length && state.underWay < options.atOnce; next++) {
          const flow = flows[next] as KeyedOrder;
          if (flow[1].protocol === "SCTP") lanes.enter(flow);
          else begin(flow);
        }
      });
      loop.turn(state.underWay > 0 ? 5 : 0);
      const now = performance.now();
      held += Math.max(0, now - before - longestRound);
      before = now;
      for (let flight = flights[first]; flight !== undefined; flight = flights[++first]) {
        if (!flight.over && flight.until + held > now) break;
        flight.giveUp();
      }
      if (options.denied !== undefined && state.underWay > 0 && now - state.news > quiet) {
        state.news = now;
        const isDenied = options.denied();
        for (const flight of flights.slice(first)) if (!flight.over && isDenied(flight.order)) flight.giveUp();
      }
      if (now >= lookUp) {
        await new Promise(setImmediate);
        options.signal.throwIfAborted();
        lookUp = performance.now() + stretch;
        before = performance.now();
      }
    }
  } finally {
    // Only who was told to stop leaves some behind.
    state.stopped = true;
    for (const flight of flights) flight.giveUp();
  }

  function begin([key, order]: KeyedOrder): void {
    state.underWay++;
    state.news = performance.now();
    const begun = state.news;
    const flight: Flight = { order, until: begun + options.wait, giveUp: () => {}, over: false };
    flights.push(flight);
    const { giveUp } = attempt(loop, options.placeAt(order.from), order, (seen) => {
      flight.over = true;
      state.underWay--;
      state.done++;
      state.news = performance.now();
      options.done(key, seen, state.news - begun);
      if (order.protocol === "SCTP" && !state.stopped) lanes.leave(order);
    });
    flight.giveUp = giveUp;
  }
}

interface Lanes {
  enter(flow: KeyedOrder): void;
  leave(order: Order): void;
}

/** ICMP errors of raw sockets hardly tell two flows of one pair apart, so these go one after the other. */
function lanesFor(begin: (flow: KeyedOrder) => void): Lanes {
  const waiting = new Map<string, KeyedOrder[]>();
  const laneOf = ({ from, target }: Order): string => `${from} ${target}`;
  return {
    enter: (flow) => {
      const lane = laneOf(flow[1]);
      const others = waiting.get(lane);
      if (others !== undefined) {
        others.push(flow);
        return;
      }
      waiting.set(lane, []);
      begin(flow);
    },
    leave: (order) => {
      const lane = laneOf(order);
      const following = waiting.get(lane)?.shift();
      if (following === undefined) waiting.delete(lane);
      else begin(following);
    },
  };
}
