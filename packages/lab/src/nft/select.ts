import type { ClusterPolicy, Labels, Namespace, Peer, Pod, Selector } from "@netproof/core/parts";

// The compiler's own reading of selectors: it shares no line with the engine that it is compared with.

/** Who is meant by a selector: every condition on the labels holds. */
export function selects(selector: "every" | Selector, labels: Labels): boolean {
  if (selector === "every") return true;
  for (const { key, operator, values } of selector.requirements) {
    const has = labels.has(key);
    const listed = has && values.includes(labels.get(key) ?? "");
    if (operator === "In" && !listed) return false;
    if (operator === "NotIn" && listed) return false;
    if (operator === "Exists" && !has) return false;
    if (operator === "DoesNotExist" && has) return false;
  }
  return true;
}

export function isClusterSubjectOf({ subject }: ClusterPolicy, pod: Pod): boolean {
  return selects(subject.namespaces, pod.namespace.labels) && selects(subject.pods, pod.labels);
}

/** Namespaces that an entry of `from` or `to` means; `own` is that of the policy which holds the entry. Its pods are those that `peer.pods` selects. */
export function isPeerNamespace(peer: Extract<Peer, { kind: "pods" }>, own: string | undefined, namespace: Namespace): boolean {
  return peer.namespaces === "own" ? namespace.name === own : selects(peer.namespaces, namespace.labels);
}
