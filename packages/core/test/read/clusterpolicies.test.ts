import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { directions, type ClusterPolicy, type Peer, type Selector, type TierRule } from "../../src/model/policy.ts";
import { formatRange } from "../../src/net/ports.ts";
import { sharedFolder } from "../shared.ts";
import { clusterPolicy, line, linesOf, readText } from "./reading.ts";

const shared = sharedFolder();

type Kind = "cnp" | "anp" | "banp";

/** A policy of the kind with these lines below the fields that it must have; `spec` is line 4. */
function manifest(kind: Kind, ...spec: readonly string[]): string {
  switch (kind) {
    case "cnp":
      return clusterPolicy("tier: Admin", "priority: 5", "subject: {namespaces: {}}", ...spec);
    case "anp":
      return older("AdminNetworkPolicy", "tenants", "priority: 5", "subject: {namespaces: {}}", ...spec);
    case "banp":
      return older("BaselineAdminNetworkPolicy", "default", "subject: {namespaces: {}}", ...spec);
  }
}

function older(kind: string, name: string, ...spec: readonly string[]): string {
  return clusterPolicy(...spec)
    .replace("v1beta1", "v1alpha1")
    .replace("ClusterNetworkPolicy", kind)
    .replace("tenants", name);
}

function egress(kind: Kind, rule: string): string {
  return manifest(kind, `egress: [${rule}]`);
}

function ingress(kind: Kind, rule: string): string {
  return manifest(kind, `ingress: [${rule}]`);
}

function names(count: number, name: (i: number) => string): string {
  return `[${Array.from({ length: count }, (_, i) => name(i)).join(", ")}]`;
}

const rule = "{action: Deny, to: [{namespaces: {}}]}";
const item = (count: number, text: string): string => names(count, () => text);
const to = (peer: string, more = ""): string => `{action: Deny, to: [${peer}]${more}}`;
const from = (peer: string, more = ""): string => `{action: Deny, from: [${peer}]${more}}`;
const protocols = (entry: string, peer = "{namespaces: {}}"): string => to(peer, `, protocols: [${entry}]`);
const ports = (entry: string, peer = "{namespaces: {}}"): string => to(peer, `, ports: [${entry}]`);

describe("what a policy means", () => {
  test.each<readonly [text: string, meaning: readonly string[]]>([
    [
      clusterPolicy("tier: Baseline", "priority: 0", "subject: {pods: {podSelector: {matchLabels: {a: b}}}}"),
      ["cnp/tenants Baseline 0 every/a In b"],
    ],
    [
      clusterPolicy("tier: Admin", "priority: 1000", "subject: {pods: {namespaceSelector: {}, podSelector: {}}}", "ingress: []", "egress:"),
      ["cnp/tenants Admin 1000 {}/{}"],
    ],
    [
      egress("cnp", "{name: all, action: Accept, to: [{namespaces: {matchLabels: {team: red}}}, {pods: {podSelector: {}}}]}"),
      ["cnp/tenants Admin 5 {}/every", "egress `all` Accept team In red/every, every/{} on any"],
    ],
    [
      egress(
        "cnp",
        "{action: Pass, to: [{networks: [10.0.0.0/8, '2001:db8::/32']}, {nodes: {matchExpressions: [{key: role, operator: Exists}]}}, {domainNames: ['*.example.org']}]}",
      ),
      ["cnp/tenants Admin 5 {}/every", "egress Pass networks 10.0.0.0/8 2001:db8::/32, nodes role Exists, names *.example.org on any"],
    ],
    [
      ingress(
        "cnp",
        from(
          "{namespaces: {}}",
          ", protocols: [{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 1, end: 65535}}}}, {destinationNamedPort: dns}]",
        ),
      ),
      ["cnp/tenants Admin 5 {}/every", "ingress Deny {}/every on 80/TCP all/UDP dns/declared"],
    ],
    [
      ingress(
        "anp",
        "{action: Allow, from: [{pods: {namespaceSelector: {}, podSelector: {}}}], ports: [{portNumber: {port: 80}}, {portNumber: {protocol: SCTP, port: 80}}, {portRange: {start: 8, end: 8}}, {namedPort: web}]}",
      ),
      ["anp/tenants Admin 5 {}/every", "ingress Accept {}/{} on 80/TCP 80/SCTP 8/TCP web/declared"],
    ],
    [egress("banp", rule), ["banp/default Baseline 0 {}/every", "egress Deny {}/every on any"]],
    [manifest("cnp", "ingress: null"), ["cnp/tenants Admin 5 {}/every"]],
    // Releases up to v0.1.1 nested the selectors of a peer one level deeper.
    [
      ingress(
        "anp",
        from(
          "{namespaces: {namespaceSelector: {matchLabels: {a: b}}}}, {pods: {namespaces: {namespaceSelector: {}}, podSelector: {matchLabels: {c: d}}}}",
        ),
      ),
      ["anp/tenants Admin 5 {}/every", "ingress Deny a In b/every, {}/c In d on any"],
    ],
  ])("%s", async (text, meaning) => {
    const { snapshot } = await readText(text);
    expect(snapshot.clusterPolicies.flatMap(meaningOf)).toEqual(meaning);
  });
});

