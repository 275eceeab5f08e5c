import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Segments, type Choice } from "../parts/controls.tsx";
import { CellBox, type CellLook } from "../parts/Cell.tsx";
import { changesText } from "../parts/changes.ts";
import { counted, grouped } from "../parts/counted.ts";
import { flowText } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { fittedSize, MatrixGrid, type GridPosition } from "../parts/MatrixGrid.tsx";
import { cellWord } from "../parts/verdict.tsx";
import { ZoomButtons } from "../parts/ZoomButtons.tsx";
import { useAnswer } from "../state/answers.ts";
import { useKeys } from "../state/keys.ts";
import { useSpoken } from "../state/spoken.ts";
import {
  askWhy,
  compared,
  compareWith,
  currentFlow,
  currentPort,
  currentRows,
  currentStage,
  go,
  subject,
  where,
  surveyed,
} from "../state/store.ts";
import { cell, type Grouping } from "../workbench/protocol.ts";
import { CanvasMatrix, fittedCell } from "./CanvasMatrix.tsx";
import type { Mode, Selected } from "./draw.ts";
import { parseQuery } from "./filter.ts";
import { hasStagesForm, matrixForm } from "./form.ts";
import { mark, unanswered, type MatrixModel, type Sort } from "./model.ts";
import { gather, placedFiles } from "../open/gather.ts";
import { PairTable } from "./PairTable.tsx";
import { StagesMatrix } from "./StagesMatrix.tsx";
import { useSelection } from "./selection.ts";
import { mostRows, useMatrix, type Changes, type Matrix } from "./useMatrix.ts";

/** Up to so many rows and columns every cell is an element; more are drawn on a canvas. */
const mostElements = 40;
const noneFolded: ReadonlySet<string> = new Set();

