import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";

/** What keys do, by the key's own name; with a modifier `Ctrl+s`. */
export type KeyActions = Readonly<Record<string, () => void>>;

/** Single letters can be switched off, for people whose tools use them. */
export const lettersOn = signal(true);

const layers: KeyActions[] = [];

addEventListener("keydown", (event) => {
  // A dialog has its own keys: Escape closes it, and nothing behind it moves.
  if (event.defaultPrevented || event.altKey || isTyping(event) || document.querySelector("dialog[open]") !== null) return;
  const name = `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.shiftKey && event.key.length > 1 ? "Shift+" : ""}${event.key}`;
  if (name.length === 1 && !lettersOn.value) return;
  for (const layer of [...layers].reverse()) {
    const action = layer[name];
    if (action === undefined) continue;
    event.preventDefault();
    action();
    return;
  }
});

/** In a field letters are text; keys with Ctrl and Escape still count. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  const isField = target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  return isField && event.key !== "Escape" && !(event.ctrlKey || event.metaKey);
}

/** Keys that count while the component is shown; the newest layer is asked first. */
export function useKeys(actions: KeyActions): void {
  useEffect(() => {
    layers.push(actions);
    return () => {
      layers.splice(layers.indexOf(actions), 1);
    };
  });
}
