import type { JSX } from "preact";
import { openExample } from "../state/store.ts";

export function OpenView(): JSX.Element {
  return (
    <button type="button" class="button primary" onClick={() => void openExample("day-one")}>
      day-one
    </button>
  );
}
