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
  type JudgedStage,
  type Look,
  type Report,
  type StageResult,
} from "@netproof/core/parts";
import { annotate } from "../annotations.ts";
import { enginesNamed, enginesOfUseCase, versionsOf, type ChosenEngines, type JudgingEngine, type JudgingSession } from "../engines.ts";
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
  const named = await enginesNamed(options.engine);
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
  const { engines, skipped } = await enginesOf(named, bound);
  const { judged, remarks } = await judgeStages(bound, last, engines, today);
  const results = judged.flatMap(({ surveys }) => surveys.map(({ result }) => result));
  // Deviations may belong to stages that were not judged.
  const findings = last === bound.stages.length - 1 ? checkDeviations(bound, results, today) : [];
  const made = runReport({ useCase: bound.useCase, stages: judged, findings });
  const inputs = prepared.diagnostics.map((diagnostic) => reportDiagnostic(diagnostic, "input"));
  const warnings = made.conclusion.warnings + inputs.filter(({ severity }) => severity === "warning").length;
  const coverage = { ...made.coverage, text: [made.coverage.text, ...remarks, ...skipped].join("; ") };
  const report: Report = { ...made, coverage, findings: [...inputs, ...made.findings], conclusion: { ...made.conclusion, warnings } };
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
async function enginesOf([first, ...others]: readonly JudgingEngine[], { useCase: { engines } }: BoundUseCase): Promise<ChosenEngines> {
  if (first !== undefined) return { engines: [first, ...others], skipped: [] };
  const skips = [...engines.settings].flatMap(([name, { skip }]) => (skip === undefined ? [] : [[name, skip] as const]));
  return enginesOfUseCase(engines.run, new Map(skips));
}

interface Judged {
  readonly judged: readonly JudgedStage[];
  /** What the coverage line says of engines. */
  readonly remarks: readonly string[];
}

/** Every engine goes through the stages once, one snapshot after the other. */
async function judgeStages(
  bound: BoundUseCase,
  last: number,
  engines: readonly JudgingEngine[],
  today: string | undefined,
): Promise<Judged> {
  const stages = bound.stages.slice(0, last + 1);
  const outside = bound.useCase.outside.flatMap(({ externals }) => externals);
  const remarks: string[] = [...versionsOf(engines)];
  const progress = startProgress();
  const surveys = stages.map((): JudgedStage["surveys"][number][] => []);
  for (const engine of engines) {
    let session: JudgingSession | undefined;
    let previous: StageResult | undefined;
    for (const [index, stage] of stages.entries()) {
      progress.step(`${stage.name}: stage ${index + 1} of ${stages.length}${engines.length > 1 ? `, ${engine.name}` : ""}`);
      if (session === undefined) session = await engine.open(stage.snapshot, { outside });
      else await session.advance(stage.snapshot);
      const { calculation } = session;
      // The kernel names the first rule that matches, not all that do: what is measured is not checked for its reasons.
      const judge = engine.nature === "derived" ? calculation : { cuts: calculation.cuts, reach: calculation.reach };
      const because = engine.commentary === undefined ? "for-any-engine" : "for-this-engine";
      previous = checkStage({ bound, stage: index, engine: engine.name, judge, previous, today, because });
      surveys[index]?.push({ engine: engine.name, calculation, commentary: engine.commentary, result: previous });
    }
    if (session?.remark !== undefined) remarks.push(session.remark);
    await session?.[Symbol.asyncDispose]();
  }
  progress.end();
  return { judged: stages.map((stage, index) => ({ stage, surveys: surveys[index] as unknown as JudgedStage["surveys"] })), remarks };
}

/** The day by which deviations expire: --today, or the day it is (UTC, so that it is the same for everybody). */
function dayOf(text: string | undefined): string {
  if (text === undefined) return new Date().toISOString().slice(0, 10);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
  if (!isDay) throw new Refusal(`--today \`${text}\` is no day`, "a day is YYYY-MM-DD");
  return text;
}
