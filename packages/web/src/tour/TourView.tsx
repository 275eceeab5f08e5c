import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { placeOf, prepareLab, runs } from "../lab/runs.ts";
import { CellBox } from "../parts/Cell.tsx";
import { CodeFrame, PlaceOf } from "../parts/CodeFrame.tsx";
import { counted } from "../parts/counted.ts";
import { Name, Prose } from "../parts/flow.tsx";
import { cellWord } from "../parts/verdict.tsx";
import { AssertionItem, heldText } from "../shell/IntentPanel.tsx";
import { useAnswer, useReport, useSurvey } from "../state/answers.ts";
import { useKeys } from "../state/keys.ts";
import { askWhy, currentRows, go, opened, openExample, subject, where } from "../state/store.ts";
import { cell, type PageRow } from "../workbench/protocol.ts";
import { said, say, type Said } from "./said.ts";
import { steps, type Column, type Task, type TourStep } from "./steps.ts";

const port = "80/TCP";

/** The chapter as a tour: predict, then see it calculated, measured, and as Contrail does it. */
export function TourView(): JSX.Element {
  const about = subject.value;
  const number = Math.max(1, Math.min(steps.length, Number(where.value.keys.step) || 1));
  const step = steps[number - 1] as TourStep;
  const stage = about?.stages.findIndex(({ name }) => name === step.stage) ?? -1;
  useKeys({ n: () => goToStep(number + 1), N: () => goToStep(number - 1) });
  useEffect(() => {
    if (stage >= 0 && (where.value.keys.stage ?? about?.stages[0]?.name) !== step.stage)
      go({ keys: { stage: stage === 0 ? "" : step.stage, port: "", step: String(number) } }, "replace");
  }, [number, stage]);
  if (opened.value?.name !== "day-one" || stage < 0) return <OtherSource />;
  return (
    <div class="tour">
      <h1 class="unseen">Tour</h1>
      <nav class="tour-steps" aria-label="Steps of the tour">
        <h2>Tour of the chapter</h2>
        <p class="quiet">
          step {number} of {steps.length}
        </p>
        <ol>
          {steps.map(({ title }, i) => (
            <li key={title}>
              <button
                type="button"
                class={i + 1 < number ? "past" : ""}
                aria-current={i + 1 === number ? "step" : undefined}
                onClick={() => goToStep(i + 1)}
              >
                <span class="tour-disc">{i + 1}</span>
                {title}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <section class="tour-task" aria-label={step.title}>
        <TaskPart key={number} step={step} stage={stage} />
        <p class="tour-buttons">
          {number > 1 && (
            <button type="button" class="button" onClick={() => goToStep(number - 1)}>
              Back
            </button>
          )}
          {number < steps.length ? (
            <button type="button" class="button primary" onClick={() => goToStep(number + 1)}>
              Next: {steps[number]?.title}
            </button>
          ) : (
            <button type="button" class="button primary" onClick={() => go({ view: "design", keys: { step: "" } })}>
              Look around on your own
            </button>
          )}
        </p>
      </section>
      <aside class="tour-text" aria-label="What it is about">
        {step.file !== undefined && (
          <>
            <h2>
              What {step.file.path.replace(/\.yaml$/, "")} says <PlaceOf file={step.file.path} line={step.file.first} />
            </h2>
            <CodeFrame file={step.file.path} lit={[{ first: step.file.first, last: step.file.last, tone: "plain" }]} />
          </>
        )}
        <h2>Worth remembering</h2>
        {step.remember.map((text) => (
          <Prose key={text} text={text} />
        ))}
      </aside>
    </div>
  );
}

function goToStep(number: number): void {
  const step = steps[number - 1];
  if (step === undefined) return;
  const isFirst = subject.value?.stages[0]?.name === step.stage;
  go({ keys: { step: String(number), stage: isFirst ? "" : step.stage, flow: "", sel: "" } });
}

function OtherSource(): JSX.Element {
  return (
    <div class="tour-other">
      <h1 class="answer">The tour is about the chapter's design</h1>
      <p>It leads through day-one, step by step: predict what a policy does, then see it calculated, measured and as Contrail does it.</p>
      <button type="button" class="button primary" onClick={() => void openExample("day-one").then(() => go({ view: "tour" }, "replace"))}>
        Open day-one
      </button>
    </div>
  );
}

function TaskPart({ step: { title, text, task }, stage }: { readonly step: TourStep; readonly stage: number }): JSX.Element {
  switch (task.kind) {
    case "intent":
      return <Intent title={title} text={text} stage={stage} />;
    case "count":
      return <Count title={title} text={text} stage={stage} />;
    case "read":
      return (
        <>
          <h2 class="answer">{title}</h2>
          <Prose text={text} />
        </>
      );
    case "predict":
      return <Predict title={title} text={text} stage={stage} task={task} />;
    case "flow":
      return <Differing title={title} text={text} stage={stage} from={task.from} to={task.to} />;
  }
}

interface PartProps {
  readonly title: string;
  readonly text: string;
  readonly stage: number;
}

function Intent({ title, text, stage }: PartProps): JSX.Element {
  const about = subject.value;
  const survey = useSurvey(stage, "spec", port);
  const report = useReport();
  const holds = about?.stages[stage]?.holds ?? [];
  return (
    <>
      <p class="caption">{title}</p>
      <h2 class="answer">{heldText(holds.filter((state) => state === "holds").length, holds.length)}</h2>
      <Prose text={text} />
      <ul class="assertions">
        {about?.assertions.map((assertion, i) => (
          <AssertionItem
            key={assertion.id}
            assertion={assertion}
            state={holds[i] ?? "not-judged"}
            onPort={survey?.breaks[i]}
            violation={report?.stages[stage]?.violations.find((one) => one.assertion === assertion.id)}
          />
        ))}
      </ul>
    </>
  );
}

function Count({ title, text, stage }: PartProps): JSX.Element {
  const survey = useSurvey(stage, "spec", port);
  return (
    <>
      <p class="caption">{title}</p>
      <h2 class="answer">{survey === undefined ? "" : `${survey.counts.allow} of ${counted(survey.counts.pairs, "flow")} open`}</h2>
      <Prose text={text} />
      <p>
        <button type="button" class="link" onClick={() => go({ view: "design" })}>
          See it drawn
        </button>
      </p>
    </>
  );
}

function Differing({ title, text, stage, from, to }: PartProps & { readonly from: string; readonly to: string }): JSX.Element {
  const rows = currentRows.value;
  const survey = useSurvey(stage, "spec", port);
  const other = useSurvey(stage, "contrail", port);
  const [a, b] = [rows.findIndex(({ name }) => name === from), rows.findIndex(({ name }) => name === to)];
  const valueIn = (of: typeof survey): number | undefined => of?.cells[a * of.rows + b];
  return (
    <>
      <p class="caption">{title}</p>
      <h2 class="answer">
        {from} → {to}: Kubernetes {cellWord(valueIn(survey)) ?? ""}, Contrail {cellWord(valueIn(other)) ?? ""}
      </h2>
      <Prose text={text} />
      <p>
        <button type="button" class="button" onClick={() => askWhy(from, to, port)}>
          Why they differ
        </button>
      </p>
    </>
  );
}

const columnNames: Readonly<Record<Column, string>> = { calculated: "calculated", measured: "measured", contrail: "Contrail" };

function Predict({ title, text, stage, task }: PartProps & { readonly task: Extract<Task, { readonly kind: "predict" }> }): JSX.Element {
  const { device, direction, show } = task;
  const rows = currentRows.value;
  const own = rows.findIndex(({ id }) => id === device);
  const others = rows.filter((_, i) => i !== own);
  const survey = useSurvey(stage, "spec", port);
  const contrail = useSurvey(stage, "contrail", port);
  const pairs = others.map(({ id }) => (direction === "to" ? ([id, device] as const) : ([device, id] as const)));
  const lanes = useAnswer(`tour ${stage} ${device} ${direction}`, (of) => of.lanes({ stage, engine: "spec", port, pairs }));
  const [anyway, setAnyway] = useState(false);
  useEffect(() => void prepareLab(), []);
  const keyOf = (row: PageRow): string => `${stage} ${direction} ${device} ${row.id}`;
  const answered = others.filter((row) => said.value[keyOf(row)] !== undefined).length;
  const isShown = show.length > 0 && (answered === others.length || anyway);
  const at = (row: PageRow, of: typeof survey): number | undefined => {
    if (of === undefined) return undefined;
    const other = rows.indexOf(row);
    return of.cells[direction === "to" ? other * of.rows + own : own * of.rows + other];
  };
  const measured = (row: PageRow): number | undefined => {
    const run = runs.value.get(subject.value?.stages[stage]?.name ?? "");
    const [from, to] = direction === "to" ? [row.id, device] : [device, row.id];
    const place = run === undefined ? undefined : placeOf(run, from, to, port);
    const verdict = place === undefined ? undefined : run?.answers[place]?.verdict;
    return verdict === undefined ? undefined : { allow: cell.allow, deny: cell.deny, undetermined: cell.undetermined }[verdict];
  };
  const valueOf = (column: Column, row: PageRow): number | undefined =>
    column === "calculated" ? at(row, survey) : column === "contrail" ? at(row, contrail) : measured(row);
  const right = others.filter((row) => said.value[keyOf(row)] === cellWord(at(row, survey))).length;
  const columns: readonly Column[] = ["calculated", "measured", "contrail"];
  const run = runs.value.get(subject.value?.stages[stage]?.name ?? "");
  return (
    <>
      <p class="caption">Predict, then see</p>
      <h2 class="answer">{isShown && answered > 0 ? `${right} of ${others.length} as Kubernetes decides` : title}</h2>
      <Prose text={text} />
      <table class="tour-table">
        <thead>
          <tr>
            <th scope="col">{direction === "to" ? "from" : "to"}</th>
            <th scope="col">you said</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {columnNames[column]}
              </th>
            ))}
            <th scope="col">because</th>
          </tr>
        </thead>
        <tbody>
          {others.map((row, i) => {
            const answer = said.value[keyOf(row)];
            const isDifferent = isShown && answer !== undefined && answer !== cellWord(at(row, survey));
            return (
              <tr key={row.id} class={isDifferent ? "differs" : ""}>
                <th scope="row">
                  <Name text={row.name} />
                </th>
                <td>
                  <Guess name={row.name} answer={answer} onSay={(next) => say(keyOf(row), next)} />
                </td>
                {columns.map((column) => (
                  <td key={column}>
                    {isShown && show.includes(column) ? (
                      <span role="img" aria-label={cellWord(valueOf(column, row)) ?? "not measured"}>
                        <CellBox look={{ values: [valueOf(column, row)] }} />
                      </span>
                    ) : (
                      <span class="tour-next">next</span>
                    )}
                  </td>
                ))}
                <td>
                  {isShown && (
                    <>
                      {isDifferent && <span class="tour-differs">differs</span>} {lanes?.[i]?.because ?? ""}
                    </>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="tour-buttons">
        {show.length > 0 && !isShown && (
          <button type="button" class="button" onClick={() => setAnyway(true)}>
            Show without {answered === 0 ? "predicting" : "the rest"}
          </button>
        )}
        {answered > 0 && (
          <button type="button" class="button" onClick={() => others.forEach((row) => say(keyOf(row), undefined))}>
            Change my answers
          </button>
        )}
        {isShown && show.includes("measured") && (
          <span class="quiet">
            {run === undefined
              ? "not measured: run the stage in the Lab"
              : run.status === "recorded"
                ? `recorded ${run.at}`
                : `measured at ${run.at}`}
          </span>
        )}
      </p>
    </>
  );
}

/** An answer that is set: by click it goes round, by key it is said. */
function Guess({
  name,
  answer,
  onSay,
}: {
  readonly name: string;
  readonly answer: Said | undefined;
  readonly onSay: (answer: Said | undefined) => void;
}): JSX.Element {
  return (
    <button
      type="button"
      class="guess"
      aria-label={`${name}: ${answer ?? "not said yet"}`}
      onClick={() => onSay(answer === undefined ? "allow" : answer === "allow" ? "deny" : "allow")}
      onKeyDown={(event) => {
        const next = event.key === "a" ? "allow" : event.key === "d" ? "deny" : undefined;
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (next !== undefined) onSay(next);
        if (next === undefined && step === 0) return;
        event.preventDefault();
        const all = [...document.querySelectorAll<HTMLElement>(".guess")];
        all[all.indexOf(event.currentTarget) + (step || 1)]?.focus();
      }}
    >
      {answer === undefined ? (
        <span class="tour-next">?</span>
      ) : (
        <CellBox look={{ values: [answer === "allow" ? cell.allow : cell.deny] }} />
      )}
    </button>
  );
}
