import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ContrailSurvey, SurveyedRule } from "@netproof/core/parts";
import { gather, placedFiles } from "../open/gather.ts";
import { PlaceOf } from "../parts/CodeFrame.tsx";
import { Segments } from "../parts/controls.tsx";
import { Diagnostic } from "../parts/Diagnostic.tsx";
import { counted } from "../parts/counted.ts";
import { Name, shortName } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { useAnswer } from "../state/answers.ts";
import { currentPort, currentStage, go, where, workbench } from "../state/store.ts";
import type { DumpComparison } from "../workbench/protocol.ts";

const tabs = ["rules", "tags", "groups", "nftables"] as const;
type Tab = (typeof tabs)[number];

/** What Contrail would create of the policies, as an operator knows it, and what the lab loads: every line leads to its manifest. */
export function ObjectsView(): JSX.Element {
  const [stage, port] = [currentStage.value, currentPort.value];
  const survey = useAnswer(`objects ${stage} ${port ?? "all"}`, (of) => of.objects(stage, port));
  const [comparison, setComparison] = useState<DumpComparison | string | undefined>(undefined);
  const tab = tabs.find((one) => one === where.value.keys.tab) ?? "rules";
  return (
    <>
      <h1 class="unseen">Objects</h1>
      <div class="toolbar">
        <Segments<Tab>
          label="Objects"
          value={tab}
          choices={[
            { value: "rules", label: "Firewall rules" },
            { value: "tags", label: `Tags ${survey?.tags.length ?? ""}` },
            { value: "groups", label: `Address groups ${survey?.addressGroups.length ?? ""}` },
            { value: "nftables", label: "nftables" },
          ]}
          onChoose={(value) => go({ keys: { tab: value === "rules" ? "" : value } }, "replace")}
        />
        {survey !== undefined && tab !== "nftables" && <DumpButton stage={stage} onCompared={setComparison} />}
        <span class="spring" />
        <span class="quiet">{tab === "rules" && survey !== undefined ? "first match wins, top to bottom" : ""}</span>
      </div>
      <div class="objects">
        {comparison !== undefined && <Drift comparison={comparison} onClose={() => setComparison(undefined)} />}
        {tab === "nftables" ? (
          <Rules />
        ) : survey === undefined ? (
          <p class="quiet">No objects: this cluster is too large for the engine that makes them, or they are being made.</p>
        ) : tab === "rules" ? (
          <FirewallRules survey={survey} />
        ) : tab === "tags" ? (
          <Tags survey={survey} />
        ) : (
          <Groups survey={survey} />
        )}
        {survey !== undefined && tab !== "nftables" && (
          <p class="objects-foot quiet">
            Models Tungsten Fabric's open-source kube-manager and agent, profile {survey.profile}. Not a statement about CN2.
          </p>
        )}
      </div>
    </>
  );
}

