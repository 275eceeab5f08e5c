import { sameLabels, type Namespace, type Node, type Pod, type Service, type Snapshot } from "../model/cluster.ts";
import type { Ledger } from "../model/ledger.ts";
import type { ClusterPolicy, NetworkPolicy, Unread } from "../model/policy.ts";
import { compareTexts, type Diagnostic } from "../text/diagnostic.ts";
import { spanOf } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import { readClusterPolicy } from "./clusterpolicy.ts";
import { withoutRepetitions } from "./duplicates.ts";
import { originOf, spanAt, type Reading } from "./kubernetes.ts";
import { clusterPolicyKinds, useOf, workloadKinds } from "./kinds.ts";
import { assumedEntries, readCounts, skippedKinds } from "./ledger.ts";
import { firstLetters } from "./letters.ts";
import { limits } from "./limits.ts";
import type { ManifestObject, ReadOptions } from "./manifest.ts";
import { say } from "./messages.ts";
import { readNetworkPolicy } from "./networkpolicy.ts";
import { impliedNamespace, readNamespace, readNode } from "./nodes.ts";
import { objectTitle } from "./objects.ts";
import { ownership, type Ownership } from "./owners.ts";
import { podOf, readPod } from "./pods.ts";
import { oncePerObject, remembering } from "./remember.ts";
import { readEndpoints, readService, serviceOf } from "./services.ts";
import { fieldAt, type Fields } from "./value.ts";
import { podCount, readWorkload, templatePodsOf } from "./workloads.ts";

/** Model objects that did not come from manifests (the inline topology of a use-case file), merged into the snapshot. */
export interface Extra {
  readonly namespaces?: readonly Namespace[];
  readonly pods?: readonly Pod[];
  readonly services?: readonly Service[];
  readonly nodes?: readonly Node[];
}

export interface Assembled {
  readonly snapshot: Snapshot;
  readonly diagnostics: readonly Diagnostic[];
  /** All of the ledger that the objects give; files and what was no object are counted by `readObjects`. */
  readonly ledger: Omit<Ledger, "files">;
}

/**
 * Puts objects together to one cluster: namespaces, pods of workloads, Services with their endpoints, policies in creation order.
 * The order of `objects` is the order of application; it matters for the creation order only. Objects that are the same as in an
 * earlier call give the same model objects again.
 */
export function assemble(objects: readonly ManifestObject[], options: ReadOptions = {}, extra: Extra = {}): Assembled {
  const unique = withoutRepetitions(objects);
  const isAbsent = absence(options.assumeAbsent ?? []);
  const kept = unique.objects.filter((object) => useOf(object.group, object.kind).use === "read");
  const foreign = unique.objects.filter((object) => useOf(object.group, object.kind).use !== "read");
  const absent = foreign.filter(isAbsent);
  const others = foreign.filter((object) => !isAbsent(object));
  const unreadObjects = others.filter(({ group, kind }) => useOf(group, kind).use === "unread");
  const byKind = groupByKind(kept);
  const of = (kind: string): readonly ManifestObject[] => byKind.get(kind) ?? [];

  const namespaces = namespacesOf(of("Namespace"), [...kept, ...unreadObjects], extra);
  const nodes = [...of("Node").map((object) => readNode(object).node), ...(extra.nodes ?? [])].sort(byName);
  const policies = of("NetworkPolicy").map(readNetworkPolicy);
  const clusterPolicyObjects = clusterPolicyKinds.flatMap(of);
  const made = rememberedPodsOf(of("Pod"), workloadKinds.flatMap(of), { namespaces, nodes, options }, extra);
  const services = servicesOf(of("Service"), [...of("EndpointSlice"), ...of("Endpoints")], namespaces, extra);

  const snapshot: Snapshot = {
    namespaces: [...namespaces.values()].sort(byName),
    nodes,
    pods: made.pods,
    services,
    policies: inCreationOrder(policies),
    clusterPolicies: clusterPolicyObjects.flatMap((object) => readClusterPolicy(object).policy ?? []).sort(byPrecedence),
    unread: unreadObjects.map(unreadOf).sort(byWho),
  };
  const readings = readingsOf(kept);
  const diagnostics = [
    ...unique.diagnostics,
    ...firstLetters(readings.flatMap((reading) => reading.diagnostics)),
    ...made.diagnostics,
    ...conflictsWith(extra, kept),
    ...unusedAbsences(options.assumeAbsent ?? [], foreign),
    ...mixedGenerations(clusterPolicyObjects),
    ...whatIsMissing(made.pods.length, policies.length + clusterPolicyObjects.length + unreadObjects.length, objects.length > 0),
  ];
  const ledger = {
    read: readCounts(kept),
    skipped: [...skippedKinds(others), ...readings.flatMap(({ skipped }) => skipped)],
    assumed: assumedEntries(readings, made.finished, [...unreadObjects, ...kept], absent, options.defaultNamespace ?? "default"),
  };
  return { snapshot, diagnostics, ledger };
}

