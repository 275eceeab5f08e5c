import type { Endpoint, Pod } from "../model/cluster.ts";
import type { Verdict } from "../model/judgement.ts";
import { addressIn, endpointName, sameEndpoint } from "../model/endpoint.ts";
import type { Address, Family } from "../net/address.ts";
import { inCidr, type Cidr } from "../net/cidr.ts";
import { allPorts, intersect, noPorts, portSet, subtract, unite, type PortRange, type PortSet, type Protocol } from "../net/ports.ts";
import { openConnections, type Connections } from "../reach/reachability.ts";
import {
  hasSet,
  policySets,
  tagText,
  type AddressGroup,
  type Configuration,
  type FirewallPolicy,
  type FirewallService,
  type PlacedRule,
  type RuleEndpoint,
} from "./objects.ts";

/** The first packet of a connection, as an agent sees it. NetworkPolicy does not speak of ICMP, Contrail's rules do (D36). */
export interface Packet {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly family: Family;
  readonly protocol: Protocol | "ICMP";
  /** Of the destination; without meaning for ICMP. */
  readonly port: number;
}

/** A rule and the policy it stands in. */
export interface Place {
  readonly policy: FirewallPolicy;
  readonly rule: PlacedRule;
}

export type RulePart = "endpoint1" | "endpoint2" | "service" | "matchTags";

export interface Visit extends Place {
  /** `unknown`: it hangs on an address that is not assigned yet, or on what only an imported rule asks for. */
  readonly fit: "matches" | "misses" | "unknown";
  /** Which parts of the rule do not fit the packet. */
  readonly misses: readonly RulePart[];
}

export type WalkOutcome =
  /** A pod's traffic to itself never comes to the agent. */
  | { readonly kind: "same-pod" }
  /** No end has the application policy set on its interface: nodes, the outside, pods that a label took out of it (spec 4.1, 4.2; D44). */
  | { readonly kind: "not-evaluated" }
  | { readonly kind: "match"; readonly at: Place }
  /** Behind the last rule stands an implicit deny. */
  | { readonly kind: "no-match" }
  /** These would decide, and whether they match depends on an address that is not assigned yet, or on what only an imported rule asks for. */
  | { readonly kind: "undetermined"; readonly doubts: readonly [Place, ...Place[]]; readonly otherwise: Place | undefined };

/** What the agents of both ends make of a packet: the evidence of the Contrail engine. */
export interface Walk {
  readonly packet: Packet;
  readonly outcome: WalkOutcome;
  /** Every rule up to the one that decides, in order; computed when asked for. */
  readonly visited: readonly Visit[];
  /** The first rule behind the one that decides that fits as well and would have decided otherwise; computed when asked for. */
  readonly overruled: Place | undefined;
  /** The tags of each end, as agents know them from the route: none for nodes and the outside (spec 4.3, 4.5). */
  readonly tags: { readonly from: readonly string[]; readonly to: readonly string[] };
  readonly configuration: Configuration;
}

/** The verdict follows from the walk and is never stored. */
export function verdictOfWalk(outcome: WalkOutcome): Verdict {
  switch (outcome.kind) {
    case "same-pod":
    case "not-evaluated":
      return "allow";
    case "match":
      return outcome.at.rule.action === "pass" ? "allow" : "deny";
    case "no-match":
      return "deny";
    case "undetermined":
      return "undetermined";
  }
}

/** Evaluates packets against one configuration. */
export interface Walker {
  walk(packet: Packet): Walk;
  verdict(packet: Packet): Verdict;
  /** The verdicts of all packets from one endpoint to another one, of every protocol and port. */
  connections(from: Endpoint, to: Endpoint, family: Family): Connections;
}

/**
 * Spec 4: policies in sequence order, rules in sequence order, the first match decides. Mostly both ends have the same list, so one walk
 * is enough; otherwise both are walked, and what one of them denies is dropped. Which rules fit an end is found once per end; a packet
 * then asks only for the first that fits both and its service.
 */
