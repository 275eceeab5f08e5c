import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CellLook } from "../parts/Cell.tsx";
import { changesText } from "../parts/changes.ts";
import { counted, grouped } from "../parts/counted.ts";
import { Name, shortName } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { fittedSize, MatrixGrid } from "../parts/MatrixGrid.tsx";
import type { GridPosition } from "../parts/position.ts";
import { cellWord, VerdictChip } from "../parts/verdict.tsx";
import { useAnswer } from "../state/answers.ts";
import { useSpoken } from "../state/spoken.ts";
import { askWhy, currentPort, currentRows, currentStage, go, opened, subject } from "../state/store.ts";
import { boxOf } from "../design/units.ts";
import type { Difference, Survey } from "../workbench/protocol.ts";

/** Designs of more ends than these have their matrix in its own view. */
const mostRows = 40;
/** More flows than these are told by namespaces. */
const mostPairs = 200;

/** Of more ends than these no table of all by all is asked for with every keystroke. */
const mostSurveyed = 400;

interface Compared {
  readonly stage: number;
  /** By engine, in their order. */
  readonly differences: readonly { readonly name: string; readonly difference: Difference }[];
  /** Undefined where there are too many rows. */
  readonly surveys: { readonly kept: Survey; readonly edited: Survey } | undefined;
  readonly took: number;
}

/** What the text says now, beside what the kept one said. */
export function Result({
  path,
  edited,
  actions,
}: {
  readonly path: string;
  readonly edited: boolean;
  readonly actions: JSX.Element;
}): JSX.Element {
  const about = subject.value;
  const [stage, port] = [currentStage.value, currentPort.value];
  const rows = currentRows.value;
  const engines = (about?.engines ?? []).map(({ name }) => name);
  const anyEdited = opened.value?.files.some((file) => file.edited) === true;
  const compared = useAnswer(`edit ${stage} ${port ?? "all"} ${engines.join()}`, async (of): Promise<Compared> => {
    const started = performance.now();
    const survey = (version: "kept" | "edited"): Promise<Survey> =>
      of.survey({ version, stage, engine: "spec", port, grouping: "workload" });
    const [surveys, ...differences] = await Promise.all([
      rows.length > mostSurveyed ? undefined : Promise.all([survey("kept"), survey("edited")]),
      ...engines.map(async (name) => ({
        name,
        difference: await of.difference({ was: { version: "kept", stage }, now: { version: "edited", stage }, engine: name, port }),
      })),
    ]);
    return { stage, differences, surveys: surveys && { kept: surveys[0], edited: surveys[1] }, took: performance.now() - started };
  });
  const isBroken = opened.value?.worst === "error";
  const [spec, ...others] = compared?.differences ?? [];
  useSpoken(anyEdited && spec !== undefined ? changesText(spec.difference, noChange) : undefined);
  if (about === undefined || spec === undefined || compared?.stage !== stage) return <section class="editor-result" aria-label="Result" />;
  const first = opened.value?.problems.find(({ severity }) => severity === "error")?.frame?.place;
  const { surveys } = compared;
  const changed = spec.difference;
  const size = rows.length <= mostRows ? fittedSize(rows.map(endOf), rows.map(endOf), { width: 760, height: 460 }) : undefined;
  return (
    <section class={`editor-result ${isBroken ? "stale" : ""}`} aria-label="Result">
      {isBroken && (
        <p class="banner" role="alert">
          {first === undefined ? "The text" : `${first.file} line ${first.line}`} cannot be read; answers are from before this edit
        </p>
      )}
      <header class="editor-head">
        <div>
          <h2 class="answer">{anyEdited ? changesText(changed, noChange) : "No edit yet"}</h2>
          <p class="quiet">
            {anyEdited
              ? `against the kept version${about.stages[stage]?.name === "" ? "" : ` of stage ${about.stages[stage]?.name ?? ""}`}, `
              : `${path}, `}
            compared in {Math.max(1, Math.round(compared.took))} ms
            {!changed.isComparable && "; endpoints that only one of the texts has are left out"}
          </p>
        </div>
        {actions}
      </header>
      <div class="editor-answers">
        {size === undefined || surveys === undefined ? (
          <p>
            <button type="button" class="link" onClick={() => go({ view: "matrix" })}>
              {counted(rows.length, "row")}: open the matrix
            </button>
          </p>
        ) : (
          surveys.edited.rows === rows.length && <Cells survey={surveys.edited} changed={changed} size={size} />
        )}
        {edited || anyEdited ? <Changes changed={changed} others={others} /> : <></>}
        <Assertions kept={surveys?.kept} now={surveys?.edited} />
      </div>
    </section>
  );
}

const noChange = "This edit changes no verdict";

function endOf({ id, name, kind, namespace, underTest }: (typeof currentRows.value)[number]): Parameters<typeof fittedSize>[0][number] {
  return { id, name, group: boxOf({ kind, namespace }), underTest };
}

