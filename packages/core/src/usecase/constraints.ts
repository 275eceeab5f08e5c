import { allPorts, isEmptyPorts, noPorts, subtract, unite, type PortSet } from "../net/ports.ts";
import type { EndName, Property, Row } from "./types.ts";
import type { Point, Targets, Universe } from "./universe.ts";

/** What a statement says of direct flows: each point of `from` to each of `to`, on these ports. */
export interface Constraint {
  readonly by: Row | Property;
  readonly from: ReadonlySet<Point>;
  readonly to: ReadonlySet<Point>;
  readonly ports: PortSet;
  /** `permit`: a property speaks of the flow and leaves it open, so `rest` does not speak of it. */
  readonly want: "allow" | "deny" | "either" | "permit";
}

/** What a statement says of chains of flows: nobody of `from` reaches `to` by way of others, `avoiding` left out. */
export interface ChainConstraint {
  readonly by: Property;
  readonly from: ReadonlySet<Point>;
  readonly to: ReadonlySet<Point>;
  readonly avoiding: ReadonlySet<Point>;
}

/** One row or property in terms of one stage's points. */
export interface Demands {
  readonly statement: Row | Property;
  readonly constraints: readonly Constraint[];
  readonly chains: readonly ChainConstraint[];
  readonly missing: readonly EndName[];
  /** Services of which nobody knows who is behind them. */
  readonly unknown: readonly EndName[];
  /** Whether it speaks of anything at this stage. */
  readonly applies: boolean;
}

export function demandsOf(statement: Row | Property, universe: Universe): Demands {
  switch (statement.kind) {
    case "row":
      return ofRow(statement, universe);
    case "onlyFrom":
      return ofOnlyFrom(statement, universe);
    case "through":
      return ofThrough(statement, universe);
    case "isolated":
      return ofIsolated(statement, universe);
    case "noPathToOutside":
      return ofNoPath(statement, universe);
    case "symmetric": {
      const [a, b] = [universe.membersOf(statement.a), universe.membersOf(statement.b)];
      return { ...nothing(statement), missing: [...a.missing, ...b.missing], applies: a.points.size > 0 && b.points.size > 0 };
    }
    case "everythingIsolated": {
      const of = statement.of === "any" ? undefined : universe.membersOf(statement.of);
      const points = of === undefined ? universe.points : [...of.points];
      return { ...nothing(statement), missing: of?.missing ?? [], applies: points.some(({ kind }) => kind === "pod") };
    }
    case "noUnusedPolicy":
      return { ...nothing(statement), applies: true };
  }
}

function ofRow(row: Row, universe: Universe): Demands {
  const from = universe.membersOf(row.from);
  const to = universe.targetsOf(row.to, row.ports);
  const constraints = to.groups.map(({ points, ports }): Constraint => ({
    by: row,
    from: from.points,
    to: points,
    ports,
    want: row.verdict,
  }));
  return demands(row, constraints, [], [...from.missing, ...to.missing], to.unknown);
}

/** Nobody else reaches `to`, and these only on their ports. Behind a Service only its own target ports are meant. */
function ofOnlyFrom(property: Property & { readonly kind: "onlyFrom" }, universe: Universe): Demands {
  const from = universe.membersOf(property.from);
  const [to, whole] = [universe.targetsOf(property.to, property.ports), universe.targetsOf(property.to, allPorts)];
  const others = difference(universe.points, from.points);
  const open = portsByPoint(to.groups);
  const constraints = groupedByPorts(portsByPoint(whole.groups), (point, ports) => ({ ports, free: open.get(point) ?? noPorts })).flatMap(
    ({ points, key: { ports, free } }): Constraint[] => [
      { by: property, from: others, to: points, ports, want: "deny" },
      { by: property, from: from.points, to: points, ports: subtract(ports, free), want: "deny" },
      { by: property, from: from.points, to: points, ports: free, want: "permit" },
    ],
  );
  const chains = property.transitive
    ? [{ by: property, from: others, to: new Set(portsByPoint(whole.groups).keys()), avoiding: new Set<Point>() }]
    : [];
  const spoken = constraints.filter(({ ports }) => !isEmptyPorts(ports));
  return { ...demands(property, spoken, chains, [...to.missing, ...from.missing], to.unknown), applies: whole.groups.length > 0 };
}

