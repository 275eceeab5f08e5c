import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { VerdictChip } from "../parts/verdict.tsx";
import type { WrittenFlow } from "../state/location.ts";
import { currentStage, go, subject } from "../state/store.ts";
import type { CurlTranscript } from "../../wire.d.ts";
import { callCurl, isUp, measureAgain, placeOf, prepareLab, runs, type Run } from "./runs.ts";

/** What real packets said of a flow: the client, the kernel as a second witness, and a curl as somebody would call it. */
export function EvidencePart({ flow }: { readonly flow: WrittenFlow }): JSX.Element {
  useEffect(() => void prepareLab(), []);
  const stages = subject.value?.stages ?? [];
  const run = runs.value.get(stages[currentStage.value]?.name ?? "");
  const before = runs.value.get(stages[currentStage.value - 1]?.name ?? "");
  const place = run === undefined || flow.port === undefined ? undefined : placeOf(run, flow.from, flow.to, flow.port);
  const answer = place === undefined ? undefined : run?.answers[place];
  if (run === undefined || place === undefined || answer === undefined) return <></>;
  const earlier = before === undefined || flow.port === undefined ? undefined : placeOf(before, flow.from, flow.to, flow.port);
  const earlierCurl = earlier === undefined ? undefined : before?.curls.get(earlier);
  return (
    <section>
      <div class="engine-head">
        <span class="nature observed" aria-hidden="true" />
        <h2>lab</h2>
        <span class="quiet">{run.status === "recorded" ? `recorded ${run.at}` : `measured at ${run.at}`}</span>
        <VerdictChip verdict={answer.verdict} />
      </div>
      <dl class="evidence">
        <dt>client</dt>
        <dd>
          {answer.seen}
          {answer.milliseconds !== undefined && ` after ${timeText(answer.milliseconds)}`}
          {answer.attempts > 1 && `, tried ${answer.attempts} times`}
        </dd>
        <dt>kernel</dt>
        <dd>
          {answer.kernel}: {answer.because}
        </dd>
        {answer.problem !== undefined && (
          <>
            <dt>no answer</dt>
            <dd>{answer.problem}: inconclusive, not a deny</dd>
          </>
        )}
      </dl>
      <Curl run={run} place={place} flow={flow} />
      {earlierCurl !== undefined && before !== undefined && (
        <Transcript title={`The same at ${before.stage}`} curl={earlierCurl} from={flow.from} />
      )}
    </section>
  );
}

function Curl({ run, place, flow }: { readonly run: Run; readonly place: number; readonly flow: WrittenFlow }): JSX.Element {
  const [doing, setDoing] = useState<string | undefined>(undefined);
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  const curl = run.curls.get(place);
  const start = async (words: string, task: Promise<string | undefined>): Promise<void> => {
    setDoing(words);
    const problem = await task;
    setDoing(undefined);
    setRefusal(problem);
  };
  return (
    <>
      {curl !== undefined && <Transcript title={`curl at ${run.stage}`} curl={curl} from={flow.from} />}
      {isUp(run) && (
        <div class="evidence-buttons">
          {run.probes[place]?.port.endsWith("/TCP") === true && (
            <button type="button" class="button small" onClick={() => void start("curl waits up to five seconds", callCurl(run, place))}>
              Call curl
            </button>
          )}
          <button type="button" class="button small" onClick={() => void start("measuring", measureAgain(run, place))}>
            Measure again
          </button>
          <button type="button" class="button small" onClick={() => go({ view: "objects", keys: { tab: "nftables" } })}>
            Rules in nftables
          </button>
          {doing !== undefined && <span class="quiet">{doing}</span>}
        </div>
      )}
      {refusal !== undefined && <p role="alert">{refusal}</p>}
    </>
  );
}

function Transcript({ title, curl, from }: { readonly title: string; readonly curl: CurlTranscript; readonly from: string }): JSX.Element {
  return (
    <div class="transcript">
      <h3>{title}</h3>
      <pre class="code">
        <span class="quiet">{from} $ </span>
        {curl.command}
        {"\n"}
        {readable(curl.stdout)}
        {curl.stderr}
        <span class="quiet">exit {curl.exitCode}</span>
      </pre>
    </div>
  );
}

/** The page of a pod is HTML; its text is what one reads. */
function readable(html: string): string {
  const text = html
    .replaceAll(/<(?:style|title)[^>]*>[^<]*<\/\w+>/g, "")
    .replaceAll(/<[^>]*>/g, "\n")
    .replaceAll(/\n\s*/g, "\n")
    .trim();
  return text === "" ? "" : `${text}\n`;
}

export function timeText(milliseconds: number): string {
  return milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(2)} s` : `${milliseconds.toFixed(1)} ms`;
}
