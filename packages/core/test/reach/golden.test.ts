import { describe, expect, test } from "vitest";
import { generate, golden } from "../../../../bench/npbench.mjs";
import { formatPorts, isEmptyPorts } from "../../src/net/ports.ts";
import { read } from "../../src/read/read.ts";
import { specCalculation } from "../../src/spec/engine.ts";

/** Pairs of pods with some open port, as the generator's authors counted them with an algorithm of their own. */
describe("generated clusters of realistic shape", () => {
  test.each(["XS", "S"] as const)("profile %s", async (profile) => {
    const { namespaces, pods, policies, workloads } = generate(profile);
    const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...namespaces, ...pods, ...policies] });
    const { snapshot, diagnostics } = await read([{ name: "cluster.json", text }]);
    expect(diagnostics).toEqual([]);
    const { classOf, between } = specCalculation(snapshot).reach(4);
    const sizes = new Map<number, bigint>();
    for (const pod of snapshot.pods) {
      const id = classOf(pod) as number;
      sizes.set(id, (sizes.get(id) ?? 0n) + 1n);
    }
    let pairs = 0n;
    const sets = new Set<string>();
    for (const [from, a] of sizes) {
      for (const [to, b] of sizes) {
        const count = from === to ? a * (a - 1n) : a * b;
        const { allow } = between(from, to, "none");
        if (count === 0n || isEmptyPorts(allow)) continue;
        pairs += count;
        sets.add(formatPorts(allow));
      }
    }
    expect({ pairs, sets: sets.size, workloads }).toEqual(golden[profile]);
  });
});
