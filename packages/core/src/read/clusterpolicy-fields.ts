import type { Direction } from "../model/policy.ts";
import { nearest } from "../text/suggest.ts";
import type { Dialect } from "./clusterpolicy-dialects.ts";
import { fieldRules, peersField, type FieldRules } from "./fields.ts";

/** A mapping inside the `spec` of a cluster-wide policy. */
export type TierShape =
  | "spec"
  | "subject"
  /** `namespaces` is a selector itself, and up to v0.1.1 held one. */
  | "namespaces"
  | "old-namespaces"
  | "pods"
  | "old-pods"
  /** A selector inside `pods`, and `nodes`. */
  | "selector"
  | { readonly rule: Direction }
  | { readonly peer: Direction }
  /** An item of `protocols`, and what it holds. */
  | "protocol"
  | "protocol-match"
  | "destinationPort"
  | "range"
  /** An item of `ports`, and what it holds. */
  | "port"
  | "portNumber"
  | "portRange";

/** What may stand in a mapping of this kind of policy. */
export function tierFields(shape: TierShape, dialect: Dialect): FieldRules {
  const known = knownFields(shape, dialect);
  return {
    known,
    what: nameOf(shape, dialect),
    lossOf: (key, left) => lossOf(key, shape, known, left),
    homeOf: (key) => homeOf(key, shape, dialect),
  };
}

/** Fields of `namespaces` up to v0.1.1 for which no release has a successor. */
export const removedFields: readonly string[] = ["sameLabels", "notSameLabels"];

export function specFields({ tier, priority }: Dialect): readonly string[] {
  return [...(tier === "written" ? ["tier"] : []), ...(priority === "written" ? ["priority"] : []), "subject", "ingress", "egress"];
}

function knownFields(shape: TierShape, dialect: Dialect): readonly string[] {
  if (typeof shape === "object") {
    return "rule" in shape ? ["name", "action", peersField(shape.rule), dialect.ports] : dialect.peers[shape.peer];
  }
  switch (shape) {
    case "spec":
      return specFields(dialect);
    case "subject":
      return ["namespaces", "pods"];
    case "namespaces":
    case "selector":
      return fieldRules({ shape: "selector" }).known;
    case "old-namespaces":
      return ["namespaceSelector", ...removedFields];
    case "pods":
      return ["namespaceSelector", "podSelector"];
    case "old-pods":
      return ["namespaces", "podSelector"];
    case "protocol":
      return ["tcp", "udp", "sctp", "destinationNamedPort"];
    case "protocol-match":
      return ["destinationPort"];
    case "destinationPort":
      return ["number", "range"];
    case "range":
      return ["start", "end"];
    case "port":
      return ["portNumber", "portRange", "namedPort"];
    case "portNumber":
      return ["protocol", "port"];
    case "portRange":
      return ["protocol", "start", "end"];
  }
}

function nameOf(shape: TierShape, { ports }: Dialect): string {
  if (typeof shape === "object") return "rule" in shape ? "a rule" : "a peer";
  switch (shape) {
    case "namespaces":
    case "selector":
      return "a selector";
    case "protocol":
    case "port":
      return `an item of \`${ports}\``;
    case "protocol-match":
      return "a protocol";
    case "old-namespaces":
      return "`namespaces`";
    case "old-pods":
      return "`pods`";
    case "spec":
    case "subject":
    case "pods":
    case "destinationPort":
    case "range":
    case "portNumber":
    case "portRange":
      return `\`${shape}\``;
  }
}

/** Most fields are required, so that a server that dropped one would refuse the rest; where it would not, the policy says more than it shows. */
function lossOf(key: string, shape: TierShape, known: readonly string[], left: readonly string[]): string {
  const meant = nearest(key, known);
  const lost = meant !== undefined && !left.includes(meant) ? meant : undefined;
  if (shape === "namespaces" || shape === "selector") return fieldRules({ shape: "selector" }).lossOf(key, left);
  if (shape === "spec" && (lost === "ingress" || lost === "egress")) return `dropped, this policy would leave ${lost} alone`;
  if (shape === "pods" && lost === "namespaceSelector") return "dropped, the pods of every namespace would be meant";
  if (lost === "protocols" || lost === "ports") return "dropped, this rule would be for every port";
  if (lost === "protocol") return "dropped, this item would mean TCP";
  return lost === undefined || lost === "name" ? "no version of this kind has it" : "dropped, the rest would be refused";
}

