import {
  bareArray,
  compileEvents,
  compileObjects,
  contrailAssumptions,
  contrailDiagnostics,
  kubeEvents,
  kubeObjects,
  printPolicies,
  servedObjects,
  type Configuration,
  type KubeObject,
  type Profile,
  type RulePurpose,
} from "@netproof/core/contrail";
import {
  assemble,
  compareDiagnostics,
  contrailObjects,
  coverageOf,
  emptyLedger,
  emptySnapshot,
  nearest,
  parseYaml,
  presentContrailObjects,
  readObjects,
  selectObjects,
  type Diagnostic,
  type InputFile,
  type Ledger,
  type Snapshot,
} from "@netproof/core/parts";
import { listFiles, readFiles } from "../files.ts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { openInput, type ManifestInput } from "../input.ts";
import type { FullPaths } from "../look.ts";
import { say } from "../messages.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { isError, readInput, withoutErrors, type Failed } from "../prepare.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { endOnInterrupt, exitOnInterrupt } from "../terminal.ts";
import { chosenProfile, openContrail, tellDiagnostics, tellProfile, type ContrailSubject } from "./subject.ts";

/** The firewall policies that kube-manager writes, in the order in which agents walk them. */
export async function objects(options: Options, operands: readonly string[]): Promise<ExitCode> {
  operandsOf([], 0, operands, "contrail", "objects");
  const wanted = wantedOutput(options, formatsOf.contrail);
  const profile = chosenProfile(options);
  const compiled = await compile(options, profile);
  const { configuration, paths } = compiled;
  refuseUnknown(options, configuration);
  const shown = selectObjects(configuration, { namespace: options.namespace, policy: options.policy });
  const document = contrailObjects(configuration, shown, compiled.stage);
  await writeAnswer(
    wanted,
    { table: (look) => presentContrailObjects(document, look), ...dataFormats(printPolicies(shown)) },
    options,
    paths,
  );
  tellDiagnostics(compiled.diagnostics, options, paths);
  tellProfile(compiled, options, profile);
  return 0;
}

interface Compiled extends Pick<ContrailSubject, "coverage" | "diagnostics" | "paths" | "stage"> {
  readonly configuration: Configuration;
}

async function compile(options: Options, profile: Profile): Promise<Compiled> {
  exitOnInterrupt();
  const input = await openInput(options, "contrail");
  endOnInterrupt();
  if (input.kind === "use-case") {
    if (options.events !== undefined) throw new Refusal("--events: a use case has stages, and they are its events");
    const subject = await openContrail(await readInput(input, options), options);
    return { ...subject, configuration: subject.calculation.configuration };
  }
  if (options.stage !== undefined)
    throw new Refusal(`--stage ${options.stage}: manifests alone have no stages, a use case has`, "netproof init writes one");
  if (options.strict)
    throw new Refusal("--strict: `contrail objects` compiles whatever is there", "netproof check --strict refuses what would be left out");
  if (input.problems.some(isError)) return failed(input.problems, emptyLedger, input.paths, options);
  const given = await givenObjects(input, options);
  const configuration =
    options.events === undefined
      ? compileObjects(given.objects, profile)
      : compileEvents(await eventsIn(options.events, given.objects), profile);
  const diagnostics = [...input.problems, ...given.diagnostics, ...contrailDiagnostics(given.snapshot, configuration)];
  const assumed = contrailAssumptions(given.snapshot, configuration);
  return {
    configuration,
    stage: undefined,
    diagnostics: diagnostics.sort(compareDiagnostics),
    coverage: coverageOf(given.ledger, assumed),
    paths: input.paths,
  };
}

function failed(diagnostics: readonly Diagnostic[], ledger: Ledger, paths: FullPaths, options: Options): never {
  const nothing: Failed = { material: undefined, ledger, diagnostics, paths };
  withoutErrors(nothing, options);
  throw new Error("errors end the command");
}

interface Given {
  readonly objects: readonly KubeObject[];
  readonly snapshot: Snapshot;
  readonly diagnostics: readonly Diagnostic[];
  readonly ledger: Ledger;
}

/** Objects as an API server has handed them out, where the only file is a bare array of them; else what it would make of manifests. */
async function givenObjects({ files, paths }: ManifestInput, options: Options): Promise<Given> {
  const [only, ...others] = files;
  const array = only === undefined || others.length > 0 ? undefined : await arrayIn(only);
  if (array === undefined) return servedManifests(files, paths, options);
  return {
    objects: array,
    snapshot: emptySnapshot,
    diagnostics: [],
    ledger: { ...emptyLedger, files: 1, read: countedKinds(array) },
  };
}

async function arrayIn(file: InputFile): Promise<readonly KubeObject[] | undefined> {
  const source = { ...file, text: file.text.replace(/^\uFEFF/, "") };
  const array = bareArray(source);
  if (array === undefined) return undefined;
  const strange = array.findIndex((value) => typeof value !== "object" || value === null || !("kind" in value));
  if (strange >= 0) throw new Refusal(`\`${file.name}\`: entry ${strange} of the array is no Kubernetes object`, "each has a `kind`");
  const document = (await parseYaml(source)).documents[0]?.document;
  if (document === undefined) return undefined;
  return kubeObjects(
    array.map((value, i) => ({ value, document, path: `[${i}]` })),
    "as-given",
  );
}

