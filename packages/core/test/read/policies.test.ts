import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { directions, type NetworkPolicy, type Peer, type Selector } from "../../src/model/policy.ts";
import { formatRange } from "../../src/net/ports.ts";
import { positionOf } from "../../src/text/source.ts";
import { sharedFolder } from "../shared.ts";
import { linesOf, policy, readText } from "./reading.ts";

const shared = sharedFolder();

/** `ingress: any on any` …: how a policy was understood, for a glance. */
async function meaning(text: string): Promise<readonly string[]> {
  const { snapshot } = await readText(text);
  const [found] = snapshot.policies;
  if (found === undefined) return ["nothing"];
  return directions.map((direction) => `${direction} ${directionText(found, direction)}`).reverse();
}

function directionText(found: NetworkPolicy, direction: "ingress" | "egress"): string {
  const rules = found[direction];
  if (rules === undefined) return "open";
  if (rules.length === 0) return "closed";
  return rules
    .map(({ peers, ports }) => {
      const who = peers === "any" ? "any" : peers.map(peerText);
      const what =
        ports === "any"
          ? "any"
          : ports.map(({ protocol, port }) => `${port === "any" ? "all" : "name" in port ? port.name : formatRange(port)}/${protocol}`);
      return `${[who].flat().join("|")} on ${[what].flat().join("|")}`;
    })
    .join("; ");
}

function peerText(peer: Peer): string {
  if (peer.kind === "ipBlock") return [peer.cidr, ...peer.except].map(({ text }) => text).join("-");
  return peer.kind === "pods" ? `${selectorText(peer.namespaces)}/${selectorText(peer.pods)}` : peer.kind;
}

function selectorText(selector: Selector | "own" | "every"): string {
  if (typeof selector === "string") return selector;
  const { requirements } = selector;
  return requirements.length === 0
    ? "{}"
    : requirements.map(({ key, operator, values }) => `${key} ${operator} ${values.join(",")}`.trim()).join(" & ");
}

describe("what a policy means: missing, null and empty (S2, S3, S4, S7)", () => {
  test.each<readonly [title: string, spec: readonly string[], ingress: string, egress: string]>([
    ["spec: {}", ["podSelector: {}"], "closed", "open"],
    ["nothing selected by name", ["podSelector:"], "closed", "open"],
    ["ingress null", ["ingress:"], "closed", "open"],
    ["ingress empty", ["ingress: []"], "closed", "open"],
    ["egress empty without types isolates nothing in egress", ["egress: []"], "closed", "open"],
    ["egress rules without types also isolate ingress", ["egress: [{}]"], "closed", "any on any"],
    ["types empty are types absent", ["policyTypes: []", "egress: [{}]"], "closed", "any on any"],
    ["types null", ["policyTypes:", "egress: [{}]"], "closed", "any on any"],
    ["only egress", ["policyTypes: [Egress]"], "open", "closed"],
    ["both, twice the same is two", ["policyTypes: [Egress, Egress]"], "open", "closed"],
    ["a rule {}", ["ingress: [{}]"], "any on any", "open"],
    ["a rule null", ["ingress: [null]"], "any on any", "open"],
    ["from null, empty, absent", ["ingress: [{from: null}, {from: []}, {ports: []}]"], "any on any; any on any; any on any", "open"],
    ["a port {}", ["ingress: [{ports: [{}, null]}]"], "any on all/TCP|all/TCP", "open"],
    ["port null", ["ingress: [{ports: [{port: null, protocol: UDP}]}]"], "any on all/UDP", "open"],
    [
      "ports",
      ["ingress: [{ports: [{port: 80}, {port: 90, endPort: 99, protocol: SCTP}, {port: dns}]}]"],
      "any on 80/TCP|90-99/SCTP|dns/TCP",
      "open",
    ],
    ["podSelector alone means the own namespace", ["ingress: [{from: [{podSelector: {}}]}]"], "own/{} on any", "open"],
    ["namespaceSelector alone means every pod there", ["ingress: [{from: [{namespaceSelector: {}}]}]"], "{}/every on any", "open"],
    ["both", ["ingress: [{from: [{podSelector: {matchLabels: {a: b}}, namespaceSelector: {}}]}]"], "{}/a In b on any", "open"],
    ["a null selector is an absent one", ["ingress: [{from: [{podSelector: {}, namespaceSelector: null}]}]"], "own/{} on any", "open"],
    [
      "expressions",
      [
        "ingress: [{from: [{podSelector: {matchLabels: {a:}, matchExpressions: [{key: k, operator: NotIn, values: [x, '']}, {key: e, operator: Exists}]}}]}]",
      ],
      "own/a In & k NotIn x, & e Exists on any",
      "open",
    ],
    [
      "ipBlock",
      ["ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: '2001:db8::/32'}}]}]"],
      "10.0.0.0/8-10.1.0.0/16|2001:db8::/32 on any",
      "open",
    ],
    ["rules of an unlisted direction are dead", ["policyTypes: [Ingress]", "egress: [{}]"], "closed", "open"],
  ])("%s", async (_, spec, ingress, egress) => {
    expect(await meaning(policy(...spec))).toEqual([`ingress ${ingress}`, `egress ${egress}`]);
  });

  test.each([
    ["spec is null", "spec:"],
    ["spec is missing", ""],
  ])("%s", async (_, spec) => {
    expect(await meaning(`apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\n${spec}\n`)).toEqual([
      "ingress closed",
      "egress open",
    ]);
  });
});

