import { beforeAll, expect, test } from "vitest";
import { parseWhere } from "../src/state/location.ts";
import { unmetIn } from "../src/state/link-values.ts";
import type { Subject } from "../src/workbench/protocol.ts";
import { openWorkbench } from "../src/workbench/workbench.ts";
import { scenario } from "./sources.ts";

let dayOne: Subject;
beforeAll(async () => {
  const { subject } = await openWorkbench("2026-11-25").open(scenario("day-one"));
  dayOne = subject ?? expect.fail("day-one is read");
});

const unmet = (link: string, about: Subject = dayOne, compared?: string) => unmetIn(parseWhere(link), about, compared);

test("what is there is not spoken of", () => {
  expect(unmet("#/day-one/matrix?stage=policy1&mode=diff&group=ns&sort=reach&panel=wide&scope=all")).toEqual({ sentences: [], keys: {} });
});

test("a stage that is not there is named, with those that are", () => {
  expect(unmet("#/day-one/matrix?stage=policy9")).toEqual({
    sentences: ["The link asks for stage policy9; there are before, policy1, db-guarded, db-silent, db-mistake. This is before."],
    keys: { stage: "" },
  });
});

test("a stage to compare with that is not there is named too", () => {
  expect(unmet("#/day-one/matrix?stage=policy1&vs=db-silent").sentences).toEqual([]);
  expect(unmet("#/day-one/matrix?stage=policy1&vs=policy9")).toEqual({
    sentences: ["The link compares with stage policy9, which is not here, so that was left out."],
    keys: { vs: "" },
  });
});

test("where nothing has stages, that is said", () => {
  const [stage] = dayOne.stages;
  const alone = { ...dayOne, stages: stage === undefined ? [] : [{ ...stage, name: "" }] };
  expect(unmet("#/files-9f3a2c1e/matrix?stage=policy1", alone).sentences).toEqual([
    "The link asks for stage policy1, and there are no stages here.",
  ]);
});

test("each word that is none of the known ones is named", () => {
  expect(unmet("#/day-one/matrix?mode=both&sort=size&group=pod")).toEqual({
    sentences: [
      "The link's mode both is none of all, one, diff, so it was left out.",
      "The link's group pod is none of ns, class, workload, so it was left out.",
      "The link's sort size is none of name, reach, alike, so it was left out.",
    ],
    keys: { mode: "", group: "", sort: "" },
  });
});

test("views, overlays, tabs and engines that are none are named", () => {
  expect(unmet("#/day-one/matrix?mode=one&engines=lab&tab=pods&overlay=intent").sentences).toEqual([]);
  expect(unmet("#/day-one/matrx?engines=calico&overlay=intent,paths&tab=chains")).toEqual({
    sentences: [
      "The link's view matrx is none of design, matrix, editor, objects, lab, tour, open. This is design.",
      "The link's overlay paths is none of intent, changes, none, so it was left out.",
      "The link's tab chains is none of rules, tags, groups, nftables, pods, so it was left out.",
      "The link's engines calico is none of spec, contrail, lab, so it was left out.",
    ],
    keys: { overlay: "", tab: "", engines: "" },
  });
});

test("other files to compare with are asked for, unless they were chosen", () => {
  const link = "#/day-one/matrix?vs=files-9f3a2c1e";
  expect(unmet(link)).toEqual({
    sentences: ["The link compares with other files: choose them under `compare with` of the matrix."],
    keys: {},
  });
  expect(unmet(link, dayOne, "9f3a2c1e").sentences).toEqual([]);
});
