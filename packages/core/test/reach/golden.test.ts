import { describe, expect, test } from "vitest";
import { generate, golden, type ProfileName } from "../../../../bench/npbench.mjs";
import type { Snapshot } from "../../src/model/cluster.ts";
import { formatPorts, isEmptyPorts } from "../../src/net/ports.ts";
import type { Connections } from "../../src/reach/reachability.ts";
import { read } from "../../src/read/read.ts";
import { podPairs } from "../../src/spec/table/pairs.ts";
import { tableOf, type Table } from "../../src/spec/table/table.ts";

/** Reading the largest takes seconds by itself, and other tests run beside it. */
const patience = 300_000;

/**
 * Pairs of pods with some open port and distinct sets of ports among them, as the generator's authors counted them with an algorithm of
 * their own. The largest profile, a million pods, is for `npm run bench -- XL`.
 */
describe("generated clusters of realistic shape", () => {
  test.each(["XS", "S", "SM", "M", "R", "L"] as const)(
    "profile %s, all pairs at once",
    async (profile) => {
      const { snapshot, workloads } = await generated(profile);
      const counted = podPairs(tableOf(snapshot, 4));
      expect({ ...openPairs(counted), workloads }).toEqual(golden[profile]);
      // Every pair is counted, the denied ones too.
      const pods = BigInt(snapshot.pods.length);
      expect([...counted.values()].reduce((sum, count) => sum + count, 0n)).toBe(pods * (pods - 1n));
    },
    patience,
  );

  test.each(["XS", "S", "SM"] as const)("profile %s, class by class", async (profile) => {
    const { snapshot, workloads } = await generated(profile);
    expect({ ...openPairs(classPairs(tableOf(snapshot, 4), snapshot)), workloads }).toEqual(golden[profile]);
  });
});

async function generated(profile: ProfileName): Promise<{ readonly snapshot: Snapshot; readonly workloads: number }> {
  const { namespaces, pods, policies, workloads } = generate(profile);
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...namespaces, ...pods, ...policies] });
  const { snapshot, diagnostics } = await read([{ name: "cluster.json", text }]);
  expect(diagnostics).toEqual([]);
  return { snapshot, workloads };
}

/** Pairs of different pods by what they may say to each other, asked for each two classes. */
function* classPairs({ classOf, between }: Table, { pods }: Snapshot): Generator<readonly [Connections, bigint]> {
  const sizes = new Map<number, bigint>();
  for (const pod of pods) {
    const id = classOf(pod) as number;
    sizes.set(id, (sizes.get(id) ?? 0n) + 1n);
  }
  for (const [from, a] of sizes) for (const [to, b] of sizes) yield [between(from, to, "none"), from === to ? a * (a - 1n) : a * b];
}

function openPairs(counted: Iterable<readonly [Connections, bigint]>): { readonly pairs: bigint; readonly sets: number } {
  let pairs = 0n;
  const sets = new Set<string>();
  for (const [{ allow }, count] of counted) {
    if (count === 0n || isEmptyPorts(allow)) continue;
    pairs += count;
    sets.add(formatPorts(allow));
  }
  return { pairs, sets: sets.size };
}