describe("what is wrong with a policy, at which place", () => {
  test.each<readonly [spec: readonly string[], found: readonly string[]]>([
    [["podSelector: {matchLabels: {a b: c}}"], ["error label-key-invalid 5:31 a b"]],
    [["podSelector: {matchLabels: {a: 'x y'}}"], ["error label-value-invalid 5:34 'x y'"]],
    [["podSelector: {matchLabels: {a: yes}}"], ["error text-expected 5:34 yes"]],
    [["podSelector: {matchLabels: {a: 00000}}"], ["error text-expected 5:34 00000"]],
    [["podSelector: {matchLabels: {a: y}}"], ["warning letter-boolean 5:34 y"]],
    [["podSelector: {matchLabels: [a]}"], ["error type-wrong 5:30 [a]"]],
    [["podSelector: text"], ["error type-wrong 5:16 text"]],
    [["podSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}"], ["error operator-unknown 5:55 in"]],
    [["podSelector: {matchExpressions: [{key: a, operator: In}]}"], ["error values-missing 5:55 In"]],
    [["podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}"], ["error values-forbidden 5:71 [b]"]],
    [["podSelector: {matchExpressions: [{operator: Exists}]}"], ["error field-missing 5:36 {operator: Exists}"]],
    [["podSelector: {matchExpressions: [{key: a}]}"], ["error field-missing 5:36 {key: a}"]],
    [["podSelector: {matchExpressions: [{key: 'a/b/c', operator: Exists}]}"], ["error label-key-invalid 5:42 'a/b/c'"]],
    [
      ["podSelector: {matchExpressions: [{key: a, operator: In, values: [true, 'b ', c]}]}"],
      ["error text-expected 5:68 true", "error label-value-invalid 5:74 'b '"],
    ],
    [["policyTypes: [ingress]"], ["error policy-type-unknown 5:17 ingress"]],
    [["policyTypes: Ingress"], ["error type-wrong 5:16 Ingress"]],
    [["policyTypes: [Ingress, Egress, Nothing]"], ["error policy-types-many 5:34 Nothing"]],
    [["policyTypes: [Ingress]", "egress: [{}]"], ["warning rules-dead 6:3 egress"]],
    [["ingress: [{ports: [{protocol: tcp}]}]"], ["error protocol-unknown 5:33 tcp"]],
    [["ingress: [{ports: [{protocol: ''}]}]"], ["error protocol-unknown 5:33 ''"]],
    [["ingress: [{ports: [{port: 0}, {port: 65536}]}]"], ["error port-out-of-range 5:29 0", "error port-out-of-range 5:40 65536"]],
    [["ingress: [{ports: [{port: '80'}]}]"], ["error port-name-invalid 5:29 '80'"]],
    [
      ["ingress: [{ports: [{port: a--b}, {port: -a}, {port: sixteen-letters1}, {port: A}, {port: ''}]}]"],
      [
        "error port-name-invalid 5:29 a--b",
        "error port-name-invalid 5:43 -a",
        "error port-name-invalid 5:55 sixteen-letters1",
        "error port-name-invalid 5:81 A",
        "error port-name-invalid 5:92 ''",
      ],
    ],
    [["ingress: [{ports: [{port: true}, {port: 80.5}]}]"], ["error type-wrong 5:29 true", "error type-wrong 5:43 80.5"]],
    [["ingress: [{ports: [{endPort: 90}]}]"], ["error end-port-invalid 5:32 90"]],
    [["ingress: [{ports: [{port: web, endPort: 90}]}]"], ["error end-port-invalid 5:43 90"]],
    [["ingress: [{ports: [{port: 91, endPort: 90}]}]"], ["error end-port-invalid 5:42 90"]],
    [["ingress: [{ports: [{port: 91, endPort: 70000}]}]"], ["error port-out-of-range 5:42 70000"]],
    [["ingress: [{ports: [{port: 0443}]}]"], ["warning octal-number 5:29 0443"]],
    [["ingress: [{ports: [{port: 0x50}, {port: 08}, {port: 1_000}]}]"], []],
    [["ingress: [{from: [{}]}]"], ["error peer-empty 5:21 {}"]],
    [["ingress:", "- from:", "  -"], ["error peer-empty 7:5 -"]],
    [["ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]"], ["error peer-mixed 5:39 ipBlock"]],
    [["ingress: [{from: [{ipBlock: {}}]}]"], ["error field-missing 5:22 ipBlock"]],
    [["ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]"], ["error cidr-invalid 5:38 10.0.0.0"]],
    [["ingress: [{from: [{ipBlock: {cidr: 192.0.2.77/24}}]}]"], ["warning cidr-host-bits 5:38 192.0.2.77/24"]],
    [["ingress: [{from: [{ipBlock: {cidr: 010.0.0.0/8}}]}]"], ["warning cidr-leading-zeros 5:38 010.0.0.0/8"]],
    [
      ["ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8, '::/64', x]}}]}]"],
      ["error except-outside 5:59 10.0.0.0/8", "error except-outside 5:71 '::/64'", "error cidr-invalid 5:80 x"],
    ],
    [["ingress: {from: []}"], ["error type-wrong 5:12 {from: []}"]],
    [["ingress: [{from: {podSelector: {}}}]"], ["error type-wrong 5:20 {podSelector: {}}"]],
    [["ingress: [text]"], ["error type-wrong 5:13 text"]],
  ])("%j", async (spec, found) => {
    expect(await linesOf(policy(...spec))).toEqual(found);
  });

  test("a policy with a mistake is nothing at all, and all mistakes come together", async () => {
    const text = policy("podSelector: {matchLabels: {a: 'x y'}}", "ingress:", "- ports: [{port: 0}]", "egress:", "- form: []");
    expect(await linesOf(text)).toEqual([
      "error label-value-invalid 5:34 'x y'",
      "error port-out-of-range 7:20 0",
      "error field-unknown 9:5 form",
    ]);
    expect((await readText(text)).snapshot.policies).toEqual([]);
  });
});

