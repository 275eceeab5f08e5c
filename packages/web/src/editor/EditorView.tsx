import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { loadChunk } from "../chunks.ts";
import { canSave, saveFile } from "../host.ts";
import { PlaceOf } from "../parts/CodeFrame.tsx";
import { counted } from "../parts/counted.ts";
import { Prose } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { useAnswer } from "../state/answers.ts";
import { conflicts, takeDisk } from "../state/served.ts";
import {
  currentStage,
  editText,
  go,
  keepText,
  keptTexts,
  opened,
  revertText,
  revision,
  subject,
  texts,
  where,
  workbench,
} from "../state/store.ts";
import type { FileSummary } from "../workbench/protocol.ts";
import type { Editor } from "./chunk.ts";
import { changedLines, parseLine } from "./lines.ts";
import { Result } from "./Result.tsx";

/** Policies and use case as text, with everything that an edit changes beside it. */
export function EditorView(): JSX.Element {
  const about = subject.value;
  const files = editable();
  const wanted = parseLine(where.value.keys.line);
  const stageFile = about?.stages[currentStage.value]?.files.at(-1);
  const path =
    files.find((file) => file.path === wanted?.path)?.path ??
    stageFile ??
    files.find(({ kind }) => kind !== "manifests")?.path ??
    files[0]?.path;
  const [line, setLine] = useState(1);
  const [tab, setTab] = useState<"text" | "result">("text");
  if (path === undefined) return <p class="matrix-note">No file is open.</p>;
  const file = files.find((one) => one.path === path);
  return (
    <div class={`editor-view editor-tab-${tab}`}>
      <h1 class="unseen">Editor</h1>
      <div class="editor-tabs-narrow segments" role="radiogroup" aria-label="Part">
        {(["text", "result"] as const).map((one) => (
          <button key={one} type="button" role="radio" aria-checked={tab === one} onClick={() => setTab(one)}>
            {one === "text" ? "YAML" : "Result"}
          </button>
        ))}
      </div>
      <section class="editor-side" aria-label="Text">
        <Tabs path={path} />
        <Text path={path} lines={wanted?.path === path ? wanted : undefined} onLine={setLine} />
        <AtLine path={path} line={line} />
        <Problems />
      </section>
      <Result path={path} edited={file?.edited === true} actions={<Actions path={path} edited={file?.edited === true} />} />
    </div>
  );
}

