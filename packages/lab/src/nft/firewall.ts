import type { AddressGroup, Configuration, FirewallPolicy, FirewallService, PlacedRule, RuleEndpoint } from "@netproof/core/contrail";
import type { Direction, Family, Origin } from "@netproof/core/parts";
import { doubtfulRanges, meantBy } from "./lent.ts";
import { isWholeFamily, rangesOf, rangeText, without, type Range } from "./ranges.ts";
import {
  families,
  type Cause,
  type Chain,
  type ChainRule,
  type Dispatch,
  type Ground,
  type NamedSet,
  type Ruleset,
  type Stand,
} from "./ruleset.ts";
import { rewritesOf } from "./services.ts";
import { firstMark, hex, tuple } from "./words.ts";

/**
 * Contrail's objects as rules of nftables: the list that an agent walks is one chain, first match decides, and what comes to its end is
 * denied. The agents of both ends walk the lists that their interfaces have; what one of them denies is dropped. It shares no line with
 * the walk that it is compared with.
 */
export function compileFirewall(ground: Pick<Ground, "snapshot" | "stands">, configuration: Configuration): Ruleset {
  const { stands } = ground;
  const sets = new Map<string, NamedSet>();
  const causes = new Map<number, Cause>();
  const chains = new Map<string, Chain>();
  const dispatch: Dispatch[] = [];
  const tagsOf = new Map(stands.map((stand) => [stand, tagsOn(stand, configuration)] as const));
  for (const direction of ["egress", "ingress"] as const) {
    const write = listWriter(direction, tagsOf, configuration, sets, causes);
    for (const [stand, tags] of tagsOf) {
      const policies = listFor(tags, configuration);
      if (policies.length === 0) continue;
      const key = `${direction} ${policies.map(({ name }) => name).join(" ")}`;
      const chain = chains.get(key) ?? write(policies, `${direction === "egress" ? "e" : "i"}_${chains.size + 1}`);
      chains.set(key, chain);
      dispatch.push({ direction, router: stand.router, device: stand.device, chain: chain.name, isolated: true });
    }
  }
  return { sets: [...sets.values()], chains: [...chains.values()], dispatch, rewrites: rewritesOf(ground), causes, ownNode: "judged" };
}

type Tags = ReadonlySet<string>;

/** The tags of a pod's interface; that of its project counts where it has none of this type. */
function tagsOn({ pod }: Stand, { interfaces, cluster }: Configuration): Tags {
  const own = interfaces.get(`${pod.namespace.name}/${pod.name}`)?.tags;
  if (own === undefined) return new Set();
  const tags = new Set([...own.values()].map(({ type, value }) => `${type}=${value}`));
  if (!own.has("application")) tags.add(`application=${cluster}`);
  return tags;
}

/** What an interface with these tags walks: the sets for all, that of kube-manager, those of operators. */
function listFor(tags: Tags, { applicationPolicySet, ownSets }: Configuration): readonly FirewallPolicy[] {
  const forAll = ownSets.filter(({ scope }) => scope === "all-applications");
  const tagged = [applicationPolicySet, ...ownSets.filter(({ scope }) => scope === "tagged")].filter((set) =>
    set.tags.some((tag) => tags.has(tag)),
  );
  // No interface, no agent.
  return tags.size === 0 ? [] : [...forAll, ...tagged].flatMap(({ policies }) => policies);
}

