import type { Explanation } from "../../contrail/explain.ts";
import type { Snapshot } from "../../model/cluster.ts";
import type { Direction, NetworkPolicy } from "../../model/policy.ts";
import { families } from "../../net/address.ts";
import { uniteCuts } from "../../reach/cuts.ts";
import type { Calculation } from "../../reach/engine.ts";
import { sameConnections } from "../../reach/reachability.ts";
import { lineText, pathInSpec, pathSteps, positionOf, spanOf, type Origin, type Span } from "../../text/source.ts";
import { classPairs, differingPairs, type Compared } from "./differences.ts";

/** How to write a policy so that both do the same: tried, not only believed. */
export interface Remedy {
  readonly help: string;
  readonly note: string;
}

/**
 * An allow-all opens nothing that would not be open if the policy did not isolate in that direction. Proposed only where Kubernetes then
 * still allows exactly the same, Contrail does too as far as this policy goes, and whole lines can be taken out.
 */
export function withoutDirection(
  { policies: [name], from: [origin] }: Explanation,
  compared: Compared,
  calculate: (snapshot: Snapshot) => Compared,
): Remedy | undefined {
  const { snapshot } = compared.spec;
  const policy = snapshot.policies.find((one) => one.name.namespace === name?.namespace && one.name.name === name.name);
  const direction = origin && directionOf(origin);
  if (policy === undefined || direction === undefined) return undefined;
  const lines = linesOf(policy, direction);
  const other = direction === "egress" ? policy.ingress : policy.egress;
  if (lines === undefined || other === undefined) return undefined;
  const changed = { ...snapshot, policies: snapshot.policies.map((one) => (one === policy ? without(policy, direction) : one)) };
  const after = calculate(changed);
  const isBlamed = [...differingPairs(after)].some(({ explained }) =>
    explained.some(
      ({ explanation }) =>
        explanation.policies[0]?.name === policy.name.name && explanation.policies[0].namespace === policy.name.namespace,
    ),
  );
  if (isBlamed || !allowsTheSame(compared.spec, after.spec)) return undefined;
  const type = direction === "egress" ? "Egress" : "Ingress";
  return {
    help: `without an ${type} type it allows the same: remove ${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")}`,
    note: "delete and create it, or an old deny rule stays (D47)",
  };
}

function directionOf({ path }: Origin): Direction | undefined {
  const [first] = pathSteps(pathInSpec(path));
  return first === "ingress" || first === "egress" ? first : undefined;
}

function without(policy: NetworkPolicy, direction: Direction): NetworkPolicy {
  const { [direction]: _, policyTypes, ...spec } = (policy.written["spec"] ?? {}) as Readonly<Record<string, unknown>>;
  const type = direction === "egress" ? "Egress" : "Ingress";
  const types = Array.isArray(policyTypes) ? policyTypes.filter((written) => written !== type) : [];
  return { ...policy, [direction]: undefined, written: { ...policy.written, spec: { ...spec, policyTypes: types } } };
}

/** The lines of the type's entry and of the rules, where they hold nothing else. */
function linesOf({ isolatesAt, origin }: NetworkPolicy, direction: Direction): readonly number[] | undefined {
  const type = spanOf(isolatesAt[direction], "entry");
  const typeLine = positionOf(type.source, type.start).line;
  const path = [origin.path, "spec", direction].filter((step) => step !== "").join(".");
  const rules = blockAt(spanOf({ document: origin.document, path }, "key"), direction);
  const isAlone = /^\s*- ["']?\w+["']?\s*(?:#.*)?$/.test(lineText(type.source, typeLine));
  return rules !== undefined && isAlone ? [typeLine, ...rules].sort((a, b) => a - b) : undefined;
}

/** The lines of a key and of the block below it; undefined where the key does not begin its line. */
function blockAt({ source, start }: Span, key: string): readonly number[] | undefined {
  const { line: first, column } = positionOf(source, start);
  const indent = column - 1;
  if (!new RegExp(`^ {${indent}}${key}:`).test(lineText(source, first))) return undefined;
  const isInside = (text: string): boolean => text.search(/\S/) > indent || (text.search(/\S/) === indent && /^\s*- /.test(text));
  const lines = [first];
  for (let line = first + 1; isInside(lineText(source, line)); line++) lines.push(line);
  return lines;
}

/** Whether two calculations allow the same everywhere. */
function allowsTheSame(before: Calculation, after: Calculation): boolean {
  return families.every((family) => {
    const [old, now] = [before.reach(family), after.reach(family)];
    const pairs = [...classPairs(before.snapshot, uniteCuts(before.cuts, after.cuts), family)];
    return pairs.every(({ from, to }) => {
      const [a, b] = [old.connections(from, to), now.connections(from, to)];
      return a === b || (a !== undefined && b !== undefined && sameConnections(a, b));
    });
  });
}
