import type { Snapshot } from "../model/cluster.ts";
import { compareDiagnostics, type Diagnostic } from "../text/diagnostic.ts";
import { spanOf, type Origin, type Span } from "../text/source.ts";
import { refusalDeviation } from "./difference.ts";
import { say } from "./messages.ts";
import { fullName, type Configuration, type PolicyRecord } from "./objects.ts";

/** What Contrail could not make of the snapshot, at the lines that are to blame. */
export function contrailDiagnostics(snapshot: Snapshot, configuration: Configuration): readonly Diagnostic[] {
  const records = [...configuration.policies.values()];
  return [
    ...records.flatMap((record) => refusedPolicy(record) ?? []),
    ...sharedNames(records, configuration),
    ...snapshot.clusterPolicies.map(({ name, origin }) => say("contrail-kind-unknown", spanOf(origin, "entry"), name)),
    ...sharedTags(snapshot, configuration),
  ].sort(compareDiagnostics);
}

function refusedPolicy({ policy, applied, rejection }: PolicyRecord): Diagnostic | undefined {
  if (rejection === undefined) return undefined;
  const { refusal, from } = rejection;
  return say("contrail-refused", placeOf(from), {
    policy: fullName(policy.namespace, policy.name),
    refusal,
    deviation: refusalDeviation(refusal, policy),
    state: applied === undefined ? "missing" : "half-applied",
  });
}

/** Told once per name, at the policy that came last. */
function sharedNames(records: readonly PolicyRecord[], { applicationPolicySet }: Configuration): readonly Diagnostic[] {
  return [...new Set(records.map(({ firewallPolicy }) => firewallPolicy))].flatMap((name) => {
    const sharing = records.filter(({ firewallPolicy }) => firewallPolicy === name);
    const last = sharing.at(-1);
    if (sharing.length < 2 || last === undefined) return [];
    const holder = applicationPolicySet.policies.find((policy) => policy.name === name)?.policy;
    const policies = sharing.map(({ policy }) => fullName(policy.namespace, policy.name));
    return say("contrail-name-shared", placeOf([last.policy.origin]), {
      name,
      policies,
      holder: holder && fullName(holder.namespace, holder.name),
    });
  });
}

function sharedTags({ pods }: Snapshot, { interfaces }: Configuration): readonly Diagnostic[] {
  return pods.flatMap(({ namespace, name, origin }) => {
    const pod = fullName(namespace.name, name);
    const tags = [...(interfaces.get(pod)?.tags.values() ?? [])].filter(({ keys, source }) => keys.length > 1 && source === "pod-label");
    return tags.map(({ keys }) => say("contrail-label-case", placeOf([origin]), { pod, keys }));
  });
}

function placeOf([origin]: readonly Origin[]): Span | undefined {
  return origin && spanOf(origin, "entry");
}
