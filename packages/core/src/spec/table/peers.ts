import { addressIn } from "../../model/endpoint.ts";
import type { Labels, Node, Pod } from "../../model/cluster.ts";
import type { Peer, PortMatch, Selector } from "../../model/policy.ts";
import type { Cidr } from "../../net/cidr.ts";
import { blockHoldsNetwork } from "../../semantics/block.ts";
import type { Algebra, SetId } from "./algebra.ts";
import { LabelIndex, selectorKey } from "./label-index.ts";
import { portName } from "./mentions.ts";
import { once } from "./once.ts";
import { noRuns, runsOf, subtractRuns, uniteRuns, type Runs, type Steps, type StepsPool } from "./steps.ts";
import type { PeerShapes, Peers, Universe } from "./shapes.ts";

type Block = { readonly cidr: Cidr; readonly except: readonly Cidr[] };

export function peersAmong(universe: Universe): Peers {
  const { shapes, mentions, family, tree, keys } = universe;
  const podIds = shapes.flatMap(({ kind }, id) => (kind === "pod" ? [id] : []));
  const pods = podIds.map((id) => shapes[id]?.representative as Pod);
  const podIndex = new LabelIndex(
    pods.map(({ labels }) => labels),
    mentions.podLabels,
  );
  const spaces = spacesOf(pods, universe);
  const spaceIndex = new LabelIndex(
    spaces.map(({ labels }) => labels),
    mentions.namespaceLabels,
  );
  const insideBlock = once(() => shapesByBlock(universe));
  // Host-network pods among them: their node may be unknown.
  const unassigned = once(() =>
    shapes.flatMap(({ representative }, id) => (addressIn(representative, family) === "not-yet-assigned" ? [id] : [])),
  );

  const selectPods = remembered(
    (namespaces: "every" | Selector, selector: "every" | Selector) => `${textOf(namespaces)}\u0003${textOf(selector)}`,
    (namespaces, selector) => {
      const chosen = spaceIndex.find(namespaces);
      if (chosen.length === spaces.length) return podIndex.find(selector).map((pod) => podIds[pod] as number);
      if (selector === "every" || selector.requirements.length === 0)
        return chosen.flatMap((space) => podIds.slice(spaces[space]?.first, (spaces[space] as Space).last + 1));
      const inSpace = new Uint8Array(pods.length);
      for (const space of chosen) inSpace.fill(1, (spaces[space] as Space).first, (spaces[space] as Space).last + 1);
      return podIndex
        .find(selector)
        .filter((pod) => inSpace[pod] === 1)
        .map((pod) => podIds[pod] as number);
    },
  );

  /** S5: the shapes in a block and in none of its excepts. */
  const placedIn = ({ cidr, except }: Block): Runs => {
    if (cidr.family !== family) return noRuns;
    return except.reduce((runs, inner) => subtractRuns(runs, insideBlock()(tree.nodeOf(inner))), insideBlock()(tree.nodeOf(cidr)));
  };

  const inBlocks = (blocks: readonly Block[]): PeerShapes => {
    const placed = blocks.reduce((runs, block) => uniteRuns(runs, placedIn(block)), noRuns);
    // S16: of pods without an address the pod network may tell.
    const holds = unassigned().map((id) => ({
      id,
      each: blocks.map((block) => blockHoldsNetwork(block, shapes[id]?.representative as Pod, family)),
    }));
    const inside = holds.flatMap(({ id, each }) => (each.includes("inside") ? [id] : []));
    const unknown = holds.flatMap(({ id, each }) => (!each.includes("inside") && each.includes("unknown") ? [id] : []));
    return { matches: uniteRuns(placed, runsOf(inside)), doubts: runsOf(unknown) };
  };

  const machines = once(() => {
    const own = shapes.flatMap(({ kind, representative }, id) => {
      const node = kind === "node" ? keys.nodeOf(representative as Pod | Node) : undefined;
      return node === undefined ? [] : [{ id, labels: node.labels }];
    });
    return {
      ids: own.map(({ id }) => id),
      index: new LabelIndex(
        own.map(({ labels }) => labels),
        mentions.nodeLabels,
      ),
    };
  });

  const matching = (ids: Iterable<number>): PeerShapes => ({ matches: runsOf(ids), doubts: noRuns });
  /** S4, C6: one entry of `from` or `to`. */
  const shapesOf = remembered(peerKey, (peer): PeerShapes => {
    switch (peer.kind) {
      case "ipBlock":
        return inBlocks([peer]);
      case "networks":
        return inBlocks(peer.cidrs.map((cidr) => ({ cidr, except: [] })));
      case "pods":
        return peer.namespaces === "own" ? matching([]) : matching(selectPods(peer.namespaces, peer.pods));
      case "nodes":
        return matching(
          machines()
            .index.find(peer.nodes)
            .map((i) => machines().ids[i] as number),
        );
      case "domainNames":
        // C10: only DNS knows, and it never names a pod.
        return { matches: noRuns, doubts: runsOf(shapes.flatMap(({ kind }, id) => (kind === "pod" ? [] : [id]))) };
      case "unknown":
        return matching([]);
    }
  });

  /** Pod shapes by what they declare under a name. */
  const declaring = remembered(
    (name: string, protocol: PortMatch["protocol"]) => `${protocol} ${name}`,
    (name, protocol) => {
      const byNumbers = new Map<string, { readonly representative: Pod; readonly ids: number[] }>();
      pods.forEach((pod, i) => {
        const own = declared(pod, name, protocol);
        if (own.length === 0) return;
        const numbers = own.map((one) => `${one.port}/${one.protocol}`).join();
        const group = byNumbers.get(numbers) ?? { representative: pod, ids: [] };
        group.ids.push(podIds[i] as number);
        byNumbers.set(numbers, group);
      });
      return [...byNumbers.values()];
    },
  );

  const ports = (entries: readonly PortMatch[], algebra: Algebra, pool: StepsPool): Steps => {
    const parts = [pool.constant(entries.reduce((sum: SetId, entry) => algebra.unite(sum, algebra.numbers(entry)), algebra.none))];
    for (const entry of entries) {
      const name = portName(entry);
      if (name === undefined) continue;
      for (const { representative, ids } of declaring(name, entry.protocol))
        parts.push(pool.onRuns(runsOf(ids), portsOn(representative, [entry], algebra), shapes.length));
    }
    return pool.combineAll(parts, (a, b) => algebra.unite(a, b));
  };
  return { shapesOf, pods: selectPods, ports };
}

