import type { Endpoint, Namespace, Node, Pod } from "../../model/cluster.ts";
import type { Peer, PortMatch, Selector } from "../../model/policy.ts";
import { addressIn } from "../../model/endpoint.ts";
import type { Family } from "../../net/address.ts";
import type { Algebra } from "./algebra.ts";
import type { BlockTree } from "./block-tree.ts";
import { LabelProjection, PortProjection, type GlobalMentions } from "./mentions.ts";
import { Numbering, start } from "./numbering.ts";
import type { Runs, Steps, StepsPool } from "./steps.ts";

/**
 * What rules of any namespace can see, numbered: the shapes of one family (S15: the other family has its own).
 *
 *   0 ……… pods, by namespace labels, then by pod labels, named ports, atom of their address ……… nodes and host-network pods, by atom and
 *   node labels (S21) ……… outside addresses, one per atom ……… shapes that came later, with edits
 *
 * A peer is a set of shapes. Pods of namespaces that look alike stand side by side, and so do those whose labels do, so most sets
 * are a few runs.
 *
 * A universe only grows: what was made for an earlier one stays true of its shapes. A shape that was split from another (an edit looks
 * at something nobody looked at before) is to all earlier rules what that one is, its parent:
 *
 *   parents  [-1, -1, -1, -1, 1]     shape 4 was split from 1
 */
export interface Universe {
  readonly family: Family;
  readonly mentions: GlobalMentions;
  readonly tree: BlockTree;
  readonly shapes: readonly Shape[];
  readonly size: number;
  readonly parents: readonly number[];
  /** Shapes below this may have no parent: what was made for fewer shapes must be made again. */
  readonly complete: number;
  /** By atom, the shape of its outside addresses; -1 for a block that is wholly divided into others. */
  readonly outside: readonly number[];
  readonly keys: ShapeKeys;
  /** Shapes by the numbers that `keys` gives to those who have them. */
  readonly ids: ReadonlyMap<number, number>;
  /** Made when a rule asks, and kept where new mentions touch nobody. */
  readonly peers: Peers;
}

export interface Shape {
  readonly kind: "pod" | "node" | "outside";
  /** An endpoint that has it. Of outside addresses the first one, which a pod or a node may have. */
  readonly representative: Endpoint;
  /** That of its address; undefined for pods without one. */
  readonly atom: number | undefined;
  /** Everybody has left it for shapes that were split from it. */
  readonly isLeft: boolean;
}

/** What rules mean by their peers and ports, as sets of shapes. Equal questions are answered once. */
export interface Peers {
  /** The shapes that a peer matches, and those of which nobody can tell. `own` peers are not for this: they are local. */
  shapesOf(peer: Peer): PeerShapes;
  /** Pod shapes by the labels of their namespace and their own, ascending. */
  pods(namespaces: "every" | Selector, pods: "every" | Selector): readonly number[];
  /** S6, S7: which ports a list of entries means on each shape. */
  ports(entries: readonly PortMatch[], algebra: Algebra, pool: StepsPool): Steps;
}

export interface PeerShapes {
  readonly matches: Runs;
  readonly doubts: Runs;
}

/** Undefined for an endpoint without an address in this family, and for one that no shape was made for. */
export function shapeIdOf({ keys, ids, tree, outside }: Universe, endpoint: Endpoint): number | undefined {
  if (endpoint.kind === "external") return endpoint.address.family === tree.family ? outside[tree.atomOf(endpoint.address)] : undefined;
  const number = keys.number(endpoint);
  return number === undefined ? undefined : ids.get(number);
}

/** The shape that answers in place of a later one, where only the first `size` are known. */
export function standIn({ parents }: Universe, shape: number, size: number): number {
  let known = shape;
  while (known >= size) known = parents[known] as number;
  return known;
}

/** Numbers endpoints by everything that a rule of any namespace can see of them. Equal numbers, equal shapes. */
export class ShapeKeys {
  readonly #tree: BlockTree;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #spaceOf: LabelProjection;
  readonly #labelsOf: LabelProjection;
  readonly #nodeLabelsOf: LabelProjection;
  readonly #portsOf: PortProjection;
  readonly #numbering = new Numbering();
  readonly #spaces = new Map<Namespace, number>();
  /** The pod that was numbered last, and the number of its namespace's labels, its own and its ports. */
  #last: Pod | undefined;
  #seen = start;

  constructor(tree: BlockTree, mentions: GlobalMentions, nodes: readonly Node[]) {
    this.#tree = tree;
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#spaceOf = new LabelProjection(mentions.namespaceLabels);
    this.#labelsOf = new LabelProjection(mentions.podLabels);
    this.#nodeLabelsOf = new LabelProjection(mentions.nodeLabels);
    this.#portsOf = new PortProjection(mentions.portNames);
  }

  /** Undefined for an endpoint without an address in this family. */
  number(endpoint: Pod | Node): number | undefined {
    const address = addressIn(endpoint, this.#tree.family);
    if (address === undefined) return undefined;
    if (endpoint.kind !== "pod" || endpoint.hostNetwork) {
      const node = this.nodeOf(endpoint);
      const placed = this.#numbering.from(this.#kind(node === undefined ? "node?" : "node"), this.#atom(endpoint, address));
      return node === undefined ? placed : this.#nodeLabelsOf.from(placed, node.labels, this.#numbering);
    }
    const last = this.#last;
    // Pods of one workload stand side by side and hold the same objects: what they show is worked out once.
    if (last?.labels !== endpoint.labels || last.ports !== endpoint.ports || last.namespace !== endpoint.namespace) {
      const labels = this.#labelsOf.from(this.space(endpoint.namespace), endpoint.labels, this.#numbering);
      this.#seen = this.#portsOf.from(labels, endpoint, this.#numbering);
      this.#last = endpoint;
    }
    return this.#numbering.from(this.#seen, this.#atom(endpoint, address));
  }

  /** Equal for namespaces whose labels no rule tells apart. */
  space(namespace: Namespace): number {
    let space = this.#spaces.get(namespace);
    if (space === undefined) {
      space = this.#spaceOf.from(this.#kind("pod"), namespace.labels, this.#numbering);
      this.#spaces.set(namespace, space);
    }
    return space;
  }

  /** S21: a host-network pod is its node. */
  nodeOf(machine: Pod | Node): Node | undefined {
    return machine.kind === "node" ? machine : machine.node === undefined ? undefined : this.#nodes.get(machine.node);
  }

  /** Where a pod stands among the shapes: by its namespace's labels, then by its own. */
  order(endpoint: Pod | Node): readonly [space: number, labels: number] {
    return endpoint.kind === "pod" && !endpoint.hostNetwork
      ? [this.#spaceOf.order(endpoint.namespace.labels), this.#labelsOf.order(endpoint.labels)]
      : [0, 0];
  }

  #kind(kind: string): number {
    return this.#numbering.from(start, kind);
  }

  /** S16: of a pod without an address its network, which may tell as much. */
  #atom(endpoint: Pod | Node, address: ReturnType<typeof addressIn>): number | string {
    return typeof address === "object" ? this.#tree.atomOf(address) : (endpoint as Pod).podNetwork.map(({ text }) => text).join();
  }
}
