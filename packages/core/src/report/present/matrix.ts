import type { MatrixDocument, ReportEndpoint, ReportPair } from "../types.ts";
import { cellText, paintMarked, verdictCell } from "./cells.ts";
import { safeText } from "./escape.ts";
import type { Look } from "./look.ts";
import { foldMatrix } from "./matrix-fold.ts";
import { number } from "./numbers.ts";
import { bySpace, spaceName, type SpaceMatrix } from "./spaces.ts";
import { fill, pad, shorten, wrap, widest } from "./table.ts";

/** How many namespaces still make columns. */
const mostNamespaces = 14;
/** On a terminal a longer table is cut at `shownRows`. */
const mostRows = 40;
const shownRows = 30;

/** More groups of alike rows than this never fit beside each other. */
const mostAlike = 24;
/** More rows than this are not compared with each other. */
const mostCompared = 400;

/**
 * Numbered columns take names of any length. What is too wide becomes namespaces by namespaces, with counts; where only some of them were
 * asked about, rows that are alike share one.
 */
export function presentMatrix(document: MatrixDocument, look: Look): string {
  const head = `${fill(headline(document, look.glyphs.differs).trimEnd(), look)}\n`;
  const grid = endpointGrid(document, look);
  if (look.full || !tooWide(grid, look)) return head + drawn(grid, look) + columnNames(document, look);
  // A selection (--from, -n) has left the namespaces behind: there, rows that are alike say more.
  const alike = isSelection(document) ? foldMatrix(document, mostAlike) : undefined;
  const folded = alike && endpointGrid(alike, look);
  if (alike === undefined || folded === undefined || tooWide(folded, look)) return head + namespaces(document, look);
  const what = `${fill(`${number(document.endpoints.length)} ${rowsWord(document)} are too wide for ${look.width} columns: those that are alike share a row, --full has all`, look)}\n`;
  return head + what + drawn(folded, look) + columnNames(alike, look);
}

/** Whether some namespaces are not asked about each other. */
function isSelection({ endpoints, pairs }: MatrixDocument): boolean {
  if (endpoints.length > mostCompared) return false;
  const spaceOf = new Map(endpoints.map((endpoint) => [endpoint.id, spaceName(endpoint)]));
  const spaces = new Set(spaceOf.values());
  const asked = new Set(pairs.map(({ from, to }) => key(spaceOf.get(from) ?? "", spaceOf.get(to) ?? "")));
  return [...spaces].some((from) => [...spaces].some((to) => from !== to && !asked.has(key(from, to))));
}

function rowsWord({ endpoints }: MatrixDocument): string {
  return endpoints.every(({ kind }) => kind === "pods") ? "workloads" : "rows";
}

function tooWide({ lines }: Grid, look: Look): boolean {
  return Math.max(0, ...lines.map(({ width }) => width)) > look.width;
}

export function headline(document: MatrixDocument, differs = "≠"): string {
  const { stage, port, totals, pairs: cells } = document;
  const { pairs, open, undetermined } = totals;
  const where = [stage, port]
    .filter((part) => part !== undefined)
    .map(safeText)
    .join(", ");
  const count = open === pairs && pairs > 1 ? `all ${number(pairs)} pairs are open` : `${number(open)} of ${number(pairs)} pairs are open`;
  const every = port !== undefined || open === 0 ? "" : `, ${openText(totals, cells)}`;
  const unsure = undetermined === 0 ? "" : `, ${number(undetermined)} undetermined`;
  return `${where === "" ? "" : `${where}: `}${agreementText(document, differs)}${count}${every}${unsure}\n`;
}

/** `spec and contrail differ on 1 of 54 pairs (≠); by spec `; nothing where one engine was asked. */
function agreementText({ engines, differing, totals }: MatrixDocument, differs: string): string {
  const [first = "", ...others] = engines;
  if (others.length === 0) return "";
  const all = `${engines.slice(0, -1).join(", ")} and ${engines.at(-1)}`;
  return differing === 0
    ? `${all} agree on all pairs; `
    : `${all} differ on ${number(differing)} of ${number(totals.pairs)} pairs (${differs}); by ${first} `;
}

