import {
  addressIn,
  formatPorts,
  hasPort,
  isAllPorts,
  isEmptyPorts,
  isOutside,
  pairCount,
  portSet,
  protocols,
  type Calculation,
  type Connections,
  type Protocol,
  type Row,
  type StageResult,
  type View,
} from "@netproof/core/parts";
import type { Judged } from "./judged.ts";
import {
  cell,
  isOpenCell,
  type ClusterTally,
  type ReachedNamespace,
  type Survey,
  type SurveyQuestion,
  type TallyQuestion,
} from "./protocol.ts";
import { isNodeRow, type RowSet } from "./rows.ts";

/** One port of one protocol; undefined for all of them together. */
export type AskedPort = { readonly protocol: Protocol; readonly port: number } | undefined;

/** `80/TCP`. */
export function askedPort(text: string | undefined): AskedPort {
  const [, port, word] = /^(\d+)\/(\w+)$/.exec(text ?? "") ?? [];
  const protocol = protocols.find((known) => known === word);
  return port === undefined || protocol === undefined ? undefined : { protocol, port: Number(port) };
}

export function portText(protocol: Protocol, port: number): string {
  return formatPorts(portSet(protocol, [{ first: port, last: port }]));
}

/** What one engine says of every pair of rows, on one port or on all. */
export async function surveyOf(judged: Judged, set: RowSet, question: SurveyQuestion, revision: number, pause: Pause): Promise<Survey> {
  const started = performance.now();
  const calculation = judged.calculation(question.engine, question.stage);
  const port = askedPort(question.port);
  const cells = await cellsOf(set, calculation, port, pause);
  const { broken, breaks } = brokenOf(judged.result(question.engine, question.stage), set, port);
  const own = { question, revision, breaks };
  const survey =
    question.grouping === "namespace"
      ? { ...own, ...byNamespace(set.rows, cells, broken) }
      : {
          ...own,
          rows: set.rows.length,
          cells,
          broken,
          shares: undefined,
          counts: countsOf(set.rows, cells, broken),
        };
  return { ...survey, took: performance.now() - started };
}

/** Rows whose endpoints are in the same classes are of one kind: rows times rows are too many to ask one by one. */
interface Kinds {
  /** By row. */
  readonly of: Uint32Array;
  readonly count: number;
  /** What two kinds may open; asked once. */
  between(from: number, to: number): number;
  /** Nodes are related to pods, each to others: what they may open is asked row by row. */
  isRelated(row: Row): boolean;
  /** What a row may open to another, or to its own other members, asked by itself. */
  alone(from: Row, to: Row): number;
}

