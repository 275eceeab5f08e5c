import {
  coverageOf,
  portIntervals,
  protocols,
  reportDiagnostic,
  type Diagnostic,
  type InputFile,
  type PortSet,
  type Severity,
  type Snapshot,
} from "@netproof/core/parts";
import { hashOf } from "./hash.ts";
import { judgedOf, snapshotAt, type Judged } from "./judged.ts";
import { kindOf, readMaterial, type Material } from "./material.ts";
import type { Compared, FileSummary, Grouping, OpenSource, Opened, Opening, PageRow, StageSummary, Subject, Version } from "./protocol.ts";
import { rowSetOf, type RowSet } from "./rows.ts";
import { portText } from "./survey.ts";

/** One state of the texts that could be read, with everything that was worked out from it. */
export interface State {
  readonly revision: number;
  readonly judged: Judged;
  readonly sets: Map<Grouping, RowSet>;
  /** Those of the states before it, which most edits leave as they are. */
  readonly earlier: ReadonlyMap<Grouping, RowSet>;
}

/** What is open, what was read of it, and what it is compared with. */
export interface Session extends Opening {
  /** Throws where nothing of that version could be read. */
  stateOf(version: Version): State;
  /** The rows of a state; kept with it. */
  setOf(state: State, grouping: Grouping): RowSet;
  /** Undefined when nothing could be read yet. */
  newest(): State | undefined;
  /** As they stand, by path. */
  texts(): ReadonlyMap<string, InputFile>;
}

/** A session over texts in memory. `today` (YYYY-MM-DD) is the day by which deviations expire. */
export function openSession(today: string): Session {
  let name = "";
  let hash = "";
  let revision = 0;
  /** What edits are compared with, and the newest state that could be read. */
  let kept: ReadonlyMap<string, InputFile> = new Map();
  let files: ReadonlyMap<string, InputFile> = new Map();
  let before: State | undefined;
  let now: State | undefined;
  let compared: State | undefined;
  let diagnostics: readonly Diagnostic[] = [];
  /** How often there were other rows by workload, and the last of them. */
  let rowsMade = 0;
  let counted: RowSet | undefined;

  const stateOf = (version: Version): State => {
    const state = version === "compared" ? compared : version === "kept" ? (before ?? now) : now;
    if (state === undefined) throw new Error("nothing is open");
    return state;
  };
  const setOf = (state: State, grouping: Grouping): RowSet => {
    let set = state.sets.get(grouping);
    if (set === undefined) {
      set = rowSetOf(state.judged, grouping, state.earlier.get(grouping));
      state.sets.set(grouping, set);
    }
    return set;
  };
  /** Reads the files as they stand; what was read of a text that has errors since then stays in use. */
  const reread = async (): Promise<Opened> => {
    revision += 1;
    const own = revision;
    const found = await readMaterial([...files.values()]);
    if (own !== revision) return opened();
    diagnostics = found.diagnostics;
    if (found.material !== undefined) {
      const judged = await judgedOf(found.material, today, now?.judged);
      now = { revision: own, judged, sets: new Map(), earlier: new Map([...(now?.earlier ?? []), ...(now?.sets ?? [])]) };
    }
    return opened();
  };
  const rowsNow = (): number => {
    const set = now && setOf(now, "workload");
    if (set !== counted) [counted, rowsMade] = [set, rowsMade + 1];
    return rowsMade;
  };
  const opened = (): Opened => ({
    revision,
    rows: rowsNow(),
    name,
    about: now?.judged.material.bound?.useCase.about,
    hash,
    files: [...files.values()].map((file): FileSummary => ({ path: file.name, kind: kindOf(file), edited: kept.get(file.name) !== file })),
    subject: now && subjectOf(now.judged, setOf(now, "workload")),
    problems: diagnostics.map((diagnostic) => reportDiagnostic(diagnostic, "input")),
    worst: (["error", "warning", "note"] as const satisfies readonly Severity[]).find((severity) =>
      diagnostics.some((diagnostic) => diagnostic.severity === severity),
    ),
  });

  return {
    stateOf,
    setOf,
    newest: () => now,
    texts: () => files,
    open: async (source: OpenSource) => {
      name = source.name;
      files = new Map(source.files.map(({ path, text }) => [path, { name: path, text }]));
      kept = files;
      hash = await hashOf(source.files);
      [before, now, compared] = [undefined, undefined, undefined];
      const answer = await reread();
      before = now;
      return answer;
    },
    edit: (path: string, text: string | undefined) => {
      const next = new Map(files);
      if (text === undefined) next.delete(path);
      else next.set(path, kept.get(path)?.text === text ? (kept.get(path) as InputFile) : { name: path, text });
      files = next;
      return reread();
    },
    keep: async (paths: readonly string[]) => {
      const next = new Map(kept);
      for (const path of paths) {
        const file = files.get(path);
        if (file === undefined) next.delete(path);
        else next.set(path, file);
      }
      kept = next;
      if ([...files].every(([path, file]) => kept.get(path) === file)) before = now;
    },
    compare: async ({ name: other, files: given }: OpenSource): Promise<Compared> => {
      const found = await readMaterial(given.map(({ path, text }) => ({ name: path, text })));
      let workloads = 0;
      if (found.material !== undefined) {
        const state = { revision, judged: await judgedOf(found.material, today), sets: new Map(), earlier: new Map() };
        workloads = setOf(state, "workload").rows.filter(({ endpoint }) => endpoint.kind === "pods").length;
        if (workloads > 0) compared = state;
      }
      const errors = found.diagnostics.filter(({ severity }) => severity === "error");
      const problems = errors.map((diagnostic) => reportDiagnostic(diagnostic, "input"));
      return { name: other, hash: await hashOf(given), workloads, errors: problems };
    },
  };
}

