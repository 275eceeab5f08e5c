import type { Flow } from "../model/cluster.ts";
import type { Family } from "../net/address.ts";
import { isEmptyPorts, subtract } from "../net/ports.ts";
import type { Answer, Calculation } from "../reach/engine.ts";
import { familiesInUse } from "../reach/families.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import type { Reasons } from "./because.ts";
import { deviationResults, excusesOf } from "./deviations.ts";
import { deviationFindings, stageFindings } from "./findings.ts";
import type { BoundUseCase } from "./names.ts";
import type { StageResult } from "./results.ts";
import { judgeScope, type Context } from "./scope.ts";
import type { Reaches } from "./surface.ts";
import type { Assertion } from "./types.ts";
import type { Point, Universe } from "./universe.ts";

export type * from "./results.ts";

/** What judging needs of an engine; the `Calculation` of a session at the stage's snapshot is one. */
export interface Judge extends Pick<Calculation, "cuts" | "reach"> {
  /** Left out by an engine that cannot say which lines decided: then `because` is not checked. */
  answer?(flow: Flow): Answer;
}

export interface StageInput {
  readonly bound: BoundUseCase;
  /** Which stage, counted from 0. */
  readonly stage: number;
  readonly engine: string;
  readonly judge: Judge;
  /** The same engine's result of the stage before, for `rest: same`. */
  readonly previous: StageResult | undefined;
  /** `YYYY-MM-DD`; deviations expire by it. Undefined: none does. */
  readonly today: string | undefined;
  /** Which `because` is checked. An engine with names of its own (firewall rules) meets none that is stated for any engine. */
  readonly because?: "for-any-engine" | "for-this-engine";
}

/**
 * Judges what the file says of one stage against one engine: every pair of the universe, on every port and protocol, in both families.
 * The results are exact: a bundle of points is judged once because nothing tells its points apart.
 */
export function checkStage(input: StageInput): StageResult {
  const { bound, engine, judge, previous, today } = input;
  const { useCase, pickPort } = bound;
  const universe = bound.universes[input.stage];
  if (universe === undefined) throw new Error(`there is no stage ${input.stage}`);
  const { stage } = universe;
  const families = familiesOf(bound, universe, judge);
  const reaches: Reaches = new Map(families.map((family) => [family, judge.reach(family)]));
  const excuses = excusesOf(bound, universe, engine, today);
  const context: Context = { universe, reaches, previous, excuses, pickPort, reasons: reasonsOf(input, universe) };

  const intent = judgeScope({ assertions: useCase.intent, rest: useCase.rest }, context);
  const { expect: rows, rest, intent: declared } = stage.declaration;
  const expected = rows.map((row): Assertion => ({ id: row.id, about: undefined, rows: [row], properties: [], origin: row.origin }));
  const expect = rows.length === 0 && rest === undefined ? undefined : judgeScope({ assertions: expected, rest }, context);

  const result: StageResult = {
    stage,
    engine,
    families,
    reach: reaches,
    points: universe.points,
    pairs: intent.totals,
    intent: { ...intent.outcome, declared },
    expect: expect?.outcome,
    elsewhere: intent.elsewhere || (expect?.elsewhere ?? false) ? "judged" : "not-judged",
    deviations: deviationResults(
      bound,
      engine,
      universe,
      today,
      excuses,
      [intent, ...(expect === undefined ? [] : [expect])].map(({ excused }) => excused),
    ),
    findings: [],
    brokenBy: (from, to) => {
      const [a, b] = [universe.pointOf(from), universe.pointOf(to)];
      return a === undefined || b === undefined ? undefined : intent.brokenBy(a, b);
    },
    demandOn: (from, to, protocol, port) => {
      const [a, b] = [universe.pointOf(from), universe.pointOf(to)];
      return a === undefined || b === undefined ? undefined : intent.demandOn(a, b, protocol, port);
    },
    excusedBy: (from, to, verdict, ports) => {
      // Endpoints that are not there at this stage ask for no excuse.
      const [sources, targets] = [from, to].map((ends) => ends.map(universe.pointOf).filter((point) => point !== undefined));
      const covers = (held: ReadonlySet<Point>, points: readonly Point[] = []): boolean => points.every((point) => held.has(point));
      const found = excuses.find(
        (excuse) =>
          excuse.deviation.verdict === verdict &&
          isEmptyPorts(subtract(ports, excuse.ports)) &&
          covers(excuse.from, sources) &&
          covers(excuse.to, targets),
      );
      return found?.deviation;
    },
  };
  return { ...result, findings: stageFindings(result) };
}

/** What only all stages of an engine together can tell: deviations that have expired or are needed at none of their stages. */
export function checkDeviations(bound: BoundUseCase, results: readonly StageResult[], today: string | undefined): readonly Diagnostic[] {
  return deviationFindings(bound, results, today);
}

/** S15: families in which somebody has an address; where nobody has one yet, those that something speaks of. */
function familiesOf({ useCase }: BoundUseCase, { stage }: Universe, { cuts }: Judge): readonly Family[] {
  const blocks = useCase.groups.flatMap(({ members }) => (members.kind === "block" ? [members.cidr] : []));
  const outside = useCase.outside.flatMap(({ externals }) => externals);
  return familiesInUse(stage.snapshot, outside, [...cuts.blocks, ...blocks]);
}

function reasonsOf({ engine, judge, because = "for-any-engine" }: StageInput, { stage }: Universe): Reasons | undefined {
  const answer = judge.answer?.bind(judge);
  return answer && { engine, stated: because, snapshot: stage.snapshot, cuts: judge.cuts, answer };
}
