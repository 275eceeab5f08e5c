/** What this tool makes of the objects of one kind (S20: told apart by group). */
export type KindUse =
  /** Becomes part of the snapshot. */
  | { readonly use: "read"; readonly scope: "namespaced" | "cluster" }
  /** A policy that is not understood: the verdicts of its subjects are open until it is said to be absent. */
  | { readonly use: "unread"; readonly scope: "namespaced" | "cluster"; readonly why: string }
  /** Cannot change a verdict. */
  | { readonly use: "none"; readonly scope: "namespaced" | "cluster"; readonly why: string };

/** What to do with a kind; groups that nobody told us of are judged by the name of the kind (S20). */
export function useOf(group: string, kind: string): KindUse {
  return table.get(`${group}/${kind}`) ?? guess(kind);
}

/** The kinds that a workload controller makes pods for, in the order of the ledger. */
export const workloadKinds: readonly string[] = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Job",
  "CronJob",
];

/** The kinds of policy.networking.k8s.io (C1 to C12). */
export const clusterPolicyKinds: readonly string[] = ["ClusterNetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy"];

/** The kinds whose objects are read, in the order of the ledger. */
export const readKinds: readonly string[] = [
  "Namespace",
  "Node",
  "Pod",
  ...workloadKinds,
  "Service",
  "EndpointSlice",
  "Endpoints",
  "NetworkPolicy",
  ...clusterPolicyKinds,
];

/** A key given twice in a policy is an error, as servers with strict validation make it (S19). */
export function isPolicyKind(group: string, kind: string): boolean {
  const networkPolicy = kind === "NetworkPolicy" && (group === "networking.k8s.io" || group === "extensions");
  return networkPolicy || (group === "policy.networking.k8s.io" && clusterPolicyKinds.includes(kind));
}

const namespaced = { use: "read", scope: "namespaced" } as const;
const cluster = { use: "read", scope: "cluster" } as const;

function unread(scope: "namespaced" | "cluster", why: string): KindUse {
  return { use: "unread", scope, why };
}

function none(scope: "namespaced" | "cluster", why: string): KindUse {
  return { use: "none", scope, why };
}

const staged = "staged: shows what a policy would do, enforces nothing";
const calico = "a policy of Calico, enforced beside NetworkPolicy";
const antrea = "a policy of Antrea, enforced beside NetworkPolicy";
const above = "acts on requests in a mesh or gateway, above network policy";

