import type { Endpoint, Flow } from "../model/cluster.ts";
import { endpointName, sameEndpoint } from "../model/endpoint.ts";
import type { AssumedEntry, Ledger } from "../model/ledger.ts";
import type { Commentary } from "../reach/commentary.ts";
import type { Calculation } from "../reach/engine.ts";
import type { Watched } from "../reach/watch.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import { spanOf } from "../text/source.ts";
import type { AssertionResult, Outcome, Paths, Point, StageResult, Witness } from "../usecase/check.ts";
import type { Stage } from "../usecase/stages.ts";
import { standingOf, timeFindings, type TimeAsked } from "../usecase/time.ts";
import type { EndName, UseCase } from "../usecase/types.ts";
import { assertionText, restText, rowText } from "./assertions.ts";
import { changesBetween, type Moment } from "./changes.ts";
import { coverageOf } from "./coverage.ts";
import { differenceFindings, differencesAt, type ViewedSurvey } from "./differences.ts";
import { reportDiagnostic } from "./places.ts";
import { endpointsOf, rowOptionsOf, type NamedIn } from "./row-options.ts";
import { familiesOf, reportPairs, rowsOf, sortRows, totalsOf, viewAt, type Row, type View } from "./rows.ts";
import type { Conclusion, EngineTime, PairTotals, Report, ReportRow, ReportStage, Violation } from "./types.ts";
import { becausePlace, decidingSide, sideText } from "./words.ts";

/** What one engine said of one stage. */
export interface Survey {
  readonly engine: string;
  readonly calculation: Calculation;
  /** What the engine can say of its answers. */
  readonly commentary?: Commentary | undefined;
  readonly result: StageResult;
  /** What a measuring engine saw of time. */
  readonly watched?: Watched | undefined;
}

/** One stage as the engines judged it; the first engine's reasons are told. */
export interface JudgedStage {
  readonly stage: Stage;
  readonly surveys: readonly [Survey, ...Survey[]];
  /** What the stage asks of time; undefined where it asks nothing. */
  readonly time?: TimeAsked | undefined;
}

export interface RunInput {
  readonly useCase: UseCase;
  readonly stages: readonly JudgedStage[];
  /** Findings that no single stage can tell. */
  readonly findings: readonly Diagnostic[];
}

