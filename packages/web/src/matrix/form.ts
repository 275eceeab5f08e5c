import { computed } from "@preact/signals";
import { currentRows, subject, where } from "../state/store.ts";

/** Designs of more ends than these are looked at as pods by pods. */
const mostEnds = 60;

/** Whether there are devices under test and stages to look at side by side. */
export const hasStagesForm = computed(
  () => (subject.value?.focus.length ?? 0) > 0 && (subject.value?.stages.length ?? 0) > 1 && currentRows.value.length <= mostEnds,
);

/** Which of its two forms the matrix has: a filter, a table and a comparison are about pods by pods. */
export const matrixForm = computed((): "stages" | "pods" => {
  const { tab, table, q = "", vs = "" } = where.value.keys;
  return hasStagesForm.value && tab !== "pods" && table === undefined && q === "" && vs === "" ? "stages" : "pods";
});
