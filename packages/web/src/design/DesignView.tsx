import type { JSX } from "preact";

export function DesignView(): JSX.Element {
  return <h1 class="answer">Design</h1>;
}
