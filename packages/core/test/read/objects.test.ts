import { describe, expect, test } from "vitest";
import { objectKey, read, readObjects } from "../../src/read/read.ts";
import { positionOf } from "../../src/text/source.ts";
import { clusterPolicy, linesOf, policy, readText } from "./reading.ts";

async function keysOf(text: string, file = "a.yaml"): Promise<readonly string[]> {
  const { objects, diagnostics } = await readObjects([{ name: file, text }]);
  return [...objects.map((object) => `${objectKey(object)} ${object.path}`.trim()), ...diagnostics.map(({ code }) => code)];
}

const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop}\n`;
const item = (name: string): string => `{"metadata": {"name": "${name}", "namespace": "shop"}}`;

describe("documents and lists (S19)", () => {
  test.each<readonly [title: string, text: string, keys: readonly string[]]>([
    ["several documents", `${pod("a")}---\n${pod("b")}`, ["/Pod/shop/a", "/Pod/shop/b"]],
    ["empty documents and comments", `# first\n---\n---\n# nothing\n---\n${pod("a")}...\n# end\n---\n`, ["/Pod/shop/a"]],
    [
      "helm output",
      `---\n# Source: chart/templates/a.yaml\n${pod("a")}---\n# Source: chart/templates/b.yaml\n${pod("b")}`,
      ["/Pod/shop/a", "/Pod/shop/b"],
    ],
    ["directives", `%YAML 1.1\n---\n${pod("a")}...\n%YAML 1.1\n---\n${pod("b")}`, ["/Pod/shop/a", "/Pod/shop/b"]],
    [
      "content behind the marker",
      `--- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n--- # a comment\n${pod("b")}`,
      ["/Pod/default/a", "/Pod/shop/b"],
    ],
    [
      "a marker inside a block scalar ends the document",
      `${pod("a")}x: |\n  ---\n  text\n---\n${pod("b")}`,
      ["/Pod/shop/a", "/Pod/shop/b"],
    ],
    [
      "a broken document does not hide the others",
      `${pod("a")}---\na: [\n---\n${pod("b")}`,
      ["/Pod/shop/a", "/Pod/shop/b", "yaml-invalid"],
    ],
    [
      "List",
      `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Node\n  metadata: {name: m}\n`,
      ["/Pod/default/a items[0]", "/Node//m items[1]"],
    ],
    [
      "a list of one kind, items without their own",
      `{"apiVersion": "v1", "kind": "PodList", "items": [${item("a")}, ${item("b")}]}`,
      ["/Pod/shop/a items[0]", "/Pod/shop/b items[1]"],
    ],
    [
      "NetworkPolicyList",
      `{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "items": [${item("a")}]}`,
      ["networking.k8s.io/NetworkPolicy/shop/a items[0]"],
    ],
    [
      "lists in lists",
      `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "PodList", "items": [${item("a")}]}, {"apiVersion": "v1", "kind": "PodList", "items": [${item("b")}]}]}`,
      ["/Pod/shop/a items[0].items[0]", "/Pod/shop/b items[1].items[0]"],
    ],
    ["a line separator of Unicode ends no line", `${pod("a")}x: "\u2028--- "\n---\n${pod("b")}`, ["/Pod/shop/a", "/Pod/shop/b"]],
    ["empty lists", '{"apiVersion": "v1", "kind": "List", "items": []}\n---\n{"apiVersion": "v1", "kind": "List", "items": null}', []],
    [
      "JSON objects one after the other",
      '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}\n{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}}',
      ["/Pod/default/a", "/Pod/default/b"],
    ],
    ["flow style is no JSON and may be read", "{apiVersion: v1, kind: Pod, metadata: {name: a}}", ["/Pod/default/a"]],
    ["KYAML", '---\n{\n  apiVersion: "v1",\n  kind: "Pod",\n  metadata: {\n    name: "a",\n  },\n}\n', ["/Pod/default/a"]],
    [
      "a kind that ends in List and is none",
      "apiVersion: x.io/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {}\n",
      ["x.io/AllowList/default/a"],
    ],
    ["an item that is no object", "apiVersion: v1\nkind: List\nitems: [text]\n", ["list-item-invalid"]],
    [
      "an item without a kind in a List",
      "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, metadata: {name: a}}]\n",
      ["object-incomplete"],
    ],
    ["a generated name", "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: once-}\n", ["batch/Job/default/once-xxxxx"]],
    ["no name", "apiVersion: v1\nkind: Pod\nmetadata: {}\n", ["name-missing"]],
    ["no name where it does not matter", "apiVersion: x.io/v1\nkind: Config\n", ["x.io/Config/default/"]],
    ["no name, and no metadata", "apiVersion: v1\nkind: Pod\n", ["name-missing"]],
    [
      "names that no API server takes",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: Foo_Bar, namespace: Dev X}\n",
      ["name-invalid", "name-invalid"],
    ],
    ["a namespace is one label", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}\n", ["name-invalid"]],
    [
      "an object that nothing hangs on may be called anything",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_B}\n",
      ["/ConfigMap/default/A_B"],
    ],
    ["a cluster-scoped object has no namespace", "apiVersion: v1\nkind: Node\nmetadata: {name: a, namespace: b}\n", ["/Node//a"]],
    ["a name that is a number", "apiVersion: v1\nkind: Pod\nmetadata: {name: 80}\n", ["text-expected"]],
    ["a name that is a list", "apiVersion: v1\nkind: Pod\nmetadata: {name: [a]}\n", ["type-wrong"]],
    ["metadata that is text", "apiVersion: v1\nkind: Pod\nmetadata: a\n", ["type-wrong"]],
    [
      "a single letter that kubectl takes for a boolean",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: y}\n",
      ["/Pod/y/a", "letter-boolean"],
    ],
    ["a kind without its apiVersion", "kind: NetworkPolicy\nmetadata: {name: a}\n", ["object-incomplete"]],
  ])("%s", async (_, text, keys) => {
    expect(await keysOf(text)).toEqual(keys);
  });

  test("the same file read again gives the same objects, and they the same model", async () => {
    const files = [{ name: "a.yaml", text: `${pod("a")}---\n${policy("podSelector: {}")}` }];
    const [first, second] = [await read(files), await read(files)];
    expect(second.snapshot.pods[0]).toBe(first.snapshot.pods[0]);
    expect(second.snapshot.policies[0]).toBe(first.snapshot.policies[0]);
    expect(second.snapshot.namespaces[0]).toBe(first.snapshot.namespaces[0]);
  });
});

