import { loadChunk } from "../chunks.ts";
import { counted, grouped } from "../parts/counted.ts";
import type { EndpointDetail, Grouping, Lane, PageRow, Subject, Survey, Workbench } from "../workbench/protocol.ts";
import { benchFits, benchPicture } from "./bench.ts";
import type { DirectionFacts, FocusFacts } from "./CardButton.tsx";
import type { DrawnLane, LaneState } from "./LaneLine.tsx";
import { dotText, mapPicture, type MapCard } from "./map.ts";
import { angleOf, cardSize, focusSize, type Picture, type Point, type Rectangle, type Route } from "./picture.ts";
import {
  benchRelations,
  mapRelations,
  mostCards,
  mostRelations,
  relationsOf,
  unitsOf,
  type DrawWishes,
  type Relation,
  type Scope,
  type Unit,
} from "./units.ts";

/** Everything the picture of one stage shows, worked out together so that no part of it is of another stage. */
export interface Scene {
  readonly stage: number;
  readonly isBench: boolean;
  readonly units: readonly Unit[];
  readonly picture: Picture;
  readonly lanes: readonly SceneLane[];
  readonly facts: ReadonlyMap<string, FocusFacts>;
  readonly badges: ReadonlyMap<string, readonly string[]>;
  /** Of namespaces that share a card: how much of what could reach them may. */
  readonly shares: ReadonlyMap<string, number>;
  /** What is not drawn, in words. */
  readonly leftOut: string;
}

export interface SceneLane extends DrawnLane {
  readonly route: Route;
  readonly reason: Lane | undefined;
  readonly relation: Relation;
}

export interface SceneWishes extends DrawWishes {
  readonly stage: number;
  readonly port: string | undefined;
  /** Room for what is laid out in rows, in pixels. */
  readonly width: number;
}

/** Clusters of more workloads than these are counted by class. */
const mostRows = 4_000;
/** A map keeps its shape through this many stages; each of them is laid out for all. */
const mostStagesTogether = 8;
const groupSize = { width: 220, height: 84 } as const;

