import type { Flow, Pod } from "../model/cluster.ts";
import { directions, type Direction, type NetworkPolicy } from "../model/policy.ts";
import type { Family } from "../net/address.ts";
import { allPorts } from "../net/ports.ts";
import type { Answer, Calculation } from "../reach/engine.ts";
import { familiesInUse } from "../reach/families.ts";
import { selects } from "../semantics/selector.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import { checkBecause, type Reasons } from "./because.ts";
import { adjacencyOf, chainFaults } from "./chains.ts";
import { demandsOf, type Demands } from "./constraints.ts";
import { deviationFindings, hasExpired, stageFindings } from "./findings.ts";
import { judgeCells, type Excuse, type RestDemand } from "./judge.ts";
import type { BoundUseCase } from "./names.ts";
import type {
  AssertionResult,
  BrokenPairs,
  BrokenSubject,
  DeviationResult,
  Fault,
  OpenQuestion,
  Outcome,
  Paths,
  StageResult,
  Statement,
  StatementResult,
  Status,
} from "./results.ts";
import { openness, surfaceOf, type Cell, type Reaches, type Surface } from "./surface.ts";
import type { Assertion, Deviation, Property, Rest, Row } from "./types.ts";
import { endpointIn, type Point, type Universe } from "./universe.ts";
import { betterOf, knownRank, witnessOf, type Candidate, type PortPicker } from "./witness.ts";

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
  /** The engine's own names of what decided, for `because` of this engine (firewall rules of Contrail). */
  readonly decidedBy?: (answer: Answer) => readonly string[];
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
    deviations: deviationResults(bound, engine, universe, today, excuses, expect === undefined ? [intent] : [intent, expect]),
    findings: [],
    brokenBy: (from, to) => {
      const [a, b] = [universe.pointOf(from), universe.pointOf(to)];
      return a === undefined || b === undefined ? undefined : intent.brokenBy(a, b);
    },
  };
  return { ...result, findings: stageFindings(result) };
}

/** What only all stages of an engine together can tell: deviations that have expired or are needed at none of their stages. */
export function checkDeviations(bound: BoundUseCase, results: readonly StageResult[], today: string | undefined): readonly Diagnostic[] {
  return deviationFindings(bound, results, today);
}

interface Context {
  readonly universe: Universe;
  readonly reaches: Reaches;
  readonly previous: StageResult | undefined;
  readonly excuses: readonly Excuse[];
  readonly pickPort: PortPicker;
  readonly reasons: Reasons | undefined;
}

/** S15: families in which somebody has an address; where nobody has one yet, those that something speaks of. */
function familiesOf({ useCase }: BoundUseCase, { stage }: Universe, { cuts }: Judge): readonly Family[] {
  const blocks = useCase.groups.flatMap(({ members }) => (members.kind === "block" ? [members.cidr] : []));
  const outside = useCase.outside.flatMap(({ externals }) => externals);
  return familiesInUse(stage.snapshot, outside, [...cuts.blocks, ...blocks]);
}

function reasonsOf({ engine, judge, decidedBy }: StageInput, { stage }: Universe): Reasons | undefined {
  const answer = judge.answer?.bind(judge);
  return answer && { engine, snapshot: stage.snapshot, cuts: judge.cuts, answer, decidedBy: decidedBy ?? (() => []) };
}

// ---- one scope: the intent, or what a stage expects -------------------------------------------------------------------------------------------

interface Scope {
  readonly assertions: readonly Assertion[];
  readonly rest: Rest | undefined;
}

interface Judged {
  readonly outcome: Outcome;
  readonly totals: StageResult["pairs"];
  readonly elsewhere: boolean;
  readonly excused: ReadonlyMap<Deviation, number>;
  brokenBy(from: Point, to: Point): AssertionResult | undefined;
}

/** Pairs that do one thing, and the one to show. */
interface Tally {
  pairs: number;
  best: Candidate | undefined;
}

interface StatementTally {
  readonly breaks: Tally;
  readonly questions: Tally;
}

interface AssertionTally extends StatementTally {
  /** Pairs that break it and none before it. */
  readonly broken: Tally;
  readonly warned: Tally;
  readonly blocks: Map<string, Block>;
}

/** Pairs of one `from` that break in the same way. */
interface Block {
  readonly cell: Cell;
  readonly faults: Faults;
  readonly to: Point[];
  count: number;
}

type Faults = readonly [Fault, ...Fault[]];

