import type {
  AskRow,
  CheckDocument,
  Coverage,
  ExplainDocument,
  ListDocument,
  MatrixDocument,
  PairTotals,
  Place,
  Report,
  ReportEndpoint,
  ReportPair,
  ReportRow,
  ReportStage,
} from "../../src/report/types.ts";

// The day-one use case as documents, written by hand: what the engine says of it is tested elsewhere.

const webserver = "dev/webserver-dev";
const dbserver = "dev/dbserver-dev";
const clients = ["dev/client1-dev", "dev/client2-dev", "jtac/client-jtac", "qa/client-qa", "cent222", "cent333"];
const admitted = ["dev/client1-dev", "jtac/client-jtac", "cent222"];

export const endpoints: readonly ReportEndpoint[] = [
  pod("dev", "client1-dev", "10.47.255.232", "web client"),
  pod("dev", "client2-dev", "10.47.255.231", "web client"),
  pod("jtac", "client-jtac", "10.47.255.229", "web client"),
  pod("qa", "client-qa", "10.47.255.230", "web client"),
  outside("cent222", "10.169.25.20", "web client, a host"),
  outside("cent333", "10.169.25.21", "web client, a host"),
  { ...pod("dev", "webserver-dev", "10.47.255.234", "webserver serving clients"), underTest: true },
  { ...pod("dev", "dbserver-dev", "10.47.255.233", "dbserver serving webserver"), underTest: true },
];

export function pod(namespace: string, name: string, address: string, about?: string): ReportEndpoint {
  return { id: `${namespace}/${name}`, name, kind: "pods", namespace, size: 1, addresses: [address], about, underTest: false };
}

export function outside(name: string, address: string, about?: string): ReportEndpoint {
  return { id: name, name, kind: "outside", namespace: "", size: 1, addresses: [address], about, underTest: false };
}

type StageName = "before" | "policy1" | "db-guarded" | "db-silent" | "db-mistake";

/** What is open from one endpoint to another, as the use case states it. */
function openPorts(name: StageName, from: string, to: string): string {
  if (name === "before") return "all";
  const guarded = name !== "policy1";
  if (from === webserver) return to === dbserver ? "80/TCP" : "-";
  if (to === webserver) return admitted.includes(from) ? "80/TCP" : "-";
  if (to === dbserver) return guarded ? "-" : "all";
  if (from === dbserver) return name === "db-silent" ? "-" : "all";
  return "all";
}

/** The assertion that a pair breaks: each is about one end, the first counts. */
function brokenBy(from: string, to: string, ports: string): string | undefined {
  if (ports === "-") return undefined;
  if (to === webserver) return admitted.includes(from) && ports === "80/TCP" ? undefined : "I2";
  if (to === dbserver) return from === webserver && ports === "80/TCP" ? undefined : "I3";
  return from === dbserver ? "I4" : undefined;
}

export function pairsAt(name: StageName): readonly ReportRow[] {
  return endpoints.flatMap((from) =>
    endpoints
      .filter((to) => from !== to && !(from.kind === "outside" && to.kind === "outside"))
      .map((to): ReportRow => {
        const allow = openPorts(name, from.id, to.id);
        return { from: from.id, to: to.id, family: undefined, allow, undetermined: "-", pairs: 1, breaks: brokenBy(from.id, to.id, allow) };
      }),
  );
}

export function totalsOf(pairs: readonly ReportPair[]): PairTotals {
  const count = (is: (pair: ReportPair) => boolean): number => pairs.filter(is).reduce((sum, pair) => sum + pair.pairs, 0);
  return {
    pairs: count(() => true),
    open: count(({ allow }) => allow !== "-"),
    openOnEveryPort: count(({ allow }) => allow === "all"),
    undetermined: count((pair) => pair.undetermined !== "-"),
  };
}

const coverage: Coverage = {
  text: "all of 6 files analysed",
  ledger: {
    files: 6,
    read: [
      { kind: "Namespace", count: 3 },
      { kind: "Pod", count: 6 },
    ],
    skipped: [],
    assumed: [],
  },
};

function at(file: string, line: number): Place {
  return { file, line, column: 3 };
}

const violations: Readonly<Record<"I2" | "I3" | "I4", ReportStage["violations"][number]>> = {
  I2: {
    assertion: "I2",
    severity: "error",
    status: "violated",
    pairs: 7,
    subject: undefined,
    witness: witness("dev/client2-dev", webserver),
  },
  I3: {
    assertion: "I3",
    severity: "error",
    status: "violated",
    pairs: 7,
    subject: undefined,
    witness: witness("dev/client1-dev", dbserver),
  },
  I4: {
    assertion: "I4",
    severity: "error",
    status: "violated",
    pairs: 6,
    subject: undefined,
    witness: witness(dbserver, "dev/client1-dev"),
  },
};

function witness(from: string, to: string): ReportStage["violations"][number]["witness"] {
  return { from, to, via: [], port: "80/TCP", verdict: "allow", because: "not isolated", place: undefined };
}

