import type { Endpoint, Namespace, Node, Pod, Snapshot } from "../../model/cluster.ts";
import type { Peer, PortMatch, Selector } from "../../model/policy.ts";
import { addressIn } from "../../model/endpoint.ts";
import type { Family } from "../../net/address.ts";
import { portSet } from "../../net/ports.ts";
import { outsideClass, takenAddresses, type OutsideClass } from "../../reach/outside.ts";
import { blockHoldsNetwork } from "../../semantics/block.ts";
import type { Algebra, SetId } from "./algebra.ts";
import { BlockTree } from "./block-tree.ts";
import { LabelIndex, selectorKey } from "./label-index.ts";
import { globalMentions, LabelProjection, projectedPorts, type GlobalMentions } from "./mentions.ts";
import { combine, constant, onRuns, runsOf, type Runs, type Steps } from "./steps.ts";

/**
 * What rules of any namespace can see, numbered: the shapes of one family.
 *
 *   0 ……………… pods, by namespace labels, then by pod labels, named ports, atom of their address ……………… n
 *   n+1 …… nodes and host-network pods, by atom and node labels (S21) ……  outside addresses, one per atom ……
 *
 * A peer is a set of shapes. Pods of one namespace stand side by side, so most sets are a few runs.
 */
export interface Universe {
  readonly family: Family;
  readonly mentions: GlobalMentions;
  readonly size: number;
  readonly shapes: readonly Shape[];
  readonly outside: readonly (OutsideClass & { readonly shape: number })[];
  /** By position in the snapshot's pods; -1 for a pod without an address in this family. */
  readonly shapesOfPods: Int32Array;
  /** Of any endpoint, worked out anew. */
  shapeOf(endpoint: Endpoint): number | undefined;
  /** The shapes that a peer of a rule matches, and those of which nobody can tell. `own` peers are not for this: they are local. */
  peer(peer: Peer): { readonly matches: Runs; readonly doubts: Runs };
  /** Pod shapes by the labels of their namespace and their own. */
  pods(namespaces: "every" | Selector, pods: "every" | Selector): readonly number[];
  /** Which ports a list of port entries means on each shape (S6, S7). */
  ports(ports: readonly PortMatch[], algebra: Algebra): Steps;
}

export interface Shape {
  readonly kind: "pod" | "node" | "outside";
  readonly representative: Endpoint;
}

