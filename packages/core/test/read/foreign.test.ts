import { expect, describe, test } from "vitest";
import { read } from "../../src/read/read.ts";
import { policy, readText } from "./reading.ts";

describe("what is no manifest is named, with the command that helps", () => {
  test.each<readonly [file: string, text: string, code: string, message: string, help: string]>([
    [
      "values.yaml",
      "replicas: 2\n",
      "not-kubernetes",
      "these are values of a Helm chart",
      "render the chart: helm template . | netproof check -f -",
    ],
    [
      "charts/web/values-prod.yaml",
      "replicas: 2\n",
      "not-kubernetes",
      "these are values of a Helm chart",
      "render the chart: helm template charts/web | netproof check -f -",
    ],
    [
      "charts/web/Chart.yaml",
      "apiVersion: v2\nname: web\nversion: 1.0.0\n",
      "not-kubernetes",
      "this describes a Helm chart",
      "render the chart: helm template charts/web | netproof check -f -",
    ],
    [
      "charts/web/templates/a.yaml",
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n",
      "helm-template",
      "this is a Helm template, not a manifest",
      "render it: helm template charts/web | netproof check -f -",
    ],
    [
      "a.yaml",
      "{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n{{- end }}\n",
      "helm-template",
      "this is a Helm template, not a manifest",
      "render it: helm template CHART | netproof check -f -",
    ],
    [
      "a.yaml",
      'apiVersion: v1\nkind: Pod\nmetadata: {name: "{{ .Values.name }}"}\n',
      "helm-template",
      "this is a Helm template, not a manifest",
      "render it: helm template CHART | netproof check -f -",
    ],
    [
      "play.yaml",
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ item }}\n",
      "helm-template",
      "this is a template, not a manifest",
      "render it first, and read the result",
    ],
    [
      "base/kustomization.yaml",
      "resources: [a.yaml]\n",
      "kustomization",
      "this is a Kustomization, not a manifest",
      "build it: -k base, or kubectl kustomize base | netproof check -f -",
    ],
    [
      "k.yaml",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
      "kustomization",
      "this is a Kustomization, not a manifest",
      "build it: -k ., or kubectl kustomize . | netproof check -f -",
    ],
    [".github/workflows/ci.yaml", "on: push\njobs: {test: {runs-on: ubuntu}}\n", "not-kubernetes", "this is a GitHub workflow", ""],
    ["docker-compose.yml", "services: {web: {image: nginx}}\n", "not-kubernetes", "this is a compose file", ""],
    ["api.yaml", "openapi: 3.0.0\npaths: {}\n", "not-kubernetes", "this is an OpenAPI document", ""],
    ["package.json", '{"name": "a", "version": "1.0.0"}', "not-kubernetes", "this describes an npm package", ""],
    ["tsconfig.json", '{"compilerOptions": {}}', "not-kubernetes", "this is no Kubernetes object: it has no `apiVersion` and `kind`", ""],
    ["scenario/netproof.yaml", "name: x\n", "not-kubernetes", "this is a use case, not a manifest", "netproof run scenario/netproof.yaml"],
    [
      "a.json",
      '{"apiVersion": "v1", "kindt": "PodList"}',
      "not-kubernetes",
      "this is no Kubernetes object: it has no `kind`",
      "did you mean `kind` by `kindt`?",
    ],
    [
      "a.yaml",
      "apiversion: v1\nkind: Thing\n",
      "not-kubernetes",
      "this is no Kubernetes object: it has no `apiVersion`",
      "did you mean `apiVersion` by `apiversion`?",
    ],
    ["mytemplates/a.yaml", "a: {{ b }}\n", "helm-template", "this is a template, not a manifest", ""],
    [
      "templates/a.yaml",
      "a: {{ b }}\n",
      "helm-template",
      "this is a Helm template, not a manifest",
      "render it: helm template . | netproof check -f -",
    ],
    [
      "list.json",
      '[{"apiVersion": "v1", "kind": "Pod"}]',
      "not-kubernetes",
      "this is a bare list of objects",
      "put it under `items:` of `{apiVersion: v1, kind: List}`",
    ],
    ["playbook.yaml", "- hosts: all\n", "not-kubernetes", "this is a list, and no Kubernetes object", ""],
    ["notes.yaml", "just some words\n", "not-kubernetes", "this is text, and no Kubernetes object", ""],
    [
      "many.yaml",
      "a: 1\n---\nb: 2\n---\nc: 3\n",
      "not-kubernetes",
      "this is no Kubernetes object: it has no `apiVersion` and `kind`, and 2 more of its documents",
      "",
    ],
    ["a.yaml", "\u0000\u0001", "file-binary", "this file is not text", ""],
    ["a.yaml", "\uFFFDPNG\uFFFD\uFFFD", "file-binary", "this file is not text", ""],
    ["a.yaml", "a\u0000p\u0000i\u0000V\u0000", "file-binary", "this file is not UTF-8 text, it looks like UTF-16", "save it as UTF-8"],
    ["a.yaml", "a: [", "yaml-invalid", "", ""],
  ])("%s: %j", async (file, text, code, message, help) => {
    const { diagnostics } = await readText(text, { file });
    expect(diagnostics.map((found) => found.code)).toEqual([code]);
    expect(diagnostics[0]?.message).toContain(message);
    expect(diagnostics[0]?.help ?? "").toContain(help);
    const demoted = await readText(text, { file, skipUnreadable: true });
    expect(demoted.diagnostics).toEqual([]);
    expect(demoted.ledger.skipped).toHaveLength(1);
  });

  test("a template takes its whole file with it, other files stay", async () => {
    const template = `${policy("podSelector: {}")}---\n{{ if .Values.x }}\n${policy("podSelector: {}")}{{ end }}\n`;
    const files = [
      { name: "chart/templates/a.yaml", text: template },
      { name: "b.yaml", text: policy("podSelector: {}") },
    ];
    const { snapshot, diagnostics, ledger } = await read(files, { skipUnreadable: true });
    expect([snapshot.policies.length, diagnostics.map(({ code }) => code)]).toEqual([1, ["no-pods"]]);
    expect(ledger.skipped.map(({ what, count, why }) => `${count} ${what}: ${why}`)).toEqual([
      "1 Helm template: this is a Helm template, not a manifest",
    ]);
  });

  test("braces of a workflow or in quotes make no template", async () => {
    expect((await readText("on: push\njobs: {a: {x: '${{ github.ref }}'}}\n")).diagnostics.map(({ code }) => code)).toEqual([
      "not-kubernetes",
    ]);
    const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {dash: 'legend: {{pod}}', b: c}\nc: |\n  {{ x }}\n";
    expect((await readText(config)).diagnostics.map(({ code }) => code)).toEqual(["no-pods"]);
    expect((await readText(`${config}d: [\n`)).diagnostics.map(({ code }) => code)).toEqual(["yaml-invalid"]);
  });

  test.each([
    ["a broken policy", policy("podSelector: {"), "yaml-invalid"],
    ["a broken policy in JSON", '{"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy" "spec": {}}', "json-invalid"],
    ["a policy without its apiVersion", "kind: NetworkPolicy\nmetadata: {name: a}\n", "object-incomplete"],
    ["a policy with mistakes", policy("ingress: [{form: []}]"), "field-unknown"],
  ])("%s is never left out", async (_, text, code) => {
    expect((await readText(text, { skipUnreadable: true })).diagnostics.map((found) => found.code)).toContain(code);
  });

  test.each([[""], ["\n\n"], ["# a comment\n---\n# another\n"], ["---\n...\n"], ["\uFEFF"]])("%j holds no document", async (text) => {
    expect((await readText(text)).diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["note file-empty"]);
  });
});
