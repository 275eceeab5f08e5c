import { parseLine } from "../editor/lines.ts";
import { steps } from "../tour/steps.ts";
import type { Compared, FileSummary, Subject } from "../workbench/protocol.ts";
import { parseFlow, views, type Where, type WhereKey } from "./location.ts";
import { portForm, portIn } from "./port.ts";

/** What a link may ask for. */
export interface Here {
  readonly subject: Subject;
  readonly files: readonly Pick<FileSummary, "path">[];
  /** The other files that were read to be compared with. */
  readonly compared: Pick<Compared, "hash"> | undefined;
}

/** What a link asks for and this source does not have: a sentence for each, and how the keys are then. */
export interface Unmet {
  readonly sentences: readonly string[];
  readonly keys: Where["keys"];
}

/** Keys with few values. The ends of flows and selections and the terms of a filter are answered by those who show them. */
const words: Readonly<Partial<Record<WhereKey, readonly string[]>>> = {
  mode: ["all", "one", "diff"],
  group: ["ns", "class", "workload"],
  sort: ["name", "reach", "alike"],
  panel: ["wide", "closed"],
  scope: ["devices", "all", "selection"],
  table: ["1"],
};

/** Those that `tab` may hold: the tabs of the objects, and the matrix of pods by pods. */
const tabs = ["rules", "tags", "groups", "nftables", "pods"];

/** Nothing of a link is dropped in silence: what would show something else than was asked for is named. */
export function unmetIn({ view, strangeView, keys, unknown }: Where, { subject: { stages, engines }, files, compared }: Here): Unmet {
  const sentences: string[] = [];
  const left: Partial<Record<WhereKey, string>> = {};
  const leave = (key: WhereKey, sentence: string): void => {
    left[key] = "";
    sentences.push(sentence);
  };
  const {
    stage = "",
    vs = "",
    port = "",
    flow = "",
    sel = "",
    line = "",
    zoom = "",
    step = "",
    overlay = "",
    tab = "",
    engines: engine = "",
  } = keys;
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
    if (vs !== `files-${compared?.hash ?? ""}`)
      sentences.push("The link compares with other files: choose them under `compare with` of the matrix.");
  } else if (vs !== "" && !stageNames.includes(vs))
    leave("vs", `The link compares with stage ${vs}, which is not here, so that was left out.`);
  const leaveWord = (key: WhereKey, word: string, known: readonly string[]): void =>
    leave(key, `The link's ${key} ${word} is ${known.length === 1 ? "not" : "none of"} ${known.join(", ")}, so it was left out.`);
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
  const plain = port === "all" ? port : portIn(port);
  if (port !== "" && plain === undefined) leave("port", `The link's port ${port} is none: ${portForm}, or all. It was left out.`);
  else if (plain !== undefined && plain !== port) left.port = plain;
  if (sel !== "" && !/^(?:row|rule):.|.>./.test(sel))
    leave("sel", `The link selects ${sel}, which is none of row:NAME, rule:NAME, FROM>TO. It was left out.`);
  const ends = parseFlow(flow);
  if (flow !== "" && ends === undefined) leave("flow", `The link's flow ${flow} has no two ends: FROM>TO:80/TCP. It was left out.`);
  else if (ends?.port !== undefined && portIn(ends.port) === undefined) {
    left.flow = `${ends.from}>${ends.to}`;
    sentences.push(`The link's flow is about port ${ends.port}, which is none: ${portForm}. It is shown on all ports.`);
  }
  const place = parseLine(line);
  if (line !== "" && place === undefined) leave("line", `The link's line ${line} is no FILE:LINE, so it was left out.`);
  else if (place !== undefined && !files.some(({ path }) => path === place.path))
    leave("line", `The link leads to a line of ${place.path}, which is not here, so it was left out.`);
  if (zoom !== "" && !(Number(zoom) > 0)) leave("zoom", `The link's zoom ${zoom} is no size of a cell in pixels, so it was left out.`);
  if (step !== "" && !(Number.isInteger(Number(step)) && Number(step) >= 1 && Number(step) <= steps.length))
    leave("step", `The link's step ${step} is none of 1 to ${steps.length}, so it was left out.`);
  if (unknown.length > 0) sentences.push(`The page does not know the link's ${unknown.map(([key]) => key).join(", ")}.`);
  return { sentences, keys: left };
}
