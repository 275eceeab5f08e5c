import type { JSX } from "preact";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { where } from "../state/store.ts";

/** Pixels that somebody gave the panel; undefined: as the layout has it. */
export const panelWidth = signal<number | undefined>(undefined);

const narrowest = 360;
/** Of the window's width. */
const widest = 0.6;
const step = 24;

/** The edge between a view and the panel: drag it, or move it with the arrows; a double click or Home gives the width back to the layout. */
export function PanelEdge(): JSX.Element {
  const { panel } = where.value.keys;
  useEffect(() => () => void (panelWidth.value = undefined), [panel]);
  const most = Math.round(innerWidth * widest);
  const now = panelWidth.value ?? document.getElementById("panel")?.offsetWidth ?? narrowest;
  const set = (width: number): void => {
    panelWidth.value = Math.max(narrowest, Math.min(most, Math.round(width)));
  };
  return (
    <div
      class="panel-edge"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the panel"
      aria-controls="panel"
      aria-valuemin={narrowest}
      aria-valuemax={most}
      aria-valuenow={now}
      tabIndex={0}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) set(innerWidth - event.clientX);
      }}
      onDblClick={() => (panelWidth.value = undefined)}
      onKeyDown={(event) => {
        const moves: Readonly<Record<string, () => void>> = {
          ArrowLeft: () => set(now + step),
          ArrowRight: () => set(now - step),
          Home: () => (panelWidth.value = undefined),
        };
        const move = moves[event.key];
        if (move === undefined) return;
        event.preventDefault();
        move();
      }}
    />
  );
}
