import { compareTexts } from "../text/diagnostic.ts";
import type { Origin } from "../text/source.ts";
import type { Imported } from "./imported.ts";
import type { Configuration, FirewallPolicy, FirewallRule, FirewallService, PlacedRule, RuleEndpoint } from "./objects.ts";

/**
 * What is wrong with an object that kube-manager should have written:
 * - `missing`, `extra`: it is not there, or nothing in the manifests asks for it;
 * - `changed`: it does something else;
 * - `reordered`: it stands elsewhere in its list than it should;
 * - `half-applied`: of one NetworkPolicy some objects are there and others are not, as after an event that failed (D48).
 */
export type DriftKind = "missing" | "extra" | "changed" | "reordered" | "half-applied";

export interface Drift {
  readonly kind: DriftKind;
  readonly object: "application policy set" | "firewall policy" | "rule" | "address group";
  readonly name: string;
  /** The list it stands in, or should: a firewall policy, or the set. */
  readonly holder: string | undefined;
  /** What differs, as `found` against `expected`; empty where the object itself is all there is to say. */
  readonly parts: readonly { readonly part: string; readonly expected: string; readonly found: string }[];
  /** The lines of the manifests that ask for it. */
  readonly from: readonly Origin[];
  /** Where it stands in the dump. */
  readonly at: Origin | undefined;
}

/** What the dump holds besides what was compared. */
export interface NotCompared {
  /** Sets and policies that no kube-manager has made: they count for packets and are nobody's drift. */
  readonly own: readonly string[];
  /** Firewall policies and rules of namespaces that the manifests do not have. */
  readonly others: readonly string[];
}

export interface Comparison extends NotCompared {
  readonly drift: readonly Drift[];
}

/**
 * Compares what is there with what a kube-manager would have written. Lists are compared by the order of what both have, since numbers
 * depend on what has been there before (spec 2.2); inside the three fixed policies order changes nothing. `namespaces` are those that the
 * manifests have: of others nothing is said.
 */
export function driftBetween(expected: Configuration, imported: Imported, namespaces: ReadonlySet<string>): Comparison {
  const { configuration, policies, rules, groups, set } = imported;
  const { cluster } = configuration;
  const wanted = renamed(expected, cluster);
  const drift: Drift[] = [];
  const [own, others]: [string[], string[]] = [configuration.ownSets.map(({ name }) => `application policy set ${name}`), []];
  const should = wanted.applicationPolicySet;
  const is = configuration.applicationPolicySet;
  const parts = difference("tags", tagsText(should.tags), tagsText(is.tags));
  if (parts.length > 0)
    drift.push({ kind: "changed", object: "application policy set", name: is.name, holder: undefined, parts, from: [], at: set });

  const found = new Map(is.policies.map((policy) => [policy.name, policy]));
  const known = new Map(should.policies.map((policy) => [policy.name, policy]));
  const halves = halfApplied(should.policies, found, cluster);
  for (const policy of should.policies) {
    const there = found.get(policy.name);
    if (there === undefined) {
      const kind = halves.has(policy.name) ? "half-applied" : "missing";
      drift.push({
        kind,
        object: "firewall policy",
        name: policy.name,
        holder: is.name,
        parts: halves.get(policy.name) ?? [],
        from: policy.from,
        at: undefined,
      });
    } else drift.push(...rulesDrift(policy, there));
  }
  for (const policy of is.policies) {
    if (known.has(policy.name)) continue;
    const space = namespaceIn(policy.name, `${cluster}-`, namespaces);
    if (!policy.name.startsWith(`${cluster}-`)) own.push(`firewall policy ${policy.name}`);
    else if (space === undefined) others.push(`firewall policy ${policy.name}`);
    else
      drift.push({
        kind: "extra",
        object: "firewall policy",
        name: policy.name,
        holder: is.name,
        parts: [],
        from: [],
        at: policies.get(policy.name),
      });
  }
  drift.push(...reordered(should.policies, is.policies, { object: "firewall policy", holder: is.name, at: policies }));
  for (const [name, group] of wanted.addressGroups) {
    const there = configuration.addressGroups.get(name);
    const cidrs = group.cidrs.map(({ text }) => text).join(" ");
    if (there === undefined) {
      drift.push({ kind: "missing", object: "address group", name, holder: undefined, parts: [], from: group.from, at: undefined });
      continue;
    }
    const differs = difference("prefix", cidrs, there.cidrs.map(({ text }) => text).join(" "));
    if (differs.length > 0)
      drift.push({
        kind: "changed",
        object: "address group",
        name,
        holder: undefined,
        parts: differs,
        from: group.from,
        at: groups.get(name),
      });
  }
  return { drift, own, others };

  function rulesDrift(policy: FirewallPolicy, there: FirewallPolicy): readonly Drift[] {
    const list: Drift[] = [];
    const isFixed = fixedNames(cluster).has(policy.name);
    const rulesThere = byName(there.rules);
    const expectedRules = byName(policy.rules);
    for (const [name, rule] of expectedRules) {
      const one = rulesThere.get(name);
      const common = { object: "rule", name, holder: policy.name, from: rule.from } as const;
      if (one === undefined) {
        const half = halves.get(name);
        list.push({ ...common, kind: half === undefined ? "missing" : "half-applied", parts: half ?? [], at: policies.get(policy.name) });
        continue;
      }
      const differs = ruleParts(rule, one);
      if (differs.length > 0) list.push({ ...common, kind: "changed", parts: differs, at: rules.get(name) });
    }
    for (const [name] of rulesThere) {
      if (expectedRules.has(name)) continue;
      const isOther = isFixed && namespaceOfFixed(name, cluster, namespaces) === undefined;
      const isOwn = isFixed && !looksMade(name, cluster);
      if (isOwn) own.push(`rule ${name} of ${policy.name}`);
      else if (isOther) others.push(`rule ${name} of ${policy.name}`);
      else list.push({ kind: "extra", object: "rule", name, holder: policy.name, parts: [], from: [], at: rules.get(name) });
    }
    if (!isFixed) list.push(...reordered(policy.rules, there.rules, { object: "rule", holder: policy.name, at: rules }));
    return list;
  }
}

