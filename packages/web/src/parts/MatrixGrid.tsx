import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { CellShape, readHeight, type CellLook } from "./Cell.tsx";
import type { GridPosition } from "./position.ts";
import { useSweep, type OnSweep } from "./useSweep.ts";

/** One end of a matrix: a row or a column. */
export interface GridEnd {
  readonly id: string;
  readonly name: string;
  /** Ends of one group stand together: a namespace, `outside the cluster`. */
  readonly group: string;
  readonly underTest: boolean;
}

export interface CellSize {
  readonly width: number;
  readonly height: number;
}

export interface MatrixGridProps {
  /** What a screen reader calls the grid. */
  readonly label: string;
  readonly rows: readonly GridEnd[];
  readonly columns: readonly GridEnd[];
  readonly size: CellSize;
  readonly lookAt: (row: number, column: number) => CellLook;
  /** `client-qa to webserver-dev, port 80 TCP: deny`. */
  readonly nameOf: (row: number, column: number) => string;
  /** The cell that keys act on, and the one that is hovered. */
  readonly active?: GridPosition | undefined;
  readonly hovered?: GridPosition | undefined;
  readonly isSelected?: (row: number, column: number) => boolean;
  readonly onPick?: (at: GridPosition, how: { readonly extend: boolean }) => void;
  readonly onActive?: (at: GridPosition) => void;
  readonly onSweep?: OnSweep;
  readonly onHover?: (at: GridPosition | undefined) => void;
  readonly onPickRow?: (row: number) => void;
  readonly onPickColumn?: (column: number) => void;
}

/** Up to some 40 rows and columns as a drawing in which every cell is an element; more are drawn on a canvas. */
export function MatrixGrid(props: MatrixGridProps): JSX.Element {
  const { label, rows, columns, size, lookAt, nameOf, active, hovered, isSelected = () => false } = props;
  const id = useRef(`grid-${(grids += 1)}`).current;
  const { left, top, xs, ys, width, height } = gridLayout(rows, columns, size);
  const at = clamped(active ?? { row: 0, column: 0 }, rows.length, columns.length);
  const lit = hovered ?? active;
  const sweep = useSweep(props.onSweep);
  const press = (event: KeyboardEvent): void => {
    const next = movedBy(event, at, { rows: rows.length, columns: columns.length });
    if (next !== undefined) {
      event.preventDefault();
      props.onActive?.(next);
      if (event.shiftKey) props.onPick?.(next, { extend: true });
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      props.onPick?.(at, { extend: false });
    } else if (event.key === " ") {
      event.preventDefault();
      props.onPick?.(at, { extend: true });
    }
  };
  return (
    <div
      class="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      tabIndex={0}
      aria-activedescendant={rows.length === 0 || columns.length === 0 ? undefined : `${id}-${at.row}-${at.column}`}
      onKeyDown={press}
      onPointerUp={() => sweep.end()}
      onPointerLeave={() => {
        props.onHover?.(undefined);
        sweep.end();
      }}
    >
      <svg role="presentation" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <g role="row" aria-rowindex={1}>
          <g role="columnheader" aria-colindex={1}>
            <text class="axis-corner" x={6} y={top - 22}>
              from ↓
            </text>
            <text class="axis-corner" x={6} y={top - 6}>
              to →
            </text>
          </g>
          {columns.map((column, j) => (
            <g
              key={column.id}
              role="columnheader"
              aria-colindex={j + 2}
              aria-label={column.name}
              class={axisClass(column, lit?.column === j, props.onPickColumn !== undefined)}
              onClick={() => props.onPickColumn?.(j)}
            >
              {lit?.column === j && <rect class="band" x={xs[j]} y={top - 6} width={size.width} height={height - top} rx={3} />}
              <text transform={`translate(${(xs[j] ?? 0) + size.width / 2 + 2} ${top - 9}) rotate(-42)`}>
                <title>{column.name}</title>
                {short(column.name, columnLetters)}
              </text>
            </g>
          ))}
        </g>
        {rows.map((row, i) => (
          <g key={row.id} role="row" aria-rowindex={i + 2}>
            {lit?.row === i && (
              <rect class="band" x={0} y={(ys[i] ?? 0) - 2} width={width - 8} height={size.height + 4} rx={3} aria-hidden="true" />
            )}
            <g
              role="rowheader"
              aria-colindex={1}
              aria-label={row.name}
              class={axisClass(row, lit?.row === i, props.onPickRow !== undefined)}
              onClick={() => props.onPickRow?.(i)}
            >
              <text class="row-name" x={left - 9} y={(ys[i] ?? 0) + size.height / 2 + 4}>
                <title>{row.name}</title>
                {short(row.name, rowLetters)}
              </text>
            </g>
            {columns.map((column, j) => {
              const isActive = active !== undefined && at.row === i && at.column === j;
              const selected = isSelected(i, j);
              const box = { x: xs[j] ?? 0, y: ys[i] ?? 0, ...size };
              return (
                <g
                  key={column.id}
                  id={`${id}-${i}-${j}`}
                  role="gridcell"
                  aria-colindex={j + 2}
                  aria-label={nameOf(i, j)}
                  aria-selected={selected}
                  class={`gridcell ${isActive ? "active" : ""} ${selected ? "selected" : ""}`}
                  onClick={(event) => {
                    props.onActive?.({ row: i, column: j });
                    props.onPick?.({ row: i, column: j }, { extend: event.shiftKey });
                  }}
                  onPointerDown={(event) => sweep.press(event, { row: i, column: j })}
                  onPointerEnter={() => {
                    props.onHover?.({ row: i, column: j });
                    sweep.reach({ row: i, column: j });
                  }}
                >
                  <CellShape box={box} look={lookAt(i, j)} />
                  <rect class="cell-frame" x={box.x - 1.5} y={box.y - 1.5} width={box.width + 3} height={box.height + 3} rx={4} />
                </g>
              );
            })}
          </g>
        ))}
      </svg>
    </div>
  );
}