function meaningOf(policy: ClusterPolicy): readonly string[] {
  const { name, tier, priority, subject } = policy;
  const short = { ClusterNetworkPolicy: "cnp", AdminNetworkPolicy: "anp", BaselineAdminNetworkPolicy: "banp" }[name.kind];
  const rules = directions.flatMap((direction) => policy[direction].map(ruleText));
  return [`${short}/${name.name} ${tier} ${priority} ${selectorText(subject.namespaces)}/${selectorText(subject.pods)}`, ...rules];
}

function ruleText({ direction, name, action, peers, ports: matches }: TierRule): string {
  const what =
    matches === "any"
      ? "any"
      : matches
          .map(({ protocol, port }) => `${port === "any" ? "all" : "name" in port ? port.name : formatRange(port)}/${protocol}`)
          .join(" ");
  return [direction, ...(name === undefined ? [] : [`\`${name}\``]), action, peers.map(peerText).join(", "), "on", what].join(" ");
}

function peerText(peer: Peer): string {
  switch (peer.kind) {
    case "pods":
      return `${selectorText(peer.namespaces)}/${selectorText(peer.pods)}`;
    case "networks":
      return `networks ${peer.cidrs.map(({ text }) => text).join(" ")}`;
    case "nodes":
      return `nodes ${selectorText(peer.nodes)}`;
    case "domainNames":
      return `names ${peer.names.join(" ")}`;
    default:
      return peer.kind;
  }
}

function selectorText(selector: Selector | "own" | "every"): string {
  if (typeof selector === "string") return selector;
  return selector.requirements.map(({ key, operator, values }) => `${key} ${operator} ${values.join(",")}`.trim()).join(" & ") || "{}";
}

