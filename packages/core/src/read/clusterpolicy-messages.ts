import type { MessageEntry } from "../text/diagnostic.ts";
import { article, didYouMean, either, page, quoted } from "./words.ts";

type Nothing = Readonly<Record<string, never>>;

/** What the messages about cluster-wide policies speak of. */
export interface ClusterPolicyParameters {
  readonly "choice-missing": { readonly what: string; readonly choices: readonly string[] };
  readonly "choice-many": { readonly what: string; readonly given: readonly string[] };
  readonly "list-empty": { readonly what: string };
  readonly "list-too-long": { readonly what: string; readonly count: number; readonly most: number };
  readonly "value-repeated": { readonly what: string; readonly value: string };
  readonly "text-too-long": { readonly what: string; readonly length: number; readonly most: number };
  readonly "tier-unknown": { readonly tier: string; readonly meant: string | undefined };
  readonly "priority-out-of-range": { readonly priority: number };
  readonly "policy-name-fixed": { readonly name: string };
  readonly "action-unknown": {
    readonly action: string;
    readonly kind: string;
    readonly words: readonly string[];
    readonly meant: string | undefined;
  };
  readonly "selector-missing": { readonly field: string };
  readonly "peer-nesting-old": { readonly field: "namespaces" | "pods" };
  readonly "same-labels-removed": { readonly field: string };
  readonly "network-form": { readonly text: string; readonly form: "leading-zeros" | "embedded"; readonly network: string | undefined };
  readonly "network-host-bits": { readonly text: string; readonly network: string; readonly single: string; readonly refused: boolean };
  readonly "domain-name-invalid": { readonly name: string };
  readonly "domain-name-odd": { readonly name: string };
  readonly "domain-name-action": { readonly action: string };
  readonly "destination-port-missing": { readonly protocol: string };
  readonly "range-not-ascending": { readonly start: number; readonly end: number };
  readonly "range-empty": { readonly start: number; readonly end: number };
  readonly "port-name-unusable": { readonly name: string };
  readonly "named-port-without-pods": { readonly peer: string };
  readonly "tier-kinds-mixed": Nothing;
}

const subject = "subject: {namespaces: {}}";

/** A ClusterNetworkPolicy as an example, with this below `spec:`. */
function clusterPolicy(...spec: readonly string[]): string {
  return [
    "apiVersion: policy.networking.k8s.io/v1beta1",
    "kind: ClusterNetworkPolicy",
    "metadata: {name: tenants}",
    "spec:",
    ...spec.map((line) => `  ${line}`),
    "",
  ].join("\n");
}

function admin(...spec: readonly string[]): string {
  return clusterPolicy("tier: Admin", "priority: 10", subject, ...spec);
}

/** One egress rule of a ClusterNetworkPolicy. */
function egress(...rule: readonly string[]): string {
  return admin("egress:", ...rule.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`)));
}

/** One ingress rule of an AdminNetworkPolicy. */
function older(...rule: readonly string[]): string {
  return clusterPolicy("priority: 10", subject, "ingress:", ...rule.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`)))
    .replace("v1beta1", "v1alpha1")
    .replace("ClusterNetworkPolicy", "AdminNetworkPolicy");
}

