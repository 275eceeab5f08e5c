import type { Labels, Namespace, Node } from "../model/cluster.ts";
import { parseAddress } from "../net/address.ts";
import { child, descend, labels, mappings, originOf, rootOf, startReading, text, type Reading } from "./kubernetes.ts";
import type { ManifestObject } from "./manifest.ts";
import { oncePerObject } from "./remember.ts";

export interface NodeReading extends Reading {
  readonly node: Node;
}

export interface NamespaceReading extends Reading {
  readonly namespace: Namespace;
}

/** A machine and its addresses; its host names are no addresses (S21). */
export const readNode: (object: ManifestObject) => NodeReading = oncePerObject(nodeReadingOf);

function nodeReadingOf(object: ManifestObject): NodeReading {
  const reading = startReading(object);
  const root = rootOf(reading);
  const addresses = mappings(reading, descend(root, "status", "addresses"), "`addresses`", "an address of a node").flatMap((item) => {
    const type = text(reading, child(item, "type"), "`type`");
    const written = text(reading, child(item, "address"), "`address`") ?? "";
    return (type === "InternalIP" || type === "ExternalIP" ? parseAddress(written) : undefined) ?? [];
  });
  const nodeLabels = labels(reading, descend(root, "metadata", "labels"), "`labels`");
  return { ...reading, node: { kind: "node", name: object.name, labels: nodeLabels, addresses, origin: originOf(reading) } };
}

export const readNamespace: (object: ManifestObject) => NamespaceReading = oncePerObject(namespaceReadingOf);

function namespaceReadingOf(object: ManifestObject): NamespaceReading {
  const reading = startReading(object);
  const own = labels(reading, descend(rootOf(reading), "metadata", "labels"), "`labels`");
  return { ...reading, namespace: { kind: "namespace", name: object.name, labels: withName(own, object.name), origin: originOf(reading) } };
}

/** «The API server sets kubernetes.io/metadata.name on every namespace, and restores it» (S4). */
function withName(own: Labels, name: string): Labels {
  return new Map([...own, ["kubernetes.io/metadata.name", name]]);
}

const implied = new Map<string, Namespace>();

/** A namespace that only appears through its objects. One of a name stays the same one, whichever object names it first. */
export function impliedNamespace(name: string): Namespace {
  const namespace = implied.get(name) ?? { kind: "namespace", name, labels: withName(new Map(), name), origin: undefined };
  implied.set(name, namespace);
  return namespace;
}
