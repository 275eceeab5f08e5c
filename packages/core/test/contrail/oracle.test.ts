import { describe, expect, test } from "vitest";
import { printPolicies } from "../../src/contrail/print.ts";
import { tagText } from "../../src/contrail/objects.ts";
import { deviations } from "../../src/contrail/deviations.ts";
import { explainDifference } from "../../src/contrail/explain.ts";
import type { Flow } from "../../src/model/cluster.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { openWalker, verdictOfWalk, type WalkOutcome } from "../../src/contrail/walk.ts";
import { compiled, endpointOf, oracleCase, oracleFiles, oracleFolder, finalSnapshot, podsOf } from "./oracle.ts";

describe.skipIf(oracleFolder === undefined)("what the real kube-manager wrote", () => {
  test.each(oracleFiles)("%s", (file) => {
    const one = oracleCase(file);
    const configuration = compiled(one);
    expect(printPolicies(configuration)).toEqual(one.output);
    const { addressGroups, interfaces, rejected } = configuration;
    expect([...addressGroups.keys()].sort()).toEqual(Object.values(one.address_groups).flat().sort());
    const tags = [...interfaces].map(([pod, { tags: own }]) => [pod, [...own.values()].map(tagText).sort()]);
    expect(Object.fromEntries(tags)).toEqual(
      Object.fromEntries(Object.entries(one.pod_tags).map(([pod, { interface: own }]) => [pod, own])),
    );
    expect(rejected.map(({ event, policy }) => `${event.toUpperCase()} NetworkPolicy ${policy.namespace}/${policy.name}`)).toEqual(
      one.rejected_events.map(({ event }) => event),
    );
  });
});

describe.skipIf(oracleFolder === undefined)("what the agents would decide", () => {
  test.each(oracleFiles)("%s", async (file) => {
    const one = oracleCase(file);
    const pods = podsOf((await finalSnapshot(one)).snapshot);
    const { walk } = openWalker(compiled(one));
    const decisions = one.verdicts.map(({ source, destination, protocol, port }) => {
      const { outcome } = walk({ from: endpointOf(source, pods), to: endpointOf(destination, pods), family: 4, protocol, port: port ?? 0 });
      return `${source} -> ${destination} ${port}/${protocol} ${verdictOfWalk(outcome)} ${decider(outcome)}`;
    });
    expect(decisions).toEqual(
      one.verdicts.map(({ source, destination, protocol, port, contrail, firewall_policy: policy, rule }) => {
        return `${source} -> ${destination} ${port}/${protocol} ${contrail} ${policy === null ? "not evaluated" : `${policy} ${rule}`}`;
      }),
    );
  });
});

function decider(outcome: WalkOutcome): string {
  return outcome.kind === "match" ? `${outcome.at.policy.name} ${outcome.at.rule.name}` : outcome.kind.replace("-", " ");
}

/** `{matchLabels: {}}` is everybody to kube-manager, and no API server hands it out (trap 3): no deviation that a user could meet. */
const notServed = [
  "peer-both-matchlabels-empty.json",
  "upstream-add-np-allow-app-to-web-with-egress-podnsselector-allowany.json",
  "upstream-add-np-allow-app-to-web-with-ingress-podnsselector-allowany.json",
];

describe.skipIf(oracleFolder === undefined)("why it is not what Kubernetes means", () => {
  test.each(oracleFiles.filter((file) => !notServed.includes(file)))("%s", async (file) => {
    const one = oracleCase(file);
    const { snapshot, isValid } = await finalSnapshot(one);
    // A policy that Kubernetes refuses is in the case, and not in the snapshot.
    if (!isValid) return;
    const pods = podsOf(snapshot);
    const spec = specCalculation(snapshot);
    const walker = openWalker(compiled(one));
    const named = deviations.filter(({ cases }) => cases.includes(file.replace(/\.json$/, ""))).map(({ id }) => id);
    const asked = one.verdicts.filter(({ protocol, kubernetes }) => protocol !== "ICMP" && kubernetes !== undefined);
    const wrong = asked.flatMap(({ source, destination, protocol, port, kubernetes, deviates }) => {
      const flow: Flow = {
        from: endpointOf(source, pods),
        to: endpointOf(destination, pods),
        family: 4,
        protocol: protocol as Flow["protocol"],
        port: port ?? 0,
      };
      const [judged, evidence] = [spec.answer(flow), walker.walk(flow)];
      const explained = explainDifference(judged, { flow, verdict: verdictOfWalk(evidence.outcome), why: judged.why, evidence })?.deviation;
      const isNamed = named.length === 0 ? /^D\d+$/.test(explained ?? "") : named.some((id) => id === explained);
      const isRight = judged.verdict === kubernetes && (deviates === true ? isNamed : explained === undefined);
      return isRight ? [] : `${source} -> ${destination} ${port}/${protocol} ${judged.verdict}, ${explained}`;
    });
    expect(wrong).toEqual([]);
  });
});