export function openWalker(configuration: Configuration): Walker {
  const { addressGroups, interfaces, cluster } = configuration;
  // An empty list passes.
  const sets = policySets(configuration).filter(({ policies }) => policies.length > 0);
  const list = sets.flatMap((set, at) =>
    set.policies.flatMap((policy) => policy.rules.map((rule): Listed => ({ place: { policy, rule }, set: at }))),
  );
  const index = indexed(list);
  const ends: Record<Family, WeakMap<Endpoint, End>> = { 4: new WeakMap(), 6: new WeakMap() };
  const application = `application=${cluster}`;

  function endOf(endpoint: Endpoint, family: Family): End {
    let end = ends[family].get(endpoint);
    if (end === undefined) {
      end = makeEnd(endpoint, family);
      ends[family].set(endpoint, end);
    }
    return end;
  }

  function makeEnd(endpoint: Endpoint, family: Family): End {
    const managed = endpoint.kind === "pod" && !endpoint.hostNetwork ? interfaces.get(endpointName(endpoint)) : undefined;
    const tags = managed === undefined ? [] : [...managed.tags.values()].map(tagText);
    // The project's tag counts where the interface has none of that type (spec 4.1, D44).
    if (managed !== undefined && !managed.tags.has("application")) tags.push(application);
    const facts: EndFacts = { endpoint, family, tags: new Set(tags), address: addressIn(endpoint, family) };
    const [source, destination] = [sideOf(index.source, facts, addressGroups), sideOf(index.destination, facts, addressGroups)];
    const own = managed === undefined ? [] : sets.flatMap((set, at) => (hasSet(facts.tags, set) ? [at] : []));
    return { facts, tags: tags.sort(), sets: own, source, destination };
  }

  /** The list that each end's agent walks; one where they have the same, none where no end has one. */
  function listsOf(from: End, to: End): readonly (readonly number[])[] {
    const lists = [from.sets, to.sets].filter(({ length }) => length > 0);
    return lists.length === 2 && sameNumbers(from.sets, to.sets) ? [from.sets] : lists;
  }

  /** What the agents of both ends decide, and the list in which it was decided. */
  function walked(packet: Packet): { readonly outcome: WalkOutcome; readonly own: readonly number[] } {
    if (sameEndpoint(packet.from, packet.to)) return { outcome: { kind: "same-pod" }, own: [] };
    const [from, to] = [endOf(packet.from, packet.family), endOf(packet.to, packet.family)];
    const all = listsOf(from, to).map((own) => ({ outcome: outcomeIn(own, from, to, packet), own }));
    const byVerdict = (verdict: Verdict): (typeof all)[number] | undefined => all.find(({ outcome }) => verdictOfWalk(outcome) === verdict);
    const [first] = all;
    return byVerdict("deny") ?? byVerdict("undetermined") ?? first ?? { outcome: { kind: "not-evaluated" }, own: [] };
  }

  function outcomeIn(own: readonly number[], from: End, to: End, packet: Packet): WalkOutcome {
    const doubts: Place[] = [];
    for (const at of placesOf(own, from, to)) {
      const place = list[at]?.place;
      if (place === undefined || !serves(place.rule.service, packet)) continue;
      if (isInDoubt(at, from, to, list)) doubts.push(place);
      else return decided(doubts, place);
    }
    return decided(doubts, undefined);
  }

  /** Of the last pair of ends: whoever asks for one port of it mostly asks for the others next. */
  let lastPair: { readonly own: readonly number[]; readonly from: End; readonly to: End; readonly places: readonly number[] } | undefined;

  function placesOf(own: readonly number[], from: End, to: End): readonly number[] {
    if (lastPair?.own !== own || lastPair.from !== from || lastPair.to !== to)
      lastPair = { own, from, to, places: placesOfPair(own, from, to, index, list) };
    return lastPair.places;
  }

  function visit(place: Place, packet: Packet): Visit {
    const { endpoint1, endpoint2, service, further } = place.rule;
    const [from, to] = [endOf(packet.from, packet.family).facts, endOf(packet.to, packet.family).facts];
    const parts = [
      ["endpoint1", fits(endpoint1, from, addressGroups)],
      ["endpoint2", fits(endpoint2, to, addressGroups)],
      ["service", serves(service, packet) ? (further?.sourcePorts === "some" ? "unknown" : "yes") : "no"],
      ["matchTags", sharesTags(further?.matchTags, from, to) ? "yes" : "no"],
    ] as const;
    const misses = parts.flatMap(([part, fit]) => (fit === "no" ? part : []));
    const isUnknown = parts.some(([, fit]) => fit === "unknown");
    return { ...place, fit: misses.length > 0 ? "misses" : isUnknown ? "unknown" : "matches", misses };
  }

  function placesIn(own: readonly number[]): readonly Place[] {
    return list.filter(({ set }) => own.includes(set)).map(({ place }) => place);
  }

  function overruledBy(outcome: WalkOutcome, own: readonly number[], packet: Packet): Place | undefined {
    if (outcome.kind !== "match") return undefined;
    const places = placesIn(own);
    const behind = places.slice(lastVisited(outcome, places) + 1);
    return behind.find((place) => place.rule.action !== outcome.at.rule.action && visit(place, packet).fit === "matches");
  }

  const shared = new Map<string, Connections>();

  function connections(from: End, to: End): Connections {
    return listsOf(from, to)
      .map((own) => connectionsIn(own, from, to))
      .reduce(passedByBoth, openConnections);
  }

  function connectionsIn(own: readonly number[], from: End, to: End): Connections {
    const places = placesOf(own, from, to);
    const key = places.map((at) => (isInDoubt(at, from, to, list) ? `${at}?` : at)).join();
    let known = shared.get(key);
    if (known === undefined) {
      known = folded(places.map((at) => ({ rule: (list[at] as Listed).place.rule, isDoubtful: isInDoubt(at, from, to, list) })));
      shared.set(key, known);
    }
    return known;
  }

  return {
    verdict: (packet) => verdictOfWalk(walked(packet).outcome),
    connections: (from, to, family) => connections(endOf(from, family), endOf(to, family)),
    walk: (packet) => {
      const { outcome, own } = walked(packet);
      let visited: readonly Visit[] | undefined;
      return {
        packet,
        outcome,
        get visited() {
          if (visited === undefined) {
            const places = placesIn(own);
            visited = places.slice(0, lastVisited(outcome, places) + 1).map((place) => visit(place, packet));
          }
          return visited;
        },
        get overruled() {
          return overruledBy(outcome, own, packet);
        },
        get tags() {
          return { from: endOf(packet.from, packet.family).tags, to: endOf(packet.to, packet.family).tags };
        },
        configuration,
      };
    },
  };
}

