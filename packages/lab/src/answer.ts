import {
  matchOrigin,
  matchText,
  nodeNameOf,
  policyText,
  sameEndpoint,
  type Answer,
  type Direction,
  type Endpoint,
  type Flow,
  type Question,
  type SideWhy,
  type Snapshot,
  type Unread,
  type Verdict,
} from "@netproof/core/parts";
import { isDoubt, type Cause, type Ruleset } from "./nft/ruleset.ts";
import type { Seen, Tried } from "./probe/order.ts";

/** What was seen of one flow: by the client, and by the kernel of the routers. */
export interface Transcript {
  readonly seen: Seen | { readonly kind: "not-tried"; readonly detail: string };
  /** The rules that decided, as the routers noted them. */
  readonly causes: readonly Cause[];
  readonly attempts: number;
  /** From the first packet of the last attempt to what the client saw; undefined where nothing was tried. */
  readonly milliseconds: number | undefined;
  /** Addresses that were tried in the place of others, which no host can have and no rule tells apart from them. */
  readonly standIns: readonly string[];
  /** Why this is no answer: client and kernel disagree, nothing came back, or the lab has no place for an end. */
  readonly problem: string | undefined;
}

/** What is known of the pods at both ends. */
export interface Judged {
  readonly snapshot: Snapshot;
  readonly ruleset: Ruleset;
  /** Whether NetworkPolicies isolate this end, so that the kernel must have noted the flow. */
  isIsolated(endpoint: Endpoint, direction: Direction): boolean;
}

/**
 * The verdict of a flow that was tried: what the client saw and what the kernel noted must agree. Silence without a note of a deny
 * is never a deny, and a connection that the kernel says it denied is a fault of the lab.
 */
export function answerOf(flow: Flow, tried: Tried | string, standIns: readonly string[], judged: Judged): Answer<Transcript> {
  if (typeof tried === "string") return withSides(flow, notTried(tried, standIns, tried), judged);
  const { seen, noted, attempts, milliseconds } = tried;
  const causes = (["egress", "ingress"] as const).flatMap((direction) => {
    const mark = noted[direction];
    const cause = mark === undefined ? undefined : judged.ruleset.causes.get(mark);
    const doubts = noted.doubts
      .filter((doubt) => doubt.direction === direction)
      .flatMap((doubt) => judged.ruleset.causes.get(doubt.mark) ?? []);
    return [...doubts, ...(cause === undefined ? [] : [cause])];
  });
  return withSides(flow, { seen, causes, attempts, milliseconds, standIns, problem: problemOf(flow, seen, causes, judged) }, judged);
}

export function notTried(detail: string, standIns: readonly string[], problem: string | undefined): Transcript {
  return { seen: { kind: "not-tried", detail }, causes: [], attempts: 0, milliseconds: undefined, standIns, problem };
}

function problemOf(flow: Flow, seen: Seen, causes: readonly Cause[], { isIsolated, ruleset }: Judged): string | undefined {
  const decided = causes.filter((cause) => !isDoubt(cause));
  const denied = decided.find(({ outcome }) => outcome === "deny");
  switch (seen.kind) {
    case "open": {
      if (denied !== undefined) return `it connected, although the kernel noted a deny of its ${denied.direction}`;
      const unseen = (["egress", "ingress"] as const).find(
        (direction) =>
          exemptionOf(flow, direction, ruleset) === undefined &&
          isIsolated(direction === "egress" ? flow.from : flow.to, direction) &&
          !decided.some((cause) => cause.direction === direction),
      );
      return unseen && `it connected, although no rule of its ${unseen} saw it`;
    }
    case "rejected":
      if (denied === undefined) return "it was rejected, and no rule of the kernel saw it";
      return denied.direction === seen.side ? undefined : `its ${seen.side} was rejected, but the kernel noted its ${denied.direction}`;
    case "silent":
      return denied === undefined ? "nothing came back, and no rule of the kernel saw it: not a deny" : undefined;
    case "refused":
      return "nobody listens there";
    case "no-route":
    case "error":
      return seen.detail;
  }
}

function withSides(flow: Flow, transcript: Transcript, judged: Judged): Answer<Transcript> {
  const egress = sideOf(flow, "egress", transcript, judged);
  // What egress denies never comes to the other end.
  const ingress = sideOf(flow, "ingress", transcript, judged, egress);
  return { flow, verdict: verdictOfSides(egress.verdict, ingress.verdict), why: whyOf(egress, ingress), evidence: transcript };
}

const whys = new WeakMap<SideWhy, WeakMap<SideWhy, Answer["why"]>>();

/** Of tens of thousands of answers few reasons are different ones: they are kept once. */
function whyOf(egress: SideWhy, ingress: SideWhy): Answer["why"] {
  const known = whys.get(egress) ?? new WeakMap<SideWhy, Answer["why"]>();
  const why = known.get(ingress) ?? { egress, ingress };
  whys.set(egress, known.set(ingress, why));
  return why;
}

function verdictOfSides(egress: Verdict, ingress: Verdict): Verdict {
  if (egress === "deny" || ingress === "deny") return "deny";
  return egress === "allow" && ingress === "allow" ? "allow" : "undetermined";
}

