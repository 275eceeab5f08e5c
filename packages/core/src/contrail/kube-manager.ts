import type { Direction, PolicyName } from "../model/policy.ts";
import { parseCidr } from "../net/cidr.ts";
import { compareTexts } from "../text/diagnostic.ts";
import type { Origin } from "../text/source.ts";
import { startInterfaces } from "./interfaces.ts";
import type { KubeEvent, KubeIngress, KubeNamespace, KubeObject, KubePolicy } from "./kube-objects.ts";
import {
  anyEndpoint,
  anyService,
  fullName,
  type AddressGroup,
  type Configuration,
  type FirewallPolicy,
  type FirewallRule,
  type PolicyRecord,
  type Rejection,
  type RuleEndpoint,
} from "./objects.ts";
import type { Profile } from "./profiles.ts";
import { namespaceTag } from "./tags.ts";
import { firewallPolicyName, translate, type TranslationStep } from "./translate.ts";

/** kube-manager and the configuration it writes. What it was told before shapes what it makes of the next event (spec 3.1). */
export interface KubeManager {
  receive(event: KubeEvent): void;
  /** What is written now. It stays as it is when more events come. */
  configuration(): Configuration;
}

/** Rule S: a kube-manager on an empty configuration. */
export function startKubeManager(profile: Profile, cluster = "k8s"): KubeManager {
  const ingressPolicy = `${cluster}-Ingress`;
  const denyAll = `${cluster}-denyall`;
  const allowAll = `${cluster}-allowall`;
  const fixed: ReadonlySet<string> = new Set([ingressPolicy, denyAll, allowAll]);

  /** All rules by name, also those that no policy refers to: what a failed event leaves behind. */
  const rules = new Map<string, FirewallRule>();
  const policies = new Map<string, StoredPolicy>([...fixed].map((name) => [name, emptyPolicy()]));
  /** The application policy set: where each policy stands in it. */
  const places = new Map<string, number>([
    [ingressPolicy, 2],
    [denyAll, 4],
    [allowAll, 5],
  ]);
  const groups = new Map<string, AddressGroup>();
  const interfaces = startInterfaces(profile);
  const ingresses = new Map<string, KubeIngress>();
  const records = new Map<string, PolicyRecord>();
  const rejected: Rejection[] = [];

  return { receive, configuration };

  function receive(event: KubeEvent): void {
    switch (event.kind) {
      case "added":
      case "modified":
        announce(event.object, event.kind);
        break;
      case "deleted":
        forget(event.object);
        break;
      case "restart":
        restart(event.objects);
        break;
      case "ingress-rule":
        addIngressRule(event.namespace, event.ingress, event.service, []);
    }
  }

  function announce(object: KubeObject, event: "added" | "modified"): void {
    switch (object.kind) {
      case "Namespace":
        return announceNamespace(object, event);
      case "Pod":
        return interfaces.announcePod(object);
      case "NetworkPolicy":
        return announcePolicy(object, event);
      case "Ingress":
        return announceIngress(object);
    }
  }

  function forget(object: KubeObject): void {
    switch (object.kind) {
      case "Namespace":
        interfaces.forgetNamespace(object.name);
        for (const direction of ["ingress", "egress"] as const) removeRule(allowAll, namespaceRuleName(object.name, direction));
        break;
      case "Pod":
        interfaces.forgetPod(object);
        break;
      case "NetworkPolicy":
        forgetPolicy(object);
        break;
      case "Ingress":
        announceIngress({ ...object, services: [] });
        ingresses.delete(keyOf(object));
    }
  }

  /** Rule N: the namespace's two default rules, and its labels on the pods that are there. */
  function announceNamespace(namespace: KubeNamespace, event: "added" | "modified"): void {
    interfaces.announceNamespace(namespace, event);
    for (const direction of ["ingress", "egress"] as const) addRule(allowAll, namespaceRule(namespace, direction));
  }

  function namespaceRuleName(namespace: string, direction: Direction): string {
    return `${cluster}-Namespace-${namespace}-${direction}`;
  }

  function namespaceRule({ name, origin }: KubeNamespace, direction: Direction): FirewallRule {
    const own: RuleEndpoint = { kind: "tags", tags: [namespaceTag(name)] };
    return {
      name: namespaceRuleName(name, direction),
      action: "pass",
      service: anyService,
      endpoint1: direction === "ingress" ? anyEndpoint : own,
      endpoint2: direction === "ingress" ? own : anyEndpoint,
      purpose: { kind: "namespace", namespace: name, direction },
      from: origin === undefined ? [] : [origin],
    };
  }

  /** Spec 3.1. Whatever kube-manager has done before a step fails stays done. */
  function announcePolicy(policy: KubePolicy, event: "added" | "modified"): void {
    const name = firewallPolicyName(cluster, policy);
    const key = keyOf(policy);
    const before = policies.get(name);
    const known = records.get(key);
    const record: PolicyRecord = { policy, firewallPolicy: name, applied: known?.applied, rejection: undefined };
    if (before?.text === policy.text) {
      // Also where a change was refused and is taken back: what it left behind stays (D48).
      records.set(key, { ...record, rejection: known?.rejection });
      if (known?.rejection === undefined && isOwner(before, policy)) point(policy, before);
      return;
    }
    const denies: Partial<Record<Direction, string>> = {};
    let passRules: readonly FirewallRule[] = [];
    for (const step of translate(policy, profile)) {
      const failure = perform(step);
      if (failure !== undefined) {
        const rejection: Rejection = { event, policy: { namespace: policy.namespace, name: policy.name }, ...failure };
        rejected.push(rejection);
        records.set(key, { ...record, rejection });
        return;
      }
      if (step.step === "deny-rule") denies[step.direction] = step.rule.name;
      if (step.step === "pass-rules") passRules = step.rules;
    }
    for (const direction of ["ingress", "egress"] as const) {
      const deny = rules.get(denies[direction] ?? "");
      if (deny !== undefined) addRule(denyAll, deny);
    }
    // Rule U: the later place of a name counts, and the content was overwritten when it was stored.
    const placed = new Map(passRules.map((rule, i) => [rule.name, i]));
    const owner = { namespace: policy.namespace, name: policy.name };
    // A type that is no longer listed leaves its deny rule where it is, until the policy goes (D47).
    policies.set(name, { owner, text: policy.text, places: placed, denies: { ...before?.denies, ...denies }, from: [policy.origin] });
    for (const gone of before?.places.keys() ?? []) if (!placed.has(gone)) dropRule(gone);
    if (before === undefined) appendPolicy(name);
    records.set(key, { ...record, applied: policy });
  }

  /** Nothing changes but the text around it: the rules are made from the lines where it stands now. */
  function point(policy: KubePolicy, stored: StoredPolicy): void {
    policies.set(firewallPolicyName(cluster, policy), { ...stored, from: [policy.origin] });
    for (const step of translate(policy, profile)) {
      const made = step.step === "deny-rule" ? [step.rule] : step.step === "pass-rules" ? step.rules : [];
      for (const rule of made) if (rules.has(rule.name)) rules.set(rule.name, rule);
    }
  }

  /** The new policy takes the place of denyall, which moves behind allowall, and allowall behind it (spec 2.2). */
  function appendPolicy(name: string): void {
    const [tail, last] = [places.get(denyAll) ?? 0, places.get(allowAll) ?? 0];
    places.set(denyAll, last + 1);
    places.set(allowAll, last + 2);
    places.set(name, tail);
  }

  /** Stores what a step makes, or says why the API server does not take it. */
  function perform(step: TranslationStep): Failure | undefined {
    switch (step.step) {
      case "failure":
        return { refusal: step.refusal, from: step.from };
      case "address-group":
        return storeGroup(step.cidr, step.from);
      case "deny-rule":
        return storeRule(step.rule);
      case "pass-rules":
        for (const rule of step.rules) {
          const failure = storeRule(rule);
          if (failure !== undefined) return failure;
        }
        return undefined;
    }
  }

  function storeGroup(cidr: string, from: readonly Origin[]): Failure | undefined {
    if (cidr.includes(":")) return { refusal: { kind: "cidr-colon", cidr }, from };
    const parsed = parseCidr(cidr);
    if (parsed === undefined) return { refusal: { kind: "cidr-invalid", cidr }, from };
    groups.set(cidr, { name: cidr, cidrs: [parsed.cidr], tags: [], from });
    return undefined;
  }

  /** A rule of this name that exists is overwritten, in every policy that refers to it. */
  function storeRule(rule: FirewallRule): Failure | undefined {
    const failure = failureOf(rule);
    if (failure === undefined) rules.set(rule.name, rule);
    return failure;
  }

  function forgetPolicy(policy: PolicyName): void {
    const name = firewallPolicyName(cluster, policy);
    records.delete(keyOf(policy));
    const stored = policies.get(name);
    if (stored === undefined) return;
    for (const deny of Object.values(stored.denies)) removeRule(denyAll, deny);
    policies.delete(name);
    places.delete(name);
    for (const rule of stored.places.keys()) dropRule(rule);
  }

  function announceIngress(ingress: KubeIngress): void {
    const before = ingresses.get(keyOf(ingress));
    for (const service of before?.services ?? []) {
      if (!ingress.services.includes(service)) removeRule(ingressPolicy, ingressRuleName(ingress.namespace, ingress.name, service));
    }
    for (const service of ingress.services) addIngressRule(ingress.namespace, ingress.name, service, [ingress.origin]);
    ingresses.set(keyOf(ingress), ingress);
  }

  function ingressRuleName(namespace: string, ingress: string, service: string): string {
    return `${cluster}-Ingress-${namespace}-${ingress}-${service}`;
  }

  /** Rule K: the Service's tag carries no namespace (D53). */
  function addIngressRule(namespace: string, ingress: string, service: string, from: readonly Origin[]): void {
    addRule(ingressPolicy, {
      name: ingressRuleName(namespace, ingress, service),
      action: "pass",
      service: anyService,
      endpoint1: { kind: "tags", tags: [`ingress=${cluster}-${namespace}-${ingress}`] },
      endpoint2: { kind: "tags", tags: [`${cluster}-svc=${service}`] },
      purpose: { kind: "ingress", namespace, ingress, service },
      from,
    });
  }

  /** Appends a rule to one of the fixed policies; one that is in it already keeps its place. */
  function addRule(policy: string, rule: FirewallRule): void {
    rules.set(rule.name, rule);
    const inside = policies.get(policy)?.places;
    if (inside === undefined || inside.has(rule.name)) return;
    let last = 0;
    for (const place of inside.values()) last = Math.max(last, place);
    inside.set(rule.name, last + 1);
  }

  function removeRule(policy: string, rule: string): void {
    if (policies.get(policy)?.places.delete(rule) === true) dropRule(rule);
  }

  /** Address groups go with the last rule that uses them. */
  function dropRule(name: string): void {
    const rule = rules.get(name);
    rules.delete(name);
    for (const endpoint of rule === undefined ? [] : [rule.endpoint1, rule.endpoint2]) {
      if (endpoint.kind !== "addressGroup") continue;
      const isUsed = [...rules.values()].some(
        ({ endpoint1, endpoint2 }) => isGroup(endpoint1, endpoint.group) || isGroup(endpoint2, endpoint.group),
      );
      if (!isUsed) groups.delete(endpoint.group);
    }
  }

  /** Objects that went away meanwhile are found by the periodic checks. */
  function restart(objects: readonly KubeObject[]): void {
    for (const object of objects) announce(object, "added");
    const present = new Set(objects.map((object) => `${object.kind} ${object.kind === "Namespace" ? object.name : keyOf(object)}`));
    for (const { policy } of [...records.values()]) if (!present.has(`NetworkPolicy ${keyOf(policy)}`)) forgetPolicy(policy);
    for (const pod of interfaces.pods) if (!present.has(`Pod ${keyOf(pod)}`)) forget(pod);
    for (const ingress of [...ingresses.values()]) if (!present.has(`Ingress ${keyOf(ingress)}`)) forget(ingress);
    for (const namespace of interfaces.namespaces) if (!present.has(`Namespace ${namespace.name}`)) forget(namespace);
    checkOrder();
  }

  /** The periodic check: the Ingress policy first, then somewhere denyall, and allowall behind it; otherwise all are placed anew from 1 on. */
  function checkOrder(): void {
    const order = [...places.keys()].sort((a, b) => compareTexts(placeText(a), placeText(b)));
    const tail = order.indexOf(denyAll);
    if (order[0] === ingressPolicy && tail > 0 && order.indexOf(allowAll) > tail) return;
    const users = order.filter((name) => !fixed.has(name));
    for (const [i, name] of [ingressPolicy, ...users, denyAll, allowAll].entries()) places.set(name, i + 1);
  }

  /** The peers whose rules name the group; it may have outlived them. */
  function usersOf(name: string, { from }: AddressGroup): readonly Origin[] {
    const users = [...rules.values()].filter(({ endpoint1, endpoint2 }) => isGroup(endpoint1, name) || isGroup(endpoint2, name));
    const origins = users.flatMap((rule) => rule.from.slice(0, 1));
    return origins.length === 0 ? from : [...new Set(origins)];
  }

  function placeText(policy: string): string {
    return sequenceText(places.get(policy) ?? 0);
  }

  function configuration(): Configuration {
    const placed = [...places.keys()].map((name): FirewallPolicy => {
      const { owner, places: inside, from } = policies.get(name) ?? emptyPolicy();
      const own = [...inside].flatMap(([rule, place]) => {
        const stored = rules.get(rule);
        return stored === undefined ? [] : [{ ...stored, sequence: sequenceText(place) }];
      });
      return { name, sequence: placeText(name), policy: owner, rules: own.sort(bySequence), from };
    });
    return {
      profile,
      cluster,
      applicationPolicySet: { name: cluster, tags: [`application=${cluster}`], policies: placed.sort(bySequence) },
      ownSets: [],
      addressGroups: new Map([...groups].map(([name, group]) => [name, { ...group, from: usersOf(name, group) }])),
      interfaces: interfaces.tags(),
      policies: new Map(records),
      rejected: [...rejected],
    };
  }
}

