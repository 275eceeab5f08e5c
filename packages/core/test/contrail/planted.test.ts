import { describe, expect, test } from "vitest";
import type * as Events from "../../src/contrail/from-events.ts";
import type * as Compile from "../../src/contrail/compile.ts";
import type * as Print from "../../src/contrail/print.ts";
import type * as Walks from "../../src/contrail/walk.ts";
import type * as Profiles from "../../src/contrail/profiles.ts";
import type { Endpoint, Pod } from "../../src/model/cluster.ts";
import { parseAddress, type Address } from "../../src/net/address.ts";
import { plainDocument } from "../../src/text/source.ts";
import { coreSources, loadWith, type Mistake } from "../planting.ts";
import { fail } from "./compare.ts";
import { endpointOf, oracleCase, oracleFiles, oracleFolder, type OracleCase } from "./oracle.ts";

/** Mistakes that somebody could make in the translation, the life cycle or the walk: each must be caught by the oracle's cases. */
const mistakes: readonly Mistake[] = [
  // Rule T: the target's namespace, and no escaping.
  { file: "tags.ts", right: 'tagsOf(new Map([...target.labels, ["namespace", namespace]]))', wrong: "tagsOf(target.labels)" },
  {
    file: "tags.ts",
    right: 'tagsOf(new Map([...target.labels, ["namespace", namespace]]))',
    wrong: 'tagsOf(new Map([...[...target.labels].map(([key, value]) => [escapeSlash(key), value] as const), ["namespace", namespace]]))',
  },
  // Rule L: the last value, whatever the operator, and instead of the labels.
  { file: "tags.ts", right: "found.set(key, value)", wrong: "if (!found.has(key)) found.set(key, value)" },
  { file: "tags.ts", right: 'if (operator !== "In" && operator !== "NotIn") continue;', wrong: 'if (operator !== "In") continue;' },
  {
    file: "tags.ts",
    right: "fromExpressions.size > 0 ? fromExpressions : peerLabels",
    wrong: "fromExpressions.size > 0 ? new Map([...selector.labels, ...fromExpressions]) : peerLabels",
  },
  { file: "tags.ts", right: "[escapeSlash(key), escapeSlash(value)]", wrong: "[key, value]" },
  { file: "tags.ts", right: 'new Map([...asked, ["namespace", ownNamespace]])', wrong: "asked" },
  // Rule P: who overwrites whom.
  {
    file: "tags.ts",
    right: "for (const tag of namespaceTags(namespace)) tags.set(tag.type, tag);",
    wrong: "for (const tag of namespaceTags(namespace)) if (!tags.has(tag.type)) tags.set(tag.type, tag);",
  },
  { file: "tags.ts", right: "return escapeSlash(key).toLowerCase();", wrong: "return escapeSlash(key);" },
  // Rule Q: the order of entries, and what is none.
  {
    file: "translate.ts",
    right: '} else if (peer.namespaces !== undefined) marked = profile.emptyNamespaceSelector === "everybody";',
    wrong: "} else if (peer.namespaces !== undefined) marked = true;",
  },
  { file: "translate.ts", right: "} else marked = true;", wrong: "}\n    marked = true;" },
  { file: "translate.ts", right: "[...namespaceTags, ...podTags]", wrong: "podTags.length > 0 ? podTags : namespaceTags" },
  {
    file: "translate.ts",
    right: 'return profile.emptyPodSelector === "own-namespace" ? [namespaceTag(namespace)] : [];',
    wrong: "return [];",
  },
  {
    file: "translate.ts",
    right: 'const isOwn = namespaces === undefined || profile.podSelectorBesideNamespaces === "own-namespace";',
    wrong: "const isOwn = true;",
  },
  { file: "translate.ts", right: 'action: "deny", kind: "except", from }', wrong: 'action: "pass", kind: "except", from }' },
  { file: "translate.ts", right: "`namespaceSelector-${number}-${tag}`", wrong: "`namespaceSelector-${number}`" },
  // Rules V, G, H, O, U.
  { file: "translate.ts", right: "{ first: number, last: number }", wrong: "{ first: 0, last: number }" },
  {
    file: "translate.ts",
    right: 'direction === "ingress" ? [entry.endpoint, target] : [target, entry.endpoint]',
    wrong: "[entry.endpoint, target]",
  },
  { file: "translate.ts", right: "return items.findIndex(({ text }) => text === items[at]?.text);", wrong: "return at;" },
  { file: "translate.ts", right: "if (entries.length === 0) {", wrong: "if (entries.length === 0 && rule.peers.length === 0) {" },
  {
    file: "translate.ts",
    right: "`${policy.namespace}-egress-${policy.name}`;",
    wrong: "`${policy.namespace}-egress-${policy.name}-${index}`;",
  },
  {
    file: "from-manifests.ts",
    right: 'if (written === undefined) return ["ingress"];',
    wrong: 'if (written === undefined) return ["ingress", "egress"];',
  },
  {
    file: "kube-manager.ts",
    right: "new Map(passRules.map((rule, i) => [rule.name, i]))",
    wrong: "new Map(passRules.toReversed().map((rule, i) => [rule.name, passRules.length - 1 - i]))",
  },
  {
    file: "kube-manager.ts",
    right: 'for (const direction of ["ingress", "egress"] as const) {\n      const deny',
    wrong: "for (const direction of policy.types) {\n      const deny",
  },
  // Rule X and the life cycle.
  { file: "kube-manager.ts", right: 'if (cidr.includes(":")) return { refusal: { kind: "cidr-colon", cidr }, from };', wrong: "" },
  {
    file: "kube-manager.ts",
    right: 'if ("name" in service.dstPorts) return',
    wrong: 'if ("name" in service.dstPorts && name === "") return',
  },
  {
    file: "kube-manager.ts",
    right: "if (failure === undefined) rules.set(rule.name, rule);\n    return failure;",
    wrong: 'if (failure === undefined && rule.purpose.kind !== "isolation") rules.set(rule.name, rule);\n    return failure;',
  },
  { file: "kube-manager.ts", right: "denies: { ...before?.denies, ...denies }", wrong: "denies" },
  {
    file: "kube-manager.ts",
    right: "for (const gone of before?.places.keys() ?? []) if (!placed.has(gone)) dropRule(gone);",
    wrong: "for (const gone of before?.places.keys() ?? []) dropRule(gone);",
  },
  {
    file: "kube-manager.ts",
    right: "if (before === undefined) appendPolicy(name);",
    wrong: "places.delete(name);\n    appendPolicy(name);",
  },
  { file: "kube-manager.ts", right: "places.set(denyAll, last + 1);", wrong: "places.set(denyAll, tail + 1);" },
  { file: "interfaces.ts", right: 'tagOfRemovedLabel === "stays" || ', wrong: "" },
  { file: "interfaces.ts", right: "added.length === 0 ? without(tags) :", wrong: "added.length === 0 ? tags :" },
  { file: "interfaces.ts", right: "const next = withTags(without(announced), added);", wrong: "const next = without(announced);" },
  { file: "kube-manager.ts", right: "inside.set(rule.name, last + 1);", wrong: "inside.set(rule.name, inside.size + 1);" },
  // Spec 4: the walk.
  { file: "walk.ts", right: "endpoint.tags.every((tag) => tags.has(tag))", wrong: "endpoint.tags.some((tag) => tags.has(tag))" },
  { file: "walk.ts", right: 'const port = packet.protocol === "SCTP" ? 0 : packet.port;', wrong: "const { port } = packet;" },
  { file: "walk.ts", right: 'if (protocol === "any") return true;', wrong: 'if (protocol === "any") return packet.protocol !== "ICMP";' },
  {
    file: "walk.ts",
    right: 'if (managed !== undefined && !managed.tags.has("application")) tags.push(application);',
    wrong: "tags.push(application);",
  },
  {
    file: "walk.ts",
    right: "const lists = [from.sets, to.sets].filter(({ length }) => length > 0);",
    wrong: "const lists = [from.sets].filter(({ length }) => length > 0);",
  },
  { file: "walk.ts", right: "[...less].filter((at) => more.has(at))", wrong: "[...less]" },
  { file: "walk.ts", right: ".sort((a, b) => a - b)", wrong: "" },
];

