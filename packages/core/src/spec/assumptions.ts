import type { Pod, Snapshot } from "../model/cluster.ts";
import type { AssumedEntry } from "../model/ledger.ts";
import { directions, type Direction, type NetworkPolicy } from "../model/policy.ts";
import { isolates } from "../semantics/judge.ts";
import { selects } from "../semantics/selector.ts";
import { isSubject } from "../semantics/tier.ts";

/** Defaults of `semantics/` that change something in this snapshot, for the ledger. */
export function assumptions(snapshot: Snapshot): readonly AssumedEntry[] {
  return [
    ...assumed("C4", "a NetworkPolicy of one direction leaves the Baseline tier of the other in force", isolatedOneWay(snapshot)),
    ...assumed("S10", "host-network pods are their node: no selector matches them", passedOver(snapshot)),
  ];
}

function assumed(rule: string, what: string, pods: readonly Pod[]): readonly AssumedEntry[] {
  return pods.length === 0 ? [] : [{ rule, what, count: pods.length, origins: pods.map(({ origin }) => origin) }];
}

/** C4: pods that a Baseline policy has rules for in a direction in which no NetworkPolicy isolates them, while one does in the other. */
function isolatedOneWay({ pods, policies, clusterPolicies }: Snapshot): readonly Pod[] {
  const baseline = clusterPolicies.filter(({ tier }) => tier === "Baseline");
  if (baseline.length === 0) return [];
  const isIsolated = (pod: Pod, direction: Direction): boolean => policies.some((policy) => isolates(policy, pod, direction));
  return pods.filter((pod) => {
    if (pod.hostNetwork) return false;
    const ruled = baseline.filter((policy) => isSubject(policy, pod));
    return directions.some((direction) => {
      const other = direction === "ingress" ? "egress" : "ingress";
      return ruled.some((policy) => policy[direction].length > 0) && !isIsolated(pod, direction) && isIsolated(pod, other);
    });
  });
}

/** S10: host-network pods that a selector would have matched. */
function passedOver({ pods, policies }: Snapshot): readonly Pod[] {
  return pods.filter((pod) => pod.hostNetwork && policies.some((policy) => wouldSelect(policy, pod)));
}

function wouldSelect(policy: NetworkPolicy, pod: Pod): boolean {
  if (policy.name.namespace === pod.namespace.name && selects(policy.subject, pod.labels)) return true;
  const rules = directions.flatMap((direction) => policy[direction] ?? []);
  return rules.some(
    ({ peers }) =>
      peers !== "any" &&
      peers.some(
        (peer) =>
          peer.kind === "pods" &&
          (peer.namespaces === "own"
            ? policy.name.namespace === pod.namespace.name
            : peer.namespaces === "every" || selects(peer.namespaces, pod.namespace.labels)) &&
          (peer.pods === "every" || selects(peer.pods, pod.labels)),
      ),
  );
}
