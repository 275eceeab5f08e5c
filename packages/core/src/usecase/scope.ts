import { hasPort, type Protocol } from "../net/ports.ts";
import { checkBecause, type Reasons } from "./because.ts";
import { adjacencyOf, chainFaults } from "./chains.ts";
import { demandsOf, type Demands } from "./constraints.ts";
import { judgeCells, restSpeaksOf, type Demanded, type Excuse, type RestDemand } from "./judge.ts";
import { pathsOf, subjectsOf } from "./properties.ts";
import type {
  AssertionResult,
  Demand,
  BecauseResult,
  BrokenPairs,
  Fault,
  OpenQuestion,
  Outcome,
  StageResult,
  Statement,
  StatementResult,
  Status,
  Witness,
} from "./results.ts";
import { openness, surfaceOf, type Cell, type Reaches, type Surface } from "./surface.ts";
import type { Assertion, Deviation, Rest, Row } from "./types.ts";
import { endpointIn, type Point, type Universe } from "./universe.ts";
import { betterOf, knownRank, witnessOf, type Candidate, type PortPicker } from "./witness.ts";

/** What all of a stage's judging stands on. */
export interface Context {
  readonly universe: Universe;
  readonly reaches: Reaches;
  readonly previous: StageResult | undefined;
  readonly excuses: readonly Excuse[];
  readonly pickPort: PortPicker;
  readonly reasons: Reasons | undefined;
}

/** The intent, or what a stage expects. */
export interface Scope {
  readonly assertions: readonly Assertion[];
  readonly rest: Rest | undefined;
}

export interface Judged {
  readonly outcome: Outcome;
  readonly totals: StageResult["pairs"];
  readonly elsewhere: boolean;
  readonly excused: ReadonlyMap<Deviation, number>;
  brokenBy(from: Point, to: Point): AssertionResult | undefined;
  demandOn(from: Point, to: Point, protocol: Protocol, port: number): Demand | undefined;
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
  readonly byAssertion: readonly {
    readonly assertion: number;
    readonly faults: Faults;
    readonly rank: number;
    readonly severity: "error" | "warning";
  }[];
}

/** Judges every pair once, counts what is wrong under the statements it is about, and tells of each. */
export function judgeScope(scope: Scope, context: Context): Judged {
  const { universe, pickPort } = context;
  const demands = scope.assertions.map(({ rows, properties }) =>
    [...rows, ...properties].map((statement) => demandsOf(statement, universe)),
  );
  const { surface, demanded } = surfaceFor(demands.flat(), scope.rest, context);
  const tallied = tallyCells(surface, demanded, ownersOf(demands, scope.rest), pickPort);
  const teller: Teller = {
    witness: ({ best }) => best && witnessOf(best, surface, pickPort),
    question: ({ pairs, best }) => best && { pairs, witness: witnessOf(best, surface, pickPort) },
  };

  const ofStatement = (each: Demands): StatementResult => {
    const { statement, missing, unknown } = each;
    const tally = tallied.statements.get(statement) ?? newStatementTally();
    const { subjects, unsure } = subjectsOf(statement, universe);
    const status = statusOf({
      broken: tally.breaks.pairs > 0 || subjects.length > 0,
      open: tally.questions.pairs > 0 || unsure || unknown.length > 0,
      applies: hasFlows(each, surface),
    });
    const because = statement.kind === "row" ? becauseOf(statement, each, status, surface, context.reasons) : undefined;
    const paths = statement.kind === "through" ? pathsOf(statement, universe, surface) : undefined;
    return { ...told(statement, status, tally, teller), subjects, missing, because, paths };
  };
  const assertions = scope.assertions.map((assertion, i) =>
    ofAssertion(assertion.id, assertion, (demands[i] ?? []).map(ofStatement), tallied.assertions[i] ?? newAssertionTally(), teller),
  );
  if (scope.rest !== undefined && scope.rest.verdict !== "ignore") {
    const tally = tallied.statements.get(scope.rest) ?? newStatementTally();
    const status = statusOf({ broken: tally.breaks.pairs > 0, open: tally.questions.pairs > 0, applies: demanded.rest !== undefined });
    const result = { ...told(scope.rest, status, tally, teller), missing: universe.membersOf(scope.rest.including).missing };
    assertions.push(ofAssertion("rest", scope.rest, [result], tallied.assertions[demands.length] ?? newAssertionTally(), teller));
  }

  return {
    outcome: outcomeOf(assertions),
    totals: tallied.totals,
    elsewhere: namesElsewhere(demanded, universe),
    excused: tallied.excused,
    brokenBy: (from, to) => {
      const cell = surface.cellOf(from, to);
      const owner = cell && tallied.brokenCells.get(cellKey(cell));
      return owner === undefined ? undefined : assertions[owner];
    },
    demandOn: (from, to, protocol, port) => {
      let isLeftOpen = false;
      for (const [i, own] of demands.entries()) {
        const [assertion, constraints] = [assertions[i], own.flatMap((each) => each.constraints)];
        const speaking = constraints.filter((one) => one.from.has(from) && one.to.has(to) && hasPort(one.ports, protocol, port));
        const want = speaking.map((one) => one.want).find((each) => each === "allow" || each === "deny");
        if (want !== undefined && assertion !== undefined) return { assertion, want };
        isLeftOpen ||= speaking.length > 0;
      }
      // Who says `either` says it so that `rest` does not forbid it.
      if (isLeftOpen) return undefined;
      const [assertion, cell] = [assertions[demands.length], surface.cellOf(from, to)];
      const { rest } = demanded;
      if (assertion === undefined || cell === undefined || rest === undefined || !restSpeaksOf(cell, rest)) return undefined;
      return rest.by.verdict === "ignore" ? undefined : { assertion, want: rest.by.verdict };
    },
  };
}

