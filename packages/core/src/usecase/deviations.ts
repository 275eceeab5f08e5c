import type { Excuse } from "./judge.ts";
import type { BoundUseCase } from "./names.ts";
import type { DeviationResult } from "./results.ts";
import type { Deviation } from "./types.ts";
import type { Universe } from "./universe.ts";

type UseCaseOf = Pick<BoundUseCase, "useCase">;

/** The deviations of this engine at this stage that still excuse. */
export function excusesOf({ useCase }: UseCaseOf, universe: Universe, engine: string, today: string | undefined): readonly Excuse[] {
  const own = useCase.deviations.filter(
    (deviation) => isOf(deviation, engine) && isAt(deviation, universe.stage.name) && !hasExpired(deviation, today),
  );
  return own.flatMap((deviation) =>
    universe
      .targetsOf(deviation.to, deviation.ports)
      .groups.map(({ points, ports }) => ({ deviation, from: universe.membersOf(deviation.from).points, to: points, ports })),
  );
}

/** What each deviation of this engine did here; `excused`: the pairs that each was needed for, once per pass. */
export function deviationResults(
  { useCase }: UseCaseOf,
  engine: string,
  at: Universe,
  today: string | undefined,
  excuses: readonly Excuse[],
  excused: readonly ReadonlyMap<Deviation, number>[],
): readonly DeviationResult[] {
  return useCase.deviations
    .filter((deviation) => isOf(deviation, engine) && isAt(deviation, at.stage.name))
    .map((deviation): DeviationResult => {
      if (hasExpired(deviation, today)) return { deviation, status: "expired", pairs: 0 };
      const applies = excuses.some((excuse) => excuse.deviation === deviation && excuse.from.size > 0 && excuse.to.size > 0);
      const pairs = Math.max(...excused.map((pairsOf) => pairsOf.get(deviation) ?? 0));
      return { deviation, status: pairs > 0 ? "used" : applies ? "idle" : "not-judged", pairs };
    });
}

/** What is known of `contrail` is known of `lab:contrail`, which measures it. */
function isOf(deviation: Deviation, engine: string): boolean {
  return engine === deviation.engine || engine.endsWith(`:${deviation.engine}`);
}

function isAt({ stages }: Deviation, stage: string): boolean {
  return stages === undefined || stages.includes(stage);
}

/** Days are compared as text: `YYYY-MM-DD` sorts by time. */
export function hasExpired({ expires }: Deviation, today: string | undefined): boolean {
  return expires !== undefined && today !== undefined && today >= expires;
}
