import type { Snapshot } from "../model/cluster.ts";
import type { Source } from "../text/source.ts";
import { kubeObject, type RawObject } from "./from-manifests.ts";
import { snapshotObjects } from "./from-snapshot.ts";
import type { KubeObject } from "./kube-objects.ts";

/** A manifest's object, with the name and namespace that its reader found for it. */
export interface NamedObject extends RawObject {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/**
 * What kube-manager gets of a cluster that was made from these manifests. Policies and Ingress objects come from the manifests themselves:
 * a snapshot knows no Ingress, and it leaves out policies that a Kubernetes API server would refuse, of which we may have missed that it does.
 */
export function servedObjects(snapshot: Snapshot, objects: readonly NamedObject[]): readonly KubeObject[] {
  const policies = inCreationOrder(objects.filter(({ kind }) => kind === "NetworkPolicy"));
  const ingresses = objects.filter(({ kind }) => kind === "Ingress");
  return [...snapshotObjects({ ...snapshot, policies: [] }), ...[...policies, ...ingresses].flatMap((object) => served(object) ?? [])];
}

function served(object: NamedObject): KubeObject | undefined {
  const { group, kind, namespace, name } = object;
  // An item of a NetworkPolicyList need not say its kind.
  const value = { ...(object.value as Readonly<Record<string, unknown>>), apiVersion: `${group}/v1`, kind };
  const read = kubeObject({ ...object, value }, "as-served");
  return read?.kind === "NetworkPolicy" || read?.kind === "Ingress" ? { ...read, namespace: namespace ?? read.namespace, name } : undefined;
}

/** By creationTimestamp where it is given; the others keep their place. */
function inCreationOrder(objects: readonly NamedObject[]): readonly NamedObject[] {
  const all = objects.map((object) => ({ object, created: createdAt(object) }));
  const dated = all.filter(({ created }) => created !== undefined).sort((a, b) => (a.created ?? 0) - (b.created ?? 0));
  let next = 0;
  return all.map((each) => (each.created === undefined ? each : (dated[next++] ?? each)).object);
}

function createdAt({ value }: NamedObject): number | undefined {
  const { metadata } = value as { readonly metadata?: { readonly creationTimestamp?: unknown } | null };
  const written = metadata?.creationTimestamp;
  const time = typeof written === "string" ? Date.parse(written) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A text that is a bare JSON array of objects, as watch logs and dumps of API servers are; undefined for every other text. */
export function bareArray({ text }: Source): readonly unknown[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
