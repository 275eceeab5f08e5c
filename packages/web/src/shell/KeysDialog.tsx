import type { JSX } from "preact";
import { lettersOn } from "../state/keys.ts";

export function showKeys(): void {
  (document.getElementById("keys") as HTMLDialogElement | null)?.showModal();
}

const table: readonly (readonly [string, string])[] = [
  ["/", "the Ask field"],
  ["1 to 6", "Design, Matrix, Editor, Objects, Lab, Tour"],
  ["[ and ]", "the stage before, the next stage"],
  ["p", "play or stop the stages"],
  ["arrows, Home, End, PageUp, PageDown", "move in the matrix, the table, the lanes"],
  ["Enter", "why"],
  ["Esc", "close, clear the selection"],
  ["w", "the panel narrow or wide"],
  ["o", "the other way: to → from"],
  ["d", "differences between engines"],
  ["i, c", "intent, changes"],
  ["n, Shift+n", "the next, the previous flow that is violated, changed or differs"],
  ["e", "the deciding line in the editor"],
  ["f", "the filter bar"],
  ["+, −, 0", "zoom, fit"],
  ["g", "group: workloads, classes, namespaces"],
  ["t", "as a table"],
  ["l, y", "copy the link, copy the flow"],
  ["Ctrl+s, Ctrl+Enter", "save; measure this flow in the lab"],
  ["?", "this list"],
];

export function KeysDialog(): JSX.Element {
  return (
    <dialog id="keys" class="dialog" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <table>
        <tbody>
          {table.map(([keys, does]) => (
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
