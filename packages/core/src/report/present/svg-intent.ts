import type { Report, ReportStage } from "../types.ts";
import { number } from "./numbers.ts";
import { counted, judgedAssertions } from "./sentences.ts";
import { diamond, shield, stageDisc } from "./svg-cells.ts";
import { element, label, margin, textWidth, titled, type Section, type Svg } from "./svg-parts.ts";

const leastColumn = 27;
const mostColumn = 54;
/** For the words of an assertion and its id, before columns become narrower. */
const wordsWidth = 420;
const rowHeight = 25;

/** One line per assertion, with the pairs that break it at each stage. */
export function intentSection(report: Report, width: number, top: number): Section {
  const ids = judgedAssertions(report);
  if (ids.length === 0) return { parts: [], bottom: top };
  const { stages } = report;
  const room = width - 2 * margin;
  const columnWidth = Math.max(leastColumn, Math.min(mostColumn, (room - wordsWidth) / stages.length));
  const x = (stage: number): number => width - margin - (stages.length - stage) * columnWidth + columnWidth / 2;
  const rule = (y: number): Svg => element("line", { class: "np-rule", x1: margin, y1: y, x2: width - margin, y2: y });
  const idWidth = Math.min(90, Math.max(26, ...ids.map((id) => textWidth(id, "mono") + 12)));
  const textRoom = room - stages.length * columnWidth - idWidth - 8;
  const parts = [
    label("heading", margin, top + 14, "Intent"),
    ...stages.map((stage, i) => stageDisc(x(i), top + 10, stage.number)),
    rule(top + 24),
  ];
  ids.forEach((id, i) => {
    const y = top + 24 + i * rowHeight;
    const text = report.assertions.find((assertion) => assertion.id === id)?.text ?? "everything else";
    parts.push(
      label("mono", margin, y + 17, id, { width: idWidth - 8 }),
      label("sentence", margin + idWidth, y + 17, text, { width: textRoom }),
    );
    parts.push(...stages.map((stage, j) => held(stage, id, x(j), y + 13)), rule(y + rowHeight));
  });
  return { parts, bottom: top + 24 + ids.length * rowHeight + 22 };
}

function held(stage: ReportStage, id: string, x: number, y: number): Svg {
  const pairs = stage.broken.find(({ assertion }) => assertion === id)?.pairs ?? 0;
  const violation = stage.violations.find(({ assertion }) => assertion === id);
  const at = `at ${stage.number} ${stage.name}`;
  if (pairs > 0)
    return element("g", {}, [
      titled(`${id} ${at}: ${counted(pairs, "pair")} ${pairs === 1 ? "breaks" : "break"} it`),
      diamond(x - 9, y),
      label("broken", x + 3, y + 4.5, number(pairs)),
    ]);
  if (violation === undefined) return element("g", {}, [titled(`${id} ${at}: holds`), shield(x, y)]);
  if (violation.status === "undetermined")
    return element("g", {}, [titled(`${id} ${at}: cannot be told`), label("unsure", x, y + 4.5, "?", { anchor: "middle" })]);
  return element("g", {}, [titled(`${id} ${at}: ${violation.severity === "warning" ? "warning" : "violated"}`), diamond(x, y)]);
}
