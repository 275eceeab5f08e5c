import { contrail, contrailCommentary, type ContrailCalculation, type Walk } from "@netproof/core/contrail";
import {
  checkDeviations,
  checkStage,
  contrailWalk,
  runReport,
  specCalculation,
  type Answer,
  type AskedOf,
  type Calculation,
  type JudgedStage,
  type Report,
  type SpecCalculation,
  type StageResult,
} from "@netproof/core/parts";
import type { Material } from "./material.ts";
import type { EngineSummary, Subject } from "./protocol.ts";

/** Contrail's answers are found by asking class by class, which is for clusters of this many pods at most. */
const mostForContrail = 2_500;

/** What the engines say of one revision of the texts. Everything is worked out when it is asked for, and kept. */
export interface Judged {
  readonly material: Material;
  /** Those that answer, the one that others are compared with first. */
  readonly engines: readonly EngineSummary[];
  readonly absent: Subject["absent"];
  spec(stage: number): SpecCalculation;
  contrail(stage: number): ContrailCalculation;
  calculation(engine: string, stage: number): Calculation;
  /** Undefined without a use case. */
  result(engine: string, stage: number): StageResult | undefined;
  /** Engines and names as a question needs them. */
  asked(stage: number): AskedOf;
  report(): Report | undefined;
}

/** `previous`: the calculations of the texts before an edit, of which everything that nothing changed is kept. */
export async function judgedOf(material: Material, today: string, previous?: Judged): Promise<Judged> {
  const { bound, stages } = material;
  const { useCase } = bound ?? {};
  const engines = enginesFor(material);
  const specs: SpecCalculation[] = [];
  const spec = (stage: number): SpecCalculation => {
    const before = previous?.material.stages[stage] === undefined ? specs[stage - 1] : previous.spec(stage);
    return (specs[stage] ??= specCalculation(snapshotAt(material, stage), before));
  };
  const contrails = engines.some(({ name }) => name === "contrail") ? await contrailSession(material) : noContrail;
  const calculation = (engine: string, stage: number): Calculation => (engine === "contrail" ? contrails(stage) : spec(stage));
  const results = new Map<string, StageResult>();
  const result = (engine: string, stage: number): StageResult | undefined => {
    if (bound === undefined) return undefined;
    const key = `${engine} ${stage}`;
    let known = results.get(key);
    if (known === undefined) {
      const before = stage === 0 ? undefined : result(engine, stage - 1);
      const because = engine === "contrail" ? "for-this-engine" : "for-any-engine";
      known = checkStage({ bound, stage, engine, judge: calculation(engine, stage), previous: before, today, because });
      results.set(key, known);
    }
    return known;
  };
  let report: Report | undefined;
  return {
    material,
    engines,
    absent: engines.some(({ name }) => name === "contrail")
      ? []
      : [{ name: "contrail", reason: `answers up to ${mostForContrail.toLocaleString("en")} pods` }],
    spec,
    contrail: contrails,
    calculation,
    result,
    asked: (stage) => ({
      asked: [
        { engine: { name: "spec" }, calculation: spec(stage) },
        ...engines.slice(1).map(({ name, version = "" }) => ({
          engine: {
            name,
            version,
            commentary: contrailCommentary,
            walk: (answer: Answer, names: { readonly from: string; readonly to: string }) => contrailWalk(answer.evidence as Walk, names),
          },
          calculation: calculation(name, stage),
        })),
      ],
      names: { snapshot: snapshotAt(material, stage), outside: useCase?.outside ?? [], groups: useCase?.groups ?? [] },
      ports: useCase?.ports ?? new Map(),
    }),
    report: () => {
      if (bound === undefined) return undefined;
      const judged = bound.stages.map((stage, index): JudgedStage => {
        const [first, ...others] = engines.map(({ name: engine }) => ({
          engine,
          calculation: calculation(engine, index),
          commentary: engine === "contrail" ? contrailCommentary : undefined,
          result: result(engine, index) as StageResult,
        }));
        return { stage, surveys: [first as JudgedStage["surveys"][number], ...others] };
      });
      const all = judged.flatMap(({ surveys }) => surveys.map((survey) => survey.result));
      return (report ??= runReport({ useCase: bound.useCase, stages: judged, findings: checkDeviations(bound, all, today) }));
    },
  };

  /** Contrail's objects have a history (kube-manager remembers), so a stage is reached through those before it. */
  async function contrailSession({ stages: all }: Material): Promise<(stage: number) => ContrailCalculation> {
    const found: ContrailCalculation[] = [];
    const session = await contrail().open(snapshotAt(material, 0));
    found.push(session.calculation);
    for (const { snapshot } of all.slice(1)) {
      await session.advance(snapshot);
      found.push(session.calculation);
    }
    return (stage) => found[Math.min(stage, stages.length - 1)] as ContrailCalculation;
  }
}

function noContrail(): never {
  throw new Error("Contrail is not asked about a cluster of this size");
}

function enginesFor({ stages }: Material): readonly EngineSummary[] {
  const pods = Math.max(...stages.map(({ snapshot }) => snapshot.pods.length));
  const derived = { nature: "derived", version: undefined } as const;
  return [{ name: "spec", ...derived }, ...(pods > mostForContrail ? [] : [{ name: "contrail", ...derived, version: contrail().profile }])];
}

export function snapshotAt({ stages }: Material, stage: number): Material["stages"][number]["snapshot"] {
  const found = stages[stage] ?? stages.at(-1);
  if (found === undefined) throw new Error("a source has at least one stage");
  return found.snapshot;
}
