import type { Labels, NamedPort, Namespace, Node, Pod, WorkloadName } from "../model/cluster.ts";
import { sameAddress, type Address } from "../net/address.ts";
import type { Cidr } from "../net/cidr.ts";
import type { Source } from "../text/source.ts";
import * as kubernetes from "./kubernetes.ts";
import {
  child,
  descend,
  itemsOf,
  labels,
  mapping,
  mappings,
  originOf,
  rootOf,
  startReading,
  text,
  type Field,
  type Reading,
} from "./kubernetes.ts";
import type { ManifestObject } from "./manifest.ts";
import { oncePerObject, remembering } from "./remember.ts";
import { fieldOf, isRecord, type Fields } from "./value.ts";
import type { Value } from "./build.ts";

/** What one Pod object says, before it is put into its cluster. */
export interface PodReading extends Reading {
  readonly labels: Labels;
  readonly addresses: readonly Address[];
  readonly hostAddresses: readonly Address[];
  /** Succeeded or Failed: its address may be another pod's by now, so it takes no part (S16). */
  readonly finished: boolean;
  readonly owner: WorkloadName | undefined;
  readonly spec: PodSpec;
}

/** What matters of a pod's `spec`, whether it stands in a Pod or in a workload's template. */
export interface PodSpec {
  readonly ports: readonly NamedPort[];
  readonly hostNetwork: boolean;
  readonly node: string | undefined;
}

/**
 * A pod without what no reader here looks at: annotations, environment, volumes, conditions and the like are nine tenths of a pod in a
 * dump. What is of an unexpected kind stays as it is, so that reading can say so.
 */
export function whatMattersOfPod(pod: Fields): Fields {
  return {
    ...pick(pod, ["apiVersion", "kind"]),
    ...narrowed(pod, "metadata", (metadata) =>
      pick(metadata, ["name", "generateName", "namespace", "labels", "ownerReferences", "creationTimestamp"]),
    ),
    ...narrowed(pod, "spec", (spec) => ({
      ...pick(spec, ["hostNetwork", "nodeName"]),
      ...containersOf(spec, "containers"),
      ...containersOf(spec, "initContainers"),
    })),
    ...narrowed(pod, "status", (status) => pick(status, ["phase", "podIP", "podIPs", "hostIP", "hostIPs"])),
  };
}

function containersOf(spec: Fields, key: "containers" | "initContainers"): Fields {
  const containers = fieldOf(spec, key);
  if (!Array.isArray(containers)) return pick(spec, [key]);
  return {
    [key]: containers.map((container: Value) => (isRecord(container) ? pick(container, ["name", "ports", "restartPolicy"]) : container)),
  };
}

function narrowed(fields: Fields, key: string, narrow: (inner: Fields) => Fields): Fields {
  const inner = fieldOf(fields, key);
  return isRecord(inner) ? { [key]: narrow(inner) } : pick(fields, [key]);
}

function pick(fields: Fields, keys: readonly string[]): Fields {
  const picked: Record<string, Value> = {};
  for (const key of keys) if (Object.hasOwn(fields, key)) picked[key] = fields[key] as Value;
  return picked;
}

export const readPod: (object: ManifestObject) => PodReading = oncePerObject(readingOf);

function readingOf(object: ManifestObject): PodReading {
  const reading = startReading(object);
  const root = rootOf(reading);
  const status = mapping(reading, child(root, "status"), "`status`");
  const phase = child(status, "phase")?.value;
  return {
    ...reading,
    labels: labels(reading, descend(root, "metadata", "labels"), "`labels`"),
    addresses: addressesOf(reading, child(status, "podIPs"), child(status, "podIP"), "the address of a pod"),
    hostAddresses: addressesOf(reading, child(status, "hostIPs"), child(status, "hostIP"), "the address of a node"),
    finished: phase === "Succeeded" || phase === "Failed",
    owner: controllerOf(root),
    spec: podSpecOf(reading, child(root, "spec")),
  };
}

/** All addresses of `podIPs`; `podIP` alone where the list is missing (S15). */
function addressesOf(reading: Reading, plural: Field | undefined, single: Field | undefined, what: string): readonly Address[] {
  const items = mappings(reading, plural, "a list of addresses", "an item of it").map((item) => child(item, "ip"));
  const listed = items.flatMap((item) => kubernetes.address(reading, item, what) ?? []);
  // Usually it is the first of the list once more.
  if (single === undefined || items.some((item) => item?.value === single.value)) return listed;
  const alone = kubernetes.address(reading, single, what);
  if (alone === undefined || listed.some((address) => sameAddress(address, alone))) return listed;
  return [alone, ...listed];
}

