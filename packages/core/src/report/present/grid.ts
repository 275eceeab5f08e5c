import type { Report, ReportRow, ReportStage } from "../types.ts";
import { cellText } from "./cells.ts";
import { number } from "./numbers.ts";
import { nameOf } from "./sentences.ts";

/** A report as a table of endpoints by devices under test by stages, for every format that draws one. */
export interface Grid {
  /** First who may reach each device, then what each may open. Without devices under test, every endpoint is one that may be reached. */
  readonly blocks: readonly GridBlock[];
  readonly rows: readonly GridRow[];
  /** What is not in it, as sentences. */
  readonly leftOut: readonly string[];
}

export interface GridLimits {
  /** More rows than this fold where their cells are equal. */
  readonly foldAbove: number;
  readonly mostRows: number;
  readonly mostDevices: number;
}

export interface GridBlock {
  readonly side: "to" | "from";
  /** The device under test, by id. */
  readonly device: string;
  /** One cell per stage, by the id of the other end; undefined where the pair is no question. */
  readonly cells: ReadonlyMap<string, readonly (GridCell | undefined)[]>;
}

export interface GridRow {
  /** More than one where rows with equal cells were folded. */
  readonly ids: readonly string[];
}

export interface GridCell {
  /** `all`, `80`, `-`, `?`; with both families where they differ: `v4:80 v6:-`. */
  readonly text: string;
  readonly open: Openness;
  readonly breaks: string | undefined;
  /** Whether another engine contradicts it. */
  readonly differs: boolean;
  /** The pair as the first engine judged it; one entry per family where they differ. */
  readonly rows: readonly ReportRow[];
}

/** How much of a pair is open: a cell's colour. */
export type Openness = "all" | "some" | "none" | "undetermined";

export function opennessOf(pairs: readonly { readonly allow: string; readonly undetermined: string }[]): Openness {
  if (pairs.every(({ allow }) => allow === "all")) return "all";
  if (pairs.some(({ allow }) => allow !== "-")) return "some";
  return pairs.some(({ undetermined }) => undetermined !== "-") ? "undetermined" : "none";
}

/** From this many on, rows with equal cells may fold. */
const foldFrom = 4;

export function gridOf(report: Report, { foldAbove, mostRows, mostDevices }: GridLimits): Grid {
  const { endpoints, focus } = report;
  if (focus.length === 0 && endpoints.length > mostDevices) {
    return { blocks: [], rows: [], leftOut: [`${number(endpoints.length)} rows and no device under test: the grid is left out`] };
  }
  const judged = report.stages.map((stage) => ({ rows: byPair(stage.surveys[0]?.rows ?? []), differing: differingKeys(stage) }));
  const block = (side: "to" | "from", device: string): GridBlock => ({
    side,
    device,
    cells: new Map(
      endpoints.map(({ id }) => {
        const key = side === "to" ? keyOf(id, device) : keyOf(device, id);
        return [id, judged.map(({ rows, differing }) => cellOf(rows.get(key) ?? [], differing.has(key)))];
      }),
    ),
  });
  const ids = endpoints.map(({ id }) => id);
  const devices = focus.slice(0, mostDevices);
  const blocks = [...(focus.length === 0 ? ids : devices).map((id) => block("to", id)), ...devices.map((id) => block("from", id))];
  const rows = ids.length > foldAbove ? folded(ids, blocks) : ids.map((id) => ({ ids: [id] }));
  return {
    blocks,
    rows: rows.slice(0, mostRows),
    leftOut: [
      ...(focus.length > devices.length ? [`${number(focus.length - devices.length)} more devices under test are left out`] : []),
      ...(rows.length > mostRows ? [`${number(rows.length - mostRows)} more rows are left out`] : []),
    ],
  };
}

/** What a column of the grid is headed by: `→ webserver-dev`, `webserver-dev →`. */
export function blockTitle({ endpoints }: Report, { side, device }: GridBlock, arrow: string): string {
  const name = nameOf(endpoints, device);
  return side === "to" ? `${arrow} ${name}` : `${name} ${arrow}`;
}

function byPair(rows: readonly ReportRow[]): ReadonlyMap<string, readonly ReportRow[]> {
  const pairs = new Map<string, ReportRow[]>();
  for (const row of rows) {
    const key = keyOf(row.from, row.to);
    const known = pairs.get(key);
    if (known === undefined) pairs.set(key, [row]);
    else known.push(row);
  }
  return pairs;
}

export function keyOf(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

/** The pairs for which engines contradict each other. */
export function differingKeys({ differences }: ReportStage): ReadonlySet<string> {
  return new Set(differences.flatMap(({ from, to }) => from.flatMap((a) => to.map((b) => keyOf(a, b)))));
}

/** One pair at one stage, as the first engine judged it. */
function cellOf(rows: readonly ReportRow[], differs: boolean): GridCell | undefined {
  if (rows.length === 0) return undefined;
  const text = pairText(rows);
  return {
    text,
    open: opennessOf(rows),
    breaks: rows.find(({ breaks }) => breaks !== undefined)?.breaks,
    differs,
    rows,
  };
}

/** The text of a pair's cell, its families side by side where they differ. */
export function pairText(rows: readonly Pick<ReportRow, "allow" | "undetermined" | "family">[]): string {
  return rows.map(({ allow, undetermined, family }) => `${familyMark(family)}${cellText(allow, undetermined)}`).join(" ");
}

/** The same with every port spelled out. */
export function exactText(rows: readonly Pick<ReportRow, "allow" | "undetermined" | "family">[]): string {
  return rows
    .map(({ allow, undetermined, family }) => {
      const open = allow === "-" ? [] : [allow];
      const unsure = undetermined === "-" ? [] : [`?${undetermined}`];
      return familyMark(family) + ([...open, ...unsure].join(" ") || "-");
    })
    .join(" ");
}

export function familyMark(family: 4 | 6 | undefined): string {
  return family === undefined ? "" : `v${family}:`;
}

function folded(ids: readonly string[], blocks: readonly GridBlock[]): readonly GridRow[] {
  const alike = new Map<string, string[]>();
  const keys = new Map(
    ids.map((id) => [
      id,
      JSON.stringify(
        blocks.map(({ cells }) => (cells.get(id) ?? []).map((cell) => cell && [exactText(cell.rows), cell.breaks, cell.differs])),
      ),
    ]),
  );
  for (const id of ids) {
    const key = keys.get(id) ?? "";
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [id]);
    else known.push(id);
  }
  return ids.flatMap((id) => {
    const members = alike.get(keys.get(id) ?? "") ?? [id];
    if (members.length < foldFrom) return [{ ids: [id] }];
    return members[0] === id ? [{ ids: members }] : [];
  });
}
