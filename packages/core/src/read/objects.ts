import type { Diagnostic } from "../text/diagnostic.ts";
import { childPath, type SourceDocument, type Span } from "../text/source.ts";
import type { Value } from "./build.ts";
import { isPolicyKind, useOf } from "./kinds.ts";
import { textOrLetter } from "./letters.ts";
import { walkLists } from "./lists.ts";
import type { ManifestObject } from "./manifest.ts";
import { say } from "./messages.ts";
import { isLabel, isSubdomain } from "./names.ts";
import { fieldOf, isRecord, type Fields } from "./value.ts";
import { article } from "./words.ts";

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

/** The objects of a document, lists unfolded. */
export function objectsOf(value: Fields, document: SourceDocument, defaultNamespace: string): DocumentObjects {
  const made = walkLists(value).map((item): DocumentObjects => {
    const at = (): Span => document.locate(item.path, "value");
    const { apiVersion, kind, path } = item;
    if (!isRecord(item.value)) return { objects: [], diagnostics: [say("list-item-invalid", at(), {})] };
    if (typeof apiVersion !== "string" || typeof kind !== "string" || kind === "") {
      const named = typeof kind === "string" && kind !== "" ? kind : undefined;
      return {
        objects: [],
        diagnostics: [say("object-incomplete", at(), { missing: named === undefined ? "kind" : "apiVersion", kind: named })],
      };
    }
    if (kind === "List") {
      const span = document.locate(childPath(path, "items"), "value");
      return { objects: [], diagnostics: [say("type-wrong", span, { what: "`items`", expected: "a list" })] };
    }
    return objectOf(item.value, { apiVersion, kind, document, path }, defaultNamespace);
  });
  return { objects: made.flatMap(({ objects }) => objects), diagnostics: made.flatMap(({ diagnostics }) => diagnostics) };
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
    if (typeof found === "string") return found;
    const at = childPath(metadataPath, key);
    if (typeof found === "object") {
      wrongType(at, `\`${key}\``, "text");
      return undefined;
    }
    const read = textOrLetter(found, document.locate(at, "value"), `\`${key}\``);
    if (read.diagnostic !== undefined && use !== "none") diagnostics.push(read.diagnostic);
    return read.value;
  };

  if (!isRecord(metadata)) wrongType(metadataPath, "`metadata`", "a mapping");
  const [name, generateName, namespace] = [textAt("name"), textAt("generateName"), scope === "cluster" ? undefined : textAt("namespace")];
  if (use !== "none" && name === undefined && generateName === undefined && diagnostics.length === 0) {
    diagnostics.push(say("name-missing", document.locate(Object.hasOwn(value, "metadata") ? metadataPath : path, "entry"), { kind }));
  }
  // Policies say it of themselves.
  if (use !== "none" && !isPolicyKind(group, kind)) {
    const refuse = (key: string, what: string, text: string): void => {
      diagnostics.push(say("name-invalid", document.locate(childPath(metadataPath, key), "value"), { what, name: text }));
    };
    const fits = kind === "Namespace" && group === "" ? isLabel : isSubdomain;
    if (name !== undefined && !fits(name)) refuse("name", `the name of ${article(kind)}`, name);
    if (namespace !== undefined && !isLabel(namespace)) refuse("namespace", "the name of a namespace", namespace);
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
  // Of a Secret nothing is kept but that it is there.
  return { objects: [{ ...who, value: isSecret(who) ? {} : value, document, path }], diagnostics };
}

export function isSecret({ group, kind }: Pick<ManifestObject, "group" | "kind">): boolean {
  return group === "" && kind === "Secret";
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
