import { sameLabels, type Node, type Pod, type Snapshot } from "../../model/cluster.ts";
import type { ClusterPolicy, NetworkPolicy, Tier } from "../../model/policy.ts";
import { sameAddress, type Address, type Family } from "../../net/address.ts";
import type { Differences, Reachability } from "../../reach/reachability.ts";
import { differencesBetween } from "./differences.ts";
import { coversLocally, globalMentions, localMentions, newMentions } from "./mentions.ts";
import { membersOf, type NamespacePods } from "./members.ts";
import { namespaceTable, type NamespaceTable, type Shared } from "./namespace-table.ts";
import { freshTable, NamespaceTables, sharedOf, tableWith, type Table } from "./compile.ts";
import { nobodyTouched, touchedBy } from "./touched.ts";
import { shapeIdOf, type Universe } from "./shapes.ts";
import { withEndpoints, withMentions } from "./universe.ts";

export type { Table } from "./compile.ts";

/**
 * The table of a snapshot; what `previous` knows and nothing changed is kept, by the identity of the snapshot's objects. In order:
 *
 *   1  policies came that look at something new      the universe is refined: who is touched leaves its shape
 *   2  pods came, left or were replaced              their namespaces are classified again; shapes that nobody had are added
 *   3  policies came or left                         what their namespaces say is made again
 *   4  cluster-wide policies came or left, or        the same for namespaces where that changes who is a subject, or what was read
 *      something could not be read
 *
 * Begun anew with other nodes and with a first look at a node's label, which are rare, and when most of what is kept is of no use any more.
 */
export function tableOf(snapshot: Snapshot, family: Family, previous?: Table): Table {
  const table = advanced(snapshot, family, previous);
  return Object.assign(table, { differencesTo: (later: Reachability) => differencesTo(table, later) });
}

/** What changes to a table that was made from this one, or can be. */
function differencesTo(table: Table, later: Reachability): Differences | undefined {
  if (!isTable(later) || later.family !== table.family) return undefined;
  const { universe, algebra } = table.shared;
  const grown =
    later.shared.universe === universe && later.shared.algebra === algebra ? later : advanced(later.snapshot, later.family, table);
  return grown.shared.algebra === algebra ? differencesBetween(table, grown) : undefined;
}

function isTable(reach: Reachability): reach is Table {
  return "shared" in reach;
}

function advanced(snapshot: Snapshot, family: Family, previous: Table | undefined): Table {
  if (previous === undefined || previous.family !== family || hasOutgrown(previous)) return freshTable(snapshot, family);
  const { shared: before, snapshot: old } = previous;
  const changes: Changes = {
    policies: changesOf(old.policies, snapshot.policies),
    clusterPolicies: changesOf(old.clusterPolicies, snapshot.clusterPolicies),
    pods: changesOf(old.pods, snapshot.pods),
    otherJudgement: !sameList(old.clusterPolicies, snapshot.clusterPolicies) || !sameList(old.unread, snapshot.unread),
  };
  const more = newMentions(
    before.universe.mentions,
    globalMentions({ policies: changes.policies.added, clusterPolicies: changes.clusterPolicies.added }),
  );
  if (!haveSameNodes(old, snapshot) || (more !== undefined && more.nodeLabels.size > 0)) return freshTable(snapshot, family);

  const touched = more === undefined ? nobodyTouched : touchedBy(more, previous);
  const refined = more === undefined ? before.universe : withMentions(before.universe, more, snapshot.nodes, touched);
  const universe = changes.pods.added.length === 0 ? refined : withEndpoints(refined, changes.pods.added);
  const shared = universe === before.universe && !changes.otherJudgement ? before : sharedOf(universe, snapshot, before);
  const reshaped = new Set(touched.endpoints.flatMap(({ endpoint }) => (endpoint.kind === "pod" ? [endpoint.namespace.name] : [])));

  const { tables, sameNames, sameNumbers } = editedTables(snapshot, previous, shared, changes, reshaped);
  return tableWith(snapshot, shared, new NamespaceTables(tables, shared), {
    born: previous.born,
    ...(sameNames ? { positions: previous.positions } : {}),
    ...(sameNumbers ? { firstClasses: previous.firstClasses } : {}),
    ...(universe.tree === before.universe.tree && !changes.pods.any ? { machines: previous.machines } : {}),
  });
}

/** Whether most of what is kept belongs to edits of long ago. */
function hasOutgrown({ born, shared: { universe, pool } }: Table): boolean {
  return universe.size > 2 * born.shapes + 100 || pool.size > 4 * born.functions + 10_000;
}

interface Changes {
  readonly policies: ListChanges<NetworkPolicy>;
  readonly clusterPolicies: ListChanges<ClusterPolicy>;
  readonly pods: ListChanges<Pod>;
  /** Other cluster-wide policies, or other objects that could not be read. */
  readonly otherJudgement: boolean;
}

interface EditedTables {
  readonly tables: NamespaceTable[];
  /** Whether each namespace stands where it stood, and has as many classes as it had. */
  readonly sameNames: boolean;
  readonly sameNumbers: boolean;
}

