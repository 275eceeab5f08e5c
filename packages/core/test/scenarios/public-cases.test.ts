import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resolveFlows, specCalculation, type Protocol, type Stage } from "../../src/index.ts";
import { sharedFolder } from "../shared.ts";
import { readScenario } from "./scenario.ts";

const shared = sharedFolder();

/** Which stage of which scenario has the effect of a public case. Its pods have the names that they have there. */
const told = `
  recipes  01-deny-all-traffic-to-an-application                  recipe-01-deny-all-to-an-app             deny-all
  recipes  02-limit-traffic-to-an-application                     recipe-02-limit-to-an-app                limited
  recipes  02a-allow-all-traffic-to-an-application                recipe-02a-allow-all-to-an-app           opened
  recipes  03-deny-all-non-whitelisted-traffic-in-the-namespace   recipe-03-deny-all-in-a-namespace        closed
  recipes  04-deny-traffic-from-other-namespaces                  recipe-04-deny-from-other-namespaces     closed
  recipes  05-allow-traffic-from-all-namespaces                   recipe-05-allow-from-all-namespaces      all-namespaces
  recipes  05b-allow-traffic-from-all-namespaces                  recipe-05-allow-from-all-namespaces      empty-from
  recipes  06-allow-traffic-from-a-namespace                      recipe-06-allow-from-a-namespace         production-only
  recipes  07-allow-traffic-from-some-pods-in-another-namespace   recipe-07-allow-some-pods-of-a-namespace both-labels
  recipes  07b-allow-traffic-from-some-pods-in-another-namespace  recipe-07-allow-some-pods-of-a-namespace either-label
  recipes  08-allow-external-traffic                              recipe-08-allow-external                 open
  recipes  08b-allow-external-traffic                             recipe-08-allow-external                 port-80
  recipes  09-allow-traffic-only-to-a-port                        recipe-09-allow-one-port                 by-number
  recipes  09b-allow-traffic-only-to-a-port                       recipe-09-allow-one-port                 by-name
  recipes  10-allowing-traffic-with-multiple-selectors            recipe-10-several-selectors              limited
  recipes  11a-deny-egress-traffic-from-an-application            recipe-11-deny-egress-of-an-app          silent
  recipes  11b-deny-egress-traffic-from-an-application            recipe-11-deny-egress-of-an-app          names-only
  recipes  12-deny-all-non-whitelisted-traffic-from-the-namespac  recipe-12-deny-egress-of-a-namespace     silent
  field    04-an-extra-rule-cannot-take-away                      trap-except-is-no-deny                   extra-rule
  field    20-migration-jobs-not-in-the-list                      trap-jobs-left-out                       not-listed
  field    30-two-and-peers-side-by-side                          trap-two-combined-peers                  two-peers
  field    56-chart-renders-no-rules-and-no-types                 trap-no-policy-types                     no-types
  field    65-named-target-port-behind-one-service                trap-named-port-behind-a-service         number-and-name`
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/) as [suite: string, publicCase: string, scenario: string, stage: string]);

interface Probe {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly expect: "allow" | "deny";
}

describe.skipIf(shared === undefined)("scenarios agree with the public cases they retell", () => {
  test.each(told)("%s %s", async (suite, publicCase, name, stageName) => {
    const { probes } = readJson<{ readonly probes: readonly Probe[] }>(`cases/${suite}/cases/${publicCase}.json`);
    const stage = await stageOf(name, stageName);
    expect(probes.map((probe) => said(probe, verdictAt(stage, probe)))).toEqual(probes.map((probe) => said(probe, probe.expect)));
  });

  test.each([
    ["before", "book-0-before"],
    ["policy1", "book-1-policy1"],
    ["db-guarded", "book-2-policy1-policy2"],
    ["db-silent", "book-3-db-egress-closed"],
    ["db-mistake", "book-4-db-egress-open-mistake"],
  ])("day-one at %s, all 54 pairs", async (stageName, recorded) => {
    interface Verdict {
      readonly source: string;
      readonly destination: string;
      readonly port: number;
      readonly protocol: Protocol;
      readonly kubernetes: "allow" | "deny";
    }
    const { verdicts } = readJson<{ readonly verdicts: readonly Verdict[] }>(`contrail/oracle/${recorded}.json`);
    const probes = verdicts.map(({ source, destination, port, protocol, kubernetes }): Probe => ({
      from: source.replace(/^external\//, ""),
      to: destination.replace(/^external\//, ""),
      port,
      protocol,
      expect: kubernetes,
    }));
    const stage = await stageOf("day-one", stageName);
    expect(probes).toHaveLength(54);
    expect(probes.map((probe) => said(probe, verdictAt(stage, probe)))).toEqual(probes.map((probe) => said(probe, probe.expect)));
  });
});

interface AskableStage extends Stage {
  readonly names: Parameters<typeof resolveFlows>[1];
}

async function stageOf(name: string, stageName: string): Promise<AskableStage> {
  const { bound } = await readScenario(name);
  const stage = bound?.stages.find((candidate) => candidate.name === stageName);
  if (bound === undefined || stage === undefined) throw new Error(`${name} has no stage ${stageName}`);
  return { ...stage, names: { snapshot: stage.snapshot, outside: bound.useCase.outside, groups: bound.useCase.groups } };
}

/** One word for all flows that a probe stands for: the pods of a workload answer alike. */
function verdictAt({ snapshot, names }: AskableStage, { from, to, port, protocol }: Probe): string {
  const resolved = resolveFlows({ from, to, port, protocol }, names);
  if (resolved.kind !== "flows") return resolved.kind === "problem" ? resolved.problem.message : resolved.kind;
  const { answer } = specCalculation(snapshot);
  return [...new Set(resolved.flows.map(({ flow }) => answer(flow).verdict))].join(" and ");
}

function said({ from, to, port, protocol }: Probe, verdict: string): string {
  return `${from} -> ${to} ${port}/${protocol} ${verdict}`;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(`${shared}/${path}`, "utf8")) as T;
}
