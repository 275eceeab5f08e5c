import type { Labels } from "../model/cluster.ts";
import type { Direction } from "../model/policy.ts";
import { childPath, spanOf, type Origin, type SourceDocument } from "../text/source.ts";
import { child, items, keysOf, type Field } from "./fields.ts";
import type {
  KubeExpression,
  KubeIngress,
  KubeNamespace,
  KubeObject,
  KubePeer,
  KubePod,
  KubePolicy,
  KubePort,
  KubeRule,
  KubeSelector,
} from "./kube-objects.ts";

/** A Kubernetes object as JSON, and where it stands: what a manifest holds, or what an API server hands out. */
export interface RawObject {
  readonly value: unknown;
  readonly document: SourceDocument;
  /** "" for a document that is the object itself, or `items[3]`. */
  readonly path: string;
}

/**
 * `as-given`: the object came from an API server, or stands for one that did; kube-manager gets this very text.
 * `as-served`: it is a manifest, and the API server fills in its defaults and drops what is empty before kube-manager sees it.
 */
export type Reading = "as-given" | "as-served";

/** What kube-manager reads of an object; undefined for kinds that it does not watch or that change nothing here. Never throws on input. */
export function kubeObject(raw: RawObject, reading: Reading): KubeObject | undefined {
  const root: Field = { value: raw.value, origin: { document: raw.document, path: raw.path } };
  const group = text(child(root, "apiVersion"))?.split("/").at(-2) ?? "";
  switch (text(child(root, "kind"))) {
    case "Namespace":
      return namespaceOf(root);
    case "Pod":
      return podOf(root);
    case "NetworkPolicy":
      return group === "networking.k8s.io" || group === "extensions" ? kubePolicy(root, reading) : undefined;
    case "Ingress":
      return group === "networking.k8s.io" || group === "extensions" ? ingressOf(root) : undefined;
    default:
      return undefined;
  }
}

export function kubePolicy(root: Field, reading: Reading): KubePolicy {
  const spec = child(root, "spec") ?? { value: {}, origin: { ...root.origin, path: childPath(root.origin.path, "spec") } };
  const [ingress, egress] = [rulesOf(spec, "ingress", reading), rulesOf(spec, "egress", reading)];
  const written = child(spec, "policyTypes");
  const types = typesOf(written, egress, reading);
  const target = selectorOf(child(spec, "podSelector"), reading) ?? nothing;
  const isolatesAt = (direction: Direction): Origin =>
    items(written).find(({ value }) => value === typeNames[direction])?.origin ?? child(spec, direction)?.origin ?? spec.origin;
  return {
    kind: "NetworkPolicy",
    ...nameOf(root),
    target,
    types,
    isolatesAt: { ingress: isolatesAt("ingress"), egress: isolatesAt("egress") },
    ingress,
    egress,
    text: JSON.stringify([selectorText(target), types, ingress.map((rule) => rule.text), egress.map((rule) => rule.text)]),
    origin: root.origin,
  };
}

const typeNames: Readonly<Record<Direction, string>> = { ingress: "Ingress", egress: "Egress" };

/** kube-manager takes [Ingress] for a missing list; a served object always has one, defaulted as S2 of the semantics says. */
function typesOf(written: Field | undefined, egress: readonly KubeRule[], reading: Reading): readonly Direction[] {
  const listed = items(written);
  switch (reading) {
    case "as-given":
      if (written === undefined) return ["ingress"];
      break;
    case "as-served":
      if (listed.length === 0) return egress.length > 0 ? ["ingress", "egress"] : ["ingress"];
  }
  return listed.flatMap(({ value }) => (value === "Ingress" ? "ingress" : value === "Egress" ? "egress" : []));
}

function rulesOf(spec: Field, direction: Direction, reading: Reading): readonly KubeRule[] {
  return items(child(spec, direction)).map((item): KubeRule => {
    const peers = items(child(item, direction === "ingress" ? "from" : "to")).map((peer) => peerOf(peer, reading));
    const ports = items(child(item, "ports")).map((port) => portOf(port, reading));
    const portTexts = ports.map(({ protocol, port, endPort }) => [protocol ?? null, port ?? null, endPort ?? null]);
    return { peers, ports, text: JSON.stringify([peers.map((peer) => peer.text), portTexts]), origin: item.origin };
  });
}

