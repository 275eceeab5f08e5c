import { describe, expect, test } from "vitest";
import { compileEvents } from "../../src/contrail/compile.ts";
import { contrailCalculation } from "../../src/contrail/engine.ts";
import { kubeObject, type Reading } from "../../src/contrail/from-manifests.ts";
import { startKubeManager } from "../../src/contrail/kube-manager.ts";
import type { KubeEvent, KubeObject } from "../../src/contrail/kube-objects.ts";
import { contrailMessages } from "../../src/contrail/messages.ts";
import { contrail } from "../../src/contrail/engine.ts";
import { tagText, type Configuration } from "../../src/contrail/objects.ts";
import { printPolicies, type PrintedEndpoint, type PrintedPolicy } from "../../src/contrail/print.ts";
import { profileNamed, profileNames, profiles, type ProfileName } from "../../src/contrail/profiles.ts";
import { emptySnapshot } from "../../src/model/cluster.ts";
import { read } from "../../src/read/read.ts";
import { plainDocument, positionOf, spanOf } from "../../src/text/source.ts";
import { fail } from "./compare.ts";
import { compiled, finalSnapshot, oracleCase, oracleFiles, oracleFolder } from "./oracle.ts";

const document = plainDocument({ name: "given.json", text: "" });

function given(value: unknown, reading: Reading = "as-given"): KubeObject {
  return kubeObject({ value, document, path: "" }, reading) ?? fail("not watched");
}

const space = (name: string, labels: object = {}): KubeObject => given({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });

const pod = (labels: object, spec: object = { nodeName: "n" }): KubeObject =>
  given({ apiVersion: "v1", kind: "Pod", metadata: { namespace: "a", name: "web", labels }, spec });

const policy = (name: string, spec: object, reading?: Reading): KubeObject =>
  given({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace: "a", name }, spec }, reading);

const added = (...objects: readonly KubeObject[]): readonly KubeEvent[] => objects.map((object) => ({ kind: "added", object }));
const modified = (object: KubeObject): KubeEvent => ({ kind: "modified", object });
const deleted = (object: KubeObject): KubeEvent => ({ kind: "deleted", object });

function after(events: readonly KubeEvent[], profile: ProfileName = "2021-11"): Configuration {
  return compileEvents(events, profiles[profile]);
}

/** The rules as lines: `00001.0 a-ingress-p-denyall deny any 0-65535 any > app=web namespace=a`. */
function rulesOf(configuration: Configuration, name: string): readonly string[] {
  const found = printPolicies(configuration).find((candidate) => candidate.name === name);
  return (found?.rules ?? []).map(({ sequence, name: rule, action, service, endpoint_1: from, endpoint_2: to }) => {
    return `${sequence} ${rule} ${action} ${service.protocol} ${service.dst_ports.join("-")} ${endpointText(from)} > ${endpointText(to)}`;
  });
}

function endpointText(endpoint: PrintedEndpoint): string {
  if ("any" in endpoint) return "any";
  if ("tags" in endpoint) return endpoint.tags.join(" ");
  return "address_group" in endpoint ? endpoint.address_group : endpoint.virtual_network;
}

function placesOf(configuration: Configuration): readonly string[] {
  return printPolicies(configuration).map(({ sequence, name }) => `${sequence} ${name}`);
}

function tagsOf(configuration: Configuration): readonly string[] {
  return [...(configuration.interfaces.get("a/web")?.tags.values() ?? [])].map(tagText).sort();
}

const target = { podSelector: { matchLabels: { app: "web" } } };

