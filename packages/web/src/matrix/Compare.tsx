import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { gather, placedFiles } from "../open/gather.ts";
import { changesText } from "../parts/changes.ts";
import { grouped } from "../parts/counted.ts";
import { compared, compareWith, currentStage, go, subject, where } from "../state/store.ts";
import type { Changes } from "./useMatrix.ts";

/** The stage or the other files that are compared with; the stage before stands in no link. */
export function CompareMenu(): JSX.Element {
  const stages = subject.value?.stages ?? [];
  const [now, chosen, other] = [currentStage.value, where.value.keys.vs ?? "", compared.value];
  const files = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  const before = stages[now - 1]?.name;
  const take = async (list: FileList): Promise<void> => {
    const gathered = await gather(placedFiles(list));
    setRefusal(typeof gathered === "string" ? gathered : await compareWith(gathered));
  };
  return (
    <span class="compare">
      <label>
        <span class="quiet">compare with</span>{" "}
        <select
          class="button"
          value={chosen}
          onChange={({ currentTarget }) => {
            const { value } = currentTarget;
            if (value === anyFiles) {
              // Until files are chosen everything stays as it is.
              currentTarget.value = chosen;
              files.current?.click();
            } else go({ keys: { vs: value, tab: "pods" } });
          }}
        >
          <option value="">
            {stages.length < 2 ? "nothing" : before === undefined ? "the stage before: none" : `the stage before: ${before}`}
          </option>
          {stages.length > 1 &&
            stages.map(({ name }, i) => (
              <option key={name} value={name} disabled={i === now && name !== chosen}>
                {name}
              </option>
            ))}
          {other !== undefined && <option value={`files-${other.hash}`}>{other.name}</option>}
          {chosen.startsWith("files-") && chosen !== `files-${other?.hash ?? ""}` && (
            <option value={chosen}>files of the link: not chosen yet</option>
          )}
          <option value={anyFiles}>other files…</option>
        </select>
      </label>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Other files to compare with"
        accept=".yaml,.yml,.json"
        onChange={({ currentTarget }) => {
          const { files: list } = currentTarget;
          if (list === null || list.length === 0) return;
          // The same file may be chosen again, when it has changed.
          void take(list).then(() => (currentTarget.value = ""));
        }}
      />
      {refusal !== undefined && (
        <p class="filter-problem" role="alert">
          {refusal}{" "}
          <button type="button" class="button small" onClick={() => setRefusal(undefined)}>
            Close
          </button>
        </p>
      )}
    </span>
  );
}

/** No stage has this name: it is no name that a use case may give. */
const anyFiles = "files…";

export function changesSentence({ against, counts, isComparable }: Changes): string {
  if (!isComparable) return `classes are told apart by the rules of one cluster: compare workloads or namespaces with ${against.name}`;
  return counts === undefined ? `against ${against.name}` : `${changesText(counts, "No flow changes")} against ${against.name}`;
}

export function ChangesNote(changes: Changes): JSX.Element {
  const { against, counts, unmatched, isComparable } = changes;
  return (
    <p class="matrix-note">
      {counts === undefined || !isComparable ? (
        changesSentence(changes)
      ) : (
        <>
          <strong>{changesText(counts, "No flow changes")}</strong> against {against.name}
        </>
      )}
      {unmatched !== undefined && unmatched.onlyHere.length > 0 && <Missing where="here" names={unmatched.onlyHere} />}
      {unmatched !== undefined && unmatched.onlyThere.length > 0 && <Missing where={`in ${against.name}`} names={unmatched.onlyThere} />}
    </p>
  );
}

/** Ends that have nobody to be compared with. */
function Missing({ where: place, names }: { readonly where: string; readonly names: readonly string[] }): JSX.Element {
  return (
    <span class="quiet" title={names.join("\n")}>
      {" · "}
      only {place}: {names.slice(0, mostMissing).join(", ")}
      {names.length > mostMissing && ` and ${grouped(names.length - mostMissing)} more`}
    </span>
  );
}

const mostMissing = 4;
