import type { ReportStage } from "../types.ts";
import { nameSet, type SetNames } from "./names.ts";

/** How the end of a `through` is reached: directly, by way of what it names, or both. */
export function pathsText({ direct, through }: ReportStage["paths"][number], names: SetNames): string {
  const viaIds = through.map(({ via }) => via);
  const around = direct.filter((id) => !viaIds.includes(id));
  const clients = [...new Set(through.flatMap(({ from }) => from))];
  const via = viaIds.map((id) => names.nameOf(id)).join(", ");
  if (around.length === 0) {
    if (through.length === 0) return "from nowhere";
    return `only through ${via}, ${clients.length === 0 ? "which nobody reaches" : `from ${nameSet(clients, names)}`}`;
  }
  const directly = `directly from ${nameSet(around, names)}`;
  if (through.length === 0) return directly;
  const both = around.filter((id) => clients.includes(id));
  const onlyThrough = clients.filter((id) => !around.includes(id));
  if (both.length === around.length && onlyThrough.length === 0) return `directly from ${via} and ${nameSet(around, names)}`;
  const parts = [directly];
  if (both.length > 0) parts.push(`${both.length} of them also through ${via}`);
  if (onlyThrough.length > 0) parts.push(`through ${via} from ${nameSet(onlyThrough, names)}`);
  return parts.join(", ");
}
