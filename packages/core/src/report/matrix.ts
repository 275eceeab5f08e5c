import { hasPort, type Protocol } from "../net/ports.ts";
import { isOutside, pairCount, reportPairs, totalsOf, type Row, type View } from "./rows.ts";
import type { MatrixDocument, ReportPair } from "./types.ts";

/** Which pairs a view shows: `-n`, `-l`, `--from`, `--to`. */
export type PairWanted = (from: Row, to: Row) => boolean;

export interface MatrixOptions {
  readonly stage: string | undefined;
  /** With one port asked, cells are verdicts. */
  readonly port: { readonly protocol: Protocol; readonly port: number } | undefined;
  readonly wanted: PairWanted;
}

export function matrixDocument(view: View, { stage, port, wanted }: MatrixOptions): MatrixDocument {
  const shown = view.rows.filter((row) => view.rows.some((other) => wanted(row, other) || wanted(other, row)));
  const pairs = shown.flatMap((from) =>
    shown.flatMap((to) => (wanted(from, to) ? (port === undefined ? reportPairs(view, from, to) : portPairs(view, from, to, port)) : [])),
  );
  const totals =
    port === undefined ? totalsOf(view, (from, to) => shown.includes(from) && shown.includes(to) && wanted(from, to)) : portTotals(pairs);
  return {
    format: "netproof.matrix/1",
    stage,
    port: port && `${port.port}/${port.protocol}`,
    endpoints: shown.map(({ endpoint }) => endpoint),
    pairs,
    totals,
  };
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