/** A float with at least five digits before the point. References are ordered as texts, which goes wrong from 100,000 on (spec 3.1). */
function sequenceText(number: number): string {
  return `${String(number).padStart(5, "0")}.0`;
}

interface StoredPolicy {
  readonly owner: PolicyName | undefined;
  /** The text of the spec it was made from: an equal one changes nothing. */
  readonly text: string | undefined;
  /** Which rules it refers to, and where each stands. */
  readonly places: Map<string, number>;
  readonly denies: Readonly<Partial<Record<Direction, string>>>;
  readonly from: readonly Origin[];
}

/** What was refused, and where it is written. */
type Failure = Pick<Rejection, "refusal" | "from">;

function emptyPolicy(): StoredPolicy {
  return { owner: undefined, text: undefined, places: new Map(), denies: {}, from: [] };
}

/** Rule X, as far as it concerns a rule. A rule's origins are its peer's, then its port's. */
function failureOf({ name, service, endpoint1, endpoint2, from }: FirewallRule): Failure | undefined {
  if ("name" in service.dstPorts) return { refusal: { kind: "port-name", port: service.dstPorts.name, rule: name }, from: from.slice(-1) };
  for (const endpoint of [endpoint1, endpoint2]) {
    if (endpoint.kind !== "tags") continue;
    const tag = endpoint.tags.find((candidate) => /^[^=]*\p{Lu}/u.test(candidate));
    if (tag !== undefined) return { refusal: { kind: "tag-upper-case", tag, rule: name }, from: from.slice(0, 1) };
  }
  return undefined;
}

function isOwner({ owner }: StoredPolicy, { namespace, name }: KubePolicy): boolean {
  return owner?.namespace === namespace && owner.name === name;
}

function isGroup(endpoint: RuleEndpoint, group: string): boolean {
  return endpoint.kind === "addressGroup" && endpoint.group === group;
}

function keyOf({ namespace, name }: PolicyName): string {
  return fullName(namespace, name);
}

function bySequence(a: { readonly sequence: string }, b: { readonly sequence: string }): number {
  return compareTexts(a.sequence, b.sequence);
}