type Parts = Drift["parts"];

/** A kube-manager of another cluster name would have written the same under that name. */
function renamed(expected: Configuration, cluster: string): Configuration {
  if (expected.cluster === cluster) return expected;
  const rename = (name: string): string =>
    name.startsWith(`${expected.cluster}-`) ? `${cluster}${name.slice(expected.cluster.length)}` : name;
  const { applicationPolicySet: set } = expected;
  const policies = set.policies.map((policy) => ({
    ...policy,
    name: rename(policy.name),
    // Rules of policies begin with their namespace; those of the fixed policies with the cluster.
    rules: policy.rules.map((rule) =>
      rule.purpose.kind === "namespace" || rule.purpose.kind === "ingress" ? { ...rule, name: rename(rule.name) } : rule,
    ),
  }));
  const tags = set.tags.map((tag) => (tag === `application=${expected.cluster}` ? `application=${cluster}` : tag));
  return { ...expected, cluster, applicationPolicySet: { name: cluster, tags, policies } };
}

function fixedNames(cluster: string): ReadonlySet<string> {
  return new Set([`${cluster}-Ingress`, `${cluster}-denyall`, `${cluster}-allowall`]);
}

/**
 * By the name of what is missing: of a NetworkPolicy its firewall policy is there and a deny rule is not, or the other way round. What
 * stands says what became of it.
 */
function halfApplied(
  policies: readonly FirewallPolicy[],
  found: ReadonlyMap<string, FirewallPolicy>,
  cluster: string,
): ReadonlyMap<string, Parts> {
  const denies = policies.find(({ name }) => name === `${cluster}-denyall`)?.rules ?? [];
  const standing = new Set(found.get(`${cluster}-denyall`)?.rules.map(({ name }) => name));
  const halves = new Map<string, Parts>();
  for (const { name, policy } of policies) {
    if (policy === undefined) continue;
    const own = denies.filter(
      ({ purpose }) => purpose.kind === "isolation" && purpose.policy.namespace === policy.namespace && purpose.policy.name === policy.name,
    );
    const there = own.filter((rule) => standing.has(rule.name));
    if (!found.has(name) && there.length > 0)
      halves.set(name, [{ part: "of it", expected: "passes and denies", found: `only ${there.map((rule) => rule.name).join(", ")}` }]);
    if (found.has(name))
      for (const rule of own)
        if (!standing.has(rule.name))
          halves.set(rule.name, [{ part: `of ${name}`, expected: "passes and denies", found: "only its passes" }]);
  }
  return halves;
}

