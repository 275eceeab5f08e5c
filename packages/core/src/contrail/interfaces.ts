import type { Labels } from "../model/cluster.ts";
import type { KubeNamespace, KubePod } from "./kube-objects.ts";
import { fullName, type Interface, type InterfaceTag } from "./objects.ts";
import type { Profile } from "./profiles.ts";
import { announcedTags, namespaceTags } from "./tags.ts";

/** The tags of all pods, as namespaces and pods come, change and go (rule P, spec 3.1). */
export interface Interfaces {
  announceNamespace(namespace: KubeNamespace, event: "added" | "modified"): void;
  forgetNamespace(name: string): void;
  announcePod(pod: KubePod): void;
  forgetPod(pod: KubePod): void;
  readonly namespaces: readonly KubeNamespace[];
  readonly pods: readonly KubePod[];
  /** By `namespace/name`, as they are now. */
  tags(): ReadonlyMap<string, Interface>;
}

export function startInterfaces({ tagOfRemovedLabel }: Profile): Interfaces {
  const namespaces = new Map<string, KubeNamespace>();
  const pods = new Map<string, StoredPod>();
  return {
    announceNamespace: (namespace, event) => {
      const before = namespaces.get(namespace.name);
      namespaces.set(namespace.name, namespace);
      if (event === "added" || before === undefined) return;
      const [old, now] = [namespaceTags(before), namespaceTags(namespace)];
      const [removed, added] = [lacking(old, now), lacking(now, old)];
      for (const [key, stored] of pods) {
        if (stored.pod.namespace === namespace.name) pods.set(key, relabelled(stored, removed, added));
      }
    },
    forgetNamespace: (name) => void namespaces.delete(name),
    announcePod: (pod) => {
      if (pod.network !== "pods") return;
      const before = pods.get(keyOf(pod));
      const namespace = namespaces.get(pod.namespace) ?? { name: pod.namespace, labels: noLabels, origin: undefined };
      const announced = announcedTags(pod, namespace);
      // Tags are set, not replaced: that of a label which is gone stays (D46).
      const left = [...(before?.tags ?? [])].filter(
        ([type]) => tagOfRemovedLabel === "stays" || !before?.announced.has(type) || announced.has(type),
      );
      const stale = new Map(left.map(([type, tag]) => [type, announced.has(type) ? tag : { ...tag, source: "stale" as const }]));
      pods.set(keyOf(pod), { pod, announced, tags: withTags(stale, announced.values()) });
    },
    forgetPod: (pod) => void pods.delete(keyOf(pod)),
    get namespaces() {
      return [...namespaces.values()];
    },
    get pods() {
      return [...pods.values()].map(({ pod }) => pod);
    },
    tags: () => new Map([...pods].map(([key, { pod, tags }]) => [key, { namespace: pod.namespace, pod: pod.name, tags }])),
  };
}

type Tags = ReadonlyMap<string, InterfaceTag>;

interface StoredPod {
  readonly pod: KubePod;
  /** What kube-manager announced for it last. */
  readonly announced: Tags;
  /** What is on its interface. */
  readonly tags: Tags;
}

const noLabels: Labels = new Map();

/** Removed comes first, so the pod's own label that the namespace's had hidden is gone until the pod's next event. */
function relabelled({ pod, announced, tags }: StoredPod, removed: readonly InterfaceTag[], added: readonly InterfaceTag[]): StoredPod {
  const without = (all: Tags): Tags => new Map([...all].filter(([type]) => !removed.some((tag) => tag.type === type)));
  const next = withTags(without(announced), added);
  return { pod, announced: next, tags: added.length === 0 ? without(tags) : withTags(without(tags), next.values()) };
}

/** The tags that are not among the others with this value. */
function lacking(tags: readonly InterfaceTag[], others: readonly InterfaceTag[]): readonly InterfaceTag[] {
  return tags.filter(({ type, value }) => !others.some((other) => other.type === type && other.value === value));
}

function withTags(tags: Tags, more: Iterable<InterfaceTag>): Tags {
  return new Map([...tags, ...[...more].map((tag) => [tag.type, tag] as const)]);
}

function keyOf({ namespace, name }: KubePod): string {
  return fullName(namespace, name);
}