describe("places", () => {
  const yaml = [
    "# é𝄞",
    "apiVersion: networking.k8s.io/v1",
    "kind: NetworkPolicy",
    "metadata: {name: web}",
    "spec:",
    "  podSelector: {}",
    '  "é𝄞": 1',
    "",
  ];
  const json = [
    "{",
    '  "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",',
    '  "metadata": {"name": "web"},',
    '  "spec": {',
    '    "podSelector": {},',
    '    "ingress": [{"é𝄞": 1, "ports": [{"port": "80"}]}]',
    "  }",
    "}",
    "",
  ];
  test.each<readonly [title: string, text: string, found: readonly string[]]>([
    ["LF", yaml.join("\n"), ['error field-unknown 7:3 "é𝄞"']],
    ["CRLF", yaml.join("\r\n"), ['error field-unknown 7:3 "é𝄞"']],
    ["a byte-order mark", `\uFEFF${yaml.join("\n")}`, ['error field-unknown 7:3 "é𝄞"']],
    ["a second document", `a: 1\n---\n${yaml.join("\r\n")}`, ["error not-kubernetes 1:1 a", 'error field-unknown 9:3 "é𝄞"']],
    ["JSON", json.join("\n"), ['error field-unknown 6:18 "é𝄞"', 'error port-name-invalid 6:46 "80"']],
    [
      "JSON with CRLF and a byte-order mark",
      `\uFEFF${json.join("\r\n")}`,
      ['error field-unknown 6:18 "é𝄞"', 'error port-name-invalid 6:46 "80"'],
    ],
    [
      "JSON as YAML, by a comment before it",
      `# a\n${json.join("\n")}`,
      ['error field-unknown 7:18 "é𝄞"', 'error port-name-invalid 7:46 "80"'],
    ],
    [
      "lines that are indented less than they should",
      policy("podSelector: {", "}", "ingress:", "- ports: [{port: 0}]"),
      ["error port-out-of-range 8:20 0"],
    ],
  ])("%s", async (_, text, found) => {
    expect(await linesOf(text)).toEqual(found);
  });

  test.each([
    [
      "YAML",
      policy(
        "podSelector: {matchLabels: &l {app: web}}",
        "ingress:",
        "- from:",
        "  - podSelector:",
        "      matchLabels: *l",
        "  -  ",
        "  - podSelector: {matchLabels:",
        "      {<<: *l}}",
        "  ports: []",
      ),
    ],
    [
      "JSON",
      '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",\n"metadata": {"name": "web"}, "spec": {"podSelector": {"matchLabels": {"app": "web"}},\n"ingress": [{"from":\n[{"podSelector":\n {"matchLabels": \n{"app": "web"}\n}}, null, {"podSelector": {"matchLabels": {"app": "web"}}}], "ports": []}]}}',
    ],
  ])("every node of a document can be found (%s)", async (form, text) => {
    const { objects } = await readObjects([{ name: "a", text }]);
    const at = (path: string, part: "key" | "value" | "entry"): string => {
      const span = objects[0]?.document.locate(path, part);
      return span === undefined
        ? ""
        : `${positionOf(span.source, span.start).line} ${span.source.text.slice(span.start, span.end)}`.replaceAll('"', "");
    };
    const [app, web] = ["spec.podSelector.matchLabels.app", "spec.ingress[0].from[0].podSelector.matchLabels.app"];
    expect([at(app, "key"), at(app, "value"), at(app, "entry")]).toEqual(
      form === "YAML" ? ["5 app", "5 web", "5 app: web"] : ["2 app", "2 web", "2 app: web"],
    );
    expect(at(web, "value")).toBe(form === "YAML" ? "5 web" : "6 web");
    expect(at("spec.ingress[0]", "entry")).toBe(form === "YAML" ? "7 from" : "3 from");
    expect(at("spec.ingress[0].from[0]", "entry")).toBe(form === "YAML" ? "8 podSelector" : "4 podSelector");
    expect(at("spec.ingress[0].from[1]", "entry")).toBe(form === "YAML" ? "10 -" : "7 null");
    expect(at("spec.ingress[0].from[2].podSelector.matchLabels.app", "value")).toBe(form === "YAML" ? "5 web" : "7 web");
    expect(at("spec.ingress[0].ports", "value")).toBe(form === "YAML" ? "13 []" : "7 []");
    expect(at("spec.policyTypes", "value")).toBe(form === "YAML" ? "4 spec" : "2 spec");
    expect(at("spec.nothing[3].at.all", "key")).toBe(form === "YAML" ? "4 spec" : "2 spec");
    expect(at("", "entry")).toBe(form === "YAML" ? "1 apiVersion" : "1 apiVersion");
  });
});

