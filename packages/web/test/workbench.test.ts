import { expect, test } from "vitest";
import { openWorkbench } from "../src/workbench/workbench.ts";
import { scenario } from "./sources.ts";

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