/** The report of `netproof run`: the environment, the intent, and per stage what changed, what breaks it and why. */
export function runReport({ useCase, stages, findings }: RunInput): Report {
  const named: NamedIn = { useCase, snapshots: stages.map(({ stage }) => stage.snapshot) };
  const options = rowOptionsOf(named, "left-out");
  const calculations = stages.flatMap(({ surveys }) => surveys.map(({ calculation }) => calculation));
  const families = familiesOf(calculations, options);
  const rows = sortRows(rowsOf(calculations, families, options), options.underTest);
  const groups = useCase.groups.map((group) => ({
    name: group.name,
    rows: rowsOfEnd({ text: group.name, origin: group.origin }, rows, named),
  }));
  const idsUnderTest = rows.filter(({ endpoint }) => endpoint.underTest).map(({ endpoint }) => endpoint.id);

  const seen = (survey: Survey): ViewedSurvey => ({ ...survey, view: viewAt(rows, survey.calculation, families) });
  const viewed = stages.map(({ surveys: [first, ...others] }): Viewed => [seen(first), ...others.map(seen)]);
  const differences = viewed.map(differencesAt);
  const nameOf = (id: string): string => rows.find(({ endpoint }) => endpoint.id === id)?.endpoint.name ?? id;

  let previous: Moment | undefined;
  const reported = stages.map(({ stage, time, surveys: judged }, index): ReportStage => {
    const surveys = viewed[index] as Viewed;
    const [{ calculation, result, view }] = surveys;
    const now = { view, calculation };
    const changes = previous === undefined ? [] : changesBetween({ before: previous, after: now }, idsUnderTest);
    previous = now;
    return {
      number: index + 1,
      name: stage.name,
      about: stage.declaration.about,
      policies: stage.changes.map(({ kind, object }) => ({ change: kind, name: objectName(object) })),
      policyCount: stage.snapshot.policies.length + stage.snapshot.clusterPolicies.length,
      intent: result.intent.status,
      declared: result.intent.declared,
      totals: stageTotals(result, view),
      broken: result.intent.assertions.map(({ id, broken }) => ({ assertion: id, pairs: broken })),
      surveys: surveys.map((survey) => ({
        engine: survey.engine,
        intent: survey.result.intent.status,
        open: survey.result.pairs.open,
        rows: surveyRows(survey),
      })),
      differences: (differences[index] ?? []).map(({ difference }) => difference),
      changes,
      violations: violationsOf(result.intent, calculation),
      time: time && judged.flatMap(({ engine, watched }) => (watched === undefined ? [] : [timeOf(time, engine, watched, rows)])),
      expected: expectedRows(result.expect),
      paths: result.intent.assertions.flatMap(({ statements }) =>
        statements.flatMap(({ paths }) => (paths === undefined ? [] : [pathsOf(paths, rows)])),
      ),
    };
  });
  const needed = new Set(differences.flat().flatMap(({ covering }) => covering.map(({ origin }) => spanOf(origin, "entry").start)));
  const all = [
    ...stages.flatMap(({ surveys }) => engineFindings(surveys)),
    ...stages.flatMap(({ stage, surveys, time }) =>
      time === undefined
        ? []
        : surveys.flatMap(({ engine, watched }) =>
            watched === undefined
              ? []
              : timeFindings(time, watched, engine, stage.name, (endpoint) => nameOf(idOf(endpoint, rows) ?? endpointName(endpoint))),
          ),
    ),
    ...viewed.flatMap(([first], index) => differenceFindings(first.result, first.engine, differences[index] ?? [], nameOf)),
    // What covers a difference is needed, also where the file wants what the engine does.
    ...findings.filter(({ code, at }) => code !== "deviation-unused" || at === undefined || !needed.has(at.start)),
  ];
  return {
    format: "netproof.report/1",
    name: useCase.name,
    about: useCase.about,
    source: useCase.source,
    engines: stages[0]?.surveys.map(({ engine }) => engine) ?? [],
    endpoints: rows.map(({ endpoint }) => endpoint),
    focus: idsUnderTest,
    groups: groups.map(({ name, rows: members }) => ({ name, members: members.map(({ endpoint }) => endpoint.id) })),
    assertions: useCase.intent.map((assertion) => ({ id: assertion.id, text: assertionText(assertion) })),
    stages: reported,
    findings: all.map((finding) => reportDiagnostic(finding, "finding")),
    coverage: coverageOf(mergedLedger(stages.map(({ stage }) => stage.ledger)), mergedAssumptions(calculations)),
    conclusion: conclusionOf(stages, all, reported),
  };
}

function rowsOfEnd(end: EndName, rows: readonly Row[], named: NamedIn): readonly Row[] {
  const endpoints = endpointsOf(end, named);
  return rows.filter(({ members }) => members.every((member) => endpoints.some((endpoint) => sameEndpoint(endpoint, member))));
}

function objectName({ kind, namespace, name }: Stage["changes"][number]["object"]): string {
  const full = namespace === undefined ? name : `${namespace}/${name}`;
  return kind === "NetworkPolicy" ? full : `${kind} ${full}`;
}

function stageTotals(result: StageResult, view: View): PairTotals {
  const { total: pairs, open, undetermined } = result.pairs;
  return { pairs, open, undetermined, openOnEveryPort: totalsOf(view).openOnEveryPort };
}

type Viewed = readonly [ViewedSurvey, ...ViewedSurvey[]];

function surveyRows({ view, result }: ViewedSurvey): readonly ReportRow[] {
  const { rows } = view;
  return rows.flatMap((from) =>
    rows.flatMap((to) => reportPairs(view, from, to).map((pair) => ({ ...pair, breaks: brokenBy(result, from, to) }))),
  );
}

/** What several engines find alike is told once; what only another one finds names it. */
function engineFindings([first, ...others]: JudgedStage["surveys"]): readonly Diagnostic[] {
  const key = ({ code, message, label, at }: Diagnostic): string => JSON.stringify([code, message, label, at?.start]);
  const told = new Set(first.result.findings.map(key));
  const own = others.flatMap(({ engine, result }) =>
    result.findings
      .filter((finding) => !told.has(key(finding)))
      .map((finding) => ({ ...finding, message: `${engine}: ${finding.message}` })),
  );
  return [...first.result.findings, ...own];
}

/** The assertion that some endpoints of the two rows break. Rows are small, or their endpoints alike for the whole file. */
function brokenBy(result: StageResult, from: Row, to: Row): string | undefined {
  for (const a of from.members) {
    for (const b of to.members) {
      const broken = sameEndpoint(a, b) ? undefined : result.brokenBy(a, b);
      if (broken !== undefined) return broken.id;
    }
  }
  return undefined;
}

