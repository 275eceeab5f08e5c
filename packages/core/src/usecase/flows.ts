import type { Endpoint, Flow, Node, Service, ServicePort } from "../model/cluster.ts";
import { addressIn, endpointName } from "../model/endpoint.ts";
import { families, type Family } from "../net/address.ts";
import type { Protocol } from "../net/ports.ts";
import { backendsOf, servicePort } from "../semantics/service.ts";
import { anyEnd, resolveEnd, type End, type EndProblem, type NameTable } from "./ends.ts";
import { isExposed, serviceIndex } from "./service-index.ts";

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
  /** The Service by which it comes from outside, where the client may seem to be a node (S14). */
  readonly entering: Service | undefined;
}

export type FlowsResolved =
  | { readonly kind: "flows"; readonly flows: readonly AskedFlow[]; readonly notes: readonly string[] }
  /** A Service whose endpoints the snapshot does not tell (S14): nothing is said of it. */
  | { readonly kind: "endpoints-unknown"; readonly service: string; readonly from: Endpoint; readonly isAlias: boolean }
  | { readonly kind: "problem"; readonly problem: EndProblem };

/** Turns a question into concrete flows: one per pod of a workload, or per endpoint of a Service (S14). */
export function resolveFlows(question: FlowQuestion, names: NameTable): FlowsResolved {
  const [from, to] = [resolveEnd(question.from, names), resolveEnd(question.to, names)];
  if (from.problem !== undefined) return { kind: "problem", problem: from.problem };
  if (to.problem !== undefined) return { kind: "problem", problem: to.problem };
  const misfit = unfit(from.end, "from") ?? unfit(to.end, "to");
  if (misfit !== undefined) return { kind: "problem", problem: misfit };
  const entrance = entranceOf(to.end, question, names);
  const notes = [from.end.note, to.end.note, entrance?.note].filter((note) => note !== undefined);
  const targets =
    entrance === undefined
      ? to.end.endpoints.map((endpoint) => ({ endpoint, port: question.port, behindService: undefined }))
      : targetsOf(entrance, question, names);
  if (targets === "unknown") {
    const [source] = from.end.endpoints as [Endpoint, ...Endpoint[]];
    return { kind: "endpoints-unknown", service: question.to, from: source, isAlias: entrance?.service.type === "ExternalName" };
  }
  if ("message" in targets) return { kind: "problem", problem: targets };

  const asked = from.end.family ?? to.end.family;
  if (from.end.family !== undefined && to.end.family !== undefined && from.end.family !== to.end.family)
    return {
      kind: "problem",
      problem: { kind: "unknown", message: `\`${question.from}\` and \`${question.to}\` are of two address families`, help: undefined },
    };
  const flows: AskedFlow[] = [];
  for (const source of from.end.endpoints) {
    for (const { endpoint, port, behindService } of targets) {
      const family = question.family ?? asked ?? commonFamily(source, endpoint);
      if (
        family === undefined ||
        (asked !== undefined && family !== asked) ||
        addressIn(source, family) === undefined ||
        addressIn(endpoint, family) === undefined
      )
        continue;
      const entering = source.kind === "external" ? entrance?.rewrites : undefined;
      flows.push({ flow: { from: source, to: endpoint, family, protocol: question.protocol, port }, behindService, entering });
    }
  }
  if (flows.length === 0) return { kind: "problem", problem: noCommonFamily(question, from.end, to.end) };
  return { kind: "flows", flows, notes };
}

/** A Service that a flow goes by, and on which of its ports. */
interface Entrance {
  readonly service: Service;
  /** Undefined: it has no such port. */
  readonly port: ServicePort | undefined;
  /** The node whose port it is, where it only leads to the pods there. */
  readonly onlyOn: Node | undefined;
  readonly note: string | undefined;
  /** The Service itself, where who comes from outside may seem to be a node. */
  readonly rewrites: Service | undefined;
}

/** S14: what is dialled may be a Service, or a port of a node that leads to one. */
function entranceOf(
  { service, endpoints: [first, ...more] }: End,
  { protocol, port }: FlowQuestion,
  names: NameTable,
): Entrance | undefined {
  const rewrites = (of: Service): Service | undefined => (isExposed(of) && of.externalTrafficPolicy === "Cluster" ? of : undefined);
  if (service !== undefined)
    return { service, port: servicePort(service, protocol, port), onlyOn: undefined, note: undefined, rewrites: rewrites(service) };
  const found = first?.kind === "node" && more.length === 0 ? serviceIndex(names.snapshot.services).onNodes(protocol, port) : undefined;
  if (found === undefined || first?.kind !== "node") return undefined;
  const { name, namespace, externalTrafficPolicy } = found.service;
  return {
    ...found,
    onlyOn: externalTrafficPolicy === "Local" ? first : undefined,
    note: `${port}/${protocol} of node/${first.name} leads to svc/${name} of ${namespace.name}`,
    rewrites: rewrites(found.service),
  };
}

interface Target {
  readonly endpoint: Endpoint;
  readonly port: number;
  readonly behindService: AskedFlow["behindService"];
}

function targetsOf(
  { service, port, onlyOn }: Entrance,
  question: FlowQuestion,
  names: NameTable,
): readonly Target[] | "unknown" | EndProblem {
  const text = `${service.namespace.name}/${service.name}`;
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
  const reached = onlyOn === undefined ? backends : backends.filter(({ endpoint }) => nodeOf(endpoint) === onlyOn.name);
  if (reached.length === 0 && backends.length > 0)
    return {
      kind: "unknown",
      message: `node/${onlyOn?.name ?? ""} has no endpoint of Service \`${text}\`, and its externalTrafficPolicy is Local`,
      help: `ask for a node that has one: ${[...new Set(backends.flatMap(({ endpoint }) => nodeOf(endpoint) ?? []))].join(", ") || "none is known"}`,
    };
  if (backends.length === 0)
    return {
      kind: "unknown",
      message: `Service \`${text}\` has no endpoint for port ${question.port}/${question.protocol}`,
      help: "no pod has its labels, or none declares the named target port",
    };
  return reached.map((backend) => ({ ...backend, behindService: { service: text, port: question.port } }));
}

function nodeOf(endpoint: Endpoint): string | undefined {
  return endpoint.kind === "pod" ? endpoint.node : undefined;
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
