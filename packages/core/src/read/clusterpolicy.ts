import type { ClusterPolicy, ClusterPolicyName, Direction, Tier, TierAction, TierRule } from "../model/policy.ts";
import { nearest } from "../text/suggest.ts";
import { clusterPolicyGroup, dialectOf, type Dialect } from "./clusterpolicy-dialects.ts";
import { specFields, tierFields } from "./clusterpolicy-fields.ts";
import { checkLength, neededChild } from "./clusterpolicy-parts.ts";
import { peersOf, subjectOf } from "./clusterpolicy-peers.ts";
import { tierPortsOf } from "./clusterpolicy-ports.ts";
import { peersField, refuseUnknown } from "./fields.ts";
import {
  child,
  hasErrors,
  integer,
  itemsOf,
  mapping,
  mappings,
  originOf,
  rootOf,
  spanAt,
  startReading,
  text,
  type Field,
  type Reading,
} from "./kubernetes.ts";
import type { ManifestObject } from "./manifest.ts";
import { say } from "./messages.ts";
import { checkHead, isServed } from "./policyhead.ts";
import { oncePerObject } from "./remember.ts";
import { article } from "./words.ts";

/**
 * Reads a ClusterNetworkPolicy, AdminNetworkPolicy or BaselineAdminNetworkPolicy by the rules of its schema (semantics 4.2), all mistakes
 * at once. A policy with a mistake becomes nothing at all, never a part of itself.
 */
export const readClusterPolicy: (object: ManifestObject) => ClusterPolicyReading = oncePerObject(readingOf);

export interface ClusterPolicyReading extends Reading {
  readonly policy: ClusterPolicy | undefined;
}

function readingOf(object: ManifestObject): ClusterPolicyReading {
  const reading = startReading(object);
  const dialect = dialectOf(object.kind);
  const policy = isServed(reading, clusterPolicyGroup, dialect.versions) ? policyOf(reading, dialect) : undefined;
  return { ...reading, policy: hasErrors(reading) ? undefined : policy };
}

/** Undefined when it has mistakes, which then are told. */
function policyOf(reading: Reading, dialect: Dialect): ClusterPolicy | undefined {
  const name: ClusterPolicyName = { kind: dialect.kind, name: reading.object.name };
  checkHead(reading, specFields(dialect), "dropped, the rest would be refused");
  if (dialect.priority === "none" && name.name !== "default") {
    reading.diagnostics.push(say("policy-name-fixed", spanAt(reading, "metadata.name", "value"), { name: name.name }));
  }
  const spec = mapping(reading, neededSpec(reading, dialect), "`spec`");
  if (spec === undefined) return undefined;
  const refused = refuseUnknown(reading, spec, tierFields("spec", dialect));
  const needed = (key: string): Field | undefined => neededChild(reading, spec, key, { what: "`spec`", refused });
  const tier = dialect.tier === "written" ? tierOf(reading, needed("tier")) : dialect.tier;
  const priority = dialect.priority === "written" ? priorityOf(reading, needed("priority")) : 0;
  const subjectField = needed("subject");
  const subject = subjectField && subjectOf(reading, subjectField, dialect);
  const policy = { name, priority: priority ?? 0, dialect };
  const [ingress, egress] = [rulesOf(reading, spec, "ingress", policy), rulesOf(reading, spec, "egress", policy)];
  if (tier === undefined || subject === undefined) return undefined;
  return { name, tier, priority: policy.priority, subject, ingress, egress, origin: originOf(reading) };
}

function neededSpec(reading: Reading, { kind }: Dialect): Field | undefined {
  const spec = child(rootOf(reading), "spec");
  const isSaid = hasErrors(reading);
  if (spec === undefined && !isSaid)
    reading.diagnostics.push(say("field-missing", spanAt(reading, "kind", "entry"), { what: article(kind), field: "spec" }));
  return spec;
}

const tiers: readonly Tier[] = ["Admin", "Baseline"];

function tierOf(reading: Reading, field: Field | undefined): Tier | undefined {
  const written = text(reading, field, "`tier`");
  const tier = tiers.find((candidate) => candidate === written);
  if (written !== undefined && field !== undefined && tier === undefined) {
    reading.diagnostics.push(say("tier-unknown", spanAt(reading, field.path, "value"), { tier: written, meant: nearest(written, tiers) }));
  }
  return tier;
}

