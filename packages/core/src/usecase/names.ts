import type { Address } from "../net/address.ts";
import { families, formatAddress, sameAddress } from "../net/address.ts";
import { formatPorts, hasPort, intersect, isEmptyPorts, type PortSet } from "../net/ports.ts";
import { endpointName } from "../model/endpoint.ts";
import { policyText } from "../reach/why.ts";
import { compareDiagnostics, type Diagnostic } from "../text/diagnostic.ts";
import { spanOf, type Span } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import { bundlesOf, pairCount, type Bundle } from "./bundles.ts";
import { demandsOf, type Constraint, type Demands } from "./constraints.ts";
import { elsewhereEnd } from "./ends.ts";
import { say } from "./messages.ts";
import { parseReason } from "./rows.ts";
import type { Stage } from "./stages.ts";
import type { EndName, Property, Row, UseCase } from "./types.ts";
import { endpointIn, shortNames, universeOf, type Point, type Universe } from "./universe.ts";
import { portPicker, type PortPicker } from "./witness.ts";

/** A use case whose names are looked up in every stage. */
export interface BoundUseCase {
  readonly useCase: UseCase;
  readonly stages: readonly Stage[];
  /** One per stage. */
  readonly universes: readonly Universe[];
  readonly pickPort: PortPicker;
}

/** Looks every name of the file up in every stage. A name that means nothing anywhere, and flows that must be two things at once, are errors. */
export function bindNames(
  useCase: UseCase,
  stages: readonly Stage[],
): { readonly bound: BoundUseCase; readonly diagnostics: readonly Diagnostic[] } {
  const uses = usesOf(useCase);
  const named = [...uses.map(({ name }) => name), ...addressesOfProperties(useCase)];
  const short = shortNames(stages);
  const universes = stages.map((stage) => universeOf(useCase, stage, named, short));
  const bound: BoundUseCase = { useCase, stages, universes, pickPort: portPicker(useCase) };
  const diagnostics = [
    ...refuseUnknownNames(uses, universes),
    ...refuseEmptyGroups(useCase, universes),
    ...refuseInsideOutside(useCase, stages),
    ...refuseServices(uses, universes),
    ...refuseUnwatchable(useCase, universes),
    ...refuseUnknownPolicies(useCase, stages),
    ...refuseContradictions(bound),
  ];
  return { bound, diagnostics: [...diagnostics].sort(compareDiagnostics) };
}

// ---- where the file names ends ----------------------------------------------------------------------------------------------------------

/** A name and what it is used for: only a target may be a Service. */
interface Use {
  readonly name: EndName;
  readonly as: "source" | "target";
  /** Of a target: the ports that are meant. */
  readonly ports: PortSet | undefined;
}

function usesOf({ intent, stages, deviations, focus, rest, groups, topology }: UseCase): readonly Use[] {
  const sources = (names: readonly EndName[]): readonly Use[] => names.map((name) => ({ name, as: "source", ports: undefined }));
  const targets = (names: readonly EndName[], ports: PortSet | undefined): readonly Use[] =>
    names.map((name) => ({ name, as: "target", ports }));
  const ofFlows = ({ from, to, ports }: Pick<Row, "from" | "to" | "ports">): readonly Use[] => [...sources(from), ...targets(to, ports)];
  const ofProperty = (property: Property): readonly Use[] => {
    switch (property.kind) {
      case "onlyFrom":
        return ofFlows(property);
      case "through":
        return [...targets(property.to, undefined), ...sources(property.via), ...sources(property.from === "any" ? [] : property.from)];
      case "isolated":
      case "symmetric":
        return sources([...property.a, ...property.b]);
      case "noPathToOutside":
        return sources(property.from);
      case "everythingIsolated":
        return sources(property.of === "any" ? [] : property.of);
      case "noUnusedPolicy":
        return [];
    }
  };
  // A role that a workload gives itself needs no name; one under `topology.about` does.
  const roles = topology.roles.filter(({ end }) => end.origin.path.startsWith("topology.about")).map(({ end }) => end);
  return [
    ...intent.flatMap(({ rows, properties }) => [...rows.flatMap(ofFlows), ...properties.flatMap(ofProperty)]),
    ...stages.flatMap(({ expect, held, starting }) => [...[...expect, ...held].flatMap(ofFlows), ...sources(starting)]),
    ...deviations.flatMap(ofFlows),
    ...sources([...focus, ...(rest?.including ?? []), ...stages.flatMap((stage) => stage.rest?.including ?? [])]),
    // Members of a group may be Services, where the group is a target.
    ...targets([...groups.flatMap(({ members }) => (members.kind === "list" ? members.ends : [])), ...roles], undefined),
  ];
}

