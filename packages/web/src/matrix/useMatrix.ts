import { useMemo } from "preact/hooks";
import { currentRun, runs } from "../lab/runs.ts";
import { countChanges, type ChangeCounts } from "../parts/changes.ts";
import { useAnswer } from "../state/answers.ts";
import { currentStage, currentPort, subject } from "../state/store.ts";
import { cell, type Grouping, type PageRow, type Survey, type Unmatched } from "../workbench/protocol.ts";
import type { Term } from "./filter.ts";
import { currentAgainst, type Against } from "./against.ts";
import { modelOf, unanswered, type MatrixModel, type Sort } from "./model.ts";

/** Clusters of more workloads are opened namespace by namespace. */
export const mostRows = 4_000;

export interface Matrix {
  readonly model: MatrixModel;
  /** Rows of the grouping, before the filter. */
  readonly rows: readonly PageRow[];
  /** In the order of the model's values. */
  readonly engines: readonly string[];
  readonly survey: Survey;
  readonly changes: Changes | undefined;
  /** What of the filter names nothing. */
  readonly problem: string | undefined;
}

/** What the matrix is compared with, and what changed since. */
export interface Changes {
  readonly against: Against;
  /** Undefined for namespaces of other files, whose cells do not tell how many flows change, and where nothing can be compared. */
  readonly counts: ChangeCounts | undefined;
  readonly unmatched: Unmatched | undefined;
  readonly isComparable: boolean;
}

/** Classes of two clusters are not the same ones. */
function isComparable(against: Against | undefined, grouping: Grouping): boolean {
  return against !== undefined && !(against.version === "compared" && grouping === "class");
}

export interface MatrixWishes {
  readonly grouping: Grouping;
  readonly terms: readonly Term[];
  readonly folded: ReadonlySet<string>;
  readonly sort: Sort;
}

interface Loaded {
  readonly rows: readonly PageRow[];
  readonly surveys: readonly Survey[];
  readonly before: Survey | undefined;
  readonly against: Against | undefined;
  /** Of namespaces, whose cells do not tell how many flows change. */
  readonly counts: ChangeCounts | undefined;
  readonly unmatched: Unmatched | undefined;
  readonly isolation: Uint8Array;
  readonly matching: ReadonlyMap<string, Uint8Array>;
  readonly problem: string | undefined;
}

/** Everything the matrix shows, of one stage and one moment. */
export function useMatrix({ grouping, terms, folded, sort }: MatrixWishes): Matrix | undefined {
  const about = subject.value;
  const [stage, port, against] = [currentStage.value, currentPort.value, currentAgainst.value];
  const engines = (about?.engines ?? []).map(({ name }) => name);
  const wanted = terms.flatMap((term) =>
    term.kind === "end" && (term.key === "selector" || term.key === "policy")
      ? term.values.map((text) => ({ kind: term.key as "selector" | "policy", text }))
      : [],
  );
  const loaded = useAnswer(
    `matrix ${stage} ${against?.key ?? "alone"} ${port ?? "all"} ${grouping} ${engines.join()} ${JSON.stringify(wanted)}`,
    async (of): Promise<Loaded> => {
      const ask = { port, grouping } as const;
      const other = isComparable(against, grouping) ? against : undefined;
      const isStage = other !== undefined && other.version !== "compared";
      const [rows, before, counts, unmatched, isolation, surveys, found] = await Promise.all([
        of.rows(grouping),
        other && of.survey({ ...ask, version: other.version, stage: other.stage, engine: "spec" }),
        isStage && grouping === "namespace"
          ? of.difference({ was: { version: "edited", stage: other.stage }, now: { version: "edited", stage }, engine: "spec", port })
          : undefined,
        other === undefined || isStage ? undefined : of.unmatched(),
        of.isolation(stage, grouping),
        Promise.all(engines.map((engine) => of.survey({ ...ask, version: "edited", stage, engine }))),
        Promise.all(wanted.map((one) => of.matching({ stage, grouping, ...one }))),
      ]);
      const matching = new Map(found.flatMap((one, i) => (typeof one === "string" ? [] : [[wanted[i]?.text ?? "", one] as const])));
      const problem = found.find((one) => typeof one === "string");
      return { rows, before, against, counts, unmatched, isolation, surveys, matching, problem };
    },
  );
  const measured = runs.value;
  return useMemo(() => {
    const [survey] = loaded?.surveys ?? [];
    if (loaded === undefined || survey === undefined || loaded.rows.length !== survey.rows) return undefined;
    const lab = grouping === "workload" ? labCells(loaded.rows, port) : undefined;
    const own = [
      ...loaded.surveys.map(({ question, cells, broken }, i) => ({ name: question.engine, cells, broken: i === 0 ? broken : undefined })),
      ...(lab === undefined ? [] : [{ name: "lab", cells: lab, broken: undefined }]),
    ];
    const model = modelOf({
      rows: loaded.rows,
      engines: own,
      before: loaded.before,
      openShares: survey.shares,
      isolation: loaded.isolation,
      matching: loaded.matching,
      terms: loaded.problem === undefined ? terms : [],
      folded,
      sort,
    });
    const { rows, before, against: other, unmatched } = loaded;
    const counts = (): ChangeCounts | undefined =>
      before === undefined || grouping === "namespace"
        ? loaded.counts
        : countChanges(
            before.cells,
            survey.cells,
            rows.map(({ size }) => size),
          );
    const changes = other && { against: other, counts: counts(), unmatched, isComparable: isComparable(other, grouping) };
    return { model, changes, rows, engines: own.map(({ name }) => name), survey, problem: loaded.problem };
  }, [loaded, JSON.stringify(terms), folded, sort, measured]);
}

/** What the lab measured of this stage on this port; undefined where it measured nothing here. */
function labCells(rows: readonly PageRow[], port: string | undefined): Uint8Array | undefined {
  const run = currentRun();
  if (run === undefined || run.status === "recorded" || port === undefined || !run.probes.some((probe) => probe.port === port))
    return undefined;
  const cells = new Uint8Array(rows.length ** 2).fill(unanswered);
  const words = { allow: cell.allow, deny: cell.deny, undetermined: cell.undetermined } as const;
  const indexes = new Map(rows.map(({ id }, i) => [id, i]));
  run.probes.forEach(({ from, to, port: own }, place) => {
    const [i, j, answer] = [indexes.get(from), indexes.get(to), run.answers[place]];
    if (own === port && i !== undefined && j !== undefined && answer !== undefined) cells[i * rows.length + j] = words[answer.verdict];
  });
  return cells;
}
