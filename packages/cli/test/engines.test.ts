import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { calculated, copyOf, dayOne, netproof } from "./netproof.ts";

/** A copy of day-one with another text in its use case. */
function changed(change: (text: string) => string): string {
  const folder = copyOf(dayOne);
  const file = path.join(folder, "netproof.yaml");
  writeFileSync(file, change(readFileSync(file, "utf8")));
  return folder;
}

describe("several engines in run", () => {
  test("a known difference is told and is no finding", async () => {
    const { code, stdout } = await netproof(`run ${calculated}`, { cwd: dayOne });
    expect(code).toBe(0);
    expect(stdout.match(/-≠/g)).toHaveLength(1);
    expect(stdout).toContain("2 engines: 269 of 270 answers agree");
  });

  test("the line that it names holds the deviation", async () => {
    const { stdout } = await netproof(`run ${calculated}`, { cwd: dayOne });
    const line = Number(/known, netproof\.yaml:(\d+)/.exec(stdout)?.[1]);
    expect(readFileSync(path.join(dayOne, "netproof.yaml"), "utf8").split("\n")[line - 1]).toContain("engine: contrail");
  });

  test("an unlisted difference is a finding with its name and a proposal that holds", async () => {
    const cwd = changed((text) => text.slice(0, text.indexOf("deviations:")));
    const { code, stdout } = await netproof(`run ${calculated}`, { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain("finding[engines-differ]: contrail is more open than spec at db-mistake");
    expect(stdout).toContain("allow-all on one side opens the other: not listed under deviations");
    expect((await netproof(`run ${calculated} --quiet`, { cwd })).stdout).toContain("1 difference not listed");
    const { stdout: json } = await netproof(`run ${calculated} -o json`, { cwd });
    const { findings } = JSON.parse(json) as { findings: readonly { code: string; help?: string }[] };
    const help = findings.find((finding) => finding.code === "engines-differ")?.help ?? "";
    const proposal = help.slice(help.indexOf("deviations:"));
    writeFileSync(path.join(cwd, "netproof.yaml"), `${readFileSync(path.join(cwd, "netproof.yaml"), "utf8")}\n${proposal}\n`);
    expect((await netproof(`run ${calculated}`, { cwd })).code).toBe(0);
  });

  test("the headline says which engine finds the design broken", async () => {
    const cwd = changed(() =>
      [
        "format: netproof.use-case/1\nname: mistake\ntopology: { from: all-in-one.yaml }",
        "intent: [{ rows: dbserver-dev -> webserver-dev deny }]\nrest: ignore",
        "stages: [{ name: closed, apply: [policy1.yaml, policy2.yaml] }, { name: open, apply: policy2-mistake.yaml }]",
      ].join("\n"),
    );
    const { code, stdout } = await netproof(`run ${calculated}`, { cwd });
    expect(code).toBe(1);
    expect(stdout.replaceAll("\n", " ")).toContain("mistake: the design holds at 2 of 2 stages, by contrail at 1; 2 engines, 1 difference");
    const { stages } = JSON.parse((await netproof(`run ${calculated} -o json`, { cwd })).stdout) as {
      stages: readonly { surveys: readonly { engine: string; intent: string }[] }[];
    };
    expect(stages.map(({ surveys }) => surveys.map(({ engine, intent }) => `${engine} ${intent}`))).toEqual([
      ["spec met", "contrail met"],
      ["spec met", "contrail unmet"],
    ]);
  });

  test("a report can be explored, whether its use case is named by its folder, its file or not at all", async () => {
    const cwd = copyOf(dayOne);
    for (const named of ["", "netproof.yaml", `-f ${cwd}`, "-f ."]) {
      expect((await netproof(`run ${named} --engine spec -o html=report.html`, { cwd })).code).toBe(0);
      const report = readFileSync(path.join(cwd, "report.html"), "utf8");
      expect([report.includes("cannot be explored"), report.includes('id="explore-page"')]).toEqual([false, true]);
    }
  });

  test("an expired deviation covers nothing", async () => {
    const cwd = changed((text) => text.replace(/( *)(reason: Allow-all.*)/, "$1$2\n$1expires: 2026-07-01"));
    expect((await netproof(`run ${calculated} --today 2026-06-30`, { cwd })).code).toBe(0);
    const { code, stdout } = await netproof(`run ${calculated} --today 2026-07-01`, { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain("finding[deviation-expired]");
    expect(stdout).toContain("finding[engines-differ]");
  });

  test("a use case says which engines it asks, and the coverage why not others", async () => {
    const own = await netproof("run", { cwd: changed((text) => `${text}engines: { run: spec }\n`) });
    expect(own).toMatchObject({ code: 0 });
    expect(own.stdout).toContain("engine spec:");
    const reasons = "engines: { contrail: { skip: we run another plugin }, lab: { skip: no packets here } }";
    const skipped = await netproof("run", { cwd: changed((text) => `${text}${reasons}\n`) });
    expect(skipped).toMatchObject({ code: 0 });
    expect(skipped.stdout.replaceAll("\n", " ")).toContain("contrail skipped: we run another plugin; lab skipped: no packets here");
    const none = await netproof("run", { cwd: changed((text) => `${text}engines: { run: contrail, contrail: { skip: not here } }\n`) });
    expect(none).toMatchObject({ code: 3, stdout: "" });
  });

  test("data forms hold what every engine says", async () => {
    const { stdout: csv } = await netproof(`run ${calculated} -o csv`, { cwd: dayOne });
    const lines = csv.split("\n").filter((line) => line.includes("dev/dbserver-dev,dev/webserver-dev") && line.startsWith("db-mistake"));
    expect(lines).toEqual([
      "db-mistake,spec,dev/dbserver-dev,dev/webserver-dev,-,-,,",
      "db-mistake,contrail,dev/dbserver-dev,dev/webserver-dev,all,-,,",
    ]);
    const { stdout: markdown } = await netproof(`run ${calculated} -o markdown`, { cwd: dayOne });
    expect(markdown).toContain("- **≠ D3** dbserver-dev → webserver-dev, every port: contrail is more open");
    const { stdout: svg } = await netproof(`run ${calculated} -o svg`, { cwd: dayOne });
    expect(svg).toContain("engines differ");
  });

  test("only letters of ASCII where these are asked for", async () => {
    const { stdout } = await netproof(`run ${calculated} --ascii`, { cwd: dayOne });
    expect(stdout).toMatch(/^[\n -~]*$/);
    expect(stdout).toContain("38#39");
    expect(stdout).toContain("# D3");
  });
});

test("matrix and explain hold both answers as data", async () => {
  const matrix = JSON.parse((await netproof("matrix --engine spec,contrail -o json", { cwd: dayOne })).stdout) as Record<string, unknown>;
  expect(matrix).toMatchObject({ engines: ["spec", "contrail"], differing: 1, others: [{ engine: "contrail" }] });
  const ends = "dbserver-dev webserver-dev 80 --engine spec,contrail -o json";
  const explained = JSON.parse((await netproof(`explain ${ends}`, { cwd: dayOne })).stdout) as Record<string, unknown>;
  expect(explained).toMatchObject({
    answers: [
      {
        kind: "compared",
        answers: [
          { engine: "spec", explanation: { kind: "flow", verdict: "deny" } },
          { engine: "contrail", version: "2021-11", difference: { name: "D3" }, explanation: { kind: "walk", verdict: "allow" } },
        ],
      },
    ],
  });
});