function sideOf(
  flow: Flow,
  direction: Direction,
  { causes, problem }: Transcript,
  { snapshot, ruleset }: Judged,
  before?: SideWhy,
): SideWhy {
  const exempt = exemptionOf(flow, direction, ruleset);
  const undetermined = (question: Question | undefined, cited: Partial<SideWhy> = {}): SideWhy => ({
    ...nothingCited,
    verdict: "undetermined",
    reason: "undetermined",
    question,
    ...cited,
  });
  if (exempt !== undefined && problem === undefined) return allowedBecause[exempt];
  const subject = direction === "egress" ? flow.from : flow.to;
  const unread =
    exempt === undefined
      ? snapshot.unread.filter(({ scope }) => subject.kind === "pod" && (scope === "cluster" || scope.namespace === subject.namespace.name))
      : [];
  if (unread.length > 0)
    return undetermined("unread-policy", { policies: unread.map(unreadText), origins: unread.map(({ origin }) => origin) });
  if (problem !== undefined) return undetermined(undefined);
  const own = causes.filter((cause) => cause.direction === direction);
  const decided = own.find((cause) => !isDoubt(cause));
  const doubt = own.filter(isDoubt).find(({ outcome }) => outcome !== (decided?.outcome ?? "allow"));
  if (doubt !== undefined) return undetermined(doubt.question, citedBy(doubt));
  if (decided !== undefined) return decidedSide(decided);
  if (before !== undefined && before.verdict !== "allow") return undetermined(undefined);
  return allowedBecause["not-isolated"];
}

const decidedSides = new WeakMap<Cause, SideWhy>();

/** What a rule decides it says in the same words of every flow: of tens of thousands of answers few sides are different ones. */
function decidedSide(cause: Exclude<Cause, { readonly kind: "doubt" | "firewall-doubt" }>): SideWhy {
  let side = decidedSides.get(cause);
  if (side === undefined) {
    side = { ...nothingCited, verdict: cause.outcome, reason: reasonOf(cause), ...citedBy(cause) };
    decidedSides.set(cause, side);
  }
  return side;
}

/** Of a side that no policy had a say in. */
export const nothingCited: Pick<SideWhy, "question" | "policies" | "rules" | "origins"> = {
  question: undefined,
  policies: [],
  rules: [],
  origins: [],
};

const allowed = (reason: SideWhy["reason"]): SideWhy => ({ ...nothingCited, verdict: "allow", reason });
const allowedBecause = {
  "not-isolated": allowed("not-isolated"),
  "outside-cluster": allowed("outside-cluster"),
  "host-network": allowed("host-network"),
  "same-pod": allowed("same-pod"),
  "own-node": allowed("own-node"),
};

function reasonOf(cause: Cause): SideWhy["reason"] {
  switch (cause.kind) {
    case "isolation":
    case "list-end":
      return "no-rule-allows";
    case "firewall-rule":
    case "firewall-doubt": {
      // The defaults of namespaces and the deny behind all policies are rules there.
      const { kind } = cause.firewall.rule.purpose;
      if (kind === "namespace") return "not-isolated";
      if (kind === "isolation") return "no-rule-allows";
      return cause.outcome === "deny" ? "rule-denies" : "rule-allows";
    }
    case "rule":
    case "tier-rule":
    case "doubt":
      return cause.outcome === "deny" ? "rule-denies" : "rule-allows";
  }
}

function citedBy(cause: Cause): Pick<SideWhy, "policies" | "rules" | "origins"> {
  switch (cause.kind) {
    case "isolation":
      return {
        policies: cause.policies.map(({ name }) => policyText(name)),
        rules: [],
        origins: cause.policies.map(({ isolatesAt }) => isolatesAt[cause.direction]),
      };
    case "list-end":
      return { policies: [], rules: [], origins: [] };
    case "firewall-rule":
    case "firewall-doubt": {
      const { policy, rule } = cause.firewall;
      return { policies: [policy.name], rules: [rule.name], origins: rule.from.slice(0, 1) };
    }
    case "rule":
    case "tier-rule":
    case "doubt": {
      const match = { rule: cause.rule, peer: cause.peer, port: "any" } as Parameters<typeof matchText>[0];
      return { policies: [policyText(cause.rule.policy)], rules: [matchText(match)], origins: [matchOrigin(match)] };
    }
  }
}

function unreadText({ kind, name, scope }: Unread): string {
  return scope === "cluster" ? `${kind} ${name}` : `${kind} ${scope.namespace}/${name}`;
}

/** Flows that meet no rule of this side, as the lab is built: they do not pass a router's rules there. */
function exemptionOf(
  { from, to }: Flow,
  direction: Direction,
  { ownNode }: Ruleset,
): Extract<SideWhy["reason"], "outside-cluster" | "host-network" | "same-pod" | "own-node"> | undefined {
  const subject = direction === "egress" ? from : to;
  if (subject.kind === "external") return "outside-cluster";
  if (subject.kind === "node" || subject.hostNetwork) return "host-network";
  if (sameEndpoint(from, to)) return "same-pod";
  return ownNode === "exempt" && direction === "ingress" && subject.node !== undefined && nodeNameOf(from) === subject.node
    ? "own-node"
    : undefined;
}
