import type { Direction, PolicyName } from "../model/policy.ts";
import type { Origin } from "../text/source.ts";
import type { KubePeer, KubePolicy, KubePort, KubeRule } from "./kube-objects.ts";
import {
  anyEndpoint,
  anyService,
  type FirewallRule,
  type FirewallService,
  type Refusal,
  type RuleEndpoint,
  type RulePurpose,
} from "./objects.ts";
import type { Profile } from "./profiles.ts";
import { namespaceTag, selectorTags, targetTags } from "./tags.ts";

/** One thing that kube-manager does with a policy. What it does before a failure stays done (D48). */
export type TranslationStep =
  | { readonly step: "address-group"; readonly cidr: string; readonly from: readonly Origin[] }
  | { readonly step: "deny-rule"; readonly direction: Direction; readonly rule: FirewallRule }
  | { readonly step: "pass-rules"; readonly rules: readonly FirewallRule[] }
  /** An exception of kube-manager's own. */
  | { readonly step: "failure"; readonly refusal: Refusal; readonly from: readonly Origin[] };

/**
 * Rule O: what kube-manager does for one NetworkPolicy, in its order. For each type in the order given it makes the address groups of
 * the rules and then the type's deny rule; all pass rules come last. Rules of a type that is not listed are dropped.
 */
export function* translate(policy: KubePolicy, profile: Profile): Generator<TranslationStep> {
  const target = { kind: "tags", tags: targetTags(policy.target, policy.namespace) } as const;
  const passRules: FirewallRule[] = [];
  for (const direction of policy.types) {
    const context: RuleContext = { policy, direction, target, profile };
    for (const [index, rule] of policy[direction].entries()) {
      for (const made of rulesOf(rule, index, context)) {
        if ("step" in made) yield made;
        else passRules.push(made);
      }
    }
    yield { step: "deny-rule", direction, rule: denyRule(policy, direction, target) };
  }
  yield { step: "pass-rules", rules: passRules };
}

/** `k8s-dev-policy1`. Two policies may get the same one (D39). */
export function firewallPolicyName(cluster: string, { namespace, name }: PolicyName): string {
  return `${cluster}-${namespace}-${name}`;
}

interface RuleContext {
  readonly policy: KubePolicy;
  readonly direction: Direction;
  readonly target: RuleEndpoint;
  readonly profile: Profile;
}

/** One end of a rule before it meets the services: what a peer becomes. */
interface Entry {
  readonly name: string;
  readonly endpoint: RuleEndpoint;
  readonly action: "pass" | "deny";
  readonly kind: Extract<RulePurpose, { readonly rule: number }>["kind"];
  readonly peer: number | undefined;
  readonly from: readonly Origin[];
}

type Step = Exclude<TranslationStep, { readonly step: "pass-rules" | "deny-rule" }>;

/** Rules G and H: the entries of all peers times the services. A rule none of whose peers gives an entry allows everybody (D19). */
function* rulesOf(rule: KubeRule, index: number, context: RuleContext): Generator<Step | FirewallRule> {
  const { policy, direction, profile } = context;
  const prefix =
    direction === "ingress"
      ? `${policy.namespace}-ingress-${policy.name}-${firstEqual(policy.ingress, index)}`
      : // Without the rule's index: the rules of a second egress rule overwrite those of the first (D38).
        `${policy.namespace}-egress-${policy.name}`;
  const entries: Entry[] = [];
  for (const [at, peer] of rule.peers.entries()) {
    for (const made of entriesOf(peer, `${prefix}-`, firstEqual(rule.peers, at), context)) {
      if ("step" in made) yield made;
      else entries.push({ ...made, peer: at });
    }
  }
  if (entries.length === 0) {
    entries.push({
      name: `${prefix}-allow-all`,
      endpoint: anyEndpoint,
      action: "pass",
      kind: "allow-all",
      peer: undefined,
      from: [rule.origin],
    });
  }
  const services: NumberedService[] = [];
  for (const [at, port] of rule.ports.entries()) {
    const made = serviceOf(port, profile);
    if ("step" in made) yield made;
    else services.push({ service: made, number: at, port });
  }
  for (const entry of entries) yield* combined(entry, services, index, context);
}

interface NumberedService {
  readonly service: FirewallService;
  readonly number: number;
  readonly port: KubePort;
}

function* combined(
  entry: Entry,
  services: readonly NumberedService[],
  rule: number,
  { policy, direction, target }: RuleContext,
): Generator<FirewallRule> {
  const [endpoint1, endpoint2] = direction === "ingress" ? [entry.endpoint, target] : [target, entry.endpoint];
  const purpose = { kind: entry.kind, policy: policyName(policy), direction, rule, peer: entry.peer } as const;
  const common = { action: entry.action, endpoint1, endpoint2 };
  if (services.length === 0) {
    yield { ...common, name: `${entry.name}-0`, service: anyService, purpose: { ...purpose, port: undefined }, from: entry.from };
    return;
  }
  const texts = services.map(({ service }) => JSON.stringify(service));
  for (const [at, { service, number, port }] of services.entries()) {
    const name = `${entry.name}-${texts.indexOf(texts[at] as string)}`;
    yield { ...common, name, service, purpose: { ...purpose, port: number }, from: [...entry.from, port.origin] };
  }
}

