import { entry, type MessageEntry } from "../text/diagnostic.ts";

const file = "dump.json";

/** A dump with one rule, whose text is given, in a policy of a set. */
const withRule = (rule: string): string => `{
  "application-policy-sets": [{"application-policy-set": {"fq_name": ["default-policy-management", "k8s"], "uuid": "1",
    "tag_refs": [{"to": ["application=k8s"]}],
    "firewall_policy_refs": [{"to": ["default-policy-management", "k8s-denyall"], "uuid": "2", "attr": {"sequence": "00004.0"}},
      {"to": ["default-policy-management", "k8s-allowall"], "uuid": "4", "attr": {"sequence": "00005.0"}}]}}],
  "firewall-policys": [{"firewall-policy": {"fq_name": ["default-policy-management", "k8s-denyall"], "uuid": "2",
    "firewall_rule_refs": [{"to": ["default-policy-management", "r"], "uuid": "3", "attr": {"sequence": "00001.0"}}]}},
    {"firewall-policy": {"fq_name": ["default-policy-management", "k8s-allowall"], "uuid": "4"}}],
  "firewall-rules": [${rule}]
}
`;

const rule = (more: string): string => `{"firewall-rule": {"fq_name": ["default-policy-management", "r"], "uuid": "3"${more}}}`;

/** What may be wrong with a dump of the configuration API. */
const messages: {
  readonly "dump-empty": MessageEntry<{ readonly found: readonly string[] }>;
  readonly "dump-malformed": MessageEntry<{ readonly what: string; readonly problem: string; readonly expected: string }>;
  readonly "dump-content-missing": MessageEntry<{ readonly kind: string; readonly name: string; readonly collection: string }>;
  readonly "dump-tag-unknown": MessageEntry<{ readonly id: string; readonly rule: string }>;
  readonly "dump-cluster-missing": MessageEntry<{ readonly wanted: string | undefined; readonly sets: readonly string[] }>;
  readonly "dump-cluster-several": MessageEntry<{ readonly clusters: readonly string[] }>;
  readonly "dump-sequence-missing": MessageEntry<{ readonly kind: string; readonly name: string; readonly holder: string }>;
} = {
  "dump-empty": entry({
    severity: "error",
    message: ({ found }) =>
      `here is no firewall object${found.length === 0 ? "" : `, only ${found.map((key) => `\`${key}\``).join(", ")}`}`,
    label: () => "expected: collections as the configuration API names them, such as `application-policy-sets`",
    help: () => dumpHelp,
    page: {
      title: "A dump holds no firewall object",
      explanation:
        "The collections of the configuration API are looked for: application-policy-sets, firewall-policys, firewall-rules, address-groups, tags and service-groups, one or several in a file.",
      example: { file, text: '{"virtual-networks": []}\n' },
    },
  }),
  "dump-malformed": entry({
    severity: "error",
    message: ({ what, problem }) => `${what} ${problem}`,
    label: ({ expected }) => `expected: ${expected}`,
    page: {
      title: "An object of a dump is not as the configuration API writes it",
      explanation: "What a rule does is never guessed: an action, an endpoint or a port that cannot be read ends the import.",
      example: {
        file,
        text: withRule(rule(', "action_list": {"simple_action": "drop"}, "endpoint_1": {"any": true}, "endpoint_2": {"any": true}')),
      },
    },
  }),
  "dump-content-missing": entry({
    severity: "error",
    message: ({ kind, name }) => `${kind} \`${name}\` is only named here, its content is not in the dump`,
    help: ({ collection }) => `GET /${collection}?detail=true has it`,
    page: {
      title: "An object of a dump is named and not told",
      explanation:
        "Without `detail=true` the configuration API lists names only. Several files may be given together, and one collection may be listed in one form and told in another.",
      example: { file, text: withRule(rule("")) },
    },
  }),
  "dump-tag-unknown": entry({
    severity: "error",
    message: ({ id, rule: name }) => `rule \`${name}\` asks for tag ${id}, and no tag of the dump has this number`,
    help: () => "GET /tags?detail=true has the numbers of all tags",
    page: {
      title: "A rule names a tag by a number that the dump does not tell",
      explanation:
        "Tag numbers have 8 hexadecimal digits, in OpenSDN since 2026 12: the type, then the value. The tags themselves say what they mean.",
      example: {
        file,
        text: withRule(rule(', "action_list": {"simple_action": "deny"}, "endpoint_1": {"tag_ids": [65537]}, "endpoint_2": {"any": true}')),
      },
    },
  }),
  "dump-cluster-missing": entry({
    severity: "error",
    message: ({ wanted, sets }) =>
      `no application policy set ${wanted === undefined ? "of a Kubernetes cluster" : `\`${wanted}\``} is here${sets.length === 0 ? "" : `, only ${sets.map((name) => `\`${name}\``).join(", ")}`}`,
    label: () => "expected: a set NAME that holds the policies NAME-denyall and NAME-allowall",
    help: () => dumpHelp,
    page: {
      title: "The set of the cluster is not in the dump",
      explanation:
        "kube-manager names its application policy set after the cluster and puts NAME-Ingress, NAME-denyall and NAME-allowall into it.",
      example: {
        file,
        text: '{"application-policy-sets": [{"application-policy-set": {"fq_name": ["default-policy-management", "own"], "uuid": "1", "display_name": "own"}}]}\n',
      },
    },
  }),
  "dump-cluster-several": entry({
    severity: "error",
    message: ({ clusters }) => `the dump holds the sets of several clusters: ${clusters.map((name) => `\`${name}\``).join(", ")}`,
    help: ({ clusters }) => `--policy-set ${clusters[0] ?? "NAME"} compares with one of them`,
    page: {
      title: "A dump holds several clusters",
      explanation:
        "One Contrail may serve several Kubernetes clusters, each with its own application policy set. The manifests are those of one.",
      example: { file, text: `{"application-policy-sets": [${["a", "b"].map((name) => clusterSet(name)).join(", ")}]}\n` },
    },
  }),
  "dump-sequence-missing": entry({
    severity: "warning",
    message: ({ kind, name, holder }) => `${kind} \`${name}\` stands in \`${holder}\` without a sequence: agents leave it out`,
    page: {
      title: "A reference has no sequence",
      explanation:
        "Lists are walked in the order of their references' sequences. Agents skip a reference that has none, and so does the import.",
      example: {
        file,
        text: withRule(
          rule(', "action_list": {"simple_action": "deny"}, "endpoint_1": {"any": true}, "endpoint_2": {"any": true}'),
        ).replace(', "attr": {"sequence": "00001.0"}', ""),
      },
    },
  }),
};

const dumpHelp =
  "GET /application-policy-sets?detail=true, and the same of firewall-policys, firewall-rules, address-groups and tags, in one file or several";

function clusterSet(name: string): string {
  const refs = ["denyall", "allowall"].map(
    (part, i) => `{"to": ["default-policy-management", "${name}-${part}"], "attr": {"sequence": "0000${i}.0"}}`,
  );
  return `{"application-policy-set": {"fq_name": ["default-policy-management", "${name}"], "uuid": "${name}", "firewall_policy_refs": [${refs.join(", ")}]}}`;
}

export { messages as dumpMessages };
