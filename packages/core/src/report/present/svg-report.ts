import type { Report } from "../types.ts";
import { safeText } from "./escape.ts";
import { number } from "./numbers.ts";
import { brokenPairs, conclusionSentence, counted, intentWords, nameOf, runHeadline } from "./sentences.ts";
import { gridSection, planOf, usedIn } from "./svg-grid.ts";
import { intentSection } from "./svg-intent.ts";
import { legend } from "./svg-legend.ts";
import { element, fitted, label, margin, picture, textWidth, titled, type Section, type Svg } from "./svg-parts.ts";
import { stageCards } from "./svg-stages.ts";

/** The use case at a glance: what each stage applies and whether the design holds then, who may reach the devices under test, which intent breaks. */
export function reportPicture(report: Report): string {
  const plan = planOf(report);
  const { width } = plan;
  const sections: readonly ((top: number) => Section)[] = [
    (top) => heading(report, width, top),
    (top) => stageCards(report, width, top),
    (top) => gridSection(report, plan, top),
    (top) => intentSection(report, width, top),
    (top) => legend(usedIn(plan), margin, top, width - 2 * margin),
    (top) => footer(report, width, top + 6),
  ];
  const parts: Svg[] = [];
  let bottom = margin;
  for (const section of sections) {
    const drawn = section(bottom);
    parts.push(...drawn.parts);
    bottom = drawn.bottom;
  }
  return picture({ width, height: bottom + margin - 8, title: titleOf(report), description: descriptionOf(report), parts });
}

function titleOf(report: Report): string {
  return `${report.name}: ${runHeadline(report)}`;
}

function descriptionOf(report: Report): string {
  const stages = report.stages.map((stage) => {
    const broken = brokenPairs(stage);
    const intent =
      stage.broken.length === 0
        ? ""
        : `, ${broken === 0 ? intentWords(stage) : `${counted(broken, "pair")} ${broken === 1 ? "breaks" : "break"} the intent`}`;
    return `Stage ${stage.number} ${stage.name}: ${number(stage.totals.open)} of ${number(stage.totals.pairs)} pairs are open${intent}.`;
  });
  return [...(report.about === undefined ? [] : [report.about]), ...stages].join(" ");
}

function heading(report: Report, width: number, top: number): Section {
  const room = width - 2 * margin;
  const tested = report.focus.map((id) => nameOf(report.endpoints, id)).join(", ");
  const about = report.about ?? `${counted(report.endpoints.length, "endpoint")}${tested === "" ? "" : `, under test: ${tested}`}`;
  return { parts: [title(report, room, top + 18), label("subtitle", margin, top + 41, about, { width: room })], bottom: top + 60 };
}

/** A long name makes the title smaller, and is then cut; the result is always whole. */
function title(report: Report, room: number, y: number): Svg {
  const whole = titleOf(report);
  const size = [20, 18, 16].find((one) => textWidth(safeText(whole), "title", one) <= room) ?? 16;
  const result = `: ${runHeadline(report)}`;
  const name = fitted(safeText(report.name), "title", room - textWidth(result, "title", size), size);
  return element("g", {}, [titled(whole), label("title", margin, y, name + result, { size })]);
}

function footer(report: Report, width: number, top: number): Section {
  const room = width - 2 * margin;
  return {
    parts: [
      label("caption", margin, top + 10, conclusionSentence(report), { width: room }),
      label("caption", margin, top + 26, `Coverage: ${report.coverage.text}`, { width: room }),
    ],
    bottom: top + 26,
  };
}
