import { describe, expect, test } from "vitest";
import { contrailCalculation } from "../../src/contrail/engine.ts";
import { driftBetween, type Comparison } from "../../src/contrail/drift.ts";
import { dumpMessages } from "../../src/contrail/dump-messages.ts";
import { importDump, tagId, type ImportResult } from "../../src/contrail/imported.ts";
import type { Configuration } from "../../src/contrail/objects.ts";
import { openWalker } from "../../src/contrail/walk.ts";
import { endpointName } from "../../src/model/endpoint.ts";
import type { Endpoint, Snapshot } from "../../src/model/cluster.ts";
import { parseAddress } from "../../src/net/address.ts";
import { parseYaml, read } from "../../src/read/read.ts";
import { dumpOf, type DumpForm } from "./dump.ts";
import { compiled, endpointOf, finalSnapshot, oracleCase, oracleFiles, oracleFolder, podsOf } from "./oracle.ts";

const forms: readonly DumpForm[] = [
  { tags: "names", items: "wrapped" },
  { tags: "numbers-of-8", items: "plain" },
  { tags: "numbers-of-12", items: "wrapped" },
];

describe.skipIf(oracleFolder === undefined)("what kube-manager wrote has not drifted, in every form of a dump", () => {
  test.each(oracleFiles)("%s", async (file) => {
    const one = oracleCase(file);
    const expected = compiled(one);
    const pods = podsOf((await finalSnapshot(one)).snapshot);
    for (const form of forms) {
      const { imported, diagnostics } = await imports([dumpOf(expected, form)], expected);
      expect(diagnostics).toEqual([]);
      if (imported === undefined) throw new Error("nothing was imported");
      expect(driftBetween(expected, imported, spacesOf(expected))).toEqual({ drift: [], own: [], others: [] });
      const walker = openWalker(imported.configuration);
      const verdicts = one.verdicts.map(({ source, destination, protocol, port }) =>
        walker.verdict({ from: endpointOf(source, pods), to: endpointOf(destination, pods), family: 4, protocol, port: port ?? 0 }),
      );
      expect(verdicts).toEqual(one.verdicts.map(({ contrail }) => contrail));
    }
  });
});

type Json = { [key: string]: unknown };
type Dump = ReturnType<typeof dumpOf>;

/** Two policies: web takes app=client on 80, db takes web on 5432 and opens nothing. */
const manifests = `
apiVersion: v1
kind: Namespace
metadata: { name: dev }
${["web", "db", "client"]
  .map(
    (name, i) => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: dev, labels: { app: ${name} } }
spec: { nodeName: n, containers: [{ name: c }] }
status: { podIP: 10.0.0.${i + 1}, podIPs: [{ ip: 10.0.0.${i + 1} }] }
`,
  )
  .join("")}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: dev }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress]
  ingress:
    - from: [{ podSelector: { matchLabels: { app: client } } }, { ipBlock: { cidr: 192.0.2.0/24 } }]
      ports: [{ port: 80 }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: dev }
spec:
  podSelector: { matchLabels: { app: db } }
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{ podSelector: { matchLabels: { app: web } } }]
      ports: [{ port: 5432 }]