/** Where a field belongs that stands in the wrong mapping, or what this kind of policy writes instead. */
function homeOf(key: string, shape: TierShape, dialect: Dialect): string | undefined {
  if (typeof shape === "object") return "rule" in shape ? homeInRule(key, shape.rule, dialect) : homeInPeer(key, shape.peer, dialect);
  switch (shape) {
    case "spec":
      return homeInSpec(key, dialect);
    case "subject":
      if (key === "namespaceSelector" || key === "podSelector") return "under `pods:`";
      if (selectorFields.includes(key)) return "under `namespaces:`, or in a selector under `pods:`";
      return specParts.includes(key) ? "under `spec:`, beside `subject`" : undefined;
    case "namespaces":
      if (key === "namespaceSelector") return "under `pods:`; `namespaces` is a selector itself";
      if (key === "podSelector") return "under `pods:`; `namespaces` means every pod of them";
      return fieldRules({ shape: "selector" }).homeOf(key);
    case "selector":
      return fieldRules({ shape: "selector" }).homeOf(key);
    case "pods":
      if (key === "namespaces") return "in a peer of its own; here it is `namespaceSelector`";
      return selectorFields.includes(key) ? "under `podSelector:` or `namespaceSelector:`" : undefined;
    case "protocol":
      if (["destinationPort", "number", "range", "port", "protocol"].includes(key))
        return "under `tcp:`, `udp:` or `sctp:`, as `destinationPort`";
      return ["portNumber", "portRange", "namedPort"].includes(key) ? "in an AdminNetworkPolicy" : undefined;
    case "protocol-match":
      if (key === "number" || key === "range") return "under `destinationPort:`";
      return key === "destinationNamedPort" ? "in an item of its own: a named port has the protocol that the pod declares" : undefined;
    case "destinationPort":
      if (key === "start" || key === "end") return "under `range:`";
      return key === "port" ? "in an AdminNetworkPolicy; here it is `number`" : undefined;
    case "port":
      if (key === "port" || key === "protocol") return "under `portNumber:`";
      if (key === "start" || key === "end" || key === "endPort") return "under `portRange:`, as `start` or `end`";
      return ["tcp", "udp", "sctp", "destinationNamedPort"].includes(key) ? "in a ClusterNetworkPolicy" : undefined;
    case "portNumber":
      return key === "endPort" ? "under `portRange:`, as `end`" : undefined;
    case "old-namespaces":
    case "old-pods":
    case "range":
    case "portRange":
      return undefined;
  }
}

const selectorFields: readonly string[] = ["matchLabels", "matchExpressions"];
const specParts: readonly string[] = ["tier", "priority", "ingress", "egress"];

function homeInSpec(key: string, dialect: Dialect): string | undefined {
  if (key === "tier") return `in a ClusterNetworkPolicy; this kind is always in the ${dialect.tier} tier`;
  if (key === "priority") return "in an AdminNetworkPolicy; of this kind there is only one";
  if (key === "podSelector" || key === "namespaceSelector") return "under `subject:`, in `pods:`";
  if (key === "namespaces" || key === "pods") return "under `subject:`";
  if (key === "policyTypes") return "in a NetworkPolicy; this kind isolates nobody and has the directions of its rules";
  if (["action", "from", "to", "protocols", "ports"].includes(key)) return "in a rule: an item under `ingress:` or `egress:`";
  return ["name", "labels", "annotations"].includes(key) ? "under `metadata:`" : undefined;
}

function homeInRule(key: string, direction: Direction, { peers, ports }: Dialect): string | undefined {
  const list = peersField(direction);
  if (key === (list === "from" ? "to" : "from")) {
    return `in an ${direction === "ingress" ? "egress" : "ingress"} rule; an ${direction} rule has \`${list}\``;
  }
  if (key === "ports") return "in an AdminNetworkPolicy; here it is `protocols`";
  if (key === "protocols") return "in a ClusterNetworkPolicy; here it is `ports`";
  if ((peers.egress as readonly string[]).includes(key)) return `under \`${list}:\`, as an item of its list`;
  if (key === "namespaceSelector" || key === "podSelector") return `in a peer under \`${list}:\`, in \`pods:\``;
  if (
    ["tcp", "udp", "sctp", "destinationPort", "destinationNamedPort", "portNumber", "portRange", "namedPort", "port", "protocol"].includes(
      key,
    )
  ) {
    return `under \`${ports}:\`, in an item of its list`;
  }
  return specParts.includes(key) ? "under `spec:`" : undefined;
}

function homeInPeer(key: string, direction: Direction, { peers, ports }: Dialect): string | undefined {
  if ((peers.egress as readonly string[]).includes(key)) return "in an egress rule; an ingress rule knows pods only";
  if (key === "domainNames") return "in an AdminNetworkPolicy or ClusterNetworkPolicy";
  if (key === "namespaceSelector" || key === "podSelector") return "under `pods:`";
  if (selectorFields.includes(key)) return "under `namespaces:`, or in a selector under `pods:`";
  if (key === "ipBlock" || key === "cidr")
    return direction === "egress" ? "in a NetworkPolicy; here it is `networks`" : "in a NetworkPolicy";
  if (key === "ports" || key === "protocols") return `in the rule, beside \`${peersField(direction)}\`, as \`${ports}\``;
  return ["from", "to", "action"].includes(key) ? "in the rule" : undefined;
}
