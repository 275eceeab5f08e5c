import type { Endpoint, External, Pod } from "../model/cluster.ts";
import { addressIn, endpointName, sameEndpoint } from "../model/endpoint.ts";
import { formatAddress, lastAddress, type Family } from "../net/address.ts";
import { cidrOf } from "../net/cidr.ts";
import { formatPorts, isAllPorts, isEmptyPorts, unite } from "../net/ports.ts";
import type { AddressRange } from "../reach/cuts.ts";
import type { Calculation } from "../reach/engine.ts";
import { familiesInUse } from "../reach/families.ts";
import { relationOf, sameConnections, type Connections, type Reachability } from "../reach/reachability.ts";
import { compareTexts } from "../text/diagnostic.ts";
import type { PairTotals, ReportEndpoint, ReportPair } from "./types.ts";

/** One row of a view with the endpoints it stands for: nothing tells them apart, in any family. */
export interface Row {
  readonly endpoint: ReportEndpoint;
  readonly members: readonly Endpoint[];
}

/** What a view shows beside the snapshot's own endpoints. */
export interface RowOptions {
  /** Named addresses, one entry per name; its members are its addresses by family. */
  readonly outside: readonly { readonly name: string; readonly externals: readonly External[]; readonly about: string | undefined }[];
  /** Rows for all other outside addresses, cut into ranges. */
  readonly elsewhere: "cut-into-ranges" | "left-out";
  readonly underTest: readonly Endpoint[];
  aboutOf(endpoint: Endpoint): string | undefined;
}

export const plainRows: RowOptions = { outside: [], elsewhere: "left-out", underTest: [], aboutOf: () => undefined };

/** Rows, and what each pair of them may open in one snapshot. */
export interface View {
  readonly rows: readonly Row[];
  /** In each family in which both rows have addresses; empty for a pair that is no question (a row's only endpoint with itself, outside to outside). */
  connections(from: Row, to: Row): readonly FamilyConnections[];
}