function kindsOf({ rows, families, viewOf }: RowSet, calculation: Calculation, port: AskedPort): Kinds {
  let view: View | undefined;
  const present = new Set<unknown>([...calculation.snapshot.pods, ...calculation.snapshot.nodes].map(keyOfMember));
  const reaches = families.map((family) => calculation.reach(family));
  const kinds: { readonly classes: readonly number[]; readonly outside: boolean }[] = [];
  const numbers = new Map<string, number>();
  const kindOf = Uint32Array.from(rows, (row) => {
    const classes = families.map((family, i) => {
      const here = row.members.find(
        (member) => addressIn(member, family) !== undefined && (member.kind === "external" || present.has(keyOfMember(member))),
      );
      return here === undefined ? -1 : (reaches[i]?.classOf(here) ?? -1);
    });
    const outside = isOutside(row);
    const key = `${String(outside)} ${classes.join(" ")}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = kinds.push({ classes, outside }) - 1;
      numbers.set(key, number);
    }
    return number;
  });
  const count = kinds.length;
  // 255: not asked yet.
  const known = new Uint8Array(count * count).fill(255);
  return {
    of: kindOf,
    count,
    between: (a, b) => {
      const at = a * count + b;
      if (known[at] !== 255) return known[at] as number;
      const [from, to] = [kinds[a], kinds[b]];
      let value: number = cell.none;
      if (from !== undefined && to !== undefined && !(from.outside && to.outside)) {
        reaches.forEach((reach, i) => {
          const [source, target] = [from.classes[i] ?? -1, to.classes[i] ?? -1];
          if (source >= 0 && target >= 0) value = together(value, cellOf(reach.between(source, target, "none"), port));
        });
      }
      known[at] = value;
      return value;
    },
    isRelated: isNodeRow,
    alone: (from, to) => (isOutside(from) && isOutside(to) ? cell.none : cellOfView((view ??= viewOf(calculation)), from, to, port)),
  };
}

/** Lets other questions in during a long one, which has come so far (0 to 1); 1 is told at the end of one that has paused. */
export type Pause = (share: number) => Promise<void>;

/** Cells between two pauses, which take some 10 to 20 ms: an edit waits no longer. */
const stretch = 1_000_000;

async function cellsOf(set: RowSet, calculation: Calculation, port: AskedPort, pause: Pause): Promise<Uint8Array> {
  const { rows } = set;
  const size = rows.length;
  const cells = new Uint8Array(size * size);
  const kinds = kindsOf(set, calculation, port);
  const rowsPerStretch = Math.ceil(stretch / size);
  for (let a = 0; a < size; a++) {
    if (a > 0 && a % rowsPerStretch === 0) await pause(a / size);
    const row = rows[a] as Row;
    const start = a * size;
    if (kinds.isRelated(row)) {
      for (let b = 0; b < size; b++) cells[start + b] = kinds.alone(row, rows[b] as Row);
      continue;
    }
    const kind = kinds.of[a] as number;
    for (let b = 0; b < size; b++) cells[start + b] = kinds.between(kind, kinds.of[b] as number);
    cells[start + a] = kinds.alone(row, row);
  }
  if (size > rowsPerStretch) await pause(1);
  return cells;
}

/** The counts of a survey by workload, without its cells: kinds times kinds in place of rows times rows. */
export function tallyOf(judged: Judged, set: RowSet, { engine, stage, port: asked }: TallyQuestion): ClusterTally {
  const started = performance.now();
  const port = askedPort(asked);
  const { rows } = set;
  const kinds = kindsOf(set, judged.calculation(engine, stage), port);
  /** By value of a cell, pairs of endpoints. */
  const sums = [0, 0, 0, 0, 0];
  const add = (value: number, pairs: number): void => {
    sums[value] = (sums[value] as number) + pairs;
  };
  const into = reachedNamespaces(rows);
  const count = (target: number, value: number, pairs: number): void => {
    add(value, pairs);
    into.add(target, value, pairs);
  };
  const cellAt = (a: number, b: number): number => {
    const [from, to] = [rows[a] as Row, rows[b] as Row];
    return a === b || kinds.isRelated(from) ? kinds.alone(from, to) : kinds.between(kinds.of[a] as number, kinds.of[b] as number);
  };
  const [sources, targets] = [new Float64Array(kinds.count), new Float64Array(kinds.count)];
  rows.forEach((row, a) => {
    const kind = kinds.of[a] as number;
    const { size } = row.endpoint;
    targets[kind] = (targets[kind] as number) + size;
    if (kinds.isRelated(row)) {
      rows.forEach((other, b) => count(b, cellAt(a, b), pairCount(row, other)));
      return;
    }
    sources[kind] = (sources[kind] as number) + size;
    // The row with itself is no pair of kinds.
    count(a, kinds.between(kind, kind), -(size ** 2));
    if (size > 1) count(a, cellAt(a, a), pairCount(row, row));
  });
  /** By kind: endpoints that may talk to one of it, and all that there is a question of. */
  const [open, all] = [new Float64Array(kinds.count), new Float64Array(kinds.count)];
  sources.forEach((from, a) => {
    if (from === 0) return;
    targets.forEach((to, b) => {
      const value = kinds.between(a, b);
      add(value, from * to);
      if (isOpenCell(value)) open[b] = (open[b] as number) + from;
      if (value !== cell.none) all[b] = (all[b] as number) + from;
    });
  });
  rows.forEach(({ endpoint: { size } }, b) => {
    const kind = kinds.of[b] as number;
    into.addAll(b, (open[kind] as number) * size, (all[kind] as number) * size);
  });
  const wrong = new Set<number>();
  const breaks = breaksOf(judged.result(engine, stage), set, port, (at) => wrong.add(at));
  let broken = 0;
  for (const at of wrong) {
    const [a, b] = [Math.floor(at / rows.length), at % rows.length];
    if (cellAt(a, b) !== cell.none) broken += pairCount(rows[a] as Row, rows[b] as Row);
  }
  const counts = { pairs: 0, allow: 0, deny: 0, undetermined: 0, some: 0, broken };
  for (const value of countedValues) {
    counts[words[value]] += sums[value] as number;
    counts.pairs += sums[value] as number;
  }
  return { counts, breaks, reached: into.most(), took: performance.now() - started };
}

/** So many namespaces are named as those that most can reach. */
const mostReached = 5;

/** Sums up what is open into each namespace. */
function reachedNamespaces(rows: readonly Row[]): {
  readonly add: (target: number, value: number, pairs: number) => void;
  readonly addAll: (target: number, open: number, pairs: number) => void;
  readonly most: () => readonly ReachedNamespace[];
} {
  const found = new Map<string, { open: number; pairs: number }>();
  const byRow = rows.map(({ endpoint: { kind, namespace } }) => {
    if (kind !== "pods") return undefined;
    const own = found.get(namespace) ?? { open: 0, pairs: 0 };
    found.set(namespace, own);
    return own;
  });
  const addAll = (target: number, open: number, pairs: number): void => {
    const own = byRow[target];
    if (own === undefined) return;
    own.open += open;
    own.pairs += pairs;
  };
  return {
    addAll,
    add: (target, value, pairs) => value !== cell.none && addAll(target, isOpenCell(value) ? pairs : 0, pairs),
    most: () =>
      [...found]
        .filter(([, { pairs }]) => pairs > 0)
        .map(([name, own]) => ({ name, ...own }))
        .sort((a, b) => b.open / b.pairs - a.open / a.pairs || b.open - a.open || (a.name < b.name ? -1 : 1))
        .slice(0, mostReached),
  };
}

/** What was said of other rows, told of these: a row stands for the one of the same name, and there is no question where none has it. */
export function alongside(survey: Survey, theirs: RowSet, ours: RowSet): Survey {
  const isGrouped = survey.question.grouping === "namespace";
  const namesOf = ({ rows }: RowSet): readonly string[] =>
    isGrouped ? groupsOf(rows).map(({ name }) => name) : rows.map(({ endpoint }) => endpoint.id);
  const places = new Map(namesOf(theirs).map((name, i) => [name, i]));
  const from = namesOf(ours).map((name) => places.get(name) ?? -1);
  const size = from.length;
  const moved = (cells: Uint8Array): Uint8Array => {
    const all = new Uint8Array(size * size);
    from.forEach((a, i) => {
      if (a < 0) return;
      from.forEach((b, j) => {
        if (b >= 0) all[i * size + j] = cells[a * survey.rows + b] as number;
      });
    });
    return all;
  };
  return {
    ...survey,
    rows: size,
    cells: moved(survey.cells),
    broken: moved(survey.broken),
    shares: survey.shares && moved(survey.shares),
  };
}

function keyOfMember(member: { readonly name?: string; readonly namespace?: { readonly name: string } }): string {
  return `${member.namespace?.name ?? ""}/${member.name ?? ""}`;
}

function cellOfView(view: View, from: Row, to: Row, port: AskedPort): number {
  return view.connections(from, to).reduce((value: number, { connections }) => together(value, cellOf(connections, port)), cell.none);
}

export function cellOf({ allow, undetermined }: Connections, port: AskedPort): number {
  if (port !== undefined) {
    if (hasPort(allow, port.protocol, port.port)) return cell.allow;
    return hasPort(undetermined, port.protocol, port.port) ? cell.undetermined : cell.deny;
  }
  if (isAllPorts(allow)) return cell.allow;
  if (!isEmptyPorts(allow)) return cell.some;
  return isEmptyPorts(undetermined) ? cell.deny : cell.undetermined;
}

/** Two families that disagree are open for some. */
export function together(a: number, b: number): number {
  if (a === cell.none || a === b) return b;
  if (b === cell.none) return a;
  return a === cell.undetermined || b === cell.undetermined ? cell.undetermined : cell.some;
}

/** By assertion, how many pairs break the intent on this port; `visit` is told of each pair of rows, with the number of an assertion it breaks. */
function breaksOf(
  result: StageResult | undefined,
  { rows, indexOf }: RowSet,
  port: AskedPort,
  visit: (at: number, assertion: number) => void,
): readonly number[] {
  return (result?.intent.assertions ?? []).map(({ pairs }, assertion) =>
    pairs.reduce((sum, { from, to, count, faults }) => {
      if (port !== undefined && !faults.some(({ ports }) => hasPort(ports, port.protocol, port.port))) return sum;
      const [sources, targets] = [from, to].map((points) => new Set(points.flatMap(({ id }) => indexOf(id) ?? [])));
      for (const a of sources ?? []) for (const b of targets ?? []) visit(a * rows.length + b, assertion);
      return sum + count;
    }, 0),
  );
}

/** The pairs that break the intent on this port, each under the first assertion it breaks. */
function brokenOf(result: StageResult | undefined, set: RowSet, port: AskedPort): Pick<Survey, "broken" | "breaks"> {
  const broken = new Uint8Array(set.rows.length ** 2);
  const breaks = breaksOf(result, set, port, (at, assertion) => {
    if (broken[at] === 0) broken[at] = Math.min(255, assertion + 1);
  });
  return { broken, breaks };
}

function countsOf(rows: readonly Row[], cells: Uint8Array, broken: Uint8Array): Survey["counts"] {
  const size = rows.length;
  const sizes = Float64Array.from(rows, ({ endpoint }) => endpoint.size);
  const counts = { pairs: 0, allow: 0, deny: 0, undetermined: 0, some: 0, broken: 0 };
  for (let a = 0; a < size; a++) {
    // By value: endpoints of the other rows, and those that break the intent.
    const sums = [0, 0, 0, 0, 0];
    let wrong = 0;
    for (let b = 0; b < size; b++) {
      const at = a * size + b;
      const value = cells[at] as number;
      const others = a === b ? (sizes[b] as number) - 1 : (sizes[b] as number);
      sums[value] = (sums[value] as number) + others;
      if (value !== cell.none && broken[at] !== 0) wrong += others;
    }
    const own = sizes[a] as number;
    for (const value of countedValues) {
      const pairs = own * (sums[value] as number);
      counts[words[value]] += pairs;
      counts.pairs += pairs;
    }
    counts.broken += own * wrong;
  }
  return counts;
}

/** By the value of a cell. */
const words = ["pairs", "deny", "allow", "undetermined", "some"] as const;
const countedValues = [cell.deny, cell.allow, cell.undetermined, cell.some] as const;

/** Namespaces in the order of the rows; nodes and outside points are groups of their own. */
export function groupsOf(rows: readonly Row[]): readonly { readonly name: string; readonly rows: readonly number[] }[] {
  const groups = new Map<string, number[]>();
  rows.forEach(({ endpoint: { kind, namespace } }, i) => {
    const name = kind === "pods" ? namespace : kind === "node" ? "nodes" : "outside the cluster";
    const own = groups.get(name);
    if (own === undefined) groups.set(name, [i]);
    else own.push(i);
  });
  return [...groups].map(([name, own]) => ({ name, rows: own }));
}

function byNamespace(
  rows: readonly Row[],
  cells: Uint8Array,
  broken: Uint8Array,
): Pick<Survey, "rows" | "cells" | "broken" | "shares" | "counts"> {
  const groups = groupsOf(rows);
  const size = groups.length;
  const own = {
    cells: new Uint8Array(size * size),
    broken: new Uint8Array(size * size),
    shares: new Uint8Array(size * size),
  };
  groups.forEach(({ rows: sources }, a) => {
    groups.forEach(({ rows: targets }, b) => {
      let [pairs, allow, undetermined, value] = [0, 0, 0, cell.none as number];
      for (const i of sources) {
        for (const j of targets) {
          const at = i * rows.length + j;
          const found = cells[at] as number;
          if (found === cell.none) continue;
          const count = pairCount(rows[i] as Row, rows[j] as Row);
          pairs += count;
          if (isOpenCell(found)) allow += count;
          if (found === cell.undetermined) undetermined += count;
          value = value === cell.none || value === found ? found : cell.some;
          if (own.broken[a * size + b] === 0) own.broken[a * size + b] = broken[at] as number;
        }
      }
      own.cells[a * size + b] = value === cell.some && allow === 0 && undetermined > 0 ? cell.undetermined : value;
      own.shares[a * size + b] = pairs === 0 ? 0 : Math.max(allow > 0 ? 1 : 0, Math.round((allow / pairs) * 255));
    });
  });
  return { rows: size, ...own, counts: countsOf(rows, cells, broken) };
}