/** `from` reaches `to` only by way of `via`: not directly, and with `transitive` by no other chain either. */
function ofThrough(property: Property & { readonly kind: "through" }, universe: Universe): Demands {
  const from = property.from === "any" ? { points: new Set(universe.points), missing: [] } : universe.membersOf(property.from);
  const via = universe.membersOf(property.via);
  const to = universe.targetsOf(property.to, allPorts);
  const others = difference(from.points, via.points);
  const constraints = to.groups.flatMap(({ points, ports }): Constraint[] => [
    { by: property, from: others, to: points, ports, want: "deny" },
    { by: property, from: via.points, to: points, ports, want: "permit" },
  ]);
  const chains = property.transitive
    ? [{ by: property, from: others, to: new Set(portsByPoint(to.groups).keys()), avoiding: via.points }]
    : [];
  return {
    ...demands(property, constraints, chains, [...to.missing, ...via.missing, ...from.missing], to.unknown),
    applies: to.groups.length > 0 && from.points.size > 0,
  };
}

function ofIsolated(property: Property & { readonly kind: "isolated" }, universe: Universe): Demands {
  const [a, b] = [universe.membersOf(property.a), universe.membersOf(property.b)];
  const ways = [
    { by: property, from: a.points, to: b.points },
    { by: property, from: b.points, to: a.points },
  ];
  const constraints = ways.map((way): Constraint => ({ ...way, ports: allPorts, want: "deny" }));
  const chains = property.transitive ? ways.map((way) => ({ ...way, avoiding: new Set<Point>() })) : [];
  return demands(property, constraints, chains, [...a.missing, ...b.missing], []);
}

function ofNoPath(property: Property & { readonly kind: "noPathToOutside" }, universe: Universe): Demands {
  const from = universe.membersOf(property.from);
  const way = { by: property, from: from.points, to: universe.outside() };
  const chains = property.transitive ? [{ ...way, avoiding: new Set<Point>() }] : [];
  return demands(property, [{ ...way, ports: allPorts, want: "deny" }], chains, from.missing, []);
}

function demands(
  statement: Row | Property,
  constraints: readonly Constraint[],
  chains: readonly ChainConstraint[],
  missing: readonly EndName[],
  unknown: readonly EndName[],
): Demands {
  const applies = constraints.some(({ from, to }) => from.size > 0 && to.size > 0);
  return { statement, constraints, chains, missing, unknown, applies };
}

function nothing(statement: Property): Omit<Demands, "applies"> {
  return { statement, constraints: [], chains: [], missing: [], unknown: [] };
}

function difference(all: Iterable<Point>, without: ReadonlySet<Point>): ReadonlySet<Point> {
  return new Set([...all].filter((point) => !without.has(point)));
}

function portsByPoint(groups: Targets["groups"]): ReadonlyMap<Point, PortSet> {
  const ports = new Map<Point, PortSet>();
  for (const group of groups) for (const point of group.points) ports.set(point, unite(ports.get(point) ?? noPorts, group.ports));
  return ports;
}

function groupedByPorts<Key>(
  ports: ReadonlyMap<Point, PortSet>,
  keyOf: (point: Point, ports: PortSet) => Key,
): readonly { readonly points: ReadonlySet<Point>; readonly key: Key }[] {
  const groups = new Map<string, { readonly points: Set<Point>; readonly key: Key }>();
  for (const [point, set] of ports) {
    const key = keyOf(point, set);
    const text = JSON.stringify(key);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, { points: new Set([point]), key });
    else group.points.add(point);
  }
  return [...groups.values()];
}
