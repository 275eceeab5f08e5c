import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { placedOf } from "./gather.ts";
import { refusal, take, waiting } from "./take.ts";

/** The whole window takes files, at any time; and the question whether edits may be lost. */
export function DropTarget(): JSX.Element {
  const [count, setCount] = useState<number | undefined>(undefined);
  useEffect(() => {
    const files = (event: DragEvent): number => [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file").length;
    const over = (event: DragEvent): void => {
      const found = files(event);
      if (found === 0) return;
      event.preventDefault();
      setCount(found);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setCount(undefined);
    };
    const drop = (event: DragEvent): void => {
      setCount(undefined);
      if (files(event) === 0 || event.dataTransfer === null) return;
      event.preventDefault();
      placedOf(event.dataTransfer.items).then(take, (error: unknown) => {
        refusal.value = `the files cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      });
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return (
    <>
      {count !== undefined && (
        <div class="drop-target">
          <p>{count === 1 ? "Drop to open it" : `Drop to open ${count} files`}</p>
        </div>
      )}
      <Question />
    </>
  );
}

function Question(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = waiting.value;
  useEffect(() => {
    if (asked !== undefined) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  return (
    <dialog class="dialog" ref={dialog} aria-label="Unsaved changes" onClose={() => (waiting.value = undefined)}>
      <p>{asked?.text}</p>
      <div class="dialog-buttons">
        <button
          type="button"
          class="button primary"
          onClick={() => {
            waiting.value = undefined;
            void asked?.open();
          }}
        >
          Replace
        </button>
        <button type="button" class="button" onClick={() => (waiting.value = undefined)}>
          Keep editing
        </button>
      </div>
    </dialog>
  );
}
