import { childPath, type SourceDocument } from "../text/source.ts";
import { kubeObject, type RawObject, type Reading } from "./from-manifests.ts";
import type { KubeEvent, KubeObject } from "./kube-objects.ts";

/**
 * Reads a list of watch events: `{type: ADDED | MODIFIED | DELETED, object}` as the Kubernetes API sends them, and two of our own:
 * `RESTART` (a new kube-manager on the same configuration, told of `existing`) and `INGRESS_RULE` with `[namespace, ingress, service]`.
 * What is none of these, or of a kind that kube-manager does not watch, is left out.
 */
export function kubeEvents(
  list: unknown,
  document: SourceDocument,
  existing: readonly KubeObject[],
  reading: Reading,
): readonly KubeEvent[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, i): readonly KubeEvent[] => {
    const { type, object } = (typeof item === "object" && item !== null ? item : {}) as {
      readonly type?: unknown;
      readonly object?: unknown;
    };
    switch (type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED": {
        const found = kubeObject({ value: object, document, path: `${childPath("", i)}.object` }, reading);
        return found === undefined ? [] : [{ kind: eventKinds[type], object: found }];
      }
      case "RESTART":
        return [{ kind: "restart", objects: existing }];
      case "INGRESS_RULE":
        return ingressRule(object);
      default:
        return [];
    }
  });
}

/** The objects of a list in its order, which is the order in which they come to kube-manager. */
export function kubeObjects(raw: readonly RawObject[], reading: Reading): readonly KubeObject[] {
  return raw.flatMap((one) => kubeObject(one, reading) ?? []);
}

const eventKinds = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;

function ingressRule(object: unknown): readonly KubeEvent[] {
  if (!Array.isArray(object)) return [];
  const [namespace, ingress, service] = object as readonly unknown[];
  if (typeof namespace !== "string" || typeof ingress !== "string" || typeof service !== "string") return [];
  return [{ kind: "ingress-rule", namespace, ingress, service }];
}
