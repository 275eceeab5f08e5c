import type { Direction, Peer, Selector } from "../model/policy.ts";
import { parseCidr, type Cidr } from "../net/cidr.ts";
import { childPath } from "../text/source.ts";
import { singleOf } from "./cidrs.ts";
import type { Dialect, PeerField } from "./clusterpolicy-dialects.ts";
import { removedFields, tierFields } from "./clusterpolicy-fields.ts";
import { checkLength, choicesOf, distinctItems, neededChild, type Choice } from "./clusterpolicy-parts.ts";
import { peersField, refuseUnknown, type FieldRules } from "./fields.ts";
import { child, itemsOf, list, mapping, mappings, originOf, spanAt, text, type Field, type Reading } from "./kubernetes.ts";
import { say } from "./messages.ts";
import { selectorOf } from "./selectors.ts";
import { isRecord } from "./value.ts";

/** Pods by the labels of their namespace and their own (C1). */
interface TierPods {
  readonly namespaces: "every" | Selector;
  readonly pods: "every" | Selector;
}

/** Exactly one of `namespaces` and `pods` (C1). */
export function subjectOf(reading: Reading, field: Field, dialect: Dialect): TierPods | undefined {
  const [subject] = choicesOf(reading, field, tierFields("subject", dialect)).map((choice) =>
    choice.key === "pods"
      ? podsOf(reading, choice, dialect)
      : everyPodOf(selectorIn(reading, choice, "namespaces", tierFields("namespaces", dialect))),
  );
  return subject;
}

/** The items of `from` or `to` (C6): at least one, and exactly one field in each. */
export function peersOf(reading: Reading, field: Field, direction: Direction, dialect: Dialect): readonly Peer[] {
  const what = `\`${peersField(direction)}\``;
  checkLength(reading, field, what, { least: 1, most: dialect.most });
  return mappings(reading, field, what, "a peer").flatMap((item) => {
    const choices = choicesOf(reading, item, tierFields({ peer: direction }, dialect));
    const [peer] = choices.flatMap((choice) => peerOf(reading, choice, item, dialect) ?? []);
    return peer ?? [];
  });
}

function peerOf(reading: Reading, choice: Choice, item: Field, dialect: Dialect): Peer | undefined {
  const origin = originOf(reading, item.path);
  switch (choice.key as PeerField) {
    case "namespaces": {
      const namespaces = namespacesOf(reading, choice, dialect);
      return namespaces && { kind: "pods", ...everyPodOf(namespaces), origin };
    }
    case "pods": {
      const old = dialect.kind === "ClusterNetworkPolicy" ? undefined : child(choice, "namespaces");
      const pods = old === undefined ? podsOf(reading, choice, dialect) : oldPodsOf(reading, choice, old, dialect);
      return pods && { kind: "pods", ...pods, origin };
    }
    case "networks":
      return { kind: "networks", cidrs: entriesOf(reading, choice).flatMap((entry) => networkOf(reading, entry, dialect) ?? []), origin };
    case "nodes":
      return { kind: "nodes", nodes: selectorIn(reading, choice, "nodes", tierFields("selector", dialect)), origin };
    case "domainNames":
      return { kind: "domainNames", names: entriesOf(reading, choice).flatMap((entry) => domainNameOf(reading, entry) ?? []), origin };
  }
}

/** A null in a selector: the server drops it from a custom object's map, so that the selector would select more. */
function selectorIn(reading: Reading, field: Field, name: string, rules: FieldRules): Selector {
  const matchLabels = child(field, "matchLabels");
  const labels = isRecord(matchLabels?.value) ? Object.entries(matchLabels.value) : [];
  const values = itemsOf(child(field, "matchExpressions")).flatMap((item) => itemsOf(child(item, "values")));
  const nulls = [
    ...labels.filter(([, value]) => value === null).map(([key]) => childPath(matchLabels?.path ?? "", key)),
    ...values.filter(({ value }) => value === null).map(({ path }) => path),
  ];
  for (const path of nulls)
    reading.diagnostics.push(say("type-wrong", spanAt(reading, path, "entry"), { what: "a value of a label", expected: "text" }));
  return selectorOf(reading, field, name, rules);
}

function everyPodOf(namespaces: Selector): TierPods {
  return { namespaces, pods: "every" };
}

function podsOf(reading: Reading, field: Field, dialect: Dialect): TierPods | undefined {
  if (mapping(reading, field, "`pods`") === undefined) return undefined;
  const refused = refuseUnknown(reading, field, tierFields("pods", dialect));
  const select = (key: "namespaceSelector" | "podSelector"): "every" | Selector => {
    const found = child(field, key);
    if (found !== undefined) return selectorIn(reading, found, key, tierFields("selector", dialect));
    const missing = dialect.missing[key];
    if (missing === "refused") neededChild(reading, field, key, { what: "`pods`", refused });
    else if (missing === "refused-by-servers" && !refused.meant.includes(key)) {
      reading.diagnostics.push(say("selector-missing", spanAt(reading, field.path, "key"), { field: key }));
    }
    return "every";
  };
  return { namespaces: select("namespaceSelector"), pods: select("podSelector") };
}

