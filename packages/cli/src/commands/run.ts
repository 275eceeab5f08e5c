import { readFileSync } from "node:fs";
import {
  checkDeviations,
  compareTexts,
  checkStage,
  presentCheck,
  presentCsv,
  presentHtml,
  presentMarkdown,
  presentMermaid,
  presentRun,
  presentRunQuiet,
  presentSvg,
  reportDiagnostic,
  runReport,
  timeAsked,
  type BoundUseCase,
  type JudgedStage,
  type Look,
  type Report,
  type ReportSource,
  type StageResult,
  type TimeAsked,
} from "@netproof/core/parts";
import type { FullPaths } from "../look.ts";
import { annotate } from "../annotations.ts";
import {
  enginesNamed,
  enginesOfUseCase,
  versionsOf,
  type ChosenEngines,
  type EngineWishes,
  type JudgingEngine,
  type JudgingSession,
} from "../engines.ts";
import type { Options } from "../flags.ts";
import { exploreOf } from "../explore.ts";
import { mayHoldSecrets } from "../secrets.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { useCasePath } from "../input.ts";
import { denyWithOf, isMeasuring } from "../lab/ask.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer, type Wanted } from "../output.ts";
import { checkDocument, isError, prepare, prepareUseCase, withoutErrors, type Failed } from "../prepare.ts";
import { startProgress, type Progress } from "../progress.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { stageIndex } from "../subject.ts";

/** Judges a use case by its stages. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [file] = operandsOf(["FILE"], 0, operands, "run");
  if (file !== undefined && options.filename.length > 0) throw new Refusal("a use case is named once", `netproof run ${file}`);
  const wanted = wantedOutput(options, formatsOf.run);
  const today = dayOf(options.today);
  const measures = options.engine.length === 0 || isMeasuring(options);
  if (options.all && !measures) throw new Refusal("--all is which flows the lab tries, and no lab is asked", "--engine lab");
  const wishes: EngineWishes = { denyWith: denyWithOf(options, measures), every: options.all };
  const named = await enginesNamed(options.engine, wishes);
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
  const chosen = await enginesOf(named, bound, wishes);
  const { judged, remarks } = await judgeStages(bound, last, chosen, today);
  const results = judged.flatMap(({ surveys }) => surveys.map(({ result }) => result));
  // Deviations may belong to stages that were not judged.
  const findings = last === bound.stages.length - 1 ? checkDeviations(bound, results, today) : [];
  const made = runReport({ useCase: bound.useCase, stages: judged, findings });
  const inputs = prepared.diagnostics.map((diagnostic) => reportDiagnostic(diagnostic, "input"));
  const warnings = made.conclusion.warnings + inputs.filter(({ severity }) => severity === "warning").length;
  const coverage = { ...made.coverage, text: [made.coverage.text, ...remarks].join("; ") };
  const report: Report = { ...made, coverage, findings: [...inputs, ...made.findings], conclusion: { ...made.conclusion, warnings } };
  const makesHtml = [wanted, ...wanted.copies].some(({ format }) => format === "html");
  const explore = makesHtml ? await exploreOf(material.path) : "";
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
      html: () => presentHtml(report, citedSources(report, prepared.paths), explore),
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

/** The texts behind the places of a report, but none that may hold a secret. */
function citedSources(report: Report, paths: FullPaths): readonly ReportSource[] {
  const files = new Set(
    [...JSON.stringify(report).matchAll(/"file":"((?:[^"\\]|\\.)*)"/g)].map(([, file = ""]) => JSON.parse(`"${file}"`) as string),
  );
  return [...files].sort(compareTexts).flatMap((name): readonly ReportSource[] => {
    const full = paths.get(name);
    if (full === undefined) return [];
    const text = readFileSync(full, "utf8").replace(/^\uFEFF/, "");
    if (mayHoldSecrets(text)) return [{ name, text: undefined, why: "not shown: it holds a Secret or a ConfigMap" }];
    return text.length > mostSource ? [{ name, text: undefined, why: "not shown: it is large" }] : [{ name, text, why: undefined }];
  });
}

