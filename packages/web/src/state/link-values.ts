import type { Subject } from "../workbench/protocol.ts";
import type { Where, WhereKey } from "./location.ts";

/** What a link asks for and this source does not have: a sentence for each, and the keys that are left out. */
export interface Unmet {
  readonly sentences: readonly string[];
  readonly keys: Where["keys"];
}

/** Keys with few values. Others hold names and texts, which the views answer themselves. */
const words: Readonly<Partial<Record<WhereKey, readonly string[]>>> = {
  mode: ["all", "one", "diff"],
  group: ["ns", "class", "workload"],
  sort: ["name", "reach", "alike"],
  panel: ["wide", "closed"],
  scope: ["devices", "all", "selection"],
};

/** Nothing of a link is dropped in silence: what would show something else than was asked for is named. */
export function unmetIn(keys: Where["keys"], { stages }: Subject): Unmet {
  const sentences: string[] = [];
  const left: Partial<Record<WhereKey, string>> = {};
  const leave = (key: WhereKey, sentence: string): void => {
    left[key] = "";
    sentences.push(sentence);
  };
  const { stage = "", vs = "" } = keys;
  const names = stages.map(({ name }) => name).filter((name) => name !== "");
  if (stage !== "" && !names.includes(stage)) {
    leave(
      "stage",
      names.length === 0
        ? `The link asks for stage ${stage}, and there are no stages here.`
        : `The link asks for stage ${stage}; there are ${names.join(", ")}. This is ${names[0] ?? ""}.`,
    );
  }
  if (vs.startsWith("files-")) leave("vs", "The link compares with other files, which this page cannot do yet, so that was left out.");
  else if (vs !== "" && !names.includes(vs)) leave("vs", `The link compares with stage ${vs}, which is not here, so that was left out.`);
  for (const [key, known] of Object.entries(words) as readonly (readonly [WhereKey, readonly string[]])[]) {
    const value = keys[key] ?? "";
    if (value !== "" && !known.includes(value))
      leave(key, `The link's ${key} ${value} is none of ${known.join(", ")}, so it was left out.`);
  }
  return { sentences, keys: left };
}
