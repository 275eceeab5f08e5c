/** The small cluster that the tables are about, and the policies that they lay over it. */
export const pod = (namespace: string, name: string, address: string, labels = `app: ${name}`, more = ""): string => `
---
apiVersion: v1
kind: Pod
metadata: { namespace: ${namespace}, name: ${name}, labels: { ${labels} } }
spec: { containers: [{ name: c, ports: [{ name: http, containerPort: 80 }, { name: dns, containerPort: 53, protocol: UDP }] }] ${more} }
status: { podIP: ${address}, podIPs: [{ ip: ${address} }] }`;

const namespace = (name: string, labels: string): string => `
---
{ apiVersion: v1, kind: Namespace, metadata: { name: ${name}, labels: { ${labels} } } }`;

export const policy = (namespaceName: string, name: string, spec: string): string => `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: ${namespaceName}, name: ${name} }
spec: ${spec}`;

export const cluster = [
  namespace("x", "team: blue"),
  namespace("y", "team: red"),
  pod("x", "a", "10.0.0.1"),
  pod("x", "b", "10.0.0.2"),
  pod("x", "c", "10.0.0.3", "app: c, tier: db"),
  pod("y", "a", "10.0.1.1"),
  pod("y", "d", "10.0.1.4", "app: d, tier: web"),
].join("");

export const node = (name: string, address: string, labels = ""): string =>
  `\n---\n{ apiVersion: v1, kind: Node, metadata: { name: ${name}, labels: { ${labels} } }, status: { addresses: [{ type: InternalIP, address: ${address} }] } }`;

/** A ClusterNetworkPolicy; `rules` are its `ingress:` and `egress:`. */
export const tierPolicy = (tier: "Admin" | "Baseline", priority: number, name: string, subject: string, rules: string): string => `
---
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: { name: ${name} }
spec: { tier: ${tier}, priority: ${priority}, subject: ${subject}, ${rules} }`;

export const adminPolicy = (priority: number, name: string, subject: string, rules: string): string => `
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: ${name} }
spec: { priority: ${priority}, subject: ${subject}, ${rules} }`;

export const baselinePolicy = (subject: string, rules: string): string => `
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: { name: default }
spec: { subject: ${subject}, ${rules} }`;
