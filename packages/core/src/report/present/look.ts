/** How text is drawn. What it says never depends on this: colour repeats and never carries. */
export interface Look {
  /** Columns. It chooses the form only; nothing but sentences wraps. */
  readonly width: number;
  readonly paint: Paint;
  readonly glyphs: Glyphs;
  /** Cells of a text on a terminal: CJK letters take two. */
  readonly measure: (text: string) => number;
  /** On a terminal a long name may be cut in the middle and long tables at 30 rows; in pipes and files never. */
  readonly terminal: boolean;
  /** Nothing folds, every row is printed. */
  readonly full: boolean;
  readonly headers: boolean;
}

/** The roles of colour. Each gives its text back, perhaps with escapes around it. */
export interface Paint {
  open(text: string): string;
  /** Closed cells, captions, gutters. */
  quiet(text: string): string;
  /** Devices under test, stage names, the last sentence, declared violations. */
  strong(text: string): string;
  error(text: string): string;
  warning(text: string): string;
  differs(text: string): string;
  place(text: string): string;
  /** A cell that changed against its left neighbour. */
  changed(text: string): string;
}

export interface Glyphs {
  readonly arrow: string;
  readonly differs: string;
  readonly ellipsis: string;
}

export const unicodeGlyphs: Glyphs = { arrow: "→", differs: "≠", ellipsis: "…" };
export const asciiGlyphs: Glyphs = { arrow: "->", differs: "#", ellipsis: "..." };

const same = (text: string): string => text;

export const plainPaint: Paint = {
  open: same,
  quiet: same,
  strong: same,
  error: same,
  warning: same,
  differs: same,
  place: same,
  changed: same,
};

export const plainLook: Look = {
  width: 80,
  paint: plainPaint,
  glyphs: unicodeGlyphs,
  measure: (text) => [...text].length,
  terminal: false,
  full: false,
  headers: true,
};
