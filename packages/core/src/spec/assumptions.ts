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
    ...assumed("S11", "pods whose node is not known: their own node is judged as any other", withoutNode(snapshot)),
    ...assumed("S11", "ingress from a pod's own node is always allowed; tables speak of the other nodes", onTheirNode(snapshot)),
    ...assumed("S11", "egress to a pod's own node is not exempt, only ingress from it", besideTheirNode(snapshot)),
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

/** S11 exempts a pod's own node; where the cluster has machines and a pod does not say which is its own, nobody can apply it. */
function withoutNode(snapshot: Snapshot): readonly Pod[] {
  const ruled = ruledNamespaces(snapshot, "ingress");
  return snapshot.pods.filter(({ hostNetwork, node, namespace }) => !hostNetwork && node === undefined && ruled.has(namespace.name));
}

function onTheirNode(snapshot: Snapshot): readonly Pod[] {
  const ruled = ruledNamespaces(snapshot, "ingress");
  return snapshot.pods.filter(({ hostNetwork, node, namespace }) => !hostNetwork && node !== undefined && ruled.has(namespace.name));
}

/** The other reading of S11 would open egress to the own node as well. */
function besideTheirNode(snapshot: Snapshot): readonly Pod[] {
  const ruled = ruledNamespaces(snapshot, "egress");
  return snapshot.pods.filter(({ hostNetwork, node, namespace }) => !hostNetwork && node !== undefined && ruled.has(namespace.name));
}

/** Namespaces with a policy of this direction, if the snapshot has machines whose traffic it could stop. */
function ruledNamespaces({ pods, nodes, policies }: Snapshot, direction: Direction): ReadonlySet<string> {
  const machines = nodes.length > 0 || pods.some(({ hostNetwork }) => hostNetwork);
  return new Set(machines ? policies.filter((policy) => policy[direction] !== undefined).map(({ name }) => name.namespace) : []);
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