const table: ReadonlyMap<string, KindUse> = new Map<string, KindUse>([
  ["/Namespace", cluster],
  ["/Node", cluster],
  ["/Pod", namespaced],
  ["/ReplicationController", namespaced],
  ["/Service", namespaced],
  ["/Endpoints", namespaced],
  ...["apps", "extensions"].flatMap((group) =>
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => [`${group}/${kind}`, namespaced] as const),
  ),
  ["batch/Job", namespaced],
  ["batch/CronJob", namespaced],
  ["discovery.k8s.io/EndpointSlice", namespaced],
  ["networking.k8s.io/NetworkPolicy", namespaced],
  ["extensions/NetworkPolicy", namespaced],
  ...clusterPolicyKinds.map((kind) => [`policy.networking.k8s.io/${kind}`, cluster] as const),

  ["cilium.io/CiliumNetworkPolicy", unread("namespaced", "a policy of Cilium, enforced beside NetworkPolicy")],
  ["cilium.io/CiliumClusterwideNetworkPolicy", unread("cluster", "a policy of Cilium, enforced beside NetworkPolicy")],
  ...["crd.projectcalico.org", "projectcalico.org"].flatMap((group) => [
    [`${group}/NetworkPolicy`, unread("namespaced", calico)] as const,
    [`${group}/GlobalNetworkPolicy`, unread("cluster", calico)] as const,
    [`${group}/StagedNetworkPolicy`, none("namespaced", staged)] as const,
    [`${group}/StagedGlobalNetworkPolicy`, none("cluster", staged)] as const,
    [`${group}/StagedKubernetesNetworkPolicy`, none("namespaced", staged)] as const,
    [`${group}/Tier`, none("cluster", "orders policies of Calico, decides nothing itself")] as const,
  ]),
  ...["crd.antrea.io", "security.antrea.tanzu.vmware.com", "crd.antrea.tanzu.vmware.com"].flatMap((group) => [
    [`${group}/NetworkPolicy`, unread("namespaced", antrea)] as const,
    [`${group}/ClusterNetworkPolicy`, unread("cluster", antrea)] as const,
    [`${group}/Tier`, none("cluster", "orders policies of Antrea, decides nothing itself")] as const,
  ]),
  ["networking.k8s.aws/ClusterNetworkPolicy", unread("cluster", "a policy of the Amazon VPC CNI, enforced beside NetworkPolicy")],
  ["networking.k8s.aws/ApplicationNetworkPolicy", unread("namespaced", "a policy of the Amazon VPC CNI, enforced beside NetworkPolicy")],
  ["networking.k8s.aws/ClusterPolicyEndpoint", none("cluster", "made by the Amazon VPC CNI from policies, decides nothing of its own")],
  ["networking.k8s.aws/PolicyEndpoint", none("namespaced", "made by the Amazon VPC CNI from policies, decides nothing of its own")],
  ["k8s.ovn.org/EgressFirewall", unread("namespaced", "an egress firewall of OVN-Kubernetes, enforced beside NetworkPolicy")],
  ["k8s.ovn.org/AdminPolicyBasedExternalRoute", none("cluster", "routes, does not filter")],
  ["k8s.ovn.org/EgressIP", none("cluster", "changes the source address of what leaves the cluster, does not filter")],
  ["network.openshift.io/EgressNetworkPolicy", unread("namespaced", "an egress firewall of OpenShift SDN, enforced beside NetworkPolicy")],
  ["network.openshift.io/NetNamespace", none("cluster", "a network number of OpenShift SDN, no policy")],
  ["k8s.cni.cncf.io/MultiNetworkPolicy", none("namespaced", "speaks of secondary networks only")],
  ["security.istio.io/AuthorizationPolicy", none("namespaced", above)],
  ["security.istio.io/PeerAuthentication", none("namespaced", above)],
  ["security.istio.io/RequestAuthentication", none("namespaced", above)],
  ["policy.linkerd.io/AuthorizationPolicy", none("namespaced", above)],
  ["policy.linkerd.io/NetworkAuthentication", none("namespaced", above)],
  ["gateway.networking.k8s.io/GatewayClass", none("cluster", "no policy")],

  ...[
    "/PersistentVolume",
    "/ComponentStatus",
    "admissionregistration.k8s.io/MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
    "apiextensions.k8s.io/CustomResourceDefinition",
    "apiregistration.k8s.io/APIService",
    "cert-manager.io/ClusterIssuer",
    "certificates.k8s.io/CertificateSigningRequest",
    "networking.k8s.io/IngressClass",
    "node.k8s.io/RuntimeClass",
    "policy/PodSecurityPolicy",
    "rbac.authorization.k8s.io/ClusterRole",
    "rbac.authorization.k8s.io/ClusterRoleBinding",
    "scheduling.k8s.io/PriorityClass",
    "security.openshift.io/SecurityContextConstraints",
    "storage.k8s.io/CSIDriver",
    "storage.k8s.io/CSINode",
    "storage.k8s.io/StorageClass",
    "storage.k8s.io/VolumeAttachment",
  ].map((key) => [key, none("cluster", "no policy")] as const),
]);

function guess(kind: string): KindUse {
  const scope = /^(?:Cluster|Global)/.test(kind) ? "cluster" : "namespaced";
  if (/NetworkPolicy|FirewallPolicy/.test(kind)) return unread(scope, "by its name a policy, of a group that is not known");
  return none(scope, "no policy");
}
