import { entry, sayer, type MessageEntry, type Say } from "../text/diagnostic.ts";
import { deviation, type DeviationId } from "./deviations.ts";
import type { Refusal } from "./objects.ts";

const file = "policy.yaml";

const web = `apiVersion: v1
kind: Pod
metadata: {namespace: dev, name: web, labels: {app: web}}
---
`;

const policy = (name: string, namespace: string, spec: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: ${namespace}, name: ${name}}
spec: {${spec}}
`;

/** What Contrail cannot make of a cluster. All are warnings: Kubernetes takes these objects, and Contrail goes on without them. */
const messages: {
  readonly "contrail-refused": MessageEntry<{
    readonly policy: string;
    readonly refusal: Refusal;
    readonly deviation: DeviationId | undefined;
    readonly state: "missing" | "half-applied";
  }>;
  readonly "contrail-kind-unknown": MessageEntry<{ readonly kind: string; readonly name: string }>;
  readonly "contrail-name-shared": MessageEntry<{
    readonly name: string;
    readonly policies: readonly string[];
    readonly holder: string | undefined;
  }>;
  readonly "contrail-label-case": MessageEntry<{ readonly pod: string; readonly keys: readonly string[] }>;
} = {
  "contrail-refused": entry({
    severity: "warning",
    message: ({ policy: name, refusal }) => `Contrail refuses ${name}: ${refusalText(refusal)}`,
    label: ({ deviation: id, state }) =>
      `${id === undefined ? "" : `${id}: `}${state === "missing" ? "the whole policy is missing" : "the deny has moved, the passes are the old ones (D48)"}`,
    help: ({ deviation: id }) => workaround(id),
    page: {
      title: "Contrail refuses a policy",
      explanation:
        "The configuration API server takes no named ports, no IPv6 blocks and no label keys with upper-case letters. kube-manager logs the error and tries again for ever; until then the policy is missing, and what it should close is open. A change that is refused is half applied.",
      example: { file, text: web + policy("p", "dev", "podSelector: {}, ingress: [{ports: [{port: http}]}]") },
    },
  }),
  "contrail-kind-unknown": entry({
    severity: "warning",
    message: ({ kind, name }) => `Contrail does not know ${kind} \`${name}\``,
    label: () => "D57: it has no effect there",
    help: () => workaround("D57"),
    page: {
      title: "Contrail does not know a kind of policy",
      explanation:
        "kube-manager watches NetworkPolicies. Cluster-wide policies of the Admin and Baseline tiers have no effect in a Contrail cluster.",
      example: {
        file,
        text: `${web}apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: tenants}
spec: {tier: Admin, priority: 10, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
`,
      },
    },
  }),
  "contrail-name-shared": entry({
    severity: "warning",
    message: ({ name, policies }) => `${policies.join(" and ")} are one firewall policy in Contrail, \`${name}\``,
    label: ({ holder }) => `D39: it holds the rules of ${holder ?? "none of them"}`,
    help: () => workaround("D39"),
    page: {
      title: "Two policies are one in Contrail",
      explanation:
        "A firewall policy is named by the cluster, the namespace and the policy, joined by `-`. Where two policies get the same name the later one replaces the rules of the earlier, and the denies of both stay.",
      example: { file, text: web + `${policy("b-c", "a", "podSelector: {}")}---\n${policy("c", "a-b", "podSelector: {}")}` },
    },
  }),
  "contrail-label-case": entry({
    severity: "warning",
    message: ({ pod, keys }) => `labels ${keys.map((key) => `\`${key}\``).join(" and ")} of ${pod} are one tag in Contrail`,
    label: () => "D45: which value survives is not determined",
    help: () => workaround("D45"),
    page: {
      title: "Two labels are one in Contrail",
      explanation:
        "Contrail lowers the keys of labels. Keys that differ in upper and lower case only become one tag with one value, and which of the values it is, nobody knows beforehand.",
      example: { file, text: "apiVersion: v1\nkind: Pod\nmetadata: {namespace: dev, name: web, labels: {app: web, App: other}}\n" },
    },
  }),
};

export { messages as contrailMessages };

export const say: Say<typeof messages> = sayer(messages);

function workaround(id: DeviationId | undefined): string | undefined {
  const words = id === undefined ? undefined : deviation(id)?.workaround;
  return words && `${words.charAt(0).toLowerCase()}${words.slice(1).replace(/\.$/, "")}`;
}

function refusalText(refusal: Refusal): string {
  switch (refusal.kind) {
    case "tag-upper-case":
      return `there is no tag \`${refusal.tag}\`, keys are in lower case`;
    case "cidr-colon":
      return `\`${refusal.cidr}\` would name an address group, and names have no \`:\``;
    case "cidr-invalid":
      return `\`${refusal.cidr}\` is no block`;
    case "port-name":
      return `\`${refusal.port}\` is no number, and a port must be one`;
    case "protocol-unknown":
      return `\`${refusal.protocol}\` is no protocol that kube-manager knows`;
    case "values-missing":
      return `the expression for \`${refusal.key}\` has no values`;
  }
}
