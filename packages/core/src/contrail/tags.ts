import type { Labels } from "../model/cluster.ts";
import type { Origin } from "../text/source.ts";
import type { KubeSelector } from "./kube-objects.ts";
import { tagText, type InterfaceTag, type TagSource } from "./objects.ts";
import type { Profile } from "./profiles.ts";

/** The type of the tag that a label becomes: `/` is escaped by kube-manager, upper case lowered by the API server (rule P). */
export function tagType(key: string): string {
  return escapeSlash(key).toLowerCase();
}

export function namespaceTag(namespace: string): string {
  return tagText({ type: "namespace", value: namespace });
}

/** Rule T: `matchLabels` of the target and its namespace. Expressions are ignored (D11), `/` is not escaped (D12). */
export function targetTags(target: KubeSelector, namespace: string): readonly string[] {
  return tagsOf(new Map([...target.labels, ["namespace", namespace]]));
}

/**
 * Rule L: what a peer's selector asks for. Of `matchExpressions` only the last value of each key counts, whatever the operator, and
 * if there is any, `matchLabels` is forgotten (D14, D15, D17). Nothing means everybody (D16).
 */
export function selectorTags(selector: KubeSelector, ownNamespace: string | undefined, profile: Profile): readonly string[] {
  const fromExpressions = profile.expressions === "ignored" ? new Map<string, string>() : expressionValues(selector);
  const asked = fromExpressions.size > 0 ? fromExpressions : peerLabels(selector.labels, profile);
  if (asked.size === 0) return [];
  return tagsOf(ownNamespace === undefined ? asked : new Map([...asked, ["namespace", ownNamespace]]));
}

function expressionValues({ expressions }: KubeSelector): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { key, operator, values } of expressions) {
    if (operator !== "In" && operator !== "NotIn") continue;
    for (const value of values) found.set(key, value);
  }
  return found;
}

function peerLabels(labels: ReadonlyMap<string, string>, { slashInPeers }: Profile): ReadonlyMap<string, string> {
  switch (slashInPeers) {
    case "kept":
      return labels;
    case "escaped":
      return new Map([...labels].map(([key, value]) => [escapeSlash(key), escapeSlash(value)]));
  }
}

function tagsOf(labels: ReadonlyMap<string, string>): readonly string[] {
  return [...labels].map(([type, value]) => tagText({ type, value }));
}

function escapeSlash(text: string): string {
  return text.replaceAll("/", "__slash__");
}

/** Rule P: a pod's labels, overwritten by its namespace's, overwritten by the namespace's name. By tag type. */
export function announcedTags(
  pod: { readonly labels: Labels; readonly origin: Origin },
  namespace: { readonly name: string; readonly labels: Labels; readonly origin: Origin | undefined },
): ReadonlyMap<string, InterfaceTag> {
  const tags = new Map<string, InterfaceTag>();
  for (const tag of labelTags(pod.labels, "pod-label", [pod.origin])) tags.set(tag.type, tag);
  for (const tag of namespaceTags(namespace)) tags.set(tag.type, tag);
  return tags;
}

/** What a namespace puts on the interfaces of its pods. */
export function namespaceTags(namespace: {
  readonly name: string;
  readonly labels: Labels;
  readonly origin: Origin | undefined;
}): readonly InterfaceTag[] {
  const from = namespace.origin === undefined ? [] : [namespace.origin];
  const named: InterfaceTag = { type: "namespace", value: namespace.name, source: "namespace-name", keys: [], from };
  return [...labelTags(namespace.labels, "namespace-label", from).filter(({ type }) => type !== named.type), named];
}

/** Keys that differ in case only share a type, so one value survives; kube-manager does not determine which, here it is the last (D45). */
function labelTags(labels: Labels, source: TagSource, from: readonly Origin[]): readonly InterfaceTag[] {
  const byType = new Map<string, InterfaceTag>();
  for (const [key, value] of labels) {
    const type = tagType(key);
    byType.set(type, { type, value: escapeSlash(value), source, keys: [...(byType.get(type)?.keys ?? []), key], from });
  }
  return [...byType.values()];
}