/** What must be moved: the fewest that stand elsewhere among those that both lists have. */
function reordered(
  should: readonly { readonly name: string; readonly from: readonly Origin[] }[],
  is: readonly { readonly name: string }[],
  list: { readonly object: Drift["object"]; readonly holder: string; readonly at: ReadonlyMap<string, Origin> },
): readonly Drift[] {
  const there = new Map([...new Set(is.map(({ name }) => name))].map((name, at) => [name, at]));
  const common = [...new Map(should.map((one) => [one.name, one])).values()].filter(({ name }) => there.has(name));
  const staying = longestAscending(common.map(({ name }) => there.get(name) as number));
  const ordered = [...common].sort((a, b) => (there.get(a.name) as number) - (there.get(b.name) as number));
  return common.flatMap(({ name, from }, at): readonly Drift[] => {
    if (staying.has(at)) return [];
    const foundAt = ordered.findIndex((one) => one.name === name);
    const [after, afterThere] = [common[at - 1]?.name, ordered[foundAt - 1]?.name];
    const parts = [{ part: "place", expected: placeText(after), found: placeText(afterThere) }];
    return [{ kind: "reordered", object: list.object, name, holder: list.holder, parts, from, at: list.at.get(name) }];
  });
}

function placeText(after: string | undefined): string {
  return after === undefined ? "first" : `behind ${after}`;
}

/** The places of a longest ascending part, the earliest one. */
function longestAscending(numbers: readonly number[]): ReadonlySet<number> {
  const lengths = numbers.map(() => 1);
  const before = numbers.map(() => -1);
  let best = -1;
  numbers.forEach((number, i) => {
    for (let j = 0; j < i; j++) {
      if ((numbers[j] as number) < number && (lengths[j] as number) + 1 > (lengths[i] as number)) {
        lengths[i] = (lengths[j] as number) + 1;
        before[i] = j;
      }
    }
    if (best < 0 || (lengths[i] as number) > (lengths[best] as number)) best = i;
  });
  const places = new Set<number>();
  for (let at = best; at >= 0; at = before[at] as number) places.add(at);
  return places;
}

/** The last rule of a name counts (rule U); one that serves several services stands several times. */
function byName(rules: readonly PlacedRule[]): ReadonlyMap<string, PlacedRule> {
  return new Map(rules.map((rule) => [rule.name, rule]));
}

function ruleParts(should: FirewallRule, is: FirewallRule): Parts {
  return [
    ...difference("action", should.action, is.action),
    ...difference("service", serviceWords(should.service), serviceWords(is.service)),
    ...difference("endpoint 1", endpointWords(should.endpoint1), endpointWords(is.endpoint1)),
    ...difference("endpoint 2", endpointWords(should.endpoint2), endpointWords(is.endpoint2)),
    ...difference(
      "match tags",
      "none",
      is.further === undefined || is.further.matchTags.length === 0 ? "none" : is.further.matchTags.join(" "),
    ),
    ...difference("source ports", "all", is.further?.sourcePorts ?? "all"),
  ];
}

function difference(part: string, expected: string, found: string): Parts {
  return expected === found ? [] : [{ part, expected, found }];
}

function serviceWords({ protocol, dstPorts }: FirewallService): string {
  if ("name" in dstPorts) return `${protocol} ${dstPorts.name}`;
  // Agents ignore the ports of any (D35).
  if (protocol === "any") return "any";
  const { first, last } = dstPorts;
  return `${protocol} ${first === last ? first : `${first}-${last}`}`;
}

function endpointWords(endpoint: RuleEndpoint): string {
  switch (endpoint.kind) {
    case "any":
      return "any";
    case "tags":
      return tagsText(endpoint.tags);
    case "addressGroup":
      return endpoint.group;
    case "network":
      return `network ${endpoint.name}`;
  }
}

function tagsText(tags: readonly string[]): string {
  return tags.length === 0 ? "none" : [...new Set(tags)].sort(compareTexts).join(" ");
}

/** The namespace that a name goes on with behind its beginning; the longest one where several fit. */
function namespaceIn(name: string, beginning: string, namespaces: ReadonlySet<string>): string | undefined {
  if (!name.startsWith(beginning)) return undefined;
  const rest = name.slice(beginning.length);
  return [...namespaces].filter((space) => rest.startsWith(`${space}-`)).sort((a, b) => b.length - a.length)[0];
}

function namespaceOfFixed(name: string, cluster: string, namespaces: ReadonlySet<string>): string | undefined {
  for (const beginning of [`${cluster}-Namespace-`, `${cluster}-Ingress-`, ""]) {
    const found = namespaceIn(name, beginning, namespaces);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether kube-manager gives such names to rules of its fixed policies. */
function looksMade(name: string, cluster: string): boolean {
  return (
    name.startsWith(`${cluster}-Namespace-`) ||
    name.startsWith(`${cluster}-Ingress-`) ||
    /-ingress-.+-denyall$|-egress-.+-default-deny-all$/.test(name)
  );
}
