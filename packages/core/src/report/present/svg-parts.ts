import { safeText, xmlText } from "./escape.ts";

/** A piece of SVG, finished and escaped. */
export type Svg = string;

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element; children are finished pieces. Attributes stand in the order given. */
export function element(name: string, attributes: Attributes, children: readonly Svg[] = []): Svg {
  const written = Object.entries(attributes).map(([key, value]) => (value === undefined ? "" : ` ${key}="${typeof value === "number" ? rounded(value) : xmlText(value)}"`));
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
}

/** A line of text with its baseline at `y`. */
export function label(role: TextRole, x: number, y: number, text: string, { anchor, width }: TextOptions = {}): Svg {
  const whole = safeText(text);
  const shown = width === undefined ? whole : fitted(whole, role, width);
  const attributes = { class: `np-${role}`, x, y, "text-anchor": anchor };
  return element("text", attributes, shown === whole ? [xmlText(whole)] : [titled(whole), xmlText(shown)]);
}

/** Fonts differ from machine to machine, so widths are guessed from a wide one: a text may end early, it never runs into its neighbour. */
export function textWidth(text: string, role: TextRole): number {
  const { size, mono = false, weight = 400 } = textRoles[role];
  const widths = [...text].map((letter) => (/[^\u0000-\u10ff]/.test(letter) && !/[→≠…–]/.test(letter) ? 1.05 : mono ? 0.61 : sansWidth(letter)));
  return widths.reduce((sum, width) => sum + width, 0) * size * (weight >= 600 ? 1.08 : 1);
}

