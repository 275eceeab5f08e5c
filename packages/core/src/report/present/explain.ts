import type { ExplainDocument, FlowExplanation, Place, PortsExplanation, SideExplanation } from "../types.ts";
import { safeText } from "./escape.ts";
import { clipped, frameLines, presentFrame } from "./frame.ts";
import type { Look } from "./look.ts";
import { pad, table } from "./table.ts";

/** How many near misses stand below one side before the rest becomes a count. */
const mostMisses = 4;

/** Sentences, never codes: both directions, the deciding lines, and what each rule missed. */
export function presentExplain({ stage, answers, notes }: ExplainDocument, look: Look): string {
  const families = new Set(answers.map(({ family }) => family)).size > 1;
  const parts = answers.map((answer) =>
    answer.kind === "flow" ? flow(answer, stage, families, look) : ports(answer, stage, families, look),
  );
  return parts.join("\n") + notes.map((note) => `  ${look.paint.quiet("= note:")} ${safeText(note)}\n`).join("");
}

function flow(
  { from, to, port, which, family, verdict, sides, help }: FlowExplanation,
  stage: string | undefined,
  families: boolean,
  look: Look,
): string {
  const ends = `${safeText(from)} ${look.glyphs.arrow} ${safeText(to)} ${port}`;
  const behind = which === undefined ? "" : `, which is ${safeText(which)}`;
  const at = stage === undefined ? "" : `${which === undefined ? "" : ","} at ${safeText(stage)}`;
  const head = `${ends}${behind}${at}${families ? ` in IPv${family}` : ""}: ${look.paint.strong(verdict)}\n`;
  const width = Math.max(...sides.map(({ of }) => look.measure(safeText(of))));
  const verdictWidth = Math.max(...sides.map((one) => one.verdict.length));
  const [egress, ingress] = sides;
  // One doubt about both ends is told once.
  const same = ingress.verdict === "undetermined" && egress.verdict === ingress.verdict && egress.text === ingress.text;
  const body =
    side(egress, width, verdictWidth, look) +
    side(same ? { ...ingress, text: "the same", cited: undefined } : ingress, width, verdictWidth, look);
  return `${head}${body}${help === undefined ? "" : `  ${look.paint.quiet("= help:")} ${safeText(help)}\n`}`;
}

function side(
  { direction, of, verdict, text, tiers, cited, decides, frames }: SideExplanation,
  width: number,
  verdictWidth: number,
  look: Look,
): string {
  const head = `  ${direction.padEnd(7)} of ${pad(safeText(of), width, look)}  ${verdict.padEnd(verdictWidth)}  ${safeText(text)}\n`;
  const shown = look.full ? frames : frames.slice(0, mostMisses);
  const left = frames.length - shown.length;
  const more = left > 0 ? `  and ${left} more ${left === 1 ? "rule" : "rules"} that do not match: --full\n` : "";
  const asked = tiers.map((tier) => tierLine(tier, look)).join("");
  return (
    head +
    asked +
    (decides === undefined ? "" : frameLines([decides], look)) +
    (cited === undefined ? "" : citation(cited, look)) +
    shown.map((frame) => presentFrame(frame, look)).join("") +
    more
  );
}

function tierLine({ tier, text, place }: SideExplanation["tiers"][number], look: Look): string {
  return placed(`    ${tier.padEnd("NetworkPolicy".length)}  ${safeText(text)}`, place, look);
}

/** The deciding line, with its place at the right edge; of a long line (a dump on one) the part that decides. */
function citation({ place, text }: NonNullable<SideExplanation["cited"]>, look: Look): string {
  const gutter = `${place.line} | `;
  const line = safeText(text).trimEnd();
  const room = Math.max(20, look.width - 3 - look.measure(gutter) - look.measure(safeText(`${place.file}:${place.line}`)));
  const from = look.measure(line) <= room || place.column < room / 2 ? 0 : place.column - 1;
  return placed(`${gutter}${clipped([...line].slice(from).join(""), room, from > 0, look)}`, place, look);
}

function placed(left: string, place: Place | undefined, look: Look): string {
  if (place === undefined) return `${left}\n`;
  const at = safeText(`${place.file}:${place.line}`);
  const gap = Math.max(2, look.width - look.measure(left) - look.measure(at));
  return `${left}${" ".repeat(gap)}${look.paint.place(at)}\n`;
}

function ports({ from, to, family, summary, groups }: PortsExplanation, stage: string | undefined, families: boolean, look: Look): string {
  const at = stage === undefined ? "" : ` at ${safeText(stage)}`;
  const head = `${safeText(from)} ${look.glyphs.arrow} ${safeText(to)}${at}${families ? ` in IPv${family}` : ""}: ${look.paint.strong(summary)}\n`;
  const rows = groups.map((group) => [`  ${group.verdict}`, group.ports, group.because]);
  return head + table([{ head: "" }, { head: "" }, { head: "" }], rows, { ...look, headers: false });
}
