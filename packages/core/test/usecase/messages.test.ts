import { describe, expect, test } from "vitest";
import { contrailCalculation, contrailCommentary } from "../../src/contrail/index.ts";
import { checkStage, plainRows, specCalculation, type Diagnostic, type Snapshot } from "../../src/index.ts";
import { readMessages } from "../../src/read/read.ts";
import { differenceFindings, differencesAt } from "../../src/report/differences.ts";
import { familiesOf, rowsOf, viewAt } from "../../src/report/rows.ts";
import type { Watched } from "../../src/reach/watch.ts";
import { messages } from "../../src/usecase/messages.ts";
import { timeAsked, timeFindings, type TimeAsked } from "../../src/usecase/time.ts";
import { exampleManifests, judge } from "./judging.ts";

describe("every code has a page, and its example has that mistake and no other", () => {
  test.each(Object.entries(messages).map(([code, { page, severity }]) => ({ code, page, severity })))(
    "$code",
    async ({ code, page, severity }) => {
      const { diagnostics, findings } = await judged(code, page.example.text);
      const remarks = ["no-pods", "no-policies"];
      const found = [...diagnostics, ...findings].filter((each) => !remarks.includes(each.code));
      expect([...new Set(found.map((each) => `${each.severity} ${each.code}`))]).toEqual([`${severity} ${code}`]);
      expect(page.title).toMatch(/^[A-Z][^.]*$/);
      expect(page.explanation).toMatch(/\.$/);
      const texts = found.flatMap(({ message, label, help }) => [message, label ?? "", help ?? ""]);
      expect(texts.filter((text) => /[.\s]$/.test(text))).toEqual([]);
      expect(found.every(({ at }) => at?.source.name === "netproof.yaml")).toBe(true);
    },
  );
});

/** What a lab would have seen, for what only packets show. */
const watchedFor: Readonly<Record<string, (asked: TimeAsked) => Partial<Watched>>> = {
  "held-cut": () => ({ held: [{ outcome: "cut", detail: "the other end reset it" }] }),
  "held-goes-on": () => ({ held: [{ outcome: "until-judged", detail: "its ingress is rejected" }] }),
  "watch-inconclusive": () => ({ held: [{ outcome: "not-open", detail: "its ingress is rejected" }] }),
  "start-open": ({ starting: [pod] }) => ({
    starts: [
      {
        tried: 2,
        passed: [{ flow: { from: pod, to: pod, family: 4, protocol: "TCP", port: 80 }, until: 3.2 }],
        ready: undefined,
        problem: undefined,
      },
    ],
  }),
};

/** What only several engines show is asked of them. */
async function judged(
  code: string,
  text: string,
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly findings: readonly Diagnostic[] }> {
  const one = await judge(text, exampleManifests, { today: "2026-06-30" });
  const seen = watchedFor[code];
  if (seen !== undefined) {
    const asked = timeAsked(one.bound!, 1)!;
    const { diagnostics } = one;
    return { diagnostics, findings: timeFindings(asked, { enforcement: undefined, held: [], starts: [], ...seen(asked) }, "lab", "now") };
  }
  if (code !== "engines-differ") return one;
  const [{ snapshot }] = one.bound!.stages as unknown as readonly [{ readonly snapshot: Snapshot }];
  const calculations = { spec: specCalculation(snapshot), contrail: contrailCalculation(snapshot) };
  const families = familiesOf(Object.values(calculations), plainRows);
  const rows = rowsOf(Object.values(calculations), families, plainRows);
  const surveyed = Object.entries(calculations).map(([engine, calculation]) => ({
    engine,
    calculation,
    commentary: engine === "contrail" ? contrailCommentary : undefined,
    result: checkStage({ bound: one.bound!, stage: 0, engine, judge: calculation, previous: undefined, today: undefined }),
    view: viewAt(rows, calculation, families),
  }));
  const found = differencesAt(surveyed as unknown as Parameters<typeof differencesAt>[0]);
  return { diagnostics: one.diagnostics, findings: differenceFindings(surveyed[0].result, "spec", found, (id) => id) };
}

test("no code of a use case means something else in manifests", () => {
  expect(Object.keys(messages).filter((code) => code in readMessages)).toEqual([]);
});
