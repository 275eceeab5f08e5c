import { sameLabels, type Namespace, type Pod, type Snapshot } from "../model/cluster.ts";
import type { NetworkPolicy } from "../model/policy.ts";
import { kubePolicy } from "./from-manifests.ts";
import type { KubeEvent, KubeNamespace, KubeObject, KubePod, KubePolicy } from "./kube-objects.ts";
import { fullName } from "./objects.ts";

/** What kube-manager finds in a cluster when it starts: namespaces, pods, then policies in their creation order. */
export function snapshotObjects({ namespaces, pods, policies }: Snapshot): readonly KubeObject[] {
  return [...namespaces.map(namespaceOf), ...pods.map(podOf), ...policies.map(kubePolicyOf)];
}

/**
 * The events that lead from one snapshot to the next. Between kinds their order is not known: here namespaces come first and go last, pods
 * come before policies. A policy is created anew, and moves behind all others, where it stands behind one that it stood before (spec 3.1).
 */
export function eventsBetween(before: Snapshot, after: Snapshot): readonly KubeEvent[] {
  const namespaces = compared(before.namespaces.map(namespaceOf), after.namespaces.map(namespaceOf), ({ name }) => name, sameNamespace);
  const pods = compared(before.pods.map(podOf), after.pods.map(podOf), keyOf, samePod);
  const replaced = replacedPods(before.pods, after.pods);
  const policies = compared(before.policies.map(kubePolicyOf), after.policies.map(kubePolicyOf), keyOf, isSame);
  const again = createdAgain(before.policies, after.policies);
  const created = (policy: KubeObject): boolean => policy.kind === "NetworkPolicy" && again.has(keyOf(policy));
  const isReplaced = (pod: KubeObject): boolean => pod.kind === "Pod" && replaced.has(keyOf(pod));
  return [
    ...eventsOf("added", namespaces.added),
    ...eventsOf("modified", namespaces.modified),
    ...eventsOf("deleted", [...pods.deleted, ...pods.kept.filter(isReplaced)]),
    ...eventsOf(
      "modified",
      pods.modified.filter((pod) => !isReplaced(pod)),
    ),
    ...eventsOf("added", [...pods.added, ...pods.kept.filter(isReplaced)]),
    ...eventsOf("deleted", [...policies.deleted, ...policies.kept.filter(created)]),
    ...eventsOf(
      "modified",
      policies.modified.filter((policy) => !created(policy)),
    ),
    ...eventsOf(
      "added",
      after.policies.map(kubePolicyOf).filter((policy) => created(policy) || policies.added.includes(policy)),
    ),
    ...eventsOf("deleted", namespaces.deleted),
  ];
}

function eventsOf(kind: "added" | "modified" | "deleted", objects: readonly KubeObject[]): readonly KubeEvent[] {
  return objects.map((object) => ({ kind, object }));
}

interface Compared<T> {
  readonly added: readonly T[];
  readonly deleted: readonly T[];
  /** As they are now, those that changed among them. */
  readonly kept: readonly T[];
  readonly modified: readonly T[];
}

function compared<T>(before: readonly T[], after: readonly T[], nameOf: (item: T) => string, same: (a: T, b: T) => boolean): Compared<T> {
  const old = new Map(before.map((item) => [nameOf(item), item]));
  const now = new Set(after.map(nameOf));
  const kept = after.filter((item) => old.has(nameOf(item)));
  return {
    added: after.filter((item) => !old.has(nameOf(item))),
    deleted: before.filter((item) => !now.has(nameOf(item))),
    kept,
    modified: kept.filter((item) => !same(old.get(nameOf(item)) as T, item)),
  };
}

/** Where a policy stands behind one that it stood before, it and all that come after it were deleted and created again. */
function createdAgain(before: readonly NetworkPolicy[], after: readonly NetworkPolicy[]): ReadonlySet<string> {
  const places = new Map(before.map(({ name }, i) => [keyOf(name), i]));
  const kept = after.map(({ name }) => keyOf(name)).filter((key) => places.has(key));
  const first = kept.findIndex((key, i) => i > 0 && (places.get(key) ?? 0) < (places.get(kept[i - 1] as string) ?? 0));
  return new Set(first < 0 ? [] : kept.slice(first));
}

/** A changed template makes new pods of the old names, and another network a new pod; otherwise a Pod is the same one with other labels. */
function replacedPods(before: readonly Pod[], after: readonly Pod[]): ReadonlySet<string> {
  const old = new Map(before.map((pod) => [keyOf(podOf(pod)), pod]));
  const replaced = after.filter((pod) => {
    const was = old.get(keyOf(podOf(pod)));
    if (was === undefined) return false;
    const isFromTemplate = pod.workload !== undefined && pod.addresses === "not-yet-assigned";
    return was.hostNetwork !== pod.hostNetwork || (isFromTemplate && !sameLabels(was.labels, pod.labels));
  });
  return new Set(replaced.map((pod) => keyOf(podOf(pod))));
}

/** Read once per policy: another object has other lines, even where it says the same. */
function isSame(a: KubePolicy, b: KubePolicy): boolean {
  return a === b;
}

function sameNamespace(a: KubeNamespace, b: KubeNamespace): boolean {
  return sameLabels(a.labels, b.labels);
}

function samePod(a: KubePod, b: KubePod): boolean {
  return sameLabels(a.labels, b.labels);
}

function namespaceOf({ name, labels, origin }: Namespace): KubeNamespace {
  return { kind: "Namespace", name, labels, origin };
}

/** A pod that a manifest describes will be scheduled, so it counts although it has no node yet. */
function podOf({ namespace, name, labels, hostNetwork, origin }: Pod): KubePod {
  return { kind: "Pod", namespace: namespace.name, name, labels, network: hostNetwork ? "host" : "pods", origin };
}

const read = new WeakMap<NetworkPolicy, KubePolicy>();

/** The policy as an API server hands it to kube-manager; the same object for the same policy. */
export function kubePolicyOf(policy: NetworkPolicy): KubePolicy {
  let known = read.get(policy);
  if (known === undefined) {
    // The reader knows the namespace of an object that names none.
    known = { ...kubePolicy({ value: policy.written, origin: policy.origin }, "as-served"), ...policy.name };
    read.set(policy, known);
  }
  return known;
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return fullName(namespace, name);
}
