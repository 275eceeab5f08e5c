import {
  bindNames,
  compareDiagnostics,
  coverageOf,
  emptyLedger,
  parseCidr,
  placeText,
  presentCheck,
  presentDiagnostics,
  read,
  reportDiagnostic,
  resolveStages,
  spanOf,
  type BoundUseCase,
  type CheckDocument,
  type Cidr,
  type Diagnostic,
  type Ledger,
  type Snapshot,
} from "@netproof/core/parts";
import { annotate } from "./annotations.ts";
import type { CommandName, Options } from "./flags.ts";
import { openInput, openUseCase, type Input, type UseCaseInput } from "./input.ts";
import { lookFor, type FullPaths } from "./look.ts";
import { onlyAscii } from "./output.ts";
import { say } from "./messages.ts";
import { Done, Refusal } from "./refusal.ts";
import { endOnInterrupt, exitOnInterrupt, talk } from "./terminal.ts";

/** Input that was read: a snapshot, or a use case with a snapshot per stage, and everything there is to say about it. */
export interface Prepared {
  readonly material:
    | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
    | { readonly kind: "use-case"; readonly bound: BoundUseCase; readonly path: string };
  readonly ledger: Ledger;
  /** Sorted, none of them an error. */
  readonly diagnostics: readonly Diagnostic[];
  readonly paths: FullPaths;
}

/** Input with errors: nothing can be judged. */
export interface Failed {
  readonly material: undefined;
  readonly ledger: Ledger;
  readonly diagnostics: readonly Diagnostic[];
  readonly paths: FullPaths;
}

/** Opens and reads what the command line names. All errors come at once. */
export async function prepare(options: Options, command: CommandName): Promise<Prepared | Failed> {
  exitOnInterrupt();
  const input = await openInput(options, command);
  endOnInterrupt();
  return readInput(input, options);
}

/** The same for a use case that is named without -f. */
export async function prepareUseCase(named: string, options: Options): Promise<Prepared | Failed> {
  exitOnInterrupt();
  const input = await openUseCase(named);
  endOnInterrupt();
  return readInput(input, options);
}

export async function readInput(input: Input, options: Options): Promise<Prepared | Failed> {
  const podCidrs = options.podCidr.map(readCidr);
  const unopened = input.problems.some(isError);
  if (unopened) return { material: undefined, ledger: emptyLedger, diagnostics: sorted(input.problems), paths: input.paths };
  const found =
    input.kind === "manifests" ? await readManifests(input.files, podCidrs, options) : await readStages(input, podCidrs, options);
  const diagnostics = sorted([...input.problems, ...found.diagnostics, ...(options.strict ? skippedUnderStrict(found.ledger) : [])]);
  const { ledger, material } = found;
  if (material === undefined || diagnostics.some(isError)) return { material: undefined, ledger, diagnostics, paths: input.paths };
  return { material, ledger, diagnostics, paths: input.paths };
}

type Found = Pick<Prepared, "ledger" | "diagnostics"> & { readonly material: Prepared["material"] | undefined };

async function readManifests(files: Parameters<typeof read>[0], podCidrs: readonly Cidr[], options: Options): Promise<Found> {
  const { snapshot, diagnostics, ledger } = await read(files, {
    podCidrs,
    assumeAbsent: options.assumeAbsent,
    skipUnreadable: options.skipUnreadable,
    ...(options.namespace === undefined ? {} : { defaultNamespace: options.namespace }),
  });
  const nothing = ledger.read.length === 0 && ledger.skipped.length === 0 && !diagnostics.some(isError);
  return {
    material: { kind: "snapshot", snapshot },
    diagnostics: nothing ? [...diagnostics, say("nothing-read", undefined, { files: ledger.files })] : diagnostics,
    ledger,
  };
}

async function readStages(
  { useCase, files, path }: UseCaseInput,
  podCidrs: readonly Cidr[],
  { assumeAbsent, skipUnreadable }: Options,
): Promise<Found> {
  if (useCase === undefined) return { material: undefined, diagnostics: [], ledger: emptyLedger };
  const { stages, diagnostics } = await resolveStages(useCase, files, { podCidrs, assumeAbsent, skipUnreadable });
  const ledger = stages.at(-1)?.ledger ?? emptyLedger;
  if (diagnostics.some(isError)) return { material: undefined, diagnostics, ledger };
  const named = bindNames(useCase, stages);
  return { material: { kind: "use-case", bound: named.bound, path }, diagnostics: [...diagnostics, ...named.diagnostics], ledger };
}

function readCidr(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Refusal(`--pod-cidr \`${text}\` is no network`, "it looks like 10.244.0.0/16");
  return cidr.cidr;
}

/** --strict: what was left out, even without effect, is an error. Only its place is told: it may be a Secret. */
function skippedUnderStrict({ skipped }: Ledger): readonly Diagnostic[] {
  return skipped.map(({ what, count, why, origins }) => {
    const places = [...new Set(origins.map((origin) => placeText(spanOf(origin))))];
    return say("skipped-under-strict", undefined, { what: count === 1 ? what : `${count} ${what}`, why, places });
  });
}

function sorted(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort(compareDiagnostics);
}

export function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

export function checkDocument({ diagnostics, ledger }: Prepared | Failed): CheckDocument {
  return {
    format: "netproof.check/1",
    diagnostics: diagnostics.map((diagnostic) => reportDiagnostic(diagnostic, "input")),
    coverage: coverageOf(ledger),
  };
}

/** For commands whose answer is not a report: errors end them, warnings are talk. */
export function withoutErrors(prepared: Prepared | Failed, options: Options): Prepared {
  const look = lookFor(process.stderr, options, prepared.paths);
  const print = (text: string): void => talk(options.ascii ? onlyAscii(text) : text);
  if (prepared.material !== undefined) {
    print(
      presentDiagnostics(
        prepared.diagnostics.map((diagnostic) => reportDiagnostic(diagnostic, "input")),
        look,
      ),
    );
    return prepared;
  }
  const document = checkDocument({ ...prepared, diagnostics: prepared.diagnostics.filter(isError) });
  print(presentCheck(document, options.ledger ? "table" : "line", look, "not-judged"));
  annotate(document.diagnostics, prepared.paths);
  throw new Done(2);
}
