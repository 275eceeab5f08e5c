/**
 * The chapter as a guided tour. A step says what to look at and asks; every answer is worked out by the engines when it is shown.
 * It is about the scenario day-one, whose names and stages it uses.
 */
export interface TourStep {
  readonly title: string;
  readonly stage: string;
  /** What somebody should know before, in a few sentences. */
  readonly text: string;
  readonly task: Task;
  /** The file to read beside it, and the lines that matter. */
  readonly file: { readonly path: string; readonly first: number; readonly last: number } | undefined;
  readonly remember: readonly string[];
}

export type Task =
  /** What the design wants, and whether it has it. */
  | { readonly kind: "intent" }
  /** All flows together. */
  | { readonly kind: "count" }
  | { readonly kind: "read" }
  /** Say of each other end what the device does to it, before anything is shown. */
  | { readonly kind: "predict"; readonly device: string; readonly direction: "to" | "from"; readonly show: readonly Column[] }
  /** One flow on which engines differ. */
  | { readonly kind: "flow"; readonly from: string; readonly to: string };

/** What is shown beside what was said. */
export type Column = "calculated" | "measured" | "contrail";

const policy1 = { path: "policy1.yaml", first: 7, last: 28 } as const;

export const steps: readonly TourStep[] = [
  {
    title: "The network and its intent",
    stage: "before",
    text: "Three departments share a web server. Its database must be reached through it alone. Four sentences say what should be possible, and nothing else should.",
    task: { kind: "intent" },
    file: undefined,
    remember: ["A policy is checked against what was meant, not against what it says."],
  },
  {
    title: "Before any policy",
    stage: "before",
    text: "No policy is applied. Kubernetes lets every pod talk to every pod, and every address in and out, until some policy isolates a pod.",
    task: { kind: "count" },
    file: undefined,
    remember: ["A pod that no policy selects is not isolated: everything is open, in both directions."],
  },
  {
    title: "What policy1 says",
    stage: "policy1",
    text: "policy1 selects webserver-dev. It lists both directions, so both are isolated: only what a rule lists passes. Read its three peers.",
    task: { kind: "read" },
    file: policy1,
    remember: ["Three items under `from` are three peers: any one is enough. Two selectors in one item would both have to match."],
  },
  {
    title: "Predict: who still reaches webserver-dev?",
    stage: "policy1",
    text: "Say for each end whether a new connection to port 80 of webserver-dev is allowed. Click a cell, or press a for allow and d for deny.",
    task: { kind: "predict", device: "dev/webserver-dev", direction: "to", show: [] },
    file: policy1,
    remember: ["An address is in a block or it is not: look at its last number."],
  },
  {
    title: "Calculated",
    stage: "policy1",
    text: "This is what the text of the Kubernetes API says of the same seven flows, each with its reason.",
    task: { kind: "predict", device: "dev/webserver-dev", direction: "to", show: ["calculated"] },
    file: policy1,
    remember: ["webserver-dev may open a connection to dbserver-dev and gets its replies. That does not let dbserver-dev open one back."],
  },
  {
    title: "Measured with packets",
    stage: "policy1",
    text: "Real packets between network namespaces, nftables enforcing. A deny counts only when the client saw it and the kernel noted it.",
    task: { kind: "predict", device: "dev/webserver-dev", direction: "to", show: ["calculated", "measured"] },
    file: policy1,
    remember: ["The chapter's curl gives up after five seconds with exit code 28: nothing came back."],
  },
  {
    title: "As Contrail enforces it",
    stage: "policy1",
    text: "Contrail makes firewall rules of the policy and walks them first match first. What no rule of policy1 passes meets the deny at the end.",
    task: { kind: "predict", device: "dev/webserver-dev", direction: "to", show: ["calculated", "measured", "contrail"] },
    file: policy1,
    remember: ["One list for the whole cluster, from top to bottom: the order of policies matters there, as it never does in Kubernetes."],
  },
  {
    title: "What policy1 leaves open",
    stage: "policy1",
    text: "policy1 guards the web server and says nothing of the database. Who still reaches dbserver-dev?",
    task: { kind: "predict", device: "dev/dbserver-dev", direction: "to", show: ["calculated"] },
    file: policy1,
    remember: ["A policy isolates the pods that it selects, and no others."],
  },
  {
    title: "Guard the database",
    stage: "db-guarded",
    text: "policy2 selects dbserver-dev and lets webserver-dev in. It lists Ingress alone. What may dbserver-dev still open?",
    task: { kind: "predict", device: "dev/dbserver-dev", direction: "from", show: ["calculated"] },
    file: { path: "policy2.yaml", first: 7, last: 20 },
    remember: ["A direction that is not listed is not isolated."],
  },
  {
    title: "Silence the database",
    stage: "db-silent",
    text: "The same policy now lists Egress and has no egress rule. Everything that was meant holds.",
    task: { kind: "intent" },
    file: { path: "policy2-silent.yaml", first: 7, last: 21 },
    remember: ["Isolated and no rule: nothing passes. That is how a direction is closed."],
  },
  {
    title: "A mistake that only Contrail opens",
    stage: "db-mistake",
    text: "An empty egress rule was meant to allow nothing. It allows everything, and under Contrail it opens one flow more.",
    task: { kind: "flow", from: "dbserver-dev", to: "webserver-dev" },
    file: { path: "policy2-mistake.yaml", first: 7, last: 22 },
    remember: ["`egress: []` closes, `egress: [{}]` opens: one pair of braces."],
  },
];
