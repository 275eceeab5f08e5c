import type { BuiltPlace } from "../world/world.ts";
import { attempt, type Attempt } from "./client.ts";
import type { Loop } from "./loop.ts";
import type { Turning } from "./order.ts";

/** A new try begins after so many milliseconds, whatever became of the one before. */
const pace = 0.5;
/** What is under way when the rules are loaded gets so long. */
const grace = 60;

interface Try {
  readonly begun: number;
  open: boolean | undefined;
}

/**
 * Tries each flow again and again while `change` goes on, and tells per flow after how many milliseconds the first packet was sent that
 * was decided in the new way and no later one in the old; undefined where none was.
 */
export async function whileChanging(
  loop: Loop,
  placeAt: (id: number) => BuiltPlace,
  turnings: readonly Turning[],
  change: () => Promise<void>,
): Promise<readonly (number | undefined)[]> {
  const tries = turnings.map((): Try[] => []);
  const underWay = new Set<Attempt>();
  const begin = (i: number): void => {
    const turning = turnings[i];
    if (turning === undefined) return;
    const one: Try = { begun: performance.now(), open: undefined };
    tries[i]?.push(one);
    const started: { attempt?: Attempt } = {};
    started.attempt = attempt(loop, placeAt(turning.order.from), turning.order, ({ kind }) => {
      one.open = kind === "open";
      if (started.attempt !== undefined) underWay.delete(started.attempt);
    });
    if (one.open === undefined) underWay.add(started.attempt);
  };
  const finish = (): void => {
    for (const one of [...underWay]) one.giveUp();
    loop.turn(0);
  };

  const state = { changed: false };
  const start = performance.now();
  const changing = change().finally(() => (state.changed = true));
  try {
    while (!state.changed) {
      turnings.forEach((_, i) => begin(i));
      const next = performance.now() + pace;
      do loop.turn(0);
      while (performance.now() < next);
      // nft is another process: its end is heard of between two rounds.
      await new Promise(setImmediate);
    }
    await changing;
    // One more, so that a change in the very last moment is seen.
    turnings.forEach((_, i) => begin(i));
    const until = performance.now() + grace;
    while (underWay.size > 0 && performance.now() < until) loop.turn(1);
  } finally {
    finish();
  }
  return turnings.map(({ becomes }, i) => {
    const isNew = ({ open }: Try): boolean => open === (becomes === "open");
    const all = tries[i] ?? [];
    const lastOld = all.findLastIndex((one) => !isNew(one));
    const first = all[lastOld + 1];
    return first === undefined ? undefined : first.begun - start;
  });
}
