import type { Pod } from "../../model/cluster.ts";
import type { ClusterPolicy, Direction, NetworkPolicy, PortMatch, Rule } from "../../model/policy.ts";
import { portSet } from "../../net/ports.ts";
import type { Algebra, GradeId, SetId } from "./algebra.ts";
import { LabelIndex } from "./label-index.ts";
import { localMentions, projected, projectedPorts } from "./mentions.ts";
import { combine, combineAll, constant, onRuns, runsOf, SharedSteps, valueAt, type Steps } from "./steps.ts";
import { tierSteps } from "./tiers.ts";
import type { Universe } from "./universe.ts";

/**
 * The pods of one namespace, as its policies tell them apart, and what each class says of every other end.
 *
 *   class  = (shape, labels that this namespace's policies look at, ports that they name)
 *   side   = grades by shape, for the whole cluster; grades by class, for the namespace itself, where rules have own peers;
 *            outcomes by shape, of the Admin tier, which comes before both
 *
 *   what class c says of a pod with shape s and class d:   admin(s) over ( global(s) ∪ local(d) )
 */
export interface NamespaceTable {
  readonly name: string;
  readonly pods: readonly Pod[];
  readonly policies: readonly NetworkPolicy[];
  readonly classes: readonly LocalClass[];
  /** Position in `classes`. */
  classOf(pod: Pod): number | undefined;
}

export interface LocalClass {
  readonly shape: number;
  readonly representative: Pod;
  readonly size: number;
  readonly egress: Side;
  readonly ingress: Side;
}

/** What one direction of a class says. Equal sides are one object. */
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
  readonly steps: SharedSteps;
  readonly admin: readonly (readonly ClusterPolicy[])[];
  readonly baseline: readonly (readonly ClusterPolicy[])[];
  /** Sides by what they are made of, over all namespaces. */
  readonly sides: Map<string, Side>;
  readonly tierSides: Map<string, Steps | undefined>;
  /** Whether some object about this namespace's pods was not read. */
  isUnread(namespace: string): boolean;
}

export function namespaceTable(name: string, pods: readonly Pod[], policies: readonly NetworkPolicy[], shared: Shared): NamespaceTable {
  const { universe } = shared;
  const mentions = localMentions(policies);
  const members = new Map<string, Pod[]>();
  const keys = new Map<Pod, string>();
  for (const pod of pods) {
    const shape = universe.shapeOf(pod);
    if (shape === undefined) continue;
    const key = pod.hostNetwork ? `host ${shape}` : `${shape} ${projected(pod.labels, mentions.podLabels)}\u0002${projectedPorts(pod, mentions.portNames)}`;
    keys.set(pod, key);
    const list = members.get(key);
    if (list === undefined) members.set(key, [pod]);
    else list.push(pod);
  }
  const groups = [...members];
  const positions = new Map(groups.map(([key], i) => [key, i]));
  const representatives = groups.map(([, [first]]) => first as Pod);
  const sides = sidesOf(name, representatives, policies, mentions.podLabels, shared);
  return {
    name,
    pods,
    policies,
    classes: groups.map(([, own], i) => {
      const representative = own[0] as Pod;
      return { shape: universe.shapeOf(representative) as number, representative, size: own.length, egress: sides.egress(i), ingress: sides.ingress(i) };
    }),
    classOf: (pod) => {
      const key = keys.get(pod);
      return key === undefined ? undefined : positions.get(key);
    },
  };
}

interface Sides {
  egress(position: number): Side;
  ingress(position: number): Side;
}

