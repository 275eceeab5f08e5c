import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { loadChunk } from "../chunks.ts";
import { hostKind } from "../host.ts";
import { startWorkbench } from "../workbench/client.ts";
import type { Compared, Opened, OpenSource, PageRow, Subject, Workbench } from "../workbench/protocol.ts";
import { changed, readChanges } from "./linked-edit.ts";
import { unmetIn } from "./link-values.ts";
import { sayProgress } from "./spoken.ts";
import { formatFlow, formatWhere, parseFlow, parseWhere, type ViewName, type Where, type WrittenFlow } from "./location.ts";

// ---- where the page is ----------------------------------------------------------------

export const where = signal<Where>(parseWhere(location.hash));

export type Step = "push" | "replace";

/** Goes to another place. View, stage and flow are steps that the browser's Back undoes; zooming and typing are not. */
export function go(
  patch: { readonly view?: ViewName; readonly source?: string; readonly keys?: Where["keys"] },
  step: Step = "push",
): void {
  const now = where.value;
  const next = { ...now, ...patch, keys: { ...now.keys, ...patch.keys } };
  const link = formatWhere(next);
  if (link === formatWhere(now)) return;
  where.value = next;
  if (step === "push") history.pushState(null, "", link);
  else history.replaceState(null, "", link);
}

addEventListener("popstate", () => {
  // Back from its views is the report itself.
  if (hostKind === "report" && !location.hash.startsWith("#/")) location.reload();
  where.value = parseWhere(location.hash);
  void follow(where.value.source);
});

/** Whose texts are open, as links write it. */
let openName = "";

/** A link that is pasted into an open page, or a step back, may lead to an edit or to other texts: only the part behind `#` changes. */
async function follow(source: string): Promise<void> {
  if (source === "" || opened.value === undefined) return;
  if (source === openName) await takeLink();
  else if (source.startsWith("files-") || source === "local")
    linkTrouble.value = "This link is about other files than those shown here: open them again.";
  else await openExample(source, "stay");
}

// ---- what is open ---------------------------------------------------------------------

/** The workbench that answers; undefined until something was opened. */
export const workbench = signal<Workbench | undefined>(undefined);
export const opened = signal<Opened | undefined>(undefined);
/** The texts as the editor has them, by path. */
export const texts = signal<ReadonlyMap<string, string>>(new Map());
/** The texts that edits are compared with. */
export const keptTexts = signal<ReadonlyMap<string, string>>(new Map());
/** Said in place of an answer: what could not be opened, or that the worker stopped. */
export const failure = signal<string | undefined>(undefined);

export const subject: ReadonlySignal<Subject | undefined> = computed(() => opened.value?.subject);
/** Answers change when this does. */
export const revision = computed(() => opened.value?.revision ?? 0);
export const currentRows = signal<readonly PageRow[]>([]);
/** Other files, read to be compared with. */
export const compared = signal<Compared | undefined>(undefined);
/** How far a survey of many rows has come, 0 to 1; undefined while there is none. */
export const surveyed = signal<number | undefined>(undefined);

/** `stay`: a link led to the place where things are opened, so it is shown; whoever chose something wants to see that. */
export async function openSource(source: OpenSource, sourceName: string, arrival: "move" | "stay" = "move"): Promise<void> {
  failure.value = undefined;
  try {
    workbench.value ??= startWorkbench(
      await loadChunk("engine"),
      (problem) => {
        workbench.value = undefined;
        surveyed.value = undefined;
        failure.value = problem;
      },
      (share) => {
        surveyed.value = share === 1 ? undefined : share;
        if (share < 1) sayProgress(`judging, ${Math.floor(share * 100)} % done`);
      },
    );
    const answer = await workbench.value.open(source);
    compared.value = undefined;
    texts.value = new Map(source.files.map(({ path, text }) => [path, text]));
    keptTexts.value = texts.value;
    await take(answer);
    openName = sourceName;
    if (where.value.source !== sourceName) {
      const view = where.value.view === "open" ? firstView(answer.subject) : where.value.view;
      where.value = { source: sourceName, view, strangeView: undefined, keys: {}, unknown: [] };
      history.pushState(null, "", formatWhere(where.value));
    } else if (where.value.view === "open" && arrival === "move") go({ view: firstView(answer.subject) }, "replace");
    await takeLink();
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  }
}

/** What a link asks for and is not done: said until somebody closes it. */
export const linkTrouble = signal<string | undefined>(undefined);

/** Takes what a link brings besides a place: its edit. What it asks for and is not there is left out and said. */
async function takeLink(): Promise<void> {
  linkTrouble.value = undefined;
  const trouble = await takeLinkedEdit();
  const [about, files] = [subject.value, opened.value?.files ?? []];
  const unmet =
    about === undefined ? { sentences: [], keys: {} } : unmetIn(where.value, { subject: about, files, compared: compared.value });
  where.value = { ...where.value, strangeView: undefined };
  go({ keys: { edit: "", ...unmet.keys } }, "replace");
  linkTrouble.value = [...trouble, ...unmet.sentences].join(" ") || undefined;
}

/** A link may bring an edit of the texts. It is taken once: from then on it is an edit like any other, which a new link can hold again. */
async function takeLinkedEdit(): Promise<readonly string[]> {
  const { edit } = where.value.keys;
  if (edit === undefined || edit === "") return [];
  const changes = await readChanges(edit);
  if (changes === undefined) return ["The edit in the link cannot be read: it may have been cut."];
  const trouble: string[] = [];
  for (const change of changes) {
    const text = await changed(texts.value.get(change.path) ?? "", change);
    if (text === undefined) trouble.push(`The link's edit is of another text of ${change.path}, so it was left out.`);
    else await editText(change.path, text);
  }
  return trouble;
}

