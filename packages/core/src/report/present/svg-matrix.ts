import type { MatrixDocument } from "../types.ts";
import { matrixTable, unnamedColumns, type MatrixTable } from "./matrix-table.ts";
import { headline } from "./matrix.ts";
import { cell, cellWidthFor, voidCell } from "./svg-cells.ts";
import { legend } from "./svg-legend.ts";
import { element, label, margin, picture, readmeWidth, textWidth, titled, type Section, type Svg } from "./svg-parts.ts";

const leastWidth = 480;
const mostLines = 60;
const leastCell = 13;
/** No text makes a cell wider than this, and spare room no wider than `mostSpread`. */
const mostCell = 76;
const mostSpread = 48;
const cellHeight = 26;
/** Cells narrower than this are squares without a text. */
const leastWithText = 24;
const mostLabel = 260;
const gap = 2;

/** The numbered grid: a number leads from a column to the row with its name. */
export function matrixPicture(document: MatrixDocument): string {
  const table = matrixTable(document, mostLines);
  const whole = headline(document).trimEnd();
  const [, title = whole, more = ""] = /^(.*? open)(?:, (.*))?$/s.exec(whole) ?? [];
  const notes = [more, table.note ?? ""].filter((text) => text !== "");
  const plan = planOf(table, Math.max(textWidth(title, "title"), ...notes.map((text) => textWidth(text, "subtitle"))));
  const room = plan.width - 2 * margin;
  const top = margin + 34 + notes.length * 20;
  const grid = gridParts(table, plan, top);
  const names = columnNames(table, top + 22 + table.rows.length * (plan.cellHeight + gap) + 10, room);
  const explained = legend(
    {
      cells: table.content,
      ...usedIn(table),
      breaks: false,
      differs: table.rows.some((row) => table.columns.some((column) => table.cell(row, column)?.differs)),
      changed: false,
    },
    margin,
    names.bottom + 6,
    room,
  );
  return picture({
    width: plan.width,
    height: explained.bottom + margin - 8,
    title: whole,
    description: ["Rows are from, columns to.", ...notes].join(" "),
    parts: [
      label("title", margin, margin + 16, title, { width: room }),
      ...notes.map((text, i) => label("subtitle", margin, margin + 38 + i * 20, text, { width: room })),
      ...grid,
      ...names.parts,
      ...explained.parts,
    ],
  });
}

interface Plan {
  readonly width: number;
  readonly labelWidth: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

function planOf(table: MatrixTable, headWidth: number): Plan {
  const { rows, columns } = table;
  const labelWidth = Math.min(mostLabel, Math.max(70, ...rows.map((row) => textWidth(row.label, "strong")))) + 14;
  const needed = Math.min(mostCell, cellWidthFor([...usedIn(table).texts, ...columns.map(({ position }) => String(position))]));
  const fair = Math.floor((readmeWidth - 2 * margin - labelWidth) / Math.max(1, columns.length)) - gap;
  // What does not fit becomes smaller before the picture becomes wider.
  const cellWidth = Math.max(leastCell, needed <= fair ? Math.min(fair, Math.max(needed, mostSpread)) : fair);
  const gridWidth = 2 * margin + labelWidth + columns.length * (cellWidth + gap);
  return {
    width: Math.ceil(Math.max(leastWidth, Math.min(readmeWidth, headWidth + 2 * margin), gridWidth)),
    labelWidth,
    cellWidth,
    cellHeight: cellWidth < leastWithText ? Math.max(leastCell, cellWidth) : cellHeight,
  };
}

function usedIn(table: MatrixTable): Pick<Parameters<typeof legend>[0], "texts" | "open"> {
  const cells = table.rows.flatMap((row) => table.columns.map((column) => table.cell(row, column))).filter((one) => one !== undefined);
  return { texts: [...new Set(cells.map(({ text }) => text))], open: new Set(cells.map(({ open }) => open)) };
}

function gridParts(table: MatrixTable, { labelWidth, cellWidth, cellHeight: height }: Plan, top: number): readonly Svg[] {
  const { rows, columns } = table;
  const x = (i: number): number => margin + labelWidth + i * (cellWidth + gap);
  const y = (i: number): number => top + 22 + i * (height + gap);
  const heads = columns.map(({ position, label: name, about }, i) =>
    element("g", {}, [
      titled(`${name}: ${about}`),
      label(cellWidth < leastWithText ? "tick" : "caption", x(i) + cellWidth / 2, top + 14, String(position), { anchor: "middle" }),
    ]),
  );
  const lines = rows.map((row, i) => {
    const name = element("g", {}, [
      titled(row.about),
      label(row.underTest ? "strong" : "name", margin, y(i) + height / 2 + 4.5, row.label, { width: labelWidth - 10 }),
    ]);
    const cells = columns.map((column, j) => {
      const box = { x: x(j), y: y(i), width: cellWidth, height };
      const one = table.cell(row, column);
      return one === undefined ? voidCell(box.x, box.y, box.width, box.height) : cell({ ...box, ...one, breaks: false, changed: false });
    });
    return element("g", { role: "group", "aria-label": `from ${row.label}` }, [name, ...cells]);
  });
  return [label("caption", margin, top + 14, "from, to"), ...heads, ...lines];
}

/** Columns that have no row are named below the grid, in as many lines as it takes. */
function columnNames(table: MatrixTable, top: number, room: number): Section {
  const parts: Svg[] = [];
  let x = 0;
  let y = top;
  for (const { label: name } of unnamedColumns(table)) {
    const width = Math.min(room, textWidth(name, "body"));
    if (x > 0 && x + width > room) {
      x = 0;
      y += 18;
    }
    parts.push(label("body", margin + x, y + 12, name, { width: room }));
    x += width + 16;
  }
  return { parts, bottom: parts.length === 0 ? top : y + 22 };
}