function sidesOf(name: string, representatives: readonly Pod[], policies: readonly NetworkPolicy[], podLabels: ReadonlyMap<string, Set<string>>, shared: Shared): Sides {
  const { universe, algebra } = shared;
  const size = representatives.length;
  // S10: no selector matches a host-network pod.
  const selectable = representatives.flatMap(({ hostNetwork }, i) => (hostNetwork ? [] : [i]));
  const index = new LabelIndex(selectable.map((i) => (representatives[i] as Pod).labels), podLabels as Map<string, Set<string>>);
  const find = (selector: Parameters<LabelIndex["find"]>[0]): readonly number[] => index.find(selector).map((i) => selectable[i] as number);
  const isolating: Record<Direction, NetworkPolicy[][]> = { egress: representatives.map(() => []), ingress: representatives.map(() => []) };
  for (const policy of policies) {
    if (policy.egress === undefined && policy.ingress === undefined) continue;
    for (const position of find(policy.subject)) {
      if (policy.egress !== undefined) isolating.egress[position]?.push(policy);
      if (policy.ingress !== undefined) isolating.ingress[position]?.push(policy);
    }
  }
  const numbers = new Map(policies.map((policy, i) => [policy, i]));
  const rules = ruleSteps(representatives, find, shared);
  const known = new Map<string, Side>();
  const unread = shared.isUnread(name);

  const side = (position: number, direction: Direction): Side => {
    const pod = representatives[position] as Pod;
    if (pod.hostNetwork) return plainSide(algebra.allow, shared);
    if (unread) return plainSide(algebra.unknown, shared);
    const shape = universe.shapeOf(pod) as number;
    const own = isolating[direction][position] ?? [];
    // S6: an ingress rule looks a name up on its subject, so pods that declare other numbers have other sides.
    const ports = direction === "ingress" ? pod.ports.map(({ name: port, port: number, protocol }) => `${port}:${number}/${protocol}`).sort().join() : "";
    const admin = tierOf("Admin", shared.admin[shape] ?? [], direction, pod, ports, shared);
    const baseline = own.length > 0 ? undefined : tierOf("Baseline", shared.baseline[shape] ?? [], direction, pod, ports, shared);
    const key = `${direction} ${own.map((policy) => numbers.get(policy)).join()} ${ports} ${idOf(admin)} ${idOf(baseline)}`;
    let found = known.get(key);
    if (found === undefined) {
      found = sideOf(own, direction, pod, admin, baseline);
      known.set(key, found);
    }
    return found;
  };

  const sideOf = (own: readonly NetworkPolicy[], direction: Direction, pod: Pod, admin: Steps | undefined, baseline: Steps | undefined): Side => {
    if (own.length === 0) {
      const free = constant(universe.size, algebra.allow);
      return makeSide(baseline === undefined ? free : combine(baseline, free, algebra.apply), undefined, admin, shared);
    }
    const all = own.flatMap((policy) => policy[direction] ?? []).map((rule) => rules(rule, pod));
    const global = combineAll(all.map((rule) => rule.global), universe.size, algebra.join);
    const locals = all.flatMap((rule) => rule.local ?? []);
    return makeSide(global, locals.length === 0 ? undefined : combineAll(locals, size, algebra.join), admin, shared);
  };
  return { egress: (position) => side(position, "egress"), ingress: (position) => side(position, "ingress") };
}

interface RuleSteps {
  readonly global: Steps;
  readonly local: Steps | undefined;
}

/** S7: the grades a rule gives, by shape and by class of the own namespace: its ports where its peers match. */
function ruleSteps(representatives: readonly Pod[], find: (selector: Parameters<LabelIndex["find"]>[0]) => readonly number[], { universe, algebra }: Shared): (rule: Rule, subject: Pod) => RuleSteps {
  const known = new Map<Rule, Map<SetId | "egress", RuleSteps>>();
  const size = representatives.length;
  const sure = (set: SetId): GradeId => algebra.grade(set, algebra.none);
  const open = (set: SetId): GradeId => algebra.grade(algebra.none, set);

  const make = (rule: Rule, ports: { readonly byShape: Steps; ofClass(position: number): SetId }): RuleSteps => {
    const everywhere = constant(universe.size, 1);
    let matches = rule.peers === "any" ? everywhere : constant(universe.size, 0);
    let doubts = constant(universe.size, 0);
    const own = new Set<number>();
    for (const peer of rule.peers === "any" ? [] : rule.peers) {
      if (peer.kind === "pods" && peer.namespaces === "own") {
        for (const position of find(peer.pods)) own.add(position);
        continue;
      }
      const found = universe.peer(peer);
      if (found.matches.length > 0) matches = combine(matches, onRuns(universe.size, found.matches, 1), (a, b) => a | b);
      if (found.doubts.length > 0) doubts = combine(doubts, onRuns(universe.size, found.doubts, 1), (a, b) => a | b);
    }
    const matched = combine(matches, ports.byShape, (here, set) => (here === 0 ? algebra.deny : sure(set)));
    const doubted = combine(doubts, ports.byShape, (here, set) => (here === 0 ? algebra.deny : open(set)));
    const global = doubted.values.length === 1 && doubted.values[0] === algebra.deny ? matched : combine(matched, doubted, algebra.join);
    if (own.size === 0) return { global, local: undefined };
    const ascending = [...own].sort((a, b) => a - b);
    const bySet = new Map<SetId, number[]>();
    for (const position of ascending) {
      const set = ports.ofClass(position);
      const list = bySet.get(set);
      if (list === undefined) bySet.set(set, [position]);
      else list.push(position);
    }
    const local = [...bySet].map(([set, positions]) => onRuns(size, runsOf(positions), sure(set)));
    return { global, local: combineAll(local, size, algebra.join) };
  };

  return (rule, subject) => {
    const { ports } = rule;
    const perRule = known.get(rule) ?? new Map<SetId | "egress", RuleSteps>();
    known.set(rule, perRule);
    const fixed = ports === "any" ? algebra.all : rule.direction === "ingress" || !ports.some(isNamed) ? portsOn(subject, ports, algebra) : undefined;
    const key = fixed ?? "egress";
    let found = perRule.get(key);
    if (found === undefined) {
      found = make(
        rule,
        fixed !== undefined
          ? { byShape: constant(universe.size, fixed), ofClass: () => fixed }
          : {
              byShape: universe.ports(ports as readonly PortMatch[], algebra),
              ofClass: (position) => portsOn(representatives[position] as Pod, ports as readonly PortMatch[], algebra),
            },
      );
      perRule.set(key, found);
    }
    return found;
  };
}

