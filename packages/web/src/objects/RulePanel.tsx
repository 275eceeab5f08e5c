import type { JSX } from "preact";
import { CodeFrame } from "../parts/CodeFrame.tsx";
import { counted } from "../parts/counted.ts";
import { FlowSentence, shortName } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { useAnswer } from "../state/answers.ts";
import { askWhy, currentPort, currentStage, go } from "../state/store.ts";

/** One rule: the lines it was made from, whom its tags select, and the flows that it decides. `name`: `k8s-denyall/dev-ingress-…`. */
export function RulePanel({ name }: { readonly name: string }): JSX.Element {
  const [stage, port] = [currentStage.value, currentPort.value];
  const survey = useAnswer(`objects ${stage} ${port ?? "all"}`, (of) => of.objects(stage, port));
  const [, policyName = "", ruleName = ""] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
  const flows = useAnswer(`decided ${stage} ${port ?? "all"} ${name}`, (of) =>
    of.decided(stage, port, { policy: policyName, rule: ruleName }),
  );
  const policy = survey?.policies.find((one) => one.name === policyName);
  const rule = policy?.rules.find((one) => one.name === ruleName);
  if (survey === undefined) return <></>;
  return (
    <>
      <header class="panel-head">
        <h1 class="flow-title">{ruleName}</h1>
        <button type="button" class="button icon close" aria-label="Close" onClick={() => go({ keys: { sel: "" } })}>
          ×
        </button>
        <p>
          {rule === undefined ? (
            "not at this stage"
          ) : (
            <>
              <Glyph name={rule.action === "pass" ? "allow" : "deny"} /> {rule.action}, rule {rule.sequence} of {policyName}
            </>
          )}
        </p>
      </header>
      {rule?.place !== undefined && (
        <section>
          <h2>Made from</h2>
          <CodeFrame
            file={rule.place.file}
            lit={[
              { first: Math.max(1, rule.place.line - 4), last: rule.place.line + 1, tone: "plain" },
              { first: rule.place.line, last: rule.place.line, tone: rule.action === "pass" ? "matches" : "misses" },
            ]}
          />
        </section>
      )}
      {rule !== undefined &&
        ([rule.endpoint1, rule.endpoint2] as const).map((end, i) =>
          end.kind !== "tags" ? null : (
            <section key={i}>
              <h2>Endpoint {i + 1} is these tags</h2>
              <dl class="tag-list">
                {end.tags.map((tag) => (
                  <div key={tag} class="tag-row">
                    <dt class="mono">{tag}</dt>
                    <dd>{counted(podsOf(tag).length, "pod")}</dd>
                  </div>
                ))}
                {end.tags.length > 1 && (
                  <div class="tag-row">
                    <dt>all of them</dt>
                    <dd>{allOf(end.tags).slice(0, 8).map(shortName).join(", ") || "no pod"}</dd>
                  </div>
                )}
              </dl>
            </section>
          ),
        )}
      {flows !== undefined && rule !== undefined && (
        <section>
          <h2>Decides {counted(rule.decides, "flow")}</h2>
          <ul>
            {flows.slice(0, mostFlows).map(({ from, to, family }) => (
              <li key={`${from} ${to} ${family}`} class="decided-flow">
                <Glyph name={rule.action === "pass" ? "allow" : "deny"} label={rule.action === "pass" ? "allow" : "deny"} />
                <FlowSentence flow={{ from, to, port }} />
                <button type="button" class="link" onClick={() => askWhy(from, to)}>
                  Why
                </button>
              </li>
            ))}
          </ul>
          {flows.length > mostFlows && <p class="quiet">and {flows.length - mostFlows} more</p>}
        </section>
      )}
    </>
  );

  function podsOf(tag: string): readonly string[] {
    return survey?.tags.find((one) => one.tag === tag)?.pods ?? [];
  }

  function allOf(tags: readonly string[]): readonly string[] {
    const [first = [], ...others] = tags.map(podsOf);
    return first.filter((pod) => others.every((pods) => pods.includes(pod)));
  }
}

const mostFlows = 60;