function listWriter(
  direction: Direction,
  tagsOf: ReadonlyMap<Stand, Tags>,
  { addressGroups }: Configuration,
  sets: Map<string, NamedSet>,
  causes: Map<number, Cause>,
): (policies: readonly FirewallPolicy[], name: string) => Chain {
  const marked = (cause: Cause): string => {
    const mark = firstMark + causes.size;
    causes.set(mark, cause);
    return hex(mark);
  };
  const action = (mark: string, outcome: "allow" | "deny"): string =>
    `meta mark set ${mark} ${outcome === "allow" ? "return" : `goto deny_${direction}`}`;

  const named = (type: string, prefix: string, interval: boolean, elements: readonly string[], about: string): string => {
    const key = `${type} ${elements.join()}`;
    const known = sets.get(key) ?? { name: `${prefix}${sets.size + 1}`, type, interval, elements, about };
    sets.set(key, known);
    return known.name;
  };

  /** The addresses of one end as a match, and those of which nobody can tell; undefined where it can be nobody. */
  const endMatch = (endpoint: RuleEndpoint, side: "saddr" | "daddr", family: Family): EndMatch => {
    const inRanges = (ranges: readonly Range<bigint>[], about: string): Match | undefined => {
      if (ranges.length === 0) return undefined;
      if (isWholeFamily(ranges, family)) return { text: `meta nfproto ipv${family}`, uses: [] };
      const texts = ranges.map((range) => rangeText(range, family));
      const set = named(`ipv${family}_addr`, `a${family}_`, true, texts, about);
      return { text: `${family === 4 ? "ip" : "ip6"} ${side} @${set}`, uses: [set] };
    };
    switch (endpoint.kind) {
      case "any":
        return { sure: anybody, doubtful: undefined };
      case "tags":
        return { sure: inRanges(rangesOfPods(podsWith(endpoint.tags), family), endpoint.tags.join(" ")), doubtful: undefined };
      case "addressGroup": {
        const group = addressGroups.get(endpoint.group);
        if (group === undefined) return { sure: undefined, doubtful: undefined };
        const { sure, doubtful } = rangesOfGroup(group, family);
        return { sure: inRanges(sure, group.name), doubtful: inRanges(doubtful, `addresses that the lab has lent, for ${group.name}`) };
      }
      case "network":
        throw new Error(`a rule for the network ${endpoint.name} cannot be lowered: no manifest tells who is in it`);
    }
  };

  const podsWith = (tags: readonly string[]): readonly Stand[] =>
    [...tagsOf].filter(([, own]) => tags.every((tag) => own.has(tag))).map(([stand]) => stand);

  const rangesOfGroup = (
    { cidrs, tags }: AddressGroup,
    family: Family,
  ): { sure: readonly Range<bigint>[]; doubtful: readonly Range<bigint>[] } => {
    const tagged = rangesOfPods(
      tags.flatMap((tag) => podsWith([tag])),
      family,
    );
    const blocks = rangesOf(cidrs, family);
    const doubtful = without(doubtfulRanges(blocks, [...tagsOf.keys()], family), tagged);
    return { sure: joined([...without(blocks, doubtful), ...tagged]), doubtful };
  };

  const serviceMatch = ({ protocol, dstPorts }: FirewallService): Match | undefined => {
    switch (protocol) {
      case "any":
        return anybody;
      case "tcp":
      case "udp": {
        if ("name" in dstPorts) return undefined;
        const { first, last } = dstPorts;
        const set = named(
          "inet_proto . inet_service",
          "p_",
          true,
          [`${protocol} . ${first === last ? first : `${first}-${last}`}`],
          "a service",
        );
        return { text: `meta l4proto . th dport @${set}`, uses: [set] };
      }
      case "sctp":
        // The agent hands the matcher no port of SCTP, so a rule sees 0 (D34).
        return "name" in dstPorts || dstPorts.first > 0 ? undefined : { text: "meta l4proto sctp", uses: [] };
      case "icmp":
      case "other":
        return undefined;
    }
  };

  const rulesOf = (policy: FirewallPolicy, rule: PlacedRule): readonly ChainRule[] => {
    if (rule.further !== undefined)
      throw new Error(`the rule ${rule.name} of an operator cannot be lowered: it asks for more than a flow tells`);
    const service = serviceMatch(rule.service);
    if (service === undefined) return [];
    const { endpoint1, endpoint2, from } = rule;
    const outcome = rule.action === "pass" ? "allow" : "deny";
    const firewall = { policy, rule };
    const decide = once(() => action(marked({ kind: "firewall-rule", direction, outcome, firewall }), outcome));
    const doubt = once(() => marked({ kind: "firewall-doubt", direction, outcome, question: "address-not-assigned", firewall }));
    if (endpoint1.kind === "any" && endpoint2.kind === "any") return [ruleOf([service], decide(), from)];
    return families.flatMap((family) => {
      const [source, target] = [endMatch(endpoint1, "saddr", family), endMatch(endpoint2, "daddr", family)];
      const rules: ChainRule[] = [];
      const perhaps = ([a, b]: readonly [Match | undefined, Match | undefined]): void => {
        if (a === undefined || b === undefined) return;
        const record = `meta mark set ${doubt()} add @doubts_${direction}${family} { ${tuple(family)} . meta mark } meta mark set 0`;
        rules.push(ruleOf([a, b, service], record, from));
      };
      perhaps([source.doubtful, target.sure]);
      perhaps([source.sure, target.doubtful]);
      perhaps([source.doubtful, target.doubtful]);
      if (source.sure !== undefined && target.sure !== undefined) rules.push(ruleOf([source.sure, target.sure, service], decide(), from));
      return rules;
    });
  };

  return (policies, name) => {
    const rules = policies.flatMap((policy) => policy.rules.flatMap((rule) => rulesOf(policy, rule)));
    const end = ruleOf([], action(marked({ kind: "list-end", direction, outcome: "deny" }), "deny"), []);
    return { name, direction, rules: [...rules, end], about: `the walk of ${policies.length} policies` };
  };
}

interface Match {
  readonly text: string;
  readonly uses: readonly string[];
}

interface EndMatch {
  readonly sure: Match | undefined;
  readonly doubtful: Match | undefined;
}

const anybody: Match = { text: "", uses: [] };

function ruleOf(matches: readonly Match[], action: string, from: readonly Origin[]): ChainRule {
  const texts = [...matches.map(({ text }) => text), action].filter((text) => text !== "");
  return { text: texts.join(" "), uses: matches.flatMap(({ uses }) => uses), from };
}

function rangesOfPods(stands: readonly Stand[], family: Family): readonly Range<bigint>[] {
  return joined(stands.flatMap(({ addresses }) => addresses.flatMap(({ address }) => meantBy(address, family))));
}

/** Ranges that touch or overlap become one: nft refuses elements of a set that overlap. */
function joined(ranges: readonly Range<bigint>[]): readonly Range<bigint>[] {
  const merged: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of [...ranges].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = merged.at(-1);
    if (before === undefined || first > before.last + 1n) merged.push({ first, last });
    else if (last > before.last) before.last = last;
  }
  return merged;
}

/** A mark is taken when a rule needs it, and then it is the same for both families. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
