import type { Endpoint, Flow, Pod } from "../model/cluster.ts";
import { endpointName, sameEndpoint } from "../model/endpoint.ts";
import { families } from "../net/address.ts";
import { portSet } from "../net/ports.ts";
import type { HeldConnection, Watch, Watched } from "../reach/watch.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import { spanOf } from "../text/source.ts";
import { say } from "./messages.ts";
import type { BoundUseCase } from "./names.ts";
import type { EndName, Row } from "./types.ts";
import { endpointIn, type Point } from "./universe.ts";

/** What a stage asks of time, its names looked up: the rows and names of the file, and what to watch for them. */
export interface TimeAsked extends Watch {
  /** The row that each connection of `held` belongs to. */
  readonly rows: readonly Row[];
  /** The name that each pod of `starting` comes from. */
  readonly names: readonly EndName[];
}

/**
 * What the file asks of time at one stage (counted from 0); undefined where it asks nothing. Connections are those of the stage before:
 * one per pair of its endpoints, on the port that people know best, in every family that both ends have.
 */
export function timeAsked({ universes, stages, pickPort }: BoundUseCase, stage: number): TimeAsked | undefined {
  const declaration = stages[stage]?.declaration;
  if (declaration === undefined) return undefined;
  const { timed, held, starting } = declaration;
  if (!timed && held.length === 0 && starting.length === 0) return undefined;
  const before = universes[Math.max(0, stage - 1)];
  const connections = held.flatMap((row) =>
    [...(before?.membersOf(row.from).points ?? [])].flatMap((from) =>
      (before?.targetsOf(row.to, row.ports).groups ?? []).flatMap(({ points, ports }) =>
        ports.TCP.length === 0
          ? []
          : [...points].flatMap((to) => flowsBetween(from, to, pickPort(portSet("TCP", ports.TCP)).port).map((flow) => ({ row, flow }))),
      ),
    ),
  );
  const pods = starting.flatMap((name) =>
    [...(universes[stage]?.membersOf([name]).points ?? [])].flatMap((point): readonly { readonly name: EndName; readonly pod: Pod }[] =>
      point.kind === "pod" ? [{ name, pod: point.endpoint }] : [],
    ),
  );
  return {
    enforcement: timed,
    held: connections.map(({ flow }) => flow),
    rows: connections.map(({ row }) => row),
    starting: pods.map(({ pod }) => pod),
    names: pods.map(({ name }) => name),
  };
}

function flowsBetween(from: Point, to: Point, port: number): readonly Flow[] {
  return families.flatMap((family): readonly Flow[] => {
    const [source, target] = [endpointIn(from, family), endpointIn(to, family)];
    if (source === undefined || target === undefined || sameEndpoint(source, target)) return [];
    return [{ from: source, to: target, family, protocol: "TCP", port }];
  });
}

/** Whether a connection ended as its row wants it; `unknown` where nothing was seen. */
export function standingOf(wanted: Row["verdict"], outcome: HeldConnection["outcome"]): "as-wanted" | "not-as-wanted" | "unknown" {
  switch (outcome) {
    case "not-open":
    case "unknown":
      return "unknown";
    case "cut":
      return wanted === "allow" ? "not-as-wanted" : "as-wanted";
    case "survives":
    case "until-judged":
      return wanted === "deny" ? "not-as-wanted" : "as-wanted";
  }
}

/** What an engine saw of time and the file does not want, or what it could not tell. */
export function timeFindings(
  asked: TimeAsked,
  watched: Watched,
  engine: string,
  stage: string,
  nameOf: (endpoint: Endpoint) => string = endpointName,
): readonly Diagnostic[] {
  const arrow = (flow: Flow): string => `${nameOf(flow.from)} → ${nameOf(flow.to)} ${flow.port}/TCP`;
  const ofHeld = asked.rows.flatMap((row, i): readonly Diagnostic[] => {
    const [flow, connection] = [asked.held[i], watched.held[i]];
    if (flow === undefined || connection === undefined) return [];
    const at = spanOf(row.origin, "value");
    const { outcome, detail } = connection;
    const stands = standingOf(row.verdict, outcome);
    if (stands === "as-wanted") return [];
    if (stands === "unknown") {
      const why = outcome === "not-open" ? `it could not be opened before: ${detail}` : detail;
      return [say("watch-inconclusive", at, { stage, what: arrow(flow), engine, detail: why })];
    }
    const said = { stage, flow: arrow(flow), engine };
    return [outcome === "cut" ? say("held-cut", at, said) : say("held-goes-on", at, { ...said, judged: outcome === "survives" })];
  });
  const ofStarts = asked.names.flatMap((name, i): readonly Diagnostic[] => {
    const [pod, start] = [asked.starting[i], watched.starts[i]];
    if (pod === undefined || start === undefined) return [];
    const at = spanOf(name.origin, "value");
    if (start.problem !== undefined)
      return [say("watch-inconclusive", at, { stage, what: `the start of ${nameOf(pod)}`, engine, detail: start.problem })];
    return start.passed
      .slice(0, 1)
      .map(({ flow, until }) => say("start-open", at, { stage, pod: nameOf(pod), flow: arrow(flow), until: Math.ceil(until), engine }));
  });
  return [...ofHeld, ...ofStarts];
}
