import type { Family } from "../net/address.ts";
import { allPorts, intersect, isEmptyPorts, noPorts, subtract, unite, type PortSet } from "../net/ports.ts";
import type { Connections } from "../reach/reachability.ts";
import type { Bundle } from "./bundles.ts";
import type { ChainFault } from "./chains.ts";
import type { Constraint } from "./constraints.ts";
import type { Fault, Statement } from "./results.ts";
import type { Cell, Surface } from "./surface.ts";
import type { Deviation, Property, Rest } from "./types.ts";
import type { Point } from "./universe.ts";

/** A deviation of the engine in terms of one stage's points. */
export interface Excuse {
  readonly deviation: Deviation;
  readonly from: ReadonlySet<Point>;
  readonly to: ReadonlySet<Point>;
  readonly ports: PortSet;
}

/** What one pass over all pairs judges. */
export interface Demanded {
  readonly constraints: readonly Constraint[];
  readonly excuses: readonly Excuse[];
  /** Of `symmetric`: what a may open to b, b may open to a. */
  readonly symmetric: readonly { readonly by: Property; readonly a: ReadonlySet<Point>; readonly b: ReadonlySet<Point> }[];
  readonly chains: readonly ChainFault[];
  readonly rest: RestDemand | undefined;
}

/** What flows must be that no constraint names. */
export interface RestDemand {
  readonly by: Rest;
  /** Addresses that join the universe. */
  readonly including: ReadonlySet<Point>;
  /** `same`: what was open at the stage before; undefined where a point did not exist there. */
  before(from: Point, to: Point, family: Family): Connections | undefined;
}

/** What is wrong with a cell, and what nobody can tell. Lists are the same objects for cells with the same answer. */
export interface CellVerdict {
  readonly cell: Cell;
  readonly faults: readonly Fault[];
  readonly questions: readonly Fault[];
  readonly excused: readonly Deviation[];
}

/** Judges every pair of bundles, the cells of one `from` after the other. */
export function* judgeCells(surface: Surface, demanded: Demanded): Generator<CellVerdict> {
  const lists = listsOf(surface, demanded);
  const judged = evaluator(demanded);
  const chains = new Map<string, ChainFault[]>();
  for (const chain of demanded.chains) {
    const key = `${chain.from.id} ${chain.to.id}`;
    chains.set(key, [...(chains.get(key) ?? []), chain]);
  }
  for (const from of surface.bundles) {
    const listOf = lists(from);
    for (const to of surface.bundles) {
      for (const cell of surface.cells(from, to)) {
        const direct = judged(cell, listOf(to));
        const symmetric = demanded.symmetric.flatMap((demand) => asymmetries(demand, cell, surface));
        const indirect = chains.get(`${from.id} ${to.id}`) ?? [];
        if (symmetric.length === 0 && indirect.length === 0) {
          yield { cell, ...direct };
          continue;
        }
        // A property that a direct flow breaks is not broken once more by a chain.
        const broken = new Set(direct.faults.map(({ by }) => by));
        const chained = indirect.filter(({ fault }) => !broken.has(fault.by));
        yield {
          cell,
          faults: [
            ...direct.faults,
            ...symmetric.filter(({ certain }) => certain).map(({ fault }) => fault),
            ...chained.filter(({ certain }) => certain).map(({ fault }) => fault),
          ],
          questions: [
            ...direct.questions,
            ...symmetric.filter(({ certain }) => !certain).map(({ fault }) => fault),
            ...chained.filter(({ certain }) => !certain).map(({ fault }) => fault),
          ],
          excused: direct.excused,
        };
      }
    }
  }
}

// ---- which constraints speak of a pair -----------------------------------------------------------------------------------------------------

/** The constraints and excuses that speak of a pair, in the file's order. Equal lists are one object. */
interface Listed {
  readonly id: number;
  readonly constraints: readonly Constraint[];
  readonly excuses: readonly Excuse[];
}

