import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CellBox, type CellLook } from "../parts/Cell.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { ZoomButtons } from "../parts/ZoomButtons.tsx";
import { Segments, type Choice } from "../parts/controls.tsx";
import { counted, grouped } from "../parts/counted.ts";
import { useAnswer } from "../state/answers.ts";
import { useKeys } from "../state/keys.ts";
import { useSpoken } from "../state/spoken.ts";
import { askWhy, currentFlow, currentRows, go, subject, where, surveyed } from "../state/store.ts";
import { cell, type Grouping } from "../workbench/protocol.ts";
import { ChangesNote, changesSentence, CompareMenu } from "./Compare.tsx";
import { PairTable } from "./PairTable.tsx";
import { PodsMatrix } from "./PodsMatrix.tsx";
import { StagesMatrix } from "./StagesMatrix.tsx";
import type { Mode } from "./draw.ts";
import { parseQuery } from "./filter.ts";
import { hasStagesForm, matrixForm } from "./form.ts";
import { mark, type MatrixModel, type Sort } from "./model.ts";
import { mostRows, useMatrix, type Matrix } from "./useMatrix.ts";
import { zoomTo, nextSize } from "./zoom.ts";

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
        <PairTable model={matrix.model} engines={matrix.engines} changes={matrix.changes} />
      ) : (
        <PodsMatrix
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
