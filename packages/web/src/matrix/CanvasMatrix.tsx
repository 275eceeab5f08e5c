import type { JSX } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { CellShape, type CellLook } from "../parts/Cell.tsx";
import { movedBy } from "../parts/MatrixGrid.tsx";
import type { GridPosition } from "../parts/position.ts";
import { useRoom } from "../parts/useRoom.ts";
import { useSweep, type OnSweep } from "../parts/useSweep.ts";
import { theme } from "../state/store.ts";
import {
  axisOf,
  basePicture,
  drawMatrix,
  entryAt,
  groupGap,
  markedCells,
  paletteOf,
  type Axis,
  type Mode,
  type Scene,
  type Selected,
} from "./draw.ts";
import type { MatrixModel } from "./model.ts";

export interface CanvasMatrixProps {
  readonly label: string;
  readonly model: MatrixModel;
  readonly mode: Mode;
  readonly engine: number;
  /** Pixels per cell; undefined: the largest at which everything is seen. */
  readonly zoom: number | undefined;
  readonly active: GridPosition | undefined;
  readonly lookAt: (row: number, column: number) => CellLook;
  readonly nameOf: (row: number, column: number) => string;
  readonly selected: Selected | undefined;
  readonly onSweep: OnSweep;
  readonly onActive: (at: GridPosition) => void;
  readonly onPick: (at: GridPosition, how: { readonly extend: boolean }) => void;
  readonly onHover: (at: GridPosition | undefined, point: { readonly x: number; readonly y: number }) => void;
  readonly onPickGroup: (name: string) => void;
  readonly onZoom: (size: number) => void;
}

const room = { left: 140, top: 108 } as const;
/** The lens: so many cells each way, this large. */
const [lensCells, lensCell] = [7, 21];

/** A matrix of any size on a canvas, with one real cell over the active one for those who do not see it. */
export function CanvasMatrix(props: CanvasMatrixProps): JSX.Element {
  const { label, model, mode, engine, zoom, active, lookAt, nameOf, selected } = props;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [area, measure] = useRoom({ width: 900, height: 600 });
  const attach = useCallback(
    (element: HTMLDivElement | null) => {
      frame.current = element;
      measure(element);
    },
    [measure],
  );
  const [hovered, setHovered] = useState<GridPosition | undefined>(undefined);
  const sweep = useSweep(props.onSweep);
  const size = zoom ?? fittedCell(model, area);
  const [x, y] = useMemo(() => [axisOf(model.columns, size), axisOf(model.rows, size)], [model, size]);
  const look = theme.value;
  const scene = useMemo((): Scene | undefined => {
    if (frame.current === null) return undefined;
    const palette = paletteOf(frame.current);
    return { model, base: basePicture(model, engine, mode, palette), marked: markedCells(model, mode), x, y, size, mode, engine, palette };
  }, [model, engine, mode, x, y, size, look, area]);

  const drawing = useRef(0);
  const draw = (): void => {
    cancelAnimationFrame(drawing.current);
    drawing.current = requestAnimationFrame(() => {
      const [element, surface] = [frame.current, canvas.current];
      const context = surface?.getContext("2d", { alpha: false });
      if (element === null || surface === null || context === null || context === undefined || scene === undefined) return;
      const ratio = devicePixelRatio;
      const [width, height] = [element.clientWidth, element.clientHeight];
      if (surface.width !== Math.round(width * ratio) || surface.height !== Math.round(height * ratio)) {
        surface.width = Math.round(width * ratio);
        surface.height = Math.round(height * ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const started = performance.now();
      drawMatrix(context, scene, {
        ...room,
        width,
        height,
        scrollX: element.scrollLeft,
        scrollY: element.scrollTop,
        active,
        hovered,
        selected,
      });
      element.dataset["frame"] = (performance.now() - started).toFixed(2);
    });
  };
  useLayoutEffect(draw);
  // The active cell is brought into view.
  useEffect(() => {
    const element = frame.current;
    if (active === undefined || element === null) return;
    keepInView(element, "scrollLeft", x.starts[active.column] ?? 0, size, area.width - room.left);
    keepInView(element, "scrollTop", y.starts[active.row] ?? 0, size, area.height - room.top);
  }, [active?.row, active?.column, size]);

  const cellAt = (event: PointerEvent | MouseEvent): GridPosition | { readonly group: string } | undefined => {
    const element = frame.current;
    if (element === null) return undefined;
    const box = element.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left - room.left, event.clientY - box.top - room.top];
    const [px, py] = [left + element.scrollLeft, top + element.scrollTop];
    if (left < 0 && top < 0) return undefined;
    const [row, column] = [entryAt(y, py), entryAt(x, px)];
    if (left < 0 || top < 0) {
      const entry = left < 0 ? model.rows[row] : model.columns[column];
      return entry === undefined ? undefined : { group: entry.group };
    }
    if (row < 0 || column < 0 || px > (x.starts[column] ?? 0) + size || py > (y.starts[row] ?? 0) + size) return undefined;
    return { row, column };
  };
  const press = (event: KeyboardEvent): void => {
    const at = active ?? { row: 0, column: 0 };
    const next = movedBy(event, at, { rows: model.rows.length, columns: model.columns.length });
    if (next !== undefined) {
      event.preventDefault();
      props.onActive(next);
      if (event.shiftKey) props.onPick(next, { extend: true });
    } else if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      props.onPick(at, { extend: false });
    } else if (event.key === " ") {
      event.preventDefault();
      props.onPick(at, { extend: true });
    }
  };
  const wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    props.onZoom(event.deltaY < 0 ? size * 1.25 : size / 1.25);
  };
  const cursor = active ?? { row: 0, column: 0 };
  const lensAt = hovered ?? active;
  return (
    <div class="canvas-room">
      <div
        class="canvas-matrix"
        ref={attach}
        role="grid"
        aria-label={label}
        aria-rowcount={model.rows.length}
        aria-colcount={model.columns.length}
        aria-activedescendant="canvas-active"
        tabIndex={0}
        onKeyDown={press}
        onScroll={draw}
        onWheel={wheel}
        onPointerDown={(event) => {
          const at = cellAt(event);
          if (at !== undefined && "row" in at) sweep.press(event, at);
        }}
        onPointerMove={(event) => {
          const at = cellAt(event);
          const next = at !== undefined && "row" in at ? at : undefined;
          if (next?.row !== hovered?.row || next?.column !== hovered?.column) setHovered(next);
          if (next !== undefined) sweep.reach(next);
          props.onHover(next, { x: event.clientX, y: event.clientY });
        }}
        onPointerLeave={() => {
          setHovered(undefined);
          sweep.end();
          props.onHover(undefined, { x: 0, y: 0 });
        }}
        onClick={(event) => {
          const at = cellAt(event);
          if (sweep.end() || at === undefined) return;
          if ("group" in at) {
            props.onPickGroup(at.group);
            return;
          }
          props.onActive(at);
          props.onPick(at, { extend: event.shiftKey });
        }}
      >
        <canvas ref={canvas} class="canvas-surface" style={{ width: `${area.width}px`, height: `${area.height}px` }} aria-hidden="true" />
        <div class="canvas-extent" style={{ width: `${room.left + lengthOf(x)}px`, height: `${room.top + lengthOf(y)}px` }}>
          {model.rows.length > 0 && model.columns.length > 0 && (
            <div
              role="row"
              aria-rowindex={cursor.row + 1}
              class="unseen"
              style={{ left: `${room.left + (x.starts[cursor.column] ?? 0)}px`, top: `${room.top + (y.starts[cursor.row] ?? 0)}px` }}
            >
              <div role="gridcell" id="canvas-active" aria-colindex={cursor.column + 1}>
                {nameOf(cursor.row, cursor.column)}
              </div>
            </div>
          )}
        </div>
      </div>
      {size < 16 && lensAt !== undefined && <Lens model={model} at={lensAt} lookAt={lookAt} />}
    </div>
  );
}