function subjectOf(judged: Judged, { rows }: RowSet): Subject {
  const { material, engines, absent } = judged;
  const { bound, stages } = material;
  const last = snapshotAt(material, stages.length - 1);
  const count = (kind: PageRow["kind"]): number => rows.filter(({ endpoint }) => endpoint.kind === kind).length;
  const underTest = rows.filter(({ endpoint }) => endpoint.underTest).map(({ endpoint }) => endpoint);
  return {
    kind: bound === undefined ? "manifests" : "use-case",
    stages: stages.map((stage, index) => stageSummary(judged, stage, index)),
    engines,
    absent,
    assertions: judged.report()?.assertions ?? [],
    focus: judged.report()?.focus ?? underTest.map(({ id }) => id),
    ports: portsOf(judged),
    coverage: coverageOf(
      material.ledger,
      stages.flatMap((_, index) => judged.spec(index).assumed),
    ),
    counts: {
      pods: last.pods.length,
      workloads: count("pods"),
      namespaces: new Set(last.pods.map(({ namespace }) => namespace.name)).size,
      outside: count("outside"),
      nodes: last.nodes.length,
    },
    names: namesOf(last, rows),
    namespaces: namespacesOf(judged),
  };
}

function stageSummary(judged: Judged, { name, about, snapshot, files }: Material["stages"][number], index: number): StageSummary {
  return {
    name,
    about,
    policies: snapshot.policies.length + snapshot.clusterPolicies.length,
    // `rest` speaks of flows that no assertion names, and is none itself.
    holds: (judged.result("spec", index)?.intent.assertions ?? []).filter(({ id }) => id !== "rest").map(({ status }) => status),
    files,
  };
}

/** Those of the use case's aliases, then of the rules, then those that pods declare; each one that is a single port. */
function portsOf({ material, spec }: Judged): readonly string[] {
  const useCase = material.bound?.useCase;
  const aliases = [...(useCase?.ports.values() ?? [])].flatMap(singlePorts);
  const last = material.stages.length - 1;
  const { cuts, snapshot } = spec(last);
  const intervals = portIntervals(cuts, snapshot.pods);
  const ofRules = protocols.flatMap((protocol) =>
    intervals[protocol].filter(({ first, last: end }) => first === end).map(({ first }) => portText(protocol, first)),
  );
  const declared = new Map<string, number>();
  for (const pod of snapshot.pods) {
    for (const { protocol, port } of pod.ports) declared.set(portText(protocol, port), (declared.get(portText(protocol, port)) ?? 0) + 1);
  }
  const byUse = [...declared].sort((a, b) => b[1] - a[1]).map(([text]) => text);
  const all = [...new Set([...aliases, ...byUse.slice(0, 1), ...ofRules, ...byUse, "80/TCP"])];
  return all.slice(0, mostPorts);
}

/** A menu, not a list of everything: any port can be typed. */
const mostPorts = 40;

function singlePorts(set: PortSet): readonly string[] {
  return protocols.flatMap((protocol) =>
    set[protocol].filter(({ first, last }) => first === last).map(({ first }) => portText(protocol, first)),
  );
}

export function namesOf(snapshot: Snapshot, rows: RowSet["rows"]): readonly string[] {
  return [
    ...new Set([
      ...rows.map(({ endpoint }) => endpoint.name),
      ...snapshot.services.map(({ namespace, name }) => `svc/${namespace.name}/${name}`),
    ]),
  ];
}

function namespacesOf({ material, spec }: Judged): Subject["namespaces"] {
  const last = material.stages.length - 1;
  const { cuts, snapshot } = spec(last);
  return snapshot.namespaces.map(({ name, labels }) => ({
    name,
    labels: [...labels]
      .filter(([key]) => cuts.namespaceLabels.has(key) && key !== "kubernetes.io/metadata.name")
      .map(([key, value]) => `${key}=${value}`),
  }));
}