`;

interface Case {
  readonly what: string;
  readonly change: (dump: Dump) => void;
  readonly drift: readonly string[];
  readonly own?: readonly string[];
  readonly others?: readonly string[];
}

const cases: readonly Case[] = [
  {
    what: "a pass rule that is gone",
    change: (dump) => drop(dump, "firewall-rule", "dev-ingress-web-0-podSelector-0-0", "k8s-dev-web"),
    drift: ["missing rule dev-ingress-web-0-podSelector-0-0 of k8s-dev-web"],
  },
  {
    what: "a deny rule that is gone: only the passes stand",
    change: (dump) => drop(dump, "firewall-rule", "dev-ingress-web-denyall", "k8s-denyall"),
    drift: ["half-applied rule dev-ingress-web-denyall of k8s-denyall: of k8s-dev-web is only its passes"],
  },
  {
    what: "a policy that is gone: only its denies stand",
    change: (dump) => unlink(find(dump, "application-policy-sets", "k8s"), "firewall_policy_refs", "k8s-dev-db"),
    drift: ["half-applied firewall policy k8s-dev-db of k8s: of it is only dev-ingress-db-denyall, dev-egress-db-default-deny-all"],
  },
  {
    what: "a policy that is gone with its denies",
    change: (dump) => {
      unlink(find(dump, "application-policy-sets", "k8s"), "firewall_policy_refs", "k8s-dev-web");
      unlink(find(dump, "firewall-policys", "k8s-denyall"), "firewall_rule_refs", "dev-ingress-web-denyall");
    },
    drift: ["missing firewall policy k8s-dev-web of k8s", "missing rule dev-ingress-web-denyall of k8s-denyall"],
  },
  {
    what: "another port",
    change: (dump) => {
      find(dump, "firewall-rules", "dev-ingress-web-0-podSelector-0-0")["service"] = {
        protocol: "tcp",
        dst_ports: { start_port: 8080, end_port: 8080 },
      };
    },
    drift: ["changed rule dev-ingress-web-0-podSelector-0-0 of k8s-dev-web: service is tcp 8080"],
  },
  {
    what: "another action, another end and match tags",
    change: (dump) => {
      const rule = find(dump, "firewall-rules", "dev-ingress-web-0-podSelector-0-0");
      rule["action_list"] = { simple_action: "deny" };
      rule["endpoint_1"] = { tags: ["app=db", "namespace=dev"] };
      rule["match_tags"] = { tag_list: ["tier"] };
    },
    drift: [
      "changed rule dev-ingress-web-0-podSelector-0-0 of k8s-dev-web: action is deny, endpoint 1 is app=db namespace=dev, match tags is tier",
    ],
  },
  {
    what: "two policies in the other order",
    change: (dump) => {
      const refs = find(dump, "application-policy-sets", "k8s")["firewall_policy_refs"] as { to: string[]; attr: Json }[];
      const [web, db] = ["k8s-dev-web", "k8s-dev-db"].map((name) => refs.find(({ to }) => to.at(-1) === name));
      if (web === undefined || db === undefined) throw new Error("no such policies");
      [web.attr, db.attr] = [db.attr, web.attr];
    },
    drift: ["reordered firewall policy k8s-dev-db of k8s: place is behind k8s-Ingress"],
  },
  {
    what: "the last policy first of all rules",
    change: (dump) => {
      const refs = find(dump, "application-policy-sets", "k8s")["firewall_policy_refs"] as { to: string[]; attr: Json }[];
      for (const one of refs) if (one.to.at(-1) === "k8s-allowall") one.attr = { sequence: "00000.0" };
    },
    drift: ["reordered firewall policy k8s-allowall of k8s: place is first"],
  },
  {
    what: "order inside a fixed policy, which changes nothing",
    change: (dump) => {
      const refs = find(dump, "firewall-policys", "k8s-denyall")["firewall_rule_refs"] as { attr: Json }[];
      refs.forEach((one, i) => (one.attr = { sequence: `0000${9 - i}.0` }));
    },
    drift: [],
  },
  {
    what: "what an event left behind (D47), and a policy that nobody asks for",
    change: (dump) => {
      add(dump, "firewall-rule", { ...bareRule("dev-egress-web-default-deny-all"), action_list: { simple_action: "deny" } }, "k8s-denyall");
      dump["firewall-policys"].push({
        "firewall-policy": { fq_name: ["default-policy-management", "k8s-dev-old"], uuid: "old", display_name: "x" },
      });
      link(find(dump, "application-policy-sets", "k8s"), "firewall_policy_refs", "k8s-dev-old", "old", "00003.0");
    },
    drift: ["extra rule dev-egress-web-default-deny-all of k8s-denyall", "extra firewall policy k8s-dev-old of k8s"],
  },
  {
    what: "a namespace that the manifests do not have is not compared",
    change: (dump) => add(dump, "firewall-rule", bareRule("k8s-Namespace-qa-ingress"), "k8s-allowall"),
    drift: [],
    others: ["rule k8s-Namespace-qa-ingress of k8s-allowall"],
  },
  {
    what: "what operators have made",
    change: (dump) => {
      dump["application-policy-sets"].push({
        "application-policy-set": {
          fq_name: ["default-policy-management", "ops"],
          uuid: "ops",
          all_applications: true,
          firewall_policy_refs: [],
        },
      });
      add(dump, "firewall-rule", bareRule("backup"), "k8s-allowall");
    },
    drift: [],
    own: ["application policy set ops", "rule backup of k8s-allowall"],
  },
  {
    what: "an address group with another prefix, and one that is gone",
    change: (dump) => {
      const group = find(dump, "address-groups", "192.0.2.0/24");
      group["address_group_prefix"] = { subnet: [{ ip_prefix: "192.0.2.0", ip_prefix_len: "25" }] };
    },
    drift: ["changed address group 192.0.2.0/24: prefix is 192.0.2.0/25"],
  },
  {
    what: "a set that no project has",
    change: (dump) => {
      find(dump, "application-policy-sets", "k8s")["tag_refs"] = [];
    },
    drift: ["changed application policy set k8s: tags is none"],
  },
];

describe("drift", () => {
  test.each(cases)("$what", async ({ change, drift, own = [], others = [] }) => {
    const { configuration } = contrailCalculation(await snapshotOf(manifests));
    const dump = dumpOf(configuration);
    change(dump);
    const found = await compare(configuration, [dump]);
    expect(found.drift.map(told)).toEqual(drift);
    expect([found.own, found.others]).toEqual([own, others]);
  });

  test("of another cluster's name is none", async () => {
    const snapshot = await snapshotOf(manifests);
    const { configuration } = contrailCalculation(snapshot);
    const dump = JSON.parse(
      JSON.stringify(dumpOf(configuration)).replaceAll('"k8s', '"prod').replaceAll("application=k8s", "application=prod"),
    ) as Dump;
    const found = await imports([dump], configuration);
    expect(found.diagnostics).toEqual([]);
    expect(found.imported?.configuration.cluster).toBe("prod");
    expect((await compare(configuration, [dump])).drift).toEqual([]);
  });

  test("is the same in several files, in single objects and in lists of names beside them", async () => {
    const { configuration } = contrailCalculation(await snapshotOf(manifests));
    const dump = dumpOf(configuration);
    const names = Object.fromEntries(
      Object.entries(dump).map(([collection, all]) => [
        collection,
        all.map((one) => {
          const { fq_name, uuid, href } = Object.values(one)[0] as Json;
          return { fq_name, uuid, href };
        }),
      ]),
    );
    const single = Object.values(dump).flat();
    expect((await compare(configuration, [names, single])).drift).toEqual([]);
    const files = Object.entries(dump).map(([collection, all]) => ({ [collection]: all }));
    expect((await compare(configuration, files)).drift).toEqual([]);
  });
});

describe("rules of operators decide about packets as agents read them", () => {
  const rules: readonly { readonly what: string; readonly rule: Json; readonly expected: string; readonly more?: (dump: Dump) => void }[] =
    [
      {
        what: "a subnet",
        rule: { endpoint_1: { subnet: { ip_prefix: "192.0.2.0", ip_prefix_len: 24 } } },
        expected: "192.0.2.1 deny, client allow",
      },
      {
        what: "the other direction",
        rule: { endpoint_1: { any: true }, endpoint_2: { tags: ["app=client"] }, direction: "<" },
        expected: "192.0.2.1 allow, client deny",
      },
      {
        what: "both directions",
        rule: { endpoint_1: { tags: ["app=web"] }, endpoint_2: { tags: ["app=client"] }, direction: "<>" },
        expected: "192.0.2.1 allow, client deny",
      },
      {
        what: "the same tag on both ends",
        rule: { endpoint_1: { any: true }, match_tags: { tag_list: ["app"] } },
        expected: "192.0.2.1 allow, client allow",
      },
      {
        what: "the same namespace on both ends",
        rule: { endpoint_1: { any: true }, match_tags: { tag_list: ["namespace"] } },
        expected: "192.0.2.1 allow, client deny",
      },
      {
        what: "some source ports",
        rule: { endpoint_1: { any: true }, service: { protocol: "tcp", src_ports: { start_port: 1, end_port: 9 } } },
        expected: "192.0.2.1 undetermined, client undetermined",
      },
      {
        what: "a virtual network",
        rule: { endpoint_1: { virtual_network: "d:p:net" } },
        expected: "192.0.2.1 undetermined, client undetermined",
      },
      {
        what: "another protocol",
        rule: { endpoint_1: { any: true }, service: { protocol: "47" } },
        expected: "192.0.2.1 allow, client allow",
      },
      { what: "a global tag", rule: { endpoint_1: { tags: ["global:app=client"] } }, expected: "192.0.2.1 allow, client deny" },
      {
        what: "an address group by its label",
        rule: { endpoint_1: { address_group: "default-policy-management:own" } },
        expected: "192.0.2.1 allow, client deny",
        more: (dump) =>
          dump["address-groups"].push({
            "address-group": { fq_name: ["default-policy-management", "own"], uuid: "g", tag_refs: [{ to: ["app=client"] }] },
          }),
      },
      {
        what: "a service group",
        rule: { endpoint_1: { any: true }, service_group_refs: [{ to: ["default-policy-management", "sg"], uuid: "sg" }] },
        expected: "192.0.2.1 deny, client deny",
        more: (dump) => {
          dump["service-groups"] = [
            {
              "service-group": {
                fq_name: ["default-policy-management", "sg"],
                uuid: "sg",
                service_group_firewall_service_list: {
                  firewall_service: [{ protocol: "udp" }, { protocol: "tcp", dst_ports: { start_port: 80, end_port: 81 } }],
                },
              },
            },
          ];
        },
      },
    ];

  test.each(rules)("$what", async ({ rule, expected, more }) => {
    const snapshot = await snapshotOf(manifests);
    const { configuration } = contrailCalculation(snapshot);
    const dump = dumpOf(configuration);
    more?.(dump);
    dump["application-policy-sets"].push({
      "application-policy-set": {
        fq_name: ["default-policy-management", "ops"],
        uuid: "ops",
        all_applications: true,
        firewall_policy_refs: [{ to: ["default-policy-management", "ops"], uuid: "opsp", attr: { sequence: "0" } }],
      },
    });
    dump["firewall-policys"].push({
      "firewall-policy": {
        fq_name: ["default-policy-management", "ops"],
        uuid: "opsp",
        firewall_rule_refs: [{ to: ["default-policy-management", "ops"], uuid: "opsr", attr: { sequence: "0" } }],
      },
    });
    const own = { ...bareRule("ops"), uuid: "opsr", endpoint_2: { tags: ["app=web"] }, action_list: { simple_action: "deny" }, ...rule };
    dump["firewall-rules"].push({ "firewall-rule": own });
    const { imported, diagnostics } = await imports([dump], configuration);
    expect(diagnostics).toEqual([]);
    if (imported === undefined) throw new Error("nothing was imported");
    const walker = openWalker(imported.configuration);
    const web = podsOf(snapshot).get("dev/web") as Endpoint;
    const address = parseAddress("192.0.2.1");
    if (address === undefined) throw new Error("no address");
    const sources: readonly Endpoint[] = [{ kind: "external", address }, podsOf(snapshot).get("dev/client") as Endpoint];
    const said = sources.map(
      (from) => `${endpointName(from).replace("dev/", "")} ${walker.verdict({ from, to: web, family: 4, protocol: "TCP", port: 80 })}`,
    );
    expect(said.join(", ")).toBe(expected);
  });
});

describe("messages", () => {
  test.each(Object.entries(dumpMessages))("%s: its example has the mistake", async (code, { page }) => {
    const { documents } = await parseYaml({ name: page.example.file, text: page.example.text });
    const { configuration } = contrailCalculation(await snapshotOf(""));
    const { diagnostics, imported } = importDump(documents, configuration);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    expect(imported === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
  });

  test("what is no firewall object stands in the ledger", async () => {
    const { configuration } = contrailCalculation(await snapshotOf(manifests));
    const { skipped } = await imports([{ ...dumpOf(configuration), "virtual-networks": [{}, {}] }], configuration);
    expect(skipped.map(({ what, count }) => `${what} ${count}`)).toEqual(["`virtual-networks` 2"]);
  });

  test("a cluster is named where there are several", async () => {
    const { configuration } = contrailCalculation(await snapshotOf(manifests));
    const one = dumpOf(configuration);
    const other = JSON.parse(JSON.stringify(one).replaceAll('"k8s', '"other').replaceAll("0000-0000-0000-0", "1111-0000-0000-0")) as Dump;
    expect((await imports([one, other], configuration)).diagnostics.map(({ message }) => message)).toEqual([
      "the dump holds the sets of several clusters: `k8s`, `other`",
    ]);
    expect((await imports([one, other], configuration, "k8s")).diagnostics).toEqual([]);
  });
});

test("tag numbers of 8 and of 12 digits, as numbers and as text", () => {
  expect([65_538, "0x00010002", "00010002", "0x000100000002", "000100000002", "65538", "0x1", -1, "x", 1.5].map(tagId)).toEqual([
    65_538n,
    65_538n,
    65_538n,
    0x1_0000_0002n,
    0x1_0000_0002n,
    65_538n,
    1n,
    undefined,
    undefined,
    undefined,
  ]);
});

async function snapshotOf(text: string): Promise<Snapshot> {
  return (await read([{ name: "manifests.yaml", text }])).snapshot;
}

async function imports(values: readonly unknown[], expected: Configuration, cluster?: string): Promise<ImportResult> {
  const parsed = await Promise.all(values.map((value, i) => parseYaml({ name: `dump-${i}.json`, text: JSON.stringify(value) })));
  return importDump(
    parsed.flatMap(({ documents }) => documents),
    expected,
    cluster,
  );
}

async function compare(expected: Configuration, values: readonly unknown[]): Promise<Comparison> {
  const { imported, diagnostics } = await imports(values, expected);
  expect(diagnostics).toEqual([]);
  if (imported === undefined) throw new Error("nothing was imported");
  return driftBetween(expected, imported, spacesOf(expected));
}

function spacesOf({ applicationPolicySet: { policies } }: Configuration): ReadonlySet<string> {
  const purposes = policies.flatMap(({ rules }) => rules.map(({ purpose }) => purpose));
  return new Set([
    ...purposes.flatMap((purpose) => ("namespace" in purpose ? purpose.namespace : "policy" in purpose ? purpose.policy.namespace : [])),
    ...policies.flatMap(({ policy }) => policy?.namespace ?? []),
  ]);
}

function told({ kind, object, name, holder, parts }: Comparison["drift"][number]): string {
  const differing = parts.map(({ part, found }) => `${part} is ${found}`).join(", ");
  return `${kind} ${object} ${name}${holder === undefined ? "" : ` of ${holder}`}${differing === "" ? "" : `: ${differing}`}`;
}

/** The object of a collection by its name. */
function find(dump: Dump, collection: string, name: string): Json {
  for (const one of dump[collection] ?? []) {
    const object = Object.values(one)[0] as Json;
    if ((object["fq_name"] as readonly string[]).at(-1) === name) return object;
  }
  throw new Error(`no ${name} in ${collection}`);
}

function unlink(holder: Json, key: string, name: string): void {
  holder[key] = (holder[key] as readonly { readonly to: readonly string[] }[]).filter(({ to }) => to.at(-1) !== name);
}

function link(holder: Json, key: string, name: string, uuid: string, sequence: string): void {
  holder[key] = [
    ...((holder[key] as readonly unknown[] | undefined) ?? []),
    { to: ["default-policy-management", name], uuid, attr: { sequence } },
  ];
}

function drop(dump: Dump, kind: "firewall-rule", name: string, policy: string): void {
  dump[`${kind}s`] = (dump[`${kind}s`] ?? []).filter((one) => ((one[kind] as Json)["fq_name"] as readonly string[]).at(-1) !== name);
  unlink(find(dump, "firewall-policys", policy), "firewall_rule_refs", name);
}

function add(dump: Dump, kind: "firewall-rule", rule: Json, policy: string): void {
  dump[`${kind}s`]?.push({ [kind]: rule });
  link(
    find(dump, "firewall-policys", policy),
    "firewall_rule_refs",
    (rule["fq_name"] as readonly string[]).at(-1) ?? "",
    rule["uuid"] as string,
    "00009.0",
  );
}

function bareRule(name: string): Json {
  return {
    fq_name: ["default-policy-management", name],
    uuid: `uuid-${name}`,
    action_list: { simple_action: "pass" },
    endpoint_1: { any: true },
    endpoint_2: { any: true },
  };
}