describe("forms", () => {
  test("a missing protocol is any to kube-manager, and TCP behind an API server (D35)", () => {
    const spec = { ...target, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: 80 }] }] };
    const line = (reading: Reading): string | undefined => rulesOf(after(added(policy("p", spec, reading))), "k8s-a-p")[0];
    expect(line("as-given")).toBe("00000.0 a-ingress-p-0-allow-all-0 pass any 80-80 any > app=web namespace=a");
    expect(line("as-served")).toBe("00000.0 a-ingress-p-0-allow-all-0 pass tcp 80-80 any > app=web namespace=a");
  });

  test("missing policyTypes are Ingress to kube-manager, and what the rules say behind an API server", () => {
    const denies = (reading: Reading): readonly string[] =>
      rulesOf(after(added(policy("p", { ...target, egress: [{}] }, reading))), "k8s-denyall").map((line) => line.split(" ")[1] ?? "");
    expect(denies("as-given")).toEqual(["a-ingress-p-denyall"]);
    expect(denies("as-served")).toEqual(["a-ingress-p-denyall", "a-egress-p-default-deny-all"]);
  });

  test("the order of policyTypes is that of the pass rules, not of the denies", () => {
    const configuration = after(added(policy("p", { ...target, policyTypes: ["Egress", "Ingress"], ingress: [{}], egress: [{}] })));
    expect(rulesOf(configuration, "k8s-a-p").map((line) => line.split(" ")[1])).toEqual([
      "a-egress-p-allow-all-0",
      "a-ingress-p-0-allow-all-0",
    ]);
    expect(rulesOf(configuration, "k8s-denyall").map((line) => line.split(" ")[1])).toEqual([
      "a-ingress-p-denyall",
      "a-egress-p-default-deny-all",
    ]);
  });

  test("numbers in quotes are numbers, and an equal port listed twice keeps the later place (trap 2)", () => {
    const ports = [
      { protocol: "TCP", port: "80" },
      { protocol: "TCP", port: 81 },
      { protocol: "TCP", port: 80 },
    ];
    const configuration = after(added(policy("p", { ...target, policyTypes: ["Ingress"], ingress: [{ ports }] })));
    expect(rulesOf(configuration, "k8s-a-p")).toEqual([
      "00001.0 a-ingress-p-0-allow-all-1 pass tcp 81-81 any > app=web namespace=a",
      "00002.0 a-ingress-p-0-allow-all-0 pass tcp 80-80 any > app=web namespace=a",
    ]);
  });

  test("the rule after NotIn is named by its first tag, and what both selectors ask is listed twice (traps 4, 5)", () => {
    const both = {
      namespaceSelector: {
        matchExpressions: [
          { key: "team", operator: "NotIn", values: ["red", "blue"] },
          { key: "env", operator: "In", values: ["prod"] },
        ],
      },
      podSelector: { matchLabels: { env: "prod" } },
    };
    expect(rulesOf(after(added(policy("p", { ...target, policyTypes: ["Ingress"], ingress: [{ from: [both] }] }))), "k8s-a-p")).toEqual([
      "00000.0 a-ingress-p-0-namespaceSelector-0-team=blue-0 deny any 0-65535 env=prod team=blue > app=web namespace=a",
      "00001.0 a-ingress-p-0-namespaceSelector-0-0 pass any 0-65535 any > app=web namespace=a",
      "00002.0 a-ingress-p-0-podSelector-0-0 pass any 0-65535 env=prod env=prod team=blue > app=web namespace=a",
    ]);
  });

  test("one network in two spellings is two address groups (trap 9)", () => {
    const from = ["10.0.0.1/8", "10.0.0.0/8"].map((cidr) => ({ ipBlock: { cidr } }));
    const { addressGroups } = after(added(policy("p", { ...target, policyTypes: ["Ingress"], ingress: [{ from }] })));
    expect([...addressGroups].map(([name, { cidrs }]) => `${name} ${cidrs.map(({ text }) => text).join()}`)).toEqual([
      "10.0.0.1/8 10.0.0.0/8",
      "10.0.0.0/8 10.0.0.0/8",
    ]);
  });

  test("pods of the host's network, and pods without a node, have no interface (rule P)", () => {
    expect(tagsOf(after(added(space("a"), pod({ app: "web" }, { hostNetwork: true, nodeName: "n" }))))).toEqual([]);
    expect(tagsOf(after(added(space("a"), pod({ app: "web" }, {}))))).toEqual([]);
    expect(tagsOf(after(added(space("a", { team: "red" }), pod({ "x.io/App": "web", team: "blue", namespace: "b" }))))).toEqual([
      "namespace=a",
      "team=red",
      "x.io__slash__app=web",
    ]);
  });

  test("what is no object that kube-manager watches, or is broken, is nothing", () => {
    for (const value of [null, 3, [], {}, { kind: "Secret" }, { apiVersion: "crd.projectcalico.org/v1", kind: "NetworkPolicy" }]) {
      expect(kubeObject({ value, document, path: "" }, "as-given")).toBeUndefined();
    }
    const odd = {
      podSelector: 3,
      policyTypes: "Ingress",
      ingress: [null, 4, { from: [null, { podSelector: [], ipBlock: { cidr: 4, except: [null] } }], ports: [null, { port: {} }] }],
    };
    expect(() => after(added(policy("p", odd)))).not.toThrow();
  });
});

