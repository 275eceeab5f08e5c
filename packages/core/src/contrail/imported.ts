import { parseCidr, type Cidr } from "../net/cidr.ts";
import type { PortRange } from "../net/ports.ts";
import type { SkippedEntry } from "../model/ledger.ts";
import { compareTexts, type Diagnostic } from "../text/diagnostic.ts";
import { spanOf, type Origin } from "../text/source.ts";
import { collections, readDump, sayOfDump, type DumpDocument, type DumpKind, type DumpObject, type DumpObjects } from "./dump.ts";
import { child, items, type Field } from "./fields.ts";
import {
  anyEndpoint,
  type AddressGroup,
  type ApplicationPolicySet,
  type Configuration,
  type FirewallPolicy,
  type FirewallService,
  type FurtherConditions,
  type OwnPolicySet,
  type PlacedRule,
  type RuleEndpoint,
} from "./objects.ts";

/** The objects of a dump as agents would walk them, on the interfaces that the manifests' pods have. */
export interface Imported {
  readonly configuration: Configuration;
  /** Where the objects of the cluster's set stand in the dump, by name. */
  readonly policies: ReadonlyMap<string, Origin>;
  readonly rules: ReadonlyMap<string, Origin>;
  readonly groups: ReadonlyMap<string, Origin>;
  readonly set: Origin;
}

export interface ImportResult {
  /** Undefined when there are errors. */
  readonly imported: Imported | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly skipped: readonly SkippedEntry[];
}

/**
 * Reads a dump to a configuration. `expected` is what a kube-manager would have made of the manifests: it lends the interfaces of the pods,
 * and to rules of the same name what they were made for. `cluster` names one where the dump holds several.
 */
export function importDump(documents: readonly DumpDocument[], expected: Configuration, cluster?: string): ImportResult {
  const objects = readDump(documents);
  const builder = new Builder(objects, expected);
  const imported = objects.diagnostics.length > 0 ? undefined : builder.build(cluster);
  const diagnostics = [...objects.diagnostics, ...builder.diagnostics];
  const failed = diagnostics.some(({ severity }) => severity === "error");
  return { imported: failed ? undefined : imported, diagnostics, skipped: objects.skipped };
}

/** Everything that a list refers to, in the order in which agents walk it. */
interface Reference {
  readonly sequence: string;
  readonly object: DumpObject;
}

class Builder {
  readonly diagnostics: Diagnostic[] = [];
  readonly #objects: DumpObjects;
  readonly #expected: Configuration;
  readonly #groups = new Map<string, AddressGroup>();
  readonly #groupOrigins = new Map<string, Origin>();
  readonly #rules = new Map<DumpObject, readonly Omit<PlacedRule, "sequence">[]>();
  readonly #told = new Set<DumpObject>();
  readonly #tagsById: ReadonlyMap<bigint, string>;

