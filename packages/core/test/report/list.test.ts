import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../src/model/cluster.ts";
import { sameEndpoint } from "../../src/model/endpoint.ts";
import { formatPorts, isEmptyPorts } from "../../src/net/ports.ts";
import type { Calculation } from "../../src/reach/engine.ts";
import { listDocument, type RowGroup } from "../../src/report/list.ts";
import { presentList } from "../../src/report/present/list.ts";
import { plainLook } from "../../src/report/present/look.ts";
import { sortRows, viewOf, type Row, type View } from "../../src/report/rows.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { resolveEnd } from "../../src/usecase/ends.ts";
import { distinctCluster } from "../random/cluster.ts";
import { snapshotOf, soakOptions } from "../random/soak.ts";
import { readScenario, scenarioNames } from "../scenarios/scenario.ts";

const everyPair = (): boolean => true;

describe("lists", () => {
  test("of the chapter's first policy are what its authors would write", async () => {
    const { calculation, view, groups } = await stageOf("day-one", "policy1", "left-out");
    const document = listDocument(calculation, view, { stage: "policy1", wanted: everyPair, form: "grouped", groups });
    expect(presentList(document, "rules", "narrow", plainLook)).toBe(
      [
        "policy1: 5 rules open 44 of 54 pairs, everything else between them is closed",
        "FROM                         TO             PORTS   BECAUSE",
        "client1-dev ns/jtac cent222  webserver-dev  80/TCP  dev/policy1 ingress[0]",
        "webserver-dev                dbserver-dev   80/TCP  dev/policy1 egress[0]",
        "clients                      clients        all     not isolated",
        "clients                      dbserver-dev   all     not isolated",
        "dbserver-dev                 clients        all     not isolated",
        "clients: client1-dev client2-dev client-jtac client-qa cent222 cent333",
        "",
      ].join("\n"),
    );
  });

  test.each(scenarioNames)("of scenario %s say what the matrix says", async (name) => {
    const { bound } = await readScenario(name);
    for (const { name: stage } of bound?.stages ?? []) {
      for (const elsewhere of ["left-out", "cut-into-ranges"] as const) {
        const { calculation, view, groups } = await stageOf(name, stage, elsewhere);
        expectExact(calculation, view, groups);
      }
    }
  });

  test("of random clusters say what the matrix says", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, fc.constantFrom("left-out", "cut-into-ranges"), async (raw, elsewhere) => {
        const calculation = specCalculation(await snapshotOf(raw));
        const view = viewOf(calculation, { outside: [], elsewhere, underTest: [], aboutOf: () => undefined });
        expectExact(calculation, view, view.rows.length < 3 ? [] : [{ name: "some", rows: view.rows.slice(0, 3) }]);
      }),
      soakOptions(1),
    );
  });

  test("of random clusters say it of the wanted pairs alone", async () => {
    await fc.assert(
      fc.asyncProperty(distinctCluster, async (raw) => {
        const calculation = specCalculation(await snapshotOf(raw));
        const view = viewOf(calculation, { outside: [], elsewhere: "cut-into-ranges", underTest: [], aboutOf: () => undefined });
        expectExact(calculation, view, [], (from, to) => from.endpoint.namespace === "x" || to.endpoint.namespace === "x");
      }),
      soakOptions(0.5),
    );
  });
});

interface Listed {
  readonly calculation: Calculation;
  readonly view: View;
  readonly groups: readonly RowGroup[];
}

/** What the command line would list of a stage. */
async function stageOf(name: string, stageName: string, elsewhere: "left-out" | "cut-into-ranges"): Promise<Listed> {
  const { bound } = await readScenario(name);
  const { useCase, stages } = bound ?? expect.fail(`${name} cannot be read`);
  const { snapshot } = stages.find((stage) => stage.name === stageName) ?? expect.fail(stageName);
  const endpointsOf = (text: string): readonly Endpoint[] =>
    resolveEnd(text, { snapshot, outside: useCase.outside, groups: useCase.groups }).end?.endpoints ?? [];
  const focus = useCase.focus.flatMap(({ text }) => endpointsOf(text));
  const calculation = specCalculation(snapshot);
  const { rows, connections } = viewOf(calculation, { outside: useCase.outside, elsewhere, underTest: focus, aboutOf: () => undefined });
  const groups = useCase.groups.map((group) => ({
    name: group.name,
    rows: rows.filter(
      ({ endpoint, members }) =>
        endpoint.kind !== "elsewhere" && members.every((member) => endpointsOf(group.name).some((known) => sameEndpoint(known, member))),
    ),
  }));
  return { calculation, view: { rows: sortRows(rows, focus), connections }, groups };
}