describe("life cycle", () => {
  test("a type that is gained comes last in denyall, one that is lost stays until the policy goes (D47)", () => {
    const [both, one] = [
      { ...target, policyTypes: ["Ingress", "Egress"] },
      { ...target, policyTypes: ["Egress"] },
    ];
    const events = [
      ...added(policy("p", one), policy("q", one)),
      modified(policy("p", both)),
      modified(policy("q", { ...target, policyTypes: ["Ingress"] })),
    ];
    expect(rulesOf(after(events), "k8s-denyall").map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "00001.0 a-egress-p-default-deny-all",
      "00002.0 a-egress-q-default-deny-all",
      "00003.0 a-ingress-p-denyall",
      "00004.0 a-ingress-q-denyall",
    ]);
    expect(rulesOf(after([...events, deleted(policy("q", {}))]), "k8s-denyall")).toHaveLength(2);
  });

  test("a change that is refused has done what came before: groups, denies, and the passes up to the one refused (D48)", () => {
    const from = (app: string): object => ({ from: [{ podSelector: { matchLabels: { app } } }] });
    const before = { ...target, policyTypes: ["Ingress"], ingress: [from("x")] };
    const change = {
      podSelector: { matchLabels: { app: "api" } },
      policyTypes: ["Ingress"],
      ingress: [from("y"), { ports: [{ protocol: "TCP", port: "http" }] }],
    };
    const configuration = after([...added(policy("p", before)), modified(policy("p", change))]);
    expect(rulesOf(configuration, "k8s-a-p")).toEqual([
      "00000.0 a-ingress-p-0-podSelector-0-0 pass any 0-65535 app=y namespace=a > app=api namespace=a",
    ]);
    expect(rulesOf(configuration, "k8s-denyall")).toEqual(["00001.0 a-ingress-p-denyall deny any 0-65535 any > app=api namespace=a"]);
    // A block with `:` fails while the rules are put together, before the deny is touched.
    const block = {
      podSelector: { matchLabels: { app: "api" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ ipBlock: { cidr: "fd00::/64" } }] }],
    };
    expect(rulesOf(after([...added(policy("p", before)), modified(policy("p", block))]), "k8s-denyall")).toEqual([
      "00001.0 a-ingress-p-denyall deny any 0-65535 any > app=web namespace=a",
    ]);
  });

  test("a refused change that is taken back leaves the deny where it moved (D48)", () => {
    const before = policy("p", { ...target, policyTypes: ["Ingress"], ingress: [{}] });
    const named = {
      podSelector: { matchLabels: { app: "api" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ protocol: "TCP", port: "http" }] }],
    };
    const configuration = after([...added(before), modified(policy("p", named)), modified(before)]);
    expect(rulesOf(configuration, "k8s-denyall")).toEqual(["00001.0 a-ingress-p-denyall deny any 0-65535 any > app=api namespace=a"]);
    expect(configuration.policies.get("a/p")?.rejection?.refusal.kind).toBe("port-name");
  });

  test("the label of a pod that its namespace hid comes back only with the pod's next event", () => {
    const events = [...added(space("a", { team: "red" }), pod({ team: "blue" })), modified(space("a"))];
    expect(tagsOf(after(events))).toEqual(["namespace=a"]);
    expect(tagsOf(after([...events, modified(pod({ team: "blue" }))]))).toEqual(["namespace=a", "team=blue"]);
  });

  test("the tag of a label that is gone stays, but not with OpenSDN (D46)", () => {
    const events = [...added(space("a"), pod({ app: "web", tier: "mid" })), modified(pod({ app: "web" }))];
    expect(tagsOf(after(events))).toEqual(["app=web", "namespace=a", "tier=mid"]);
    expect(tagsOf(after(events, "opensdn-2026-04"))).toEqual(["app=web", "namespace=a"]);
    expect(tagsOf(after([...events, deleted(pod({})), ...added(pod({ app: "web" }))]))).toEqual(["app=web", "namespace=a"]);
  });

  test("a namespace that goes takes its two rules along, and the others keep their numbers", () => {
    expect(
      rulesOf(after([...added(space("a"), space("b")), deleted(space("a"))]), "k8s-allowall").map((line) =>
        line.split(" ").slice(0, 2).join(" "),
      ),
    ).toEqual(["00003.0 k8s-Namespace-b-ingress", "00004.0 k8s-Namespace-b-egress"]);
  });

  test("what went away while kube-manager was down is found after its restart", () => {
    const [p, q] = [policy("p", { ...target, policyTypes: ["Ingress"] }), policy("q", { ...target, policyTypes: ["Ingress"] })];
    const configuration = after([...added(space("a"), pod({ app: "web" }), p, q), { kind: "restart", objects: [space("a"), q] }]);
    expect(placesOf(configuration)).toEqual(["00002.0 k8s-Ingress", "00006.0 k8s-a-q", "00008.0 k8s-denyall", "00009.0 k8s-allowall"]);
    expect(configuration.interfaces.size).toBe(0);
  });

  test("after 50,000 creations texts no longer sort as numbers: denyall overtakes the policies, and the check finds nothing (spec 3.1)", () => {
    const manager = startKubeManager(profiles["2021-11"]);
    const [keep, pass] = [policy("keep", { ...target, policyTypes: ["Ingress"] }), policy("pass", { ...target, policyTypes: ["Ingress"] })];
    for (let i = 0; i < 50_000; i++) {
      if (i === 10_000) manager.receive({ kind: "added", object: keep });
      manager.receive({ kind: "added", object: pass });
      manager.receive({ kind: "deleted", object: pass });
    }
    const overtaken = ["00002.0 k8s-Ingress", "100006.0 k8s-denyall", "100007.0 k8s-allowall", "20004.0 k8s-a-keep"];
    expect(placesOf(manager.configuration())).toEqual(overtaken);
    manager.receive({ kind: "restart", objects: [keep] });
    expect(placesOf(manager.configuration())).toEqual(overtaken);
  });

  test("an Ingress passes to its Services, whatever the namespace (rule K, D53)", () => {
    const ingress = (...services: readonly string[]): KubeObject =>
      given({
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { namespace: "a", name: "shop" },
        spec: {
          rules: [{ http: { paths: services.map((name) => ({ backend: { service: { name } } })) } }],
          defaultBackend: { service: { name: "rest" } },
        },
      });
    const events = added(ingress("web", "api"));
    expect(rulesOf(after(events), "k8s-Ingress")).toEqual([
      "00001.0 k8s-Ingress-a-shop-web pass any 0-65535 ingress=k8s-a-shop > k8s-svc=web",
      "00002.0 k8s-Ingress-a-shop-api pass any 0-65535 ingress=k8s-a-shop > k8s-svc=api",
      "00003.0 k8s-Ingress-a-shop-rest pass any 0-65535 ingress=k8s-a-shop > k8s-svc=rest",
    ]);
    expect(rulesOf(after([...events, modified(ingress("api"))]), "k8s-Ingress")).toHaveLength(2);
    expect(rulesOf(after([...events, deleted(ingress())]), "k8s-Ingress")).toEqual([]);
    const foreign = given({
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace: "a", name: "s", annotations: { "kubernetes.io/ingress.class": "nginx" } },
      spec: { defaultBackend: { service: { name: "web" } } },
    });
    expect(rulesOf(after(added(foreign)), "k8s-Ingress")).toEqual([]);
  });
});

