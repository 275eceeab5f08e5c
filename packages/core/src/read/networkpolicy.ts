import type { Direction, NetworkPolicy, Peer, PolicyName, PortMatch, Rule, Selector } from "../model/policy.ts";
import { isStrictSubset, parseCidr, type Cidr } from "../net/cidr.ts";
import { childPath, type Origin, type Span } from "../text/source.ts";
import { singleOf } from "./cidrs.ts";
import { fieldsOf, peersField, refuseUnknownFields } from "./fields.ts";
import * as kubernetes from "./kubernetes.ts";
import {
  child,
  hasErrors,
  list,
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
import { say } from "./messages.ts";
import { isLabel, isPortName } from "./names.ts";
import type { ManifestObject } from "./manifest.ts";
import { checkHead, isServed } from "./policyhead.ts";
import { oncePerObject } from "./remember.ts";
import { everything, selectorOf } from "./selectors.ts";

/**
 * Reads a NetworkPolicy of networking.k8s.io/v1: every rule of the API server's validation (semantics 4.1), all mistakes at once.
 * A policy with a mistake becomes nothing at all, never a part of itself.
 */
export const readNetworkPolicy: (object: ManifestObject) => NetworkPolicyReading = oncePerObject(readingOf);

export interface NetworkPolicyReading extends Reading {
  readonly policy: NetworkPolicy | undefined;
}

function readingOf(object: ManifestObject): NetworkPolicyReading {
  const reading = startReading(object);
  // `extensions/v1beta1` has not been served since Kubernetes 1.16.
  const policy = isServed(reading, "networking.k8s.io", ["v1"]) ? policyOf(reading) : undefined;
  return { ...reading, policy: hasErrors(reading) ? undefined : policy };
}

function policyOf(reading: Reading): NetworkPolicy {
  const { object } = reading;
  const name: PolicyName = { namespace: object.namespace ?? "", name: object.name };
  checkHead(reading, fieldsOf({ shape: "spec" }), "dropped, this policy would select every pod of its namespace");
  if (!isLabel(name.namespace)) {
    const parameters = { what: "the name of a namespace", name: name.namespace };
    reading.diagnostics.push(say("name-invalid", spanAt(reading, "metadata.namespace", "value"), parameters));
  }
  const spec = mapping(reading, child(rootOf(reading), "spec"), "`spec`") ?? { value: {}, path: "spec" };
  refuseUnknownFields(reading, spec, { shape: "spec" });
  const types = policyTypesOf(reading, spec);
  const inForce = (direction: Direction): readonly Rule[] | undefined => {
    const rules = rulesOf(reading, spec, direction, name);
    if (types.in.includes(direction)) return rules;
    if (rules.length > 0)
      reading.diagnostics.push(say("rules-dead", spanAt(reading, `spec.${direction}`, "key"), { direction, type: typeNames[direction] }));
    return undefined;
  };
  const [ingress, egress] = [inForce("ingress"), inForce("egress")];
  if (types.from === "defaults") {
    const listed = types.in.map((direction) => typeNames[direction]).join(", ");
    reading.assumed.push({
      rule: "S2",
      what: `${name.namespace}/${name.name} has policyTypes [${listed}]`,
      count: 1,
      origins: [originOf(reading)],
    });
  }
  const isolatesAt = { ingress: isolatesAtOf(reading, spec, types, "ingress"), egress: isolatesAtOf(reading, spec, types, "egress") };
  return {
    kind: "NetworkPolicy",
    name,
    subject: subjectOf(reading, spec),
    ingress,
    egress,
    isolatesAt,
    written: object.value,
    origin: originOf(reading),
  };
}

/** The entry of `policyTypes`; without one the list of rules, else `spec`. */
function isolatesAtOf(reading: Reading, spec: Field, types: PolicyTypes, direction: Direction): Origin {
  const entry = types.entries.find((item) => item.direction === direction);
  return originOf(reading, entry?.path ?? child(spec, direction)?.path ?? spec.path);
}

/** «podSelector is optional; a missing one selects every pod of the namespace» (S3). */
function subjectOf(reading: Reading, spec: Field): Selector {
  const field = child(spec, "podSelector");
  return field === undefined ? everything(reading, "spec.podSelector") : selectorOf(reading, field, "podSelector");
}

const typeNames: Readonly<Record<Direction, string>> = { ingress: "Ingress", egress: "Egress" };

interface PolicyTypes {
  readonly in: readonly Direction[];
  readonly entries: readonly { readonly direction: Direction; readonly path: string }[];
  readonly from: "written" | "defaults";
}

/** Absent or empty: Ingress, and Egress too if there is an egress rule (S2). */
function policyTypesOf(reading: Reading, spec: Field): PolicyTypes {
  const items = list(reading, child(spec, "policyTypes"), "`policyTypes`");
  if (items.length === 0) {
    const egress = child(spec, "egress")?.value;
    return { in: Array.isArray(egress) && egress.length > 0 ? ["ingress", "egress"] : ["ingress"], entries: [], from: "defaults" };
  }
  const extra = items[2];
  if (extra !== undefined) {
    reading.diagnostics.push(say("policy-types-many", spanAt(reading, extra.path, "value"), { count: items.length }));
    return { in: ["ingress", "egress"], entries: [], from: "written" };
  }
  const entries = items.flatMap((item) => {
    const direction = directionOf(reading, item);
    return direction === undefined ? [] : { direction, path: item.path };
  });
  if (entries.length < items.length) return { in: ["ingress", "egress"], entries, from: "written" };
  const listed = (["ingress", "egress"] as const).filter((direction) => entries.some((item) => item.direction === direction));
  return { in: listed, entries, from: "written" };
}

function directionOf(reading: Reading, item: Field): Direction | undefined {
  const type = item.value === null ? "" : text(reading, item, "a policy type");
  if (type === "Ingress") return "ingress";
  if (type === "Egress") return "egress";
  if (type !== undefined) reading.diagnostics.push(say("policy-type-unknown", spanAt(reading, item.path, "value"), { type }));
  return undefined;
}

/** Missing, null and empty are the same: no rule. A null item is `{}`, which allows everything of its direction (S3). */
function rulesOf(reading: Reading, spec: Field, direction: Direction, policy: PolicyName): readonly Rule[] {
  warnOfNullRules(reading, spec, direction);
  return mappings(reading, child(spec, direction), `\`${direction}\``, "a rule").map((item) => {
    refuseUnknownFields(reading, item, { shape: "rule", direction });
    const from = peersField(direction);
    const peers = mappings(reading, child(item, from), `\`${from}\``, "a peer");
    const ports = mappings(reading, child(item, "ports"), "`ports`", "an item of `ports`");
    return {
      direction,
      policy,
      peers: peers.length === 0 ? "any" : peers.flatMap((peer) => peerOf(reading, peer, direction) ?? []),
      ports: ports.length === 0 ? "any" : ports.flatMap((port) => portOf(reading, port, direction) ?? []),
      origin: originOf(reading, item.path),
    };
  });
}

function warnOfNullRules(reading: Reading, spec: Field, direction: Direction): void {
  const written = child(spec, direction);
  if (written === undefined || !Array.isArray(written.value)) return;
  written.value.forEach((item, i) => {
    if (item === null) reading.diagnostics.push(say("rule-null", spanAt(reading, childPath(written.path, i), "entry"), { direction }));
  });
}

/** One item of `from` or `to` (S4): selectors, or an ipBlock alone. */
function peerOf(reading: Reading, item: Field, direction: Direction): Peer | undefined {
  const hadUnknown = refuseUnknownFields(reading, item, { shape: "peer", direction });
  const [pods, namespaces, block] = [child(item, "podSelector"), child(item, "namespaceSelector"), child(item, "ipBlock")];
  const origin = originOf(reading, item.path);
  if (block !== undefined) {
    if (pods !== undefined || namespaces !== undefined) {
      const related = [{ at: spanAt(reading, (pods ?? namespaces ?? item).path, "key"), message: "the selector" }];
      reading.diagnostics.push(say("peer-mixed", spanAt(reading, block.path, "key"), {}, { related }));
    }
    for (const [field, name] of [
      [pods, "podSelector"],
      [namespaces, "namespaceSelector"],
    ] as const) {
      if (field !== undefined) selectorOf(reading, field, name);
    }
    const { cidr, except } = blockOf(reading, block) ?? {};
    return cidr === undefined ? undefined : { kind: "ipBlock", cidr, except: except ?? [], origin };
  }
  if (pods === undefined && namespaces === undefined) {
    if (!hadUnknown) reading.diagnostics.push(say("peer-empty", spanAt(reading, item.path, "value"), {}));
    return undefined;
  }
  return {
    kind: "pods",
    namespaces: namespaces === undefined ? "own" : selectorOf(reading, namespaces, "namespaceSelector"),
    pods: pods === undefined ? "every" : selectorOf(reading, pods, "podSelector"),
    origin,
  };
}

/** Addresses in `cidr` and in none of `except` (S5). */
function blockOf(reading: Reading, field: Field): { readonly cidr: Cidr; readonly except: readonly Cidr[] } | undefined {
  if (mapping(reading, field, "`ipBlock`") === undefined) return undefined;
  refuseUnknownFields(reading, field, { shape: "ipBlock" });
  const cidrField = child(field, "cidr");
  if (cidrField === undefined)
    reading.diagnostics.push(say("field-missing", spanAt(reading, field.path, "key"), { what: "an `ipBlock`", field: "cidr" }));
  const cidr = cidrField && cidrOf(reading, cidrField, "`cidr`");
  const except = list(reading, child(field, "except"), "`except`").flatMap((item) => {
    const inner = cidrOf(reading, item.value === null ? { value: "", path: item.path } : item, "an item of `except`");
    if (inner === undefined || cidr === undefined || cidrField === undefined) return [];
    if (isStrictSubset(inner, cidr)) return inner;
    const related = [{ at: spanAt(reading, cidrField.path, "value"), message: "the block" }];
    const whole = inner.first === cidr.first && inner.last === cidr.last && inner.family === cidr.family;
    const parameters = { except: textOf(item), block: textOf(cidrField), whole };
    reading.diagnostics.push(say("except-outside", spanAt(reading, item.path, "value"), parameters, { related }));
    return [];
  });
  return cidr === undefined ? undefined : { cidr, except };
}

function textOf({ value }: Field): string {
  return typeof value === "string" ? value : "";
}

/** Host bits and leading zeros are read as servers up to 1.35 read them, with a warning: newer ones refuse them in new objects (semantics 4.1). */
function cidrOf(reading: Reading, field: Field, what: string): Cidr | undefined {
  const written = text(reading, field, what);
  if (written === undefined) return undefined;
  const at = (): Span => spanAt(reading, field.path, "value");
  const parsed = parseCidr(written);
  if (parsed === undefined) {
    reading.diagnostics.push(say("cidr-invalid", at(), { text: written }));
    return undefined;
  }
  const { cidr } = parsed;
  if (parsed.hostBits)
    reading.diagnostics.push(say("cidr-host-bits", at(), { text: written, network: cidr.text, single: singleOf(written) }));
  else if (parsed.leadingZeros) reading.diagnostics.push(say("cidr-leading-zeros", at(), { text: written, network: cidr.text }));
  return cidr;
}

/** One item of `ports` (S7): a protocol, and a number, a range, a name (S6) or every port of it. */
function portOf(reading: Reading, item: Field, direction: Direction): PortMatch | undefined {
  refuseUnknownFields(reading, item, { shape: "port", direction });
  const protocol = kubernetes.protocol(reading, child(item, "protocol"));
  const [portField, endField] = [child(item, "port"), child(item, "endPort")];
  const port = portField === undefined ? ("any" as const) : portValueOf(reading, portField);
  const end = endField === undefined ? undefined : endOf(reading, endField, port);
  if (protocol === undefined || port === undefined) return undefined;
  const match = typeof port === "number" ? { first: port, last: end ?? port } : port;
  return { protocol, port: match, origin: originOf(reading, item.path) };
}

function portValueOf(reading: Reading, field: Field): number | { readonly name: string } | undefined {
  if (typeof field.value === "number") {
    kubernetes.warnOctal(reading, field);
    return kubernetes.portNumber(reading, field, "a port");
  }
  if (typeof field.value !== "string") {
    reading.diagnostics.push(
      say("type-wrong", spanAt(reading, field.path, "value"), { what: "`port`", expected: "a number or the name of a port" }),
    );
    return undefined;
  }
  if (isPortName(field.value)) return { name: field.value };
  reading.diagnostics.push(say("port-name-invalid", spanAt(reading, field.path, "value"), { name: field.value }));
  return undefined;
}

function endOf(reading: Reading, field: Field, port: ReturnType<typeof portValueOf> | "any"): number | undefined {
  kubernetes.warnOctal(reading, field);
  const end = kubernetes.portNumber(reading, field, "`endPort`");
  if (end === undefined || port === undefined) return undefined;
  const reason = port === "any" ? "no-port" : typeof port !== "number" ? "named-port" : end < port ? "smaller" : undefined;
  if (reason === undefined) return end;
  reading.diagnostics.push(say("end-port-invalid", spanAt(reading, field.path, "value"), { reason, end }));
  return undefined;
}
