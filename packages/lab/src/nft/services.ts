import type { Address, Pod, Protocol, Service } from "@netproof/core/parts";
import { rangeText } from "./ranges.ts";
import type { ChainRule, Ground } from "./ruleset.ts";

/** Packets to a ClusterIP go to an endpoint, before any policy sees them (S14): each endpoint with an equal chance, as kube-proxy does. */
export function rewritesOf({ snapshot, stands }: Pick<Ground, "snapshot" | "stands">): readonly ChainRule[] {
  const addressesOf = new Map(stands.map(({ pod, addresses }) => [pod, addresses.map(({ address }) => address)]));
  return snapshot.services.flatMap((service) =>
    service.ports.flatMap((port) =>
      service.clusterIPs.flatMap((clusterIP) => {
        const all = service.slices === undefined ? selected(service, port, addressesOf) : listed(service, port);
        const own = all.filter(({ address }) => address.family === clusterIP.family);
        return own.map((target, i): ChainRule => {
          const text = `${matchOf(clusterIP, port.protocol, port.port)} ${chance(own.length - i)}${rewriteTo(target)}`;
          return { text, uses: [], from: [service.origin] };
        });
      }),
    ),
  );
}

type ServicePort = Service["ports"][number];

interface Target {
  readonly address: Address;
  readonly port: number;
}

function listed({ slices = [] }: Service, { name, protocol }: ServicePort): readonly Target[] {
  return slices.flatMap(({ address, ports }) => {
    const served = ports.find((one) => one.protocol === protocol && (one.name ?? "") === (name ?? ""));
    return served === undefined ? [] : [{ address, port: served.port }];
  });
}

function selected(
  { selector, namespace }: Service,
  { targetPort, protocol }: ServicePort,
  addressesOf: ReadonlyMap<Pod, readonly Address[]>,
): readonly Target[] {
  // A Service that selects nothing has the endpoints that somebody writes, and here nobody has.
  if (selector === undefined || selector.size === 0) return [];
  const wanted = [...selector];
  return [...addressesOf].flatMap(([pod, addresses]) => {
    if (pod.namespace.name !== namespace.name || wanted.some(([key, value]) => pod.labels.get(key) !== value)) return [];
    const port =
      typeof targetPort === "number" ? targetPort : pod.ports.find((one) => one.name === targetPort && one.protocol === protocol)?.port;
    return port === undefined ? [] : addresses.map((address) => ({ address, port }));
  });
}

function matchOf(clusterIP: Address, protocol: Protocol, port: number): string {
  return `${clusterIP.family === 4 ? "ip" : "ip6"} daddr ${addressText(clusterIP)} ${protocol.toLowerCase()} dport ${port}`;
}

/** One of those that are left; the last takes what comes. */
function chance(left: number): string {
  return left === 1 ? "" : `numgen random mod ${left} 0 `;
}

function rewriteTo({ address, port }: Target): string {
  const text = addressText(address);
  return address.family === 4 ? `dnat ip to ${text}:${port}` : `dnat ip6 to [${text}]:${port}`;
}

function addressText({ family, value }: Address): string {
  return rangeText({ first: value, last: value }, family);
}
