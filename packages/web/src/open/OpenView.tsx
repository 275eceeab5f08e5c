import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { loadChunk, type Example } from "../chunks.ts";
import { hostKind } from "../host.ts";
import { Diagnostic } from "../parts/Diagnostic.tsx";
import { counted } from "../parts/counted.ts";
import { go, opened, openExample, texts, where } from "../state/store.ts";
import { placedFiles } from "./gather.ts";
import { leftOut, refusal, take, takeText, unlessEdited } from "./take.ts";

const dump = "kubectl get ns,no,po,svc,netpol -A -o yaml > cluster.yaml";

/** Where everything begins: drop anything, or look at an example. */
export function OpenView(): JSX.Element {
  const { source } = where.value;
  const isLink = source.startsWith("files-") && opened.value === undefined;
  return (
    <div class="open-view">
      <header>
        <h1 class="page-title">See who can talk to whom, and why</h1>
        <p>
          {isLink
            ? "This link is about files that somebody has: drop the same ones to see it."
            : "Drop manifests, a folder, or a dump of your cluster."}
        </p>
      </header>
      <div class="open-columns">
        <div>
          <Chooser />
          {refusal.value !== undefined && (
            <p class="open-refusal" role="alert">
              {refusal.value}
            </p>
          )}
          <ReadFiles />
          <Dump />
          <p class="open-privacy">
            {hostKind === "served" ? (
              <>
                <strong>Nothing leaves this machine.</strong> What is dropped here stays in the browser; netproof ui does not see it.
              </>
            ) : (
              <>
                <strong>Nothing leaves this browser.</strong> The page may not open connections: its content policy forbids it. Disconnect
                the network and it works the same.
              </>
            )}
          </p>
        </div>
        <Examples />
      </div>
    </div>
  );
}

function Chooser(): JSX.Element {
  const [files, folder] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)];
  const [pasting, setPasting] = useState(false);
  const [text, setText] = useState("");
  const chosen = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    if (currentTarget.files !== null) void take(placedFiles(currentTarget.files));
    // The same files chosen again are a choice as well.
    currentTarget.value = "";
  };
  return (
    <section class="open-drop">
      <svg width="34" height="34" viewBox="0 0 34 34" aria-hidden="true">
        <path class="g-line" d="M17 22V5M10 11.5 17 4.5 24 11.5M4 20V27a3 3 0 0 0 3 3H27a3 3 0 0 0 3-3V20" />
      </svg>
      <h2>Drop files here</h2>
      <div class="open-buttons">
        <button type="button" class="button primary" onClick={() => files.current?.click()}>
          Choose files
        </button>
        <button type="button" class="button" onClick={() => folder.current?.click()}>
          Choose a folder
        </button>
        <button type="button" class="button" aria-expanded={pasting} onClick={() => setPasting(!pasting)}>
          Paste YAML
        </button>
      </div>
      <input ref={files} type="file" class="unseen" multiple accept=".yaml,.yml,.json" tabIndex={-1} aria-label="Files" onChange={chosen} />
      <input ref={folder} type="file" class="unseen" {...{ webkitdirectory: true }} tabIndex={-1} aria-label="Folder" onChange={chosen} />
      {pasting && (
        <div class="open-paste">
          <textarea aria-label="YAML or JSON" rows={8} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
          <button type="button" class="button primary" disabled={text.trim() === ""} onClick={() => void takeText(text)}>
            Open it
          </button>
        </div>
      )}
      <p class="quiet">YAML or JSON: Pods, workloads, Namespaces, Services, policies, a netproof.yaml</p>
    </section>
  );
}

