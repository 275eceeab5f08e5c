import {
  endpointName,
  explainFlow,
  explainPorts,
  families,
  presentExplain,
  presentMarkdown,
  resolveFlows,
  resolveEnd,
  sameEndpoint,
  type Answer,
  type AskedFlow,
  type ComparedExplanation,
  type Endpoint,
  type ExplainDocument,
  type ExplainNames,
  type Explanation,
  type Family,
  type FlowExplanation,
  type FlowsResolved,
  type Judgement,
  type Look,
  type Protocol,
} from "@netproof/core/parts";
import type { JudgingEngine } from "../engines.ts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { readPort, type OnePort } from "../ports.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { openSubject, tellCoverage, type Subject } from "../subject.ts";

/** One flow: the verdict, what decides on both ends, and what missed. Without a port: all of them, grouped. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [from = "", target = "", port] = operandsOf(["FROM", "TO", "PORT[/PROTOCOL]"], 2, operands, "explain");
  const wanted = wantedOutput(options, formatsOf.explain);
  const subject = await openSubject(options, "explain", "any-engines");
  const { to, port: written } = port === undefined ? splitTarget(target, subject) : { to: target, port };
  const { answers, notes } =
    written === undefined ? allPorts(from, to, subject) : somePorts(from, to, portsNamed(written, to, subject), subject);
  const document: ExplainDocument = { format: "netproof.explanation/1", stage: subject.stage, from, to, answers, notes };
  const table = (look: Look): string => presentExplain(document, look);
  await writeAnswer(
    wanted,
    { table, wide: (look) => table({ ...look, full: true }), ...dataFormats(document), markdown: () => presentMarkdown(document) },
    options,
    subject.paths,
  );
  tellCoverage(subject, options);
  return 0;
}

/** `web:80`, `svc/web:8080`, `10.0.0.5:80`, `[2001:db8::5]:80`; an IPv6 address without brackets has no port. */
function splitTarget(text: string, { names }: Subject): { readonly to: string; readonly port: string | undefined } {
  const [, bracketed, behind] = /^\[([^\]]*)\](?::(.+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { to: bracketed, port: behind };
  const colon = text.indexOf(":");
  const isOne = colon > 0 && colon === text.lastIndexOf(":");
  if (!isOne || resolveEnd(text, names).end !== undefined) return { to: text, port: undefined };
  return { to: text.slice(0, colon), port: text.slice(colon + 1) };
}

/** A number, an alias of the use case, or a name that the destination declares. */
function portsNamed(text: string, to: string, subject: Subject): readonly OnePort[] {
  const read = readPort(text, subject.useCase?.ports ?? new Map());
  if (!("problem" in read)) return read;
  const [name = "", protocol] = text.split("/");
  const end = resolveEnd(to, subject.names).end;
  const declared = [
    ...(end?.endpoints ?? []).flatMap((endpoint) => (endpoint.kind === "pod" ? endpoint.ports : [])),
    ...(end?.service?.ports ?? []),
  ];
  const found = declared.filter((one) => one.name === name && (protocol === undefined || one.protocol === protocol.toUpperCase()));
  const ports = [...new Map(found.map(({ port, protocol: own }) => [`${port}/${own}`, { port, protocol: own }])).values()];
  if (ports.length > 0) return ports;
  const names = [...new Set(declared.flatMap((one) => one.name ?? []))];
  throw new Refusal(
    read.problem,
    names.length === 0 ? (read.help ?? []) : `a number, or a name that \`${to}\` declares: ${names.join(", ")}`,
  );
}

type Answers = Pick<ExplainDocument, "answers" | "notes">;

function somePorts(from: string, to: string, ports: readonly OnePort[], subject: Subject): Answers {
  const all = ports.map((port) => onOnePort(from, to, port, subject));
  return { answers: all.flatMap(({ answers }) => answers), notes: [...new Set(all.flatMap(({ notes }) => notes))] };
}

function onOnePort(from: string, to: string, { port, protocol }: OnePort, subject: Subject): Answers {
  const found = flowsInFamilies({ from, to, port, protocol }, subject);
  if (found.unknown !== undefined)
    return { answers: [unknownEndpoints(from, to, `${port}/${protocol}`, found.unknown)], notes: found.notes };
  const answered = classesOf(found.flows, subject).map((alike) => ({
    ...alike,
    answers: subject.asked.map(({ calculation }) => calculation.answer(alike.first.flow)),
  }));
  const answers = withoutTwins(answered).map(({ first, answers: own, fromName, toName, of }) => {
    const names: ExplainNames = {
      from: fromName(from),
      to: first.behindService === undefined ? toName(to) : to,
      port: `${port}/${protocol}`,
      which:
        first.behindService === undefined ? undefined : `${toName(endpointLabel(first.flow.to, subject))} ${first.flow.port}/${protocol}`,
    };
    const explanations = subject.asked.map(({ engine }, i) => explainedBy(engine, own[i] as Answer, names, of));
    return together({ ...names, family: first.flow.family }, explanations, own, subject);
  });
  return { answers, notes: found.notes };
}

/** An engine with a list of rules shows its walk; of others each end tells its reasons. */
function explainedBy({ walk }: JudgingEngine, answer: Answer, names: ExplainNames, of: Alike["of"]): Explanation {
  if (walk !== undefined) return { kind: "walk", ...walk(answer, names), port: names.port, which: names.which };
  const explanation = explainFlow(answer as Answer<Judgement>, names);
  const [egress, ingress] = explanation.sides;
  return {
    ...explanation,
    sides: [
      { ...egress, of: of.from },
      { ...ingress, of: of.to },
    ],
  };
}

/** One engine's explanation alone, several with what separates each from the first. */
function together(
  question: Pick<ComparedExplanation, "from" | "to" | "port" | "which" | "family">,
  explanations: readonly Explanation[],
  answers: readonly Answer[],
  { asked }: Subject,
): ExplainDocument["answers"][number] {
  const [only, ...others] = explanations as [Explanation, ...Explanation[]];
  if (others.length === 0) return only;
  const [first, firstAnswer] = [asked[0].engine, answers[0]];
  return {
    kind: "compared",
    ...question,
    answers: asked.map(({ engine: { name, version, commentary } }, i) => {
      const answer = answers[i];
      const apart = answer === undefined || firstAnswer === undefined ? undefined : commentary?.separates(firstAnswer, first.name, answer);
      const difference = apart && { name: apart.id, title: apart.title };
      return { engine: name, version, difference, explanation: explanations[i] as Explanation };
    }),
  };
}

interface FoundFlows {
  readonly flows: readonly AskedFlow[];
  readonly notes: readonly string[];
  /** Set where the end is a Service whose endpoints nothing tells; then there are no flows. */
  readonly unknown: Extract<FlowsResolved, { readonly kind: "endpoints-unknown" }> | undefined;
}

/** The flows of a question in each family in which its ends have addresses. */
function flowsInFamilies(
  question: { readonly from: string; readonly to: string; readonly port: number; readonly protocol: Protocol },
  { names }: Subject,
): FoundFlows {
  const found = families.map((family) => resolveFlows({ ...question, family }, names));
  const flows = found.flatMap((one) => (one.kind === "flows" ? one.flows : []));
  const notes = [...new Set(found.flatMap((one) => (one.kind === "flows" ? one.notes : [])))];
  const unknown = found.find((one) => one.kind === "endpoints-unknown");
  const [first] = found;
  if (flows.length === 0 && unknown === undefined && first?.kind === "problem")
    throw new Refusal(first.problem.message, first.problem.help ?? []);
  return { flows: withoutSelf(flows), notes, unknown: flows.length > 0 ? undefined : unknown };
}

/** S14: nothing is said of a Service whose endpoints are not in the snapshot. */
function unknownEndpoints(
  from: string,
  to: string,
  port: string,
  { service, from: source }: NonNullable<FoundFlows["unknown"]>,
): FlowExplanation {
  const side = {
    verdict: "undetermined",
    text: "the Service's endpoints are not known",
    tiers: [],
    cited: undefined,
    decides: undefined,
    frames: [],
  } as const;
  return {
    kind: "flow",
    from,
    to,
    port,
    which: undefined,
    family: 4,
    verdict: "undetermined",
    sides: [
      { ...side, direction: "egress", of: endpointName(source) },
      { ...side, direction: "ingress", of: service },
    ],
    help: "kubectl get endpointslices -A -o json supplies them",
  };
}

/** Pods of one workload asked about themselves: each with the others, where there are others. */
function withoutSelf(flows: readonly AskedFlow[]): readonly AskedFlow[] {
  const others = flows.filter(({ flow }) => !sameEndpoint(flow.from, flow.to));
  return others.length === 0 ? flows : others;
}

/** Flows whose ends nothing tells apart. */
interface Alike {
  readonly first: AskedFlow;
  readonly family: Family;
  /** The end as asked, with the pods that are meant where it stands for several that differ. */
  fromName(asked: string): string;
  toName(asked: string): string;
  /** Their full names: `dev/web-1`, or `dev/web` where all its pods are meant. */
  readonly of: { readonly from: string; readonly to: string };
}

function classesOf(flows: readonly AskedFlow[], { asked: engines }: Subject): readonly Alike[] {
  const groups = new Map<string, AskedFlow[]>();
  for (const asked of flows) {
    const { from, to, family, port } = asked.flow;
    const classes = engines.map(({ calculation: { reach } }) => [reach(family).classOf(from), reach(family).classOf(to)]);
    const node = to.kind === "pod" && from.kind === "node" ? String(to.node === from.name) : "";
    const key = [family, classes.join(), port, node, sameEndpoint(from, to), asked.behindService?.service].join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [asked]);
    else group.push(asked);
  }
  const all = distinct(flows.map(({ flow }) => flow.from));
  const targets = distinct(flows.map(({ flow }) => flow.to));
  return [...groups.values()].map((group) => {
    const [first] = group as [AskedFlow, ...AskedFlow[]];
    const [froms, tos] = [distinct(group.map(({ flow }) => flow.from)), distinct(group.map(({ flow }) => flow.to))];
    return {
      first,
      family: first.flow.family,
      fromName: partName(froms, all),
      toName: partName(tos, targets),
      of: { from: fullName(froms, all), to: fullName(tos, targets) },
    };
  });
}

