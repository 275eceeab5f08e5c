import type { Endpoint, Flow } from "../model/cluster.ts";
import { addressIn, endpointName } from "../model/endpoint.ts";
import { families, type Family } from "../net/address.ts";
import type { Protocol } from "../net/ports.ts";
import { backendsOf, servicePort } from "../semantics/service.ts";
import { anyEnd, resolveEnd, type End, type EndProblem, type NameTable } from "./ends.ts";

/** A question as somebody asked it, its ends still names. */
export interface FlowQuestion {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly family?: Family;
}

/** One concrete flow that a question stands for. */
export interface AskedFlow {
  readonly flow: Flow;
  /** Where the end was a Service: the pod and the port that the flow reaches. */
  readonly behindService: { readonly service: string; readonly port: number } | undefined;
}

export type FlowsResolved =
  | { readonly kind: "flows"; readonly flows: readonly AskedFlow[]; readonly notes: readonly string[] }
  /** A Service whose endpoints the snapshot does not tell (S14): nothing is said of it. */
  | { readonly kind: "endpoints-unknown"; readonly service: string; readonly from: Endpoint }
  | { readonly kind: "problem"; readonly problem: EndProblem };

/** Turns a question into concrete flows: one per pod of a workload, or per endpoint of a Service (S14). */
export function resolveFlows(question: FlowQuestion, names: NameTable): FlowsResolved {
  const [from, to] = [resolveEnd(question.from, names), resolveEnd(question.to, names)];
  if (from.problem !== undefined) return { kind: "problem", problem: from.problem };
  if (to.problem !== undefined) return { kind: "problem", problem: to.problem };
  const misfit = unfit(from.end, "from") ?? unfit(to.end, "to");
  if (misfit !== undefined) return { kind: "problem", problem: misfit };
  const notes = [from.end.note, to.end.note].filter((note) => note !== undefined);
  const targets = targetsOf(to.end, question, names);
  if (targets === "unknown") return { kind: "endpoints-unknown", service: question.to, from: from.end.endpoints[0] as Endpoint };
  if ("message" in targets) return { kind: "problem", problem: targets };

  const flows: AskedFlow[] = [];
  for (const source of from.end.endpoints) {
    for (const { endpoint, port, behindService } of targets) {
      const family = question.family ?? commonFamily(source, endpoint);
      if (family === undefined || addressIn(source, family) === undefined || addressIn(endpoint, family) === undefined) continue;
      flows.push({ flow: { from: source, to: endpoint, family, protocol: question.protocol, port }, behindService });
    }
  }
  if (flows.length === 0) return { kind: "problem", problem: noCommonFamily(question, from.end, to.end) };
  return { kind: "flows", flows, notes };
}

interface Target {
  readonly endpoint: Endpoint;
  readonly port: number;
  readonly behindService: AskedFlow["behindService"];
}

function targetsOf(to: End, question: FlowQuestion, names: NameTable): readonly Target[] | "unknown" | EndProblem {
  const { service } = to;
  if (service === undefined) return to.endpoints.map((endpoint) => ({ endpoint, port: question.port, behindService: undefined }));
  const text = `${service.namespace.name}/${service.name}`;
  const port = servicePort(service, question.protocol, question.port);
  if (port === undefined) {
    const has = service.ports.map((candidate) => `${candidate.port}/${candidate.protocol}`).join(", ");
    return {
      kind: "unknown",
      message: `Service \`${text}\` has no port ${question.port}/${question.protocol}`,
      help: has === "" ? undefined : `it has ${has}`,
    };
  }
  const backends = backendsOf(service, port, names.snapshot);
  if (backends === "unknown") return "unknown";
  if (backends.length === 0)
    return {
      kind: "unknown",
      message: `Service \`${text}\` has no endpoint for port ${question.port}/${question.protocol}`,
      help: "no pod has its labels, or none declares the named target port",
    };
  return backends.map((backend) => ({ ...backend, behindService: { service: text, port: question.port } }));
}

function unfit(end: End, side: "from" | "to"): EndProblem | undefined {
  if (end.service !== undefined && side === "from")
    return {
      kind: "malformed",
      message: `\`${end.text}\` is a Service, and a Service opens no connections`,
      help: "name the pods behind it",
    };
  if (end.text === anyEnd || end.regions.length > 0)
    return { kind: "malformed", message: `\`${end.text}\` stands for many addresses`, help: "ask for one, or use `netproof list`" };
  if (end.service === undefined && end.endpoints.length === 0)
    return { kind: "unknown", message: `\`${end.text}\` has no pods`, help: undefined };
  return undefined;
}

/** The family in which both ends have an address, IPv4 first; a pod without addresses yet fits the other end. */
function commonFamily(from: Endpoint, to: Endpoint): Family | undefined {
  return families.find((family) => addressIn(from, family) !== undefined && addressIn(to, family) !== undefined);
}

function noCommonFamily(question: FlowQuestion, from: End, to: End): EndProblem {
  const names = (end: End): string => end.endpoints.map(endpointName).join(", ") || end.text;
  const which = question.family === undefined ? "one address family" : `IPv${question.family}`;
  return { kind: "unknown", message: `\`${names(from)}\` and \`${names(to)}\` have no addresses in ${which}`, help: undefined };
}