export const dayOne: Report = {
  format: "netproof.report/1",
  name: "day-one",
  about: "Three departments share a web server; its database must be reached through it alone.",
  source: "Juniper Day One book on Kubernetes with Contrail",
  engines: ["spec"],
  endpoints,
  focus: [webserver, dbserver],
  groups: [{ name: "clients", members: clients }],
  assertions: [
    { id: "I1", text: "clients reach each other, on every port" },
    { id: "I2", text: "webserver-dev: only from client1-dev, client-jtac, cent222, on 80/TCP" },
    { id: "I3", text: "dbserver-dev (customer data): only through webserver-dev, on 80/TCP" },
    { id: "I4", text: "dbserver-dev opens nothing" },
  ],
  stages: [
    stage(1, "before", undefined, [], [violations.I2, violations.I3, violations.I4]),
    stage(
      2,
      "policy1",
      { change: "applied", name: "dev/policy1" },
      [
        { kind: "narrows", from: admitted, to: [webserver], pairs: 3, ports: "80/TCP", place: at("policy1.yaml", 14) },
        {
          kind: "closes",
          from: ["dev/client2-dev", "qa/client-qa", "cent333", dbserver],
          to: [webserver],
          pairs: 4,
          ports: "-",
          place: at("policy1.yaml", 11),
        },
        { kind: "narrows", from: [webserver], to: [dbserver], pairs: 1, ports: "80/TCP", place: at("policy1.yaml", 27) },
        { kind: "closes", from: [webserver], to: clients, pairs: 6, ports: "-", place: at("policy1.yaml", 12) },
      ],
      [{ ...violations.I3, pairs: 6 }, violations.I4],
    ),
    stage(
      3,
      "db-guarded",
      { change: "applied", name: "dev/policy2" },
      [{ kind: "closes", from: clients, to: [dbserver], pairs: 6, ports: "-", place: at("policy2.yaml", 11) }],
      [violations.I4],
    ),
    stage(
      4,
      "db-silent",
      { change: "replaced", name: "dev/policy2" },
      [{ kind: "closes", from: [dbserver], to: clients, pairs: 6, ports: "-", place: at("policy2-silent.yaml", 12) }],
      [],
    ),
    stage(
      5,
      "db-mistake",
      { change: "replaced", name: "dev/policy2" },
      [{ kind: "opens", from: [dbserver], to: clients, pairs: 6, ports: "all", place: at("policy2-mistake.yaml", 22) }],
      [violations.I4],
    ),
  ],
  findings: [],
  coverage,
  conclusion: { pairs: 54, agreement: undefined, findings: 0, warnings: 0, undeterminedStages: 0, elsewhereJudged: false, exitCode: 0 },
};

/** One way in which Contrail is more closed than spec. */
export function difference(from: readonly string[], to: readonly string[]): ReportStage["differences"][number] {
  return {
    engines: ["contrail"],
    effect: "more-closed",
    name: "D9",
    title: "`except` wins",
    from,
    to,
    pairs: from.length * to.length,
    ports: "all",
    but: undefined,
    family: undefined,
    answers: [
      { engine: "spec", verdict: "allow", because: "not isolated", place: undefined },
      { engine: "contrail", verdict: "deny", because: "rule-1 of k8s-dev-policy1", place: at("policy1.yaml", 14) },
    ],
    known: undefined,
  };
}

function stage(
  number: number,
  name: StageName,
  policy: ReportStage["policies"][number] | undefined,
  changes: ReportStage["changes"],
  broken: ReportStage["violations"],
): ReportStage {
  const rows = pairsAt(name);
  const guarded = name !== "before" && name !== "policy1";
  return {
    number,
    name,
    about: undefined,
    policies: policy === undefined ? [] : [policy],
    policyCount: Math.min(number - 1, 2),
    intent: broken.length === 0 ? "met" : "unmet",
    declared: broken.length === 0 ? "met" : "unmet",
    totals: totalsOf(rows),
    broken: ["I1", "I2", "I3", "I4", "rest"].map((assertion) => ({
      assertion,
      pairs: rows.filter(({ breaks }) => breaks === assertion).length,
    })),
    surveys: [{ engine: "spec", intent: broken.length === 0 ? "met" : "unmet", open: totalsOf(rows).open, rows }],
    differences: [],
    changes,
    violations: broken,
    time: undefined,
    expected: [],
    paths: [
      {
        label: "data",
        direct: guarded ? [webserver] : [webserver, ...clients],
        through: guarded || name === "policy1" ? [{ via: webserver, from: admitted }] : [{ via: webserver, from: clients }],
      },
    ],
  };
}

export const matrix: MatrixDocument = matrixOf(
  "policy1",
  endpoints,
  pairsAt("policy1").map(({ from, to, family, allow, undetermined, pairs }) => ({ from, to, family, allow, undetermined, pairs })),
);

export function matrixOf(
  name: string | undefined,
  rows: readonly ReportEndpoint[],
  pairs: readonly ReportPair[],
  port?: string,
): MatrixDocument {
  const compared = { engines: ["spec"], others: [], differing: 0 };
  return { format: "netproof.matrix/1", stage: name, port, endpoints: rows, pairs, totals: totalsOf(pairs), ...compared };
}

