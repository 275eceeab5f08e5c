import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CellBox, type CellLook } from "../parts/Cell.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { Name } from "../parts/flow.tsx";
import { cellWord } from "../parts/verdict.tsx";
import { useAnswer } from "../state/answers.ts";
import { askWhy, currentFlow, currentPort, currentRows, currentStage, goToStage, subject } from "../state/store.ts";
import { cell, isOpenCell, type PageRow, type Survey } from "../workbench/protocol.ts";
import { boxOf } from "../design/units.ts";
import type { Mode } from "./draw.ts";

/** One device under test, looked at from one side: who may reach it, or what it may open. */
interface Side {
  readonly device: PageRow;
  readonly direction: "to" | "from";
}

/** Devices under test by stages: what each other end may do to them, before and after each policy. */
export function StagesMatrix({ mode, engine }: { readonly mode: Mode; readonly engine: number }): JSX.Element {
  const about = subject.value;
  const rows = currentRows.value;
  const port = currentPort.value;
  const engines = (about?.engines ?? []).map(({ name }) => name);
  const surveys = useAnswer(`stages ${port ?? "all"} ${engines.join()} ${about?.stages.length ?? 0}`, (of) =>
    Promise.all(
      engines.map((name) =>
        Promise.all(
          (about?.stages ?? []).map((_, stage) => of.survey({ version: "edited", stage, engine: name, port, grouping: "workload" })),
        ),
      ),
    ),
  );
  const room = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(1400);
  useEffect(() => {
    const element = room.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [surveys === undefined]);
  if (about === undefined || surveys === undefined || surveys[0]?.[0]?.rows !== rows.length) return <></>;
  const devices = about.focus.flatMap((id) => rows.find((row) => row.id === id) ?? []);
  const sides: readonly Side[] = (["to", "from"] as const).flatMap((direction) => devices.map((device) => ({ device, direction })));
  const stages = about.stages;
  // As wide as there is room for, never so narrow that an engine's part is lost.
  const cellWidth = Math.round(
    Math.max(28, Math.min(64, (width - 260 - sides.length * 20) / Math.max(1, sides.length * stages.length) - 3)),
  );
  const at = (survey: Survey, { device, direction }: Side, other: number): number => {
    const own = rows.indexOf(device);
    return direction === "to" ? other * survey.rows + own : own * survey.rows + other;
  };
  const lookAt = (side: Side, other: number, stage: number): CellLook => {
    const [first] = surveys;
    const now = first?.[stage] as Survey;
    const place = at(now, side, other);
    const all = surveys.map((one) => one[stage]?.cells[place]);
    const isSame = all.every((value) => value === all[0]);
    const was = stage === 0 ? undefined : first?.[stage - 1]?.cells[place];
    return {
      values: mode === "one" ? [all[engine]] : isSame ? all.slice(0, 1) : all,
      itself: rows[other] === side.device,
      changed: was !== undefined && was !== cell.none && was !== all[0],
      violated: now.broken[place] !== 0,
      deviation: !isSame && mode !== "one",
      ...(mode === "diff" && isSame ? { emphasis: "quiet" as const } : {}),
    };
  };
  const totals = (side: Side, stage: number): { readonly open: number; readonly differing: number } => {
    let [open, differing] = [0, 0];
    rows.forEach((_, other) => {
      const values = surveys.map((one) => one[stage]?.cells[at(one[stage], side, other)]);
      const shown = values[mode === "one" ? engine : 0];
      if (shown !== undefined && isOpenCell(shown)) open += 1;
      if (values.some((value) => value !== values[0])) differing += 1;
    });
    return { open, differing };
  };
  const asked = rows.filter((row) => !devices.includes(row)).length + Math.max(0, devices.length - 1);
  return (
    <div class="stages-matrix" ref={room}>
      <table class="stages-table">
        <caption class="unseen">Devices under test by stages, {port ?? "all ports"}</caption>
        <thead>
          <tr>
            <td colSpan={2} />
            {sides.map(({ device, direction }) => (
              <th key={`${direction} ${device.id}`} scope="colgroup" colSpan={stages.length} class="side-head">
                {direction === "to" ? <>→ {device.name}</> : <>{device.name} →</>}
              </th>
            ))}
          </tr>
          <tr>
            <th scope="col" class="unseen-cell">
              <span class="unseen">namespace</span>
            </th>
            <th scope="col">
              <span class="unseen">other end</span>
            </th>
            {sides.flatMap(({ device, direction }) =>
              stages.map((stage, i) => (
                <th
                  key={`${direction} ${device.id} ${stage.name}`}
                  scope="col"
                  class={`stage-head ${i === 0 ? "side-start" : ""} ${i === currentStage.value ? "current" : ""}`}
                >
                  <button type="button" onClick={() => goToStage(i)}>
                    {stage.name}
                  </button>
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, other) => {
            const isFirst = other === 0 || boxOf(row) !== boxOf(rows[other - 1] as PageRow);
            return (
              <tr key={row.id} class={isFirst ? "group-start" : ""}>
                <td class="group-name">{isFirst ? boxOf(row).replace(" the cluster", "") : ""}</td>
                <th scope="row" class={row.underTest ? "under-test" : ""}>
                  <Name text={row.name} most={24} />
                  <span class="mono quiet">{row.addresses[0]}</span>
                </th>
                {sides.flatMap((side) =>
                  stages.map((stage, i) => (
                    <td key={`${side.direction} ${side.device.id} ${stage.name}`} class={i === 0 ? "side-start" : ""}>
                      <StageCell side={side} row={row} stage={i} look={lookAt(side, other, i)} width={cellWidth} />
                    </td>
                  )),
                )}
              </tr>
            );
          })}
          <tr class="totals">
            <td />
            <th scope="row">open of {asked}</th>
            {sides.flatMap((side) =>
              stages.map((stage, i) => {
                const { open, differing } = totals(side, i);
                return (
                  <td key={`${side.direction} ${side.device.id} ${stage.name}`} class={i === 0 ? "side-start" : ""}>
                    <strong>{open}</strong>
                    {differing > 0 && <span class="differing"> ≠ {differing}</span>}
                  </td>
                );
              }),
            )}
          </tr>
        </tbody>
      </table>
      <IntentTable surveys={surveys[0]} />
    </div>
  );
}

function StageCell({
  side: { device, direction },
  row,
  stage,
  look,
  width,
}: {
  readonly side: Side;
  readonly row: PageRow;
  readonly stage: number;
  readonly look: CellLook;
  readonly width: number;
}): JSX.Element {
  const [from, to] = direction === "to" ? [row, device] : [device, row];
  const about = subject.value;
  const name = about?.stages[stage]?.name ?? "";
  const flow = currentFlow.value;
  const isPicked =
    stage === currentStage.value && flow !== undefined && [from.id, from.name].includes(flow.from) && [to.id, to.name].includes(flow.to);
  const words = look.values.map((value) => cellWord(value) ?? "no question");
  const text = [
    `${from.name} to ${to.name} at ${name}: ${words.length > 1 ? words.map((word, i) => `${about?.engines[i]?.name ?? ""} ${word}`).join(", ") : (words[0] ?? "")}`,
    look.violated === true ? "not as the intent demands" : undefined,
    look.changed === true ? "changed in this stage" : undefined,
  ];
  if (look.itself === true || look.values[0] === cell.none) {
    return (
      <span class="stage-cell" role="img" aria-label={look.itself === true ? "itself" : "no question"}>
        <CellBox look={look} width={width} height={36} />
      </span>
    );
  }
  return (
    <button
      type="button"
      class={`stage-cell ${isPicked ? "picked" : ""}`}
      aria-label={text.filter((part) => part !== undefined).join("; ")}
      aria-pressed={isPicked}
      onClick={() => {
        goToStage(stage);
        askWhy(from.id, to.id);
      }}
      onKeyDown={moveInTable}
    >
      <CellBox look={look} width={width} height={36} />
    </button>
  );
}

/** Arrow keys walk the cells of the table. */
function moveInTable(event: KeyboardEvent): void {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const own = (event.currentTarget as HTMLElement).closest("td");
  if (steps === undefined || own === null) return;
  event.preventDefault();
  const table = own.closest("tbody");
  let [row, column] = [(own.parentElement as HTMLTableRowElement).sectionRowIndex, own.cellIndex];
  for (;;) {
    row += steps[0] ?? 0;
    column += steps[1] ?? 0;
    const next = table?.rows[row]?.cells[column];
    if (next === undefined) return;
    const button = next.querySelector("button");
    if (button === null) continue;
    button.focus();
    return;
  }
}

function IntentTable({ surveys }: { readonly surveys: readonly Survey[] }): JSX.Element {
  const about = subject.value;
  if (about === undefined || about.assertions.length === 0) return <></>;
  return (
    <table class="intent-table">
      <caption>Intent, per stage</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="unseen">id</span>
          </th>
          <th scope="col">assertion</th>
          {about.stages.map(({ name }, i) => (
            <th key={name} scope="col">
              {i + 1} {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {about.assertions.map(({ id, text }, i) => (
          <tr key={id}>
            <td class="mono quiet">{id}</td>
            <th scope="row">{text}</th>
            {about.stages.map(({ name, holds }, stage) => {
              const wrong = surveys[stage]?.breaks[i] ?? 0;
              const state = holds[i];
              return (
                <td key={name} class={state === "violated" ? "violated" : ""}>
                  {state === "violated" ? (
                    <>
                      <Glyph name="violated" /> {wrong > 0 ? `${wrong} wrong` : "on other ports"}
                    </>
                  ) : state === "holds" ? (
                    <>
                      <Glyph name="holds" /> holds
                    </>
                  ) : (
                    <>
                      <Glyph name="untested" /> {state === "undetermined" ? "undetermined" : "untested"}
                    </>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