function violationsOf({ assertions }: Outcome, calculation: Calculation): readonly Violation[] {
  return assertions.flatMap((assertion): readonly Violation[] => {
    if (assertion.status === "violated") return [violated(assertion, calculation)].filter((violation) => violation !== undefined);
    if (assertion.question === undefined) return [];
    const { pairs, witness } = assertion.question;
    return [
      {
        assertion: assertion.id,
        severity: "error",
        status: "undetermined",
        pairs,
        subject: undefined,
        witness: witnessOf(witness, calculation),
      },
    ];
  });
}

function violated({ id, broken, warned, witness, subjects }: AssertionResult, calculation: Calculation): Violation | undefined {
  const severity = broken === 0 && warned > 0 ? "warning" : "error";
  const [subject] = subjects;
  const text =
    subject === undefined
      ? undefined
      : subject.kind === "unused-policy"
        ? `policy ${subject.policy.name.namespace}/${subject.policy.name.name} selects no pod`
        : `${endpointName(subject.pod)} is not isolated in ${subject.directions.join(" and ")}`;
  if (witness === undefined && text === undefined) return undefined;
  return {
    assertion: id,
    severity,
    status: "violated",
    pairs: Math.max(broken, warned),
    subject: text,
    witness: witness && witnessOf(witness, calculation),
  };
}

function witnessOf({ from, to, flows, fault }: Witness, calculation: Calculation): NonNullable<Violation["witness"]> {
  const flow = flows[flows.length - 1] ?? flows[0];
  const { verdict, why } = calculation.answer(flow);
  const decided = decidingSide(why);
  const allowing = [why.egress, why.ingress].find(({ reason }) => reason === "rule-allows");
  const because =
    decided !== undefined ? sideText(decided) : allowing === undefined ? "not isolated" : `${shortEntry(allowing.rules[0] ?? "")} allows`;
  return {
    from: pointName(from),
    to: pointName(to),
    via: fault.chain.map(pointName),
    port: `${flow.port}/${flow.protocol}`,
    verdict,
    because,
    place: becausePlace(why),
  };
}

/** `dev/policy2 egress[0].to[1]` is told as `egress[0]`: the place says the rest. */
function shortEntry(rule: string): string {
  return (rule.split(" ")[1] ?? rule).replace(/\.(?:from|to)\[\d+\]$/, "");
}

/** Names of points are full; a row's short one is unique in the whole report, so the text may drop the namespace. */
function pointName(point: Point): string {
  return point.name;
}

function pathsOf({ label, direct, through }: Paths, rows: readonly Row[]): ReportStage["paths"][number] {
  return {
    label,
    direct: rowIds(direct, rows),
    through: through.map(({ via, from }) => ({ via: rowIds([via], rows)[0] ?? via.name, from: rowIds(from, rows) })),
  };
}

function rowIds(points: readonly Point[], rows: readonly Row[]): readonly string[] {
  const ids = points.map((point) => {
    const endpoints: readonly Endpoint[] = point.kind === "addresses" ? [] : point.kind === "outside" ? point.externals : [point.endpoint];
    return endpoints.map((endpoint) => idOf(endpoint, rows)).find((id) => id !== undefined) ?? point.name;
  });
  return [...new Set(ids)];
}

/** Times in whole milliseconds, rounded up: an upper bound is what was seen. */
function timeOf(asked: TimeAsked, engine: string, { enforcement, held, starts }: Watched, rows: readonly Row[]): EngineTime {
  const id = (endpoint: Endpoint): string => idOf(endpoint, rows) ?? endpointName(endpoint);
  const ends = ({ from, to, port, protocol }: Flow): { readonly from: string; readonly to: string; readonly port: string } => ({
    from: id(from),
    to: id(to),
    port: `${port}/${protocol}`,
  });
  return {
    engine,
    enforced: enforcement && {
      first: Math.ceil(enforcement.firstAfter),
      last: Math.ceil(enforcement.lastAfter),
      nodes: enforcement.routers,
    },
    held: held.flatMap(({ outcome, detail }, i) => {
      const flow = asked.held[i];
      if (flow === undefined) return [];
      const wanted = asked.rows[i]?.verdict ?? "either";
      return [{ ...ends(flow), family: flow.family, wanted, outcome, stands: standingOf(wanted, outcome), detail }];
    }),
    starts: starts.flatMap(({ tried, passed, ready, problem }, i) => {
      const pod = asked.starting[i];
      if (pod === undefined) return [];
      const seen = passed.map(({ flow, until }) => ({ ...ends(flow), until: Math.ceil(until) }));
      return [{ pod: id(pod), tried, passed: seen, ready: ready === undefined ? undefined : Math.ceil(ready), problem }];
    }),
  };
}

