import type { Pod } from "../../model/cluster.ts";
import {
  directions,
  type ClusterPolicy,
  type Direction,
  type NetworkPolicy,
  type PortMatch,
  type Rule,
  type Tier,
} from "../../model/policy.ts";
import type { Algebra, GradeId, SetId } from "./algebra.ts";
import { portName } from "./mentions.ts";
import type { Members, PodClass } from "./members.ts";
import { portsOn } from "./peers.ts";
import { runsOf, valueAt, type Runs, type Steps, type StepsPool } from "./steps.ts";
import { tierSteps, type TierFolds, type TierOperations } from "./tiers.ts";
import { standIn, type Universe } from "./shapes.ts";

/**
 * What the classes of one namespace say of every other end.
 *
 *   side = grades by shape, for the whole cluster; grades by class, for the namespace itself, where rules have own peers;
 *          outcomes by shape, of the Admin tier, which comes before both
 *
 *   what class c says of a pod with shape s and class d:   admin(s) over ( global(s) ∪ local(d) )
 */
export interface NamespaceTable {
  readonly name: string;
  readonly members: Members;
  readonly policies: readonly NetworkPolicy[];
  /** By class. Equal sides are one object. */
  readonly egress: readonly Side[];
  readonly ingress: readonly Side[];
  /** How many shapes there were when it was made. */
  readonly size: number;
}

/** What one direction of a class says. */
export interface Side {
  readonly global: Steps;
  /** By class of the own namespace; undefined where no rule has a peer of its own namespace only. */
  readonly local: Steps | undefined;
  readonly admin: Steps | undefined;
  /** `global` with `admin` over it. */
  readonly folded: Steps;
}

/** What does not depend on the namespace. */
export interface Shared {
  readonly universe: Universe;
  readonly algebra: Algebra;
  readonly pool: StepsPool;
  readonly tierOperations: TierOperations;
  /** By pod shape, the policies of a tier whose subject it is. */
  readonly subjects: Readonly<Record<Tier, readonly (readonly ClusterPolicy[])[]>>;
  /** Equal for pods that declare the same under the names in rules of cluster-wide policies. */
  tierPortsOf(pod: Pod): number;
  /** Sides without local grades, by what they are made of, over all namespaces. */
  readonly sides: Map<number, Side>;
  /** By what the subject's ports mean to ingress rules, -1 for egress rules, which do not ask. */
  readonly tierSides: Map<number, TierSides>;
  /** Whether some object about this namespace's pods was not read. */
  isUnread(namespace: string): boolean;
}

interface TierSides {
  readonly byPolicies: Map<readonly ClusterPolicy[], Steps | undefined>;
  readonly folded: TierFolds;
}

export function namespaceTable(name: string, members: Members, policies: readonly NetworkPolicy[], shared: Shared): NamespaceTable {
  const isolated = { egress: new Lists(members, shared), ingress: new Lists(members, shared) };
  for (const policy of policies) {
    const positions = members.index.find(policy.subject);
    if (positions.length === 0) continue;
    for (const direction of directions) {
      const rules = policy[direction];
      if (rules !== undefined) isolated[direction].add(rules, positions);
    }
  }
  return {
    name,
    members,
    policies,
    egress: sidesOf("egress", name, members, isolated.egress, shared),
    ingress: sidesOf("ingress", name, members, isolated.ingress, shared),
    size: shared.universe.size,
  };
}

/** A policy as it reads on some of its subjects: an ingress rule looks a port's name up on them (S6). */
interface Isolating {
  readonly rules: readonly Rule[];
  readonly subject: Pod;
  /** What all of its rules grant; made when a side asks for it. */
  grants: Grants | undefined;
}

/** Grades by shape, and by class of the own namespace. */
interface Grants {
  readonly global: Steps;
  readonly local: Steps | undefined;
}

function sidesOf(direction: Direction, name: string, members: Members, isolated: Lists, shared: Shared): readonly Side[] {
  const { algebra, pool, subjects } = shared;
  const isUnread = shared.isUnread(name);
  const known: (Side | undefined)[] = [];
  const sideOfList = (list: number): Side =>
    (known[list] ??= list === 0 ? plainSide(algebra.allow, shared) : isolatedSide(isolated.parts(list), members, shared));
  const knownWithTiers = new Map<string, Side>();

  return members.classes.map(({ representative, shape }, position) => {
    // S10, and nobody is asked about pods of which something was not read.
    if (representative.hostNetwork) return plainSide(algebra.allow, shared);
    if (isUnread) return plainSide(algebra.unknown, shared);
    const list = isolated.listOf[position] as number;
    const [admin, baseline] = [subjects.Admin[shape] ?? [], list > 0 ? [] : (subjects.Baseline[shape] ?? [])];
    if (admin.length + baseline.length === 0) return sideOfList(list);
    const [before, behind] = [tierOf(admin, direction, representative, shared), tierOf(baseline, direction, representative, shared)];
    const key = `${list} ${before?.id} ${behind?.id}`;
    let side = knownWithTiers.get(key);
    if (side === undefined) {
      // C4: the Baseline is asked where no NetworkPolicy isolates in this direction; whatever it leaves is allowed.
      const own =
        behind === undefined
          ? sideOfList(list)
          : makeSide(pool.combine(behind, pool.constant(algebra.allow), algebra.apply), undefined, undefined, shared);
      side = before === undefined ? own : makeSide(own.global, own.local, before, shared);
      knownWithTiers.set(key, side);
    }
    return side;
  });
}

