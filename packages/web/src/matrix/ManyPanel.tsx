import type { JSX } from "preact";
import { counted } from "../parts/counted.ts";
import { shortName } from "../parts/flow.tsx";
import { PlaceOf } from "../parts/CodeFrame.tsx";
import { useAnswer } from "../state/answers.ts";
import { askWhy, currentPort, currentStage, go } from "../state/store.ts";
import { classOf, namesIn, useSelection, useStrangers, type Selection } from "./selection.ts";

/** Of more flows than these, the first ones are looked at. */
const mostFlows = 2_000;

/** Many flows at once, by their reason: the largest group first. `text`: as `sel` of a link has it. */
export function ManyPanel({ text }: { readonly text: string }): JSX.Element {
  const { sources, targets } = useSelection(text) ?? noFlows;
  const strangers = useStrangers(text);
  const [stage, port] = [currentStage.value, currentPort.value];
  const all = sources.flatMap((from) => targets.filter((to) => to !== from).map((to) => [from, to] as const));
  const pairs = all.slice(0, mostFlows);
  const lanes = useAnswer(`many ${stage} ${port ?? "all"} ${text} ${pairs.length}`, (of) =>
    of.lanes({ stage, engine: "spec", port, pairs }),
  );
  const groups = new Map<
    string,
    {
      readonly stops: boolean;
      readonly pairs: (readonly [string, string])[];
      readonly place: { readonly file: string; readonly line: number } | undefined;
    }
  >();
  let count = 0;
  lanes?.forEach((lane, i) => {
    const pair = pairs[i];
    if (lane === undefined || pair === undefined) return;
    count += 1;
    const key = `${lane.stops === undefined ? "allow" : "deny"}: ${lane.because}`;
    const own = groups.get(key);
    if (own === undefined) groups.set(key, { stops: lane.stops !== undefined, pairs: [pair], place: lane.place });
    else own.pairs.push(pair);
  });
  const sorted = [...groups].sort(([, a], [, b]) => b.pairs.length - a.pairs.length);
  return (
    <>
      <header class="panel-head">
        <h1 class="answer">
          {counted(count, "flow")}, {counted(sorted.length, "reason")}
        </h1>
        <button type="button" class="button icon close" aria-label="Close" onClick={() => go({ keys: { sel: "" } })}>
          ×
        </button>
        <p class="mono many-ends">
          {endsText(text.split(">")[0], sources)} → {endsText(text.split(">")[1], targets)}
        </p>
        {text.split(">").length !== 2 && <p role="alert">`{text}` has no two ends: FROM&gt;TO</p>}
        {strangers.length > 0 && <p role="alert">There is no {strangers.join(", ")} here.</p>}
        {all.length > mostFlows && (
          <p>
            the first {mostFlows} of {all.length} are looked at
          </p>
        )}
      </header>
      {sorted.map(([reason, { pairs: own, place }]) => (
        <section key={reason}>
          <h2>
            {counted(own.length, "flow")} {reason}
          </h2>
          {place !== undefined && <PlaceOf file={place.file} line={place.line} />}
          <p class="tags">
            {own.slice(0, 12).map(([from, to]) => (
              <button key={`${from} ${to}`} type="button" class="tag button-tag" onClick={() => askWhy(from, to)}>
                {shortName(from)} → {shortName(to)}
              </button>
            ))}
            {own.length > 12 && <span class="quiet">and {own.length - 12} more</span>}
          </p>
        </section>
      ))}
    </>
  );
}

const noFlows: Selection = { sources: [], targets: [] };

/** A rectangle of many cells names a few of its ends. */
function endsText(written = "", ids: readonly string[]): string {
  const of = classOf(written);
  if (of !== undefined) return ids.length < 2 ? of : `${of} and ${ids.length - 1} alike`;
  const names = namesIn(written);
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
