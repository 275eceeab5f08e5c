import type { Endpoint, Labels, Node, Pod } from "../../model/cluster.ts";
import { inCidr } from "../../net/cidr.ts";
import type { GlobalMentions, LabelMentions } from "./mentions.ts";
import { once } from "./once.ts";
import type { Table } from "./compile.ts";
import { shapeIdOf } from "./shapes.ts";
import { type Touched } from "./universe.ts";

export const nobodyTouched: Touched = { endpoints: [], isTouched: () => false, another: () => undefined };

/** Pods and nodes of which `more`, which nobody looked at before, says something: all others look alike as they did. */
export function touchedBy(more: GlobalMentions, table: Table): Touched {
  const { snapshot, shared, namespaces } = table;
  const { mentions, family } = shared.universe;
  const blocks = [...more.blocks.values()].filter((block) => block.family === family);

  const isPlaced = ({ addresses }: Pod | Node): boolean =>
    addresses !== "not-yet-assigned" && addresses.some((address) => blocks.some((block) => inCidr(block, address)));
  const isNamed = ({ ports }: Pod): boolean => ports.some(({ name }) => more.portNames.has(name));
  const isTouched = (endpoint: Endpoint): boolean => {
    if (endpoint.kind === "external") return false;
    if (blocks.length > 0 && isPlaced(endpoint)) return true;
    if (endpoint.kind === "node" || endpoint.hostNetwork) return false;
    const { namespace, labels } = endpoint;
    return (
      isLabelled(namespace.labels, more.namespaceLabels, mentions.namespaceLabels) ||
      isLabelled(labels, more.podLabels, mentions.podLabels) ||
      isNamed(endpoint)
    );
  };

  const found = new Set<Pod | Node>();
  if (more.namespaceLabels.size > 0) {
    for (const { members } of namespaces.kept) {
      const spaces = [...members.spaces].filter(({ labels }) => isLabelled(labels, more.namespaceLabels, mentions.namespaceLabels));
      if (spaces.length > 0) for (const pod of members.pods) if (!pod.hostNetwork && spaces.includes(pod.namespace)) found.add(pod);
    }
  }
  for (const [key, values] of more.podLabels) {
    const byValue = podsByValue(snapshot.pods, key);
    // Of a key that is new, its presence is new as well.
    for (const value of mentions.podLabels.has(key) ? values : byValue.keys()) for (const pod of byValue.get(value) ?? []) found.add(pod);
  }
  if (more.portNames.size > 0) for (const pod of snapshot.pods) if (!pod.hostNetwork && isNamed(pod)) found.add(pod);
  if (blocks.length > 0)
    for (const endpoints of [snapshot.pods, snapshot.nodes]) for (const endpoint of endpoints) if (isPlaced(endpoint)) found.add(endpoint);

  const representatives = once(() => representativesByShape(table, isTouched));
  const members = once(() => membersByShape(table, isTouched));
  return {
    endpoints: [...found].flatMap((endpoint) => {
      const shape = shapeIdOf(shared.universe, endpoint);
      return shape === undefined ? [] : [{ endpoint, shape }];
    }),
    isTouched,
    // Most shapes are found again in another class.
    another: (shape) => representatives().get(shape) ?? members().get(shape),
  };
}

function isLabelled(labels: Labels, more: LabelMentions, known: LabelMentions): boolean {
  for (const [key, values] of more) {
    const value = labels.get(key);
    if (value !== undefined && (!known.has(key) || values.has(value))) return true;
  }
  return false;
}

function representativesByShape({ namespaces }: Table, isTouched: (endpoint: Endpoint) => boolean): ReadonlyMap<number, Pod> {
  const byShape = new Map<number, Pod>();
  for (const { members } of namespaces.kept) {
    for (const { shape, representative } of members.classes)
      if (!byShape.has(shape) && !isTouched(representative)) byShape.set(shape, representative);
  }
  return byShape;
}

/** Of each shape somebody who is not touched. */
function membersByShape(
  { snapshot, shared, namespaces }: Table,
  isTouched: (endpoint: Endpoint) => boolean,
): ReadonlyMap<number, Pod | Node> {
  const byShape = new Map<number, Pod | Node>();
  for (const { members } of namespaces.kept) {
    members.pods.forEach((pod, i) => {
      const shape = members.shapes[i] as number;
      if (shape >= 0 && !byShape.has(shape) && !isTouched(pod)) byShape.set(shape, pod);
    });
  }
  for (const node of snapshot.nodes) {
    const shape = isTouched(node) ? undefined : shapeIdOf(shared.universe, node);
    if (shape !== undefined) byShape.set(shape, node);
  }
  return byShape;
}

/** Pods by their value of one label. Whoever types a selector asks for the same key again and again, so it is kept with the list of pods. */
function podsByValue(pods: readonly Pod[], key: string): ReadonlyMap<string, readonly Pod[]> {
  const keys = keptByKey.get(pods) ?? new Map<string, ReadonlyMap<string, readonly Pod[]>>();
  keptByKey.set(pods, keys);
  const known = keys.get(key);
  if (known !== undefined) return known;
  const byValue = new Map<string, Pod[]>();
  for (const pod of pods) {
    const value = pod.hostNetwork ? undefined : pod.labels.get(key);
    if (value === undefined) continue;
    const list = byValue.get(value);
    if (list === undefined) byValue.set(value, [pod]);
    else list.push(pod);
  }
  keys.set(key, byValue);
  return byValue;
}

const keptByKey = new WeakMap<readonly Pod[], Map<string, ReadonlyMap<string, readonly Pod[]>>>();