function Lens({
  model,
  at,
  lookAt,
}: {
  readonly model: MatrixModel;
  readonly at: GridPosition;
  readonly lookAt: CanvasMatrixProps["lookAt"];
}): JSX.Element {
  const half = (lensCells - 1) / 2;
  const [row, column] = [clampStart(at.row - half, model.rows.length), clampStart(at.column - half, model.columns.length)];
  const [rows, columns] = [model.rows.slice(row, row + lensCells), model.columns.slice(column, column + lensCells)];
  const [left, top] = [92, 74];
  return (
    <svg class="lens" width={left + columns.length * lensCell + 40} height={top + rows.length * lensCell + 6} aria-hidden="true">
      {columns.map(({ id, name }, j) => (
        <text
          key={id}
          class={column + j === at.column ? "lit" : ""}
          transform={`translate(${left + j * lensCell + 12} ${top - 6}) rotate(-45)`}
        >
          {name.slice(-13)}
        </text>
      ))}
      {rows.map(({ id, name }, i) => (
        <g key={id}>
          <text class={row + i === at.row ? "lit" : ""} text-anchor="end" x={left - 6} y={top + i * lensCell + 14}>
            {name.slice(-13)}
          </text>
          {columns.map((other, j) => (
            <CellShape
              key={other.id}
              box={{ x: left + j * lensCell, y: top + i * lensCell, width: lensCell - 2, height: lensCell - 2 }}
              look={lookAt(row + i, column + j)}
            />
          ))}
        </g>
      ))}
      <rect
        class="lens-frame"
        x={left + (at.column - column) * lensCell - 2}
        y={top + (at.row - row) * lensCell - 2}
        width={lensCell + 2}
        height={lensCell + 2}
        rx={3}
      />
    </svg>
  );
}

function clampStart(start: number, count: number): number {
  return Math.max(0, Math.min(start, count - lensCells));
}

function lengthOf({ starts }: Axis): number {
  return (starts.at(-1) ?? 0) + 12;
}

/** The largest cell of up to 40 pixels at which everything is seen; a map where not even one pixel is there for each. */
export function fittedCell({ rows, columns }: MatrixModel, area: { readonly width: number; readonly height: number }): number {
  const groups = (entries: MatrixModel["rows"]): number => new Set(entries.map(({ group }) => group)).size - 1;
  for (let size = 40; size > 2; size -= 1) {
    const space = groupGap(size);
    const fits = (count: number, own: number, all: number): boolean => count * size + own * space <= all;
    if (fits(columns.length, groups(columns), area.width - room.left - 16) && fits(rows.length, groups(rows), area.height - room.top - 16))
      return size;
  }
  const map = Math.min(
    (area.width - room.left - 16) / Math.max(1, columns.length),
    (area.height - room.top - 16) / Math.max(1, rows.length),
  );
  return Math.max(0.25, Math.min(2, map));
}

function keepInView(element: HTMLElement, side: "scrollLeft" | "scrollTop", start: number, size: number, extent: number): void {
  if (start < element[side]) element[side] = Math.max(0, start - 8);
  else if (start + size > element[side] + extent) element[side] = start + size - extent + 8;
}
