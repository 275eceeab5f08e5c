import type { ClusterPolicyName, Direction, Tier, TierAction } from "../model/policy.ts";

export const clusterPolicyGroup = "policy.networking.k8s.io";

/** What the kinds of policy.networking.k8s.io differ in (semantics 3.2 and 4.2). */
export interface Dialect {
  readonly kind: ClusterPolicyName["kind"];
  /** The versions that servers know, the newest first. */
  readonly versions: readonly string[];
  readonly tier: Tier | "written";
  readonly priority: "written" | "none";
  /** The words for what a rule does. */
  readonly actions: Readonly<Record<string, TierAction>>;
  /** The rule's list of protocols and ports: they are written in two ways. */
  readonly ports: "protocols" | "ports";
  /** How long the lists of rules, of peers and of ports may be. */
  readonly most: 25 | 100;
  readonly peers: Readonly<Record<Direction, readonly PeerField[]>>;
  /** What a missing selector of `pods` is: it selects everything (C1), servers refuse it, or they do and other readers take it as everything. */
  readonly missing: Readonly<Record<"namespaceSelector" | "podSelector", "everything" | "refused" | "refused-by-servers">>;
}

export type PeerField = "namespaces" | "pods" | "networks" | "nodes" | "domainNames";

const pods: readonly PeerField[] = ["namespaces", "pods"];

/** v1beta1 and v1alpha2 have the same schema. `nodes` and `domainNames` are in the experimental channel only. */
const clusterNetworkPolicy: Dialect = {
  kind: "ClusterNetworkPolicy",
  versions: ["v1beta1", "v1alpha2"],
  tier: "written",
  priority: "written",
  actions: { Accept: "Accept", Deny: "Deny", Pass: "Pass" },
  ports: "protocols",
  most: 25,
  peers: { ingress: pods, egress: [...pods, "networks", "nodes", "domainNames"] },
  missing: { namespaceSelector: "everything", podSelector: "refused" },
};

const adminNetworkPolicy: Dialect = {
  kind: "AdminNetworkPolicy",
  versions: ["v1alpha1"],
  tier: "Admin",
  priority: "written",
  actions: { Allow: "Accept", Deny: "Deny", Pass: "Pass" },
  ports: "ports",
  most: 100,
  peers: { ingress: pods, egress: [...pods, "networks", "nodes", "domainNames"] },
  missing: { namespaceSelector: "refused-by-servers", podSelector: "refused-by-servers" },
};

/** «Only one, with metadata.name "default", can be created in the cluster»: it needs no priority. */
const baselineAdminNetworkPolicy: Dialect = {
  kind: "BaselineAdminNetworkPolicy",
  versions: ["v1alpha1"],
  tier: "Baseline",
  priority: "none",
  actions: { Allow: "Accept", Deny: "Deny" },
  ports: "ports",
  most: 100,
  peers: { ingress: pods, egress: [...pods, "networks", "nodes"] },
  missing: { namespaceSelector: "refused-by-servers", podSelector: "refused-by-servers" },
};

const dialects: readonly Dialect[] = [clusterNetworkPolicy, adminNetworkPolicy, baselineAdminNetworkPolicy];

export function dialectOf(kind: string): Dialect {
  return dialects.find((dialect) => dialect.kind === kind) ?? clusterNetworkPolicy;
}
