import type { ContrailCalculation } from "../../contrail/engine.ts";
import { tagText, type Configuration, type FirewallPolicy, type PlacedRule, type RuleEndpoint } from "../../contrail/objects.ts";
import { policyManagement } from "../../contrail/print.ts";
import { shadowedRules } from "../../contrail/shadow.ts";
import type { Walk } from "../../contrail/walk.ts";
import type { Family } from "../../net/address.ts";
import { protocols, type Protocol } from "../../net/ports.ts";
import { portIntervals } from "../../reach/cuts.ts";
import { policyText } from "../../reach/why.ts";
import { compareTexts } from "../../text/diagnostic.ts";
import { placeOfOrigin } from "../places.ts";
import { pairCount, type FamilyConnections, type Row, type View } from "../rows.ts";
import { placeOfRule, serviceText } from "./objects.ts";
import type {
  ContrailSurvey,
  DecidedFlows,
  SurveyedGroup,
  SurveyedPolicy,
  SurveyedRule,
  SurveyedTag,
  SurveyTotals,
} from "./survey-types.ts";

export interface SurveyOptions {
  readonly stage: string | undefined;
  /** The port whose flows are counted; undefined for all ports, where a flow counts at every rule that decides one of its ports. */
  readonly port: AskedPort | undefined;
}

interface AskedPort {
  readonly protocol: Protocol;
  readonly port: number;
}

/**
 * The objects of a calculation as data for a page: the application policy set, its policies and rules in the order of the walk, each
 * rule with the manifest line it was made from and the number of flows of the view that it decides; tags with the pods that carry them;
 * address groups. The view must be one of this calculation.
 */
export function contrailSurvey(calculation: ContrailCalculation, view: View, { stage, port }: SurveyOptions): ContrailSurvey {
  const { configuration } = calculation;
  const { applicationPolicySet, profile } = configuration;
  const counted = countFlows(calculation, view, port);
  const shadowed = shadowedRules(configuration);
  const policies = applicationPolicySet.policies.map((policy): SurveyedPolicy => {
    const rules = policy.rules.map((rule) => ruleOf(rule, counted.byRule.get(rule) ?? 0, shadowed.get(rule)));
    const decides = rules.reduce((sum, rule) => sum + rule.decides, 0);
    const { sequence, name } = policy;
    return {
      sequence,
      name,
      role: roleOf(policy, configuration),
      networkPolicy: policy.policy && policyText(policy.policy),
      decides,
      rules,
    };
  });
  return {
    format: "netproof.contrail-survey/1",
    stage,
    profile: profile.name,
    port: port && `${port.port}/${port.protocol}`,
    applicationPolicySet: { name: `${policyManagement}:${applicationPolicySet.name}`, tags: applicationPolicySet.tags },
    policies,
    tags: tagsOf(configuration),
    addressGroups: groupsOf(configuration),
    totals: { policies: policies.length, rules: policies.reduce((sum, { rules }) => sum + rules.length, 0), ...counted.totals },
  };
}

/** The flows that one rule decides, as pairs of the view's rows, for whoever asks a row of the survey which they are. */
export function flowsDecidedBy(
  rule: { readonly policy: string; readonly rule: string },
  calculation: ContrailCalculation,
  view: View,
  { port }: Pick<SurveyOptions, "port">,
): readonly DecidedFlows[] {
  const policy = calculation.configuration.applicationPolicySet.policies.find(({ name }) => name === rule.policy);
  const asked = policy?.rules.find(({ name }) => name === rule.rule);
  if (asked === undefined) return [];
  return [...walkedFlows(calculation, view, port)]
    .filter(({ endings }) => endings.has(asked))
    .map(({ from, to, family, flows }) => ({ from: from.endpoint.id, to: to.endpoint.id, family, flows }));
}

type FlowTotals = Pick<SurveyTotals, "flows" | "decided" | "implicitDeny" | "notEvaluated" | "undetermined">;

function countFlows(
  calculation: ContrailCalculation,
  view: View,
  port: AskedPort | undefined,
): { readonly byRule: ReadonlyMap<PlacedRule, number>; readonly totals: FlowTotals } {
  const byRule = new Map<PlacedRule, number>();
  const totals = { flows: 0, decided: 0, implicitDeny: 0, notEvaluated: 0, undetermined: 0 };
  for (const { endings, flows } of walkedFlows(calculation, view, port)) {
    totals.flows += flows;
    for (const ending of endings) {
      if (typeof ending === "string") totals[ending] += flows;
      else byRule.set(ending, (byRule.get(ending) ?? 0) + flows);
    }
    if ([...endings].some((ending) => typeof ending !== "string")) totals.decided += flows;
  }
  return { byRule, totals };
}

