import type { Direction, PolicyName } from "../model/policy.ts";
import type { Cidr } from "../net/cidr.ts";
import type { PortRange } from "../net/ports.ts";
import type { Origin } from "../text/source.ts";
import type { KubePolicy } from "./kube-objects.ts";
import type { Profile } from "./profiles.ts";

/** Anything that was made from manifests remembers the lines it was made from, like a source map. */
export interface Lowered {
  readonly from: readonly Origin[];
}

/** One end of a firewall rule (spec 2.1). */
export type RuleEndpoint =
  | { readonly kind: "any" }
  /** All of them must be on the end. In kube-manager's order, duplicates kept (trap 4); matching and printing ignore both. */
  | { readonly kind: "tags"; readonly tags: readonly string[] }
  | { readonly kind: "addressGroup"; readonly group: string }
  /** Whoever is in this virtual network, which no manifest tells; kube-manager makes no such rule. */
  | { readonly kind: "network"; readonly name: string };

export const anyEndpoint: RuleEndpoint = { kind: "any" };

export interface FirewallService {
  /** kube-manager knows the first four; `other` is a protocol that no flow of ours has. */
  readonly protocol: "any" | "tcp" | "udp" | "sctp" | "icmp" | "other";
  /** Numbers, or the text of a named port, which the API server refuses (X). */
  readonly dstPorts: PortRange | { readonly name: string };
}

export const anyService: FirewallService = { protocol: "any", dstPorts: { first: 0, last: 65535 } };

/** The direction is always `>`: `endpoint1` opens the connection to `endpoint2`. */
export interface FirewallRule extends Lowered {
  /** One object of this name in the whole cluster, whichever policies refer to it. */
  readonly name: string;
  readonly action: "pass" | "deny";
  readonly service: FirewallService;
  readonly endpoint1: RuleEndpoint;
  readonly endpoint2: RuleEndpoint;
  readonly purpose: RulePurpose;
  /** What only operators ask for. */
  readonly further?: FurtherConditions;
}

export interface FurtherConditions {
  /** Tag types in which both ends must have the same value. */
  readonly matchTags: readonly string[];
  /** `some`: it depends on the source's port, and so not on the flow alone. */
  readonly sourcePorts: "all" | "some";
}

/** What kube-manager makes a rule for. */
export type RulePurpose =
  | {
      /** `excluded` is the deny of a namespaceSelector that begins with NotIn, `others` the pass of everybody that follows it (rule Q). */
      readonly kind: "peer" | "except" | "excluded" | "others" | "allow-all";
      readonly policy: PolicyName;
      readonly direction: Direction;
      /** Places in the lists of the policy; a rule without peers or ports has none. */
      readonly rule: number;
      readonly peer: number | undefined;
      readonly port: number | undefined;
    }
  /** The deny behind all user policies (rule O). */
  | { readonly kind: "isolation"; readonly policy: PolicyName; readonly direction: Direction }
  /** The default of a namespace that nothing isolates (rule N). */
  | { readonly kind: "namespace"; readonly namespace: string; readonly direction: Direction }
  /** From a Kubernetes Ingress to one of its Services (rule K). */
  | { readonly kind: "ingress"; readonly namespace: string; readonly ingress: string; readonly service: string }
  /** Of a rule that was imported and that kube-manager would not make. */
  | { readonly kind: "unknown" };

/** Where an object stands in its list: lists are ordered by this text (spec 2.1). */
export interface Placed {
  readonly sequence: string;
}

export interface PlacedRule extends FirewallRule, Placed {}

export interface FirewallPolicy extends Lowered, Placed {
  readonly name: string;
  /** The NetworkPolicy whose rules it holds; undefined for the three fixed ones. Two may share a name, then the later one has it (D39). */
  readonly policy: PolicyName | undefined;
  /** In sequence order. */
  readonly rules: readonly PlacedRule[];
}

export interface ApplicationPolicySet {
  readonly name: string;
  readonly tags: readonly string[];
  /** In sequence order: the one list that every end of the cluster walks, first match wins. */
  readonly policies: readonly FirewallPolicy[];
}

