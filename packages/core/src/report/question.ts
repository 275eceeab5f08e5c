import type { Endpoint } from "../model/cluster.ts";
import { endpointName, sameEndpoint } from "../model/endpoint.ts";
import type { Judgement } from "../model/judgement.ts";
import { families, type Family } from "../net/address.ts";
import type { Protocol } from "../net/ports.ts";
import type { Commentary } from "../reach/commentary.ts";
import type { Answer, Calculation } from "../reach/engine.ts";
import { resolveEnd, type NameTable } from "../usecase/ends.ts";
import { answerEntering } from "../usecase/entering.ts";
import { resolveFlows, type AskedFlow, type FlowsResolved } from "../usecase/flows.ts";
import { readPort, type OnePort, type PortNames } from "../usecase/port-text.ts";
import type { ContrailWalk } from "./contrail/types.ts";
import { explainFlow, explainPorts, type ExplainNames } from "./explain.ts";
import type { ComparedExplanation, ExplainDocument, Explanation, FlowExplanation } from "./types.ts";

/** An engine and what it says of the snapshot that a question is about. */
export interface AskedEngine {
  readonly engine: {
    readonly name: string;
    /** Of an engine that has several: `2021-11`. */
    readonly version?: string;
    /** What it can say of its answers. */
    readonly commentary?: Commentary;
    /** How an engine with a list of rules went through it; undefined for others. */
    readonly walk?: (answer: Answer, names: { readonly from: string; readonly to: string }) => ContrailWalk;
  };
  readonly calculation: Calculation;
}

/** Who is asked, and what the names of a question stand for. */
export interface AskedOf {
  /** The first is the one that the others are compared with. */
  readonly asked: readonly [AskedEngine, ...AskedEngine[]];
  readonly names: NameTable;
  readonly ports: PortNames;
}

/** A question as somebody wrote it. The port may stand in `to` (`web:80`); without one all ports are told, grouped. */
export interface WrittenQuestion {
  readonly from: string;
  readonly to: string;
  readonly port: string | undefined;
}

/** A question that cannot be answered as it is written, and what to write instead. */
export interface QuestionProblem {
  readonly problem: string;
  readonly help: readonly string[];
}

/** The question as it was understood, and its answers: once per backend of a Service, class of a workload or run of ports. */
export type QuestionExplained = Pick<ExplainDocument, "from" | "to" | "answers" | "notes">;

export function explainQuestion({ from, to: target, port }: WrittenQuestion, subject: AskedOf): QuestionExplained | QuestionProblem {
  const { to, port: written } = port === undefined ? splitTarget(target, subject) : { to: target, port };
  if (written === undefined) return withEnds(from, to, allPorts(from, to, subject));
  const ports = portsNamed(written, to, subject);
  return "problem" in ports ? ports : withEnds(from, to, somePorts(from, to, ports, subject));
}

function withEnds(from: string, to: string, answers: Answers | QuestionProblem): QuestionExplained | QuestionProblem {
  return "problem" in answers ? answers : { from, to, ...answers };
}