/** Rule Q: what one peer becomes, in this order. The names are those of the first equal peer (trap 1). */
function* entriesOf(
  peer: KubePeer,
  prefix: string,
  number: number,
  { policy, profile }: RuleContext,
): Generator<Step | Omit<Entry, "peer">> {
  const from = [peer.origin];
  const entry = (name: string, tags: readonly string[], action: Entry["action"], kind: Entry["kind"]): Omit<Entry, "peer"> => ({
    name: `${prefix}${name}`,
    endpoint: tags.length === 0 ? anyEndpoint : { kind: "tags", tags },
    action,
    kind,
    from,
  });
  let namespaceTags: readonly string[] = [];
  let marked = false;
  if (peer.namespaces?.written === "something") {
    namespaceTags = selectorTags(peer.namespaces, undefined, profile);
    const [first] = peer.namespaces.expressions;
    if (first?.operator === "NotIn" && profile.namespaceNotIn === "deny-then-everybody") {
      const [tag] = namespaceTags;
      if (tag === undefined) {
        yield { step: "failure", refusal: { kind: "values-missing", key: first.key }, from };
        return;
      }
      yield entry(`namespaceSelector-${number}-${tag}`, namespaceTags, "deny", "excluded");
      yield entry(`namespaceSelector-${number}`, [], "pass", "others");
    } else marked = true;
  } else if (peer.namespaces !== undefined) marked = profile.emptyNamespaceSelector === "everybody";

  let podTags: readonly string[] = [];
  if (peer.pods !== undefined) {
    marked = true;
    podTags = podSelectorTags(peer, policy.namespace, profile);
  }
  // The tags of a namespaceSelector that begins with NotIn are added here all the same (D25, trap 5).
  if (marked)
    yield entry(
      `${peer.pods === undefined ? "namespaceSelector" : "podSelector"}-${number}`,
      [...namespaceTags, ...podTags],
      "pass",
      "peer",
    );

  for (const cidr of peer.block?.except ?? []) {
    yield { step: "address-group", cidr, from };
    const endpoint = { kind: "addressGroup", group: cidr } as const;
    yield { name: `${prefix}ipBlock-${number}-${cidr}`, endpoint, action: "deny", kind: "except", from };
  }
  const cidr = peer.block?.cidr;
  if (cidr !== undefined) {
    yield { step: "address-group", cidr, from };
    const endpoint = { kind: "addressGroup", group: cidr } as const;
    yield { name: `${prefix}ipBlock-${number}-cidr-${cidr}`, endpoint, action: "pass", kind: "peer", from };
  }
}

function podSelectorTags({ pods, namespaces }: KubePeer, namespace: string, profile: Profile): readonly string[] {
  if (pods === undefined) return [];
  if (pods.written === "nothing") {
    // Also beside a namespaceSelector, so that its pods must be of the policy's own namespace (D26, D27).
    return profile.emptyPodSelector === "own-namespace" ? [namespaceTag(namespace)] : [];
  }
  const isOwn = namespaces === undefined || profile.podSelectorBesideNamespaces === "own-namespace";
  return selectorTags(pods, isOwn ? namespace : undefined, profile);
}

const protocols: ReadonlyMap<string | undefined, FirewallService["protocol"]> = new Map([
  // The agent ignores the ports then (D35).
  [undefined, "any"],
  ["any", "any"],
  ["TCP", "tcp"],
  ["UDP", "udp"],
  ["SCTP", "sctp"],
]);

/** Rule V: one port or all; `endPort` is not read (D33). */
function serviceOf({ protocol, port, origin }: KubePort, profile: Profile): FirewallService | Step {
  const known = protocols.get(protocol);
  if (known === undefined || (known === "sctp" && profile.sctp === "fails")) {
    return { step: "failure", refusal: { kind: "protocol-unknown", protocol: protocol ?? "" }, from: [origin] };
  }
  return { protocol: known, dstPorts: dstPortsOf(port) };
}

/** A number in quotes is one to the API server. */
function dstPortsOf(port: number | string | undefined): FirewallService["dstPorts"] {
  if (port === undefined) return anyService.dstPorts;
  const number = typeof port === "string" && /^\d+$/.test(port) ? Number(port) : port;
  return typeof number === "number" && Number.isInteger(number) ? { first: number, last: number } : { name: String(number) };
}

function denyRule(policy: KubePolicy, direction: Direction, target: RuleEndpoint): FirewallRule {
  const isIngress = direction === "ingress";
  return {
    name: isIngress ? `${policy.namespace}-ingress-${policy.name}-denyall` : `${policy.namespace}-egress-${policy.name}-default-deny-all`,
    action: "deny",
    service: anyService,
    endpoint1: isIngress ? anyEndpoint : target,
    endpoint2: isIngress ? target : anyEndpoint,
    purpose: { kind: "isolation", policy: policyName(policy), direction },
    from: [policy.isolatesAt[direction]],
  };
}

function policyName({ namespace, name }: KubePolicy): PolicyName {
  return { namespace, name };
}

function firstEqual(items: readonly { readonly text: string }[], at: number): number {
  return items.findIndex(({ text }) => text === items[at]?.text);
}