let grids = 0;
const rowLetters = 20;
const columnLetters = 17;

/** Ends of groups stand this far apart; cells by less. */
const groupGap = 8;

/** Where rows and columns begin. Widths of names are not asked: labels have fixed room and are cut in the middle. */
function gridLayout(
  rows: readonly GridEnd[],
  columns: readonly GridEnd[],
  { width, height }: CellSize,
): {
  readonly left: number;
  readonly top: number;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly width: number;
  readonly height: number;
} {
  const left = labelRoom(rows, rowLetters);
  const top = 34 + Math.round(labelRoom(columns, columnLetters) * 0.66);
  const gap = height >= readHeight ? 4 : 2;
  const xs = starts(columns, left, width + gap);
  const ys = starts(rows, top, height + gap);
  // The last column's turned name leans over its right edge.
  const lean = Math.round(labelRoom(columns.slice(-2), columnLetters) * 0.75);
  return { left, top, xs, ys, width: (xs.at(-1) ?? left) + Math.max(width + 8, width / 2 + lean), height: (ys.at(-1) ?? top) + height + 8 };
}

function starts(ends: readonly GridEnd[], from: number, step: number): readonly number[] {
  let at = from - step;
  return ends.map(({ group }, i) => (at += step + (i > 0 && group !== ends[i - 1]?.group ? groupGap : 0)));
}

/** Wide enough for the longest name in any font that is in use. */
function labelRoom(ends: readonly GridEnd[], most: number): number {
  return 24 + 7.6 * Math.min(most, Math.max(5, ...ends.map(({ name }) => name.length)));
}

/** Long names are cut in the middle. */
function short(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, Math.ceil(most / 2))}…${name.slice(-Math.floor(most / 2) + 1)}`;
}

function axisClass({ underTest }: GridEnd, lit: boolean, picks: boolean): string {
  return `axis ${underTest ? "under-test" : ""} ${lit ? "lit" : ""} ${picks ? "picks" : ""}`;
}

function clamped({ row, column }: GridPosition, rows: number, columns: number): GridPosition {
  return { row: Math.max(0, Math.min(rows - 1, row)), column: Math.max(0, Math.min(columns - 1, column)) };
}

/** Cells that a page key goes over. */
const pageStep = 10;

/** Where arrows, Home and End, PgUp and PgDn lead; undefined for other keys. */
export function movedBy(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
  { row, column }: GridPosition,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): GridPosition | undefined {
  if (event.altKey) return undefined;
  const ctrl = event.ctrlKey || event.metaKey;
  const to = (r: number, c: number): GridPosition => clamped({ row: r, column: c }, rows, columns);
  switch (event.key) {
    case "ArrowUp":
      return to(ctrl ? 0 : row - 1, column);
    case "ArrowDown":
      return to(ctrl ? rows : row + 1, column);
    case "ArrowLeft":
      return to(row, ctrl ? 0 : column - 1);
    case "ArrowRight":
      return to(row, ctrl ? columns : column + 1);
    case "Home":
      return to(ctrl ? 0 : row, 0);
    case "End":
      return to(ctrl ? rows : row, columns);
    case "PageUp":
      return to(row - pageStep, column);
    case "PageDown":
      return to(row + pageStep, column);
    default:
      return undefined;
  }
}

/** The largest cells with which all rows and columns are seen, wider than high where there is room; undefined where none fits. */
export function fittedSize(
  rows: readonly GridEnd[],
  columns: readonly GridEnd[],
  room: { readonly width: number; readonly height: number },
): CellSize | undefined {
  for (let height = 60; height >= 16; height -= 1) {
    const widths = height >= readHeight ? [1.6, 1.4, 1.2, 1] : [1];
    for (const wide of widths) {
      const size = { width: Math.round(height * wide), height };
      const laid = gridLayout(rows, columns, size);
      if (laid.width <= room.width && laid.height <= room.height) return size;
    }
  }
  return undefined;
}
