import type { ClusterPolicy, Direction, Family, NetworkPolicy, Origin, Peer, Pod, Protocol, Rule, TierRule } from "@netproof/core/parts";
import { doubtfulRanges } from "./lent.ts";
import { addressText, isWholeFamily, mergePorts, rangesOf, rangeText, wholeFamily, without, type Range } from "./ranges.ts";
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
import { isClusterSubjectOf, isPeerNamespace, selects } from "./select.ts";
import { firstMark, hex, tuple } from "./words.ts";

/**
 * Policies as rules of nftables. Pods that the same policies speak of share a chain. In a chain the first match decides: an entry
 * that allows returns to the caller, what is left behind isolating policies is denied. The kernel alone evaluates this.
 */
export function compile(ground: Ground): Ruleset {
  const sets = new Map<string, NamedSet>();
  const chains = new Map<string, readonly Chain[]>();
  const causes = new Map<number, Cause>();
  const dispatch: Dispatch[] = [];
  const spokenOfBy = lookupOf(ground);
  for (const direction of ["egress", "ingress"] as const) {
    const writer = chainWriter(ground, direction, sets, causes);
    for (const stand of ground.stands) {
      const spokenOf = spokenOfBy(stand.pod, direction);
      if (spokenOf.isolating.length + spokenOf.admin.length + spokenOf.baseline.length === 0) continue;
      const key = `${direction} ${spokenOf.key}`;
      const written = chains.get(key) ?? writer(spokenOf, `${direction === "egress" ? "e" : "i"}_${chains.size + 1}`);
      chains.set(key, written);
      dispatch.push({
        direction,
        router: stand.router,
        device: stand.device,
        chain: (written[0] as Chain).name,
        isolated: spokenOf.isolating.length > 0,
      });
    }
  }
  return {
    sets: [...sets.values()],
    chains: [...chains.values()].flat(),
    dispatch,
    rewrites: rewritesOf(ground),
    causes,
    ownNode: "exempt",
  };
}

/** The policies that speak of a pod in one direction; the key is equal for pods that the same ones speak of. */
interface SpokenOf {
  readonly key: string;
  readonly isolating: readonly NetworkPolicy[];
  readonly admin: readonly ClusterPolicy[];
  readonly baseline: readonly ClusterPolicy[];
}