function Cells({
  survey,
  changed,
  size,
}: {
  readonly survey: Survey;
  readonly changed: Difference;
  readonly size: { readonly width: number; readonly height: number };
}): JSX.Element {
  const rows = currentRows.value.map(endOf);
  const [active, setActive] = useState<GridPosition | undefined>(undefined);
  const at = (row: number, column: number): number => row * survey.rows + column;
  const all = new Set(changed.pairs.map(([from, to]) => at(from, to)));
  const isChanged = (row: number, column: number): boolean => all.has(at(row, column));
  const lookAt = (row: number, column: number): CellLook => ({
    values: [survey.cells[at(row, column)]],
    itself: row === column,
    violated: survey.broken[at(row, column)] !== 0,
    changed: isChanged(row, column),
    ...(isChanged(row, column) ? { emphasis: "ringed" as const } : {}),
  });
  return (
    <div class="editor-grid">
      <MatrixGrid
        label="What the text says"
        rows={rows}
        columns={rows}
        size={size}
        lookAt={lookAt}
        nameOf={(row, column) =>
          `${rows[row]?.name ?? ""} to ${rows[column]?.name ?? ""}: ${cellWord(survey.cells[at(row, column)]) ?? "n/a"}${isChanged(row, column) ? "; changed by this edit" : ""}`
        }
        active={active}
        onActive={setActive}
        onPick={({ row, column }) => askWhy(rows[row]?.id ?? "", rows[column]?.id ?? "")}
      />
    </div>
  );
}

interface ChangedGroup {
  readonly name: string;
  readonly was: number;
  readonly is: number;
  readonly ends: Set<string>;
}

/** Changed flows by the end that they share. */
function Changes({ changed, others }: { readonly changed: Difference; readonly others: Compared["differences"] }): JSX.Element {
  const rows = currentRows.value;
  const count = changed.opened + changed.closed + changed.other;
  const isMany = changed.pairs.length > mostPairs;
  const nameAt = (index: number): string => (isMany ? boxOf(rows[index] ?? { kind: "outside", namespace: "" }) : (rows[index]?.id ?? ""));
  const groups = (side: "from" | "to"): ReadonlyMap<string, ChangedGroup> => {
    const found = new Map<string, ChangedGroup>();
    for (const [from, to, was, is] of changed.pairs) {
      const [own, other] = side === "from" ? [from, to] : [to, from];
      const key = `${nameAt(own)} ${was} ${is}`;
      const group = found.get(key) ?? { name: nameAt(own), was, is, ends: new Set<string>() };
      group.ends.add(nameAt(other));
      found.set(key, group);
    }
    return found;
  };
  const [bySource, byTarget] = [groups("from"), groups("to")];
  const isFrom = bySource.size <= byTarget.size;
  const shown = [...(isFrom ? bySource : byTarget).values()];
  return (
    <div class="editor-changes">
      <h3>
        What this edit changes{" "}
        {count > 0 && (
          <span class="chip chip-changed">
            <Glyph name="changed" /> {grouped(count)}
          </span>
        )}
      </h3>
      {shown.slice(0, 20).map(({ name: own, ends, ...values }) => {
        const [was, is] = [cellWord(values.was), cellWord(values.is)];
        return (
          <div key={`${own} ${values.was} ${values.is}`} class="editor-change">
            <p>
              <span class="mono">
                {isFrom ? `${shortName(own)} → ${counted(ends.size, "end")}` : `${counted(ends.size, "end")} → ${shortName(own)}`}
              </span>{" "}
              {was !== undefined && <VerdictChip verdict={was} />} → {is !== undefined && <VerdictChip verdict={is} />}
            </p>
            <p class="tags">
              {[...ends].slice(0, 16).map((end) => (
                <button
                  key={end}
                  type="button"
                  class={`chip chip-${is ?? "some"}`}
                  disabled={isMany}
                  onClick={() => (isFrom ? askWhy(own, end) : askWhy(end, own))}
                >
                  {is !== undefined && <Glyph name={is} />}
                  <Name text={shortName(end)} />
                </button>
              ))}
              {ends.size > 16 && <span class="quiet">and {ends.size - 16} more</span>}
            </p>
          </div>
        );
      })}
      {shown.length > 20 && <p class="quiet">and {shown.length - 20} more groups</p>}
      {others.map(({ name, difference }) => (
        <p key={name} class="quiet">
          {name}: {changesText(difference, noChange)}
        </p>
      ))}
    </div>
  );
}

function Assertions({ kept, now }: { readonly kept: Survey | undefined; readonly now: Survey | undefined }): JSX.Element {
  const about = subject.value;
  const stage = about?.stages[currentStage.value];
  if (about === undefined || stage === undefined || about.assertions.length === 0) return <></>;
  const held = stage.holds.filter((state) => state === "holds").length;
  return (
    <div class="editor-assertions">
      <h3>
        {held} of {about.assertions.length} assertions hold
      </h3>
      <ul>
        {about.assertions.map(({ id, text }, i) => {
          const state = stage.holds[i] ?? "not-judged";
          const [was, is] = [kept?.breaks[i], now?.breaks[i]];
          return (
            <li key={id} class={state === "violated" ? "fact-broken" : ""}>
              <Glyph name={state === "not-judged" ? "untested" : state} label={state} />
              <span class="mono quiet">{id}</span>
              <span>
                {text}
                {was !== is && (
                  <span class="chip chip-changed moved">
                    {was ?? 0} → {is ?? 0}
                  </span>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
