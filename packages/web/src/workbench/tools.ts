import { resolveFlows, useCaseSchema } from "@netproof/core/parts";
import { annotationsOf } from "./annotations.ts";
import { policyCompletions, schemaCompletions, spotAt } from "./completion.ts";
import { draftOf } from "./draft.ts";
import { endsOf } from "./ends.ts";
import { snapshotAt } from "./judged.ts";
import { isUseCase, kindOf } from "./material.ts";
import { compareDump, decidedBy, rulesAt, surveyObjects } from "./objects.ts";
import type { DecidedRule, FlowQuestion, PageFile, Tools } from "./protocol.ts";
import { namesOf, type Session } from "./session.ts";
import { askedPort } from "./survey.ts";

/** What a page does besides answering: it helps who writes, and shows what enforcing systems would hold. */
export function toolsOf({ stateOf, setOf, newest, texts }: Session): Tools {
  return {
    annotations: async (path: string, stage: number) => {
      const { material } = stateOf("edited").judged;
      return annotationsOf(path, snapshotAt(material, stage), material.bound?.useCase.outside ?? []);
    },
    complete: async (path: string, text: string, offset: number, stage: number) => {
      const spot = spotAt(text, offset);
      const file = { name: path, text };
      const now = newest();
      if (now === undefined) return { from: spot.start, options: [] };
      const { names } = now.judged.asked(stage);
      if (!isUseCase(file)) return { from: spot.start, options: policyCompletions(spot, names.snapshot) };
      const ends = [...names.groups.map(({ name: group }) => group), ...namesOf(names.snapshot, setOf(now, "workload").rows)];
      return { from: spot.start, options: schemaCompletions(spot, await useCaseSchema(), ends) };
    },
    draft: async ({ stage, from, to, port }: FlowQuestion) => {
      const state = stateOf("edited");
      const { judged } = state;
      const [asked, { names }] = [askedPort(port), judged.asked(stage)];
      if (asked === undefined) return "a policy opens one port: choose one";
      const [source, target] = endsOf({ setOf }, state).named(stage, from, to);
      const found = resolveFlows({ from: source, to: target, ...asked }, names);
      const flow = found.kind === "flows" ? found.flows[0]?.flow : undefined;
      if (flow === undefined) return "this is no flow between two ends";
      const draft = draftOf(flow, judged.spec(stage).answer(flow).why, names.snapshot);
      if (typeof draft === "string") return draft;
      const { stages } = judged.material;
      const inUse = stages.slice(0, stage + 1).flatMap((one) => one.files);
      const path = stages[stage]?.files.at(-1) ?? inUse.at(-1) ?? [...texts().values()].find((file) => kindOf(file) === "manifests")?.name;
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
  };
}