describe("keys given twice (S19)", () => {
  test("in a policy: an error with both places, also in a list and in JSON", async () => {
    expect(await linesOf(policy("podSelector: {}", "podSelector: {}"))).toEqual(["error key-repeated 6:3 podSelector"]);
    const list = `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}, {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "b", "name": "c"}}]}`;
    const { diagnostics, ledger } = await readText(list);
    expect(diagnostics.filter(({ severity }) => severity === "error").map(({ code, related }) => [code, related[0]?.message])).toEqual([
      ["key-repeated", "the first"],
    ]);
    expect(ledger.skipped).toEqual([]);
    const tenants = clusterPolicy("tier: Admin", "priority: 1", "subject: {namespaces: {}}", "priority: 2");
    expect(await linesOf(tenants)).toEqual(["error key-repeated 8:3 priority"]);
  });

  test("elsewhere: the last counts, the ledger names both", async () => {
    const { snapshot, diagnostics, ledger } = await readText(
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {a: '1', a: '2'}\n",
    );
    expect(snapshot.pods[0]?.labels.get("a")).toBe("2");
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(ledger.skipped.map(({ what, why, origins }) => [what, why, origins.length])).toEqual([
      ["a key of Pod given twice", "the last value of `a` counts", 2],
    ]);
  });
});