/** What reading cluster-wide policies can say beside what it says of every policy (semantics 4.2). */
export const clusterPolicyCatalogue: { readonly [Code in keyof ClusterPolicyParameters]: MessageEntry<ClusterPolicyParameters[Code]> } = {
  // ---- policy.networking.k8s.io --------------------------------------------------------------------------------------
  "choice-missing": {
    severity: "error",
    message: ({ what, choices }) =>
      `${what} needs ${choices.length > 1 ? "one of " : ""}${choices.map((choice) => `\`${choice}\``).join(", ")}`,
    page: page(
      "None of several fields",
      "This mapping says what it is by the one field that it holds, so exactly one must be given. An empty one may come from a newer version with a field that is not known here: then the rule would have to fail closed.",
      "tenants.yaml",
      admin("ingress:", "- action: Deny", "  from:", "  - {}"),
    ),
  },
  "choice-many": {
    severity: "error",
    message: ({ what, given }) => `${what} has ${given.map((field) => `\`${field}\``).join(" and ")}`,
    label: () => "exactly one of them may be given",
    page: page(
      "More than one of several fields",
      "This mapping says what it is by the one field that it holds. Two peers are two items of the list, and items are ORed; pods of some namespaces are `pods` with both selectors.",
      "tenants.yaml",
      admin("ingress:", "- action: Deny", "  from:", "  - namespaces: {}", "    pods: {podSelector: {}}"),
    ),
  },
  "list-empty": {
    severity: "error",
    message: ({ what }) => `${what} needs at least one item`,
    page: page(
      "An empty list",
      "In a cluster-wide policy an empty list is refused: it never means everything, and a rule that is for nobody says nothing. Every pod is `namespaces: {}`; every port is the rule without a list of ports.",
      "tenants.yaml",
      admin("ingress:", "- action: Deny", "  from: []"),
    ),
  },
  "list-too-long": {
    severity: "error",
    message: ({ what, count }) => `${what} has ${count} items`,
    label: ({ most }) => `${most} are the most`,
    page: page(
      "A list that is too long",
      "A ClusterNetworkPolicy has at most 25 rules per direction, and 25 peers and 25 protocols in each; an AdminNetworkPolicy has 100 of each; networks and domain names are at most 25. Split the policy: equal priorities are allowed where the rules do not meet.",
      "tenants.yaml",
      egress("action: Deny", "to:", `- networks: [${Array.from({ length: 26 }, (_, i) => `10.${i}.0.0/16`).join(", ")}]`),
    ),
  },
  "value-repeated": {
    severity: "error",
    message: ({ what, value }) => `${quoted(value)} stands twice in ${what}`,
    page: page(
      "A value given twice",
      "The list is a set, and the API server refuses a value that is there already.",
      "tenants.yaml",
      egress("action: Deny", "to:", "- networks: [10.0.0.0/8, 10.0.0.0/8]"),
    ),
  },
  "text-too-long": {
    severity: "error",
    message: ({ what, length }) => `${what} has ${length} characters`,
    label: ({ most }) => `${most} are the most`,
    page: page(
      "A text that is too long",
      "The name of a rule has at most 100 characters, a network at most 43.",
      "tenants.yaml",
      egress(`name: ${"x".repeat(101)}`, "action: Deny", "to:", "- namespaces: {}"),
    ),
  },
  "tier-unknown": {
    severity: "error",
    message: ({ tier }) => `${quoted(tier)} is not a tier`,
    label: () => "expected Admin or Baseline",
    help: ({ meant }) => didYouMean(meant),
    page: page(
      "An unknown tier",
      "Policies of the Admin tier are asked before every NetworkPolicy, those of the Baseline tier where no NetworkPolicy isolates the pod.",
      "tenants.yaml",
      clusterPolicy("tier: admin", "priority: 10", subject),
    ),
  },
  "priority-out-of-range": {
    severity: "error",
    message: ({ priority }) => `a priority cannot be ${priority}`,
    label: () => "0 to 1000, and 0 is asked first",
    page: page(
      "A priority out of range",
      "Priorities are 0 to 1000. The lower number takes precedence.",
      "tenants.yaml",
      clusterPolicy("tier: Admin", "priority: 1001", subject),
    ),
  },
  "policy-name-fixed": {
    severity: "error",
    message: ({ name }) => `a BaselineAdminNetworkPolicy cannot be named ${quoted(name)}`,
    label: () => "there is one only, and its name is `default`",
    page: page(
      "A BaselineAdminNetworkPolicy of another name",
      "A cluster has one BaselineAdminNetworkPolicy at most, and the API server takes no name but `default`. A ClusterNetworkPolicy of the Baseline tier may be named as you like.",
      "base.yaml",
      clusterPolicy(subject).replace("v1beta1", "v1alpha1").replace("ClusterNetworkPolicy", "BaselineAdminNetworkPolicy"),
    ),
  },
  "action-unknown": {
    severity: "error",
    message: ({ action, kind }) => `${quoted(action)} is not an action of ${article(kind)}`,
    label: ({ words }) => `expected ${either(words)}`,
    help: ({ meant }) => didYouMean(meant),
    page: page(
      "An unknown action",
      "A rule of a ClusterNetworkPolicy accepts (Accept), denies (Deny) or leaves the tier (Pass). The older AdminNetworkPolicy says Allow for Accept, and BaselineAdminNetworkPolicy has no Pass.",
      "tenants.yaml",
      egress("action: Allow", "to:", "- namespaces: {}"),
    ),
  },
  "selector-missing": {
    severity: "warning",
    message: ({ field }) => `\`pods\` needs \`${field}\``,
    label: ({ field }) => `servers refuse it; read as \`${field}: {}\``,
    page: page(
      "A missing selector",
      "The schema of AdminNetworkPolicy and BaselineAdminNetworkPolicy demands both selectors below `pods`, so a server refuses the policy. Programs that read such files take a missing selector as an empty one, which selects everything, and so it is read here. In a ClusterNetworkPolicy only `namespaceSelector` may be left out.",
      "tenants.yaml",
      older("action: Deny", "from:", "- pods: {namespaceSelector: {}}"),
    ),
  },
  "peer-nesting-old": {
    severity: "warning",
    message: ({ field }) => `this form of \`${field}\` ended with release v0.1.1`,
    label: ({ field }) => (field === "pods" ? "now `namespaceSelector` stands here" : "now the selector itself stands here"),
    help: ({ field }) =>
      field === "pods"
        ? "write `pods: {namespaceSelector: …, podSelector: …}`"
        : "write `namespaces: {matchLabels: …}`, without `namespaceSelector`",
    page: page(
      "A peer in the form of old releases",
      "Up to v0.1.1 of the API `namespaces` of a peer held a `namespaceSelector`, and `pods` held `namespaces`. Later servers refuse that. It is read as it was meant.",
      "tenants.yaml",
      older("action: Deny", "from:", "- namespaces: {namespaceSelector: {}}"),
    ),
  },
  "same-labels-removed": {
    severity: "error",
    message: ({ field }) => `\`${field}\` was removed from the API`,
    label: () => "no release after v0.1.1 has it",
    help: () => "write one policy per tenant, whose subject and peers select its namespaces",
    page: page(
      "A field that was removed",
      "`sameLabels` and `notSameLabels` compared the labels of both ends. They were removed after v0.1.1, and nothing has taken their place: a selector looks at one end only.",
      "tenants.yaml",
      older("action: Deny", "from:", "- namespaces: {notSameLabels: [tenant]}"),
    ),
  },
  "network-form": {
    severity: "error",
    message: ({ text, form }) =>
      form === "leading-zeros" ? `${quoted(text)} has leading zeros` : `${quoted(text)} is an IPv4 address inside an IPv6 one`,
    label: () => "cluster-wide policies refuse it",
    help: ({ network }) => (network === undefined ? "write the IPv4 network" : `write \`${network}\``),
    page: page(
      "A network in a form that is refused",
      "Unlike the ipBlock of a NetworkPolicy, `networks` of a cluster-wide policy takes neither leading zeros nor IPv4 addresses inside IPv6 ones.",
      "tenants.yaml",
      egress("action: Deny", "to:", "- networks: [010.0.0.0/8]"),
    ),
  },
  "network-host-bits": {
    severity: "warning",
    message: ({ text, network }) => `${quoted(text)} stands for \`${network}\``,
    label: ({ refused }) => (refused ? "refused by release v0.3.0 of the API and later ones" : "the bits behind the prefix are ignored"),
    help: ({ network, single }) => `write \`${network}\`, or \`${single}\` if one address is meant`,
    page: page(
      "A network with host bits",
      "The bits behind the prefix are ignored. The schema of v0.2.0 accepts that; the one of v0.3.0 demands that there are none.",
      "tenants.yaml",
      egress("action: Deny", "to:", "- networks: [192.0.2.77/24]"),
    ),
  },
  "domain-name-invalid": {
    severity: "error",
    message: ({ name }) => `${quoted(name)} is not a domain name`,
    label: () => "expected a name with a dot, such as example.org or *.example.org",
    page: page(
      "An invalid domain name",
      "A domain name has at least two labels. `*.` before it means every name with one or more labels there, and not the name itself; a `*` elsewhere is refused.",
      "tenants.yaml",
      egress("action: Accept", "to:", "- domainNames: [example]"),
    ),
  },
  "domain-name-odd": {
    severity: "warning",
    message: ({ name }) => `${quoted(name)} is no name that DNS has`,
    label: () => "refused by release v0.3.0 of the API and later ones",
    page: page(
      "A domain name that only an old schema takes",
      "By a slip the schema of v0.2.0 lets the characters `[ \\ ] ^ _` and a backtick stand at the ends of a label. The one of v0.3.0 does not.",
      "tenants.yaml",
      egress("action: Accept", "to:", "- domainNames: [_dmarc.example.org]"),
    ),
  },
  "domain-name-action": {
    severity: "warning",
    message: ({ action }) => `\`domainNames\` is for Accept rules only, not for ${action}`,
    label: () => "the schema takes it, and nothing says what it does",
    help: () => "accept the names that are wanted, and deny the rest with a later rule",
    page: page(
      "Domain names in a rule that does not accept",
      "The API text supports domain names in Accept rules only. A name may have addresses that nobody knows, so a Deny of it could not be kept.",
      "tenants.yaml",
      egress("action: Deny", "to:", "- domainNames: [example.org]"),
    ),
  },
  "destination-port-missing": {
    severity: "error",
    message: ({ protocol }) => `\`${protocol}\` needs \`destinationPort\``,
    help: () => "for every port write `destinationPort: {range: {start: 1, end: 65535}}`",
    page: page(
      "A protocol without a port",
      "The schema demands that something stands below `tcp`, `udp` and `sctp`, although a page of the API's documentation says that the port may be left out. Every port is the range from 1 to 65535.",
      "tenants.yaml",
      egress("action: Deny", "to:", "- namespaces: {}", "protocols:", "- tcp: {}"),
    ),
  },
  "range-not-ascending": {
    severity: "error",
    message: ({ start, end }) => `a range cannot go from ${start} to ${end}`,
    label: () => "must be larger than `start`",
    help: ({ start, end }) => (start === end ? `one port is \`number: ${start}\`` : undefined),
    page: page(
      "A range that does not ascend",
      "`start` and `end` are the first and last port of a range, and `start` is smaller.",
      "tenants.yaml",
      egress("action: Deny", "to:", "- namespaces: {}", "protocols:", "- tcp: {destinationPort: {range: {start: 90, end: 80}}}"),
    ),
  },
  "range-empty": {
    severity: "warning",
    message: ({ start, end }) => `no port lies between ${start} and ${end}`,
    label: () => "this item matches nothing",
    page: page(
      "A range without ports",
      "`end` is smaller than `start`. The API server takes that from an AdminNetworkPolicy, and the item then matches nothing: a Deny with it denies nothing.",
      "tenants.yaml",
      older("action: Deny", "from:", "- namespaces: {}", "ports:", "- portRange: {start: 90, end: 80}"),
    ),
  },
  "port-name-unusable": {
    severity: "warning",
    message: ({ name }) => `no container can declare a port named ${quoted(name)}`,
    label: () => "this item matches nothing",
    help: ({ name }) => (/^[0-9]+$/.test(name) ? "a number is written under its protocol" : undefined),
    page: page(
      "A port name that cannot be",
      "The schema takes any text as the name of a port. Names of container ports are 1 to 15 of a-z, 0-9 and single hyphens inside, with a letter.",
      "tenants.yaml",
      egress("action: Deny", "to:", "- namespaces: {}", "protocols:", '- destinationNamedPort: "80"'),
    ),
  },
  "named-port-without-pods": {
    severity: "error",
    message: ({ peer }) => `a named port cannot stand beside \`${peer}\``,
    label: () => "only pods declare names",
    help: () => "make two rules: one with the name for the pods, one with numbers for the rest",
    page: page(
      "A named port without a pod",
      "The name is looked up on the pod that receives the traffic. Networks, nodes and domain names declare none, so the schema of the experimental channel refuses both in one rule.",
      "tenants.yaml",
      egress("action: Deny", "to:", "- networks: [10.0.0.0/8]", "protocols:", "- destinationNamedPort: http"),
    ),
  },
  "tier-kinds-mixed": {
    severity: "note",
    message: () => "AdminNetworkPolicy and ClusterNetworkPolicy stand side by side",
    label: () => "judged together, by tier and priority",
    help: () => "clusters seldom serve both: ClusterNetworkPolicy replaces the older kinds",
    page: page(
      "Two generations of cluster-wide policies",
      "ClusterNetworkPolicy replaces AdminNetworkPolicy and BaselineAdminNetworkPolicy, and few clusters know both. Here they are judged together: Admin before Baseline, then by priority.",
      "tenants.yaml",
      [admin("ingress: []"), older("action: Deny", "from:", "- namespaces: {}")].join("---\n"),
    ),
  },
};
