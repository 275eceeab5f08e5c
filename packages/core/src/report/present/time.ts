import type { EngineTime, Report, ReportStage } from "../types.ts";
import { number } from "./numbers.ts";
import { counted, nameOf } from "./sentences.ts";

/** A line about time: `held` `client-qa → webserver-dev 80/TCP goes on until it is judged anew`. */
export interface TimeLine {
  readonly label: "enforced" | "held" | "start" | "time";
  readonly sentence: string;
  /** It is not as the use case wants it, or nothing can be said. */
  readonly stands: "as-wanted" | "not-as-wanted" | "unknown";
}

/** The mark behind a line that is not as wanted, or that says nothing: colour alone tells nobody. */
export function standingMark({ stands }: TimeLine): string {
  return { "as-wanted": "", "not-as-wanted": " !", unknown: " ?" }[stands];
}

/** What a stage asks of time and what was seen of it; nothing where it asks nothing. */
export function timeLines(report: Report, { time }: ReportStage, arrow: string): readonly TimeLine[] {
  if (time === undefined) return [];
  if (time.length === 0)
    return [{ label: "time", sentence: "asked for, not measured: only the lab can, and it did not take part", stands: "unknown" }];
  return time.flatMap((one) => linesOf(report, one, arrow, time.length > 1 || report.engines.length > 1 ? `${one.engine}: ` : ""));
}

type HeldConnection = EngineTime["held"][number];

function linesOf({ endpoints }: Report, { enforced, held, starts }: EngineTime, arrow: string, who: string): readonly TimeLine[] {
  const ends = ({ from, to, port }: { readonly from: string; readonly to: string; readonly port: string }): string =>
    `${nameOf(endpoints, from)} ${arrow} ${nameOf(endpoints, to)} ${port}`;
  const lines: TimeLine[] = [];
  if (enforced !== undefined) {
    const { first, last, nodes } = enforced;
    const where =
      nodes === 1
        ? ""
        : first === last
          ? ` on all ${number(nodes)} nodes`
          : ` on the last of ${number(nodes)} nodes, ${first} ms on the first`;
    lines.push({ label: "enforced", sentence: `${who}${last} ms after apply${where}`, stands: "as-wanted" });
  }
  const inOtherFamily = (one: HeldConnection): HeldConnection | undefined =>
    held.find(({ from, to, family }) => from === one.from && to === one.to && family !== one.family);
  for (const connection of held) {
    const { outcome, stands, detail, family } = connection;
    const other = inOtherFamily(connection);
    const same = other !== undefined && other.outcome === outcome && other.detail === detail;
    if (same && family === 6) continue;
    const ended = {
      survives: "goes on",
      "until-judged": "goes on while the network remembers it, is cut when judged anew",
      cut: `is cut: ${detail}`,
      "not-open": `was not open before: ${detail}`,
      unknown: `cannot be told: ${detail}`,
    }[outcome];
    lines.push({
      label: "held",
      sentence: `${who}${ends(connection)}${other === undefined || same ? "" : ` IPv${family}`} ${ended}`,
      stands,
    });
  }
  for (const { pod, tried, passed, ready, problem } of starts) {
    const name = nameOf(endpoints, pod);
    if (problem !== undefined) {
      lines.push({ label: "start", sentence: `${who}${name}: ${problem}`, stands: "unknown" });
      continue;
    }
    const [first] = passed;
    const open = ready === undefined ? "" : `, all that is allowed within ${ready} ms`;
    const sentence =
      first === undefined
        ? `${name}: nothing that is denied passed${open} (${counted(tried, "flow")})`
        : `${name}: ${counted(passed.length, "denied flow")} passed, ${ends(first)} until ${first.until} ms${open}`;
    lines.push({ label: "start", sentence: who + sentence, stands: first === undefined ? "as-wanted" : "not-as-wanted" });
  }
  return lines;
}