/** Properties that speak of addresses without naming them. */
function addressesOfProperties({ intent }: UseCase): readonly EndName[] {
  const properties = intent.flatMap((assertion) => assertion.properties);
  return properties.filter(({ kind }) => kind === "noPathToOutside").map(({ origin }) => ({ text: elsewhereEnd, origin }));
}

// ---- names that stand for nothing ---------------------------------------------------------------------------------------------------------

/** A name may appear at some stages only; one that appears at none, or is ambiguous at any, is a mistake. */
function refuseUnknownNames(uses: readonly Use[], universes: readonly Universe[]): readonly Diagnostic[] {
  const found = new Map<EndName, ReturnType<Universe["problemsOf"]>[number]["problem"][]>();
  for (const universe of universes) {
    const here = new Map(uses.flatMap(({ name }) => universe.problemsOf(name)).map(({ name, problem }) => [name, problem]));
    for (const [name, problem] of here) found.set(name, [...(found.get(name) ?? []), problem]);
  }
  return [...found].flatMap(([{ origin }, problems]) => {
    const decisive = problems.find(({ kind }) => kind !== "unknown");
    const last = problems.at(-1);
    const at = spanOf(origin, "value");
    if (decisive !== undefined) {
      const { kind, message, help } = decisive;
      return say(kind === "ambiguous" ? "end-ambiguous" : "end-malformed", at, { message }, help === undefined ? {} : { help });
    }
    if (last === undefined || problems.length < universes.length) return [];
    return say("end-unknown", at, { message: last.message, stages: universes.length }, last.help === undefined ? {} : { help: last.help });
  });
}

function refuseEmptyGroups({ groups }: UseCase, universes: readonly Universe[]): readonly Diagnostic[] {
  return groups.flatMap(({ name, members, origin }) => {
    const empty =
      members.kind === "selector" && universes.every((universe) => universe.membersOf([{ text: name, origin }]).points.size === 0);
    return empty ? [say("group-selects-nothing", spanOf(origin, "key"), { name, stages: universes.length })] : [];
  });
}

/** S21: an address that a pod or a node has is that pod or node. */
function refuseInsideOutside({ outside }: UseCase, stages: readonly Stage[]): readonly Diagnostic[] {
  return outside.flatMap(({ name, externals, origin }) =>
    externals.flatMap(({ address }) => {
      const owner = stages
        .flatMap(({ snapshot }) => [...snapshot.pods, ...snapshot.nodes])
        .find(({ addresses }) => addresses !== "not-yet-assigned" && holds(addresses, address));
      return owner === undefined
        ? []
        : [say("outside-inside", spanOf(origin, "key"), { name, address: formatAddress(address), owner: endpointName(owner) })];
    }),
  );
}

function holds(addresses: readonly Address[], address: Address): boolean {
  return addresses.some((own) => sameAddress(own, address));
}

function refuseServices(uses: readonly Use[], universes: readonly Universe[]): readonly Diagnostic[] {
  const refused = new Map<EndName, Diagnostic>();
  for (const { name, as, ports } of uses) {
    for (const universe of universes) {
      const services = universe.servicesOf(name);
      const [service] = services;
      if (service === undefined || refused.has(name)) continue;
      const text = `${service.namespace.name}/${service.name}`;
      const dialled =
        ports === undefined || services.some((each) => each.ports.some(({ protocol, port }) => hasPort(ports, protocol, port)));
      if (as === "source") refused.set(name, say("service-opens-nothing", spanOf(name.origin, "value"), { name: name.text }));
      else if (!dialled) {
        const has = service.ports.map(({ protocol, port }) => `${port}/${protocol}`).join(", ");
        refused.set(name, say("service-port-unknown", spanOf(name.origin, "value"), { name: text, ports: formatPorts(ports), has }));
      }
    }
  }
  return [...refused.values()];
}