/** What policies speak of a pod; looked up by namespace, as most clusters have many. */
function lookupOf({ snapshot }: Ground): (pod: Pod, direction: Direction) => SpokenOf {
  const numbers = new Map<object, number>([...snapshot.policies, ...snapshot.clusterPolicies].map((policy, i) => [policy, i]));
  const byNamespace = grouped(snapshot.policies, ({ name }) => name.namespace);
  const tier = (pod: Pod, direction: Direction, name: "Admin" | "Baseline"): readonly ClusterPolicy[] =>
    snapshot.clusterPolicies
      .filter((policy) => policy.tier === name && policy[direction].length > 0 && isClusterSubjectOf(policy, pod))
      // Where two of equal priority decide differently, an implementation may choose (C3): this one goes by the name.
      .sort((a, b) => a.priority - b.priority || (a.name.name < b.name.name ? -1 : 1));
  return (pod, direction) => {
    const own = byNamespace.get(pod.namespace.name) ?? [];
    const isolating = own.filter((policy) => policy[direction] !== undefined && selects(policy.subject, pod.labels));
    const [admin, baseline] = [tier(pod, direction, "Admin"), tier(pod, direction, "Baseline")];
    const key = [isolating, admin, baseline].map((policies) => policies.map((policy: object) => numbers.get(policy)).join()).join(" ");
    return { key, isolating, admin, baseline };
  };
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Writes the chains of one class. The first is where its devices jump to; a Pass of the Admin tier goes to the second. */
function chainWriter(
  ground: Ground,
  direction: Direction,
  sets: Map<string, NamedSet>,
  causes: Map<number, Cause>,
): (spokenOf: SpokenOf, name: string) => readonly Chain[] {
  const write = entryWriter(ground, direction, sets);

  const marked = (cause: Cause): string => {
    const mark = firstMark + causes.size;
    causes.set(mark, cause);
    return hex(mark);
  };
  const allow = (cause: Cause): Action => ({ text: `meta mark set ${marked(cause)} return`, uses: [] });
  const deny = (cause: Cause): Action => ({ text: `meta mark set ${marked(cause)} goto deny_${direction}`, uses: [] });

  /** Entries whose match depends on an address that is not known: written down, and then the chain goes on. */
  const doubts = (entries: readonly Entry[], outcome: "allow" | "deny" | undefined): readonly ChainRule[] =>
    entries.flatMap(({ rule, peer, port }) => {
      if (typeof peer !== "object") return [];
      return families.flatMap((family) => {
        const question = peer.kind === "domainNames" ? "domain-name" : "address-not-assigned";
        const doubtful = write.doubtful(peer, family);
        if (doubtful === undefined) return [];
        const noted = marked({ kind: "doubt", direction, outcome, question, rule, peer });
        const record = {
          text: `meta mark set ${noted} add @doubts_${direction}${family} { ${tuple(family)} . meta mark } meta mark set 0`,
          uses: [],
        };
        return write.ports(port, family).map((ports) => ruleOf([doubtful, ports], record, [peer.origin]));
      });
    });

  const networkPolicyRules = (policies: readonly NetworkPolicy[]): readonly ChainRule[] => {
    const entries = policies.flatMap((policy) => (policy[direction] ?? []).flatMap(entriesOf));
    const allowing = entries.flatMap((entry) => {
      const { rule, peer } = entry;
      return write.rules(entry, () => allow({ kind: "rule", direction, outcome: "allow", rule: rule as Rule, peer }));
    });
    const isolation = deny({ kind: "isolation", direction, outcome: "deny", policies });
    const from = policies.map(({ isolatesAt }) => isolatesAt[direction]);
    return [...allowing, ...doubts(entries, "allow"), ruleOf([], isolation, from)];
  };

  const tierRules = (policies: readonly ClusterPolicy[], pass: Action): readonly ChainRule[] =>
    policies.flatMap((policy) => policy[direction].flatMap((rule) => tierRule(policy, rule, pass)));

  const tierRule = (policy: ClusterPolicy, rule: TierRule, pass: Action): readonly ChainRule[] => {
    const cause = (outcome: "allow" | "deny", peer: "any" | Peer): Cause => ({ kind: "tier-rule", direction, outcome, rule, peer, policy });
    const unknown = rule.peers.find(({ kind }) => kind === "unknown");
    if (unknown !== undefined) {
      // C11: a rule with a peer that nobody understands fails closed.
      return rule.action === "Accept" ? [] : [ruleOf([], deny(cause("deny", unknown)), [unknown.origin])];
    }
    const actions = {
      Accept: (peer: "any" | Peer) => allow(cause("allow", peer)),
      Deny: (peer: "any" | Peer) => deny(cause("deny", peer)),
      Pass: () => pass,
    };
    const doubted = { Accept: "allow", Deny: "deny", Pass: undefined } as const;
    const entries = entriesOf(rule);
    return [
      ...doubts(entries, doubted[rule.action]),
      ...entries.flatMap((entry) => write.rules(entry, () => actions[rule.action](entry.peer))),
    ];
  };

  return ({ isolating, admin, baseline }, name) => {
    const about = [...admin, ...isolating, ...baseline]
      .map((policy) => ("namespace" in policy.name ? `${policy.name.namespace}/${policy.name.name}` : policy.name.name))
      .join(", ");
    const leave: Action = { text: "return", uses: [] };
    // C4: a NetworkPolicy is final for the direction in which it isolates; only without one is the Baseline asked.
    const behindAdmin = isolating.length > 0 ? networkPolicyRules(isolating) : tierRules(baseline, leave);
    if (admin.length === 0) return [{ name, direction, rules: behindAdmin, about }];
    const rest = `${name}_rest`;
    const goOn: Action = { text: `goto ${rest}`, uses: [rest] };
    return [
      { name, direction, rules: [...tierRules(admin, goOn), ruleOf([], goOn, [])], about },
      { name: rest, direction, rules: behindAdmin, about: `${about}: behind the Admin tier` },
    ];
  };
}

/** One peer of one rule, with the rule's ports: each becomes rules of its own, so that each is known by its own line. */
interface Entry {
  readonly rule: Rule | TierRule;
  readonly peer: "any" | Peer;
  readonly port: Rule["ports"];
}

function entriesOf(rule: Rule | TierRule): readonly Entry[] {
  const peers: readonly ("any" | Peer)[] = rule.peers === "any" ? ["any"] : rule.peers;
  return peers.map((peer) => ({ rule, peer, port: rule.ports }));
}

/** A part of a rule: its words, and the sets and chains that they name. */
interface Words {
  readonly text: string;
  readonly uses: readonly string[];
}

type Action = Words;
type Match = Words;

const always: Match = { text: "", uses: [] };

function ruleOf(matches: readonly Match[], action: Action, from: readonly Origin[]): ChainRule {
  const parts = [...matches, action];
  return {
    text: parts
      .map(({ text }) => text)
      .filter((text) => text !== "")
      .join(" "),
    uses: parts.flatMap(({ uses }) => uses),
    from,
  };
}

function entryWriter(ground: Ground, direction: Direction, sets: Map<string, NamedSet>) {
  const byNamespace = grouped(ground.stands, ({ pod }) => pod.namespace.name);
  const side = direction === "ingress" ? "saddr" : "daddr";
  const prefixes: Record<string, string> = {
    ipv4_addr: "a4_",
    ipv6_addr: "a6_",
    "inet_proto . inet_service": "p_",
    "ipv4_addr . inet_proto . inet_service": "n4_",
    "ipv6_addr . inet_proto . inet_service": "n6_",
  };

  /** Equal sets are one set: a kernel looks through the names of all sets for each that has none. */
  const named = (type: string, interval: boolean, elements: readonly string[], about: string): string => {
    const key = `${type} ${interval} ${elements.join()}`;
    const known = sets.get(key);
    if (known !== undefined) return known.name;
    const set: NamedSet = { name: `${prefixes[type] ?? "s_"}${sets.size + 1}`, type, interval, elements, about };
    sets.set(key, set);
    return set.name;
  };

  const inSet = (family: Family, name: string): Match => ({ text: `${keyword(family)} ${side} @${name}`, uses: [name] });

  const inRanges = (ranges: readonly Range<bigint>[], family: Family, about: string): Match | undefined => {
    if (ranges.length === 0) return undefined;
    if (isWholeFamily(ranges, family)) return ofFamily(family);
    return inSet(
      family,
      named(
        addressType(family),
        true,
        ranges.map((range) => rangeText(range, family)),
        about,
      ),
    );
  };

  const oneOf = (
    addresses: readonly { readonly family: Family; readonly value: bigint }[],
    family: Family,
    about: string,
  ): Match | undefined => {
    const texts = [...new Set(addresses.filter((address) => address.family === family).map(addressText))].sort();
    return texts.length === 0 ? undefined : inSet(family, named(addressType(family), false, texts, about));
  };

  /** The addresses that a peer means; undefined when there are none in this family. */
  const peerMatch = (peer: Peer, own: string | undefined, family: Family): Match | undefined => {
    switch (peer.kind) {
      case "ipBlock":
      case "networks":
        return inRanges(without(blockRanges(peer, family), doubtfulRangesOf(peer, family)), family, blockText(peer));
      case "pods":
        return oneOf(
          standsMeant(peer, own).flatMap(({ addresses }) => addresses.map(({ address }) => address)),
          family,
          "pods of a selector",
        );
      case "nodes":
        return oneOf(
          ground.snapshot.nodes.filter((node) => selects(peer.nodes, node.labels)).flatMap(ground.addressesOf),
          family,
          "nodes of a selector",
        );
      case "domainNames":
      case "unknown":
        return undefined;
    }
  };

  // A namespace is asked once, not once per pod.
  const standsMeant = (peer: Extract<Peer, { kind: "pods" }>, own: string | undefined): readonly Stand[] =>
    [...byNamespace.values()]
      .filter(([first]) => first !== undefined && isPeerNamespace(peer, own, first.pod.namespace))
      .flatMap((stands) => stands.filter(({ pod }) => selects(peer.pods, pod.labels)));

  const doubtfulRangesOf = (peer: BlockPeer, family: Family): readonly Range<bigint>[] =>
    doubtfulRanges(blockRanges(peer, family), ground.stands, family);

  const doubtful = (peer: Peer, family: Family): Match | undefined => {
    if (peer.kind === "ipBlock" || peer.kind === "networks") {
      return inRanges(rangesOfSingles(doubtfulRangesOf(peer, family)), family, `addresses that the lab has lent, for ${blockText(peer)}`);
    }
    if (peer.kind !== "domainNames") return undefined;
    // C10: a domain name may mean any address outside, never a pod's.
    const pods = rangesOfSingles(
      ground.stands.flatMap(({ addresses }) =>
        addresses.filter(({ address }) => address.family === family).map(({ address: { value } }) => ({ first: value, last: value })),
      ),
    );
    return inRanges(without([wholeFamily(family)], pods), family, "everything that is no pod");
  };

  /** The rule's ports as one match, or two where names are among them: these are looked up by the pod that receives. */
  const ports = (wanted: Rule["ports"], family: Family): readonly Match[] => {
    if (wanted === "any") return [always];
    const numbers: string[] = [];
    for (const protocol of ["TCP", "UDP", "SCTP"] as const) {
      const ranges = wanted.flatMap((one) => {
        if (one.protocol !== protocol) return [];
        if (one.port === "any") return [{ first: 0, last: 65535 }];
        return "name" in one.port ? [] : [one.port];
      });
      for (const { first, last } of mergePorts(ranges)) numbers.push(`${word(protocol)} . ${first === last ? first : `${first}-${last}`}`);
    }
    const declared = new Set<string>();
    for (const one of wanted) {
      if (one.port === "any" || !("name" in one.port)) continue;
      for (const stand of ground.stands)
        for (const element of declaredAs(stand, one.port.name, one.protocol, family)) declared.add(element);
    }
    const matches: Match[] = [];
    if (numbers.length > 0) {
      const name = named("inet_proto . inet_service", true, numbers, "ports by number");
      matches.push({ text: `meta l4proto . th dport @${name}`, uses: [name] });
    }
    if (declared.size > 0) {
      const name = named(`${addressType(family)} . inet_proto . inet_service`, false, [...declared].sort(), "ports by name");
      matches.push({ text: `${keyword(family)} daddr . meta l4proto . th dport @${name}`, uses: [name] });
    }
    return matches;
  };

  /** All rules of one entry. */
  const rules = ({ rule, peer, port }: Entry, action: () => Action): readonly ChainRule[] => {
    const own = "namespace" in rule.policy ? rule.policy.namespace : undefined;
    const from = [peer === "any" ? rule.origin : peer.origin];
    const byNumber = port === "any" || port.every((one) => one.port === "any" || !("name" in one.port));
    // Without a peer and a name nothing depends on the family.
    const written = peer === "any" && byNumber ? ports(port, 4).map((match) => [match]) : families.flatMap((family) => inFamily(family));
    if (written.length === 0) return [];
    const done = action();
    return written.map((matches) => ruleOf(matches, done, from));

    function inFamily(family: Family): readonly (readonly Match[])[] {
      const ends = peer === "any" ? ofFamily(family) : peerMatch(peer, own, family);
      return ends === undefined ? [] : ports(port, family).map((match) => [ends, match]);
    }
  };

  return { rules, doubtful, ports };
}

type BlockPeer = Extract<Peer, { kind: "ipBlock" | "networks" }>;

function blockRanges(peer: BlockPeer, family: Family): readonly Range<bigint>[] {
  if (peer.kind === "networks") return rangesOf(peer.cidrs, family);
  return without(rangesOf([peer.cidr], family), rangesOf(peer.except, family));
}

function blockText(peer: BlockPeer): string {
  if (peer.kind === "networks") return peer.cidrs.map(({ text }) => text).join(", ");
  return peer.except.length === 0 ? peer.cidr.text : `${peer.cidr.text} except ${peer.except.map(({ text }) => text).join(", ")}`;
}

/** Single addresses that stand side by side become one range. */
function rangesOfSingles(singles: readonly Range<bigint>[]): readonly Range<bigint>[] {
  const merged: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of [...singles].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before.last + 1n) before.last = last > before.last ? last : before.last;
    else merged.push({ first, last });
  }
  return merged;
}

/** S6, C7: the numbers that a pod declares under a name; a port without a protocol of its own takes any. */
function declaredAs({ pod, addresses }: Stand, name: string, protocol: Protocol | "declared", family: Family): readonly string[] {
  return pod.ports
    .filter((declared) => declared.name === name && (protocol === "declared" || declared.protocol === protocol))
    .flatMap((declared) =>
      addresses
        .filter(({ address }) => address.family === family)
        .map(({ address }) => `${addressText(address)} . ${word(declared.protocol)} . ${declared.port}`),
    );
}

function ofFamily(family: Family): Match {
  return { text: `meta nfproto ipv${family}`, uses: [] };
}

function keyword(family: Family): string {
  return family === 4 ? "ip" : "ip6";
}

function addressType(family: Family): string {
  return `ipv${family}_addr`;
}

function word(protocol: Protocol): string {
  return protocol.toLowerCase();
}
