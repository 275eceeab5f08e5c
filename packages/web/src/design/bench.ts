import {
  angleOf,
  boxPad,
  cardSize,
  focusSize,
  gap,
  roundedPath,
  type Card,
  type Picture,
  type Point,
  type Rectangle,
  type Route,
} from "./picture.ts";

/*
 * The fixed layout for one or two devices under test: they stand left and right like on a test bench, everything else in a column between.
 *
 *   x  24   56        256            404        604            752       952  984
 *      ┌ dev ───────────────────────────────────────────────────────────────┐
 *      │       ╭──────────────── from first to second ──────────────╮       │
 *      │      ┌┴────────┐           ┌─────────┐           ┌─────────┴┐      │
 *      │      │ first   │ ◂──────── │  card   │ ────────▸ │  second  │      │   beside the devices: straight
 *      │      └┬┬───────┘           └─────────┘           └───────┬┬─┘      │
 *      └───────││──────────────────────────────────────────────── ││ ───────┘
 *              │╰─────────────────── ┌─────────┐ ─────────────────╯│            below them: nested, so that no two lanes cross
 *              ╰──────────────────── │  card   │ ──────────────────╯
 *                                    └─────────┘
 *
 * Nothing moves from stage to stage, so that a change is seen as a change.
 */

/** More cards than these beside the devices are drawn as a map. */
export const mostOnBench = 14;

const [leftX, columnX, rightX] = [56, 404, 752];
/** Between the two lanes of a pair. */
const laneGap = 12;
/** Cards beside a device stand this far apart, top to top. */
const besideStep = 78;
const besideHeight = 52;
/** Room above the devices for the two lanes between them. */
const overhead = 42;
/** Marks of lanes to a device and from it are set apart, so that they never touch. */
const stagger = 36;
const radius = 10;

export function benchFits(focus: number, others: number): boolean {
  return (focus === 1 || focus === 2) && others <= mostOnBench;
}