function sansWidth(letter: string): number {
  if (/[ijl|.,:;'!]/.test(letter)) return 0.34;
  if (/[ frt()[\]/-]/.test(letter)) return 0.4;
  if (/[mwMW@%→]/.test(letter)) return 0.95;
  return /[A-Z…≠]/.test(letter) ? 0.72 : 0.62;
}

/** Cuts in the middle, so that both ends of a name can still be told from its neighbours'. */
function fitted(text: string, role: TextRole, width: number): string {
  if (textWidth(text, role) <= width) return text;
  const letters = [...text];
  for (let kept = letters.length - 1; kept > 2; kept--) {
    const head = Math.ceil(kept / 2);
    const cut = `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (kept - head)).join("")}`;
    if (textWidth(cut, role) <= width) return cut;
  }
  return "…";
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

interface TextLook {
  readonly size: number;
  readonly weight?: number;
  readonly mono?: boolean;
  readonly fill: keyof Theme;
}

/** The kinds of text in a picture: size and weight as the page has them. */
const textRoles = {
  title: { size: 20, weight: 650, fill: "text" },
  subtitle: { size: 13, fill: "text2" },
  heading: { size: 13, weight: 650, fill: "text" },
  name: { size: 13, fill: "text" },
  strong: { size: 13, weight: 650, fill: "text" },
  body: { size: 12, fill: "text2" },
  bold: { size: 12, weight: 650, fill: "text" },
  caption: { size: 11, fill: "text2" },
  mono: { size: 11, mono: true, fill: "text2" },
  cell: { size: 12, weight: 650, fill: "allowGlyph" },
  some: { size: 12, weight: 650, fill: "allowText" },
  none: { size: 12, weight: 650, fill: "denyText" },
  unsure: { size: 12, weight: 650, fill: "text" },
  broken: { size: 12, weight: 650, fill: "violated" },
  number: { size: 10.5, weight: 650, fill: "surface" },
  mark: { size: 9.5, weight: 700, fill: "violatedGlyph" },
  differs: { size: 9.5, weight: 700, fill: "deviationGlyph" },
} as const satisfies Readonly<Record<string, TextLook>>;

export type TextRole = keyof typeof textRoles;

interface Theme {
  readonly surface: string;
  readonly text: string;
  readonly text2: string;
  readonly line: string;
  readonly border: string;
  readonly allow: string;
  readonly allowGlyph: string;
  readonly allowSoft: string;
  readonly allowText: string;
  readonly deny: string;
  readonly denyText: string;
  readonly undetermined: string;
  readonly undeterminedLine: string;
  readonly changed: string;
  readonly changedEdge: string;
  readonly deviation: string;
  readonly deviationGlyph: string;
  readonly violated: string;
  readonly violatedGlyph: string;
}

/** The page's colours. Each says one thing, and none says it alone: a text or a shape stands beside it. */
const light: Theme = {
  surface: "#ffffff",
  text: "#161b22",
  text2: "#465160",
  line: "#7c8795",
  border: "#d3d9e0",
  allow: "#1a5fb4",
  allowGlyph: "#ffffff",
  allowSoft: "#cfe0f5",
  allowText: "#17529c",
  deny: "#fae6da",
  denyText: "#a23f08",
  undetermined: "#e3e7ec",
  undeterminedLine: "#657080",
  changed: "#ffd33d",
  changedEdge: "#161b22",
  deviation: "#5e1b7a",
  deviationGlyph: "#ffffff",
  violated: "#8f0d3a",
  violatedGlyph: "#ffffff",
};

const dark: Theme = {
  surface: "#151a21",
  text: "#e8ecf1",
  text2: "#b5beca",
  line: "#77828f",
  border: "#323b47",
  allow: "#4f97ea",
  allowGlyph: "#07121f",
  allowSoft: "#15294a",
  allowText: "#8cc1ff",
  deny: "#3b2419",
  denyText: "#ffa676",
  undetermined: "#2a323c",
  undeterminedLine: "#8d98a6",
  changed: "#ffd33d",
  changedEdge: "#161b22",
  deviation: "#ebc4ff",
  deviationGlyph: "#240a30",
  violated: "#ffa9c0",
  violatedGlyph: "#2a0a14",
};

/** Plain rules instead of custom properties: viewers outside of browsers know no others. */
function themeRules(theme: Theme): readonly string[] {
  return [
    `.np-ground{fill:${theme.surface};stroke:${theme.border}}`,
    `.np-card{fill:${theme.surface};stroke:${theme.border}}`,
    `.np-card-met{fill:${theme.surface};stroke:${theme.text};stroke-width:1.75}`,
    `.np-rule{stroke:${theme.border}}`,
    `.np-disc{fill:${theme.text}}`,
    `.np-all{fill:${theme.allow}}`,
    `.np-part{fill:${theme.allowSoft};stroke:${theme.allow};stroke-width:1.5}`,
    `.np-closed{fill:${theme.deny}}`,
    `.np-hatch-ground{fill:${theme.undetermined}}`,
    `.np-hatch-line{stroke:${theme.undeterminedLine}}`,
    `.np-open-question{stroke:${theme.undeterminedLine};stroke-dasharray:3 2}`,
    `.np-void{fill:none;stroke:${theme.border};stroke-dasharray:2 3}`,
    `.np-dash{stroke:${theme.denyText};stroke-width:2}`,
    `.np-break{fill:none;stroke:${theme.violated};stroke-width:2}`,
    `.np-diamond{fill:${theme.violated};stroke:${theme.surface};stroke-width:1.25}`,
    `.np-differ{fill:none;stroke:${theme.deviation};stroke-width:2}`,
    `.np-differ-disc{fill:${theme.deviation};stroke:${theme.surface};stroke-width:1.25}`,
    `.np-changed{fill:${theme.changed};stroke:${theme.changedEdge}}`,
    `.np-shield{fill:none;stroke:${theme.text2};stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}`,
    ...Object.entries(textRoles).map(([role, { fill }]) => `.np-${role}{fill:${theme[fill]}}`),
  ];
}

const sans = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif';
const mono = 'ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace';

function styleSheet(): string {
  const fonts = Object.entries(textRoles as Readonly<Record<string, TextLook>>).map(
    ([role, { size, weight, mono: fixed }]) => `.np-${role}{font-size:${size}px${weight === undefined ? "" : `;font-weight:${weight}`}${fixed === true ? `;font-family:${mono}` : ""}}`,
  );
  const rules = [`.np text{font-family:${sans};font-variant-numeric:tabular-nums}`, ...fonts, ...themeRules(light)];
  return [...rules, "@media (prefers-color-scheme:dark){", ...themeRules(dark), "}"].join("\n");
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
  const hatch = element("pattern", { id: "np-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, [
    element("rect", { class: "np-hatch-ground", width: 6, height: 6 }),
    element("line", { class: "np-hatch-line", x1: 0, y1: 0, x2: 0, y2: 6 }),
  ]);
  const root = { xmlns: "http://www.w3.org/2000/svg", class: "np", width, height, viewBox: `0 0 ${rounded(width)} ${rounded(height)}`, role: "img", "aria-label": title };
  const ground = element("rect", { class: "np-ground", x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 10 });
  return `${element("svg", root, ["\n", titled(title), `<desc>${xmlText(description)}</desc>\n<style>\n${styleSheet()}\n</style>\n<defs>${hatch}</defs>\n`, ground, "\n", ...parts.flatMap((part) => [part, "\n"])])}\n`;
}
