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

test("files beside the folder of the use case are found by their paths", async () => {
  const workbench = openWorkbench(today);
  const files = scenario("day-one").files.map(({ path: name, text }) => ({
    path: name === "all-in-one.yaml" ? "../shared/./all-in-one.yaml" : name,
    text: text.replace("from: all-in-one.yaml", "from: ../shared/all-in-one.yaml"),
  }));
  const { subject, problems } = await workbench.open({ name: "x", files });
  expect(problems).toEqual([]);
  expect(subject?.stages.map(({ holds }) => holds.filter((state) => state === "holds").length)).toEqual([1, 2, 3, 4, 3]);
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
        const { pairs, isComparable } = await workbench.difference({
          was: { version: "kept", stage },
          now: { version: "edited", stage },
          engine,
          port,
        });
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

/** The pods of two Deployments and one that only this cluster has; pods of another cluster have other names and addresses. */
function cluster(tag: string, subnet: number, alone: string, policy: string) {
  const pod = (name: string, app: string, i: number, owner: string) =>
    `- {apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: shop, labels: {app: ${app}, pod-template-hash: ${tag}}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: ${owner}, uid: u, controller: true}]}, status: {podIP: 10.0.${subnet}.${i}}}`;
  const pods = [
    ...[1, 2].map((i) => pod(`web-${tag}-aaaa${i}`, "web", i, `web-${tag}`)),
    pod(`db-${tag}-bbbbb`, "db", 3, `db-${tag}`),
    pod(`${alone}-${tag}-ccccc`, alone, 4, `${alone}-${tag}`),
  ];
  return [
    { path: "pods.yaml", text: ["apiVersion: v1", "kind: List", "items:", ...pods].join("\n") },
    { path: "guard.yaml", text: policy },
  ];
}

test("another dump is compared workload by workload, whatever its pods are called", async () => {
  const workbench = openWorkbench(today);
  const web = "{podSelector: {matchLabels: {app: web}}}";
  await workbench.open({ name: "here", files: cluster("5d9f7c6b8d", 1, "cache", guard("app: db", web)) });
  const compared = await workbench.compare({
    name: "there",
    files: cluster("7f6b5d4c9b", 2, "queue", guard("app: web", "{podSelector: {}}")),
  });
  expect(compared).toMatchObject({ name: "there", errors: [] });
  const rows = await workbench.rows("workload");
  expect(await workbench.unmatched()).toEqual({ onlyHere: ["cache"], onlyThere: ["queue"] });
  const ask = { stage: 0, engine: "spec", port: "80/TCP" } as const;
  const [there, here] = await Promise.all(
    (["compared", "edited"] as const).map((version) => workbench.survey({ version, grouping: "workload", ...ask })),
  );
  const at = (survey: typeof there, from: string, to: string) => {
    const [a, b] = [from, to].map((name) => rows.findIndex((row) => row.name === name)) as [number, number];
    return survey?.cells[a * rows.length + b];
  };
  expect([at(there, "web", "db"), at(there, "db", "web"), at(there, "cache", "db")]).toEqual([cell.allow, cell.allow, cell.none]);
  expect([at(here, "web", "db"), at(here, "db", "web"), at(here, "cache", "db")]).toEqual([cell.allow, cell.allow, cell.deny]);
  // Everything is open there into db; here only from web, and from outside it is the other way round.
  const outside = rows.filter(({ kind }) => kind === "elsewhere");
  for (const { name } of outside) {
    expect([at(there, name, "db"), at(there, name, "web")]).toEqual([cell.allow, cell.deny]);
    expect([at(here, name, "db"), at(here, name, "web")]).toEqual([cell.deny, cell.allow]);
  }
  const [group] = await workbench.rows("namespace");
  const spaces = await workbench.survey({ version: "compared", grouping: "namespace", ...ask });
  expect([group?.name, spaces.rows, spaces.cells[0]]).toEqual(["shop", (await workbench.rows("namespace")).length, cell.allow]);

  const broken = await workbench.compare({ name: "broken", files: [{ path: "x.yaml", text: "kind: [" }] });
  expect(broken.errors).toHaveLength(1);
  // Comments only, as an empty file: everything can be read and there is nobody.
  const empty = await workbench.compare({ name: "empty", files: [{ path: "x.yaml", text: "# nothing yet\n" }] });
  expect(empty.workloads).toBe(0);
  expect(compared.workloads).toBe(3);
  // What could be read before stays.
  expect(await workbench.unmatched()).toEqual({ onlyHere: ["cache"], onlyThere: ["queue"] });
});

test("stages of two use cases are compared by their names, the last one where there is no such", async () => {
  const workbench = openWorkbench(today);
  await workbench.open(scenario("day-one"));
  await workbench.compare(scenario("day-one"));
  const all = async (version: "compared" | "edited", stage: number) =>
    (await workbench.survey({ version, stage, engine: "spec", port: "80/TCP", grouping: "workload" })).cells;
  for (const stage of [0, 1, 2, 3, 4]) expect(await all("compared", stage)).toEqual(await all("edited", stage));
  const { files } = scenario("day-one");
  const renamed = files.map(({ path, text }) => ({ path, text: text.replaceAll("db-guarded", "guarded") }));
  await workbench.compare({ name: "renamed", files: renamed });
  expect(await all("compared", 2)).toEqual(await all("edited", 4));
});

test("what is alike has the same answers, and a label that a rule looks at tells it apart", async () => {
  const workbench = openWorkbench(today);
  await workbench.open({
    name: "x",
    files: [
      { path: "pods.yaml", text: shop },
      { path: "guard.yaml", text: guard("role: db", "{podSelector: {matchLabels: {role: web}}}") },
    ],
  });
  const alike = (from: string, to: string) => workbench.alike(0, `shop/${from}`, `shop/${to}`);
  expect(await alike("a", "d")).toEqual({ from: ["shop/a", "shop/b"], to: ["shop/c", "shop/d"] });
  expect(await alike("c", "d")).toEqual({ from: ["shop/c", "shop/d"], to: ["shop/c", "shop/d"] });
  expect(await workbench.alike(0, "nobody", "shop/a")).toBeUndefined();
  await workbench.edit("guard.yaml", guard("app: c", "{podSelector: {matchLabels: {role: web}}}"));
  expect(await alike("a", "d")).toEqual({ from: ["shop/a", "shop/b"], to: ["shop/d"] });
  const rows = await workbench.rows("workload");
  const { cells } = await workbench.survey({ version: "edited", stage: 0, engine: "spec", port: undefined, grouping: "workload" });
  const at = (from: string, to: string) =>
    cells[rows.findIndex(({ id }) => id === from) * rows.length + rows.findIndex(({ id }) => id === to)];
  for (const from of rows) {
    for (const to of rows) {
      const { from: sources, to: targets } = (await workbench.alike(0, from.id, to.id)) ?? expect.fail("both are here");
      for (const one of sources)
        for (const other of targets) if (one !== other && from !== to) expect(at(one, other)).toBe(at(from.id, to.id));
    }
  }
});

test("the most reachable namespaces are those into which most of the pairs are open", async () => {
  const workbench = openWorkbench(today);
  await workbench.open(scenario("day-one"));
  const rows = await workbench.rows("workload");
  for (const stage of [0, 1, 3]) {
    const { cells } = await workbench.survey({ version: "edited", stage, engine: "spec", port: "80/TCP", grouping: "workload" });
    const { reached } = await workbench.tally({ stage, engine: "spec", port: "80/TCP" });
    expect(reached.map(({ open, pairs }) => open / pairs)).toEqual(
      reached.map(({ open, pairs }) => open / pairs).toSorted((a, b) => b - a),
    );
    for (const { name, open, pairs } of reached) {
      const into = rows.flatMap((to, b) =>
        to.kind === "pods" && to.namespace === name ? rows.map((_, a) => cells[a * rows.length + b]) : [],
      );
      expect([open, pairs]).toEqual([
        into.filter((value) => value === cell.allow).length,
        into.filter((value) => value !== cell.none).length,
      ]);
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

test("every row answers for the first of its endpoints, by whatever it is grouped", async () => {
  const workbench = openWorkbench(today);
  const pod = (name: string, app: string, i: number): string =>
    `- {apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: dev, labels: {app: ${app}}, ownerReferences: [{kind: StatefulSet, name: web, controller: true}]}, spec: {containers: [{name: c}]}, status: {podIP: 10.0.0.${i}}}`;
  const text = [
    "apiVersion: v1\nkind: List\nitems:",
    ...["web-0", "web-1", "web-2", "web-3"].map((name, i) => pod(name, i < 2 ? "old" : "new", i + 1)),
    "- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: own, namespace: dev}, spec: {podSelector: {matchLabels: {app: new}}, ingress: [{from: [{podSelector: {matchLabels: {app: old}}}, {ipBlock: {cidr: 192.0.2.0/24}}]}]}}",
  ].join("\n");
  await workbench.open({ name: "rows", files: [{ path: "rows.yaml", text }] });
  for (const grouping of ["workload", "class"] as const) {
    const rows = await workbench.rows(grouping);
    const survey = await workbench.survey({ version: "edited", stage: 0, engine: "spec", port: "80/TCP", grouping });
    const ids = rows.map(({ id }) => id);
    expect(ids.slice(0, 2)).toEqual(
      grouping === "workload"
        ? ["dev/web (2 of 4, as web-0)", "dev/web (2 of 4, as web-2)"]
        : ["dev/web-0 and 1 alike", "dev/web-2 and 1 alike"],
    );
    expect(ids).toContain("192.0.2.0/24");
    expect(await workbench.strangers([...ids, "dev/web-3", "dev/nobody"])).toEqual(["dev/nobody"]);
    for (const [a, from] of ids.entries()) {
      for (const [b, to] of ids.entries()) {
        const value = survey.cells[a * survey.rows + b];
        if (value === cell.none) continue;
        const explained = await workbench.explain({ version: "edited", stage: 0, from, to, port: "80/TCP" });
        if (!("document" in explained)) expect.fail(`${from} to ${to}: ${explained.problem}`);
        const [answer] = explained.document.answers;
        const [spec] = answer?.kind === "compared" ? answer.answers.map(({ explanation }) => explanation) : [answer];
        if (a === b) expect(spec).not.toMatchObject({ sides: [{ text: "a pod may always reach itself" }, {}] });
        expect(spec).toMatchObject({ verdict: value === cell.allow ? "allow" : "deny" });
        const [lane] = await workbench.lanes({ stage: 0, engine: "spec", port: "80/TCP", pairs: [[from, to]] });
        expect(lane?.stops === undefined).toBe(value === cell.allow);
        expect((await workbench.alike(0, from, to))?.from.length).toBeGreaterThan(0);
      }
    }
  }
});