/** Reads other files and compares with them; a sentence where that cannot be. */
export async function compareWith(source: OpenSource): Promise<string | undefined> {
  const found = await workbench.value?.compare(source);
  if (found === undefined) return undefined;
  const [first] = found.errors;
  if (first !== undefined) return `${found.name} cannot be read: ${first.message}`;
  if (found.workloads === 0) return `${found.name} holds no workload: there is nothing to compare with.`;
  const [wanted, before] = [where.value.keys.vs ?? "", compared.value];
  compared.value = found;
  linkTrouble.value = undefined;
  go({ keys: { vs: `files-${found.hash}`, tab: "pods" } });
  const isOfLink = wanted.startsWith("files-") && wanted !== `files-${before?.hash ?? ""}`;
  return isOfLink && wanted !== `files-${found.hash}` ? "The link compares with other files than these." : undefined;
}

/** A design is looked at as a picture, a cluster as a matrix. */
function firstView(about: Subject | undefined): ViewName {
  return about?.kind === "use-case" && about.counts.workloads <= mostForDesign ? "design" : "matrix";
}

const mostForDesign = 60;

/** One of the scenarios that come with the page. */
export async function openExample(name: string, arrival: "move" | "stay" = "move"): Promise<void> {
  const examples = await loadChunk("examples");
  const example = examples.find((one) => one.name === name);
  if (example === undefined) linkTrouble.value = `There is no example called ${name}.`;
  else await openSource(example, name, arrival);
}

export async function editText(path: string, text: string): Promise<void> {
  texts.value = new Map(texts.value).set(path, text);
  const answer = await workbench.value?.edit(path, text);
  if (answer !== undefined && answer.revision >= revision.value) await take(answer);
}

/** The text as it stands is what edits are compared with from now on: it was saved, or the disk has it. */
export async function keepText(path: string): Promise<void> {
  keptTexts.value = new Map(keptTexts.value).set(path, texts.value.get(path) ?? "");
  await workbench.value?.keep([path]);
  const now = opened.value;
  if (now !== undefined)
    opened.value = { ...now, files: now.files.map((file) => (file.path === path ? { ...file, edited: false } : file)) };
}

/** Back to the text that was kept. */
export async function revertText(path: string): Promise<void> {
  const kept = keptTexts.value.get(path);
  if (kept !== undefined) await editText(path, kept);
}

/** A file that is gone. */
export async function removeText(path: string): Promise<void> {
  texts.value = new Map([...texts.value].filter(([name]) => name !== path));
  const answer = await workbench.value?.edit(path, undefined);
  await workbench.value?.keep([path]);
  if (answer !== undefined && answer.revision >= revision.value) await take(answer);
}

/** The rows that were asked for last: of which workbench, and which. */
let taken: { readonly of: Workbench; readonly number: number; readonly rows: Promise<readonly PageRow[]> } | undefined;

/** Rows that are the same are not sent again. An answer that waits for them is not overtaken by a later one, which waits for them too. */
async function take(answer: Opened): Promise<void> {
  const of = workbench.value;
  if (of !== undefined && answer.subject !== undefined) {
    if (taken?.of !== of || taken.number !== answer.rows) taken = { of, number: answer.rows, rows: of.rows("workload") };
    currentRows.value = await taken.rows;
  }
  opened.value = answer;
}

// ---- what is looked at ----------------------------------------------------------------

export const currentStage = computed(() => {
  const name = where.value.keys.stage;
  const index = subject.value?.stages.findIndex((stage) => stage.name === name) ?? -1;
  return Math.max(0, index);
});

export function goToStage(index: number): void {
  const stage = subject.value?.stages[index];
  if (stage !== undefined) go({ keys: { stage: index === 0 ? "" : stage.name } });
}

/** `80/TCP`; undefined for all ports together. */
export const currentPort = computed(() => {
  const asked = where.value.keys.port;
  if (asked === "all") return undefined;
  return asked === undefined || asked === "" ? subject.value?.ports[0] : asked;
});

export const currentFlow = computed((): WrittenFlow | undefined => parseFlow(where.value.keys.flow));

/** Selects a flow on the port that is looked at, and with it opens Why. */
export function askWhy(from: string, to: string, on: string | undefined = currentPort.value): void {
  go({ keys: { flow: formatFlow({ from, to, port: on }), sel: "", panel: where.value.keys.panel === "wide" ? "wide" : "" } });
}

export function rowNamed(name: string): PageRow | undefined {
  return currentRows.value.find((row) => row.id === name || row.name === name);
}

/** How somebody last acted: the focus follows the keyboard, never the pointer. */
export const lastInput = signal<"keyboard" | "pointer">("pointer");
addEventListener("keydown", () => (lastInput.value = "keyboard"), { capture: true });
addEventListener("pointerdown", () => (lastInput.value = "pointer"), { capture: true });

// ---- how it looks ---------------------------------------------------------------------

export type Theme = "light" | "dark";

const remembered = ((): Theme | undefined => {
  try {
    const word = localStorage.getItem("netproof-theme");
    return word === "light" || word === "dark" ? word : undefined;
  } catch {
    return undefined;
  }
})();
const darkByDefault = matchMedia("(prefers-color-scheme: dark)");
export const theme = signal<Theme>(remembered ?? (darkByDefault.matches ? "dark" : "light"));

export function switchTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("netproof-theme", theme.value);
  } catch {
    // A browser that keeps nothing still shows what was chosen.
  }
}

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});