/** The bundles that these statements need, and what they demand of them. */
function surfaceFor(
  demands: readonly Demands[],
  written: Rest | undefined,
  context: Context,
): { readonly surface: Surface; readonly demanded: Demanded } {
  const { universe, reaches, excuses, previous } = context;
  const constraints = demands.flatMap((each) => each.constraints);
  const chained = demands.flatMap((each) => each.chains);
  const symmetric = demands.flatMap(({ statement }) =>
    statement.kind === "symmetric"
      ? [{ by: statement, a: universe.membersOf(statement.a).points, b: universe.membersOf(statement.b).points }]
      : [],
  );
  const rest = restDemand(written, context);
  const ends = [...constraints, ...chained, ...excuses].flatMap(({ from, to }) => [from, to]);
  const others = [...symmetric.flatMap(({ a, b }) => [a, b]), ...chained.map(({ avoiding }) => avoiding)];
  const comparesStages = rest?.by.verdict === "same";
  const surface = surfaceOf(universe, reaches, {
    sets: [...ends, ...others],
    byNode: chained.length > 0 || symmetric.length > 0 || comparesStages,
    keyOf: comparesStages ? formerKey(previous) : () => "",
  });
  const adjacency = chained.length === 0 ? [] : adjacencyOf(surface);
  const chains = chained.flatMap((constraint) => chainFaults(constraint, surface, adjacency));
  return { surface, demanded: { constraints, excuses, symmetric, chains, rest } };
}

/** The number of the assertion that each statement is counted under; rest is the last. */
function ownersOf(demands: readonly (readonly Demands[])[], rest: Rest | undefined): ReadonlyMap<Statement, number> {
  const owners = new Map<Statement, number>(demands.flatMap((list, i) => list.map(({ statement }) => [statement, i] as const)));
  return rest === undefined ? owners : owners.set(rest, demands.length);
}

interface Tallied {
  readonly statements: ReadonlyMap<Statement, StatementTally>;
  readonly assertions: readonly AssertionTally[];
  readonly totals: Judged["totals"];
  readonly excused: Judged["excused"];
  /** The assertion under which the pairs of a cell count as broken. */
  readonly brokenCells: ReadonlyMap<string, number>;
}

