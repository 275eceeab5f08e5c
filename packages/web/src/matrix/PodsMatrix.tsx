import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { CellLook } from "../parts/Cell.tsx";
import { fittedSize, MatrixGrid } from "../parts/MatrixGrid.tsx";
import type { GridPosition } from "../parts/position.ts";
import { useRoom } from "../parts/useRoom.ts";
import { flowText } from "../parts/flow.tsx";
import { cellWord } from "../parts/verdict.tsx";
import { useAnswer } from "../state/answers.ts";
import { askWhy, currentFlow, currentPort, currentStage, go, where } from "../state/store.ts";
import { cell } from "../workbench/protocol.ts";
import { CanvasMatrix, fittedCell } from "./CanvasMatrix.tsx";
import type { Mode, Selected } from "./draw.ts";
import { mark, unanswered, type MatrixModel } from "./model.ts";
import { useSelection } from "./selection.ts";
import type { Matrix } from "./useMatrix.ts";
import { zoomTo } from "./zoom.ts";

/** Up to so many rows and columns every cell is an element; more are drawn on a canvas. */
const mostElements = 40;

/** Everybody by everybody: elements while they are few, else a canvas. */
export function PodsMatrix({
  matrix: { model, engines, changes },
  mode,
  engine,
  isGrouped,
  fitted,
  onFold,
}: {
  readonly matrix: Matrix;
  readonly mode: Mode;
  readonly engine: number;
  readonly isGrouped: boolean;
  /** Is told the size of a cell that fits. */
  readonly fitted: { current: number };
  readonly onFold: (group: string) => void;
}): JSX.Element {
  const { rows, columns, values, marks, shares } = model;
  const width = columns.length;
  const [active, setActive] = useState<GridPosition | undefined>(undefined);
  const [hovered, setHovered] = useState<{ readonly at: GridPosition; readonly x: number; readonly y: number } | undefined>(undefined);
  const [anchor, setAnchor] = useState<GridPosition | undefined>(undefined);
  /** The rectangle that is being dragged. */
  const [swept, setSwept] = useState<{ readonly start: GridPosition; readonly end: GridPosition } | undefined>(undefined);
  const [area, room] = useRoom({ width: 960, height: 620 });
  const flow = currentFlow.value;
  const chosen = useMemo(() => {
    const is = (id: string, name: string, wanted: string | undefined): boolean => wanted === id || wanted === name;
    const [row, column] = [
      rows.findIndex(({ id, name }) => is(id, name, flow?.from)),
      columns.findIndex(({ id, name }) => is(id, name, flow?.to)),
    ];
    return row < 0 || column < 0 ? undefined : { row, column };
  }, [model, flow?.from, flow?.to]);
  const shownActive = active ?? chosen;
  const lookAt = (row: number, column: number): CellLook => {
    const at = row * width + column;
    const bits = marks[at] ?? 0;
    const all = values.map((one) => (one[at] === unanswered ? undefined : one[at]));
    const isDeviating = (bits & mark.deviation) !== 0 && mode !== "one";
    const share = shares[at] ?? 255;
    return {
      values: mode === "one" ? [all[engine]] : isDeviating ? all : all.slice(0, 1),
      itself: (bits & mark.itself) !== 0,
      changed: (bits & mark.changed) !== 0 && mode !== "diff",
      violated: (bits & mark.violated) !== 0 && mode !== "diff",
      deviation: isDeviating,
      text: share === 255 ? undefined : `${share} %`,
      ...((bits & mark.leftOut) !== 0
        ? { emphasis: "left-out" as const }
        : mode === "diff" && !isDeviating
          ? { emphasis: "quiet" as const }
          : {}),
    };
  };
  const nameOf = (row: number, column: number): string => {
    const at = row * width + column;
    const bits = marks[at] ?? 0;
    const words = values.map((one) => cellWord(one[at]) ?? "n/a");
    const said = new Set(words).size === 1 ? (words[0] ?? "") : words.map((word, i) => `${engines[i] ?? ""} ${word}`).join(", ");
    return [
      `${rows[row]?.name ?? ""} to ${columns[column]?.name ?? ""}, ${currentPort.value ?? "all ports"}: ${said}`,
      shares[at] === 255 ? "" : `${shares[at] ?? 0} % open`,
      (bits & mark.violated) !== 0 ? "not as the intent demands" : "",
      (bits & mark.changed) !== 0 ? `changed against ${changes?.against.name ?? ""}` : "",
    ]
      .filter((part) => part !== "")
      .join("; ");
  };
  const selectBetween = (start: GridPosition, end: GridPosition): void => {
    const names = (list: MatrixModel["rows"], a: number, b: number): string =>
      list
        .slice(Math.min(a, b), Math.max(a, b) + 1)
        .map(({ id }) => id)
        .join(",");
    go({ keys: { sel: `${names(rows, start.row, end.row)}>${names(columns, start.column, end.column)}`, flow: "" } });
  };
  const pick = (at: GridPosition, { extend }: { readonly extend: boolean }): void => {
    const [from, to] = [rows[at.row], columns[at.column]];
    if (from === undefined || to === undefined) return;
    if (extend && (anchor ?? shownActive) !== undefined) {
      const start = anchor ?? shownActive ?? at;
      setAnchor(start);
      selectBetween(start, at);
      return;
    }
    setAnchor(at);
    if (from.isFolded || to.isFolded || isGrouped) go({ keys: { sel: `${from.id}>${to.id}`, flow: "" } });
    else if (from.id !== to.id || values[0]?.[at.row * width + at.column] !== cell.none) askWhy(from.id, to.id);
  };
  const selection = useSelection(where.value.keys.sel ?? "");
  const selected = useMemo((): Selected | undefined => {
    if (swept !== undefined) {
      const { start, end } = swept;
      return {
        rows: Uint8Array.from(rows, (_, row) => Number(isBetween(row, start.row, end.row))),
        columns: Uint8Array.from(columns, (_, column) => Number(isBetween(column, start.column, end.column))),
      };
    }
    if (selection === undefined) return undefined;
    const [sources, targets] = [new Set(selection.sources), new Set(selection.targets)];
    return {
      rows: Uint8Array.from(rows, ({ id }) => Number(sources.has(id))),
      columns: Uint8Array.from(columns, ({ id }) => Number(targets.has(id))),
    };
  }, [model, swept, selection?.sources.join(), selection?.targets.join()]);
  const isSelected = (row: number, column: number): boolean =>
    (chosen?.row === row && chosen.column === column) || (selected?.rows[row] === 1 && selected.columns[column] === 1);
  const zoom = Number(where.value.keys.zoom) || undefined;
  const size =
    rows.length <= mostElements && columns.length <= mostElements && zoom === undefined
      ? fittedSize(rows, columns, { width: area.width - 24, height: area.height - 8 })
      : undefined;
  fitted.current = size?.height ?? fittedCell(model, area);
  const sweep = (start: GridPosition, end: GridPosition, isDone: boolean): void => {
    setSwept(isDone ? undefined : { start, end });
    if (!isDone) return;
    setActive(end);
    setAnchor(start);
    selectBetween(start, end);
  };
  const shared = { lookAt, nameOf, active: shownActive, onActive: setActive, onPick: pick, onSweep: sweep };
  if (rows.length === 0 || columns.length === 0) {
    return (
      <div class="matrix-room" ref={room}>
        <p class="matrix-note">Nothing matches the filter.</p>
      </div>
    );
  }
  return (
    <div class="matrix-room" ref={room}>
      {size !== undefined ? (
        <div class="grid-scroll">
          <MatrixGrid
            label="From rows to columns"
            rows={rows}
            columns={columns}
            size={size}
            {...shared}
            hovered={hovered?.at}
            isSelected={isSelected}
            onHover={(at) => setHovered(at === undefined ? undefined : { at, x: 0, y: 0 })}
            onPickRow={(row) =>
              go({ keys: { sel: rows[row]?.isFolded === true || isGrouped ? "" : `row:${rows[row]?.id ?? ""}`, flow: "" } })
            }
            onPickColumn={(column) =>
              go({ keys: { sel: columns[column]?.isFolded === true || isGrouped ? "" : `row:${columns[column]?.id ?? ""}`, flow: "" } })
            }
          />
        </div>
      ) : (
        <CanvasMatrix
          label="From rows to columns"
          model={model}
          mode={mode}
          engine={engine}
          zoom={zoom}
          selected={selected}
          {...shared}
          onHover={(at, point) => setHovered(at === undefined ? undefined : { at, ...point })}
          onPickGroup={onFold}
          onZoom={zoomTo}
        />
      )}
      {hovered !== undefined && hovered.x > 0 && <Tooltip model={model} engines={engines} {...hovered} />}
    </div>
  );
}

