import { cell, changeOf, isOpenCell, isolates, type PageRow, type Survey } from "../workbench/protocol.ts";
import type { Card } from "./picture.ts";

/** Up to this many workloads each have a card; beyond, those that are not in focus share one per namespace. */
export const mostCards = 60;
/** Relations that are drawn at once; what breaks the intent is always drawn. */
export const mostRelations = 120;

/** A card and the rows it stands for. */
export interface Unit extends Card {
  readonly name: string;
  readonly kind: PageRow["kind"];
  /** Indexes of rows, and the rows. */
  readonly rows: readonly number[];
  readonly members: readonly PageRow[];
  readonly isUnderTest: boolean;
  /** A namespace (or all nodes, all outside points) that shares one card. */
  readonly isGroup: boolean;
  /** Rows that some policy isolates, by direction. */
  readonly isolated: { readonly ingress: number; readonly egress: number };
}

export function boxOf({ kind, namespace }: Pick<PageRow, "kind" | "namespace">): string {
  return kind === "pods" ? namespace : kind === "node" ? "nodes" : "outside the cluster";
}

/** One card per row where few enough; else the focus by itself and the rest by namespace. */
export function unitsOf(rows: readonly PageRow[], focus: ReadonlySet<string>, isolation: Uint8Array): readonly Unit[] {
  const byNamespace = rows.length > mostCards;
  const groups = new Map<string, number[]>();
  rows.forEach((row, i) => {
    const key = byNamespace && !focus.has(row.id) ? `ns/${boxOf(row)}` : row.id;
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [i]);
    else own.push(i);
  });
  const count = (own: readonly number[], bit: number): number => own.filter((i) => ((isolation[i] ?? 0) & bit) !== 0).length;
  return [...groups].map(([id, own]): Unit => {
    const row = rows[own[0] as number] as PageRow;
    const isGroup = byNamespace && !focus.has(row.id);
    return {
      id,
      box: boxOf(row),
      name: isGroup ? boxOf(row) : row.name,
      kind: row.kind,
      isFocus: focus.has(row.id),
      rows: own,
      members: own.map((i) => rows[i] as PageRow),
      isUnderTest: own.some((i) => rows[i]?.underTest === true),
      isGroup,
      isolated: { ingress: count(own, isolates.ingress), egress: count(own, isolates.egress) },
    };
  });
}

/** What all pairs of rows from one unit to another are together. */
export interface Relation {
  readonly from: Unit;
  readonly to: Unit;
  /** Pairs of rows. */
  readonly pairs: number;
  readonly open: number;
  readonly undetermined: number;
  /** Pairs of which some policy isolates an end in this direction, and those of them that a rule opens. */
  readonly guarded: number;
  readonly guardedOpen: number;
  /** Pairs that are open on some ports only, or in one family only. */
  readonly some: number;
  /** Pairs that are not as they were at the stage before. */
  readonly changed: number;
  /** Pairs that another engine answers otherwise. */
  readonly differing: number;
  /** By assertion (its number in the intent): pairs that break it. */
  readonly broken: ReadonlyMap<number, number>;
}

export interface Surveys {
  readonly now: Survey;
  /** Of the stage before; undefined at the first one. */
  readonly before: Survey | undefined;
  /** What another engine says. */
  readonly other: Survey | undefined;
  /** By row, as bits of `isolates`. */
  readonly isolation: Uint8Array;
}

interface Tally {
  pairs: number;
  open: number;
  undetermined: number;
  guarded: number;
  guardedOpen: number;
  some: number;
  changed: number;
  differing: number;
  readonly broken: Map<number, number>;
}

/** Every pair of units with a question between them; a unit of several rows has one with itself, too. */
export function relationsOf(units: readonly Unit[], { now, before, other, isolation }: Surveys): readonly Relation[] {
  const size = now.rows;
  const count = units.length;
  const unitOf = new Int32Array(size).fill(-1);
  units.forEach(({ rows }, i) => {
    for (const row of rows) unitOf[row] = i;
  });
  const tallies: (Tally | undefined)[] = Array.from({ length: count * count }, () => undefined);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const at = a * size + b;
      const value = now.cells[at] as number;
      const [from, to] = [unitOf[a] as number, unitOf[b] as number];
      if (value === cell.none || a === b || from < 0 || to < 0) continue;
      const tally = (tallies[from * count + to] ??= {
        pairs: 0,
        open: 0,
        undetermined: 0,
        guarded: 0,
        guardedOpen: 0,
        some: 0,
        changed: 0,
        differing: 0,
        broken: new Map<number, number>(),
      });
      tally.pairs += 1;
      if (isOpenCell(value)) tally.open += 1;
      if (((isolation[b] as number) & isolates.ingress) !== 0 || ((isolation[a] as number) & isolates.egress) !== 0) {
        tally.guarded += 1;
        if (isOpenCell(value)) tally.guardedOpen += 1;
      }
      if (value === cell.some) tally.some += 1;
      if (value === cell.undetermined) tally.undetermined += 1;
      if (changeOf(before?.cells[at] ?? cell.none, value) !== undefined) tally.changed += 1;
      if (other !== undefined && other.cells[at] !== value) tally.differing += 1;
      const broken = now.broken[at] as number;
      if (broken !== 0) tally.broken.set(broken - 1, (tally.broken.get(broken - 1) ?? 0) + 1);
    }
  }
  return tallies.flatMap((tally, i) => {
    const [from, to] = [units[Math.floor(i / count)], units[i % count]];
    return tally === undefined || from === undefined || to === undefined ? [] : [{ from, to, ...tally }];
  });
}

