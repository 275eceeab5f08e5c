import type { JSX } from "preact";

export function DropTarget(): JSX.Element {
  return <></>;
}