function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [endpointName(endpoint), endpoint])).values()];
}

/** `web`, or of its pods `web-1`, or `web (2 of 3, as web-1)`. */
function partName(part: readonly Endpoint[], all: readonly Endpoint[]): (asked: string) => string {
  const [first] = part;
  if (first === undefined || part.length === all.length) return (asked) => asked;
  const name = first.kind === "pod" ? first.name : endpointName(first);
  return (asked) => (part.length === 1 ? name : `${asked} (${part.length} of ${all.length}, as ${name})`);
}

function fullName(part: readonly Endpoint[], all: readonly Endpoint[]): string {
  const [first] = part as [Endpoint, ...Endpoint[]];
  const isWorkload = first.kind === "pod" && first.workload !== undefined && part.length === all.length && part.length > 1;
  return isWorkload ? `${first.namespace.name}/${first.workload.name}` : endpointName(first);
}

/** Where both families say the same, one answer stands for both. */
function withoutTwins<T extends Alike & { readonly answers: readonly Answer[] }>(answers: readonly T[]): readonly T[] {
  const spoken = (one: T): string => JSON.stringify([one.fromName(""), one.toName(""), one.answers.map(reasons)]);
  const v4 = new Set(answers.filter(({ family }) => family === 4).map(spoken));
  return answers.filter((one) => one.family === 4 || !v4.has(spoken(one)));
}

