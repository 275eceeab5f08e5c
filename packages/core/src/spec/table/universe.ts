import type { Endpoint, Namespace, Node, Pod, Snapshot } from "../../model/cluster.ts";
import { addressIn } from "../../model/endpoint.ts";
import type { Family } from "../../net/address.ts";
import { BlockTree } from "./block-tree.ts";
import { LabelProjection, PortProjection, uniteMentions, type GlobalMentions } from "./mentions.ts";
import { Numbering, start } from "./numbering.ts";
import { once } from "./once.ts";
import { peersAmong, type Peers } from "./peers.ts";

/**
 * What rules of any namespace can see, numbered: the shapes of one family.
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

/** The universe of a snapshot, and by pod its shape, -1 for a pod without an address in this family. */
export function universeOf({ pods, nodes }: Snapshot, family: Family, mentions: GlobalMentions): readonly [Universe, shapesOfPods: readonly number[]] {
  const tree = new BlockTree(mentions.blocks.values(), family);
  const keys = new ShapeKeys(tree, mentions, nodes);
  const ids = new Map<number, number>();
  const drafts: Draft[] = [];
  const draftOf = (endpoint: Pod | Node): number => {
    const number = keys.number(endpoint);
    if (number === undefined) return -1;
    const known = ids.get(number);
    if (known !== undefined) return known;
    ids.set(number, drafts.length);
    drafts.push({ number, draft: drafts.length, ...shapeOf(endpoint, tree), order: keys.order(endpoint) });
    return drafts.length - 1;
  };
  const draftsOfPods = pods.map(draftOf);
  nodes.forEach(draftOf);
  drafts.sort((a, b) => Number(a.kind === "node") - Number(b.kind === "node") || a.order[0] - b.order[0] || a.order[1] - b.order[1]);
  const shapes: Shape[] = drafts.map(({ kind, representative, atom, isLeft }) => ({ kind, representative, atom, isLeft }));
  const idOfDraft: number[] = [];
  drafts.forEach(({ number, draft }, id) => {
    ids.set(number, id);
    idOfDraft[draft] = id;
  });
  const outside = addOutside(shapes, tree, []);
  const universe = grown({ family, mentions, tree, outside, complete: shapes.length, shapes, parents: shapes.map(() => -1) }, { keys: () => keys, ids });
  return [universe, draftsOfPods.map((draft) => idOfDraft[draft] ?? -1)];
}

interface Draft extends Shape {
  readonly number: number;
  readonly draft: number;
  readonly order: readonly [space: number, labels: number];
}

/** The universe with shapes for endpoints that it has none for. They have no parent: no rule was asked about them yet. */
export function withEndpoints(universe: Universe, endpoints: Iterable<Pod | Node>): Universe {
  const { family, mentions, tree, outside, keys } = universe;
  const ids = new Map(universe.ids);
  const shapes = [...universe.shapes];
  for (const endpoint of endpoints) {
    const number = keys.number(endpoint);
    if (number === undefined || ids.has(number)) continue;
    ids.set(number, shapes.length);
    shapes.push(shapeOf(endpoint, tree));
  }
  if (shapes.length === universe.size) return universe;
  const parents = [...universe.parents, ...shapes.slice(universe.size).map(() => -1)];
  return grown({ family, mentions, tree, outside, complete: shapes.length, shapes, parents }, { keys: () => keys, ids });
}

/** Whom new mentions say something about. */
export interface Touched {
  /** With the shapes they had. */
  readonly endpoints: readonly { readonly endpoint: Pod | Node; readonly shape: number }[];
  /** Also of an endpoint that is gone and still represents its shape. */
  isTouched(endpoint: Endpoint): boolean;
  /** Somebody of a shape who is not touched. */
  another(shape: number): Pod | Node | undefined;
}

/**
 * The universe refined by mentions it did not know. Who is touched by them leaves its shape for a new one, everybody else stays. A
 * shape whose representative leaves gets another; one that all have left stays behind without any.
 */
