import { describe, expect, test } from "vitest";
import { benchPicture, benchFits, mostOnBench } from "../src/design/bench.ts";
import { dotText, mapPicture } from "../src/design/map.ts";
import type { Card, Picture, Point, Rectangle } from "../src/design/picture.ts";
import { mapRelations, mostCards, relationsOf, unitsOf, type Unit } from "../src/design/units.ts";
import type { PageRow } from "../src/workbench/protocol.ts";
import { openWorkbench } from "../src/workbench/workbench.ts";

function card(id: string, box: string, isFocus = false): Card {
  return { id, box, isFocus };
}

const many = (count: number, box: string): readonly Card[] => Array.from({ length: count }, (_, i) => card(`${box}/${i}`, box));

const benches: readonly (readonly [string, readonly Card[]])[] = [
  [
    "the chapter",
    [
      card("web", "dev", true),
      card("db", "dev", true),
      ...many(2, "dev"),
      ...many(1, "jtac"),
      ...many(1, "qa"),
      ...many(2, "outside the cluster"),
    ],
  ],
  ["one device alone in its namespace", [card("web", "dev", true), ...many(3, "qa")]],
  ["one device among its neighbours", [card("web", "dev", true), ...many(5, "dev"), ...many(9, "qa")]],
  [
    "two devices of two namespaces, both with neighbours",
    [card("web", "a", true), card("db", "b", true), ...many(4, "a"), ...many(4, "b"), ...many(6, "nodes")],
  ],
  ["as many cards as fit", [card("web", "dev", true), card("db", "dev", true), ...many(7, "dev"), ...many(7, "outside the cluster")]],
];