describe("a field at the wrong place", () => {
  test.each<readonly [spec: readonly string[], at: string, label: string, help: string | undefined]>([
    [["ingress:", "- form: []"], "6:5 form", "dropped, this rule would allow everyone", "did you mean `from`?"],
    [
      ["ingress:", "- namespaceSelector: {}"],
      "6:5 namespaceSelector",
      "dropped, this rule would allow everyone",
      "`namespaceSelector` belongs under `from:`, as an item of its list",
    ],
    [
      ["egress:", "- ports: [{port: 1}]", "  from: []"],
      "7:5 from",
      "dropped, this rule would allow every destination on these ports",
      "`from` belongs in an ingress rule; an egress rule has `to`",
    ],
    [
      ["ingress:", "- from: [{podSelector: {}}]", "  port: 80"],
      "7:5 port",
      "dropped, this rule would allow every port",
      "`port` belongs under `ports:`, as an item of its list",
    ],
    [
      ["ingress:", "- from: [{podSelector: {}, ports: []}]"],
      "6:30 ports",
      "dropped, this peer would select more",
      "`ports` belongs in the rule, beside `from`",
    ],
    [
      ["ingress:", "- from: [{matchLabels: {a: b}}]"],
      "6:13 matchLabels",
      "dropped, this peer would be empty",
      "`matchLabels` belongs under `podSelector:` or `namespaceSelector:`",
    ],
    [["ingress:", "- from: [{cidr: 10.0.0.0/8}]"], "6:13 cidr", "dropped, this peer would be empty", "`cidr` belongs under `ipBlock:`"],
    [
      ["ingress:", "- from: [{ipBlock: {cidr: 10.0.0.0/8, exept: []}}]"],
      "6:41 exept",
      "dropped, the whole block would match",
      "did you mean `except`?",
    ],
    [["ingress:", "- ports: [{prot: 80}]"], "6:14 prot", "dropped, this item would mean every port", "did you mean `port`?"],
    [
      ["podSelector: {app: web}"],
      "5:17 app",
      "dropped, this selector would select everything",
      "`app` belongs under `matchLabels:`, if it is a label",
    ],
    [
      ["podSelector: {ingress: []}"],
      "5:17 ingress",
      "dropped, this selector would select everything",
      "`ingress` belongs under `spec:`, beside `podSelector`",
    ],
    [
      ["podSelector: {matchLabel: {a: b}}"],
      "5:17 matchLabel",
      "dropped, this selector would select everything",
      "did you mean `matchLabels`?",
    ],
    [["ingres: []"], "5:3 ingres", "dropped, this policy would allow no ingress", "did you mean `ingress`?"],
    [["podselector: {}"], "5:3 podselector", "dropped, this policy would select every pod of its namespace", "did you mean `podSelector`?"],
    [
      ["from: []"],
      "5:3 from",
      "dropped, this policy would say less than it seems to",
      "`from` belongs in a rule: an item under `ingress:`",
    ],
    [
      ["podSelector: {matchExpressions: [{key: a, operator: Exists, value: b}]}"],
      "5:63 value",
      "dropped, this condition would say less than it seems to",
      "did you mean `values`?",
    ],
  ])("%j", async (spec, at, label, help) => {
    const { diagnostics } = await readText(policy(...spec));
    expect((await linesOf(policy(...spec)))[0]).toBe(`error field-unknown ${at}`);
    const found = diagnostics.find(({ code }) => code === "field-unknown");
    expect([found?.label, found?.help]).toEqual([label, help]);
  });

  test("beside spec, a part of spec is an error, anything else stands in the ledger", async () => {
    const text =
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, lables: {}}\ningress: []\nspce: {}\ndata: {}\n";
    expect(await linesOf(text)).toEqual(["error field-unknown 4:1 ingress", "error field-unknown 5:1 spce"]);
    const { ledger } = await readText(text);
    expect(ledger.skipped.map(({ what, effect }) => [what, effect])).toEqual([
      ["data of NetworkPolicy", "none"],
      ["metadata.lables of NetworkPolicy", "none"],
    ]);
  });
});

