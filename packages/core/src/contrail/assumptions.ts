import type { Snapshot } from "../model/cluster.ts";
import type { AssumedEntry } from "../model/ledger.ts";
import type { NetworkPolicy } from "../model/policy.ts";
import type { Configuration } from "./objects.ts";

/** What was taken for granted where the answer depends on it, for the ledger. */
export function assumptions({ policies }: Snapshot, configuration: Configuration): readonly AssumedEntry[] {
  const undated = policies.filter((policy) => !isDated(policy));
  if (policies.length < 2 || undated.length === 0 || !orderMatters(configuration)) return [];
  return [
    {
      rule: "D7",
      what: "policies without a creationTimestamp were created in the order in which they are given, and Contrail's answers depend on it",
      count: undated.length,
      origins: undated.map(({ origin }) => origin),
    },
  ];
}

function isDated({ written }: NetworkPolicy): boolean {
  const { metadata } = written;
  return typeof metadata === "object" && metadata !== null && "creationTimestamp" in metadata && metadata.creationTimestamp !== null;
}

/** Only a deny inside a user policy, or two policies that share one name, make the order of policies count (trap 7, D39). */
function orderMatters({ applicationPolicySet, policies }: Configuration): boolean {
  const user = applicationPolicySet.policies.filter(({ policy }) => policy !== undefined);
  const names = [...policies.values()].map(({ firewallPolicy }) => firewallPolicy);
  return new Set(names).size < names.length || user.some(({ rules }) => rules.some(({ action }) => action === "deny"));
}
