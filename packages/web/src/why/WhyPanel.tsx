import type { JSX } from "preact";
import { FlowSentence } from "../parts/flow.tsx";
import type { WrittenFlow } from "../state/location.ts";

export function WhyPanel({ flow }: { readonly flow: WrittenFlow }): JSX.Element {
  return <FlowSentence flow={flow} level={2} />;
}
