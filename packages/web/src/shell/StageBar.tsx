import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { FittedName } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { useKeys } from "../state/keys.ts";
import { Engines } from "./Engines.tsx";
import { go, goToStage, opened, currentPort, currentStage, subject, where } from "../state/store.ts";
import { portForm, portIn } from "../state/port.ts";
import type { AssertionState, StageSummary } from "../workbench/protocol.ts";

/** How long a stage is shown while playing, in milliseconds. */
const playTime = 2_400;

export function StageBar(): JSX.Element {
  const about = subject.value;
  const playing = useSignal(false);
  const stages = about?.stages ?? [];
  const last = stages.length - 1;
  const play = (): void => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) goToStage(currentStage.value + 1);
    else playing.value = !playing.value;
  };
  useEffect(() => {
    if (!playing.value) return undefined;
    if (currentStage.value === last) goToStage(0);
    const timer = setInterval(() => {
      if (currentStage.value >= last) playing.value = false;
      else goToStage(currentStage.value + 1);
    }, playTime);
    return () => clearInterval(timer);
  }, [playing.value]);
  useKeys(stages.length > 1 ? { p: play } : {});
  return (
    <div class="stagebar" role="region" aria-label="Stage, engines and port">
      {stages.length > 1 ? (
        <>
          <span class="caption">Stage</span>
          <button type="button" class="button icon" aria-label={playing.value ? "Stop" : "Play the stages"} onClick={play}>
            <svg width="10" height="12" viewBox="0 0 10 12" aria-hidden="true">
              <path d={playing.value ? "M1 1h3v10H1zM6 1h3v10H6z" : "M1 .8 9.4 6 1 11.2z"} fill="currentColor" />
            </svg>
          </button>
          <div class="stage-step">
            <button
              type="button"
              aria-label="The stage before"
              disabled={currentStage.value === 0}
              onClick={() => goToStage(currentStage.value - 1)}
            >
              ‹
            </button>
            <span>
              {currentStage.value + 1} of {stages.length}: <strong>{stages[currentStage.value]?.name}</strong>
            </span>
            <button
              type="button"
              aria-label="The next stage"
              disabled={currentStage.value === last}
              onClick={() => goToStage(currentStage.value + 1)}
            >
              ›
            </button>
          </div>
          <div class="stages" role="radiogroup" aria-label="Stage">
            {stages.map((stage, index) => (
              <StageButton key={stage.name} stage={stage} index={index} assertions={about?.assertions.length ?? 0} />
            ))}
          </div>
        </>
      ) : (
        <>
          <span class="caption">Snapshot</span>
          <strong>{opened.value?.name}</strong>
        </>
      )}
      <span class="spring" />
      {about !== undefined && <Engines />}
      <PortMenu />
    </div>
  );
}

function StageButton({
  stage,
  index,
  assertions,
}: {
  readonly stage: StageSummary;
  readonly index: number;
  readonly assertions: number;
}): JSX.Element {
  const current = currentStage.value === index;
  const held = stage.holds.filter((state) => state === "holds").length;
  const edited = (opened.value?.files ?? []).some((file) => file.edited && stage.files.includes(file.path));
  const words = assertions === 0 ? "" : `, ${held} of ${assertions} assertions hold`;
  return (
    <button
      type="button"
      class="stage"
      role="radio"
      aria-checked={current}
      tabIndex={current ? 0 : -1}
      aria-label={`${stage.name}, stage ${index + 1} of ${subject.value?.stages.length ?? 1}${words}${edited ? ", edited" : ""}`}
      title={stage.about}
      onClick={() => goToStage(index)}
      onKeyDown={(event) => {
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (step === 0) return;
        event.preventDefault();
        goToStage(index + step);
        (event.currentTarget.parentElement?.children[index + step] as HTMLElement | undefined)?.focus();
      }}
    >
      <span class={`stage-disc ${index < currentStage.value ? "past" : ""}`} data-number={index + 1}>
        {current ? index + 1 : ""}
      </span>
      <span class="stage-name">
        <FittedName text={stage.name} />
      </span>
      {assertions > 0 && (
        <span class="stage-holds">
          {assertions <= mostMarks ? stage.holds.map((state, i) => <StateMark key={i} state={state} />) : null}
          <span class="quiet">
            {held}/{assertions} hold
          </span>
          {edited && <Glyph name="changed" size={11} />}
        </span>
      )}
    </button>
  );
}

/** More marks than these are told as a number. */
const mostMarks = 8;

function StateMark({ state }: { readonly state: AssertionState }): JSX.Element {
  return <span class={`state-mark ${state}`} aria-hidden="true" />;
}

function PortMenu(): JSX.Element {
  const ports = subject.value?.ports ?? [];
  const shown = currentPort.value ?? "all";
  const known = [...new Set([...(shown === "all" ? [] : [shown]), ...ports])];
  const typed = "type";
  return (
    <select
      class="button"
      aria-label="Port"
      value={shown}
      onChange={({ currentTarget }) => {
        const { value } = currentTarget;
        const answer = value === typed ? askPort() : value;
        if (answer === undefined) currentTarget.value = shown;
        else go({ keys: { port: answer === ports[0] ? "" : answer, ...flowOn(answer) } });
      }}
    >
      {known.map((text) => (
        <option key={text} value={text}>
          {text.split("/").reverse().join(" ")}
        </option>
      ))}
      <option value="all">all ports</option>
      <option value={typed}>other port…</option>
    </select>
  );
}

/** A selected flow moves to the port that is looked at. */
function flowOn(port: string): { readonly flow?: string } {
  const [, ends] = /^(.+?>.+?)(?::\d+\/\w+)?$/.exec(where.value.keys.flow ?? "") ?? [];
  return ends === undefined ? {} : { flow: port === "all" ? ends : `${ends}:${port}` };
}

/** Asked again until it is a port, or nobody wants one. */
function askPort(): string | undefined {
  let question = "Port and protocol, for example 8080/TCP";
  for (;;) {
    const typed = prompt(question);
    if (typed === null || typed.trim() === "") return undefined;
    const port = portIn(typed);
    if (port !== undefined) return port;
    question = `${typed.trim()} is none: ${portForm}`;
  }
}