function openText({ open, openOnEveryPort }: MatrixDocument["totals"], cells: readonly ReportPair[]): string {
  if (openOnEveryPort === open) return "on every port";
  const some = someText(cells);
  if (some === undefined) return openOnEveryPort === 0 ? "none on every port" : `${number(openOnEveryPort)} of them on every port`;
  return openOnEveryPort === 0
    ? `only on ${some}`
    : `${number(openOnEveryPort)} on every port, ${number(open - openOnEveryPort)} only on ${some}`;
}

/** The ports of what is open in part, where they are the same everywhere. */
function someText(pairs: readonly ReportPair[]): string | undefined {
  const texts = [...new Set(pairs.map(({ allow }) => allow))].filter((allow) => allow !== "all" && allow !== "-");
  const [only] = texts;
  return texts.length === 1 && only !== undefined && only.length <= 30 ? only : undefined;
}

interface Grid {
  readonly heads: readonly string[];
  readonly cellWidth: number;
  readonly lines: readonly { readonly label: string; readonly cells: readonly string[]; readonly width: number }[];
}

/** Rows are those that open something, columns those that are reached: with --from and --to they differ. */
function endpointGrid({ endpoints, pairs, port }: MatrixDocument, look: Look): Grid {
  const cells = cellsByPair(pairs, port === undefined ? cellText : verdictCell);
  const differing = new Set(pairs.flatMap(({ from, to, differs }) => (differs ? [key(from, to)] : [])));
  const marked = (at: string): string => (cells.get(at) ?? "") + (differing.has(at) ? look.glyphs.differs : "");
  const [sources, targets] = sidesOf({ endpoints, pairs });
  const rows = sources.map(({ endpoint, label }) => ({
    label,
    cells: targets.map((other) => marked(key(endpoint.id, other.endpoint.id))),
  }));
  return gridOf(
    rows,
    targets.map(({ index }) => String(index)),
    look,
  );
}

interface NumberedEndpoint {
  readonly endpoint: ReportEndpoint;
  readonly index: number;
  readonly label: string;
}

function sidesOf({
  endpoints,
  pairs,
}: Pick<MatrixDocument, "endpoints" | "pairs">): readonly [sources: readonly NumberedEndpoint[], targets: readonly NumberedEndpoint[]] {
  const [froms, tos] = [new Set(pairs.map(({ from }) => from)), new Set(pairs.map(({ to }) => to))];
  const all = endpoints.map((endpoint, i) => ({ endpoint, index: i + 1, label: `${i + 1} ${rowLabel(endpoint)}` }));
  return [all.filter(({ endpoint }) => froms.has(endpoint.id)), all.filter(({ endpoint }) => tos.has(endpoint.id))];
}

/** Columns that have no row are named below the table. */
function columnNames(document: MatrixDocument, look: Look): string {
  const [sources, targets] = sidesOf(document);
  const unnamed = targets.filter(({ index }) => !sources.some((source) => source.index === index));
  if (unnamed.length === 0) return "";
  return `${wrap(`Columns: ${unnamed.map(({ label }) => label).join(", ")}`, look, "  ")}\n`;
}

function rowLabel({ name, size, kind }: ReportEndpoint): string {
  return safeText(kind === "pods" && size > 1 && !name.endsWith(")") ? `${name} (${size})` : name);
}

/** A pair has one entry, or one per family where they differ: then both stand in the cell. */
function cellsByPair(pairs: readonly ReportPair[], textOf: (allow: string, undetermined: string) => string): ReadonlyMap<string, string> {
  const cells = new Map<string, string>();
  for (const { from, to, family, allow, undetermined } of pairs) {
    const text = textOf(allow, undetermined);
    const before = cells.get(key(from, to));
    if (family === undefined) cells.set(key(from, to), text);
    else cells.set(key(from, to), before === undefined ? `v${family}:${text}` : bothFamilies(before, `v${family}:${text}`));
  }
  return cells;
}

/** Open in no family and perhaps in one: that is a question, and which family it is, JSON says. */
function bothFamilies(first: string, second: string): string {
  const texts = [first, second].map((text) => text.replace(/^v[46]:/, ""));
  return texts.includes("?") && texts.every((text) => text === "?" || text === "-") ? "?" : `${first} ${second}`;
}

