import type { Flow, Snapshot } from "../model/cluster.ts";
import type { Family } from "../net/address.ts";
import { hasPort, protocols, type PortSet } from "../net/ports.ts";
import { portIntervals, type Cuts } from "../reach/cuts.ts";
import type { Answer, SideWhy } from "../reach/engine.ts";
import type { Constraint } from "./constraints.ts";
import { pairOf } from "./judge.ts";
import type { BecauseResult, Fault, Witness } from "./results.ts";
import { parseReason } from "./rows.ts";
import type { Cell, FamilyConnections, Surface } from "./surface.ts";
import type { Row } from "./types.ts";
import { endpointIn, type Point } from "./universe.ts";

/** What checking reasons needs of an engine. */
export interface Reasons {
  readonly engine: string;
  readonly snapshot: Snapshot;
  readonly cuts: Cuts;
  /** Which reasons are checked: also those that are stated for any engine, or only those for this one. */
  readonly stated: "for-any-engine" | "for-this-engine";
  answer(flow: Flow): Answer;
}

/**
 * Whether a row that holds does so for the reason it states: for allow some match is of that policy (and rule), for deny that policy is
 * among those that isolate a side that denies, or its rule denies. One flow is asked per pair of bundles and run of ports; the first that differs is told.
 */
export function checkBecause(row: Row, constraints: readonly Constraint[], surface: Surface, reasons: Reasons | undefined): BecauseResult {
  if (reasons === undefined) return { status: "not-checked" };
  const stated = row.because.get(reasons.engine) ?? (reasons.stated === "for-any-engine" ? row.because.get("") : undefined);
  if (stated === undefined) return { status: "not-checked" };
  for (const { from, to, ports } of constraints) {
    for (const { cell, piece, flow } of flowsOf(from, to, ports, surface, reasons)) {
      const answer = reasons.answer(flow);
      const decidedBy = [...new Set(decidersOf(answer))];
      if (isDecidedBy(stated, decidedBy)) continue;
      return {
        status: "differs",
        stated,
        decidedBy: decidedBy.map(shorten).filter((text, i, all) => all.indexOf(text) === i),
        witness: witnessOf(row, cell, piece, flow),
      };
    }
  }
  return { status: "as-stated" };
}

/** The rules that match, for allow; for deny the policies that isolate a side that denies, or the rule of a cluster-wide one that does. */
function decidersOf({ verdict, why }: Answer): readonly string[] {
  const sides: readonly SideWhy[] = [why.egress, why.ingress];
  if (verdict === "allow") return sides.flatMap(({ rules }) => rules);
  return sides.filter((side) => side.verdict === "deny").flatMap(({ policies, rules }) => (rules.length > 0 ? rules : policies));
}

function isDecidedBy(stated: string, decidedBy: readonly string[]): boolean {
  const reason = parseReason(stated);
  const text = reason === undefined ? stated.trim() : reason.rule === undefined ? reason.policy : `${reason.policy} ${reason.rule}`;
  // A rule's entries (`ingress[0].from[2]`) are part of it, and so are a policy's rules.
  return decidedBy.some((decider) => decider === text || decider.startsWith(`${text} `) || decider.startsWith(`${text}.`));
}

/** `dev/policy1 ingress[0].from[2]` is told as far as a row can state it. */
function shorten(decider: string): string {
  return decider.replace(/(\[\d+\])\.(?:from|to|ports)\[\d+\].*$/, "$1");
}

function* flowsOf(
  from: ReadonlySet<Point>,
  to: ReadonlySet<Point>,
  ports: PortSet,
  surface: Surface,
  { cuts, snapshot }: Reasons,
): Generator<{ readonly cell: Cell; readonly piece: FamilyConnections; readonly flow: Flow }> {
  const intervals = portIntervals(cuts, snapshot.pods);
  for (const a of surface.holding(from)) {
    for (const b of surface.holding(to)) {
      for (const cell of surface.cells(a, b)) {
        const [source, target] = pairOf(cell);
        for (const piece of cell.connections) {
          const ends = { from: piece.from ?? endpointIn(source, piece.family), to: piece.to ?? endpointIn(target, piece.family) };
          if (ends.from === undefined || ends.to === undefined) continue;
          for (const protocol of protocols) {
            for (const range of intervals[protocol]) {
              const port = ports[protocol]
                .map(({ first }) => Math.max(first, range.first))
                .find((first) => first <= range.last && hasPort(ports, protocol, first));
              if (port !== undefined) yield { cell, piece, flow: { from: ends.from, to: ends.to, family: piece.family, protocol, port } };
            }
          }
        }
      }
    }
  }
}

function witnessOf(row: Row, cell: Cell, { family }: { readonly family: Family }, flow: Flow): Witness {
  const [from, to] = pairOf(cell);
  const one = [{ first: flow.port, last: flow.port }];
  const ports = { TCP: [], UDP: [], SCTP: [], [flow.protocol]: one };
  const fault: Fault = { family, ports, wanted: row.verdict === "deny" ? "deny" : "allow", by: row, chain: [] };
  return { from, to, flows: [flow], fault };
}
