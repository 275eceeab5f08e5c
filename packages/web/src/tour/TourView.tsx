import type { JSX } from "preact";

export function TourView(): JSX.Element {
  return <h1 class="answer">Tour</h1>;
}
