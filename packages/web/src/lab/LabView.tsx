import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { hostKind } from "../host.ts";
import { Segments } from "../parts/controls.tsx";
import { counted } from "../parts/counted.ts";
import { Name, shortName } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { VerdictChip } from "../parts/verdict.tsx";
import { useKeys } from "../state/keys.ts";
import { askWhy, currentFlow, currentStage, opened, subject, where } from "../state/store.ts";
import type { DenyWith, LabAnswer } from "../../wire.d.ts";
import { timeText } from "./EvidencePart.tsx";
import { currentRun, isStale, labState, placeOf, prepareLab, startRun, stopRun, type Run } from "./runs.ts";

type Filter = "all" | "differs" | "inconclusive";

/** A stage with real packets: one flow per pair that rules can tell apart, each measured and compared with what the text says. */
export function LabView(): JSX.Element {
  const stage = subject.value?.stages[currentStage.value];
  const run = currentRun();
  const [denyWith, setDenyWith] = useState<DenyWith>("reject");
  const [filter, setFilter] = useState<Filter>("all");
  useEffect(() => void prepareLab(), [where.value.source]);
  const canRun = labState.value?.canRun === true && where.value.source === "local";
  const begin = (): void => void (canRun && stage !== undefined && startRun(stage.name, denyWith));
  useKeys({ "Ctrl+Enter": begin });
  if (stage === undefined) return <></>;
  const answers = (run?.answers ?? []).filter((answer) => answer !== undefined);
  const counts = {
    all: answers.length,
    differs: answers.filter(differs).length,
    inconclusive: answers.filter(isInconclusive).length,
  };
  return (
    <>
      {!canRun && <CannotRun />}
      <header class="lab-head">
        <div>
          <h1 class="answer">{titleOf(run, stage.name, counts.differs)}</h1>
          <p>
            {run === undefined ? "Pods become network namespaces of this machine, policies rules of nftables." : subtitleOf(run, answers)}
          </p>
          {run !== undefined && isStale(run) && <p class="quiet">before your edit: the lab measures what is on disk</p>}
          {run === undefined && opened.value?.files.some(({ edited }) => edited) === true && (
            <p class="quiet">There are unsaved edits: the lab measures what is on disk</p>
          )}
        </div>
        {canRun &&
          (run?.status === "running" ? (
            <button type="button" class="button" onClick={stopRun}>
              Stop
            </button>
          ) : (
            <button type="button" class="button primary" onClick={begin}>
              {run === undefined ? `Run ${stage.name === "" ? "it" : stage.name}` : "Run again"}
            </button>
          ))}
      </header>
      {run !== undefined && run.failure !== undefined && (
        <p class="lab-failure" role="alert">
          {run.failure}
        </p>
      )}
      {run !== undefined && run.probes.length > 0 && <Strip run={run} />}
      <div class="toolbar">
        <Segments<Filter>
          label="Which probes"
          value={filter}
          choices={[
            { value: "all", label: `All ${counts.all}` },
            { value: "differs", label: `Differs ${counts.differs}` },
            { value: "inconclusive", label: `Inconclusive ${counts.inconclusive}` },
          ]}
          onChoose={setFilter}
        />
        {canRun && (
          <Segments<DenyWith>
            label="How the lab denies"
            value={denyWith}
            choices={[
              { value: "reject", label: "reject" },
              { value: "drop", label: "drop, as in the chapter" },
            ]}
            onChoose={setDenyWith}
          />
        )}
        <span class="spring" />
        {run?.summary !== undefined && (
          <span class="quiet">
            {run.summary.servers.answering} of {run.summary.servers.asked} servers answer locally · {timeText(run.summary.milliseconds)}
          </span>
        )}
      </div>
      {run !== undefined && <Table run={run} filter={filter} />}
    </>
  );
}

function differs({ verdict, spec }: LabAnswer): boolean {
  return verdict !== "undetermined" && spec !== "undetermined" && verdict !== spec;
}

function isInconclusive({ verdict }: LabAnswer): boolean {
  return verdict === "undetermined";
}

function titleOf(run: Run | undefined, stage: string, different: number): string {
  const name = stage === "" ? "The lab" : stage;
  const against = different === 0 ? "none differs" : `${different} ${different === 1 ? "differs" : "differ"}`;
  if (run === undefined) return `${name} was not measured yet`;
  const answered = run.order.length;
  if (run.status === "running") return `Measuring ${stage}: ${answered} of ${counted(run.probes.length, "probe")}, ${against}`;
  if (run.status === "failed") return `${name} could not be measured`;
  if (run.status === "stopped") return `${name}: stopped after ${answered} of ${counted(run.probes.length, "probe")}`;
  return `${name}: ${counted(answered, "probe")}, ${against} from spec`;
}

function subtitleOf({ status, at, denyWith }: Run, answers: readonly LabAnswer[]): string {
  const count = (verdict: LabAnswer["verdict"]): number => answers.filter((answer) => answer.verdict === verdict).length;
  const words = [`${count("allow")} open`, `${count("deny")} ${denyWith === "drop" ? "dropped" : "rejected"}`];
  if (count("undetermined") > 0) words.push(`${count("undetermined")} inconclusive`);
  const proof = "One flow known to be open and one known to be closed were measured first: a deny here is the rules' doing.";
  return `${status === "recorded" ? `Recorded ${at}. ` : ""}${words.join(", ")}. ${proof}`;
}

