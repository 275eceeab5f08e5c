import { groupsOf } from "./bench.ts";
import { angleOf, boxPad, gap, type Card, type Picture, type Point, type Rectangle, type Route, type Tip } from "./picture.ts";

/*
 * The layout for everything that the bench does not fit: Graphviz' `dot` places the cards that have relations, namespace by namespace, from
 * left to right; boxes without any stand in rows below them. The curves are drawn here. Same input, same picture.
 */

export interface MapCard extends Card {
  /** It is its box, and needs none around it. */
  readonly isGroup: boolean;
  readonly width: number;
  readonly height: number;
}

/** Text for `dot`: cards as they come (by namespace and name), one cluster per box, one edge per relation. Sizes are points, as pixels. */
export function dotText(cards: readonly MapCard[], relations: readonly (readonly [string, string])[]): string {
  const connected = connectedBoxes(cards, relations);
  const numbers = new Map(cards.map(({ id }, i) => [id, i]));
  const clusters = groupsOf(cards.filter(({ box }) => connected.has(box))).map(([, own], i) => {
    const nodes = own
      .map(({ id, width, height }) => `n${numbers.get(id) ?? 0} [width=${inches(width)} height=${inches(height)}]`)
      .join("\n");
    if (own.every(({ isGroup }) => isGroup)) return nodes;
    // The title of a box is drawn here; Graphviz leaves the room of one line for it.
    return `subgraph cluster_${i} { margin=${boxPad.bottom} label=" " fontsize=16\n${nodes} }`;
  });
  const edges = relations.map(([from, to], i) => `n${numbers.get(from) ?? 0} -> n${numbers.get(to) ?? 0} [id=${i}]`);
  return `digraph {\nrankdir=LR nodesep=0.2 ranksep=1.2\nnode [shape=box fixedsize=true label=""]\n${[...clusters, ...edges].join("\n")}\n}`;
}

/** What is used of Graphviz' JSON. */
interface Placed {
  readonly bb: string;
  readonly objects?: readonly { readonly name: string; readonly pos?: string; readonly bb?: string; readonly nodes?: readonly number[] }[];
  readonly edges?: readonly { readonly id: string; readonly pos?: string }[];
}

/** Reads where `dot` put things; without relations nothing was asked of it, and `json` is undefined. */
export function mapPicture(
  cards: readonly MapCard[],
  relations: readonly (readonly [string, string])[],
  json: string | undefined,
  width: number,
): Picture {
  const placed: Placed = json === undefined ? { bb: "0,0,0,0" } : (JSON.parse(json) as Placed);
  const [, , right = 0, top = 0] = numbersIn(placed.bb);
  const margin = 20;
  const at = (x: number, y: number): Point => ({ x: x + margin, y: top - y + margin });
  const places = new Map<string, Rectangle>();
  const boxes: (Rectangle & { readonly name: string })[] = [];
  for (const { name, pos } of placed.objects ?? []) {
    const card = /^n\d+$/.test(name) ? cards[Number(name.slice(1))] : undefined;
    if (card === undefined || pos === undefined) continue;
    const [x = 0, y = 0] = numbersIn(pos);
    const middle = at(x, y);
    places.set(card.id, { x: middle.x - card.width / 2, y: middle.y - card.height / 2, width: card.width, height: card.height });
  }
  const connected = connectedBoxes(cards, relations);
  for (const [name, own] of groupsOf(cards.filter(({ box }) => connected.has(box)))) {
    if (!own.every(({ isGroup }) => isGroup)) boxes.push({ name, ...around(own.flatMap(({ id }) => places.get(id) ?? [])) });
  }
  const routes = new Map<string, Route>();
  for (const { id, pos } of placed.edges ?? []) {
    const [from, to] = relations[Number(id)] ?? [];
    if (from !== undefined && to !== undefined && pos !== undefined) routes.set(`${from} ${to}`, routeOf(pos, at));
  }
  const drawn = [...boxes, ...places.values()];
  let bottom = drawn.length === 0 ? margin : Math.max(...drawn.map((one) => one.y + one.height)) + gap * 2;
  let edge = Math.max(right + 2 * margin, ...boxes.map((box) => box.x + box.width + margin));

  // The rest in rows, as wide as the drawing or the room there is.
  const room = Math.max(edge, width) - margin;
  let [x, rowHeight] = [margin, 0];
  for (const [name, own] of groupsOf(cards.filter(({ box }) => !connected.has(box)))) {
    const columns = Math.max(1, Math.ceil(own.length / mostInColumn));
    const [first] = own as [MapCard];
    const isBoxed = !first.isGroup;
    const [side, above] = isBoxed ? [boxPad.bottom, boxPad.top] : [0, 0];
    const wide = columns * (first.width + gap) - gap + 2 * side;
    if (x > margin && x + wide > room) {
      bottom += rowHeight + gap;
      [x, rowHeight] = [margin, 0];
    }
    let low = 0;
    own.forEach(({ id, width: w, height: h }, i) => {
      const place = {
        x: x + side + (i % columns) * (w + gap),
        y: bottom + above + Math.floor(i / columns) * (h + gap),
        width: w,
        height: h,
      };
      places.set(id, place);
      low = Math.max(low, place.y + h - bottom);
    });
    const height = low + side;
    if (isBoxed) boxes.push({ name, x, y: bottom, width: wide, height });
    rowHeight = Math.max(rowHeight, height);
    edge = Math.max(edge, x + wide + margin);
    x += wide + gap;
  }
  return { width: edge, height: bottom + rowHeight + margin, boxes, cards: places, route: (from, to) => routes.get(`${from} ${to}`) };
}

