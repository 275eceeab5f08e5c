import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CellLook } from "../parts/Cell.tsx";
import { counted, Name, shortName } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { fittedSize, MatrixGrid, type GridPosition } from "../parts/MatrixGrid.tsx";
import { cellWord, VerdictChip } from "../parts/verdict.tsx";
import { useAnswer } from "../state/answers.ts";
import { askWhy, currentPort, currentRows, currentStage, go, opened, subject } from "../state/store.ts";
import { boxOf } from "../design/units.ts";
import { cell, type Survey } from "../workbench/protocol.ts";

/** Designs of more ends than these have their matrix in its own view. */
const mostRows = 40;
/** More flows than these are told by namespaces. */
const mostPairs = 200;

interface Compared {
  readonly stage: number;
  /** By engine, in their order. */
  readonly engines: readonly { readonly name: string; readonly kept: Survey; readonly edited: Survey }[];
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
  const compared = useAnswer(`edit ${stage} ${port ?? "all"} ${engines.join()}`, async (of): Promise<Compared> => ({
    stage,
    engines: await Promise.all(
      engines.map(async (engine) => {
        const ask = (version: "kept" | "edited"): Promise<Survey> => of.survey({ version, stage, engine, port, grouping: "workload" });
        const [kept, now] = await Promise.all([ask("kept"), ask("edited")]);
        return { name: engine, kept, edited: now };
      }),
    ),
  }));
  const isBroken = opened.value?.worst === "error";
  const [spec, ...others] = compared?.engines ?? [];
  if (about === undefined || spec === undefined || compared?.stage !== stage) return <section class="editor-result" aria-label="Result" />;
  const first = opened.value?.problems.find(({ severity }) => severity === "error")?.frame?.place;
  // An edit that adds or takes away pods makes other rows: then the cells cannot be laid over each other.
  const isComparable = spec.kept.rows === spec.edited.rows;
  const changed = isComparable ? changedPairs(spec.kept, spec.edited) : [];
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
          <h2 class="answer" aria-live="polite">
            {anyEdited ? (isComparable ? sentence(changed) : "The edit adds or takes away endpoints") : "No edit yet"}
          </h2>
          <p class="quiet">
            {anyEdited
              ? `against the kept version${about.stages[stage]?.name === "" ? "" : ` of stage ${about.stages[stage]?.name ?? ""}`}, `
              : `${path}, `}
            judged in {Math.max(1, Math.round(spec.edited.took))} ms
          </p>
        </div>
        {actions}
      </header>
      <div class="editor-answers">
        {size === undefined ? (
          <p>
            <button type="button" class="link" onClick={() => go({ view: "matrix" })}>
              {counted(rows.length, "row")}: open the matrix
            </button>
          </p>
        ) : (
          spec.edited.rows === rows.length && <Cells survey={spec.edited} kept={isComparable ? spec.kept : undefined} size={size} />
        )}
        {edited || anyEdited ? <Changes changed={changed} others={others} /> : <></>}
        <Assertions kept={spec.kept} now={spec.edited} />
      </div>
    </section>
  );
}

interface ChangedPair {
  readonly from: number;
  readonly to: number;
  readonly was: number;
  readonly is: number;
}

function changedPairs(kept: Survey, now: Survey): readonly ChangedPair[] {
  const found: ChangedPair[] = [];
  for (let at = 0; at < now.cells.length; at++) {
    const [was, is] = [kept.cells[at] as number, now.cells[at] as number];
    if (was !== is && was !== cell.none && is !== cell.none) found.push({ from: Math.floor(at / now.rows), to: at % now.rows, was, is });
  }
  return found;
}

function isOpen(value: number): boolean {
  return value === cell.allow || value === cell.some;
}

function sentence(changed: readonly ChangedPair[]): string {
  if (changed.length === 0) return "This edit changes no verdict";
  const closed = changed.filter(({ was, is }) => isOpen(was) && !isOpen(is)).length;
  const opens = changed.filter(({ was, is }) => !isOpen(was) && isOpen(is)).length;
  const rest = changed.length - closed - opens;
  const parts = [
    closed > 0 ? `${counted(closed, "flow")} ${closed === 1 ? "closes" : "close"}` : undefined,
    opens > 0 ? `${counted(opens, "flow")} ${opens === 1 ? "opens" : "open"}` : undefined,
    rest > 0 ? `${counted(rest, "flow")} ${rest === 1 ? "changes" : "change"} otherwise` : undefined,
  ].filter((part) => part !== undefined);
  if (rest > 0 || parts.length > 1) return parts.join(", ");
  return `${parts[0] ?? ""}, none ${closed > 0 ? "opens" : "closes"}`;
}

function endOf({ id, name, kind, namespace, underTest }: (typeof currentRows.value)[number]): Parameters<typeof fittedSize>[0][number] {
  return { id, name, group: boxOf({ kind, namespace }), underTest };
}

function Cells({
  survey,
  kept,
  size,
}: {
  readonly survey: Survey;
  readonly kept: Survey | undefined;
  readonly size: { readonly width: number; readonly height: number };
}): JSX.Element {
  const rows = currentRows.value.map(endOf);
  const [active, setActive] = useState<GridPosition | undefined>(undefined);
  const at = (row: number, column: number): number => row * survey.rows + column;
  const isChanged = (row: number, column: number): boolean =>
    kept !== undefined && kept.cells[at(row, column)] !== survey.cells[at(row, column)];
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

/** Changed flows by the end that they share. */
function Changes({ changed, others }: { readonly changed: readonly ChangedPair[]; readonly others: Compared["engines"] }): JSX.Element {
  const rows = currentRows.value;
  const isMany = changed.length > mostPairs;
  const nameAt = (index: number): string => (isMany ? boxOf(rows[index] ?? { kind: "outside", namespace: "" }) : (rows[index]?.id ?? ""));
  const groups = (side: "from" | "to"): ReadonlyMap<string, { readonly pair: ChangedPair; readonly ends: Set<string> }> => {
    const found = new Map<string, { readonly pair: ChangedPair; readonly ends: Set<string> }>();
    for (const pair of changed) {
      const key = `${nameAt(pair[side])} ${pair.was} ${pair.is}`;
      const own = found.get(key) ?? { pair, ends: new Set() };
      own.ends.add(nameAt(pair[side === "from" ? "to" : "from"]));
      found.set(key, own);
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
        {changed.length > 0 && (
          <span class="chip chip-changed">
            <Glyph name="changed" /> {changed.length}
          </span>
        )}
      </h3>
      {shown.slice(0, 20).map(({ pair, ends }) => {
        const own = nameAt(isFrom ? pair.from : pair.to);
        const [was, is] = [cellWord(pair.was), cellWord(pair.is)];
        return (
          <div key={`${own} ${pair.was} ${pair.is}`} class="editor-change">
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
      {others.map(({ name, kept, edited }) => (
        <p key={name} class="quiet">
          {name}: {kept.rows === edited.rows ? sentence(changedPairs(kept, edited)) : "other endpoints"}
        </p>
      ))}
    </div>
  );
}

function Assertions({ kept, now }: { readonly kept: Survey; readonly now: Survey }): JSX.Element {
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
          const [was, is] = [kept.breaks[i], now.breaks[i]];
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
