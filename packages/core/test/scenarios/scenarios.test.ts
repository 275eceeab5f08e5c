import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { UseCase } from "../../src/index.ts";
import { judgeStages, objections, readScenario, reportOf, scenarioNames, scenariosFolder, sentence, useCaseText } from "./scenario.ts";

test("the index names every scenario and its stages", async () => {
  const index = readFileSync(`${scenariosFolder}/README.md`, "utf8");
  const written = index.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const name = /^\[(\S+)\]\(\1\/README\.md\)$/.exec(cells[1] ?? "")?.[1];
    return name === undefined ? [] : [[name, cells[3]]];
  });
  const found = await Promise.all(
    scenarioNames.map(async (name) => {
      const { bound } = await readScenario(name);
      return [name, bound?.useCase.stages.map((stage) => (stage.intent === "met" ? `**${stage.name}**` : stage.name)).join(", ")];
    }),
  );
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(found));
});

describe.each(scenarioNames)("%s", (name) => {
  test("is read without objections and shows what it declares", async () => {
    const { diagnostics } = await readScenario(name);
    expect(diagnostics.filter(({ severity }) => severity !== "note").map(sentence)).toEqual([]);
    expect(await objections(name)).toEqual([]);
  });

  test("every engine that it asks shows what it declares, and every difference is named and known", async () => {
    const { bound } = await readScenario(name);
    const { findings, conclusion, stages } = await reportOf(bound!);
    expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    expect(conclusion.exitCode).toBe(0);
    for (const { name: id, title, known } of stages.flatMap(({ differences }) => differences)) {
      expect(id).toMatch(/^D\d+$/);
      // Ours begin with the name; the chapter's is in the words of its designer.
      expect([`${id}: `, title?.toLowerCase()]).toContain(
        name === "day-one" ? known?.reason.toLowerCase() : known?.reason.slice(0, `${id}: `.length),
      );
    }
  });

  test("is explained, and called as its folder", async () => {
    expect(existsSync(`${scenariosFolder}/${name}/README.md`)).toBe(true);
    expect(readFileSync(`${scenariosFolder}/${name}/README.md`, "utf8")).toContain(`netproof run scenarios/${name}`);
    expect((await readScenario(name)).bound?.useCase.name).toBe(name);
  });

  test("states reasons that decide", async () => {
    const { bound } = await readScenario(name);
    const rows = judgeStages(bound!).flatMap(({ stage, expect: outcome }) =>
      (outcome?.assertions ?? []).flatMap(({ statements }) =>
        statements.flatMap(({ statement, because }) => {
          const stated = statement.kind === "row" && (statement.because.has("") || statement.because.has("spec"));
          return stated && because?.status !== "as-stated" ? [`${stage.name}: ${statement.id} ${because?.status}`] : [];
        }),
      ),
    );
    expect(rows).toEqual([]);
  });

  test("every declared state of the intent is needed", async () => {
    const { bound } = await readScenario(name);
    const unnoticed: string[] = [];
    for (const stage of bound!.useCase.stages) {
      const turned = await objections(name, undefined, (useCase) =>
        withStage(useCase, stage.name, { intent: stage.intent === "met" ? "unmet" : "met" }),
      );
      if (turned.length === 0) unnoticed.push(stage.name);
    }
    expect(unnoticed).toEqual([]);
  });

  test("every expected row would be missed if it were the other way round", async () => {
    const { bound } = await readScenario(name);
    const unnoticed: string[] = [];
    for (const stage of bound!.useCase.stages) {
      for (const row of stage.expect) {
        if (row.verdict === "either") continue;
        const other = { ...row, verdict: row.verdict === "allow" ? ("deny" as const) : ("allow" as const), because: new Map() };
        const turned = await objections(name, undefined, (useCase) =>
          withStage(useCase, stage.name, { expect: stage.expect.map((each) => (each.id === row.id ? other : each)) }),
        );
        if (turned.length === 0) unnoticed.push(`${stage.name}: ${row.id}`);
      }
    }
    expect(unnoticed).toEqual([]);
  });
});

function withStage(useCase: UseCase, name: string, change: Partial<UseCase["stages"][number]>): UseCase {
  return { ...useCase, stages: useCase.stages.map((stage) => (stage.name === name ? { ...stage, ...change } : stage)) };
}

