import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { changesOf, longestEdit, written } from "../state/linked-edit.ts";
import { formatWhere } from "../state/location.ts";
import { keptTexts, opened, texts, where } from "../state/store.ts";

/** Edits of the texts as a link has them; undefined where nothing is edited. */
interface Edits {
  readonly text: string;
  readonly files: number;
}

/** Shows the link, what it holds and what it does not, and copies it. */
export function ShareButton(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(false);
  const [edits, setEdits] = useState<Edits | undefined>(undefined);
  const [withEdits, setWithEdits] = useState(false);
  const dropped = where.value.source.startsWith("files-");
  const fits = edits !== undefined && edits.text.length <= longestEdit;
  const [address = ""] = location.href.split("#");
  const keys = { ...where.value.keys, edit: fits && withEdits ? edits.text : "" };
  const link = address + formatWhere({ ...where.value, keys });
  const open = async (): Promise<void> => {
    setCopied(false);
    const changes = await changesOf(keptTexts.value, texts.value);
    setEdits(changes && { text: await written(changes), files: changes.length });
    setWithEdits(changes !== undefined);
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" class="button" aria-label="Share" onClick={() => void open()}>
        <svg class="when-narrow" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path class="g-line" d="M8 10V2M5 4.6 8 1.8l3 2.8M3 8v5.5h10V8" />
        </svg>
        <span class="when-wide">Share</span>
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby="share-title">
        <h2 id="share-title">Link to this view</h2>
        <input class="mono" type="text" readOnly aria-label="Link" value={link} onFocus={({ currentTarget }) => currentTarget.select()} />
        {fits ? (
          <label>
            <input
              type="checkbox"
              checked={withEdits}
              onChange={({ currentTarget }) => {
                setWithEdits(currentTarget.checked);
                setCopied(false);
              }}
            />{" "}
            With what you changed in {edits.files === 1 ? "1 file" : `${edits.files} files`} ({edits.text.length} characters)
          </label>
        ) : (
          edits !== undefined && <p>Your changes are too long for a link: send the file, Download is in the editor.</p>
        )}
        <p>
          {fits && withEdits
            ? "The link holds the view and the changed lines, nothing else of your manifests."
            : "The link holds the view, not your manifests."}
        </p>
        {dropped && (
          <p>
            It names the files by their hash, <code>{opened.value?.hash}</code>: who opens it is asked to drop the same files.
          </p>
        )}
        <div class="dialog-buttons">
          <button
            type="button"
            class="button primary"
            onClick={() => {
              void navigator.clipboard.writeText(link).then(() => setCopied(true));
            }}
          >
            {copied ? "Copied" : "Copy"}
          </button>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </dialog>
    </>
  );
}