export const list: ListDocument = {
  format: "netproof.list/1",
  stage: "policy1",
  rules: [
    rule(["client1-dev", "ns/jtac", "cent222"], ["webserver-dev"], "80/TCP", "dev/policy1 ingress[0]"),
    rule(["webserver-dev"], ["dbserver-dev"], "80/TCP", "dev/policy1 egress[0]"),
    rule(["clients"], ["clients"], "all", "not isolated"),
    rule(["clients"], ["dbserver-dev"], "all", "not isolated"),
    rule(["dbserver-dev"], ["clients"], "all", "not isolated"),
  ],
  groups: [{ name: "clients", members: ["client1-dev", "client2-dev", "client-jtac", "client-qa", "cent222", "cent333"] }],
  totals: totalsOf(pairsAt("policy1")),
};

function rule(from: readonly string[], to: readonly string[], ports: string, because: string): ListDocument["rules"][number] {
  return {
    from,
    to,
    ports,
    verdict: "allow",
    family: undefined,
    because,
    place: at("policy1.yaml", 14),
    rule: because.split(" ")[1] ?? "",
  };
}

const silent = { policies: [], rules: [], places: [] };

export const asked: readonly AskRow[] = [
  {
    from: "client1-dev",
    to: "webserver-dev",
    port: 80,
    protocol: "TCP",
    family: 4,
    verdict: "allow",
    why: {
      egress: { reason: "not-isolated", ...silent },
      ingress: { reason: "rule-allows", policies: ["dev/policy1"], rules: ["dev/policy1 ingress[0].from[2]"], places: ["policy1.yaml:20"] },
    },
  },
  {
    from: "10.169.25.21",
    to: "webserver-dev",
    port: 80,
    protocol: "TCP",
    family: 4,
    verdict: "deny",
    why: { egress: { reason: "outside-cluster", ...silent }, ingress: { reason: "no-rule-allows", ...silent, policies: ["dev/policy1"] } },
  },
];

export const explained: ExplainDocument = {
  format: "netproof.explanation/1",
  stage: "policy1",
  from: "client-qa",
  to: "webserver-dev",
  answers: [
    {
      kind: "flow",
      from: "client-qa",
      to: "webserver-dev",
      port: "80/TCP",
      which: undefined,
      family: 4,
      verdict: "deny",
      sides: [
        {
          direction: "egress",
          of: "qa/client-qa",
          verdict: "allow",
          text: "no policy isolates it here",
          tiers: [],
          cited: undefined,
          decides: undefined,
          frames: [],
          written: [],
        },
        {
          direction: "ingress",
          of: "dev/webserver-dev",
          verdict: "deny",
          text: "isolated by dev/policy1, no rule allows",
          tiers: [],
          cited: undefined,
          decides: undefined,
          frames: [
            {
              place: { file: "policy1.yaml", line: 14, column: 7 },
              title: "ingress[0]: the port matches, no peer does",
              lines: [
                {
                  number: 16,
                  text: "            cidr: 10.169.25.20/32",
                  marks: [{ start: 18, end: 33, label: "address: 10.47.255.230 is outside", style: "primary" }],
                },
              ],
            },
          ],
          written: [
            {
              role: "misses",
              file: "policies/policy1.yaml",
              first: 16,
              last: 16,
              text: "address: 10.47.255.230 is outside",
            },
          ],
        },
      ],
      help: undefined,
    },
    {
      kind: "ports",
      from: "client1-dev",
      to: "webserver-dev",
      family: 4,
      verdict: "mixed",
      summary: "allow on 80/TCP only",
      groups: [
        { verdict: "allow", ports: "80/TCP", because: "dev/policy1 ingress[0].from[2]" },
        { verdict: "deny", ports: "other TCP, all UDP, SCTP", because: "isolated by dev/policy1, the port differs" },
      ],
    },
  ],
  notes: [],
};

export const checked: CheckDocument = {
  format: "netproof.check/1",
  diagnostics: [
    {
      code: "port-name-invalid",
      severity: "error",
      kind: "input",
      message: "`80` in quotes is a name, and a name needs a letter",
      frame: {
        place: { file: "broken/egress.yaml", line: 16, column: 17 },
        title: undefined,
        lines: [
          { number: 16, text: '          port: "80"', marks: [{ start: 16, end: 20, label: "a number has no quotes", style: "primary" }] },
        ],
      },
      help: undefined,
    },
  ],
  coverage: {
    text: "3 files; not read, may change verdicts: CiliumNetworkPolicy shop/l7",
    ledger: {
      files: 3,
      read: [{ kind: "Pod", count: 9 }],
      skipped: [{ what: "CiliumNetworkPolicy", effect: "undetermined: shop/*", why: "not read", count: 1, places: [at("cnp.yaml", 1)] }],
      assumed: [{ rule: "S2", what: "shop/web has policyTypes [Ingress]", count: 1, places: [] }],
    },
  },
};
