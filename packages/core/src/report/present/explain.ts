import type {
  ComparedExplanation,
  ExplainDocument,
  Explanation,
  FlowExplanation,
  Place,
  PortsExplanation,
  SideExplanation,
} from "../types.ts";
import { walkLines } from "./contrail-walk.ts";
import { safeText } from "./escape.ts";
import { clipped, frameLines, presentFrame } from "./frame.ts";
import type { Look } from "./look.ts";
import { pad, table, wrap } from "./table.ts";

/** How many near misses stand below one side before the rest becomes a count. */
const mostMisses = 4;

/** Sentences, never codes: both directions, the deciding lines, and what each rule missed; of several engines one after the other. */
export function presentExplain({ stage, answers, notes }: ExplainDocument, look: Look): string {
  const families = new Set(answers.map(({ family }) => family)).size > 1;
  const parts = answers.map((answer) => {
    const head = `${question(answer, stage, families, look)}: `;
    if (answer.kind === "compared") return compared(head, answer, look);
    return `${head}${look.paint.strong(resultOf(answer))}\n${body(answer, "all", look)}`;
  });
  return parts.join("\n") + notes.map((note) => `  ${look.paint.quiet("= note:")} ${safeText(note)}\n`).join("");
}

function question(answer: ExplainDocument["answers"][number], stage: string | undefined, families: boolean, look: Look): string {
  const [port, which] = answer.kind === "ports" ? [undefined, undefined] : [answer.port, answer.which];
  const ends = `${safeText(answer.from)} ${look.glyphs.arrow} ${safeText(answer.to)}${port === undefined ? "" : ` ${port}`}`;
  const behind = which === undefined ? "" : `, which is ${safeText(which)}`;
  const at = stage === undefined ? "" : `${which === undefined ? "" : ","} at ${safeText(stage)}`;
  return `${ends}${behind}${at}${families ? ` in IPv${answer.family}` : ""}`;
}

/** `deny`; without a port `allow on 80/TCP only`. */
export function resultOf(explanation: Explanation): string {
  return explanation.kind === "ports" ? explanation.summary : explanation.verdict;
}

/** `≠ spec deny, contrail allow`; where they agree `deny, spec and contrail agree`. */
export function comparedResult({ answers }: ComparedExplanation, differs: string): string {
  const results = answers.map(({ explanation }) => resultOf(explanation));
  if (new Set(results).size > 1) return `${differs} ${answers.map(({ engine }, i) => `${engine} ${results[i]}`).join(", ")}`;
  const engines = answers.map(({ engine }) => engine);
  return `${results[0]}, ${engines.slice(0, -1).join(", ")} and ${engines.at(-1)} agree`;
}

/** The engines below each other, in short: what a rule missed is told with `--full`. */
function compared(asked: string, answer: ComparedExplanation, look: Look): string {
  const { answers } = answer;
  const result = safeText(comparedResult(answer, look.glyphs.differs));
  const engineWidth = Math.max(...answers.map(({ engine }) => look.measure(engine)));
  const resultWidth = Math.max(...answers.map(({ explanation }) => look.measure(resultOf(explanation))));
  const parts = answers.map(({ engine, version, difference, explanation }) => {
    const left = `${pad(engine, engineWidth, look)}  ${resultOf(explanation)}`;
    const why = [differenceText(difference), version === undefined ? "" : `(profile ${safeText(version)})`]
      .filter((part) => part !== "")
      .join(" ");
    const indent = " ".repeat(engineWidth + resultWidth + 4);
    const line = why === "" ? left : `${pad(left, indent.length, look)}${wrap(why, look, indent, indent.length)}`;
    return `${line.replace(engine, look.paint.strong)}\n${body(explanation, look.full ? "all" : "verdicts", look)}`;
  });
  const paint = result.startsWith(look.glyphs.differs) ? look.paint.differs : look.paint.strong;
  const head = wrap(asked + result, look, "  ");
  return `${head.slice(0, asked.length)}${paint(head.slice(asked.length))}\n${parts.join("")}`;
}

/** `D3: allow-all on one side opens the other`. */
export function differenceText(difference: ComparedExplanation["answers"][number]["difference"]): string {
  if (difference === undefined) return "";
  return difference.title === undefined ? difference.name : `${difference.name}: ${difference.title}`;
}

function body(explanation: Explanation, detail: "all" | "verdicts", look: Look): string {
  switch (explanation.kind) {
    case "flow":
      return flow(explanation, detail, look);
    case "walk":
      return walkLines(explanation, look.full ? "every-miss" : "counts", "", look);
    case "ports":
      return ports(explanation, look);
  }
}

function flow({ sides, help }: FlowExplanation, detail: "all" | "verdicts", look: Look): string {
  const width = Math.max(...sides.map(({ of }) => look.measure(safeText(of))));
  const verdictWidth = Math.max(...sides.map((one) => one.verdict.length));
  const short = (one: SideExplanation): SideExplanation => (detail === "all" ? one : { ...one, cited: undefined, frames: [] });
  const [egress, ingress] = [short(sides[0]), short(sides[1])];
  // One doubt about both ends is told once.
  const same = ingress.verdict === "undetermined" && egress.verdict === ingress.verdict && egress.text === ingress.text;
  const text =
    side(egress, width, verdictWidth, look) +
    side(same ? { ...ingress, text: "the same", cited: undefined } : ingress, width, verdictWidth, look);
  return `${text}${help === undefined ? "" : `  ${look.paint.quiet("= help:")} ${safeText(help)}\n`}`;
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

function ports({ groups }: PortsExplanation, look: Look): string {
  const rows = groups.map((group) => [`  ${group.verdict}`, group.ports, group.because]);
  return table([{ head: "" }, { head: "" }, { head: "" }], rows, { ...look, headers: false });
}
