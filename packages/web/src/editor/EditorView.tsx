import type { JSX } from "preact";

export function EditorView(): JSX.Element {
  return <h1 class="answer">Editor</h1>;
}