export function universeOf(snapshot: Snapshot, family: Family): Universe {
  const mentions = globalMentions(snapshot);
  const tree = new BlockTree(mentions.blocks.values(), family);
  const nodeByName = new Map(snapshot.nodes.map((node) => [node.name, node]));
  const [spaceOf, labelsOf, nodeLabelsOf] = [mentions.namespaceLabels, mentions.podLabels, mentions.nodeLabels].map((own) => new LabelProjection(own)) as [LabelProjection, LabelProjection, LabelProjection];
  const spaces = new Map<Namespace, number | string>();

  const keyOf = (endpoint: Endpoint): ShapeKey | undefined => {
    const address = addressIn(endpoint, family);
    if (address === undefined) return undefined;
    const atom = address === "not-yet-assigned" ? `? ${networksOf(endpoint as Pod)}` : tree.atomOf(address);
    if (endpoint.kind === "external") return { kind: "outside", first: "outside", second: atom };
    if (endpoint.kind === "node") return { kind: "node", first: "node", second: `${atom} ${nodeLabelsOf.of(endpoint.labels)}` };
    if (endpoint.hostNetwork) {
      const node = endpoint.node === undefined ? undefined : nodeByName.get(endpoint.node);
      return { kind: "node", first: "node", second: `${atom} ${node === undefined ? "?" : nodeLabelsOf.of(node.labels)}` };
    }
    let space = spaces.get(endpoint.namespace);
    if (space === undefined) {
      space = spaceOf.of(endpoint.namespace.labels);
      spaces.set(endpoint.namespace, space);
    }
    const ports = projectedPorts(endpoint, mentions.portNames);
    const labels = labelsOf.of(endpoint.labels);
    return { kind: "pod", first: space, second: ports === "" && atom === 0 ? labels : `${labels} ${ports} ${atom}` };
  };

  // Two levels, so that keys stay small numbers and short texts: space (or "node", "outside") → the rest → a number in order of appearance.
  const found = new Map<number | string, Map<number | string, number>>();
  const drafts: { readonly kind: Shape["kind"]; readonly first: number | string; readonly representative: Endpoint; count: number }[] = [];
  const draftOf = (key: ShapeKey, endpoint: Endpoint): number => {
    const row = found.get(key.first) ?? new Map<number | string, number>();
    found.set(key.first, row);
    let draft = row.get(key.second);
    if (draft === undefined) {
      draft = drafts.length;
      drafts.push({ kind: key.kind, first: key.first, representative: endpoint, count: 0 });
      row.set(key.second, draft);
    }
    return draft;
  };
  const draftsOfPods = new Int32Array(snapshot.pods.length);
  snapshot.pods.forEach((pod, i) => {
    const key = keyOf(pod);
    draftsOfPods[i] = key === undefined ? -1 : draftOf(key, pod);
  });
  for (const node of snapshot.nodes) {
    const key = keyOf(node);
    if (key !== undefined) draftOf(key, node);
  }
  // Pods before nodes, namespaces that look alike side by side.
  const spaceOrder = new Map([...found.keys()].map((first, i) => [first, i]));
  const order = drafts.map((_, draft) => draft).sort((a, b) => compareDrafts(drafts[a] as (typeof drafts)[number], drafts[b] as (typeof drafts)[number], spaceOrder) || a - b);
  const ids = new Int32Array(drafts.length);
  order.forEach((draft, id) => (ids[draft] = id));
  const shapes: Shape[] = order.map((draft) => ({ kind: (drafts[draft] as Shape).kind, representative: (drafts[draft] as Shape).representative }));
  const spaceNames = order.map((draft) => spaceOrder.get((drafts[draft] as { readonly first: number | string }).first) ?? -1);

  const taken = takenAddresses(snapshot, family);
  const outsideIds = new Map<number, number>();
  const outside = Array.from({ length: tree.size }, (_, atom) => outsideClass(tree.ranges(atom), taken, family)).flatMap((one, atom) => {
    if (one === undefined) return [];
    const shape = shapes.length;
    shapes.push({ kind: "outside", representative: one.representative });
    outsideIds.set(atom, shape);
    return { ...one, shape };
  });

  const shapeOf = (endpoint: Endpoint): number | undefined => {
    const key = keyOf(endpoint);
    if (key === undefined) return undefined;
    if (key.kind === "outside") return outsideIds.get(key.second as number);
    const draft = found.get(key.first)?.get(key.second);
    return draft === undefined ? undefined : ids[draft];
  };
  return {
    family,
    mentions,
    size: shapes.length,
    shapes,
    outside,
    shapesOfPods: draftsOfPods.map((draft) => (draft < 0 ? -1 : (ids[draft] as number))),
    shapeOf,
    ...peersOf(shapes, spaceNames, mentions, tree, family, nodeByName),
  };
}

/** Equal keys, equal shapes. `first` is the namespace's labels, or the kind. */
interface ShapeKey {
  readonly kind: Shape["kind"];
  readonly first: number | string;
  readonly second: number | string;
}

function compareDrafts(a: { readonly kind: string; readonly first: number | string }, b: { readonly kind: string; readonly first: number | string }, spaces: ReadonlyMap<number | string, number>): number {
  return Number(a.kind === "node") - Number(b.kind === "node") || (spaces.get(a.first) ?? 0) - (spaces.get(b.first) ?? 0);
}

