import type { Flow } from "../model/cluster.ts";
import { endpointName } from "../model/endpoint.ts";
import { verdictOfReason, type Reason, type Step, type TierStep } from "../model/judgement.ts";
import type { Direction } from "../model/policy.ts";
import type { SideWhy, Why } from "../reach/engine.ts";
import { decidingStep, policyText, sideWhy } from "../reach/why.ts";
import { childPath, lineText, pathInSpec, positionOf, spanOf, type Origin } from "../text/source.ts";
import { nearMiss } from "./near-misses.ts";
import { frameOf, placeOf } from "./places.ts";
import type { FrameLine, SideExplanation } from "./types.ts";
import { shortList, sideText } from "./words.ts";

/** One direction of a flow: what its end says, the tiers in the order asked, and the lines that decided or nearly did. */
export function explainSide(direction: Direction, flow: Flow, why: Why, reason: Reason): SideExplanation {
  const subject = direction === "egress" ? flow.from : flow.to;
  const side = why[direction];
  const step = decidingStep(reason);
  const tiered = reason.some(({ tier }) => tier === "Admin" || tier === "Baseline");
  const misses = step.tier === "NetworkPolicy" && (step.outcome === "deny" || step.outcome === "undetermined") ? step.misses : [];
  const frames = misses.map((miss) => nearMiss(miss, flow));
  const [origin] = side.origins;
  const byTier = step.tier === "Admin" || step.tier === "Baseline";
  return {
    direction,
    of: endpointName(subject),
    verdict: verdictOfReason(reason),
    text: byTier ? tierSideText(step) : networkPolicyText(step, side, direction),
    tiers: tiered ? reason.flatMap((one) => tierLine(one, direction)) : [],
    cited: frames.length === 0 && origin !== undefined && !byTier && step.tier !== "unread" ? cite(origin) : undefined,
    decides: byTier ? decidingLine(step) : undefined,
    frames,
  };
}

function networkPolicyText(step: Step, side: SideWhy, direction: Direction): string {
  const text = sideText(side);
  if (step.tier !== "NetworkPolicy" || step.outcome !== "deny" || step.misses.length > 0) return text;
  return text.replace("no rule allows", `which ${step.isolatedBy.length > 1 ? "have" : "has"} no ${direction} rule`);
}

function tierSideText(step: TierStep): string {
  switch (step.outcome) {
    case "Accept":
    case "Deny":
      return `by the ${step.tier} tier`;
    case "undetermined":
      return `the ${step.tier} tier cannot be told`;
    case "Pass":
    case "no-match":
      return "by default";
  }
}

function tierLine(step: Step, direction: Direction): SideExplanation["tiers"] {
  const { tier } = step;
  switch (tier) {
    case "exempt":
    case "unread":
      return [];
    case "NetworkPolicy": {
      const side = sideWhy([step], direction);
      return [{ tier, text: networkPolicyText(step, side, direction), place: side.origins[0] && placeOf(spanOf(side.origins[0])) }];
    }
    case "Admin":
    case "Baseline":
      switch (step.outcome) {
        case "no-match":
          return [{ tier, text: `no rule of ${shortList(step.asked.map(({ name }) => name.name))} matches`, place: undefined }];
        case "undetermined": {
          const side = sideWhy([step], direction);
          return [{ tier, text: sideText(side), place: side.origins[0] && placeOf(spanOf(side.origins[0])) }];
        }
        case "Accept":
        case "Deny":
        case "Pass": {
          const { rule } = step.match;
          const name = rule.name === undefined ? pathInSpec(rule.origin.path) : `\`${rule.name}\``;
          // A rule that fails closed does not do what it says (C11).
          const closed = step.outcome === rule.action ? "" : `, whose ${rule.action} has a peer of no known kind`;
          return [
            {
              tier,
              text: `${rule.policy.name}, priority ${rule.priority}, rule ${name}: ${step.outcome}${closed}`,
              place: placeOf(spanOf(rule.origin)),
            },
          ];
        }
      }
  }
}

type DecidingTierStep = Extract<TierStep, { readonly otherwise: unknown }>;

/** The deciding action, marked with what would decide without it. */
function decidingLine(step: TierStep): FrameLine | undefined {
  if (step.outcome !== "Accept" && step.outcome !== "Deny") return undefined;
  const { document, path } = step.match.rule.origin;
  const span = spanOf({ document, path: childPath(path, "action") });
  return frameOf(span, undefined, [{ span, label: `decides; ${withoutIt(step)}`, style: "primary" }]).lines[0];
}

function withoutIt(step: DecidingTierStep): string {
  const { otherwise, outcome } = step;
  const verdict = otherwise === undefined ? "allow" : verdictOfReason(otherwise);
  const who = otherwise === undefined ? "the default" : speaker(decidingStep(otherwise));
  if (verdict === "undetermined") return `without it ${who} cannot be told`;
  return (verdict === "deny") === (outcome === "Deny") ? `${who} would ${verdict} as well` : `without it ${who} would ${verdict}`;
}

function speaker(step: Step): string {
  if (step.tier === "NetworkPolicy") {
    if (step.outcome === "not-isolated") return "the default";
    return shortList(
      (step.outcome === "allow" ? step.matches.map(({ rule }) => rule.policy) : step.isolatedBy.map(({ name }) => name)).map(policyText),
    );
  }
  if (step.tier !== "Admin" && step.tier !== "Baseline") return "the default";
  return step.outcome === "no-match" || step.outcome === "Pass" ? "the default" : `the ${step.tier} tier`;
}

function cite(origin: Origin): SideExplanation["cited"] {
  const span = spanOf(origin);
  const { line } = positionOf(span.source, span.start);
  return { place: placeOf(span), text: lineText(span.source, line) };
}
