import type { Walk } from "@netproof/core/contrail";
import {
  contrailWalk,
  nearest,
  spec,
  type Answer,
  type Commentary,
  type ContrailWalk,
  type DerivedSession,
  type External,
  type Snapshot,
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
  open(snapshot: Snapshot, options?: { readonly signal?: AbortSignal; readonly outside?: readonly External[] }): Promise<JudgingSession>;
}

/** For the coverage line: `contrail 2021-11`. */
export function versionsOf(engines: readonly JudgingEngine[]): readonly string[] {
  return engines.flatMap(({ name, version }) => (version === undefined ? [] : [`${name} ${version}`]));
}

export interface JudgingSession extends DerivedSession {
  /** What the coverage line says of it. */
  readonly remark?: string;
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
  lab: async (): Promise<JudgingEngine | CannotRun> => {
    const { lab, measured, obstacle } = await import("@netproof/lab");
    const problem = obstacle();
    return problem === undefined ? measured(lab) : { obstacle: problem, help: "netproof lab doctor" };
  },
} as const satisfies Readonly<Record<string, () => Promise<JudgingEngine | CannotRun>>>;

type EngineName = keyof typeof registry;

/** An engine that is known and cannot run on this machine. */
interface CannotRun {
  readonly obstacle: string;
  readonly help: string;
}

export const engineNames: readonly string[] = Object.keys(registry);

/** What `run` asks where neither the command line nor the use case says which. */
const byDefault: readonly EngineName[] = ["spec", "contrail"];

/** Engines that have a name and are not in this version. */
const absent: readonly string[] = ["lab:contrail", "live"];

/** The engines of --engine, each once. A misspelled one is exit 2, one that cannot run exit 3. */
export async function enginesNamed(names: readonly string[]): Promise<readonly JudgingEngine[]> {
  const loaded = await Promise.all([...new Set(names)].map(known).map(async (name) => ({ name, found: await registry[name]() })));
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
}

/** Those that a use case names, or all; what it leaves out and what cannot run here is told and not asked. */
export async function enginesOfUseCase(names: readonly string[] | undefined, skips: ReadonlyMap<string, string>): Promise<ChosenEngines> {
  const engines: JudgingEngine[] = [];
  const skipped: string[] = [];
  let help: readonly string[] = [];
  for (const name of [...new Set(names ?? byDefault)].map(known)) {
    const reason = skips.get(name);
    const found = reason === undefined ? await registry[name]() : { obstacle: reason, help: `--engine ${name} asks it all the same` };
    if (!("obstacle" in found)) engines.push(found);
    else {
      skipped.push(`${name} skipped: ${found.obstacle}`);
      help = [...help, found.help];
    }
  }
  const [first, ...others] = engines;
  if (first === undefined) throw new Refusal(`no engine can run: ${skipped.join(", ")}`, help, 3);
  return { engines: [first, ...others], skipped };
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
