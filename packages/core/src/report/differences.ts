import type { Verdict } from "../model/judgement.ts";
import {
  allPorts,
  formatPorts,
  intersect,
  isEmptyPorts,
  noPorts,
  portSet,
  protocols,
  subtract,
  unite,
  type PortSet,
} from "../net/ports.ts";
import type { Commentary, Separation } from "../reach/commentary.ts";
import { portIntervals, uniteCuts } from "../reach/cuts.ts";
import type { Answer, Calculation } from "../reach/engine.ts";
import type { Connections } from "../reach/reachability.ts";
import { spanOf } from "../text/source.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import type { StageResult } from "../usecase/check.ts";
import { say } from "../usecase/messages.ts";
import { stageNameSpan } from "../usecase/read.ts";
import type { Deviation } from "../usecase/types.ts";
import { firstPort } from "./changes.ts";
import { placeOf } from "./places.ts";
import { pairsIn, rectanglesOf } from "./rectangles.ts";
import type { FamilyConnections, Row, View } from "./rows.ts";
import type { Difference, DifferingAnswer } from "./types.ts";
import { becausePlace, becauseText } from "./words.ts";

/** What one engine said of one stage, seen as the report's rows. */
export interface ViewedSurvey {
  readonly engine: string;
  readonly calculation: Calculation;
  readonly commentary?: Commentary | undefined;
  readonly result: StageResult;
  readonly view: View;
}

/** A difference as it is reported, and the deviations of the file that cover it: none where it is not known. */
export interface FoundDifference {
  readonly difference: Difference;
  readonly covering: readonly Deviation[];
}

/**
 * Where engines contradict the first one: one allows what the other denies. Pairs of rows stand for all their endpoints in every
 * engine, and ports are asked interval by interval of all cuts together, so that nothing hides inside a class.
 */
export function differencesAt([first, ...others]: readonly [ViewedSurvey, ...ViewedSurvey[]]): readonly FoundDifference[] {
  if (others.length === 0) return [];
  const surveys = [first, ...others];
  const cuts = surveys.map(({ calculation }) => calculation.cuts).reduce(uniteCuts);
  const intervals = portIntervals(cuts, first.calculation.snapshot.pods);
  const groups = new Map<string, [DifferingPair, ...DifferingPair[]]>();
  for (const from of first.view.rows) {
    for (const to of first.view.rows) {
      for (const pair of differingPairs(from, to, surveys, intervals)) {
        const group = groups.get(pair.key);
        if (group === undefined) groups.set(pair.key, [pair]);
        else group.push(pair);
      }
    }
  }
  return [...groups.values()].flatMap((pairs) => {
    const [{ difference, covering }] = pairs;
    return rectanglesOf(pairs).map((rectangle) => ({
      difference: {
        ...difference,
        from: rectangle.from.map(({ endpoint }) => endpoint.id),
        to: rectangle.to.map(({ endpoint }) => endpoint.id),
        pairs: pairsIn(rectangle),
      },
      covering,
    }));
  });
}

type Intervals = ReturnType<typeof portIntervals>;

interface DifferingPair {
  readonly from: Row;
  readonly to: Row;
  /** Equal for pairs that differ in the same way for the same reasons. */
  readonly key: string;
  readonly difference: Omit<Difference, "from" | "to" | "pairs">;
  readonly covering: readonly Deviation[];
}

/** One per way to differ, and per family unless both differ alike. */
function differingPairs(from: Row, to: Row, surveys: readonly ViewedSurvey[], intervals: Intervals): readonly DifferingPair[] {
  const [first, ...others] = surveys.map(({ view }) => view.connections(from, to));
  const found = (first ?? []).flatMap((own) => {
    const rivals = others.map((all) => all.find(({ family }) => family === own.family)?.connections);
    const contested = rivals.reduce(
      (sum, rival) => unite(sum, rival === undefined ? noPorts : contradiction(own.connections, rival)),
      noPorts,
    );
    if (isEmptyPorts(contested)) return [];
    return waysToDiffer(own, contested, surveys, intervals).map((way) => differingPair(from, to, way, own, surveys));
  });
  const same = (a: DifferingPair, b: DifferingPair): boolean => a.key === b.key;
  const families = (first ?? []).length;
  return found
    .filter((pair, i) => found.findIndex((other) => same(pair, other)) === i)
    .map((pair) => {
      const both = families === 1 || found.filter((other) => same(pair, other)).length === families;
      return both
        ? { ...pair, difference: { ...pair.difference, family: undefined } }
        : { ...pair, key: `${pair.key} ${pair.difference.family}` };
    });
}

/** The ports on which one allows what the other denies. */
export function contradiction(a: Connections, b: Connections): PortSet {
  if (a === b) return noPorts;
  return unite(intersect(a.allow, deniedPorts(b)), intersect(deniedPorts(a), b.allow));
}

function deniedPorts({ allow, undetermined }: Connections): PortSet {
  return subtract(subtract(allPorts, allow), undetermined);
}

/** Ports on which all engines answer alike, each with the same reason. */
interface Way {
  readonly ports: PortSet;
  readonly answers: readonly [Answer, ...Answer[]];
  readonly separation: Separation | undefined;
}

