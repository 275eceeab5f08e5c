import type { Namespace, Pod, Snapshot } from "../../model/cluster.ts";
import type { NetworkPolicy } from "../../model/policy.ts";
import type { Family } from "../../net/address.ts";
import { globalMentions, localMentions } from "./mentions.ts";
import { membersOf, noPods, type Members, type NamespacePods } from "./members.ts";
import type { Universe } from "./shapes.ts";
import { universeOf } from "./universe.ts";

/** The pods of a cluster as its policies tell them apart, before any policy was asked what it says. */
export interface Classified {
  readonly universe: Universe;
  /** In the order of the snapshot. */
  readonly namespaces: readonly { readonly name: string; readonly members: Members; readonly policies: readonly NetworkPolicy[] }[];
}

export function classify(snapshot: Snapshot, family: Family): Classified {
  const [universe, shapes] = universeOf(snapshot, family, globalMentions(snapshot));
  const pods = podsByNamespace(snapshot.pods, shapes);
  const policiesOf = groupedByNamespace(snapshot.policies, (policy) => policy.name.namespace);
  return {
    universe,
    namespaces: snapshot.namespaces.map(({ name }) => {
      const policies = policiesOf.get(name) ?? [];
      return { name, members: membersOf(pods.get(name) ?? noPods, localMentions(policies)), policies };
    }),
  };
}

interface Group extends NamespacePods {
  readonly pods: Pod[];
  readonly shapes: number[];
}

function podsByNamespace(pods: readonly Pod[], shapesOfPods: readonly number[]): ReadonlyMap<string, NamespacePods> {
  const groups = new Map<string, Group>();
  let [last, group]: [Namespace | undefined, Group] = [undefined, { pods: [], shapes: [] }];
  pods.forEach((pod, i) => {
    // Pods of one namespace stand side by side.
    if (pod.namespace !== last) {
      last = pod.namespace;
      group = groups.get(last.name) ?? { pods: [], shapes: [] };
      groups.set(last.name, group);
    }
    group.pods.push(pod);
    group.shapes.push(shapesOfPods[i] as number);
  });
  return groups;
}

function groupedByNamespace<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