/** A report of a few hundred kilobytes can be sent; a dump of a cluster cannot. */
const mostSource = 200_000;

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
async function enginesOf([first, ...others]: readonly JudgingEngine[], bound: BoundUseCase, wishes: EngineWishes): Promise<ChosenEngines> {
  if (first !== undefined) return { engines: [first, ...others], skipped: [], whenOneFails: "refuse" };
  return enginesOfUseCase(bound, wishes);
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
  { engines, skipped, whenOneFails }: ChosenEngines,
  today: string | undefined,
): Promise<Judged> {
  const stages = bound.stages.slice(0, last + 1);
  const times = stages.map((_, index) => timeAsked(bound, index));
  const progress = startProgress();
  const judgements: Judgement[] = [];
  const [remarks, failed]: [string[], string[]] = [[], []];
  for (const engine of engines) {
    try {
      judgements.push(await judgeBy(engine, bound, stages, times, today, progress, engines.length > 1));
    } catch (error) {
      const failure = engine.failure?.(error);
      if (failure === undefined) throw error;
      if (whenOneFails === "refuse" || engines.length === 1)
        throw new Refusal(`the engine \`${engine.name}\` cannot run here: ${failure}`, "netproof lab doctor", 3);
      failed.push(`${engine.name} skipped: ${failure}`);
    }
  }
  progress.end();
  for (const { remark } of judgements) if (remark !== undefined) remarks.push(remark);
  return {
    judged: stages.map((stage, index) => ({
      stage,
      time: times[index],
      surveys: judgements.map(({ surveys }) => surveys[index]) as unknown as JudgedStage["surveys"],
    })),
    remarks: [...versionsOf(engines), ...remarks, ...skipped, ...failed],
  };
}

/** What one engine says of all stages. */
interface Judgement {
  readonly surveys: readonly JudgedStage["surveys"][number][];
  readonly remark: string | undefined;
}

async function judgeBy(
  engine: JudgingEngine,
  bound: BoundUseCase,
  stages: BoundUseCase["stages"],
  times: readonly (TimeAsked | undefined)[],
  today: string | undefined,
  progress: Progress,
  isOneOfSeveral: boolean,
): Promise<Judgement> {
  const outside = bound.useCase.outside.flatMap(({ externals }) => externals);
  const surveys: JudgedStage["surveys"][number][] = [];
  let [step, session, previous]: [string, JudgingSession | undefined, StageResult | undefined] = ["", undefined, undefined];
  try {
    for (const [index, stage] of stages.entries()) {
      step = `${stage.name}: stage ${index + 1} of ${stages.length}${isOneOfSeveral ? `, ${engine.name}` : ""}`;
      progress.step(step);
      if (session === undefined) {
        const probed = (done: number, all: number): void => progress.step(`${step}: ${done} of ${all} probes`);
        session = await engine.open(stage.snapshot, { outside, progress: probed, watch: times[index] });
      } else await session.advance(stage.snapshot, { watch: times[index] });
      const { calculation, watched } = session;
      // The kernel names the first rule that matches, not all that do: what is measured is not checked for its reasons.
      const judge = engine.nature === "derived" ? calculation : { cuts: calculation.cuts, reach: calculation.reach };
      const because = engine.commentary === undefined ? "for-any-engine" : "for-this-engine";
      previous = checkStage({ bound, stage: index, engine: engine.name, judge, previous, today, because });
      surveys.push({ engine: engine.name, calculation, commentary: engine.commentary, result: previous, watched });
    }
    return { surveys, remark: session?.remark };
  } finally {
    await session?.[Symbol.asyncDispose]();
  }
}

/** The day by which deviations expire: --today, or the day it is (UTC, so that it is the same for everybody). */
function dayOf(text: string | undefined): string {
  if (text === undefined) return new Date().toISOString().slice(0, 10);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
  if (!isDay) throw new Refusal(`--today \`${text}\` is no day`, "a day is YYYY-MM-DD");
  return text;
}
