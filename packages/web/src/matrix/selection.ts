import { boxOf } from "../design/units.ts";
import { useAlike, useAnswer } from "../state/answers.ts";
import { currentRows, currentStage } from "../state/store.ts";

/** Many flows: from each of these rows to each of those, by their ids. */
export interface Selection {
  readonly sources: readonly string[];
  readonly targets: readonly string[];
}

/**
 * What `sel` of a link stands for: `ns/dev>ns/qa`, ids with commas, or `class:ID>class:ID` for all that no rule tells apart from those two.
 * Undefined for what is no selection of flows, and until it is known.
 */
export function useSelection(text: string): Selection | undefined {
  const [from, to, ...more] = text.split(">");
  const isMany = from !== undefined && to !== undefined && more.length === 0;
  const [source, target] = isMany ? [classOf(from), classOf(to)] : [undefined, undefined];
  const stage = currentStage.value;
  const alike = useAlike(stage, source, target);
  if (!isMany) return undefined;
  if (source !== undefined || target !== undefined) return alike && { sources: alike.from, targets: alike.to };
  return { sources: idsOf(from), targets: idsOf(to) };
}

/** What of `sel` is nobody here. */
export function useStrangers(text: string): readonly string[] {
  const names = text.split(">").flatMap((end) => classOf(end) ?? (spaceOf(end) === undefined ? namesIn(end) : []));
  const spaces = text.split(">").flatMap((end) => (spaceOf(end) !== undefined && idsOf(end).length === 0 ? [end] : []));
  const strangers = useAnswer(`strangers ${names.join()}`, (of) => of.strangers(names));
  return [...spaces, ...(strangers ?? [])];
}

/** The end that `class:ID` names. */
export function classOf(end: string): string | undefined {
  return /^class:(.+)$/.exec(end)?.[1];
}

function spaceOf(end: string): string | undefined {
  return /^ns\/([^,]+)$/.exec(end)?.[1];
}

function idsOf(end: string): readonly string[] {
  const space = spaceOf(end);
  return space === undefined ? namesIn(end) : currentRows.value.filter((row) => boxOf(row) === space).map(({ id }) => id);
}

/** A comma of an id, `web (2 of 3, as web-1)`, has a space behind it. */
export function namesIn(end: string): readonly string[] {
  return end.split(/,(?! )/);
}