export interface FamilyConnections {
  readonly family: Family;
  readonly connections: Connections;
  /** A flow's ends to ask why. */
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/**
 * The view of one snapshot. Where workloads make more than `most` rows, pods of one namespace that no rule tells apart share one:
 * a thousand rows are a million pairs.
 */
export function viewOf(calculation: Calculation, options: RowOptions, most: number = Infinity): View {
  const families = familiesOf([calculation], options);
  const rows = rowsOf([calculation], families, options);
  return viewAt(rows.length <= most ? rows : rowsOf([calculation], families, options, "alike-together"), calculation, families);
}

export function familiesOf(calculations: readonly Calculation[], options: RowOptions): readonly Family[] {
  const externals = options.outside.flatMap((point) => point.externals);
  const all = calculations.flatMap(({ snapshot, cuts }) => familiesInUse(snapshot, externals, cuts.blocks));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Rows that hold through several snapshots (the stages of a use case): pods share one only where they agree in all of them. */
export function rowsOf(
  calculations: readonly Calculation[],
  families: readonly Family[],
  options: RowOptions,
  grouping: "by-workload" | "alike-together" = "by-workload",
): readonly Row[] {
  const [last] = calculations.slice(-1);
  const nodes = new Map(calculations.flatMap(({ snapshot }) => snapshot.nodes.map((node) => [node.name, node] as const)));
  return named([
    ...podRows(calculations, families, options, grouping),
    ...[...nodes.values()].map((node) => rowOf("node", [node], node.name, "", options)),
    ...options.outside.map(({ name, externals: members, about }) => ({ ...rowOf("outside", members, name, "", options), about, size: 1 })),
    ...(options.elsewhere === "cut-into-ranges" && last !== undefined ? elsewhereRows(last, families, options) : []),
  ]);
}

/** What rows may open in one snapshot. Pods that are not in it (they come with a later stage) have no connections. */
export function viewAt(rows: readonly Row[], calculation: Calculation, families: readonly Family[]): View {
  const { snapshot } = calculation;
  const here = new Map<string, Endpoint>([...snapshot.pods, ...snapshot.nodes].map((endpoint) => [endpointName(endpoint), endpoint]));
  const membersHere = ({ members }: Row): readonly Endpoint[] =>
    members
      .map((member) => (member.kind === "external" ? member : here.get(endpointName(member))))
      .filter((member) => member !== undefined);
  const reaches = families.map((family) => calculation.reach(family));
  // Looked up once per row: a thousand rows are a million pairs.
  const ends = new Map(rows.map((row) => [row, reaches.map((reach) => endsIn(membersHere(row), reach))]));
  return {
    rows,
    connections: (from, to) => {
      if (isOutside(from) && isOutside(to)) return [];
      const [sources, targets] = [ends.get(from), ends.get(to)];
      const found: FamilyConnections[] = [];
      reaches.forEach((reach, i) => {
        const [source, target] = [sources?.[i], targets?.[i]];
        if (source === undefined || target === undefined) return;
        const pair = membersIn(source.members, target.members);
        if (pair === undefined) return;
        found.push({
          family: reach.family,
          connections: reach.between(source.id, target.id, relationOf(...pair)),
          from: pair[0],
          to: pair[1],
        });
      });
      return found;
    },
  };
}

/** The members of a row that have addresses in one family, and their class. */
interface RowEnds {
  readonly members: readonly Endpoint[];
  readonly id: number;
}

function endsIn(all: readonly Endpoint[], { family, classOf }: Reachability): RowEnds | undefined {
  const members = all.filter((member) => addressIn(member, family) !== undefined);
  const id = members[0] && classOf(members[0]);
  return id === undefined ? undefined : { members, id };
}

export function isOutside(row: Row): boolean {
  return row.endpoint.kind === "outside" || row.endpoint.kind === "elsewhere";
}

/** Ordered pairs of endpoints behind a pair of rows, without an endpoint and itself. */
export function pairCount(from: Row, to: Row): number {
  return from === to ? from.endpoint.size * (from.endpoint.size - 1) : from.endpoint.size * to.endpoint.size;
}

/** The document's form of what two rows may open: one entry when the families agree, else one each. */
export function reportPairs(view: View, from: Row, to: Row): readonly ReportPair[] {
  const found = view.connections(from, to);
  const [first] = found;
  if (first === undefined) return [];
  const agree = found.every(({ connections }) => sameConnections(connections, first.connections));
  return (agree ? [first] : found).map(({ family, connections }) => ({
    from: from.endpoint.id,
    to: to.endpoint.id,
    family: agree ? undefined : family,
    allow: formatPorts(connections.allow),
    undetermined: formatPorts(connections.undetermined),
    pairs: pairCount(from, to),
  }));
}

export function totalsOf(view: View, wanted: (from: Row, to: Row) => boolean = () => true): PairTotals {
  const totals = { pairs: 0, open: 0, openOnEveryPort: 0, undetermined: 0 };
  for (const from of view.rows) {
    for (const to of view.rows) {
      const found = wanted(from, to) ? view.connections(from, to) : [];
      const [first] = found;
      if (first === undefined) continue;
      const pairs = pairCount(from, to);
      const allow = found.reduce((set, { connections }) => unite(set, connections.allow), first.connections.allow);
      totals.pairs += pairs;
      if (!isEmptyPorts(allow)) totals.open += pairs;
      if (found.every(({ connections }) => isAllPorts(connections.allow))) totals.openOnEveryPort += pairs;
      if (found.some(({ connections }) => !isEmptyPorts(connections.undetermined))) totals.undetermined += pairs;
    }
  }
  return totals;
}

type UnnamedRow = Omit<ReportEndpoint, "id"> & { readonly members: readonly Endpoint[]; readonly part: string };

function rowOf(
  kind: ReportEndpoint["kind"],
  members: readonly Endpoint[],
  name: string,
  namespace: string,
  options: RowOptions,
): UnnamedRow {
  const [first] = members as readonly [Endpoint, ...Endpoint[]];
  return {
    kind,
    name,
    namespace,
    size: members.length,
    addresses: members.flatMap((member) => addressesOf(member).map(formatAddress)),
    about: options.aboutOf(first),
    underTest: options.underTest.some((endpoint) => members.some((member) => sameEndpoint(member, endpoint))),
    members,
    part: "",
  };
}

function addressesOf(endpoint: Endpoint): readonly External["address"][] {
  if (endpoint.kind === "external") return [endpoint.address];
  return endpoint.addresses === "not-yet-assigned" ? [] : endpoint.addresses;
}

/**
 * One row per workload where its pods agree, else one per class of them; pods without a workload one by one. `alike-together`: one
 * row per namespace and class, whatever the workloads.
 */
function podRows(
  calculations: readonly Calculation[],
  families: readonly Family[],
  options: RowOptions,
  grouping: "by-workload" | "alike-together",
): readonly UnnamedRow[] {
  const classes = new Map<string, { readonly pod: Pod; readonly signature: string[] }>();
  calculations.forEach((calculation, stage) => {
    const reaches = families.map((family) => calculation.reach(family));
    for (const pod of calculation.snapshot.pods) {
      const name = endpointName(pod);
      const signature = classes.get(name)?.signature ?? [];
      signature.push(`${stage}:${reaches.map(({ classOf }) => classOf(pod)).join()}`);
      classes.set(name, { pod, signature });
    }
  });
  const groups = new Map<string, Map<string, Pod[]>>();
  for (const { pod, signature } of classes.values()) {
    const workload = pod.workload === undefined ? `pod ${pod.name}` : `${pod.workload.kind} ${pod.workload.name}`;
    const key = grouping === "by-workload" ? `${pod.namespace.name} ${workload}` : pod.namespace.name;
    const part = signature.join(" ");
    const parts = groups.get(key) ?? new Map<string, Pod[]>();
    const members = parts.get(part);
    if (members === undefined) parts.set(part, [pod]);
    else members.push(pod);
    groups.set(key, parts);
  }
  return [...groups.values()].flatMap((parts) => {
    const all = [...parts.values()].reduce((sum, members) => sum + members.length, 0);
    return [...parts.values()].map((members) => {
      const [pod] = members as [Pod, ...Pod[]];
      const row = rowOf("pods", members, pod.workload?.name ?? pod.name, pod.namespace.name, options);
      if (grouping === "alike-together") return alikeRow(row, members);
      if (parts.size === 1) return row;
      return members.length === 1 ? { ...row, name: pod.name } : { ...row, part: ` (${members.length} of ${all}, as ${pod.name})` };
    });
  });
}

/** `web`, or `web-1 and 41 alike` where pods of several workloads share the row. */
function alikeRow(row: UnnamedRow, members: readonly Pod[]): UnnamedRow {
  const [pod] = members as [Pod, ...Pod[]];
  if (members.length === 1) return { ...row, name: pod.name };
  return { ...row, name: pod.name, part: ` and ${members.length - 1} alike` };
}

/** All outside addresses, one row per range that no block divides; a range that is one named address has its row already. */
function elsewhereRows({ reach }: Calculation, families: readonly Family[], { outside }: RowOptions): readonly UnnamedRow[] {
  const points = outside.flatMap(({ externals }) => externals);
  const isPoint = ({ first, last }: AddressRange, family: Family): boolean =>
    first === last && points.some(({ address }) => address.family === family && address.value === first);
  return families.flatMap((family) => {
    const classes = reach(family).classes.filter(({ ranges }) => ranges !== undefined);
    const ranges = classes.flatMap(({ ranges: own, representative }) =>
      (own ?? []).filter((range) => !isPoint(range, family)).map((range) => ({ range, representative })),
    );
    ranges.sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
    return ranges.map(({ range, representative }) => ({
      kind: "elsewhere" as const,
      name: rangeText(range, family),
      namespace: "",
      size: 1,
      addresses: [],
      about: undefined,
      underTest: false,
      members: [representative],
      part: "",
    }));
  });
}

/** `10.0.0.0/8` where the range is a block, else `10.0.0.0-10.0.0.9`. */
function rangeText({ first, last }: AddressRange, family: Family): string {
  const length = (family === 4 ? 32 : 128) - (last - first).toString(2).replace(/^0$/, "").length;
  const block = cidrOf({ family, value: first }, length);
  if (first === 0n && last === lastAddress(family)) return family === 4 ? "0.0.0.0/0" : "::/0";
  if (block.first === first && block.last === last) return block.text;
  return `${formatAddress({ family, value: first })}-${formatAddress({ family, value: last })}`;
}

/** Gives rows ids, and the shortest names that are unique. Pods by namespace and name come first, devices under test last. */
function named(unnamed: readonly UnnamedRow[]): readonly Row[] {
  const count = new Map<string, number>();
  for (const { name, part } of unnamed) count.set(name + part, (count.get(name + part) ?? 0) + 1);
  return unnamed.map(({ members, part, ...row }) => {
    const full = (row.namespace === "" ? row.name : `${row.namespace}/${row.name}`) + part;
    const short = row.name + part;
    return { members, endpoint: { ...row, id: full, name: (count.get(short) ?? 0) > 1 ? full : short } };
  });
}

const kindOrder: readonly ReportEndpoint["kind"][] = ["pods", "node", "outside", "elsewhere"];

/** Endpoints by namespace and name, outside points next, devices under test last, in the order of `focus`. */
export function sortRows(rows: readonly Row[], focus: readonly Endpoint[]): readonly Row[] {
  const focusIndex = (row: Row): number => focus.findIndex((endpoint) => row.members.some((member) => sameEndpoint(member, endpoint)));
  return [...rows]
    .map((row, index) => ({ row, index, tested: focusIndex(row) }))
    .sort(
      (a, b) =>
        Number(a.tested >= 0) - Number(b.tested >= 0) ||
        a.tested - b.tested ||
        kindOrder.indexOf(a.row.endpoint.kind) - kindOrder.indexOf(b.row.endpoint.kind) ||
        (a.row.endpoint.kind === "pods"
          ? compareTexts(a.row.endpoint.namespace, b.row.endpoint.namespace) || compareTexts(a.row.endpoint.name, b.row.endpoint.name)
          : a.index - b.index),
    )
    .map(({ row }) => row);
}

/** Two different members. A pod's own node may always reach it (S11); where rows hold pods of several nodes, they speak of the other nodes. */
function membersIn(from: readonly Endpoint[], to: readonly Endpoint[]): readonly [Endpoint, Endpoint] | undefined {
  let related: readonly [Endpoint, Endpoint] | undefined;
  for (const a of from) {
    for (const b of to) {
      const relation = relationOf(a, b);
      if (relation === "none") return [a, b];
      if (relation === "own-node") related ??= [a, b];
    }
  }
  return related;
}
