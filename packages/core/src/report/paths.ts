import { endpointName } from "../model/endpoint.ts";
import type { Paths, Point } from "../usecase/check.ts";
import { nameRows } from "./naming.ts";
import type { RowGroup } from "./list.ts";

/** How the end of a `through` is reached: directly, by way of what it names, or both. */
export function pathsText({ direct, through }: Paths, groups: readonly RowGroup[]): string {
  const viaNames = new Set(through.map(({ via }) => via.name));
  const around = direct.filter(({ name }) => !viaNames.has(name));
  const clients = distinct(through.flatMap(({ from }) => from));
  const via = through.map(({ via: point }) => shortName(point)).join(", ");
  if (around.length === 0) {
    if (through.length === 0) return "from nowhere";
    return `only through ${via}, ${clients.length === 0 ? "which nobody reaches" : `from ${named(clients, groups)}`}`;
  }
  const directly = `directly from ${named(around, groups)}`;
  if (through.length === 0) return directly;
  const both = around.filter(({ name }) => clients.some((client) => client.name === name));
  const onlyThrough = clients.filter(({ name }) => !around.some((point) => point.name === name));
  if (both.length === around.length && onlyThrough.length === 0) return `directly from ${via} and ${named(around, groups)}`;
  const parts = [directly];
  if (both.length > 0) parts.push(`${both.length} of them also through ${via}`);
  if (onlyThrough.length > 0) parts.push(`through ${via} from ${named(onlyThrough, groups)}`);
  return parts.join(", ");
}

function named(points: readonly Point[], groups: readonly RowGroup[]): string {
  const ids = points.map(({ name }) => name);
  return nameRows(ids, points.map(shortName), groups.map(({ name, rows }) => ({ name, members: rows.flatMap(({ members }) => members.map(endpointName)) })));
}

function shortName(point: Point): string {
  return point.kind === "pod" || point.kind === "node" ? point.endpoint.name : point.name;
}

function distinct(points: readonly Point[]): readonly Point[] {
  return [...new Map(points.map((point) => [point.name, point])).values()];
}
