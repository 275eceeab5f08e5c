import type { JSX } from "preact";
import { glyphShape, type GlyphName } from "../parts/Glyph.tsx";
import type { Point, Route, Tip } from "./picture.ts";

export type LaneState = "open" | "closed" | "undetermined" | "some";

/** A lane as it is drawn: one direction between two cards. */
export interface DrawnLane {
  readonly from: string;
  readonly to: string;
  readonly state: LaneState;
  /** Of another engine that answers otherwise; then the lane is double. */
  readonly otherState: LaneState | undefined;
  readonly stops: "from" | "to" | "both" | undefined;
  readonly isChanged: boolean;
  readonly isViolated: boolean;
  /** 1.2, 2 or 3 pixels where a lane stands for many pairs. */
  readonly width: number;
  /** Beside the marks: `12`, `2 of 3`. */
  readonly label: string | undefined;
}

const markSize = 14;
/** A closed head stands before the bar that stops it. */
const barRoom = 9;

export function LaneLine({
  lane,
  route,
  isQuiet,
  isStrong,
  onHover,
  onPick,
}: {
  readonly lane: DrawnLane;
  readonly route: Route;
  /** At 42 %: something else is looked at. */
  readonly isQuiet: boolean;
  readonly isStrong: boolean;
  readonly onHover: (at: Point | undefined) => void;
  readonly onPick: () => void;
}): JSX.Element {
  const { state, otherState, stops, isChanged, isViolated, width, label } = lane;
  const marks: GlyphName[] = [
    ...(isChanged ? (["changed"] as const) : []),
    ...(isViolated ? (["violated"] as const) : []),
    ...(otherState === undefined ? [] : (["deviation"] as const)),
    ...(state === "undetermined" ? (["undetermined"] as const) : []),
  ];
  const wide = marks.length * (markSize + 2) - 2;
  const isStopped = state === "closed" && (stops === "to" || stops === "both");
  return (
    <g
      class={`lane lane-${state} ${isChanged ? "changed-lane" : ""} ${isQuiet ? "quiet-lane" : ""} ${isStrong ? "strong-lane" : ""}`}
      onPointerMove={({ clientX, clientY }) => onHover({ x: clientX, y: clientY })}
      onPointerLeave={() => onHover(undefined)}
      onClick={onPick}
    >
      <path class="lane-hit" d={route.path} />
      <path class={`lane-halo ${isChanged ? "shown" : ""}`} d={route.path} />
      {otherState === undefined ? (
        <path class="lane-line" d={route.path} style={{ strokeWidth: width }} />
      ) : (
        <>
          <path class="lane-line" d={route.path} transform={shift(route, -2)} />
          <path class={`lane-line lane-${otherState}`} d={route.path} transform={shift(route, 2)} />
        </>
      )}
      <Head tip={route.end} state={state} back={isStopped ? barRoom : 0} />
      {isStopped && <Bar tip={route.end} back={4} />}
      {state === "closed" && (stops === "from" || stops === "both") && <Bar tip={route.start} back={-5} />}
      {marks.map((name, i) => (
        <g
          key={name}
          class={`glyph glyph-${name}`}
          transform={`translate(${route.mark.x - wide / 2 + i * (markSize + 2)} ${route.mark.y - markSize / 2})`}
        >
          {name !== "changed" && <circle class="lane-ground" cx="7" cy="7" r="9" />}
          {glyphShape(name)}
        </g>
      ))}
      {label !== undefined && (
        <text class="lane-label" x={route.mark.x + wide / 2 + 4} y={route.mark.y + 4}>
          {label}
        </text>
      )}
    </g>
  );
}

/** A lane of two engines is two lines, set apart across its course. */
function shift({ start, end }: Route, by: number): string {
  return Math.abs(end.x - start.x) > Math.abs(end.y - start.y) ? `translate(0 ${by})` : `translate(${by} ${by})`;
}

function Head({ tip: { x, y, angle }, state, back }: { readonly tip: Tip; readonly state: LaneState; readonly back: number }): JSX.Element {
  return (
    <path
      class={`lane-head ${state === "closed" || state === "undetermined" ? "hollow" : ""}`}
      d="M0 0 -9 -4.5V4.5z"
      transform={`translate(${x} ${y}) rotate(${angle}) translate(${-back - 1} 0)`}
    />
  );
}

/** Across the lane, at the end that stops it. */
function Bar({ tip: { x, y, angle }, back }: { readonly tip: Tip; readonly back: number }): JSX.Element {
  return <path class="lane-bar" d="M0 -6.5V6.5" transform={`translate(${x} ${y}) rotate(${angle}) translate(${-back} 0)`} />;
}