/** The faults of a pair by what they are counted under. Pairs with the same answer share one. */
interface Sorted {
  readonly id: number;
  readonly byStatement: readonly { readonly statement: Statement; readonly faults: Faults; readonly rank: number }[];
  readonly byAssertion: readonly { readonly assertion: number; readonly faults: Faults; readonly rank: number; readonly severity: "error" | "warning" }[];
}

function judgeScope(scope: Scope, context: Context): Judged {
  const { universe, reaches, excuses, pickPort } = context;
  const all = scope.assertions.map(({ rows, properties }) => [...rows, ...properties].map((statement) => demandsOf(statement, universe)));
  const demands = all.flat();
  const constraints = demands.flatMap((each) => each.constraints);
  const symmetric = demands.flatMap(({ statement }) =>
    statement.kind === "symmetric" ? [{ by: statement, a: universe.membersOf(statement.a).points, b: universe.membersOf(statement.b).points }] : [],
  );
  const chained = demands.flatMap(({ chains }) => chains);
  const rest = restDemand(scope.rest, context);
  const surface = surfaceOf(universe, reaches, {
    sets: [...constraints, ...chained, ...excuses].flatMap(({ from, to }) => [from, to]).concat(symmetric.flatMap(({ a, b }) => [a, b]), chained.map(({ avoiding }) => avoiding)),
    byNode: chained.length > 0 || symmetric.length > 0 || rest?.by.verdict === "same",
    keyOf: rest?.by.verdict === "same" ? formerKey(context.previous) : () => "",
  });
  const adjacency = chained.length === 0 ? [] : adjacencyOf(surface);
  const chains = chained.flatMap((constraint) => chainFaults(constraint, surface, adjacency));

  const owners = new Map<Statement, number>();
  all.forEach((list, i) => list.forEach(({ statement }) => owners.set(statement, i)));
  if (scope.rest !== undefined) owners.set(scope.rest, all.length);
  const tallies = [...all, []].map(newAssertionTally);
  const statements = new Map<Statement, StatementTally>([...owners.keys()].map((statement) => [statement, newStatementTally()]));
  const brokenCells = new Map<string, number>();
  const excused = new Map<Deviation, number>();
  const totals = { total: 0, open: 0, undetermined: 0 };

  const add = (tally: Tally, cell: Cell, { faults, rank }: { readonly faults: Faults; readonly rank: number }): void => {
    tally.pairs += cell.pairs;
    tally.best = betterOf(tally.best, { cell, faults, rank }, surface);
  };
  const sorted = sorter(owners, pickPort);
  for (const { cell, faults, questions, excused: excusing } of judgeCells(surface, { constraints, excuses, symmetric, chains, rest })) {
    if (isOfUniverse(cell)) count(totals, cell);
    for (const deviation of excusing) excused.set(deviation, (excused.get(deviation) ?? 0) + cell.pairs);
    if (questions.length > 0) {
      const { byStatement, byAssertion } = sorted(questions);
      for (const each of byStatement) add((statements.get(each.statement) as StatementTally).questions, cell, each);
      for (const each of byAssertion) add((tallies[each.assertion] as AssertionTally).questions, cell, each);
    }
    if (faults.length === 0) continue;
    const { id, byStatement, byAssertion } = sorted(faults);
    for (const each of byStatement) add((statements.get(each.statement) as StatementTally).breaks, cell, each);
    for (const each of byAssertion) {
      const tally = tallies[each.assertion] as AssertionTally;
      add(each.severity === "error" ? tally.breaks : tally.warned, cell, each);
    }
    // A pair counts once over the whole intent: under the first assertion it breaks.
    const first = byAssertion.find(({ severity }) => severity === "error");
    if (first === undefined) continue;
    const tally = tallies[first.assertion] as AssertionTally;
    add(tally.broken, cell, first);
    addBlock(tally, cell, first.faults, id);
    brokenCells.set(cellKey(cell), first.assertion);
  }

  const statementResult = (each: Demands): StatementResult => {
    const tally = statements.get(each.statement) ?? newStatementTally();
    const { subjects, unsure } = subjectsOf(each.statement, context);
    const status = statusOf({ broken: tally.breaks.pairs > 0 || subjects.length > 0, open: tally.questions.pairs > 0 || unsure || each.unknown.length > 0, applies: each.applies || each.unknown.length > 0 });
    const isRow = each.statement.kind === "row";
    return {
      statement: each.statement,
      status,
      breaks: tally.breaks.pairs,
      witness: witness(tally.breaks),
      subjects,
      question: question(tally.questions),
      missing: each.missing,
      because: isRow ? becauseOf(each.statement, each, status) : undefined,
      paths: each.statement.kind === "through" ? pathsOf(each.statement, context, surface) : undefined,
    };
  };
  const becauseOf = (row: Row, { constraints: own }: Demands, status: Status): StatementResult["because"] => {
    if (row.because.size === 0) return undefined;
    return status === "holds" ? checkBecause(row, own, surface, context.reasons) : { status: "not-checked" };
  };
  const witness = ({ best }: Tally): StatementResult["witness"] => best && witnessOf(best, surface, pickPort);
  const question = (tally: Tally): OpenQuestion | undefined => {
    const shown = witness(tally);
    return shown && { pairs: tally.pairs, witness: shown };
  };

  const assertionResult = (id: string, assertion: Assertion | Rest, results: readonly StatementResult[], tally: AssertionTally): AssertionResult => ({
    id,
    assertion,
    status: statusOfAll(results),
    broken: tally.broken.pairs,
    pairs: [...tally.blocks.values()].map(({ cell, faults, to, count: pairs }): BrokenPairs => ({ from: cell.from.points, to, count: pairs, faults })),
    breaks: tally.breaks.pairs,
    witness: witness(tally.broken) ?? witness(tally.breaks) ?? witness(tally.warned),
    subjects: results.flatMap(({ subjects }) => subjects),
    question: question(tally.questions),
    warned: tally.warned.pairs,
    statements: results,
  });
  const assertions = scope.assertions.map((assertion, i) => assertionResult(assertion.id, assertion, (all[i] ?? []).map(statementResult), tallies[i] as AssertionTally));
  if (scope.rest !== undefined && scope.rest.verdict !== "ignore") {
    const tally = statements.get(scope.rest) ?? newStatementTally();
    const applies = scope.rest.verdict !== "same" || context.previous !== undefined;
    const status = statusOf({ broken: tally.breaks.pairs > 0, open: tally.questions.pairs > 0, applies });
    const missing = universe.membersOf(scope.rest.including).missing;
    const result: StatementResult = {
      statement: scope.rest,
      status,
      breaks: tally.breaks.pairs,
      witness: witness(tally.breaks),
      subjects: [],
      question: question(tally.questions),
      missing,
      because: undefined,
      paths: undefined,
    };
    assertions.push(assertionResult("rest", scope.rest, [result], tallies[all.length] as AssertionTally));
  }

  return {
    outcome: outcomeOf(assertions),
    totals,
    elsewhere: namesElsewhere([...constraints.filter(({ from, to }) => from.size > 0 && to.size > 0).flatMap(({ from, to }) => [from, to]), ...(rest === undefined ? [] : [rest.including])], universe),
    excused,
    brokenBy: (from, to) => {
      const [a, b] = [surface.bundleOf(from), surface.bundleOf(to)];
      if (a === undefined || b === undefined || from === to) return undefined;
      const cell = surface.cells(a, b).find(({ points }) => points.includes(to));
      const owner = cell && brokenCells.get(cellKey(cell));
      return owner === undefined ? undefined : assertions[owner];
    },
  };
}

