import type { Pod } from "../model/cluster.ts";
import { addressKey, type Address } from "../net/address.ts";
import { oncePerObject } from "../read/remember.ts";

/** Pods by what they are called, in the order of the snapshot. Many thousand flows are asked of one, so its pods are sorted once. */
export interface PodIndex {
  /** Of one namespace, or of all. */
  named(name: string, namespace?: string): readonly Pod[];
  ofWorkload(name: string, namespace?: string): readonly Pod[];
  withAddress(address: Address): readonly Pod[];
}

export const podIndex: (pods: readonly Pod[]) => PodIndex = oncePerObject((pods: readonly Pod[]): PodIndex => {
  const byName = sortedWhenAsked(pods, ({ name, namespace }) => [name, fullName(name, namespace.name)]);
  const byWorkload = sortedWhenAsked(pods, ({ workload, namespace }) =>
    workload === undefined ? [] : [workload.name, fullName(workload.name, namespace.name)],
  );
  const byAddress = sortedWhenAsked(pods, ({ addresses }) => (addresses === "not-yet-assigned" ? [] : addresses.map(addressKey)));
  return {
    named: (name, namespace) => byName(fullName(name, namespace)),
    ofWorkload: (name, namespace) => byWorkload(fullName(name, namespace)),
    withAddress: (address) => byAddress(addressKey(address)),
  };
});

function fullName(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}\0${name}`;
}

function sortedWhenAsked(pods: readonly Pod[], keysOf: (pod: Pod) => readonly string[]): (key: string) => readonly Pod[] {
  let sorted: Map<string, Pod[]> | undefined;
  return (key) => {
    sorted ??= sortedBy(pods, keysOf);
    return sorted.get(key) ?? [];
  };
}

function sortedBy(pods: readonly Pod[], keysOf: (pod: Pod) => readonly string[]): Map<string, Pod[]> {
  const sorted = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const key of keysOf(pod)) {
      const alike = sorted.get(key);
      if (alike === undefined) sorted.set(key, [pod]);
      else alike.push(pod);
    }
  }
  return sorted;
}