function absence(names: readonly string[]): (object: ManifestObject) => boolean {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return ({ group, kind }) => useOf(group, kind).use === "unread" && namesOfKind(group, kind).some((name) => wanted.has(name));
}

/** `CiliumNetworkPolicy`, `CiliumNetworkPolicy.cilium.io` and `cilium.io/CiliumNetworkPolicy` are one kind. */
function namesOfKind(group: string, kind: string): readonly string[] {
  return [kind, `${kind}.${group}`, `${group}/${kind}`].map((name) => name.toLowerCase());
}

/** A word that names no unread kind of the input is most likely misspelled; it is no error, since a pipeline asks for all its inputs alike. */
function unusedAbsences(words: readonly string[], foreign: readonly ManifestObject[]): readonly Diagnostic[] {
  const unread = foreign.filter(({ group, kind }) => useOf(group, kind).use === "unread");
  const kinds = [...new Set(unread.map(({ kind }) => kind))];
  return words
    .filter((word) => !unread.some(({ group, kind }) => namesOfKind(group, kind).includes(word.toLowerCase())))
    .map((word) => say("absent-kind-unseen", undefined, { kind: word, meant: nearest(word, kinds) }));
}

function groupByKind(objects: readonly ManifestObject[]): ReadonlyMap<string, readonly ManifestObject[]> {
  const groups = new Map<string, ManifestObject[]>();
  for (const object of objects) {
    const group = groups.get(object.kind);
    if (group === undefined) groups.set(object.kind, [object]);
    else group.push(object);
  }
  return groups;
}

/** Every namespace that is given, and every one that only appears through its objects (S4). */
function namespacesOf(given: readonly ManifestObject[], objects: readonly ManifestObject[], extra: Extra): ReadonlyMap<string, Namespace> {
  const namespaces = new Map<string, Namespace>();
  const offer = (namespace: Namespace): void => {
    if (!namespaces.has(namespace.name)) namespaces.set(namespace.name, namespace);
  };
  for (const object of given) offer(readNamespace(object).namespace);
  for (const namespace of extra.namespaces ?? []) offer(namespace);
  for (const { namespace } of [...(extra.pods ?? []), ...(extra.services ?? [])]) offer(namespace);
  for (const object of objects) {
    if (object.namespace !== undefined && !namespaces.has(object.namespace)) offer(impliedNamespace(object.namespace));
  }
  return namespaces;
}

interface Cluster {
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly nodes: readonly Node[];
  readonly options: ReadOptions;
}

interface Made {
  readonly pods: readonly Pod[];
  readonly finished: readonly ManifestObject[];
  readonly diagnostics: readonly Diagnostic[];
}

const rememberedMade = remembering<Made>();

/** `podsOf`, again for the same objects: an edit of a policy leaves thousands of pods as they were. */
function rememberedPodsOf(
  podObjects: readonly ManifestObject[],
  workloads: readonly ManifestObject[],
  cluster: Cluster,
  extra: Extra,
): Made {
  const [first] = podObjects;
  const make = (): Made => podsOf(podObjects, workloads, cluster, extra);
  if (first === undefined) return make();
  const { namespaces, nodes, options } = cluster;
  const inputs = [podObjects, workloads, [...namespaces.values()], nodes, options.podCidrs ?? [], extra.pods ?? []];
  // Between the lists their lengths, so that none goes over into the next.
  return rememberedMade(
    first,
    inputs.flatMap((list) => [list.length, ...list]),
    make,
  );
}

