import { sayer, type CodePage, type MessageEntry, type Say } from "../text/diagnostic.ts";

const lab = "topology:\n  workloads: { dev/web: { labels: { app: web } }, dev/client: { labels: { app: client } } }\n";

type Nothing = Readonly<Record<string, never>>;

/** What each message speaks of. */
export interface UseCaseParameters {
  readonly "use-case-empty": Nothing;
  readonly "use-case-not-a-mapping": { readonly found: string };
  readonly "use-case-several-documents": { readonly count: number };
  readonly "use-case-format-unknown": { readonly found: string };
  readonly "use-case-field-unknown": {
    readonly field: string;
    readonly where: string;
    readonly meant: string | undefined;
    readonly known: readonly string[];
    /** Where it belongs. */
    readonly home: string | undefined;
  };
  readonly "use-case-field-missing": { readonly field: string; readonly where: string };
  readonly "use-case-wrong-type": { readonly what: string; readonly found: string; readonly expected: string; readonly quote: boolean };
  readonly "use-case-word-unknown": {
    readonly what: string;
    readonly word: string;
    readonly meant: string | undefined;
    readonly words: readonly string[];
  };
  readonly "use-case-number-invalid": { readonly what: string; readonly expected: string };
  readonly "use-case-list-empty": { readonly what: string; readonly expected: string };
  readonly "row-malformed": { readonly problem: string };
  readonly "ports-malformed": { readonly text: string; readonly problem: string };
  readonly "port-name-unknown": { readonly name: string; readonly meant: string | undefined; readonly declared: readonly string[] };
  readonly "use-case-address-invalid": { readonly text: string };
  readonly "use-case-cidr-invalid": { readonly text: string; readonly problem: string | undefined };
  readonly "block-as-end": { readonly text: string };
  readonly "address-twice": { readonly text: string; readonly of: string; readonly problem: "family" | "shared" };
  readonly "use-case-name-invalid": { readonly what: string; readonly text: string; readonly problem: string };
  readonly "name-twice": { readonly name: string; readonly first: string; readonly second: string };
  readonly "group-form": { readonly name: string; readonly problem: string };
  readonly "group-cycle": { readonly cycle: readonly string[] };
  readonly "use-case-selector-invalid": { readonly text: string };
  readonly "use-case-label-invalid": { readonly text: string; readonly part: "key" | "value" };
  readonly "workload-addresses": { readonly name: string; readonly pods: number };
  readonly "assertion-empty": Nothing;
  readonly "because-invalid": { readonly text: string; readonly problem: string };
  readonly "date-invalid": { readonly text: string };
  readonly "duration-invalid": { readonly text: string };
  readonly "stage-twice": { readonly name: string };
  readonly "stage-unknown": { readonly name: string; readonly meant: string | undefined; readonly stages: readonly string[] };
  readonly "id-twice": { readonly id: string };
  readonly "manifest-missing": { readonly path: string; readonly meant: string | undefined };
  readonly "delete-misses": { readonly object: string; readonly stage: string; readonly meant: string | undefined };
  readonly "delete-ambiguous": { readonly object: string; readonly candidates: readonly string[] };
  readonly "end-unknown": { readonly message: string; readonly stages: number };
  readonly "end-ambiguous": { readonly message: string };
  readonly "end-malformed": { readonly message: string };
  readonly "group-selects-nothing": { readonly name: string; readonly stages: number };
  readonly "outside-inside": { readonly name: string; readonly address: string; readonly owner: string };
  readonly "service-opens-nothing": { readonly name: string };
  readonly "service-port-unknown": { readonly name: string; readonly ports: string; readonly has: string };
  readonly "policy-unknown": { readonly name: string; readonly meant: string | undefined };
  readonly "rows-contradict": {
    readonly flow: string;
    readonly first: string;
    readonly second: string;
    readonly stage: string | undefined;
    readonly elsewhere: boolean;
  };
  readonly "row-without-flows": { readonly why: "itself" | "outside" | "family" };
  readonly "stage-unmet": { readonly stage: string; readonly breaks: string; readonly detail: string };
  readonly "stage-met": { readonly stage: string };
  readonly "row-violated": { readonly stage: string; readonly what: string; readonly breaks: string; readonly witness: string };
  readonly "row-warned": { readonly stage: string; readonly breaks: string; readonly witness: string };
  readonly "because-differs": {
    readonly stage: string;
    readonly stated: string;
    readonly decidedBy: readonly string[];
    readonly witness: string;
  };
  readonly "engines-differ": {
    readonly stage: string;
    readonly engines: readonly string[];
    readonly first: string;
    readonly effect: "more-open" | "more-closed";
    readonly pairs: number;
    readonly name: string | undefined;
    readonly title: string | undefined;
    readonly flow: string;
    readonly from: string;
    readonly to: string;
    readonly port: string | undefined;
  };
  readonly "held-not-tcp": Nothing;
  readonly "start-no-pod": { readonly name: string };
  readonly "held-cut": { readonly stage: string; readonly flow: string; readonly engine: string };
  readonly "held-goes-on": { readonly stage: string; readonly flow: string; readonly engine: string; readonly judged: boolean };
  readonly "start-open": {
    readonly stage: string;
    readonly pod: string;
    readonly flow: string;
    readonly until: number;
    readonly engine: string;
  };
  readonly "watch-inconclusive": { readonly stage: string; readonly what: string; readonly engine: string; readonly detail: string };
  readonly "deviation-expired": { readonly id: string; readonly expires: string };
  readonly "deviation-unused": { readonly id: string; readonly engine: string };
}

