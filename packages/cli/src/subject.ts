import {
  coverageOf,
  nearest,
  presentCoverage,
  presentLedger,
  type Calculation,
  type Coverage,
  type NameTable,
  type Snapshot,
  type UseCase,
} from "@netproof/core/parts";
import { enginesNamed, versionsOf, type JudgingEngine } from "./engines.ts";
import type { CommandName, Options } from "./flags.ts";
import { lookFor, type FullPaths } from "./look.ts";
import { onlyAscii } from "./output.ts";
import { prepare, withoutErrors, type Prepared } from "./prepare.ts";
import { Refusal } from "./refusal.ts";
import { talk } from "./terminal.ts";

/** What a question is about: one snapshot, and who is called what in it. */
export interface Subject {
  /** Of the first engine. */
  readonly calculation: Calculation;
  /** In the order of --engine. */
  readonly asked: readonly [AskedEngine, ...AskedEngine[]];
  readonly names: NameTable;
  /** Of a use case: the stage that is asked about. */
  readonly stage: string | undefined;
  readonly useCase: UseCase | undefined;
  readonly coverage: Coverage;
  readonly paths: FullPaths;
}

/** An engine and what it says of the snapshot. */
export interface AskedEngine {
  readonly engine: JudgingEngine;
  readonly calculation: Calculation;
}

/** Reads what the command line names and opens the engines on it; of a use case, at the stage of --stage or the last one. */
export async function openSubject(
  options: Options,
  command: CommandName,
  most: "one-engine" | "any-engines" = "one-engine",
): Promise<Subject> {
  const engines = await enginesNamed(options.engine.length === 0 ? ["spec"] : options.engine, { denyWith: "reject" });
  if (engines.length > 1 && most === "one-engine") throw new Refusal(`\`${command}\` asks one engine, not ${engines.length}`);
  const measuring = engines.find(({ nature }) => nature === "observed");
  if (measuring !== undefined)
    throw new Refusal(
      `\`${command}\` asks engines that calculate, and \`${measuring.name}\` measures`,
      `netproof run --engine ${measuring.name}`,
    );
  const { ledger, history, ...subject } = await readSubject(options, command);
  const asked = await Promise.all(engines.map((engine) => askEngine(engine, history)));
  const [first] = asked as [AskedEngine, ...AskedEngine[]];
  const coverage = coverageOf(
    ledger,
    asked.flatMap(({ calculation }) => calculation.assumed),
  );
  const text = [coverage.text, ...versionsOf(engines)].join("; ");
  return { ...subject, asked: asked as [AskedEngine, ...AskedEngine[]], calculation: first.calculation, coverage: { ...coverage, text } };
}

/** What an engine says at the last of these snapshots when it has come through those before: some remember. */
async function askEngine(engine: JudgingEngine, [first, ...later]: ReadSubject["history"]): Promise<AskedEngine> {
  await using session = await engine.open(first);
  for (const next of later) await session.advance(next);
  return { engine, calculation: session.calculation };
}

/** What a question is about, before an engine is asked. */
export interface ReadSubject extends Pick<Subject, "names" | "stage" | "useCase" | "paths">, Pick<Prepared, "ledger"> {
  /** The stages up to the one that is asked about; that is the last. */
  readonly history: readonly [Snapshot, ...Snapshot[]];
}

export async function readSubject(options: Options, command: CommandName): Promise<ReadSubject> {
  const prepared = withoutErrors(await prepare(options, command), options);
  const { history, ledger, stage, useCase } = stageOf(prepared, options.stage);
  const [snapshot = history[0]] = history.slice(-1);
  const names: NameTable = {
    snapshot,
    outside: useCase?.outside ?? [],
    groups: useCase?.groups ?? [],
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  };
  return { names, history, stage, useCase, ledger, paths: prepared.paths };
}

type AskedStage = Pick<ReadSubject, "history" | "ledger" | "stage" | "useCase">;

function stageOf({ material, ledger }: Prepared, wanted: string | undefined): AskedStage {
  if (material.kind === "snapshot") {
    if (wanted !== undefined)
      throw new Refusal(`--stage ${wanted}: manifests alone have no stages, a use case has`, "netproof init writes one");
    return { history: [material.snapshot], ledger, stage: undefined, useCase: undefined };
  }
  const { useCase, stages } = material.bound;
  const index = stageIndex(stages, wanted);
  const [stage, [first, ...later]] = [stages[index], stages.slice(0, index + 1).map(({ snapshot }) => snapshot)];
  if (stage === undefined || first === undefined) throw new Refusal(`the use case \`${material.path}\` has no stages`);
  return { history: [first, ...later], ledger: stage.ledger, stage: stage.name, useCase };
}

/** Where a stage stands, by its name; the last one when none was named. */
export function stageIndex(stages: readonly { readonly name: string }[], wanted: string | undefined): number {
  if (wanted === undefined) return stages.length - 1;
  const index = stages.findIndex(({ name }) => name === wanted);
  if (index >= 0) return index;
  const names = stages.map(({ name }) => name);
  const meant = nearest(wanted, names);
  throw new Refusal(
    `no stage \`${wanted}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    `the stages are ${names.join(", ")}`,
  );
}

/** The ledger's line (or its table), beside the answer. */
export function tellCoverage({ coverage, paths }: Pick<Subject, "coverage" | "paths">, options: Options, addition = ""): void {
  const look = lookFor(process.stderr, options, paths);
  const text = options.ledger ? presentLedger(coverage, look) : presentCoverage({ ...coverage, text: coverage.text + addition }, look);
  talk(options.ascii ? onlyAscii(text) : text);
}