function idOf(endpoint: Endpoint, rows: readonly Row[]): string | undefined {
  return rows.find(({ members }) => members.some((member) => sameEndpoint(member, endpoint)))?.endpoint.id;
}

function expectedRows(expect: Outcome | undefined): ReportStage["expected"] {
  return (expect?.assertions ?? []).flatMap(({ statements }) =>
    statements.flatMap(({ statement, status }) => {
      if (statement.kind === "row") return [{ id: statement.id, holds: status, text: rowText(statement) }];
      return statement.kind === "rest" ? [{ id: "rest", holds: status, text: restText(statement) }] : [];
    }),
  );
}

/** The files and objects of all stages, each counted once. */
function mergedLedger(ledgers: readonly Ledger[]): Ledger {
  const [first, ...more] = ledgers;
  if (first === undefined) return { files: 0, read: [], skipped: [], assumed: [] };
  return more.reduce(
    (sum, next) => ({
      files: Math.max(sum.files, next.files),
      read: mergeBy([...sum.read, ...next.read], ({ kind }) => kind),
      skipped: mergeBy([...sum.skipped, ...next.skipped], ({ what, effect, why }) => JSON.stringify([what, effect, why])),
      assumed: mergeBy([...sum.assumed, ...next.assumed], ({ rule, what }) => JSON.stringify([rule, what])),
    }),
    first,
  );
}

function mergedAssumptions(calculations: readonly Calculation[]): readonly AssumedEntry[] {
  return mergeBy(
    calculations.flatMap(({ assumed }) => assumed),
    ({ rule, what }) => JSON.stringify([rule, what]),
  );
}

/** One entry per key, the largest: stages only add to or replace what the stage before holds. */
function mergeBy<Entry extends { readonly count: number }>(entries: readonly Entry[], keyOf: (entry: Entry) => string): readonly Entry[] {
  const merged = new Map<string, Entry>();
  for (const entry of entries) {
    const known = merged.get(keyOf(entry));
    if (known === undefined || known.count < entry.count) merged.set(keyOf(entry), entry);
  }
  return [...merged.values()];
}

function conclusionOf(stages: readonly JudgedStage[], findings: readonly Diagnostic[], reported: readonly ReportStage[]): Conclusion {
  const results = stages.flatMap(({ surveys }) => surveys.map(({ result }) => result));
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const undetermined = stages.filter(({ surveys }) => surveys.some(({ result }) => isUndetermined(result))).length;
  return {
    pairs: Math.max(0, ...reported.map(({ totals }) => totals.pairs)),
    agreement: agreementOf(reported),
    findings: errors,
    warnings: findings.filter(({ severity }) => severity === "warning").length,
    undeterminedStages: undetermined,
    elsewhereJudged: results.some(({ elsewhere }) => elsewhere === "judged"),
    exitCode: errors > 0 ? 1 : undetermined > 0 ? 4 : 0,
  };
}

function isUndetermined({ intent, expect, pairs }: StageResult): boolean {
  return intent.status === "undetermined" || expect?.status === "undetermined" || pairs.undetermined > 0;
}

/** A pair counts once per stage, on however many ports and in however many ways engines differ. */
function agreementOf(stages: readonly ReportStage[]): Conclusion["agreement"] {
  if (stages.every(({ surveys }) => surveys.length < 2)) return undefined;
  const answers = stages.reduce((sum, { totals }) => sum + totals.pairs, 0);
  return { answers, agreeing: answers - stages.reduce((sum, stage) => sum + differingPairs(stage), 0) };
}

function differingPairs({ differences, surveys: [first] }: ReportStage): number {
  const differing = new Set(differences.flatMap(({ from, to }) => from.flatMap((a) => to.map((b) => `${a}\n${b}`))));
  const counts = new Map((first?.rows ?? []).map(({ from, to, pairs }) => [`${from}\n${to}`, pairs]));
  return [...differing].reduce((sum, pair) => sum + (counts.get(pair) ?? 0), 0);
}