  constructor(objects: DumpObjects, expected: Configuration) {
    this.#objects = objects;
    this.#expected = expected;
    this.#tagsById = new Map(
      objects.all.tag.flatMap(({ name, content }) => {
        const id = tagId(child(content, "tag_id")?.value);
        return id === undefined ? [] : [[id, name] as const];
      }),
    );
  }

  build(wanted: string | undefined): Imported | undefined {
    const sets = this.#objects.all["application-policy-set"];
    const clusters = sets.filter((set) => this.#isOfCluster(set));
    const [own, ...others] = wanted === undefined ? clusters : sets.filter(({ name }) => name === wanted);
    const at = sets[0]?.origin ?? this.#anyOrigin();
    if (own === undefined) {
      const names = sets.map(({ name }) => name);
      this.diagnostics.push(sayOfDump("dump-cluster-missing", at && spanOf(at, "entry"), { wanted, sets: names }));
      return undefined;
    }
    if (others.length > 0) {
      const names = clusters.map(({ name }) => name);
      this.diagnostics.push(sayOfDump("dump-cluster-several", spanOf(own.origin, "entry"), { clusters: names }));
      return undefined;
    }
    const applicationPolicySet = this.#set(own);
    const ownSets = sets.flatMap((set) => (set === own || clusters.includes(set) ? [] : (this.#ownSet(set) ?? [])));
    for (const group of this.#objects.all["address-group"]) if (group.content !== undefined) this.#group(group);
    const originsOf = (kind: DumpKind): ReadonlyMap<string, Origin> =>
      new Map(this.#objects.all[kind].map(({ name, origin }) => [name, origin]));
    return {
      configuration: {
        ...this.#expected,
        cluster: own.name,
        applicationPolicySet,
        ownSets,
        addressGroups: this.#groups,
        rejected: [],
      },
      policies: originsOf("firewall-policy"),
      rules: originsOf("firewall-rule"),
      groups: this.#groupOrigins,
      set: own.origin,
    };
  }

  #anyOrigin(): Origin | undefined {
    return Object.values(this.#objects.all).flat()[0]?.origin;
  }

  #isOfCluster({ name, content }: DumpObject): boolean {
    const names = items(child(content, "firewall_policy_refs")).map((reference) => items(child(reference, "to")).at(-1)?.value);
    return names.includes(`${name}-denyall`) && names.includes(`${name}-allowall`);
  }

  #set(object: DumpObject): ApplicationPolicySet {
    const tags = items(child(object.content, "tag_refs")).flatMap(
      (reference) => tagName(items(child(reference, "to")).at(-1)?.value) ?? [],
    );
    const policies = this.#references(object, "firewall_policy_refs", "firewall-policy").map(({ sequence, object: policy }) =>
      this.#policy(policy, sequence),
    );
    return { name: object.name, tags, policies };
  }

  /** A set of operators; undefined where it is only named and nothing tells what it does. */
  #ownSet(object: DumpObject): OwnPolicySet | undefined {
    if (!this.#isTold(object)) return undefined;
    return { ...this.#set(object), scope: child(object.content, "all_applications")?.value === true ? "all-applications" : "tagged" };
  }

  #policy(object: DumpObject, sequence: string): FirewallPolicy {
    const { name } = object;
    const made = this.#expected.applicationPolicySet.policies.find((policy) => policy.name === name);
    const rules: PlacedRule[] = [];
    const taken = new Set<string>();
    for (const reference of this.#references(object, "firewall_rule_refs", "firewall-rule")) {
      // Of two with one sequence agents take the first.
      if (taken.has(reference.sequence)) continue;
      taken.add(reference.sequence);
      rules.push(...this.#rule(reference.object).map((rule) => ({ ...rule, sequence: reference.sequence })));
    }
    return { name, sequence, policy: made?.policy, rules, from: made?.from ?? [] };
  }

  /** Lists are ordered by the text of the sequence (spec 2.1), equal ones by uuid. */
  #references(holder: DumpObject, key: string, kind: DumpKind): readonly Reference[] {
    if (!this.#isTold(holder)) return [];
    return items(child(holder.content, key))
      .flatMap((reference): readonly Reference[] => {
        const object = this.#objects.find(kind, reference) ?? this.#missing(kind, reference);
        if (object === undefined) return [];
        const sequence = child(child(reference, "attr"), "sequence")?.value;
        if (typeof sequence === "string" || typeof sequence === "number") return [{ sequence: String(sequence), object }];
        this.diagnostics.push(
          sayOfDump("dump-sequence-missing", spanOf(reference.origin, "entry"), {
            kind: words[kind],
            name: object.name,
            holder: holder.name,
          }),
        );
        return [];
      })
      .sort((a, b) => compareTexts(a.sequence, b.sequence) || compareTexts(a.object.uuid ?? "", b.object.uuid ?? ""));
  }

  #missing(kind: DumpKind, reference: Field): undefined {
    const name = items(child(reference, "to")).at(-1)?.value;
    this.diagnostics.push(
      sayOfDump("dump-content-missing", spanOf(reference.origin, "entry"), {
        kind: words[kind],
        name: typeof name === "string" ? name : "?",
        collection: collections[kind],
      }),
    );
    return undefined;
  }

  #isTold(object: DumpObject): boolean {
    if (object.content !== undefined) return true;
    if (!this.#told.has(object)) {
      this.#told.add(object);
      const { kind, name, origin } = object;
      this.diagnostics.push(
        sayOfDump("dump-content-missing", spanOf(origin, "entry"), { kind: words[kind], name, collection: collections[kind] }),
      );
    }
    return false;
  }

  #rule(object: DumpObject): readonly Omit<PlacedRule, "sequence">[] {
    const known = this.#rules.get(object);
    if (known !== undefined) return known;
    const made = this.#isTold(object) ? this.#rulesOf(object, object.content as Field) : [];
    this.#rules.set(object, made);
    return made;
  }

  /** One rule of the API; several services and both directions make several that are walked one after the other. */
  #rulesOf({ name }: DumpObject, content: Field): readonly Omit<PlacedRule, "sequence">[] {
    const what = `rule \`${name}\``;
    const actionField = child(child(content, "action_list"), "simple_action");
    const action = actionField?.value;
    if (action !== "pass" && action !== "deny") {
      this.#malformed(
        actionField ?? content,
        what,
        actionField === undefined ? "has no action" : `has the action \`${String(action)}\``,
        "pass or deny",
      );
      return [];
    }
    const ends = [this.#endpoint(child(content, "endpoint_1"), content, name), this.#endpoint(child(content, "endpoint_2"), content, name)];
    const [endpoint1, endpoint2] = ends;
    if (endpoint1 === undefined || endpoint2 === undefined) return [];
    const made = this.#expected.applicationPolicySet.policies.flatMap(({ rules }) => rules).find((rule) => rule.name === name);
    const further = furtherOf(content);
    const common = {
      name,
      action,
      purpose: made?.purpose ?? { kind: "unknown" },
      from: made?.from ?? [],
      ...(further === undefined ? {} : { further }),
    } as const;
    return this.#services(content, what).flatMap((service) => {
      const forward = { ...common, service, endpoint1, endpoint2 };
      const backward = { ...common, service, endpoint1: endpoint2, endpoint2: endpoint1 };
      switch (child(content, "direction")?.value) {
        case "<":
          return [backward];
        case "<>":
          return [forward, backward];
        default:
          return [forward];
      }
    });
  }

  /** Agents look for a subnet, a network, tags and an address group in this order. */
  #endpoint(field: Field | undefined, rule: Field, name: string): RuleEndpoint | undefined {
    if (field === undefined) {
      this.#malformed(rule, `rule \`${name}\``, "has only one end", "endpoint_1 and endpoint_2");
      return undefined;
    }
    const subnet = child(field, "subnet");
    if (subnet !== undefined) {
      const cidr = this.#cidr(subnet, `rule \`${name}\``);
      if (cidr === undefined) return undefined;
      const group = `subnet ${cidr.text}`;
      this.#groups.set(group, { name: group, cidrs: [cidr], tags: [], from: [] });
      return { kind: "addressGroup", group };
    }
    const network = child(field, "virtual_network")?.value;
    if (typeof network === "string") return network === "any" ? anyEndpoint : { kind: "network", name: network };
    const tags = this.#tagsOf(field, name);
    if (tags === undefined) return undefined;
    if (tags.length > 0) return { kind: "tags", tags };
    const group = child(field, "address_group");
    if (group !== undefined) return this.#groupEndpoint(group);
    return anyEndpoint;
  }

  /** Of tags by name or by number; undefined when one cannot be told. */
  #tagsOf(field: Field, rule: string): readonly string[] | undefined {
    const named = items(child(field, "tags")).flatMap(({ value }) => tagName(value) ?? []);
    if (named.length > 0) return named;
    const found: string[] = [];
    for (const { value, origin } of items(child(field, "tag_ids"))) {
      const id = tagId(value);
      const tag = id === undefined ? undefined : this.#tagsById.get(id);
      if (tag === undefined) {
        this.diagnostics.push(sayOfDump("dump-tag-unknown", spanOf(origin, "value"), { id: String(value), rule }));
        return undefined;
      }
      found.push(tag);
    }
    return found;
  }

  #groupEndpoint({ value, origin }: Field): RuleEndpoint | undefined {
    const text = String(value);
    const object = this.#objects.all["address-group"].find(({ fullName }) => fullName === text);
    if (object === undefined) {
      this.diagnostics.push(
        sayOfDump("dump-content-missing", spanOf(origin, "value"), {
          kind: words["address-group"],
          name: text.replace(/^[^:]*:/, ""),
          collection: collections["address-group"],
        }),
      );
      return undefined;
    }
    if (!this.#isTold(object)) return undefined;
    return { kind: "addressGroup", group: this.#group(object).name };
  }

  #group(object: DumpObject): AddressGroup {
    const known = this.#groups.get(object.name);
    if (known !== undefined) return known;
    const what = `address group \`${object.name}\``;
    const cidrs = items(child(child(object.content, "address_group_prefix"), "subnet")).flatMap((subnet) => this.#cidr(subnet, what) ?? []);
    const tags = items(child(object.content, "tag_refs")).flatMap(
      (reference) => tagName(items(child(reference, "to")).at(-1)?.value) ?? [],
    );
    const group = { name: object.name, cidrs, tags, from: [] };
    this.#groups.set(object.name, group);
    this.#groupOrigins.set(object.name, object.origin);
    return group;
  }

  #cidr(field: Field, what: string): Cidr | undefined {
    const [prefix, length] = [child(field, "ip_prefix")?.value, child(field, "ip_prefix_len")?.value];
    const text = `${String(prefix)}/${String(length)}`;
    const parsed = parseCidr(text)?.cidr;
    if (parsed === undefined) this.#malformed(field, what, `has the subnet \`${text}\``, '"ip_prefix": "10.0.0.0", "ip_prefix_len": 8');
    return parsed;
  }

  #services(content: Field, what: string): readonly FirewallService[] {
    const groups = items(child(content, "service_group_refs"));
    const listed = groups.flatMap((reference) => {
      const object = this.#objects.find("service-group", reference) ?? this.#missing("service-group", reference);
      if (object === undefined || !this.#isTold(object)) return [];
      return items(child(child(object.content, "service_group_firewall_service_list"), "firewall_service"));
    });
    const all = groups.length > 0 ? listed : [child(content, "service")].filter((field) => field !== undefined);
    // Without a service a rule is about all.
    if (all.length === 0) return [{ protocol: "any", dstPorts: { first: 0, last: 65_535 } }];
    return all.flatMap((field) => this.#service(field, what) ?? []);
  }

  #service(field: Field, what: string): FirewallService | undefined {
    const written = child(field, "protocol")?.value ?? child(field, "protocol_id")?.value ?? "any";
    const word = typeof written === "string" || typeof written === "number" ? String(written).toLowerCase() : "?";
    const dstPorts = this.#ports(child(field, "dst_ports"), what);
    if (dstPorts === undefined) return undefined;
    return { protocol: protocolWords.get(word) ?? "other", dstPorts };
  }

  #ports(field: Field | undefined, what: string): PortRange | undefined {
    if (field === undefined) return { first: 0, last: 65_535 };
    const [first, last] = [Number(child(field, "start_port")?.value ?? 0), Number(child(field, "end_port")?.value ?? 65_535)];
    const isRange = [first, last].every((port) => Number.isInteger(port) && port >= 0 && port <= 65_535) && first <= last;
    if (!isRange) this.#malformed(field, what, "has ports that are no range", '"start_port": 80, "end_port": 80');
    return isRange ? { first, last } : undefined;
  }

  #malformed({ origin }: Field, what: string, problem: string, expected: string): void {
    this.diagnostics.push(sayOfDump("dump-malformed", spanOf(origin, "entry"), { what, problem, expected }));
  }
}

