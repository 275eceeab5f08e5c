import { allPorts, hasPort, intersect, isEmptyPorts, portSet, type PortSet, type Protocol } from "../net/ports.ts";
import { contradiction } from "./differences.ts";
import { isOutside, pairCount, reportPairs, totalsOf, type Row, type View } from "./rows.ts";
import type { MatrixDocument, ReportPair } from "./types.ts";

/** Which pairs a view shows: `-n`, `-l`, `--from`, `--to`. */
export type PairWanted = (from: Row, to: Row) => boolean;

export interface MatrixOptions {
  readonly stage: string | undefined;
  /** With one port asked, cells are verdicts. */
  readonly port: { readonly protocol: Protocol; readonly port: number } | undefined;
  readonly wanted: PairWanted;
  /** Whose view it is, and those of others to compare it with. */
  readonly engine?: string;
  readonly others?: readonly EngineView[];
}

/** An engine and its view; all of one document have the same rows. */
export interface EngineView {
  readonly engine: string;
  readonly view: View;
}

export function matrixDocument(view: View, { stage, port, wanted, engine = "spec", others = [] }: MatrixOptions): MatrixDocument {
  const shown = view.rows.filter((row) => view.rows.some((other) => wanted(row, other) || wanted(other, row)));
  const pairsOf = (own: View): readonly ReportPair[] =>
    shown.flatMap((from) =>
      shown.flatMap((to) => (wanted(from, to) ? (port === undefined ? reportPairs(own, from, to) : portPairs(own, from, to, port)) : [])),
    );
  const pairs = pairsOf(view);
  const asked = port === undefined ? allPorts : portSet(port.protocol, [{ first: port.port, last: port.port }]);
  const differing = new Map(
    (others.length === 0 ? [] : shown).flatMap((from) =>
      shown
        .filter((to) => wanted(from, to) && others.some((other) => contradict(view, other.view, from, to, asked)))
        .map((to) => [pairKey(from.endpoint.id, to.endpoint.id), pairCount(from, to)] as const),
    ),
  );
  const totals =
    port === undefined ? totalsOf(view, (from, to) => shown.includes(from) && shown.includes(to) && wanted(from, to)) : portTotals(pairs);
  return {
    format: "netproof.matrix/1",
    stage,
    port: port && `${port.port}/${port.protocol}`,
    endpoints: shown.map(({ endpoint }) => endpoint),
    engines: [engine, ...others.map((other) => other.engine)],
    pairs: pairs.map((pair) => (differing.has(pairKey(pair.from, pair.to)) ? { ...pair, differs: true } : pair)),
    totals,
    others: others.map((other) => ({ engine: other.engine, pairs: pairsOf(other.view) })),
    differing: [...differing.values()].reduce((sum, count) => sum + count, 0),
  };
}

function contradict(a: View, b: View, from: Row, to: Row, ports: PortSet): boolean {
  const rivals = b.connections(from, to);
  return a.connections(from, to).some(({ family, connections }) => {
    const rival = rivals.find((one) => one.family === family);
    return rival !== undefined && !isEmptyPorts(intersect(contradiction(connections, rival.connections), ports));
  });
}

function pairKey(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

/** The same pairs, reduced to one port: `allow` and `undetermined` hold it or are `-`. */
function portPairs(
  view: View,
  from: Row,
  to: Row,
  { protocol, port }: { readonly protocol: Protocol; readonly port: number },
): readonly ReportPair[] {
  if (isOutside(from) && isOutside(to)) return [];
  const text = `${port}/${protocol}`;
  const verdicts = view.connections(from, to).map(({ family, connections }) => ({
    family,
    allow: hasPort(connections.allow, protocol, port) ? text : "-",
    undetermined: hasPort(connections.undetermined, protocol, port) ? text : "-",
  }));
  const [first] = verdicts;
  if (first === undefined) return [];
  const agree = verdicts.every(({ allow, undetermined }) => allow === first.allow && undetermined === first.undetermined);
  return (agree ? [first] : verdicts).map(({ family, ...cell }) => ({
    from: from.endpoint.id,
    to: to.endpoint.id,
    family: agree ? undefined : family,
    ...cell,
    pairs: pairCount(from, to),
  }));
}

function portTotals(pairs: readonly ReportPair[]): MatrixDocument["totals"] {
  const cells = new Map<string, { readonly pairs: number; open: boolean; undetermined: boolean }>();
  for (const pair of pairs) {
    const key = JSON.stringify([pair.from, pair.to]);
    const cell = cells.get(key) ?? { pairs: pair.pairs, open: false, undetermined: false };
    cell.open ||= pair.allow !== "-";
    cell.undetermined ||= pair.undetermined !== "-";
    cells.set(key, cell);
  }
  const sum = (counts: (cell: { readonly open: boolean; readonly undetermined: boolean }) => boolean): number =>
    [...cells.values()].reduce((total, cell) => (counts(cell) ? total + cell.pairs : total), 0);
  return {
    pairs: sum(() => true),
    open: sum(({ open }) => open),
    openOnEveryPort: 0,
    undetermined: sum(({ undetermined }) => undetermined),
  };
}
