import { sayer, type MessageEntry, type Say } from "../text/diagnostic.ts";
import { clusterPolicyCatalogue, type ClusterPolicyParameters } from "./clusterpolicy-messages.ts";
import { didYouMean, either, page, quoted } from "./words.ts";

/** A NetworkPolicy as an example, with this below `spec:`. */
function policy(...spec: readonly string[]): string {
  return [
    "apiVersion: networking.k8s.io/v1",
    "kind: NetworkPolicy",
    "metadata: {name: web, namespace: shop}",
    "spec:",
    ...spec.map((line) => `  ${line}`),
    "",
  ].join("\n");
}

function rule(...lines: readonly string[]): string {
  return policy("podSelector: {}", "ingress:", ...lines.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`)));
}

function object(apiVersion: string, kind: string, name: string, ...more: readonly string[]): string {
  return [`apiVersion: ${apiVersion}`, `kind: ${kind}`, `metadata: {name: ${name}, namespace: shop}`, ...more, ""].join("\n");
}

const skipHint = "--skip-unreadable leaves such files out and counts them in the ledger";

type Nothing = Readonly<Record<string, never>>;

/** What each message speaks of. */
export interface ReadParameters extends ClusterPolicyParameters {
  readonly "file-empty": Nothing;
  readonly "file-binary": { readonly looksLike: string | undefined };
  readonly "yaml-invalid": { readonly reason: string };
  readonly "yaml-tab": Nothing;
  readonly "json-invalid": { readonly expected: string };
  readonly "document-too-large": { readonly megabytes: number };
  readonly "nesting-too-deep": { readonly levels: number };
  readonly "alias-unknown": { readonly name: string };
  readonly "alias-recursive": { readonly name: string };
  readonly "alias-bomb": { readonly nodes: number };
  readonly "key-repeated": { readonly key: string };
  readonly "key-not-text": { readonly found: string };
  readonly "tag-mismatch": { readonly tag: string };
  readonly "merge-invalid": Nothing;
  readonly "number-not-finite": { readonly text: string };
  readonly "not-kubernetes": { readonly what: string | undefined; readonly more: number; readonly help: string | undefined };
  readonly "helm-template": { readonly helm: boolean; readonly chart: string };
  readonly kustomization: { readonly folder: string };
  readonly "object-incomplete": { readonly missing: "apiVersion" | "kind"; readonly kind: string | undefined };
  readonly "list-item-invalid": Nothing;
  readonly "name-missing": { readonly kind: string };
  readonly "name-invalid": { readonly what: string; readonly name: string };
  readonly "api-version-unserved": { readonly kind: string; readonly apiVersion: string; readonly served: readonly string[] };
  readonly "object-repeated": { readonly title: string };
  readonly "object-conflict": { readonly title: string };
  readonly "type-wrong": { readonly what: string; readonly expected: string };
  readonly "text-expected": { readonly what: string; readonly found: string; readonly kind: string };
  readonly "letter-boolean": { readonly letter: string };
  readonly "address-invalid": { readonly what: string; readonly text: string };
  readonly "port-out-of-range": { readonly what: string; readonly port: number };
  readonly "protocol-unknown": { readonly protocol: string; readonly meant: string | undefined };
  readonly "replicas-too-many": { readonly replicas: number; readonly most: number };
  readonly "field-unknown": {
    readonly what: string;
    readonly field: string;
    readonly lost: string;
    readonly home: string | undefined;
    readonly meant: string | undefined;
  };
  readonly "field-missing": { readonly what: string; readonly field: string };
  readonly "policy-type-unknown": { readonly type: string };
  readonly "policy-types-many": { readonly count: number };
  readonly "rule-null": { readonly direction: "ingress" | "egress" };
  readonly "rules-dead": { readonly direction: "ingress" | "egress"; readonly type: string };
  readonly "peer-empty": Nothing;
  readonly "peer-mixed": Nothing;
  readonly "cidr-invalid": { readonly text: string };
  readonly "cidr-host-bits": { readonly text: string; readonly network: string; readonly single: string };
  readonly "cidr-leading-zeros": { readonly text: string; readonly network: string };
  readonly "except-outside": { readonly except: string; readonly block: string; readonly whole: boolean };
  readonly "port-name-invalid": { readonly name: string };
  readonly "end-port-invalid": { readonly reason: "no-port" | "named-port" | "smaller"; readonly end: number };
  readonly "octal-number": { readonly written: string; readonly value: number; readonly meant: string };
  readonly "label-key-invalid": { readonly key: string };
  readonly "label-value-invalid": { readonly value: string };
  readonly "operator-unknown": { readonly operator: string; readonly meant: string | undefined };
  readonly "values-missing": { readonly operator: string };
  readonly "values-forbidden": { readonly operator: string };
  readonly "no-pods": { readonly policies: number };
  readonly "no-policies": { readonly pods: number };
  readonly "absent-kind-unseen": { readonly kind: string; readonly meant: string | undefined };
}

/** Everything that reading manifests can say. */
export const catalogue: { readonly [Code in keyof ReadParameters]: MessageEntry<ReadParameters[Code]> } = {
  // ---- texts ---------------------------------------------------------------------------------------------------------
  "file-empty": {
    severity: "note",
    message: () => "this file holds no document",
    page: page("An empty file", "The file is empty or holds only comments. Nothing was read from it.", "empty.yaml", "# nothing here\n"),
  },
  "file-binary": {
    severity: "error",
    message: ({ looksLike }) =>
      looksLike === undefined ? "this file is not text" : `this file is not UTF-8 text, it looks like ${looksLike}`,
    help: ({ looksLike }) => (looksLike === undefined ? skipHint : "save it as UTF-8"),
    page: page(
      "A file that is not text",
      "The file holds bytes that no text holds, so it is no manifest.",
      "picture.yaml",
      "\u0000\u0001PNG\u0000",
    ),
  },
  "yaml-invalid": {
    severity: "error",
    message: ({ reason }) => `this is not valid YAML: ${reason.charAt(0).toLowerCase()}${reason.slice(1).replace(/[.:]$/, "")}`,
    page: page(
      "Invalid YAML",
      "The document cannot be read from here on, so nothing of it is used. The place is where reading stopped; the mistake is there or just before it: an indentation, a missing quote, a missing colon.",
      "web.yaml",
      policy("podSelector: {", "ingress: []"),
    ),
  },
  "yaml-tab": {
    severity: "error",
    message: () => "a tab cannot indent",
    label: () => "YAML indents with blanks only",
    page: page(
      "A tab in the indentation",
      "YAML forbids tabs in front of a line. Put blanks in their place.",
      "web.yaml",
      policy("podSelector: {}", "ingress:", "\t- {}"),
    ),
  },
  "json-invalid": {
    severity: "error",
    message: ({ expected }) => `this is not valid JSON: expected ${expected}`,
    page: page(
      "Invalid JSON",
      "The text begins like JSON and stops being it here. Nothing of it is used.",
      "web.json",
      '{"apiVersion": "v1" "kind": "Pod"}\n',
    ),
  },
  "document-too-large": {
    severity: "error",
    message: ({ megabytes }) => `these ${megabytes} MB are too many to be read as YAML`,
    help: () => "give JSON, which is read in a tenth of the memory: kubectl get … -o json",
    page: page(
      "A document too large for YAML",
      "A YAML document with millions of values takes gigabytes to read. The same as JSON does not.",
      "dump.yaml",
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: pod-1}}\n# and millions more\n",
    ),
  },
  "nesting-too-deep": {
    severity: "error",
    message: ({ levels }) => `this is nested deeper than ${levels} levels`,
    page: page(
      "Too deep nesting",
      "No Kubernetes object is nested like this. The document is not read.",
      "deep.yaml",
      `a: ${"[".repeat(300)}${"]".repeat(300)}\n`,
    ),
  },
  "alias-unknown": {
    severity: "error",
    message: ({ name }) => `no anchor ${quoted(`&${name}`)} stands before this`,
    page: page(
      "An alias without its anchor",
      "`*name` repeats what was marked with `&name` earlier in the same document.",
      "web.yaml",
      policy("podSelector: *all"),
    ),
  },
  "alias-recursive": {
    severity: "error",
    message: ({ name }) => `${quoted(`*${name}`)} stands inside what it repeats`,
    page: page(
      "An alias inside its own anchor",
      "The value would contain itself without end.",
      "web.yaml",
      "apiVersion: v1\nkind: ConfigMap\ndata: &d\n  d: *d\n",
    ),
  },
  "alias-bomb": {
    severity: "error",
    message: ({ nodes }) => `aliases unfold to more than ${nodes} nodes`,
    page: page(
      "Too many aliased nodes",
      "Aliases of aliases multiply. The document is refused before it fills the memory, as kubectl does.",
      "bomb.yaml",
      [
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
        ...Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(", ")}]`),
        "",
      ].join("\n"),
    ),
  },
  "key-repeated": {
    severity: "error",
    message: ({ key }) => `the key ${quoted(key)} is given twice`,
    label: () => "the last one would count",
    page: page(
      "A key given twice",
      "A mapping holds a key once. kubectl would read the last value and drop the others, so a policy would say less than it shows; servers with strict validation refuse it. For two values of one label use a match expression with `In`.",
      "web.yaml",
      policy("podSelector:", "  matchLabels:", "    app: web", "    app: api"),
    ),
  },
  "key-not-text": {
    severity: "error",
    message: ({ found }) => `${found} cannot be a key`,
    page: page(
      "A key that is no text",
      "Kubernetes objects have text as keys. An unquoted `{{` of a template reads like this, too.",
      "web.yaml",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  ? [a]\n  : b\n",
    ),
  },
  "tag-mismatch": {
    severity: "error",
    message: ({ tag }) => `the value does not fit its tag ${quoted(tag)}`,
    page: page(
      "A value that does not fit its tag",
      "An explicit tag such as `!!int` says how to read the value.",
      "web.yaml",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: !!int many\n",
    ),
  },
  "merge-invalid": {
    severity: "error",
    message: () => "`<<` merges a mapping, or a list of mappings",
    page: page(
      "Nothing to merge",
      "The merge key takes the keys of other mappings over.",
      "web.yaml",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  <<: text\n",
    ),
  },
  "number-not-finite": {
    severity: "error",
    message: ({ text }) => `${quoted(text)} is no number that JSON has`,
    label: ({ text }) => `quote it if it is text: ${JSON.stringify(text)}`,
    page: page(
      "Infinity, or not a number",
      "Kubernetes objects are JSON, which has neither. kubectl refuses the file.",
      "web.yaml",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: .inf\n",
    ),
  },

  // ---- what is no manifest -------------------------------------------------------------------------------------------
  "not-kubernetes": {
    severity: "error",
    message: ({ what, more }) =>
      `${what ?? "this is no Kubernetes object: it has no `apiVersion` and `kind`"}${more === 0 ? "" : `, and ${more} more of its documents`}`,
    help: ({ help }) => help ?? skipHint,
    page: page(
      "Not a Kubernetes object",
      "A manifest names its `apiVersion` and its `kind`. Chart values, workflows, compose files and other YAML do not. With --skip-unreadable such files are left out and counted in the ledger.",
      "values.yaml",
      "replicaCount: 2\nimage: {repository: web}\n",
    ),
  },
  "helm-template": {
    severity: "error",
    message: ({ helm }) => (helm ? "this is a Helm template, not a manifest" : "this is a template, not a manifest"),
    help: ({ helm, chart }) => (helm ? `render it: helm template ${chart} | netproof check -f -` : "render it first, and read the result"),
    page: page(
      "A Helm template",
      "What stands between `{{` and `}}` is filled in by Helm, so only the rendered chart says which policies there are.",
      "chart/templates/web.yaml",
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {{ .Release.Name }}\n",
    ),
  },
  kustomization: {
    severity: "error",
    message: () => "this is a Kustomization, not a manifest",
    help: ({ folder }) => `build it: -k ${folder}, or kubectl kustomize ${folder} | netproof check -f -`,
    page: page(
      "A Kustomization",
      "It says how manifests are put together. Only the built result says which policies there are; files that it lists may change on the way.",
      "base/kustomization.yaml",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [web.yaml]\n",
    ),
  },

  // ---- objects -------------------------------------------------------------------------------------------------------
  "object-incomplete": {
    severity: "error",
    message: ({ missing, kind }) =>
      kind === undefined ? `this object has no \`${missing}\`` : `this ${quoted(kind)} has no \`${missing}\``,
    help: ({ missing, kind }) =>
      missing === "apiVersion" && kind === "NetworkPolicy" ? "write `apiVersion: networking.k8s.io/v1`" : undefined,
    page: page(
      "An object without apiVersion or kind",
      "Kinds are told apart by their group, which stands in `apiVersion`. Without it nobody knows what the object is.",
      "web.yaml",
      "kind: NetworkPolicy\nmetadata: {name: web}\nspec: {}\n",
    ),
  },
  "list-item-invalid": {
    severity: "error",
    message: () => "an item of a list of objects must be an object",
    page: page(
      "A list item that is no object",
      "`items` of a `List` holds objects.",
      "list.yaml",
      "apiVersion: v1\nkind: List\nitems: [web]\n",
    ),
  },
  "name-missing": {
    severity: "error",
    message: ({ kind }) => `this ${quoted(kind)} has no name`,
    help: () => "write `metadata: {name: …}`",
    page: page(
      "An object without a name",
      "Objects are told apart by kind, namespace and name.",
      "pod.yaml",
      "apiVersion: v1\nkind: Pod\nmetadata: {labels: {app: web}}\n",
    ),
  },
  "name-invalid": {
    severity: "error",
    message: ({ what, name }) => `${quoted(name)} cannot be ${what}`,
    label: () => "a-z, 0-9, hyphens and dots, a letter or digit at both ends",
    page: page(
      "An invalid name",
      "Names of objects are DNS names (RFC 1123), at most 253 characters.",
      "web.yaml",
      policy("podSelector: {}").replace("name: web", "name: Web_1"),
    ),
  },
  "api-version-unserved": {
    severity: "error",
    message: ({ kind, apiVersion }) => `no server serves ${kind} as ${quoted(apiVersion)}`,
    label: ({ served }) => `write ${either(served)}`,
    help: ({ apiVersion }) => (apiVersion.startsWith("extensions/") ? "extensions/v1beta1 ended with Kubernetes 1.16" : undefined),
    page: page(
      "An apiVersion that is not served",
      "NetworkPolicy is networking.k8s.io/v1; the old extensions/v1beta1 has not been served since Kubernetes 1.16, and the fields are the same. ClusterNetworkPolicy is policy.networking.k8s.io/v1beta1 or v1alpha2, the older AdminNetworkPolicy and BaselineAdminNetworkPolicy are v1alpha1.",
      "web.yaml",
      policy("podSelector: {}").replace("networking.k8s.io/v1", "extensions/v1beta1"),
    ),
  },
  "object-repeated": {
    severity: "note",
    message: ({ title }) => `${title} is given twice, with the same content`,
    page: page(
      "The same object twice",
      "Both say the same, so one of them is enough.",
      "pods.yaml",
      [object("v1", "Pod", "web"), object("v1", "Pod", "web")].join("---\n"),
    ),
  },
  "object-conflict": {
    severity: "error",
    message: ({ title }) => `${title} is given twice, with different content`,
    label: () => "in a cluster the one applied later would replace the other",
    page: page(
      "Two objects of one name",
      "Group, kind, namespace and name are the same, the content is not. In a cluster the later one would replace the earlier; from files nobody knows which is later.",
      "pods.yaml",
      [object("v1", "Pod", "web"), object("v1", "Pod", "web", "spec: {hostNetwork: true}")].join("---\n"),
    ),
  },
  "type-wrong": {
    severity: "error",
    message: ({ what, expected }) => `${what} must be ${expected}`,
    page: page(
      "A value of the wrong type",
      "The API server refuses the object.",
      "web.yaml",
      policy("podSelector: {}", "ingress: {from: []}"),
    ),
  },
  "text-expected": {
    severity: "error",
    message: ({ what, found, kind }) => `${quoted(found)} is ${kind}, and ${what} must be text`,
    label: ({ found }) => `quote it: ${JSON.stringify(found)}`,
    page: page(
      "A boolean or number where text must stand",
      "`yes`, `on`, `true` and `00000` without quotes are no text in the YAML that Kubernetes reads. The API server refuses them as a label value or a name.",
      "web.yaml",
      policy("podSelector: {matchLabels: {public: yes}}"),
    ),
  },
  "letter-boolean": {
    severity: "warning",
    message: ({ letter }) => `${quoted(letter)} is a boolean to kubectl, which refuses it here; it is read as text`,
    label: ({ letter }) => `quote it: ${JSON.stringify(letter)}`,
    page: page(
      "A single y or n where text must stand",
      "In the YAML that Kubernetes reads `y` and `n` without quotes are booleans, so kubectl refuses them as a name or label. Libraries of other languages write them without quotes and read them as text, and nothing else can be meant: so here they are text. The first in a file is told.",
      "web.yaml",
      policy("podSelector: {matchLabels: {side: y}}"),
    ),
  },
  "address-invalid": {
    severity: "error",
    message: ({ what, text }) => `${quoted(text)} is no IP address (${what})`,
    page: page(
      "An invalid address",
      "Addresses are IPv4 in dotted decimal, or IPv6.",
      "pod.yaml",
      object("v1", "Pod", "web", "status: {podIP: 10.0.0.256}"),
    ),
  },
  "port-out-of-range": {
    severity: "error",
    message: ({ what, port }) => `${what} cannot be ${port}`,
    label: () => "1 to 65535",
    page: page("A port out of range", "Ports are 1 to 65535.", "web.yaml", rule("ports:", "- port: 70000")),
  },
  "protocol-unknown": {
    severity: "error",
    message: ({ protocol }) => `${quoted(protocol)} is not a protocol`,
    label: () => "expected TCP, UDP or SCTP",
    help: ({ meant }) => didYouMean(meant),
    page: page(
      "An unknown protocol",
      "NetworkPolicy knows TCP, UDP and SCTP, in capitals. There is no rule for ICMP.",
      "web.yaml",
      rule("ports:", "- protocol: tcp"),
    ),
  },
  "replicas-too-many": {
    severity: "error",
    message: ({ replicas }) => `${replicas} replicas are too many to judge`,
    label: ({ most }) => `all workloads together may ask for ${most} pods`,
    page: page(
      "Too many replicas",
      "One pod is made per replica. No cluster is this large.",
      "web.yaml",
      object("apps/v1", "Deployment", "web", "spec: {replicas: 2000000000, template: {}}"),
    ),
  },

  // ---- NetworkPolicy (semantics 4.1) ---------------------------------------------------------------------------------
  "field-unknown": {
    severity: "error",
    message: ({ what, field }) => `${what} has no field ${quoted(field)}`,
    label: ({ lost }) => lost,
    help: ({ field, home, meant }) => (home === undefined ? didYouMean(meant) : `${quoted(field)} belongs ${home}`),
    page: page(
      "An unknown field in a policy",
      "Current servers refuse a field that the API does not know; older ones drop it. Dropping it often opens what the policy should close: a rule without `from` allows everyone.",
      "web.yaml",
      rule("form:", "- podSelector: {}"),
    ),
  },
  "field-missing": {
    severity: "error",
    message: ({ what, field }) => `${what} needs ${quoted(field)}`,
    page: page(
      "A missing field",
      "The API server refuses the policy without it.",
      "web.yaml",
      rule("from:", "- ipBlock: {except: [10.0.0.0/8]}"),
    ),
  },
  "policy-type-unknown": {
    severity: "error",
    message: ({ type }) => `${quoted(type)} is not a policy type`,
    label: () => "expected Ingress or Egress",
    page: page(
      "An unknown policy type",
      "`policyTypes` lists Ingress, Egress or both, with a capital.",
      "web.yaml",
      policy("podSelector: {}", "policyTypes: [ingress]"),
    ),
  },
  "policy-types-many": {
    severity: "error",
    message: ({ count }) => `\`policyTypes\` has ${count} items`,
    label: () => "there are two types only",
    page: page(
      "Too many policy types",
      "`policyTypes` lists Ingress, Egress or both.",
      "web.yaml",
      policy("podSelector: {}", "policyTypes: [Ingress, Egress, Ingress]"),
    ),
  },
  "rule-null": {
    severity: "warning",
    message: ({ direction }) => `an empty item is a rule without restrictions: it allows all ${direction}`,
    label: () => "write `{}` if this is meant",
    page: page(
      "A rule that is null",
      "A list item without content decodes to an empty rule, which allows everything of its direction (S3). Templates leave such items behind.",
      "web.yaml",
      policy("podSelector: {}", "ingress:", "-"),
    ),
  },
  "rules-dead": {
    severity: "warning",
    message: ({ direction, type }) => `these ${direction} rules do nothing: \`policyTypes\` does not list ${type}`,
    label: ({ direction }) => `the policy leaves ${direction} alone`,
    page: page(
      "Rules of a direction that is not listed",
      "Where `policyTypes` is written it decides alone: a policy that does not list Egress neither isolates egress nor allows any, whatever its egress rules say (S2).",
      "web.yaml",
      policy("podSelector: {}", "policyTypes: [Ingress]", "egress:", "- {}"),
    ),
  },
  "peer-empty": {
    severity: "error",
    message: () => "a peer needs `podSelector`, `namespaceSelector` or `ipBlock`",
    page: page(
      "An empty peer",
      "An item of `from` or `to` says who is meant. To allow everyone leave the whole list out.",
      "web.yaml",
      rule("from:", "- {}"),
    ),
  },
  "peer-mixed": {
    severity: "error",
    message: () => "`ipBlock` stands alone in its peer",
    label: () => "begin a new item of the list",
    page: page(
      "An ipBlock beside selectors",
      "A peer is either addresses or pods. Two items of the list are ORed.",
      "web.yaml",
      rule("from:", "- podSelector: {}", "  ipBlock: {cidr: 10.0.0.0/8}"),
    ),
  },
  "cidr-invalid": {
    severity: "error",
    message: ({ text }) => `${quoted(text)} is not a CIDR`,
    label: () => "expected an address and a length, such as 10.0.0.0/8 or 2001:db8::/32",
    help: ({ text }) => (/^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(text) ? `one address is \`${text}/32\`` : undefined),
    page: page(
      "An invalid CIDR",
      "An ipBlock is written as address and prefix length.",
      "web.yaml",
      rule("from:", "- ipBlock: {cidr: 10.0.0.0}"),
    ),
  },
  "cidr-host-bits": {
    severity: "warning",
    message: ({ text, network }) => `${quoted(text)} stands for \`${network}\``,
    label: () => "refused in new objects from Kubernetes 1.36 on",
    help: ({ network, single }) => `write \`${network}\`, or \`${single}\` if one address is meant`,
    page: page(
      "A CIDR with host bits",
      "The bits behind the prefix are ignored (S5). Servers up to 1.35 accept that; from 1.36 on new values are refused and stored ones kept.",
      "web.yaml",
      rule("from:", "- ipBlock: {cidr: 192.0.2.77/24}"),
    ),
  },
  "cidr-leading-zeros": {
    severity: "warning",
    message: ({ text, network }) => `${quoted(text)} stands for \`${network}\``,
    label: () => "leading zeros are refused in new objects from Kubernetes 1.36 on",
    help: ({ network }) => `write \`${network}\``,
    page: page(
      "A CIDR with leading zeros",
      "Kubernetes reads the numbers as decimal; other tools read them as octal. From 1.36 on new values are refused and stored ones kept.",
      "web.yaml",
      rule("from:", "- ipBlock: {cidr: 010.0.0.0/8}"),
    ),
  },
  "except-outside": {
    severity: "error",
    message: ({ except, block, whole }) =>
      whole ? `${quoted(except)} is all of ${quoted(block)}` : `${quoted(except)} is not inside ${quoted(block)}`,
    label: () => "must be a strict part of it",
    page: page(
      "An exception outside its block",
      "`except` takes a part out of `cidr`, so it lies inside it and is smaller.",
      "web.yaml",
      rule("from:", "- ipBlock: {cidr: 10.0.0.0/16, except: [10.1.0.0/16]}"),
    ),
  },
  "port-name-invalid": {
    severity: "error",
    message: ({ name }) =>
      /^[0-9]+$/.test(name)
        ? `${quoted(name)} in quotes is a name, and a name needs a letter`
        : `${quoted(name)} cannot be the name of a port`,
    label: ({ name }) =>
      /^[0-9]+$/.test(name) ? "a number has no quotes" : "1 to 15 of a-z, 0-9 and single hyphens inside, with a letter",
    page: page(
      "An invalid port name",
      "A text under `port` is the name of a container port. A number in quotes is a text.",
      "web.yaml",
      rule("ports:", '- port: "80"'),
    ),
  },
  "end-port-invalid": {
    severity: "error",
    message: ({ reason }) => {
      switch (reason) {
        case "no-port":
          return "`endPort` needs a `port` to begin at";
        case "named-port":
          return "`endPort` needs a `port` that is a number";
        case "smaller":
          return "`endPort` is smaller than `port`";
      }
    },
    page: page(
      "An invalid endPort",
      "`port` and `endPort` are the first and last number of a range, both included (S7).",
      "web.yaml",
      rule("ports:", "- port: 90", "  endPort: 80"),
    ),
  },
  "octal-number": {
    severity: "warning",
    message: ({ written, value }) => `${quoted(written)} is ${value}: a leading zero makes it octal`,
    help: ({ value, meant }) => `write \`${meant}\` if that is meant, else \`${value}\``,
    page: page(
      "A number with a leading zero",
      "Kubernetes reads YAML 1.1, where a leading zero means octal: 0443 is 291.",
      "web.yaml",
      rule("ports:", "- port: 0443"),
    ),
  },
  "label-key-invalid": {
    severity: "error",
    message: ({ key }) => `${quoted(key)} cannot be the key of a label`,
    label: () => "letters, digits, - _ . (at most 63), maybe after a DNS name and /",
    page: page(
      "An invalid label key",
      "No label can have this key, so the API server refuses the selector.",
      "web.yaml",
      policy('podSelector: {matchLabels: {"a b": c}}'),
    ),
  },
  "label-value-invalid": {
    severity: "error",
    message: ({ value }) => `${quoted(value)} cannot be the value of a label`,
    label: () => "letters, digits, - _ . (at most 63), a letter or digit at both ends",
    page: page(
      "An invalid label value",
      "No label can have this value, so the API server refuses the selector.",
      "web.yaml",
      policy('podSelector: {matchLabels: {app: "web*"}}'),
    ),
  },
  "operator-unknown": {
    severity: "error",
    message: ({ operator }) => `${quoted(operator)} is not an operator`,
    label: () => "expected In, NotIn, Exists or DoesNotExist",
    help: ({ meant }) => didYouMean(meant),
    page: page(
      "An unknown operator",
      "Match expressions know In, NotIn, Exists and DoesNotExist.",
      "web.yaml",
      policy("podSelector: {matchExpressions: [{key: app, operator: in, values: [web]}]}"),
    ),
  },
  "values-missing": {
    severity: "error",
    message: ({ operator }) => `\`${operator}\` needs at least one of \`values\``,
    page: page(
      "An operator without values",
      "In and NotIn compare with a list of values.",
      "web.yaml",
      policy("podSelector: {matchExpressions: [{key: app, operator: In}]}"),
    ),
  },
  "values-forbidden": {
    severity: "error",
    message: ({ operator }) => `\`${operator}\` takes no \`values\``,
    page: page(
      "An operator with values",
      "Exists and DoesNotExist look at the key only.",
      "web.yaml",
      policy("podSelector: {matchExpressions: [{key: app, operator: Exists, values: [web]}]}"),
    ),
  },

  ...clusterPolicyCatalogue,

  // ---- the whole -----------------------------------------------------------------------------------------------------
  "no-pods": {
    severity: "note",
    message: ({ policies }) =>
      policies === 0
        ? "no pods and no policies were read"
        : `${policies} ${policies === 1 ? "policy" : "policies"} and no pods: there is nobody to judge`,
    help: () => "kubectl get namespaces,pods,services -A -o json supplies them; or give the workloads' manifests",
    page: page(
      "No pods",
      "Verdicts are about pods. They come from a dump of the cluster, or from the manifests of the workloads.",
      "web.yaml",
      policy("podSelector: {}"),
    ),
  },
  "no-policies": {
    severity: "note",
    message: ({ pods }) => `${pods} ${pods === 1 ? "pod" : "pods"} and no policies: everything is open`,
    help: () => "kubectl get networkpolicies -A -o json supplies them",
    page: page(
      "No policies",
      "Without a policy no pod is isolated, so every connection is allowed.",
      "pod.yaml",
      object("v1", "Pod", "web"),
    ),
  },
  "absent-kind-unseen": {
    severity: "warning",
    message: ({ kind }) => `--assume-absent \`${kind}\`: no object of such a kind was left unread`,
    help: ({ meant }) => didYouMean(meant),
    page: page(
      "A kind that is assumed absent and was never there",
      "The kind is given as `CiliumNetworkPolicy` or `cilium.io/CiliumNetworkPolicy`. Nothing in the input is of it, so the flag changes nothing.",
      "pod.yaml",
      object("v1", "Pod", "web"),
    ),
  },
};

export const say: Say<typeof catalogue> = sayer(catalogue);
