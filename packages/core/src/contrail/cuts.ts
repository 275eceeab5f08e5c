import type { Labels, Snapshot } from "../model/cluster.ts";
import type { PortRange, Protocol } from "../net/ports.ts";
import type { Cuts } from "../reach/cuts.ts";
import { fullName, policySets, tagText, type Configuration, type InterfaceTag, type RuleEndpoint } from "./objects.ts";
import { announcedTags, tagType } from "./tags.ts";

/** Everything the rules in force look at. A label counts on the pod and on its namespace alike: both become the same tag (rule P). */
export function contrailCuts(snapshot: Snapshot, configuration: Configuration): Cuts {
  const { addressGroups, interfaces } = configuration;
  const sets = policySets(configuration);
  const rules = sets.flatMap(({ policies }) => policies).flatMap((policy) => policy.rules);
  // Which pods walk the list at all depends on their application tag (D44).
  const types = new Set(["application", ...sets.flatMap(({ tags }) => tags.map(typeOf))]);
  const groups = new Set<string>();
  const ports: { readonly protocol: Protocol; readonly range: PortRange }[] = [];
  const note = (endpoint: RuleEndpoint): void => {
    if (endpoint.kind === "tags") for (const tag of endpoint.tags) types.add(typeOf(tag));
    if (endpoint.kind !== "addressGroup") return;
    groups.add(endpoint.group);
    for (const tag of addressGroups.get(endpoint.group)?.tags ?? []) types.add(typeOf(tag));
  };
  for (const { endpoint1, endpoint2, service, further } of rules) {
    for (const type of further?.matchTags ?? []) types.add(type);
    note(endpoint1);
    note(endpoint2);
    const { protocol, dstPorts } = service;
    // A rule for any protocol ignores the ports, one for SCTP matches all ports or none (D34).
    if ((protocol === "tcp" || protocol === "udp") && !("name" in dstPorts))
      ports.push({ protocol: protocol === "tcp" ? "TCP" : "UDP", range: dstPorts });
  }
  return {
    podLabels: keysOf(snapshot.pods, types),
    namespaceLabels: keysOf(snapshot.namespaces, types),
    nodeLabels: new Set(),
    portNames: new Set(),
    blocks: [...groups].flatMap((group) => addressGroups.get(group)?.cidrs ?? []),
    ports: ports.filter(({ range }) => range.first > 0 || range.last < 65535),
    remembered: remembered(snapshot, interfaces, types),
  };
}

function typeOf(tag: string): string {
  return tag.slice(0, tag.indexOf("="));
}

/** The labels of these objects that become a tag of one of these types. */
function keysOf(objects: readonly { readonly labels: Labels }[], types: ReadonlySet<string>): ReadonlySet<string> {
  const keys = new Set(objects.flatMap(({ labels }) => [...labels.keys()]));
  return new Set([...keys].filter((key) => types.has(tagType(key))));
}

/** Pods whose tags are not what their labels say: the tags of labels that are gone, and labels that have not come back (spec 3.1). */
function remembered(snapshot: Snapshot, interfaces: Configuration["interfaces"], types: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { namespace, name, labels, origin } of snapshot.pods) {
    const key = fullName(namespace.name, name);
    const actual = interfaces.get(key)?.tags;
    if (actual === undefined) continue;
    const seen = (tags: Iterable<InterfaceTag>): string =>
      [...tags]
        .filter(({ type }) => types.has(type))
        .map(tagText)
        .sort()
        .join();
    const now = seen(actual.values());
    if (now !== seen(announcedTags({ labels, origin }, namespace).values())) found.set(key, now);
  }
  return found;
}
