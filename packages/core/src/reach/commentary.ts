import type { Origin } from "../text/source.ts";
import type { Answer } from "./engine.ts";

/** What an engine can say of its own answers, beyond `Why`: shared code asks for it and never for the engine's name. */
export interface Commentary {
  /** Where it has names of its own: those of Kubernetes for what decided, `dev/policy1 ingress[0].from[2]`. */
  kubernetesNames(answer: Answer): readonly string[];
  /** How it came to its verdict, as part of a sentence. */
  summary(answer: Answer): string;
  /** What it went through, in its order; the last step but what was not reached decides. */
  steps(answer: Answer): readonly EvaluationStep[];
  /** What separates it from another engine's answer to the same flow; undefined where they do not contradict, or nothing can be said of that engine. */
  separates(other: Answer, otherEngine: string, own: Answer): Separation | undefined;
}

export interface EvaluationStep {
  /** Where it stands among all: `4`. */
  readonly position: string;
  readonly name: string;
  /** What came of it: `4 rules, no match`. */
  readonly text: string;
  readonly outcome: "passed" | "decides" | "not-reached";
  /** The line that it was made from. */
  readonly origin: Origin | undefined;
}

/** A difference between two engines that has a name. */
export interface Separation {
  /** `D3`, or `unexplained`: then it is a mistake of one of them. */
  readonly id: string;
  readonly title: string | undefined;
}