export function benchPicture(all: readonly Card[]): Picture {
  const [first, second] = all.filter(({ isFocus }) => isFocus) as [Card, Card?];
  const others = all.filter(({ isFocus }) => !isFocus);
  // Two devices of one namespace share its box, with its other cards between them; otherwise each has its own.
  const isShared = second === undefined || first.box === second.box;
  const beside = isShared ? others.filter(({ box }) => box === first.box) : [];
  const below = groupsOf(others.filter((card) => !beside.includes(card)));
  const right = second === undefined ? columnX + cardSize.width : rightX + focusSize.width;

  const cards = new Map<string, Rectangle>();
  const boxes: (Rectangle & { readonly name: string })[] = [];
  const top = 12;
  const deviceTop = top + boxPad.top + (isShared && second !== undefined ? overhead : 8);
  cards.set(first.id, { x: leftX, y: deviceTop, ...focusSize });
  if (second !== undefined) cards.set(second.id, { x: rightX, y: deviceTop, ...focusSize });
  beside.forEach(({ id }, i) => cards.set(id, { x: columnX, y: deviceTop + 4 + i * besideStep, ...cardSize, height: besideHeight }));
  const bottom = Math.max(deviceTop + focusSize.height, ...beside.map(({ id }) => bottomOf(cards.get(id)))) + 2 * boxPad.bottom;
  const boxAround = (name: string, x: number, end: number): void => {
    boxes.push({ name, x: x - boxPad.side, y: top, width: end - x + 2 * boxPad.side, height: bottom - top });
  };
  if (isShared) boxAround(first.box, leftX, second === undefined && beside.length === 0 ? leftX + focusSize.width : right);
  else {
    boxAround(first.box, leftX, leftX + focusSize.width);
    boxAround(second.box, rightX, rightX + focusSize.width);
  }
  let y = bottom + 2 * gap;
  for (const [name, own] of below) {
    const start = y;
    y += boxPad.top;
    for (const { id } of own) {
      cards.set(id, { x: columnX, y, ...cardSize });
      y += cardSize.height + gap;
    }
    y += boxPad.bottom - gap;
    boxes.push({ name, x: columnX - boxPad.side, y: start, width: cardSize.width + 2 * boxPad.side, height: y - start });
    y += gap;
  }

  const isStraight = ({ id }: Card): boolean => {
    const { y: cardTop, height } = cards.get(id) as Rectangle;
    return cardTop + height / 2 + laneGap <= deviceTop + focusSize.height;
  };
  const nested = [...beside.filter((card) => !isStraight(card)), ...below.flatMap(([, own]) => own)];
  const entries = entriesFor(nested.length);
  const routes = new Map<string, Route>();
  const add = (from: string, to: string, points: readonly Point[], mark: Point): void => {
    routes.set(keyOf(from, to), routeAlong(points, mark));
  };
  for (const [device, side] of [[first, -1] as const, ...(second === undefined ? [] : [[second, 1] as const])]) {
    const own = cards.get(device.id) as Rectangle;
    const inner = side < 0 ? own.x + own.width : own.x;
    for (const card of [...beside.filter(isStraight), ...nested]) {
      const place = cards.get(card.id) as Rectangle;
      const edge = side < 0 ? place.x : place.x + place.width;
      const [towards, away] = [place.y + place.height / 2 - laneGap / 2, place.y + place.height / 2 + laneGap / 2];
      const index = nested.indexOf(card);
      if (index < 0) {
        const middle = (inner + edge) / 2;
        add(
          card.id,
          device.id,
          [
            { x: edge, y: towards },
            { x: inner, y: towards },
          ],
          { x: middle + (side * 5 * stagger) / 6, y: towards },
        );
        add(
          device.id,
          card.id,
          [
            { x: inner, y: away },
            { x: edge, y: away },
          ],
          { x: middle - (side * 5 * stagger) / 6, y: away },
        );
        continue;
      }
      const entry = entries[index] as { readonly towards: number; readonly away: number };
      const [into, out] = [inner + side * entry.towards, inner + side * entry.away];
      const end = own.y + own.height;
      const mark = edge + side * (66 + stagger / 2 - 18);
      add(
        card.id,
        device.id,
        [
          { x: edge, y: towards },
          { x: into, y: towards },
          { x: into, y: end },
        ],
        { x: mark, y: towards },
      );
      add(
        device.id,
        card.id,
        [
          { x: out, y: end },
          { x: out, y: away },
          { x: edge, y: away },
        ],
        { x: mark + side * stagger, y: away },
      );
    }
  }
  if (second !== undefined) between(first, second);

  return {
    width: right + leftX,
    height: Math.max(bottom, y) + gap,
    boxes,
    cards,
    route: (from, to) => routes.get(keyOf(from, to)),
  };

  /** Over the cards when both stand in one box; otherwise straight across, where no card is. */
  function between(a: Card, b: Card): void {
    const middle = (leftX + rightX + focusSize.width) / 2;
    const [endA, startB] = [leftX + focusSize.width, rightX];
    if (!isShared) {
      const line = deviceTop + focusSize.height / 2;
      add(
        b.id,
        a.id,
        [
          { x: startB, y: line - 6 },
          { x: endA, y: line - 6 },
        ],
        { x: middle - stagger, y: line - 6 },
      );
      add(
        a.id,
        b.id,
        [
          { x: endA, y: line + 6 },
          { x: startB, y: line + 6 },
        ],
        { x: middle + stagger, y: line + 6 },
      );
      return;
    }
    const outer = { y: deviceTop - 30, left: leftX + 92, right: rightX + 112 };
    const inner = { y: deviceTop - 18, left: leftX + 106, right: rightX + 94 };
    add(
      a.id,
      b.id,
      [
        { x: outer.left, y: deviceTop },
        { x: outer.left, y: outer.y },
        { x: outer.right, y: outer.y },
        { x: outer.right, y: deviceTop },
      ],
      { x: middle - stagger, y: outer.y },
    );
    add(
      b.id,
      a.id,
      [
        { x: inner.right, y: deviceTop },
        { x: inner.right, y: inner.y },
        { x: inner.left, y: inner.y },
        { x: inner.left, y: deviceTop },
      ],
      { x: middle + stagger, y: inner.y },
    );
  }
}

/** Where lanes of nested cards enter a device from below, in pixels from its inner edge: the nearest card is the innermost. */
function entriesFor(count: number): readonly { readonly towards: number; readonly away: number }[] {
  const room = focusSize.width - 2 * 20;
  const pitch = Math.min(40, room / Math.max(1, count));
  const apart = Math.min(laneGap, pitch / 2);
  return Array.from({ length: count }, (_, i) => ({ towards: 20 + i * pitch, away: 20 + i * pitch + apart }));
}

function routeAlong(points: readonly Point[], mark: Point): Route {
  const [start, next, before, end] = [points[0], points[1], points.at(-2), points.at(-1)] as [Point, Point, Point, Point];
  return {
    path: roundedPath(points, radius),
    start: { ...start, angle: angleOf(start, next) },
    end: { ...end, angle: angleOf(before, end) },
    mark,
  };
}

/** In the order of the cards, which is by namespace; nodes come after them, and last what is outside. */
export function groupsOf<Kind extends Card>(cards: readonly Kind[]): readonly (readonly [string, readonly Kind[]])[] {
  const groups = new Map<string, Kind[]>();
  for (const card of cards) {
    const own = groups.get(card.box);
    if (own === undefined) groups.set(card.box, [card]);
    else own.push(card);
  }
  const rank = (name: string): number => ["nodes", "outside the cluster"].indexOf(name);
  return [...groups].sort(([a], [b]) => rank(a) - rank(b));
}

function bottomOf(place: Rectangle | undefined): number {
  return place === undefined ? 0 : place.y + place.height;
}

function keyOf(from: string, to: string): string {
  return `${from} ${to}`;
}
