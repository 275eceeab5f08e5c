import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { counted } from "../parts/flow.tsx";
import { fittedSize, MatrixGrid, type GridPosition } from "../parts/MatrixGrid.tsx";
import { cellWord } from "../parts/verdict.tsx";
import { useSurvey } from "../state/answers.ts";
import { askWhy, currentPort, currentRows, currentStage } from "../state/store.ts";

export function MatrixView(): JSX.Element {
  const survey = useSurvey(currentStage.value, "spec", currentPort.value);
  const [active, setActive] = useState<GridPosition | undefined>(undefined);
  const rows = currentRows.value.map(({ id, name, kind, namespace, underTest }) => ({
    id,
    name,
    group: kind === "pods" ? namespace : kind,
    underTest,
  }));
  if (survey === undefined || survey.rows !== rows.length) return <></>;
  const at = (row: number, column: number): number => row * survey.rows + column;
  return (
    <>
      <div class="toolbar">
        <h1 class="answer">
          {counted(survey.counts.allow + survey.counts.some, "flow")} of {counted(survey.counts.pairs, "flow")} open
        </h1>
      </div>
      <MatrixGrid
        label="Pods by pods"
        rows={rows}
        columns={rows}
        size={fittedSize(rows, rows, { width: 980, height: 600 }) ?? { width: 16, height: 16 }}
        lookAt={(row, column) => ({
          values: [survey.cells[at(row, column)]],
          itself: row === column,
          violated: survey.broken[at(row, column)] !== 0,
        })}
        nameOf={(row, column) =>
          `${rows[row]?.name ?? ""} to ${rows[column]?.name ?? ""}: ${cellWord(survey.cells[at(row, column)]) ?? "no question"}`
        }
        active={active}
        onActive={setActive}
        onPick={({ row, column }) => askWhy(rows[row]?.id ?? "", rows[column]?.id ?? "")}
      />
    </>
  );
}
