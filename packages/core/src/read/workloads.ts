import type { Labels, Namespace, Node, Pod, WorkloadName } from "../model/cluster.ts";
import type { Cidr } from "../net/cidr.ts";
import {
  child,
  descend,
  integer,
  itemsOf,
  labels,
  mapping,
  originOf,
  rootOf,
  spanAt,
  startReading,
  type Field,
  type Reading,
} from "./kubernetes.ts";
import type { ManifestObject } from "./manifest.ts";
import { say } from "./messages.ts";
import { controllerOf, hostAddressesOf, podSpecOf, type PodSpec } from "./pods.ts";
import { oncePerObject, remembering } from "./remember.ts";

/** What one workload says of the pods that its controller would make. */
export interface WorkloadReading extends Reading {
  readonly labels: Labels;
  readonly spec: PodSpec;
  /** Undefined for a DaemonSet: one pod per node. */
  readonly replicas: number | undefined;
  /** The number of the first pod: 0 for a StatefulSet that names none, else 1. */
  readonly first: number;
  /** A Job that is complete or failed makes no more pods (S16). */
  readonly finished: boolean;
  readonly owner: WorkloadName | undefined;
}

export const readWorkload: (object: ManifestObject) => WorkloadReading = oncePerObject(readingOf);

function readingOf(object: ManifestObject): WorkloadReading {
  const reading = startReading(object);
  const root = rootOf(reading);
  const spec = mapping(reading, child(root, "spec"), "`spec`");
  const job =
    object.kind === "CronJob"
      ? mapping(reading, child(mapping(reading, child(spec, "jobTemplate"), "`jobTemplate`"), "spec"), "`spec`")
      : spec;
  const template = mapping(reading, child(job, "template"), "`template`");
  const metadata = mapping(reading, child(template, "metadata"), "`metadata`");
  return {
    ...reading,
    labels: withJobName(object, labels(reading, child(metadata, "labels"), "`labels`")),
    spec: podSpecOf(reading, child(template, "spec")),
    replicas: replicasOf(reading, object.kind, job),
    first: firstOf(reading, object.kind, spec),
    finished: object.kind === "Job" && isFinishedJob(root),
    owner: controllerOf(root),
  };
}

function replicasOf(reading: Reading, kind: string, spec: Field | undefined): number | undefined {
  if (kind === "DaemonSet") return undefined;
  if (kind !== "Job" && kind !== "CronJob") return count(reading, child(spec, "replicas"), "`replicas`") ?? 1;
  const parallelism = count(reading, child(spec, "parallelism"), "`parallelism`") ?? 1;
  return Math.min(parallelism, count(reading, child(spec, "completions"), "`completions`") ?? parallelism);
}

function firstOf(reading: Reading, kind: string, spec: Field | undefined): number {
  if (kind !== "StatefulSet" || spec === undefined) return 1;
  return count(reading, descend(spec, "ordinals", "start"), "`start`") ?? 0;
}

function count(reading: Reading, field: Field | undefined, what: string): number | undefined {
  const number = integer(reading, field, what);
  if (number === undefined || field === undefined || number >= 0) return number;
  reading.diagnostics.push(say("type-wrong", spanAt(reading, field.path, "value"), { what, expected: "0 or more" }));
  return undefined;
}

function isFinishedJob(root: Field): boolean {
  return itemsOf(descend(root, "status", "conditions")).some((item) => {
    const [type, status] = [child(item, "type")?.value, child(item, "status")?.value];
    return (type === "Complete" || type === "Failed") && status === "True";
  });
}

/** The labels that the Job controller adds to its pods. */
function withJobName({ kind, name }: ManifestObject, own: Labels): Labels {
  return kind === "Job" ? new Map([...own, ["job-name", name], ["batch.kubernetes.io/job-name", name]]) : own;
}

/** What the pods of a workload get from the rest of the cluster. */
export interface WorkloadSurroundings {
  readonly namespace: Namespace;
  /** The workload that views name: the Deployment of a ReplicaSet. */
  readonly workload: WorkloadName;
  readonly nodes: readonly Node[];
  readonly podNetwork: readonly Cidr[];
}

const rememberedPods = remembering<readonly Pod[]>();

/** How many pods the workload asks for. */
export function podCount(object: ManifestObject, nodes: readonly Node[]): number {
  return readWorkload(object).replicas ?? Math.max(1, nodes.length);
}

/**
 * The pods that the controller would make. They are named like it, with a number from 1 (`web-1`, `web-2`), those of a StatefulSet
 * with theirs from 0, those of a DaemonSet with their node where nodes are known. Labels and ports are shared among them.
 */
export function templatePodsOf(object: ManifestObject, { namespace, workload, nodes, podNetwork }: WorkloadSurroundings): readonly Pod[] {
  const perNode = object.kind === "DaemonSet" && nodes.length > 0;
  const inputs = [namespace, workload.kind, workload.name, podNetwork.length, ...podNetwork, ...(perNode ? nodes : [])];
  return rememberedPods(object, inputs, () => {
    const { labels: shared, spec, replicas, first } = readWorkload(object);
    const origin = originOf({ object });
    const pod = (suffix: string | number, node: Node | undefined): Pod => {
      const name = `${object.name}-${suffix}`;
      return {
        kind: "pod",
        namespace,
        name,
        labels: object.kind === "StatefulSet" ? statefulLabels(shared, name, String(suffix)) : shared,
        addresses: spec.hostNetwork ? hostAddressesOf(node, [], []) : "not-yet-assigned",
        podNetwork: spec.hostNetwork ? [] : podNetwork,
        ports: spec.ports,
        hostNetwork: spec.hostNetwork,
        node: node?.name ?? spec.node,
        workload,
        origin,
      };
    };
    if (perNode) return nodes.map((node) => pod(node.name, node));
    return Array.from({ length: replicas ?? 1 }, (_, i) => pod(first + i, undefined));
  });
}

/** The labels that the StatefulSet controller adds, by which policies select a single pod. */
function statefulLabels(shared: Labels, name: string, index: string): Labels {
  return new Map([...shared, ["statefulset.kubernetes.io/pod-name", name], ["apps.kubernetes.io/pod-index", index]]);
}
