import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** What is said to people who do not see the page: one region, in which the newest sentence stands. */
export const spoken = signal("");

/** Whoever types or moves on within this time, in milliseconds, is told once. */
const settled = 500;

/** Says a sentence that is shown, whenever it becomes another: `when` the view has settled, or before what views say. */
export function useSpoken(sentence: string | undefined, when: "settled" | "first" = "settled"): void {
  useEffect(() => {
    if (sentence === undefined || sentence === "") return undefined;
    const timer = setTimeout(() => (spoken.value = sentence), when === "first" ? 0 : settled);
    return () => clearTimeout(timer);
  }, [sentence]);
}

/** Milliseconds between two sentences of something that goes on. */
const rhythm = 5_000;
let last = 0;

/** Says how far something has come, not more often than people can listen. */
export function sayProgress(sentence: string): void {
  const now = performance.now();
  if (now - last < rhythm) return;
  last = now;
  spoken.value = sentence;
}
