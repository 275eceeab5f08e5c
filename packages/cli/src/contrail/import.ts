import { importDump, type DumpDocument } from "@netproof/core/contrail";
import {
  compareDiagnostics,
  contrailDrift,
  coverageOf,
  parseYaml,
  presentContrailDrift,
  rowOptionsOf,
  type Diagnostic,
  type InputFile,
  type Look,
} from "@netproof/core/parts";
import { listFiles, readFiles, readStandardInput } from "../files.ts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { isError, prepare, withoutErrors } from "../prepare.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { chosenProfile, openContrail, tellDiagnostics, tellProfile } from "./subject.ts";

/** Compares a dump of Contrail's configuration with what the manifests ask for: object by object, then flow by flow. */
export async function importObjects(options: Options, operands: readonly string[]): Promise<ExitCode> {
  if (operands.length === 0)
    throw new Refusal(
      "`contrail import` needs the files of a dump",
      "GET /application-policy-sets?detail=true and the like, saved as JSON",
    );
  const wanted = wantedOutput(options, formatsOf.contrail);
  const profile = chosenProfile(options);
  if (operands.includes("-") && options.filename.includes("-"))
    throw new Refusal("- is the dump or the manifests, standard input is only one of them");
  const dumped = await dumpFiles(operands);
  const read = await prepare(options, "contrail");
  const subject = await openContrail(read, options);
  const { calculation, useCase, stage, paths } = subject;
  const allPaths = new Map([...paths, ...dumped.files.map(({ name }) => [name, name] as const)]);
  const parsed = await Promise.all(dumped.files.map(parseDump));
  const documents = parsed.flatMap((one) => one.documents);
  const unreadable = [...dumped.problems, ...parsed.flatMap(({ diagnostics }) => diagnostics)];
  const { imported, diagnostics, skipped } = importDump(documents, calculation.configuration, options.policySet);
  const all = [...unreadable, ...(unreadable.some(isError) ? [] : diagnostics)].sort(compareDiagnostics);
  const ledger = { files: dumped.files.length, read: [], skipped, assumed: [] };
  if (imported === undefined || unreadable.some(isError)) {
    withoutErrors({ material: undefined, ledger, diagnostics: all, paths: allPaths }, options);
    throw new Error("errors end the command");
  }
  const rows = rowOptionsOf({ useCase, snapshots: [calculation.snapshot] }, useCase === undefined ? "cut-into-ranges" : "left-out");
  const document = contrailDrift(calculation, imported, { stage, rows });
  await writeAnswer(wanted, { table: (look: Look) => presentContrailDrift(document, look), ...dataFormats(document) }, options, allPaths);
  tellDiagnostics([...subject.diagnostics, ...all], options, allPaths);
  const own = coverageOf(ledger).ledger;
  const { coverage } = subject;
  const text = [coverage.text, ...own.skipped.map(({ what, count }) => `${what} (${count}) of the dump not analysed`)].join("; ");
  const merged = {
    text,
    ledger: { ...coverage.ledger, files: coverage.ledger.files + own.files, skipped: [...coverage.ledger.skipped, ...own.skipped] },
  };
  tellProfile({ coverage: merged, paths: allPaths }, options, profile);
  return document.exitCode;
}

async function dumpFiles(
  operands: readonly string[],
): Promise<{ readonly files: readonly InputFile[]; readonly problems: readonly Diagnostic[] }> {
  const files: InputFile[] = [];
  const problems: Diagnostic[] = [];
  for (const named of new Set(operands)) {
    if (named === "-") {
      const found = await readStandardInput("<stdin>");
      if ("file" in found) files.push(found.file);
      else problems.push(found.problem);
      continue;
    }
    const listing = listFiles(named, named, "own");
    const found = await readFiles(listing.files);
    files.push(...found.files);
    problems.push(...listing.problems, ...found.problems);
  }
  return { files, problems };
}

async function parseDump(
  file: InputFile,
): Promise<{ readonly documents: readonly DumpDocument[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { documents, diagnostics } = await parseYaml({ name: file.name, text: file.text.replace(/^\uFEFF/, "") });
  return { documents, diagnostics };
}