/** `namespaces` is a selector; up to v0.1.1 it held one: `namespaces: {namespaceSelector: …}`. */
function namespacesOf(reading: Reading, field: Field, dialect: Dialect): Selector | undefined {
  const isOld = child(field, "namespaceSelector") !== undefined && dialect.kind !== "ClusterNetworkPolicy";
  if (isOld) reading.diagnostics.push(say("peer-nesting-old", spanAt(reading, field.path, "key"), { field: "namespaces" }));
  const isRemoved = removedFields.some((key) => child(field, key) !== undefined);
  if (isOld || isRemoved) return oldNamespacesOf(reading, field, dialect);
  return selectorIn(reading, field, "namespaces", tierFields("namespaces", dialect));
}

/** Up to v0.1.1: `pods: {namespaces: {namespaceSelector: …}, podSelector: …}`. */
function oldPodsOf(reading: Reading, field: Field, namespacesField: Field, dialect: Dialect): TierPods | undefined {
  reading.diagnostics.push(say("peer-nesting-old", spanAt(reading, namespacesField.path, "key"), { field: "pods" }));
  const refused = refuseUnknown(reading, field, tierFields("old-pods", dialect));
  const namespaces = oldNamespacesOf(reading, namespacesField, dialect);
  const pods = neededChild(reading, field, "podSelector", { what: "`pods`", refused });
  const selector = pods && selectorIn(reading, pods, "podSelector", tierFields("selector", dialect));
  return namespaces && selector && { namespaces, pods: selector };
}

function oldNamespacesOf(reading: Reading, field: Field, dialect: Dialect): Selector | undefined {
  const [selector] = choicesOf(reading, field, tierFields("old-namespaces", dialect)).flatMap((choice) => {
    if (choice.key === "namespaceSelector") return selectorIn(reading, choice, "namespaceSelector", tierFields("selector", dialect));
    reading.diagnostics.push(say("same-labels-removed", spanAt(reading, choice.path, "key"), { field: choice.key }));
    return [];
  });
  return selector;
}

/** The items of `networks` and `domainNames`: 1 to 25, none of them twice. */
function entriesOf(reading: Reading, choice: Choice): readonly Field[] {
  const what = `\`${choice.key}\``;
  list(reading, choice, what);
  checkLength(reading, choice, what, { least: 1, most: 25 });
  return distinctItems(reading, choice, what);
}

/**
 * A CIDR as the schema has it, which is stricter than an ipBlock's: no leading zeros and no IPv4 inside IPv6.
 * Host bits are ignored as in an ipBlock (S5); v0.3.0 refuses them.
 */
function networkOf(reading: Reading, field: Field, dialect: Dialect): Cidr | undefined {
  const written = field.value === null ? "" : text(reading, field, "an item of `networks`");
  if (written === undefined) return undefined;
  const at = spanAt(reading, field.path, "value");
  const parsed = parseCidr(written);
  if (parsed === undefined) {
    reading.diagnostics.push(say("cidr-invalid", at, { text: written }));
    return undefined;
  }
  const { cidr, hostBits, leadingZeros } = parsed;
  const mapped = cidr.family === 6 && cidr.first >> 32n === 0xffffn;
  // AdminNetworkPolicy tells the families apart by `:` and `.`, ClusterNetworkPolicy reads the address.
  const dotted = cidr.family === 6 && written.includes(".");
  if (leadingZeros) reading.diagnostics.push(say("network-form", at, { text: written, form: "leading-zeros", network: cidr.text }));
  else if (dialect.kind === "ClusterNetworkPolicy" ? mapped : dotted) {
    reading.diagnostics.push(say("network-form", at, { text: written, form: "embedded", network: mapped ? undefined : cidr.text }));
  } else if (written.length > 43) {
    reading.diagnostics.push(say("text-too-long", at, { what: "an item of `networks`", length: written.length, most: 43 }));
  } else if (hostBits) {
    const parameters = { text: written, network: cidr.text, single: singleOf(written), refused: dialect.kind === "ClusterNetworkPolicy" };
    reading.diagnostics.push(say("network-host-bits", at, parameters));
  }
  return cidr;
}

/** `A-z` is written in the schema of v0.2.0 and of AdminNetworkPolicy: it lets `[`, `\`, `]`, `^`, `_` and a backtick begin a label, too. */
const domainName = /^(\*\.)?([a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$/;
const strictDomainName = /^(\*\.)?([a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$/;

/** A name, or `*.` and a name: every name with one or more labels before it (C10). */
function domainNameOf(reading: Reading, field: Field): string | undefined {
  const name = field.value === null ? "" : text(reading, field, "an item of `domainNames`");
  if (name === undefined || strictDomainName.test(name)) return name;
  reading.diagnostics.push(
    say(domainName.test(name) ? "domain-name-odd" : "domain-name-invalid", spanAt(reading, field.path, "value"), { name }),
  );
  return name;
}
