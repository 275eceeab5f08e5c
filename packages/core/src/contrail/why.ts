import type { Endpoint } from "../model/cluster.ts";
import type { SideWhy, Why } from "../reach/engine.ts";
import type { Place, Walk } from "./walk.ts";
import { hasSet, policySets } from "./objects.ts";
import { verdictOfWalk } from "./walk.ts";

/** The short form of a walk. Each end's agent has the same list and meets the same rule, so both sides name it. */
export function whyOfWalk({ packet, outcome, configuration, tags }: Walk): Why {
  const side = (endpoint: Endpoint, own: readonly string[]): SideWhy => {
    if (outcome.kind === "same-pod") return sideWhy({ verdict: "allow", reason: "same-pod" });
    const held = new Set(own);
    const apart = outsideOfList(
      endpoint,
      endpoint.kind === "pod" && !endpoint.hostNetwork && policySets(configuration).some((set) => hasSet(held, set)),
    );
    return apart === undefined ? decided(outcome) : sideWhy({ verdict: "allow", reason: apart });
  };
  return { egress: side(packet.from, tags.from), ingress: side(packet.to, tags.to) };
}

/** Why an end's own agent does not walk the list (spec 4.2). */
function outsideOfList(endpoint: Endpoint, hasList: boolean): SideWhy["reason"] | undefined {
  if (hasList) return undefined;
  switch (endpoint.kind) {
    case "external":
      return "outside-cluster";
    case "node":
      return "host-network";
    case "pod":
      // A pod with a tag of its own for `application` has no list: nothing isolates it (D44).
      return endpoint.hostNetwork ? "host-network" : "not-isolated";
  }
}

function decided(outcome: Walk["outcome"]): SideWhy {
  switch (outcome.kind) {
    case "same-pod":
      return sideWhy({ verdict: "allow", reason: "same-pod" });
    case "not-evaluated":
      return sideWhy({ verdict: "allow", reason: "not-isolated" });
    case "no-match":
      return sideWhy({ verdict: "deny", reason: "no-rule-allows" });
    case "match":
      return sideWhy({ verdict: verdictOfWalk(outcome), reason: reasonOf(outcome.at), ...cited([outcome.at]) });
    case "undetermined":
      return sideWhy({ verdict: "undetermined", reason: "undetermined", question: "address-not-assigned", ...cited(outcome.doubts) });
  }
}

function reasonOf({ rule }: Place): SideWhy["reason"] {
  switch (rule.purpose.kind) {
    case "namespace":
      return "not-isolated";
    case "isolation":
      return "no-rule-allows";
    case "peer":
    case "others":
    case "allow-all":
    case "ingress":
      return "rule-allows";
    case "unknown":
      return rule.action === "pass" ? "rule-allows" : "rule-denies";
    case "except":
    case "excluded":
      return "rule-denies";
  }
}

function cited(places: readonly Place[]): Pick<SideWhy, "policies" | "rules" | "origins"> {
  return {
    policies: [...new Set(places.map(({ policy }) => policy.name))],
    rules: places.map(({ rule }) => rule.name),
    origins: places.flatMap(({ rule }) => rule.from.slice(0, 1)),
  };
}

function sideWhy(words: Pick<SideWhy, "verdict" | "reason"> & Partial<SideWhy>): SideWhy {
  return { question: undefined, policies: [], rules: [], origins: [], ...words };
}
