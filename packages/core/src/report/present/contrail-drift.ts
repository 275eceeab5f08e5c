import type { ContrailDrift, DriftEntry } from "../contrail/drift-types.ts";
import type { Change, ReportEndpoint } from "../types.ts";
import { safeText } from "./escape.ts";
import type { Look } from "./look.ts";
import { number } from "./numbers.ts";
import { nameOf } from "./sentences.ts";
import { pad, wrap } from "./table.ts";

const labelWidth = "half-applied  ".length;
const indent = " ".repeat(labelWidth);
/** How many entries are printed before the rest becomes a count. */
const mostEntries = 30;

/** What has drifted, object by object with both lines; then what it does to flows. */
export function presentContrailDrift(document: ContrailDrift, look: Look): string {
  const { cluster, stage, profile, totals, drift, own, others } = document;
  const at = stage === undefined ? "" : ` at ${safeText(stage)}`;
  const found = `${counted(totals.policies, "policy", "policies")}, ${counted(totals.rules, "rule", "rules")} in the dump`;
  const head = `${wrap(`${safeText(cluster)}${at} (profile ${profile}): ${found}, ${driftCount(drift.length)}`, look)}\n`;
  const shown = look.full ? drift : drift.slice(0, mostEntries);
  const more = drift.length > shown.length ? `and ${number(drift.length - shown.length)} more: --full\n` : "";
  const helps = [...new Set(shown.map(({ kind }) => kind))].map((kind) => {
    const help = shown.find((entry) => entry.kind === kind)?.help ?? "";
    return `${look.paint.quiet(`= ${kind}:`)} ${wrap(help, look, "  ", kind.length + 4)}\n`;
  });
  return (
    head +
    shown.map((entry) => entryLines(entry, look)).join("") +
    more +
    helps.join("") +
    listed("own", own, "made by operators, and counted", look) +
    listed("not compared", others, "of namespaces that the manifests do not have", look) +
    changeLines(document, look) +
    `${look.paint.strong(wrap(conclusion(document), look))}\n`
  );
}

function driftCount(count: number): string {
  return count === 0 ? "nothing has drifted" : count === 1 ? "one has drifted" : `${number(count)} have drifted`;
}

function entryLines({ kind, object, name, holder, parts, place, dumped }: DriftEntry, look: Look): string {
  const title = `${object} ${safeText(name)}${holder === undefined ? "" : ` of ${safeText(holder)}`}`;
  const label = look.paint.differs(kind.padEnd(labelWidth));
  const differing = parts.map(({ part, expected, found }) => {
    const text = `${part}: ${safeText(expected)}; in the dump ${safeText(found)}`;
    return `${indent}${wrap(text, look, indent, labelWidth)}\n`;
  });
  const places = [place, dumped].filter((one) => one !== undefined).map(({ file, line }) => safeText(`${file}:${line}`));
  const text = places.length === 0 ? "" : `${indent}${look.paint.place(places.join("  "))}\n`;
  return `${label}${wrap(title, look, indent, labelWidth)}\n${differing.join("")}${text}`;
}

function listed(label: string, objects: readonly string[], words: string, look: Look): string {
  if (objects.length === 0) return "";
  const [first = "", ...more] = objects;
  const text = `${safeText(first)}${more.length === 0 ? "" : ` and ${number(more.length)} more`}, ${words}`;
  return `${pad(label, labelWidth, look)}${wrap(text, look, indent, labelWidth)}\n`;
}

function changeLines({ flows: { changes }, endpoints }: ContrailDrift, look: Look): string {
  return changes
    .map((change) => {
      const ports = change.kind === "closes" ? "" : `, open then: ${change.ports}`;
      const text = `${names(change.from, endpoints)} ${look.glyphs.arrow} ${names(change.to, endpoints)}${ports}`;
      return `${pad(change.kind, labelWidth, look)}${wrap(safeText(text), look, indent, labelWidth)}\n`;
    })
    .join("");
}

function names(ids: Change["from"], endpoints: readonly ReportEndpoint[]): string {
  const shown = ids.slice(0, 3).map((id) => nameOf(endpoints, id));
  return ids.length <= 3 ? shown.join(" ") : `${shown.slice(0, 2).join(" ")} and ${number(ids.length - 2)} more`;
}

function conclusion({ drift, flows: { expected, found, changes }, exitCode }: ContrailDrift): string {
  const pairs = changes.reduce((sum, change) => sum + change.pairs, 0);
  const open = `${number(found.open)} of ${counted(found.pairs, "pair", "pairs")} open${found.open === expected.open ? "" : `, ${number(expected.open)} as the manifests say`}`;
  const changed = pairs === 0 ? "no flow changes" : counted(pairs, "pair changes", "pairs change");
  return `${driftCount(drift.length)}; ${open}, ${changed}: exit ${exitCode}`;
}

function counted(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}