/** Lists grow like the branches of a tree, one constraint at a time, so that equal ones are found without comparing them. */
function listsOf(surface: Surface, { constraints, excuses }: Demanded): (from: Bundle) => (to: Bundle) => Listed {
  const entries: readonly (Constraint | Excuse)[] = [...excuses, ...constraints];
  const empty: Listed = { id: 0, constraints: [], excuses: [] };
  const lists: Listed[] = [empty];
  const grown = new Map<string, Listed>();
  const grow = (list: Listed, entry: Constraint | Excuse, at: number): Listed => {
    const key = `${list.id} ${at}`;
    let longer = grown.get(key);
    if (longer === undefined) {
      const id = lists.length;
      longer =
        "deviation" in entry
          ? { ...list, id, excuses: [...list.excuses, entry] }
          : { ...list, id, constraints: [...list.constraints, entry] };
      lists.push(longer);
      grown.set(key, longer);
    }
    return longer;
  };
  const active = new Map<Bundle, number[]>();
  entries.forEach(({ from }, at) => {
    for (const bundle of surface.holding(from)) {
      const known = active.get(bundle);
      if (known === undefined) active.set(bundle, [at]);
      else known.push(at);
    }
  });
  return (from) => {
    const current: Listed[] = surface.bundles.map(() => empty);
    for (const at of active.get(from) ?? []) {
      const entry = entries[at] as Constraint | Excuse;
      for (const { id } of surface.holding(entry.to)) current[id] = grow(current[id] as Listed, entry, at);
    }
    return ({ id }) => current[id] as Listed;
  };
}

// ---- what a list of constraints says of some connections --------------------------------------------------------------------------------------

type Evaluation = Omit<CellVerdict, "cell">;

const clean: Evaluation = { faults: [], questions: [], excused: [] };

/** Many pairs share their connections and their constraints, so each combination is evaluated once. */
function evaluator(demanded: Demanded): (cell: Cell, list: Listed) => Evaluation {
  const ids = new Map<Connections, number>();
  const idOf = (connections: Connections | undefined): number => {
    if (connections === undefined) return -1;
    const known = ids.get(connections) ?? ids.size;
    ids.set(connections, known);
    return known;
  };
  const known = new Map<string, Evaluation>();
  return (cell, list) => {
    const rest = demanded.rest !== undefined && restSpeaksOf(cell, demanded.rest) ? demanded.rest : undefined;
    if (list.id === 0 && rest === undefined) return clean;
    const [a, b] = pairOf(cell);
    const before = rest?.by.verdict === "same" ? cell.connections.map(({ family }) => rest.before(a, b, family)) : [];
    const now = cell.connections.map(({ family, connections }) => `${family} ${idOf(connections)}`).join();
    const key = `${list.id} ${rest === undefined ? "" : "rest"} ${now} ${before.map(idOf).join()}`;
    let evaluation = known.get(key);
    if (evaluation === undefined) {
      const each = cell.connections.map(({ family, connections }, i) =>
        evaluate(list, rest && restWants(rest, before[i]), family, connections),
      );
      evaluation = each.length === 1 ? (each[0] ?? clean) : merged(each);
      known.set(key, evaluation);
    }
    return evaluation;
  };
}

/**
 * Rest speaks of pairs of the universe, and of the addresses that it includes. It is silent where neither end is a pod with a network of
 * its own: no policy governs flows between nodes, host-network pods and the outside, so no policy could ever meet it.
 */
export function restSpeaksOf({ from, to }: Cell, { including }: RestDemand): boolean {
  const governed = from.ownNetwork || to.ownNetwork;
  const spokenOf = ({ points: [first] }: Bundle): boolean => first !== undefined && (first.kind !== "addresses" || including.has(first));
  return governed && spokenOf(from) && spokenOf(to);
}

interface RestWants {
  readonly by: Rest;
  readonly allow: PortSet;
  readonly deny: PortSet;
}

function restWants({ by }: RestDemand, before: Connections | undefined): RestWants {
  switch (by.verdict) {
    case "allow":
      return { by, allow: allPorts, deny: noPorts };
    case "deny":
      return { by, allow: noPorts, deny: allPorts };
    case "ignore":
      return { by, allow: noPorts, deny: noPorts };
    case "same":
      if (before === undefined) return { by, allow: noPorts, deny: noPorts };
      return { by, allow: before.allow, deny: subtract(subtract(allPorts, before.allow), before.undetermined) };
  }
}

