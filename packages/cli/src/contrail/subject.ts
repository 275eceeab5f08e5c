import { contrail, defaultProfile, profileNamed, profileNames, type ContrailCalculation, type Profile } from "@netproof/core/contrail";
import {
  coverageOf,
  nearest,
  presentDiagnostics,
  reportDiagnostic,
  type Coverage,
  type Diagnostic,
  type NameTable,
  type UseCase,
} from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { lookFor, type FullPaths } from "../look.ts";
import { onlyAscii } from "../output.ts";
import { withoutErrors, type Failed, type Prepared } from "../prepare.ts";
import { Refusal } from "../refusal.ts";
import { stageIndex, tellCoverage } from "../subject.ts";
import { talk } from "../terminal.ts";

/** What a question to Contrail is about. */
export interface ContrailSubject {
  readonly calculation: ContrailCalculation;
  readonly diagnostics: readonly Diagnostic[];
  readonly names: NameTable;
  readonly stage: string | undefined;
  readonly useCase: UseCase | undefined;
  readonly coverage: Coverage;
  readonly paths: FullPaths;
}

/** The kube-manager that --profile names. */
export function chosenProfile({ profile: text }: Options): Profile {
  const found = profileNamed(text ?? defaultProfile);
  if (found !== undefined) return found;
  const meant = nearest(text ?? "", profileNames);
  throw new Refusal(
    `no profile \`${text}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    `the profiles are ${profileNames.join(", ")}`,
  );
}

/** Opens Contrail on what was read. A use case is gone through stage by stage: kube-manager remembers what was there before. */
export async function openContrail(read: Prepared | Failed, options: Options): Promise<ContrailSubject> {
  const profile = chosenProfile(options);
  const { material, ledger, paths } = withoutErrors(read, options);
  const asked = material.kind === "snapshot" ? snapshotsOf(material, options) : stagesOf(material, options);
  const { snapshots, stage, useCase } = asked;
  const [first, ...later] = snapshots;
  if (first === undefined) throw new Refusal("the use case has no stages");
  await using session = await contrail(profile.name).open(first);
  for (const next of later) await session.advance(next);
  const { calculation, diagnostics } = session;
  const names: NameTable = {
    snapshot: calculation.snapshot,
    outside: useCase?.outside ?? [],
    groups: useCase?.groups ?? [],
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  };
  return { calculation, diagnostics, names, stage, useCase, coverage: coverageOf(asked.ledger ?? ledger, calculation.assumed), paths };
}

interface Asked extends Pick<ContrailSubject, "stage" | "useCase"> {
  readonly snapshots: readonly ContrailCalculation["snapshot"][];
  readonly ledger: Prepared["ledger"] | undefined;
}

type Material = Prepared["material"];

function snapshotsOf({ snapshot }: Extract<Material, { readonly kind: "snapshot" }>, { stage }: Options): Asked {
  if (stage !== undefined)
    throw new Refusal(`--stage ${stage}: manifests alone have no stages, a use case has`, "netproof init writes one");
  return { snapshots: [snapshot], stage: undefined, useCase: undefined, ledger: undefined };
}

function stagesOf({ bound }: Extract<Material, { readonly kind: "use-case" }>, { stage }: Options): Asked {
  const { useCase, stages } = bound;
  const asked = stages.slice(0, stageIndex(stages, stage) + 1);
  const last = asked.at(-1);
  return { snapshots: asked.map(({ snapshot }) => snapshot), stage: last?.name, useCase, ledger: last?.ledger };
}

/** Warnings are talk. */
export function tellDiagnostics(diagnostics: readonly Diagnostic[], options: Options, paths: FullPaths): void {
  const text = presentDiagnostics(
    diagnostics.map((diagnostic) => reportDiagnostic(diagnostic, "input")),
    lookFor(process.stderr, options, paths),
  );
  talk(options.ascii ? onlyAscii(text) : text);
}

/** The coverage line names the version that was asked. */
export function tellProfile(subject: Pick<ContrailSubject, "coverage" | "paths">, options: Options, profile: Profile): void {
  tellCoverage(subject, options, `; contrail ${profile.name}`);
}