/** What is open: its files, what of it was not analysed, and what could not be read. */
function ReadFiles(): JSX.Element {
  const now = opened.value;
  if (now === undefined) return <></>;
  const errors = now.problems.filter(({ severity }) => severity === "error");
  const coverage = now.subject?.coverage;
  return (
    <section class="open-read">
      <h2>{now.name}</h2>
      {errors.length > 0 && (
        <p role="alert">
          <strong>{counted(errors.length, "error")}</strong>
          {now.subject === undefined ? ": nothing could be judged yet" : ": the answers are older than the text"}
        </p>
      )}
      {now.problems.slice(0, mostProblems).map((diagnostic, i) => (
        <Diagnostic key={i} diagnostic={diagnostic} />
      ))}
      {now.problems.length > mostProblems && <p class="quiet">and {now.problems.length - mostProblems} more</p>}
      {coverage !== undefined && (
        <>
          <p>
            read {coverage.ledger.read.map(({ kind, count }) => `${count} ${kind}`).join(", ")}
            {coverage.ledger.skipped.length > 0 && (
              <>
                ; <strong>{counted(coverage.ledger.skipped.length, "object")} not analysed</strong>
              </>
            )}
          </p>
          {coverage.ledger.skipped.length > 0 && (
            <ul>
              {coverage.ledger.skipped.slice(0, mostProblems).map(({ what, why, effect }) => (
                <li key={`${what} ${why}`}>
                  {what}: {why}, {effect}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      <table>
        <caption>{counted(now.files.length, "file")}</caption>
        <tbody>
          {now.files.slice(0, mostFiles).map(({ path, kind, edited }) => (
            <tr key={path}>
              <th scope="row">
                <button type="button" class="link mono" onClick={() => go({ view: "editor", keys: { line: `${path}:1` } })}>
                  {path}
                </button>
              </th>
              <td>{kind === "use-case" ? "use case" : kind}</td>
              <td>{counted((texts.value.get(path) ?? "").split("\n").length, "line")}</td>
              <td>{edited ? "edited" : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {now.files.length > mostFiles && <p class="quiet">and {now.files.length - mostFiles} more</p>}
      {leftOut.value.length > 0 && (
        <p class="quiet">
          {counted(leftOut.value.length, "file")} left out, no YAML or JSON: {leftOut.value.slice(0, 5).join(", ")}
        </p>
      )}
      {now.subject !== undefined && (
        <div class="open-buttons">
          <button type="button" class="button primary" onClick={() => go({ view: "design" })}>
            Design
          </button>
          <button type="button" class="button" onClick={() => go({ view: "matrix" })}>
            Matrix
          </button>
        </div>
      )}
    </section>
  );
}

const mostProblems = 20;
const mostFiles = 200;

function Dump(): JSX.Element {
  const [copied, setCopied] = useState(false);
  return (
    <section>
      <h2>Make a dump of a cluster</h2>
      <p class="open-dump">
        <code>{dump}</code>
        <button type="button" class="button small" onClick={() => void navigator.clipboard.writeText(dump).then(() => setCopied(true))}>
          {copied ? "Copied" : "Copy"}
        </button>
      </p>
    </section>
  );
}

const groups: readonly { readonly group: Example["group"]; readonly title: string; readonly all: string }[] = [
  { group: "chapter", title: "The chapter", all: "" },
  { group: "recipes", title: "Recipes", all: "recipes" },
  { group: "traps", title: "Traps", all: "traps" },
  { group: "tiers", title: "Cluster-wide policies", all: "with tiers" },
  { group: "deviations", title: "Contrail deviations", all: "deviations" },
];

/** So many of a group are shown at first. */
const mostShown = 3;

function Examples(): JSX.Element {
  const [all, setAll] = useState<readonly Example[]>([]);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => void loadChunk("examples").then(setAll), []);
  return (
    <div class="open-examples">
      {groups.map(({ group, title, all: words }) => {
        const own = all.filter((example) => example.group === group);
        const shown = unfolded.has(group) ? own : own.slice(0, mostShown);
        return (
          <section key={group}>
            <h2>{title}</h2>
            {shown.map((example) => (
              <button
                key={example.name}
                type="button"
                class="example"
                onClick={() => void unlessEdited(example.name, () => openIt(example))}
              >
                <strong>{example.title}</strong>
                <span>{example.about}</span>
              </button>
            ))}
            {shown.length < own.length && (
              <button type="button" class="link" onClick={() => setUnfolded(new Set([...unfolded, group]))}>
                All {own.length} {words}
              </button>
            )}
          </section>
        );
      })}
    </div>
  );
}

/** What shows a difference opens at it. */
async function openIt({ name, flow }: Example): Promise<void> {
  await openExample(name);
  if (flow !== undefined) go({ view: "matrix", keys: { mode: "diff", flow } }, "replace");
}