function evaluate(
  { constraints, excuses }: Listed,
  rest: RestWants | undefined,
  family: Family,
  { allow, undetermined }: Connections,
): Evaluation {
  const denied = subtract(subtract(allPorts, allow), undetermined);
  const actual = { allow, deny: denied, undetermined };
  const excusedPorts = (verdict: "allow" | "deny" | "undetermined"): PortSet =>
    excuses.filter(({ deviation }) => deviation.verdict === verdict).reduce((all, { ports }) => unite(all, ports), noPorts);
  const faults: Fault[] = [];
  const questions: Fault[] = [];
  const demand = (by: Statement, wanted: "allow" | "deny", ports: PortSet): void => {
    const opposite = wanted === "allow" ? "deny" : "allow";
    const wrong = subtract(intersect(ports, actual[opposite]), excusedPorts(opposite));
    const open = subtract(intersect(ports, undetermined), excusedPorts("undetermined"));
    if (!isEmptyPorts(wrong)) faults.push({ family, ports: wrong, wanted, by, chain: [] });
    if (!isEmptyPorts(open)) questions.push({ family, ports: open, wanted, by, chain: [] });
  };
  const wants = { allow: noPorts, deny: noPorts };
  for (const { by, ports, want } of constraints) {
    if (want !== "allow" && want !== "deny") continue;
    demand(by, want, ports);
    wants[want] = unite(wants[want], ports);
  }
  if (rest !== undefined) {
    const named = constraints.reduce((all, { ports }) => unite(all, ports), noPorts);
    const [mustAllow, mustDeny] = [subtract(rest.allow, named), subtract(rest.deny, named)];
    demand(rest.by, "allow", mustAllow);
    demand(rest.by, "deny", mustDeny);
    wants.allow = unite(wants.allow, mustAllow);
    wants.deny = unite(wants.deny, mustDeny);
  }
  // A deviation is needed where the engine gives its verdict and the file does not want that.
  const excused = excuses.filter(({ deviation: { verdict }, ports }) => {
    const shown = intersect(ports, actual[verdict]);
    return !isEmptyPorts(verdict === "undetermined" ? shown : subtract(shown, wants[verdict]));
  });
  if (faults.length === 0 && questions.length === 0 && excused.length === 0) return clean;
  return { faults, questions, excused: excused.map(({ deviation }) => deviation) };
}

/** Several families, or several classes of addresses: what is wrong in some is wrong. */
function merged(each: readonly Evaluation[]): Evaluation {
  const unions = (lists: readonly Fault[]): readonly Fault[] => {
    const byStatement: Fault[] = [];
    for (const fault of lists) {
      const at = byStatement.findIndex((other) => other.by === fault.by && other.family === fault.family && other.wanted === fault.wanted);
      const known = byStatement[at];
      if (known === undefined) byStatement.push(fault);
      else byStatement[at] = { ...known, ports: unite(known.ports, fault.ports) };
    }
    return byStatement;
  };
  const [faults, questions] = [unions(each.flatMap((one) => one.faults)), unions(each.flatMap((one) => one.questions))];
  const excused = [...new Set(each.flatMap((one) => one.excused))];
  return faults.length + questions.length + excused.length === 0 ? clean : { faults, questions, excused };
}

// ---- symmetric ----------------------------------------------------------------------------------------------------------------------------------

/** What the other way is open on and this way is not. */
function asymmetries(
  { by, a, b }: Demanded["symmetric"][number],
  cell: Cell,
  surface: Surface,
): readonly { readonly fault: Fault; readonly certain: boolean }[] {
  const [from, to] = pairOf(cell);
  const between = (a.has(from) && b.has(to)) || (b.has(from) && a.has(to));
  if (!between) return [];
  const back = surface.cells(cell.to, cell.from).find(({ points }) => points.includes(from));
  return cell.connections.flatMap(({ family, from: address, to: toAddress, connections: { allow, undetermined } }) => {
    const reverse = back?.connections.find((each) => each.family === family && each.from === toAddress && each.to === address)?.connections;
    if (reverse === undefined) return [];
    const missing = subtract(subtract(reverse.allow, allow), undetermined);
    const unsure = unite(intersect(reverse.allow, undetermined), subtract(reverse.undetermined, allow));
    const fault = (ports: PortSet): Fault => ({ family, ports, wanted: "allow", by, chain: [] });
    return [
      ...(isEmptyPorts(missing) ? [] : [{ fault: fault(missing), certain: true }]),
      ...(isEmptyPorts(unsure) ? [] : [{ fault: fault(unsure), certain: false }]),
    ];
  });
}

/** The first pair of a cell in printed order. */
export function pairOf({ from, to, points }: Cell): readonly [Point, Point] {
  return [from.points[0] as Point, (from === to ? points[1] : points[0]) as Point];
}
