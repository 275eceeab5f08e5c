import type { Endpoint, External, Node, Pod, Service } from "../model/cluster.ts";
import { addressIn, endpointName } from "../model/endpoint.ts";
import { families, formatAddress, type Family } from "../net/address.ts";
import { hasPort, isEmptyPorts, noPorts, portSet, unite, type PortSet } from "../net/ports.ts";
import type { AddressRange } from "../reach/cuts.ts";
import { backendsOf } from "../semantics/service.ts";
import { elsewhereEnd, resolveEnd, type EndProblem, type NameTable } from "./ends.ts";
import type { Stage } from "./stages.ts";
import type { EndName, UseCase } from "./types.ts";

/**
 * One end of a judged pair. The universe of a use case is its pods, nodes and outside points; addresses that have no name of their own
 * (`elsewhere`, a block, a bare address) join only where the file names them.
 */
export type Point = PointNames &
  (
    | { readonly kind: "pod"; readonly endpoint: Pod }
    | { readonly kind: "node"; readonly endpoint: Node }
    /** One address per family at most. */
    | { readonly kind: "outside"; readonly externals: readonly External[] }
    /** Outside addresses that the file names together; each of them is judged. */
    | { readonly kind: "addresses"; readonly places: readonly Place[] }
  );

export interface PointNames {
  /** Unique among the points of a stage: `dev/web`, `node/worker-1`, `cent222`. */
  readonly id: string;
  /** The shortest name that is unique in the use case: `web`. */
  readonly name: string;
}

/** Where addresses of one family are. */
export interface Place {
  readonly family: Family;
  readonly ranges: readonly AddressRange[];
}

/** Everything that names of the file may stand for at one stage. */
export interface Universe {
  readonly stage: Stage;
  /** Pods by namespace and name, nodes, outside points in the file's order; devices under test last, in theirs. */
  readonly points: readonly Point[];
  /** The same with the addresses that the file names, before the devices under test. Those are judged where a statement names them. */
  readonly all: readonly Point[];
  /** What names stand for; Services only as their endpoints' ports, by `targetsOf`. */
  membersOf(names: readonly EndName[]): Members;
  /** Who serves flows to these names on these ports. */
  targetsOf(names: readonly EndName[], ports: PortSet): Targets;
  /** Why a name, or a member of the group it names, stands for nothing here. */
  problemsOf(name: EndName): readonly { readonly name: EndName; readonly problem: EndProblem }[];
  servicesOf(name: EndName): readonly Service[];
  /** All addresses outside: outside points and elsewhere. */
  outside(): ReadonlySet<Point>;
  pointOf(endpoint: Endpoint): Point | undefined;
}

export interface Members {
  readonly points: ReadonlySet<Point>;
  /** Names that stand for nothing at this stage. */
  readonly missing: readonly EndName[];
}

/** Points, and on which of their ports they are meant: behind a Service each may serve another one (S14). */
export interface Targets {
  readonly groups: readonly { readonly points: ReadonlySet<Point>; readonly ports: PortSet }[];
  readonly missing: readonly EndName[];
  /** Services whose endpoints nobody knows: nothing can be said of them. */
  readonly unknown: readonly EndName[];
}

/** The endpoint that a point is in one family; undefined where it has no address there. Addresses have many: see their places. */
export function endpointIn(point: Point, family: Family): Endpoint | undefined {
  switch (point.kind) {
    case "pod":
    case "node":
      return addressIn(point.endpoint, family) === undefined ? undefined : point.endpoint;
    case "outside":
      return point.externals.find(({ address }) => address.family === family);
    case "addresses":
      return undefined;
  }
}

export function isOutside(point: Point): boolean {
  return point.kind === "outside" || point.kind === "addresses";
}

/** Names that are unique over all stages, so that a pod is called the same in each. */
export function shortNames(stages: readonly Stage[]): ReadonlyMap<string, string> {
  const bearers = new Map<string, Set<string>>();
  for (const { snapshot } of stages) {
    for (const endpoint of [...snapshot.pods, ...snapshot.nodes]) {
      const ids = bearers.get(endpoint.name) ?? new Set();
      bearers.set(endpoint.name, ids.add(endpointName(endpoint)));
    }
  }
  return new Map([...bearers].flatMap(([name, ids]) => [...ids].map((id) => [id, ids.size === 1 ? name : id] as const)));
}

