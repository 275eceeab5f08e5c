import type { JSX } from "preact";
import { cell } from "../workbench/protocol.ts";
import { glyphShape } from "./Glyph.tsx";

/** What one cell of a matrix shows. */
export interface CellLook {
  /** One value where all engines say the same, else one per engine in their order; undefined for an engine that did not answer. */
  readonly values: readonly (number | undefined)[];
  readonly changed?: boolean;
  readonly violated?: boolean;
  readonly deviation?: boolean;
  /** An endpoint and itself, which is never a question. */
  readonly itself?: boolean;
  /** `quiet`: agrees where differences are looked for; `left-out`: not what the filter asks for; `ringed`: what an edit changed. */
  readonly emphasis?: "quiet" | "left-out" | "ringed";
  /** In place of the mark: how much of a group's pairs is open. */
  readonly text?: string | undefined;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** From this height on a cell has room for corner marks and for one part per engine. */
export const readHeight = 34;

/** One cell inside a drawing. Marks keep to their corners: upper left changed, upper right violated, on the corner a deviation. */
export function CellShape({ box, look }: { readonly box: Box; readonly look: CellLook }): JSX.Element {
  const { x, y, width, height } = box;
  const large = height >= readHeight;
  const corner = large ? 3 : 2;
  const parts = look.values.length === 0 ? [cell.none] : look.values;
  const share = width / parts.length;
  return (
    <g class={`cell ${look.emphasis ?? ""} ${parts.length > 1 ? "split" : ""}`}>
      {look.emphasis === "ringed" && (
        <>
          <rect class="cell-ring-edge" x={x - 2} y={y - 2} width={width + 4} height={height + 4} rx={corner + 2} />
          <rect class="cell-ring" x={x - 1.5} y={y - 1.5} width={width + 3} height={height + 3} rx={corner + 1.5} />
        </>
      )}
      {parts.map((value, i) => (
        <CellPart
          key={i}
          box={{ x: x + i * share, y, width: share, height }}
          value={value}
          corner={parts.length === 1 ? corner : 0}
          itself={look.itself === true}
          text={look.text}
        />
      ))}
      {look.violated === true && (
        <>
          <rect class="cell-gap" x={x + 1.75} y={y + 1.75} width={width - 3.5} height={height - 3.5} rx={corner - 1} />
          <rect class="cell-violated" x={x + 0.75} y={y + 0.75} width={width - 1.5} height={height - 1.5} rx={corner} />
        </>
      )}
      {look.deviation === true && <rect class="cell-deviation" x={x} y={y} width={width} height={height} rx={corner} />}
      {look.changed === true && <Mark name="changed" x={x + (large ? 8 : 4)} y={y + (large ? 9 : 4)} size={large ? 12 : 7} />}
      {look.violated === true && look.deviation !== true && (
        <Mark name="violated" x={x + width - (large ? 5 : 2)} y={y + (large ? 6 : 2)} size={large ? 12 : 7} />
      )}
      {look.deviation === true && <Mark name="deviation" x={x + width - 1} y={y + 1} size={large ? 14 : 8} />}
    </g>
  );
}

function CellPart({
  box: { x, y, width, height },
  value,
  corner,
  itself,
  text,
}: {
  readonly box: Box;
  readonly value: number | undefined;
  readonly corner: number;
  readonly itself: boolean;
  readonly text: string | undefined;
}): JSX.Element {
  const inner = { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx: corner };
  const [mx, my] = [x + width / 2, y + height / 2];
  const scale = Math.min(height >= readHeight ? 1.25 : 1, height / 17, width / 12);
  const mark = (path: string): JSX.Element => <path class="cell-mark" transform={`translate(${mx} ${my}) scale(${scale})`} d={path} />;
  if (value === undefined) return <rect class="cell-unanswered" {...inner} />;
  switch (value) {
    case cell.allow:
    case cell.deny:
      return (
        <g class={value === cell.allow ? "cell-allow" : "cell-deny"}>
          <rect class="cell-fill" x={x} y={y} width={width} height={height} rx={corner} />
          {mark(value === cell.allow ? tick : cross)}
        </g>
      );
    case cell.undetermined:
      return (
        <g class="cell-undetermined">
          <rect class="cell-fill" {...inner} />
          <path class="cell-hatch" d={hatch(x, y, width, height)} />
          {mark(question)}
        </g>
      );
    case cell.some:
      return (
        <g class="cell-some">
          <rect class="cell-fill" x={x} y={y} width={width} height={height} rx={corner} />
          {text === undefined ? (
            <path class="cell-half" d={`M${x} ${y}V${y + height}H${x + width}z`} />
          ) : (
            <text class="cell-text" x={mx} y={my + 4} aria-hidden="true">
              {text}
            </text>
          )}
        </g>
      );
    default:
      return itself ? (
        <g class="cell-itself">
          <rect class="cell-fill" {...inner} />
          {mark("M-4 0H4")}
        </g>
      ) : (
        <g class="cell-none">
          <rect class="cell-fill" {...inner} />
          {height >= 24 && width >= 24 && (
            <text class="cell-text" x={mx} y={my + 3.5} aria-hidden="true">
              n/a
            </text>
          )}
        </g>
      );
  }
}

const tick = "M-4.6.4-1.3 3.6 4.8-3.4";
const cross = "M-3.8-3.8 3.8 3.8M3.8-3.8-3.8 3.8";
const question = "M-2.4-2.2a2.5 2.5 0 1 1 3.7 2.2c-1 .55-1.3 1-1.3 2M0 4.9v.2";

/** Lines at 45 degrees, 6 apart, cut at the edges of the box. */
function hatch(x: number, y: number, width: number, height: number): string {
  const lines: string[] = [];
  for (let at = 6; at < width + height; at += 6) {
    const [x1, y1] = at <= height ? [0, at] : [at - height, height];
    const [x2, y2] = at <= width ? [at, 0] : [width, at - width];
    lines.push(`M${x + x1} ${y + y1}L${x + x2} ${y + y2}`);
  }
  return lines.join("");
}

function Mark({
  name,
  x,
  y,
  size,
}: {
  readonly name: "changed" | "violated" | "deviation";
  readonly x: number;
  readonly y: number;
  readonly size: number;
}): JSX.Element {
  return (
    <g class={`glyph-${name} cell-corner`} transform={`translate(${x - size / 2} ${y - size / 2}) scale(${size / 14})`}>
      {glyphShape(name)}
    </g>
  );
}

/** A cell by itself: in a table, a legend, or as an answer to be set. */
export function CellBox({
  look,
  width = 54,
  height = 34,
}: {
  readonly look: CellLook;
  readonly width?: number;
  readonly height?: number;
}): JSX.Element {
  return (
    <svg class="cell-box" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <CellShape box={{ x: 0, y: 0, width, height }} look={look} />
    </svg>
  );
}
