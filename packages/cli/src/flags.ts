/** One flag, as data: commander, the completion and the wording of mistakes are all made from it. */
export interface Flag {
  /** Without dashes: `filename`. */
  readonly long: string;
  readonly short?: string;
  /** What its value is called; a flag without one is a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: true;
  /** Taken so that the answer can say what to do instead. */
  readonly hidden?: true;
}

/** Everything a command line may say, with kubectl's names and meanings where kubectl has them. */
export interface Options {
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly kustomize: string | undefined;
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
  readonly selector: string | undefined;
  readonly stage: string | undefined;
  readonly podCidr: readonly string[];
  readonly assumeAbsent: readonly string[];
  readonly skipUnreadable: boolean;
  readonly strict: boolean;
  readonly ledger: boolean;
  readonly engine: readonly string[];

  readonly output: readonly string[];
  readonly outputFile: string | undefined;
  readonly headers: boolean;
  readonly full: boolean;
  readonly color: "always" | "auto" | "never" | undefined;
  readonly ascii: boolean;
  readonly quiet: boolean;

  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly port: string | undefined;
  readonly pairs: boolean;
  readonly elsewhere: boolean;
  readonly flows: string | undefined;
  readonly today: string | undefined;
  readonly policy: string | undefined;
  readonly profile: string | undefined;
  readonly events: string | undefined;
  readonly policySet: string | undefined;
  readonly all: boolean;
  readonly force: boolean;
  readonly write: boolean;
  readonly drop: boolean;
  readonly raw: boolean;
  readonly listen: string | undefined;
}

const manifests: readonly Flag[] = [
  { long: "filename", short: "f", value: "FILE", many: true },
  { long: "recursive", short: "R" },
  { long: "kustomize", short: "k", value: "DIR" },
  { long: "namespace", short: "n", value: "NAMESPACE" },
  { long: "all-namespaces", short: "A" },
  { long: "pod-cidr", value: "CIDR", many: true },
  { long: "assume-absent", value: "KIND", many: true },
  { long: "skip-unreadable" },
  { long: "strict" },
  { long: "ledger" },
  { long: "context", value: "NAME", hidden: true },
  { long: "cluster", value: "NAME", hidden: true },
  { long: "kubeconfig", value: "FILE", hidden: true },
  { long: "as", value: "USER", hidden: true },
  { long: "as-group", value: "GROUP", hidden: true },
  { long: "user", value: "NAME", hidden: true },
  { long: "server", value: "URL", hidden: true },
  { long: "token", value: "TOKEN", hidden: true },
];

/** Flags of kubectl that would need a cluster. */
export const clusterFlags: readonly string[] = manifests.filter(({ hidden }) => hidden === true).map(({ long }) => long);

const asking: readonly Flag[] = [...manifests, { long: "stage", value: "NAME" }, { long: "engine", value: "LIST", many: true }];

const selecting: readonly Flag[] = [
  { long: "selector", short: "l", value: "SELECTOR" },
  { long: "from", value: "ENDS", many: true },
  { long: "to", value: "ENDS", many: true },
];

const look: readonly Flag[] = [{ long: "color", value: "WHEN" }, { long: "ascii" }, { long: "full" }];

const printing: readonly Flag[] = [
  { long: "output", short: "o", value: "FORMAT", many: true },
  { long: "output-file", value: "FILE" },
  { long: "no-headers" },
  ...look,
];

export const commandNames = [
  "run",
  "matrix",
  "list",
  "explain",
  "ask",
  "check",
  "contrail",
  "lab",
  "ui",
  "init",
  "schema",
  "completion",
  "help",
] as const;

export type CommandName = (typeof commandNames)[number];

export function isCommandName(word: string): word is CommandName {
  return (commandNames as readonly string[]).includes(word);
}

/** The flags of each command, beside `--help`. */
export const flagsOf: Readonly<Record<CommandName, readonly Flag[]>> = {
  run: [...asking, ...printing, { long: "quiet", short: "q" }, { long: "today", value: "DATE" }, { long: "drop" }, { long: "all" }],
  matrix: [...asking, ...selecting, ...printing, { long: "port", value: "PORT" }],
  list: [...asking, ...selecting, ...printing, { long: "pairs" }, { long: "elsewhere" }],
  explain: [...asking, ...printing],
  ask: [...asking, ...printing, { long: "flows", value: "FILE" }, { long: "drop" }],
  check: [...manifests, ...printing],
  contrail: [
    ...manifests,
    { long: "stage", value: "NAME" },
    ...printing,
    { long: "profile", value: "PROFILE" },
    { long: "policy", value: "NAME" },
    { long: "events", value: "FILE" },
    { long: "policy-set", value: "NAME" },
    { long: "all" },
  ],
  lab: [
    ...manifests,
    { long: "stage", value: "NAME" },
    { long: "engine", value: "NAME", many: true },
    { long: "drop" },
    { long: "raw" },
    { long: "output", short: "o", value: "FILE", many: true },
    ...look,
  ],
  ui: [...manifests, ...look, { long: "listen", value: "PORT" }],
  init: [...manifests, ...look, { long: "output", short: "o", value: "FILE", many: true }, { long: "force" }],
  schema: [{ long: "write" }, ...look],
  completion: look,
  help: look,
};
