import type { MatrixDocument, ReportEndpoint } from "../types.ts";
import { verdictCell } from "./cells.ts";
import { exactText, keyOf, opennessOf, pairText, type Openness } from "./grid.ts";
import { headline } from "./matrix.ts";
import { number } from "./numbers.ts";
import { addressText, sizedName } from "./sentences.ts";
import { bySpace } from "./spaces.ts";
import { cell, cellWidthFor, voidCell } from "./svg-cells.ts";
import { legend, type LegendUse } from "./svg-legend.ts";
import { label, picture, textWidth, titled, element, type Svg } from "./svg-parts.ts";

const margin = 24;
const leastWidth = 480;
const mostWidth = 880;
/** More rows than this are drawn by namespaces. */
const mostEndpoints = 60;
const mostSpaces = 60;
const mostCell = 56;
const leastCell = 13;
const mostLabel = 260;
const gap = 2;

/** The numbered grid: a number leads from a column to the row with its name. */
export function matrixPicture(document: MatrixDocument): string {
  const grid = document.endpoints.length > mostEndpoints ? spaceGrid(document) : endpointGrid(document);
  const { rows, cells, note } = grid;
  const texts = cells.flat().flatMap((one) => (one === undefined ? [] : [one.text]));
  const names = rows.map(({ name }, i) => `${i + 1} ${name}`);
  const labelWidth = Math.min(mostLabel, Math.max(70, ...names.map((name) => textWidth(name, "strong")))) + 14;
  const room = mostWidth - 2 * margin - labelWidth;
  const wanted = Math.max(leastCell, cellWidthFor(texts), cellWidthFor([String(rows.length)]));
  const fair = Math.floor(room / Math.max(1, rows.length)) - gap;
  const cellWidth = Math.max(leastCell, Math.min(mostCell, Math.max(Math.min(wanted, fair), Math.min(fair, 48))));
  const rowHeight = cellWidth < 24 ? Math.max(leastCell, cellWidth) : 26;
  const whole = headline(document).trimEnd();
  const [, title = whole, more = ""] = /^(.*? open)(?:, (.*))?$/.exec(whole) ?? [];
  const notes = [more, note ?? ""].filter((text) => text !== "");
  const wide = Math.max(textWidth(title, "title"), ...notes.map((text) => textWidth(text, "subtitle")));
  const width = Math.ceil(Math.max(leastWidth, Math.min(mostWidth, wide + 2 * margin), 2 * margin + labelWidth + rows.length * (cellWidth + gap)));
  const left = margin + labelWidth;
  const top = margin + 34 + notes.length * 20;
  const column = (i: number): number => left + i * (cellWidth + gap);
  const line = (i: number): number => top + 22 + i * (rowHeight + gap);
  const parts: Svg[] = [label("title", margin, margin + 16, title, { width: width - 2 * margin })];
  parts.push(...notes.map((text, i) => label("subtitle", margin, margin + 38 + i * 20, text, { width: width - 2 * margin })));
  parts.push(label("caption", margin, top + 14, "from, to"), ...rows.map((_, i) => label(cellWidth < 24 ? "tick" : "caption", column(i) + cellWidth / 2, top + 14, String(i + 1), { anchor: "middle" })));
  rows.forEach(({ about, strong }, i) => {
    const middle = line(i) + rowHeight / 2 + 4.5;
    parts.push(element("g", {}, [titled(about), label(strong ? "strong" : "name", margin, middle, names[i] ?? "", { width: labelWidth - 10 })]));
    rows.forEach((_to, j) => {
      const one = cells[i]?.[j];
      const box = { x: column(j), y: line(i), width: cellWidth, height: rowHeight };
      parts.push(one === undefined ? voidCell(box.x, box.y, box.width, box.height) : cell({ ...box, ...one, breaks: false, differs: false, changed: false }));
    });
  });
  const open = new Set(cells.flat().flatMap((one) => (one === undefined ? [] : [one.open])));
  const explained = legend({ cells: grid.content, texts, open, breaks: false, differs: false, changed: false }, margin, line(rows.length) + 14, width - 2 * margin);
  return picture({ width, height: explained.bottom + margin - 8, title: whole, description: note ?? `${number(rows.length)} rows`, parts: [...parts, ...explained.parts] });
}

interface MatrixGrid {
  readonly rows: readonly { readonly name: string; readonly about: string; readonly strong: boolean }[];
  readonly cells: readonly (readonly (MatrixCell | undefined)[])[];
  readonly content: LegendUse["cells"];
  readonly note: string | undefined;
}

interface MatrixCell {
  readonly open: Openness;
  readonly text: string;
  readonly title: string;
}

function endpointGrid({ endpoints, pairs, port }: MatrixDocument): MatrixGrid {
  const byPair = new Map<string, MatrixDocument["pairs"][number][]>();
  for (const pair of pairs) {
    const known = byPair.get(keyOf(pair.from, pair.to));
    if (known === undefined) byPair.set(keyOf(pair.from, pair.to), [pair]);
    else known.push(pair);
  }
  const cellOf = (from: ReportEndpoint, to: ReportEndpoint): MatrixCell | undefined => {
    const found = byPair.get(keyOf(from.id, to.id));
    if (found === undefined) return undefined;
    const title = `${nameOf(from)} → ${nameOf(to)}: ${sentence(exactText(found))}`;
    if (port === undefined) return { open: opennessOf(found), text: pairText(found), title };
    const text = found.map(({ family, allow, undetermined }) => `${family === undefined ? "" : `v${family}:`}${verdictCell(allow, undetermined)}`).join(" ");
    // The port that was asked is all there is: a pair is open, or it is not.
    const asked = found.map(({ allow, undetermined }) => ({ allow: allow === "-" ? "-" : "all", undetermined }));
    return { open: opennessOf(asked), text, title };
  };
  return {
    rows: endpoints.map((endpoint) => ({ name: nameOf(endpoint), about: [endpoint.id, addressText(endpoint), endpoint.about ?? ""].filter((part) => part !== "").join(", "), strong: endpoint.underTest })),
    cells: endpoints.map((from) => endpoints.map((to) => cellOf(from, to))),
    content: port === undefined ? "ports" : "verdicts",
    note: undefined,
  };
}

function nameOf(endpoint: ReportEndpoint): string {
  return sizedName(endpoint, endpoint.name);
}

function sentence(ports: string): string {
  return ports === "-" ? "nothing is open" : ports === "all" ? "every port" : ports;
}

function spaceGrid(document: MatrixDocument): MatrixGrid {
  const { spaces, left, cell: countsOf } = bySpace(document, mostSpaces);
  const more = left === 0 ? "" : `, the ${spaces.length} most reachable, ${number(left)} left out`;
  const cellOf = (from: string, to: string): MatrixCell | undefined => {
    const counts = countsOf(from, to);
    if (counts === undefined || counts.pairs === 0) return undefined;
    const { open, pairs } = counts;
    const title = `${from} → ${to}: ${number(open)} of ${number(pairs)} pairs are open`;
    return { open: open === pairs ? "all" : open === 0 ? "none" : "some", text: open === pairs ? "all" : open === 0 ? "-" : number(open), title };
  };
  return {
    rows: spaces.map(({ name, size }) => ({ name: `${name} (${number(size)})`, about: name, strong: false })),
    cells: spaces.map((from) => spaces.map((to) => cellOf(from.name, to.name))),
    content: "counts",
    note: `${number(document.endpoints.length)} rows are too many to draw: open pairs per namespace instead${more}`,
  };
}