/** Only TCP has connections that stay open, and only pods are started. */
function refuseUnwatchable({ stages }: UseCase, universes: readonly Universe[]): readonly Diagnostic[] {
  return stages.flatMap(({ held, starting }, i): readonly Diagnostic[] => [
    ...held.filter(({ ports }) => ports.TCP.length === 0).map((row) => say("held-not-tcp", spanOf(row.origin, "value"), {})),
    ...starting
      .filter((name) => [...(universes[i]?.membersOf([name]).points ?? [])].some(({ kind }) => kind !== "pod"))
      .map(({ text, origin }) => say("start-no-pod", spanOf(origin, "value"), { name: text })),
  ]);
}

function refuseUnknownPolicies({ intent, stages: declarations }: UseCase, stages: readonly Stage[]): readonly Diagnostic[] {
  const policies = new Set(
    stages.flatMap(({ snapshot }) => [...snapshot.policies, ...snapshot.clusterPolicies].map(({ name }) => policyText(name))),
  );
  const rows = [...intent.flatMap((assertion) => assertion.rows), ...declarations.flatMap(({ expect }) => expect)];
  return rows.flatMap(({ because, origin }) => {
    const stated = parseReason(because.get("") ?? "");
    if (stated === undefined || policies.has(stated.policy)) return [];
    const at = origin.document.locate(`${origin.path}.because`, "value");
    return [say("policy-unknown", at, { name: stated.policy, meant: nearest(stated.policy, policies) })];
  });
}

// ---- statements that contradict each other --------------------------------------------------------------------------------------------------

function refuseContradictions({ useCase, universes, pickPort }: BoundUseCase): readonly Diagnostic[] {
  const scopes: readonly { readonly statements: readonly (Row | Property)[]; readonly stages: readonly Universe[] }[] = [
    { statements: useCase.intent.flatMap(({ rows, properties }) => [...rows, ...properties]), stages: universes },
    ...useCase.stages.map(({ expect }, i) => ({ statements: expect, stages: universes.slice(i, i + 1) })),
  ];
  return scopes.flatMap(({ statements, stages }) => {
    const contradictions = new Map<string, Diagnostic>();
    const spoken = new Map<Row, { readonly demands: Demands; readonly bundles: readonly Bundle[] }>();
    const busy = new Set<Row>();
    for (const universe of stages) {
      const demands = statements.map((statement) => demandsOf(statement, universe));
      const { bundles, cells } = cellsOf(universe, demands);
      for (const { from, to, constraints } of cells) {
        for (const { by } of constraints) if (by.kind === "row") busy.add(by);
        for (const [first, second] of opposed(constraints)) {
          const key = `${statements.indexOf(first.by)} ${statements.indexOf(second.by)}`;
          if (!contradictions.has(key))
            contradictions.set(
              key,
              contradiction(first, second, firstPair(from, to), pickPort, stages.length > 1 ? universe.stage.name : undefined),
            );
        }
      }
      for (const each of demands) if (each.statement.kind === "row" && each.applies) spoken.set(each.statement, { demands: each, bundles });
    }
    const idle = [...spoken].filter(([row]) => !busy.has(row));
    const useless = idle.map(([row, { demands, bundles }]) =>
      say("row-without-flows", statementSpan(row), { why: whyIdle(demands, bundles) }),
    );
    return [...contradictions.values(), ...useless];
  });
}

interface Cell {
  readonly from: Bundle;
  readonly to: Bundle;
  readonly constraints: readonly Constraint[];
}