/** `web:80`, `svc/web:8080`, `10.0.0.5:80`, `[2001:db8::5]:80`; an IPv6 address without brackets has no port. */
function splitTarget(text: string, { names }: AskedOf): { readonly to: string; readonly port: string | undefined } {
  const [, bracketed, behind] = /^\[([^\]]*)\](?::(.+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { to: bracketed, port: behind };
  const colon = text.indexOf(":");
  const isOne = colon > 0 && colon === text.lastIndexOf(":");
  if (!isOne || resolveEnd(text, names).end !== undefined) return { to: text, port: undefined };
  return { to: text.slice(0, colon), port: text.slice(colon + 1) };
}

/** A number, an alias of the use case, or a name that the destination declares. */
function portsNamed(text: string, to: string, subject: AskedOf): readonly OnePort[] | QuestionProblem {
  const read = readPort(text, subject.ports);
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
  const known = [...new Set(declared.flatMap((one) => one.name ?? []))];
  const help = known.length > 0 ? [`a number, or a name that \`${to}\` declares: ${known.join(", ")}`] : [read.help ?? []].flat();
  return { problem: read.problem, help };
}

type Answers = Pick<ExplainDocument, "answers" | "notes">;

function somePorts(from: string, to: string, ports: readonly OnePort[], subject: AskedOf): Answers | QuestionProblem {
  const all: Answers[] = [];
  for (const port of ports) {
    const answered = onOnePort(from, to, port, subject);
    if ("problem" in answered) return answered;
    all.push(answered);
  }
  return { answers: all.flatMap(({ answers }) => answers), notes: [...new Set(all.flatMap(({ notes }) => notes))] };
}

function onOnePort(from: string, to: string, { port, protocol }: OnePort, subject: AskedOf): Answers | QuestionProblem {
  const found = flowsInFamilies({ from, to, port, protocol }, subject);
  if ("problem" in found) return found;
  if (found.unknown !== undefined)
    return { answers: [unknownEndpoints(from, to, `${port}/${protocol}`, found.unknown)], notes: found.notes };
  const answered = classesOf(found.flows, subject).map((alike) => ({
    ...alike,
    answers: subject.asked.map((engine) => answerOfEngine(engine, alike.first)),
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

/** Rules of its own tell what an engine does with what comes from outside; the text of Kubernetes leaves it open (S14). */
export function answerOfEngine({ engine, calculation }: AskedEngine, asked: AskedFlow): Answer {
  return engine.walk === undefined ? answerEntering(asked, calculation as Calculation<Judgement>) : calculation.answer(asked.flow);
}

/** An engine with a list of rules shows its walk; of others each end tells its reasons. */
function explainedBy({ walk }: AskedEngine["engine"], answer: Answer, names: ExplainNames, of: Alike["of"]): Explanation {
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
  { asked }: AskedOf,
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
  { names }: AskedOf,
): FoundFlows | QuestionProblem {
  const found = families.map((family) => resolveFlows({ ...question, family }, names));
  const flows = found.flatMap((one) => (one.kind === "flows" ? one.flows : []));
  const notes = [...new Set(found.flatMap((one) => (one.kind === "flows" ? one.notes : [])))];
  const unknown = found.find((one) => one.kind === "endpoints-unknown");
  const [first] = found;
  if (flows.length === 0 && unknown === undefined && first?.kind === "problem")
    return { problem: first.problem.message, help: [first.problem.help ?? []].flat() };
  return { flows: withoutSelf(flows), notes, unknown: flows.length > 0 ? undefined : unknown };
}

/** S14: nothing is said of a Service whose endpoints are not in the snapshot. */
function unknownEndpoints(
  from: string,
  to: string,
  port: string,
  { service, from: source, isAlias }: NonNullable<FoundFlows["unknown"]>,
): FlowExplanation {
  const side = {
    verdict: "undetermined",
    text: isAlias ? "the Service is an alias of a name, whose addresses are not known" : "the Service's endpoints are not known",
    tiers: [],
    cited: undefined,
    decides: undefined,
    frames: [],
    written: [],
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
    help: isAlias ? "ask for an address that the name has" : "kubectl get endpointslices -A -o json supplies them",
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

function classesOf(flows: readonly AskedFlow[], { asked: engines }: AskedOf): readonly Alike[] {
  const groups = new Map<string, AskedFlow[]>();
  for (const asked of flows) {
    const { from, to, family, port } = asked.flow;
    const classes = engines.map(({ calculation: { reach } }) => [reach(family).classOf(from), reach(family).classOf(to)]);
    const node = to.kind === "pod" && from.kind === "node" ? String(to.node === from.name) : "";
    const key = [family, classes.join(), port, node, sameEndpoint(from, to), asked.behindService?.service, asked.entering?.name].join(" ");
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
function endpointLabel(endpoint: Endpoint, { names }: AskedOf): string {
  if (endpoint.kind !== "pod") return endpointName(endpoint);
  const label = endpoint.workload?.name ?? endpoint.name;
  return resolveEnd(label, names).problem === undefined ? label : endpointName(endpoint);
}

function allPorts(from: string, to: string, subject: AskedOf): Answers | QuestionProblem {
  const { service } = resolveEnd(to, subject.names).end ?? {};
  if (service !== undefined) return somePorts(from, to, service.ports, subject);
  const found = flowsInFamilies({ from, to, port: 1, protocol: "TCP" }, subject);
  if ("problem" in found) return found;
  const explained = classesOf(found.flows, subject).map(({ first, family, fromName, toName }) => {
    const names = { from: fromName(from), to: toName(to) };
    const each = subject.asked.map(({ calculation }) => explainPorts(calculation, first.flow.from, first.flow.to, family, names));
    return together({ ...names, port: undefined, which: undefined, family }, each, [], subject);
  });
  const said = (one: (typeof explained)[number]): string => JSON.stringify(one, (key, value: unknown) => (key === "family" ? 0 : value));
  const v4 = new Set(explained.filter(({ family }) => family === 4).map(said));
  return { answers: explained.filter((one) => one.family === 4 || !v4.has(said(one))), notes: found.notes };
}
