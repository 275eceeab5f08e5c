import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { grouped } from "../parts/counted.ts";
import { Name } from "../parts/flow.tsx";
import { cellWord, VerdictChip } from "../parts/verdict.tsx";
import { useAnswer } from "../state/answers.ts";
import { askWhy, currentPort, currentStage } from "../state/store.ts";
import { cell } from "../workbench/protocol.ts";
import { mark, unanswered, type MatrixModel } from "./model.ts";
import type { Changes } from "./useMatrix.ts";

const perPage = 100;
type Key = "from" | "to" | "verdict";

interface Pair {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/** The matrix as a table: for screen readers, for print, for a spreadsheet. */
export function PairTable({
  model,
  engines,
  changes,
}: {
  readonly model: MatrixModel;
  readonly engines: readonly string[];
  readonly changes: Changes | undefined;
}): JSX.Element {
  const [page, setPage] = useState(0);
  const [sort, setSort] = useState<{ readonly key: Key; readonly down: boolean }>({ key: "from", down: false });
  const { rows, columns, values, marks } = model;
  const width = columns.length;
  const pairs: Pair[] = [];
  for (let at = 0; at < marks.length; at++) {
    if (values[0]?.[at] === cell.none || ((marks[at] as number) & (mark.leftOut | mark.itself)) !== 0) continue;
    pairs.push({ at, row: Math.floor(at / width), column: at % width });
  }
  const keyOf = ({ at, row, column }: Pair): number => (sort.key === "from" ? row : sort.key === "to" ? column : (values[0]?.[at] ?? 0));
  pairs.sort((a, b) => (keyOf(a) - keyOf(b)) * (sort.down ? -1 : 1) || a.at - b.at);
  const pages = Math.max(1, Math.ceil(pairs.length / perPage));
  const current = Math.min(page, pages - 1);
  const shown = pairs.slice(current * perPage, (current + 1) * perPage);
  const [stage, port] = [currentStage.value, currentPort.value];
  const ends = shown.map(({ row, column }) => [rows[row]?.id ?? "", columns[column]?.id ?? ""] as const);
  const lanes = useAnswer(`table ${stage} ${port ?? "all"} ${JSON.stringify(ends)}`, (of) =>
    of.lanes({ stage, engine: "spec", port, pairs: ends }),
  );
  const head = (key: Key, text: string): JSX.Element => (
    <th scope="col" aria-sort={sort.key === key ? (sort.down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={() => setSort({ key, down: sort.key === key && !sort.down })}>
        {text} {sort.key === key ? (sort.down ? "▾" : "▴") : ""}
      </button>
    </th>
  );
  const against = changes?.isComparable === true ? changes.against.name : undefined;
  const changeAt = (at: number): string => (((marks[at] as number) & mark.changed) === 0 ? "" : "changed");
  const verdictAt = (engine: number, at: number): string => {
    const value = values[engine]?.[at];
    return value === unanswered ? "" : (cellWord(value) ?? "");
  };
  const csv = (): string =>
    [
      ["from", "to", "port", ...engines, ...(against === undefined ? [] : [`against ${against}`])].map(field).join(","),
      ...pairs.map(({ at, row, column }) =>
        [
          rows[row]?.id ?? "",
          columns[column]?.id ?? "",
          port ?? "all",
          ...engines.map((_, e) => verdictAt(e, at)),
          ...(against === undefined ? [] : [changeAt(at)]),
        ]
          .map(field)
          .join(","),
      ),
    ].join("\r\n");
  return (
    <div class="pair-table">
      <table>
        <caption>
          {grouped(pairs.length)} flows, {port ?? "all ports"}; page {current + 1} of {grouped(pages)}
        </caption>
        <thead>
          <tr>
            {head("from", "from")}
            {head("to", "to")}
            <th scope="col">port</th>
            {head("verdict", engines[0] ?? "spec")}
            {engines.slice(1).map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            {against !== undefined && <th scope="col">against {against}</th>}
            <th scope="col">reason</th>
            <th scope="col">assertion</th>
            <th scope="col">line</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ at, row, column }, i) => {
            const [from, to] = [rows[row], columns[column]];
            const lane = lanes?.[i];
            if (from === undefined || to === undefined) return null;
            return (
              <tr key={at}>
                <td>
                  <Name text={from.name} />
                </td>
                <td>
                  <Name text={to.name} />
                </td>
                <td class="mono">{port ?? "all"}</td>
                {engines.map((name, e) => {
                  const word = cellWord(values[e]?.[at]);
                  return <td key={name}>{word === undefined ? "" : <VerdictChip verdict={word} />}</td>;
                })}
                {against !== undefined && <td>{changeAt(at)}</td>}
                <td>
                  <button type="button" class="link" onClick={() => askWhy(from.id, to.id)}>
                    {lane?.because ?? "why"}
                  </button>
                </td>
                <td class={((marks[at] as number) & mark.violated) !== 0 ? "violated" : "quiet"}>
                  {lane?.demand === undefined ? "" : `${lane.demand.assertion} wants ${lane.demand.want}`}
                </td>
                <td class="mono">{lane?.place === undefined ? "" : `${lane.place.file}:${lane.place.line}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="pager">
        <button type="button" class="button small" disabled={current === 0} onClick={() => setPage(current - 1)}>
          Previous
        </button>
        <button type="button" class="button small" disabled={current >= pages - 1} onClick={() => setPage(current + 1)}>
          Next
        </button>
        <button type="button" class="button small" onClick={() => void navigator.clipboard.writeText(csv())}>
          Copy as CSV
        </button>
      </p>
    </div>
  );
}

/** Spreadsheets take a leading sign for a formula. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
