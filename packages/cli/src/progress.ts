import { setImmediate } from "node:timers/promises";
import type { PairWanted, View } from "@netproof/core/parts";
import { talk } from "./terminal.ts";

/** What is being done, for people who wait. */
export interface Progress {
  /** The next step begins, or the running one has come so far. */
  step(text: string): void;
  end(): void;
}

const firstAfter = 1_000;
const betweenLines = 10_000;

/** From one second on: one line that is drawn over on a terminal, elsewhere a line per finished step, at most one in ten seconds. */
export function startProgress(): Progress {
  const terminal = process.stderr.isTTY;
  const begun = performance.now();
  let [drawn, current, printed] = [0, "", 0];
  /** Drawn over with blanks: a terminal that knows no escapes shows it as well. */
  const draw = (text: string): void => {
    const line = [...text].slice(0, (process.stderr.columns || 80) - 1).join("");
    talk(`\r${line.padEnd(drawn)}`);
    drawn = line.length;
  };
  return {
    step: (text) => {
      const now = performance.now() - begun;
      if (terminal && now >= firstAfter) draw(text);
      else if (!terminal && current !== "" && now - printed >= betweenLines) {
        talk(`${current}\n`);
        printed = now;
      }
      current = text;
    },
    end: () => {
      if (drawn === 0) return;
      draw("");
      talk("\r");
    },
  };
}

const slice = 100;

/** Asks what every wanted pair may open, and says how far it is: the answers stay in the view, so what follows is quick. */
export async function judgePairs({ rows, connections }: View, wanted: PairWanted): Promise<void> {
  const progress = startProgress();
  let paused = performance.now();
  for (const [index, from] of rows.entries()) {
    for (const to of rows) {
      if (wanted(from, to)) connections(from, to);
      if (performance.now() - paused < slice) continue;
      progress.step(`judging ${index + 1} of ${rows.length} rows`);
      await setImmediate();
      paused = performance.now();
    }
  }
  progress.end();
}