/** Each rule of the schemas (semantics 4.2) with an example that keeps it and one that does not: what is said, on which line, and the text it points at. */
describe("the rules of the schemas", () => {
  test.each<readonly [rule: string, valid: string, invalid: string, found: string]>([
    ["spec is required", manifest("cnp"), manifest("cnp").replace(/spec:[^]*/, ""), "error field-missing 2 kind: ClusterNetworkPolicy"],
    ["tier is required", manifest("cnp"), clusterPolicy("priority: 5", "subject: {namespaces: {}}"), "error field-missing 4 spec"],
    ["tier is Admin or Baseline", manifest("cnp"), manifest("cnp").replace("Admin", "admin"), "error tier-unknown 5 admin"],
    ["priority is required", manifest("cnp"), clusterPolicy("tier: Admin", "subject: {namespaces: {}}"), "error field-missing 4 spec"],
    ["priority is required, ANP", manifest("anp"), manifest("anp").replace("priority: 5", ""), "error field-missing 4 spec"],
    ["priority is 0 or more", manifest("cnp").replace("5", "0"), manifest("cnp").replace("5", "-1"), "error priority-out-of-range 6 -1"],
    [
      "priority is at most 1000",
      manifest("cnp").replace("5", "1000"),
      manifest("cnp").replace("5", "1001"),
      "error priority-out-of-range 6 1001",
    ],
    ["the same, ANP", manifest("anp").replace("5", "1000"), manifest("anp").replace("5", "1001"), "error priority-out-of-range 5 1001"],
    ["priority is an integer", manifest("cnp"), manifest("cnp").replace("5", '"5"'), 'error type-wrong 6 "5"'],
    ["BANP has no priority", manifest("banp"), manifest("banp", "priority: 1"), "error field-unknown 6 priority"],
    ["BANP is named default", manifest("banp"), manifest("banp").replace("name: default", "name: base"), "error policy-name-fixed 3 base"],
    ["tier is for CNP only", manifest("anp"), manifest("anp", "tier: Admin"), "error field-unknown 7 tier"],
    ["subject is required", manifest("cnp"), manifest("cnp").replace("subject: {namespaces: {}}", ""), "error field-missing 4 spec"],
    ["subject has one field", manifest("cnp"), manifest("cnp").replace("{namespaces: {}}", "{}"), "error choice-missing 7 {}"],
    [
      "subject has one field only",
      manifest("cnp").replace("{namespaces: {}}", "{pods: {podSelector: {}}}"),
      manifest("cnp").replace("{namespaces: {}}", "{namespaces: {}, pods: {podSelector: {}}}"),
      "error choice-many 7 pods",
    ],
    [
      "podSelector is required, CNP",
      egress("cnp", to("{pods: {podSelector: {}}}")),
      egress("cnp", to("{pods: {namespaceSelector: {}}}")),
      "error field-missing 8 pods",
    ],
    [
      "podSelector is required, ANP: read as every pod",
      egress("anp", to("{pods: {namespaceSelector: {}, podSelector: {}}}")),
      egress("anp", to("{pods: {namespaceSelector: {}}}")),
      "warning selector-missing 7 pods",
    ],
    [
      "namespaceSelector is required, ANP: read as every namespace",
      egress("cnp", to("{pods: {podSelector: {}}}")),
      egress("anp", to("{pods: {podSelector: {}}}")),
      "warning selector-missing 7 pods",
    ],
    [
      "at most 25 rules",
      manifest("cnp", `egress: ${item(25, rule)}`),
      manifest("cnp", `egress: ${item(26, rule)}`),
      `error list-too-long 8 ${rule}`,
    ],
    [
      "at most 100 rules, ANP",
      manifest("anp", `egress: ${item(100, rule)}`),
      manifest("anp", `egress: ${item(101, rule)}`),
      `error list-too-long 7 ${rule}`,
    ],
    [
      "action is required",
      egress("cnp", rule),
      egress("cnp", "{to: [{namespaces: {}}]}"),
      "error field-missing 8 {to: [{namespaces: {}}]}",
    ],
    ["actions of CNP", egress("cnp", rule), egress("cnp", "{action: Allow, to: [{namespaces: {}}]}"), "error action-unknown 8 Allow"],
    [
      "actions of ANP",
      egress("anp", rule.replace("Deny", "Pass")),
      egress("anp", rule.replace("Deny", "Accept")),
      "error action-unknown 7 Accept",
    ],
    [
      "actions of BANP",
      egress("banp", rule.replace("Deny", "Allow")),
      egress("banp", rule.replace("Deny", "Pass")),
      "error action-unknown 6 Pass",
    ],
    ["to is required", egress("cnp", rule), egress("cnp", "{action: Deny}"), "error field-missing 8 {action: Deny}"],
    [
      "from is required",
      ingress("anp", from("{namespaces: {}}")),
      ingress("anp", "{action: Deny}"),
      "error field-missing 7 {action: Deny}",
    ],
    ["at least one peer", egress("cnp", rule), egress("cnp", "{action: Deny, to: []}"), "error list-empty 8 to"],
    [
      "at most 25 peers",
      egress("cnp", `{action: Deny, to: ${item(25, "{namespaces: {}}")}}`),
      egress("cnp", `{action: Deny, to: ${item(26, "{namespaces: {}}")}}`),
      `error list-too-long 8 {namespaces: {}}`,
    ],
    [
      "at most 100 peers, ANP",
      egress("anp", `{action: Deny, to: ${item(100, "{namespaces: {}}")}}`),
      egress("anp", `{action: Deny, to: ${item(101, "{namespaces: {}}")}}`),
      `error list-too-long 7 {namespaces: {}}`,
    ],
    ["a peer has one field", egress("cnp", rule), egress("cnp", to("{}")), "error choice-missing 8 {}"],
    ["a peer is not null", egress("cnp", rule), egress("cnp", to("null")), "error choice-missing 8 null"],
    ["a peer has one field only", egress("cnp", rule), egress("cnp", to("{namespaces: {}, nodes: {}}")), "error choice-many 8 nodes"],
    [
      "an ingress peer is pods",
      ingress("cnp", from("{pods: {podSelector: {}}}")),
      ingress("cnp", from("{networks: [10.0.0.0/8]}")),
      "error field-unknown 8 networks",
    ],
    [
      "domain names are not for BANP",
      egress("anp", "{action: Allow, to: [{domainNames: [a.b]}]}"),
      egress("banp", "{action: Allow, to: [{domainNames: [a.b]}]}"),
      "error field-unknown 6 domainNames",
    ],
    [
      "a rule's name has at most 100 characters",
      egress("cnp", `{name: ${"é".repeat(100)}, action: Deny, to: [{nodes: {}}]}`),
      egress("cnp", `{name: ${"é".repeat(101)}, action: Deny, to: [{nodes: {}}]}`),
      `error text-too-long 8 ${"é".repeat(101)}`,
    ],
    [
      "at least one network",
      egress("cnp", to("{networks: [10.0.0.0/8]}")),
      egress("cnp", to("{networks: []}")),
      "error list-empty 8 networks",
    ],
    [
      "at most 25 networks",
      egress("cnp", to(`{networks: ${names(25, (i) => `10.${10 + i}.0.0/16`)}}`)),
      egress("cnp", to(`{networks: ${names(26, (i) => `10.${10 + i}.0.0/16`)}}`)),
      `error list-too-long 8 10.35.0.0/16`,
    ],
    [
      "the same, ANP",
      egress("anp", to(`{networks: ${names(25, (i) => `10.${10 + i}.0.0/16`)}}`)),
      egress("anp", to(`{networks: ${names(26, (i) => `10.${10 + i}.0.0/16`)}}`)),
      `error list-too-long 7 10.35.0.0/16`,
    ],
    [
      "networks are a set",
      egress("cnp", to("{networks: [10.0.0.0/8, 10.0.0.0/9]}")),
      egress("cnp", to("{networks: [10.0.0.0/8, 10.0.0.0/8]}")),
      "error value-repeated 8 10.0.0.0/8",
    ],
    [
      "a network is a CIDR",
      egress("cnp", to("{networks: [10.0.0.0/8]}")),
      egress("cnp", to("{networks: [10.0.0.0]}")),
      "error cidr-invalid 8 10.0.0.0",
    ],
    ["… not null", egress("cnp", to("{networks: [10.0.0.0/8]}")), egress("cnp", to("{networks: [null]}")), "error cidr-invalid 8 null"],
    [
      "… without leading zeros",
      egress("cnp", to("{networks: [10.0.0.0/8]}")),
      egress("cnp", to("{networks: [010.0.0.0/8]}")),
      "error network-form 8 010.0.0.0/8",
    ],
    [
      "… not IPv4 inside IPv6, CNP",
      egress("cnp", to("{networks: ['64:ff9b::192.0.2.0/120']}")),
      egress("cnp", to("{networks: ['::ffff:c000:200/120']}")),
      "error network-form 8 '::ffff:c000:200/120'",
    ],
    [
      "… not IPv4 inside IPv6, ANP",
      egress("anp", to("{networks: ['64:ff9b::c000:200/120']}")),
      egress("anp", to("{networks: ['64:ff9b::192.0.2.0/120']}")),
      "error network-form 7 '64:ff9b::192.0.2.0/120'",
    ],
    [
      "… at most 43 characters",
      egress("cnp", to("{networks: ['2001:0db8:0001:0002:0003:0004:0005:0006/128']}")),
      egress("cnp", to("{networks: ['0064:ff9b:0000:0000:0000:0000:192.168.100.100/128']}")),
      "error text-too-long 8 '0064:ff9b:0000:0000:0000:0000:192.168.100.100/128'",
    ],
    [
      "… without host bits from v0.3.0 on",
      egress("cnp", to("{networks: [192.0.2.77/32]}")),
      egress("cnp", to("{networks: [192.0.2.77/24]}")),
      "warning network-host-bits 8 192.0.2.77/24",
    ],
    [
      "at least one domain name",
      egress("cnp", "{action: Accept, to: [{domainNames: [a.b]}]}"),
      egress("cnp", "{action: Accept, to: [{domainNames: []}]}"),
      "error list-empty 8 domainNames",
    ],
    [
      "at most 25",
      egress("cnp", `{action: Accept, to: [{domainNames: ${names(25, (i) => `a${10 + i}.b`)}}]}`),
      egress("cnp", `{action: Accept, to: [{domainNames: ${names(26, (i) => `a${10 + i}.b`)}}]}`),
      `error list-too-long 8 a35.b`,
    ],
    [
      "domain names are a set",
      egress("cnp", "{action: Accept, to: [{domainNames: [a.b, b.b]}]}"),
      egress("cnp", "{action: Accept, to: [{domainNames: [a.b, a.b]}]}"),
      "error value-repeated 8 a.b",
    ],
    [
      "a domain name has a dot",
      egress("cnp", "{action: Accept, to: [{domainNames: ['*.b.c', b.c.]}]}"),
      egress("cnp", "{action: Accept, to: [{domainNames: [b]}]}"),
      "error domain-name-invalid 8 b",
    ],
    [
      "a * stands before it only",
      egress("cnp", "{action: Accept, to: [{domainNames: ['*.a.b']}]}"),
      egress("cnp", "{action: Accept, to: [{domainNames: ['a.*.b']}]}"),
      "error domain-name-invalid 8 'a.*.b'",
    ],
    [
      "the slip A-z, until v0.3.0",
      egress("cnp", "{action: Accept, to: [{domainNames: [a_b.c.d]}]}"),
      egress("cnp", "{action: Accept, to: [{domainNames: [_b.c.d]}]}"),
      "warning domain-name-odd 8 _b.c.d",
    ],
    [
      "domain names are for Accept rules (C10)",
      egress("cnp", "{action: Accept, to: [{domainNames: [a.b]}]}"),
      egress("cnp", "{action: Deny, to: [{domainNames: [a.b]}]}"),
      "warning domain-name-action 8 domainNames",
    ],
    [
      "at least one protocol",
      egress("cnp", protocols("{tcp: {destinationPort: {number: 1}}}")),
      egress("cnp", protocols("")),
      "error list-empty 8 protocols",
    ],
    [
      "at most 25 protocols",
      egress("cnp", to("{nodes: {}}", `, protocols: ${item(25, "{tcp: {destinationPort: {number: 1}}}")}`)),
      egress("cnp", to("{nodes: {}}", `, protocols: ${item(26, "{tcp: {destinationPort: {number: 1}}}")}`)),
      `error list-too-long 8 {tcp: {destinationPort: {number: 1}}}`,
    ],
    ["at least one port, ANP", egress("anp", ports("{portNumber: {port: 1}}")), egress("anp", ports("")), "error list-empty 7 ports"],
    [
      "at most 100 ports, ANP",
      egress("anp", to("{nodes: {}}", `, ports: ${item(100, "{portNumber: {port: 1}}")}`)),
      egress("anp", to("{nodes: {}}", `, ports: ${item(101, "{portNumber: {port: 1}}")}`)),
      `error list-too-long 7 {portNumber: {port: 1}}`,
    ],
    [
      "a protocol has one field",
      egress("cnp", protocols("{tcp: {destinationPort: {number: 1}}}")),
      egress("cnp", protocols("{}")),
      "error choice-missing 8 {}",
    ],
    [
      "a protocol has one field only",
      egress("cnp", protocols("{destinationNamedPort: a}")),
      egress("cnp", protocols("{tcp: {destinationPort: {number: 1}}, destinationNamedPort: a}")),
      "error choice-many 8 destinationNamedPort",
    ],
    [
      "tcp is not empty (C7)",
      egress("cnp", protocols("{tcp: {destinationPort: {range: {start: 1, end: 65535}}}}")),
      egress("cnp", protocols("{tcp: {}}")),
      "error destination-port-missing 8 tcp",
    ],
    [
      "a port has one field",
      egress("cnp", protocols("{udp: {destinationPort: {number: 1}}}")),
      egress("cnp", protocols("{udp: {destinationPort: {}}}")),
      "error choice-missing 8 {}",
    ],
    [
      "a port has one field only",
      egress("cnp", protocols("{udp: {destinationPort: {number: 1}}}")),
      egress("cnp", protocols("{udp: {destinationPort: {number: 1, range: {start: 1, end: 2}}}}")),
      "error choice-many 8 range",
    ],
    [
      "a port is 1 or more",
      egress("cnp", protocols("{sctp: {destinationPort: {number: 1}}}")),
      egress("cnp", protocols("{sctp: {destinationPort: {number: 0}}}")),
      "error port-out-of-range 8 0",
    ],
    [
      "a port is at most 65535",
      egress("cnp", protocols("{tcp: {destinationPort: {number: 65535}}}")),
      egress("cnp", protocols("{tcp: {destinationPort: {number: 65536}}}")),
      "error port-out-of-range 8 65536",
    ],
    [
      "start is required",
      egress("cnp", protocols("{tcp: {destinationPort: {range: {start: 1, end: 2}}}}")),
      egress("cnp", protocols("{tcp: {destinationPort: {range: {end: 2}}}}")),
      "error field-missing 8 range",
    ],
    [
      "end is required",
      egress("cnp", protocols("{tcp: {destinationPort: {range: {start: 1, end: 2}}}}")),
      egress("cnp", protocols("{tcp: {destinationPort: {range: {start: 2}}}}")),
      "error field-missing 8 range",
    ],
    [
      "start is smaller than end",
      egress("cnp", protocols("{tcp: {destinationPort: {range: {start: 1, end: 2}}}}")),
      egress("cnp", protocols("{tcp: {destinationPort: {range: {start: 2, end: 2}}}}")),
      "error range-not-ascending 8 2",
    ],
    [
      "the ends are ports",
      egress("cnp", protocols("{tcp: {destinationPort: {range: {start: 1, end: 65535}}}}")),
      egress("cnp", protocols("{tcp: {destinationPort: {range: {start: 0, end: 2}}}}")),
      "error port-out-of-range 8 0",
    ],
    ["a port of ANP has one field", egress("anp", ports("{namedPort: a}")), egress("anp", ports("{}")), "error choice-missing 7 {}"],
    [
      "a port of ANP has one field only",
      egress("anp", ports("{namedPort: a}")),
      egress("anp", ports("{namedPort: a, portNumber: {port: 1}}")),
      "error choice-many 7 namedPort",
    ],
    [
      "portNumber needs port",
      egress("anp", ports("{portNumber: {port: 1}}")),
      egress("anp", ports("{portNumber: {protocol: UDP}}")),
      "error field-missing 7 portNumber",
    ],
    [
      "portNumber's port is a port",
      egress("anp", ports("{portNumber: {port: 1}}")),
      egress("anp", ports("{portNumber: {port: 0}}")),
      "error port-out-of-range 7 0",
    ],
    [
      "protocols are three",
      egress("anp", ports("{portNumber: {protocol: SCTP, port: 1}}")),
      egress("anp", ports("{portNumber: {protocol: sctp, port: 1}}")),
      "error protocol-unknown 7 sctp",
    ],
    [
      "portRange needs both ends",
      egress("banp", ports("{portRange: {start: 1, end: 1}}")),
      egress("banp", ports("{portRange: {start: 1}}")),
      "error field-missing 6 portRange",
    ],
    [
      "a range of ANP may be empty, and then matches nothing",
      egress("anp", ports("{portRange: {start: 2, end: 2}}")),
      egress("anp", ports("{portRange: {start: 2, end: 1}}")),
      "warning range-empty 7 1",
    ],
    [
      "a named port is any text, but only some can be declared",
      egress("cnp", protocols("{destinationNamedPort: web}")),
      egress("cnp", protocols("{destinationNamedPort: Web}")),
      "warning port-name-unusable 8 Web",
    ],
    [
      "no named port beside networks",
      egress("cnp", protocols("{destinationNamedPort: a}")),
      egress("cnp", protocols("{destinationNamedPort: a}", "{networks: [10.0.0.0/8]}")),
      "error named-port-without-pods 8 destinationNamedPort: a",
    ],
    [
      "no named port beside nodes",
      egress("anp", ports("{namedPort: a}")),
      egress("anp", ports("{namedPort: a}", "{nodes: {}}")),
      "error named-port-without-pods 7 namedPort: a",
    ],
    [
      "no named port beside domain names",
      egress("cnp", "{action: Accept, to: [{namespaces: {}}], protocols: [{destinationNamedPort: a}]}"),
      egress("cnp", "{action: Accept, to: [{domainNames: [a.b]}], protocols: [{destinationNamedPort: a}]}"),
      "error named-port-without-pods 8 destinationNamedPort: a",
    ],
    [
      "the form of v0.1.1 is old",
      ingress("anp", from("{namespaces: {}}")),
      ingress("anp", from("{namespaces: {namespaceSelector: {}}}")),
      "warning peer-nesting-old 7 namespaces",
    ],
    [
      "the same below pods",
      ingress("banp", from("{pods: {namespaceSelector: {}, podSelector: {}}}")),
      ingress("banp", from("{pods: {namespaces: {namespaceSelector: {}}, podSelector: {}}}")),
      "warning peer-nesting-old 6 namespaces",
    ],
    [
      "CNP never had it",
      ingress("cnp", from("{namespaces: {}}")),
      ingress("cnp", from("{namespaces: {namespaceSelector: {}}}")),
      "error field-unknown 8 namespaceSelector",
    ],
    [
      "sameLabels is gone",
      ingress("anp", from("{namespaces: {}}")),
      ingress("anp", from("{namespaces: {sameLabels: [tenant]}}")),
      "error same-labels-removed 7 sameLabels",
    ],
    [
      "notSameLabels is gone",
      ingress("cnp", from("{namespaces: {}}")),
      ingress("cnp", from("{namespaces: {notSameLabels: [tenant]}}")),
      "error same-labels-removed 8 notSameLabels",
    ],
    [
      "selectors are as everywhere",
      ingress("cnp", from("{namespaces: {matchLabels: {a: b}}}")),
      ingress("cnp", from("{namespaces: {matchLabels: {a: 'b c'}}}")),
      "error label-value-invalid 8 'b c'",
    ],
    [
      "labels are text",
      manifest("cnp"),
      manifest("cnp").replace("{namespaces: {}}", "{namespaces: {matchLabels: {a: yes}}}"),
      "error text-expected 7 yes",
    ],
    [
      "a label's value is no null",
      ingress("cnp", from("{namespaces: {matchLabels: {a: ''}}}")),
      ingress("cnp", from("{namespaces: {matchLabels: {a: null}}}")),
      "error type-wrong 8 a: null",
    ],
    [
      "nor is one in a list",
      ingress("cnp", from("{namespaces: {matchExpressions: [{key: a, operator: In, values: ['']}]}}")),
      ingress("cnp", from("{namespaces: {matchExpressions: [{key: a, operator: In, values: [null]}]}}")),
      "error type-wrong 8 null",
    ],
    ["names are DNS names", manifest("cnp"), manifest("cnp").replace("tenants", "Tenants"), "error name-invalid 3 Tenants"],
    ["a key stands once (S19)", manifest("cnp"), manifest("cnp", "tier: Admin"), "error key-repeated 8 tier"],
    ["lists are lists", egress("cnp", rule), manifest("cnp", `egress: ${rule}`), `error type-wrong 8 ${rule}`],
  ])("%s", async (_, valid, invalid, found) => {
    expect(await linesOf(valid)).toEqual([]);
    expect((await linesOf(invalid)).map((each) => each.replace(/:\d+/, ""))).toEqual([found]);
    const { snapshot } = await readText(invalid);
    const isNothing = found.startsWith("error") && !found.includes("key-repeated");
    expect(snapshot.clusterPolicies).toHaveLength(isNothing ? 0 : 1);
  });

  test("all mistakes come together", async () => {
    const text = clusterPolicy(
      "tier: admin",
      "priority: -1",
      "subject: {}",
      "egress:",
      "- action: deny",
      "  to: [{}, {networks: [x]}]",
      "  protocols: [{tcp: {}}]",
    );
    expect(await linesOf(text)).toEqual([
      "error tier-unknown 5:9 admin",
      "error priority-out-of-range 6:13 -1",
      "error choice-missing 7:12 {}",
      "error action-unknown 9:13 deny",
      "error choice-missing 10:10 {}",
      "error cidr-invalid 10:26 x",
      "error destination-port-missing 11:18 tcp",
    ]);
  });
});

