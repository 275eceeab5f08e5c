import type { JSX } from "preact";

export function ObjectsView(): JSX.Element {
  return <h1 class="answer">Objects</h1>;
}
