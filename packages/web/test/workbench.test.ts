import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { cell } from "../src/workbench/protocol.ts";
import { openWorkbench } from "../src/workbench/workbench.ts";
import { scenario, scenarioFolder } from "./sources.ts";

const today = "2026-11-25";

test("day-one: what the page says of each stage on 80/TCP", async () => {
  const workbench = openWorkbench(today);
  const { subject, problems, hash } = await workbench.open(scenario("day-one"));
  expect(problems).toEqual([]);
  expect(hash).toMatch(/^[0-9a-f]{8}$/);
  const stages = subject?.stages ?? [];
  expect(stages.map(({ name }) => name)).toEqual(["before", "policy1", "db-guarded", "db-silent", "db-mistake"]);
  expect(stages.map(({ holds }) => holds.filter((state) => state === "holds").length)).toEqual([1, 2, 3, 4, 3]);
  const surveys = await Promise.all(
    stages.map((_, stage) => workbench.survey({ version: "edited", stage, engine: "spec", port: "80/TCP", grouping: "workload" })),
  );
  expect(surveys.map(({ counts }) => counts.pairs)).toEqual([54, 54, 54, 54, 54]);
  expect(surveys.map(({ counts }) => counts.allow)).toEqual([54, 44, 38, 32, 38]);
  expect(surveys.map(({ counts }) => counts.broken)).toEqual([16, 12, 6, 0, 6]);
  const contrail = await workbench.survey({ version: "edited", stage: 4, engine: "contrail", port: "80/TCP", grouping: "workload" });
  expect(contrail.counts.allow).toBe(39);
});

test("an edit that cannot be read keeps the last answers", async () => {
  const workbench = openWorkbench(today);
  await workbench.open(scenario("day-one"));
  const broken = await workbench.edit("policy1.yaml", "kind: [");
  expect(broken.worst).toBe("error");
  expect(broken.subject?.stages).toHaveLength(5);
  const survey = await workbench.survey({ version: "edited", stage: 1, engine: "spec", port: "80/TCP", grouping: "workload" });
  expect(survey.counts.allow).toBe(44);
});

test.each(readdirSync(scenarioFolder).filter((name) => !name.includes(".")))(
  "%s: what an edit changes is what its two tables differ in, and a table is what single answers say",
  async (name) => {
    const workbench = openWorkbench(today);
    const source = scenario(name);
    const { subject, files } = await workbench.open(source);
    const policies = files.find(({ kind }) => kind === "policies")?.path;
    const text = source.files.find(({ path: file }) => file === policies)?.text;
    if (subject === undefined || policies === undefined || text === undefined) return;
    const port = subject.ports[0];
    const rows = await workbench.rows("workload");
    const edited = await workbench.edit(policies, text.replace(/(\n\s+)(?:ingress|egress):[^]*$/, "\n"));
    if (edited.worst === "error") await workbench.edit(policies, text);
    for (const stage of subject.stages.keys()) {
      for (const { name: engine } of subject.engines) {
        const ask = (version: "kept" | "edited") => workbench.survey({ version, stage, engine, port, grouping: "workload" });
        const [kept, now] = await Promise.all([ask("kept"), ask("edited")]);
        const tally = await workbench.tally({ stage, engine, port });
        expect([tally.counts, tally.breaks]).toEqual([now.counts, now.breaks]);
        const onAnyPort = { version: "edited", stage, engine, port: undefined, grouping: "workload" } as const;
        expect((await workbench.tally(onAnyPort)).counts).toEqual((await workbench.survey(onAnyPort)).counts);
        const expected: string[] = [];
        for (let at = 0; at < now.cells.length; at++) {
          const [was, is, from, to] = [kept.cells[at], now.cells[at], Math.floor(at / now.rows), at % now.rows];
          const isRange = [from, to].some((row) => rows[row]?.kind === "elsewhere");
          if (was !== is && was !== cell.none && is !== cell.none && !isRange) expected.push(`${from} ${to} ${was ?? 0} ${is ?? 0}`);
        }
        const { pairs, isComparable } = await workbench.difference(stage, engine, port);
        if (isComparable) expect(pairs.map((pair) => pair.join(" ")).toSorted()).toEqual(expected.toSorted());
        const ends = rows.flatMap((from, a) => rows.map((to, b) => ({ from: from.id, to: to.id, at: a * now.rows + b })));
        const lanes = await workbench.lanes({ stage, engine, port, pairs: ends.map(({ from, to }) => [from, to] as const) });
        lanes.forEach((lane, i) => {
          const value = now.cells[ends[i]?.at ?? 0];
          if (lane === undefined) expect(value).toBe(cell.none);
          else if (value === cell.allow) expect(lane.stops).toBeUndefined();
          else if (value === cell.deny) expect(lane.stops).toBeDefined();
        });
      }
    }
  },
);

