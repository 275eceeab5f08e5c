import type { ListDocument, Report, ReportEndpoint, ReportPair } from "../types.ts";
import { exactText, keyOf, opennessOf } from "./grid.ts";
import { number } from "./numbers.ts";
import { counted, sizedName } from "./sentences.ts";
import { spaceName, spaceTitle } from "./spaces.ts";

/** With more arrows than this, endpoints that nothing tells apart share a node. */
const mostPlainArrows = 16;
/** With more endpoints than could be compared one by one, or more of these even so, namespaces are the nodes. */
const mostCompared = 300;
export const mostNodes = 60;
export const mostArrows = 120;
/** How many names a node spells out. */
const mostNames = 8;

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly arrows: readonly Arrow[];
  /** What the picture does not show, as comments; what is left out also stands in a node. */
  readonly remarks: readonly string[];
  readonly leftOut: readonly string[];
}

export interface GraphNode {
  /** The box it stands in; none for what spans several. */
  readonly box: string | undefined;
  readonly lines: readonly string[];
  readonly underTest: boolean;
}

export interface Arrow {
  readonly from: GraphNode;
  readonly to: GraphNode;
  readonly label: string;
  readonly certain: boolean;
  readonly bothWays: boolean;
  /** Endpoint pairs behind it: with too many arrows, those with the most stay. */
  readonly pairs: number;
}

/** A rule's sides are names; `dev/web` stands in the box of its namespace. */
export function listGraph({ rules, groups }: ListDocument): Graph {
  const nodes = new Map<string, GraphNode>();
  const nodeOf = (name: string): GraphNode => {
    const known = nodes.get(name);
    if (known !== undefined) return known;
    const members = groups.find((group) => group.name === name)?.members;
    const [, space, short] = /^([^/\s]+)\/(.+)$/s.exec(name) ?? [];
    const inBox = space !== undefined && space !== "ns" && members === undefined && !/^\d/.test(short ?? "") && !/[:.]/.test(space);
    const node: GraphNode = {
      box: inBox ? space : undefined,
      lines: members === undefined ? [inBox ? (short ?? name) : name] : [name, ...firstNames(members)],
      underTest: false,
    };
    nodes.set(name, node);
    return node;
  };
  const arrows = rules.flatMap(({ from, to, ports, verdict, family }) =>
    from.flatMap((source) =>
      to.map((target): Arrow => {
        const undetermined = verdict === "undetermined";
        const label = exactText([{ allow: undetermined ? "-" : ports, undetermined: undetermined ? ports : "-", family }]);
        return { from: nodeOf(source), to: nodeOf(target), label: shortLabel(label), certain: !undetermined, bothWays: false, pairs: 1 };
      }),
    ),
  );
  return { nodes: [...nodes.values()], arrows, remarks: [], leftOut: [] };
}

type Pair = ReportPair & { readonly breaks?: string | undefined };
type Groups = Report["groups"];

/** Endpoints and what is open between them; those that nothing tells apart share a node where the arrows would be too many. */
export function pairGraph(endpoints: readonly ReportEndpoint[], pairs: readonly Pair[], groups: Groups): Graph {
  const cells = cellsOf(pairs);
  if (endpoints.length > mostCompared) return spaceGraph(endpoints, cells);
  const open = [...cells.values()].filter(({ label }) => label !== "").length;
  if (open <= 2 * mostPlainArrows) {
    const plain = quotient(
      endpoints.map((endpoint) => [endpoint]),
      cells,
      groups,
    );
    if (plain.arrows.length <= mostPlainArrows) return plain;
  }
  const parts = alikeEndpoints(endpoints, cells);
  if (parts.length > mostNodes) return spaceGraph(endpoints, cells);
  const alike = quotient(parts, cells, groups);
  if (alike.arrows.length > mostArrows) return spaceGraph(endpoints, cells);
  return parts.length < endpoints.length ? { ...alike, remarks: ["endpoints that nothing tells apart share a node"] } : alike;
}

interface PairCell {
  /** Every port spelled out; empty where nothing is open. */
  readonly label: string;
  readonly certain: boolean;
  readonly pairs: number;
}

