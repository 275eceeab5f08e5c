import { computed } from "@preact/signals";
import { go, subject, where } from "../state/store.ts";
import type { Scope } from "./units.ts";

/** What is drawn on top: both at first; `overlay=none` for neither. */
export const currentOverlays = computed(() => {
  const word = where.value.keys.overlay ?? "";
  const all = word === "" ? ["intent", "changes"] : word.split(",");
  return { intent: all.includes("intent"), changes: all.includes("changes") };
});

export function switchOverlay(name: "intent" | "changes"): void {
  const now = { ...currentOverlays.value, [name]: !currentOverlays.value[name] };
  const on = (["intent", "changes"] as const).filter((each) => now[each]);
  go({ keys: { overlay: on.length === 2 ? "" : on.length === 0 ? "none" : on.join(",") } }, "replace");
}

/** Devices under test where there are any, else all flows; the selection only while something is selected. */
export const currentScope = computed((): Scope => {
  const word = where.value.keys.scope;
  const hasFocus = (subject.value?.focus.length ?? 0) > 0;
  if (word === "selection" && (where.value.keys.sel ?? "").startsWith("row:")) return "selection";
  return word === "all" || !hasFocus ? "all" : "devices";
});