/** S6, S7: the ports that entries mean on one pod. */
export function portsOn(pod: Pod, entries: readonly PortMatch[], algebra: Algebra): SetId {
  let sum = algebra.none;
  for (const entry of entries) {
    const name = portName(entry);
    if (name === undefined) sum = algebra.unite(sum, algebra.numbers(entry));
    else for (const { protocol, port } of declared(pod, name, entry.protocol)) sum = algebra.unite(sum, algebra.port(protocol, port));
  }
  return sum;
}

/** S6, C7: what a pod declares under a name. */
function declared({ ports }: Pod, name: string, protocol: PortMatch["protocol"]): Pod["ports"] {
  return ports.filter((own) => own.name === name && (protocol === "declared" || own.protocol === protocol));
}

/** A stretch of pods (positions, not shapes) whose namespaces look alike. */
interface Space {
  readonly labels: Labels;
  readonly first: number;
  readonly last: number;
}

function spacesOf(pods: readonly Pod[], { keys }: Universe): readonly Space[] {
  const spaces: { labels: Labels; space: number; first: number; last: number }[] = [];
  pods.forEach(({ namespace }, position) => {
    const space = keys.space(namespace);
    const last = spaces.at(-1);
    if (last?.space === space) last.last = position;
    else spaces.push({ labels: namespace.labels, space, first: position, last: position });
  });
  return spaces;
}

/** The shapes of addresses inside the blocks of the tree, each block's worked out once. */
function shapesByBlock({ shapes, tree }: Universe): (node: number | undefined) => Runs {
  const placed = shapes
    .flatMap(({ atom }, id) => (atom === undefined ? [] : [{ id, atom }]))
    .sort((a, b) => a.atom - b.atom || a.id - b.id);
  const atoms = placed.map(({ atom }) => atom);
  const known: Runs[] = [];
  return (node) => {
    if (node === undefined) return noRuns;
    return (known[node] ??= runsOf(
      placed
        .slice(firstAtLeast(atoms, node), firstAtLeast(atoms, tree.lastInside(node) + 1))
        .map(({ id }) => id)
        .sort((a, b) => a - b),
    ));
  };
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function peerKey(peer: Peer): string {
  switch (peer.kind) {
    case "ipBlock":
      return peer.except.length === 0 ? peer.cidr.text : `${peer.cidr.text}-${peer.except.map(({ text }) => text).join()}`;
    case "networks":
      return peer.cidrs.map(({ text }) => text).join("+");
    case "pods":
      return `pods ${textOf(peer.namespaces)}\u0003${textOf(peer.pods)}`;
    case "nodes":
      return `nodes ${textOf(peer.nodes)}`;
    case "domainNames":
    case "unknown":
      return peer.kind;
  }
}

function textOf(selector: "every" | "own" | Selector): string {
  return typeof selector === "string" ? selector : selectorKey(selector);
}

function remembered<Arguments extends readonly unknown[], Result>(
  keyOf: (...values: Arguments) => string,
  compute: (...values: Arguments) => Result,
): (...values: Arguments) => Result {
  const known = new Map<string, Result>();
  return (...values) => {
    const key = keyOf(...values);
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = compute(...values);
    known.set(key, result);
    return result;
  };
}
