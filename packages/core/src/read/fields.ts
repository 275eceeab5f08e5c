import type { Direction } from "../model/policy.ts";
import { childPath } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import { spanAt, type Field, type Reading } from "./kubernetes.ts";
import { say } from "./messages.ts";
import type { Fields } from "./value.ts";

/** A mapping inside the `spec` of a NetworkPolicy: what may stand in it depends on it. */
export type Shape =
  | { readonly shape: "spec" | "selector" | "expression" | "ipBlock" }
  | { readonly shape: "rule" | "peer" | "port"; readonly direction: Direction };

/** The fields that a mapping may have. */
export function fieldsOf(shape: Shape): readonly string[] {
  switch (shape.shape) {
    case "spec":
      return ["podSelector", "policyTypes", "ingress", "egress"];
    case "rule":
      return [peersField(shape.direction), "ports"];
    case "peer":
      return ["podSelector", "namespaceSelector", "ipBlock"];
    case "port":
      return ["protocol", "port", "endPort"];
    case "ipBlock":
      return ["cidr", "except"];
    case "selector":
      return ["matchLabels", "matchExpressions"];
    case "expression":
      return ["key", "operator", "values"];
  }
}

export function peersField(direction: Direction): "from" | "to" {
  return direction === "ingress" ? "from" : "to";
}

/** What may stand in a mapping, and what to say of what may not. */
export interface FieldRules {
  readonly known: readonly string[];
  /** How a message calls the mapping: "a rule". */
  readonly what: string;
  /** What a server that drops unknown fields would have made of the rest. */
  lossOf(key: string, left: readonly string[]): string;
  /** Where a field belongs that stands in the wrong mapping. */
  homeOf(key: string): string | undefined;
}

/**
 * A field that the API does not know is an error, never dropped: dropping it often turns a rule into "allow everything" (S19).
 * Gives the unknown keys, and the fields that they were meant for.
 */
export function refuseUnknown(
  reading: Reading,
  field: Field,
  rules: FieldRules,
): { readonly unknown: readonly string[]; readonly meant: readonly string[] } {
  const { known, what } = rules;
  const written = Object.keys(field.value as Fields);
  const unknown = written.filter((key) => !known.includes(key));
  const left = written.filter((key) => known.includes(key) && (field.value as Fields)[key] !== null);
  const free = known.filter((candidate) => !written.includes(candidate));
  const meantFor = unknown.map((key) => {
    const home = rules.homeOf(key);
    const meant = home === undefined ? nearest(key, free) : undefined;
    const parameters = { what, field: key, lost: rules.lossOf(key, left), home, meant };
    reading.diagnostics.push(say("field-unknown", spanAt(reading, childPath(field.path, key), "key"), parameters));
    return meant;
  });
  return { unknown, meant: meantFor.filter((meant) => meant !== undefined) };
}

export function refuseUnknownFields(reading: Reading, field: Field, shape: Shape): boolean {
  return refuseUnknown(reading, field, fieldRules(shape)).unknown.length > 0;
}

export function fieldRules(shape: Shape): FieldRules {
  return {
    known: fieldsOf(shape),
    what: nameOf(shape),
    lossOf: (key, left) => lossOf(key, shape, left),
    homeOf: (key) => homeOf(key, shape),
  };
}

function nameOf({ shape }: Shape): string {
  switch (shape) {
    case "spec":
      return "`spec`";
    case "rule":
      return "a rule";
    case "peer":
      return "a peer";
    case "port":
      return "a port";
    case "ipBlock":
      return "an `ipBlock`";
    case "selector":
      return "a selector";
    case "expression":
      return "a match expression";
  }
}