/** Finds peers among the shapes; equal questions are answered once. */
function peersOf(
  shapes: readonly Shape[],
  spaceNames: readonly number[],
  mentions: GlobalMentions,
  tree: BlockTree,
  family: Family,
  nodeByName: ReadonlyMap<string, Node>,
): Pick<Universe, "peer" | "pods" | "ports"> {
  const podCount = shapes.filter(({ kind }) => kind === "pod").length;
  const pods = shapes.slice(0, podCount).map(({ representative }) => representative as Pod);
  const podIndex = new LabelIndex(pods.map(({ labels }) => labels), mentions.podLabels);
  const spaces = spacesOf(pods, spaceNames);
  const spaceIndex = new LabelIndex(spaces.map(({ labels }) => labels), mentions.namespaceLabels);
  const byAtom = shapesByAtom(shapes, tree, family);
  const unassigned = pods.flatMap((pod, id) => (addressIn(pod, family) === "not-yet-assigned" ? [{ id, pod }] : []));
  const machines = shapes.flatMap(({ kind, representative }, id) => (kind === "node" ? [{ id, node: nodeOf(representative, nodeByName) }] : []));
  const machineIndex = new LabelIndex(machines.map(({ node }) => node?.labels ?? new Map<string, string>()), mentions.nodeLabels);

  const selectPods = remembered(
    (namespaces: "every" | Selector, selector: "every" | Selector) => `${textOf(namespaces)}\u0003${textOf(selector)}`,
    (namespaces, selector) => {
      const chosen = spaceIndex.find(namespaces);
      if (chosen.length === spaces.length) return podIndex.find(selector);
      if (selector === "every" || selector.requirements.length === 0) return chosen.flatMap((space) => rangeOf((spaces[space] as Space).first, (spaces[space] as Space).last));
      const inSpace = new Uint8Array(podCount);
      for (const space of chosen) inSpace.fill(1, (spaces[space] as Space).first, (spaces[space] as Space).last + 1);
      return podIndex.find(selector).filter((shape) => inSpace[shape] === 1);
    },
  );

  const inBlock = (block: Parameters<typeof tree.inside>[0]): readonly number[] => {
    const [first, last] = tree.inside(block);
    return byAtom.between(first, last);
  };

  /** S5, S16: shapes in the block and in none of its excepts; of pods without an address the pod network may tell. */
  const inIpBlock = (blocks: readonly { readonly cidr: Parameters<typeof tree.inside>[0]; readonly except: readonly Parameters<typeof tree.inside>[0][] }[]) => {
    const matches = new Set<number>();
    const doubts = new Set<number>();
    for (const block of blocks) {
      if (block.cidr.family === family) {
        const excepted = new Set(block.except.flatMap(inBlock));
        for (const shape of inBlock(block.cidr)) if (!excepted.has(shape)) matches.add(shape);
      }
      for (const { id, pod } of unassigned) {
        const holds = blockHoldsNetwork(block, pod, family);
        if (holds === "inside") matches.add(id);
        if (holds === "unknown") doubts.add(id);
      }
    }
    const ascending = (ids: Iterable<number>): Runs => runsOf([...ids].sort((a, b) => a - b));
    return { matches: ascending(matches), doubts: ascending([...doubts].filter((id) => !matches.has(id))) };
  };

  const blockKey = ({ cidr, except }: Peer & { readonly kind: "ipBlock" }): string => `${cidr.text} ${except.map(({ text }) => text).join()}`;
  const ipBlock = remembered(blockKey, (peer) => inIpBlock([peer]));
  const nobody: Runs = [];
  const peer = (one: Peer): { readonly matches: Runs; readonly doubts: Runs } => {
    switch (one.kind) {
      case "ipBlock":
        return ipBlock(one);
      case "networks":
        return inIpBlock(one.cidrs.map((cidr) => ({ cidr, except: [] })));
      case "pods":
        return { matches: one.namespaces === "own" ? nobody : runsOf(selectPods(one.namespaces, one.pods)), doubts: nobody };
      case "nodes":
        return { matches: runsOf(machineIndex.find(one.nodes).filter((i) => machines[i]?.node !== undefined).map((i) => (machines[i] as { readonly id: number }).id)), doubts: nobody };
      case "domainNames":
        // C10: only DNS knows, and it never names a pod.
        return { matches: nobody, doubts: runsOf(rangeOf(podCount, shapes.length - 1)) };
      case "unknown":
        return { matches: nobody, doubts: nobody };
    }
  };

  const namedPorts = remembered(
    (name: string, protocol: PortMatch["protocol"]) => `${protocol} ${name}`,
    (name, protocol) => {
      const bySet = new Map<string, { readonly numbers: readonly { readonly protocol: "TCP" | "UDP" | "SCTP"; readonly port: number }[]; readonly ids: number[] }>();
      pods.forEach((pod, id) => {
        const numbers = pod.ports.filter((declared) => declared.name === name && (protocol === "declared" || declared.protocol === protocol));
        if (numbers.length === 0) return;
        const key = numbers.map(({ protocol: own, port }) => `${port}/${own}`).join();
        const group = bySet.get(key) ?? { numbers, ids: [] };
        group.ids.push(id);
        bySet.set(key, group);
      });
      return [...bySet.values()];
    },
  );

  const ports = (entries: readonly PortMatch[], algebra: Algebra): Steps => {
    let everywhere = algebra.none;
    let steps: Steps | undefined;
    for (const { port, protocol } of entries) {
      if (typeof port === "object" && "name" in port) {
        for (const { numbers, ids } of namedPorts(port.name, protocol)) {
          const set = numbers.reduce((sum: SetId, declared) => algebra.unite(sum, algebra.set(portSet(declared.protocol, [{ first: declared.port, last: declared.port }]))), algebra.none);
          const here = onRuns(shapes.length, runsOf(ids), set);
          steps = steps === undefined ? here : combine(steps, here, (a, b) => algebra.unite(a, b));
        }
      } else if (protocol !== "declared") everywhere = algebra.unite(everywhere, algebra.set(portSet(protocol, port === "any" ? undefined : [port])));
    }
    const base = constant(shapes.length, everywhere);
    return steps === undefined ? base : combine(base, steps, (a, b) => algebra.unite(a, b));
  };
  return { peer, pods: selectPods, ports };
}