export type Scope = "devices" | "all" | "selection";

/** What the picture shows of all relations, and what it leaves out. */
export interface Drawn {
  readonly relations: readonly Relation[];
  /** Relations that would be drawn were there fewer of them. */
  readonly capped: number;
  /** Ids of units that say in words what arrows would say too often. */
  readonly badges: ReadonlyMap<string, readonly string[]>;
}

export interface DrawWishes {
  readonly scope: Scope;
  readonly selected: string | undefined;
  readonly intent: boolean;
  readonly changes: boolean;
}

/** More of all cards than this, and a badge says it. */
const badgeShare = 0.6;
/** Among fewer cards than these arrows say it well. */
const fewestForBadges = 6;

/**
 * The relations of a map. An arrow stands where a rule opens something that is otherwise isolated, where the intent is broken, and where
 * something changed: what is open because nothing isolates it is a word on the card, or a drawing would be all arrows.
 */
export function mapRelations(units: readonly Unit[], relations: readonly Relation[], wishes: DrawWishes): Drawn {
  const { scope, selected, intent, changes } = wishes;
  const inScope = relations.filter(
    ({ from, to }) =>
      from !== to &&
      (scope === "all" ||
        (scope === "devices" && (from.isFocus || to.isFocus)) ||
        (scope === "selection" && (from.id === selected || to.id === selected))),
  );
  const touchesSelected = ({ from, to }: Relation): boolean => from.id === selected || to.id === selected;
  const isChanged = ({ changed }: Relation): boolean => changes && changed > 0;
  const isBroken = ({ broken }: Relation): boolean => intent && broken.size > 0;
  const badges = badgesOf(units, relations);
  const reachesMost = new Set(units.filter(({ id }) => badges.get(id)?.some((text) => text.startsWith("reaches "))).map(({ id }) => id));
  const rank = (relation: Relation): number => {
    if (isBroken(relation)) return 0;
    if (isChanged(relation)) return 1;
    if (scope === "selection" || touchesSelected(relation)) return 2;
    if (relation.open + relation.undetermined === 0) return 9;
    if (relation.differing > 0) return 3;
    if (relation.undetermined > 0) return 4;
    return relation.guardedOpen === 0 || reachesMost.has(relation.from.id) ? 9 : 5;
  };
  const wanted = inScope
    .map((relation, order) => ({ relation, rank: rank(relation), order }))
    .filter((one) => one.rank < 9)
    .sort((a, b) => a.rank - b.rank || b.relation.guardedOpen - a.relation.guardedOpen || a.order - b.order);
  const kept = wanted.filter((one, i) => one.rank === 0 || i < mostRelations);
  return {
    relations: kept.sort((a, b) => a.order - b.order).map(({ relation }) => relation),
    capped: wanted.length - kept.length,
    badges,
  };
}

const openToEveryone = "open to everyone";

function badgesOf(units: readonly Unit[], relations: readonly Relation[]): ReadonlyMap<string, readonly string[]> {
  const badges = new Map<string, string[]>();
  const add = (id: string, text: string): void => {
    badges.set(id, [...(badges.get(id) ?? []), text]);
  };
  const inbound = new Map<string, Relation[]>();
  const outbound = new Map<string, Relation[]>();
  for (const relation of relations) {
    if (relation.from === relation.to) continue;
    const [to, from] = [inbound.get(relation.to.id) ?? [], outbound.get(relation.from.id) ?? []];
    to.push(relation);
    from.push(relation);
    inbound.set(relation.to.id, to);
    outbound.set(relation.from.id, from);
  }
  for (const unit of units) {
    const all = inbound.get(unit.id) ?? [];
    if (unit.kind === "pods" && unit.isolated.ingress === 0 && all.length > 0 && all.every(({ open, pairs }) => open === pairs)) {
      add(unit.id, openToEveryone);
    }
    const guarded = (outbound.get(unit.id) ?? []).filter((relation) => relation.guarded > 0);
    const reached = guarded.filter(({ guardedOpen }) => guardedOpen > 0);
    if (guarded.length >= fewestForBadges && reached.length > badgeShare * guarded.length) {
      add(unit.id, `reaches ${reached.length} of ${guarded.length}`);
    }
  }
  return badges;
}

/** On the bench every lane has its place; only those are left out that are closed because the intent closes them. */
export function benchRelations(relations: readonly Relation[]): readonly Relation[] {
  return relations.filter(({ from, to }) => from !== to && (from.isFocus || to.isFocus));
}