export function withMentions(universe: Universe, more: GlobalMentions, nodes: readonly Node[], { endpoints, isTouched, another }: Touched): Universe {
  const { family, complete } = universe;
  const mentions = uniteMentions(universe.mentions, more);
  const tree = more.blocks.size === 0 ? universe.tree : new BlockTree(mentions.blocks.values(), family);
  const keys = once(() => new ShapeKeys(tree, mentions, nodes));
  if (tree === universe.tree && endpoints.length === 0 && !universe.shapes.some(({ representative }) => isTouched(representative))) {
    const { outside, shapes, parents } = universe;
    return grown({ family, mentions, tree, outside, complete, shapes, parents }, { keys, peers: () => universe.peers });
  }
  const shapes = universe.shapes.map((shape, id): Shape => {
    if (shape.representative.kind === "external") return shape;
    const representative = isTouched(shape.representative) ? another(id) : shape.representative;
    return representative === undefined ? { ...shapeOf(shape.representative, tree), isLeft: true } : { ...shapeOf(representative, tree), isLeft: shape.isLeft };
  });
  const ids = idsOf(shapes, keys());
  const parents = [...universe.parents];
  for (const { endpoint, shape } of endpoints) {
    const number = keys().number(endpoint) as number;
    if (ids.has(number)) continue;
    ids.set(number, shapes.length);
    shapes.push(shapeOf(endpoint, tree));
    parents.push(shape);
  }
  const outside = tree === universe.tree ? universe.outside : splitOutside(universe, shapes, parents, tree);
  return grown({ family, mentions, tree, outside, complete, shapes, parents }, { keys, ids });
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

type Parts = Omit<Universe, "size" | "keys" | "ids" | "peers">;

function grown(parts: Parts, made: { readonly keys: () => ShapeKeys; readonly ids?: ReadonlyMap<number, number>; readonly peers?: () => Peers }): Universe {
  const ids = once(() => made.ids ?? idsOf(parts.shapes, made.keys()));
  const universe: Universe = {
    ...parts,
    size: parts.shapes.length,
    get keys() {
      return made.keys();
    },
    get ids() {
      return ids();
    },
    get peers() {
      return peers();
    },
  };
  const peers = once(made.peers ?? (() => peersAmong(universe)));
  return universe;
}

function idsOf(shapes: readonly Shape[], keys: ShapeKeys): Map<number, number> {
  const ids = new Map<number, number>();
  shapes.forEach(({ representative, isLeft }, id) => {
    if (representative.kind !== "external" && !isLeft) ids.set(keys.number(representative) as number, id);
  });
  return ids;
}

function shapeOf(endpoint: Endpoint, tree: BlockTree): Shape {
  const machine = endpoint.kind === "node" || (endpoint.kind === "pod" && endpoint.hostNetwork);
  return { kind: endpoint.kind === "external" ? "outside" : machine ? "node" : "pod", representative: endpoint, atom: atomOf(endpoint, tree), isLeft: false };
}

function atomOf(endpoint: Endpoint, tree: BlockTree): number | undefined {
  const address = addressIn(endpoint, tree.family);
  return typeof address === "object" ? tree.atomOf(address) : undefined;
}

/** Appends one shape per atom that has addresses, unless it has one already. */
function addOutside(shapes: Shape[], tree: BlockTree, known: readonly (number | undefined)[], parents?: (atom: number) => void): readonly number[] {
  return Array.from({ length: tree.size }, (_, atom) => {
    const [range] = tree.ranges(atom);
    if (range === undefined) return -1;
    const shape: Shape = { kind: "outside", representative: { kind: "external", address: { family: tree.family, value: range.first } }, atom, isLeft: false };
    const id = known[atom] ?? shapes.length;
    if (id === shapes.length) parents?.(atom);
    shapes[id] = shape;
    return id;
  });
}

/** S5: addresses of a new block leave the atom they were in, which keeps its shape for the rest. */
function splitOutside(universe: Universe, shapes: Shape[], parents: number[], tree: BlockTree): readonly number[] {
  const before = new Map(universe.outside.map((shape, atom) => [universe.tree.textOf(atom), shape] as const));
  const known = Array.from({ length: tree.size }, (_, atom) => {
    const shape = before.get(tree.textOf(atom));
    return shape === -1 ? undefined : shape;
  });
  return addOutside(shapes, tree, known, (atom) => {
    const [range] = tree.ranges(atom);
    parents.push(universe.outside[universe.tree.atomOf({ family: tree.family, value: range?.first ?? 0n })] as number);
  });
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
    const labels = this.#labelsOf.from(this.space(endpoint.namespace), endpoint.labels, this.#numbering);
    return this.#numbering.from(this.#portsOf.from(labels, endpoint, this.#numbering), this.#atom(endpoint, address));
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
    return endpoint.kind === "pod" && !endpoint.hostNetwork ? [this.#spaceOf.order(endpoint.namespace.labels), this.#labelsOf.order(endpoint.labels)] : [0, 0];
  }

  #kind(kind: string): number {
    return this.#numbering.from(start, kind);
  }

  /** S16: of a pod without an address its network, which may tell as much. */
  #atom(endpoint: Pod | Node, address: ReturnType<typeof addressIn>): number | string {
    return typeof address === "object" ? this.#tree.atomOf(address) : (endpoint as Pod).podNetwork.map(({ text }) => text).join();
  }
}
