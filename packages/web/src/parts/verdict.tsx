import type { JSX } from "preact";
import { cell } from "../workbench/protocol.ts";
import { Glyph } from "./Glyph.tsx";

export type VerdictWord = "allow" | "deny" | "undetermined" | "some";

/** The word of a cell's value; undefined where the pair is no question. */
export function cellWord(value: number | undefined): VerdictWord | undefined {
  switch (value) {
    case cell.allow:
      return "allow";
    case cell.deny:
      return "deny";
    case cell.undetermined:
      return "undetermined";
    case cell.some:
      return "some";
    default:
      return undefined;
  }
}

const verdictTexts: Readonly<Record<VerdictWord, string>> = {
  allow: "allow",
  deny: "deny",
  undetermined: "undetermined",
  some: "some ports",
};

/** A mark and a word: colour never says it alone. */
export function VerdictChip({ verdict, text }: { readonly verdict: VerdictWord | "mixed"; readonly text?: string }): JSX.Element {
  const word: VerdictWord = verdict === "mixed" ? "some" : verdict;
  return (
    <span class={`chip chip-${word}`}>
      <Glyph name={word} />
      {text ?? verdictTexts[word]}
    </span>
  );
}