describe("what is said", () => {
  test.each<readonly [text: string, said: readonly (string | undefined)[]]>([
    [
      egress("cnp", "{acton: Deny, to: [{namespaces: {}}]}"),
      ["a rule has no field `acton`", "dropped, the rest would be refused", "did you mean `action`?"],
    ],
    [
      egress("cnp", to("{namespaces: {}}", ", protocol: []")),
      [
        "a rule has no field `protocol`",
        "dropped, this rule would be for every port",
        "`protocol` belongs under `protocols:`, in an item of its list",
      ],
    ],
    [
      egress("cnp", to("{namespaces: {}}", ", ports: []")),
      ["a rule has no field `ports`", "no version of this kind has it", "`ports` belongs in an AdminNetworkPolicy; here it is `protocols`"],
    ],
    [
      egress("anp", to("{namespaces: {}}", ", protocols: []")),
      [
        "a rule has no field `protocols`",
        "no version of this kind has it",
        "`protocols` belongs in a ClusterNetworkPolicy; here it is `ports`",
      ],
    ],
    [
      egress("cnp", "{action: Deny, from: [], to: [{namespaces: {}}]}"),
      ["a rule has no field `from`", "no version of this kind has it", "`from` belongs in an ingress rule; an egress rule has `to`"],
    ],
    [
      manifest("cnp", "egres: []"),
      ["`spec` has no field `egres`", "dropped, this policy would leave egress alone", "did you mean `egress`?"],
    ],
    [
      manifest("cnp", "podSelector: {}"),
      ["`spec` has no field `podSelector`", "no version of this kind has it", "`podSelector` belongs under `subject:`, in `pods:`"],
    ],
    [
      manifest("cnp", "policyTypes: [Egress]"),
      [
        "`spec` has no field `policyTypes`",
        "no version of this kind has it",
        "`policyTypes` belongs in a NetworkPolicy; this kind isolates nobody and has the directions of its rules",
      ],
    ],
    [
      manifest("anp", "tier: Admin"),
      [
        "`spec` has no field `tier`",
        "no version of this kind has it",
        "`tier` belongs in a ClusterNetworkPolicy; this kind is always in the Admin tier",
      ],
    ],
    [
      egress("cnp", to("{pods: {podSelector: {}, namespaceSelectr: {}}}")),
      [
        "`pods` has no field `namespaceSelectr`",
        "dropped, the pods of every namespace would be meant",
        "did you mean `namespaceSelector`?",
      ],
    ],
    [
      ingress("cnp", from("{networks: [10.0.0.0/8]}")),
      [
        "a peer has no field `networks`",
        "no version of this kind has it",
        "`networks` belongs in an egress rule; an ingress rule knows pods only",
      ],
    ],
    [
      egress("cnp", to("{ipBlock: {cidr: 10.0.0.0/8}}")),
      ["a peer has no field `ipBlock`", "no version of this kind has it", "`ipBlock` belongs in a NetworkPolicy; here it is `networks`"],
    ],
    [
      egress("cnp", protocols("{tcp: {number: 80}}")),
      ["a protocol has no field `number`", "no version of this kind has it", "`number` belongs under `destinationPort:`"],
    ],
    [
      egress("cnp", protocols("{TCP: {destinationPort: {number: 80}}}")),
      ["an item of `protocols` has no field `TCP`", "dropped, the rest would be refused", "did you mean `tcp`?"],
    ],
    [
      egress("anp", ports("{port: 80}")),
      ["an item of `ports` has no field `port`", "no version of this kind has it", "`port` belongs under `portNumber:`"],
    ],
    [
      egress("cnp", protocols("{tcp: {}}")),
      ["`tcp` needs `destinationPort`", undefined, "for every port write `destinationPort: {range: {start: 1, end: 65535}}`"],
    ],
    [
      egress("banp", rule.replace("Deny", "Accept")),
      ["`Accept` is not an action of a BaselineAdminNetworkPolicy", "expected Allow or Deny", "did you mean `Allow`?"],
    ],
    [
      egress("cnp", to("{networks: ['::ffff:10.0.0.0/104']}")),
      ["`::ffff:10.0.0.0/104` is an IPv4 address inside an IPv6 one", "cluster-wide policies refuse it", "write the IPv4 network"],
    ],
    [
      egress("cnp", to("{networks: [192.0.2.77/24]}")),
      [
        "`192.0.2.77/24` stands for `192.0.2.0/24`",
        "refused by release v0.3.0 of the API and later ones",
        "write `192.0.2.0/24`, or `192.0.2.77/32` if one address is meant",
      ],
    ],
    [
      manifest("cnp").replace("v1beta1", "v1alpha1"),
      [
        "no server serves ClusterNetworkPolicy as `policy.networking.k8s.io/v1alpha1`",
        "write policy.networking.k8s.io/v1beta1 or policy.networking.k8s.io/v1alpha2",
        undefined,
      ],
    ],
    [
      manifest("anp").replace("v1alpha1", "v1alpha2"),
      ["no server serves AdminNetworkPolicy as `policy.networking.k8s.io/v1alpha2`", "write policy.networking.k8s.io/v1alpha1", undefined],
    ],
    [
      manifest("cnp").replace("spec:", "tier: Admin\nspec:"),
      ["a ClusterNetworkPolicy has no field `tier`", "dropped, the rest would be refused", "`tier` belongs under `spec:`"],
    ],
  ])("%s", async (text, said) => {
    const { diagnostics } = await readText(text);
    const told = diagnostics.filter(({ severity }) => severity !== "note").map(({ message, label, help }) => [message, label, help]);
    expect(told).toEqual([said]);
  });
});

