import type { MatrixDocument, ReportEndpoint, ReportPair } from "../types.ts";
import { cellText, paintCell, verdictCell } from "./cells.ts";
import { safeText } from "./escape.ts";
import type { Look } from "./look.ts";
import { pad, shorten } from "./table.ts";

/** How many namespaces still make columns. */
const mostNamespaces = 14;
/** On a terminal a longer table is cut at `shownRows`. */
const mostRows = 40;
const shownRows = 30;

/** Numbered columns take names of any length. What is too wide becomes namespaces by namespaces, with counts. */
export function presentMatrix(document: MatrixDocument, look: Look): string {
  const grid = endpointGrid(document, look);
  const fits = look.full || Math.max(...grid.lines.map(({ width }) => width)) <= look.width;
  return headline(document) + (fits ? drawn(grid, look) : namespaces(document, look));
}

export function headline({ stage, port, totals }: MatrixDocument): string {
  const { pairs, open, openOnEveryPort, undetermined } = totals;
  const where = [stage, port].filter((part) => part !== undefined).map(safeText).join(", ");
  const count = open === pairs ? `all ${number(pairs)} pairs are open` : `${number(open)} of ${number(pairs)} pairs are open`;
  const every = port !== undefined || open === 0 ? "" : openOnEveryPort === open ? ", on every port" : `, ${number(openOnEveryPort)} on every port, ${number(open - openOnEveryPort)} only on some`;
  const unsure = undetermined === 0 ? "" : `, ${number(undetermined)} undetermined`;
  return `${where === "" ? "" : `${where}: `}${count}${every}${unsure}\n`;
}

/** 12,345: counts are read by people. */
export function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

interface Grid {
  readonly heads: readonly string[];
  readonly cellWidth: number;
  readonly lines: readonly { readonly label: string; readonly cells: readonly string[]; readonly width: number }[];
}

function endpointGrid({ endpoints, pairs, port }: MatrixDocument, look: Look): Grid {
  const cells = cellsByPair(pairs, port === undefined ? cellText : verdictCell);
  const rows = endpoints.map((endpoint, i) => ({
    label: `${i + 1} ${rowLabel(endpoint)}`,
    cells: endpoints.map((other) => cells.get(key(endpoint.id, other.id)) ?? ""),
  }));
  return gridOf(rows, endpoints.map((_, i) => String(i + 1)), look);
}

function rowLabel({ name, size, kind }: ReportEndpoint): string {
  return safeText(kind === "pods" && size > 1 && !name.endsWith(")") ? `${name} (${size})` : name);
}

/** A pair has one entry, or one per family where they differ: then both stand in the cell. */
function cellsByPair(pairs: readonly ReportPair[], textOf: (allow: string, undetermined: string) => string): ReadonlyMap<string, string> {
  const cells = new Map<string, string>();
  for (const { from, to, family, allow, undetermined } of pairs) {
    const text = family === undefined ? textOf(allow, undetermined) : `v${family}:${textOf(allow, undetermined)}`;
    const before = cells.get(key(from, to));
    cells.set(key(from, to), before === undefined ? text : `${before} ${text}`);
  }
  return cells;
}