/** Cards of a box without relations stand in columns of this many. */
const mostInColumn = 8;

function connectedBoxes(cards: readonly MapCard[], relations: readonly (readonly [string, string])[]): ReadonlySet<string> {
  const ends = new Set(relations.flat());
  return new Set(cards.filter(({ id }) => ends.has(id)).map(({ box }) => box));
}

function around(places: readonly Rectangle[]): Rectangle {
  const [x, y] = [Math.min(...places.map((place) => place.x)), Math.min(...places.map((place) => place.y))];
  const right = Math.max(...places.map((place) => place.x + place.width));
  const bottom = Math.max(...places.map((place) => place.y + place.height));
  return {
    x: x - boxPad.bottom,
    y: y - boxPad.top,
    width: right - x + 2 * boxPad.bottom,
    height: bottom - y + boxPad.top + boxPad.bottom,
  };
}

/** `e,217,18 72,18 …`: the tip, then a start and cubic curves. */
function routeOf(pos: string, at: (x: number, y: number) => Point): Route {
  const parts = pos.split(" ");
  const tipText = parts.find((part) => part.startsWith("e,"));
  const points = parts.filter((part) => !/^[es],/.test(part)).map((part) => pointOf(part, at));
  const last = points.at(-1) as Point;
  const tip = tipText === undefined ? last : pointOf(tipText.slice(2), at);
  const [first, second] = points as [Point, Point];
  const curves: string[] = [];
  for (let i = 1; i + 2 < points.length; i += 3) {
    const [a, b, c] = [points[i], points[i + 1], points[i + 2]] as [Point, Point, Point];
    curves.push(`C${a.x} ${a.y} ${b.x} ${b.y} ${c.x} ${c.y}`);
  }
  const angle = angleOf(last === tip ? (points.at(-2) as Point) : last, tip);
  return {
    path: `M${first.x} ${first.y}${curves.join("")}L${tip.x} ${tip.y}`,
    start: { ...first, angle: angleOf(first, second) },
    end: { ...tip, angle } satisfies Tip,
    mark: middleOf(points),
  };
}

function middleOf(points: readonly Point[]): Point {
  const curves = Math.floor((points.length - 1) / 3);
  const start = Math.floor((curves - 1) / 2) * 3;
  const [a, b, c, d] = points.slice(start, start + 4) as [Point, Point, Point, Point];
  const t = curves % 2 === 0 ? 1 : 0.5;
  const u = 1 - t;
  const mix = (of: (point: Point) => number): number => u ** 3 * of(a) + 3 * u * u * t * of(b) + 3 * u * t * t * of(c) + t ** 3 * of(d);
  return { x: mix((point) => point.x), y: mix((point) => point.y) };
}

function pointOf(text: string, at: (x: number, y: number) => Point): Point {
  const [x = 0, y = 0] = numbersIn(text);
  return at(x, y);
}

function numbersIn(text: string): readonly number[] {
  return text.split(",").map(Number);
}

function inches(pixels: number): string {
  return (pixels / 72).toFixed(4);
}
