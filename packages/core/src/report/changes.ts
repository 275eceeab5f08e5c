import { formatPorts, isEmptyPorts, protocols, subtract, type PortSet, type Protocol } from "../net/ports.ts";
import type { Answer, Calculation, SideWhy } from "../reach/engine.ts";
import { compareTexts } from "../text/diagnostic.ts";
import { spanOf, type Origin } from "../text/source.ts";
import { placeOf } from "./places.ts";
import { pairsIn, rectanglesOf } from "./rectangles.ts";
import { type FamilyConnections, type Row, type View } from "./rows.ts";
import type { Change, Place } from "./types.ts";
import { decidingSide, placeText } from "./words.ts";

/** Two neighbouring stages: what each pair of rows may open, and the answers behind it. */
export interface StageViews {
  readonly before: Moment;
  readonly after: Moment;
}

export interface Moment {
  readonly view: View;
  readonly calculation: Calculation;
}

/** What a stage opened and closed, each with the line that did it; devices under test group and order the rest. */
export function changesBetween(views: StageViews, underTest: readonly string[]): readonly Change[] {
  const { rows } = views.after.view;
  const changed = rows.flatMap((from) => rows.flatMap((to) => changedPairs(views, from, to)));
  const groups = new Map<string, ChangedPair[]>();
  for (const pair of changed) {
    const key = JSON.stringify([aspectOf(pair, underTest), pair.kind, pair.ports, pair.place && placeText(pair.place)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pair]);
    else group.push(pair);
  }
  return [...groups.values()]
    .flatMap((pairs) => joined(pairs))
    .sort(
      (a, b) =>
        compareAspects(aspectOf(a.first, underTest), aspectOf(b.first, underTest)) ||
        kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) ||
        comparePlaces(a.place, b.place),
    )
    .map(({ kind, from, to, pairs, ports, place }) => ({ kind, from, to, pairs, ports, place }));
}

interface ChangedPair {
  readonly kind: Change["kind"];
  readonly from: Row;
  readonly to: Row;
  readonly ports: string;
  readonly place: Place | undefined;
}

const kindOrder: readonly Change["kind"][] = ["opens", "widens", "alters", "narrows", "closes", "loses-certainty"];

/** One change per family, or one for both where they change alike. */
function changedPairs({ before, after }: StageViews, from: Row, to: Row): readonly ChangedPair[] {
  const old = before.view.connections(from, to);
  const changes = after.view.connections(from, to).flatMap((now): readonly ChangedPair[] => {
    // A pod that is new at this stage has no connections to compare with: nothing changed for it.
    const earlier = old.find(({ family }) => family === now.family);
    if (earlier === undefined || !differs(earlier, now)) return [];
    const [was, is] = [earlier.connections.allow, now.connections.allow];
    const [lost, gained] = [subtract(was, is), subtract(is, was)];
    const kind = kindOf(lost, gained, was, is);
    return [
      {
        kind,
        from,
        to,
        ports: formatPorts(is),
        place: changingLine(kind, { earlier, now, lost, gained }, before.calculation, after.calculation),
      },
    ];
  });
  return changes.filter((change, i) => changes.findIndex(({ kind, ports }) => kind === change.kind && ports === change.ports) === i);
}

function differs(old: FamilyConnections, now: FamilyConnections): boolean {
  const [a, b] = [old.connections, now.connections];
  return [
    subtract(a.allow, b.allow),
    subtract(b.allow, a.allow),
    subtract(a.undetermined, b.undetermined),
    subtract(b.undetermined, a.undetermined),
  ].some((set) => !isEmptyPorts(set));
}

function kindOf(lost: PortSet, gained: PortSet, was: PortSet, is: PortSet): Change["kind"] {
  if (isEmptyPorts(lost) && isEmptyPorts(gained)) return "loses-certainty";
  if (isEmptyPorts(lost)) return isEmptyPorts(was) ? "opens" : "widens";
  if (isEmptyPorts(gained)) return isEmptyPorts(is) ? "closes" : "narrows";
  return "alters";
}

interface ChangedPorts {
  readonly earlier: FamilyConnections;
  readonly now: FamilyConnections;
  readonly lost: PortSet;
  readonly gained: PortSet;
}

