import type { Configuration, FirewallPolicy, FirewallService, PlacedRule, RuleEndpoint } from "../../contrail/objects.ts";
import { placeOfOrigin } from "../places.ts";
import type { Place } from "../place.ts";
import type { ContrailObjects, ContrailPolicy, ContrailRule } from "./types.ts";

/** What of the list is shown: rules made for one namespace, for one policy or of one firewall policy. */
export interface ObjectsWanted {
  readonly namespace: string | undefined;
  /** `policy1`, `dev/policy1` or the firewall policy's own name. */
  readonly policy: string | undefined;
}

/** The configuration with only those rules in it that are wanted. */
export function selectObjects(configuration: Configuration, wanted: ObjectsWanted): Configuration {
  if (wanted.namespace === undefined && wanted.policy === undefined) return configuration;
  const { applicationPolicySet } = configuration;
  const policies = applicationPolicySet.policies.flatMap((policy): readonly FirewallPolicy[] => {
    const rules = policy.rules.filter((rule) => isWanted(policy, rule, wanted));
    return rules.length > 0 || isOwn(policy, wanted) ? [{ ...policy, rules }] : [];
  });
  return { ...configuration, applicationPolicySet: { ...applicationPolicySet, policies } };
}

/** A firewall policy without rules is shown where it was made for what is wanted. */
function isOwn({ name, policy }: FirewallPolicy, wanted: ObjectsWanted): boolean {
  const isNamespace = wanted.namespace === undefined || policy?.namespace === wanted.namespace;
  const isPolicy = wanted.policy === undefined || wanted.policy === name || (policy !== undefined && isNamed(policy, wanted.policy));
  return isNamespace && isPolicy;
}

function isWanted(holder: FirewallPolicy, { purpose }: PlacedRule, { namespace, policy }: ObjectsWanted): boolean {
  const own = "policy" in purpose ? purpose.policy : undefined;
  const space = "policy" in purpose ? purpose.policy.namespace : "namespace" in purpose ? purpose.namespace : undefined;
  const isNamespace = namespace === undefined || space === namespace;
  return isNamespace && (policy === undefined || policy === holder.name || (own !== undefined && isNamed(own, policy)));
}

function isNamed({ namespace, name }: { readonly namespace: string; readonly name: string }, text: string): boolean {
  return text === name || text === `${namespace}/${name}`;
}

/** The list as an operator sees it in Contrail's own pages, with the line that each rule was made from. */
export function contrailObjects(configuration: Configuration, shown: Configuration, stage: string | undefined): ContrailObjects {
  const { policies } = configuration.applicationPolicySet;
  return {
    cluster: configuration.cluster,
    stage,
    profile: configuration.profile.name,
    totals: { policies: policies.length, rules: policies.reduce((sum, { rules }) => sum + rules.length, 0) },
    policies: shown.applicationPolicySet.policies.map(({ sequence, name, rules }): ContrailPolicy => ({
      sequence: sequenceNumber(sequence),
      name,
      rules: rules.map(ruleOf),
    })),
  };
}

function ruleOf(rule: PlacedRule): ContrailRule {
  const { sequence, name, action, service, endpoint1, endpoint2 } = rule;
  return {
    sequence: sequenceNumber(sequence),
    name,
    action,
    service: serviceText(service),
    from: endpointText(endpoint1),
    to: endpointText(endpoint2),
    place: placeOfRule(rule),
  };
}

export function sequenceNumber(sequence: string): string {
  return String(Number(sequence));
}

/** The entry of the policy that the rule was made from. */
export function placeOfRule({ from: [origin] }: Pick<PlacedRule, "from">): Place | undefined {
  return origin && placeOfOrigin(origin);
}

export function serviceText({ protocol, dstPorts }: FirewallService): string {
  if ("name" in dstPorts) return `${protocol} ${dstPorts.name}`;
  if (protocol === "any") return "any";
  const { first, last } = dstPorts;
  return `${protocol} ${first === last ? first : `${first}-${last}`}`;
}

function endpointText(endpoint: RuleEndpoint): string {
  switch (endpoint.kind) {
    case "any":
      return "any";
    case "addressGroup":
      return endpoint.group;
    case "network":
      return endpoint.name;
    case "tags":
      return [...new Set(endpoint.tags)].sort().join(" ");
  }
}
