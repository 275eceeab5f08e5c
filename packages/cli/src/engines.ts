import { nearest, spec, type DerivedEngine, type Judgement } from "@netproof/core/parts";
import { Refusal } from "./refusal.ts";

/** The engines of this version, by the names that --engine and use cases give them. */
const engines: Readonly<Record<string, DerivedEngine<Judgement>>> = { spec };

/** Engines that have a name and cannot run in this version. */
const absent: readonly string[] = ["contrail", "lab", "lab:contrail", "live"];

export const engineNames: readonly string[] = Object.keys(engines);

/** The engines that were asked for; all that can run when none was. A misspelled one is exit 2, one that cannot run exit 3. */
export function chosenEngines(names: readonly string[]): readonly [DerivedEngine<Judgement>, ...DerivedEngine<Judgement>[]] {
  const wanted = [...new Set(names.length === 0 ? engineNames : names)];
  for (const name of wanted) {
    if (Object.hasOwn(engines, name) || absent.includes(name)) continue;
    const meant = nearest(name, [...engineNames, ...absent]);
    throw new Refusal(
      `no engine \`${name}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
      `this version has ${engineNames.join(", ")}`,
    );
  }
  const missing = wanted.find((name) => absent.includes(name));
  if (missing !== undefined)
    throw new Refusal(`the engine \`${missing}\` is not in this version of netproof`, `it has ${engineNames.join(", ")}`, 3);
  return wanted.map((name) => engines[name]) as unknown as readonly [DerivedEngine<Judgement>, ...DerivedEngine<Judgement>[]];
}
