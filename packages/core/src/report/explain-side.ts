import type { Flow } from "../model/cluster.ts";
import { endpointName } from "../model/endpoint.ts";
import { verdictOfReason, type Reason, type Step, type TierStep } from "../model/judgement.ts";
import type { Direction, Tier, TierAction, TierRule } from "../model/policy.ts";
import type { SideWhy, Why } from "../reach/engine.ts";
import { decidingStep, policyText, sideWhy } from "../reach/why.ts";
import { childPath, lineText, pathInSpec, positionOf, spanOf, type Origin } from "../text/source.ts";
import { nearMiss } from "./near-misses.ts";
import { frameOf, placeOf } from "./places.ts";
import type { FrameLine, SideExplanation } from "./types.ts";
import { shortList, sideText } from "./words.ts";
import { writtenParts } from "./written-parts.ts";

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
    written: writtenParts(step, direction, flow),
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
    case "NetworkPolicy":
      // Its place stands beside the line that decides, or in the frames of what nearly did.
      return [{ tier, text: networkPolicyText(step, sideWhy([step], direction), direction), place: undefined }];
    case "Admin":
    case "Baseline":
      switch (step.outcome) {
        case "no-match":
          return [{ tier, text: `no rule of ${shortList(step.asked.map(({ name }) => name.name))} matches`, place: undefined }];
        case "undetermined": {
          const side = sideWhy([step], direction);
          const rivals = step.doubts.flatMap((doubt) => (doubt.question === "equal-priority" ? doubt.rules : []));
          const [origin] = rivals.length > 0 ? [] : side.origins;
          const open = { tier, text: sideText(side), place: origin && placeOf(spanOf(origin)) };
          return [open, ...rivals.map((rule) => ruleLine(tier, rule, rule.action))];
        }
        case "Accept":
        case "Deny":
        case "Pass":
          return [ruleLine(tier, step.match.rule, step.outcome)];
      }
  }
}

function ruleLine(tier: Tier, rule: TierRule, outcome: TierAction): SideExplanation["tiers"][number] {
  const { policy, priority, action, origin } = rule;
  const name = rule.name === undefined ? pathInSpec(origin.path) : `\`${rule.name}\``;
  const order = policy.kind === "BaselineAdminNetworkPolicy" ? "" : `, priority ${priority}`;
  // The older kinds say Allow for Accept.
  const said = outcome === "Accept" && policy.kind !== "ClusterNetworkPolicy" ? "Allow" : outcome;
  // A rule that fails closed does not do what it says (C11).
  const closed = outcome === action ? "" : `, whose ${action} has a peer of no known kind`;
  return { tier, text: `${policy.name}${order}, rule ${name}: ${said}${closed}`, place: placeOf(spanOf(origin)) };
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
  const { tier, otherwise, outcome } = step;
  const verdict = otherwise === undefined ? "allow" : verdictOfReason(otherwise);
  const who = otherwise === undefined ? "the default" : speaker(decidingStep(otherwise), tier);
  if (verdict === "undetermined") return `without it ${who} cannot be told`;
  return (verdict === "deny") === (outcome === "Deny") ? `${who} would ${verdict} as well` : `without it ${who} would ${verdict}`;
}

/** Who would decide: of the same tier the policy, else the tier. */
function speaker(step: Step, tier: Tier): string {
  if (step.tier === "NetworkPolicy") {
    if (step.outcome === "not-isolated") return "the default";
    return shortList(
      (step.outcome === "allow" ? step.matches.map(({ rule }) => rule.policy) : step.isolatedBy.map(({ name }) => name)).map(policyText),
    );
  }
  if (step.tier !== "Admin" && step.tier !== "Baseline") return "the default";
  if (step.outcome === "no-match" || step.outcome === "Pass") return "the default";
  return step.tier === tier && "match" in step ? policyText(step.match.rule.policy) : `the ${step.tier} tier`;
}

function cite(origin: Origin): SideExplanation["cited"] {
  const span = spanOf(origin);
  const { line } = positionOf(span.source, span.start);
  return { place: placeOf(span), text: lineText(span.source, line) };
}
