import { describe, expect, test } from "vitest";
import { presentHtml, presentMarkdown } from "../../src/parts.ts";
import { timeLines } from "../../src/report/present/time.ts";
import type { EngineTime, Report, ReportStage } from "../../src/report/types.ts";
import { standingOf } from "../../src/usecase/time.ts";
import { dayOne } from "./documents.ts";

const [clientId, serverId] = ["qa/client-qa", "dev/webserver-dev"];
const held = (family: 4 | 6, outcome: EngineTime["held"][number]["outcome"], wanted: "allow" | "deny" | "either" = "either") => ({
  from: clientId,
  to: serverId,
  port: "80/TCP",
  family,
  wanted,
  outcome,
  stands: standingOf(wanted, outcome),
  detail: outcome === "survives" || outcome === "until-judged" ? "" : "its ingress is denied",
});

function reportOf(time: readonly EngineTime[]): readonly [Report, ReportStage] {
  const stage: ReportStage = { ...dayOne.stages[1], time };
  return [{ ...dayOne, stages: dayOne.stages.map((one, i) => (i === 1 ? stage : one)) }, stage];
}

function linesOf(time: Partial<EngineTime>): readonly string[] {
  const [report, stage] = reportOf([{ engine: "lab", enforced: undefined, held: [], starts: [], ...time }]);
  return timeLines(report, stage, "->").map(({ label, sentence, stands }) => `${stands} ${label}: ${sentence}`);
}

describe("what is said of time", () => {
  test("nothing where nothing is asked, and that nobody measured where nobody did", () => {
    expect(timeLines(dayOne, dayOne.stages[0], "->")).toEqual([]);
    const [report, stage] = reportOf([]);
    expect(timeLines(report, stage, "->")).toEqual([
      { label: "time", sentence: "asked for, not measured: only the lab can, and it did not take part", stands: "unknown" },
    ]);
  });

  test.each([
    [{ first: 4, last: 4, nodes: 1 }, "4 ms after apply"],
    [{ first: 4, last: 4, nodes: 3 }, "4 ms after apply on all 3 nodes"],
    [{ first: 4, last: 9, nodes: 3 }, "9 ms after apply on the last of 3 nodes, 4 ms on the first"],
  ])("enforced %o", (enforced, said) => {
    expect(linesOf({ enforced })).toEqual([`as-wanted enforced: ${said}`]);
  });

  test("connections, both families in one line where they end alike", () => {
    const ends = "client-qa -> webserver-dev 80/TCP";
    expect(linesOf({ held: [held(4, "survives"), held(6, "survives")] })).toEqual([`as-wanted held: ${ends} goes on`]);
    expect(linesOf({ held: [held(4, "survives"), held(6, "cut")] })).toEqual([
      `as-wanted held: ${ends} IPv4 goes on`,
      `as-wanted held: ${ends} IPv6 is cut: its ingress is denied`,
    ]);
    expect(linesOf({ held: [held(4, "cut", "allow")] })[0]).toMatch(/^not-as-wanted /);
    expect(linesOf({ held: [held(4, "until-judged", "deny")] })[0]).toMatch(/^not-as-wanted /);
    expect(linesOf({ held: [held(4, "until-judged", "allow")] })[0]).toMatch(/^as-wanted /);
    expect(linesOf({ held: [held(4, "not-open", "allow")] })[0]).toMatch(/^unknown /);
    expect(linesOf({ held: [held(4, "unknown", "deny")] })[0]).toMatch(/^unknown /);
  });

  test("starts", () => {
    const passed = [{ from: clientId, to: serverId, port: "80/TCP", until: 7 }];
    const start = { pod: serverId, tried: 9, passed: [], ready: 2, problem: undefined };
    expect(linesOf({ starts: [start] })).toEqual([
      "as-wanted start: webserver-dev: nothing that is denied passed, all that is allowed within 2 ms (9 flows)",
    ]);
    expect(linesOf({ starts: [{ ...start, passed, ready: undefined }] })).toEqual([
      "not-as-wanted start: webserver-dev: 1 denied flow passed, client-qa -> webserver-dev 80/TCP until 7 ms",
    ]);
    expect(linesOf({ starts: [{ ...start, problem: "it has its node's network" }] })[0]).toMatch(/^unknown start: webserver-dev: it has/);
  });

  test("every form of the report has the lines", () => {
    const [report] = reportOf([{ engine: "lab", enforced: { first: 4, last: 4, nodes: 1 }, held: [held(4, "cut", "allow")], starts: [] }]);
    expect(presentMarkdown(report)).toContain("- enforced: 4 ms after apply\n- **held !** client-qa → webserver-dev 80/TCP is cut");
    const page = presentHtml(report, []);
    expect(page).toContain("<td>enforced</td><td>4 ms after apply</td>");
    expect(page).toMatch(/<tr class="broken"><td>held<\/td><td>client-qa → webserver-dev 80\/TCP is cut[^<]* !<\/td>/);
  });
});
