import { useRef } from "preact/hooks";
import { isSame, type GridPosition } from "./position.ts";

/** A rectangle is being dragged from one cell to another, or was. */
export type OnSweep = (start: GridPosition, end: GridPosition, isDone: boolean) => void;

export interface Sweep {
  /** The pointer went down on a cell. A finger scrolls, and who holds Shift extends. */
  press(event: PointerEvent, at: GridPosition): void;
  /** The pointer is over another cell. */
  reach(at: GridPosition): void;
  /** The pointer went up or away. Whether there was a drag from one cell to another: a press that stays on its cell is a click. */
  end(): boolean;
}

export function useSweep(onSweep: OnSweep | undefined): Sweep {
  const drag = useRef<{ readonly start: GridPosition; end: GridPosition } | undefined>(undefined);
  return {
    press: ({ button, shiftKey, pointerType }, at) => {
      drag.current = onSweep !== undefined && button === 0 && !shiftKey && pointerType !== "touch" ? { start: at, end: at } : undefined;
    },
    reach: (at) => {
      const dragged = drag.current;
      if (dragged === undefined || isSame(at, dragged.end)) return;
      dragged.end = at;
      onSweep?.(dragged.start, at, false);
    },
    end: () => {
      const dragged = drag.current;
      drag.current = undefined;
      if (dragged === undefined || isSame(dragged.start, dragged.end)) return false;
      onSweep?.(dragged.start, dragged.end, true);
      return true;
    },
  };
}