function waysToDiffer(
  { from, to, family }: FamilyConnections,
  contested: PortSet,
  surveys: readonly ViewedSurvey[],
  intervals: Intervals,
): readonly Way[] {
  const ways = new Map<string, Way>();
  for (const protocol of protocols) {
    for (const range of intervals[protocol]) {
      const ports = intersect(contested, portSet(protocol, [range]));
      const witness = firstPort(ports);
      if (witness === undefined) continue;
      const answers = surveys.map(({ calculation }) => calculation.answer({ from, to, family, ...witness })) as [Answer, ...Answer[]];
      const separation = separationOf(answers, surveys);
      const key = JSON.stringify([separation?.id, ...answers.map(({ verdict, why }) => [verdict, why.egress, why.ingress].map(reasonKey))]);
      const known = ways.get(key);
      ways.set(key, known === undefined ? { ports, answers, separation } : { ...known, ports: unite(known.ports, ports) });
    }
  }
  return [...ways.values()];
}

function reasonKey(part: Verdict | Answer["why"]["egress"]): string {
  return typeof part === "string" ? part : [part.reason, ...part.policies, ...part.rules].join(" ");
}

/** The name that an engine has for what separates it from the first one. */
function separationOf(
  [answer, ...others]: readonly [Answer, ...Answer[]],
  [first, ...rivals]: readonly ViewedSurvey[],
): Separation | undefined {
  const named = others.flatMap((other, i) => rivals[i]?.commentary?.separates(answer, first?.engine ?? "", other) ?? []);
  const reversed = others.flatMap((other, i) => first?.commentary?.separates(other, rivals[i]?.engine ?? "", answer) ?? []);
  return [...named, ...reversed][0];
}

function differingPair(
  from: Row,
  to: Row,
  { ports, answers, separation }: Way,
  { family }: FamilyConnections,
  surveys: readonly ViewedSurvey[],
): DifferingPair {
  const [{ verdict }] = answers;
  const opposite = verdict === "allow" ? "deny" : "allow";
  const engines = surveys.filter((_, i) => answers[i]?.verdict === opposite);
  const covering = coveringOf(from, to, ports, verdict, opposite, engines, surveys[0]);
  const [known] = covering;
  const told = {
    engines: engines.map(({ engine }) => engine),
    effect: opposite === "allow" ? ("more-open" as const) : ("more-closed" as const),
    name: separation?.id,
    title: separation?.title,
    ports: formatPorts(ports),
    but: exceptedPorts(ports),
    answers: answers.map((answer, i) => toldAnswer(answer, surveys[i] as ViewedSurvey)),
    known: known && { reason: known.reason, place: placeOf(spanOf(known.origin)) },
  };
  return { from, to, key: JSON.stringify(told), difference: { ...told, family }, covering };
}

/** The other ports, where they are told in fewer words. */
function exceptedPorts(ports: PortSet): string | undefined {
  const [own, others] = [formatPorts(ports), formatPorts(subtract(allPorts, ports))];
  return own !== "all" && others.length < own.length ? others : undefined;
}

function toldAnswer(answer: Answer, { engine, commentary }: ViewedSurvey): DifferingAnswer {
  const { verdict, why } = answer;
  return { engine, verdict, because: commentary?.summary(answer) ?? becauseText(why), place: becausePlace(why) };
}

/** One deviation for each engine that differs, or one of the first engine for all; none where one of them is not covered. */
function coveringOf(
  from: Row,
  to: Row,
  ports: PortSet,
  verdict: Verdict,
  opposite: Verdict,
  engines: readonly ViewedSurvey[],
  first: ViewedSurvey | undefined,
): readonly Deviation[] {
  const excuse = (survey: ViewedSurvey | undefined, said: Verdict): Deviation | undefined =>
    survey?.result.excusedBy(from.members, to.members, said, ports);
  const own = excuse(first, verdict);
  if (own !== undefined) return [own];
  const each = engines.map((engine) => excuse(engine, opposite));
  return each.every((deviation) => deviation !== undefined) ? each : [];
}

/** Differences that no deviation of the file covers: one finding per stage, engine and name, at the stage. */
export function differenceFindings(
  { stage }: StageResult,
  first: string,
  differences: readonly FoundDifference[],
  nameOf: (id: string) => string,
): readonly Diagnostic[] {
  const groups = new Map<string, Difference[]>();
  for (const { difference } of differences.filter(({ covering }) => covering.length === 0)) {
    const key = JSON.stringify([difference.engines, difference.effect, difference.name]);
    groups.set(key, [...(groups.get(key) ?? []), difference]);
  }
  return [...groups.values()].map((group) => {
    const [one] = group as [Difference, ...Difference[]];
    const [from = "", to = ""] = [one.from[0], one.to.find((id) => id !== one.from[0])];
    return say("engines-differ", stageNameSpan(stage.declaration), {
      stage: stage.name,
      engines: one.engines,
      first,
      effect: one.effect,
      pairs: group.reduce((sum, { pairs }) => sum + pairs, 0),
      name: one.name,
      title: one.title,
      flow: `${nameOf(from)} → ${nameOf(to)}${one.ports === "all" ? "" : ` ${one.ports.split(" ")[0] ?? ""}`}`,
      from: nameOf(from),
      to: nameOf(to),
      port: one.ports === "all" ? undefined : one.ports.replaceAll(" ", ", "),
    });
  });
}