describe("profiles", () => {
  test("are found by name and by the text of their source", () => {
    expect(profileNames.map((name) => profileNamed(name)?.name)).toEqual(profileNames);
    expect(profileNames.map((name) => profileNamed(profiles[name].source)?.name)).toEqual(profileNames);
    expect(profileNamed("opensdn-2026-04: OpenSDN-io/tf-controller fbb63bcd (2026-04-30), with 150298d1 (2026-04-14)")?.name).toBe(
      "opensdn-2026-04",
    );
    expect(profileNamed("2022")).toBeUndefined();
  });

  test.skipIf(oracleFolder === undefined)("2020-09 differs exactly where a policy uses what changed since (spec section 8)", () => {
    const files = oracleFiles.filter((file) => !file.includes("/"));
    const differing = files.filter((file) => {
      const one = oracleCase(file);
      return (
        JSON.stringify(printPolicies(compiled(one, profiles["2021-11"]))) !==
        JSON.stringify(printPolicies(compiled(one, profiles["2020-09"])))
      );
    });
    expect(differing.filter((file) => !changedForm(oracleCase(file)))).toEqual([]);
    // Of the cases that use such a form, those whose policies are refused in either version have nothing to differ in.
    const same = files.filter((file) => changedForm(oracleCase(file)) && !differing.includes(file));
    expect(same.filter((file) => oracleCase(file).rejected_events.length === 0)).toEqual([]);
    expect(differing.length).toBeGreaterThan(30);
    const older = oracleFiles.filter((file) => file.startsWith("profile-2020-09/")).map((file) => file.replace("profile-2020-09/", ""));
    expect(older.filter((file) => files.includes(file) && !differing.includes(file))).toEqual([]);
  });

  test.skipIf(oracleFolder === undefined)("opensdn-2026-04 differs from 2021-11 in the tag of a removed label only", () => {
    const files = oracleFiles.filter((file) => !file.includes("/"));
    const state = (file: string, name: ProfileName): string => {
      const { applicationPolicySet, interfaces } = compiled(oracleCase(file), profiles[name]);
      return JSON.stringify([applicationPolicySet, [...interfaces].map(([key, { tags }]) => [key, [...tags.values()].map(tagText)])]);
    };
    expect(files.filter((file) => state(file, "2021-11") !== state(file, "opensdn-2026-04"))).toEqual(["life-pod-label-removed.json"]);
  });
});

