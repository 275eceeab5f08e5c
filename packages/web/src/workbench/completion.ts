import { fieldsOf, type Shape, type Snapshot } from "@netproof/core/parts";
import type { Completion } from "./protocol.ts";

/** Where a cursor stands in a block of YAML, by the indentation of the lines above: enough to know what may be written there. */
export interface Spot {
  /** Keys from the document's top; `[]` for an item of a list. */
  readonly path: readonly string[];
  /** The key whose value is being written; undefined where a key is. */
  readonly key: string | undefined;
  /** What is written of the word so far, and where it begins. */
  readonly word: string;
  readonly start: number;
}

interface Line {
  /** Columns of the dashes before the key. */
  readonly dashes: readonly number[];
  readonly column: number;
  readonly key: string | undefined;
  readonly hasValue: boolean;
}

function lineOf(text: string): Line | undefined {
  const [, indent = "", marks = "", rest = ""] = /^( *)((?:- +|-$)*)(.*)$/.exec(text) ?? [];
  if (rest.startsWith("#") || (rest === "" && marks === "")) return undefined;
  const dashes: number[] = [];
  let column = indent.length;
  for (const part of marks.match(/- *|-$/g) ?? []) {
    dashes.push(column);
    column += part.length;
  }
  const [, key, value = ""] = /^["']?([\w./-]+)["']?:(?:\s+(.*))?$/.exec(rest) ?? [];
  return { dashes, column, key, hasValue: value.replace(/#.*/, "").trim() !== "" };
}

export function spotAt(text: string, offset: number): Spot {
  const before = text.slice(0, offset);
  const lines = before.slice(before.lastIndexOf("\n---") + 1).split("\n");
  const current = lines.pop() ?? "";
  const [, word = ""] = /([\w./=-]*)$/.exec(current) ?? [];
  const own = lineOf(`${current.slice(0, current.length - word.length)}x`);
  const [, key] = /^\s*(?:- +)*["']?([\w./-]+)["']?:\s+\S*$/.exec(current) ?? [];
  const path: string[] = [];
  let limit = own?.column ?? current.length;
  for (const dash of (own?.dashes ?? []).toReversed()) {
    path.unshift("[]");
    limit = dash + 1;
  }
  for (const line of lines.toReversed()) {
    if (line.startsWith("---")) break;
    const above = lineOf(line);
    if (above === undefined) continue;
    if (above.key !== undefined && above.column < limit && !above.hasValue) {
      path.unshift(above.key);
      limit = above.column;
    }
    // A sibling that begins a list's item: what is above belongs to the list.
    if (above.dashes.length > 0 && above.column <= limit) {
      for (const dash of above.dashes.toReversed()) {
        if (dash >= limit) continue;
        path.unshift("[]");
        limit = dash + 1;
      }
    }
  }
  return { path, key, word, start: offset - word.length };
}

/** What may stand at a place of a policy: fields of the reader's own tables, then names and labels that exist. */
export function policyCompletions(spot: Spot, snapshot: Snapshot): readonly Completion[] {
  const { path, key } = spot;
  const last = path.at(-1);
  const inNamespaces = path.includes("namespaceSelector");
  const labelled = inNamespaces ? snapshot.namespaces.map(({ labels }) => labels) : snapshot.pods.map(({ labels }) => labels);
  const noun = inNamespaces ? "namespace" : "pod";
  if (last === "matchLabels") {
    return key === undefined
      ? counted([...labelled.flatMap((labels) => [...labels.keys()])], noun, ": ")
      : counted(
          labelled.flatMap((labels) => labels.get(key) ?? []),
          noun,
        );
  }
  if (key !== undefined) {
    if (key === "operator") return words(["In", "NotIn", "Exists", "DoesNotExist"]);
    if (key === "protocol") return words(["TCP", "UDP", "SCTP"]);
    if (key === "kind" && path.length === 0) return words(["NetworkPolicy"]);
    if (key === "apiVersion" && path.length === 0) return words(["networking.k8s.io/v1"]);
    if (key === "namespace") return snapshot.namespaces.map(({ name }) => ({ label: name, detail: "namespace" }));
    if (key === "key")
      return counted(
        labelled.flatMap((labels) => [...labels.keys()]),
        noun,
      );
    if (key === "port")
      return counted(
        snapshot.pods.flatMap(({ ports }) => ports.flatMap(({ name, port }) => [String(port), ...(name === "" ? [] : [name])])),
        "pod",
      );
    return [];
  }
  if (last === "[]" && path.at(-2) === "policyTypes") return words(["Ingress", "Egress"]);
  if (path.length === 0) return fields(["apiVersion", "kind", "metadata", "spec"]);
  if (path[0] === "metadata") return path.length === 1 ? fields(["name", "namespace", "labels", "annotations"]) : [];
  const shape = shapeAt(path);
  return shape === undefined ? [] : fields(fieldsOf(shape));
}

function shapeAt(path: readonly string[]): Shape | undefined {
  if (path[0] !== "spec") return undefined;
  const direction = path[1] === "egress" ? "egress" : "ingress";
  const shapes: Readonly<Record<string, Shape>> = {
    spec: { shape: "spec" },
    podSelector: { shape: "selector" },
    namespaceSelector: { shape: "selector" },
    ipBlock: { shape: "ipBlock" },
    "ingress[]": { shape: "rule", direction },
    "egress[]": { shape: "rule", direction },
    "from[]": { shape: "peer", direction },
    "to[]": { shape: "peer", direction },
    "ports[]": { shape: "port", direction },
    "matchExpressions[]": { shape: "expression" },
  };
  const last = path.at(-1) ?? "";
  return shapes[last === "[]" ? `${path.at(-2) ?? ""}[]` : last];
}

/** What the use case's JSON Schema has at a place, and names of the design where text is wanted. */
export function schemaCompletions(
  { path, key }: Spot,
  schema: Readonly<Record<string, unknown>>,
  names: readonly string[],
): readonly Completion[] {
  let nodes: readonly Node[] = alternatives(schema, schema);
  for (const step of key === undefined ? path : [...path, key]) {
    nodes = nodes.flatMap((node) => {
      const next = step === "[]" ? node["items"] : ((node["properties"] as Node | undefined)?.[step] ?? node["additionalProperties"]);
      return typeof next === "object" && next !== null ? alternatives(next as Node, schema) : [];
    });
  }
  if (key === undefined) {
    const found = nodes.flatMap((node) => Object.entries((node["properties"] ?? {}) as Readonly<Record<string, Node>>));
    const keys = [...new Map(found)].map(([name, node]) => ({
      label: name,
      apply: `${name}: `,
      detail: typeof node["description"] === "string" ? node["description"].slice(0, 90) : "",
    }));
    return [...keys, ...(path.at(-1) === "[]" ? names.map((name) => ({ label: name, detail: "in this design" })) : [])];
  }
  const choices = nodes.flatMap((node) => [...((node["enum"] ?? []) as readonly unknown[]), ...("const" in node ? [node["const"]] : [])]);
  return [...new Set(choices.map(String))]
    .map((label): Completion => ({ label, detail: "" }))
    .concat(names.map((name) => ({ label: name, detail: "in this design" })));
}

type Node = Readonly<Record<string, unknown>>;

/** A schema and everything that it may be instead. */
function alternatives(node: Node, root: Node): readonly Node[] {
  const target =
    typeof node["$ref"] === "string"
      ? node["$ref"]
          .replace(/^#\//, "")
          .split("/")
          .reduce<unknown>((at, step) => (at as Node | undefined)?.[step], root)
      : undefined;
  const own = target === undefined ? node : (target as Node);
  const others = [
    ...((own["anyOf"] ?? []) as readonly Node[]),
    ...((own["oneOf"] ?? []) as readonly Node[]),
    ...((own["allOf"] ?? []) as readonly Node[]),
  ];
  return [own, ...others.flatMap((one) => alternatives(one, root))];
}

function words(all: readonly string[]): readonly Completion[] {
  return all.map((label) => ({ label, detail: "" }));
}

function fields(all: readonly string[]): readonly Completion[] {
  return all.map((label) => ({ label, apply: `${label}: `, detail: "" }));
}

/** Each once, the most frequent first, with how often it is there. */
function counted(all: readonly string[], noun: string, suffix = ""): readonly Completion[] {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([label, count]) => ({
      label,
      detail: `${count} ${noun}${count === 1 ? "" : "s"}`,
      ...(suffix === "" ? {} : { apply: `${label}${suffix}` }),
    }));
}
