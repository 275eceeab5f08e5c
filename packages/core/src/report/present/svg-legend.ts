import type { Openness } from "./grid.ts";
import { cell, cellWidthFor, diamond, differDisc, shield, triangle } from "./svg-cells.ts";
import { element, label, textWidth, type Section, type Svg } from "./svg-parts.ts";

/** What a picture holds: the legend explains that and nothing else. */
export interface LegendUse {
  /** What the cells' texts are. */
  readonly cells: "ports" | "verdicts" | "counts";
  readonly texts: readonly string[];
  readonly open: ReadonlySet<Openness>;
  readonly breaks: boolean;
  readonly differs: boolean;
  readonly changed: boolean;
}

interface Entry {
  readonly mark: (x: number, y: number) => Svg;
  readonly width: number;
  readonly text: string;
}

/** Marks with their words, in lines of the given width. */
export function legend(use: LegendUse, left: number, top: number, width: number): Section {
  const parts: Svg[] = [];
  let x = left;
  let y = top;
  for (const { mark, width: markWidth, text } of entriesOf(use)) {
    const needed = markWidth + 7 + textWidth(text, "body");
    if (x > left && x + needed > left + width) {
      x = left;
      y += 26;
    }
    parts.push(element("g", {}, [mark(x, y), label("body", x + markWidth + 7, y + 14, text)]));
    x += needed + 18;
  }
  return { parts, bottom: parts.length === 0 ? top : y + 26 };
}

function entriesOf({ cells, texts, open, breaks, differs, changed }: LegendUse): readonly Entry[] {
  return [
    ...cellEntries(cells, texts, open),
    ...(breaks ? [breakEntry, holdEntry] : []),
    ...(differs ? [differEntry] : []),
    ...(changed ? [changedEntry] : []),
  ];
}

function cellEntries(cells: LegendUse["cells"], texts: readonly string[], open: ReadonlySet<Openness>): readonly Entry[] {
  const single = texts.find((text) => /^\d+$/.test(text));
  const some = single ?? texts.find((text) => text !== "all" && text !== "-" && text !== "?" && text.length < 6) ?? "80";
  const partly = single === undefined ? "these ports only" : `only ${single}/TCP`;
  const words: Readonly<Record<LegendUse["cells"], CellWords>> = {
    ports: { all: ["all", "every port"], some: [some, partly], none: ["-", "nothing"], undetermined: ["?", "undetermined"] },
    verdicts: {
      all: ["allow", "open on this port"],
      some: [some, "open in one family"],
      none: ["deny", "closed"],
      undetermined: ["undet", "undetermined"],
    },
    counts: {
      all: ["all", "every pair is open"],
      some: [some, "so many pairs are open"],
      none: ["-", "none"],
      undetermined: ["?", "undetermined"],
    },
  };
  return kinds.filter((kind) => open.has(kind)).map((kind) => cellEntry(kind, ...words[cells][kind]));
}

type CellWords = Readonly<Record<Openness, readonly [sample: string, meaning: string]>>;

const kinds: readonly Openness[] = ["all", "some", "none", "undetermined"];

function cellEntry(open: Openness, text: string, meaning: string): Entry {
  const width = Math.max(28, Math.ceil(cellWidthFor([text])));
  return {
    mark: (x, y) => cell({ x, y, width, height: 20, open, text, title: meaning, breaks: false, differs: false, changed: false }),
    width,
    text: meaning,
  };
}

const breakEntry: Entry = { mark: (x, y) => diamond(x + 8, y + 10), width: 16, text: "breaks the intent" };
const holdEntry: Entry = { mark: (x, y) => shield(x + 7, y + 10), width: 14, text: "holds" };
const differEntry: Entry = { mark: (x, y) => differDisc(x + 8, y + 10), width: 16, text: "engines differ" };
const changedEntry: Entry = { mark: (x, y) => triangle(x, y + 6), width: 9, text: "changed" };
