import type { Namespace, Pod } from "../../model/cluster.ts";
import { LabelIndex } from "./label-index.ts";
import { LabelProjection, PortProjection, type LocalMentions } from "./mentions.ts";
import { Numbering, start } from "./numbering.ts";

/** The pods of one namespace with their shapes, side by side; -1 for a pod without an address in the family. */
export interface NamespacePods {
  readonly pods: readonly Pod[];
  readonly shapes: readonly number[];
}

export const noPods: NamespacePods = { pods: [], shapes: [] };

/**
 * The pods of one namespace as classes: what its own policies and those of the whole cluster tell apart.
 *
 *   class = (shape, labels that this namespace's policies look at, ports that they name)
 */
export interface Members extends NamespacePods {
  readonly mentions: LocalMentions;
  readonly classes: readonly PodClass[];
  /** Usually one; pods that were read at different times may hold different labels of it. */
  readonly spaces: ReadonlySet<Namespace>;
  /** By pod, its position in `classes`; -1 for a pod without an address in the family. */
  readonly positions: readonly number[];
  /** The same, by the pod itself. */
  positionOf(pod: Pod): number | undefined;
  /** S10: finds classes by their labels; no selector matches a host-network pod. */
  readonly index: LabelIndex;
}

export interface PodClass {
  readonly shape: number;
  readonly representative: Pod;
  readonly size: number;
  /** Equal for classes that declare the same under the names that this namespace's policies mention. */
  readonly ports: number;
}

export function membersOf({ pods, shapes }: NamespacePods, mentions: LocalMentions): Members {
  const labels = new LabelProjection(mentions.podLabels);
  const portsOf = new PortProjection(mentions.portNames);
  const numbering = new Numbering();
  const host = numbering.from(start, "host");
  const found = new Map<number, number>();
  const classes: { readonly shape: number; readonly representative: Pod; readonly ports: number; size: number }[] = [];
  const positions: number[] = [];
  let last: Pod | undefined;
  let [ports, seen, lastShape, position] = [host, host, -1, -1];
  for (let i = 0; i < pods.length; i++) {
    const [pod, shape] = [pods[i] as Pod, shapes[i] as number];
    if (shape < 0) {
      positions.push(-1);
      continue;
    }
    // Pods of one workload stand side by side and hold the same objects: what they show is worked out once.
    if (last?.labels !== pod.labels || last.ports !== pod.ports || last.hostNetwork !== pod.hostNetwork) {
      ports = pod.hostNetwork ? host : portsOf.from(start, pod, numbering);
      seen = pod.hostNetwork ? host : labels.from(ports, pod.labels, numbering);
      last = pod;
      lastShape = -1;
    }
    if (shape !== lastShape) {
      lastShape = shape;
      const number = numbering.from(seen, shape);
      position = found.get(number) ?? classes.length;
      if (position === classes.length) {
        classes.push({ representative: pod, shape, ports, size: 0 });
        found.set(number, position);
      }
    }
    (classes[position] as { size: number }).size++;
    positions.push(position);
  }
  let byPod: Map<Pod, number> | undefined;
  let index: LabelIndex | undefined;
  let spaces: ReadonlySet<Namespace> | undefined;
  return {
    pods,
    shapes,
    mentions,
    classes,
    get spaces() {
      return (spaces ??= new Set(pods.map(({ namespace }) => namespace)));
    },
    positions,
    positionOf: (pod) => {
      byPod ??= new Map(pods.map((each, i) => [each, positions[i] as number]));
      const own = byPod.get(pod);
      return own === undefined || own < 0 ? undefined : own;
    },
    get index() {
      return (index ??= new LabelIndex(
        classes.map(({ representative }) => (representative.hostNetwork ? undefined : representative.labels)),
        mentions.podLabels,
      ));
    },
  };
}
