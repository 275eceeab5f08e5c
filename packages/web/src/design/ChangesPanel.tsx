import type { JSX } from "preact";
import type { Change } from "@netproof/core/parts";
import { changesText, countChanges } from "../parts/changes.ts";
import { PlaceOf } from "../parts/CodeFrame.tsx";
import { counted } from "../parts/counted.ts";
import { Name, shortName } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { AssertionItem, heldText, NextStage } from "../shell/IntentPanel.tsx";
import { useAnswer, useReport } from "../state/answers.ts";
import { askWhy, currentPort, currentRows, currentStage, goToStage, subject } from "../state/store.ts";
import type { AssertionState, Survey } from "../workbench/protocol.ts";

/** What this stage opened and closed since the one before, by the line that did it, and what became of the assertions. */
export function ChangesPanel(): JSX.Element {
  const about = subject.value;
  const index = currentStage.value;
  const port = currentPort.value;
  const report = useReport();
  const surveys = useAnswer(`changes ${index} ${port ?? "all"}`, (of) =>
    Promise.all([index - 1, index].map((stage) => of.survey({ version: "edited", stage, engine: "spec", port, grouping: "workload" }))),
  );
  const [before, now] = surveys ?? [];
  const [stage, previous] = [about?.stages[index], about?.stages[index - 1]];
  if (about === undefined || stage === undefined || previous === undefined || now?.question.stage !== index || before === undefined)
    return <></>;
  const counts = countChanges(
    before.cells,
    now.cells,
    currentRows.value.map(({ size }) => size),
  );
  const changes = (report?.stages[index]?.changes ?? []).filter((change) => isOnPort(change, before, now));
  const held = stage.holds.filter((state) => state === "holds").length;
  const heldBefore = previous.holds.filter((state) => state === "holds").length;
  const order = about.assertions
    .map((assertion, i) => {
      const state = stage.holds[i] ?? "not-judged";
      const was = previous.holds[i] ?? "not-judged";
      return { assertion, i, state, rank: rankOf(state, was) };
    })
    .sort((a, b) => a.rank - b.rank || a.i - b.i);
  return (
    <>
      <header class="panel-head">
        <p>
          <span class="chip chip-changed">
            <Glyph name="changed" /> {previous.name} → {stage.name}
          </span>
        </p>
        <h1 class="answer">{changesText(counts, "No flow changes")}</h1>
        {stage.about !== undefined && <p>{stage.about}</p>}
      </header>
      {changes.map((change, i) => (
        <ChangeGroup key={i} change={change} focus={about.focus} />
      ))}
      {about.assertions.length > 0 && (
        <>
          <header class="panel-head">
            <h2>
              {heldText(held, about.assertions.length)}{" "}
              <span class="quiet">
                ({previous.name}: {heldBefore})
              </span>
            </h2>
          </header>
          <ul class="assertions">
            {order.map(({ assertion, i, state }) => (
              <AssertionItem
                key={assertion.id}
                assertion={assertion}
                state={state}
                onPort={now.breaks[i]}
                was={before.breaks[i]}
                violation={report?.stages[index]?.violations.find((one) => one.assertion === assertion.id)}
              />
            ))}
          </ul>
        </>
      )}
      <NextStage>
        <button type="button" class="button" onClick={() => replay(index)}>
          Replay change
        </button>
      </NextStage>
    </>
  );
}

/** New violations first, then what was fixed, what still holds, what is still violated. */
function rankOf(state: AssertionState, was: AssertionState): number {
  if (state === "violated") return was === "violated" ? 3 : 0;
  return state === "holds" && was !== "holds" ? 1 : 2;
}

/** The report speaks of all ports; here only of what changed on the one that is looked at. */
function isOnPort({ from, to }: Change, before: Survey, now: Survey): boolean {
  const rows = currentRows.value;
  const index = new Map(rows.map(({ id }, i) => [id, i]));
  return from.some((source) =>
    to.some((target) => {
      const at = (index.get(source) ?? 0) * now.rows + (index.get(target) ?? 0);
      return before.cells[at] !== now.cells[at];
    }),
  );
}

const verbs: Readonly<Record<Change["kind"], string>> = {
  opens: "opens",
  widens: "more ports",
  alters: "other ports",
  narrows: "fewer ports",
  closes: "closes",
  "loses-certainty": "undetermined",
};

function ChangeGroup({ change, focus }: { readonly change: Change; readonly focus: readonly string[] }): JSX.Element {
  const { kind, from, to, ports, place } = change;
  // The side with the device under test, or with fewer ends, is the subject.
  const isAboutTarget = to.some((end) => focus.includes(end)) || (to.length <= from.length && !from.some((end) => focus.includes(end)));
  const [subjects, others] = isAboutTarget ? [to, from] : [from, to];
  const verdict = kind === "closes" ? "deny" : kind === "opens" ? "allow" : kind === "loses-certainty" ? "undetermined" : "some";
  return (
    <section class="change">
      <div class="change-head">
        <h2>
          {isAboutTarget ? "to" : "from"} {subjects.slice(0, 3).map(shortName).join(", ")}
          {subjects.length > 3 && ` and ${subjects.length - 3} more`}
        </h2>
        <span class="quiet">
          {verbs[kind]}, {isAboutTarget ? "from" : "to"} {counted(others.length, "endpoint")}
          {kind === "closes" ? "" : `, then ${ports}`}
        </span>
        <span class="spring" />
        {place !== undefined && <PlaceOf file={place.file} line={place.line} />}
      </div>
      <p class="tags">
        {others.slice(0, mostChips).map((end) => (
          <button
            key={end}
            type="button"
            class={`chip chip-${verdict}`}
            onClick={() => {
              const [subjectEnd = ""] = subjects;
              if (isAboutTarget) askWhy(end, subjectEnd);
              else askWhy(subjectEnd, end);
            }}
          >
            <Glyph name={verdict} />
            <Name text={shortName(end)} />
          </button>
        ))}
        {others.length > mostChips && <span class="quiet">and {others.length - mostChips} more</span>}
      </p>
    </section>
  );
}

const mostChips = 24;

/** Shows the stage before for a moment, then this one again. */
function replay(stage: number): void {
  goToStage(stage - 1);
  setTimeout(() => goToStage(stage), 900);
}