/** Who can talk to whom: devices under test by stages, or everybody by everybody. */
export function MatrixView(): JSX.Element {
  const about = subject.value;
  const { keys } = where.value;
  const form = matrixForm.value;
  const query = useMemo(() => parseQuery(keys.q ?? ""), [keys.q]);
  const terms = "terms" in query ? query.terms : [];
  const isLarge = currentRows.value.length > mostRows;
  const grouping: Grouping = isLarge
    ? keys.group === "class"
      ? "class"
      : "namespace"
    : keys.group === "class"
      ? "class"
      : keys.group === "ns"
        ? "namespace"
        : "workload";
  const [folded, setFolded] = useState<ReadonlySet<string>>(noneFolded);
  const sort: Sort = keys.sort === "reach" || keys.sort === "alike" ? keys.sort : "name";
  const matrix = useMatrix({ grouping, terms, folded, sort });
  // What the filter says of the view is done by the view.
  useEffect(() => {
    const port = terms.find((term) => term.kind === "view" && term.key === "port");
    if (port?.kind === "view" && port.value !== (keys.port ?? subject.value?.ports[0])) go({ keys: { port: port.value } }, "replace");
    const engine = terms.find((term) => term.kind === "view" && term.key === "engine");
    if (engine?.kind === "view" && engines.includes(engine.value) && (keys.mode !== "one" || keys.engines !== engine.value))
      go({ keys: { mode: "one", engines: engine.value } }, "replace");
  }, [keys.q]);
  const mode = currentMode();
  const engines = matrix?.engines ?? (about?.engines ?? []).map(({ name }) => name);
  const engine = mode === "one" ? Math.max(0, engines.indexOf(keys.engines ?? "")) : 0;
  const filter = useRef<HTMLInputElement>(null);
  const counts = useAnswer(form === "pods" ? "row counts" : "", async (of) => (form === "pods" ? of.rowCounts() : undefined));
  /** Pixels of a cell while nobody has zoomed. */
  const fitted = useRef(8);
  const zoomBy = (step: 1 | -1): void => zoomTo(nextSize(Number(keys.zoom) || fitted.current, step));
  const fit = (): void => go({ keys: { zoom: "" } }, "replace");
  useSpoken(form === "pods" && matrix?.changes !== undefined ? changesSentence(matrix.changes) : undefined);
  useKeys({
    "+": () => zoomBy(1),
    "-": () => zoomBy(-1),
    "0": fit,
    f: () => filter.current?.focus(),
    g: () => go({ keys: { group: grouping === "workload" ? "class" : grouping === "class" ? "ns" : "", tab: "pods" } }, "replace"),
    t: () => go({ keys: { table: keys.table === "1" ? "" : "1" } }, "replace"),
    d: () => go({ keys: { mode: mode === "diff" ? "" : "diff", engines: "" } }, "replace"),
    n: () => matrix && nextMarked(matrix.model, currentMode(), 1),
    N: () => matrix && nextMarked(matrix.model, currentMode(), -1),
  });
  if (about === undefined) return <></>;
  const strangeEngine = terms.find((term) => term.kind === "view" && term.key === "engine" && !engines.includes(term.value));
  const problem =
    "problem" in query
      ? query.problem
      : strangeEngine?.kind === "view"
        ? `no engine \`${strangeEngine.value}\` answers here, there are ${engines.join(", ")}`
        : matrix?.problem;
  const rowsLabel = (text: string, of: Grouping): JSX.Element => (
    <>
      {text}
      {counts !== undefined && <span class="count"> {grouped(counts[of])}</span>}
    </>
  );
  const setMode = (value: string): void => {
    if (value === "all") go({ keys: { mode: "", engines: "" } }, "replace");
    else if (value === "diff") go({ keys: { mode: "diff", engines: "" } }, "replace");
    else go({ keys: { mode: "one", engines: value } }, "replace");
  };
  const modes: readonly Choice<string>[] = [
    { value: "all", label: "All engines" },
    ...engines.map((name) => ({ value: name, label: name })),
    { value: "diff", label: `Differences${matrix === undefined ? "" : ` ${grouped(matrix.model.counts.differing)}`}` },
  ];
  return (
    <>
      <h1 class="unseen">Matrix</h1>
      <div class="toolbar">
        {hasStagesForm.value && (
          <Segments
            label="Form"
            value={form}
            choices={[
              { value: "pods", label: "Pods × pods" },
              { value: "stages", label: "Devices under test × stages" },
            ]}
            onChoose={(value) =>
              go({ keys: { tab: value === "pods" ? "pods" : "", table: "", vs: "", q: value === "pods" ? (keys.q ?? "") : "" } }, "replace")
            }
          />
        )}
        <Filter text={keys.q ?? ""} field={filter} problem={problem} matrix={matrix} />
        {form === "pods" && (
          <>
            <Segments<Grouping>
              label="Rows"
              value={grouping}
              choices={[
                {
                  value: "workload",
                  label: rowsLabel("Workloads", "workload"),
                  disabled: isLarge,
                  title: isLarge ? `over ${grouped(mostRows)}: filter, or look at classes` : "",
                },
                { value: "class", label: rowsLabel("Classes", "class") },
                { value: "namespace", label: rowsLabel("Namespaces", "namespace") },
              ]}
              onChoose={(value) => go({ keys: { group: value === "workload" ? "" : value === "namespace" ? "ns" : "class" } }, "replace")}
            />
            <select
              class="button"
              aria-label="Sort"
              value={sort}
              onChange={({ currentTarget }) => go({ keys: { sort: currentTarget.value === "name" ? "" : currentTarget.value } }, "replace")}
            >
              <option value="name">Sort: namespace, name</option>
              <option value="reach">Sort: reachability</option>
              <option value="alike">Sort: similarity</option>
            </select>
            <CompareMenu />
          </>
        )}
        <span class="spring" />
        {engines.length > 1 && (
          <Segments label="Engines" value={mode === "one" ? (engines[engine] ?? "all") : mode} choices={modes} onChoose={setMode} />
        )}
      </div>
      {isLarge && grouping === "namespace" && (
        <p class="matrix-note">{counted(currentRows.value.length, "workload")}: shown by namespace. Classes are the finest level.</p>
      )}
      {form === "pods" && matrix?.changes !== undefined && <ChangesNote {...matrix.changes} />}
      {form === "stages" ? (
        <StagesMatrix mode={mode} engine={engine} />
      ) : matrix === undefined ? (
        <p class="matrix-note quiet">
          judging {grouped(currentRows.value.length ** 2)} pairs
          {surveyed.value !== undefined && `, ${Math.floor(surveyed.value * 100)} % done`}
        </p>
      ) : keys.table === "1" ? (
        <PairTable model={matrix.model} engines={matrix.engines} />
      ) : (
        <Pods
          matrix={matrix}
          mode={mode}
          engine={engine}
          isGrouped={grouping === "namespace"}
          fitted={fitted}
          onFold={(name) => {
            const next = new Set(folded);
            if (!next.delete(name)) next.add(name);
            setFolded(next);
          }}
        />
      )}
      <Legend matrix={matrix} engines={engines} mode={mode} isTable={keys.table === "1"}>
        {form === "pods" && keys.table !== "1" ? <ZoomButtons onZoom={zoomBy} onFit={fit} /> : <></>}
      </Legend>
    </>
  );
}

