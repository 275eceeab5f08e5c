import { describe, expect, test } from "vitest";
import { formatAddress } from "../../src/net/address.ts";
import { parseCidr, type Cidr } from "../../src/net/cidr.ts";
import type { Pod, Snapshot } from "../../src/model/cluster.ts";
import { assemble, read, readObjects } from "../../src/read/read.ts";
import { linesOf, policy, readText } from "./reading.ts";

function manifest(apiVersion: string, kind: string, name: string, ...lines: readonly string[]): string {
  return [`apiVersion: ${apiVersion}`, `kind: ${kind}`, `metadata: {name: ${name}, namespace: shop}`, ...lines, ""].join("\n");
}

const template = "template: {metadata: {labels: {app: web}}, spec: {containers: [{ports: [{name: http, containerPort: 80}]}]}}";

function podText({ name, namespace, workload, addresses, node, hostNetwork }: Pod): string {
  const where = addresses === "not-yet-assigned" ? "-" : addresses.map(formatAddress).join(",");
  return [
    `${namespace.name}/${name}`,
    where,
    workload === undefined ? "" : `${workload.kind}/${workload.name}`,
    node === undefined ? "" : `@${node}`,
    hostNetwork ? "host" : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

async function podsOf(...texts: readonly string[]): Promise<readonly string[]> {
  return (await readText(texts.join("---\n"))).snapshot.pods.map(podText);
}

describe("pods", () => {
  test.each<readonly [title: string, lines: readonly string[], pod: readonly string[]]>([
    ["without an address", [], ["shop/a -"]],
    ["podIP", ["status: {podIP: 10.0.0.1}"], ["shop/a 10.0.0.1"]],
    ["podIPs, dual stack", ["status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: '2001:db8::1'}]}"], ["shop/a 10.0.0.1,2001:db8::1"]],
    ["empty podIPs", ["status: {podIP: '', podIPs: []}"], ["shop/a -"]],
    ["finished", ["status: {phase: Succeeded, podIP: 10.0.0.1}"], []],
    ["failed", ["status: {phase: Failed}"], []],
    [
      "host network: addresses of the status",
      ["spec: {hostNetwork: true, nodeName: n}", "status: {hostIP: 10.9.0.1, podIP: 10.9.0.1}"],
      ["shop/a 10.9.0.1 @n host"],
    ],
    ["host network without any", ["spec: {hostNetwork: true}"], ["shop/a - host"]],
  ])("%s", async (_, lines, pods) => {
    expect(await podsOf(manifest("v1", "Pod", "a", ...lines))).toEqual(pods);
  });

  test("host network: addresses of the node", async () => {
    const node =
      "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {addresses: [{type: InternalIP, address: 10.9.0.7}, {type: ExternalIP, address: '2001:db8::7'}, {type: Hostname, address: n}]}\n";
    expect(await podsOf(manifest("v1", "Pod", "a", "spec: {hostNetwork: true, nodeName: n}"), node)).toEqual([
      "shop/a 10.9.0.7,2001:db8::7 @n host",
    ]);
  });

  test("named ports: all containers, sidecars, no init containers (S6)", async () => {
    const spec = [
      "spec:",
      "  containers:",
      "  - ports: [{name: http, containerPort: 80}, {containerPort: 81}, {name: dns, containerPort: 53, protocol: UDP}]",
      "  - ports: [{name: http, containerPort: 8080}]",
      "  initContainers:",
      "  - ports: [{name: init, containerPort: 1}]",
      "  - {restartPolicy: Always, ports: [{name: side, containerPort: 2}]}",
    ];
    const { snapshot, ledger } = await readText(manifest("v1", "Pod", "a", ...spec));
    expect(snapshot.pods[0]?.ports).toEqual([
      { name: "http", protocol: "TCP", port: 80 },
      { name: "dns", protocol: "UDP", port: 53 },
      { name: "http", protocol: "TCP", port: 8080 },
      { name: "side", protocol: "TCP", port: 2 },
    ]);
    expect(ledger.assumed.map(({ rule, what }) => `${rule} ${what}`)).toEqual(["S6 named ports of sidecars count"]);
  });

  test.each([
    ["labels: {a: 1}", "error text-expected 3:50 1"],
    ["labels: [a]", "error type-wrong 3:46 [a]"],
  ])("metadata %s", async (labels, found) => {
    expect(await linesOf(manifest("v1", "Pod", "a").replace("namespace: shop", `namespace: shop, ${labels}`))).toEqual([found]);
  });

  test.each([
    ["spec: {containers: [{ports: [{containerPort: 0}]}]}", "error port-out-of-range 4:46 0"],
    ["spec: {containers: [{ports: [{containerPort: []}]}]}", "error type-wrong 4:46 []"],
    ["spec: {containers: {}}", "error type-wrong 4:20 {}"],
    ["spec: text", "error type-wrong 4:7 text"],
    ["spec: {hostNetwork: 'yes'}", "error type-wrong 4:21 'yes'"],
    ["status: {podIP: 10.0.0.256}", "error address-invalid 4:17 10.0.0.256"],
  ])("%s", async (lines, found) => {
    expect(await linesOf(manifest("v1", "Pod", "a", lines))).toEqual([found]);
  });
});

describe("workloads", () => {
  test.each<readonly [kind: string, apiVersion: string, spec: string, pods: readonly string[]]>([
    ["Deployment", "apps/v1", `{${template}}`, ["shop/w-1 - Deployment/w"]],
    ["Deployment", "apps/v1", `{replicas: 2, ${template}}`, ["shop/w-1 - Deployment/w", "shop/w-2 - Deployment/w"]],
    ["Deployment", "apps/v1", `{replicas: 0, ${template}}`, []],
    ["ReplicaSet", "apps/v1", `{replicas: 1, ${template}}`, ["shop/w-1 - ReplicaSet/w"]],
    ["ReplicationController", "v1", `{${template}}`, ["shop/w-1 - ReplicationController/w"]],
    ["StatefulSet", "apps/v1", `{replicas: 2, ${template}}`, ["shop/w-0 - StatefulSet/w", "shop/w-1 - StatefulSet/w"]],
    ["StatefulSet", "apps/v1", `{ordinals: {start: 5}, ${template}}`, ["shop/w-5 - StatefulSet/w"]],
    ["DaemonSet", "apps/v1", `{${template}}`, ["shop/w-1 - DaemonSet/w"]],
    ["Job", "batch/v1", `{${template}}`, ["shop/w-1 - Job/w"]],
    ["Job", "batch/v1", `{parallelism: 3, completions: 2, ${template}}`, ["shop/w-1 - Job/w", "shop/w-2 - Job/w"]],
    ["CronJob", "batch/v1", `{jobTemplate: {spec: {${template}}}}`, ["shop/w-1 - CronJob/w"]],
  ])("%s %s %s", async (kind, apiVersion, spec, pods) => {
    const { snapshot } = await readText(manifest(apiVersion, kind, "w", `spec: ${spec}`));
    expect(snapshot.pods.map(podText)).toEqual(pods);
    for (const { labels, ports } of snapshot.pods) expect([labels.get("app"), ports[0]?.name]).toEqual(["web", "http"]);
  });

  test("one pod of a DaemonSet per node, with the node's addresses on the host network", async () => {
    const nodes = ["n2", "n1"].map(
      (name) =>
        `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nstatus: {addresses: [{type: InternalIP, address: 10.9.0.${name.slice(1)}}]}\n`,
    );
    expect(await podsOf(...nodes, manifest("apps/v1", "DaemonSet", "w", `spec: {${template}}`))).toEqual([
      "shop/w-n1 - DaemonSet/w @n1",
      "shop/w-n2 - DaemonSet/w @n2",
    ]);
    expect(await podsOf(...nodes, manifest("apps/v1", "DaemonSet", "w", `spec: {template: {spec: {hostNetwork: true}}}`))).toEqual([
      "shop/w-n1 10.9.0.1 DaemonSet/w @n1 host",
      "shop/w-n2 10.9.0.2 DaemonSet/w @n2 host",
    ]);
  });

  test("a pod of a StatefulSet carries its own name and number as labels; others share theirs", async () => {
    const { snapshot } = await readText(manifest("apps/v1", "StatefulSet", "w", `spec: {${template}}`));
    expect([...(snapshot.pods[0]?.labels ?? [])]).toEqual([
      ["app", "web"],
      ["statefulset.kubernetes.io/pod-name", "w-0"],
      ["apps.kubernetes.io/pod-index", "0"],
    ]);
    const many = await readText(manifest("apps/v1", "Deployment", "w", `spec: {replicas: 100000, ${template}}`));
    expect(many.snapshot.pods).toHaveLength(100_000);
    expect(new Set(many.snapshot.pods.map(({ labels }) => labels)).size).toBe(1);
    expect(new Set(many.snapshot.pods.map(({ name }) => name)).size).toBe(100_000);
  });

  const owned = (name: string, kind: string, owner: string, ...more: readonly string[]): string =>
    manifest("v1", "Pod", name, "status: {podIP: 10.0.0.1}", ...more).replace(
      "namespace: shop",
      `namespace: shop, labels: {pod-template-hash: 6d4b}, ownerReferences: [{kind: ${kind}, name: ${owner}, controller: true}]`,
    );
  const replicaSet = manifest("apps/v1", "ReplicaSet", "w-6d4b", `spec: {replicas: 2, ${template}}`).replace(
    "namespace: shop",
    "namespace: shop, ownerReferences: [{kind: Deployment, name: w, controller: true}]",
  );

  test.each<readonly [title: string, texts: readonly string[], pods: readonly string[]]>([
    [
      "the pods win over their Deployment",
      [manifest("apps/v1", "Deployment", "w", `spec: {replicas: 3, ${template}}`), replicaSet, owned("p", "ReplicaSet", "w-6d4b")],
      ["shop/p 10.0.0.1 Deployment/w"],
    ],
    [
      "a ReplicaSet of a Deployment adds no pods of its own",
      [manifest("apps/v1", "Deployment", "w", `spec: {${template}}`), replicaSet],
      ["shop/w-1 - Deployment/w"],
    ],
    ["a ReplicaSet alone makes the pods of its Deployment", [replicaSet], ["shop/w-6d4b-1 - Deployment/w", "shop/w-6d4b-2 - Deployment/w"]],
    [
      "a Deployment is known by the hash where the ReplicaSet is not there",
      [owned("p", "ReplicaSet", "w-6d4b")],
      ["shop/p 10.0.0.1 Deployment/w"],
    ],
    ["another ReplicaSet keeps its name", [owned("p", "ReplicaSet", "w-other")], ["shop/p 10.0.0.1 ReplicaSet/w-other"]],
    [
      "a Job of a CronJob",
      [
        manifest("batch/v1", "CronJob", "c", `spec: {jobTemplate: {spec: {${template}}}}`),
        manifest("batch/v1", "Job", "c-1", `spec: {${template}}`).replace(
          "namespace: shop",
          "namespace: shop, ownerReferences: [{kind: CronJob, name: c, controller: true}]",
        ),
        owned("p", "Job", "c-1"),
      ],
      ["shop/p 10.0.0.1 CronJob/c"],
    ],
    [
      "finished pods of a Job also win",
      [manifest("batch/v1", "Job", "j", `spec: {${template}}`), owned("p", "Job", "j").replace("status: {", "status: {phase: Succeeded, ")],
      [],
    ],
    [
      "a finished Job makes no pods",
      [manifest("batch/v1", "Job", "j", `spec: {${template}}`, "status: {conditions: [{type: Complete, status: 'True'}]}")],
      [],
    ],
    ["a pod of a node's own files has no workload", [owned("p", "Node", "n")], ["shop/p 10.0.0.1"]],
    ["a kind that is not read is a workload all the same", [owned("p", "Rollout", "r")], ["shop/p 10.0.0.1 Rollout/r"]],
    [
      "names stay unique",
      [
        manifest("v1", "Pod", "w-1"),
        manifest("apps/v1", "Deployment", "w", `spec: {${template}}`),
        manifest("batch/v1", "Job", "w", `spec: {${template}}`),
      ],
      ["shop/w-1 -", "shop/w-1-deployment - Deployment/w", "shop/w-1-job - Job/w"],
    ],
  ])("%s", async (_, texts, pods) => {
    expect(await podsOf(...texts)).toEqual(pods);
  });

  test.each([
    ["{replicas: many}", "error type-wrong 4:18 many"],
    ["{replicas: -1}", "error type-wrong 4:18 -1"],
    ["{replicas: 2000000001}", "error replicas-too-many 4:1 spec"],
    ["{template: []}", "error type-wrong 4:18 []"],
    ["{template: {metadata: {labels: {a: true}}}}", "error text-expected 4:42 true"],
  ])("%s", async (spec, found) => {
    expect(await linesOf(manifest("apps/v1", "Deployment", "w", `spec: ${spec}`))).toEqual([found]);
  });

  test("the pod network is known for pods without an address only", async () => {
    const podCidrs = [parseCidr("10.244.0.0/16")?.cidr as Cidr];
    const { snapshot } = await readText(
      [
        manifest("apps/v1", "Deployment", "w", `spec: {${template}}`),
        manifest("v1", "Pod", "a", "status: {podIP: 10.0.0.1}"),
        manifest("v1", "Pod", "h", "spec: {hostNetwork: true}"),
      ].join("---\n"),
      { podCidrs },
    );
    expect(snapshot.pods.map(({ name, podNetwork }) => [name, podNetwork.length])).toEqual([
      ["a", 0],
      ["h", 0],
      ["w-1", 1],
    ]);
  });
});

describe("namespaces (S4)", () => {
  test("given ones, and those that only appear through their objects, all with their name as a label", async () => {
    const { snapshot, ledger } = await readText(
      [
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: prod, labels: {tier: a, kubernetes.io/metadata.name: wrong}}\n",
        manifest("v1", "Pod", "a"),
        policy("podSelector: {}").replace("namespace: shop", "namespace: empty"),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n",
      ].join("---\n"),
    );
    expect(snapshot.namespaces.map(({ name, labels, origin }) => [name, [...labels], origin !== undefined])).toEqual([
      ["default", [["kubernetes.io/metadata.name", "default"]], false],
      ["empty", [["kubernetes.io/metadata.name", "empty"]], false],
      [
        "prod",
        [
          ["tier", "a"],
          ["kubernetes.io/metadata.name", "prod"],
        ],
        true,
      ],
      ["shop", [["kubernetes.io/metadata.name", "shop"]], false],
    ]);
    expect(ledger.assumed.map(({ rule, what, count }) => `${rule} ${what} ${count}`)).toEqual([
      "S2 empty/web has policyTypes [Ingress] 1",
      "S4 objects without a namespace belong to default 1",
    ]);
  });

  test("another default namespace", async () => {
    const { snapshot } = await readText("apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n", { defaultNamespace: "team" });
    expect(snapshot.pods.map(podText)).toEqual(["team/b -"]);
  });
});

describe("Services (S14)", () => {
  const service = (...lines: readonly string[]): string => manifest("v1", "Service", "s", ...lines);
  const slices = async (...texts: readonly string[]): Promise<unknown> => {
    const { snapshot } = await readText(texts.join("---\n"));
    return snapshot.services[0]?.slices?.map(({ address, ports }) => [
      formatAddress(address),
      ...ports.map(({ port, protocol }) => `${port}/${protocol}`),
    ]);
  };

  test("type, selector, addresses, target ports", async () => {
    const { snapshot } = await readText(
      service(
        "spec:",
        "  type: NodePort",
        "  selector: {app: web}",
        "  clusterIP: 10.96.0.1",
        "  clusterIPs: [10.96.0.1, 'fd00::1']",
        "  ports: [{port: 80}, {name: dns, port: 53, protocol: UDP, targetPort: dns}, {port: 443, targetPort: 8443}]",
      ),
    );
    const [found] = snapshot.services;
    expect([found?.type, [...(found?.selector ?? [])], found?.clusterIPs.map(formatAddress)]).toEqual([
      "NodePort",
      [["app", "web"]],
      ["10.96.0.1", "fd00::1"],
    ]);
    expect(found?.ports).toEqual([
      { name: undefined, protocol: "TCP", port: 80, targetPort: 80 },
      { name: "dns", protocol: "UDP", port: 53, targetPort: "dns" },
      { name: undefined, protocol: "TCP", port: 443, targetPort: 8443 },
    ]);
  });

  test.each([
    ["headless", "spec: {clusterIP: None, selector: {a: b}}", true],
    ["without selector", "spec: {}", false],
    ["an empty selector is none", "spec: {selector: {}}", false],
    ["ExternalName", "spec: {type: ExternalName, selector: {a: b}}", false],
  ])("%s", async (_, spec, selects) => {
    const [found] = (await readText(service(spec))).snapshot.services;
    expect([found?.clusterIPs, found?.selector !== undefined, found?.slices]).toEqual([[], selects, undefined]);
  });

  const slice = manifest(
    "discovery.k8s.io/v1",
    "EndpointSlice",
    "s-x",
    "ports: [{name: '', port: 80}]",
    "endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2], conditions: {ready: false}}, {addresses: [10.0.0.3], conditions: {ready: true}}]",
  ).replace("namespace: shop", "namespace: shop, labels: {kubernetes.io/service-name: s}");
  const endpoints = manifest("v1", "Endpoints", "s", "subsets: [{addresses: [{ip: 10.0.0.9}], ports: [{port: 53, protocol: UDP}]}]");
  test("endpoints come from slices that are ready", async () => {
    expect(await slices(service("spec: {}"), slice)).toEqual([
      ["10.0.0.1", "80/TCP"],
      ["10.0.0.3", "80/TCP"],
    ]);
  });
  test("or from an Endpoints object where there is no slice", async () => {
    expect(await slices(service("spec: {}"), endpoints)).toEqual([["10.0.0.9", "53/UDP"]]);
    expect(await slices(service("spec: {}"), endpoints, slice)).toHaveLength(2);
  });
});

describe("what is not read (S20)", () => {
  test.each<readonly [apiVersion: string, kind: string, effect: string]>([
    ["cilium.io/v2", "CiliumNetworkPolicy", "undetermined shop/*"],
    ["cilium.io/v2", "CiliumClusterwideNetworkPolicy", "undetermined *"],
    ["crd.projectcalico.org/v1", "NetworkPolicy", "undetermined shop/*"],
    ["projectcalico.org/v3", "GlobalNetworkPolicy", "undetermined *"],
    ["projectcalico.org/v3", "StagedNetworkPolicy", "none"],
    ["crd.antrea.io/v1beta1", "ClusterNetworkPolicy", "undetermined *"],
    ["crd.antrea.io/v1beta1", "NetworkPolicy", "undetermined shop/*"],
    ["networking.k8s.aws/v1alpha1", "ApplicationNetworkPolicy", "undetermined shop/*"],
    ["networking.k8s.aws/v1alpha1", "ClusterNetworkPolicy", "undetermined *"],
    ["k8s.ovn.org/v1", "EgressFirewall", "undetermined shop/*"],
    ["network.openshift.io/v1", "EgressNetworkPolicy", "undetermined shop/*"],

    ["security.istio.io/v1", "AuthorizationPolicy", "none"],
    ["k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", "none"],
    ["vendor.example/v1", "SuperNetworkPolicy", "undetermined shop/*"],
    ["vendor.example/v1", "GlobalFirewallPolicy", "undetermined *"],
    ["v1", "ConfigMap", "none"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "none"],
  ])("%s %s: %s", async (apiVersion, kind, effect) => {
    const text = manifest(apiVersion, kind, "a", "spec: {}");
    const { snapshot, ledger } = await readText(text);
    expect(
      ledger.skipped.map((entry) => [
        entry.what,
        typeof entry.effect === "object" ? `undetermined ${entry.effect.undetermined}` : entry.effect,
        entry.count,
      ]),
    ).toEqual([[kind, effect, 1]]);
    expect(
      snapshot.unread.map((unread) => [
        unread.kind,
        unread.scope === "cluster" ? "undetermined *" : `undetermined ${unread.scope.namespace}/*`,
      ]),
    ).toEqual(effect === "none" ? [] : [[kind, effect]]);
    const group = apiVersion.split("/")[0] ?? "";
    for (const assumeAbsent of [[kind], [`${kind}.${group}`]]) {
      const without = await readText(text, { assumeAbsent });
      expect(without.snapshot.unread).toEqual([]);
      expect(without.ledger.assumed.map(({ what }) => what)).toEqual(effect === "none" ? [] : [`${kind} is taken as absent, as asked`]);
    }
  });

  test("kinds without effect are counted together; a workload of an unknown kind says that its pods are not read", async () => {
    const { ledger } = await readText(
      [
        manifest("v1", "ConfigMap", "a"),
        manifest("v1", "ConfigMap", "b"),
        manifest("v1", "Pod", "p"),
        manifest("argoproj.io/v1", "Rollout", "r", "spec: {template: {spec: {}}}"),
      ].join("---\n"),
    );
    expect(ledger.skipped.map(({ what, count, why }) => `${count} ${what}: ${why}`)).toEqual([
      "2 ConfigMap: no policy",
      "1 Rollout: makes pods, which are not read from it",
    ]);
    expect(ledger.read).toEqual([{ kind: "Pod", count: 1 }]);
  });
});

describe("assembling by stages", () => {
  const twoPolicies = `${policy("podSelector: {}").replace("name: web", "name: one")}---\n${policy("podSelector: {}").replace("name: web", "name: two")}`;

  test("policies in creation order: time where given, place elsewhere", async () => {
    const at = (name: string, time?: string): string =>
      policy("podSelector: {}").replace("name: web", `name: ${name}${time === undefined ? "" : `, creationTimestamp: ${time}`}`);
    const { snapshot } = await readText(
      [
        at("a", "2026-01-02T00:00:00Z"),
        at("b"),
        at("c", "'2026-01-01T00:00:00Z'"),
        at("d", "nonsense"),
        at("e", "2026-01-01T00:00:00Z"),
      ].join("---\n"),
    );
    expect(snapshot.policies.map(({ name }) => name.name)).toEqual(["c", "b", "e", "d", "a"]);
  });

  test("unchanged objects stay the same model objects", async () => {
    const { objects } = await readObjects([
      {
        name: "a.yaml",
        text: `${twoPolicies}---\n${manifest("v1", "Pod", "p")}---\n${manifest("apps/v1", "Deployment", "w", `spec: {${template}}`)}---\n${manifest("v1", "Service", "s", "spec: {}")}`,
      },
    ]);
    const before = assemble(objects).snapshot;
    const after = assemble(objects.filter(({ name }) => name !== "one")).snapshot;
    const shared = (key: keyof Snapshot): boolean => after[key].every((each) => (before[key] as readonly unknown[]).includes(each));
    expect((["namespaces", "nodes", "pods", "services", "policies"] as const).map(shared)).toEqual([true, true, true, true, true]);
    expect(after.policies).toHaveLength(1);
  });

  test("inline objects are merged in; a manifest's namespace wins, one name twice is an error", async () => {
    const inline = (await readText(manifest("v1", "Pod", "p", "status: {podIP: 10.0.0.1}"))).snapshot;
    const { objects } = await readObjects([
      {
        name: "b.yaml",
        text: `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {a: b}}\n---\n${policy("podSelector: {}")}`,
      },
    ]);
    const { snapshot, diagnostics } = assemble(objects, {}, { pods: inline.pods, namespaces: inline.namespaces });
    expect(snapshot.pods.map(({ name, namespace }) => [name, namespace.labels.get("a")])).toEqual([["p", "b"]]);
    expect(diagnostics).toEqual([]);
    const twice = await readObjects([{ name: "c.yaml", text: manifest("v1", "Pod", "p") }]);
    expect(assemble(twice.objects, {}, { pods: inline.pods }).diagnostics.map(({ code }) => code)).toContain("object-conflict");
  });
});

test("a namespace may be given inline and as a manifest, with the same labels", async () => {
  const namespace = (label: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {a: ${label}}}\n`;
  const { namespaces } = (await readText(namespace("b"))).snapshot;
  const codes = async (text: string): Promise<readonly string[]> => {
    const { objects } = await readObjects([{ name: "b.yaml", text }]);
    return assemble(objects, {}, { namespaces }).diagnostics.map(({ code }) => code);
  };
  expect(await codes(namespace("b"))).toEqual(["no-pods"]);
  expect(await codes(namespace("c"))).toEqual(["object-conflict", "no-pods"]);
});

describe("what is missing", () => {
  test.each<readonly [text: string, codes: readonly string[]]>([
    [policy("podSelector: {}"), ["no-pods"]],
    [manifest("v1", "Pod", "a"), ["no-policies"]],
    [manifest("cilium.io/v2", "CiliumNetworkPolicy", "a"), ["no-pods"]],
    [`${policy("podSelector: {}")}---\n${manifest("v1", "Pod", "a")}`, []],
  ])("%#", async (text, codes) => {
    expect((await read([{ name: "a", text }])).diagnostics.map(({ code }) => code)).toEqual(codes);
  });
});

test("pods of one file that stand side by side with equal labels and ports share both", async () => {
  const pod = (name: string, labels: string, port: number): string =>
    [
      "apiVersion: v1",
      "kind: Pod",
      `metadata: {name: ${name}, namespace: shop, labels: {${labels}}}`,
      `spec: {containers: [{name: c, ports: [{name: http, containerPort: ${port}}]}]}`,
      "",
    ].join("\n");
  const texts = [pod("a", "app: web, tier: x", 80), pod("b", "tier: x, app: web", 80), pod("c", "app: web", 81), pod("d", "app: web", 80)];
  const { snapshot } = await readText(texts.join("---\n"));
  const [a, b, c, d] = snapshot.pods as [Pod, Pod, Pod, Pod];
  expect(b.labels).toBe(a.labels);
  expect(b.ports).toBe(a.ports);
  expect([...c.labels]).toEqual([["app", "web"]]);
  expect(d.labels).toBe(c.labels);
  expect([c.ports[0]?.port, d.ports[0]?.port]).toEqual([81, 80]);
});

test("pods are put together again when anything around them changes", async () => {
  const { objects: first } = await readObjects([
    {
      name: "pods.yaml",
      text: [manifest("v1", "Pod", "a", "spec: {hostNetwork: true, nodeName: n}"), manifest("v1", "Pod", "b")].join("---\n"),
    },
  ]);
  const { objects: node } = await readObjects([
    {
      name: "node.yaml",
      text: "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {addresses: [{type: InternalIP, address: 10.9.0.7}]}\n",
    },
  ]);
  const { objects: workload } = await readObjects([
    { name: "workload.yaml", text: manifest("apps/v1", "Deployment", "web", `spec: {${template}}`) },
  ]);
  const { objects: namespace } = await readObjects([
    { name: "namespace.yaml", text: "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: x}}\n" },
  ]);
  const plain = assemble(first).snapshot;
  expect(assemble([...first]).snapshot.pods).toBe(plain.pods);
  expect(assemble([...first, ...node]).snapshot.pods.map(podText)).toEqual(["shop/a 10.9.0.7 @n host", "shop/b -"]);
  expect(assemble([...first, ...workload]).snapshot.pods.map(podText)).toContain("shop/web-1 - Deployment/web");
  expect(assemble([...first, ...namespace]).snapshot.pods[1]?.namespace.labels.get("team")).toBe("x");
  const network = [parseCidr("10.1.0.0/16")?.cidr as Cidr];
  expect(assemble(first, { podCidrs: network }).snapshot.pods[1]?.podNetwork).toEqual(network);
  expect(assemble(first.slice(0, 1)).snapshot.pods.map(podText)).toEqual(["shop/a - @n host"]);
  expect(assemble(first).snapshot.pods.map(podText)).toEqual(plain.pods.map(podText));
});
