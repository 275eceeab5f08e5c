import { signal } from "@preact/signals";
import { loadChunk } from "../chunks.ts";
import { callHost, hostKind, HostRefusal, linesOf } from "../host.ts";
import { currentPort, currentRows, currentStage, opened, revision, subject, where } from "../state/store.ts";
import type { CurlTranscript, DenyWith, LabAnswer, LabEvent, LabPlace, LabProbe, LabRequest, LabState, LabSummary } from "../../wire.d.ts";

/** What the lab measured of one stage, while it comes in or when all is there. */
export interface Run {
  readonly stage: string;
  readonly denyWith: DenyWith;
  readonly status: "running" | "measured" | "stopped" | "failed" | "recorded";
  readonly probes: readonly LabProbe[];
  /** By place in the plan; undefined until it is measured. */
  readonly answers: readonly (LabAnswer | undefined)[];
  /** Places in the order in which answers came, the newest last. */
  readonly order: readonly number[];
  readonly summary: LabSummary | undefined;
  readonly failure: string | undefined;
  readonly curls: ReadonlyMap<number, CurlTranscript>;
  /** `14:02`, or the day of a recording: `2026-11-26, Linux 6.18`. */
  readonly at: string;
  /** Of the texts when it began: a later edit makes it stale. */
  readonly revision: number;
}

/** By the stage's name; of what is open now. */
export const runs = signal<ReadonlyMap<string, Run>>(new Map());
/** Whether this machine can run the lab; undefined while nobody knows, and where no machine is behind the page. */
export const labState = signal<LabState | undefined>(undefined);

let runsOf: string | undefined;
let running: AbortController | undefined;

/** Forgets what was measured of something else, and learns whether the lab can run; without one the recording is shown. */
export async function prepareLab(): Promise<void> {
  const { source } = where.value;
  if (runsOf !== source) {
    runsOf = source;
    running?.abort();
    runs.value = new Map();
  }
  if (hostKind === "served") {
    try {
      labState.value ??= (await (await callHost("api/lab")).json()) as LabState;
    } catch (error) {
      if (!(error instanceof HostRefusal)) throw error;
    }
    if (labState.value?.canRun === true && source === "local") return;
  }
  if (source === "day-one" && runs.value.size === 0) await showRecording();
}

async function showRecording(): Promise<void> {
  const { date, system, denyWith, stages } = await loadChunk("recording");
  const found = stages.map(({ name, probes, answers, summary, curls }): Run => {
    const byPlace: (LabAnswer | undefined)[] = probes.map(() => undefined);
    for (const answer of answers) byPlace[answer.place] = answer;
    return {
      stage: name,
      denyWith,
      status: "recorded",
      probes,
      answers: byPlace,
      order: answers.map(({ place }) => place),
      summary,
      failure: undefined,
      curls: new Map(Object.entries(curls).map(([place, curl]) => [Number(place), curl])),
      at: `${date}, ${system}`,
      revision: -1,
    };
  });
  runs.value = new Map(found.map((run) => [run.stage, run]));
}

/** Measures a stage of what is on disk; answers come while it runs. */
export async function startRun(stage: string, denyWith: DenyWith): Promise<void> {
  running?.abort();
  const port = currentPort.value ?? subject.value?.ports[0] ?? "80/TCP";
  const ends = currentRows.value.filter(({ kind }) => kind !== "elsewhere").map(({ id }) => id);
  const own = new AbortController();
  running = own;
  let run: Run = {
    stage,
    denyWith,
    status: "running",
    probes: [],
    answers: [],
    order: [],
    summary: undefined,
    failure: undefined,
    curls: new Map(),
    at: new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
    revision: revision.value,
  };
  const put = (patch: Partial<Run>): void => {
    run = { ...run, ...patch };
    runs.value = new Map(runs.value).set(stage, run);
  };
  put({});
  try {
    const response = await callHost("api/lab/run", { body: { stage, denyWith, port, ends } satisfies LabRequest, signal: own.signal });
    for await (const event of linesOf<LabEvent>(response)) {
      switch (event.kind) {
        case "planned":
          put({ probes: event.probes, answers: event.probes.map(() => undefined) });
          break;
        case "answered": {
          const answers = [...run.answers];
          for (const answer of event.answers) answers[answer.place] = answer;
          put({ answers, order: [...run.order, ...event.answers.map(({ place }) => place)] });
          break;
        }
        case "measured":
          put({ status: "measured", summary: event.summary });
          break;
        case "failed":
          put({ status: "failed", failure: event.text });
          break;
      }
    }
    if (run.status === "running") put({ status: "stopped" });
  } catch (error) {
    if (own.signal.aborted) put({ status: "stopped" });
    else if (error instanceof HostRefusal) put({ status: "failed", failure: error.message });
    else throw error;
  }
}

export function stopRun(): void {
  running?.abort();
}

/** A real curl of a probe, from where it begins. */
export async function callCurl({ stage }: Run, place: number): Promise<string | undefined> {
  try {
    const curl = (await (await callHost("api/lab/curl", { body: { place } satisfies LabPlace })).json()) as CurlTranscript;
    const run = runs.value.get(stage);
    if (run !== undefined) runs.value = new Map(runs.value).set(stage, { ...run, curls: new Map(run.curls).set(place, curl) });
    return undefined;
  } catch (error) {
    if (error instanceof HostRefusal) return error.message;
    throw error;
  }
}

export async function measureAgain({ stage }: Run, place: number): Promise<string | undefined> {
  try {
    const answer = (await (await callHost("api/lab/again", { body: { place } satisfies LabPlace })).json()) as LabAnswer;
    const run = runs.value.get(stage);
    if (run !== undefined) {
      const answers = run.answers.map((one, i) => (i === place ? answer : one));
      runs.value = new Map(runs.value).set(stage, { ...run, answers, order: [...run.order.filter((one) => one !== place), place] });
    }
    return undefined;
  } catch (error) {
    if (error instanceof HostRefusal) return error.message;
    throw error;
  }
}

export function currentRun(): Run | undefined {
  return runs.value.get(subject.value?.stages[currentStage.value]?.name ?? "");
}

/** Whether the lab still has this run's stage up, so that more can be asked of it. */
export function isUp(run: Run): boolean {
  return hostKind === "served" && run.status === "measured" && [...runs.value.values()].every((one) => one === run || one.at <= run.at);
}

/** The probe of a flow, by its rows. */
export function placeOf(run: Run, from: string, to: string, port: string): number | undefined {
  const idOf = (name: string): string => currentRows.value.find((row) => row.id === name || row.name === name)?.id ?? name;
  const [source, target] = [idOf(from), idOf(to)];
  const place = run.probes.findIndex((probe) => probe.from === source && probe.to === target && probe.port === port);
  return place < 0 ? undefined : place;
}

/** What was measured before an edit is no answer to it. */
export function isStale(run: Run): boolean {
  return run.revision >= 0 && run.revision !== revision.value && (opened.value?.files.some(({ edited }) => edited) ?? false);
}
