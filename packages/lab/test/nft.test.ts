import { sample } from "fast-check";
import { placeText, read, spanOf, type Snapshot } from "@netproof/core/parts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { distinctCluster, manifestsOf } from "../../core/test/random/cluster.ts";
import { startSupervisor, type Supervisor } from "../src/launch.ts";
import { compile } from "../src/nft/compile.ts";
import { listing, transactions, type RenderOptions } from "../src/nft/render.ts";
import { planLayout } from "../src/plan/layout.ts";
import { noLab, skippedBecause } from "./lab.ts";
import { labTables } from "./more-tables.ts";
import { snapshotOf } from "./rows.ts";
import { clusters, seed } from "./soak.ts";

const options: RenderOptions = {
  router: 0,
  generation: 1,
  denyWith: "reject",
  canary: { client: "v1", server: "v2", openPort: 20_000, silentPort: 20_001 },
};

/** Every ruleset of a snapshot, per router. */
function listingsOf(snapshot: Snapshot): readonly string[] {
  const { stands, nodes, addressesOf } = planLayout(snapshot, []);
  const ruleset = compile({ snapshot, stands, addressesOf });
  return nodes.flatMap(({ place }) =>
    (["reject", "drop"] as const).map((denyWith) => listing(ruleset, { ...options, router: place.id, denyWith })),
  );
}

describe.skipIf(noLab !== undefined)(`nft takes what the compiler writes in the lab${skippedBecause}`, () => {
  let supervisor: Supervisor;
  beforeAll(async () => {
    supervisor = await startSupervisor();
  });
  afterAll(() => supervisor[Symbol.asyncDispose]());
  /** What nft says of all rulesets of a snapshot. */
  const complaints = async (snapshot: Snapshot): Promise<readonly string[]> => {
    const said: string[] = [];
    for (const text of listingsOf(snapshot))
      await supervisor.run({ do: "check", text }).catch((error: unknown) => said.push(String(error)));
    return said;
  };

  test.each(labTables.map((table) => [`${table.rule} ${table.title}`, table] as const))("%s", async (_name, table) => {
    expect(await complaints(await snapshotOf(table))).toEqual([]);
  });

  test("random clusters", async () => {
    for (const raw of sample(distinctCluster, { numRuns: clusters(15, 200), seed })) {
      expect(await complaints((await read([{ name: "cluster.json", text: manifestsOf(raw) }])).snapshot)).toEqual([]);
    }
  });

  test("a mistake in a text is found, with its place", async () => {
    await expect(supervisor.run({ do: "check", text: "table inet t {\n  chain c {\n    tcp dprot 80 accept\n  }\n}\n" })).rejects.toThrow(
      /:3:\d+-\d+: Error/,
    );
  });
});

describe("rules of the lab", () => {
  test("each leads back to the manifest lines that it came from", async () => {
    const text = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: dev, labels: { app: web } }
spec: { containers: [{ name: c }] }
status: { phase: Running, podIP: 10.0.0.1 }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p, namespace: dev }
spec:
  podSelector: {}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - ipBlock:
            cidr: 10.1.0.0/16
            except: [10.1.2.0/24]
      ports:
        - port: 80
`;
    const { snapshot } = await read([{ name: "p.yaml", text }]);
    const { stands, nodes, addressesOf } = planLayout(snapshot, []);
    const ruleset = compile({ snapshot, stands, addressesOf });
    const remark = ({ from }: (typeof ruleset.chains)[number]["rules"][number]): string =>
      from.map((origin) => placeText(spanOf(origin))).join(", ");
    const lines = listing(ruleset, { ...options, router: nodes[0].place.id }, remark).split("\n");
    expect(lines.slice(lines.findIndex((line) => line.startsWith("  chain i_")))).toEqual(
      expect.arrayContaining([
        "  chain i_1 {  # dev/p",
        "    ip saddr @a4_1 meta l4proto . th dport @p_2 meta mark set 0x00000010 return  # p.yaml:16",
        "    meta mark set 0x00000011 goto deny_ingress  # p.yaml:13",
      ]),
    );
    expect(lines).toContain("    elements = { 10.1.0.0-10.1.1.255, 10.1.3.0-10.1.255.255 }");
  });

  test("names never come from a manifest, equal sets are one, and no transaction is too large for an ordinary user", async () => {
    const pods = Array.from(
      { length: 1000 },
      (_, i) =>
        `{ apiVersion: v1, kind: Pod, metadata: { name: p${i}, namespace: n${i % 50}, labels: { app: "a${i % 7}" } }, spec: { containers: [{ name: c }] }, status: { phase: Running, podIP: 10.0.${i >> 8}.${i & 255} } }\n---\n`,
    );
    const policies = Array.from(
      { length: 50 },
      (_, i) =>
        `{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: policy-${"x".repeat(60)}-${i}, namespace: n${i} }, spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 80 }, { port: 443 }] }] } }\n---\n`,
    );
    const { snapshot } = await read([{ name: "big.yaml", text: [...pods, ...policies].join("") }]);
    const { stands, nodes, addressesOf } = planLayout(snapshot, []);
    const ruleset = compile({ snapshot, stands, addressesOf });
    expect(ruleset.sets.map(({ type }) => type)).toEqual(["ipv4_addr", "inet_proto . inet_service"]);
    const texts = transactions(ruleset, { ...options, router: nodes[0].place.id }, 0);
    expect(texts.some((text) => text.includes("xxx"))).toBe(false);
    for (const text of texts) {
      expect(text.split("\n").filter((line) => line.startsWith("add rule")).length).toBeLessThan(200);
      expect(text.split(", ").length).toBeLessThan(2500);
    }
    expect(texts.at(-1)?.trimEnd().split("\n").at(-1)).toBe("delete table inet np_0");
  });
});
