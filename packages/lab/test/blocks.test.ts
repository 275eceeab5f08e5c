import { read, type Snapshot } from "@netproof/core/parts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type LabSession } from "../src/engine.ts";
import { flowsOf, noLab, skippedBecause } from "./lab.ts";

const pods = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: dev, labels: { app: web } }
spec: { containers: [{ name: c }] }
status: { phase: Running, podIP: 10.0.0.1, podIPs: [{ ip: 10.0.0.1 }, { ip: "fd00::1" }] }
`;

/** A policy that admits these blocks, in the order in which they are written; \`except\` stands behind a colon. */
function policy(name: string, ...blocks: readonly string[]): string {
  const peers = blocks.map((text) => {
    const [cidr, ...except] = text.split(" except ");
    return `{ ipBlock: { cidr: "${cidr}"${except.length === 0 ? "" : `, except: [${except.map((one) => `"${one}"`).join(", ")}]`} } }`;
  });
  return `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: dev }
spec: { podSelector: {}, ingress: [{ from: [${peers.join(", ")}] }] }
`;
}

const callers = [
  "10.1.1.1",
  "10.1.2.1",
  "10.1.2.3",
  "10.2.0.1",
  "10.1.255.255",
  "10.0.255.255",
  "2001:db8::1",
  "2001:db8:1::1",
  "2001:db9::1",
];

/** Blocks that lie in each other, overlap or touch; and the same lab when one of them goes while it is up. */
describe.skipIf(noLab !== undefined)(`nested and overlapping ipBlocks with packets${skippedBecause}`, () => {
  let session: LabSession;
  beforeAll(async () => {
    session = await createLab({ denyWith: "reject" }).open(await snapshotOf(pods));
  });
  afterAll(() => session[Symbol.asyncDispose]());

  const admitted = async (...policies: readonly string[]): Promise<readonly string[]> => {
    const snapshot = await snapshotOf([pods, ...policies].join(""));
    await session.advance(snapshot);
    const flows = callers.flatMap((caller) => flowsOf({ from: `ip:${caller}`, to: "dev/web", port: 80, protocol: "TCP" }, snapshot));
    const answers = await session.ask(flows);
    expect(answers.map(({ evidence }) => evidence.problem).filter((problem) => problem !== undefined)).toEqual([]);
    return callers.filter((_, i) => answers[i].verdict === "allow");
  };
  const [outer, middle, inner] = [policy("outer", "10.0.0.0/8"), policy("middle", "10.1.0.0/16"), policy("inner", "10.1.2.0/24")];

  test("three policies, one block in the other", async () => {
    expect(await admitted(outer, middle, inner)).toEqual(["10.1.1.1", "10.1.2.1", "10.1.2.3", "10.2.0.1", "10.1.255.255", "10.0.255.255"]);
  });
  test("the outer one goes: what the others hold stays", async () => {
    expect(await admitted(middle, inner)).toEqual(["10.1.1.1", "10.1.2.1", "10.1.2.3", "10.1.255.255"]);
  });
  test("the middle one goes, with and without the outer one", async () => {
    expect(await admitted(inner)).toEqual(["10.1.2.1", "10.1.2.3"]);
    expect(await admitted(outer, inner)).toEqual(["10.1.1.1", "10.1.2.1", "10.1.2.3", "10.2.0.1", "10.1.255.255", "10.0.255.255"]);
  });
  test("all go: nobody is isolated any more", async () => {
    expect(await admitted()).toEqual(callers);
  });
  test("the same blocks in one rule, twice, and in any order", async () => {
    const all = ["10.1.1.1", "10.1.2.1", "10.1.2.3", "10.2.0.1", "10.1.255.255", "10.0.255.255"];
    expect(await admitted(policy("p", "10.1.2.0/24", "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16"))).toEqual(all);
    expect(await admitted(policy("p", "10.1.0.0/17", "10.1.128.0/17"))).toEqual(["10.1.1.1", "10.1.2.1", "10.1.2.3", "10.1.255.255"]);
  });
  test("an except narrows its own block only", async () => {
    expect(await admitted(policy("p", "10.1.0.0/16 except 10.1.2.0/24"))).toEqual(["10.1.1.1", "10.1.255.255"]);
    expect(await admitted(policy("p", "10.1.0.0/16 except 10.1.2.0/24", "10.1.2.3/32"))).toEqual(["10.1.1.1", "10.1.2.3", "10.1.255.255"]);
    expect(await admitted(policy("p", "10.0.0.0/8 except 10.1.0.0/16"), policy("q", "10.1.2.0/24 except 10.1.2.1/32"))).toEqual([
      "10.1.2.3",
      "10.2.0.1",
      "10.0.255.255",
    ]);
    expect(await admitted(policy("p", "10.1.0.0/16 except 10.1.0.0/17 except 10.1.2.0/24"))).toEqual(["10.1.255.255"]);
  });
  test("families are kept apart", async () => {
    expect(await admitted(policy("p", "2001:db8::/32 except 2001:db8:1::/48"))).toEqual(["2001:db8::1"]);
    expect(await admitted(policy("p", "::/0"))).toEqual(["2001:db8::1", "2001:db8:1::1", "2001:db9::1"]);
    expect(await admitted(policy("p", "0.0.0.0/0 except 10.1.0.0/16"))).toEqual(["10.2.0.1", "10.0.255.255"]);
  });
});

async function snapshotOf(text: string): Promise<Snapshot> {
  const { snapshot, diagnostics } = await read([{ name: "blocks.yaml", text }]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return snapshot;
}
