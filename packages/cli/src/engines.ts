import type { ContrailCalculation, Walk } from "@netproof/core/contrail";
import {
  contrailWalk,
  nearest,
  spec,
  type Answer,
  type BoundUseCase,
  type Commentary,
  type ContrailWalk,
  type DerivedSession,
  type External,
  type Snapshot,
  type Watch,
  type Watched,
} from "@netproof/core/parts";
import { Refusal } from "./refusal.ts";

/** An engine as a command uses it that judges whole stages, whether it calculates or measures. */
export interface JudgingEngine {
  readonly name: string;
  readonly nature: "derived" | "observed";
  /** What it can say of its answers; undefined where `Why` is all there is. */
  readonly commentary?: Commentary;
  /** Of an engine that has several: `2021-11`. The coverage line names it. */
  readonly version?: string;
  /** How an engine with a list of rules went through it; undefined for others. */
  readonly walk?: (answer: Answer, names: { readonly from: string; readonly to: string }) => ContrailWalk;
  /** What it says when this machine did not let it go on; undefined for a fault of ours. */
  readonly failure?: (error: unknown) => string | undefined;
  open(snapshot: Snapshot, options?: OpenOptions): Promise<JudgingSession>;
}

interface OpenOptions {
  readonly signal?: AbortSignal;
  readonly outside?: readonly External[];
  /** How many flows of the stage have been tried. */
  readonly progress?: (done: number, all: number) => void;
  /** What a measuring engine shall watch while the first stage comes into force. */
  readonly watch?: Watch | undefined;
}

/** How engines shall do what they can do in several ways. */
export interface EngineWishes {
  /** How the lab says no: `reject` answers at once, `drop` is silent. */
  readonly denyWith: "reject" | "drop";
  /** Whether the lab tries every pair of endpoints, and not one of each pair of classes. */
  readonly every?: boolean;
}

/** For the coverage line: `contrail 2021-11`. */
export function versionsOf(engines: readonly JudgingEngine[]): readonly string[] {
  return engines.flatMap(({ name, version }) => (version === undefined ? [] : [`${name} ${version}`]));
}

export interface JudgingSession extends DerivedSession {
  /** What the coverage line says of it. */
  readonly remark?: string;
  /** What it saw of time at the last stage; of measuring engines only. */
  readonly watched?: Watched | undefined;
  advance(next: Snapshot, options?: { readonly signal?: AbortSignal; readonly watch?: Watch | undefined }): Promise<void>;
}

/** The engines by the names that --engine and use cases give them. What each needs is loaded only when it is asked for. */
const registry = {
  spec: async (): Promise<JudgingEngine> => spec,
  contrail: async (): Promise<JudgingEngine> => {
    const { contrail, contrailCommentary } = await import("@netproof/core/contrail");
    const { profile, ...engine } = contrail();
    return {
      ...engine,
      commentary: contrailCommentary,
      version: profile,
      walk: (answer, names) => contrailWalk(answer.evidence as Walk, names),
    };
  },
  lab: async (wishes: EngineWishes): Promise<JudgingEngine | CannotRun> => {
    const { createLab, LabError, measured, obstacle } = await import("@netproof/lab");
    const problem = obstacle();
    if (problem !== undefined) return { obstacle: problem, help: "netproof lab doctor" };
    return { ...measured(createLab(wishes), wishes), failure: (error) => (error instanceof LabError ? error.message : undefined) };
  },
  "lab:contrail": async (wishes: EngineWishes): Promise<JudgingEngine | CannotRun> => {
    const { createLab, LabError, measured, obstacle } = await import("@netproof/lab");
    const { contrailFirewall, packetCommentary, withWalks } = await import("./contrail/packets.ts");
    const problem = obstacle();
    if (problem !== undefined) return { obstacle: problem, help: "netproof lab doctor" };
    const make = contrailFirewall();
    let latest: ContrailCalculation | undefined;
    const firewallOf = (): ((snapshot: Snapshot) => Promise<ContrailCalculation>) => {
      const goTo = make();
      return async (snapshot) => (latest = await goTo(snapshot));
    };
    const engine = measured(createLab({ ...wishes, firewallOf }), wishes);
    return {
      ...engine,
      commentary: packetCommentary,
      failure: (error) => (error instanceof LabError ? error.message : undefined),
      open: async (snapshot, options) => withWalks(await engine.open(snapshot, options), () => latest as ContrailCalculation),
    };
  },
} as const satisfies Readonly<Record<string, (wishes: EngineWishes) => Promise<JudgingEngine | CannotRun>>>;

