import type { Endpoint, Node, Pod, Service } from "../model/cluster.ts";
import { verdictOf, type Judgement, type Reason } from "../model/judgement.ts";
import type { Answer, Calculation } from "../reach/engine.ts";
import { decidingStep, sideWhy } from "../reach/why.ts";
import type { AskedFlow } from "./flows.ts";

/**
 * S14: with externalTrafficPolicy Cluster, who comes from outside may seem to be the node that the packet came by, whichever that is: the
 * pod's own, which is always let in (S11), or another. So it is let in for certain where its own address and that of every node is;
 * nothing else is certain.
 */
export function answerEntering({ flow, entering }: AskedFlow, { answer, snapshot: { nodes } }: Calculation<Judgement>): Answer<Judgement> {
  const direct = answer(flow);
  if (entering === undefined || flow.to.kind !== "pod") return direct;
  const others = possibleNodes(nodes, flow.to, entering).map((from) => answer({ ...flow, from }));
  if ([direct, ...others].every(({ why }) => why.ingress.verdict === "allow")) return direct;
  const ingress = rewritten(direct.evidence.ingress, entering);
  const evidence = { ...direct.evidence, ingress };
  return { flow, verdict: verdictOf(evidence), why: { egress: direct.why.egress, ingress: sideWhy(ingress, "ingress") }, evidence };
}

/** The cluster's nodes; where none are known, one of which nobody knows the address. */
function possibleNodes(nodes: readonly Node[], to: Pod, { origin }: Service): readonly Endpoint[] {
  if (nodes.length > 0) return nodes;
  const unknown: Pod = {
    kind: "pod",
    namespace: to.namespace,
    name: "",
    labels: new Map(),
    addresses: "not-yet-assigned",
    podNetwork: [],
    ports: [],
    hostNetwork: true,
    node: undefined,
    workload: undefined,
    origin,
  };
  return [unknown];
}

function rewritten(direct: Reason, service: Service): Reason {
  const step = decidingStep(direct);
  const isolatedBy = step.tier === "NetworkPolicy" && step.outcome !== "not-isolated" ? step.isolatedBy : [];
  return [{ tier: "NetworkPolicy", outcome: "undetermined", doubts: [{ question: "rewritten-source", service }], misses: [], isolatedBy }];
}