function cellsOf(pairs: readonly Pair[]): ReadonlyMap<string, PairCell> {
  const byPair = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const known = byPair.get(keyOf(pair.from, pair.to));
    if (known === undefined) byPair.set(keyOf(pair.from, pair.to), [pair]);
    else known.push(pair);
  }
  return new Map(
    [...byPair].map(([key, rows]): [string, PairCell] => {
      const open = opennessOf(rows);
      const breaks = rows.some((row) => row.breaks !== undefined) ? " !" : "";
      return [
        key,
        { label: open === "none" ? "" : exactText(rows) + breaks, certain: open !== "undetermined", pairs: rows[0]?.pairs ?? 0 },
      ];
    }),
  );
}

/** Endpoints with the same flows from and to everybody; a device under test is never merged with others. */
function alikeEndpoints(
  endpoints: readonly ReportEndpoint[],
  cells: ReadonlyMap<string, PairCell>,
): readonly (readonly ReportEndpoint[])[] {
  // A pair that is no question (an endpoint with itself, outside to outside) tells nobody apart; one that was not asked about does.
  const isNoQuestion = (from: ReportEndpoint, to: ReportEndpoint): boolean => from === to || (isOutside(from) && isOutside(to));
  const labels = endpoints.map((from) =>
    endpoints.map((to) => cells.get(keyOf(from.id, to.id))?.label ?? (isNoQuestion(from, to) ? undefined : "not asked")),
  );
  const agree = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
  const seeTheSame = (a: number, b: number): boolean =>
    labels.every((row, i) => i === a || i === b || (agree(labels[a]?.[i], labels[b]?.[i]) && agree(row[a], row[b])));
  /** What a group's members open to each other is one thing. */
  const insideIsOne = (members: readonly number[]): boolean => {
    const inside = members.flatMap((from) => members.map((to) => labels[from]?.[to])).filter((label) => label !== undefined);
    return new Set(inside).size <= 1;
  };
  const groups: number[][] = [];
  endpoints.forEach(({ underTest }, i) => {
    const fits = underTest
      ? undefined
      : groups.find(
          (group) => !endpoints[group[0] ?? 0]?.underTest && group.every((member) => seeTheSame(member, i)) && insideIsOne([...group, i]),
        );
    if (fits === undefined) groups.push([i]);
    else fits.push(i);
  });
  return groups.map((group) => group.map((i) => endpoints[i] as ReportEndpoint));
}

function isOutside({ kind }: ReportEndpoint): boolean {
  return kind === "outside" || kind === "elsewhere";
}

/** The graph of groups of endpoints: one arrow per pair of groups and label. */
function quotient(parts: readonly (readonly ReportEndpoint[])[], cells: ReadonlyMap<string, PairCell>, groups: Groups): Graph {
  const nodes = parts.map((part) => ({ part, node: nodeOfPart(part, groups) }));
  const arrows = nodes.flatMap((from) => nodes.flatMap((to) => arrowsBetween(from, to, cells)));
  return {
    nodes: nodes.map(({ node }) => node),
    arrows: paired(
      arrows,
      nodes.map(({ node }) => node),
    ),
    remarks: [],
    leftOut: [],
  };
}

interface PartNode {
  readonly part: readonly ReportEndpoint[];
  readonly node: GraphNode;
}

function arrowsBetween(from: PartNode, to: PartNode, cells: ReadonlyMap<string, PairCell>): readonly Arrow[] {
  const byLabel = new Map<string, Arrow>();
  for (const a of from.part) {
    for (const b of to.part) {
      const cell = cells.get(keyOf(a.id, b.id));
      if (cell === undefined || cell.label === "") continue;
      const known = byLabel.get(cell.label);
      byLabel.set(cell.label, {
        from: from.node,
        to: to.node,
        label: shortLabel(cell.label),
        certain: cell.certain,
        bothWays: false,
        pairs: (known?.pairs ?? 0) + cell.pairs,
      });
    }
  }
  return [...byLabel.values()];
}

