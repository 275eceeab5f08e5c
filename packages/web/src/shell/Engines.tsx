import type { JSX } from "preact";
import { hasPlace, hostKind } from "../host.ts";
import { labState } from "../lab/runs.ts";
import { go, subject, where } from "../state/store.ts";

/** One engine as the stage bar shows it. */
interface EngineChip {
  readonly name: string;
  readonly nature: "derived" | "observed";
  /** Its nature, its version, or why it does not answer here. */
  readonly words: string;
  readonly isAbsent: boolean;
}

/** Who answers: chips where there is room, one menu below 1,200 px. An engine that does not answer is dashed and says why. */
export function Engines(): JSX.Element {
  const chips = chipsOf();
  const answering = chips.filter(({ isAbsent }) => !isAbsent).length;
  return (
    <>
      <span class="caption when-wide">Engines</span>
      <div class="engines" role="list" aria-label="Engines">
        {chips.map((chip) => (
          <Chip key={chip.name} {...chip} />
        ))}
      </div>
      <details
        class="engines-menu"
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.currentTarget.open = false;
          event.currentTarget.querySelector("summary")?.focus();
        }}
        onFocusOut={({ currentTarget, relatedTarget }) => {
          if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) currentTarget.open = false;
        }}
      >
        <summary class="button">
          {answering} of {chips.length} engines
        </summary>
        <div role="list" aria-label="Engines">
          {chips.map((chip) => (
            <Chip key={chip.name} {...chip} />
          ))}
        </div>
      </details>
    </>
  );
}

/** An observed engine answers in the view where it is run. */
function Chip({ name, nature, words, isAbsent }: EngineChip): JSX.Element {
  const text = (
    <>
      <span class={`nature ${nature}`} aria-hidden="true" />
      {name} <span class="quiet">{words}</span>
    </>
  );
  return (
    <span role="listitem">
      {nature === "observed" && hasPlace("lab") ? (
        <button type="button" class={`engine ${isAbsent ? "absent" : ""}`} onClick={() => go({ view: "lab" })}>
          {text}
        </button>
      ) : (
        <span class={`engine ${isAbsent ? "absent" : ""}`}>{text}</span>
      )}
    </span>
  );
}

function chipsOf(): readonly EngineChip[] {
  const { engines = [], absent = [] } = subject.value ?? {};
  const isServed = hostKind === "served" && where.value.source === "local";
  // Known once somebody has looked at the lab.
  const cannotRun = labState.value?.canRun === false;
  return [
    ...engines.map(({ name, nature, version }) => ({ name, nature, words: version ?? nature, isAbsent: false })),
    ...absent.map(({ name, reason }) => ({ name, nature: "derived" as const, words: reason, isAbsent: true })),
    {
      name: "lab",
      nature: "observed",
      words: !hasPlace("lab") ? "not in a report" : !isServed ? "needs netproof ui" : cannotRun ? "cannot run here" : "run it",
      isAbsent: !isServed || cannotRun,
    },
  ];
}
