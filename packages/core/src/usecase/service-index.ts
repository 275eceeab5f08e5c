import type { Service, ServicePort } from "../model/cluster.ts";
import { addressKey, type Address } from "../net/address.ts";
import type { Protocol } from "../net/ports.ts";
import { oncePerObject } from "../read/remember.ts";

/** Services by where packets to them go. Many thousand flows are asked of one snapshot, so its Services are sorted once. */
export interface ServiceIndex {
  /** `inside`: by an address that only the cluster knows. */
  withAddress(address: Address): { readonly service: Service; readonly by: "inside" | "outside" } | undefined;
  /** On this port of every node. */
  onNodes(protocol: Protocol, port: number): { readonly service: Service; readonly port: ServicePort } | undefined;
}

export const serviceIndex: (services: readonly Service[]) => ServiceIndex = oncePerObject((services: readonly Service[]): ServiceIndex => {
  const byAddress = new Map<string, { readonly service: Service; readonly by: "inside" | "outside" }>();
  const byNodePort = new Map<string, { readonly service: Service; readonly port: ServicePort }>();
  const add = (addresses: readonly Address[], service: Service, by: "inside" | "outside"): void => {
    for (const address of addresses) if (!byAddress.has(addressKey(address))) byAddress.set(addressKey(address), { service, by });
  };
  for (const service of services) {
    add(service.clusterIPs, service, "inside");
    add(service.externalAddresses, service, "outside");
    for (const port of service.ports) {
      if (port.nodePort !== undefined && hasNodePorts(service)) byNodePort.set(`${port.nodePort}/${port.protocol}`, { service, port });
    }
  }
  return {
    withAddress: (address) => byAddress.get(addressKey(address)),
    onNodes: (protocol, port) => byNodePort.get(`${port}/${protocol}`),
  };
});

function hasNodePorts({ type }: Service): boolean {
  return type === "NodePort" || type === "LoadBalancer";
}

/** Whether anybody outside the cluster reaches a Service by itself. */
export function isExposed(service: Service): boolean {
  return hasNodePorts(service) || service.externalAddresses.length > 0;
}