function newStatementTally(): StatementTally {
  return { breaks: { pairs: 0, best: undefined }, questions: { pairs: 0, best: undefined } };
}

function newAssertionTally(): AssertionTally {
  return { ...newStatementTally(), broken: { pairs: 0, best: undefined }, warned: { pairs: 0, best: undefined }, blocks: new Map() };
}

function addBlock({ blocks }: AssertionTally, cell: Cell, faults: Faults, id: number): void {
  const key = `${cell.from.id} ${id}`;
  const block = blocks.get(key);
  if (block === undefined) {
    blocks.set(key, { cell, faults, to: [...cell.points], count: cell.pairs });
    return;
  }
  block.to.push(...cell.points);
  block.count += cell.pairs;
}

/** Sorts the faults of a pair by statement and by assertion; those of a warning count apart. */
function sorter(owners: ReadonlyMap<Statement, number>, pickPort: PortPicker): (faults: readonly Fault[]) => Sorted {
  const known = new WeakMap<readonly Fault[], Sorted>();
  let ids = 0;
  return (faults) => {
    const before = known.get(faults);
    if (before !== undefined) return before;
    const byStatement = [...grouped(faults, ({ by }) => by)].map(([statement, own]) => ({ statement, faults: own, rank: knownRank(own, pickPort) }));
    const owned = [...grouped(faults, ({ by }) => owners.get(by))].sort(([a], [b]) => a - b);
    const byAssertion = owned.map(([assertion, own]) => {
      const [first, ...more] = own.filter(({ by }) => !isWarning(by));
      const counted: Faults = first === undefined ? own : [first, ...more];
      return { assertion, faults: counted, rank: knownRank(counted, pickPort), severity: first === undefined ? ("warning" as const) : ("error" as const) };
    });
    const all: Sorted = { id: ids++, byStatement, byAssertion };
    known.set(faults, all);
    return all;
  };
}

