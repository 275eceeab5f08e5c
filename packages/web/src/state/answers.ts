import { useEffect, useState } from "preact/hooks";
import type { Alike, ClusterTally, Explained, FlowQuestion, Grouping, Survey, Version, Workbench } from "../workbench/protocol.ts";
import type { Report } from "@netproof/core/parts";
import { revision, workbench } from "./store.ts";

/** Answers of this revision, by question; those of an older one are forgotten. */
let known: { readonly revision: number; readonly answers: Map<string, Promise<unknown>> } = { revision: -1, answers: new Map() };

function ask<T>(key: string, question: (of: Workbench) => Promise<T>): Promise<T | undefined> {
  const of = workbench.value;
  if (of === undefined) return Promise.resolve(undefined);
  if (known.revision !== revision.value) known = { revision: revision.value, answers: new Map() };
  let answer = known.answers.get(key) as Promise<T> | undefined;
  if (answer === undefined) {
    answer = question(of);
    known.answers.set(key, answer);
  }
  return answer;
}

/** An answer of the workbench; the one before stays until the new one is there, so that nothing flickers. */
export function useAnswer<T>(key: string, question: (of: Workbench) => Promise<T>): T | undefined {
  const [answer, setAnswer] = useState<T | undefined>(undefined);
  const now = revision.value;
  const of = workbench.value;
  useEffect(() => {
    let wanted = true;
    ask(key, question).then(
      (found) => wanted && setAnswer(() => found),
      () => undefined, // The store tells of a worker that failed.
    );
    return () => {
      wanted = false;
    };
  }, [key, now, of]);
  return answer;
}

export function useSurvey(
  stage: number,
  engine: string,
  port: string | undefined,
  grouping: Grouping = "workload",
  version: Version = "edited",
): Survey | undefined {
  return useAnswer(`survey ${version} ${stage} ${engine} ${port ?? "all"} ${grouping}`, (of) =>
    of.survey({ version, stage, engine, port, grouping }),
  );
}

/** What all workloads come to, without a table of them. */
export function useTally(stage: number, engine: string, port: string | undefined): ClusterTally | undefined {
  return useAnswer(`tally ${stage} ${engine} ${port ?? "all"}`, (of) => of.tally({ stage, engine, port }));
}

export function useReport(): Report | undefined {
  return useAnswer("report", (of) => of.report("edited"));
}

export function useExplained(question: FlowQuestion | undefined): Explained | undefined {
  return useAnswer(`explain ${JSON.stringify(question)}`, (of) =>
    question === undefined ? Promise.resolve(undefined) : of.explain(question),
  );
}

/** The workloads that no rule of this stage tells apart from either end; undefined while it is not known, or an end is none. */
export function useAlike(stage: number, from: string | undefined, to: string | undefined): Alike | undefined {
  return useAnswer(`alike ${stage} ${from ?? ""}>${to ?? ""}`, async (of) =>
    from === undefined || to === undefined ? undefined : of.alike(stage, from, to),
  );
}
