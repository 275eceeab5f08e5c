import type { Labels, WorkloadName } from "../model/cluster.ts";
import type { ManifestObject } from "./manifest.ts";
import { readWorkload } from "./workloads.ts";

/** Who made what, as `ownerReferences` tell. */
export interface Ownership {
  /** The workload that an object with this owner belongs to: the top of the chain, a Deployment rather than its ReplicaSet. */
  workloadOf(object: ManifestObject, owner: WorkloadName | undefined, labels: Labels): WorkloadName | undefined;
  /** The workload objects above an object, from its owner upwards, as far as they are in the input. */
  chainOf(object: ManifestObject, owner: WorkloadName | undefined): readonly ManifestObject[];
  /** Whether another workload of the input makes this one and thereby its pods (a ReplicaSet of a Deployment, a Job of a CronJob). */
  isMadeByPresent(object: ManifestObject): boolean;
}

export function ownership(workloads: readonly ManifestObject[]): Ownership {
  const present = new Map(workloads.map((object) => [keyOf(object.namespace, object), object]));

  const chainOf: Ownership["chainOf"] = ({ namespace }, owner) => {
    const chain: ManifestObject[] = [];
    for (let next = owner; next !== undefined;) {
      const object = present.get(keyOf(namespace, next));
      if (object === undefined || chain.includes(object)) break;
      chain.push(object);
      next = readWorkload(object).owner;
    }
    return chain;
  };

  return {
    chainOf,
    workloadOf: (object, owner, labels) => {
      const top = chainOf(object, owner).at(-1);
      const above = top === undefined ? owner : readWorkload(top).owner;
      const found = above ?? (top === undefined ? undefined : { kind: top.kind, name: top.name });
      return found === undefined ? undefined : (deploymentOf(found, labels) ?? found);
    },
    isMadeByPresent: (object) => chainOf(object, readWorkload(object).owner).length > 0,
  };
}

/** A ReplicaSet that is named after the pod-template-hash was made by a Deployment of the rest of its name. */
function deploymentOf({ kind, name }: WorkloadName, labels: Labels): WorkloadName | undefined {
  const hash = labels.get("pod-template-hash");
  if (kind !== "ReplicaSet" || hash === undefined || hash === "" || !name.endsWith(`-${hash}`)) return undefined;
  return { kind: "Deployment", name: name.slice(0, -hash.length - 1) };
}

function keyOf(namespace: string | undefined, { kind, name }: WorkloadName): string {
  return `${namespace ?? ""}/${kind}/${name}`;
}
