import type { JSX } from "preact";
import type { ComparedExplanation } from "@netproof/core/parts";
import { Prose } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { VerdictChip } from "../parts/verdict.tsx";
import { useAnswer } from "../state/answers.ts";
import type { DeviationText } from "../workbench/protocol.ts";

type EngineAnswer = ComparedExplanation["answers"][number];

/** Where engines differ: one card for each, the name of the difference, and how to write it so that both do the same. */
export function DeviationPart({
  engines,
  apart,
}: {
  readonly engines: readonly EngineAnswer[];
  readonly apart: EngineAnswer;
}): JSX.Element {
  const name = apart.difference?.name ?? "";
  const about = useAnswer(`deviation ${name}`, (of) => of.deviation(name));
  return (
    <section class="deviation">
      <div class="deviation-cards">
        {engines.map((one) => (
          <div key={one.engine} class={`deviation-card ${one === apart ? "apart" : ""}`}>
            <strong>{one.engine}</strong> <VerdictChip verdict={one.explanation.verdict} />
            <p class="quiet">{shortReason(one)}</p>
          </div>
        ))}
      </div>
      <h2 class="deviation-title">
        <Glyph name="deviation" size={16} />{" "}
        {about === undefined
          ? name === "unexplained"
            ? "unexplained: this is a defect of netproof, report it"
            : name
          : `${about.id} · ${about.title}`}
        {about !== undefined && <Effects effects={about.effects} />}
      </h2>
      {about !== undefined && (
        <>
          <Prose text={about.kubernetes} />
          <Prose text={about.contrail} />
          <h3>Write it so that both behave the same</h3>
          <Prose text={about.workaround} />
        </>
      )}
    </section>
  );
}

function Effects({ effects }: Pick<DeviationText, "effects">): JSX.Element {
  return (
    <>
      {effects.map((effect) => (
        <span key={effect} class="chip chip-deviation">
          {effect === "more-open" ? "more open" : effect === "more-closed" ? "more closed" : effect.replaceAll("-", " ")}
        </span>
      ))}
    </>
  );
}

/** One sentence for the card. */
function shortReason({ explanation }: EngineAnswer): string {
  switch (explanation.kind) {
    case "flow":
      return (explanation.sides.find(({ verdict }) => verdict === explanation.verdict && verdict !== "allow") ?? explanation.sides[1]).text;
    case "walk": {
      const rule = explanation.steps.find(({ outcome }) => outcome === "decides")?.rule;
      return rule === undefined ? (explanation.ending ?? "") : `${rule.name} matches first`;
    }
    case "ports":
      return explanation.summary;
  }
}