function lossOf(key: string, shape: Shape, left: readonly string[]): string {
  switch (shape.shape) {
    case "spec": {
      const meant = nearest(key, fieldsOf(shape));
      if (meant === "podSelector" && !left.includes(meant)) return "dropped, this policy would select every pod of its namespace";
      if ((meant === "ingress" || meant === "egress") && !left.includes(meant)) return `dropped, this policy would allow no ${meant}`;
      return "dropped, this policy would say less than it seems to";
    }
    case "rule": {
      const [peers, ports] = [left.includes(peersField(shape.direction)), left.includes("ports")];
      const everyone = shape.direction === "ingress" ? "everyone" : "every destination";
      if (!peers) return ports ? `dropped, this rule would allow ${everyone} on these ports` : `dropped, this rule would allow ${everyone}`;
      return ports ? "dropped, this rule would say less than it seems to" : "dropped, this rule would allow every port";
    }
    case "peer":
      return left.length === 0 ? "dropped, this peer would be empty" : "dropped, this peer would select more";
    case "port":
      return left.includes("port") ? "dropped, this item would mean other ports" : "dropped, this item would mean every port";
    case "ipBlock":
      return left.includes("cidr") ? "dropped, the whole block would match" : "dropped, this block would be empty";
    case "selector":
      return left.length === 0 ? "dropped, this selector would select everything" : "dropped, this selector would select more";
    case "expression":
      return "dropped, this condition would say less than it seems to";
  }
}

function homeOf(key: string, shape: Shape): string | undefined {
  const spec = ["ingress", "egress", "policyTypes"];
  const peer = ["podSelector", "namespaceSelector", "ipBlock"];
  const port = ["port", "protocol", "endPort"];
  const selector = ["matchLabels", "matchExpressions"];
  const block = ["cidr", "except"];
  switch (shape.shape) {
    case "spec":
      if (key === "from" || key === "to") return `in a rule: an item under \`${key === "from" ? "ingress" : "egress"}:\``;
      if (key === "ports") return "in a rule: an item under `ingress:` or `egress:`";
      if (selector.includes(key)) return "under `podSelector:`";
      if (peer.includes(key) || block.includes(key)) return "in a rule: in an item under `from:` or `to:`";
      return ["name", "namespace", "labels", "annotations"].includes(key) ? "under `metadata:`" : undefined;
    case "rule": {
      const peers = peersField(shape.direction);
      if (key === (peers === "from" ? "to" : "from"))
        return `in an ${peers === "from" ? "egress" : "ingress"} rule; an ${shape.direction} rule has \`${peers}\``;
      if (peer.includes(key)) return `under \`${peers}:\`, as an item of its list`;
      if (port.includes(key)) return "under `ports:`, as an item of its list";
      if (selector.includes(key)) return `in a selector of an item under \`${peers}:\``;
      if (block.includes(key)) return `under \`ipBlock:\` of an item under \`${peers}:\``;
      return spec.includes(key) ? "under `spec:`" : undefined;
    }
    case "peer":
      if (key === "ports" || key === "from" || key === "to") return `in the rule, beside \`${peersField(shape.direction)}\``;
      if (selector.includes(key)) return "under `podSelector:` or `namespaceSelector:`";
      if (block.includes(key)) return "under `ipBlock:`";
      if (port.includes(key)) return "under `ports:` of the rule";
      return spec.includes(key) ? "under `spec:`" : undefined;
    case "port":
      return key === "from" || key === "to" || key === "ports" ? "in the rule" : undefined;
    case "ipBlock":
      return peer.includes(key) ? "in an item of its own: an `ipBlock` stands alone" : undefined;
    case "selector":
      if (spec.includes(key)) return "under `spec:`, beside `podSelector`";
      if (key === "from" || key === "to" || key === "ports") return "in a rule";
      if (peer.includes(key)) return "in the peer, beside this selector";
      if (["key", "operator", "values"].includes(key)) return "under `matchExpressions:`, in an item of its list";
      return nearest(key, selector) === undefined ? "under `matchLabels:`, if it is a label" : undefined;
    case "expression":
      return undefined;
  }
}