/** A rule of one of the sets that are walked. */
interface Listed {
  readonly place: Place;
  readonly set: number;
}

/** What a rule can see of an end. */
interface EndFacts {
  readonly endpoint: Endpoint;
  readonly family: Family;
  readonly tags: ReadonlySet<string>;
  readonly address: Address | "not-yet-assigned" | undefined;
}

interface End {
  readonly facts: EndFacts;
  readonly tags: readonly string[];
  /** Those that the end's own agent walks, in order; none for what is no pod. */
  readonly sets: readonly number[];
  readonly source: Side;
  readonly destination: Side;
}

/** The places of rules that ask something of an end and fit it. */
interface Side {
  /** The other end may be any. */
  readonly alone: readonly number[];
  /** The rule asks something of the other end as well. */
  readonly together: ReadonlySet<number>;
  /** Those of either list that fit only if the address turns out so. */
  readonly doubtful: ReadonlySet<number>;
}

/** The rules by what they ask of one end: most rules of a cluster ask the same few things. */
interface Index {
  readonly source: readonly Asked[];
  readonly destination: readonly Asked[];
  /** Rules that fit every pair of ends. */
  readonly any: readonly number[];
}

interface Asked {
  readonly endpoint: RuleEndpoint;
  readonly alone: number[];
  readonly together: number[];
}

