import type { Flow } from "../model/cluster.ts";
import { endpointName } from "../model/endpoint.ts";
import type { PeerMiss, RuleMatch, RuleMiss, Step } from "../model/judgement.ts";
import type { Direction, NetworkPolicy, Rule, TierRule } from "../model/policy.ts";
import { childPath, linesOf, type Origin } from "../text/source.ts";
import { nearMissMarks } from "./near-misses.ts";
import type { WrittenPart } from "./types.ts";

/**
 * Where the answer of one direction is written, in whole lines: what selects the end, what isolates it (S2), and of each rule that was asked
 * the peers and ports that matched or did not. What a reader sees lit in the manifest.
 */
export function writtenParts(step: Step, direction: Direction, flow: Flow): readonly WrittenPart[] {
  switch (step.tier) {
    case "exempt":
    case "unread":
      return [];
    case "Admin":
    case "Baseline":
      return "match" in step ? matchParts(step.match, flow) : [];
    case "NetworkPolicy": {
      if (step.outcome === "not-isolated") return [];
      const isolating = step.isolatedBy.flatMap((policy) => subjectParts(policy, direction, flow));
      const asked =
        step.outcome === "allow"
          ? step.matches.flatMap((match) => matchParts(match, flow))
          : step.misses.flatMap((miss) => missParts(miss, flow));
      return [...isolating, ...asked];
    }
  }
}

function subjectParts({ subject, isolatesAt }: NetworkPolicy, direction: Direction, flow: Flow): readonly WrittenPart[] {
  const end = direction === "egress" ? flow.from : flow.to;
  const name = end.kind === "pod" ? end.name : endpointName(end);
  return [part(subject.origin, "selects", `selects ${name}`), part(isolatesAt[direction], "isolates", `isolates its ${direction}`)];
}

function matchParts({ rule, peer, port }: RuleMatch<Rule | TierRule>, flow: Flow): readonly WrittenPart[] {
  const end = rule.direction === "ingress" ? flow.from : flow.to;
  const name = end.kind === "pod" ? end.name : endpointName(end);
  return [
    part(rule.origin, "rule", ""),
    ...(peer === "any" ? [] : [part(peer.origin, "matches", `${name} matches`)]),
    ...(port === "any" ? [] : [part(port.origin, "matches", `${flow.port}/${flow.protocol} matches`)]),
  ];
}

function missParts(miss: RuleMiss, flow: Flow): readonly WrittenPart[] {
  const { rule, peers, port } = miss;
  const labels = new Map(nearMissMarks(miss, flow).map(({ of, label }) => [of, label]));
  return [
    part(rule.origin, "rule", ""),
    ...peers.map((one: PeerMiss) => part(one.peer.origin, "misses", labels.get(one.peer.origin) ?? "")),
    ...(rule.ports === "any"
      ? []
      : port === "matches"
        ? [part(childOf(rule.origin, "ports"), "matches", `${flow.port}/${flow.protocol} matches`)]
        : rule.ports.map((one) => part(one.origin, "misses", labels.get(one.origin) ?? ""))),
  ];
}

function childOf({ document, path }: Origin, step: string): Origin {
  return { document, path: childPath(path, step) };
}

function part(origin: Origin, role: WrittenPart["role"], text: string): WrittenPart {
  return { role, file: origin.document.source.name, ...linesOf(origin), text };
}
