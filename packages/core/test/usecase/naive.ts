import type { Endpoint, Flow } from "../../src/model/cluster.ts";
import type { Verdict } from "../../src/model/judgement.ts";
import { addressIn } from "../../src/model/endpoint.ts";
import type { Family } from "../../src/net/address.ts";
import type { Protocol } from "../../src/net/ports.ts";

/** A second reading of what statements mean, one flow at a time, without bundles, classes or port sets: what judging is compared with. */
export type NaiveStatement =
  | {
      readonly kind: "row";
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly ports: PortWord;
      readonly verdict: "allow" | "deny" | "either";
    }
  | {
      readonly kind: "onlyFrom";
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly ports: PortWord;
      readonly transitive: boolean;
    }
  | {
      readonly kind: "through";
      readonly to: readonly string[];
      readonly via: readonly string[];
      readonly from: readonly string[] | "any";
      readonly transitive: boolean;
    }
  | { readonly kind: "isolated"; readonly a: readonly string[]; readonly b: readonly string[]; readonly transitive: boolean }
  | { readonly kind: "symmetric"; readonly a: readonly string[]; readonly b: readonly string[] };

export type PortWord = "all" | "80" | "53/UDP" | "80-90/TCP" | "all/UDP";

/** One name, and its addresses as endpoints. */
export interface NaivePoint {
  readonly name: string;
  readonly kind: "pod" | "node" | "outside";
  /** A pod with a network of its own: the others no policy governs. */
  readonly governed: boolean;
  endpoint(family: Family): Endpoint | undefined;
}

/** Each port stands for all between it and the next. */
const ports = [1, 2, 53, 54, 79, 80, 81, 82, 90, 91, 92, 65535];
const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];

function meansPort(word: PortWord, protocol: Protocol, port: number): boolean {
  switch (word) {
    case "all":
      return true;
    case "80":
      return protocol === "TCP" && port === 80;
    case "53/UDP":
      return protocol === "UDP" && port === 53;
    case "80-90/TCP":
      return protocol === "TCP" && port >= 80 && port <= 90;
    case "all/UDP":
      return protocol === "UDP";
  }
}

export interface NaiveResult {
  /** Pairs that break each statement and none before it; the last is rest. */
  readonly broken: readonly number[];
  /** Pairs that break each statement. */
  readonly breaks: readonly number[];
  /** Pairs of which nobody can tell. */
  readonly questions: readonly number[];
  readonly total: number;
  readonly open: number;
  readonly contradictory: boolean;
}