function FirewallRules({ survey }: { readonly survey: ContrailSurvey }): JSX.Element {
  const { applicationPolicySet, policies, totals, port } = survey;
  const selected = /^rule:(.+)$/.exec(where.value.keys.sel ?? "")?.[1];
  return (
    <table class="objects-table">
      <caption>
        Application policy set <code>{applicationPolicySet.name}</code>{" "}
        {applicationPolicySet.tags.map((tag) => (
          <code key={tag} class="tag">
            {tag}
          </code>
        ))}{" "}
        {counted(totals.policies, "firewall policy", "firewall policies")}, {counted(totals.rules, "rule")},{" "}
        {counted(totals.decided, "flow")} decided
        {port === undefined ? "" : ` on ${port}`}
        {totals.implicitDeny > 0 && `, ${totals.implicitDeny} by the deny at the end of the list`}
      </caption>
      <thead>
        <tr>
          <th scope="col">seq</th>
          <th scope="col">rule</th>
          <th scope="col">action</th>
          <th scope="col">service</th>
          <th scope="col">endpoint 1 → endpoint 2</th>
          <th scope="col">decides</th>
          <th scope="col">written in</th>
        </tr>
      </thead>
      {policies.map((policy) => (
        <tbody key={policy.name}>
          <tr class="objects-policy">
            <td class="mono quiet">{policy.sequence}</td>
            <th scope="rowgroup" colSpan={3}>
              {policy.name} <span class="quiet">{policy.rules.length === 0 ? "no rules" : counted(policy.rules.length, "rule")}</span>
            </th>
            <td class="quiet">{roleText(policy)}</td>
            <td>
              <strong>{policy.decides}</strong>
            </td>
            <td />
          </tr>
          {policy.rules.map((rule) => (
            <tr
              key={rule.name}
              class={selected === `${policy.name}/${rule.name}` ? "selected" : ""}
              onClick={() => go({ keys: { sel: `rule:${policy.name}/${rule.name}`, flow: "" } })}
            >
              <td class="mono quiet">{rule.sequence}</td>
              <td>
                <button type="button" class="link mono" onClick={() => go({ keys: { sel: `rule:${policy.name}/${rule.name}`, flow: "" } })}>
                  <Name text={rule.name} most={52} />
                </button>
              </td>
              <td>
                <span class={`action action-${rule.action}`}>
                  <Glyph name={rule.action === "pass" ? "allow" : "deny"} /> {rule.action}
                </span>
              </td>
              <td class="mono">{rule.service}</td>
              <td>
                <Endpoint of={rule.endpoint1} />
                <Endpoint of={rule.endpoint2} arrow />
              </td>
              <td>
                {rule.decides > 0 ? (
                  <strong>{rule.decides}</strong>
                ) : (
                  <span class="quiet">{rule.shadowedBy === undefined ? "0" : `never reached: ${rule.shadowedBy.rule} is before it`}</span>
                )}
              </td>
              <td>{rule.place !== undefined && <PlaceOf file={rule.place.file} line={rule.place.line} />}</td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

function roleText({ role, networkPolicy }: ContrailSurvey["policies"][number]): string {
  switch (role) {
    case "ingress-objects":
      return "for Ingress objects";
    case "network-policy":
      return `from NetworkPolicy ${networkPolicy ?? ""}`;
    case "isolation":
      return "shared by all policies, after them";
    case "namespaces":
      return "what is left passes";
  }
}

function Endpoint({ of, arrow }: { readonly of: SurveyedRule["endpoint1"]; readonly arrow?: boolean }): JSX.Element {
  return (
    <span class="rule-end">
      {arrow === true && <span class="quiet">→ </span>}
      {of.kind === "any" ? (
        <span class="quiet">any</span>
      ) : of.kind === "tags" ? (
        of.tags.map((tag) => (
          <code key={tag} class="tag">
            {tag}
          </code>
        ))
      ) : (
        <code>{of.kind === "addressGroup" ? of.group : of.name}</code>
      )}
    </span>
  );
}

function Tags({ survey }: { readonly survey: ContrailSurvey }): JSX.Element {
  return (
    <table class="objects-table">
      <caption>Tags, and the pods that carry them</caption>
      <thead>
        <tr>
          <th scope="col">tag</th>
          <th scope="col">pods</th>
        </tr>
      </thead>
      <tbody>
        {survey.tags.map(({ tag, pods }) => (
          <tr key={tag}>
            <th scope="row">
              <code class="tag">{tag}</code>
            </th>
            <td>
              {pods.length === 0 ? <span class="quiet">no pod</span> : pods.slice(0, 12).map(shortName).join(", ")}
              {pods.length > 12 && <span class="quiet"> and {pods.length - 12} more</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Groups({ survey }: { readonly survey: ContrailSurvey }): JSX.Element {
  if (survey.addressGroups.length === 0) return <p class="quiet">No address group: no policy of this stage names a block of addresses.</p>;
  return (
    <table class="objects-table">
      <caption>Address groups, one per block</caption>
      <thead>
        <tr>
          <th scope="col">group</th>
          <th scope="col">prefixes</th>
          <th scope="col">rules</th>
          <th scope="col">written in</th>
        </tr>
      </thead>
      <tbody>
        {survey.addressGroups.map(({ name, prefixes, rules, place }) => (
          <tr key={name}>
            <th scope="row" class="mono">
              {name}
            </th>
            <td class="mono">{prefixes.join(", ")}</td>
            <td class="mono">{rules.join(", ")}</td>
            <td>{place !== undefined && <PlaceOf file={place.file} line={place.line} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the lab loads into its routers. */
function Rules(): JSX.Element {
  const stage = currentStage.value;
  const routers = useAnswer(`nftables ${stage}`, (of) => of.nftables(stage));
  return (
    <>
      <p class="quiet">
        What the lab loads: verdict maps lead to a chain per class of pods. <code>netproof lab rules</code> prints the same.
      </p>
      {routers?.map(({ router, lines }) => (
        <section key={router}>
          {routers.length > 1 && <h2>router of {router}</h2>}
          <div class="code nft" role="group" aria-label={`Rules of ${router}`}>
            {lines.slice(0, mostLines).map(({ text, places }, i) => (
              <div key={i} class={`nft-line ${/^ {2}(?:chain|set|map|vmap) /.test(text) ? "nft-head" : ""}`}>
                <span>{text}</span>
                <span>
                  {places.map(({ file, line }) => (
                    <PlaceOf key={`${file}:${line}`} file={file} line={line} />
                  ))}
                </span>
              </div>
            ))}
          </div>
          {lines.length > mostLines && <p class="quiet">and {lines.length - mostLines} more lines</p>}
        </section>
      ))}
    </>
  );
}

const mostLines = 2_000;

function DumpButton({
  stage,
  onCompared,
}: {
  readonly stage: number;
  readonly onCompared: (found: DumpComparison | string) => void;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="button" onClick={() => input.current?.click()}>
        Compare with a dump
      </button>
      <input
        ref={input}
        type="file"
        class="unseen"
        multiple
        accept=".json,.yaml,.yml"
        tabIndex={-1}
        aria-label="Dump of the configuration"
        onChange={({ currentTarget }) => {
          const { files } = currentTarget;
          if (files === null) return;
          void gather(placedFiles(files)).then(async (gathered) =>
            onCompared(
              typeof gathered === "string"
                ? gathered
                : ((await workbench.value?.compareDump(stage, gathered.files)) ?? "nothing is open to compare with"),
            ),
          );
          currentTarget.value = "";
        }}
      />
    </>
  );
}

function Drift({ comparison, onClose }: { readonly comparison: DumpComparison | string; readonly onClose: () => void }): JSX.Element {
  if (typeof comparison === "string") return <p role="alert">{comparison}</p>;
  const { drift, problems } = comparison;
  return (
    <section class="objects-drift">
      <header>
        <h2>
          {drift === undefined
            ? "The dump cannot be understood"
            : drift.drift.length === 0
              ? "The dump holds what the manifests ask for"
              : `${counted(drift.drift.length, "difference")} between the dump and what the manifests ask for`}
        </h2>
        <button type="button" class="button small" onClick={onClose}>
          Close
        </button>
      </header>
      {problems.map((diagnostic, i) => (
        <Diagnostic key={i} diagnostic={diagnostic} />
      ))}
      {drift !== undefined && drift.drift.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">drift</th>
              <th scope="col">object</th>
              <th scope="col">expected → found</th>
              <th scope="col">written in</th>
              <th scope="col">what to do</th>
            </tr>
          </thead>
          <tbody>
            {drift.drift.map(({ kind, object, name, parts, place, help }) => (
              <tr key={`${kind} ${object} ${name}`}>
                <td>{kind}</td>
                <td>
                  {object} <code>{name}</code>
                </td>
                <td class="mono">{parts.map(({ part, expected, found }) => `${part}: ${expected} → ${found}`).join("; ")}</td>
                <td>{place !== undefined && <PlaceOf file={place.file} line={place.line} />}</td>
                <td>{help}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {drift?.flows.changes.map(({ kind, from, to, ports }, i) => (
        <p key={i}>
          by it, {from.map(shortName).join(", ")} → {to.map(shortName).join(", ")} {kind}: {ports}
        </p>
      ))}
    </section>
  );
}