/** What messages call them. */
const words: Readonly<Record<DumpKind, string>> = {
  "application-policy-set": "application policy set",
  "firewall-policy": "firewall policy",
  "firewall-rule": "firewall rule",
  "address-group": "address group",
  tag: "tag",
  "service-group": "service group",
};

/** By name or by number of the protocol. */
const protocolWords: ReadonlyMap<string, FirewallService["protocol"]> = new Map([
  ["any", "any"],
  ["0", "any"],
  ["tcp", "tcp"],
  ["6", "tcp"],
  ["udp", "udp"],
  ["17", "udp"],
  ["sctp", "sctp"],
  ["132", "sctp"],
  ["icmp", "icmp"],
  ["1", "icmp"],
]);

/** Tags of all projects are written `global:app=web` in rules. */
function tagName(value: unknown): string | undefined {
  return typeof value === "string" && value.includes("=") ? value.replace(/^global:/, "") : undefined;
}

/** A number, or its hexadecimal digits: 8 of them (16 bits of type, 16 of value), or 12 (16 and 32). */
export function tagId(value: unknown): bigint | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  if (typeof value !== "string") return undefined;
  if (/^0x[0-9a-f]{1,12}$/i.test(value)) return BigInt(value);
  if (/^[0-9a-f]{8}$|^[0-9a-f]{12}$/i.test(value)) return BigInt(`0x${value}`);
  return /^\d+$/.test(value) ? BigInt(value) : undefined;
}

/** What only operators ask for; kube-manager leaves both unset. */
function furtherOf(content: Field): FurtherConditions | undefined {
  const matchTags = items(child(child(content, "match_tags"), "tag_list")).flatMap(({ value }) => (typeof value === "string" ? value : []));
  const ports = child(child(content, "service"), "src_ports");
  const [first, last] = [Number(child(ports, "start_port")?.value ?? 0), Number(child(ports, "end_port")?.value ?? 65_535)];
  const sourcePorts = first === 0 && last === 65_535 ? "all" : "some";
  return matchTags.length === 0 && sourcePorts === "all" ? undefined : { matchTags, sourcePorts };
}