/** Closing: where the policy isolates. Narrowing: the rule that still allows. Opening: the rule that allows, else what isolated until now. */
function changingLine(
  kind: Change["kind"],
  { earlier, now, lost, gained }: ChangedPorts,
  before: Calculation,
  after: Calculation,
): Place | undefined {
  const ask = (calculation: Calculation, { from, to, family }: FamilyConnections, ports: PortSet): Answer | undefined => {
    const witness = firstPort(ports);
    return witness && calculation.answer({ from, to, family, ...witness });
  };
  switch (kind) {
    case "closes": {
      const denied = ask(after, now, lost);
      return denied && originPlace(decidingSide(denied.why)?.origins[0]);
    }
    case "narrows": {
      const denied = ask(after, now, lost);
      const kept = ask(after, now, now.connections.allow);
      const side = denied?.why.egress.verdict === "deny" ? "egress" : "ingress";
      const rule = kept?.why[side].origins[0];
      return originPlace(rule === undefined ? denied?.why[side].origins[0] : ruleOf(rule));
    }
    case "opens":
    case "widens":
    case "alters": {
      const [allowed, denied] = [ask(after, now, gained), ask(before, earlier, gained)];
      if (allowed === undefined || denied === undefined) return undefined;
      // What opened is the end that denied until now, whatever rules the other end has.
      const side = denied.why.egress.verdict === "allow" ? "ingress" : "egress";
      return originPlace(allowed.why[side].reason === "rule-allows" ? ruleOrigin(allowed.why[side]) : denied.why[side].origins[0]);
    }
    case "loses-certainty": {
      const doubted = ask(after, now, now.connections.undetermined) ?? ask(before, earlier, earlier.connections.undetermined);
      return doubted && originPlace(decidingSide(doubted.why)?.origins[0]);
    }
  }
}

function ruleOrigin({ origins }: SideWhy): Origin | undefined {
  const [origin] = origins;
  return origin && ruleOf(origin);
}

/** A peer's origin without the peer: the rule it stands in. */
function ruleOf({ document, path }: Origin): Origin {
  return { document, path: path.replace(/\.(?:from|to)\[\d+\]$/, "") };
}

function originPlace(origin: Origin | undefined): Place | undefined {
  return origin && placeOf(spanOf(origin));
}

/** 80/TCP where it is among them, since people look for it; else the lowest, TCP first. */
export function firstPort(ports: PortSet): { readonly protocol: Protocol; readonly port: number } | undefined {
  if (ports.TCP.some(({ first, last }) => first <= 80 && 80 <= last)) return { protocol: "TCP", port: 80 };
  const protocol = protocols.find((name) => ports[name].length > 0);
  const range = protocol && ports[protocol][0];
  return protocol && range && { protocol, port: range.first };
}

/** Which device under test a change is about, and on which side of it; what is about none comes last. */
interface Aspect {
  readonly device: number;
  readonly side: "to" | "from" | "neither";
}

function aspectOf({ from, to }: Pick<ChangedPair, "from" | "to">, underTest: readonly string[]): Aspect {
  const [target, source] = [underTest.indexOf(to.endpoint.id), underTest.indexOf(from.endpoint.id)];
  const candidates: Aspect[] = [];
  if (target >= 0) candidates.push({ device: target, side: "to" });
  if (source >= 0) candidates.push({ device: source, side: "from" });
  return candidates.sort(compareAspects)[0] ?? { device: underTest.length, side: "neither" };
}

function compareAspects(a: Aspect, b: Aspect): number {
  return a.device - b.device || sides.indexOf(a.side) - sides.indexOf(b.side);
}

const sides: readonly Aspect["side"][] = ["to", "from", "neither"];

/** Joins pairs that one line changed alike: destinations with the same sources become one change. */
function joined(pairs: readonly ChangedPair[]): readonly (Change & { readonly first: ChangedPair })[] {
  const [first] = pairs as readonly [ChangedPair, ...ChangedPair[]];
  return rectanglesOf(pairs).map((rectangle) => ({
    kind: first.kind,
    from: rectangle.from.map(({ endpoint }) => endpoint.id),
    to: rectangle.to.map(({ endpoint }) => endpoint.id),
    pairs: pairsIn(rectangle),
    ports: first.ports,
    place: first.place,
    first,
  }));
}

function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  return compareTexts(a?.file ?? "", b?.file ?? "") || (a?.line ?? 0) - (b?.line ?? 0);
}
