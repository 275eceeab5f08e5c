import {
  becauseText,
  resolveEnd,
  resolveFlows,
  specCalculation,
  type Answer,
  type Flow,
  type NameTable,
  type PortNames,
} from "@netproof/core/parts";
import type { LabSession, Transcript } from "@netproof/lab";
import type { CurlTranscript, LabAnswer, LabEvent, LabProbe, LabRequest, LabState } from "@netproof/web/wire";
import { loadLab } from "../lab/ask.ts";
import { onePort } from "../ports.ts";
import { isError, type Failed, type Prepared } from "../prepare.ts";
import { stageIndex } from "../subject.ts";

/** The lab behind a page: one stage is up at a time, from its run until the next one. */
export interface LabHost {
  state(): Promise<LabState>;
  /** Measures a stage of what is on disk and tells as answers come. */
  run(request: LabRequest, signal: AbortSignal, tell: (event: LabEvent) => void): Promise<void>;
  /** A sentence where the last run had no such probe, or the lab is down. */
  curl(place: number): Promise<CurlTranscript | string>;
  again(place: number): Promise<LabAnswer | string>;
  close(): Promise<void>;
}

/** Answers are told in batches, this many milliseconds apart at least. */
const between = 100;

/** A lab is quick, and a table of more probes tells nobody anything. */
const mostProbes = 100_000;

const noRun = "no stage is up: run one first";

export function labHost(read: () => Promise<Prepared | Failed>): LabHost {
  let up: { readonly session: LabSession; readonly plan: readonly Flow[] } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** One thing at a time: a lab has one set of rules. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };
  const end = async (): Promise<void> => {
    const ending = up;
    up = undefined;
    await ending?.session[Symbol.asyncDispose]();
  };

  return {
    state: async () => {
      const { diagnose } = await loadLab();
      const { findings, canRun } = await diagnose();
      return {
        canRun,
        findings: findings.map((finding) => ({ ok: finding.ok, what: finding.what, remedy: finding.ok ? undefined : finding.remedy })),
      };
    },
    run: (request, signal, tell) =>
      inTurn(async () => {
        await end();
        const isAborted = (): boolean => signal.aborted;
        if (isAborted()) return;
        const prepared = await read();
        if (prepared.material === undefined) {
          const first = prepared.diagnostics.find(isError);
          tell({ kind: "failed", text: `the files on disk have errors: ${first?.message ?? "see netproof check"}` });
          return;
        }
        const { names, ports } = stageOf(prepared, request.stage);
        const spec = specCalculation(names.snapshot);
        const { probes, plan } = planOf(request, names, ports);
        if (plan.length > mostProbes) {
          tell({ kind: "failed", text: `${plan.length} probes are too many at once: filter the rows first` });
          return;
        }
        const { createLab } = await loadLab();
        const begun = performance.now();
        let waiting: LabAnswer[] = [];
        let told = 0;
        const flush = (): void => {
          if (waiting.length === 0) return;
          tell({ kind: "answered", answers: waiting });
          [waiting, told] = [[], performance.now()];
        };
        try {
          const session = await createLab({ denyWith: request.denyWith }).open(names.snapshot, { signal });
          up = { session, plan };
          tell({ kind: "planned", probes });
          await session.ask(plan, {
            signal,
            answered: (answer, place) => {
              waiting.push(answerOf(answer, place, spec.answer(answer.flow).verdict));
              if (performance.now() - told >= between) flush();
            },
          });
          flush();
          tell({ kind: "measured", summary: { servers: session.servers, milliseconds: performance.now() - begun } });
        } catch (error) {
          await end();
          if (isAborted()) return;
          if (!(error instanceof Error) || error.name !== "LabError") throw error;
          tell({ kind: "failed", text: error.message });
        }
      }),
    curl: (place) =>
      inTurn(async () => {
        const flow = up?.plan[place];
        if (up === undefined || flow === undefined) return noRun;
        const { curl } = await loadLab();
        return curl(up.session, flow);
      }),
    again: (place) =>
      inTurn(async () => {
        const flow = up?.plan[place];
        if (up === undefined || flow === undefined) return noRun;
        const [answer] = await up.session.ask([flow]);
        if (answer === undefined) return noRun;
        return answerOf(answer, place, specCalculation(up.session.snapshot).answer(flow).verdict);
      }),
    close: () => inTurn(end),
  };
}

function stageOf({ material }: Prepared, wanted: string): { readonly names: NameTable; readonly ports: PortNames } {
  if (material.kind === "snapshot") return { names: { snapshot: material.snapshot, outside: [], groups: [] }, ports: new Map() };
  const { stages, useCase } = material.bound;
  const stage = stages[stageIndex(stages, wanted === "" ? undefined : wanted)];
  if (stage === undefined) throw new Error("a use case has at least one stage");
  return { names: { snapshot: stage.snapshot, outside: useCase.outside, groups: useCase.groups }, ports: useCase.ports };
}

/** Every pair of these ends that is a question at this stage; of several pods behind a name the first answers for all. */
function planOf(
  { ends, port }: LabRequest,
  names: NameTable,
  ports: PortNames,
): { readonly probes: readonly LabProbe[]; readonly plan: readonly Flow[] } {
  const wanted = onePort(port, ports);
  const known = ends.flatMap((name) => {
    const [endpoint] = resolveEnd(name, names).end?.endpoints ?? [];
    return endpoint === undefined ? [] : [{ name, endpoint }];
  });
  const probes: LabProbe[] = [];
  const plan: Flow[] = [];
  for (const from of known) {
    for (const to of known) {
      if (from === to || (from.endpoint.kind === "external" && to.endpoint.kind === "external")) continue;
      const found = resolveFlows({ from: from.name, to: to.name, ...wanted }, names);
      if (found.kind !== "flows") continue;
      const [first] = found.flows;
      if (first === undefined) continue;
      plan.push(first.flow);
      probes.push({ from: from.name, to: to.name, port, family: first.flow.family });
    }
  }
  return { probes, plan };
}

function answerOf({ verdict, why, evidence }: Answer<Transcript>, place: number, spec: LabAnswer["spec"]): LabAnswer {
  const { seen, causes, milliseconds, attempts, problem } = evidence;
  return {
    place,
    verdict,
    seen: seenText(seen, causes),
    kernel: kernelText(causes),
    because: becauseText(why),
    milliseconds,
    attempts,
    problem,
    spec,
  };
}

function seenText(seen: Transcript["seen"], causes: Transcript["causes"]): string {
  switch (seen.kind) {
    case "open":
      return "open";
    case "rejected":
      return `rejected by ${seen.side}`;
    case "silent":
      return causes.some(({ kind, outcome }) => kind !== "doubt" && outcome === "deny") ? "dropped" : "silence";
    case "refused":
      return "nothing listens";
    case "no-route":
      return "no route";
    case "not-tried":
      return "not tried";
    case "error":
      return "an error";
  }
}

function kernelText(causes: Transcript["causes"]): string {
  const decided = causes.filter(({ kind }) => kind !== "doubt");
  if (decided.length === 0) return "no rule met";
  return decided.map(({ direction, outcome }) => `${direction} ${outcome === "deny" ? "denied" : "let through"}`).join(", ");
}
