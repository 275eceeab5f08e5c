import type { Endpoint, Pod, Service, ServicePort, Snapshot } from "../model/cluster.ts";
import { sameAddress } from "../net/address.ts";
import type { Protocol } from "../net/ports.ts";

/** One endpoint of a Service and the port it serves there: what a policy judges (S14). */
export interface Backend {
  readonly endpoint: Endpoint;
  readonly port: number;
}

/**
 * S14: policies never name Services. A flow to one is a flow to the chosen endpoint's target port; the Service's own port never
 * appears in rules. `unknown` when the snapshot holds neither a selector nor EndpointSlices: then nothing can be said.
 */
export function backendsOf(service: Service, port: ServicePort, snapshot: Snapshot): readonly Backend[] | "unknown" {
  if (service.slices !== undefined) {
    return service.slices.flatMap(({ address, ports }) => {
      const served = ports.find(({ name, protocol }) => protocol === port.protocol && (name ?? "") === (port.name ?? ""));
      if (served === undefined) return [];
      const pod = snapshot.pods.find(
        ({ addresses }) => addresses !== "not-yet-assigned" && addresses.some((own) => sameAddress(own, address)),
      );
      return [{ endpoint: pod ?? { kind: "external", address }, port: served.port } satisfies Backend];
    });
  }
  if (service.selector === undefined || service.type === "ExternalName") return "unknown";
  return snapshot.pods
    .filter((pod) => serves(service, pod))
    .flatMap((pod) => targetPorts(port, pod).map((number) => ({ endpoint: pod, port: number })));
}

/** The Service's port that a caller dials. */
export function servicePort(service: Service, protocol: Protocol, port: number): ServicePort | undefined {
  return service.ports.find((candidate) => candidate.protocol === protocol && candidate.port === port);
}

/** A Service's selector is a plain map of labels: all must be equal. An empty one selects nothing. */
function serves(service: Service, pod: Pod): boolean {
  if (service.selector === undefined || service.selector.size === 0 || service.namespace.name !== pod.namespace.name) return false;
  return [...service.selector].every(([key, value]) => pod.labels.get(key) === value);
}

/** A named target port is resolved on each pod (S6): pods behind one Service may listen on different numbers. */
function targetPorts({ targetPort, protocol }: ServicePort, pod: Pod): readonly number[] {
  if (typeof targetPort === "number") return [targetPort];
  const declared = pod.ports.filter((candidate) => candidate.name === targetPort && candidate.protocol === protocol);
  return [...new Set(declared.map((candidate) => candidate.port))];
}