test.each([
  ["extensions/v1beta1", "error api-version-unserved 1:13 extensions/v1beta1"],
  ["networking.k8s.io/v1beta1", "error api-version-unserved 1:13 networking.k8s.io/v1beta1"],
])("%s is not served", async (apiVersion, found) => {
  expect(await linesOf(policy("podSelector: {}").replace("networking.k8s.io/v1", apiVersion))).toEqual([found]);
});

test.each([
  ["namespace: shop", "namespace: my.shop", "error name-invalid 3:34 my.shop"],
  ["name: web", "name: 'my web'", "error name-invalid 3:18 'my web'"],
  ["name: web", "name: web, labels: {a: true}", "error text-expected 3:35 true"],
  ["name: web", "name: web, annotations: {a: 1}", "error text-expected 3:40 1"],
])("metadata: %s becomes %s", async (before, after, found) => {
  expect(await linesOf(policy("podSelector: {}").replace(before, after))).toEqual([found]);
});

test("the place where a policy says that it isolates", async () => {
  const places = async (...spec: readonly string[]): Promise<readonly string[]> => {
    const [found] = (await readText(policy(...spec))).snapshot.policies;
    return directions.map((direction) => {
      const origin = found?.isolatesAt[direction];
      const span = origin?.document.locate(origin.path, "entry");
      return span === undefined
        ? "nowhere"
        : `${direction} ${positionOf(span.source, span.start).line} ${span.source.text.slice(span.start, span.end)}`;
    });
  };
  expect(await places("policyTypes:", "- Ingress", "- Egress")).toEqual(["egress 7 Egress", "ingress 6 Ingress"]);
  expect(await places("podSelector: {}", "egress:", "- {}")).toEqual(["egress 6 egress", "ingress 4 spec"]);
});