/** `named`: every end that the file names, so that the addresses among them are known before anything is judged. */
export function universeOf(useCase: UseCase, stage: Stage, named: readonly EndName[], names: ReadonlyMap<string, string>): Universe {
  const { snapshot } = stage;
  const table: NameTable = { snapshot, outside: useCase.outside, groups: useCase.groups };
  const taken = new Set(useCase.outside.map(({ name }) => name));
  const nameOf = (id: string): string => {
    const short = names.get(id) ?? id;
    return taken.has(short) ? id : short;
  };

  const inside: readonly Point[] = [...snapshot.pods, ...snapshot.nodes].map((endpoint): Point => {
    const id = endpointName(endpoint);
    return endpoint.kind === "pod" ? { kind: "pod", id, name: nameOf(id), endpoint } : { kind: "node", id, name: nameOf(id), endpoint };
  });
  const outsidePoints = useCase.outside.map(({ name, externals }): Point => ({ kind: "outside", id: name, name, externals }));
  const byId = new Map([...inside, ...outsidePoints].map((point) => [point.id, point]));
  const byAddress = new Map(
    useCase.outside.flatMap(({ name, externals }) =>
      externals.map(({ address }) => [formatAddress(address), byId.get(name) as Point] as const),
    ),
  );

  const resolved = new Map<string, Leaf>();
  const resolve = (text: string): Leaf => {
    let leaf = resolved.get(text);
    if (leaf === undefined) {
      leaf = leafOf(text, table);
      resolved.set(text, leaf);
    }
    return leaf;
  };
  const leavesOf = (name: EndName): readonly EndName[] => {
    const group = useCase.groups.find((candidate) => candidate.name === name.text);
    return group?.members.kind === "list" ? group.members.ends.flatMap(leavesOf) : [name];
  };

  const leaves = named.flatMap(leavesOf).map(({ text }) => resolve(text));
  const addresses = addressPoints(leaves.flatMap((leaf) => areasOf(leaf, byAddress, snapshot)));
  const addressesNamed = (area: string): readonly Point[] => addresses.flatMap(({ areas, point }) => (areas.includes(area) ? [point] : []));

  const pointOf = (endpoint: Endpoint): Point | undefined => {
    if (endpoint.kind !== "external") return byId.get(endpointName(endpoint));
    const text = formatAddress(endpoint.address);
    return byAddress.get(text) ?? addressesNamed(text)[0];
  };
  const pointsOf = (leaf: Leaf): readonly Point[] => [
    ...leaf.endpoints.flatMap((endpoint) => pointOf(endpoint) ?? []),
    ...new Set(leaf.regions.flatMap(({ name }) => addressesNamed(name))),
  ];

  // The same names give the same set, so that statements about the same ends are recognised as such.
  const sets = new Map<string, ReadonlySet<Point>>();
  const membersOf = (ends: readonly EndName[]): Members => {
    const leafNames = ends.flatMap(leavesOf);
    const key = leafNames.map(({ text }) => text).join("\n");
    const points = sets.get(key) ?? new Set(leafNames.flatMap(({ text }) => pointsOf(resolve(text))));
    sets.set(key, points);
    return { points, missing: leafNames.filter(({ text }) => resolve(text).problem !== undefined) };
  };

  const focus = [...membersOf(useCase.focus).points];
  const underTest = new Set(focus);
  const first = [...inside, ...outsidePoints].filter((point) => !underTest.has(point));
  return {
    stage,
    points: [...first, ...focus.filter(({ kind }) => kind !== "addresses")],
    all: [...first, ...addresses.map(({ point }) => point).filter((point) => !underTest.has(point)), ...focus],
    membersOf,
    targetsOf: (ends, ports) => {
      const { points, missing } = membersOf(ends);
      const groups = new Map<string, { readonly points: ReadonlySet<Point>; readonly ports: PortSet }>();
      if (points.size > 0) groups.set("", { points, ports });
      const unknown: EndName[] = [];
      for (const end of ends.flatMap(leavesOf)) {
        const { service } = resolve(end.text);
        if (service === undefined) continue;
        const served = servedBy(service, ports, snapshot);
        if (served === "unknown") unknown.push(end);
        for (const { endpoint, ports: target } of served === "unknown" ? [] : served) {
          const point = pointOf(endpoint);
          if (point === undefined) continue;
          const key = JSON.stringify(target);
          groups.set(key, { points: new Set([...(groups.get(key)?.points ?? []), point]), ports: target });
        }
      }
      return { groups: [...groups.values()], missing, unknown };
    },
    problemsOf: (name) =>
      leavesOf(name).flatMap((leaf) => {
        const { problem } = resolve(leaf.text);
        return problem === undefined ? [] : [{ name: leaf, problem }];
      }),
    servicesOf: (name) => leavesOf(name).flatMap(({ text }) => resolve(text).service ?? []),
    outside: () => new Set([...outsidePoints, ...addressesNamed(elsewhereEnd)]),
    pointOf,
  };
}

