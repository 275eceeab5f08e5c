import type { Address, Family } from "../net/address.ts";
import type { Cidr } from "../net/cidr.ts";
import type { Protocol } from "../net/ports.ts";
import type { Origin } from "../text/source.ts";
import type { ClusterPolicy, NetworkPolicy, Unread } from "./policy.ts";

/** A Map, not an object: `Exists constructor` must not match a pod without labels. */
export type Labels = ReadonlyMap<string, string>;

/** The same keys with the same values, in whatever order. */
export function sameLabels(a: Labels, b: Labels): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

export interface Namespace {
  readonly kind: "namespace";
  readonly name: string;
  /** Always with `kubernetes.io/metadata.name`, which the API server sets and restores (S4). */
  readonly labels: Labels;
  /** Undefined for a namespace that only appears through its objects. */
  readonly origin: Origin | undefined;
}

/** A port that a container of the pod declares under a name (S6). Declaring one is not needed for numeric rules. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** The workload a pod belongs to; views show one row per workload where its pods agree. */
export interface WorkloadName {
  readonly kind: string;
  readonly name: string;
}

export interface Pod {
  readonly kind: "pod";
  readonly namespace: Namespace;
  readonly name: string;
  readonly labels: Labels;
  /** A pod from a workload's template has none yet: selectors see it, ipBlocks cannot tell (S16). */
  readonly addresses: readonly Address[] | "not-yet-assigned";
  /** The pod network, where it was named for a pod without an address (`--pod-cidr`): an ipBlock wholly around or beside it can tell. */
  readonly podNetwork: readonly Cidr[];
  readonly ports: readonly NamedPort[];
  /** Its traffic is its node's, no policy selects it (S10). Its addresses are its node's. */
  readonly hostNetwork: boolean;
  readonly node: string | undefined;
  readonly workload: WorkloadName | undefined;
  readonly origin: Origin;
}

/** A machine of the cluster. An address that belongs to it is it (S21). */
export interface Node {
  readonly kind: "node";
  readonly name: string;
  readonly labels: Labels;
  readonly addresses: readonly Address[];
  readonly origin: Origin;
}

/** An address outside the cluster; a use case may give it a name (an outside point). */
export interface External {
  readonly kind: "external";
  readonly address: Address;
  readonly name?: string;
}

export type Endpoint = Pod | Node | External;

export interface ServicePort {
  readonly name: string | undefined;
  readonly protocol: Protocol;
  readonly port: number;
  /** A number, or the name of a port that each pod resolves for itself. */
  readonly targetPort: number | string;
  /** The port of every node that leads here; undefined where there is none, or it is not given yet. */
  readonly nodePort: number | undefined;
}

/** A Service. Policies never name one: a flow to it is a flow to each of its endpoints' target port (S14). */
export interface Service {
  readonly kind: "service";
  readonly namespace: Namespace;
  readonly name: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  /** Undefined: no selector, its endpoints come from EndpointSlices or are unknown. */
  readonly selector: Labels | undefined;
  readonly clusterIPs: readonly Address[];
  /** Addresses by which it is reached from outside: its `externalIPs`, and those of its load balancer. */
  readonly externalAddresses: readonly Address[];
  /** `Cluster`: whoever comes from outside may seem to be the node that it came by (S14). */
  readonly externalTrafficPolicy: "Cluster" | "Local";
  readonly ports: readonly ServicePort[];
  /** What EndpointSlices or Endpoints objects say; undefined when the snapshot holds none for this Service. */
  readonly slices: readonly ServiceEndpoint[] | undefined;
  readonly origin: Origin;
}

/** One address of an EndpointSlice, with the ports it serves there. */
export interface ServiceEndpoint {
  readonly address: Address;
  readonly ports: readonly { readonly name: string | undefined; readonly protocol: Protocol; readonly port: number }[];
}

/** Everything known about a cluster at once. */
export interface Snapshot {
  readonly namespaces: readonly Namespace[];
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  /** In creation order (creationTimestamp, else order of application): Contrail depends on it, the spec engine must not. */
  readonly policies: readonly NetworkPolicy[];
  /** Cluster-wide policies of both tiers, by tier, priority and name. */
  readonly clusterPolicies: readonly ClusterPolicy[];
  readonly unread: readonly Unread[];
}

export const emptySnapshot: Snapshot = { namespaces: [], nodes: [], pods: [], services: [], policies: [], clusterPolicies: [], unread: [] };

/** The first packet of a connection, in one family; replies follow through conntrack (S13). `port` is the destination's, 1 to 65,535. */
export interface Flow {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly family: Family;
  readonly protocol: Protocol;
  readonly port: number;
}