test("the four samples of `check` come out word by word", async () => {
  const egress = [
    "apiVersion: networking.k8s.io/v1",
    "kind: NetworkPolicy",
    "metadata:",
    "  name: egress",
    "spec:",
    "  podSelector: {}",
    "  policyTypes: [Egress]",
    "  egress:",
    "    - to:",
    "        - ipBlock:",
    "            cidr: 10.0.0.0/16",
    "            except:",
    "              - 10.1.0.0/16",
    "      ports:",
    "        - protocol: TCP",
    '          port: "80"',
    "",
  ].join("\n");
  const web = [
    "apiVersion: networking.k8s.io/v1",
    "kind: NetworkPolicy",
    "metadata:",
    "  name: web",
    "spec:",
    "  podSelector:",
    "    matchLabels: {app: web}",
    "  policyTypes: [ingress]",
    "  ingress:",
    "    - form:",
    "        - podSelector: {}",
    "",
  ].join("\n");
  const said = async (text: string): Promise<readonly unknown[]> =>
    (await readText(text)).diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ code, message, label, help, related }) => [
        code,
        message,
        label,
        help,
        ...related.map((each) => [each.message, each.at.source.text.slice(each.at.start, each.at.end)]),
      ]);
  expect(await said(egress)).toEqual([
    ["except-outside", "`10.1.0.0/16` is not inside `10.0.0.0/16`", "must be a strict part of it", undefined, ["the block", "10.0.0.0/16"]],
    ["port-name-invalid", "`80` in quotes is a name, and a name needs a letter", "a number has no quotes", undefined],
  ]);
  expect(await linesOf(egress)).toEqual(["error except-outside 13:17 10.1.0.0/16", 'error port-name-invalid 16:17 "80"']);
  expect(await said(web)).toEqual([
    ["policy-type-unknown", "`ingress` is not a policy type", "expected Ingress or Egress", undefined],
    ["field-unknown", "a rule has no field `form`", "dropped, this rule would allow everyone", "did you mean `from`?"],
  ]);
  expect(await linesOf(web)).toEqual(["error policy-type-unknown 8:17 ingress", "error field-unknown 10:7 form"]);
});

interface Vector {
  readonly name: string;
  readonly valid: boolean;
  readonly manifest: unknown;
}

describe.skipIf(shared === undefined)("the API server's own validation vectors", () => {
  const vectors =
    shared === undefined
      ? []
      : (JSON.parse(readFileSync(join(shared, "cases/validation/networkpolicy-upstream.json"), "utf8")) as readonly Vector[]);
  test.each(vectors)("$name", async ({ valid, manifest }) => {
    const { diagnostics } = await readText(JSON.stringify(manifest));
    expect(diagnostics.filter(({ severity }) => severity === "error").length === 0).toBe(valid);
  });
});

interface BadCase {
  readonly manifest: string;
  readonly expectError: { readonly line: number; readonly about: string; readonly linesAccepted?: readonly number[] };
}

describe.skipIf(shared === undefined)("what people really trip over", () => {
  const folder = join(shared ?? "", "cases/field/bad");
  const names = shared === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith(".json"));
  test.each(names)("%s", async (name) => {
    const { manifest, expectError } = JSON.parse(readFileSync(join(folder, name), "utf8")) as BadCase;
    const { diagnostics } = await readText(readFileSync(join(folder, "..", manifest), "utf8"));
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const lines = errors.map(({ at }) => (at === undefined ? 0 : positionOf(at.source, at.start).line));
    expect(lines.some((line) => (expectError.linesAccepted ?? [expectError.line]).includes(line))).toBe(true);
    expect(errors.map(({ message }) => message).join("\n")).toContain(expectError.about);
  });
});
