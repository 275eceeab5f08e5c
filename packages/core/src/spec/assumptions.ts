import type { Pod, Snapshot } from "../model/cluster.ts";
import type { AssumedEntry } from "../model/ledger.ts";
import { directions, type NetworkPolicy } from "../model/policy.ts";
import { selects } from "../semantics/selector.ts";

/** Defaults of `semantics/` that change something in this snapshot, for the ledger. */
export function assumptions(snapshot: Snapshot): readonly AssumedEntry[] {
  const hostPods = snapshot.pods.filter(({ hostNetwork }) => hostNetwork);
  const passedOver = hostPods.filter((pod) => snapshot.policies.some((policy) => wouldSelect(policy, pod)));
  if (passedOver.length === 0) return [];
  return [
    {
      rule: "S10",
      what: "host-network pods are their node: no selector matches them",
      count: passedOver.length,
      origins: passedOver.map(({ origin }) => origin),
    },
  ];
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
          (peer.namespaces === "own" ? policy.name.namespace === pod.namespace.name : peer.namespaces === "every" || selects(peer.namespaces, pod.namespace.labels)) &&
          (peer.pods === "every" || selects(peer.pods, pod.labels)),
      ),
  );
}
