import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ComparedExplanation, Explanation, FlowExplanation, PortsExplanation } from "@netproof/core/parts";
import { hasPlace } from "../host.ts";
import { EvidencePart } from "../lab/EvidencePart.tsx";
import { goToLine } from "../parts/CodeFrame.tsx";
import { counted } from "../parts/counted.ts";
import { FlowSentence, flowText, shortName } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { VerdictChip } from "../parts/verdict.tsx";
import { useAlike, useExplained } from "../state/answers.ts";
import { formatFlow, type WrittenFlow } from "../state/location.ts";
import { useKeys } from "../state/keys.ts";
import { currentStage, editText, go, lastInput, texts, where, workbench } from "../state/store.ts";
import type { Explained } from "../workbench/protocol.ts";
import { DeviationPart } from "./DeviationPart.tsx";
import { Gates } from "./Gates.tsx";
import { SidePart } from "./SidePart.tsx";
import { WalkPart } from "./WalkPart.tsx";

type Answer = Extract<Explained, { readonly document: unknown }>["document"]["answers"][number];

/** Why a flow is allowed or denied: both directions, the lines that decide or nearly did, and what every engine says. */
export function WhyPanel({ flow }: { readonly flow: WrittenFlow }): JSX.Element {
  const explained = useExplained({ version: "edited", stage: currentStage.value, ...flow });
  const heading = useRef<HTMLElement>(null);
  const asked = formatFlow(flow);
  const line = explained !== undefined && "document" in explained ? decidingLine(explained) : undefined;
  useKeys(line === undefined || !hasPlace("editor") ? {} : { e: () => goToLine(line.file, line.line) });
  useEffect(() => {
    // Whoever came by keyboard reads on here; a pointer stays where it is.
    if (lastInput.value === "keyboard" && heading.current?.contains(document.activeElement) === false) heading.current.focus();
  }, [asked]);
  return (
    <article class="why">
      <header class="panel-head" tabIndex={-1} ref={heading}>
        <div class="why-title">
          <FlowSentence flow={flow} level={2} />
          <Buttons flow={flow} />
        </div>
        {explained !== undefined && "document" in explained && <Relation explained={explained} />}
      </header>
      {explained !== undefined && "problem" in explained && (
        <section>
          <p role="alert">{explained.problem}</p>
          {explained.help.map((help) => (
            <p key={help} class="quiet">
              {help}
            </p>
          ))}
        </section>
      )}
      {explained !== undefined &&
        "document" in explained &&
        explained.document.answers.map((answer, i, { length }) => <OneAnswer key={i} answer={answer} several={length > 1} />)}
      {explained !== undefined && "document" in explained && <EvidencePart flow={flow} />}
      {explained !== undefined && "document" in explained && hasPlace("editor") && isDenied(explained) && <DraftPart flow={flow} />}
      {explained !== undefined && "document" in explained && <AlikePart flow={flow} />}
      {explained !== undefined &&
        "document" in explained &&
        explained.document.notes.map((note) => (
          <section key={note} class="note">
            <p>{note}</p>
          </section>
        ))}
    </article>
  );
}

/** The line that decides: what matches, else where the policy says that it isolates, of the side that has the verdict. */
function decidingLine({
  document,
}: Extract<Explained, { readonly document: unknown }>): { readonly file: string; readonly line: number } | undefined {
  for (const answer of document.answers) {
    const spec = firstOf(answer);
    if (spec.kind !== "flow") continue;
    const [egress, ingress] = spec.sides;
    for (const { verdict, cited, written } of [ingress, egress]) {
      if (verdict !== spec.verdict) continue;
      const part = (["matches", "isolates"] as const).flatMap((role) => written.filter((one) => one.role === role))[0];
      const place = cited?.place ?? (part && { file: part.file, line: part.first });
      if (place !== undefined && texts.value.has(place.file)) return place;
    }
  }
  return undefined;
}

function isDenied({ document }: Extract<Explained, { readonly document: unknown }>): boolean {
  return document.answers.every((answer) => verdictOf(firstOf(answer)) === "deny");
}

