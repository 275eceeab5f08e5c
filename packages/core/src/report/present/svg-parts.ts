import { safeText, xmlText } from "./escape.ts";
import { styleSheet, textRoles, type TextRole } from "./svg-style.ts";

/** A piece of SVG, finished and escaped. */
export type Svg = string;

/** A part of a picture, and where the next one begins. */
export interface Section {
  readonly parts: readonly Svg[];
  readonly bottom: number;
}

/** Around every picture. */
export const margin = 24;
/** What a README has room for. */
export const readmeWidth = 880;

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element; children are finished pieces. Attributes stand in the order given. */
export function element(name: string, attributes: Attributes, children: readonly Svg[] = []): Svg {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? "" : ` ${key}="${typeof value === "number" ? rounded(value) : xmlText(value)}"`,
  );
  const open = `<${name}${written.join("")}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join("")}</${name}>`;
}

/** What a pointer that rests on an element, and a reader that speaks, are told. */
export function titled(text: string): Svg {
  return `<title>${xmlText(text)}</title>`;
}

export interface TextOptions {
  readonly anchor?: "middle" | "end";
  /** Cut in the middle to this width; the title then holds the whole. */
  readonly width?: number;
  /** Another size than the role's. */
  readonly size?: number;
}

/** A line of text with its baseline at `y`. */
export function label(role: TextRole, x: number, y: number, text: string, { anchor, width, size }: TextOptions = {}): Svg {
  const whole = safeText(text);
  const shown = width === undefined ? whole : fitted(whole, role, width, size);
  const attributes = {
    class: `np-${role}`,
    x,
    y,
    "text-anchor": anchor,
    style: size === undefined ? undefined : `font-size:${rounded(size)}px`,
  };
  return element("text", attributes, shown === whole ? [xmlText(whole)] : [titled(whole), xmlText(shown)]);
}

/** Fonts differ from machine to machine, so widths are guessed from a wide one: a text may end early, it never runs into its neighbour. */
export function textWidth(text: string, role: TextRole, size: number = textRoles[role].size): number {
  const { mono = false, weight = 400 } = textRoles[role];
  const widths = [...text].map((letter) => (isWide(letter) ? 1.05 : mono ? 0.61 : sansWidth(letter)));
  return widths.reduce((sum, width) => sum + width, 0) * size * (weight >= 600 ? 1.08 : 1);
}

/** Of the scripts of East Asia, and whatever else lies behind them. */
function isWide(letter: string): boolean {
  return (letter.codePointAt(0) ?? 0) >= 0x1100 && !/[→≠…–]/.test(letter);
}

function sansWidth(letter: string): number {
  if (/[ijl|.,:;'!]/.test(letter)) return 0.34;
  if (/[ frt()[\]/-]/.test(letter)) return 0.4;
  if (/[mwMW@%→]/.test(letter)) return 0.95;
  return /[A-Z…≠]/.test(letter) ? 0.72 : 0.62;
}

/** Cuts in the middle, so that both ends of a name can still be told from its neighbours'. */
export function fitted(text: string, role: TextRole, width: number, size?: number): string {
  if (textWidth(text, role, size) <= width) return text;
  const letters = [...text];
  for (let kept = letters.length - 1; kept > 2; kept--) {
    const head = Math.ceil(kept / 2);
    const cut = `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (kept - head)).join("")}`;
    if (textWidth(cut, role, size) <= width) return cut;
  }
  return "…";
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** The picture in words, for who cannot see it. */
  readonly description: string;
  readonly parts: readonly Svg[];
}

/** The whole file: same picture, same bytes; nothing in it is loaded from anywhere. */
export function picture({ width, height, title, description, parts }: Picture): string {
  const hatch = element(
    "pattern",
    { id: "np-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    [
      element("rect", { class: "np-hatch-ground", width: 6, height: 6 }),
      element("line", { class: "np-hatch-line", x1: 0, y1: 0, x2: 0, y2: 6 }),
    ],
  );
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    class: "np",
    width,
    height,
    viewBox: `0 0 ${rounded(width)} ${rounded(height)}`,
    role: "img",
    "aria-label": title,
  };
  const ground = element("rect", { class: "np-ground", x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 10 });
  return `${element("svg", root, ["\n", titled(title), `<desc>${xmlText(description)}</desc>\n<style>\n${styleSheet()}\n</style>\n<defs>${hatch}</defs>\n`, ground, "\n", ...parts.flatMap((part) => [part, "\n"])])}\n`;
}
