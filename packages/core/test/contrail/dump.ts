import type { Configuration, FirewallService, PlacedRule, RuleEndpoint } from "../../src/contrail/objects.ts";
import { policySets } from "../../src/contrail/objects.ts";

/** How an API server hands objects out. */
export interface DumpForm {
  /** Tags by name, or by number with 8 or 12 hexadecimal digits. */
  readonly tags: "names" | "numbers-of-8" | "numbers-of-12";
  /** Wrapped items, or the plain objects of a query for some fields. */
  readonly items: "wrapped" | "plain";
}

type Json = Record<string, unknown>;

const management = "default-policy-management";

/** What the configuration API would answer to `detail=true` for every collection, for this configuration. */
export function dumpOf(
  configuration: Configuration,
  { tags, items }: DumpForm = { tags: "names", items: "wrapped" },
): Record<string, Json[]> {
  const wrap = (kind: string, object: Json): Json => (items === "wrapped" ? { [kind]: object } : object);
  const uuids = new Map<string, string>();
  const uuid = (key: string): string => {
    const known = uuids.get(key) ?? `00000000-0000-0000-0000-${String(uuids.size + 1).padStart(12, "0")}`;
    uuids.set(key, known);
    return known;
  };
  const head = (kind: string, name: string): Json => ({
    fq_name: kind === "tag" ? [name] : [management, name],
    uuid: uuid(`${kind} ${name}`),
    href: `http://api:8082/${kind}/${uuid(`${kind} ${name}`)}`,
    display_name: name,
  });
  const reference = (kind: string, name: string, sequence?: string): Json => ({
    to: kind === "tag" ? [name] : [management, name],
    uuid: uuid(`${kind} ${name}`),
    ...(sequence === undefined ? {} : { attr: { sequence } }),
  });
  const numbers = new Map<string, { readonly type: number; readonly value: number }>();
  const types = new Map<string, number>();
  const numberOf = (tag: string): { readonly type: number; readonly value: number } => {
    const known = numbers.get(tag);
    if (known !== undefined) return known;
    const [type = ""] = tag.split("=");
    const typeNumber = type === "application" ? 1 : (types.get(type) ?? 255 + types.size);
    types.set(type, typeNumber);
    const made = { type: typeNumber, value: [...numbers.keys()].filter((one) => one.startsWith(`${type}=`)).length };
    numbers.set(tag, made);
    return made;
  };
  const idText = (tag: string): string => {
    const { type, value } = numberOf(tag);
    return `0x${type.toString(16).padStart(4, "0")}${value.toString(16).padStart(tags === "numbers-of-12" ? 8 : 4, "0")}`;
  };
  const endpoint = (end: RuleEndpoint): Json => {
    switch (end.kind) {
      case "any":
        return { any: true };
      case "tags":
        for (const tag of end.tags) numberOf(tag);
        return tags === "names"
          ? { tags: end.tags, tag_ids: [...new Set(end.tags)].map((tag) => Number(idText(tag))) }
          : { tag_ids: [...new Set(end.tags)].map((tag) => (tags === "numbers-of-8" ? Number(idText(tag)) : idText(tag))) };
      case "addressGroup":
        return { address_group: `${management}:${end.group}` };
      case "network":
        return { virtual_network: end.name };
    }
  };
  const service = ({ protocol, dstPorts }: FirewallService): Json => {
    const { first, last } = dstPorts as { first: number; last: number };
    return {
      protocol,
      protocol_id: { any: 0, tcp: 6, udp: 17, sctp: 132, icmp: 1, other: 47 }[protocol],
      dst_ports: { start_port: first, end_port: last },
      src_ports: { start_port: 0, end_port: 65535 },
    };
  };
  const rule = (one: PlacedRule): Json => ({
    ...head("firewall-rule", one.name),
    action_list: { simple_action: one.action },
    direction: ">",
    service: service(one.service),
    endpoint_1: endpoint(one.endpoint1),
    endpoint_2: endpoint(one.endpoint2),
    match_tag_types: { tag_type: [1] },
  });
  const sets = policySets(configuration);
  const policies = sets.flatMap((set) => set.policies);
  const rules = [...new Map(policies.flatMap((policy) => policy.rules).map((one) => [one.name, one])).values()];
  const told = {
    "application-policy-sets": sets.map((set) =>
      wrap("application-policy-set", {
        ...head("application-policy-set", set.name),
        all_applications: "scope" in set && set.scope === "all-applications",
        tag_refs: set.tags.map((tag) => reference("tag", tag)),
        firewall_policy_refs: set.policies.map(({ name, sequence }) => reference("firewall-policy", name, sequence)),
      }),
    ),
    "firewall-policys": policies.map((policy) =>
      wrap("firewall-policy", {
        ...head("firewall-policy", policy.name),
        ...(policy.rules.length === 0
          ? {}
          : { firewall_rule_refs: policy.rules.map(({ name, sequence }) => reference("firewall-rule", name, sequence)) }),
      }),
    ),
    "firewall-rules": rules.map((one) => wrap("firewall-rule", rule(one))),
    "address-groups": [...configuration.addressGroups.values()].map((group) =>
      wrap("address-group", {
        ...head("address-group", group.name),
        address_group_prefix: {
          subnet: group.cidrs.map(({ text }) => ({ ip_prefix: text.split("/")[0], ip_prefix_len: Number(text.split("/")[1]) })),
        },
      }),
    ),
  };
  return {
    ...told,
    tags: [...numbers.keys()].map((tag) =>
      wrap("tag", { ...head("tag", tag), tag_type_name: tag.split("=")[0], tag_value: tag.split("=")[1], tag_id: idText(tag) }),
    ),
  };
}