function currentMode(): Mode {
  const { mode } = where.value.keys;
  return mode === "diff" ? "diff" : mode === "one" ? "one" : "all";
}

/** The stage or the other files that are compared with; the stage before stands in no link. */
function CompareMenu(): JSX.Element {
  const stages = subject.value?.stages ?? [];
  const [now, chosen, other] = [currentStage.value, where.value.keys.vs ?? "", compared.value];
  const files = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  const before = stages[now - 1]?.name;
  const take = async (list: FileList): Promise<void> => {
    const gathered = await gather(placedFiles(list));
    setRefusal(typeof gathered === "string" ? gathered : await compareWith(gathered));
  };
  return (
    <span class="compare">
      <label>
        <span class="quiet">compare with</span>{" "}
        <select
          class="button"
          value={chosen}
          onChange={({ currentTarget }) => {
            const { value } = currentTarget;
            if (value === anyFiles) {
              // Until files are chosen everything stays as it is.
              currentTarget.value = chosen;
              files.current?.click();
            } else go({ keys: { vs: value, tab: "pods" } });
          }}
        >
          <option value="">
            {stages.length < 2 ? "nothing" : before === undefined ? "the stage before: none" : `the stage before: ${before}`}
          </option>
          {stages.length > 1 &&
            stages.map(({ name }, i) => (
              <option key={name} value={name} disabled={i === now && name !== chosen}>
                {name}
              </option>
            ))}
          {other !== undefined && <option value={`files-${other.hash}`}>{other.name}</option>}
          {chosen.startsWith("files-") && chosen !== `files-${other?.hash ?? ""}` && (
            <option value={chosen}>files of the link: not chosen yet</option>
          )}
          <option value={anyFiles}>other files…</option>
        </select>
      </label>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Other files to compare with"
        accept=".yaml,.yml,.json"
        onChange={({ currentTarget }) => {
          if (currentTarget.files !== null && currentTarget.files.length > 0) void take(currentTarget.files);
        }}
      />
      {refusal !== undefined && (
        <p class="filter-problem" role="alert">
          {refusal}{" "}
          <button type="button" class="button small" onClick={() => setRefusal(undefined)}>
            Close
          </button>
        </p>
      )}
    </span>
  );
}

/** No stage has this name: it is no name that a use case may give. */
const anyFiles = "files…";

function changesSentence({ against, counts, isComparable }: Changes): string {
  if (!isComparable) return `classes are told apart by the rules of one cluster: compare workloads or namespaces with ${against.name}`;
  return counts === undefined ? `against ${against.name}` : `${changesText(counts, "No flow changes")} against ${against.name}`;
}

function ChangesNote(changes: Changes): JSX.Element {
  const { against, counts, unmatched, isComparable } = changes;
  return (
    <p class="matrix-note">
      {counts === undefined || !isComparable ? (
        changesSentence(changes)
      ) : (
        <>
          <strong>{changesText(counts, "No flow changes")}</strong> against {against.name}
        </>
      )}
      {unmatched !== undefined && unmatched.onlyHere.length > 0 && <Missing where="here" names={unmatched.onlyHere} />}
      {unmatched !== undefined && unmatched.onlyThere.length > 0 && <Missing where={`in ${against.name}`} names={unmatched.onlyThere} />}
    </p>
  );
}

/** Ends that have nobody to be compared with. */
function Missing({ where: place, names }: { readonly where: string; readonly names: readonly string[] }): JSX.Element {
  return (
    <span class="quiet" title={names.join("\n")}>
      {" · "}
      only {place}: {names.slice(0, mostMissing).join(", ")}
      {names.length > mostMissing && ` and ${grouped(names.length - mostMissing)} more`}
    </span>
  );
}

const mostMissing = 4;