type EngineName = keyof typeof registry;

/** An engine that is known and cannot run on this machine. */
interface CannotRun {
  readonly obstacle: string;
  readonly help: string;
}

export const engineNames: readonly string[] = Object.keys(registry);

/** What `run` asks where neither the command line nor the use case says which; what cannot run here is left out. */
const byDefault: readonly EngineName[] = ["spec", "contrail", "lab"];

/** More pods than this are measured only when somebody asks for it: a lab of hundreds takes its time. */
const mostPodsByDefault = 100;

/** Engines that have a name and are not in this version. */
const absent: readonly string[] = ["live"];

/** The engines of --engine, each once. A misspelled one is exit 2, one that cannot run exit 3. */
export async function enginesNamed(names: readonly string[], wishes: EngineWishes): Promise<readonly JudgingEngine[]> {
  const loaded = await Promise.all([...new Set(names)].map(known).map(async (name) => ({ name, found: await registry[name](wishes) })));
  return loaded.map(({ name, found }) => {
    if (!("obstacle" in found)) return found;
    throw new Refusal(`the engine \`${name}\` cannot run here: ${found.obstacle}`, found.help, 3);
  });
}

/** Engines to judge with, and why others are left out. */
export interface ChosenEngines {
  readonly engines: readonly [JudgingEngine, ...JudgingEngine[]];
  /** For the coverage line: `lab skipped: no user namespace`. */
  readonly skipped: readonly string[];
  /** What becomes of one that this machine lets down on the way: nobody asked for it by name, or somebody did. */
  readonly whenOneFails: "leave-out" | "refuse";
}

/** Those that a use case names, or all; what it leaves out and what cannot run here is told and not asked. */
export async function enginesOfUseCase({ useCase, stages }: BoundUseCase, wishes: EngineWishes): Promise<ChosenEngines> {
  const { run: names, settings } = useCase.engines;
  const pods = Math.max(0, ...stages.map(({ snapshot }) => snapshot.pods.length));
  const engines: JudgingEngine[] = [];
  const skipped: string[] = [];
  let help: readonly string[] = [];
  const leaveOut = (name: EngineName, { obstacle, help: remedy }: CannotRun): void => {
    skipped.push(`${name} skipped: ${obstacle}`);
    help = [...help, remedy];
  };
  for (const name of [...new Set(names ?? byDefault)].map(known)) {
    const allTheSame = `--engine ${name} asks it all the same`;
    const reason = settings.get(name)?.skip;
    const found = reason === undefined ? await registry[name](wishes) : { obstacle: reason, help: allTheSame };
    if ("obstacle" in found) leaveOut(name, found);
    else if (names === undefined && found.nature === "observed" && pods > mostPodsByDefault)
      leaveOut(name, { obstacle: `${pods} pods are many to measure unasked`, help: allTheSame });
    else engines.push(found);
  }
  const [first, ...others] = engines;
  if (first === undefined) throw new Refusal(`no engine can run: ${skipped.join(", ")}`, help, 3);
  return { engines: [first, ...others], skipped, whenOneFails: "leave-out" };
}

function known(name: string): EngineName {
  if (Object.hasOwn(registry, name)) return name as EngineName;
  if (absent.includes(name))
    throw new Refusal(`the engine \`${name}\` is not in this version of netproof`, `it has ${engineNames.join(", ")}`, 3);
  const meant = nearest(name, [...engineNames, ...absent]);
  throw new Refusal(
    `no engine \`${name}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    `this version has ${engineNames.join(", ")}`,
  );
}