function editedTables(snapshot: Snapshot, previous: Table, shared: Shared, changes: Changes, reshaped: ReadonlySet<string>): EditedTables {
  const { kept } = previous.namespaces;
  const { policies, pods } = changes;
  const repeopled = pods.reordered
    ? new Set(snapshot.namespaces.map(({ name }) => name))
    : new Set([...pods.removed, ...pods.added].map(({ namespace }) => namespace.name));
  const ruledAnew = new Set([...policies.removed, ...policies.added].map(({ name }) => name.namespace));
  const judgedAnew = changes.otherJudgement
    ? kept.filter((table) => !isJudgedAlike(table, previous.shared, shared)).map(({ name }) => name)
    : [];
  const stale = new Set([...repeopled, ...ruledAnew, ...reshaped, ...judgedAnew]);

  const people = podsByNamespace(snapshot.pods, repeopled);
  const remade = (name: string, old: NamespaceTable | undefined): NamespaceTable => {
    if (old === undefined) {
      const own = snapshot.policies.filter((policy) => policy.name.namespace === name);
      const here = snapshot.pods.filter(({ namespace }) => namespace.name === name);
      return namespaceTable(name, membersOf(withShapes(here, shared.universe), localMentions(own)), own, shared);
    }
    const own = ruledAnew.has(name) ? changedPolicies(old.policies, name, policies) : old.policies;
    const added = policies.added.filter((policy) => policy.name.namespace === name);
    const covered = coversLocally(old.members.mentions, localMentions(added));
    const mentions = covered ? old.members.mentions : localMentions(own);
    if (repeopled.has(name))
      return namespaceTable(name, membersOf(withShapes(people.get(name) ?? [], shared.universe), mentions), own, shared);
    if (reshaped.has(name)) return namespaceTable(name, membersOf(withShapes(old.members.pods, shared.universe), mentions), own, shared);
    return namespaceTable(name, covered ? old.members : membersOf(old.members, mentions), own, shared);
  };

  if (!haveSameNames(previous.snapshot, snapshot)) {
    const before = new Map(kept.map((table) => [table.name, table]));
    const tables = snapshot.namespaces.map(({ name }) => {
      const old = before.get(name);
      return old === undefined || stale.has(name) ? remade(name, old) : old;
    });
    return { tables, sameNames: false, sameNumbers: false };
  }
  const tables = [...kept];
  let sameNumbers = true;
  for (const name of stale) {
    const position = previous.positions().get(name);
    if (position === undefined) continue;
    const [old, young] = [kept[position] as NamespaceTable, remade(name, kept[position])];
    sameNumbers &&= young.members.classes.length === old.members.classes.length;
    tables[position] = young;
  }
  return { tables, sameNames: true, sameNumbers };
}

function changedPolicies(
  before: readonly NetworkPolicy[],
  namespace: string,
  { removed, added }: ListChanges<NetworkPolicy>,
): readonly NetworkPolicy[] {
  const gone = new Set(removed);
  return [...before.filter((policy) => !gone.has(policy)), ...added.filter(({ name }) => name.namespace === namespace)];
}

const tiers: readonly Tier[] = ["Admin", "Baseline"];

/** Whether the same cluster-wide policies have the namespace's pods as subjects, and as much of it was read. */
function isJudgedAlike({ name, members }: NamespaceTable, before: Shared, after: Shared): boolean {
  if (before.isUnread(name) !== after.isUnread(name)) return false;
  return members.classes.every(({ shape }) =>
    tiers.every((tier) => sameList(before.subjects[tier][shape] ?? [], after.subjects[tier][shape] ?? [])),
  );
}

/** The pods of some namespaces, in the order of the snapshot. */
function podsByNamespace(pods: readonly Pod[], names: ReadonlySet<string>): ReadonlyMap<string, readonly Pod[]> {
  const groups = new Map<string, Pod[]>();
  if (names.size === 0) return groups;
  for (const pod of pods) {
    const { name } = pod.namespace;
    if (!names.has(name)) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [pod]);
    else group.push(pod);
  }
  return groups;
}

function withShapes(pods: readonly Pod[], universe: Universe): NamespacePods {
  return { pods, shapes: pods.map((pod) => shapeIdOf(universe, pod) ?? -1) };
}

/** What left a list and what came, by identity. */
interface ListChanges<T> {
  readonly removed: readonly T[];
  readonly added: readonly T[];
  /** Whether what stayed stands in another order. */
  readonly reordered: boolean;
  readonly any: boolean;
}

function changesOf<T>(before: readonly T[], after: readonly T[]): ListChanges<T> {
  if (before === after) return { removed: [], added: [], reordered: false, any: false };
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let [endBefore, endAfter] = [before.length, after.length];
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore--;
    endAfter--;
  }
  const [old, young] = [before.slice(start, endBefore), after.slice(start, endAfter)];
  const [known, kept] = [new Set(old), new Set(young)];
  const [removed, added] = [old.filter((item) => !kept.has(item)), young.filter((item) => !known.has(item))];
  const [stayed, stay] = [old.filter((item) => kept.has(item)), young.filter((item) => known.has(item))];
  return { removed, added, reordered: !sameList(stayed, stay), any: old.length + young.length > 0 };
}

function haveSameNames(before: Snapshot, after: Snapshot): boolean {
  const [a, b] = [before.namespaces, after.namespaces];
  return a === b || (a.length === b.length && a.every(({ name }, i) => name === b[i]?.name));
}

/** Nodes that were read again are other objects and may still be the same. */
function haveSameNodes(before: Snapshot, after: Snapshot): boolean {
  const [a, b] = [before.nodes, after.nodes];
  return a === b || (a.length === b.length && a.every((node, i) => node === b[i] || isSameNode(node, b[i] as Node)));
}

function isSameNode(a: Node, b: Node): boolean {
  return (
    a.name === b.name &&
    sameLabels(a.labels, b.labels) &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address, i) => sameAddress(address, b.addresses[i] as Address))
  );
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}