/** The pods themselves, and the pods of workloads that have none in the input: where a dump holds both, the pods win. */
function podsOf(
  podObjects: readonly ManifestObject[],
  workloads: readonly ManifestObject[],
  { namespaces, nodes, options }: Cluster,
  extra: Extra,
): Made {
  const owners = ownership(workloads);
  const nodeByName = new Map(nodes.map((node) => [node.name, node]));
  const namespaceOf = (object: ManifestObject): Namespace =>
    namespaces.get(object.namespace ?? "") ?? impliedNamespace(object.namespace ?? "");
  const podNetwork = options.podCidrs ?? [];
  const finished = [
    ...podObjects.filter((object) => readPod(object).finished),
    ...workloads.filter((object) => readWorkload(object).finished),
  ];
  const pods: Pod[] = podObjects
    .filter((object) => !readPod(object).finished)
    .map((object) => {
      const { spec, owner, labels } = readPod(object);
      const node = spec.node === undefined ? undefined : nodeByName.get(spec.node);
      return podOf(object, { namespace: namespaceOf(object), node, workload: owners.workloadOf(object, owner, labels), podNetwork });
    });
  for (const pod of extra.pods ?? []) pods.push(podIn(namespaces.get(pod.namespace.name) ?? pod.namespace, pod));

  const diagnostics: Diagnostic[] = [];
  const taken = new Set(pods.map(podKey));
  const havePods = ownersOfPods(podObjects, owners);
  let left: number = limits.templatePods;
  for (const object of workloads) {
    if (readWorkload(object).finished || havePods.has(object) || owners.isMadeByPresent(object)) continue;
    const count = podCount(object, nodes);
    if (count > left) {
      diagnostics.push(say("replicas-too-many", spanAt({ object }, "spec", "key"), { replicas: count, most: limits.templatePods }));
      continue;
    }
    left -= count;
    const { owner, labels } = readWorkload(object);
    const workload = owners.workloadOf(object, owner, labels) ?? { kind: object.kind, name: object.name };
    for (const pod of templatePodsOf(object, { namespace: namespaceOf(object), workload, nodes, podNetwork })) {
      const own = withFreeName(pod, object.kind, taken);
      taken.add(podKey(own));
      pods.push(own);
    }
  }
  return { pods: pods.sort(byNamespaceAndName), finished, diagnostics };
}

/** The workloads that pods of the input belong to, directly or through what made their owner. */
function ownersOfPods(podObjects: readonly ManifestObject[], owners: Ownership): ReadonlySet<ManifestObject> {
  return new Set(podObjects.flatMap((object) => owners.chainOf(object, readPod(object).owner)));
}

/** A pod of a template may meet a pod of its name (`web-1`): its kind then tells it apart. */
function withFreeName(pod: Pod, kind: string, taken: ReadonlySet<string>): Pod {
  let own = pod;
  for (let i = 1; taken.has(podKey(own)); i++) {
    own = { ...pod, name: `${pod.name}-${kind.toLowerCase()}${i === 1 ? "" : `-${i}`}` };
  }
  return own;
}

const rememberedPods = remembering<Pod>();

/** A pod of the inline topology whose namespace is also given as a manifest lives in that one. */
function podIn(namespace: Namespace, pod: Pod): Pod {
  return pod.namespace === namespace ? pod : rememberedPods(pod, [namespace], () => ({ ...pod, namespace }));
}

const rememberedServices = remembering<Service>();

function servicesOf(
  objects: readonly ManifestObject[],
  endpointObjects: readonly ManifestObject[],
  namespaces: ReadonlyMap<string, Namespace>,
  extra: Extra,
): readonly Service[] {
  const ofService = new Map<string, ManifestObject[]>();
  for (const object of endpointObjects) {
    const { service } = readEndpoints(object);
    if (service === undefined) continue;
    const key = `${object.namespace}/${service}`;
    ofService.set(key, [...(ofService.get(key) ?? []), object]);
  }
  const services = objects.map((object) => {
    const namespace = namespaces.get(object.namespace ?? "") ?? impliedNamespace(object.namespace ?? "");
    return serviceOf(object, namespace, ofService.get(`${object.namespace}/${object.name}`) ?? []);
  });
  const added = (extra.services ?? []).map((service) => {
    const namespace = namespaces.get(service.namespace.name) ?? service.namespace;
    return service.namespace === namespace ? service : rememberedServices(service, [namespace], () => ({ ...service, namespace }));
  });
  return [...services, ...added].sort(byNamespaceAndName);
}

/** By creationTimestamp where it is given; the others keep their place in the order of application. */
function inCreationOrder(
  readings: readonly { readonly object: ManifestObject; readonly policy: NetworkPolicy | undefined }[],
): readonly NetworkPolicy[] {
  const good = readings.flatMap(({ object, policy }) => (policy === undefined ? [] : { policy, created: createdAt(object) }));
  const dated = good.filter(({ created }) => created !== undefined).sort((a, b) => (a.created ?? 0) - (b.created ?? 0));
  let next = 0;
  return good.map((each) => (each.created === undefined ? each : (dated[next++] ?? each)).policy);
}