/** Whether a policy uses one of the forms that section 8 names; only rules of the listed types count. */
function changedForm({ input, events = [] }: ReturnType<typeof oracleCase>): boolean {
  const objects = [...input, ...events.map((event) => (event as { readonly object?: unknown }).object)];
  return objects.some((object) => {
    const found = object === null || object === undefined ? undefined : kubeObject({ value: object, document, path: "" }, "as-given");
    if (found?.kind !== "NetworkPolicy") return false;
    return found.types.some((direction) =>
      found[direction].some(({ peers, ports }) => {
        if (ports.some(({ protocol }) => protocol === "SCTP")) return true;
        return peers.some(({ pods, namespaces }) => {
          const selectors = [pods, namespaces].filter((selector) => selector !== undefined);
          if (selectors.some(({ labels }) => [...labels].flat().some((text) => text.includes("/")))) return true;
          if (selectors.some(({ expressions }) => expressions.some(({ operator }) => operator === "In" || operator === "NotIn")))
            return true;
          if (pods?.written === "nothing" || namespaces?.written === "nothing") return true;
          return namespaces !== undefined && pods !== undefined && pods.labels.size > 0;
        });
      }),
    );
  });
}

/** As an API server hands them out, `{matchLabels: {}}` is `{}`. */
const notServed = /matchlabels-empty|podnsselector-allowany|upstream-add-match-expression/;

describe.skipIf(oracleFolder === undefined)("from a snapshot", () => {
  test.each(oracleFiles.filter((file) => !file.includes("/") && !notServed.test(file)))("%s", async (file) => {
    const one = oracleCase(file);
    if (one.events !== undefined) return;
    const { snapshot, isValid } = await finalSnapshot(one);
    if (!isValid) return;
    const { configuration } = contrailCalculation(snapshot);
    const ordered = (policies: readonly PrintedPolicy[]): readonly PrintedPolicy[] =>
      // Namespaces come by name in a snapshot.
      policies.map((each) =>
        each.name === "k8s-allowall"
          ? { ...each, rules: each.rules.map((rule) => ({ ...rule, sequence: "" })).sort((a, b) => (a.name < b.name ? -1 : 1)) }
          : each,
      );
    expect(ordered(printPolicies(configuration))).toEqual(ordered(one.output as readonly PrintedPolicy[]));
  });

  test("every object knows the lines it was made from", async () => {
    const text =
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: a, name: p}\nspec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - ipBlock:\n        cidr: 10.0.0.0/8\n    ports:\n    - port: 80\n";
    const { snapshot } = await read([{ name: "p.yaml", text }]);
    const { applicationPolicySet, addressGroups } = contrailCalculation(snapshot).configuration;
    const lines = (from: Configuration["rejected"][number]["from"]): readonly number[] =>
      from.map((origin) => positionOf(spanOf(origin).source, spanOf(origin).start).line);
    expect(
      applicationPolicySet.policies.map(({ name, from, rules }) => [name, lines(from), rules.map((rule) => lines(rule.from))]),
    ).toEqual([
      ["k8s-Ingress", [], []],
      ["k8s-a-p", [1], [[10, 13]]],
      ["k8s-denyall", [], [[7]]],
      ["k8s-allowall", [], [[], []]],
    ]);
    expect([...addressGroups.values()].map(({ from }) => lines(from))).toEqual([[10]]);
  });
});

describe("messages", () => {
  test.each(Object.entries(contrailMessages))("%s: its example has the mistake", async (code, { page }) => {
    const { snapshot } = await read([{ name: page.example.file, text: page.example.text }]);
    const { diagnostics } = await contrail().open(snapshot.pods.length === 0 ? emptySnapshot : snapshot);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });
});
