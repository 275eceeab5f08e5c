import type { Row } from "./rows.ts";

/** A name for several rows, from the use case; lists use it where a side of a rule holds them all. */
export interface RowGroup {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** What the rows of one side of a rule are called: one set with a name, or rows one by one. */
export interface Part {
  readonly name: string | undefined;
  /** Numbers of rows, ascending. */
  readonly rows: readonly number[];
}

export interface Names {
  /** Divides rows into the largest sets that have names, and the others. */
  parts(rows: readonly number[]): readonly Part[];
  texts(rows: readonly number[]): readonly string[];
  /** Names that were given and say nothing by themselves, spelled out. */
  used(): readonly { readonly name: string; readonly members: readonly string[] }[];
}

const labelRank = 3;

/** A set of rows with a name. Of two that hold as many rows the one with the lower rank is taken. */
interface NamedSet {
  readonly name: string;
  readonly rank: number;
  readonly rows: readonly number[];
  readonly isSpelledOut: boolean;
}

/**
 * Names for sets of rows, as people write them: `any` for everything that has a name, groups of the use case, `elsewhere`, `ns/shop` for
 * all rows of a namespace, `app=web` where all pods with a label that policies look at are meant, and nobody else.
 */
export function namesFor(rows: readonly Row[], groups: readonly RowGroup[], labelKeys: ReadonlySet<string>): Names {
  const numbers = new Map(rows.map((row, i) => [row, i]));
  const sets = [...wholes(rows), ...groupSets(groups, numbers), ...namespaceSets(rows), ...labelSets(rows, labelKeys)];
  const setsOfRow = rows.map((): NamedSet[] => []);
  for (const set of sets) for (const row of set.rows) setsOfRow[row]?.push(set);
  const used = new Set<NamedSet>();
  const known = new Map<string, { readonly sets: readonly NamedSet[]; readonly others: readonly number[] }>();

  const divide = (side: readonly number[]): { readonly sets: readonly NamedSet[]; readonly others: readonly number[] } => {
    const key = side.join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const counts = new Map<NamedSet, number>();
    for (const row of side) for (const set of setsOfRow[row] ?? []) counts.set(set, (counts.get(set) ?? 0) + 1);
    // A label is worth its name where it says exactly who is meant; several beside each other are harder to read than the rows.
    const whole = [...counts].flatMap(([set, count]) =>
      count === set.rows.length && count > 1 && (set.rank < labelRank || count === side.length) ? [set] : [],
    );
    whole.sort((a, b) => b.rows.length - a.rows.length || a.rank - b.rank);
    const left = new Set(side);
    const chosen = whole.filter((set) => {
      if (!set.rows.every((row) => left.has(row))) return false;
      for (const row of set.rows) left.delete(row);
      return true;
    });
    const divided = { sets: chosen, others: side.filter((row) => left.has(row)) };
    known.set(key, divided);
    return divided;
  };
  const alone = new Map(
    namespaceSets(rows).flatMap(({ name, rows: own }) => (own.length === 1 ? [[own[0] as number, name] as const] : [])),
  );
  return {
    parts: (side) => {
      const { sets: chosen, others } = divide(side);
      return [
        ...chosen.map(({ name, rows: own }) => ({ name, rows: own })),
        ...(others.length === 0 ? [] : [{ name: undefined, rows: others }]),
      ];
    },
    texts: (side) => {
      const { sets: chosen, others } = divide(side);
      for (const set of chosen) used.add(set);
      const isList = chosen.length + others.length > 1;
      return [
        ...chosen.map(({ name }) => name),
        ...others.map((row) => (isList ? alone.get(row) : undefined) ?? (rows[row] as Row).endpoint.name),
      ];
    },
    used: () =>
      sets
        .filter((set) => set.isSpelledOut && used.has(set))
        .map(({ name, rows: own }) => ({ name, members: own.map((row) => (rows[row] as Row).endpoint.name) })),
  };
}

/** Everything, and all ranges of the outside that nobody named. */
function wholes(rows: readonly Row[]): readonly NamedSet[] {
  const all = rows.map((_, i) => i);
  const isElsewhere = (row: number): boolean => rows[row]?.endpoint.kind === "elsewhere";
  return [
    { name: "any", rank: 0, rows: all.filter((row) => !isElsewhere(row)), isSpelledOut: false },
    { name: "elsewhere", rank: 1, rows: all.filter(isElsewhere), isSpelledOut: true },
  ];
}

function groupSets(groups: readonly RowGroup[], numbers: ReadonlyMap<Row, number>): readonly NamedSet[] {
  return groups.map(({ name, rows }) => ({
    name,
    rank: 1,
    rows: rows.flatMap((row) => numbers.get(row) ?? []).sort((a, b) => a - b),
    isSpelledOut: true,
  }));
}

function namespaceSets(rows: readonly Row[]): readonly NamedSet[] {
  const spaces = new Map<string, number[]>();
  rows.forEach(({ endpoint: { kind, namespace } }, i) => {
    if (kind === "pods") add(spaces, namespace, i);
  });
  return [...spaces].map(([name, own]) => ({ name: `ns/${name}`, rank: 2, rows: own, isSpelledOut: false }));
}

/** A label tells a row where all of its pods have it; one that only some have tells nothing. */
function labelSets(rows: readonly Row[], keys: ReadonlySet<string>): readonly NamedSet[] {
  const byLabel = new Map<string, number[]>();
  const torn = new Set<string>();
  rows.forEach(({ members }, i) => {
    for (const key of keys) {
      const values = new Set(members.map((member) => (member.kind === "pod" && !member.hostNetwork ? member.labels.get(key) : undefined)));
      for (const value of values) {
        if (value === undefined) continue;
        add(byLabel, `${key}=${value}`, i);
        if (values.size > 1) torn.add(`${key}=${value}`);
      }
    }
  });
  return [...byLabel].flatMap(([name, own]) => (torn.has(name) ? [] : [{ name, rank: labelRank, rows: own, isSpelledOut: false }]));
}

function add(lists: Map<string, number[]>, key: string, item: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
