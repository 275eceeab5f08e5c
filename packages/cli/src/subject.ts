import {
  coverageOf,
  nearest,
  presentCoverage,
  presentLedger,
  type Calculation,
  type Coverage,
  type Judgement,
  type NameTable,
  type UseCase,
} from "@netproof/core/parts";
import { chosenEngines } from "./engines.ts";
import type { CommandName, Options } from "./flags.ts";
import { lookFor, type FullPaths } from "./look.ts";
import { onlyAscii } from "./output.ts";
import { prepare, withoutErrors, type Prepared } from "./prepare.ts";
import { Refusal } from "./refusal.ts";
import { talk } from "./terminal.ts";

/** What a question is about: one snapshot, and who is called what in it. */
export interface Subject {
  readonly calculation: Calculation<Judgement>;
  readonly names: NameTable;
  /** Of a use case: the stage that is asked about. */
  readonly stage: string | undefined;
  readonly useCase: UseCase | undefined;
  readonly coverage: Coverage;
  readonly paths: FullPaths;
}

/** Reads what the command line names and opens the engine on it; of a use case, at the stage of --stage or the last one. */
export async function openSubject(options: Options, command: CommandName): Promise<Subject> {
  const [engine, ...others] = chosenEngines(options.engine);
  if (others.length > 0) throw new Refusal(`\`${command}\` asks one engine, not ${others.length + 1}`);
  const prepared = withoutErrors(await prepare(options, command), options);
  const { snapshot, ledger, stage, useCase } = stageOf(prepared, options.stage);
  await using session = await engine.open(snapshot);
  const { calculation } = session;
  const names: NameTable = {
    snapshot,
    outside: useCase?.outside ?? [],
    groups: useCase?.groups ?? [],
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  };
  return { calculation, names, stage, useCase, coverage: coverageOf(ledger, calculation.assumed), paths: prepared.paths };
}

type AskedStage = Pick<NameTable, "snapshot"> & Pick<Prepared, "ledger"> & Pick<Subject, "stage" | "useCase">;

function stageOf({ material, ledger }: Prepared, wanted: string | undefined): AskedStage {
  if (material.kind === "snapshot") {
    if (wanted !== undefined)
      throw new Refusal(`--stage ${wanted}: manifests alone have no stages, a use case has`, "netproof init writes one");
    return { snapshot: material.snapshot, ledger, stage: undefined, useCase: undefined };
  }
  const { useCase, stages } = material.bound;
  const stage = stages[stageIndex(stages, wanted)];
  if (stage === undefined) throw new Refusal(`the use case \`${material.path}\` has no stages`);
  return { snapshot: stage.snapshot, ledger: stage.ledger, stage: stage.name, useCase };
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
export function tellCoverage({ coverage, paths }: Subject, options: Options, addition = ""): void {
  const look = lookFor(process.stderr, options, paths);
  const text = options.ledger ? presentLedger(coverage, look) : presentCoverage({ ...coverage, text: coverage.text + addition }, look);
  talk(options.ascii ? onlyAscii(text) : text);
}