export function judgeNaively(
  statements: readonly NaiveStatement[],
  rest: "allow" | "deny" | undefined,
  points: readonly NaivePoint[],
  families: readonly Family[],
  verdict: (flow: Flow) => Verdict,
): NaiveResult {
  const dialled = protocols.flatMap((protocol) => ports.map((port) => ({ protocol, port })));
  const known = new Map<string, Verdict>();
  const ask = (from: NaivePoint, to: NaivePoint, family: Family, protocol: Protocol, port: number): Verdict | undefined => {
    const [a, b] = [from.endpoint(family), to.endpoint(family)];
    if (a === undefined || b === undefined || addressIn(a, family) === undefined || addressIn(b, family) === undefined) return undefined;
    const key = [from.name, to.name, family, protocol, port].join(" ");
    const answer = known.get(key) ?? verdict({ from: a, to: b, family, protocol, port });
    known.set(key, answer);
    return answer;
  };
  const anyOpen = (from: NaivePoint, to: NaivePoint, least: "allow" | "undetermined"): boolean =>
    families.some((family) =>
      dialled.some(({ protocol, port }) => [least, "allow"].includes(ask(from, to, family, protocol, port) ?? "deny")),
    );

  const pairs = points.flatMap((from) =>
    points.flatMap((to) => (from === to || (from.kind === "outside" && to.kind === "outside") ? [] : [[from, to] as const])),
  );
  const real = pairs.filter(([from, to]) => families.some((family) => ask(from, to, family, "TCP", 80) !== undefined));
  const isPair = (from: NaivePoint, to: NaivePoint): boolean => real.some(([a, b]) => a === from && b === to);

  /** What a statement wants of a direct flow; `permit`: it speaks of it and leaves it open. */
  const wants = (
    statement: NaiveStatement,
    from: string,
    to: string,
    protocol: Protocol,
    port: number,
  ): "allow" | "deny" | "either" | "permit" | undefined => {
    switch (statement.kind) {
      case "row":
        return statement.from.includes(from) && statement.to.includes(to) && meansPort(statement.ports, protocol, port)
          ? statement.verdict
          : undefined;
      case "onlyFrom":
        if (!statement.to.includes(to)) return undefined;
        return statement.from.includes(from) && meansPort(statement.ports, protocol, port) ? "permit" : "deny";
      case "through":
        if (!statement.to.includes(to)) return undefined;
        if (statement.via.includes(from)) return "permit";
        return statement.from === "any" || statement.from.includes(from) ? "deny" : undefined;
      case "isolated":
        return (statement.a.includes(from) && statement.b.includes(to)) || (statement.b.includes(from) && statement.a.includes(to))
          ? "deny"
          : undefined;
      case "symmetric":
        return undefined;
    }
  };

  /** Whether a chain of two flows or more leads there. */
  const chained = (from: NaivePoint, to: NaivePoint, avoid: readonly string[], least: "allow" | "undetermined"): boolean => {
    const seen = new Set<NaivePoint>();
    let frontier: readonly NaivePoint[] = [from];
    while (frontier.length > 0) {
      const next: NaivePoint[] = [];
      for (const at of frontier) {
        for (const point of points) {
          if (
            point === from ||
            point === to ||
            seen.has(point) ||
            avoid.includes(point.name) ||
            !isPair(at, point) ||
            !anyOpen(at, point, least)
          )
            continue;
          seen.add(point);
          next.push(point);
        }
      }
      frontier = next;
    }
    return [...seen].some((point) => isPair(point, to) && anyOpen(point, to, least));
  };

  const status = (statement: NaiveStatement, from: NaivePoint, to: NaivePoint): { readonly broken: boolean; readonly open: boolean } => {
    let [broken, open] = [false, false];
    for (const family of families) {
      for (const { protocol, port } of dialled) {
        const answer = ask(from, to, family, protocol, port);
        const want = wants(statement, from.name, to.name, protocol, port);
        if (answer !== undefined && (want === "allow" || want === "deny")) {
          if (answer === "undetermined") open = true;
          else if (answer !== want) broken = true;
        }
        if (statement.kind === "symmetric" && answer !== undefined) {
          const speaks =
            (statement.a.includes(from.name) && statement.b.includes(to.name)) ||
            (statement.b.includes(from.name) && statement.a.includes(to.name));
          const back = ask(to, from, family, protocol, port);
          if (speaks && back === "allow" && answer === "deny") broken = true;
          if (speaks && ((back === "allow" && answer === "undetermined") || (back === "undetermined" && answer !== "allow"))) open = true;
        }
      }
    }
    const isChained = statement.kind !== "row" && statement.kind !== "symmetric" && statement.transitive;
    if (!broken && isChained) {
      const ends = chainEnds(statement, from.name, to.name);
      if (ends !== undefined) {
        // A direct flow is the shortest way, and no chain.
        const direct = anyOpen(from, to, "allow");
        if (!direct && chained(from, to, ends.avoid, "allow")) broken = true;
        else if (!anyOpen(from, to, "undetermined") && chained(from, to, ends.avoid, "undetermined")) open = true;
      }
    }
    return { broken, open };
  };

  const result = {
    broken: statements.map(() => 0),
    breaks: statements.map(() => 0),
    questions: statements.map(() => 0),
    total: 0,
    open: 0,
  };
  if (rest !== undefined) for (const list of [result.broken, result.breaks, result.questions]) list.push(0);
  let contradictory = false;
  for (const [from, to] of real) {
    result.total++;
    if (anyOpen(from, to, "allow")) result.open++;
    let first: number | undefined;
    const note = (i: number, { broken, open }: { readonly broken: boolean; readonly open: boolean }): void => {
      if (broken) result.breaks[i] = (result.breaks[i] ?? 0) + 1;
      if (open) result.questions[i] = (result.questions[i] ?? 0) + 1;
      if (broken) first ??= i;
    };
    statements.forEach((statement, i) => note(i, status(statement, from, to)));
    for (const { protocol, port } of dialled) {
      const said = new Set(
        statements
          .map((statement) => wants(statement, from.name, to.name, protocol, port))
          .filter((want) => want !== undefined && want !== "permit"),
      );
      if (said.size > 1) contradictory = true;
    }
    if (rest !== undefined && (from.governed || to.governed)) {
      const answers = families.flatMap((family) =>
        dialled
          .filter(({ protocol, port }) =>
            statements.every((statement) => wants(statement, from.name, to.name, protocol, port) === undefined),
          )
          .map(({ protocol, port }) => ask(from, to, family, protocol, port)),
      );
      note(statements.length, { broken: answers.includes(rest === "allow" ? "deny" : "allow"), open: answers.includes("undetermined") });
    }
    if (first !== undefined) result.broken[first] = (result.broken[first] ?? 0) + 1;
  }
  return { ...result, contradictory };
}

function chainEnds(
  statement: Exclude<NaiveStatement, { readonly kind: "row" | "symmetric" }>,
  from: string,
  to: string,
): { readonly avoid: readonly string[] } | undefined {
  switch (statement.kind) {
    case "onlyFrom":
      return statement.to.includes(to) && !statement.from.includes(from) ? { avoid: [] } : undefined;
    case "through":
      return statement.to.includes(to) && !statement.via.includes(from) && (statement.from === "any" || statement.from.includes(from))
        ? { avoid: statement.via }
        : undefined;
    case "isolated":
      return (statement.a.includes(from) && statement.b.includes(to)) || (statement.b.includes(from) && statement.a.includes(to))
        ? { avoid: [] }
        : undefined;
  }
}