export async function sceneOf(of: Workbench, about: Subject, workloads: readonly PageRow[], wishes: SceneWishes): Promise<Scene> {
  const { stage, port, scope, selected } = wishes;
  // Pods that no rule tells apart share a row then, which changes no number but that of the rows.
  const grouping: Grouping = workloads.length > mostRows ? "class" : "workload";
  const other = about.engines[1]?.name;
  const survey = (at: number, engine: string): Promise<Survey> => of.survey({ version: "edited", stage: at, engine, port, grouping });
  const rows = grouping === "workload" ? workloads : await of.rows(grouping);
  const [isolation, now, before, others] = await Promise.all([
    of.isolation(stage, grouping),
    survey(stage, "spec"),
    stage === 0 ? undefined : survey(stage - 1, "spec"),
    other === undefined ? undefined : survey(stage, other),
  ]);
  const selectedRow = scope === "selection" ? rows.find(({ id }) => id === selected) : undefined;
  const focus = new Set(selectedRow !== undefined ? [selectedRow.id] : scope === "devices" ? about.focus : []);
  const units = unitsOf(rows, focus, isolation);
  const relations = relationsOf(units, { now, before, other: others, isolation });
  const isBench = units.every(({ isGroup }) => !isGroup) && benchFits(focus.size, units.length - focus.size);
  const own = isBench
    ? { relations: benchRelations(relations), capped: 0, badges: new Map<string, string[]>() }
    : mapRelations(units, relations, wishes);
  const inOrder = (unit: Unit): number => about.focus.indexOf(unit.id);
  const picture = isBench ? benchPicture([...units].sort((a, b) => inOrder(a) - inOrder(b))) : await layOut();
  const pairs = own.relations.filter(isSingle).map(({ from, to }) => [from.id, to.id] as const);
  const reasons = pairs.length === 0 ? [] : await of.lanes({ stage, engine: "spec", port, pairs });
  const reasonOf = new Map(pairs.map(([from, to], i) => [`${from} ${to}`, reasons[i]]));
  const lanes = own.relations.map((relation): SceneLane => {
    const { from, to } = relation;
    const reason = reasonOf.get(`${from.id} ${to.id}`);
    return {
      ...laneOf(relation, reason, others),
      reason,
      relation,
      route: picture.route(from.id, to.id) ?? directRoute(picture.cards.get(from.id) as Rectangle, picture.cards.get(to.id) as Rectangle),
    };
  });
  return {
    stage,
    isBench,
    units,
    picture,
    lanes,
    badges: own.badges,
    facts: new Map(await Promise.all(units.filter(({ isFocus }) => isFocus).map(facts))),
    shares: new Map(units.filter(({ isGroup }) => isGroup).map((unit) => [unit.id, shareOf(unit, relations)])),
    leftOut: leftOutText(relations, own.relations, own.capped, { scope, isBench, size: units.length }),
  };

  async function facts(unit: Unit): Promise<readonly [string, FocusFacts]> {
    return [unit.id, factsOf(unit, lanes, relations, (await of.endpoint(stage, unit.id))?.isolated)];
  }

  /** One layout for all stages where they are few, so that a card stays where it is while its arrows change. */
  async function layOut(): Promise<Picture> {
    const cards = units.map((unit): MapCard => ({ ...unit, ...(unit.isGroup ? groupSize : unit.isFocus ? focusSize : cardSize) }));
    const wanted: DrawWishes = { scope, selected: scope === "selection" ? selected : undefined, intent: true, changes: true };
    const all = new Map<string, readonly [string, string]>();
    const stages = about.stages.length <= mostStagesTogether && rows.length <= mostCards ? about.stages.map((_, i) => i) : [stage];
    for (const at of stages) {
      const [isolated, its, previous] = await Promise.all([
        of.isolation(at, grouping),
        survey(at, "spec"),
        at === 0 ? undefined : survey(at - 1, "spec"),
      ]);
      const unitsThen = unitsOf(rows, focus, isolated);
      const found = relationsOf(unitsThen, { now: its, before: previous, other: undefined, isolation: isolated });
      for (const { from, to } of mapRelations(unitsThen, found, wanted).relations) all.set(`${from.id} ${to.id}`, [from.id, to.id]);
    }
    // Violations are never left out of the drawing, but hundreds of them would make a layout of hours.
    const edges = [...all.values()].slice(0, 2 * mostRelations);
    const json = edges.length === 0 ? undefined : await (await loadChunk("graphviz")).layOut(dotText(cards, edges));
    return mapPicture(cards, edges, json, wishes.width);
  }
}

function isSingle({ from, to }: Relation): boolean {
  return !from.isGroup && !to.isGroup;
}

function laneOf(relation: Relation, reason: Lane | undefined, other: Survey | undefined): DrawnLane {
  const { from, to, pairs, open, undetermined, guarded, guardedOpen, some, changed, differing, broken } = relation;
  const single = isSingle(relation);
  const state: LaneState = open === 0 ? (undetermined > 0 ? "undetermined" : "closed") : single && some > 0 ? "some" : "open";
  const violations = [...broken.values()].reduce((sum, count) => sum + count, 0);
  const share = guarded === 0 ? open / pairs : guardedOpen / guarded;
  return {
    from: from.id,
    to: to.id,
    state,
    otherState: single && differing > 0 && other !== undefined ? otherStateOf(other, from, to) : undefined,
    stops: reason?.stops,
    isChanged: changed > 0,
    isViolated: violations > 0,
    width: single ? 2 : share <= 0.1 ? 1.2 : share <= 0.5 ? 2 : 3,
    label: single ? (state === "some" ? "some ports" : undefined) : violations > 0 ? String(violations) : undefined,
  };
}

function otherStateOf(other: Survey, from: Unit, to: Unit): LaneState {
  const words: readonly LaneState[] = ["closed", "closed", "open", "undetermined", "some"];
  return words[other.cells[(from.rows[0] as number) * other.rows + (to.rows[0] as number)] as number] ?? "closed";
}

