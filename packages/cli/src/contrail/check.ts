import { contrailCalculation } from "@netproof/core/contrail";
import {
  contrailCheck,
  endpointName,
  presentContrailCheck,
  resolveEnd,
  specCalculation,
  type Endpoint,
  type Look,
} from "@netproof/core/parts";
import { annotate } from "../annotations.ts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { prepare } from "../prepare.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { chosenProfile, openContrail, tellDiagnostics, tellProfile, type ContrailSubject } from "./subject.ts";

/** Which policies would do something else in Contrail, why, and how to write them so that both do the same. */
export async function check(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [file] = operandsOf(["FILE"], 0, operands, "contrail", "check");
  const wanted = wantedOutput(options, formatsOf.contrail);
  const profile = chosenProfile(options);
  if (file !== undefined && options.filename.length > 0) throw new Refusal(`\`${file}\` and -f: one of them names what is checked`);
  const read = await prepare(file === undefined ? options : { ...options, filename: [file] }, "contrail");
  const subject = await openContrail(read, options);
  const { calculation } = subject;
  const document = contrailCheck(
    { spec: specCalculation(calculation.snapshot), contrail: calculation },
    {
      stage: subject.stage,
      outside: (subject.useCase?.outside ?? []).flatMap(({ externals }) => externals),
      nameOf: (endpoint) => shortName(endpoint, subject),
      calculate: (snapshot) => ({ spec: specCalculation(snapshot), contrail: contrailCalculation(snapshot, profile.name) }),
    },
  );
  await writeAnswer(
    wanted,
    { table: (look: Look) => presentContrailCheck(document, look), ...dataFormats(document) },
    options,
    subject.paths,
  );
  tellDiagnostics(subject.diagnostics, options, subject.paths);
  tellProfile(subject, options, profile);
  annotate(document.findings, subject.paths);
  return document.exitCode;
}

/** The short name where it is unique. */
function shortName(endpoint: Endpoint, { names }: ContrailSubject): string {
  if (endpoint.kind !== "pod") return endpointName(endpoint);
  const label = endpoint.workload?.name ?? endpoint.name;
  return resolveEnd(label, names).problem === undefined ? label : endpointName(endpoint);
}