/** The pairs of bundles that some statement names, each distinct list of constraints once. */
function cellsOf(
  universe: Universe,
  demands: readonly Demands[],
): { readonly bundles: readonly Bundle[]; readonly cells: readonly Cell[] } {
  const constraints = demands.flatMap((each) => each.constraints);
  const points = universe.all;
  const sets = [...new Set(constraints.flatMap(({ from, to }) => [from, to]))];
  const bundles = bundlesOf(points, sets, (point) => families.filter((family) => hasFamily(point, family)).join());
  const holding = new Map(sets.map((set) => [set, bundles.filter(({ points: [first] }) => first !== undefined && set.has(first))]));
  const found = new Map<string, Cell>();
  for (const from of bundles) {
    const named = new Map<Bundle, number[]>();
    constraints.forEach((constraint, i) => {
      if (!constraint.from.has(from.points[0] as Point)) return;
      for (const to of holding.get(constraint.to) ?? []) {
        const list = named.get(to);
        if (list === undefined) named.set(to, [i]);
        else list.push(i);
      }
    });
    for (const [to, list] of named) {
      const key = list.join();
      if (found.has(key) || !isJudged(from, to)) continue;
      found.set(key, { from, to, constraints: list.map((i) => constraints[i] as Constraint) });
    }
  }
  return { bundles, cells: [...found.values()] };
}

function isJudged(from: Bundle, to: Bundle): boolean {
  if (from.outside && to.outside) return false;
  const [a, b] = [from.points[0] as Point, to.points[0] as Point];
  return pairCount(from.points, to.points, from === to) > 0 && families.some((family) => hasFamily(a, family) && hasFamily(b, family));
}

function hasFamily(point: Point, family: 4 | 6): boolean {
  return point.kind === "addresses" ? point.places.some((place) => place.family === family) : endpointIn(point, family) !== undefined;
}

function* opposed(constraints: readonly Constraint[]): Generator<readonly [Constraint, Constraint]> {
  for (const [i, first] of constraints.entries()) {
    for (const second of constraints.slice(i + 1)) {
      const said = first.want !== second.want && first.want !== "permit" && second.want !== "permit";
      if (said && !isEmptyPorts(intersect(first.ports, second.ports))) yield [first, second];
    }
  }
}

function firstPair(from: Bundle, to: Bundle): readonly [Point, Point] {
  return [from.points[0] as Point, (from === to ? to.points[1] : to.points[0]) as Point];
}

function contradiction(
  first: Constraint,
  second: Constraint,
  [from, to]: readonly [Point, Point],
  pickPort: PortPicker,
  stage: string | undefined,
): Diagnostic {
  const { port, protocol } = pickPort(intersect(first.ports, second.ports));
  const flow = `${from.name} → ${to.name} ${port}/${protocol}`;
  const related = [{ at: statementSpan(first.by), message: `must ${wantText(first)}` }];
  const elsewhere = [first, second].some(({ by }) => by.kind === "row" && [...by.from, ...by.to].some(({ text }) => text === elsewhereEnd));
  return say(
    "rows-contradict",
    statementSpan(second.by),
    { flow, first: wantText(first), second: wantText(second), stage, elsewhere },
    { related },
  );
}

/** A row is its text; a property is known by its key. */
function statementSpan({ kind, origin }: Row | Property): Span {
  return spanOf(origin, kind === "row" ? "value" : "entry");
}

function wantText({ want }: Constraint): string {
  switch (want) {
    case "allow":
      return "be allowed";
    case "deny":
      return "be denied";
    case "either":
    case "permit":
      return "be left open";
  }
}

function whyIdle({ constraints }: Demands, bundles: readonly Bundle[]): "itself" | "outside" | "family" {
  const pairs = constraints.flatMap(({ from, to }) =>
    bundles
      .filter(({ points: [a] }) => a !== undefined && from.has(a))
      .flatMap((a) => bundles.filter(({ points: [b] }) => b !== undefined && to.has(b)).map((b) => [a, b] as const)),
  );
  if (pairs.every(([a, b]) => a.outside && b.outside)) return "outside";
  return pairs.every(([a, b]) => pairCount(a.points, b.points, a === b) === 0 || (a.outside && b.outside)) ? "itself" : "family";
}
