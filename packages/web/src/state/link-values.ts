import type { Subject } from "../workbench/protocol.ts";
import { views, type Where, type WhereKey } from "./location.ts";

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

/** Those that `tab` may hold: the tabs of the objects, and the matrix of pods by pods. */
const tabs = ["rules", "tags", "groups", "nftables", "pods"];

/**
 * Nothing of a link is dropped in silence: what would show something else than was asked for is named. `compared`: the hash of the other
 * files that were read to be compared with.
 */
export function unmetIn({ view, strangeView, keys }: Where, { stages, engines }: Subject, compared: string | undefined): Unmet {
  const sentences: string[] = [];
  const left: Partial<Record<WhereKey, string>> = {};
  const leave = (key: WhereKey, sentence: string): void => {
    left[key] = "";
    sentences.push(sentence);
  };
  const { stage = "", vs = "", overlay = "", tab = "", engines: engine = "" } = keys;
  if (strangeView !== undefined) sentences.push(`The link's view ${strangeView} is none of ${views.join(", ")}. This is ${view}.`);
  const stageNames = stages.map(({ name }) => name).filter((name) => name !== "");
  if (stage !== "" && !stageNames.includes(stage)) {
    leave(
      "stage",
      stageNames.length === 0
        ? `The link asks for stage ${stage}, and there are no stages here.`
        : `The link asks for stage ${stage}; there are ${stageNames.join(", ")}. This is ${stageNames[0] ?? ""}.`,
    );
  }
  if (vs.startsWith("files-")) {
    // The key stays: whoever has those files can choose them.
    if (vs !== `files-${compared ?? ""}`)
      sentences.push("The link compares with other files: choose them under `compare with` of the matrix.");
  } else if (vs !== "" && !stageNames.includes(vs))
    leave("vs", `The link compares with stage ${vs}, which is not here, so that was left out.`);
  const leaveWord = (key: WhereKey, word: string, known: readonly string[]): void =>
    leave(key, `The link's ${key} ${word} is none of ${known.join(", ")}, so it was left out.`);
  const overlays = ["intent", "changes", "none"];
  const strange = overlay.split(",").find((word) => word !== "" && !overlays.includes(word));
  if (strange !== undefined) leaveWord("overlay", strange, overlays);
  if (tab !== "" && !tabs.includes(tab)) leaveWord("tab", tab, tabs);
  const names = [...engines.map(({ name }) => name), "lab"];
  if (engine !== "" && !names.includes(engine)) leaveWord("engines", engine, names);
  for (const [key, known] of Object.entries(words) as readonly (readonly [WhereKey, readonly string[]])[]) {
    const value = keys[key] ?? "";
    if (value !== "" && !known.includes(value)) leaveWord(key, value, known);
  }
  return { sentences, keys: left };
}