/** One small cell per probe in the order of the plan. */
function Strip({ run }: { readonly run: Run }): JSX.Element {
  const done = run.order.length;
  return (
    <div class="strip" role="img" aria-label={`${done} of ${counted(run.probes.length, "probe")} measured`}>
      {run.probes.slice(0, mostCells).map((_, i) => {
        const answer = run.answers[i];
        return (
          <span
            key={i}
            class={`strip-cell ${answer === undefined ? "" : `strip-${answer.verdict}`} ${answer !== undefined && differs(answer) ? "strip-differs" : ""}`}
          />
        );
      })}
    </div>
  );
}

const mostCells = 600;
const mostRows = 300;

function Table({ run, filter }: { readonly run: Run; readonly filter: Filter }): JSX.Element {
  const flow = currentFlow.value;
  const selected = flow?.port === undefined ? undefined : placeOf(run, flow.from, flow.to, flow.port);
  const newest = run.order.toReversed().filter((place) => {
    const answer = run.answers[place];
    return answer !== undefined && (filter === "all" || (filter === "differs" ? differs(answer) : isInconclusive(answer)));
  });
  const shown = [
    ...(selected !== undefined && newest.includes(selected) ? [selected] : []),
    ...newest.filter((place) => place !== selected),
  ];
  if (shown.length === 0) return <p class="lab-empty quiet">{filter === "all" ? "" : "No probe of this kind."}</p>;
  const hasTwoFamilies = new Set(run.probes.map(({ family }) => family)).size > 1;
  return (
    <div class="lab-table">
      <table>
        <caption class="unseen">Probes, the newest first</caption>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">from</th>
            <th scope="col">to</th>
            <th scope="col">port</th>
            <th scope="col">verdict</th>
            <th scope="col">seen by the client</th>
            <th scope="col">time</th>
            <th scope="col">kernel</th>
            <th scope="col">spec</th>
          </tr>
        </thead>
        <tbody>
          {shown.slice(0, mostRows).map((place) => {
            const [probe, answer] = [run.probes[place], run.answers[place]];
            if (probe === undefined || answer === undefined) return null;
            return (
              <tr key={place} class={place === selected ? "selected" : ""} onClick={() => askWhy(probe.from, probe.to, probe.port)}>
                <td class="quiet">{place + 1}</td>
                <td>
                  <button type="button" class="link" onClick={() => askWhy(probe.from, probe.to, probe.port)}>
                    <Name text={shortName(probe.from)} />
                  </button>
                </td>
                <td>
                  <Name text={shortName(probe.to)} />
                </td>
                <td class="mono">
                  {probe.port}
                  {hasTwoFamilies && ` IPv${probe.family}`}
                </td>
                <td>
                  <VerdictChip verdict={answer.verdict} />
                </td>
                <td>{answer.problem ?? answer.seen}</td>
                <td class="mono">{answer.milliseconds === undefined ? "" : timeText(answer.milliseconds)}</td>
                <td>{answer.kernel}</td>
                <td>
                  {differs(answer) ? (
                    <>
                      <Glyph name="deviation" /> spec says {answer.spec}
                    </>
                  ) : isInconclusive(answer) ? (
                    `spec says ${answer.spec}`
                  ) : (
                    "as spec says"
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {shown.length > mostRows && <p class="quiet lab-empty">{shown.length - mostRows} older ones are not listed.</p>}
    </div>
  );
}

/** Why no packet can be sent from here, and what to do. */
function CannotRun(): JSX.Element {
  const state = labState.value;
  if (hostKind !== "served" || where.value.source !== "local") {
    const name = opened.value?.name ?? "";
    const command =
      hostKind === "served" ? "netproof ui FOLDER" : `netproof ui ${where.value.source === "day-one" ? "scenarios/day-one" : name}`;
    return (
      <section class="lab-cannot">
        <strong>The lab needs Linux and netproof ui.</strong>{" "}
        {hostKind === "served" ? "This design was opened in the browser, not from disk." : "This page was opened from disk."}{" "}
        <code>{command}</code>
        <CopyButton text={command} />
      </section>
    );
  }
  if (state === undefined) return <section class="lab-cannot">Asking whether the lab can run here</section>;
  return (
    <section class="lab-cannot">
      <strong>The lab cannot run on this machine.</strong> What calculates still answers.
      <ul>
        {state.findings.map(({ ok, what, remedy }) => (
          <li key={what}>
            <Glyph name={ok ? "allow" : "deny"} label={ok ? "ok" : "missing"} /> {what}
            {remedy !== undefined && (
              <>
                {" "}
                <code>{remedy}</code> <CopyButton text={remedy} />
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function CopyButton({ text }: { readonly text: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  return (
    <button type="button" class="button small" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
      {copied ? "Copied" : "Copy"}
    </button>
  );
}