function key(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

function gridOf(
  rows: readonly { readonly label: string; readonly cells: readonly string[] }[],
  heads: readonly string[],
  look: Look,
): Grid {
  const longest = Math.max(widest(heads, look), ...rows.map(({ cells }) => widest(cells, look)));
  const cellWidth = Math.max(longest, 3) + (longest >= 4 ? 1 : 2);
  const labelWidth = widest([...rows.map(({ label }) => label), "FROM, TO"], look) + 2;
  // The last cell of a line needs no room behind it.
  return { heads, cellWidth, lines: rows.map((row) => ({ ...row, width: labelWidth + cellWidth * heads.length - (cellWidth - longest) })) };
}

function drawn({ heads, cellWidth, lines }: Grid, look: Look): string {
  const cut = look.terminal && !look.full && lines.length > mostRows;
  const shown = cut ? lines.slice(0, shownRows) : lines;
  const most = Math.max(16, Math.floor(look.width / 2));
  const labels = shown.map(({ label }) => (look.terminal ? shorten(label, most, look) : label));
  const labelWidth = widest([...labels, "FROM, TO"], look) + 2;
  const row = (label: string, cells: readonly string[], paint: (cell: string) => string): string => {
    const last = cells.findLastIndex((cell) => cell !== "");
    const drawnCells = cells
      .slice(0, last + 1)
      .map((cell, i) => paint(cell) + (i === last ? "" : " ".repeat(Math.max(0, cellWidth - look.measure(cell)))));
    return `${(pad(label, labelWidth, look) + drawnCells.join("")).trimEnd()}\n`;
  };
  const head = look.headers ? row("FROM, TO", heads, look.paint.quiet) : "";
  const body = shown.map(({ cells }, i) => row(labels[i] ?? "", cells, (cell) => paintMarked(cell, look))).join("");
  return head + body + (cut ? `${lines.length - shown.length} more: --full\n` : "");
}

/** Open pairs per pair of namespaces: the map from which one zooms. */
function namespaces(document: MatrixDocument, look: Look): string {
  const { endpoints, port } = document;
  let shown: { readonly spaces: SpaceMatrix; readonly grid: Grid } | undefined;
  // As many as the columns have room for.
  for (let most = mostNamespaces; shown === undefined || (most > 2 && tooWide(shown.grid, look)); most--) {
    const spaces = bySpace(document, most);
    shown = { spaces, grid: spaceGrid(spaces, look) };
  }
  const { spaces, grid } = shown;
  const on = port === undefined ? "" : `, on ${port}`;
  const what = `${fill(`${number(endpoints.length)} ${rowsWord(document)} are too wide for ${look.width} columns: open pairs per namespace instead${on}`, look)}\n`;
  const more =
    spaces.left > 0 ? `the ${spaces.spaces.length} most reachable namespaces, ${number(spaces.left)} left out: --full -o csv\n` : "";
  const [first = "NAMESPACE", second = first] = spaces.spaces
    .map(({ name }) => name)
    .filter((name) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name));
  const zoom = [`Zoom: --from ${first} --to ${second}`, `-n ${first}`, "-l LABEL=VALUE", "--full -o csv"].join(" | ");
  return `${what}${drawn(grid, look)}${more}${look.measure(zoom) > look.width ? zoom.replace(" | -l LABEL=VALUE", "") : zoom}\n`;
}

function spaceGrid({ spaces, cell }: SpaceMatrix, look: Look): Grid {
  const cellOf = (from: string, to: string): string => {
    const { pairs, open, whole, unsure } = cell(from, to) ?? { pairs: 0, open: 0, whole: 0, unsure: 0 };
    return pairs === 0 ? "" : whole === pairs ? "all" : open > 0 ? number(open) : unsure > 0 ? "?" : "-";
  };
  return gridOf(
    spaces.map(({ name, size }, i) => ({
      label: `${i + 1} ${safeText(name)} (${number(size)})`,
      cells: spaces.map((to) => cellOf(name, to.name)),
    })),
    spaces.map((_, i) => String(i + 1)),
    look,
  );
}