const modules = ["from-events", "compile", "print", "walk", "profiles"].map((name) => `contrail/${name}.ts`);
type Engine = typeof Events & typeof Compile & typeof Print & typeof Walks & typeof Profiles;

describe.skipIf(oracleFolder === undefined)("a mistake planted in the Contrail engine is caught", () => {
  test("none is found without one", async () => {
    expect(failuresOf(await loadWith<Engine>(coreSources, modules, undefined))).toEqual([]);
  });

  test.each(mistakes)("$file: $wrong", async ({ file, ...change }) => {
    expect(failuresOf(await loadWith<Engine>(coreSources, modules, { file: `contrail/${file}`, ...change }))).not.toEqual([]);
  });
});

const cases = oracleFiles.map((file) => ({ file, one: oracleCase(file) }));

/** The files whose objects or verdicts are not the oracle's. */
function failuresOf(engine: Engine): readonly string[] {
  return cases.flatMap(({ file, one }) => (isReproduced(engine, one) ? [] : file));
}

function isReproduced(
  { kubeObjects, kubeEvents, compileObjects, compileEvents, printPolicies, openWalker, verdictOfWalk, profileNamed }: Engine,
  one: OracleCase,
): boolean {
  const document = plainDocument({ name: one.id, text: "" });
  const profile = profileNamed(one.profile) ?? fail(one.profile);
  const objects = kubeObjects(
    one.input.map((value, i) => ({ value, document, path: `[${i}]` })),
    "as-given",
  );
  const events = one.events && kubeEvents(one.events, document, objects, "as-given");
  const configuration = events === undefined ? compileObjects(objects, profile) : compileEvents(events, profile);
  if (JSON.stringify(sorted(printPolicies(configuration))) !== JSON.stringify(sorted(one.output))) return false;
  const tags = [...configuration.interfaces].map(([pod, { tags: own }]) => [
    pod,
    [...own.values()].map(({ type, value }) => `${type}=${value}`).sort(),
  ]);
  const expected = Object.entries(one.pod_tags).map(([pod, { interface: own }]) => [pod, own]);
  if (JSON.stringify(sorted(Object.fromEntries(tags))) !== JSON.stringify(sorted(Object.fromEntries(expected)))) return false;
  const pods = new Map(
    one.input.flatMap((value) => podOf(value) ?? []).map((pod) => [`${pod.namespace.name}/${pod.name}`, pod as Endpoint]),
  );
  const { walk } = openWalker(configuration);
  return one.verdicts.every(({ source: from, destination: to, protocol, port, contrail, rule }) => {
    const { outcome } = walk({ from: endpointOf(from, pods), to: endpointOf(to, pods), family: 4, protocol, port: port ?? 0 });
    return verdictOfWalk(outcome) === contrail && (outcome.kind !== "match" || outcome.at.rule.name === rule);
  });
}

function podOf(value: unknown): Pod | undefined {
  const { kind, metadata, status } = value as {
    readonly kind: string;
    readonly metadata: { readonly namespace: string; readonly name: string };
    readonly status?: { readonly podIP?: string };
  };
  if (kind !== "Pod") return undefined;
  const address = parseAddress(status?.podIP ?? "") as Address;
  const origin = { document: plainDocument({ name: "", text: "" }), path: "" };
  const namespace = { kind: "namespace", name: metadata.namespace, labels: new Map(), origin: undefined } as const;
  return {
    kind: "pod",
    namespace,
    name: metadata.name,
    labels: new Map(),
    addresses: [address],
    podNetwork: [],
    ports: [],
    hostNetwork: false,
    node: undefined,
    workload: undefined,
    origin,
  };
}

/** With the keys of all mappings in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
