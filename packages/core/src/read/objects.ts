import type { Diagnostic } from "../text/diagnostic.ts";
import { childPath, type SourceDocument } from "../text/source.ts";
import type { Value } from "./build.ts";
import { isPolicyKind, useOf } from "./kinds.ts";
import { textOrLetter } from "./letters.ts";
import type { ManifestObject } from "./manifest.ts";
import { say } from "./messages.ts";
import { blankSource } from "./secrets.ts";
import { fieldOf, isRecord, type Fields } from "./value.ts";

/** The objects of one document, and what is wrong with it as a whole. */
export interface DocumentObjects {
  readonly objects: readonly ManifestObject[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Who an object is (S20): group, kind, namespace and name. A stage of a use case replaces and deletes by it. */
export function objectKey({ group, kind, namespace, name }: ManifestObject): string {
  return `${group}/${kind}/${namespace ?? ""}/${name}`;
}

/** `NetworkPolicy shop/web`, `Node worker-1`: as messages name an object. */
export function objectTitle({ kind, namespace, name }: ManifestObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Whether a document is meant for Kubernetes at all: it names its kind, or at least its version. */
export function isKubernetes(value: Value): value is Fields {
  return isRecord(value) && typeof fieldOf(value, "apiVersion") === "string" && typeof fieldOf(value, "kind") === "string";
}

/**
 * The objects of a document. `List`, `PodList` and the like are unfolded, also inside each other; an item without a kind of its own gets it
 * from its list (S19).
 */
export function objectsOf(value: Fields, document: SourceDocument, defaultNamespace: string): DocumentObjects {
  const objects: ManifestObject[] = [];
  const diagnostics: Diagnostic[] = [];
  const pending: { readonly value: Value; readonly path: string; readonly list: ListKind | undefined }[] = [{ value, path: "", list: undefined }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, list } = next;
    if (next.value === null) continue;
    if (!isRecord(next.value)) {
      diagnostics.push(say("list-item-invalid", document.locate(path, "value"), {}));
      continue;
    }
    const own = next.value;
    const [apiVersion, kind] = [fieldOf(own, "apiVersion") ?? list?.apiVersion, fieldOf(own, "kind") ?? list?.kind];
    if (typeof apiVersion !== "string" || typeof kind !== "string" || kind === "") {
      const missing = typeof kind === "string" && kind !== "" ? "apiVersion" : "kind";
      diagnostics.push(say("object-incomplete", document.locate(path, "value"), { missing, kind: typeof kind === "string" ? kind : undefined }));
      continue;
    }
    const items = fieldOf(own, "items");
    const isList = kind.endsWith("List") && (Array.isArray(items) || kind === "List");
    if (isList) {
      if (items !== undefined && items !== null && !Array.isArray(items)) {
        diagnostics.push(say("type-wrong", document.locate(childPath(path, "items"), "value"), { what: "`items`", expected: "a list" }));
        continue;
      }
      const ofItems = kind === "List" ? undefined : { apiVersion, kind: kind.slice(0, -"List".length) };
      const listed: readonly Value[] = Array.isArray(items) ? items : [];
      // Pushed in reverse, so that they come off the stack in the order of the text.
      for (let i = listed.length - 1; i >= 0; i--) {
        pending.push({ value: listed[i] ?? null, path: childPath(childPath(path, "items"), i), list: ofItems });
      }
      continue;
    }
    const made = objectOf(own, { apiVersion, kind, document, path }, defaultNamespace);
    objects.push(...made.objects);
    diagnostics.push(...made.diagnostics);
  }
  return { objects, diagnostics };
}

interface ListKind {
  readonly apiVersion: string;
  readonly kind: string;
}

interface ObjectHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly document: SourceDocument;
  readonly path: string;
}

function objectOf(value: Fields, { apiVersion, kind, document, path }: ObjectHead, defaultNamespace: string): DocumentObjects {
  const slash = apiVersion.indexOf("/");
  const [group, version] = slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  const { use, scope } = useOf(group, kind);
  const metadataPath = childPath(path, "metadata");
  const metadata = fieldOf(value, "metadata") ?? {};
  const fields = isRecord(metadata) ? metadata : {};
  const diagnostics: Diagnostic[] = [];
  const wrongType = (at: string, what: string, expected: string): void => {
    if (use !== "none") diagnostics.push(say("type-wrong", document.locate(at, "value"), { what, expected }));
  };
  const textAt = (key: string): string | undefined => {
    const found = fieldOf(fields, key);
    if (found === undefined || found === null || found === "") return undefined;
    const at = childPath(metadataPath, key);
    if (typeof found === "object") return void wrongType(at, `\`${key}\``, "text");
    const read = textOrLetter(found, document.locate(at, "value"), `\`${key}\``);
    if (read.diagnostic !== undefined && use !== "none") diagnostics.push(read.diagnostic);
    return read.value;
  };

  if (!isRecord(metadata)) wrongType(metadataPath, "`metadata`", "a mapping");
  const [name, generateName, namespace] = [textAt("name"), textAt("generateName"), scope === "cluster" ? undefined : textAt("namespace")];
  if (use !== "none" && name === undefined && generateName === undefined && diagnostics.length === 0) {
    diagnostics.push(say("name-missing", document.locate(Object.hasOwn(value, "metadata") ? metadataPath : path, "entry"), { kind }));
  }
  if (diagnostics.some(({ severity }) => severity === "error")) return { objects: [], diagnostics };
  const who = {
    group,
    version,
    kind,
    namespace: scope === "cluster" ? undefined : (namespace ?? defaultNamespace),
    // What the server makes of generateName ends in five letters of its own.
    name: name ?? (generateName === undefined ? "" : `${generateName}xxxxx`),
  };
  const object = isSecret(who) ? secretObject(who, document, path) : { ...who, value, document, path };
  return { objects: [object], diagnostics };
}

export function isSecret({ group, kind }: Pick<ManifestObject, "group" | "kind">): boolean {
  return group === "" && kind === "Secret";
}

/** Of a Secret nothing is kept but that it is there, and where: its origin points into blank lines. */
function secretObject(who: Omit<ManifestObject, "value" | "document" | "path">, document: SourceDocument, path: string): ManifestObject {
  const source = blankSource(document.source);
  const { start, end } = document.locate(path, "entry");
  return { ...who, value: {}, document: { source, locate: () => ({ source, start, end }) }, path: "" };
}

/** Whether an object names the namespace it belongs to, or gets the default (S4). */
export function namesNamespace({ value }: ManifestObject): boolean {
  const metadata = fieldOf(value as Fields, "metadata");
  const namespace = isRecord(metadata) ? fieldOf(metadata, "namespace") : undefined;
  return namespace !== undefined && namespace !== null && namespace !== "";
}

export function isPolicyObject({ group, kind }: ManifestObject): boolean {
  return isPolicyKind(group, kind);
}
