import { deviation, type DeviationId } from "@netproof/core/contrail";
import {
  coverageOf,
  explainQuestion,
  policyText,
  portIntervals,
  protocols,
  reportDiagnostic,
  resolveEnd,
  resolveFlows,
  rulebook,
  useCaseSchema,
  type Diagnostic,
  type InputFile,
  type PortSet,
  type Severity,
  type Snapshot,
} from "@netproof/core/parts";
import { annotationsOf } from "./annotations.ts";
import { policyCompletions, schemaCompletions, spotAt } from "./completion.ts";
import { draftOf } from "./draft.ts";
import { editDifference } from "./edit.ts";
import { hashOf } from "./hash.ts";
import { judgedOf, snapshotAt, type Judged } from "./judged.ts";
import { isolationOf, lanesOf, matchingOf } from "./lanes.ts";
import { isUseCase, kindOf, readMaterial, type Material } from "./material.ts";
import type {
  DecidedRule,
  Demanded,
  DeviationText,
  EndpointDetail,
  Explained,
  FileSummary,
  FlowQuestion,
  Grouping,
  LaneQuestion,
  MatchQuestion,
  Opened,
  OpenSource,
  PageFile,
  PageRow,
  StageSummary,
  Subject,
  Survey,
  SurveyQuestion,
  Tally,
  TallyQuestion,
  Version,
  Workbench,
} from "./protocol.ts";
import { compareDump, decidedBy, rulesAt, surveyObjects } from "./objects.ts";
import { pageRow, rowSetOf, type RowSet } from "./rows.ts";
import { askedPort, groupsOf, portText, surveyOf, tallyOf, type Pause } from "./survey.ts";

/** One state of the texts that could be read, with everything that was worked out from it. */
interface State {
  readonly revision: number;
  readonly files: ReadonlyMap<string, InputFile>;
  readonly judged: Judged;
  readonly sets: Map<Grouping, RowSet>;
  /** Those of the states before it, which most edits leave as they are. */
  readonly earlier: ReadonlyMap<Grouping, RowSet>;
}