function factsOf(
  unit: Unit,
  lanes: readonly SceneLane[],
  relations: readonly Relation[],
  isolated: EndpointDetail["isolated"] | undefined,
): FocusFacts {
  const direction = (side: "from" | "to"): DirectionFacts => {
    const all = relations.filter((relation) => relation[side] === unit && relation.from !== relation.to);
    const own = lanes.filter((lane) => lane[side] === unit.id);
    const demands = own.map(({ reason }) => reason?.demand);
    const spoken =
      demands.length > 0 && demands.length === all.length && demands.every((demand) => demand !== undefined && demand.want !== "same");
    return {
      count: all.reduce((sum, { open }) => sum + open, 0),
      design: spoken ? demands.filter((demand) => demand?.want === "allow").length : undefined,
      isBroken: all.some(({ broken }) => broken.size > 0) && spoken,
    };
  };
  return { reachedBy: direction("to"), opensTo: direction("from"), isolation: isolated === undefined ? "" : isolationText(isolated) };
}

/** `isolated both ways by policy1`: policies by their names alone, as the namespace stands on the box. */
function isolationText({ ingress, egress }: EndpointDetail["isolated"]): string {
  const direction =
    ingress.length > 0 && egress.length > 0
      ? "both ways"
      : ingress.length > 0
        ? "for ingress"
        : egress.length > 0
          ? "for egress"
          : undefined;
  if (direction === undefined) return "not isolated";
  const [first = "", ...more] = [...new Set([...ingress, ...egress])].map((name) => name.replace(/^.*\//, ""));
  return `isolated ${direction} by ${first}${more.length === 0 ? "" : ` and ${more.length} more`}`;
}

function shareOf(unit: Unit, relations: readonly Relation[]): number {
  const inbound = relations.filter(({ from, to }) => to === unit && from !== to);
  const pairs = inbound.reduce((sum, relation) => sum + relation.pairs, 0);
  return pairs === 0 ? 0 : inbound.reduce((sum, { open }) => sum + open, 0) / pairs;
}

function leftOutText(
  relations: readonly Relation[],
  drawn: readonly Relation[],
  capped: number,
  { scope, isBench, size }: { readonly scope: Scope; readonly isBench: boolean; readonly size: number },
): string {
  if (capped > 0) return `${counted(capped, "relation")} not drawn. Select a box or open the matrix.`;
  const shown = new Set(drawn);
  const rest = relations.filter((relation) => relation.from !== relation.to && !shown.has(relation));
  const count = rest.reduce((sum, { pairs }) => sum + pairs, 0);
  const open = rest.reduce((sum, relation) => sum + relation.open, 0);
  if (count === 0 || size === 0) return "";
  const between = isBench || scope !== "all" ? " between other endpoints" : "";
  const opened = open === count ? "all open" : open === 0 ? "none open" : `${grouped(open)} open`;
  return `${counted(count, "flow")}${between}, ${opened}, not drawn`;
}

/** For a relation the layout does not know: from side to side, bent outwards so that the two directions stay apart. */
function directRoute(from: Rectangle, to: Rectangle): Route {
  const [a, b] = [middleOf(from), middleOf(to)];
  const isRightwards = a.x <= b.x;
  const start = { x: isRightwards ? from.x + from.width : from.x, y: a.y - 6 };
  const isSameColumn = Math.abs(a.x - b.x) < from.width;
  const end = { x: isSameColumn === isRightwards ? to.x + to.width : to.x, y: b.y + 6 };
  const bend = Math.max(40, Math.abs(end.x - start.x) / 3);
  const c1 = { x: start.x + (isRightwards ? bend : -bend), y: start.y };
  const c2 = { x: end.x + (end.x === to.x ? -bend : bend), y: end.y };
  return {
    path: `M${start.x} ${start.y}C${c1.x} ${c1.y} ${c2.x} ${c2.y} ${end.x} ${end.y}`,
    start: { ...start, angle: angleOf(start, c1) },
    end: { ...end, angle: angleOf(c2, end) },
    mark: { x: (start.x + 3 * c1.x + 3 * c2.x + end.x) / 8, y: (start.y + 3 * c1.y + 3 * c2.y + end.y) / 8 },
  };
}

function middleOf({ x, y, width, height }: Rectangle): Point {
  return { x: x + width / 2, y: y + height / 2 };
}