const shop = [
  "apiVersion: v1",
  "kind: List",
  "items:",
  ...["a", "b", "c", "d"].map(
    (name, i) =>
      `- {apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: shop, labels: {app: ${name}, role: ${i < 2 ? "web" : "db"}}}, status: {podIP: 10.0.0.${i}}}`,
  ),
].join("\n");

function guard(subject: string, from: string): string {
  return [
    "apiVersion: networking.k8s.io/v1",
    "kind: NetworkPolicy",
    "metadata: {name: guard, namespace: shop}",
    "spec:",
    `  podSelector: {matchLabels: {${subject}}}`,
    "  ingress:",
    `  - from: [${from}]`,
  ].join("\n");
}

test("rows stay the same object over edits that part nobody anew, and are as those of a fresh page after every edit", async () => {
  const workbench = openWorkbench(today);
  const files = (policy: string) => [
    { path: "pods.yaml", text: shop },
    { path: "guard.yaml", text: policy },
  ];
  const web = "{podSelector: {matchLabels: {role: web}}}";
  let { rows: number } = await workbench.open({ name: "x", files: files(guard("role: db", web)) });
  const steps: readonly (readonly [policy: string, hasOtherRows: boolean])[] = [
    [guard("role: db", "{podSelector: {matchLabels: {role: db}}}"), false],
    [guard("role: web", web), false],
    // Another block, and outside addresses are cut otherwise.
    [guard("role: web", "{ipBlock: {cidr: 192.0.2.0/24}}"), true],
    [guard("role: web", "{ipBlock: {cidr: 192.0.2.0/25}}"), true],
    [guard("app: a", web), true],
    [guard("app: b", web), false],
  ];
  for (const [policy, hasOtherRows] of steps) {
    const opened = await workbench.edit("guard.yaml", policy);
    expect(opened.worst).not.toBe("error");
    expect(opened.rows !== number).toBe(hasOtherRows);
    number = opened.rows;
    const fresh = openWorkbench(today);
    await fresh.open({ name: "x", files: files(policy) });
    for (const grouping of ["workload", "class", "namespace"] as const) {
      expect(await workbench.rows(grouping)).toEqual(await fresh.rows(grouping));
      const ask = { version: "edited", stage: 0, engine: "spec", port: undefined, grouping } as const;
      const [now, anew] = [await workbench.survey(ask), await fresh.survey(ask)];
      expect(now.cells).toEqual(anew.cells);
      expect(now.counts).toEqual(anew.counts);
    }
  }
});

test("a survey of many rows lets other questions in, and tells how far it has come", async () => {
  const shares: number[] = [];
  const workbench = openWorkbench(today, async (share) => {
    shares.push(share);
    await new Promise((resolve) => setTimeout(resolve));
  });
  const pods = Array.from(
    { length: 3_000 },
    (_, i) =>
      `- {apiVersion: v1, kind: Pod, metadata: {name: p${i}, namespace: shop, labels: {app: p${i}}}, status: {podIP: 10.0.${i >> 8}.${i & 255}}}`,
  );
  await workbench.open({
    name: "x",
    files: [
      { path: "pods.yaml", text: ["apiVersion: v1", "kind: List", "items:", ...pods].join("\n") },
      { path: "guard.yaml", text: guard("app: p1", "{podSelector: {matchLabels: {app: p2}}}") },
    ],
  });
  const order: string[] = [];
  const survey = workbench.survey({ version: "edited", stage: 0, engine: "spec", port: "80/TCP", grouping: "workload" }).then((answer) => {
    order.push("survey");
    return answer;
  });
  const tally = workbench.tally({ stage: 0, engine: "spec", port: "80/TCP" }).then((answer) => {
    order.push("tally");
    return answer;
  });
  expect((await survey).counts).toEqual((await tally).counts);
  expect(order).toEqual(["tally", "survey"]);
  expect(shares.map((share) => Math.round(share * 100))).toEqual([11, 22, 33, 45, 56, 67, 78, 89, 100]);
});
