import type { SkippedEntry } from "../model/ledger.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import { lineText, positionOf, type Source, type Span } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import type { Value } from "./build.ts";
import { useOf } from "./kinds.ts";
import { limits } from "./limits.ts";
import { say } from "./messages.ts";
import { isKubernetes } from "./objects.ts";
import type { BrokenDocument, ParsedDocument } from "./parse.ts";
import { withoutSecrets } from "./secrets.ts";
import { fieldAt, fieldOf, isRecord, type Fields } from "./value.ts";

/** Something that cannot be read: as errors, and as the entry of the ledger that takes their place on request. */
export interface Unreadable {
  readonly diagnostics: readonly Diagnostic[];
  readonly entry: SkippedEntry;
}

export interface Foreign {
  /** The file as a whole is something else (a template): none of its documents is an object. */
  readonly wholeFile: boolean;
  readonly unreadable: readonly Unreadable[];
  /** What is wrong with documents that are meant for Kubernetes: never left out. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A file that need not be parsed to see that it holds no manifest. */
export function foreignFile(source: Source): Unreadable | undefined {
  const { text } = source;
  const at = { source: { name: source.name, text: "" }, start: 0, end: 0 };
  const nul = text.indexOf("\0");
  if (nul >= 0 || isBinary(text)) {
    const looksLike = nul >= 0 && /^(?:.\0|\0.){4}/s.test(text) ? "UTF-16" : undefined;
    return unreadable("binary file", [say("file-binary", at, { looksLike })], at);
  }
  if (text.length > limits.foreignCharacters && !(text.includes("kind") && text.includes("apiVersion"))) {
    return unreadable("no manifest", [say("not-kubernetes", at, { what: undefined, more: 0, help: undefined })], at);
  }
  return undefined;
}

/** Bytes that are no UTF-8 come as replacement characters: a few may be an accident, many are no text. */
function isBinary(text: string): boolean {
  const beginning = text.slice(0, 4096);
  const replaced = beginning.length - beginning.replaceAll("\uFFFD", "").length;
  return replaced > 0 && replaced * 10 > beginning.length;
}

/** What of a file is no manifest, and what helps. */
export function foreignDocuments(source: Source, documents: readonly ParsedDocument[], broken: readonly BrokenDocument[]): Foreign {
  const template = templateIn(source, documents, broken);
  if (template !== undefined) {
    const chart = /^(?:(.*)\/)?templates\//.exec(source.name);
    const helm =
      chart !== null || /\.(?:Values|Release|Chart|Capabilities)\b|\{\{-? *(?:include|define|template|toYaml)\b/.test(source.text);
    const found = say("helm-template", template, { helm, chart: chart === null ? "CHART" : (chart[1] ?? ".") });
    return { wholeFile: true, unreadable: [unreadable(helm ? "Helm template" : "template", [found], template)], diagnostics: [] };
  }
  const kustomization = documents.find(({ value }) => isKustomization(source.name, value));
  if (kustomization !== undefined) {
    const at = kustomization.document.locate("", "entry");
    const found = say("kustomization", at, { folder: folderOf(source.name) });
    return { wholeFile: true, unreadable: [unreadable("Kustomization", [found], at)], diagnostics: [] };
  }
  const others = documents.filter(({ value }) => !isKubernetes(value));
  const incomplete = others.flatMap((parsed) => incompleteObject(parsed) ?? []);
  const rest = others.filter((parsed) => incompleteObject(parsed) === undefined);
  const entries = broken
    .filter(({ text }) => !namesPolicy(text))
    .map(({ diagnostics }) => unreadable("unreadable document", diagnostics, diagnostics[0]?.at));
  const first = rest[0];
  if (first !== undefined) {
    const at = withoutSecrets(first.value, first.document).locate("", "entry");
    const known = describe(source.name, first.value);
    const found = say("not-kubernetes", at, { what: known?.what, more: rest.length - 1, help: known?.help });
    entries.push(unreadable(known?.short ?? "no manifest", [found], at, rest.length));
  }
  return {
    wholeFile: false,
    unreadable: entries,
    diagnostics: [...incomplete, ...broken.filter(({ text }) => namesPolicy(text)).flatMap(({ diagnostics }) => diagnostics)],
  };
}

function unreadable(what: string, diagnostics: readonly Diagnostic[], at: Span | undefined, count = 1): Unreadable {
  const why = diagnostics[0]?.message ?? "";
  const origins = at === undefined ? [] : [{ document: { source: at.source, locate: () => at }, path: "" }];
  const effect = mayHoldPolicies.has(what) ? "unknown" : "none";
  return { diagnostics, entry: { what, effect, why, count, origins } };
}

/** What a renderer or a correction would turn into manifests. */
const mayHoldPolicies: ReadonlySet<string> = new Set(["Helm template", "template", "Kustomization", "unreadable document"]);

/** A broken document that may have been a policy is never left out quietly: nobody knows what it would have closed. */
function namesPolicy(text: string): boolean {
  return /kind["']?\s*:\s*["']?\w*(?:NetworkPolicy|FirewallPolicy)/.test(text);
}

/** An unquoted `{{` where a line or a value begins is no YAML that Kubernetes reads; in a name it is a template, too. */
function templateIn(source: Source, documents: readonly ParsedDocument[], broken: readonly BrokenDocument[]): Span | undefined {
  if (!source.text.includes("{{")) return undefined;
  const named = documents.find(
    ({ value }) =>
      isRecord(value) && [fieldOf(value, "apiVersion"), fieldOf(value, "kind"), fieldAt(value, "metadata", "name")].some(isTemplate),
  );
  const isBroken = broken.some(
    ({ text, diagnostics }) =>
      /^\{\{/m.test(text) || diagnostics.some(({ at }) => at !== undefined && /\{\{|\}\}/.test(lineOf(source, at.start))),
  );
  if (named === undefined && !isBroken) return undefined;
  const unquoted = isBroken ? source.text.search(/^[ \t]*(?:- +)?(?:[\w."'/-]+:[ \t]+)?\{\{/m) : 0;
  const braces = source.text.indexOf("{{", Math.max(0, unquoted));
  return { source, start: braces, end: braces + 2 };
}

function lineOf(source: Source, offset: number): string {
  return lineText(source, positionOf(source, offset).line);
}

function isTemplate(value: Value | undefined): boolean {
  return typeof value === "string" && value.includes("{{");
}

function isKustomization(name: string, value: Value): boolean {
  if (!isRecord(value)) return false;
  const apiVersion = fieldOf(value, "apiVersion");
  if (typeof apiVersion === "string" && apiVersion.startsWith("kustomize.config.k8s.io/")) return true;
  return /(?:^|\/)kustomization\.ya?ml$/i.test(name) && fieldOf(value, "kind") === undefined;
}

/** A document that names a kind of Kubernetes and no version: meant for us, and not to be left out. */
function incompleteObject({ value, document }: ParsedDocument): Diagnostic | undefined {
  if (!isRecord(value)) return undefined;
  const kind = fieldOf(value, "kind");
  if (typeof kind !== "string" || fieldOf(value, "apiVersion") !== undefined) return undefined;
  const known = ["", "apps", "batch", "networking.k8s.io", "policy.networking.k8s.io"].some((group) => useOf(group, kind).use !== "none");
  return known || kind === "List" ? say("object-incomplete", document.locate("kind", "entry"), { missing: "apiVersion", kind }) : undefined;
}

interface Description {
  /** In the ledger. */
  readonly short: string;
  readonly what: string;
  readonly help?: string | undefined;
}

/** The usual inhabitants of a repository that are YAML or JSON and no manifests. */
function describe(name: string, value: Value): Description | undefined {
  const file = /[^/]*$/.exec(name)?.[0] ?? name;
  const folder = folderOf(name);
  const render = `render the chart: helm template ${folder} | netproof check -f -`;
  if (Array.isArray(value)) {
    const objects = value.length > 0 && value.every((item: Value) => isKubernetes(item));
    if (!objects) return { short: "no manifest", what: "this is a list, and no Kubernetes object" };
    return {
      short: "no manifest",
      what: "this is a bare list of objects",
      help: "put it under `items:` of `{apiVersion: v1, kind: List}`",
    };
  }
  if (!isRecord(value)) return { short: "no manifest", what: "this is text, and no Kubernetes object" };
  const has = (key: string): boolean => Object.hasOwn(value, key);
  if (/^netproof\.ya?ml$/.test(file))
    return { short: "use case", what: "this is a use case, not a manifest", help: `netproof run ${name}` };
  if (/^Chart\.ya?ml$/.test(file)) return { short: "Helm chart", what: "this describes a Helm chart", help: render };
  if (/^values[^/]*\.ya?ml$/.test(file)) return { short: "Helm values", what: "these are values of a Helm chart", help: render };
  if (has("jobs") && (has("true") || has("on"))) return { short: "workflow", what: "this is a GitHub workflow" };
  if (isRecord(fieldOf(value, "services")) && isCompose(fieldOf(value, "services") as Fields))
    return { short: "compose file", what: "this is a compose file" };
  if (has("openapi") || has("swagger")) return { short: "OpenAPI document", what: "this is an OpenAPI document" };
  if (has("$schema") || has("$ref"))
    return { short: "JSON schema or configuration", what: "this is a JSON schema, or a file that follows one" };
  if (/^package(?:-lock)?\.json$/.test(file)) return { short: "npm package", what: "this describes an npm package" };
  return halfObject(value);
}

/** Something that has one of `apiVersion` and `kind`: the other may be misspelled. */
function halfObject(value: Fields): Description | undefined {
  const missing = ["apiVersion", "kind"].filter((key) => typeof fieldOf(value, key) !== "string");
  const [field] = missing;
  if (field === undefined || missing.length === 2) return undefined;
  const misspelled = Object.keys(value).find((key) => nearest(key, [field]) !== undefined);
  return {
    short: "no manifest",
    what: `this is no Kubernetes object: it has no \`${field}\``,
    help: misspelled === undefined ? undefined : `did you mean \`${field}\` by \`${misspelled}\`?`,
  };
}

function isCompose(services: Fields): boolean {
  return Object.values(services).some(
    (service) => isRecord(service) && (Object.hasOwn(service, "image") || Object.hasOwn(service, "build")),
  );
}

function folderOf(name: string): string {
  const slash = name.lastIndexOf("/");
  return slash < 0 ? "." : name.slice(0, slash);
}
