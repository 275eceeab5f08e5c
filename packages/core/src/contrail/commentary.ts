import type { Judgement } from "../model/judgement.ts";
import type { Commentary } from "../reach/commentary.ts";
import type { Answer } from "../reach/engine.ts";
import { deviation } from "./deviations.ts";
import { explainDifference } from "./explain.ts";
import type { Place, Walk } from "./walk.ts";

/** What Contrail's walk says in words. Only answers of this engine may be asked. */
export const contrailCommentary: Commentary = {
  summary: (answer) => summary(walkOf(answer)),
  separates: (other, otherEngine, own) => {
    // The listed deviations are from the text of the Kubernetes API, which this engine calculates.
    if (otherEngine !== "spec") return undefined;
    const found = explainDifference(other as Answer<Judgement>, own as Answer<Walk>);
    if (found === undefined) return undefined;
    const known = found.deviation === "unexplained" ? undefined : deviation(found.deviation);
    return { id: found.deviation, title: known?.title };
  },
};

function walkOf({ evidence }: Answer): Walk {
  return evidence as Walk;
}

function summary({ outcome, overruled }: Walk): string {
  switch (outcome.kind) {
    case "same-pod":
      return "a pod's traffic to itself is never looked at";
    case "not-evaluated":
      return "neither end walks the rules";
    case "no-match":
      return "no rule matches, and the list ends in a deny";
    case "match": {
      const over = overruled === undefined ? "" : ` comes before ${placeText(overruled)}`;
      return `${placeText(outcome.at)}${over}`;
    }
    case "undetermined":
      return `an address that is not assigned yet decides on ${placeText(outcome.doubts[0])}`;
  }
}

function placeText({ policy, rule }: Place): string {
  return `${rule.name} of ${policy.name}`;
}
