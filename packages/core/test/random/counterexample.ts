import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect } from "vitest";
import type { Endpoint, Flow, Snapshot } from "../../src/model/cluster.ts";
import { endpointName } from "../../src/model/endpoint.ts";
import { verdictOf } from "../../src/model/judgement.ts";
import { formatAddress } from "../../src/net/address.ts";
import { hasPort, protocols } from "../../src/net/ports.ts";
import type { Connections, Reachability } from "../../src/reach/reachability.ts";
import { judge, rulebook } from "../../src/semantics/judge.ts";
import { contradictionBetween } from "../reach/same-reachability.ts";
import { manifestsOfSnapshot, type Manifest } from "./manifests.ts";
import { soakOptions } from "./soak.ts";

/** Snapshots one after the other, and a flow of which the last one is judged wrong. */
export interface Counterexample {
  readonly stages: readonly Snapshot[];
  readonly flow: Flow;
}

/**
 * Checks a property as `fc.assert` does. What is left of a counter-example when it cannot be made smaller becomes a scenario folder, and
 * the failure names it.
 */
export async function holds<Drawn>(
  property: fc.IAsyncPropertyWithHooks<Drawn>,
  share: number,
  counterexampleOf: (drawn: Drawn) => Promise<Counterexample | undefined>,
): Promise<void> {
  const details = await fc.check(property, soakOptions(share));
  if (!details.failed) return;
  const message = (await fc.asyncDefaultReportMessage(details)) ?? "";
  const found = details.counterexample === null ? undefined : await counterexampleOf(details.counterexample);
  const folder = found === undefined ? undefined : writeScenario(found);
  expect.fail(folder === undefined ? message : `${message}\n\nas a scenario, which must fail until it is right: netproof run ${folder}`);
}

/** A flow of which a form says something else than the one that is right. */
export function wrongFlow(form: Reachability, right: Reachability, snapshot: Snapshot): Flow | undefined {
  const found = contradictionBetween(form, right, snapshot);
  if (found === undefined) return undefined;
  const { from, to, left, right: said } = found;
  for (const protocol of protocols) {
    for (let port = 1; port <= 65535; port++) {
      if (verdictIn(left, protocol, port) !== verdictIn(said, protocol, port)) return { from, to, family: form.family, protocol, port };
    }
  }
  return undefined;
}

function verdictIn(connections: Connections | undefined, protocol: Flow["protocol"], port: number): string {
  if (connections === undefined) return "none";
  if (hasPort(connections.allow, protocol, port)) return "allow";
  return hasPort(connections.undetermined, protocol, port) ? "undetermined" : "deny";
}

/** A use case whose stages are the snapshots, with what `semantics/` says of the flow at the last one. Gives the folder. */
function writeScenario({ stages, flow }: Counterexample): string {
  const folder = mkdtempSync(path.join(tmpdir(), "netproof-counterexample-"));
  const write = (file: string, content: unknown): void =>
    writeFileSync(path.join(folder, file), `${JSON.stringify(content, undefined, 2)}\n`);
  const [first, ...later] = stages.map((snapshot) => byName(manifestsOfSnapshot(snapshot, flow.family)));
  const isPolicy = ({ kind }: Manifest): boolean => kind.endsWith("Policy");
  const [policies, places] = [
    [...(first ?? [])].filter(([, one]) => isPolicy(one)),
    [...(first ?? [])].filter(([, one]) => !isPolicy(one)),
  ];
  write("topology.json", listOf(places.map(([, one]) => one)));
  const applied = policies.map(([, policy], i) => {
    write(`policy-${i}.json`, policy);
    return `policy-${i}.json`;
  });
  const expected = {
    from: endText(flow.from, "client"),
    to: endText(flow.to, "server"),
    port: `${flow.port}/${flow.protocol}`,
    verdict: verdictAt(stages, flow),
  };
  let before = first ?? new Map<string, Manifest>();
  const changes = later.map((after, i) => {
    const [come, gone] = [
      [...after].filter(([key, one]) => JSON.stringify(before.get(key)) !== JSON.stringify(one)),
      [...before].filter(([key]) => !after.has(key)),
    ];
    before = after;
    if (come.length > 0) write(`change-${i}.json`, listOf(come.map(([, one]) => one)));
    return {
      name: `change-${i}`,
      ...(come.length > 0 ? { apply: `change-${i}.json` } : {}),
      ...(gone.length > 0 ? { delete: gone.map(([, { kind, metadata }]) => identityOf(kind, metadata)) } : {}),
    };
  });
  const [last, ...steps] = [{ name: "first", ...(applied.length > 0 ? { apply: applied } : {}) }, ...changes].reverse();
  write("netproof.yaml", {
    format: "netproof.use-case/1",
    name: "counterexample",
    about: "Two ways of judging contradict each other.",
    topology: { from: "topology.json", ...outsideOf(flow) },
    stages: [...steps.reverse(), { ...last, expect: [expected] }],
  });
  writeFileSync(
    path.join(folder, "README.md"),
    `# A counter-example\n\nThe plain reading of the rules says \`${expected.from} -> ${expected.to} ${expected.port} ${expected.verdict}\` at the last stage; another form of it said something else.\n`,
  );
  return folder;
}

function verdictAt(stages: readonly Snapshot[], flow: Flow): string {
  return verdictOf(judge(rulebook(stages.at(-1) as Snapshot), flow));
}

function byName(manifests: readonly Manifest[]): ReadonlyMap<string, Manifest> {
  return new Map(manifests.map((one) => [`${one.kind} ${one.metadata.namespace ?? ""}/${one.metadata.name}`, one]));
}

function listOf(items: readonly Manifest[]): object {
  return { apiVersion: "v1", kind: "List", items };
}

function identityOf(kind: string, { namespace, name }: Manifest["metadata"]): object {
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Addresses need a name to be in a row of a use case. */
function endText(endpoint: Endpoint, name: OutsideName): string {
  switch (endpoint.kind) {
    case "pod":
      return endpointName(endpoint);
    case "node":
      return `node/${endpoint.name}`;
    case "external":
      return `outside-${name}`;
  }
}

function outsideOf({ from, to }: Flow): object {
  const points = (
    [
      ["client", from],
      ["server", to],
    ] as const
  ).flatMap(([name, end]) => (end.kind === "external" ? [[endText(end, name), { address: formatAddress(end.address) }]] : []));
  return points.length === 0 ? {} : { outside: Object.fromEntries(points) as object };
}

type OutsideName = "client" | "server";