function peerOf(item: Field, reading: Reading): KubePeer {
  const namespaces = selectorOf(child(item, "namespaceSelector"), reading);
  const pods = selectorOf(child(item, "podSelector"), reading);
  const block = child(item, "ipBlock");
  const cidrs = block && {
    cidr: text(child(block, "cidr")),
    except: items(child(block, "except")).flatMap((except) => text(except) ?? []),
  };
  return {
    namespaces,
    pods,
    block: cidrs,
    text: JSON.stringify([namespaces && selectorText(namespaces), pods && selectorText(pods), cidrs && [cidrs.cidr, cidrs.except]]),
    origin: item.origin,
  };
}

function portOf(item: Field, reading: Reading): KubePort {
  const [port, endPort] = [child(item, "port")?.value, child(item, "endPort")?.value];
  return {
    protocol: text(child(item, "protocol")) ?? (reading === "as-served" ? "TCP" : undefined),
    port: port === undefined || typeof port === "number" || typeof port === "string" ? port : JSON.stringify(port),
    endPort: typeof endPort === "number" ? endPort : undefined,
    origin: item.origin,
  };
}

const nothing: KubeSelector = { written: "nothing", labels: new Map(), expressions: [] };

function selectorOf(field: Field | undefined, reading: Reading): KubeSelector | undefined {
  if (field === undefined) return undefined;
  const [labels, written] = [labelsOf(child(field, "matchLabels")), child(field, "matchExpressions")];
  const expressions = items(written).map((item): KubeExpression => {
    const values = child(item, "values");
    return {
      key: text(child(item, "key")) ?? "",
      operator: text(child(item, "operator")) ?? "",
      // kube-manager goes through whatever it finds: of a text, the letters.
      values: typeof values?.value === "string" ? [...values.value] : items(values).map((value) => text(value) ?? ""),
    };
  });
  // An API server leaves out what is empty, so that there `{matchLabels: {}}` becomes `{}`.
  const hasAny = reading === "as-given" ? keysOf(field).length > 0 : labels.size > 0 || expressions.length > 0;
  return { written: hasAny ? "something" : "nothing", labels, expressions };
}

function selectorText({ written, labels, expressions }: KubeSelector): string {
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([written, sorted, expressions.map(({ key, operator, values }) => [key, operator, values])]);
}

function namespaceOf(root: Field): KubeNamespace {
  return { kind: "Namespace", name: nameOf(root).name, labels: labelsOf(child(child(root, "metadata"), "labels")), origin: root.origin };
}

function podOf(root: Field): KubePod {
  const spec = child(root, "spec");
  const isHost = child(spec, "hostNetwork")?.value === true;
  return {
    kind: "Pod",
    ...nameOf(root),
    labels: labelsOf(child(child(root, "metadata"), "labels")),
    network: isHost ? "host" : child(spec, "nodeName") === undefined ? "not-scheduled" : "pods",
    origin: root.origin,
  };
}

/** Of either API version. Another class of controller means that Contrail leaves it alone. */
function ingressOf(root: Field): KubeIngress {
  const spec = child(root, "spec");
  const controller = text(child(child(child(root, "metadata"), "annotations"), "kubernetes.io/ingress.class")) ?? "opencontrail";
  const paths = items(child(spec, "rules")).flatMap((rule) => items(child(child(rule, "http"), "paths")));
  const backends = [...paths.map((path) => child(path, "backend")), child(spec, "defaultBackend") ?? child(spec, "backend")];
  const services = backends.flatMap((backend) => text(child(backend, "serviceName") ?? child(child(backend, "service"), "name")) ?? []);
  return { kind: "Ingress", ...nameOf(root), services: controller === "opencontrail" ? [...new Set(services)] : [], origin: root.origin };
}

function nameOf(root: Field): { readonly namespace: string; readonly name: string } {
  const metadata = child(root, "metadata");
  return { namespace: text(child(metadata, "namespace")) ?? "default", name: text(child(metadata, "name")) ?? "" };
}

function labelsOf(field: Field | undefined): Labels {
  return new Map(keysOf(field).flatMap((key) => (field === undefined ? [] : [[key, text(child(field, key)) ?? ""] as const])));
}

/** Text; what was written without quotes and is none (a label `y`) as it was written. */
function text(field: Field | undefined): string | undefined {
  if (field === undefined || typeof field.value === "string") return field?.value as string | undefined;
  if (typeof field.value !== "boolean" && typeof field.value !== "number") return undefined;
  const { source, start, end } = spanOf(field.origin, "value");
  return start < end ? source.text.slice(start, end) : String(field.value);
}
