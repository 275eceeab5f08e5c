import { boxOf } from "../design/units.ts";
import { useAnswer } from "../state/answers.ts";
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
  const alike = useAnswer(`alike ${stage} ${source ?? ""}>${target ?? ""}`, async (of) =>
    source === undefined || target === undefined ? undefined : of.alike(stage, source, target),
  );
  if (!isMany) return undefined;
  if (source !== undefined || target !== undefined) return alike && { sources: alike.from, targets: alike.to };
  return { sources: idsOf(from), targets: idsOf(to) };
}

function classOf(end: string): string | undefined {
  return /^class:(.+)$/.exec(end)?.[1];
}

function idsOf(end: string): readonly string[] {
  const [, space] = /^ns\/([^,]+)$/.exec(end) ?? [];
  if (space !== undefined) return currentRows.value.filter((row) => boxOf(row) === space).map(({ id }) => id);
  return end.split(",");
}