function cellKey({ from, to, relation }: Cell): string {
  return `${from.id} ${to.id} ${relation}`;
}

/** Pairs of points with a name; addresses without one are counted where they break something, not among all pairs. */
function isOfUniverse({ from, to }: Cell): boolean {
  return from.points[0]?.kind !== "addresses" && to.points[0]?.kind !== "addresses";
}

function count(totals: { total: number; open: number; undetermined: number }, cell: Cell): void {
  totals.total += cell.pairs;
  switch (openness(cell)) {
    case "open":
      totals.open += cell.pairs;
      break;
    case "perhaps":
      totals.undetermined += cell.pairs;
      break;
    case "closed":
      break;
  }
}

function isWarning(statement: Statement): boolean {
  return statement.kind === "row" && statement.severity === "warning";
}

function statusOf({ broken, open, applies }: { readonly broken: boolean; readonly open: boolean; readonly applies: boolean }): Status {
  if (broken) return "violated";
  if (open) return "undetermined";
  return applies ? "holds" : "not-judged";
}

function statusOfAll(results: readonly { readonly status: Status }[]): Status {
  const worst: readonly Status[] = ["violated", "undetermined", "holds"];
  return worst.find((status) => results.some((result) => result.status === status)) ?? "not-judged";
}

/** Rows of severity `warning` say something, and leave the outcome as it is. */
function outcomeOf(assertions: readonly AssertionResult[]): Outcome {
  const broken = assertions.reduce((sum, assertion) => sum + assertion.broken, 0);
  const unmet = broken > 0 || assertions.some(({ subjects }) => subjects.length > 0);
  const serious = assertions.flatMap(({ statements }) => statements.filter(({ statement }) => !isWarning(statement)));
  const open = serious.some(({ status }) => status === "undetermined" || status === "violated");
  const judged = assertions.some(({ status }) => status !== "not-judged");
  return { status: unmet ? "unmet" : open ? "undetermined" : judged ? "met" : "not-judged", broken, assertions };
}

function namesElsewhere(sets: readonly ReadonlySet<Point>[], universe: Universe): boolean {
  const elsewhere = [...universe.outside()].filter(({ kind }) => kind === "addresses");
  return elsewhere.length > 0 && elsewhere.every((point) => sets.some((set) => set.has(point)));
}

function grouped<Key>(faults: readonly Fault[], keyOf: (fault: Fault) => Key | undefined): ReadonlyMap<Key, Faults> {
  const groups = new Map<Key, [Fault, ...Fault[]]>();
  for (const fault of faults) {
    const key = keyOf(fault);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [fault]);
    else group.push(fault);
  }
  return groups;
}

// ---- rest ----------------------------------------------------------------------------------------------------------------------------------------

function restDemand(rest: Rest | undefined, { universe, previous }: Context): RestDemand | undefined {
  if (rest === undefined || rest.verdict === "ignore" || (rest.verdict === "same" && previous === undefined)) return undefined;
  const former = new Map(previous?.points.map((point) => [point.id, point]));
  return {
    by: rest,
    including: universe.membersOf(rest.including).points,
    before: (from, to, family) => {
      const [a, b] = [former.get(from.id), former.get(to.id)].map((point) => point && endpointIn(point, family));
      return a && b && previous?.reach.get(family)?.connections(a, b);
    },
  };
}

/** Points that were told apart at the stage before are told apart now. */
function formerKey(previous: StageResult | undefined): (point: Point) => string {
  const former = new Map(previous?.points.map((point) => [point.id, point]));
  const node = (point: Point): string => (point.kind === "pod" ? (point.endpoint.node ?? "") : "");
  return ({ id }) => {
    const point = former.get(id);
    if (point === undefined || previous === undefined) return "new";
    const classes = [...previous.reach].map(([family, reach]) => {
      const endpoint = endpointIn(point, family);
      return `${family}:${endpoint && reach.classOf(endpoint)}`;
    });
    return `${classes.join()} ${node(point)}`;
  };
}

// ---- properties that are not about pairs -----------------------------------------------------------------------------------------------------------