describe("in a snapshot", () => {
  const named = (kind: Kind, name: string, priority: number): string =>
    manifest(kind).replace("tenants", name).replace("priority: 5", `priority: ${priority}`);

  test("by tier, priority, kind and name, whatever the order of the files", async () => {
    const texts = [
      named("cnp", "z", 7).replace("Admin", "Baseline"),
      manifest("banp"),
      named("cnp", "b", 7),
      named("cnp", "a", 7),
      named("anp", "c", 7),
      named("anp", "d", 0),
    ];
    for (const order of [texts, texts.toReversed()]) {
      const { snapshot, ledger, diagnostics } = await readText(order.join("---\n"));
      expect(snapshot.clusterPolicies.map(({ tier, name }) => `${tier} ${name.kind} ${name.name}`)).toEqual([
        "Admin AdminNetworkPolicy d",
        "Admin AdminNetworkPolicy c",
        "Admin ClusterNetworkPolicy a",
        "Admin ClusterNetworkPolicy b",
        "Baseline BaselineAdminNetworkPolicy default",
        "Baseline ClusterNetworkPolicy z",
      ]);
      expect(ledger.read).toEqual([
        { kind: "ClusterNetworkPolicy", count: 3 },
        { kind: "AdminNetworkPolicy", count: 2 },
        { kind: "BaselineAdminNetworkPolicy", count: 1 },
      ]);
      expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["note no-pods", "note tier-kinds-mixed"]);
    }
  });

  test("both versions are the same object, typed lists are read, a namespace is not part of the name", async () => {
    const { snapshot, diagnostics } = await readText(
      [
        manifest("cnp"),
        manifest("cnp").replace("v1beta1", "v1alpha2"),
        manifest("cnp").replace("{name: tenants}", "{name: tenants, namespace: shop}"),
      ].join("---\n"),
    );
    expect(snapshot.clusterPolicies).toHaveLength(1);
    expect(diagnostics.map(({ code }) => code)).toEqual(["no-pods", "object-repeated", "object-repeated"]);
    const spec = { tier: "Admin", priority: 1, subject: { namespaces: {} } };
    const list = {
      apiVersion: "policy.networking.k8s.io/v1alpha2",
      kind: "ClusterNetworkPolicyList",
      items: [{ metadata: { name: "a" }, spec }],
    };
    expect((await readText(JSON.stringify(list))).snapshot.clusterPolicies.map(({ name }) => name.name)).toEqual(["a"]);
  });

  test("two of one name and different content are an error", async () => {
    const { diagnostics } = await readText([named("cnp", "a", 1), named("cnp", "a", 2)].join("---\n"));
    expect(diagnostics.filter(({ severity }) => severity === "error").map(line)).toEqual(["error object-conflict 9:1 apiVersion"]);
  });

  test("they are policies: with pods and one of them nothing is missing", async () => {
    const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    expect((await readText(pod)).diagnostics.map(({ code }) => code)).toEqual(["no-policies"]);
    expect((await readText(`${pod}---\n${manifest("cnp")}`)).diagnostics).toEqual([]);
  });

  test("the same kind of a foreign group stays unread", async () => {
    for (const group of ["crd.antrea.io/v1beta1", "networking.k8s.aws/v1alpha1"]) {
      const { snapshot } = await readText(manifest("cnp").replace("policy.networking.k8s.io/v1beta1", group));
      expect([snapshot.clusterPolicies.length, snapshot.unread.map(({ scope }) => scope)]).toEqual([0, ["cluster"]]);
    }
  });
});

describe.skipIf(shared === undefined)("shared test data not found: the user stories", () => {
  const folder = join(shared ?? "", "cases/policy-api/user-stories");
  test.each(existsSync(folder) ? readdirSync(folder) : [])("%s", async (name) => {
    const { snapshot, diagnostics } = await readText(readFileSync(join(folder, name), "utf8"));
    expect(diagnostics.map(({ code }) => code)).toEqual(["no-pods"]);
    expect(snapshot.clusterPolicies).toHaveLength(1);
  });
});