function nodeOfPart(part: readonly ReportEndpoint[], groups: Groups): GraphNode {
  const [first, ...more] = part;
  const spaces = new Set(part.map(spaceName));
  const box = spaces.size === 1 ? spaceName(first as ReportEndpoint) : undefined;
  const names = part.map((endpoint) => sizedName(endpoint, box === undefined ? endpoint.id : shortName(endpoint)));
  const group =
    more.length === 0
      ? undefined
      : groups.find(({ members }) => members.length === part.length && part.every(({ id }) => members.includes(id)));
  return {
    box,
    lines: [...(group === undefined ? [] : [`${group.name} (${part.length})`]), ...firstNames(names)],
    underTest: first?.underTest ?? false,
  };
}

/** In the box of its namespace a name needs no namespace. */
function shortName({ name, namespace }: ReportEndpoint): string {
  return namespace !== "" && name.startsWith(`${namespace}/`) ? name.slice(namespace.length + 1) : name;
}

function firstNames(names: readonly string[]): readonly string[] {
  if (names.length <= mostNames) return names;
  return [...names.slice(0, mostNames - 1), `and ${number(names.length - mostNames + 1)} more`];
}

/** Two arrows that say the same in opposite directions are one with two heads. */
function paired(arrows: readonly Arrow[], nodes: readonly GraphNode[]): readonly Arrow[] {
  const places = new Map(nodes.map((node, i) => [node, i]));
  const keyOfArrow = (from: GraphNode, to: GraphNode, { label, certain }: Arrow): string =>
    JSON.stringify([places.get(from), places.get(to), label, certain]);
  const byKey = new Map(arrows.map((arrow) => [keyOfArrow(arrow.from, arrow.to, arrow), arrow]));
  const drawn = new Set<Arrow>();
  return arrows.flatMap((arrow) => {
    const other = arrow.from === arrow.to ? undefined : byKey.get(keyOfArrow(arrow.to, arrow.from, arrow));
    drawn.add(arrow);
    if (other === undefined) return [arrow];
    return drawn.has(other) ? [] : [{ ...arrow, bothWays: true, pairs: arrow.pairs + other.pairs }];
  });
}

/** Namespaces by namespaces, with how much is open between them. */
function spaceGraph(endpoints: readonly ReportEndpoint[], cells: ReadonlyMap<string, PairCell>): Graph {
  const spaces = new Map<string, ReportEndpoint[]>();
  for (const endpoint of endpoints) {
    const known = spaces.get(spaceName(endpoint));
    if (known === undefined) spaces.set(spaceName(endpoint), [endpoint]);
    else known.push(endpoint);
  }
  const nodes = [...spaces].map(([name, part]): PartNode => {
    const size = part.reduce((sum, endpoint) => sum + endpoint.size, 0);
    return { part, node: { box: undefined, lines: [spaceTitle(name), counted(size, "endpoint")], underTest: false } };
  });
  const arrows = nodes.flatMap((from) => nodes.flatMap((to) => openBetween(from, to, cells)));
  return {
    nodes: nodes.map(({ node }) => node),
    arrows: paired(
      arrows,
      nodes.map(({ node }) => node),
    ),
    remarks: [`${counted(endpoints.length, "row")} are too many to draw: a node is a namespace`],
    leftOut: [],
  };
}

function openBetween(from: PartNode, to: PartNode, cells: ReadonlyMap<string, PairCell>): readonly Arrow[] {
  const all = from.part.flatMap((a) => to.part.map((b) => cells.get(keyOf(a.id, b.id)))).filter((cell) => cell !== undefined);
  const open = all.filter(({ label }) => label !== "");
  if (open.length === 0) return [];
  const count = (some: readonly PairCell[]): number => some.reduce((sum, { pairs }) => sum + pairs, 0);
  const labels = new Set(open.map(({ label }) => label));
  const ports = labels.size === 1 ? shortLabel([...labels].join()) : "different ports";
  const share = open.length === all.length ? "" : `, ${number(count(open))} of ${number(count(all))} pairs`;
  return [
    {
      from: from.node,
      to: to.node,
      label: ports + share,
      certain: open.some(({ certain }) => certain),
      bothWays: false,
      pairs: count(open),
    },
  ];
}

function shortLabel(text: string): string {
  const ports = text.split(" ");
  return ports.length <= 4 ? text : `${ports.slice(0, 3).join(" ")} and ${ports.length - 3} more`;
}
