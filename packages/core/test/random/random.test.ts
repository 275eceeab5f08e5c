import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Endpoint, Flow, Snapshot } from "../../src/model/cluster.ts";
import { addressIn, endpointName } from "../../src/model/endpoint.ts";
import { verdictOf } from "../../src/model/judgement.ts";
import { formatAddress, parseAddress, type Address, type Family } from "../../src/net/address.ts";
import { hasPort, protocols } from "../../src/net/ports.ts";
import { judge, rulebook } from "../../src/semantics/judge.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { distinctCluster, portNumbers, type RawCluster } from "./cluster.ts";
import { snapshotOf, soakOptions } from "./soak.ts";
import { naiveVerdict, type RawEnd } from "./naive.ts";

/** Just inside and just outside every block that the generator draws. */
const outside = [
  "10.0.0.7",
  "10.0.0.8",
  "192.168.0.0",
  "192.168.0.3",
  "192.168.1.0",
  "203.0.113.0",
  "203.0.114.0",
  "9.255.255.255",
  "fd00::7",
  "fd00::8",
  "::1",
];

function endpointsOf(snapshot: Snapshot): readonly Endpoint[] {
  const addresses = outside.map((text) => parseAddress(text) as Address);
  return [...snapshot.pods, ...snapshot.nodes, ...addresses.map((address) => ({ kind: "external", address }) as const)];
}

function* flowsOf(snapshot: Snapshot): Generator<Flow> {
  const endpoints = endpointsOf(snapshot);
  for (const family of [4, 6] as const) {
    for (const from of endpoints) {
      for (const to of endpoints) {
        if (
          addressIn(from, family) === undefined ||
          addressIn(to, family) === undefined ||
          (from.kind === "external" && to.kind === "external")
        )
          continue;
        for (const protocol of protocols) for (const port of portNumbers) yield { from, to, family, protocol, port };
      }
    }
  }
}

function rawEnd(raw: RawCluster, endpoint: Endpoint, family: Family): RawEnd {
  switch (endpoint.kind) {
    case "external":
      return { address: formatAddress(endpoint.address) };
    case "node":
      return { node: endpoint.name, address: formatAddress(addressIn(endpoint, family) as Address) };
    case "pod":
      return { pod: raw.pods.find((pod) => `${pod.namespace}/${pod.name}` === endpointName(endpoint)) as RawCluster["pods"][number] };
  }
}

function flowText({ from, to, family, protocol, port }: Flow): string {
  return `${endpointName(from)} -> ${endpointName(to)} ${port}/${protocol} IPv${family}`;
}

