import type { Openness } from "./grid.ts";
import { element, label, textWidth, titled, type Svg } from "./svg-parts.ts";
import type { TextRole } from "./svg-style.ts";

export interface DrawnCell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly open: Openness;
  readonly text: string;
  /** The whole sentence of the cell. */
  readonly title: string;
  readonly breaks: boolean;
  readonly differs: boolean;
  /** Against the cell at its left. */
  readonly changed: boolean;
}

/** A cell smaller than this has no text in it. */
const leastWithText = 20;

/** Fill and text say what is open; a corner each is kept for what changed, what breaks the intent and where engines differ. */
export function cell(drawn: DrawnCell): Svg {
  const { x, y, width, height, open, title, breaks, differs, changed } = drawn;
  return element(
    "g",
    {},
    [
      titled(title),
      fill(drawn),
      width < leastWithText || height < leastWithText ? "" : content(drawn),
      breaks ? element("rect", { class: "np-break", x: x + 1, y: y + 1, width: width - 2, height: height - 2, rx: 2.5 }) : "",
      differs ? element("rect", { class: "np-differ", x: x - 1, y: y - 1, width: width + 2, height: height + 2, rx: 4 }) : "",
      changed ? triangle(x + 1.5, y + 1.5) : "",
      breaks ? diamond(x + width - 2.5, y + 3) : "",
      differs ? differDisc(x + width - 2, y + height - 2) : "",
      open === "none" && (width < leastWithText || height < leastWithText)
        ? element("line", { class: "np-dash", x1: x + width / 2 - 2, y1: y + height / 2, x2: x + width / 2 + 2, y2: y + height / 2 })
        : "",
    ].filter((part) => part !== ""),
  );
}

const fills: Readonly<Record<Openness, string>> = { all: "np-all", some: "np-part", none: "np-closed", undetermined: "np-open-question" };

function fill({ x, y, width, height, open }: DrawnCell): Svg {
  // The stroke of a partly open cell stays inside it.
  const inset = open === "some" || open === "undetermined" ? 0.75 : 0;
  const box = { x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset, rx: 3 };
  return element("rect", { class: fills[open], ...(open === "undetermined" ? { fill: "url(#np-hatch)" } : {}), ...box });
}

const roles: Readonly<Record<Openness, TextRole>> = { all: "cell", some: "some", none: "none", undetermined: "unsure" };

function content({ x, y, width, height, open, text }: DrawnCell): Svg {
  const middle = y + height / 2;
  if (open === "none" && text === "-")
    return element("line", { class: "np-dash", x1: x + width / 2 - 4, y1: middle, x2: x + width / 2 + 4, y2: middle });
  // Families that differ stand below each other.
  const lines = text.split(" v");
  const role = roles[open];
  const largest = lines.length > 1 ? 10 : 12;
  const size = [largest, 10.5, 9].find((one) => one <= largest && lines.every((line) => textWidth(line, role, one) <= width - 4)) ?? 9;
  const options = { anchor: "middle" as const, width: width - 3, ...(size === 12 ? {} : { size }) };
  if (lines.length === 1) return label(role, x + width / 2, middle + size * 0.37, text, options);
  return lines
    .map((line, i) => label(role, x + width / 2, middle + size * (i === 0 ? -0.15 : 0.9), i === 0 ? line : `v${line}`, options))
    .join("");
}

/** How wide a cell must be for its text. */
export function cellWidthFor(texts: Iterable<string>): number {
  const widths = [...new Set(texts)].flatMap((text) => {
    const lines = text.split(" v");
    return lines.map((line) => textWidth(line, "cell", lines.length > 1 ? 10 : 12));
  });
  return Math.max(0, ...widths) + 6;
}

/** A pair that is no question: an endpoint with itself, outside to outside. */
export function voidCell(x: number, y: number, width: number, height: number): Svg {
  return element("rect", { class: "np-void", x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx: 3 });
}

export function triangle(x: number, y: number): Svg {
  return element("path", { class: "np-changed", d: `M${x} ${y}h7.5l-7.5 7.5z`, "stroke-linejoin": "round" });
}

/** Breaks the intent. */
export function diamond(x: number, y: number): Svg {
  return element("g", { transform: `translate(${x} ${y})` }, [
    element("path", { class: "np-diamond", d: "M0 -6.5L6.5 0L0 6.5L-6.5 0z", "stroke-linejoin": "round" }),
    label("mark", 0, 3.2, "!", { anchor: "middle" }),
  ]);
}

/** Engines differ. */
export function differDisc(x: number, y: number): Svg {
  return element("g", { transform: `translate(${x} ${y})` }, [
    element("circle", { class: "np-differ-disc", r: 6 }),
    element("path", { class: "np-differ-sign", d: "M-3 -1.4h6M-3 1.4h6M1.6 -3.6L-1.6 3.6" }),
  ]);
}

/** The intent holds. */
export function shield(x: number, y: number): Svg {
  return element("path", {
    class: "np-shield",
    transform: `translate(${x} ${y})`,
    d: "M0 -7L5.5 -5V0C5.5 3.5 3 5.8 0 7C-3 5.8 -5.5 3.5 -5.5 0V-5zM-2.5 0L-.7 2L2.7 -2",
  });
}

/** A stage's number in a disc. */
export function stageDisc(x: number, y: number, stage: number): Svg {
  const text = String(stage);
  const half = Math.max(8, textWidth(text, "number") / 2 + 4);
  return element("g", {}, [
    element("rect", { class: "np-disc", x: x - half, y: y - 8, width: half * 2, height: 16, rx: 8 }),
    label("number", x, y + 3.7, text, { anchor: "middle" }),
  ]);
}