/** Closed, and meant to be open: a policy that opens this flow, as an edit to look at. */
function DraftPart({ flow }: { readonly flow: WrittenFlow }): JSX.Element {
  const [said, setSaid] = useState<string | undefined>(undefined);
  if (flow.port === undefined) return <></>;
  const write = async (): Promise<void> => {
    const draft = await workbench.value?.draft({ version: "edited", stage: currentStage.value, ...flow });
    if (draft === undefined) return;
    if (typeof draft === "string") {
      setSaid(draft);
      return;
    }
    const text = (texts.value.get(draft.path) ?? "").replace(/\n*$/, "\n");
    const first = text.split("\n").length + 1;
    await editText(draft.path, `${text}---\n${draft.text}`);
    go({ view: "editor", keys: { flow: "", line: `${draft.path}:${first}-${first + draft.text.trimEnd().split("\n").length - 1}` } });
  };
  return (
    <section>
      <button type="button" class="button" onClick={() => void write()}>
        New policy that opens this flow
      </button>
      {said !== undefined && <p role="alert">{said}</p>}
    </section>
  );
}

/** The flow stands for all between its two classes. */
function AlikePart({ flow: { from, to } }: { readonly flow: WrittenFlow }): JSX.Element {
  const stage = currentStage.value;
  const alike = useAlike(stage, from, to);
  if (alike === undefined) return <></>;
  const both = alike.from.filter((id) => alike.to.includes(id)).length;
  const count = alike.from.length * alike.to.length - both;
  if (count < 2) return <></>;
  return (
    <section>
      <button
        type="button"
        class="button"
        onClick={() => go({ view: "matrix", keys: { tab: "pods", flow: "", sel: `class:${from}>class:${to}` } })}
      >
        Same answer for {counted(count, "flow")}: select the whole class
      </button>
    </section>
  );
}

function Buttons({ flow }: { readonly flow: WrittenFlow }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const wide = where.value.keys.panel === "wide";
  return (
    <div class="why-buttons">
      <button
        type="button"
        class="button small"
        title={`${shortName(flow.to)} → ${shortName(flow.from)}`}
        onClick={() => go({ keys: { flow: formatFlow({ ...flow, from: flow.to, to: flow.from }) } })}
      >
        Other way
      </button>
      <button
        type="button"
        class="button small"
        onClick={() => {
          void navigator.clipboard.writeText(location.href).then(() => setCopied(true));
        }}
      >
        {copied ? "Copied" : "Link"}
      </button>
      <button
        type="button"
        class="button icon small plain"
        aria-label={wide ? "Narrow panel" : "Wide panel"}
        aria-pressed={wide}
        onClick={() => go({ keys: { panel: wide ? "" : "wide" } }, "replace")}
      >
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <path class="g-line" d={wide ? "M1 7H13M9.5 3.5 13 7 9.5 10.5" : "M13 7H1M4.5 3.5 1 7 4.5 10.5"} />
        </svg>
      </button>
      <button type="button" class="button icon small plain" aria-label="Close" onClick={() => go({ keys: { flow: "" } })}>
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <path class="g-line" d="M2.5 2.5 11.5 11.5M11.5 2.5 2.5 11.5" />
        </svg>
      </button>
    </div>
  );
}

/** The verdict, one reason, and what the intent says of it. */
function Relation({ explained }: { readonly explained: Extract<Explained, { readonly document: unknown }> }): JSX.Element {
  const { document, demand } = explained;
  const verdicts = new Set(document.answers.map((answer) => verdictOf(firstOf(answer))));
  const [first] = document.answers;
  const [verdict] = verdicts;
  const single = verdicts.size === 1 && first !== undefined ? firstOf(first) : undefined;
  const kept = demand === undefined || demand.want === "same" ? undefined : verdict === demand.want;
  return (
    <div class="why-relation">
      {verdicts.size > 1 ? (
        <VerdictChip verdict="mixed" text="depends on the end" />
      ) : (
        verdict !== undefined && <VerdictChip verdict={verdict} {...(single?.kind === "ports" ? { text: single.summary } : {})} />
      )}
      {single?.kind === "flow" && <span>{reasonOf(single)}</span>}
      {demand !== undefined && verdicts.size === 1 && (
        <span class={`why-demand ${kept === false ? "violated" : ""}`}>
          <Glyph name={kept === false ? "violated" : kept === true ? "holds" : "untested"} />
          {demandText(demand, kept)}
        </span>
      )}
    </div>
  );
}