function subjectsOf(statement: Row | Property, context: Context): { readonly subjects: readonly BrokenSubject[]; readonly unsure: boolean } {
  switch (statement.kind) {
    case "everythingIsolated":
      return unisolated(statement, context);
    case "noUnusedPolicy":
      return { subjects: unusedPolicies(statement, context), unsure: false };
    default:
      return { subjects: [], unsure: false };
  }
}

/** Host-network pods are their node, which no policy selects (S10); they are not asked. An unread policy might isolate. */
function unisolated(by: Property & { readonly kind: "everythingIsolated" }, { universe }: Context): { readonly subjects: readonly BrokenSubject[]; readonly unsure: boolean } {
  const { policies, unread } = universe.stage.snapshot;
  const points = by.of === "any" ? universe.points : [...universe.membersOf(by.of).points];
  const subjects = points.flatMap((point): BrokenSubject[] => {
    if (point.kind !== "pod" || point.endpoint.hostNetwork) return [];
    const pod = point.endpoint;
    const open = directions.filter((direction) => by.directions.includes(direction) && !policies.some((policy) => isolates(policy, pod, direction)));
    return open.length === 0 ? [] : [{ kind: "not-isolated", by, pod, directions: open }];
  });
  const isUnsure = (subject: BrokenSubject): boolean =>
    subject.kind === "not-isolated" && unread.some(({ scope }) => scope === "cluster" || scope.namespace === subject.pod.namespace.name);
  return { subjects: subjects.filter((subject) => !isUnsure(subject)), unsure: subjects.some(isUnsure) };
}

function unusedPolicies(by: Property & { readonly kind: "noUnusedPolicy" }, { universe }: Context): readonly BrokenSubject[] {
  const { policies, pods } = universe.stage.snapshot;
  const own = pods.filter(({ hostNetwork }) => !hostNetwork);
  const unused = policies.filter((policy) => !own.some((pod) => pod.namespace.name === policy.name.namespace && selects(policy.subject, pod.labels)));
  return unused.map((policy) => ({ kind: "unused-policy", by, policy }));
}

function isolates(policy: NetworkPolicy, pod: Pod, direction: Direction): boolean {
  return policy[direction] !== undefined && policy.name.namespace === pod.namespace.name && selects(policy.subject, pod.labels);
}

/** How `to` is reached, for the line that shows it. */
function pathsOf({ to, via, label }: Property & { readonly kind: "through" }, { universe }: Context, surface: Surface): Paths {
  const targets = universe.targetsOf(to, allPorts).groups.flatMap(({ points }) => [...points]);
  const ways = [...universe.membersOf(via).points];
  const reaches = (from: Point, ends: readonly Point[]): boolean => ends.some((end) => surface.opens(from, end) === "open");
  const others = universe.points.filter((point) => !targets.includes(point));
  return {
    label,
    to: targets,
    direct: others.filter((point) => reaches(point, targets)),
    through: ways
      .filter((way) => reaches(way, targets))
      .map((way) => ({ via: way, from: others.filter((point) => !ways.includes(point) && reaches(point, [way])) })),
  };
}

// ---- deviations ----------------------------------------------------------------------------------------------------------------------------------

/** The deviations of this engine at this stage that still excuse. */
function excusesOf({ useCase }: BoundUseCase, universe: Universe, engine: string, today: string | undefined): readonly Excuse[] {
  const own = useCase.deviations.filter((deviation) => deviation.engine === engine && isAt(deviation, universe.stage.name) && !hasExpired(deviation, today));
  return own.flatMap((deviation) =>
    universe.targetsOf(deviation.to, deviation.ports).groups.map(({ points, ports }) => ({ deviation, from: universe.membersOf(deviation.from).points, to: points, ports })),
  );
}

function deviationResults(
  { useCase }: BoundUseCase,
  engine: string,
  at: Universe,
  today: string | undefined,
  excuses: readonly Excuse[],
  judged: readonly Judged[],
): readonly DeviationResult[] {
  return useCase.deviations
    .filter((deviation) => deviation.engine === engine && isAt(deviation, at.stage.name))
    .map((deviation): DeviationResult => {
      if (hasExpired(deviation, today)) return { deviation, status: "expired", pairs: 0 };
      const applies = excuses.some((excuse) => excuse.deviation === deviation && excuse.from.size > 0 && excuse.to.size > 0);
      const pairs = Math.max(...judged.map(({ excused }) => excused.get(deviation) ?? 0));
      return { deviation, status: pairs > 0 ? "used" : applies ? "idle" : "not-judged", pairs };
    });
}

function isAt({ stages }: Deviation, stage: string): boolean {
  return stages === undefined || stages.includes(stage);
}
