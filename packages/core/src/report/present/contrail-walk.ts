import type { ContrailExplanation, ContrailStep, ContrailWalk } from "../contrail/types.ts";
import { safeText } from "./escape.ts";
import type { Look } from "./look.ts";
import { pad, wrap } from "./table.ts";

const decides = "<- decides";

/** The walk through the list: policies in sequence, the rule that decides, and with `every-miss` what the others missed. */
export function presentContrailWalk({ stage, answers, notes }: ContrailExplanation, detail: "counts" | "every-miss", look: Look): string {
  const families = new Set(answers.map(({ family }) => family)).size > 1;
  const parts = answers.map((answer) => walk(answer, stage, families, detail, look));
  return (
    parts.join("\n") + notes.map((note) => `  ${look.paint.quiet("= note:")} ${wrap(safeText(note), look, " ".repeat(10), 10)}\n`).join("")
  );
}

function walk(answer: ContrailWalk, stage: string | undefined, families: boolean, detail: "counts" | "every-miss", look: Look): string {
  const { from, to, port, family, verdict, tags } = answer;
  const at = `${stage === undefined ? "" : ` at ${safeText(stage)}`}${families ? ` in IPv${family}` : ""}`;
  const head = `${safeText(from)} ${look.glyphs.arrow} ${safeText(to)} ${port}${at}: ${look.paint.strong(verdict)}\n`;
  const own = detail === "every-miss" ? tagLines({ from, to }, tags, look) : "";
  return head + own + walkLines(answer, detail, " (--all: what each missed)", look);
}

/** The policies in sequence, without a head; `hint` says how to see what is only counted. */
export function walkLines(
  { steps, ending }: Pick<ContrailWalk, "steps" | "ending">,
  detail: "counts" | "every-miss",
  hint: string,
  look: Look,
): string {
  const sequences = Math.max(...steps.map(({ sequence }) => sequence.length), 1);
  const names = Math.max(...steps.map(({ policy }) => look.measure(safeText(policy))), 0);
  const indent = `  ${" ".repeat(sequences)}  ${" ".repeat(names)}  `;
  const firstMiss = steps.find(({ outcome }) => outcome === "no-match");
  const lines = steps.map((step) => {
    const left = `  ${step.sequence.padStart(sequences)}  ${pad(safeText(step.policy), names, look)}  `;
    const own = detail === "counts" && step === firstMiss ? hint : "";
    return stepLines(step, left, indent, own, look) + (detail === "every-miss" ? missLines(step, look) : "");
  });
  const end = ending === undefined ? "" : `  ${wrap(safeText(ending), look, "  ", 2)}\n`;
  return lines.join("") + end;
}

function stepLines({ outcome, rule, missed }: ContrailStep, left: string, indent: string, hint: string, look: Look): string {
  const sentence = (text: string): string => `${left}${wrap(text, look, indent, indent.length)}\n`;
  if (rule === undefined) return sentence(`${missed.length} ${missed.length === 1 ? "rule" : "rules"}, no match${hint}`);
  const name = safeText(rule.name);
  switch (outcome) {
    case "no-match":
    case "decides":
      return deciding(rule, left, indent, look);
    case "in-doubt":
      return sentence(`rule ${rule.sequence} ${name} would ${rule.action}, if the address is in its block`) + madeFrom(rule, indent, look);
    case "not-reached":
      return sentence(`not reached, ${name} would ${rule.action}`);
  }
}

type Rule = NonNullable<ContrailStep["rule"]>;

/** The mark stands at the right edge, one line below where the name needs the room. */
function deciding(rule: Rule, left: string, indent: string, look: Look): string {
  const [number, name] = [`rule ${rule.sequence}`, `${safeText(rule.name)}: ${rule.action}`];
  const line = `${left}${number} ${name}`;
  const gap = look.width - look.measure(line) - decides.length;
  if (gap >= 2) return `${line}${" ".repeat(gap)}${look.paint.strong(decides)}\n${madeFrom(rule, indent, look)}`;
  const room = look.width - look.measure(name);
  const lines =
    look.measure(line) <= look.width ? line : `${left}${number}\n${" ".repeat(Math.max(4, Math.min(indent.length, room)))}${name}`;
  const text = `${indent}${placeText(rule)}`;
  const right = look.width - look.measure(text) - decides.length;
  const mark = look.paint.strong(decides);
  if (right >= 2) return `${lines}\n${madeFrom(rule, indent, look).trimEnd()}${" ".repeat(right)}${mark}\n`;
  return `${lines}\n${" ".repeat(look.width - decides.length)}${mark}\n${madeFrom(rule, indent, look)}`;
}

/** Without a place it is a default of a namespace that no manifest gives. */
function madeFrom(rule: Rule, indent: string, look: Look): string {
  const [place, text] = [placeOf(rule), placeText(rule)];
  if (place === undefined) return "";
  // A path that is longer than the rest of the line begins further left.
  const start = " ".repeat(Math.max(4, Math.min(indent.length, look.width - look.measure(text))));
  return `${start}made from ${look.paint.place(place)}\n`;
}

function placeText(rule: Rule): string {
  const place = placeOf(rule);
  return place === undefined ? "" : `made from ${place}`;
}

function placeOf({ place }: Rule): string | undefined {
  return place && safeText(`${place.file}:${place.line}`);
}

function missLines({ missed }: ContrailStep, look: Look): string {
  return missed
    .map(({ sequence, rule, because }) => {
      const sentence = because.map(safeText).join(", ");
      return `    ${sequence}  ${safeText(rule)}\n       ${wrap(sentence, look, "       ", 7)}\n`;
    })
    .join("");
}

function tagLines(ends: { readonly from: string; readonly to: string }, { from, to }: ContrailWalk["tags"], look: Look): string {
  const width = Math.max(look.measure(safeText(ends.from)), look.measure(safeText(ends.to)));
  const line = (name: string, tags: readonly string[]): string => {
    const indent = " ".repeat(width + 4);
    const text = tags.length === 0 ? "has no tags" : safeText(tags.join(" "));
    return `  ${pad(safeText(name), width, look)}  ${wrap(text, look, indent, indent.length)}\n`;
  };
  return line(ends.from, from) + line(ends.to, to);
}
