import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { opened, where } from "../state/store.ts";

/** Shows the link, what it holds and what it does not, and copies it. */
export function ShareButton(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(false);
  const dropped = where.value.source.startsWith("files-");
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          setCopied(false);
          dialog.current?.showModal();
        }}
      >
        Share
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby="share-title">
        <h2 id="share-title">Link to this view</h2>
        <input
          class="mono"
          type="text"
          readOnly
          aria-label="Link"
          value={location.href}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <p>The link holds the view, not your manifests.</p>
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
              void navigator.clipboard.writeText(location.href).then(() => setCopied(true));
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