/** Expands the rules again, by the meaning of their names, and compares with the view, pair by pair. */
function expectExact(
  calculation: Calculation,
  view: View,
  groups: readonly RowGroup[],
  wanted: (from: Row, to: Row) => boolean = everyPair,
): void {
  const options = { stage: undefined, wanted, groups };
  const grouped = listDocument(calculation, view, { ...options, form: "grouped" });
  const flat = listDocument(calculation, view, { ...options, form: "flat" });
  expect(grouped.rules.length).toBeLessThanOrEqual(flat.rules.length);
  expect(grouped.totals).toEqual(flat.totals);
  const rowsOf = (name: string): readonly Row[] => meaning(name, view.rows, groups);
  const said = new Map<string, string[]>();
  for (const { from, to, ports, verdict, family, because } of grouped.rules) {
    for (const a of from.flatMap(rowsOf)) {
      for (const b of to.flatMap(rowsOf)) {
        const found = wanted(a, b) ? view.connections(a, b) : [];
        // What is no question may be in a rule, what is not wanted may not.
        if (found.length === 0 && wanted(a, b)) continue;
        const key = `${a.endpoint.id} -> ${b.endpoint.id}`;
        said.set(key, [...(said.get(key) ?? []), `${verdict} ${family ?? ""} ${ports} ${because}`]);
      }
    }
  }
  const expected = new Map<string, string[]>();
  for (const { from, to, ports, verdict, family, because } of flat.rules) {
    const key = `${from[0]} -> ${to[0]}`;
    expected.set(key, [...(expected.get(key) ?? []), `${verdict} ${family ?? ""} ${ports} ${because}`]);
  }
  const sorted = (pairs: ReadonlyMap<string, readonly string[]>): unknown =>
    [...pairs].map(([key, lines]) => [key, [...lines].toSorted()]).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  expect(sorted(said)).toEqual(sorted(expected));
  expect(plainly(view, wanted)).toEqual(flat.rules.length);
}

/** How many pairs of rows open something, of each verdict, and in each family where they differ. */
function plainly({ rows, connections }: View, wanted: (from: Row, to: Row) => boolean): number {
  let count = 0;
  for (const from of rows) {
    for (const to of rows) {
      const found = wanted(from, to) ? connections(from, to) : [];
      const texts = new Set(found.map(({ connections: { allow, undetermined } }) => `${formatPorts(allow)} ${formatPorts(undetermined)}`));
      for (const {
        connections: { allow, undetermined },
      } of texts.size === 1 ? found.slice(0, 1) : found)
        count += Number(!isEmptyPorts(allow)) + Number(!isEmptyPorts(undetermined));
    }
  }
  return count;
}

function meaning(name: string, rows: readonly Row[], groups: readonly RowGroup[]): readonly Row[] {
  const group = groups.find((one) => one.name === name);
  if (group !== undefined) return group.rows;
  if (name === "any") return rows.filter(({ endpoint }) => endpoint.kind !== "elsewhere");
  if (name === "elsewhere") return rows.filter(({ endpoint }) => endpoint.kind === "elsewhere");
  const space = /^ns\/(.*)$/.exec(name)?.[1];
  if (space !== undefined) return rows.filter(({ endpoint }) => endpoint.kind === "pods" && endpoint.namespace === space);
  const label = /^([^=]+)=(.*)$/.exec(name);
  if (label !== null)
    return rows.filter(({ members }) =>
      members.every((member) => member.kind === "pod" && !member.hostNetwork && member.labels.get(label[1]) === label[2]),
    );
  return rows.filter(({ endpoint }) => endpoint.name === name);
}
