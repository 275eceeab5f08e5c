import { go } from "../state/store.ts";

/** Sizes of a cell, in pixels, that the buttons and keys go through. */
const sizes = [0.5, 1, 2, 4, 8, 16, 24, 40, 56] as const;

/** The next size up or down; the same at the ends. */
export function nextSize(now: number, step: 1 | -1): number {
  return (step > 0 ? sizes.find((size) => size > now) : sizes.findLast((size) => size < now)) ?? now;
}

/** The size stands in the link; typing and turning wheels are no steps to go back. */
export function zoomTo(size: number): void {
  go({ keys: { zoom: String(Math.round(Math.min(56, Math.max(0.25, size)) * 100) / 100) } }, "replace");
}
