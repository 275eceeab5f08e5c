import type { Answer } from "./engine.ts";

/** What an engine that has names of its own can say of its answers, beyond `Why`: shared code asks for it and never for the engine. */
export interface Commentary {
  /** How it came to its verdict, as part of a sentence. */
  summary(answer: Answer): string;
  /** What separates it from another engine's answer to the same flow; undefined where they do not contradict, or nothing can be said of that engine. */
  separates(other: Answer, otherEngine: string, own: Answer): Separation | undefined;
}

/** A difference between two engines that has a name. */
export interface Separation {
  /** `D3`, or `unexplained`: then it is a mistake of one of them. */
  readonly id: string;
  readonly title: string | undefined;
}
