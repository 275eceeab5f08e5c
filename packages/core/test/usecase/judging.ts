import {
  bindNames,
  checkDeviations,
  checkStage,
  neededPaths,
  placeText,
  readUseCase,
  resolveStages,
  specCalculation,
  type BoundUseCase,
  type Diagnostic,
  type InputFile,
  type StageResult,
  type UseCase,
} from "../../src/parts.ts";
import type { AssertionResult, Fault, Outcome, Witness } from "../../src/usecase/check.ts";
import { formatPorts } from "../../src/net/ports.ts";

/** Manifests beside a use case: a path as written, and its text. */
export type Manifests = Readonly<Record<string, string>>;

/** The manifests that examples of messages apply. */
export const exampleManifests: Manifests = {
  "policy1.yaml": policy(
    "policy1",
    "dev",
    "podSelector: { matchLabels: { app: web } }",
    "ingress:",
    "- from: [{ podSelector: { matchLabels: { app: client } } }]",
    "  ports: [{ port: 80 }]",
  ),
  "policy1-qa.yaml": policy("policy1", "qa", "podSelector: {}"),
  "closed.yaml": policy("closed", "dev", "podSelector: {}"),
  "egress-open.yaml": policy(
    "egress-open",
    "dev",
    "podSelector: { matchLabels: { app: client } }",
    "policyTypes: [Egress]",
    "egress: [{}]",
  ),
};

export function policy(name: string, namespace: string, ...spec: readonly string[]): string {
  const head = ["apiVersion: networking.k8s.io/v1", "kind: NetworkPolicy", `metadata: { name: ${name}, namespace: ${namespace} }`, "spec:"];
  return [...head, ...spec.map((each) => `  ${each}`), ""].join("\n");
}

/** The text of a use case: what is the same in all of them stands in front. */
export function useCaseOf(text: string): string {
  return `format: netproof.use-case/1\nname: test\n${text.replace(/^\n/, "")}`;
}

export interface Judged {
  readonly useCase: UseCase | undefined;
  readonly bound: BoundUseCase | undefined;
  /** What reading, resolving and binding said. */
  readonly diagnostics: readonly Diagnostic[];
  /** One per stage, of the spec engine. */
  readonly results: readonly StageResult[];
  readonly findings: readonly Diagnostic[];
}

/** All the way from the text to findings; it stops where the text has errors. */
export async function judge(
  text: string,
  manifests: Manifests = {},
  options: { readonly today?: string; readonly engine?: string } = {},
): Promise<Judged> {
  const read = await readUseCase({ name: "netproof.yaml", text });
  if (read.useCase === undefined) return { useCase: undefined, bound: undefined, diagnostics: read.diagnostics, results: [], findings: [] };
  const files = new Map(neededPaths(read.useCase).flatMap((path) => filesAt(path, manifests)));
  const { stages, diagnostics } = await resolveStages(read.useCase, files);
  const named = bindNames(read.useCase, stages);
  const said = [...read.diagnostics, ...diagnostics, ...named.diagnostics];
  if (said.some(({ severity }) => severity === "error"))
    return { useCase: read.useCase, bound: undefined, diagnostics: said, results: [], findings: [] };
  const results: StageResult[] = [];
  for (const [stage, { snapshot }] of stages.entries()) {
    results.push(
      checkStage({
        bound: named.bound,
        stage,
        engine: options.engine ?? "spec",
        judge: specCalculation(snapshot),
        previous: results.at(-1),
        today: options.today,
      }),
    );
  }
  const findings = [...results.flatMap((result) => result.findings), ...checkDeviations(named.bound, results, options.today)];
  return { useCase: read.useCase, bound: named.bound, diagnostics: said, results, findings };
}

function filesAt(path: string, manifests: Manifests): readonly (readonly [string, readonly InputFile[]])[] {
  const names = Object.keys(manifests).filter((name) => name === path || name.startsWith(`${path.replace(/\/$/, "")}/`));
  return names.length === 0 ? [] : [[path, names.sort().map((name) => ({ name, text: manifests[name] ?? "" }))]];
}

/** `5:10 row-malformed: this is no row: it has no arrow`, as a line of a table. */
export function line({ at, code, message }: Diagnostic): string {
  return `${at === undefined ? "-" : placeText(at, "with-column").replace("netproof.yaml:", "")} ${code}: ${message}`;
}

/** The errors and warnings, one line each. */
export function lines(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.filter(({ severity }) => severity !== "note").map(line);
}

/** The text under the caret. */
export function underlined({ at }: Diagnostic): string {
  return at === undefined ? "" : at.source.text.slice(at.start, at.end);
}

/** What an outcome says, one line per assertion: `I1 violated 2  client → web 80/TCP`. */
export function summary(outcome: Outcome | undefined): readonly string[] {
  return (outcome?.assertions ?? []).map((assertion) => [assertion.id, assertion.status, ...numbers(assertion)].join(" "));
}

function numbers({ broken, witness, subjects, question, warned }: AssertionResult): readonly string[] {
  return [
    ...(broken > 0 ? [String(broken)] : []),
    ...(warned > 0 ? [`warned ${warned}`] : []),
    ...(witness === undefined ? [] : [shown(witness)]),
    ...subjects.map((subject) =>
      subject.kind === "not-isolated"
        ? `${subject.pod.name}:${subject.directions.join("+")}`
        : `${subject.policy.name.namespace}/${subject.policy.name.name}`,
    ),
    ...(question === undefined ? [] : [`? ${question.pairs} ${shown(question.witness)}`]),
  ];
}

function shown({ from, to, flows, fault }: Witness): string {
  const last = flows.at(-1);
  return `${[from, ...fault.chain, to].map(({ name }) => name).join(" → ")} ${last?.port}/${last?.protocol}${last?.family === 6 ? " v6" : ""}`;
}

/** Every broken pair and what is wrong with it: `client → web deny all`. */
export function brokenPairs(outcome: Outcome): readonly string[] {
  return outcome.assertions.flatMap(({ pairs }) =>
    pairs.flatMap(({ from, to, faults }) =>
      from.flatMap((a) => to.filter((b) => a !== b).map((b) => `${a.name} → ${b.name} ${faults.map(faultText).join(", ")}`)),
    ),
  );
}

function faultText({ wanted, ports, family }: Fault): string {
  return `${wanted} ${formatPorts(ports)}${family === 6 ? " v6" : ""}`;
}