describe("Secrets", () => {
  const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  password: hunter2\n  password: hunter3\n";
  test("nothing of one is kept", async () => {
    const { objects, skipped } = await readObjects([{ name: "s.yaml", text: secret }]);
    const spans = [objects[0]?.document.locate("stringData.password", "value"), skipped[0]?.origins[0]?.document.locate("", "entry")];
    const everything = JSON.stringify([objects, skipped, spans]);
    expect(everything).not.toContain("hunter");
    expect(skipped.map(({ what, why }) => [what, why])).toEqual([["a key of Secret given twice", "the last value counts"]]);
  });

  test.each([
    ["YAML", `${secret}  broken: [\n`, 8],
    ["JSON", `{"apiVersion": "v1",\n"kind": "Secret",\n"data": {"password": "hunter2"]\n`, 3],
    [
      "a list with one",
      `{"apiVersion": "v1", "kind": "List", "items": [\n{"kind" : "Secret", "data": {"password": "hunter2"}},\n*}]}\n`,
      3,
    ],
    ["YAML that takes a password for an alias", "apiVersion: v1\nkind: Secret\nstringData: {a: *hunter2}\n", 3],
  ])("an error in a broken one points into blank lines (%s)", async (_, text, line) => {
    const { diagnostics } = await readText(text);
    const [first] = diagnostics;
    expect(first?.at?.source.text.trim()).toBe("");
    expect(first?.at && positionOf(first.at.source, first.at.start).line).toBe(line);
    expect(JSON.stringify(diagnostics)).not.toContain("hunter");
  });
});

describe("documents with Secrets among other objects", () => {
  const bad = '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}, "spec": {"x": 1}}';
  test.each([
    [
      "JSON on one line",
      `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"p": "hunter2", "p": "hunter3"}}, ${bad}]}`,
      '1:257 "x"',
    ],
    [
      "JSON, a SecretList inside",
      `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "SecretList", "items": [{"metadata": {"name": "s"}, "data": {"p": "hunter2"}}]},\n${bad}]}`,
      '2:101 "x"',
    ],
    [
      "YAML",
      `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n  stringData:\n    p: |\n      hunter2\n      hunter3\n- ${bad}\n`,
      '11:103 "x"',
    ],
    ["an incomplete one", `{"apiVersion": "v1", "kind": "List", "items": [{"kind": "Secret", "data": {"p": "hunter2"}}]}`, "1:48"],
  ])("%s", async (_, text, place) => {
    const { diagnostics, ledger } = await readText(text);
    const [first] = diagnostics;
    const at = first?.at && positionOf(first.at.source, first.at.start);
    expect(`${at?.line}:${at?.column} ${first?.at?.source.text.slice(first.at.start, first.at.end)}`.trim()).toBe(place);
    expect(JSON.stringify([diagnostics, ledger])).not.toContain("hunter");
  });
});

describe("one name, one object (S20)", () => {
  const names = async (...texts: readonly string[]): Promise<readonly string[]> => {
    const { diagnostics } = await read(texts.map((text, i) => ({ name: `${i}.yaml`, text })));
    return diagnostics
      .filter(({ code }) => code.startsWith("object-"))
      .map(({ code, severity, message, at, related }) => `${severity} ${code} ${message} ${at?.source.name} ${related[0]?.at.source.name}`);
  };
  test("the same content is a note, also with other server fields", async () => {
    expect(await names(pod("a"), `${pod("a")}# more\n`)).toEqual([
      "note object-repeated Pod shop/a is given twice, with the same content 1.yaml 0.yaml",
    ]);
    expect(
      await names(
        policy("podSelector: {}"),
        `${policy("podSelector: {}").replace("{name: web,", "{name: web, uid: '1', resourceVersion: '2',")}status: {}\n`,
      ),
    ).toHaveLength(1);
  });
  test("different content is an error with both places", async () => {
    expect(await names(policy("podSelector: {}"), policy("ingress: []"))).toEqual([
      "error object-conflict NetworkPolicy shop/web is given twice, with different content 1.yaml 0.yaml",
    ]);
    expect(await names(pod("a"), `${pod("a")}status: {podIP: 10.0.0.1}\n`)).toHaveLength(1);
  });
  test("kinds are told apart by group; kinds without effect may repeat", async () => {
    const calico = policy("podSelector: {}").replace("networking.k8s.io/v1", "crd.projectcalico.org/v1");
    const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    expect(await names(policy("podSelector: {}"), calico, config, `${config}data: {a: b}\n`)).toEqual([]);
  });
});
