import type { Endpoint, Node, Pod, Snapshot } from "../../model/cluster.ts";
import { addressIn } from "../../model/endpoint.ts";
import type { Family } from "../../net/address.ts";
import { BlockTree } from "./block-tree.ts";
import { uniteMentions, type GlobalMentions } from "./mentions.ts";
import { once } from "./once.ts";
import { peersAmong } from "./peers.ts";
import { ShapeKeys, type Peers, type Shape, type Universe } from "./shapes.ts";

/** The universe of a snapshot, and by pod its shape, -1 for a pod without an address in this family. */
export function universeOf(
  { pods, nodes }: Snapshot,
  family: Family,
  mentions: GlobalMentions,
): readonly [Universe, shapesOfPods: readonly number[]] {
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
  const universe = grown(
    { family, mentions, tree, outside, complete: shapes.length, shapes, parents: shapes.map(() => -1) },
    { keys: () => keys, ids },
  );
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
export function withMentions(
  universe: Universe,
  more: GlobalMentions,
  nodes: readonly Node[],
  { endpoints, isTouched, another }: Touched,
): Universe {
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
    return representative === undefined
      ? { ...shapeOf(shape.representative, tree), isLeft: true }
      : { ...shapeOf(representative, tree), isLeft: shape.isLeft };
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

type Parts = Omit<Universe, "size" | "keys" | "ids" | "peers">;

function grown(
  parts: Parts,
  made: { readonly keys: () => ShapeKeys; readonly ids?: ReadonlyMap<number, number>; readonly peers?: () => Peers },
): Universe {
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
  return {
    kind: endpoint.kind === "external" ? "outside" : machine ? "node" : "pod",
    representative: endpoint,
    atom: atomOf(endpoint, tree),
    isLeft: false,
  };
}

function atomOf(endpoint: Endpoint, tree: BlockTree): number | undefined {
  const address = addressIn(endpoint, tree.family);
  return typeof address === "object" ? tree.atomOf(address) : undefined;
}

/** Appends one shape per atom that has addresses, unless it has one already. */
function addOutside(
  shapes: Shape[],
  tree: BlockTree,
  known: readonly (number | undefined)[],
  parents?: (atom: number) => void,
): readonly number[] {
  return Array.from({ length: tree.size }, (_, atom) => {
    const [range] = tree.ranges(atom);
    if (range === undefined) return -1;
    const shape: Shape = {
      kind: "outside",
      representative: { kind: "external", address: { family: tree.family, value: range.first } },
      atom,
      isLeft: false,
    };
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