/**
 * S2, S4: the policies that isolate each class, as lists that grow from the end: classes with the same policies share one list.
 *
 *   lists   0 –   1 (deny-all, before it 0)   2 (allow-web, before it 1)   3 (allow-db, before it 1)
 *
 * A class in list 2 is isolated by allow-web and deny-all; one in list 0 by nobody.
 */
class Lists {
  /** By class. */
  readonly listOf: number[];
  readonly #befores: number[] = [0];
  readonly #parts: (Isolating | undefined)[] = [undefined];
  readonly #members: Members;
  readonly #shared: Shared;
  /** By list, what it became with the policy that was added last: its classes that the policy selects stay together. */
  readonly #next: number[] = [];

  constructor(members: Members, shared: Shared) {
    this.#members = members;
    this.#shared = shared;
    this.listOf = members.classes.map(() => 0);
  }

  /** A policy with these rules isolates these classes. */
  add(rules: readonly Rule[], positions: readonly number[]): void {
    const { classes } = this.#members;
    const named = rules.filter(({ direction, ports }) => direction === "ingress" && hasNames(ports));
    for (const alike of named.length === 0 ? [positions] : this.#byPorts(named, positions)) {
      const part: Isolating = { rules, subject: (classes[alike[0] as number] as PodClass).representative, grants: undefined };
      for (const position of alike) {
        const before = this.listOf[position] as number;
        let list = this.#next[before] ?? 0;
        if (this.#parts[list] !== part) {
          list = this.#parts.length;
          this.#parts.push(part);
          this.#befores.push(before);
          this.#next[before] = list;
        }
        this.listOf[position] = list;
      }
    }
  }

