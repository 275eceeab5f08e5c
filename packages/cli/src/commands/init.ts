import { existsSync } from "node:fs";
import path from "node:path";
import {
  listDocument,
  read,
  sortRows,
  specCalculation,
  viewOf,
  plainRows,
  type InputFile,
  type ListDocument,
  type RowGroup,
  type Snapshot,
  type View,
} from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { openInput, useCaseName, type ManifestInput } from "../input.ts";
import { operandsOf } from "../operands.ts";
import { writeWhole } from "../output.ts";
import { readInput, withoutErrors } from "../prepare.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { starterText, type Starter } from "../starter.ts";
import { answer, endOnInterrupt, exitOnInterrupt, talk } from "../terminal.ts";

/** Writes a use case to begin with: it states what is open today, so that `run` holds until somebody changes either side. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  operandsOf([], 0, operands, "init");
  const target = options.output.at(-1) ?? useCaseName;
  refuseWhatCannotBeNamed(options);
  if (target !== "-" && existsSync(target) && !options.force)
    throw new Refusal(`\`${target}\` is there already`, "--force writes over it, -o FILE writes another");
  exitOnInterrupt();
  const input = await openInput(options, "init");
  endOnInterrupt();
  if (input.kind === "use-case") throw new Refusal(`\`${input.path}\` is a use case already`, `netproof run ${input.path}`);
  const prepared = withoutErrors(await readInput(input, options), options);
  if (prepared.material.kind !== "snapshot") return 2;
  const { snapshot } = prepared.material;
  if (snapshot.pods.length === 0)
    throw new Refusal(
      "there are no pods in it, so there is nothing to state",
      "add the manifests of the workloads, or kubectl get ns,po,svc,netpol -A -o json > cluster.json",
    );
  const folder = target === "-" ? "." : path.dirname(target);
  const text = starterText(await starterOf(input, snapshot, folder, options));
  if (target === "-") answer(text);
  else {
    writeWhole(target, text);
    talk(`wrote ${target}; next: netproof run${path.basename(target) === useCaseName && folder === "." ? "" : ` ${target}`}\n`);
  }
  return 0;
}

/** A use case names files, so they must have names. */
function refuseWhatCannotBeNamed({ filename, kustomize }: Options): void {
  if (filename.length === 0 && kustomize === undefined) throw new Refusal("`init` needs manifests", "netproof init -f k8s/ -R");
  if (kustomize !== undefined)
    throw new Refusal(
      "a use case names files: write what kustomize builds into one",
      `kubectl kustomize ${kustomize} > rendered.yaml; netproof init -f rendered.yaml`,
    );
  if (filename.includes("-"))
    throw new Refusal(
      "a use case names files: write standard input into one",
      "kubectl get ns,po,svc,netpol -A -o json > cluster.json; netproof init -f cluster.json",
    );
}

async function starterOf(input: ManifestInput, snapshot: Snapshot, folder: string, options: Options): Promise<Starter> {
  const calculation = specCalculation(snapshot);
  const found = viewOf(calculation, plainRows);
  const view: View = { ...found, rows: sortRows(found.rows, []) };
  const groups = namespaceGroups(view, snapshot);
  const list = listDocument(calculation, view, { stage: undefined, wanted: () => true, form: "grouped", groups });
  const files = await sortedFiles(input, options);
  const relative = (name: string): string => relativePath(folder, input.paths.get(name) ?? name);
  const isClosedSomewhere = list.totals.openOnEveryPort < list.totals.pairs && list.totals.undetermined === 0;
  const apart =
    files.policies.length > 0 && files.others.length > 0 && files.policies.length + files.others.length <= mostNamed && isClosedSomewhere;
  const { basename, resolve } = path;
  return {
    name: basename(resolve(folder)) || "cluster",
    from: apart ? files.others.map(relative) : pathsOf([...files.others, ...files.policies], relative),
    apply: apart ? files.policies.map(relative) : [],
    policies: snapshot.policies.length,
    groups: groups.filter(({ name }) => !name.startsWith("ns/")).map(({ name }) => name),
    list: withPodNames(list, view),
    assumeAbsent: options.assumeAbsent,
    podCidrs: options.podCidr,
  };
}

/** More files than this are named by their folders. */
const mostNamed = 24;

/** Files that hold nothing but policies, and the others that hold something. */
async function sortedFiles(
  { files }: ManifestInput,
  { skipUnreadable }: Options,
): Promise<{ readonly policies: readonly string[]; readonly others: readonly string[] }> {
  const policies: string[] = [];
  const others: string[] = [];
  for (const file of files) {
    const kinds = await kindsIn(file, skipUnreadable);
    if (kinds.length > 0) (kinds.every((kind) => kind.endsWith("NetworkPolicy")) ? policies : others).push(file.name);
  }
  return { policies, others };
}

async function kindsIn(file: InputFile, skipUnreadable: boolean): Promise<readonly string[]> {
  const { ledger } = await read([file], { skipUnreadable });
  return [...ledger.read.map(({ kind }) => kind), ...ledger.skipped.filter(({ effect }) => effect !== "none").map(({ what }) => what)];
}

function pathsOf(names: readonly string[], relative: (name: string) => string): readonly string[] {
  const paths = names.map(relative);
  return paths.length <= mostNamed ? paths : [...new Set(paths.map((name) => path.posix.dirname(name)))];
}

function relativePath(folder: string, full: string): string {
  return path.relative(folder, full).split(path.sep).join("/");
}

/** A group per namespace, under its name unless a pod bears it. */
function namespaceGroups({ rows }: View, { pods }: Snapshot): readonly RowGroup[] {
  const taken = new Set(pods.flatMap((pod) => [pod.name, pod.workload?.name ?? pod.name]));
  const spaces = [...new Set(rows.filter(({ endpoint }) => endpoint.kind === "pods").map(({ endpoint }) => endpoint.namespace))];
  return spaces.map((space) => ({
    name: taken.has(space) || ["any", "elsewhere"].includes(space) ? `ns/${space}` : space,
    rows: rows.filter(({ endpoint }) => endpoint.kind === "pods" && endpoint.namespace === space),
  }));
}

/** Rows that are part of a workload are told by their pods: a use case has no other name for them. */
function withPodNames(list: ListDocument, { rows }: View): ListDocument {
  const names = new Map(
    rows.map(({ endpoint, members }) => [
      endpoint.name,
      endpoint.name.endsWith(")")
        ? members.flatMap((member) => (member.kind === "pod" ? [`${member.namespace.name}/${member.name}`] : []))
        : [endpoint.kind === "pods" && endpoint.name === endpoint.namespace ? endpoint.id : endpoint.name],
    ]),
  );
  const spelled = (side: readonly string[]): readonly string[] => side.flatMap((name) => names.get(name) ?? [name]);
  return { ...list, rules: list.rules.map((rule) => ({ ...rule, from: spelled(rule.from), to: spelled(rule.to) })) };
}
