import type { Pod } from "../../model/cluster.ts";
import type { ClusterPolicy, Direction, NetworkPolicy, PortMatch, Rule } from "../../model/policy.ts";
import { portSet } from "../../net/ports.ts";
import type { Algebra, GradeId, SetId } from "./algebra.ts";
import { LabelIndex } from "./label-index.ts";
import { LabelProjection, localMentions, projectedPorts, type LocalMentions } from "./mentions.ts";
import { combine, combineAll, constant, onRuns, runsOf, valueAt, type Runs, type SharedSteps, type Steps } from "./steps.ts";
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

/** The pods of one namespace with their shapes, side by side. */
export interface NamespacePods {
  readonly pods: readonly Pod[];
  readonly shapes: readonly number[];
}

export const noPods: NamespacePods = { pods: [], shapes: [] };

export function namespaceTable(name: string, { pods, shapes }: NamespacePods, policies: readonly NetworkPolicy[], shared: Shared): NamespaceTable {
  const mentions = localMentions(policies);
  const labels = new LabelProjection(mentions.podLabels);
  // shape → labels and ports → position, so that keys are small numbers and short texts.
  const found = new Map<number, Map<number | string, number>>();
  const groups: { readonly representative: Pod; readonly shape: number; size: number }[] = [];
  const positions = new Int32Array(pods.length);
  pods.forEach((pod, i) => {
    const shape = shapes[i] as number;
    if (shape < 0) {
      positions[i] = -1;
      return;
    }
    const row = found.get(shape) ?? new Map<number | string, number>();
    found.set(shape, row);
    const ports = projectedPorts(pod, mentions.portNames);
    const code = labels.of(pod.labels);
    const key = pod.hostNetwork ? "host" : ports === "" ? code : `${code} ${ports}`;
    let position = row.get(key);
    if (position === undefined) {
      position = groups.length;
      groups.push({ representative: pod, shape, size: 0 });
      row.set(key, position);
    }
    (groups[position] as { size: number }).size++;
    positions[i] = position;
  });
  const sides = sidesOf(name, groups, policies, mentions, shared);
  let byPod: Map<Pod, number> | undefined;
  return {
    name,
    pods,
    policies,
    classes: groups.map(({ representative, shape, size }, i) => ({ shape, representative, size, egress: sides.egress(i), ingress: sides.ingress(i) })),
    classOf: (pod) => {
      byPod ??= new Map(pods.map((own, i) => [own, positions[i] as number]));
      const position = byPod.get(pod);
      return position === undefined || position < 0 ? undefined : position;
    },
  };
}

interface Sides {
  egress(position: number): Side;
  ingress(position: number): Side;
}

function sidesOf(name: string, groups: readonly { readonly representative: Pod; readonly shape: number }[], policies: readonly NetworkPolicy[], { podLabels, portNames }: LocalMentions, shared: Shared): Sides {
  const { universe, algebra } = shared;
  const representatives = groups.map(({ representative }) => representative);
  const size = representatives.length;
  // S10: no selector matches a host-network pod.
  const selectable = representatives.flatMap(({ hostNetwork }, i) => (hostNetwork ? [] : [i]));
  const index = new LabelIndex(selectable.map((i) => (representatives[i] as Pod).labels), podLabels);
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
  const names = new Set([...portNames, ...universe.mentions.portNames]);

  const side = (position: number, direction: Direction): Side => {
    const pod = representatives[position] as Pod;
    if (pod.hostNetwork) return plainSide(algebra.allow, shared);
    if (unread) return plainSide(algebra.unknown, shared);
    const { shape } = groups[position] as { readonly shape: number };
    const own = isolating[direction][position] ?? [];
    // S6: an ingress rule looks a name up on its subject, so pods that declare other numbers have other sides.
    const ports = direction === "ingress" ? projectedPorts(pod, names) : "";
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

  const make = (rule: Rule, ports: { readonly byShape: Steps | SetId; ofClass(position: number): SetId }): RuleSteps => {
    const parts: Steps[] = [];
    const own = new Set<number>();
    /** The grade of the rule's ports on these shapes. */
    const add = (runs: Runs, gradeOfSet: (set: SetId) => GradeId): void => {
      if (runs.length === 0) return;
      if (typeof ports.byShape === "number") parts.push(onRuns(universe.size, runs, gradeOfSet(ports.byShape)));
      else parts.push(combine(onRuns(universe.size, runs, 1), ports.byShape, (here, set) => (here === 0 ? algebra.deny : gradeOfSet(set))));
    };
    if (rule.peers === "any") add([[0, universe.size - 1]], sure);
    for (const peer of rule.peers === "any" ? [] : rule.peers) {
      if (peer.kind === "pods" && peer.namespaces === "own") {
        for (const position of find(peer.pods)) own.add(position);
        continue;
      }
      const { matches, doubts } = universe.peer(peer);
      add(matches, sure);
      add(doubts, open);
    }
    const global = combineAll(parts, universe.size, algebra.join);
    if (own.size === 0) return { global, local: undefined };
    const bySet = new Map<SetId, number[]>();
    for (const position of [...own].sort((a, b) => a - b)) {
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
          ? { byShape: fixed, ofClass: () => fixed }
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

export function plainSide(grade: GradeId, shared: Shared): Side {
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