interface Space {
  readonly labels: Pod["labels"];
  readonly first: number;
  readonly last: number;
}

/** Runs of pod shapes whose namespaces look alike. */
function spacesOf(pods: readonly Pod[], names: readonly number[]): readonly Space[] {
  const spaces: { labels: Pod["labels"]; first: number; last: number }[] = [];
  pods.forEach(({ namespace }, id) => {
    const last = spaces.at(-1);
    if (last !== undefined && names[id] === names[id - 1]) last.last = id;
    else spaces.push({ labels: namespace.labels, first: id, last: id });
  });
  return spaces;
}

/** Shapes by the number of their address's atom, so that a block is one stretch of them. */
function shapesByAtom(shapes: readonly Shape[], tree: BlockTree, family: Family): { between(first: number, last: number): readonly number[] } {
  const placed = shapes.flatMap(({ representative }, id) => {
    const address = addressIn(representative, family);
    return typeof address === "object" ? [{ id, atom: tree.atomOf(address) }] : [];
  });
  placed.sort((a, b) => a.atom - b.atom || a.id - b.id);
  const atoms = placed.map(({ atom }) => atom);
  return {
    between: (first, last) => placed.slice(lowerBound(atoms, first), lowerBound(atoms, last + 1)).map(({ id }) => id),
  };
}

function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nodeOf(endpoint: Endpoint, nodeByName: ReadonlyMap<string, Node>): Node | undefined {
  if (endpoint.kind === "node") return endpoint;
  return endpoint.kind === "pod" && endpoint.node !== undefined ? nodeByName.get(endpoint.node) : undefined;
}

function networksOf({ podNetwork }: Pod): string {
  return podNetwork.map(({ text }) => text).join();
}

function rangeOf(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

function textOf(selector: "every" | Selector): string {
  return selector === "every" ? "" : selectorKey(selector);
}

function remembered<Arguments extends readonly unknown[], Result>(keyOf: (...values: Arguments) => string, compute: (...values: Arguments) => Result): (...values: Arguments) => Result {
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