describe("random clusters", () => {
  test("judging agrees with a naive reading of the specification", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => {
        const snapshot = await snapshotOf(raw);
        const rules = rulebook(snapshot);
        for (const flow of flowsOf(snapshot)) {
          const naive = naiveVerdict(raw, { ...flow, from: rawEnd(raw, flow.from, flow.family), to: rawEnd(raw, flow.to, flow.family) });
          if (verdictOf(judge(rules, flow)) !== naive) expect.fail(`${flowText(flow)}: ${verdictOf(judge(rules, flow))}, naive ${naive}`);
        }
      }),
      soakOptions(1),
    );
  });

  test("every flow has the verdict of its pair of classes", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => {
        const snapshot = await snapshotOf(raw);
        const calculation = specCalculation(snapshot);
        for (const flow of flowsOf(snapshot)) {
          const connections = calculation.reach(flow.family).connections(flow.from, flow.to);
          const { allow, undetermined } = connections ?? expect.fail(`${flowText(flow)}: no class`);
          const verdict = hasPort(allow, flow.protocol, flow.port)
            ? "allow"
            : hasPort(undetermined, flow.protocol, flow.port)
              ? "undetermined"
              : "deny";
          if (calculation.answer(flow).verdict !== verdict)
            expect.fail(`${flowText(flow)}: ${calculation.answer(flow).verdict}, by class ${verdict}`);
        }
      }),
      soakOptions(1),
    );
  });

  test("classes cover all addresses, each once", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => {
        const snapshot = await snapshotOf(raw);
        const { classes, classOf } = specCalculation(snapshot).reach(4);
        const ranges = classes
          .flatMap((one) => (one.ranges ?? []).map((range) => ({ ...range, id: one.id })))
          .sort((a, b) => (a.first < b.first ? -1 : 1));
        const taken = new Set(
          [...snapshot.pods, ...snapshot.nodes].flatMap((endpoint) =>
            endpoint.addresses === "not-yet-assigned"
              ? []
              : endpoint.addresses.filter(({ family }) => family === 4).map(({ value }) => value),
          ),
        );
        let next = 0n;
        for (const { first, last, id } of ranges) {
          // Only where pods and nodes hold all addresses of a block is there nobody outside.
          for (; next < first; next++) expect(taken).toContain(next);
          next = last + 1n;
          for (const value of [first, last]) expect(classOf({ kind: "external", address: { family: 4, value } })).toBe(id);
        }
        const inside = [...snapshot.pods, ...snapshot.nodes].filter((endpoint) => addressIn(endpoint, 4) !== undefined).length;
        expect(classes.reduce((sum, { size }) => sum + size, 0n)).toBe(2n ** 32n - BigInt(taken.size) + BigInt(inside));
      }),
      soakOptions(1),
    );
  });

  test("the order of objects, policies, rules, peers and ports does not matter", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => {
        const reversed: RawCluster = {
          ...raw,
          policies: [...raw.policies].reverse().map(({ spec, ...own }) => ({ ...own, spec: { ...spec, ...reverseRules(spec) } })),
        };
        const [a, b] = [await snapshotOf(raw), await snapshotOf(reversed)];
        const other = rulebook(b);
        const twin = new Map<string, Endpoint>(endpointsOf(b).map((endpoint) => [endpointName(endpoint), endpoint]));
        for (const flow of flowsOf(a)) {
          const same = { ...flow, from: twin.get(endpointName(flow.from)) as Endpoint, to: twin.get(endpointName(flow.to)) as Endpoint };
          if (verdictOf(judge(rulebook(a), flow)) !== verdictOf(judge(other, same))) expect.fail(flowText(flow));
        }
      }),
      soakOptions(0.25),
    );
  });

  test("a further rule in a policy never removes a connection; a further policy adds none for who was not isolated", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, fc.constantFrom<"ingress" | "egress">("ingress", "egress"), async (raw, direction) => {
        const snapshot = await snapshotOf(raw);
        const before = rulebook(snapshot);
        const [policy, ...others] = snapshot.policies;
        if (policy === undefined) return;
        const without = rulebook({ ...snapshot, policies: others });
        const wider = {
          ...policy,
          [direction]: policy[direction] && [
            ...policy[direction],
            { direction, policy: policy.name, peers: "any", ports: "any", origin: policy.origin } as const,
          ],
        };
        const after = rulebook({ ...snapshot, policies: [wider, ...others] });
        for (const flow of flowsOf(snapshot)) {
          const verdict = verdictOf(judge(before, flow));
          if (verdict === "allow" && verdictOf(judge(after, flow)) !== "allow") expect.fail(`${flowText(flow)}: a rule took it away`);
          const free = judge(without, flow);
          const wasFree = [free.egress, free.ingress].every(
            (reason) => reason.at(-1)?.tier === "exempt" || (reason.at(-1) as { outcome?: string }).outcome === "not-isolated",
          );
          if (wasFree && verdictOf(free) !== "allow") expect.fail(`${flowText(flow)}: not isolated and not allowed`);
        }
      }),
      soakOptions(0.25),
    );
  });
});

function reverseRules(spec: RawCluster["policies"][number]["spec"]): object {
  const flip = <T>(items: readonly T[] | null | undefined): readonly T[] | null | undefined => items && [...items].reverse();
  const rules = (list: typeof spec.ingress): object[] | null | undefined =>
    list &&
    [...list].reverse().map((rule) => ({
      ...rule,
      ...(rule?.from ? { from: flip(rule.from) } : {}),
      ...(rule?.to ? { to: flip(rule.to) } : {}),
      ...(rule?.ports ? { ports: flip(rule.ports) } : {}),
    }));
  return {
    ...(spec.ingress === undefined ? {} : { ingress: rules(spec.ingress) }),
    ...(spec.egress === undefined ? {} : { egress: rules(spec.egress) }),
  };
}