function indexed(list: readonly Listed[]): Index {
  const [source, destination] = [new Map<string, Asked>(), new Map<string, Asked>()];
  const any: number[] = [];
  const note = (side: Map<string, Asked>, endpoint: RuleEndpoint, at: number, other: RuleEndpoint): void => {
    if (endpoint.kind === "any") return;
    const key = JSON.stringify(endpoint);
    const asked = side.get(key) ?? { endpoint, alone: [], together: [] };
    side.set(key, asked);
    asked[other.kind === "any" ? "alone" : "together"].push(at);
  };
  for (const [
    at,
    {
      place: { rule },
    },
  ] of list.entries()) {
    if (rule.endpoint1.kind === "any" && rule.endpoint2.kind === "any") any.push(at);
    note(source, rule.endpoint1, at, rule.endpoint2);
    note(destination, rule.endpoint2, at, rule.endpoint1);
  }
  return { source: [...source.values()], destination: [...destination.values()], any };
}

function sideOf(asked: readonly Asked[], facts: EndFacts, groups: Configuration["addressGroups"]): Side {
  const alone: number[] = [];
  const [together, doubtful] = [new Set<number>(), new Set<number>()];
  for (const one of asked) {
    const fit = fits(one.endpoint, facts, groups);
    if (fit === "no") continue;
    alone.push(...one.alone);
    for (const at of one.together) together.add(at);
    if (fit === "unknown") for (const at of [...one.alone, ...one.together]) doubtful.add(at);
  }
  return { alone, together, doubtful };
}

/** The places of all rules of a list that fit both ends, ascending, as far as a packet of some service can come. */
function placesOfPair(own: readonly number[], from: End, to: End, { any }: Index, list: readonly Listed[]): readonly number[] {
  const [{ source }, { destination }] = [from, to];
  const [less, more] =
    source.together.size < destination.together.size ? [source.together, destination.together] : [destination.together, source.together];
  const both = [...less].filter((at) => more.has(at));
  const counts = (at: number): boolean => {
    const listed = list[at];
    return listed !== undefined && own.includes(listed.set) && sharesTags(listed.place.rule.further?.matchTags, from.facts, to.facts);
  };
  const places = [...any, ...source.alone, ...destination.alone, ...both].filter(counts).sort((a, b) => a - b);
  const end = places.findIndex((at) => list[at]?.place.rule.service.protocol === "any" && !isInDoubt(at, from, to, list));
  return end < 0 ? places : places.slice(0, end + 1);
}

function isInDoubt(at: number, { source }: End, { destination }: End, list: readonly Listed[]): boolean {
  return source.doubtful.has(at) || destination.doubtful.has(at) || list[at]?.place.rule.further?.sourcePorts === "some";
}

/** Both ends have a tag of each of these types, and it is the same one. */
function sharesTags(types: readonly string[] | undefined, from: EndFacts, to: EndFacts): boolean {
  return types === undefined || types.every((type) => [...from.tags].some((tag) => tag.startsWith(`${type}=`) && to.tags.has(tag)));
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((number, i) => number === b[i]);
}

/** What neither of two agents drops. */
function passedByBoth(a: Connections, b: Connections): Connections {
  if (a === openConnections) return b;
  const allow = intersect(a.allow, b.allow);
  const notDenied = intersect(unite(a.allow, a.undetermined), unite(b.allow, b.undetermined));
  return { allow, undetermined: subtract(notDenied, allow) };
}

/** First match, port by port: a rule decides those of its ports that no rule before it has decided. */
function folded(rules: readonly { readonly rule: PlacedRule; readonly isDoubtful: boolean }[]): Connections {
  let [allow, undetermined, open]: [PortSet, PortSet, PortSet] = [noPorts, noPorts, allPorts];
  const doubts: { readonly ports: PortSet; readonly action: PlacedRule["action"] }[] = [];
  const settle = (ports: PortSet, action: PlacedRule["action"]): void => {
    const contested = doubts
      .filter((doubt) => doubt.action !== action)
      .reduce((sum, doubt) => unite(sum, intersect(doubt.ports, ports)), noPorts);
    undetermined = unite(undetermined, contested);
    if (action === "pass") allow = unite(allow, subtract(ports, contested));
    open = subtract(open, ports);
  };
  for (const { rule, isDoubtful } of rules) {
    const ports = intersect(open, servedPorts(rule.service));
    if (isDoubtful) doubts.push({ ports, action: rule.action });
    else settle(ports, rule.action);
  }
  settle(open, "deny");
  return { allow, undetermined };
}

