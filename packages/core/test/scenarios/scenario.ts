import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { contrail, contrailCommentary } from "../../src/contrail/index.ts";
import {
  bindNames,
  checkDeviations,
  checkStage,
  neededPaths,
  readUseCase,
  resolveStages,
  runReport,
  spec,
  specCalculation,
  type BoundUseCase,
  type Commentary,
  type DerivedEngine,
  type Diagnostic,
  type InputFile,
  type JudgedStage,
  type Report,
  type StageResult,
  type UseCase,
} from "../../src/parts.ts";

export const scenariosFolder = fileURLToPath(new URL("../../../../scenarios", import.meta.url));

export const scenarioNames = readdirSync(scenariosFolder).filter((name) => existsSync(`${scenariosFolder}/${name}/netproof.yaml`));

export function useCaseText(name: string): string {
  return readFileSync(`${scenariosFolder}/${name}/netproof.yaml`, "utf8");
}

/** A use case that was read and bound, and everything that was said about it on the way. */
export interface ReadScenario {
  readonly bound: BoundUseCase | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a scenario folder; `text` stands in for its use-case file, `change` for what was read from it. */
export async function readScenario(
  name: string,
  text: string = useCaseText(name),
  change: (useCase: UseCase) => UseCase = (useCase) => useCase,
): Promise<ReadScenario> {
  const read = await readUseCase({ name: "netproof.yaml", text });
  if (read.useCase === undefined) return { bound: undefined, diagnostics: read.diagnostics };
  const useCase = change(read.useCase);
  const files = new Map(neededPaths(useCase).map((path) => [path, inputFiles(`${scenariosFolder}/${name}`, path)]));
  const { stages, diagnostics } = await resolveStages(useCase, files);
  const said = [...read.diagnostics, ...diagnostics];
  if (said.some(isError)) return { bound: undefined, diagnostics: said };
  const named = bindNames(useCase, stages);
  return { bound: named.bound, diagnostics: [...said, ...named.diagnostics] };
}

/** What the spec engine gives at every stage. */
export function judgeStages(bound: BoundUseCase): readonly StageResult[] {
  const results: StageResult[] = [];
  for (const [stage, { snapshot }] of bound.stages.entries()) {
    results.push(
      checkStage({ bound, stage, engine: "spec", judge: specCalculation(snapshot), previous: results.at(-1), today: undefined }),
    );
  }
  return results;
}

/** The report of all engines that the scenario asks. */
export async function reportOf(bound: BoundUseCase): Promise<Report> {
  const engines: readonly CommentedEngine[] = [spec, { ...contrail(), commentary: contrailCommentary }];
  const asked = engines.filter(({ name }) => bound.useCase.engines.run?.includes(name) ?? true);
  const surveys = await Promise.all(asked.map((engine) => surveysOf(bound, engine)));
  const stages = bound.stages.map((stage, i) => ({ stage, surveys: surveys.map((one) => one[i]) as [Survey, ...Survey[]] }));
  const results = surveys.flat().map(({ result }) => result);
  return runReport({ useCase: bound.useCase, stages, findings: checkDeviations(bound, results, undefined) });
}

type Survey = JudgedStage["surveys"][number];

interface CommentedEngine extends DerivedEngine {
  readonly commentary?: Commentary;
}

/** One engine goes through the stages, as a cluster would. */
async function surveysOf(bound: BoundUseCase, { name, open, commentary }: CommentedEngine): Promise<readonly Survey[]> {
  const [first, ...later] = bound.stages.map(({ snapshot }) => snapshot);
  await using session = await open(first);
  const surveys: Survey[] = [];
  for (const stage of bound.stages.keys()) {
    const next = later[stage - 1];
    if (next !== undefined) await session.advance(next);
    const { calculation } = session;
    const because = commentary === undefined ? "for-any-engine" : "for-this-engine";
    const previous = surveys.at(-1)?.result;
    const result = checkStage({ bound, stage, engine: name, judge: calculation, previous, today: undefined, because });
    surveys.push({ engine: name, calculation, commentary, result });
  }
  return surveys;
}

/** Everything that would keep a run of this scenario from succeeding. */
export async function objections(name: string, text?: string, change?: (useCase: UseCase) => UseCase): Promise<readonly string[]> {
  const { bound, diagnostics } = await readScenario(name, text, change);
  if (bound === undefined || diagnostics.some(isError)) return diagnostics.filter(isError).map(sentence);
  const results = judgeStages(bound);
  return [...results.flatMap(({ findings }) => findings), ...checkDeviations(bound, results, undefined)].filter(isError).map(sentence);
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

export function sentence({ code, message, label }: Diagnostic): string {
  return label === undefined ? `${code}: ${message}` : `${code}: ${message} (${label})`;
}

function inputFiles(folder: string, path: string): readonly InputFile[] {
  const full = `${folder}/${path}`;
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [{ name: path, text: readFileSync(full, "utf8") }];
  const inside = readdirSync(full).filter((entry) => /\.(?:ya?ml|json)$/.test(entry));
  return inside.sort().map((entry) => ({ name: `${path}/${entry}`, text: readFileSync(`${full}/${entry}`, "utf8") }));
}
