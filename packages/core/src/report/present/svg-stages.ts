import type { Report, ReportStage } from "../types.ts";
import { number } from "./numbers.ts";
import { brokenPairs, counted, intentWords, openCount, policiesText } from "./sentences.ts";
import { diamond, shield, stageDisc } from "./svg-cells.ts";
import { element, label, margin, titled, type Section, type Svg } from "./svg-parts.ts";

const cardGap = 10;
const leastCard = 150;
const mostCard = 271;
const cardHeight = 104;

/** One card per stage: what it applies, how much is open then, and whether the design holds. */
export function stageCards({ stages }: Report, width: number, top: number): Section {
  const room = width - 2 * margin;
  const perLine = Math.max(1, Math.min(stages.length, Math.floor((room + cardGap) / (leastCard + cardGap))));
  const cardWidth = Math.min(mostCard, Math.floor((room - (perLine - 1) * cardGap) / perLine));
  const judged = stages.some(({ broken }) => broken.length > 0);
  const height = judged ? cardHeight : cardHeight - 42;
  const parts = stages.map((stage, i) =>
    card(
      stage,
      margin + (i % perLine) * (cardWidth + cardGap),
      top + Math.floor(i / perLine) * (height + cardGap),
      cardWidth,
      height,
      judged,
    ),
  );
  return { parts, bottom: top + Math.ceil(stages.length / perLine) * (height + cardGap) + 10 };
}

function card(stage: ReportStage, x: number, y: number, width: number, height: number, judged: boolean): Svg {
  const { totals, about, intent } = stage;
  const left = x + 12;
  const room = width - 24;
  const parts = [
    titled([`${stage.number} ${stage.name}`, ...(about === undefined ? [] : [about])].join(": ")),
    element("rect", {
      class: judged && intent === "met" ? "np-card-met" : "np-card",
      x: x + 0.5,
      y: y + 0.5,
      width: width - 1,
      height: height - 1,
      rx: 7,
    }),
    stageDisc(left + 8, y + 18, stage.number),
    label("heading", left + 23, y + 22.5, stage.name, { width: room - 23 }),
    label("mono", left, y + 41, policyLine(stage), { width: room }),
    label("body", left, y + 58, `${openCount(stage, "≠")} of ${number(totals.pairs)} pairs open`, { width: room }),
  ];
  if (judged) parts.push(...verdictLines(stage, left, y + 76, room));
  return element("g", {}, parts);
}

function policyLine(stage: ReportStage): string {
  return stage.policies.length === 0 && stage.policyCount === 0 ? "no policy" : policiesText(stage);
}

function verdictLines(stage: ReportStage, x: number, y: number, room: number): readonly Svg[] {
  const broken = brokenPairs(stage);
  const words = label("caption", x, y + 17, intentWords(stage), { width: room });
  if (stage.intent === "met") return [shield(x + 6, y - 4), label("bold", x + 19, y, "the design holds", { width: room - 19 }), words];
  if (stage.intent === "undetermined" && broken === 0)
    return [label("unsure", x, y, "?"), label("bold", x + 19, y, "cannot be told", { width: room - 19 }), words];
  const text = broken === 0 ? "the design breaks" : `${counted(broken, "pair")} ${broken === 1 ? "breaks" : "break"} it`;
  return [diamond(x + 7, y - 4), label("broken", x + 19, y, text, { width: room - 19 }), words];
}