/**
 * Every sentence that reading, resolving and checking a use case can say. The example of each page has the mistake and a test reads it;
 * examples may apply `policy1.yaml` (isolates `dev/web`, lets `dev/client` in on 80/TCP), `closed.yaml` (isolates all of `dev`)
 * and `egress-open.yaml` (lets `dev/client` open everything).
 */
export const messages: { readonly [Code in keyof UseCaseParameters]: MessageEntry<UseCaseParameters[Code]> } = {
  // ---- the form of the file ------------------------------------------------------------------------------------------------------------
  "use-case-empty": {
    severity: "error",
    message: () => "this use-case file is empty",
    help: () => "`netproof init` writes one from manifests",
    page: page(
      "The use-case file is empty",
      "A file without any content would judge nothing and look as if everything held.",
      "# nothing but a comment\n",
    ),
  },
  "use-case-not-a-mapping": {
    severity: "error",
    message: ({ found }) => `a use-case file is a mapping, this is ${found}`,
    help: () => "it begins with `format: netproof.use-case/1`",
    page: page(
      "The use-case file is not a mapping",
      "The file is a list or a single value, so it has none of the keys of a use case.",
      "- client -> web allow\n",
    ),
  },
  "use-case-several-documents": {
    severity: "error",
    message: ({ count }) => `a use-case file holds one document, this has ${count}`,
    label: () => "the second begins here",
    help: () => "manifests stand in files of their own, named under `topology` or `apply`",
    page: page(
      "The use-case file has several documents",
      "Which document is meant cannot be told; a second one is often a manifest that belongs in its own file.",
      "format: netproof.use-case/1\nname: two\n---\nname: three\n",
    ),
  },
  "use-case-format-unknown": {
    severity: "error",
    message: ({ found }) => `\`${found}\` is no format that is known here`,
    label: () => "netproof.use-case/1",
    help: () => "write `format: netproof.use-case/1`, or use a newer netproof",
    page: page(
      "The format is unknown",
      "A file of another format, or of a later version, would be read with the wrong rules.",
      "format: netproof.use-case/9\nname: later\n",
    ),
  },
  "use-case-field-unknown": {
    severity: "error",
    message: ({ field, where, meant, home }) =>
      `${where} has no field \`${field}\`${meant === undefined || home !== undefined ? "" : `, did you mean \`${meant}\`?`}`,
    help: ({ field, known, meant, home }) => {
      if (home !== undefined) return `\`${field}\` belongs to ${home}`;
      return meant === undefined && known.length > 0 ? `its fields are ${known.join(", ")}` : undefined;
    },
    page: page(
      "A field of a use-case file is unknown",
      "An unknown field is never dropped: a misspelled `expect` would leave a stage unjudged and green.",
      use("topology:\n  workload: {}\n"),
    ),
  },
  "use-case-field-missing": {
    severity: "error",
    message: ({ field, where }) => `${where} needs a field \`${field}\``,
    help: ({ field }) => (field === "format" ? "write `format: netproof.use-case/1`" : undefined),
    page: page(
      "A field of a use-case file is missing",
      "Without this field the statement has no meaning, and no default would be honest.",
      use("deviations:\n  - { engine: contrail, from: a, to: b, verdict: allow }\n"),
    ),
  },
  "use-case-wrong-type": {
    severity: "error",
    message: ({ what, found }) => `${what} is ${found}`,
    label: ({ expected }) => `expected: ${expected}`,
    help: ({ quote }) => (quote ? "put it in quotes, if it is text" : undefined),
    page: page(
      "A value of a use-case file is of the wrong kind",
      "YAML reads `on`, `yes` and `2027` as a boolean or a number where they are not quoted; a list or a mapping may stand where one text is wanted.",
      use("topology:\n  namespaces: { dev: { canary: yes } }\n"),
    ),
  },
  "use-case-word-unknown": {
    severity: "error",
    message: ({ what, word, meant }) => `${what} cannot be \`${word}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    label: ({ words }) => `one of ${words.join(", ")}`,
    page: page("A word is none of those possible", "Verdicts, severities and the like are words of a closed list.", use("rest: dney\n")),
  },
  "use-case-number-invalid": {
    severity: "error",
    message: ({ what, expected }) => `${what} must be ${expected}`,
    page: page(
      "A number is out of range",
      "The number is not whole, too small or too large for what it counts.",
      use("topology:\n  workloads: { dev/web: { replicas: -1 } }\n"),
    ),
  },
  "use-case-list-empty": {
    severity: "error",
    message: ({ what }) => `${what} is an empty list`,
    label: ({ expected }) => `expected: ${expected}`,
    page: page(
      "A list is empty",
      "A statement about nobody holds always; a use case without stages would judge nothing.",
      use("stages: []\n"),
    ),
  },

  // ---- names, ports and addresses in the file -------------------------------------------------------------------------------------------
  "row-malformed": {
    severity: "error",
    message: ({ problem }) => `this is no row: ${problem}`,
    help: () =>
      "a row is `FROM -> TO VERDICT` or `FROM -> TO PORT VERDICT`, with commas between names: `client, cent222 -> web 80/TCP allow`",
    page: page(
      "A row cannot be read",
      "The short form of a row is one line: who opens, an arrow, who accepts, maybe ports, and the verdict.",
      use("intent: client to web allow\n"),
    ),
  },
  "ports-malformed": {
    severity: "error",
    message: ({ text, problem }) => `\`${text}\` is no port: ${problem}`,
    help: () => "80 (TCP), 53/UDP, 8000-8999/TCP, all, all/UDP, or a name from `ports`",
    page: page(
      "A port cannot be read",
      "A port is a number from 1 to 65535, a range of them, or a name that the file gives under `ports`; TCP where no protocol is said.",
      use("ports: { http: 80/TPC }\n"),
    ),
  },
  "port-name-unknown": {
    severity: "error",
    message: ({ name, meant }) => `no port is called \`${name}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    help: ({ meant, declared }) =>
      meant !== undefined
        ? undefined
        : declared.length === 0
          ? "name it under `ports:`, for example `http: 80/TCP`"
          : `\`ports\` names ${declared.join(", ")}`,
    page: page(
      "A port's name is not declared",
      "Names of ports in rows are those of the file's `ports`. The names that containers give their ports mean another number on each pod, so a row cannot use them.",
      use("ports: { http: 80 }\nintent: any -> any htpp allow\n"),
    ),
  },
  "use-case-address-invalid": {
    severity: "error",
    message: ({ text }) => `\`${text}\` is not an IP address`,
    help: ({ text }) =>
      text.includes("/")
        ? "an outside point is one address; a block is a group: `groups: { corp: 10.0.0.0/8 }`"
        : "an address looks like 10.0.0.5 or 2001:db8::5",
    page: page(
      "An address cannot be read",
      "Outside points, nodes and pods have addresses, not names or blocks.",
      use("topology:\n  outside: { office: 10.0.0.256 }\n"),
    ),
  },
  "use-case-cidr-invalid": {
    severity: "error",
    message: ({ text, problem }) => (problem === undefined ? `\`${text}\` is not a block of addresses` : `\`${text}\` ${problem}`),
    help: ({ problem }) => (problem === undefined ? "a block looks like 10.0.0.0/8 or 2001:db8::/32" : undefined),
    page: page(
      "A block of addresses cannot be read",
      "A block is an address, a slash and the number of its fixed bits: at most 32 for IPv4, 128 for IPv6.",
      use("groups: { corp: 10.0.0.0/33 }\n"),
    ),
  },
  "block-as-end": {
    severity: "error",
    message: ({ text }) => `the block \`${text}\` needs a name before a row can use it`,
    help: ({ text }) => `name it under \`groups\`: \`corp: ${text}\``,
    page: page(
      "A block stands where a name is wanted",
      "Reports name ends; a block gets its name under `groups`.",
      use("intent: 10.0.0.0/8 -> any deny\n"),
    ),
  },
  "address-twice": {
    severity: "error",
    message: ({ text, of, problem }) =>
      problem === "family"
        ? `\`${text}\` is a second address of \`${of}\` in one family`
        : `\`${text}\` is already the address of \`${of}\``,
    help: ({ problem }) => (problem === "family" ? "an end has one address per family; give the other a name of its own" : undefined),
    page: page(
      "An address stands twice",
      "A flow has one address per family at each end, and one address is one end.",
      use("topology:\n  outside: { office: [10.0.0.5, 10.0.0.6] }\n"),
    ),
  },
  "use-case-name-invalid": {
    severity: "error",
    message: ({ what, text, problem }) => `\`${text}\` cannot be the name of ${what}: ${problem}`,
    page: page(
      "A name cannot be used",
      "Names of ends may not hold blanks, commas or arrows, because rows separate by them; objects need the names that the API allows; `any` and `elsewhere` have a meaning of their own.",
      use("groups: { any: [a, b] }\n"),
    ),
  },
  "name-twice": {
    severity: "error",
    message: ({ name, first, second }) => `\`${name}\` names ${first} and ${second}`,
    page: page(
      "One name stands for two things",
      "A row that uses the name could mean either.",
      use("topology:\n  outside: { office: 10.0.0.5 }\ngroups: { office: 10.0.0.0/8 }\n"),
    ),
  },
  "group-form": {
    severity: "error",
    message: ({ name, problem }) => `group \`${name}\` ${problem}`,
    help: () => "a group is `members`, or `cidr`, or `pods` and `namespaces`",
    page: page(
      "A group is of two kinds, or of none",
      "A group is a list of ends, a block of addresses, or pods by their labels.",
      use("groups: { corp: { cidr: 10.0.0.0/8, pods: app=web } }\n"),
    ),
  },
  "group-cycle": {
    severity: "error",
    message: ({ cycle }) => `group \`${cycle[0]}\` contains itself: ${cycle.join(", ")}`,
    page: page("A group contains itself", "Groups may hold groups, but not in a circle.", use("groups: { a: [b], b: [a] }\n")),
  },
  "use-case-selector-invalid": {
    severity: "error",
    message: ({ text }) => `\`${text}\` is no label selector`,
    help: () => "as kubectl -l writes it: app=web,tier in (a,b),!canary",
    page: page(
      "A selector cannot be read",
      "Groups select by labels in the text form that `kubectl -l` takes.",
      use('groups: { web: { pods: "app~web" } }\n'),
    ),
  },
  "use-case-label-invalid": {
    severity: "error",
    message: ({ text, part }) => `\`${text}\` is no ${part} of a label`,
    help: () => "at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
    page: page(
      "A label is not allowed",
      "The API server refuses such a label, so no cluster has it.",
      use('topology:\n  namespaces: { dev: { project: "a b" } }\n'),
    ),
  },
  "workload-addresses": {
    severity: "error",
    message: ({ name, pods }) => `\`${name}\` has ${pods} pods, and these addresses are of one`,
    help: () => "leave `addresses` out and name `podCidr`, or write the pods one by one",
    page: page(
      "Addresses of a workload with several pods",
      "Which pod has which address could not be told.",
      use("topology:\n  workloads: { dev/web: { replicas: 2, addresses: 10.0.0.5 } }\n"),
    ),
  },
  "assertion-empty": {
    severity: "error",
    message: () => "this statement says nothing: it has neither rows nor properties",
    help: () => "add `rows`, `onlyFrom`, `through`, `isolated`, `noPathToOutside`, `everythingIsolated`, `symmetric` or `noUnusedPolicy`",
    page: page("A statement of the intent is empty", "It would always hold.", use("intent: [{ about: nobody reaches the database }]\n")),
  },
  "because-invalid": {
    severity: "error",
    message: ({ text, problem }) => `\`${text}\` ${problem}`,
    help: () => "for allow: dev/policy1 or dev/policy1 ingress[0]; for deny: the policy that isolates, dev/policy1",
    page: page(
      "A reason cannot be read",
      "`because` names a policy as NAMESPACE/NAME (a cluster-wide one as cnp/NAME, anp/NAME or banp/NAME), for `allow` also its rule. A NetworkPolicy denies by isolating, not by a rule. What is left open (`either`) has no reason.",
      use("intent: { rows: { from: any, to: any, verdict: deny, because: policy1 } }\n"),
    ),
  },
  "date-invalid": {
    severity: "error",
    message: ({ text }) => `\`${text}\` is no date`,
    help: () => "a date looks like 2027-06-30",
    page: page(
      "A date cannot be read",
      "A date that means different days in different countries, or none, would let a deviation excuse for ever.",
      use("deviations: { engine: contrail, from: a, to: b, verdict: allow, reason: known, expires: 30.06.2027 }\n"),
    ),
  },
  "duration-invalid": {
    severity: "error",
    message: ({ text }) => `\`${text}\` is no duration`,
    help: () => "a duration looks like 5s or 500ms",
    page: page(
      "A duration cannot be read",
      "A number without a unit could be seconds or milliseconds.",
      use("engines: { lab: { timeout: soon } }\n"),
    ),
  },
  "stage-twice": {
    severity: "error",
    message: ({ name }) => `two stages are called \`${name}\``,
    page: page("Two stages have one name", "Reports, `--stage` and deviations name stages.", use("stages: [before, before]\n")),
  },
  "stage-unknown": {
    severity: "error",
    message: ({ name, meant }) => `no stage is called \`${name}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    help: ({ meant, stages }) => (meant === undefined ? `the stages are ${stages.join(", ")}` : undefined),
    page: page(
      "A deviation names a stage that does not exist",
      "It would never excuse anything.",
      use("stages: [before, after]\ndeviations: { engine: contrail, stage: afer, from: a, to: b, verdict: allow, reason: known }\n"),
    ),
  },
  "id-twice": {
    severity: "error",
    message: ({ id }) => `the id \`${id}\` is given twice`,
    page: page(
      "An id is given twice",
      "Reports and deviations point at ids.",
      use("intent:\n  - { id: A, rows: any -> any allow }\n  - { id: A, noUnusedPolicy: true }\n"),
    ),
  },

  // ---- stages ----------------------------------------------------------------------------------------------------------------------------
  "manifest-missing": {
    severity: "error",
    message: ({ path, meant }) => `there is no \`${path}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    help: () => "paths are relative to this file",
    page: page(
      "A manifest is not there",
      "Judging without it would judge another cluster.",
      use("stages: [{ name: now, apply: polcy1.yaml }]\n"),
    ),
  },
  "delete-misses": {
    severity: "error",
    message: ({ object, stage, meant }) =>
      `${object} is not there before \`${stage}\`, so it cannot be deleted${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    page: page(
      "A stage deletes what is not there",
      "The object was never applied, is already gone, or has another name; a delete that does nothing usually means that a policy stays in force.",
      use("stages: [{ name: now, delete: { kind: NetworkPolicy, namespace: dev, name: policy1 } }]\n"),
    ),
  },
  "delete-ambiguous": {
    severity: "error",
    message: ({ object }) => `${object} names several objects`,
    help: ({ candidates }) => `say which: ${candidates.join(", ")}`,
    page: page(
      "A stage deletes one of several objects",
      "Without its namespace or group the name means several objects.",
      use(
        "stages: [{ name: now, apply: [policy1.yaml, policy1-qa.yaml] }, { name: after, delete: { kind: NetworkPolicy, name: policy1 } }]\n",
      ),
    ),
  },

  // ---- names in the cluster --------------------------------------------------------------------------------------------------------------
  "end-unknown": {
    severity: "error",
    message: ({ message }) => message,
    help: ({ stages }) => (stages > 1 ? "it exists at no stage" : undefined),
    page: page(
      "A name stands for nothing",
      "A row about something that does not exist would hold for ever.",
      use(`${lab}intent: client -> wbe allow\n`),
    ),
  },
  "end-ambiguous": {
    severity: "error",
    message: ({ message }) => message,
    page: page(
      "A name stands for several things",
      "Pods of different namespaces may have one name; say the namespace.",
      use("topology:\n  workloads: { dev/web: {}, qa/web: {} }\nintent: dev/web -> web allow\n"),
    ),
  },
  "end-malformed": {
    severity: "error",
    message: ({ message }) => message,
    page: page("A name cannot be read", "`ip:` begins an address.", use(`${lab}intent: ip:10.0.0.256 -> web allow\n`)),
  },
  "group-selects-nothing": {
    severity: "error",
    message: ({ name }) => `group \`${name}\` selects no pod`,
    help: ({ stages }) => (stages > 1 ? "at no stage" : undefined),
    page: page(
      "A group selects no pod",
      "Rows about it would hold for ever. Often a label is misspelled.",
      use(`${lab}groups: { clients: { pods: role=client } }\nintent: clients -> web allow\n`),
    ),
  },
  "outside-inside": {
    severity: "error",
    message: ({ name, address, owner }) => `outside point \`${name}\` is not outside: ${address} is ${owner}`,
    help: () => "use the name that the cluster gives it",
    page: page(
      "An outside point has an address of the cluster",
      "An address that belongs to a pod or node is that pod or node, and other rules hold for it.",
      use("topology:\n  nodes: { worker-1: 10.0.0.5 }\n  outside: { office: 10.0.0.5 }\n"),
    ),
  },
  "service-opens-nothing": {
    severity: "error",
    message: ({ name }) => `\`${name}\` is a Service, and a Service opens no connections`,
    help: () => "name the pods behind it",
    page: page(
      "A Service stands where connections begin",
      "A Service only receives: connections are opened by pods.",
      use(
        `topology:\n  workloads: { dev/web: { labels: { app: web } }, dev/db: {} }\n  services: { dev/web: { selector: { app: web }, ports: 80 } }\nintent: svc/web -> db allow\n`,
      ),
    ),
  },
  "service-port-unknown": {
    severity: "error",
    message: ({ name, ports }) => `Service \`${name}\` has no port ${ports}`,
    help: ({ has }) => (has === "" ? undefined : `it has ${has}`),
    page: page(
      "A Service has no such port",
      "A flow to a Service is a flow to the target ports of its pods; a port that the Service does not have leads nowhere.",
      use(
        `topology:\n  workloads: { dev/web: { labels: { app: web } }, dev/client: {} }\n  services: { dev/web: { selector: { app: web }, ports: { port: 8080, target: 80 } } }\nintent: client -> svc/web 80 allow\n`,
      ),
    ),
  },
  "policy-unknown": {
    severity: "error",
    message: ({ name, meant }) => `no policy \`${name}\` exists at any stage${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    page: page(
      "A reason names a policy that does not exist",
      "The row could never hold for this reason.",
      use(
        `${lab}intent: { rows: { from: client, to: web, port: 80, verdict: allow, because: dev/polcy1 } }\nstages: [{ name: now, apply: policy1.yaml }]\n`,
      ),
    ),
  },
  "rows-contradict": {
    severity: "error",
    message: ({ flow, first, second }) => `${flow} must ${first} and must ${second}`,
    label: ({ second }) => `must ${second}`,
    help: ({ stage, elsewhere }) => {
      if (elsewhere)
        return "`elsewhere` is every address without a name of its own, blocks included; `rest` with `including: elsewhere` speaks of those that no row names";
      return stage === undefined ? undefined : `at stage \`${stage}\``;
    },
    page: page(
      "Two statements contradict each other",
      "One flow is named twice with different verdicts, so no cluster can satisfy both.",
      use(`${lab}intent: [client -> web allow, any -> web 80 deny]\n`),
    ),
  },
  "row-without-flows": {
    severity: "warning",
    message: ({ why }) => {
      switch (why) {
        case "itself":
          return "this row is about nothing but ends and themselves";
        case "outside":
          return "this row is about nothing but flows outside the cluster";
        case "family":
          return "this row is about ends that have no address family in common";
      }
    },
    help: ({ why }) => {
      switch (why) {
        case "itself":
          return "no policy can close a pod to itself";
        case "outside":
          return "no policy of the cluster sees a flow that neither begins nor ends in it";
        case "family":
          return undefined;
      }
    },
    page: page(
      "A row is about no flow",
      "It holds whatever the policies are, so it is not judged.",
      use("topology:\n  outside: { a: 10.0.0.5, b: 10.0.0.6 }\nintent: a -> b deny\n"),
    ),
  },

  // ---- findings --------------------------------------------------------------------------------------------------------------------------
  "stage-unmet": {
    severity: "error",
    message: ({ stage, breaks }) => `${stage} must meet the intent, ${breaks}`,
    label: ({ detail }) => detail,
    page: page(
      "A stage does not meet the intent",
      "After this stage the cluster does something that the intent forbids, or forbids something that it wants. A stage that is known to leave the intent unmet says `intent: unmet`.",
      use(`${lab}intent: client -> web deny\n`),
    ),
  },
  "stage-met": {
    severity: "error",
    message: ({ stage }) => `${stage} is declared to leave the intent unmet, and it meets it`,
    help: () => "take `intent: unmet` away, if this is meant",
    page: page(
      "A stage meets the intent although it is declared not to",
      "Either the cluster got better, or the intent no longer says what it said.",
      use(`${lab}intent: client -> web allow\nstages: [{ name: now, intent: unmet }]\n`),
    ),
  },
  "row-violated": {
    severity: "error",
    message: ({ stage, what, breaks }) => `${what} does not hold at ${stage}, ${breaks}`,
    label: ({ witness }) => witness,
    page: page(
      "A stage does not show what is expected of it",
      "A row, a property or `rest` under a stage does not hold there.",
      use(`${lab}stages: [{ name: now, expect: client -> web deny }]\n`),
    ),
  },
  "row-warned": {
    severity: "warning",
    message: ({ stage, breaks }) => `this row does not hold at ${stage}, ${breaks}`,
    label: ({ witness }) => witness,
    page: page(
      "A row of severity warning does not hold",
      "It is reported, and the run still succeeds.",
      use(`${lab}intent: { rows: { from: client, to: web, verdict: deny, severity: warning } }\n`),
    ),
  },
  "because-differs": {
    severity: "error",
    message: ({ stage, stated }) => `right for another reason at ${stage}: \`${stated}\` does not decide it`,
    label: ({ decidedBy, witness }) =>
      `${witness}: ${decidedBy.length === 0 ? "no policy isolates it" : `decided by ${decidedBy.join(", ")}`}`,
    page: page(
      "A row holds for another reason than stated",
      "The verdict is as wanted, but another policy or rule decides it, so the stated one may be wrong or unneeded.",
      use(
        `${lab}stages: [{ name: now, apply: [policy1.yaml, closed.yaml], expect: { from: client, to: web, port: 80, verdict: allow, because: dev/closed } }]\n`,
      ),
    ),
  },
  "engines-differ": {
    severity: "error",
    message: ({ stage, engines, first, effect, pairs, name, title }) => {
      const who = `${engines.join(" and ")} ${engines.length > 1 ? "are" : "is"} ${effect.replace("-", " ")} than ${first}`;
      const why = name === undefined ? "" : title === undefined ? `, ${name}` : `, ${name}: ${title}`;
      return `${who} at ${stage}, for ${pairs === 1 ? "1 pair" : `${pairs} pairs`}${why}`;
    },
    label: ({ flow, engines, first, effect }) => {
      const [theirs, own] = effect === "more-open" ? ["allow", "deny"] : ["deny", "allow"];
      return `${flow}: ${first} ${own}, ${engines.join(" and ")} ${theirs}`;
    },
    help: ({ name, stage, engines, effect, from, to, port }) =>
      name === "unexplained"
        ? "one of them is mistaken: please report it"
        : `if it is meant: deviations: [{ engine: ${engines[0] ?? ""}, stage: ${stage}, from: ${from}, to: ${to}, ${port === undefined ? "" : `port: ${port.includes(",") ? `[${port}]` : port}, `}verdict: ${effect === "more-open" ? "allow" : "deny"}, reason: … }]`,
    page: page(
      "Engines contradict each other",
      "One engine allows what another denies, and no deviation of the file covers it. `netproof explain FROM TO PORT --engine spec,contrail` shows what decides in each. A known difference is listed under `deviations`; an engine that does not matter to you is left out with `engines: { run: [spec] }`.",
      use(`${lab}stages: [{ name: now, apply: [policy1.yaml, egress-open.yaml] }]\n`),
    ),
  },
  "held-not-tcp": {
    severity: "error",
    message: () => "only TCP connections are held, and this row names no TCP port",
    help: () => "write a TCP port, or all ports",
    page: page(
      "A connection to hold is not TCP",
      "UDP has no connections, and the lab does not hold associations of SCTP.",
      use(`${lab}stages: [before, { name: now, apply: policy1.yaml, held: client -> web 53/UDP deny }]\n`),
    ),
  },
  "start-no-pod": {
    severity: "error",
    message: ({ name }) => `\`${name}\` is no pod, and only pods are started`,
    page: page(
      "Something that is no pod is to be started",
      "`starting` names pods, workloads or groups of them: nodes and outside points have no policies of their own that could come late.",
      use(`${lab}stages: [before, { name: now, apply: policy1.yaml, starting: 192.0.2.7 }]\n`),
    ),
  },
  "held-cut": {
    severity: "error",
    message: ({ stage, flow, engine }) => `${engine} saw the connection ${flow} cut at ${stage}, and it is to go on`,
    page: page(
      "A connection that is to go on was cut",
      "A row of `held` with `allow` was open before the change and did not get through after it. Users of long connections notice that.",
      use(`${lab}stages: [before, { name: now, apply: closed.yaml, held: client -> web 80 allow }]\n`),
    ),
  },
  "held-goes-on": {
    severity: "warning",
    message: ({ stage, flow, engine }) => `${engine} saw the connection ${flow} go on at ${stage}, and it is to be cut`,
    label: ({ judged }) =>
      judged ? "the policies of the stage allow it" : "new ones are denied; this one was known to the network as open",
    help: ({ judged }) =>
      judged ? undefined : "restart one of the ends, or let the network forget its connections, if open ones must not go on",
    page: page(
      "A connection that is to be cut goes on",
      "The API text speaks of new connections only (S13). Many network plugins let those go on that were open before a policy, until they end.",
      use(`${lab}stages: [before, { name: now, apply: closed.yaml, held: client -> web 80 deny }]\n`),
    ),
  },
  "start-open": {
    severity: "error",
    message: ({ stage, pod, flow, until, engine }) =>
      `${engine} saw ${flow} pass ${until} ms after ${pod} started at ${stage}, and it is denied`,
    page: page(
      "What policies deny passed when a pod started",
      "A pod that is younger than its policies must be isolated from its first packet on.",
      use(`${lab}stages: [before, { name: now, apply: closed.yaml, starting: web }]\n`),
    ),
  },
  "watch-inconclusive": {
    severity: "warning",
    message: ({ stage, what, engine, detail }) => `${engine} cannot tell what became of ${what} at ${stage}: ${detail}`,
    page: page(
      "What was watched did not tell anything",
      "A connection could not be opened before the change, nothing came back and no rule saw why, or a pod has no place in the lab.",
      use(`${lab}stages: [before, { name: now, apply: policy1.yaml, held: client -> web 80 allow }]\n`),
    ),
  },
  "deviation-expired": {
    severity: "error",
    message: ({ id, expires }) => `deviation ${id} has expired on ${expires}`,
    label: () => "it no longer excuses",
    help: () => "look whether the engine still differs, then move the date or delete the deviation",
    page: page(
      "A deviation has expired",
      "A known difference is accepted up to a day; after it somebody has to look again.",
      use(`${lab}deviations: { engine: spec, from: client, to: web, verdict: allow, reason: known, expires: 2020-01-01 }\n`),
    ),
  },
  "deviation-unused": {
    severity: "note",
    message: ({ id, engine }) => `deviation ${id} is not needed: ${engine} does nothing that it excuses`,
    page: page(
      "A deviation is not needed",
      "The engine gives the wanted verdict without it; delete it, so that a later difference is seen.",
      use(`${lab}deviations: { engine: spec, from: client, to: web, verdict: deny, reason: known }\n`),
    ),
  },
};

export const say: Say<typeof messages> = sayer(messages);

function page(title: string, explanation: string, text: string): CodePage {
  return { title, explanation, example: { file: "netproof.yaml", text } };
}

function use(rest: string): string {
  return `format: netproof.use-case/1\nname: example\n${rest}`;
}