describe("day-one in numbers", () => {
  const table = `
    STAGE       OPEN  BREAK  I1  I2  I3  I4  rest  INTENT
    before        54     20   0   7   7   6     0  unmet
    policy1       44     12   0   0   6   6     0  unmet
    db-guarded    38      6   0   0   0   6     0  unmet
    db-silent     32      0   0   0   0   0     0  met
    db-mistake    38      6   0   0   0   6     0  unmet`;

  test("open pairs, and pairs that break the intent under the first statement they break", async () => {
    const { bound } = await readScenario("day-one");
    const rows = judgeStages(bound!).map(({ stage, pairs, intent }) => [
      stage.name,
      ...[pairs.open, intent.broken, ...intent.assertions.map(({ broken }) => broken)].map(String),
      intent.status,
    ]);
    const [, ...expected] = table
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
    expect(rows).toEqual(expected);
    expect(judgeStages(bound!).map(({ pairs }) => pairs.total)).toEqual([54, 54, 54, 54, 54]);
  });

  test("customer data is reached as each stage says", async () => {
    const { bound } = await readScenario("day-one");
    const data = judgeStages(bound!).map(({ intent }) => {
      const paths = intent.assertions.flatMap(({ statements }) => statements.flatMap((statement) => statement.paths ?? []));
      return paths.map(({ label, direct, through }) => ({
        label,
        direct: direct.length,
        through: through.map(({ via, from }) => `${via.name}: ${from.map((point) => point.name).join(" ")}`),
      }));
    });
    expect(data).toEqual([
      [{ label: "data", direct: 7, through: ["webserver-dev: client1-dev client2-dev client-jtac client-qa cent222 cent333"] }],
      [{ label: "data", direct: 7, through: ["webserver-dev: client1-dev client-jtac cent222"] }],
      [{ label: "data", direct: 1, through: ["webserver-dev: client1-dev client-jtac cent222"] }],
      [{ label: "data", direct: 1, through: ["webserver-dev: client1-dev client-jtac cent222"] }],
      [{ label: "data", direct: 1, through: ["webserver-dev: client1-dev client-jtac cent222"] }],
    ]);
  });

  test("two engines agree on 269 of 270 answers, and one cell differs", async () => {
    const { bound } = await readScenario("day-one");
    const { conclusion, stages } = await reportOf(bound!);
    expect(conclusion.agreement).toEqual({ answers: 270, agreeing: 269 });
    expect(stages.map(({ surveys }) => surveys.map(({ open }) => open))).toEqual([
      [54, 54],
      [44, 44],
      [38, 38],
      [32, 32],
      [38, 39],
    ]);
    const differing = stages.flatMap(({ name, differences }) => differences.map((one) => ({ stage: name, ...one })));
    expect(differing).toMatchObject([
      {
        stage: "db-mistake",
        name: "D3",
        effect: "more-open",
        from: ["dev/dbserver-dev"],
        to: ["dev/webserver-dev"],
        ports: "all",
        pairs: 1,
      },
    ]);
  });

  test("a difference that no deviation covers is a finding", async () => {
    const listed = useCaseText("day-one");
    for (const [text, expected] of [
      [
        listed.slice(0, listed.indexOf("\ndeviations:")),
        ["contrail: this row does not hold at db-mistake", "contrail is more open than spec at db-mistake"],
      ],
      [
        listed.replace(/^( *)verdict: allow\n( *reason: Allow-all)/m, "$1verdict: deny\n$2"),
        ["contrail is more open than spec at db-mistake"],
      ],
    ] as const) {
      const { bound } = await readScenario("day-one", text);
      const { findings, conclusion } = await reportOf(bound!);
      expect(conclusion.exitCode).toBe(1);
      const messages = findings.map(({ message }) => message);
      for (const beginning of expected) expect(messages.filter((message) => message.startsWith(beginning))).toHaveLength(1);
    }
  });

  test("without one declaration the run fails, at that stage and with a flow", async () => {
    const text = useCaseText("day-one").replace(/(apply: policy1\.yaml\n) +intent: unmet\n/, "$1");
    const [only, ...others] = await objections("day-one", text);
    expect(others).toEqual([]);
    expect(only).toBe(
      "stage-unmet: policy1 must meet the intent, 12 pairs break it (I3 by 6 pairs, I4 by 6: client1-dev → dbserver-dev 80/TCP)",
    );
  });
});