/** The target ports of each endpoint of a Service, for these of the Service's own ports. */
function servedBy(
  service: Service,
  ports: PortSet,
  snapshot: Stage["snapshot"],
): readonly { readonly endpoint: Endpoint; readonly ports: PortSet }[] | "unknown" {
  const served = new Map<Endpoint, PortSet>();
  for (const port of service.ports) {
    if (!hasPort(ports, port.protocol, port.port)) continue;
    const backends = backendsOf(service, port, snapshot);
    if (backends === "unknown") return "unknown";
    for (const { endpoint, port: target } of backends) {
      served.set(endpoint, unite(served.get(endpoint) ?? noPorts, portSet(port.protocol, [{ first: target, last: target }])));
    }
  }
  return [...served].map(([endpoint, set]) => ({ endpoint, ports: set })).filter((each) => !isEmptyPorts(each.ports));
}

/** A name that is no list of others, looked up. */
interface Leaf {
  readonly endpoints: readonly Endpoint[];
  readonly regions: readonly { readonly name: string; readonly family: Family; readonly ranges: readonly AddressRange[] }[];
  readonly service: Service | undefined;
  readonly problem: EndProblem | undefined;
}

function leafOf(text: string, table: NameTable): Leaf {
  const { end, problem } = resolveEnd(text, table);
  if (end === undefined) return { endpoints: [], regions: [], service: undefined, problem };
  return { endpoints: end.endpoints, regions: end.regions, service: end.service, problem: undefined };
}

// ---- addresses without a name of their own -----------------------------------------------------------------------------------------------

/** Addresses of one family under one name. Areas may overlap: `elsewhere` holds every block. */
interface Area {
  readonly name: string;
  readonly family: Family;
  readonly ranges: readonly AddressRange[];
}

function areasOf({ endpoints, regions, service }: Leaf, outside: ReadonlyMap<string, Point>, snapshot: Stage["snapshot"]): readonly Area[] {
  const bare = [...endpoints, ...(service === undefined ? [] : backendsOfAll(service, snapshot))].filter(
    (endpoint) => endpoint.kind === "external",
  );
  const single = bare.flatMap(({ address }): Area[] => {
    const name = formatAddress(address);
    return outside.has(name) ? [] : [{ name, family: address.family, ranges: [{ first: address.value, last: address.value }] }];
  });
  return [...regions, ...single];
}

function backendsOfAll(service: Service, snapshot: Stage["snapshot"]): readonly Endpoint[] {
  return service.ports.flatMap((port) => {
    const backends = backendsOf(service, port, snapshot);
    return backends === "unknown" ? [] : backends.map(({ endpoint }) => endpoint);
  });
}

/** Cuts the areas so that each address is in one point: two statements that both speak of an address speak of the same point. */
function addressPoints(areas: readonly Area[]): readonly { readonly areas: readonly string[]; readonly point: Point }[] {
  const distinct = [...new Map(areas.map((area) => [`${area.family} ${area.name}`, area])).values()];
  const found = new Map<string, { readonly areas: readonly string[]; readonly places: Map<Family, { first: bigint; last: bigint }[]> }>();
  for (const family of families) {
    const own = distinct.filter((area) => area.family === family);
    const starts = [...new Set(own.flatMap(({ ranges }) => ranges.flatMap(({ first, last }) => [first, last + 1n])))].sort((a, b) =>
      a < b ? -1 : 1,
    );
    starts.forEach((first, i) => {
      const next = starts[i + 1];
      const within = own
        .filter(({ ranges }) => ranges.some((range) => range.first <= first && first <= range.last))
        .map(({ name }) => name);
      if (next === undefined || within.length === 0) return;
      const key = within.sort().join(" ");
      const entry = found.get(key) ?? { areas: within, places: new Map<Family, { first: bigint; last: bigint }[]>() };
      const ranges = entry.places.get(family) ?? [];
      const previous = ranges.at(-1);
      if (previous !== undefined && previous.last + 1n === first) previous.last = next - 1n;
      else ranges.push({ first, last: next - 1n });
      found.set(key, { ...entry, places: entry.places.set(family, ranges) });
    });
  }
  const size = (name: string): bigint =>
    distinct
      .filter((area) => area.name === name)
      .reduce((sum, { ranges }) => sum + ranges.reduce((n, { first, last }) => n + last - first + 1n, 0n), 0n);
  const sizes = new Map(distinct.map(({ name }) => [name, size(name)]));
  const named = new Set<string>();
  return [...found].map(([key, { areas: within, places }]) => {
    // The smallest area that holds these addresses is what people call them.
    const [smallest] = [...within].sort((a, b) => ((sizes.get(a) ?? 0n) < (sizes.get(b) ?? 0n) ? -1 : 1));
    const name = smallest === undefined || named.has(smallest) ? within.join(" and ") : smallest;
    named.add(name);
    return {
      areas: within,
      point: { kind: "addresses", id: `addresses ${key}`, name, places: [...places].map(([family, ranges]) => ({ family, ranges })) },
    };
  });
}