describe("the bench", () => {
  test.each(benches)("draws every lane without crossing a card or a lane of the same device: %s", (_, cards) => {
    const picture = benchPicture(cards);
    const devices = cards.filter(({ isFocus }) => isFocus);
    for (const device of devices) {
      const lanes = cards
        .filter(({ id }) => id !== device.id)
        .flatMap(({ id }) => [[id, device.id] as const, [device.id, id] as const])
        .map(([from, to]) => ({ from, to, corners: cornersOf(picture, from, to) }));
      for (const { from, to, corners } of lanes) {
        const others = [...picture.cards].filter(([id]) => id !== from && id !== to);
        for (const [id, place] of others) expect(touches(corners, place), `${from} > ${to} touches ${id}`).toBe(false);
      }
      lanes.forEach((a, i) => {
        for (const b of lanes.slice(i + 1))
          expect(cross(a.corners, b.corners), `${a.from} > ${a.to} crosses ${b.from} > ${b.to}`).toBe(false);
      });
    }
  });

  test.each(benches)("keeps cards apart and inside the picture: %s", (_, cards) => {
    const { cards: places, width, height } = benchPicture(cards);
    const all = [...places.values()];
    expect(all).toHaveLength(cards.length);
    all.forEach((a, i) => {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
      for (const b of all.slice(i + 1)) expect(overlap(a, b)).toBe(false);
    });
  });

  test("is for one or two devices and few other cards", () => {
    expect([benchFits(0, 3), benchFits(1, mostOnBench), benchFits(2, mostOnBench + 1), benchFits(3, 2)]).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});

describe("the map", () => {
  const cards = [...many(2, "a"), ...many(2, "b"), ...many(3, "quiet")].map((one) => ({ ...one, isGroup: false, width: 200, height: 44 }));
  const relations = [["a/0", "b/1"]] as const;

  test("asks Graphviz for the namespaces that have relations, in the order of the cards", () => {
    const text = dotText(cards, relations);
    expect(text).toContain("n0 -> n3 [id=0]");
    expect(text.match(/subgraph cluster_/g)).toHaveLength(2);
    expect(text).not.toContain("n4 ");
  });

  test("reads places and curves, and puts the rest in rows below", () => {
    const json = JSON.stringify({
      bb: "0,0,500,100",
      objects: [
        { name: "n0", pos: "100,80" },
        { name: "n1", pos: "100,20" },
        { name: "n2", pos: "400,80" },
        { name: "n3", pos: "400,20" },
      ],
      edges: [{ id: "0", pos: "e,300,20 200,80 230,80 260,20 292,20" }],
    });
    const picture = mapPicture(cards, relations, json, 1000);
    expect(picture.cards.get("a/0")).toEqual({ x: 20, y: 18, width: 200, height: 44 });
    expect(picture.route("a/0", "b/1")?.end).toMatchObject({ x: 320, y: 100, angle: 0 });
    expect(picture.boxes.map(({ name }) => name)).toEqual(["a", "b", "quiet"]);
    const quiet = picture.boxes[2] as Rectangle;
    expect(quiet.y).toBeGreaterThan(100);
  });
});

describe("units and relations", () => {
  test("beyond sixty workloads a namespace is one card, and arrows stand for what rules open", async () => {
    const { units, relations } = await cluster(80);
    expect(units.map(({ id }) => id)).toEqual(["ns/front", "ns/guarded", "ns/outside the cluster"]);
    expect(units[1]).toMatchObject({ isGroup: true, isolated: { ingress: 40, egress: 0 } });
    const drawn = mapRelations(units, relations, { scope: "all", selected: undefined, intent: true, changes: true });
    expect(drawn.relations.map(({ from, to, open, pairs }) => [from.name, to.name, open, pairs])).toEqual([["front", "guarded", 40, 1600]]);
    expect(drawn.badges.get("ns/front")).toEqual(["open to everyone"]);
  });

  test("few workloads have a card each, and only a selected one shows what is closed", async () => {
    const { units, relations } = await cluster(6);
    expect(units).toHaveLength(7);
    const wishes = { intent: true, changes: true } as const;
    const all = mapRelations(units, relations, { ...wishes, scope: "all", selected: undefined });
    expect(all.relations.map(({ from, to }) => `${from.name} ${to.name}`)).toEqual(["web-0 web-1", "web-0 web-3", "web-0 web-5"]);
    const one = mapRelations(units, relations, { ...wishes, scope: "selection", selected: "guarded/web-1" });
    expect(one.relations).toHaveLength(12);
  });

  /** Half of the pods stand in `front`, half in `guarded`, where only the first pod is let in. */
  async function cluster(pods: number): Promise<{ readonly units: readonly Unit[]; readonly relations: ReturnType<typeof relationsOf> }> {
    const text = [
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: front, labels: {side: front}}",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: guarded}",
      ...Array.from(
        { length: pods },
        (_, i) =>
          `apiVersion: v1\nkind: Pod\nmetadata: {name: web-${i}, namespace: ${i % 2 === 0 ? "front" : "guarded"}, labels: {app: a${i}}}\nstatus: {podIP: 10.0.0.${i + 1}}`,
      ),
      `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: guard, namespace: guarded}\nspec:\n  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {matchLabels: {side: front}}, podSelector: {matchLabels: {app: a0}}}]}]`,
    ].join("\n---\n");
    const of = openWorkbench("2026-01-01");
    await of.open({ name: "cluster", files: [{ path: "all.yaml", text }] });
    const rows: readonly PageRow[] = await of.rows("workload");
    expect(rows.length > mostCards).toBe(pods > mostCards);
    const isolation = await of.isolation(0, "workload");
    const now = await of.survey({ version: "edited", stage: 0, engine: "spec", port: "80/TCP", grouping: "workload" });
    const units = unitsOf(rows, new Set(), isolation);
    return { units, relations: relationsOf(units, { now, before: undefined, other: undefined, isolation }) };
  }
});

function cornersOf(picture: Picture, from: string, to: string): readonly Point[] {
  const route = picture.route(from, to);
  expect(route, `${from} > ${to} has a lane`).toBeDefined();
  // Rounded corners are `Q corner end`; the straight parts between them are what may cross.
  const numbers = [...(route?.path ?? "").matchAll(/[MLQ]([\d.-]+) ([\d.-]+)(?: ([\d.-]+) ([\d.-]+))?/g)];
  return numbers.map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
}

function segments(corners: readonly Point[]): readonly (readonly [Point, Point])[] {
  return corners.slice(1).map((end, i) => [corners[i] ?? end, end]);
}

/** Lanes run along the axes, so two parts cross where their spans do. */
function cross(a: readonly Point[], b: readonly Point[]): boolean {
  return segments(a).some(([p, q]) =>
    segments(b).some(
      ([r, s]) =>
        Math.max(Math.min(p.x, q.x), Math.min(r.x, s.x)) <= Math.min(Math.max(p.x, q.x), Math.max(r.x, s.x)) &&
        Math.max(Math.min(p.y, q.y), Math.min(r.y, s.y)) <= Math.min(Math.max(p.y, q.y), Math.max(r.y, s.y)),
    ),
  );
}

function touches(corners: readonly Point[], { x, y, width, height }: Rectangle): boolean {
  return segments(corners).some(
    ([p, q]) => Math.max(p.x, q.x) > x && Math.min(p.x, q.x) < x + width && Math.max(p.y, q.y) > y && Math.min(p.y, q.y) < y + height,
  );
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