function tallyCells(surface: Surface, demanded: Demanded, owners: ReadonlyMap<Statement, number>, pickPort: PortPicker): Tallied {
  const statements = new Map<Statement, StatementTally>([...owners.keys()].map((statement) => [statement, newStatementTally()]));
  const assertions = Array.from({ length: Math.max(0, ...owners.values()) + 1 }, newAssertionTally);
  const brokenCells = new Map<string, number>();
  const excused = new Map<Deviation, number>();
  const totals = { total: 0, open: 0, undetermined: 0 };
  const sorted = sorter(owners, pickPort);
  const add = (tally: Tally | undefined, cell: Cell, { faults, rank }: { readonly faults: Faults; readonly rank: number }): void => {
    if (tally === undefined) return;
    tally.pairs += cell.pairs;
    tally.best = betterOf(tally.best, { cell, faults, rank }, surface);
  };
  for (const { cell, faults, questions, excused: excusing } of judgeCells(surface, demanded)) {
    if (isOfUniverse(cell)) count(totals, cell);
    for (const deviation of excusing) excused.set(deviation, (excused.get(deviation) ?? 0) + cell.pairs);
    if (questions.length > 0) {
      const { byStatement, byAssertion } = sorted(questions);
      for (const each of byStatement) add(statements.get(each.statement)?.questions, cell, each);
      for (const each of byAssertion) add(assertions[each.assertion]?.questions, cell, each);
    }
    if (faults.length === 0) continue;
    const { id, byStatement, byAssertion } = sorted(faults);
    for (const each of byStatement) add(statements.get(each.statement)?.breaks, cell, each);
    for (const each of byAssertion) add(assertions[each.assertion]?.[each.severity === "error" ? "breaks" : "warned"], cell, each);
    // A pair counts once over the whole intent: under the first assertion it breaks.
    const first = byAssertion.find(({ severity }) => severity === "error");
    const tally = first && assertions[first.assertion];
    if (first === undefined || tally === undefined) continue;
    add(tally.broken, cell, first);
    addBlock(tally, cell, first.faults, id);
    brokenCells.set(cellKey(cell), first.assertion);
  }
  return { statements, assertions, totals, excused, brokenCells };
}

/** Makes the flow to show of what was counted. */
interface Teller {
  witness(tally: Tally): Witness | undefined;
  question(tally: Tally): OpenQuestion | undefined;
}

function told(statement: Statement, status: Status, { breaks, questions }: StatementTally, teller: Teller): StatementResult {
  return {
    statement,
    status,
    breaks: breaks.pairs,
    witness: teller.witness(breaks),
    subjects: [],
    question: teller.question(questions),
    missing: [],
    because: undefined,
    paths: undefined,
  };
}

function ofAssertion(
  id: string,
  assertion: Assertion | Rest,
  statements: readonly StatementResult[],
  tally: AssertionTally,
  teller: Teller,
): AssertionResult {
  const { broken, breaks, warned, questions, blocks } = tally;
  return {
    id,
    assertion,
    status: statusOfAll(statements),
    broken: broken.pairs,
    pairs: [...blocks.values()].map(({ cell, faults, to, count: pairs }): BrokenPairs => ({
      from: cell.from.points,
      to,
      count: pairs,
      faults,
    })),
    breaks: breaks.pairs,
    witness: teller.witness(broken) ?? teller.witness(breaks) ?? teller.witness(warned),
    subjects: statements.flatMap(({ subjects }) => subjects),
    question: teller.question(questions),
    warned: warned.pairs,
    statements,
  };
}

function becauseOf(
  row: Row,
  { constraints }: Demands,
  status: Status,
  surface: Surface,
  reasons: Reasons | undefined,
): BecauseResult | undefined {
  if (row.because.size === 0) return undefined;
  return status === "holds" ? checkBecause(row, constraints, surface, reasons) : { status: "not-checked" };
}

/** A row about nothing but ends and themselves holds whatever the policies are: it is not judged. */
function hasFlows({ statement, applies, constraints }: Demands, surface: Surface): boolean {
  if (statement.kind !== "row" || !applies) return applies;
  return constraints.some(({ from, to }) =>
    surface.holding(from).some((a) => surface.holding(to).some((b) => surface.cells(a, b).length > 0)),
  );
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
    const byStatement = [...grouped(faults, ({ by }) => by)].map(([statement, own]) => ({
      statement,
      faults: own,
      rank: knownRank(own, pickPort),
    }));
    const owned = [...grouped(faults, ({ by }) => owners.get(by))].sort(([a], [b]) => a - b);
    const byAssertion = owned.map(([assertion, own]) => {
      const [first, ...more] = own.filter(({ by }) => !isWarning(by));
      const counted: Faults = first === undefined ? own : [first, ...more];
      return {
        assertion,
        faults: counted,
        rank: knownRank(counted, pickPort),
        severity: first === undefined ? ("warning" as const) : ("error" as const),
      };
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

/** Whether all of elsewhere was judged: named by a statement that speaks of somebody, or included in rest. */
function namesElsewhere({ constraints, rest }: Demanded, universe: Universe): boolean {
  const spoken = constraints.filter(({ from, to }) => from.size > 0 && to.size > 0).flatMap(({ from, to }) => [from, to]);
  const sets = rest === undefined ? spoken : [...spoken, rest.including];
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

// ---- rest ------------------------------------------------------------------------------------------------------------------------

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