function demandText(
  { assertion, want }: { readonly assertion: string; readonly want: "allow" | "deny" | "same" },
  kept: boolean | undefined,
): string {
  const who = assertion === "rest" ? "the rest of the intent" : assertion;
  if (want === "same") return `${who} wants it as at the stage before`;
  return kept === true ? `as ${who} demands` : `${who} wants ${want}`;
}

/** What the side that decides says; of an allow the side that needed a rule. */
function reasonOf({ verdict, sides }: FlowExplanation): string {
  const [egress, ingress] = sides;
  const deciding =
    verdict === "allow"
      ? ([ingress, egress].find(({ written, tiers }) => written.length > 0 || tiers.length > 0) ?? ingress)
      : (sides.find((side) => side.verdict === verdict) ?? ingress);
  if (verdict === "allow" && egress.text === ingress.text) return "no policy isolates either end here";
  return deciding.text;
}

function firstOf(answer: Answer): Explanation {
  return answer.kind === "compared" ? (answer.answers[0] as ComparedExplanation["answers"][number]).explanation : answer;
}

function verdictOf(explanation: Explanation): "allow" | "deny" | "undetermined" | "mixed" {
  return explanation.verdict;
}

/** One class of a workload, one backend of a Service, one family. */
function OneAnswer({ answer, several }: { readonly answer: Answer; readonly several: boolean }): JSX.Element {
  const engines =
    answer.kind === "compared"
      ? answer.answers
      : [
          {
            engine: "spec",
            version: undefined,
            difference: undefined,
            explanation: answer,
          } satisfies ComparedExplanation["answers"][number],
        ];
  const [first, ...others] = engines;
  if (first === undefined) return <></>;
  const apart = others.find(({ difference }) => difference !== undefined);
  const which = answer.kind === "ports" ? undefined : answer.which;
  const spec = first.explanation;
  return (
    <div class="why-answer">
      {several && (
        <h3 class="why-which mono">
          {flowText({ from: answer.from, to: answer.to, port: answer.kind === "ports" ? undefined : answer.port })}
          {which === undefined ? "" : ` · ${which}`} <span class="quiet">IPv{answer.family}</span> <VerdictChip verdict={verdictOf(spec)} />
        </h3>
      )}
      {!several && which !== undefined && <p class="why-which quiet">Behind it: {which}</p>}
      {apart !== undefined && <DeviationPart engines={engines} apart={apart} />}
      {spec.kind === "flow" && <Gates explanation={spec} />}
      <div class="why-engines">
        <div class="why-spec">
          {spec.kind === "flow" && (
            <section>
              <h2 class="engine-head">
                Spec <VerdictChip verdict={spec.verdict} />
              </h2>
              {spec.sides.map((side) => (
                <SidePart key={side.direction} side={side} />
              ))}
              {spec.help !== undefined && <p class="quiet">{spec.help}</p>}
            </section>
          )}
          {spec.kind === "ports" && <PortsPart explanation={spec} engine="Spec" />}
        </div>
        <div class="why-others">
          {others.map(({ engine, version, difference, explanation }) => (
            <section key={engine}>
              <h2 class="engine-head">
                {nameOfEngine(engine)} <VerdictChip verdict={explanation.verdict} />
                <span class="quiet">
                  {difference === undefined ? (explanation.verdict === spec.verdict ? "agrees" : "") : `differs: ${difference.name}`}
                  {version === undefined ? "" : ` · ${version}`}
                </span>
              </h2>
              {explanation.kind === "walk" && <WalkPart walk={explanation} />}
              {explanation.kind === "ports" && <PortsPart explanation={explanation} engine={engine} />}
            </section>
          ))}
        </div>
      </div>
    </div>
  );
}

function nameOfEngine(engine: string): string {
  return engine.replace(/^./, (letter) => letter.toUpperCase());
}

/** All ports of a pair, grouped by verdict and reason. */
function PortsPart({
  explanation: { summary, groups },
  engine,
}: {
  readonly explanation: PortsExplanation;
  readonly engine: string;
}): JSX.Element {
  return (
    <table class="why-ports">
      <caption>
        {nameOfEngine(engine)}: {summary}
      </caption>
      <thead>
        <tr>
          <th scope="col">verdict</th>
          <th scope="col">ports</th>
          <th scope="col">because</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr key={`${group.verdict} ${group.ports}`}>
            <td>
              <VerdictChip verdict={group.verdict} />
            </td>
            <td class="mono">{group.ports}</td>
            <td>{group.because}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
