import { describe, expect, test } from "vitest";
import { deviations, type Deviation } from "../../src/contrail/deviations.ts";
import type { Example } from "../../src/contrail/deviation-examples.ts";
import { contrail } from "../../src/contrail/engine.ts";
import { explainDifference } from "../../src/contrail/explain.ts";
import type { Endpoint, Flow, Snapshot } from "../../src/model/cluster.ts";
import { endpointName } from "../../src/model/endpoint.ts";
import { formatAddress, parseAddress, type Address } from "../../src/net/address.ts";
import { read } from "../../src/read/read.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { fail } from "./compare.ts";
import { oracleFiles, oracleFolder } from "./oracle.ts";

describe("deviations", () => {
  test("are D1 to D62, each once and in order", () => {
    expect(deviations.map(({ id }) => id)).toEqual(Array.from({ length: 62 }, (_, i) => `D${i + 1}`));
  });

  test.each(deviations.filter(({ example }) => example !== undefined))("$id shows itself: $title", async (deviation) => {
    const { kubernetes, contrail: decided, named } = await shown(deviation, deviation.example as Example);
    const { kubernetes: expected, contrail: deviating } = deviation.example as Example;
    expect([kubernetes, decided, named]).toEqual([expected, deviating, deviation.id]);
  });

  test.each(deviations.filter(({ profiles, example }) => profiles.length < 3 && example !== undefined))(
    "$id is not there in other profiles",
    async (deviation) => {
      for (const profile of ["2021-11", "2020-09", "opensdn-2026-04"] as const) {
        if (deviation.profiles.includes(profile)) continue;
        const { named } = await shown({ ...deviation, profiles: [profile] }, deviation.example as Example);
        expect(named, profile).not.toBe(deviation.id);
      }
    },
  );

  test("what has no example says why: it is about Services, routes, connections or events that flows cannot show", () => {
    const without = deviations.filter(({ example }) => example === undefined);
    expect(without.map(({ id }) => id)).toEqual(["D35", "D36", "D37", "D49", "D51", "D52", "D53", "D54", "D55", "D56"]);
  });

  test.skipIf(oracleFolder === undefined)("name cases that exist, where they are here", () => {
    // Not all cases of the specification's tables are part of the shared data; those of a number that names some must not be misspelled.
    const known = new Set(oracleFiles.map((file) => file.replace(/\.json$/, "")));
    const named = deviations.flatMap(({ cases }) => cases);
    expect(named.filter((name) => known.has(name)).length).toBeGreaterThan(40);
  });
});

async function snapshotOf(text: string): Promise<Snapshot> {
  const { snapshot, diagnostics } = await read([{ name: "example.yaml", text }]);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return snapshot;
}

async function shown(
  { profiles }: Deviation,
  example: Example,
): Promise<{ readonly kubernetes: string; readonly contrail: string; readonly named: string | undefined }> {
  const snapshot = await snapshotOf(example.manifests);
  const session = await contrail(profiles[0]).open(example.before === undefined ? snapshot : await snapshotOf(example.before));
  if (example.before !== undefined) await session.advance(snapshot);
  const flow: Flow = {
    from: endOf(example.from, snapshot),
    to: endOf(example.to, snapshot),
    family: 4,
    protocol: example.protocol,
    port: example.port,
  };
  const [kubernetes, decided] = [specCalculation(snapshot).answer(flow), session.calculation.answer(flow)];
  return { kubernetes: kubernetes.verdict, contrail: decided.verdict, named: explainDifference(kubernetes, decided)?.deviation };
}

function endOf(name: string, { pods, nodes }: Snapshot): Endpoint {
  const text = /^ip:(.*)$/.exec(name)?.[1];
  const pod = pods.find((candidate) => endpointName(candidate) === name);
  if (text === undefined) return pod ?? fail(`no pod ${name}`);
  const address = parseAddress(text) as Address;
  const node = nodes.find(({ addresses }) => addresses.some((own) => formatAddress(own) === text));
  return node ?? { kind: "external", address };
}
