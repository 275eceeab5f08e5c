import type { JSX } from "preact";
import { hasPlace } from "../host.ts";
import { lettersOn } from "../state/keys.ts";
import type { ViewName } from "../state/location.ts";

export function showKeys(): void {
  (document.getElementById("keys") as HTMLDialogElement | null)?.showModal();
}

/** A report has few places: what it has not is no key of it. */
const table: readonly (readonly [keys: string, does: string, place?: ViewName])[] = [
  ["/", "the Ask field"],
  ["1 to 6", "Design, Matrix, Editor, Objects, Lab, Tour", "design"],
  ["[ and ]", "the stage before, the next stage"],
  ["p", "play or stop the stages"],
  ["arrows, Home, End, PageUp, PageDown", "move in the matrix, the table, the lanes"],
  ["Enter", "why"],
  ["Esc", "close, clear the selection"],
  ["w", "the panel narrow or wide"],
  ["o", "the other way: to → from"],
  ["d", "differences between engines"],
  ["i, c", "intent, changes", "design"],
  ["n, Shift+n", "the next, the previous flow that is violated, changed or differs"],
  ["e", "the deciding line in the editor", "editor"],
  ["f", "the filter bar"],
  ["+, −, 0", "zoom, fit"],
  ["g", "group: workloads, classes, namespaces"],
  ["t", "as a table"],
  ["l, y", "copy the link, copy the flow"],
  ["Ctrl+s, Ctrl+Enter", "save; measure this flow in the lab", "editor"],
  ["?", "this list"],
];

export function KeysDialog(): JSX.Element {
  return (
    <dialog id="keys" class="dialog" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <table>
        <tbody>
          {table
            .filter(([, , place]) => place === undefined || hasPlace(place))
            .map(([keys, does]) => (
              <tr key={keys}>
                <th scope="row">
                  <kbd>{keys}</kbd>
                </th>
                <td>{does}</td>
              </tr>
            ))}
        </tbody>
      </table>
      <label>
        <input
          type="checkbox"
          checked={lettersOn.value}
          onChange={({ currentTarget }) => {
            lettersOn.value = currentTarget.checked;
          }}
        />{" "}
        Single letters are keys
      </label>
      <form method="dialog" class="dialog-buttons">
        <button type="submit" class="button primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
