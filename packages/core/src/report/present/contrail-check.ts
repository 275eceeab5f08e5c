import type { ContrailCheck, ContrailFinding } from "../contrail/check-types.ts";
import { safeText } from "./escape.ts";
import { presentDiagnostics } from "./frame.ts";
import type { Look } from "./look.ts";
import { number } from "./numbers.ts";
import { wrap } from "./table.ts";

/** How many findings are printed before the rest becomes a count. */
const mostFindings = 20;

/** One finding per policy and deviation, then what it all means. */
export function presentContrailCheck({ stage, findings, totals, exitCode }: ContrailCheck, look: Look): string {
  const shown = look.full ? findings : findings.slice(0, mostFindings);
  const left = findings.length - shown.length;
  const more = left > 0 ? `and ${left} more: --full prints them all\n` : "";
  const at = stage === undefined ? "" : `${safeText(stage)}: `;
  const end = wrap(`${at}${conclusion(totals)}: exit ${exitCode}`, look);
  return shown.map((one) => finding(one, look)).join("") + more + `${look.paint.strong(end)}\n`;
}

function finding({ pairs, note, ...diagnostic }: ContrailFinding, look: Look): string {
  const width = Math.max(0, ...(diagnostic.frame?.lines ?? []).map((line) => String(line.number).length));
  const indent = " ".repeat(Math.max(2, width + 1));
  const more = pairs > 1 ? `${number(pairs)} pairs, this is one of them` : undefined;
  const notes = [more, note].filter((text) => text !== undefined);
  const lines = notes.map(
    (text) => `${indent}${look.paint.quiet("= note:")} ${wrap(safeText(text), look, `${indent}        `, indent.length + 8)}\n`,
  );
  return presentDiagnostics([diagnostic], look) + lines.join("");
}

function conclusion({ policies, differing, moreOpen, moreClosed, undetermined }: ContrailCheck["totals"]): string {
  const doubt = undetermined === 0 ? [] : [`${counted(undetermined)} cannot be compared`];
  if (differing === 0) {
    return undetermined > 0 ? ["no difference seen", ...doubt].join(", ") : samely(policies);
  }
  const parts = [
    `${policies === 1 ? "the policy" : `${number(differing)} of ${number(policies)} policies`} ${differing === 1 ? "differs" : "differ"} in Contrail`,
    ...(moreOpen === 0 ? [] : [`${counted(moreOpen)} more open`]),
    ...(moreClosed === 0 ? [] : [`${counted(moreClosed)} more closed`]),
  ];
  return [...parts, ...doubt].join(", ");
}

function samely(policies: number): string {
  if (policies === 0) return "no policy, nothing differs in Contrail";
  return policies === 1 ? "the policy does the same in Contrail" : `all ${number(policies)} policies do the same in Contrail`;
}

function counted(pairs: number): string {
  return `${number(pairs)} ${pairs === 1 ? "pair" : "pairs"}`;
}
