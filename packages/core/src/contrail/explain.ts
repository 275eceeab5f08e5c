import type { Judgement } from "../model/judgement.ts";
import type { Answer } from "../reach/engine.ts";
import { sideOf, type Difference, type Explanation } from "./difference.ts";
import { moreClosed } from "./more-closed.ts";
import { moreOpen } from "./more-open.ts";
import type { Walk } from "./walk.ts";

export type { Explanation } from "./difference.ts";

/**
 * Names the deviation that separates Kubernetes' verdict from Contrail's; undefined where they agree or one of them cannot tell.
 * Each rule that decided is followed back to the peer, the port or the target it was made from, and compared with what Kubernetes
 * says of that very entry. No selector is matched here: what matched is in the two answers.
 */
export function explainDifference(kubernetes: Answer<Judgement>, contrail: Answer<Walk>): Explanation | undefined {
  const difference: Difference = {
    walk: contrail.evidence,
    sides: { egress: sideOf(kubernetes.evidence.egress), ingress: sideOf(kubernetes.evidence.ingress) },
    configuration: contrail.evidence.configuration,
  };
  if (kubernetes.verdict === "deny" && contrail.verdict === "allow") return moreOpen(difference) ?? unexplained;
  if (kubernetes.verdict === "allow" && contrail.verdict === "deny") return moreClosed(difference) ?? unexplained;
  return undefined;
}

const unexplained: Explanation = { deviation: "unexplained", policies: [], from: [] };