/** kube-manager's have one block and are named by its text as written, so one network may be two groups (trap 9). */
export interface AddressGroup extends Lowered {
  readonly name: string;
  readonly cidrs: readonly Cidr[];
  /** Any of them puts an end into the group, too; only operators' groups have such labels. */
  readonly tags: readonly string[];
}

/** A set that operators made. It counts for ends with one of its tags, or for all of them. */
export interface OwnPolicySet extends ApplicationPolicySet {
  readonly scope: "tagged" | "all-applications";
}

/** Why a tag is on an interface. `stale` is what is left of a label that was taken away (D46). */
export type TagSource = "pod-label" | "namespace-label" | "namespace-name" | "stale";

export interface InterfaceTag extends Lowered {
  readonly type: string;
  readonly value: string;
  readonly source: TagSource;
  /** The keys of the labels that became it. Several differ in case only, and which of their values survives is not determined (D45). */
  readonly keys: readonly string[];
}

/** The tags of one pod's interface, without what the project adds. */
export interface Interface {
  readonly namespace: string;
  readonly pod: string;
  /** By tag type. */
  readonly tags: ReadonlyMap<string, InterfaceTag>;
}

/** What the configuration API server, or kube-manager itself, refuses (rule X). */
export type Refusal =
  /** 404: the API server has lower-cased the tag's type, and the rule names another. */
  | { readonly kind: "tag-upper-case"; readonly tag: string; readonly rule: string }
  /** 400: `:` is not allowed in a name, and an address group is named by its CIDR. */
  | { readonly kind: "cidr-colon"; readonly cidr: string }
  | { readonly kind: "cidr-invalid"; readonly cidr: string }
  /** 400 */
  | { readonly kind: "port-name"; readonly port: string; readonly rule: string }
  /** kube-manager's own exception, before 2021-07-05 also for SCTP. */
  | { readonly kind: "protocol-unknown"; readonly protocol: string }
  /** kube-manager's own exception: it names a rule by the first value of NotIn. */
  | { readonly kind: "values-missing"; readonly key: string };

/** An event that failed. kube-manager logs it, drops its watch and tries again for ever; the policy stays what it was, or half of it (D48). */
export interface Rejection extends Lowered {
  readonly event: "added" | "modified";
  readonly policy: PolicyName;
  readonly refusal: Refusal;
}

/** What became of one NetworkPolicy. */
export interface PolicyRecord {
  /** As kube-manager saw it last. */
  readonly policy: KubePolicy;
  readonly firewallPolicy: string;
  /** What its objects were made from last; undefined where it never came to objects. */
  readonly applied: KubePolicy | undefined;
  /** Its last event failed. */
  readonly rejection: Rejection | undefined;
}

/** Everything that kube-manager has written for one cluster. */
export interface Configuration {
  readonly profile: Profile;
  readonly cluster: string;
  readonly applicationPolicySet: ApplicationPolicySet;
  /** What else was imported; kube-manager makes none. */
  readonly ownSets: readonly OwnPolicySet[];
  readonly addressGroups: ReadonlyMap<string, AddressGroup>;
  /** By `namespace/name`. */
  readonly interfaces: ReadonlyMap<string, Interface>;
  /** By `namespace/name`: the NetworkPolicies that exist. */
  readonly policies: ReadonlyMap<string, PolicyRecord>;
  /** All events that failed, in their order. */
  readonly rejected: readonly Rejection[];
}

/** `namespace/name`, the key of pods and policies. */
export function fullName(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** All sets in the order in which an end walks those that it has: those for all, then by tag (spec 4.1). */
export function policySets({ applicationPolicySet, ownSets }: Configuration): readonly (ApplicationPolicySet | OwnPolicySet)[] {
  const isForAll = ({ scope }: OwnPolicySet): boolean => scope === "all-applications";
  return [...ownSets.filter(isForAll), applicationPolicySet, ...ownSets.filter((set) => !isForAll(set))];
}

/** Whether an interface with these tags has the set. */
export function hasSet(tags: { has(tag: string): boolean }, set: ApplicationPolicySet | OwnPolicySet): boolean {
  return ("scope" in set && set.scope === "all-applications") || set.tags.some((tag) => tags.has(tag));
}

export function tagText({ type, value }: Pick<InterfaceTag, "type" | "value">): string {
  return `${type}=${value}`;
}
