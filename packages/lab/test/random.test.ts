import { sample } from "fast-check";
import {
  addressIn,
  endpointName,
  parseAddress,
  protocols,
  read,
  specCalculation,
  type Endpoint,
  type Flow,
  type Snapshot,
} from "@netproof/core/parts";
import { describe, expect, test } from "vitest";
import { distinctCluster, manifestsOf, portNumbers } from "../../core/test/random/cluster.ts";
import { createLab } from "../src/engine.ts";
import { noLab, skippedBecause } from "./lab.ts";
import { clusters, seed } from "./soak.ts";

/** Hosts inside and outside of the blocks that the random clusters know. */
const outside = ["10.0.0.7", "192.168.0.5", "203.0.113.9", "8.8.8.8", "fd00::7", "2001:db8::1"];

describe.skipIf(noLab !== undefined)(`random clusters with packets${skippedBecause}`, () => {
  test.each(["reject", "drop"] as const)(
    "packets say what the text of the API says, deny with %s",
    async (denyWith) => {
      const wanted = denyWith === "reject" ? clusters(15, 500) : clusters(4, 60);
      const wrong: string[] = [];
      let [judged, doubtful] = [0, 0];
      await using session = await createLab({ denyWith }).open((await read([])).snapshot);
      for (const raw of sample(distinctCluster, { numRuns: wanted, seed: seed + denyWith.length })) {
        const { snapshot } = await read([{ name: "cluster.json", text: manifestsOf(raw) }]);
        await session.advance(snapshot);
        const flows = flowsIn(snapshot);
        const answers = await session.ask(flows);
        const { answer } = specCalculation(snapshot);
        for (const [i, flow] of flows.entries()) {
          const { verdict } = answer(flow);
          // What the text leaves open the lab may say in one way or the other.
          if (verdict === "undetermined") continue;
          judged++;
          const { verdict: measured, evidence, why } = answers[i];
          if (measured === verdict) continue;
          if (measured === "undetermined" && evidence.problem === undefined) doubtful++;
          else
            wrong.push(
              `${textOf(flow)}: ${verdict}, but ${measured} (${evidence.seen.kind}, ${evidence.problem}) ${why.egress.reason} ${why.ingress.reason}`,
            );
        }
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      // Where a Pass hangs on an address that nobody knows, the lab does not look behind it.
      expect(doubtful).toBeLessThan(judged / 20);
      expect(judged).toBeGreaterThan(wanted * 50);
    },
    1_200_000,
  );
});

/** A third of all flows on the boundaries between pods, nodes and the outside. */
function flowsIn(snapshot: Snapshot): readonly Flow[] {
  const taken = new Set(
    [...snapshot.pods, ...snapshot.nodes].flatMap(({ addresses }) =>
      addresses === "not-yet-assigned" ? [] : addresses.map(({ value }) => value),
    ),
  );
  const external = outside.map((text): Endpoint => ({
    kind: "external",
    address: parseAddress(text) as NonNullable<ReturnType<typeof parseAddress>>,
  }));
  const ends = [...snapshot.pods, ...snapshot.nodes, ...external.filter((end) => end.kind === "external" && !taken.has(end.address.value))];
  const all = ends.flatMap((from) =>
    ends.flatMap((to) =>
      ([4, 6] as const).flatMap((family) => {
        const exists =
          (from.kind === "pod" || to.kind === "pod") && addressIn(from, family) !== undefined && addressIn(to, family) !== undefined;
        return exists ? protocols.flatMap((protocol) => portNumbers.map((port): Flow => ({ from, to, family, protocol, port }))) : [];
      }),
    ),
  );
  return all.filter((_, i) => (i * 7919) % 3 === 0);
}

function textOf({ from, to, family, protocol, port }: Flow): string {
  return `${endpointName(from)} -> ${endpointName(to)} ${port}/${protocol} IPv${family}`;
}
