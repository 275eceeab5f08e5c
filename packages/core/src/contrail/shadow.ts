import type { Cidr } from "../net/cidr.ts";
import type { AddressGroup, Configuration, FirewallService, PlacedRule, RuleEndpoint } from "./objects.ts";
import type { Place } from "./walk.ts";

/**
 * The rules that no packet can come to, each with the first rule before it that fits whatever it fits. One rule must cover it alone, so
 * a rule that is not found here may still be out of reach behind several.
 */
export function shadowedRules({ applicationPolicySet, addressGroups }: Configuration): ReadonlyMap<PlacedRule, Place> {
  const shadowed = new Map<PlacedRule, Place>();
  const index = new Map<string, { readonly place: Place; readonly at: number }[]>();
  let at = 0;
  for (const policy of applicationPolicySet.policies) {
    for (const rule of policy.rules) {
      const candidates = keysAround(rule).flatMap((key) => index.get(key) ?? []);
      const covering = candidates.filter(({ place }) => covers(place.rule, rule, addressGroups)).sort((a, b) => a.at - b.at);
      const [first] = covering;
      if (first !== undefined) shadowed.set(rule, first.place);
      const key = keyOf(rule);
      index.set(key, [...(index.get(key) ?? []), { place: { policy, rule }, at }]);
      at += 1;
    }
  }
  return shadowed;
}

/** A rule that covers another asks each end for no more than it, so the least tag that it asks for is among the other's. */
function keyOf({ endpoint1, endpoint2 }: PlacedRule): string {
  return `${leads(endpoint1)[0]} ${leads(endpoint2)[0]}`;
}

function keysAround({ endpoint1, endpoint2 }: PlacedRule): readonly string[] {
  const [first, second] = [new Set(["any", ...leads(endpoint1)]), new Set(["any", ...leads(endpoint2)])];
  return [...first].flatMap((a) => [...second].map((b) => `${a} ${b}`));
}

function leads(endpoint: RuleEndpoint): readonly string[] {
  switch (endpoint.kind) {
    case "any":
      return ["any"];
    case "addressGroup":
      return ["group"];
    case "network":
      return ["network"];
    case "tags":
      return endpoint.tags.length === 0 ? ["any"] : endpoint.tags.map((tag) => `tag ${tag}`).sort();
  }
}

function covers(wide: PlacedRule, narrow: PlacedRule, groups: Configuration["addressGroups"]): boolean {
  return (
    wide.further === undefined &&
    endCovers(wide.endpoint1, narrow.endpoint1, groups) &&
    endCovers(wide.endpoint2, narrow.endpoint2, groups) &&
    serviceCovers(wide.service, narrow.service)
  );
}

function endCovers(wide: RuleEndpoint, narrow: RuleEndpoint, groups: ReadonlyMap<string, AddressGroup>): boolean {
  switch (wide.kind) {
    case "any":
      return true;
    case "tags":
      return narrow.kind === "tags" ? wide.tags.every((tag) => narrow.tags.includes(tag)) : wide.tags.length === 0;
    case "addressGroup": {
      if (narrow.kind !== "addressGroup") return false;
      const [outer, inner] = [groups.get(wide.group), groups.get(narrow.group)];
      return outer !== undefined && inner !== undefined && groupCovers(outer, inner);
    }
    case "network":
      return narrow.kind === "network" && narrow.name === wide.name;
  }
}

function groupCovers(outer: AddressGroup, inner: AddressGroup): boolean {
  const isInside = (cidr: Cidr): boolean =>
    outer.cidrs.some(({ family, first, last }) => family === cidr.family && first <= cidr.first && cidr.last <= last);
  return inner.cidrs.every(isInside) && inner.tags.every((tag) => outer.tags.includes(tag));
}

function serviceCovers(wide: FirewallService, narrow: FirewallService): boolean {
  if (wide.protocol === "any") return true;
  if (wide.protocol !== narrow.protocol || "name" in wide.dstPorts || "name" in narrow.dstPorts) return false;
  return wide.dstPorts.first <= narrow.dstPorts.first && narrow.dstPorts.last <= wide.dstPorts.last;
}
