import { deviation, type DeviationId } from "@netproof/core/contrail";
import { explainQuestion, policyText, resolveEnd, rulebook, type Calculation } from "@netproof/core/parts";
import { differenceOf } from "./difference.ts";
import { endsOf } from "./ends.ts";
import { snapshotAt, type Judged } from "./judged.ts";
import { alikeOf, isolationOf, lanesOf, matchingOf } from "./lanes.ts";
import type {
  Answers,
  Demanded,
  DeviationText,
  DifferenceQuestion,
  EndpointDetail,
  Explained,
  FlowQuestion,
  Grouping,
  LaneQuestion,
  MatchQuestion,
  PageRow,
  Survey,
  SurveyQuestion,
  TallyQuestion,
  Version,
} from "./protocol.ts";
import { pageRow, type RowSet } from "./rows.ts";
import type { Session } from "./session.ts";
import { alongside, askedPort, groupsOf, surveyOf, tallyOf, type Pause } from "./survey.ts";

/** Who may talk to whom, and why. `pause` lets other questions in during a long one. */
export function answersOf({ stateOf, setOf }: Session, pause: Pause): Answers {
  return {
    unmatched: async () => {
      const [here, there] = (["edited", "compared"] as const).map(
        (version) =>
          new Map(
            setOf(stateOf(version), "workload")
              .rows.filter(({ endpoint }) => endpoint.kind !== "elsewhere")
              .map(({ endpoint }) => [endpoint.id, endpoint.name]),
          ),
      ) as [Map<string, string>, Map<string, string>];
      const missing = (own: Map<string, string>, other: Map<string, string>): readonly string[] =>
        [...own].filter(([id]) => !other.has(id)).map(([, named]) => named);
      return { onlyHere: missing(here, there), onlyThere: missing(there, here) };
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
    rowCounts: async () => {
      const state = stateOf("edited");
      const podsOf = (grouping: Grouping): readonly RowSet["rows"][number][] =>
        setOf(state, grouping).rows.filter(({ endpoint }) => endpoint.kind === "pods");
      return { workload: podsOf("workload").length, class: podsOf("class").length, namespace: groupsOf(podsOf("workload")).length };
    },
    survey: async (question: SurveyQuestion): Promise<Survey> => {
      const state = stateOf(question.version);
      // Cells of two versions are compared one by one: rows are those of the newest.
      const rows = setOf(stateOf("edited"), question.grouping);
      if (question.version !== "compared") return surveyOf(state.judged, rows, question, state.revision, pause);
      const theirs = setOf(state, question.grouping);
      const { stages } = state.judged.material;
      const named = stages.findIndex(({ name: stage }) => stage === stateOf("edited").judged.material.stages[question.stage]?.name);
      const stage = named >= 0 ? named : stages.length - 1;
      return { ...alongside(await surveyOf(state.judged, theirs, { ...question, stage }, state.revision, pause), theirs, rows), question };
    },
    tally: async (question: TallyQuestion) => {
      const state = stateOf("edited");
      return tallyOf(state.judged, setOf(state, "workload"), question);
    },
    report: async (version: Version) => stateOf(version).judged.report(),
    explain: async ({ version, stage, from, to, port }: FlowQuestion): Promise<Explained> => {
      const state = stateOf(version);
      const { judged } = state;
      const [source, target] = endsOf({ setOf }, state).named(stage, from, to);
      const explained = explainQuestion({ from: source, to: target, port }, judged.asked(stage));
      if ("problem" in explained) return explained;
      const stageName = judged.material.stages[stage]?.name;
      return {
        document: { format: "netproof.explanation/1", stage: stageName === "" ? undefined : stageName, ...explained },
        demand: demandOn(judged, stage, source, target, port),
      };
    },
    lanes: async (question: LaneQuestion) => {
      const state = stateOf("edited");
      return lanesOf(state.judged, setOf(state, "workload"), endsOf({ setOf }, state), question);
    },
    isolation: async (stage: number, grouping: Grouping) => {
      const state = stateOf("edited");
      return isolationOf(state.judged, setOf(state, grouping), stage);
    },
    matching: async (question: MatchQuestion) => {
      const state = stateOf("edited");
      return matchingOf(state.judged, setOf(state, question.grouping), question);
    },
    difference: async ({ was, now: then, engine, port }: DifferenceQuestion) => {
      const [older, newer] = [was, then].map(({ version, stage }) => stateOf(version).judged.calculation(engine, stage)) as [
        Calculation,
        Calculation,
      ];
      return differenceOf(setOf(stateOf("edited"), "workload"), older, newer, askedPort(port));
    },
    alike: async (stage: number, from: string, to: string) => {
      const state = stateOf("edited");
      return alikeOf(state.judged, setOf(state, "workload"), endsOf({ setOf }, state), stage, from, to);
    },
    strangers: async (names: readonly string[]) => {
      const { row } = endsOf({ setOf }, stateOf("edited"));
      return names.filter((name) => row(name) === undefined);
    },
    deviation: async (wanted: string): Promise<DeviationText | undefined> => {
      const found = /^D\d+$/.test(wanted) ? deviation(wanted as DeviationId) : undefined;
      if (found === undefined) return undefined;
      const { id, title, effects, kubernetes, contrail, workaround } = found;
      return { id, title, effects, kubernetes, contrail, workaround };
    },
    endpoint: async (stage: number, row: string): Promise<EndpointDetail | undefined> => {
      const state = stateOf("edited");
      const index = endsOf({ setOf }, state).row(row);
      const found = index === undefined ? undefined : setOf(state, "workload").rows[index];
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
