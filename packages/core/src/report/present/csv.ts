import type { AskRow, ListDocument, ListRule, MatrixDocument, Report } from "../types.ts";
import { csvField } from "./escape.ts";
import { plainLook, type Look } from "./look.ts";
import { askBecause } from "./sentences.ts";

/**
 * One record a line, and for each command always the same columns.
 *
 * - `list`: from, to, ports, because. As on the terminal, ports that nobody can tell are led by `?`, and ports that one family alone
 *   has by `v4:` or `v6:`; names of one side, and ports, are divided by spaces.
 * - `matrix`: from, to, ports, undetermined, family, engine; one record per pair, one per family where they differ. `-` is no port.
 * - `ask`: from, to, port, protocol, family, verdict, because.
 * - `run`: stage, engine, from, to, ports, undetermined, breaks, family.
 */
export function presentCsv(
  document: MatrixDocument | ListDocument | Report | readonly AskRow[],
  { headers }: Pick<Look, "headers"> = plainLook,
): string {
  const { columns, rows } = recordsOf(document);
  return (headers ? [columns, ...rows] : rows).map((row) => `${row.map(csvField).join(",")}\n`).join("");
}

interface Records {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function recordsOf(document: MatrixDocument | ListDocument | Report | readonly AskRow[]): Records {
  if (!("format" in document)) return answers(document);
  switch (document.format) {
    case "netproof.list/1":
      return {
        columns: ["from", "to", "ports", "because"],
        rows: document.rules.map((rule) => [rule.from.join(" "), rule.to.join(" "), portsOf(rule), rule.because]),
      };
    case "netproof.matrix/1":
      return {
        columns: ["from", "to", "ports", "undetermined", "family", "engine"],
        rows: [{ engine: document.engines[0] ?? "", pairs: document.pairs }, ...document.others].flatMap(({ engine, pairs }) =>
          pairs.map(({ from, to, allow, undetermined, family }) => [from, to, allow, undetermined, familyOf(family), engine]),
        ),
      };
    case "netproof.report/1":
      return {
        columns: ["stage", "engine", "from", "to", "ports", "undetermined", "breaks", "family"],
        rows: document.stages.flatMap(({ name, surveys }) =>
          surveys.flatMap(({ engine, rows }) =>
            rows.map(({ from, to, allow, undetermined, breaks, family }) => [
              name,
              engine,
              from,
              to,
              allow,
              undetermined,
              breaks ?? "",
              familyOf(family),
            ]),
          ),
        ),
      };
  }
}

function portsOf({ ports, verdict, family }: ListRule): string {
  return `${family === undefined ? "" : `v${family}:`}${verdict === "undetermined" ? "?" : ""}${ports}`;
}

function answers(rows: readonly AskRow[]): Records {
  return {
    columns: ["from", "to", "port", "protocol", "family", "verdict", "because"],
    rows: rows.map((row) => [row.from, row.to, String(row.port), row.protocol, familyOf(row.family), row.verdict, askBecause(row)]),
  };
}

/** Empty: both families, wherever both ends have an address. */
function familyOf(family: 4 | 6 | undefined): string {
  return family === undefined ? "" : String(family);
}
