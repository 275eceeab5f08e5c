import type { JSX } from "preact";
import { Name } from "../parts/flow.tsx";
import { useAnswer, useSurvey } from "../state/answers.ts";
import { askWhy, go, currentPort, currentRows, currentStage } from "../state/store.ts";
import { cell } from "../workbench/protocol.ts";

/** One endpoint: its labels, who isolates it, who reaches it and what it opens. */
export function EndpointPanel({ name }: { readonly name: string }): JSX.Element {
  const stage = currentStage.value;
  const detail = useAnswer(`endpoint ${stage} ${name}`, (of) => of.endpoint(stage, name));
  const survey = useSurvey(stage, "spec", currentPort.value);
  const [stranger] = useAnswer(`strangers ${name}`, (of) => of.strangers([name])) ?? [];
  if (stranger !== undefined) return <p role="alert">There is no {stranger} here.</p>;
  if (detail === undefined || survey === undefined) return <></>;
  const { row, isolated } = detail;
  const all = currentRows.value;
  const at = all.findIndex(({ id }) => id === row.id);
  const reached = all.filter((_, i) => survey.cells[i * survey.rows + at] === cell.allow);
  const opens = all.filter((_, i) => survey.cells[at * survey.rows + i] === cell.allow);
  return (
    <>
      <header class="panel-head">
        <h1 class="flow-title">{row.name}</h1>
        <button type="button" class="button icon close" aria-label="Close" onClick={() => go({ keys: { sel: "" } })}>
          ×
        </button>
        <p class="mono">
          {row.namespace} {row.addresses.join(" ")}
        </p>
        {row.about !== undefined && <p>{row.about}</p>}
      </header>
      <section>
        <h2>Labels</h2>
        <p class="tags">
          {Object.entries(row.labels).map(([key, value]) => (
            <code key={key} class="tag">
              {key}={value}
            </code>
          ))}
        </p>
      </section>
      <section>
        <h2>Isolation</h2>
        <p>ingress: {isolated.ingress.length === 0 ? "no policy isolates it" : `isolated by ${isolated.ingress.join(", ")}`}</p>
        <p>egress: {isolated.egress.length === 0 ? "no policy isolates it" : `isolated by ${isolated.egress.join(", ")}`}</p>
      </section>
      <Ends title={`Reached by ${reached.length}`} ends={reached} onPick={(id) => askWhy(id, row.id)} />
      <Ends title={`Opens to ${opens.length}`} ends={opens} onPick={(id) => askWhy(row.id, id)} />
    </>
  );
}

function Ends({
  title,
  ends,
  onPick,
}: {
  readonly title: string;
  readonly ends: readonly { readonly id: string; readonly name: string }[];
  readonly onPick: (id: string) => void;
}): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      <p class="tags">
        {ends.slice(0, mostEnds).map(({ id, name }) => (
          <button key={id} type="button" class="tag button-tag" onClick={() => onPick(id)}>
            <Name text={name} />
          </button>
        ))}
        {ends.length > mostEnds && <span class="quiet">and {ends.length - mostEnds} more</span>}
      </p>
    </section>
  );
}

const mostEnds = 60;
