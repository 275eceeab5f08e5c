import type { BuiltPlace } from "../world/world.ts";
import { attempt, type Attempt } from "./client.ts";
import type { Loop } from "./loop.ts";
import type { Opening, Order, Seen } from "./order.ts";

/** How long a pod is watched, in milliseconds, and how often each flow is tried at least. */
const span = 60;
const least = 4;
/** What has not come back after so many milliseconds is silent. */
const wait = 40;

/** Tries flows to and from a pod again and again, from the moment on in which it came to exist. */
export function watchStart(loop: Loop, placeAt: (id: number) => BuiltPlace, orders: readonly Order[], born: number): readonly Opening[] {
  const openings = orders.map(() => ({
    tries: 0,
    firstOpen: undefined as number | undefined,
    lastOpen: undefined as number | undefined,
    last: { kind: "silent" } as Seen,
  }));
  for (let round = 0; round < least || performance.now() - born < span; round++) {
    const underWay = new Set<Attempt>();
    orders.forEach((order, i) => {
      const opening = openings[i];
      if (opening === undefined) return;
      const sent = performance.now() - born;
      const state: { over: boolean; attempt?: Attempt } = { over: false };
      state.attempt = attempt(loop, placeAt(order.from), order, (seen) => {
        state.over = true;
        if (state.attempt !== undefined) underWay.delete(state.attempt);
        opening.tries++;
        opening.last = seen;
        if (seen.kind !== "open") return;
        opening.firstOpen ??= sent;
        opening.lastOpen = sent;
      });
      if (!state.over) underWay.add(state.attempt);
    });
    const until = performance.now() + wait;
    while (underWay.size > 0 && performance.now() < until) loop.turn(1);
    for (const one of [...underWay]) one.giveUp();
    loop.turn(0);
  }
  return openings;
}
