/** A kind of text in a picture. */
export type TextRole =
  | "title"
  | "subtitle"
  | "heading"
  | "name"
  | "strong"
  | "sentence"
  | "body"
  | "bold"
  | "caption"
  | "mono"
  | "cell"
  | "some"
  | "none"
  | "unsure"
  | "broken"
  | "number"
  | "mark"
  | "tick";

export interface TextLook {
  readonly size: number;
  readonly weight?: number;
  readonly mono?: boolean;
  readonly fill: keyof Theme;
}

/** Sizes and weights as the page has them. */
export const textRoles: Readonly<Record<TextRole, TextLook>> = {
  title: { size: 20, weight: 650, fill: "text" },
  subtitle: { size: 13, fill: "text2" },
  heading: { size: 13, weight: 650, fill: "text" },
  name: { size: 13, fill: "text" },
  strong: { size: 13, weight: 650, fill: "text" },
  sentence: { size: 12.5, fill: "text" },
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
  mark: { size: 9, weight: 700, fill: "violatedGlyph" },
  tick: { size: 9.5, fill: "text2" },
};

export interface Theme {
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
    `.np-differ-sign{fill:none;stroke:${theme.deviationGlyph};stroke-width:1.4;stroke-linecap:round}`,
    `.np-changed{fill:${theme.changed};stroke:${theme.changedEdge}}`,
    `.np-shield{fill:none;stroke:${theme.text2};stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}`,
    ...Object.entries(textRoles).map(([role, { fill }]) => `.np-${role}{fill:${theme[fill]}}`),
  ];
}

const sans = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif';
const mono = 'ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace';

/** For both schemes of colours. */
export function styleSheet(): string {
  const fonts = Object.entries(textRoles).map(
    ([role, { size, weight, mono: fixed }]) =>
      `.np-${role}{font-size:${size}px${weight === undefined ? "" : `;font-weight:${weight}`}${fixed === true ? `;font-family:${mono}` : ""}}`,
  );
  const rules = [`.np{font-family:${sans};font-variant-numeric:tabular-nums}`, ...fonts, ...themeRules(light)];
  return [...rules, "@media (prefers-color-scheme:dark){", ...themeRules(dark), "}"].join("\n");
}
