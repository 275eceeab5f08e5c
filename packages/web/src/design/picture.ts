/** The shapes of a drawing, in pixels at a zoom of 1, y downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rectangle extends Point {
  readonly width: number;
  readonly height: number;
}

/** What a card stands for: a workload, a node, an outside point, or in large clusters a whole namespace. */
export interface Card {
  readonly id: string;
  /** Which box it stands in: a namespace, `nodes`, `outside the cluster`. */
  readonly box: string;
  readonly isFocus: boolean;
}

/** Where a lane runs. Heads and bars are drawn at its ends, along the direction in which it arrives. */
export interface Route {
  /** An SVG path. */
  readonly path: string;
  readonly start: Tip;
  readonly end: Tip;
  /** Where marks sit. */
  readonly mark: Point;
}

/** An end of a lane and the direction of travel there, in degrees: 0 to the right, 90 downwards. */
export interface Tip extends Point {
  readonly angle: number;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly (Rectangle & { readonly name: string })[];
  readonly cards: ReadonlyMap<string, Rectangle>;
  /** From card to card, by their ids. */
  route(from: string, to: string): Route | undefined;
}

/** In boxes: beside the cards, above them for the title, below them. */
export const boxPad = { side: 32, top: 34, bottom: 16 } as const;
export const gap = 12;
export const cardSize = { width: 200, height: 44 } as const;
export const focusSize = { width: 200, height: 146 } as const;

/** Places are data: properties of an element, which the page's policy allows where it refuses style attributes. */
export function placeStyle({ x, y, width, height }: Partial<Rectangle>): Readonly<Record<string, string>> {
  const all = { left: x, top: y, width, height };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}px`]])));
}

/** A path along corners, each rounded by at most `radius`. */
export function roundedPath(points: readonly Point[], radius: number): string {
  const [first, ...others] = points as readonly [Point, ...Point[]];
  const parts = [`M${first.x} ${first.y}`];
  others.forEach((corner, i) => {
    const [before, after] = [points[i] as Point, points[i + 2]];
    if (after === undefined) {
      parts.push(`L${corner.x} ${corner.y}`);
      return;
    }
    const turn = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2);
    const [start, end] = [towards(corner, before, turn), towards(corner, after, turn)];
    parts.push(`L${start.x} ${start.y}Q${corner.x} ${corner.y} ${end.x} ${end.y}`);
  });
  return parts.join("");
}

export function angleOf(from: Point, to: Point): number {
  return (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function towards(from: Point, to: Point, by: number): Point {
  const all = distance(from, to);
  return all === 0 ? from : { x: from.x + ((to.x - from.x) * by) / all, y: from.y + ((to.y - from.y) * by) / all };
}