/** What a rule that surely matches makes of the doubts before it: those that would decide the same do not count. */
function decided(doubts: readonly Place[], place: Place | undefined): WalkOutcome {
  const action = place?.rule.action ?? "deny";
  const [first, ...more] = doubts.filter(({ rule }) => rule.action !== action);
  if (first !== undefined) return { kind: "undetermined", doubts: [first, ...more], otherwise: place };
  return place === undefined ? { kind: "no-match" } : { kind: "match", at: place };
}

/** Spec 4.3: whether one end of a rule matches. `unknown`: the pod has no address yet, and its network does not tell either. */
function fits(
  endpoint: RuleEndpoint,
  { endpoint: end, family, tags, address }: EndFacts,
  groups: ReadonlyMap<string, AddressGroup>,
): "yes" | "no" | "unknown" {
  switch (endpoint.kind) {
    case "any":
      return "yes";
    case "tags":
      return endpoint.tags.every((tag) => tags.has(tag)) ? "yes" : "no";
    case "addressGroup": {
      const group = groups.get(endpoint.group);
      if (group === undefined) return "no";
      if (group.tags.some((tag) => tags.has(tag))) return "yes";
      if (address === undefined) return "no";
      if (address !== "not-yet-assigned") return group.cidrs.some((cidr) => inCidr(cidr, address)) ? "yes" : "no";
      const each = group.cidrs.map((cidr) => networkFits(cidr, end as Pod, family));
      return each.includes("yes") ? "yes" : each.includes("unknown") ? "unknown" : "no";
    }
    case "network":
      return "unknown";
  }
}

function networkFits(cidr: Cidr, { podNetwork }: Pod, family: Family): "yes" | "no" | "unknown" {
  if (cidr.family !== family) return "no";
  const networks = podNetwork.filter((network) => network.family === family);
  if (networks.length === 0) return "unknown";
  if (networks.every((network) => cidr.first <= network.first && network.last <= cidr.last)) return "yes";
  return networks.every((network) => network.last < cidr.first || cidr.last < network.first) ? "no" : "unknown";
}

/** Spec 4.3: the header handed to the matcher carries ports for TCP and UDP only, so an SCTP rule sees port 0 (D34). */
function serves({ protocol, dstPorts }: FirewallService, packet: Packet): boolean {
  if (protocol === "any") return true;
  if (protocol.toUpperCase() !== packet.protocol || "name" in dstPorts) return false;
  if (packet.protocol === "ICMP") return true;
  const port = packet.protocol === "SCTP" ? 0 : packet.port;
  return dstPorts.first <= port && port <= dstPorts.last;
}

function servedPorts({ protocol, dstPorts }: FirewallService): PortSet {
  switch (protocol) {
    case "any":
      return allPorts;
    case "tcp":
      return "name" in dstPorts ? noPorts : portSet("TCP", [portsFrom1(dstPorts)]);
    case "udp":
      return "name" in dstPorts ? noPorts : portSet("UDP", [portsFrom1(dstPorts)]);
    case "sctp":
      return "name" in dstPorts || dstPorts.first > 0 ? noPorts : portSet("SCTP");
    case "icmp":
    case "other":
      return noPorts;
  }
}

/** Contrail counts ports from 0 on, and nobody dials that one. */
function portsFrom1({ first, last }: PortRange): PortRange {
  return { first: Math.max(first, 1), last };
}

function lastVisited(outcome: WalkOutcome, list: readonly Place[]): number {
  switch (outcome.kind) {
    case "same-pod":
    case "not-evaluated":
      return -1;
    case "no-match":
      return list.length - 1;
    case "match":
      return list.findIndex(({ rule, policy }) => rule === outcome.at.rule && policy === outcome.at.policy);
    case "undetermined":
      return outcome.otherwise === undefined ? list.length - 1 : list.indexOf(outcome.otherwise);
  }
}