/** Milliseconds; a time that cannot be read is none. */
function createdAt({ value }: ManifestObject): number | undefined {
  const written = fieldAt(value as Fields, "metadata", "creationTimestamp");
  const time = typeof written === "string" ? Date.parse(written) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

const unreadOf = oncePerObject((object: ManifestObject): Unread => {
  const { group, kind, name, namespace } = object;
  return { group, kind, name, scope: namespace === undefined ? "cluster" : { namespace }, origin: originOf({ object }) };
});

function readingsOf(objects: readonly ManifestObject[]): readonly Reading[] {
  return objects.map((object) => {
    switch (object.kind) {
      case "Namespace":
        return readNamespace(object);
      case "Node":
        return readNode(object);
      case "Pod":
        return readPod(object);
      case "Service":
        return readService(object);
      case "EndpointSlice":
      case "Endpoints":
        return readEndpoints(object);
      case "NetworkPolicy":
        return readNetworkPolicy(object);
      case "ClusterNetworkPolicy":
      case "AdminNetworkPolicy":
      case "BaselineAdminNetworkPolicy":
        return readClusterPolicy(object);
      default:
        return readWorkload(object);
    }
  });
}

/** What is given both inline and as a manifest. A namespace may be, with the same labels. */
function conflictsWith(extra: Extra, objects: readonly ManifestObject[]): readonly Diagnostic[] {
  const inline = new Map<string, Namespace | Pod | Service | Node>([
    ...(extra.namespaces ?? []).map((namespace) => [`Namespace ${namespace.name}`, namespace] as const),
    ...(extra.pods ?? []).map((pod) => [`Pod ${podKey(pod)}`, pod] as const),
    ...(extra.services ?? []).map((service) => [`Service ${podKey(service)}`, service] as const),
    ...(extra.nodes ?? []).map((node) => [`Node ${node.name}`, node] as const),
  ]);
  if (inline.size === 0) return [];
  return objects.flatMap((object) => {
    const other = inline.get(objectTitle(object));
    if (other?.origin === undefined) return [];
    if (other.kind === "namespace" && sameLabels(other.labels, readNamespace(object).namespace.labels)) return [];
    const related = [{ at: spanOf(other.origin), message: "the other" }];
    return say("object-conflict", spanAt({ object }, "", "entry"), { title: objectTitle(object) }, { related });
  });
}

/** ClusterNetworkPolicy replaces the older kinds, so that few clusters know both. Told once, at the first of the older. */
function mixedGenerations(objects: readonly ManifestObject[]): readonly Diagnostic[] {
  const newer = objects.find(({ kind }) => kind === "ClusterNetworkPolicy");
  const older = objects.find(({ kind }) => kind !== "ClusterNetworkPolicy");
  if (newer === undefined || older === undefined) return [];
  const related = [{ at: spanAt({ object: newer }, "kind", "entry"), message: "the newer kind" }];
  return [say("tier-kinds-mixed", spanAt({ object: older }, "kind", "entry"), {}, { related })];
}

/** Policies with mistakes count too: that they are there is not what is missing. */
function whatIsMissing(pods: number, policies: number, anything: boolean): readonly Diagnostic[] {
  if (pods === 0) return anything ? [say("no-pods", undefined, { policies })] : [];
  return policies === 0 ? [say("no-policies", undefined, { pods })] : [];
}

function podKey({ namespace, name }: { readonly namespace: Namespace; readonly name: string }): string {
  return `${namespace.name}/${name}`;
}

/** Admin before Baseline, then ascending by priority (C3); the names only make the order one. */
function byPrecedence(a: ClusterPolicy, b: ClusterPolicy): number {
  return (
    compareTexts(a.tier, b.tier) ||
    a.priority - b.priority ||
    compareTexts(a.name.kind, b.name.kind) ||
    compareTexts(a.name.name, b.name.name)
  );
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareTexts(a.name, b.name);
}

function byNamespaceAndName(
  a: { readonly namespace: Namespace; readonly name: string },
  b: { readonly namespace: Namespace; readonly name: string },
): number {
  return compareTexts(a.namespace.name, b.namespace.name) || compareTexts(a.name, b.name);
}

function byWho(a: Unread, b: Unread): number {
  const namespaceOf = ({ scope }: Unread): string => (scope === "cluster" ? "" : scope.namespace);
  return (
    compareTexts(a.kind, b.kind) ||
    compareTexts(a.group, b.group) ||
    compareTexts(namespaceOf(a), namespaceOf(b)) ||
    compareTexts(a.name, b.name)
  );
}
