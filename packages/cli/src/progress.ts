import { talk } from "./terminal.ts";

/** What is being done, for people who wait. */
export interface Progress {
  /** The next step begins. */
  step(text: string): void;
  end(): void;
}

const firstAfter = 1_000;
const betweenLines = 10_000;

/** From one second on: one line that is drawn over on a terminal, elsewhere a line per finished step, at most one in ten seconds. */
export function startProgress(): Progress {
  const terminal = process.stderr.isTTY;
  const begun = performance.now();
  let [drawn, current, printed] = [false, "", -Infinity];
  return {
    step: (text) => {
      const now = performance.now();
      if (terminal && now - begun >= firstAfter) {
        talk(`\r\u001b[K${text}`);
        drawn = true;
      } else if (!terminal && current !== "" && now - begun >= firstAfter && now - printed >= betweenLines) {
        talk(`${current}\n`);
        printed = now;
      }
      current = text;
    },
    end: () => {
      if (drawn) talk("\r\u001b[K");
    },
  };
}