type Ending = PlacedRule | "implicitDeny" | "notEvaluated" | "undetermined";

interface WalkedFlows {
  readonly from: Row;
  readonly to: Row;
  readonly family: Family;
  readonly flows: number;
  /** One, where one port is asked. */
  readonly endings: ReadonlySet<Ending>;
}

/** Each pair of classes is walked once, whatever the number of rows in them. */
function* walkedFlows(calculation: ContrailCalculation, view: View, port: AskedPort | undefined): Generator<WalkedFlows> {
  const ports = port === undefined ? onePortOfEach(calculation) : [port];
  const walked = new Map<string, ReadonlySet<Ending>>();
  const endingsOf = ({ from, to, family }: FamilyConnections): ReadonlySet<Ending> => {
    const { classOf } = calculation.reach(family);
    const key = `${family} ${classOf(from)} ${classOf(to)}`;
    const known =
      walked.get(key) ?? new Set(ports.flatMap((one) => endingOf(calculation.answer({ from, to, family, ...one }).evidence) ?? []));
    walked.set(key, known);
    return known;
  };
  for (const from of view.rows) {
    for (const to of view.rows) {
      const flows = pairCount(from, to);
      if (flows === 0) continue;
      for (const pair of view.connections(from, to)) yield { from, to, family: pair.family, flows, endings: endingsOf(pair) };
    }
  }
}

function onePortOfEach({ cuts, snapshot }: ContrailCalculation): readonly AskedPort[] {
  const intervals = portIntervals(cuts, snapshot.pods);
  return protocols.flatMap((protocol) => intervals[protocol].map(({ first }) => ({ protocol, port: first })));
}

function endingOf({ outcome }: Walk): Ending | undefined {
  switch (outcome.kind) {
    case "match":
      return outcome.at.rule;
    case "no-match":
      return "implicitDeny";
    case "not-evaluated":
      return "notEvaluated";
    case "undetermined":
      return "undetermined";
    case "same-pod":
      // A view has no pair of an endpoint and itself.
      return undefined;
  }
}

function ruleOf(rule: PlacedRule, decides: number, shadow: ReturnType<ReturnType<typeof shadowedRules>["get"]>): SurveyedRule {
  const { sequence, name, action, service, endpoint1, endpoint2 } = rule;
  return {
    sequence,
    name,
    action,
    service: serviceText(service),
    endpoint1: tidy(endpoint1),
    endpoint2: tidy(endpoint2),
    decides,
    shadowedBy: shadow && { policy: shadow.policy.name, rule: shadow.rule.name },
    place: placeOfRule(rule),
  };
}

function tidy(endpoint: RuleEndpoint): RuleEndpoint {
  return endpoint.kind === "tags" ? { kind: "tags", tags: [...new Set(endpoint.tags)].sort() } : endpoint;
}

function roleOf({ name, policy }: FirewallPolicy, { cluster }: Configuration): SurveyedPolicy["role"] {
  if (policy !== undefined) return "network-policy";
  if (name === `${cluster}-Ingress`) return "ingress-objects";
  return name === `${cluster}-denyall` ? "isolation" : "namespaces";
}

/** Those on interfaces, and the one of the set, which every project has. */
function tagsOf({ interfaces, applicationPolicySet, cluster }: Configuration): readonly SurveyedTag[] {
  const pods = new Map<string, string[]>(applicationPolicySet.tags.map((tag) => [tag, []]));
  for (const [pod, { tags }] of interfaces) {
    const own = [...tags.values()].map(tagText);
    // The project's tag counts where the interface has none of that type (D44).
    for (const tag of tags.has("application") ? own : [...own, `application=${cluster}`]) {
      const known = pods.get(tag);
      if (known === undefined) pods.set(tag, [pod]);
      else known.push(pod);
    }
  }
  return [...pods].map(([tag, names]) => ({ tag, pods: names.sort(compareTexts) })).sort((a, b) => compareTexts(a.tag, b.tag));
}

function groupsOf({ addressGroups, applicationPolicySet }: Configuration): readonly SurveyedGroup[] {
  const rules = applicationPolicySet.policies.flatMap((policy) => policy.rules);
  const names = ({ endpoint1, endpoint2 }: PlacedRule, group: string): boolean =>
    [endpoint1, endpoint2].some((endpoint) => endpoint.kind === "addressGroup" && endpoint.group === group);
  return [...addressGroups.values()]
    .map(({ name, cidrs, from: [origin] }) => ({
      name,
      prefixes: cidrs.map(({ text }) => text),
      rules: rules.filter((rule) => names(rule, name)).map((rule) => rule.name),
      place: origin && placeOfOrigin(origin),
    }))
    .sort((a, b) => compareTexts(a.name, b.name));
}
