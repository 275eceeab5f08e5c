import { Fragment, type JSX } from "preact";
import { countChanges } from "../parts/changes.ts";
import { counted, grouped } from "../parts/counted.ts";
import { FlowSentence } from "../parts/flow.tsx";
import { hasPlace } from "../host.ts";
import { Glyph } from "../parts/Glyph.tsx";
import { useReport, useSurvey, useTally } from "../state/answers.ts";
import { askWhy, go, goToStage, currentPort, currentRows, currentStage, subject } from "../state/store.ts";
import type { Violation } from "@netproof/core/parts";
import type { AssertionState } from "../workbench/protocol.ts";

/** Whether the design holds at this stage, and for each assertion that does not a flow that shows it. */
export function IntentPanel(): JSX.Element {
  const about = subject.value;
  const index = currentStage.value;
  const stage = about?.stages[index];
  const tally = useTally(index, "spec", currentPort.value);
  const report = useReport();
  if (about === undefined || stage === undefined) return <></>;
  if (about.assertions.length === 0) return <OpenPairs />;
  const held = stage.holds.filter((state) => state === "holds").length;
  const reported = report?.stages[index];
  return (
    <>
      <header class="panel-head">
        <h1 class="answer">{heldText(held, about.assertions.length)}</h1>
        <p>
          {stage.policies === 0 ? "No policy is applied: every pod may talk to every pod." : (stage.about ?? "")}{" "}
          {tally !== undefined &&
            tally.counts.broken > 0 &&
            `${counted(tally.counts.broken, "flow")} ${tally.counts.broken === 1 ? "is" : "are"} not as the design says.`}
        </p>
      </header>
      <ul class="assertions">
        {about.assertions.map((assertion, i) => (
          <AssertionItem
            key={assertion.id}
            assertion={assertion}
            state={stage.holds[i] ?? "not-judged"}
            onPort={tally?.breaks[i]}
            violation={reported?.violations.find((one) => one.assertion === assertion.id)}
          />
        ))}
      </ul>
      <Agreement />
      <NextStage>
        {hasPlace("tour") ? (
          <button type="button" class="button" onClick={() => go({ view: "tour" })}>
            Start the tour
          </button>
        ) : (
          <></>
        )}
      </NextStage>
    </>
  );
}

/** The way to the next stage, or back to the first one. */
export function NextStage({ children }: { readonly children: JSX.Element }): JSX.Element {
  const index = currentStage.value;
  const next = subject.value?.stages[index + 1];
  return (
    <div class="panel-foot">
      {next !== undefined && (
        <button type="button" class="button primary" onClick={() => goToStage(index + 1)}>
          Next stage: {next.name}
        </button>
      )}
      {next === undefined && index > 0 && (
        <button type="button" class="button primary" onClick={() => goToStage(0)}>
          Back to the first stage
        </button>
      )}
      {children}
    </div>
  );
}

/** One assertion, its state at this stage, and a flow that breaks it. */
export function AssertionItem({
  assertion: { id, text },
  state,
  onPort,
  was,
  violation,
}: {
  readonly assertion: { readonly id: string; readonly text: string };
  readonly state: AssertionState;
  /** Flows that break it on the port that is looked at. */
  readonly onPort: number | undefined;
  /** The same at the stage before, where the two are compared. */
  readonly was?: number | undefined;
  readonly violation: Violation | undefined;
}): JSX.Element {
  const witness = violation?.witness;
  return (
    <li class={`assertion ${state}`}>
      <Glyph name={glyphOf(state)} size={16} />
      <div>
        <p class="assertion-text">{text}</p>
        <p class={`assertion-state ${state}`}>
          {stateText(state, onPort, violation?.pairs)}
          {was !== undefined && onPort !== undefined && was !== onPort && (
            <span class="chip chip-changed moved">
              {was} → {onPort}
            </span>
          )}
        </p>
        {witness !== undefined && (
          <p class="witness">
            <span class="caption">witness</span> <FlowSentence flow={{ from: witness.from, to: witness.to, port: witness.port }} />
            <button type="button" class="link" onClick={() => askWhy(witness.from, witness.to, witness.port)}>
              Why
            </button>
          </p>
        )}
        {violation?.subject !== undefined && <p class="witness">{violation.subject}</p>}
      </div>
      <span class="assertion-id mono">{id}</span>
    </li>
  );
}