function countedKinds(all: readonly KubeObject[]): Ledger["read"] {
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  return kinds.map((kind) => ({ kind, count: all.filter((object) => object.kind === kind).length }));
}

/** What a Kubernetes API server would refuse is only a warning here: kube-manager is told of what is there, and what it refuses counts. */
async function servedManifests(files: readonly InputFile[], paths: FullPaths, options: Options): Promise<Given> {
  const reading = {
    assumeAbsent: options.assumeAbsent,
    skipUnreadable: options.skipUnreadable,
    ...(options.namespace === undefined ? {} : { defaultNamespace: options.namespace }),
  };
  const found = await readObjects(files, reading);
  const { snapshot, diagnostics, ledger } = assemble(found.objects, reading);
  const whole = { ...ledger, files: found.files, skipped: [...ledger.skipped, ...found.skipped] };
  const nothing = found.objects.length === 0 && found.diagnostics.length === 0;
  const errors = nothing ? [say("nothing-read", undefined, { files: found.files })] : found.diagnostics;
  if (errors.some(isError)) return failed(errors, whole, paths, options);
  // The later of two objects of one name is what a cluster would have.
  const last = new Map(found.objects.map((object) => [`${object.group} ${object.kind} ${object.namespace} ${object.name}`, object]));
  const isAbout = ({ severity }: Diagnostic): boolean => severity !== "note";
  return {
    objects: servedObjects(snapshot, [...last.values()]),
    snapshot,
    diagnostics: [...errors, ...diagnostics]
      .filter(isAbout)
      .map((one): Diagnostic => (isError(one) ? { ...one, severity: "warning" } : one)),
    ledger: whole,
  };
}

const eventTypes = ["ADDED", "MODIFIED", "DELETED", "RESTART", "INGRESS_RULE"];

/** The events make the objects; what -f gives is what a restarted kube-manager finds. */
async function eventsIn(named: string, existing: readonly KubeObject[]): Promise<ReturnType<typeof kubeEvents>> {
  const { files, problems } = listFiles(named, named, "own");
  const read = await readFiles(files);
  const [problem] = [...problems, ...read.problems];
  const [file, ...others] = read.files;
  if (problem !== undefined || file === undefined) throw new Refusal(`--events: ${problem?.message ?? `\`${named}\` cannot be read`}`);
  if (others.length > 0) throw new Refusal(`--events: \`${named}\` is a folder, and events are one file`);
  const source = { ...file, text: file.text.replace(/^\uFEFF/, "") };
  const events = bareArray(source);
  const document = (await parseYaml(source)).documents[0]?.document;
  if (events === undefined || document === undefined)
    throw new Refusal(`--events: \`${named}\` is no JSON array`, '[{"type": "ADDED", "object": {"kind": "NetworkPolicy", …}}]');
  const unknown = events.map(typeOf).findIndex((type) => type === undefined || !eventTypes.includes(type));
  if (unknown >= 0) {
    const type = typeOf(events[unknown]);
    const meant = type === undefined ? undefined : nearest(type, eventTypes);
    const what =
      type === undefined ? "has no type" : `has the type \`${type}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`;
    throw new Refusal(`--events: event ${unknown} of \`${named}\` ${what}`, `the types are ${eventTypes.join(", ")}`);
  }
  return kubeEvents(events, document, existing, "as-given");
}

function typeOf(event: unknown): string | undefined {
  const type = typeof event === "object" && event !== null && "type" in event ? event.type : undefined;
  return typeof type === "string" ? type : undefined;
}

/** A filter that nothing fits is a misspelled one. */
function refuseUnknown({ namespace, policy }: Options, { applicationPolicySet, policies }: Configuration): void {
  const rules = applicationPolicySet.policies.flatMap((one) => one.rules);
  const spaces = new Set(rules.flatMap(({ purpose }) => namespaceOf(purpose) ?? []));
  refuse("namespace", namespace, [...spaces, ...[...policies.values()].map((one) => one.policy.namespace)]);
  const names = [...policies.values()].map((one) => one.policy);
  refuse("policy", policy, [
    ...names.flatMap((one) => [one.name, `${one.namespace}/${one.name}`]),
    ...applicationPolicySet.policies.map(({ name }) => name),
  ]);
}

function namespaceOf(purpose: RulePurpose): string | undefined {
  if ("policy" in purpose) return purpose.policy.namespace;
  return "namespace" in purpose ? purpose.namespace : undefined;
}

function refuse(what: string, wanted: string | undefined, known: readonly string[]): void {
  if (wanted === undefined || known.includes(wanted)) return;
  const meant = nearest(wanted, known);
  throw new Refusal(`no ${what} \`${wanted}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`);
}
