import {
  checkDeviations,
  checkStage,
  presentCheck,
  presentCsv,
  presentMarkdown,
  presentMermaid,
  presentRun,
  presentRunQuiet,
  presentSvg,
  reportDiagnostic,
  runReport,
  type BoundUseCase,
  type DerivedEngine,
  type DerivedSession,
  type Judgement,
  type JudgedStage,
  type Look,
  type Report,
  type StageResult,
} from "@netproof/core/parts";
import { annotate } from "../annotations.ts";
import { chosenEngines, engineNames } from "../engines.ts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { useCasePath } from "../input.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer, type Wanted } from "../output.ts";
import { checkDocument, isError, prepare, prepareUseCase, withoutErrors, type Failed } from "../prepare.ts";
import { startProgress } from "../progress.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { stageIndex } from "../subject.ts";

/** Judges a use case by its stages. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [file] = operandsOf(["FILE"], 0, operands, "run");
  if (file !== undefined && options.filename.length > 0) throw new Refusal("a use case is named once", `netproof run ${file}`);
  const wanted = wantedOutput(options, formatsOf.run);
  const today = dayOf(options.today);
  chosenEngines(options.engine);
  const prepared = file === undefined ? await prepare(options, "run") : await prepareUseCase(useCasePath(file), options);
  if (prepared.material === undefined) return unreadable(prepared, wanted, options);
  const { material } = prepared;
  if (material.kind === "snapshot")
    throw new Refusal(
      "these are manifests, and `run` judges a use case",
      "netproof init writes one from them; netproof list says who can reach whom",
    );
  const { bound } = material;
  const last = stageIndex(bound.stages, options.stage);
  const judged = await judgeStages(bound, last, chosenEngines(enginesOf(options, bound)), today);
  const results = judged.flatMap(({ surveys }) => surveys.map(({ result }) => result));
  // Deviations may belong to stages that were not judged.
  const findings = last === bound.stages.length - 1 ? checkDeviations(bound, results, today) : [];
  const made = runReport({ useCase: bound.useCase, stages: judged, findings });
  const inputs = prepared.diagnostics.map((diagnostic) => reportDiagnostic(diagnostic, "input"));
  const warnings = made.conclusion.warnings + inputs.filter(({ severity }) => severity === "warning").length;
  const report: Report = { ...made, findings: [...inputs, ...made.findings], conclusion: { ...made.conclusion, warnings } };
  const table = (look: Look): string =>
    options.quiet ? presentRunQuiet(report, look) : presentRun(report, look, options.ledger ? "table" : "line");
  await writeAnswer(
    wanted,
    {
      table,
      wide: (look) => table({ ...look, full: true }),
      ...dataFormats(report),
      csv: (look) => presentCsv(report, look),
      markdown: () => presentMarkdown(report),
      mermaid: () => presentMermaid(report),
      svg: () => presentSvg(report),
    },
    options,
    prepared.paths,
  );
  annotate(
    report.findings.filter(({ severity }) => severity !== "note"),
    prepared.paths,
  );
  return report.conclusion.exitCode;
}

/** Errors are the report then; where it would be data, they are talk, so that nobody parses half a report. */
async function unreadable(prepared: Failed, wanted: Wanted, options: Options): Promise<ExitCode> {
  if (wanted.format !== "table" && wanted.format !== "wide") withoutErrors(prepared, options);
  const document = checkDocument({ ...prepared, diagnostics: prepared.diagnostics.filter(isError) });
  const table = (look: Look): string => presentCheck(document, options.ledger ? "table" : "line", look, "not-judged");
  await writeAnswer({ ...wanted, copies: [] }, { table, wide: table }, options, prepared.paths);
  annotate(document.diagnostics, prepared.paths);
  return 2;
}

/** Those of the command line; else those of the file, without the ones that it leaves out. */
function enginesOf({ engine }: Options, { useCase: { engines } }: BoundUseCase): readonly string[] {
  if (engine.length > 0) return engine;
  const isLeftOut = (name: string): boolean => engines.settings.get(name)?.skip !== undefined;
  return (engines.run ?? engineNames).filter((name) => !isLeftOut(name));
}

type Engines = readonly DerivedEngine<Judgement>[];

/** Every engine goes through the stages once, one snapshot after the other. */
async function judgeStages(
  bound: BoundUseCase,
  last: number,
  engines: Engines,
  today: string | undefined,
): Promise<readonly JudgedStage[]> {
  const stages = bound.stages.slice(0, last + 1);
  const progress = startProgress();
  const surveys = stages.map((): JudgedStage["surveys"][number][] => []);
  for (const engine of engines) {
    let session: DerivedSession<Judgement> | undefined;
    let previous: StageResult | undefined;
    for (const [index, stage] of stages.entries()) {
      progress.step(`${stage.name}: stage ${index + 1} of ${stages.length}${engines.length > 1 ? `, ${engine.name}` : ""}`);
      if (session === undefined) session = await engine.open(stage.snapshot);
      else await session.advance(stage.snapshot);
      const { calculation } = session;
      previous = checkStage({ bound, stage: index, engine: engine.name, judge: calculation, previous, today });
      surveys[index]?.push({ engine: engine.name, calculation, result: previous });
    }
    await session?.[Symbol.asyncDispose]();
  }
  progress.end();
  return stages.map((stage, index) => ({ stage, surveys: surveys[index] as unknown as JudgedStage["surveys"] }));
}

/** The day by which deviations expire: --today, or the day it is (UTC, so that it is the same for everybody). */
function dayOf(text: string | undefined): string {
  if (text === undefined) return new Date().toISOString().slice(0, 10);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
  if (!isDay) throw new Refusal(`--today \`${text}\` is no day`, "a day is YYYY-MM-DD");
  return text;
}