/** The query is taken when it can be understood; until then everything stays as it was. */
function Filter({
  text,
  field,
  problem,
  matrix,
}: {
  readonly text: string;
  readonly field: { current: HTMLInputElement | null };
  readonly problem: string | undefined;
  readonly matrix: Matrix | undefined;
}): JSX.Element {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const shown = typed ?? text;
  const parsed = parseQuery(shown);
  const wrong = "problem" in parsed ? parsed.problem : problem;
  return (
    <div class="filter">
      <input
        ref={field}
        type="text"
        class="mono"
        aria-label="Filter"
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong === undefined ? undefined : "filter-problem"}
        placeholder="ns=dev  verdict=deny  differs"
        value={shown}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          if ("terms" in parseQuery(currentTarget.value)) go({ keys: { q: currentTarget.value.trim() } }, "replace");
        }}
        onBlur={() => "terms" in parsed && setTyped(undefined)}
      />
      {matrix !== undefined && text !== "" && (
        <span class="quiet">
          {grouped(matrix.model.rows.reduce((sum, { members }) => sum + members.length, 0))} of {grouped(matrix.rows.length)}
        </span>
      )}
      {wrong !== undefined && (
        <p id="filter-problem" class="filter-problem" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

function Pods({
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
  const room = useRef<HTMLDivElement>(null);
  const [area, setArea] = useState({ width: 960, height: 620 });
  useEffect(() => {
    const element = room.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setArea({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
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

/** Sizes of a cell, in pixels, that the buttons and keys go through. */
const sizes = [0.5, 1, 2, 4, 8, 16, 24, 40, 56] as const;

function nextSize(now: number, step: 1 | -1): number {
  return (step > 0 ? sizes.find((size) => size > now) : sizes.findLast((size) => size < now)) ?? now;
}

function zoomTo(size: number): void {
  go({ keys: { zoom: String(Math.round(Math.min(56, Math.max(0.25, size)) * 100) / 100) } }, "replace");
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

/** Goes to the next cell that is marked. */
function nextMarked({ rows, columns, marks }: MatrixModel, mode: Mode, step: 1 | -1): void {
  const wanted = mode === "diff" ? mark.deviation : mark.deviation | mark.violated | mark.changed;
  const found: number[] = [];
  for (let at = 0; at < marks.length; at++) if (((marks[at] as number) & wanted) !== 0) found.push(at);
  if (found.length === 0) return;
  const flow = currentFlow.value;
  const now =
    flow === undefined
      ? -1
      : rows.findIndex(({ id, name }) => [id, name].includes(flow.from)) * columns.length +
        columns.findIndex(({ id, name }) => [id, name].includes(flow.to));
  const next = step > 0 ? (found.find((at) => at > now) ?? found[0]) : (found.findLast((at) => at < now) ?? found.at(-1));
  if (next !== undefined) askWhy(rows[Math.floor(next / columns.length)]?.id ?? "", columns[next % columns.length]?.id ?? "");
}

/** Only the marks that are in use. */
function Legend({
  matrix,
  engines,
  mode,
  isTable,
  children,
}: {
  readonly matrix: Matrix | undefined;
  readonly engines: readonly string[];
  readonly mode: Mode;
  readonly isTable: boolean;
  readonly children: JSX.Element;
}): JSX.Element {
  const counts = matrix?.survey.counts;
  const box = (look: CellLook, text: string): JSX.Element => (
    <span class="legend-item">
      <CellBox look={look} width={26} height={17} /> {text}
    </span>
  );
  return (
    <div class="legend">
      {counts !== undefined && counts.allow > 0 && box({ values: [cell.allow] }, `allow ${grouped(counts.allow)}`)}
      {counts !== undefined && counts.deny > 0 && box({ values: [cell.deny] }, `deny ${grouped(counts.deny)}`)}
      {counts !== undefined && counts.some > 0 && box({ values: [cell.some] }, `some ports ${grouped(counts.some)}`)}
      {counts !== undefined &&
        counts.undetermined > 0 &&
        box({ values: [cell.undetermined] }, `undetermined ${grouped(counts.undetermined)}`)}
      {matrix !== undefined && matrix.model.counts.changed > 0 && mode !== "diff" && (
        <span class="legend-item">
          <Glyph name="changed" /> changed against {matrix.changes?.against.name}
        </span>
      )}
      {matrix !== undefined && matrix.model.counts.violated > 0 && mode !== "diff" && (
        <span class="legend-item">
          <Glyph name="violated" /> not as the intent demands
        </span>
      )}
      {matrix !== undefined && matrix.model.counts.differing > 0 && (
        <span class="legend-item">
          <Glyph name="deviation" /> engines differ: {engines.join(" | ")}
        </span>
      )}
      {box({ values: [cell.none], itself: true }, "itself")}
      <span class="spring" />
      {children}
      <button type="button" class="link" onClick={() => go({ keys: { table: isTable ? "" : "1" } }, "replace")}>
        {isTable ? "Show as matrix" : "Show as table"}
      </button>
    </div>
  );
}
