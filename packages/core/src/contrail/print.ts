import type { PortRange } from "../net/ports.ts";
import type { Configuration, FirewallService, PlacedRule, RuleEndpoint } from "./objects.ts";

/** Firewall policies in the words of the configuration API, in the order in which they are walked: plain data, for machines. */
export type PrintedPolicies = readonly PrintedPolicy[];

export interface PrintedPolicy {
  readonly sequence: string;
  readonly name: string;
  readonly fq_name: readonly string[];
  readonly rules: readonly PrintedRule[];
}

export interface PrintedRule {
  readonly sequence: string;
  readonly name: string;
  readonly action: "pass" | "deny";
  readonly service: { readonly protocol: FirewallService["protocol"]; readonly dst_ports: readonly [number, number] };
  readonly endpoint_1: PrintedEndpoint;
  readonly direction: ">";
  readonly endpoint_2: PrintedEndpoint;
}

export type PrintedEndpoint =
  | { readonly any: true }
  | { readonly tags: readonly string[] }
  | { readonly address_group: string }
  | { readonly virtual_network: string };

export const policyManagement = "default-policy-management";

export function printPolicies({ applicationPolicySet }: Configuration): PrintedPolicies {
  return applicationPolicySet.policies.map(({ sequence, name, rules }) => ({
    sequence,
    name,
    fq_name: [policyManagement, name],
    rules: rules.map(printRule),
  }));
}

function printRule({ sequence, name, action, service, endpoint1, endpoint2 }: PlacedRule): PrintedRule {
  // A rule with the name of a port was refused (X), so here are numbers only.
  const { first, last } = service.dstPorts as PortRange;
  return {
    sequence,
    name,
    action,
    service: { protocol: service.protocol, dst_ports: [first, last] },
    endpoint_1: printEndpoint(endpoint1),
    direction: ">",
    endpoint_2: printEndpoint(endpoint2),
  };
}

function printEndpoint(endpoint: RuleEndpoint): PrintedEndpoint {
  switch (endpoint.kind) {
    case "any":
      return { any: true };
    case "tags":
      return { tags: [...endpoint.tags].sort() };
    case "addressGroup":
      return { address_group: `${policyManagement}:${endpoint.group}` };
    case "network":
      return { virtual_network: endpoint.name };
  }
}