export function heldText(held: number, all: number): string {
  if (held === all) return all === 1 ? "The assertion holds" : `All ${all} assertions hold`;
  return `${held} of ${all} assertions ${held === 1 ? "holds" : "hold"}`;
}

function glyphOf(state: AssertionState): "violated" | "holds" | "undetermined" | "untested" {
  return state === "not-judged" ? "untested" : state;
}

function stateText(state: AssertionState, onPort: number | undefined, pairs: number | undefined): string {
  switch (state) {
    case "holds":
      return "holds";
    case "undetermined":
      return "undetermined · the API leaves it open";
    case "not-judged":
      return "untested · it names nothing at this stage";
    case "violated": {
      if (onPort === undefined) return "violated";
      const elsewhere = (pairs ?? onPort) - onPort;
      if (onPort === 0) return `violated · ${counted(pairs ?? 0, "flow")} on other ports`;
      return `violated · ${counted(onPort, "flow")} not as designed${elsewhere > 0 ? `, ${elsewhere} more on other ports` : ""}`;
    }
  }
}

/** Of all engines that calculate: whether they say the same of this stage. */
function Agreement(): JSX.Element {
  const engines = subject.value?.engines ?? [];
  const [first, second] = engines;
  const own = useSurvey(currentStage.value, first?.name ?? "spec", currentPort.value);
  const other = useSurvey(currentStage.value, second?.name ?? "spec", currentPort.value);
  if (first === undefined || second === undefined || own === undefined || other === undefined || own.rows !== other.rows) return <></>;
  // Flows, as all counts of this panel are: a cell between rows of many pods is many of them.
  const {
    opened,
    closed,
    other: otherwise,
  } = countChanges(
    own.cells,
    other.cells,
    currentRows.value.map(({ size }) => size),
  );
  const apart = opened + closed + otherwise;
  return (
    <section class="agreement">
      <h2 class="caption">
        {apart === 0
          ? `All engines agree on ${counted(own.counts.pairs, "flow")}`
          : `${grouped(apart)} of ${counted(own.counts.pairs, "flow")} ${apart === 1 ? "differs" : "differ"}`}
      </h2>
      <dl>
        <dt>{first.name}</dt>
        <dd>{own.counts.allow} allow</dd>
        <dt>{second.name}</dt>
        <dd>{other.counts.allow} allow</dd>
      </dl>
      {apart > 0 && (
        <button type="button" class="link" onClick={() => go({ view: "matrix", keys: { mode: "diff" } })}>
          Show the differences
        </button>
      )}
    </section>
  );
}

/** Without an intent: how open the cluster is. */
function OpenPairs(): JSX.Element {
  const { counts, reached = [] } = useTally(currentStage.value, "spec", currentPort.value) ?? {};
  return (
    <>
      <header class="panel-head">
        <h1 class="answer">
          {counts === undefined ? "Judging" : `${grouped(counts.allow + counts.some)} of ${counted(counts.pairs, "flow")} open`}
        </h1>
        <p>
          No intent is stated here, so nothing holds or fails.
          {subject.value?.kind !== "use-case" && (
            <>
              {" "}
              <code>netproof init</code> writes a use case from manifests.
            </>
          )}
        </p>
      </header>
      {reached.length > 1 && (
        <section>
          <h2 class="caption">Most reachable namespaces</h2>
          <dl class="reached">
            {reached.map(({ name, open, pairs }) => (
              <Fragment key={name}>
                <dt class="mono">{name}</dt>
                <dd>
                  {Math.round((open / pairs) * 100)} % of {grouped(pairs)} flows into it
                </dd>
              </Fragment>
            ))}
          </dl>
        </section>
      )}
      <Agreement />
    </>
  );
}