  *parts(list: number): Generator<Isolating> {
    for (let at = list; at > 0; at = this.#befores[at] as number) yield this.#parts[at] as Isolating;
  }

  /** S6: classes on which the rules mean the same ports. */
  #byPorts(rules: readonly Rule[], positions: readonly number[]): Iterable<readonly number[]> {
    const groups = new Map<string, number[]>();
    const groupOf = new Map<number, number[]>();
    for (const position of positions) {
      const { ports, representative } = this.#members.classes[position] as PodClass;
      let group = groupOf.get(ports);
      if (group === undefined) {
        const meaning = rules.map((rule) => portsOn(representative, rule.ports as readonly PortMatch[], this.#shared.algebra)).join();
        group = groups.get(meaning) ?? [];
        groups.set(meaning, group);
        groupOf.set(ports, group);
      }
      group.push(position);
    }
    return groups.values();
  }
}

function hasNames(ports: Rule["ports"]): boolean {
  return ports !== "any" && ports.some((entry) => portName(entry) !== undefined);
}

/** S8: what any rule of any isolating policy grants. */
function isolatedSide(parts: Iterable<Isolating>, members: Members, shared: Shared): Side {
  const { algebra, pool } = shared;
  const globals = new Set<Steps>();
  const locals = new Set<Steps>();
  for (const part of parts) {
    const { global, local } = (part.grants ??= grantsOf(part, members, shared));
    if (global !== pool.nothing) globals.add(global);
    if (local !== undefined) locals.add(local);
  }
  return makeSide(
    pool.combineAll([...globals], algebra.join),
    locals.size === 0 ? undefined : pool.combineAll([...locals], algebra.join),
    undefined,
    shared,
  );
}

function grantsOf({ rules, subject }: Isolating, members: Members, shared: Shared): Grants {
  const { algebra, pool } = shared;
  const all = rules.map((rule) => grantsOfRule(rule, subject, members, shared));
  const locals = all.flatMap(({ local }) => local ?? []);
  return {
    global: pool.combineAll(
      all.map(({ global }) => global),
      algebra.join,
    ),
    local: locals.length === 0 ? undefined : pool.combineAll(locals, algebra.join),
  };
}

/** S7: a rule grants its ports where its peers match. */
function grantsOfRule(rule: Rule, subject: Pod, members: Members, { universe, algebra, pool }: Shared): Grants {
  const { ports } = rule;
  // S6: an egress rule looks a port's name up on each peer, an ingress rule on its subject.
  const perPeer = ports !== "any" && rule.direction === "egress" && hasNames(ports);
  const set = ports === "any" ? algebra.all : perPeer ? algebra.none : portsOn(subject, ports, algebra);
  const grant = (runs: Runs, gradeOfSet: (set: SetId) => GradeId): Steps => {
    if (runs.length === 0) return pool.nothing;
    if (!perPeer) return pool.onRuns(runs, gradeOfSet(set), universe.size);
    return pool.combine(pool.onRuns(runs, 1, universe.size), universe.peers.ports(ports, algebra, pool), (here, ownSet) =>
      here === 0 ? algebra.deny : gradeOfSet(ownSet),
    );
  };
  const sure = (own: SetId): GradeId => algebra.sure(own);
  const open = (own: SetId): GradeId => algebra.open(own);
  // S3: without peers it speaks of everybody.
  if (rule.peers === "any") return { global: perPeer ? grant([0, universe.size - 1], sure) : pool.constant(sure(set)), local: undefined };
  let global = pool.nothing;
  let own: Set<number> | undefined;
  for (const peer of rule.peers) {
    if (peer.kind === "pods" && peer.namespaces === "own") {
      own ??= new Set();
      for (const position of members.index.find(peer.pods)) own.add(position);
      continue;
    }
    const { matches, doubts } = universe.peers.shapesOf(peer);
    for (const granted of [grant(matches, sure), grant(doubts, open)])
      if (granted !== pool.nothing) global = pool.combine(global, granted, algebra.join);
  }
  if (own === undefined || own.size === 0) return { global, local: undefined };
  const positions = [...own].sort((a, b) => a - b);
  const size = members.classes.length;
  if (!perPeer) return { global, local: pool.onRuns(runsOf(positions), sure(set), size) };
  const bySet = new Map<SetId, number[]>();
  for (const position of positions) {
    const ownSet = portsOn((members.classes[position] as PodClass).representative, ports, algebra);
    const alike = bySet.get(ownSet);
    if (alike === undefined) bySet.set(ownSet, [position]);
    else alike.push(position);
  }
  return {
    global,
    local: pool.combineAll(
      [...bySet].map(([ownSet, alike]) => pool.onRuns(runsOf(alike), sure(ownSet), size)),
      algebra.join,
    ),
  };
}

/** A tier's outcomes for a subject: the same for all subjects with the same policies (and, for ingress, the same ports). */
function tierOf(policies: readonly ClusterPolicy[], direction: Direction, subject: Pod, shared: Shared): Steps | undefined {
  if (policies.length === 0) return undefined;
  const { universe, algebra, pool, tierSides, tierPortsOf, tierOperations } = shared;
  const key = direction === "ingress" ? tierPortsOf(subject) : -1;
  let sides = tierSides.get(key);
  if (sides === undefined) {
    sides = { byPolicies: new Map(), folded: { behind: new Map(), matches: new Map() } };
    tierSides.set(key, sides);
  }
  if (!sides.byPolicies.has(policies)) {
    const portsOf = (entries: readonly PortMatch[] | "any"): Steps => {
      if (entries === "any") return pool.constant(algebra.all);
      return direction === "ingress" ? pool.constant(portsOn(subject, entries, algebra)) : universe.peers.ports(entries, algebra, pool);
    };
    sides.byPolicies.set(
      policies,
      tierSteps(policies, direction, { universe, pool, operations: tierOperations, portsOf, folded: sides.folded }),
    );
  }
  return sides.byPolicies.get(policies);
}

export function plainSide(grade: GradeId, shared: Shared): Side {
  return makeSide(shared.pool.constant(grade), undefined, undefined, shared);
}

/** Equal sides become one object over all namespaces, so that classes can be counted by what they say. */
function makeSide(global: Steps, local: Steps | undefined, admin: Steps | undefined, { pool, sides, algebra }: Shared): Side {
  const folded = admin === undefined ? global : pool.combine(admin, global, algebra.apply);
  if (local !== undefined) return { global, local, admin, folded };
  const key = global.id * 2 ** 26 + (admin === undefined ? 0 : admin.id + 1);
  let found = sides.get(key);
  if (found === undefined) {
    found = { global, local, admin, folded };
    sides.set(key, found);
  }
  return found;
}

/** What one end says of the other: S8 joins what rules of both kinds allow, the Admin tier comes before (C3). */
export function gradeOf(side: Side, shape: number, localPosition: number | undefined, algebra: Algebra): GradeId {
  if (side.local === undefined || localPosition === undefined) return valueAt(side.folded, shape);
  const grade = algebra.join(valueAt(side.global, shape), valueAt(side.local, localPosition));
  return side.admin === undefined ? grade : algebra.apply(valueAt(side.admin, shape), grade);
}

/** A function made for fewer shapes, with what it says of those that were split from them. */
export function upToDate(steps: Steps, size: number, { universe, pool }: Shared): Steps {
  if (size === universe.size) return steps;
  const later = universe.parents
    .slice(size)
    .map((_, i): readonly [number, number] => [size + i, valueAt(steps, standIn(universe, size + i, size))]);
  return pool.extended(steps, size, later);
}