/** The owner that made the object: the controller, which a live object names. */
export function controllerOf(root: Field): WorkloadName | undefined {
  const fields = itemsOf(descend(root, "metadata", "ownerReferences"));
  const controller = fields.find((field) => child(field, "controller")?.value === true) ?? (fields.length === 1 ? fields[0] : undefined);
  const [kind, name] = [child(controller, "kind")?.value, child(controller, "name")?.value];
  // The pods that a kubelet runs from files are owned by their Node, which is no workload.
  return typeof kind === "string" && typeof name === "string" && kind !== "Node" ? { kind, name } : undefined;
}

export function podSpecOf(reading: Reading, field: Field | undefined): PodSpec {
  const spec = mapping(reading, field, "`spec`");
  const containers = mappings(reading, child(spec, "containers"), "`containers`", "a container");
  const sidecars = mappings(reading, child(spec, "initContainers"), "`initContainers`", "a container").filter(
    (container) => child(container, "restartPolicy")?.value === "Always",
  );
  const ofSidecars = sidecars.flatMap((container) => namedPortsOf(reading, container));
  if (ofSidecars.length > 0) {
    reading.assumed.push({ rule: "S6", what: "named ports of sidecars count", count: 1, origins: [originOf(reading)] });
  }
  const ports = [...containers.flatMap((container) => namedPortsOf(reading, container)), ...ofSidecars];
  return {
    ports: kubernetes.sameAsBefore(lastPorts, reading, ports, samePorts),
    hostNetwork: kubernetes.boolean(reading, child(spec, "hostNetwork"), "`hostNetwork`") ?? false,
    node: text(reading, child(spec, "nodeName"), "`nodeName`"),
  };
}

const lastPorts = new WeakMap<Source, readonly NamedPort[]>();

function samePorts(a: readonly NamedPort[], b: readonly NamedPort[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, protocol, port }, i) => b[i]?.name === name && b[i].protocol === protocol && b[i].port === port)
  );
}

/** «A named port is looked up among the ports that the containers of the pod declare» (S6). */
function namedPortsOf(reading: Reading, container: Field): readonly NamedPort[] {
  return mappings(reading, child(container, "ports"), "`ports` of a container", "a port of a container").flatMap((item) => {
    const port = kubernetes.portNumber(reading, child(item, "containerPort"), "`containerPort`");
    const protocol = kubernetes.protocol(reading, child(item, "protocol"));
    const name = text(reading, child(item, "name"), "the name of a port");
    return name === undefined || port === undefined || protocol === undefined ? [] : { name, protocol, port };
  });
}

const rememberedPods = remembering<Pod>();

/** What a pod gets from the rest of the cluster. */
export interface PodSurroundings {
  readonly namespace: Namespace;
  readonly node: Node | undefined;
  readonly workload: WorkloadName | undefined;
  readonly podNetwork: readonly Cidr[];
}

export function podOf(object: ManifestObject, { namespace, node, workload, podNetwork }: PodSurroundings): Pod {
  const inputs = [namespace, node, workload?.kind, workload?.name, ...podNetwork];
  return rememberedPods(object, inputs, () => {
    const { labels: podLabels, addresses, hostAddresses, spec } = readPod(object);
    const own = addresses.length > 0 ? addresses : ("not-yet-assigned" as const);
    const found = spec.hostNetwork ? hostAddressesOf(node, addresses, hostAddresses) : own;
    return {
      kind: "pod",
      namespace,
      name: object.name,
      labels: podLabels,
      addresses: found,
      podNetwork: found === "not-yet-assigned" && !spec.hostNetwork ? podNetwork : [],
      ports: spec.ports,
      hostNetwork: spec.hostNetwork,
      node: spec.node,
      workload,
      origin: originOf({ object }),
    };
  });
}

/** A host-network pod has the addresses of its node (S10, S21). */
export function hostAddressesOf(
  node: Node | undefined,
  podAddresses: readonly Address[],
  hostAddresses: readonly Address[],
): readonly Address[] | "not-yet-assigned" {
  for (const addresses of [node?.addresses ?? [], hostAddresses, podAddresses]) {
    if (addresses.length > 0) return addresses;
  }
  return "not-yet-assigned";
}
