import type { JSX } from "preact";

export function LabView(): JSX.Element {
  return <h1 class="answer">Lab</h1>;
}
