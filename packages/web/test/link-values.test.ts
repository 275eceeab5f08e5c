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

const unmet = (link: string, subject: Subject = dayOne, hash?: string) =>
  unmetIn(parseWhere(link), { subject, files: [{ path: "policy1.yaml" }], compared: hash === undefined ? undefined : { hash } });

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

test("a port is one that a flow can have", () => {
  expect(unmet("#/day-one/matrix?port=53/UDP&flow=a>b:80/TCP").keys).toEqual({});
  expect(unmet("#/day-one/matrix?port=all").keys).toEqual({});
  // What is meant is plain: the link is written as the page writes it.
  expect(unmet("#/day-one/matrix?port=443")).toEqual({ sentences: [], keys: { port: "443/TCP" } });
  for (const port of ["99999/TCP", "0/TCP", "foo", "80/ICMP", "80-90/TCP"]) {
    expect(unmet(`#/day-one/matrix?port=${port}`)).toEqual({
      sentences: [
        `The link's port ${port} is none: a port is 1 to 65535 with TCP, UDP or SCTP, such as 8080/TCP, or all. It was left out.`,
      ],
      keys: { port: "" },
    });
  }
  expect(unmet("#/day-one/matrix?flow=a>b:70000/TCP")).toEqual({
    sentences: [
      "The link's flow is about port 70000/TCP, which is none: a port is 1 to 65535 with TCP, UDP or SCTP, such as 8080/TCP. It is shown on all ports.",
    ],
    keys: { flow: "a>b" },
  });
});

test("what cannot be read is named, and left out", () => {
  expect(unmet("#/day-one/editor?line=policy1.yaml:7-12&sel=row:client-dev&zoom=12&step=3&table=1")).toEqual({ sentences: [], keys: {} });
  expect(unmet("#/day-one/editor?flow=web&sel=web&line=policy2.yaml:3&zoom=big&step=99&table=yes&colour=red")).toEqual({
    sentences: [
      "The link's table yes is not 1, so it was left out.",
      "The link selects web, which is none of row:NAME, rule:NAME, FROM>TO. It was left out.",
      "The link's flow web has no two ends: FROM>TO:80/TCP. It was left out.",
      "The link leads to a line of policy2.yaml, which is not here, so it was left out.",
      "The link's zoom big is no size of a cell in pixels, so it was left out.",
      "The link's step 99 is none of 1 to 11, so it was left out.",
      "The page does not know the link's colour.",
    ],
    keys: { flow: "", sel: "", line: "", zoom: "", step: "", table: "" },
  });
});