/** 0 to 1,000; 0 is asked first (C3). */
function priorityOf(reading: Reading, field: Field | undefined): number | undefined {
  const priority = integer(reading, field, "`priority`");
  if (priority === undefined || field === undefined || (priority >= 0 && priority <= 1000)) return priority;
  reading.diagnostics.push(say("priority-out-of-range", spanAt(reading, field.path, "value"), { priority }));
  return undefined;
}

interface RulesPolicy {
  readonly name: ClusterPolicyName;
  readonly priority: number;
  readonly dialect: Dialect;
}

/** Missing, null and empty are the same: a policy without rules of a direction leaves it alone (C1). */
function rulesOf(reading: Reading, spec: Field, direction: Direction, policy: RulesPolicy): readonly TierRule[] {
  const field = child(spec, direction);
  checkLength(reading, field, `\`${direction}\``, { least: 0, most: policy.dialect.most });
  return mappings(reading, field, `\`${direction}\``, "a rule").flatMap((item) => ruleOf(reading, item, direction, policy) ?? []);
}

function ruleOf(
  reading: Reading,
  item: Field,
  direction: Direction,
  { name: policy, priority, dialect }: RulesPolicy,
): TierRule | undefined {
  const refused = refuseUnknown(reading, item, tierFields({ rule: direction }, dialect));
  const needed = (key: string): Field | undefined => neededChild(reading, item, key, { what: "a rule", refused });
  const name = ruleNameOf(reading, child(item, "name"));
  const action = actionOf(reading, needed("action"), dialect);
  const peersIn = needed(peersField(direction));
  const portsIn = child(item, dialect.ports);
  const peers = peersIn === undefined ? [] : peersOf(reading, peersIn, direction, dialect);
  const ports = tierPortsOf(reading, portsIn, dialect);
  checkNamedPorts(reading, peersIn, portsIn);
  if (action !== undefined && action !== "Accept") warnDomainNames(reading, peersIn, action);
  return action === undefined
    ? undefined
    : { direction, policy, priority, name, action, peers, ports, origin: originOf(reading, item.path) };
}

function ruleNameOf(reading: Reading, field: Field | undefined): string | undefined {
  const name = text(reading, field, "the name of a rule");
  const length = [...(name ?? "")].length;
  if (field !== undefined && length > 100) {
    reading.diagnostics.push(say("text-too-long", spanAt(reading, field.path, "value"), { what: "the name of a rule", length, most: 100 }));
  }
  return name === "" ? undefined : name;
}

function actionOf(reading: Reading, field: Field | undefined, { kind, actions }: Dialect): TierAction | undefined {
  const written = text(reading, field, "`action`");
  if (written === undefined || field === undefined) return undefined;
  if (Object.hasOwn(actions, written)) return actions[written];
  const words = Object.keys(actions);
  // The two generations of the API call the same thing Allow and Accept.
  const other = /^(?:allow|accept)$/i.test(written) ? words.find((word) => actions[word] === "Accept") : nearest(written, words);
  reading.diagnostics.push(say("action-unknown", spanAt(reading, field.path, "value"), { action: written, kind, words, meant: other }));
  return undefined;
}

/** «networks/nodes/domainNames peer cannot be set with namedPorts since there are no namedPorts for networks/nodes/domainNames». */
function checkNamedPorts(reading: Reading, peers: Field | undefined, ports: Field | undefined): void {
  const named = itemsOf(ports).flatMap((item) => child(item, "destinationNamedPort") ?? child(item, "namedPort") ?? []);
  const without = itemsOf(peers).flatMap((item) => child(item, "networks") ?? child(item, "nodes") ?? child(item, "domainNames") ?? []);
  const [peer] = without;
  if (peer === undefined) return;
  const related = [{ at: spanAt(reading, peer.path, "key"), message: "has no named ports" }];
  const field = /\w+$/.exec(peer.path)?.[0] ?? "";
  for (const { path } of named)
    reading.diagnostics.push(say("named-port-without-pods", spanAt(reading, path, "entry"), { peer: field }, { related }));
}

/** «DomainNames is only supported for Accept rules», which the schema does not check (C10). */
function warnDomainNames(reading: Reading, peers: Field | undefined, action: TierAction): void {
  for (const item of itemsOf(peers)) {
    const names = child(item, "domainNames");
    if (names !== undefined) reading.diagnostics.push(say("domain-name-action", spanAt(reading, names.path, "key"), { action }));
  }
}
