import type { JSX } from "preact";

export function MatrixView(): JSX.Element {
  return <h1 class="answer">Matrix</h1>;
}