/** The workbench over texts in memory. `today` (YYYY-MM-DD) is the day by which deviations expire. */
export function openWorkbench(today: string, pause: Pause = () => Promise.resolve()): Workbench {
  let name = "";
  let hash = "";
  let revision = 0;
  /** What edits are compared with, and the newest state that could be read. */
  let kept: ReadonlyMap<string, InputFile> = new Map();
  let files: ReadonlyMap<string, InputFile> = new Map();
  let before: State | undefined;
  let now: State | undefined;
  let diagnostics: readonly Diagnostic[] = [];
  /** How often there were other rows by workload, and the last of them. */
  let rowsMade = 0;
  let counted: RowSet | undefined;

  const stateOf = (version: Version): State => {
    const state = version === "kept" ? (before ?? now) : now;
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
      now = { revision: own, files, judged, sets: new Map(), earlier: new Map([...(now?.earlier ?? []), ...(now?.sets ?? [])]) };
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
    open: async (source: OpenSource) => {
      name = source.name;
      files = new Map(source.files.map(({ path, text }) => [path, { name: path, text }]));
      kept = files;
      hash = await hashOf(source.files);
      [before, now] = [undefined, undefined];
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
    rows: async (grouping: Grouping): Promise<readonly PageRow[]> => {
      const { rows } = setOf(stateOf("edited"), grouping);
      if (grouping !== "namespace") return rows.map(pageRow);
      return groupsOf(rows).map(({ name: group, rows: own }) =>
        groupRow(
          group,
          own.map((index) => pageRow(rows[index] as RowSet["rows"][number])),
        ),
      );
    },
    survey: async (question: SurveyQuestion): Promise<Survey> => {
      const state = stateOf(question.version);
      // Cells of both versions are compared one by one: rows are those of the newest.
      return surveyOf(state.judged, setOf(stateOf("edited"), question.grouping), question, state.revision, pause);
    },
    tally: async (question: TallyQuestion): Promise<Tally> => {
      const state = stateOf("edited");
      return tallyOf(state.judged, setOf(state, "workload"), question);
    },
    report: async (version: Version) => stateOf(version).judged.report(),
    explain: async ({ version, stage, from, to, port }: FlowQuestion): Promise<Explained> => {
      const { judged } = stateOf(version);
      const explained = explainQuestion({ from, to, port }, judged.asked(stage));
      if ("problem" in explained) return explained;
      const stageName = judged.material.stages[stage]?.name;
      return {
        document: { format: "netproof.explanation/1", stage: stageName === "" ? undefined : stageName, ...explained },
        demand: demandOn(judged, stage, from, to, port),
      };
    },
    lanes: async (question: LaneQuestion) => {
      const state = stateOf("edited");
      return lanesOf(state.judged, setOf(state, "workload"), question);
    },
    isolation: async (stage: number, grouping: Grouping) => {
      const state = stateOf("edited");
      return isolationOf(state.judged, setOf(state, grouping), stage);
    },
    matching: async (question: MatchQuestion) => {
      const state = stateOf("edited");
      return matchingOf(state.judged, setOf(state, question.grouping), question);
    },
    annotations: async (path: string, stage: number) => {
      const { material } = stateOf("edited").judged;
      return annotationsOf(path, snapshotAt(material, stage), material.bound?.useCase.outside ?? []);
    },
    complete: async (path: string, text: string, offset: number, stage: number) => {
      const spot = spotAt(text, offset);
      const file = { name: path, text };
      if (now === undefined) return { from: spot.start, options: [] };
      const { names } = now.judged.asked(stage);
      if (!isUseCase(file)) return { from: spot.start, options: policyCompletions(spot, names.snapshot) };
      const ends = [...names.groups.map(({ name: group }) => group), ...namesOf(names.snapshot, setOf(now, "workload").rows)];
      return { from: spot.start, options: schemaCompletions(spot, await useCaseSchema(), ends) };
    },
    draft: async ({ stage, from, to, port }: FlowQuestion) => {
      const { judged } = stateOf("edited");
      const [asked, { names }] = [askedPort(port), judged.asked(stage)];
      if (asked === undefined) return "a policy opens one port: choose one";
      const found = resolveFlows({ from, to, ...asked }, names);
      const flow = found.kind === "flows" ? found.flows[0]?.flow : undefined;
      if (flow === undefined) return "this is no flow between two ends";
      const draft = draftOf(flow, judged.spec(stage).answer(flow).why, names.snapshot);
      if (typeof draft === "string") return draft;
      const { stages } = judged.material;
      const inUse = stages.slice(0, stage + 1).flatMap((one) => one.files);
      const path = stages[stage]?.files.at(-1) ?? inUse.at(-1) ?? [...files.values()].find((file) => kindOf(file) === "manifests")?.name;
      return path === undefined ? "no file is open that a policy could stand in" : { path, ...draft };
    },
    objects: async (stage: number, port: string | undefined) => {
      const state = stateOf("edited");
      return surveyObjects(state.judged, setOf(state, "workload"), stage, port);
    },
    decided: async (stage: number, port: string | undefined, rule: DecidedRule) => {
      const state = stateOf("edited");
      return decidedBy(state.judged, setOf(state, "workload"), stage, port, rule);
    },
    compareDump: async (stage: number, dump: readonly PageFile[]) => compareDump(stateOf("edited").judged, stage, dump),
    nftables: async (stage: number) => rulesAt(stateOf("edited").judged, stage),
    difference: async (stage: number, engine: string, port: string | undefined) => {
      const [older, newer] = [stateOf("kept"), stateOf("edited")];
      const [was, is] = [older.judged.calculation(engine, stage), newer.judged.calculation(engine, stage)];
      return editDifference(setOf(newer, "workload"), was, is, askedPort(port));
    },
    deviation: async (wanted: string): Promise<DeviationText | undefined> => {
      const found = /^D\d+$/.test(wanted) ? deviation(wanted as DeviationId) : undefined;
      if (found === undefined) return undefined;
      const { id, title, effects, kubernetes, contrail, workaround } = found;
      return { id, title, effects, kubernetes, contrail, workaround };
    },
    endpoint: async (stage: number, row: string): Promise<EndpointDetail | undefined> => {
      const state = stateOf("edited");
      const set = setOf(state, "workload");
      const index = set.indexOf(row);
      const found = index === undefined ? undefined : set.rows[index];
      if (found === undefined) return undefined;
      const snapshot = snapshotAt(state.judged.material, stage);
      const [member] = found.members;
      const pod =
        member?.kind === "pod"
          ? snapshot.pods.find((one) => one.name === member.name && one.namespace.name === member.namespace.name)
          : undefined;
      const isolating = (direction: "ingress" | "egress"): readonly string[] =>
        pod === undefined || pod.hostNetwork
          ? []
          : rulebook(snapshot)
              .isolating(pod, direction)
              .map((policy) => policyText(policy.name));
      return { row: pageRow(found), isolated: { ingress: isolating("ingress"), egress: isolating("egress") } };
    },
  };
}

function demandOn(judged: Judged, stage: number, from: string, to: string, port: string | undefined): Demanded | undefined {
  const asked = askedPort(port);
  const { names } = judged.asked(stage);
  const [a, b] = [from, to].map((end) => resolveEnd(end, names).end?.endpoints[0]);
  const demand = asked && a && b && judged.result("spec", stage)?.demandOn(a, b, asked.protocol, asked.port);
  return demand && { assertion: demand.assertion.id, want: demand.want };
}

function groupRow(name: string, own: readonly PageRow[]): PageRow {
  const [first] = own as readonly [PageRow, ...PageRow[]];
  return {
    ...first,
    id: `ns/${name}`,
    name,
    size: own.reduce((sum, row) => sum + row.size, 0),
    addresses: [],
    about: undefined,
    underTest: own.some((row) => row.underTest),
    labels: {},
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

function namesOf(snapshot: Snapshot, rows: RowSet["rows"]): readonly string[] {
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
