import type { Endpoint, Flow } from "../model/cluster.ts";
import { nodeNameOf, sameEndpoint } from "../model/endpoint.ts";
import type { Family } from "../net/address.ts";
import type { AddressRange } from "./cuts.ts";
import { allPorts, noPorts, samePorts, type PortSet } from "../net/ports.ts";

/** What may be opened from one endpoint to another: the rest is denied. The two sets are disjoint. */
export interface Connections {
  readonly allow: PortSet;
  readonly undetermined: PortSet;
}

export const openConnections: Connections = { allow: allPorts, undetermined: noPorts };

export function sameConnections(a: Connections, b: Connections): boolean {
  return a === b || (samePorts(a.allow, b.allow) && samePorts(a.undetermined, b.undetermined));
}

/** Endpoints that no rule in force can tell apart. */
export interface EndpointClass {
  readonly id: number;
  readonly representative: Endpoint;
  /** How many endpoints: pods and nodes one by one, outside by the address. */
  readonly size: bigint;
  /** Of a class of outside addresses: where they are, pods' and nodes' own addresses included; undefined inside the cluster. */
  readonly ranges: readonly AddressRange[] | undefined;
}

/** What two endpoints are to each other, beyond their classes: some rules speak of the pair (S11, S12). */
export type Relation = "same-pod" | "own-node" | "none";

/** Who may talk to whom in one family. By asking any engine, or from the spec engine's tables; both pass the same contract test. */
export interface Reachability {
  readonly family: Family;
  readonly classes: readonly EndpointClass[];
  /** The class of a pod, node or outside address that has an address in this family or may get one; undefined for others. */
  classOf(endpoint: Endpoint): number | undefined;
  /** What an endpoint of one class may open to another endpoint of a class, where the two stand in this relation. */
  between(from: number, to: number, relation: Relation): Connections;
  /** The connections of two endpoints; undefined when one has no address in this family. */
  connections(from: Endpoint, to: Endpoint): Connections | undefined;
  /** What changes from here to another, quicker than class by class; undefined where it cannot be told from what both are made of. */
  differencesTo?(later: Reachability): Differences | undefined;
}

/**
 * What changes between two snapshots for the endpoints that are in both. Of a pod that runs on another node than before nothing is said
 * about flows from nodes: they may reach their own pods whatever the policies say (S11).
 */
export interface Differences {
  readonly family: Family;
  /** Endpoints that neither snapshot tells apart. */
  readonly classes: readonly EndpointClass[];
  /** The class of an endpoint of either snapshot; undefined for one that is in one of them only. */
  classOf(endpoint: Endpoint): number | undefined;
  /** No pair and port is in two of them. */
  readonly all: readonly Difference[];
}

/** Every pair of different endpoints, one of each side, that stands in the relation changes so on these ports. */
export interface Difference {
  readonly change: Change;
  readonly ports: PortSet;
  readonly relation: Exclude<Relation, "same-pod">;
  /** Ids of classes, ascending. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly pairs: bigint;
  /** One such flow, between endpoints of the later snapshot. */
  readonly witness: Flow;
}

/** `unclear`: undetermined in one of the two snapshots only. What is undetermined in both is neither equal nor different. */
export type Change = "opens" | "closes" | "unclear";

export function relationOf(from: Endpoint, to: Endpoint): Relation {
  if (sameEndpoint(from, to)) return "same-pod";
  const ownNode = to.kind === "pod" && !to.hostNetwork && to.node !== undefined && nodeNameOf(from) === to.node;
  return ownNode ? "own-node" : "none";
}