/** Policies first, then the use case, then what they are about. */
function editable(): readonly FileSummary[] {
  const order = ["policies", "use-case", "manifests"];
  return (opened.value?.files ?? [])
    .filter(({ kind }) => kind !== "other")
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function Tabs({ path }: { readonly path: string }): JSX.Element {
  const files = editable();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => bar.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ inline: "nearest", block: "nearest" }), [path]);
  return (
    <div ref={bar} class="editor-tabs" role="tablist" aria-label="Files">
      {files.slice(0, mostTabs).map((file) => (
        <button
          key={file.path}
          type="button"
          role="tab"
          aria-selected={file.path === path}
          tabIndex={file.path === path ? 0 : -1}
          onClick={() => go({ keys: { line: `${file.path}:1` } })}
          onKeyDown={(event) => {
            const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
            const next = files[files.indexOf(file) + step];
            if (step === 0 || next === undefined) return;
            event.preventDefault();
            go({ keys: { line: `${next.path}:1` } });
            (
              (step > 0 ? event.currentTarget.nextElementSibling : event.currentTarget.previousElementSibling) as HTMLElement | null
            )?.focus();
          }}
        >
          {file.path}
          {file.edited && (
            <span class="dot" title="not saved">
              <span class="unseen"> edited</span>
            </span>
          )}
        </button>
      ))}
      {files.length > mostTabs && (
        <select
          class="button"
          aria-label="Other files"
          value={path}
          onChange={({ currentTarget }) => go({ keys: { line: `${currentTarget.value}:1` } })}
        >
          {files.map((file) => (
            <option key={file.path} value={file.path}>
              {file.path}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

const mostTabs = 8;

function Text({
  path,
  lines,
  onLine,
}: {
  readonly path: string;
  readonly lines: { readonly first: number; readonly last: number } | undefined;
  readonly onLine: (line: number) => void;
}): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor | undefined>(undefined);
  const current = useRef(path);
  current.current = path;
  const stage = currentStage.value;
  useEffect(() => {
    let made: Editor | undefined;
    let isGone = false;
    void loadChunk("editor").then(({ createEditor }) => {
      if (isGone || host.current === null) return undefined;
      made = createEditor(host.current, {
        label: "YAML",
        onChange: (text) => void editText(current.current, text),
        onLine,
        onSave: () => void save(current.current),
        complete: async (text, offset) =>
          (await workbench.value?.complete(current.current, text, offset, currentStage.value)) ?? { from: offset, options: [] },
      });
      setEditor(made);
      return undefined;
    });
    return () => {
      isGone = true;
      made?.destroy();
    };
  }, []);
  useEffect(() => {
    editor?.open(texts.value.get(path) ?? "");
    onLine(lines?.first ?? 1);
  }, [editor, path]);
  useEffect(() => {
    if (lines !== undefined && (lines.first > 1 || lines.last > 1)) editor?.show(lines.first, lines.last);
  }, [editor, path, lines?.first, lines?.last]);
  const text = texts.value.get(path) ?? "";
  // What stands there now, not at the last drawing: somebody may have typed on since.
  useEffect(() => editor?.replace(texts.value.get(path) ?? ""), [editor, text]);
  const notes = useAnswer(`annotations ${path} ${stage}`, (of) => of.annotations(path, stage));
  const problems = opened.value?.problems;
  useEffect(() => {
    if (editor === undefined) return;
    // Of a text that cannot be read the notes are older, and would stand at other lines.
    editor.annotate(opened.value?.worst === "error" ? [] : (notes ?? []), changedLines(keptTexts.value.get(path) ?? text, text));
    editor.report(
      (problems ?? []).flatMap(({ frame, severity, message }) => {
        if (frame === undefined || frame.place.file !== path) return [];
        const marked = frame.lines.find(({ number }) => number === frame.place.line)?.marks[0];
        return [
          { line: frame.place.line, first: marked?.start ?? 0, last: marked?.end ?? 1000, severity, message: message.replaceAll("`", "") },
        ];
      }),
    );
  }, [editor, notes, problems, path, text, revision.value]);
  return <div class="editor-text" ref={host} />;
}

/** What the line of the cursor does, in full. */
function AtLine({ path, line }: { readonly path: string; readonly line: number }): JSX.Element {
  const stage = currentStage.value;
  const notes = useAnswer(`annotations ${path} ${stage}`, (of) => of.annotations(path, stage));
  const own = notes?.filter((note) => note.line === line) ?? [];
  const [, key] = /^\s*(?:- +)*["']?([\w./-]+)["']?:/.exec((texts.value.get(path) ?? "").split("\n")[line - 1] ?? "") ?? [];
  return (
    <div class="editor-line">
      <p class="caption">
        Line {line}
        {key !== undefined && `, ${key}`}
      </p>
      {own.map(({ text }) => (
        <p key={text}>{text}</p>
      ))}
      {key !== undefined && meanings[key] !== undefined && <Prose text={meanings[key]} />}
    </div>
  );
}

/** What fields of a NetworkPolicy mean, in a sentence each. */
const meanings: Readonly<Record<string, string>> = {
  podSelector:
    "Under `spec` the pods that this policy isolates; in a rule pods of the policy's own namespace, unless a `namespaceSelector` stands beside it.",
  namespaceSelector:
    "Namespaces by their labels. Beside a `podSelector` in the same item both must match; as an item of its own either is enough.",
  policyTypes:
    "The directions in which the selected pods are isolated: then only what some rule lists passes. Without it: Ingress, and Egress when there are egress rules.",
  ingress: "What may reach the selected pods. An empty list lets nothing in; an empty rule lets everything in.",
  egress: "What the selected pods may open. Replies need no rule. An empty list lets nothing out; an empty rule lets everything out.",
  from: "Peers, any one of which is enough. Missing or empty: everybody.",
  to: "Peers, any one of which is enough. Missing or empty: everybody.",
  ports: "Ports of the destination pod, any one of which is enough. Missing or empty: every port.",
  port: "A number, or a name that the destination's containers give a port.",
  endPort: "The last port of a range that begins with `port`.",
  ipBlock: "Addresses outside the cluster, mostly: a pod's address may be rewritten on the way.",
  except: "Addresses that this block does not hold. It takes nothing away that another rule gives.",
  matchLabels: "All of these labels must be there.",
  matchExpressions: "All of these conditions must hold.",
};

function Problems(): JSX.Element {
  const problems = opened.value?.problems ?? [];
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.filter(({ severity }) => severity === "warning").length;
  return (
    <div class="editor-problems">
      <h2>
        Problems{" "}
        <span class="quiet">
          {errors === 0 ? "no error" : counted(errors, "error")}
          {warnings > 0 && `, ${counted(warnings, "warning")}`}
        </span>
      </h2>
      <ul>
        {problems.slice(0, 30).map(({ code, severity, message, frame, help }, i) => (
          <li key={i}>
            <Glyph name={severity === "error" ? "violated" : "undetermined"} label={severity} />
            <div>
              <Prose text={message} />
              {frame !== undefined && <PlaceOf file={frame.place.file} line={frame.place.line} />} <span class="quiet mono">{code}</span>
              {help !== undefined && <p class="quiet">{help}</p>}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Writes a file through netproof ui; elsewhere it is downloaded. */
async function save(path: string): Promise<string | undefined> {
  const text = texts.value.get(path) ?? "";
  if (!canSave(path)) {
    download(path, text);
    return undefined;
  }
  const refusal = await saveFile(path, text);
  if (refusal === undefined) await keepText(path);
  return refusal;
}

function download(path: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/yaml" }));
  link.download = path.replace(/^.*\//, "");
  link.click();
  URL.revokeObjectURL(link.href);
}

function Actions({ path, edited }: { readonly path: string; readonly edited: boolean }): JSX.Element {
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  const [copied, setCopied] = useState(false);
  const hasConflict = conflicts.value.has(path);
  return (
    <div class="editor-actions">
      {edited && (
        <button type="button" class="button" onClick={() => void revertText(path)}>
          Revert
        </button>
      )}
      <button
        type="button"
        class="button"
        onClick={() => void navigator.clipboard.writeText(texts.value.get(path) ?? "").then(() => setCopied(true))}
      >
        {copied ? "Copied" : "Copy"}
      </button>
      {canSave(path) && (
        <button type="button" class="button" onClick={() => download(path, texts.value.get(path) ?? "")}>
          Download
        </button>
      )}
      <button type="button" class="button primary" onClick={() => void save(path).then(setRefusal)}>
        {canSave(path) ? `Save to ${path}` : "Download"}
      </button>
      {hasConflict && (
        <p role="alert">
          {path} changed on disk while you edited it.{" "}
          <button type="button" class="link" onClick={() => void takeDisk(path)}>
            Take what is on disk
          </button>
        </p>
      )}
      {refusal !== undefined && <p role="alert">{refusal}</p>}
    </div>
  );
}