function reasons({ verdict, why }: Answer): unknown {
  return [verdict, ...[why.egress, why.ingress].map(({ reason, policies, rules }) => [reason, policies, rules])];
}

/** The short name where it is unique. */
function endpointLabel(endpoint: Endpoint, { names }: Subject): string {
  if (endpoint.kind !== "pod") return endpointName(endpoint);
  const label = endpoint.workload?.name ?? endpoint.name;
  return resolveEnd(label, names).problem === undefined ? label : endpointName(endpoint);
}

function allPorts(from: string, to: string, subject: Subject): Answers {
  const { service } = resolveEnd(to, subject.names).end ?? {};
  if (service !== undefined) return somePorts(from, to, service.ports, subject);
  const found = flowsInFamilies({ from, to, port: 1, protocol: "TCP" }, subject);
  const explained = classesOf(found.flows, subject).map(({ first, family, fromName, toName }) => {
    const names = { from: fromName(from), to: toName(to) };
    const each = subject.asked.map(({ calculation }) => explainPorts(calculation, first.flow.from, first.flow.to, family, names));
    return together({ ...names, port: undefined, which: undefined, family }, each, [], subject);
  });
  const said = (one: (typeof explained)[number]): string => JSON.stringify(one, (key, value: unknown) => (key === "family" ? 0 : value));
  const v4 = new Set(explained.filter(({ family }) => family === 4).map(said));
  return { answers: explained.filter((one) => one.family === 4 || !v4.has(said(one))), notes: found.notes };
}
