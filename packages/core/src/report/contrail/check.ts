import { deviation, type DeviationId } from "../../contrail/deviations.ts";
import type { Explanation } from "../../contrail/explain.ts";
import type { Endpoint, External, Snapshot } from "../../model/cluster.ts";
import { allPorts, formatPorts, subtract, type PortSet } from "../../net/ports.ts";
import { policyText } from "../../reach/why.ts";
import { compareTexts, type Diagnostic } from "../../text/diagnostic.ts";
import { spanOf } from "../../text/source.ts";
import { reportDiagnostic } from "../places.ts";
import { differingPairs, type Compared, type DifferingPair } from "./differences.ts";
import { withoutDirection } from "./remedy.ts";
import type { ContrailCheck, ContrailFinding } from "./check-types.ts";

export interface CheckOptions {
  readonly stage: string | undefined;
  /** Outside points that have a name, to be named as witnesses. */
  readonly outside: readonly External[];
  nameOf(endpoint: Endpoint): string;
  /** Both calculations of another snapshot, so that what is proposed is tried before. */
  calculate(snapshot: Snapshot): Compared;
}

/** Where Contrail would not do what the policies mean, by policy and deviation, each with one witness. */
export function contrailCheck(compared: Compared, options: CheckOptions): ContrailCheck {
  const gathered = gather(compared, options.outside);
  const findings = [...gathered.found.values()].map((found) => findingOf(found, compared, options)).sort(byPlace);
  const { policies, clusterPolicies } = compared.spec.snapshot;
  const differing = new Set([...gathered.found.values()].map(({ explanation }) => blamed(explanation))).size;
  const { moreOpen, moreClosed, undetermined } = gathered;
  return {
    format: "netproof.contrail-check/1",
    stage: options.stage,
    profile: compared.contrail.configuration.profile.name,
    findings,
    totals: { policies: policies.length + clusterPolicies.length, differing, moreOpen, moreClosed, undetermined },
    exitCode: findings.length > 0 ? 1 : undetermined > 0 ? 4 : 0,
  };
}

interface Found {
  readonly explanation: Explanation;
  readonly effect: ContrailFinding["effect"];
  readonly witness: Pick<DifferingPair, "from" | "to" | "family"> & { readonly ports: PortSet };
  pairs: number;
}

interface Gathered {
  readonly found: ReadonlyMap<string, Found>;
  readonly moreOpen: number;
  readonly moreClosed: number;
  readonly undetermined: number;
}

/** Most pairs have addresses of one family; where they have both, a pair counts once. */
function gather(compared: Compared, outside: readonly External[]): Gathered {
  const found = new Map<string, Found>();
  const totals: Record<DifferingPair["effect"], Record<4 | 6, number>> = {
    "more-open": { 4: 0, 6: 0 },
    "more-closed": { 4: 0, 6: 0 },
    undetermined: { 4: 0, 6: 0 },
  };
  for (const { from, to, family, pairs, effect, explained } of differingPairs(compared, outside)) {
    totals[effect][family] += pairs;
    if (effect === "undetermined") continue;
    for (const { explanation, ports } of explained) {
      const key = `${effect} ${explanation.deviation} ${blamed(explanation)}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { explanation, effect, witness: { from, to, family, ports }, pairs });
      else if (known.witness.family === family) known.pairs += pairs;
    }
  }
  const most = (effect: DifferingPair["effect"]): number => Math.max(totals[effect][4], totals[effect][6]);
  return { found, moreOpen: most("more-open"), moreClosed: most("more-closed"), undetermined: most("undetermined") };
}

/** The policy to change, or, where none is named, the lines. */
function blamed({ policies: [policy], from: [origin] }: Explanation): string {
  if (policy !== undefined) return policyText(policy);
  return origin === undefined ? "" : `${origin.document.source.name} ${spanOf(origin).start}`;
}

function findingOf({ explanation, effect, witness, pairs }: Found, compared: Compared, options: CheckOptions): ContrailFinding {
  const { deviation: id, policies, from: origins } = explanation;
  const known = id === "unexplained" ? undefined : deviation(id);
  const [origin] = origins;
  const [from, to] = [options.nameOf(witness.from), options.nameOf(witness.to)];
  const ports = formatPorts(witness.ports);
  const remedy = id === "D3" ? withoutDirection(explanation, compared, options.calculate) : undefined;
  const help = remedy?.help ?? (known === undefined ? undefined : asHelp(known.workaround));
  const diagnostic: Diagnostic = {
    code: id,
    severity: "error",
    message: known?.title ?? "Contrail differs here and no known deviation says why: please report it",
    at: origin && spanOf(origin, "entry"),
    label: labelOf(explanation, effect, `${from} → ${to}${portsText(witness.ports)}`),
    related: [],
    ...(help === undefined ? {} : { help }),
  };
  return {
    ...reportDiagnostic(diagnostic, "finding"),
    deviation: id,
    policies: policies.map(policyText),
    effect,
    pairs,
    witness: { from, to, ports },
    note: remedy?.note,
  };
}

/** Deviations in which two policies meet, the one that opens before those that close. */
const combinations: readonly (DeviationId | "unexplained")[] = ["D1", "D2", "D3", "D4", "D5", "D6"];

function labelOf({ deviation: id, policies }: Explanation, effect: ContrailFinding["effect"], flow: string): string {
  const [, ...closing] = policies;
  if (combinations.includes(id) && closing.length > 0) {
    const names = closing.map(policyText);
    return `opens ${flow}, which ${names.join(" and ")} ${names.length === 1 ? "closes" : "close"}`;
  }
  if (effect === "more-closed") return `Contrail closes ${flow}`;
  // Half of a policy may be there (D48).
  const isMissing = id !== "unexplained" && id !== "D48" && deviation(id)?.effects.includes("policy-missing") === true;
  return `${isMissing ? "has no effect in Contrail, which" : "Contrail"} opens ${flow}`;
}

/** As a person would say it: ` 80/TCP`, nothing for all, ` on all ports but 5432/TCP` where that is shorter. */
function portsText(ports: PortSet): string {
  const [text, others] = [formatPorts(ports), formatPorts(subtract(allPorts, ports))];
  if (text === "all") return "";
  return others.split(" ").length < text.split(" ").length ? ` on all ports but ${others}` : ` ${text}`;
}

/** As a proposal: it goes on behind `help:`. */
function asHelp(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, "")}`;
}

function byPlace(a: ContrailFinding, b: ContrailFinding): number {
  return (
    compareTexts(a.frame?.place.file ?? "", b.frame?.place.file ?? "") ||
    (a.frame?.place.line ?? 0) - (b.frame?.place.line ?? 0) ||
    (a.frame?.place.column ?? 0) - (b.frame?.place.column ?? 0) ||
    Number(a.deviation.slice(1)) - Number(b.deviation.slice(1)) ||
    compareTexts(a.effect, b.effect)
  );
}