function key(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

function gridOf(rows: readonly { readonly label: string; readonly cells: readonly string[] }[], heads: readonly string[], look: Look): Grid {
  const longest = Math.max(...heads.map((head) => head.length), ...rows.flatMap(({ cells }) => cells.map((cell) => look.measure(cell))));
  const cellWidth = Math.max(longest, 3) + (longest >= 4 ? 1 : 2);
  const labelWidth = Math.max(...rows.map(({ label }) => look.measure(label)), "FROM, TO".length) + 2;
  return { heads, cellWidth, lines: rows.map((row) => ({ ...row, width: labelWidth + cellWidth * heads.length })) };
}

function drawn({ heads, cellWidth, lines }: Grid, look: Look): string {
  const cut = look.terminal && !look.full && lines.length > mostRows;
  const shown = cut ? lines.slice(0, shownRows) : lines;
  const most = Math.max(16, Math.floor(look.width / 2));
  const labels = shown.map(({ label }) => (look.terminal ? shorten(label, most, look) : label));
  const labelWidth = Math.max(...labels.map((label) => look.measure(label)), "FROM, TO".length) + 2;
  const row = (label: string, cells: readonly string[], paint: (cell: string) => string): string => {
    const last = cells.findLastIndex((cell) => cell !== "");
    const drawnCells = cells.slice(0, last + 1).map((cell, i) => paint(cell) + (i === last ? "" : " ".repeat(Math.max(0, cellWidth - look.measure(cell)))));
    return `${(pad(label, labelWidth, look) + drawnCells.join("")).trimEnd()}\n`;
  };
  const head = look.headers ? row("FROM, TO", heads, look.paint.quiet) : "";
  const body = shown.map(({ cells }, i) => row(labels[i] ?? "", cells, (cell) => paintCell(cell, look.paint))).join("");
  return head + body + (cut ? `${lines.length - shown.length} more: --full\n` : "");
}

/** Open pairs per pair of namespaces: the map from which one zooms. */
function namespaces({ endpoints, pairs, port }: MatrixDocument, look: Look): string {
  const spaceOf = new Map(endpoints.map((endpoint) => [endpoint.id, spaceName(endpoint)]));
  const sizes = new Map<string, number>();
  for (const endpoint of endpoints) sizes.set(spaceName(endpoint), (sizes.get(spaceName(endpoint)) ?? 0) + endpoint.size);
  const counts = new Map<string, { all: number; open: number }>();
  const reached = new Map<string, number>();
  const seen = new Map<string, boolean>();
  for (const pair of pairs) {
    const [from, to] = [spaceOf.get(pair.from) ?? "", spaceOf.get(pair.to) ?? ""];
    const cell = counts.get(key(from, to)) ?? { all: 0, open: 0 };
    const id = key(pair.from, pair.to);
    const known = seen.get(id);
    const open = pair.allow !== "-";
    if (known === undefined) cell.all += pair.pairs;
    if (open && known !== true) cell.open += pair.pairs;
    if (open && known !== true) reached.set(to, (reached.get(to) ?? 0) + pair.pairs);
    seen.set(id, known === true || open);
    counts.set(key(from, to), cell);
  }
  const byReach = [...sizes.keys()].sort((a, b) => (reached.get(b) ?? 0) - (reached.get(a) ?? 0) || (a < b ? -1 : 1));
  const kept = new Set(byReach.slice(0, mostNamespaces));
  const names = [...sizes.keys()].filter((name) => kept.has(name));
  const cellOf = (from: string, to: string): string => {
    const { all, open } = counts.get(key(from, to)) ?? { all: 0, open: 0 };
    return all === 0 ? "" : open === all ? "all" : open === 0 ? "-" : number(open);
  };
  const grid = gridOf(
    names.map((name, i) => ({ label: `${i + 1} ${name} (${sizes.get(name) ?? 0})`, cells: names.map((to) => cellOf(name, to)) })),
    names.map((_, i) => String(i + 1)),
    look,
  );
  const left = byReach.length - names.length;
  const what = `${number(endpoints.length)} rows are too wide for ${look.width} columns: open pairs per namespace instead${port === undefined ? "" : `, on ${port}`}\n`;
  const more = left > 0 ? `the ${names.length} most reachable namespaces, ${left} left out: --full -o csv\n` : "";
  const [first = "NAMESPACE", second = first] = names.filter((name) => !name.startsWith("("));
  return `${what}${drawn(grid, look)}${more}Zoom: -n ${first} | --from ns/${first} --to ns/${second} | -l LABEL=VALUE | --full -o csv\n`;
}

function spaceName({ kind, namespace }: ReportEndpoint): string {
  if (kind === "pods") return namespace;
  return kind === "node" ? "(nodes)" : "(outside)";
}