function isBetween(value: number, a: number, b: number): boolean {
  return Math.min(a, b) <= value && value <= Math.max(a, b);
}

function Tooltip({
  model: { rows, columns, values, marks },
  engines,
  at: { row, column },
  x,
  y,
}: {
  readonly model: MatrixModel;
  readonly engines: readonly string[];
  readonly at: GridPosition;
  readonly x: number;
  readonly y: number;
}): JSX.Element {
  const [from, to] = [rows[row], columns[column]];
  const [stage, port] = [currentStage.value, currentPort.value];
  const isSingle = from?.isFolded === false && to?.isFolded === false;
  const lanes = useAnswer(`hover ${stage} ${port ?? "all"} ${from?.id ?? ""} ${to?.id ?? ""}`, async (of) =>
    isSingle ? of.lanes({ stage, engine: "spec", port, pairs: [[from.id, to.id]] }) : [],
  );
  if (from === undefined || to === undefined) return <></>;
  const place = row * columns.length + column;
  const words = values.map((one) => cellWord(one[place]));
  return (
    <div class="tooltip" role="tooltip" style={{ left: `${x + 14}px`, top: `${y + 14}px` }}>
      <strong class="mono">{flowText({ from: from.id, to: to.id, port })}</strong>
      <span>
        {new Set(words).size === 1
          ? (words[0] ?? ((marks[place] ?? 0) & mark.itself ? "itself" : "no question"))
          : words.map((word, i) => `${engines[i] ?? ""} ${word ?? "–"}`).join(", ")}
      </span>
      {lanes?.[0] !== undefined && <span class="quiet">{lanes[0].because}</span>}
      <span class="quiet">Enter: why</span>
    </div>
  );
}