/** S6, S7: the ports that entries mean on one pod. */
function portsOn(pod: Pod, entries: readonly PortMatch[], algebra: Algebra): SetId {
  return entries.reduce((sum: SetId, { port, protocol }) => {
    if (typeof port === "object" && "name" in port) {
      const declared = pod.ports.filter(({ name, protocol: own }) => name === port.name && (protocol === "declared" || own === protocol));
      return declared.reduce((all: SetId, one) => algebra.unite(all, algebra.set(portSet(one.protocol, [{ first: one.port, last: one.port }]))), sum);
    }
    return protocol === "declared" ? sum : algebra.unite(sum, algebra.set(portSet(protocol, port === "any" ? undefined : [port])));
  }, algebra.none);
}

function isNamed({ port }: PortMatch): boolean {
  return typeof port === "object" && "name" in port;
}

/** A tier's outcomes for a subject: the same for all subjects with the same policies (and, for ingress, the same ports). */
function tierOf(tier: string, policies: readonly ClusterPolicy[], direction: Direction, pod: Pod, ports: string, shared: Shared): Steps | undefined {
  if (policies.length === 0) return undefined;
  const { universe, algebra, tierSides } = shared;
  const key = `${tier} ${direction} ${ports} ${policies.map(idOf).join()}`;
  if (!tierSides.has(key)) {
    const steps = tierSteps(policies, direction, universe, algebra, (rule) => {
      if (rule.ports === "any") return constant(universe.size, algebra.all);
      return direction === "ingress" ? constant(universe.size, portsOn(pod, rule.ports, algebra)) : universe.ports(rule.ports, algebra);
    });
    tierSides.set(key, steps && shared.steps.share(steps));
  }
  return tierSides.get(key);
}

function plainSide(grade: GradeId, shared: Shared): Side {
  return makeSide(constant(shared.universe.size, grade), undefined, undefined, shared);
}

/** Equal sides become one object over all namespaces, so that classes can be counted by what they say. */
function makeSide(global: Steps, local: Steps | undefined, admin: Steps | undefined, { steps, sides, algebra }: Shared): Side {
  const own = steps.share(global);
  const folded = admin === undefined ? own : steps.share(combine(admin, own, algebra.apply));
  if (local !== undefined) return { global: own, local, admin, folded };
  const key = `${idOf(own)} ${idOf(admin)}`;
  let found = sides.get(key);
  if (found === undefined) {
    found = { global: own, local, admin, folded };
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

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

/** A number per object, for keys made of identities. */
function idOf(value: object | undefined): number {
  if (value === undefined) return 0;
  let id = identities.get(value);
  if (id === undefined) {
    id = nextIdentity++;
    identities.set(value, id);
  }
  return id;
}
