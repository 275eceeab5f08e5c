import { describe, expect, test } from "vitest";
import { specCalculation } from "../../src/index.ts";
import { checkStage, type StageInput } from "../../src/usecase/check.ts";
import { brokenPairs, judge, lines, policy, summary, underlined, useCaseOf, type Manifests } from "./judging.ts";

/** Three pods in dev, one in qa, one host outside. */
const lab = `
topology:
  workloads:
    dev/client: { labels: { app: client }, addresses: 10.0.0.1 }
    dev/db: { labels: { app: db }, addresses: 10.0.0.2 }
    dev/web: { labels: { app: web }, addresses: 10.0.0.3 }
    qa/tester: { labels: { app: tester }, addresses: 10.0.1.1 }
  outside: { office: 192.0.2.5 }
ports: { http: 80 }
`;

const manifests: Manifests = {
  "web.yaml": policy(
    "web",
    "dev",
    "podSelector: { matchLabels: { app: web } }",
    "ingress: [{ from: [{ podSelector: { matchLabels: { app: client } } }], ports: [{ port: 80 }] }]",
  ),
  "db.yaml": policy(
    "db",
    "dev",
    "podSelector: { matchLabels: { app: db } }",
    "ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }] }]",
  ),
  "silent.yaml": policy("silent", "dev", "podSelector: { matchLabels: { app: db } }", "policyTypes: [Egress]"),
  "closed.yaml": policy("closed", "dev", "podSelector: {}", "policyTypes: [Ingress, Egress]"),
  "qa.yaml": policy("qa", "qa", "podSelector: {}", "policyTypes: [Ingress, Egress]"),
  "unused.yaml": policy("unused", "dev", "podSelector: { matchLabels: { app: gone } }"),
  "block.yaml": policy(
    "block",
    "dev",
    "podSelector: { matchLabels: { app: web } }",
    "ingress: [{ from: [{ ipBlock: { cidr: 192.0.0.0/16, except: [192.0.3.0/24] } }] }]",
  ),
  "db-from-tester.yaml": policy(
    "db",
    "dev",
    "podSelector: { matchLabels: { app: db } }",
    "ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: qa } } }] }]",
  ),
  "client-to-web.yaml": policy(
    "client",
    "dev",
    "podSelector: { matchLabels: { app: client } }",
    "policyTypes: [Egress]",
    "egress: [{ to: [{ podSelector: { matchLabels: { app: web } } }] }]",
  ),
  "cilium.yaml": "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: c, namespace: dev }\nspec: {}\n",
};

/** Judges one stage with these policies in force. */
async function outcome(intent: string, ...applied: readonly string[]): Promise<readonly string[]> {
  const { diagnostics, results } = await judge(
    useCaseOf(`${lab}${intent}\nstages: [{ name: now, intent: unmet, apply: [${applied.join()}] }]`.replace("apply: []", "about: nothing")),
    manifests,
  );
  return results[0] === undefined ? lines(diagnostics) : summary(results[0].intent);
}

const table: readonly (readonly [statement: string, intent: string, policies: readonly string[], ...expected: string[]])[] = [
  // rows
  ["a row that holds", "intent: client -> web 80 allow", ["web.yaml"], "I1 holds"],
  ["a row that holds on one port only", "intent: client -> web allow", ["web.yaml"], "I1 violated 1 client → web 1/TCP"],
  ["a deny that everybody breaks", "intent: any -> web deny", [], "I1 violated 4 client → web 80/TCP"],
  ["a deny that one breaks", "intent: any -> web deny", ["web.yaml"], "I1 violated 1 client → web 80/TCP"],
  ["either holds both ways", "intent: client -> any either", ["web.yaml"], "I1 holds"],
  ["a port that the file names is shown before 80", "intent: client -> web 80 8080 deny", [], "I1 violated 1 client → web 80/TCP"],
  ["without TCP the lowest port of UDP is shown", "intent: client -> web all/UDP 53/SCTP deny", [], "I1 violated 1 client → web 1/UDP"],
  [
    "a pair counts under the first statement it breaks",
    "intent: [client -> web deny, any -> web deny]",
    [],
    "I1 violated 1 client → web 80/TCP",
    "I2 violated 3 db → web 80/TCP",
  ],
  [
    "a broken statement whose pairs are all counted before",
    "intent: [any -> web deny, client -> web 80 deny]",
    [],
    "I1 violated 4 client → web 80/TCP",
    "I2 violated client → web 80/TCP",
  ],
  [
    "a warning breaks nothing",
    "intent: { from: client, to: web, verdict: deny, severity: warning }",
    [],
    "I1 violated warned 1 client → web 80/TCP",
  ],

  // rest
  [
    "rest: deny, all named",
    "intent: [client -> web either, web -> db either]\nrest: deny",
    ["web.yaml", "db.yaml", "closed.yaml", "qa.yaml"],
    "I1 holds",
    "I2 holds",
    "rest holds",
  ],
  [
    "rest: deny, what nobody closed",
    "intent: [client -> web either, web -> db either]\nrest: deny",
    ["web.yaml", "db.yaml", "closed.yaml"],
    "I1 holds",
    "I2 holds",
    "rest violated 2 tester → office 80/TCP",
  ],
  ["rest: allow", "rest: allow", ["web.yaml"], "rest violated 4 db → web 80/TCP"],
  [
    "rest speaks of ports that no row names",
    "intent: client -> web 80 allow\nrest: deny",
    ["closed.yaml", "qa.yaml", "web.yaml"],
    "I1 violated 1 client → web 80/TCP",
    "rest holds",
  ],
  [
    "what a property permits is not left to rest",
    "intent: { onlyFrom: { to: web, from: client, port: 80 } }\nrest: allow",
    ["web.yaml"],
    "I1 holds",
    "rest holds",
  ],
  ["rest: ignore is no statement", "intent: client -> web allow\nrest: ignore", [], "I1 holds"],

  // onlyFrom
  ["onlyFrom holds", "intent: { onlyFrom: { to: web, from: client, port: 80 } }", ["web.yaml"], "I1 holds"],
  ["onlyFrom, somebody else", "intent: { onlyFrom: { to: web, from: client } }", [], "I1 violated 3 db → web 80/TCP"],
  [
    "onlyFrom, another port",
    "intent: { onlyFrom: { to: web, from: [client, db, tester, office], port: 443 } }",
    [],
    "I1 violated 4 client → web 80/TCP",
  ],
  ["onlyFrom does not demand", "intent: { onlyFrom: { to: web, from: client } }", ["closed.yaml"], "I1 holds"],
  [
    "onlyFrom, transitive: who reaches the web server reaches the database",
    "intent: { onlyFrom: { to: db, from: web, transitive: true } }",
    ["web.yaml", "db.yaml"],
    "I1 violated 3 client → web → db 80/TCP",
  ],
  [
    "onlyFrom, transitive: a longer way",
    "intent: { onlyFrom: { to: db, from: [web, client], transitive: true } }",
    ["web.yaml", "db.yaml", "qa.yaml"],
    "I1 violated 1 office → client → web → db 80/TCP",
  ],

  // through
  ["through holds", "intent: { through: { to: db, via: web } }", ["db.yaml"], "I1 holds"],
  ["through, directly", "intent: { through: { to: db, via: web, from: [client, web] } }", [], "I1 violated 1 client → db 80/TCP"],
  [
    "through, transitive: by way of another",
    "intent: { through: { to: db, via: web, from: client, transitive: true } }",
    ["silent.yaml"],
    "I1 violated 1 client → db 80/TCP",
  ],
  [
    "through, transitive: a detour around",
    "intent: { through: { to: db, via: web, from: client, transitive: true } }",
    ["db-from-tester.yaml"],
    "I1 violated 1 client → tester → db 80/TCP",
  ],

  // isolated
  ["isolated holds", "intent: { isolated: { a: ns/dev, b: ns/qa } }", ["qa.yaml"], "I1 holds"],
  ["isolated, both directions", "intent: { isolated: { a: ns/dev, b: ns/qa } }", [], "I1 violated 6 client → tester 80/TCP"],
  [
    "isolated, transitive: by way of the outside",
    "intent: { isolated: { a: db, b: web, transitive: true } }",
    ["web.yaml", "silent.yaml"],
    "I1 violated 1 web → db 80/TCP",
  ],
  [
    "isolated, transitive: by way of another pod",
    "intent: { isolated: { a: tester, b: web, transitive: true } }",
    ["web.yaml"],
    "I1 violated 2 web → tester 80/TCP",
  ],

  // outside
  ["noPathToOutside holds", "intent: { noPathToOutside: db }", ["silent.yaml"], "I1 holds"],
  ["noPathToOutside, named and unnamed addresses", "intent: { noPathToOutside: db }", [], "I1 violated 2 db → office 80/TCP"],
  [
    "noPathToOutside, transitive: by way of others",
    "intent: { noPathToOutside: { from: client, transitive: true } }",
    ["client-to-web.yaml"],
    "I1 violated 2 client → web → office 80/TCP",
  ],

  // policies
  ["everythingIsolated holds", "intent: { everythingIsolated: both }", ["closed.yaml", "qa.yaml"], "I1 holds"],
  [
    "everythingIsolated, who is not",
    "intent: { everythingIsolated: ingress }",
    ["web.yaml", "silent.yaml", "qa.yaml"],
    "I1 violated client:ingress db:ingress",
  ],
  [
    "everythingIsolated, of some, both",
    "intent: { everythingIsolated: { of: [db, web], direction: both } }",
    ["web.yaml", "silent.yaml"],
    "I1 violated db:ingress web:egress",
  ],
  ["noUnusedPolicy holds", "intent: { noUnusedPolicy: true }", ["web.yaml"], "I1 holds"],
  ["noUnusedPolicy", "intent: { noUnusedPolicy: true }", ["web.yaml", "unused.yaml"], "I1 violated dev/unused"],

  // symmetric
  ["symmetric holds", "intent: { symmetric: { a: client, b: db } }", [], "I1 holds"],
  ["symmetric, one way is closed", "intent: { symmetric: { a: client, b: db } }", ["silent.yaml"], "I1 violated 1 db → client 80/TCP"],
  ["symmetric, one way is narrower", "intent: { symmetric: { a: client, b: web } }", ["web.yaml"], "I1 violated 1 client → web 1/TCP"],

  // outside addresses
  ["elsewhere, every address of it", "intent: elsewhere -> web deny", ["block.yaml"], "I1 violated 1 elsewhere → web 80/TCP"],
  ["elsewhere is not all allowed", "intent: elsewhere -> web allow", ["block.yaml"], "I1 violated 1 elsewhere → web 80/TCP"],
  ["a block within what is allowed", "groups: { near: 192.0.2.0/24 }\nintent: near -> web allow", ["block.yaml"], "I1 holds"],
  ["a block within what is excepted", "groups: { far: 192.0.3.0/25 }\nintent: far -> web deny", ["block.yaml"], "I1 holds"],
  [
    "a block across the edge",
    "groups: { edge: 192.0.2.0/23 }\nintent: edge -> web allow",
    ["block.yaml"],
    "I1 violated 1 edge → web 80/TCP",
  ],
  [
    "a block holds the outside points in it",
    "groups: { near: 192.0.2.0/24 }\nintent: near -> db deny",
    [],
    "I1 violated 2 office → db 80/TCP",
  ],
  ["a bare address", "intent: 192.0.3.9 -> web deny", ["block.yaml"], "I1 holds"],
  [
    "a bare address inside a block that is named too",
    "groups: { near: 192.0.2.0/24 }\nintent: [192.0.2.9 -> db deny, near -> db deny]",
    [],
    "I1 violated 1 192.0.2.9 → db 80/TCP",
    "I2 violated 2 office → db 80/TCP",
  ],
  [
    "rest including elsewhere",
    "intent: any -> any either\nrest: { verdict: deny, including: elsewhere }",
    ["web.yaml"],
    "I1 holds",
    "rest violated 7 client → elsewhere 80/TCP",
  ],
  ["a row about a pod and itself", "intent: web -> web deny", [], "I1 not-judged"],
  ["an address of a pod is that pod", "intent: ip:10.0.0.1 -> web 80 allow", ["web.yaml"], "I1 holds"],

  // what nobody can tell
  [
    "an unread policy",
    "intent: [client -> web allow, client -> db either, qa/tester -> office allow]",
    ["cilium.yaml"],
    "I1 undetermined ? 1 client → web 80/TCP",
    "I2 holds",
    "I3 holds",
  ],
  ["a deny is certain where one end denies", "intent: tester -> web deny", ["cilium.yaml", "qa.yaml"], "I1 holds"],
  [
    "violated beats undetermined",
    "intent: { rows: [client -> web allow, tester -> office deny] }",
    ["cilium.yaml"],
    "I1 violated 1 tester → office 80/TCP ? 1 client → web 80/TCP",
  ],
  [
    "everythingIsolated with an unread policy",
    "intent: { everythingIsolated: { of: ns/dev, direction: ingress } }",
    ["cilium.yaml"],
    "I1 undetermined",
  ],
];

describe("statements, and what they say of a cluster with these policies", () => {
  test.each(table.map(([statement, intent, policies, ...expected]) => ({ statement, intent, policies, expected })))(
    "$statement",
    async ({ intent, policies, expected }) => {
      expect(await outcome(intent, ...policies)).toEqual(expected);
    },
  );
});

/** Everything from reading to findings, as one list of lines. */
async function findings(text: string, options: Parameters<typeof judge>[2] = {}): Promise<readonly string[]> {
  const { diagnostics, findings: found } = await judge(useCaseOf(lab + text), manifests, options);
  return [
    ...lines(diagnostics),
    ...found.map(({ severity, code, message, label }) => `${severity} ${code}: ${message}${label === undefined ? "" : ` (${label})`}`),
  ];
}

describe("findings", () => {
  test.each<readonly [what: string, text: string, ...expected: string[]]>([
    ["an intent that holds is none", "intent: client -> web allow"],
    [
      "an intent that does not hold",
      "intent: [client -> web deny, any -> web deny]",
      "error stage-unmet: now must meet the intent, 4 pairs break it (I1 by 1 pair, I2 by 3: client → web 80/TCP)",
    ],
    ["one that is declared not to hold", "intent: client -> web deny\nstages: { name: before, intent: unmet }"],
    [
      "one that is declared not to hold, and does",
      "intent: client -> web allow\nstages: { name: before, intent: unmet }",
      "error stage-met: before is declared to leave the intent unmet, and it meets it",
    ],
    ["a stage that has nothing to hold", "stages: { name: before, intent: unmet }"],
    [
      "a warning",
      "intent: { from: any, to: web, verdict: deny, severity: warning }",
      "warning row-warned: this row does not hold at now, 4 pairs break it (client → web 80/TCP)",
    ],
    [
      "properties about pods",
      "intent: { everythingIsolated: ingress }",
      "error stage-unmet: now must meet the intent, 4 pods are not isolated (I1 by 4 pods: dev/client is not isolated in ingress)",
    ],
    [
      "properties about policies",
      "intent: { noUnusedPolicy: true }\nstages: { name: now, apply: [unused.yaml, web.yaml] }",
      "error stage-unmet: now must meet the intent, 1 policy selects no pod (I1 by 1 policy: dev/unused selects no pod (unused.yaml:1))",
    ],
    ["what is undetermined is none", "intent: client -> web deny\nstages: { name: now, apply: cilium.yaml }"],
    [
      "what is undetermined, declared unmet, is none",
      "intent: client -> web deny\nstages: { name: now, apply: cilium.yaml, intent: unmet }",
    ],
    [
      "a chain is told hop by hop",
      "intent: { onlyFrom: { to: db, from: web, transitive: true } }\nstages: { name: now, apply: [web.yaml, db.yaml] }",
      "error stage-unmet: now must meet the intent, 3 pairs break it (I1 by 3 pairs: client → web → db 80/TCP)",
    ],
  ])("%s", async (_, text, ...expected) => {
    expect(await findings(text)).toEqual(expected);
  });

  test("expected rows and rest of a stage", async () => {
    const text = `
stages:
  - name: now
    apply: web.yaml
    expect: [client -> web 80 deny, tester -> web allow, client -> db allow]
    rest: deny
`;
    expect(await findings(text)).toEqual([
      "error row-violated: this row does not hold at now, 1 pair breaks it (client → web 80/TCP)",
      "error row-violated: this row does not hold at now, 1 pair breaks it (tester → web 80/TCP)",
      "error row-violated: `rest` does not hold at now, 15 pairs break it (client → tester 80/TCP)",
    ]);
  });

  test("reasons: right for another reason is a finding, where the row holds", async () => {
    const row = (verdict: string, because: string): string =>
      `{ from: client, to: web, port: ${verdict === "allow" ? 80 : 443}, verdict: ${verdict}, because: ${because} }`;
    const stage = (rows: readonly string[], apply = "[web.yaml, closed.yaml, qa.yaml]"): string =>
      `stages: { name: now, apply: ${apply}, expect: [${rows.join()}] }`;
    expect(await findings(stage([row("deny", "dev/web"), row("deny", "{ spec: dev/closed }")]))).toEqual([]);
    expect(await findings(stage([row("deny", "qa/qa")]))).toEqual([
      "error because-differs: right for another reason at now: `qa/qa` does not decide it (client → web 443/TCP: decided by dev/closed, dev/web)",
    ]);
    expect(await findings(stage([row("allow", "dev/web"), row("allow", "'dev/web ingress[0]'")], "[web.yaml, qa.yaml]"))).toEqual([]);
    expect(await findings(stage([row("allow", "'dev/web ingress[1]'"), row("allow", "qa/qa")], "[web.yaml, qa.yaml]"))).toEqual([
      "error because-differs: right for another reason at now: `dev/web ingress[1]` does not decide it (client → web 80/TCP: decided by dev/web ingress[0])",
      "error because-differs: right for another reason at now: `qa/qa` does not decide it (client → web 80/TCP: decided by dev/web ingress[0])",
    ]);
    expect(await findings(stage([row("allow", "qa/qa")], "qa.yaml"))).toEqual([
      "error because-differs: right for another reason at now: `qa/qa` does not decide it (client → web 80/TCP: no policy isolates it)",
    ]);
    // The policy that lets the connection out does not keep it from coming in.
    expect(await findings(stage([row("deny", "dev/client")], "[web.yaml, client-to-web.yaml]"))).toEqual([
      "error because-differs: right for another reason at now: `dev/client` does not decide it (client → web 443/TCP: decided by dev/web)",
    ]);
    // Another engine's name is not checked, and a row that does not hold has no reason.
    expect(await findings(stage([row("deny", "{ contrail: dev-ingress-web-denyall }")]))).toEqual([]);
    expect(await findings(stage([row("allow", "dev/web")]))).toEqual([
      "error row-violated: this row does not hold at now, 1 pair breaks it (client → web 80/TCP)",
    ]);
  });
});

describe("reasons of other kinds", () => {
  test("cluster-wide policies deny by a rule, and may be unused", async () => {
    const tier = (name: string, subject: string): string => `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: ${name} }
spec:
  tier: Admin
  priority: 1
  subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: ${subject} } } } }
  ingress: [{ action: Deny, from: [{ namespaces: { matchLabels: { kubernetes.io/metadata.name: qa } } }] }]
`;
    const text = `
intent: { noUnusedPolicy: true }
stages:
  - { name: now, intent: unmet, apply: [web.yaml, tenants.yaml, idle.yaml], expect: [
      { from: tester, to: web, verdict: deny, because: "cnp/tenants ingress[0]" },
      { from: tester, to: web, verdict: deny, because: cnp/tenants, id: again },
      { from: db, to: web, verdict: deny, because: cnp/tenants, id: wrong }] }
`;
    const {
      results,
      diagnostics,
      findings: found,
    } = await judge(useCaseOf(lab + text), { ...manifests, "tenants.yaml": tier("tenants", "web"), "idle.yaml": tier("idle", "gone") });
    expect(lines(diagnostics)).toEqual([]);
    expect(summary(results[0]?.intent)).toEqual(["I1 violated cnp/idle"]);
    expect(found.map(({ message }) => message)).toEqual(["right for another reason at now: `cnp/tenants` does not decide it"]);
  });

  test("an engine that cannot say which lines decided is not checked; one with names of its own is not held to those of others", async () => {
    const text = `${lab}intent: { from: client, to: web, port: 80, verdict: allow, because: { "": dev/web, other: rule-7 } }\nstages: { name: now, apply: web.yaml }`;
    const { bound } = await judge(useCaseOf(text), manifests);
    const calculation = specCalculation(bound!.stages[0].snapshot);
    const because = (input: Partial<StageInput>): unknown => {
      const result = checkStage({
        bound: bound!,
        stage: 0,
        engine: "spec",
        judge: calculation,
        previous: undefined,
        today: undefined,
        ...input,
      });
      return result.intent.assertions[0]?.statements[0]?.because;
    };
    expect(because({})).toEqual({ status: "as-stated" });
    expect(because({ judge: { cuts: calculation.cuts, reach: (family) => calculation.reach(family) } })).toEqual({ status: "not-checked" });
    expect(because({ engine: "other" })).toMatchObject({ status: "differs", stated: "rule-7", decidedBy: ["dev/web ingress[0]"] });
    expect(because({ engine: "third", because: "for-this-engine" })).toEqual({ status: "not-checked" });
  });
});

describe("the chapter's design", () => {
  const head = `
topology:
  namespaces: { dev: { project: dev }, qa: { project: qa }, jtac: { project: jtac } }
  workloads:
    dev/webserver-dev: { labels: { app: webserver-dev, do: policy }, addresses: 10.47.255.234 }
    dev/dbserver-dev: { labels: { app: dbserver-dev, do: policy }, addresses: 10.47.255.233 }
    dev/client1-dev: { labels: { app: client1-dev, do: policy }, addresses: 10.47.255.232 }
    dev/client2-dev: { labels: { app: client2-dev, do: policy }, addresses: 10.47.255.231 }
    qa/client-qa: { labels: { app: client-qa, do: policy }, addresses: 10.47.255.230 }
    jtac/client-jtac: { labels: { app: client-jtac, do: policy }, addresses: 10.47.255.229 }
  outside: { cent222: 10.169.25.20, cent333: 10.169.25.21 }
groups: { clients: [client1-dev, client2-dev, client-jtac, client-qa, cent222, cent333] }
ports: { http: 80/TCP }
focus: [webserver-dev, dbserver-dev]
intent:
  - clients -> clients allow
  - rows:
      - client1-dev, ns/jtac, cent222 -> webserver-dev http allow
      - webserver-dev -> clients either
    onlyFrom: { to: webserver-dev, from: [client1-dev, ns/jtac, cent222], port: http }
  - rows: webserver-dev -> dbserver-dev http allow
    onlyFrom: { to: dbserver-dev, from: webserver-dev, port: http }
    through: { to: dbserver-dev, via: webserver-dev, from: clients, label: data }
  - dbserver-dev -> any deny
rest: deny
`;
  const guard = (...egress: readonly string[]): string =>
    policy(
      "policy2",
      "dev",
      "podSelector: { matchLabels: { app: dbserver-dev } }",
      "ingress: [{ from: [{ podSelector: { matchLabels: { app: webserver-dev } } }], ports: [{ port: 80 }] }]",
      ...egress,
    );
  const files: Manifests = {
    "policy1.yaml": policy(
      "policy1",
      "dev",
      "podSelector: { matchLabels: { app: webserver-dev } }",
      "policyTypes: [Ingress, Egress]",
      "ingress:",
      "- from: [{ ipBlock: { cidr: 10.169.25.20/32 } }, { namespaceSelector: { matchLabels: { project: jtac } } }, { podSelector: { matchLabels: { app: client1-dev } } }]",
      "  ports: [{ port: 80 }]",
      "egress: [{ to: [{ podSelector: { matchLabels: { app: dbserver-dev } } }], ports: [{ port: 80 }] }]",
    ),
    "policy2.yaml": guard(),
    "silent.yaml": guard("policyTypes: [Ingress, Egress]"),
    "mistake.yaml": guard("policyTypes: [Ingress, Egress]", "egress: [{}]"),
  };
  const stages = (policy1: string): string => `stages:
  - { name: before, intent: unmet }
  - { name: policy1, apply: policy1.yaml${policy1} }
  - { name: db-guarded, apply: policy2.yaml, intent: unmet }
  - { name: db-silent, apply: silent.yaml }
  - { name: db-mistake, apply: mistake.yaml, intent: unmet }
`;

  test("pairs that break it, and open pairs, stage by stage", async () => {
    const { results, findings: found, diagnostics } = await judge(useCaseOf(head + stages(", intent: unmet")), files);
    expect([...lines(diagnostics), ...lines(found)]).toEqual([]);
    const rows = results.map(({ stage, pairs, intent }) =>
      [stage.name, pairs.open, intent.broken, ...intent.assertions.map(({ broken }) => broken), intent.status].join(" "),
    );
    const [, ...expected] = `
      STAGE       OPEN  BREAK  I1  I2  I3  I4  rest  INTENT
      before        54     20   0   7   7   6     0  unmet
      policy1       44     12   0   0   6   6     0  unmet
      db-guarded    38      6   0   0   0   6     0  unmet
      db-silent     32      0   0   0   0   0     0  met
      db-mistake    38      6   0   0   0   6     0  unmet`
      .trim()
      .split("\n");
    expect(rows).toEqual(expected.map((row) => row.trim().replace(/ +/g, " ")));
    expect(results.map(({ pairs }) => pairs.total)).toEqual([54, 54, 54, 54, 54]);
    expect(summary(results[0]?.intent).slice(1, 4)).toEqual([
      "I2 violated 7 client2-dev → webserver-dev 80/TCP",
      "I3 violated 7 client1-dev → dbserver-dev 80/TCP",
      "I4 violated 6 dbserver-dev → client1-dev 80/TCP",
    ]);
    for (const { intent } of results) expect(brokenPairs(intent)).toHaveLength(intent.broken);
  });

  test("without its declaration policy1 is the finding, at its name", async () => {
    const { findings: found } = await judge(useCaseOf(head + stages("")), files);
    expect(found.map(({ code, message, label }) => [code, message, label])).toEqual([
      ["stage-unmet", "policy1 must meet the intent, 12 pairs break it", "I3 by 6 pairs, I4 by 6: client1-dev → dbserver-dev 80/TCP"],
    ]);
    expect(found.map(underlined)).toEqual(["policy1"]);
  });
});

describe("many pods", () => {
  const text = `
topology:
  workloads:
    dev/web: { labels: { app: web }, replicas: 500 }
    dev/client: { labels: { app: client }, replicas: 500 }
intent: [client -> web 80 allow, web -> web deny]
stages: { name: now, intent: unmet, apply: web.yaml }
`;

  test("alike pods are judged together and counted one by one", async () => {
    const { results, diagnostics } = await judge(useCaseOf(text), {
      "web.yaml": policy("web", "dev", "podSelector: { matchLabels: { app: web } }", "ingress: [{ ports: [{ port: 80 }] }]"),
    });
    expect(lines(diagnostics)).toEqual([]);
    expect(results[0]?.pairs).toEqual({ total: 999_000, open: 999_000, undetermined: 0 });
    expect(summary(results[0]?.intent)).toEqual(["I1 holds", "I2 violated 249500 web-1 → web-10 80/TCP"]);
  });

  test("a chain may lead from one of them to the other", async () => {
    const siblings = `
topology: { workloads: { dev/web: { labels: { app: web }, replicas: 2 }, dev/relay: { labels: { app: relay } } } }
intent: { isolated: { a: web, b: web, transitive: true } }
stages: { name: now, intent: unmet, apply: web.yaml }
`;
    const fromRelay = policy(
      "web",
      "dev",
      "podSelector: { matchLabels: { app: web } }",
      "ingress: [{ from: [{ podSelector: { matchLabels: { app: relay } } }] }]",
    );
    const { results } = await judge(useCaseOf(siblings), { "web.yaml": fromRelay });
    expect(summary(results[0]?.intent)).toEqual(["I1 violated 2 web-1 → relay → web-2 80/TCP"]);
  });
});

describe("deviations", () => {
  const text = (deviation: string, intent = "client -> web deny"): string =>
    `intent: ${intent}\nstages: [now, { name: later, apply: web.yaml }]\ndeviations: { from: client, to: web, reason: known, ${deviation} }`;

  test.each<readonly [what: string, deviation: string, ...expected: string[]]>([
    ["excuses what this engine does otherwise", "engine: spec, verdict: allow"],
    [
      "excuses its ports only",
      "engine: spec, verdict: allow, port: 80, stage: now",
      "error stage-unmet: now must meet the intent, 1 pair breaks it (I1 by 1 pair: client → web 1/TCP)",
      "error stage-unmet: later must meet the intent, 1 pair breaks it (I1 by 1 pair: client → web 80/TCP)",
    ],
    [
      "excuses its stages only",
      "engine: spec, verdict: allow, stage: later",
      "error stage-unmet: now must meet the intent, 1 pair breaks it (I1 by 1 pair: client → web 80/TCP)",
    ],
    [
      "of another engine excuses nothing",
      "engine: contrail, verdict: allow",
      "error stage-unmet: now must meet the intent, 1 pair breaks it (I1 by 1 pair: client → web 80/TCP)",
      "error stage-unmet: later must meet the intent, 1 pair breaks it (I1 by 1 pair: client → web 80/TCP)",
    ],
    [
      "expires on its day",
      "engine: spec, verdict: allow, expires: 2026-06-30",
      "error stage-unmet: now must meet the intent, 1 pair breaks it (I1 by 1 pair: client → web 80/TCP)",
      "error stage-unmet: later must meet the intent, 1 pair breaks it (I1 by 1 pair: client → web 80/TCP)",
      "error deviation-expired: deviation D1 has expired on 2026-06-30 (it no longer excuses)",
    ],
    ["excuses until the day before", "engine: spec, verdict: allow, expires: 2026-07-01"],
  ])("a deviation %s", async (_, deviation, ...expected) => {
    expect(await findings(text(deviation), { today: "2026-06-30" })).toEqual(expected);
  });

  test("one that nothing needs is a note", async () => {
    expect(await findings(text("engine: spec, verdict: deny, stage: now", "client -> web 80 allow"))).toEqual([
      "note deviation-unused: deviation D1 is not needed: spec does nothing that it excuses",
    ]);
    expect(await findings(text("engine: spec, verdict: allow", "client -> web 80 allow"))).toEqual([]);
    expect(
      await findings(text("engine: lab, verdict: allow, expires: 2020-01-01", "client -> web 80 allow"), { today: "2026-06-30" }),
    ).toEqual([]);
  });

  test("undetermined can be what is known", async () => {
    const { results } = await judge(
      useCaseOf(
        `${lab}intent: client -> web allow\nstages: { name: now, apply: cilium.yaml }\ndeviations: { engine: spec, from: client, to: web, verdict: undetermined, reason: not read }`,
      ),
      manifests,
    );
    expect(
      results.map(({ intent, deviations }) => [intent.status, ...deviations.map(({ status, pairs }) => `${status} ${pairs}`)]),
    ).toEqual([["met", "used 1"]]);
  });
});

describe("stages", () => {
  test("rest: same compares with the stage before", async () => {
    const text = `
rest: same
stages:
  - before
  - { name: guarded, apply: web.yaml, intent: unmet, expect: [any -> web either], rest: same }
  - { name: again, apply: web.yaml, expect: [any -> web either], rest: same }
  - { name: open, delete: web.yaml, intent: unmet }
`;
    const { results, diagnostics } = await judge(useCaseOf(lab + text), manifests);
    expect(lines(diagnostics)).toEqual([]);
    expect(results.map(({ stage, intent, expect: expected }) => [stage.name, ...summary(intent), ...summary(expected)])).toEqual([
      ["before", "rest not-judged"],
      ["guarded", "rest violated 4 db → web 80/TCP", "guarded: any -> web all either holds", "rest holds"],
      ["again", "rest holds", "again: any -> web all either holds", "rest holds"],
      ["open", "rest violated 4 db → web 80/TCP"],
    ]);
  });

  test("a name that appears later is not judged before, and said to be missing", async () => {
    const pod = (name: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: dev, labels: { app: ${name} } }\nspec: { containers: [] }\nstatus: { podIP: 10.0.0.9 }\n`;
    const text = `
groups: { new: { pods: app=late }, both: [client, late] }
intent: [late -> web allow, both -> web allow, new -> web allow]
stages: [before, { name: after, apply: late.yaml }]
`;
    const { results, diagnostics } = await judge(useCaseOf(lab + text), { ...manifests, "late.yaml": pod("late") });
    expect(lines(diagnostics)).toEqual([]);
    const told = results.map(({ intent }) =>
      intent.assertions.map(
        ({ status, statements }) => `${status} ${statements.flatMap(({ missing }) => missing.map(({ text: name }) => name)).join()}`,
      ),
    );
    expect(told).toEqual([
      ["not-judged late", "holds late", "not-judged "],
      ["holds ", "holds ", "holds "],
    ]);
    expect(results.map(({ pairs }) => pairs.total)).toEqual([20, 30]);
  });

  test("pairs, open pairs and what may be open", async () => {
    const { results } = await judge(
      useCaseOf(
        `${lab}stages: [a, { name: b, apply: [web.yaml, db.yaml] }, { name: c, apply: closed.yaml }, { name: d, apply: cilium.yaml }]`,
      ),
      manifests,
    );
    expect(results.map(({ pairs, elsewhere }) => [pairs.total, pairs.open, pairs.undetermined, elsewhere])).toEqual([
      [20, 20, 0, "not-judged"],
      [20, 14, 0, "not-judged"],
      [20, 2, 0, "not-judged"],
      [20, 2, 18, "not-judged"],
    ]);
  });
});

describe("families, Services, nodes", () => {
  test("each family is judged, and a pair counts once", async () => {
    const text = `
topology:
  workloads:
    dev/web: { labels: { app: web }, addresses: [10.0.0.1, 2001:db8::1] }
    dev/client: { labels: { app: client }, addresses: [10.0.0.2, 2001:db8::2] }
    dev/old: { addresses: 10.0.0.3 }
  outside: { office: [192.0.2.5, 2001:db8:9::5], home: 2001:db8:9::6 }
intent: [client -> web 80 allow, office -> web deny, elsewhere -> web deny]
rest: ignore
stages: { name: now, apply: web.yaml }
`;
    const blocks = policy(
      "web",
      "dev",
      "podSelector: { matchLabels: { app: web } }",
      "ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }, { ipBlock: { cidr: 2001:db8:9::/64 } }] }]",
    );
    const { results, diagnostics } = await judge(useCaseOf(text), { "web.yaml": blocks });
    expect(lines(diagnostics)).toEqual([]);
    expect(results[0]?.families).toEqual([4, 6]);
    expect(summary(results[0]?.intent)).toEqual([
      "I1 violated 1 client → web 80/TCP v6",
      "I2 violated 1 office → web 80/TCP v6",
      "I3 violated 1 elsewhere → web 80/TCP",
    ]);
    expect(brokenPairs(results[0].intent)).toEqual([
      "client → web allow 80/TCP v6",
      "office → web deny all v6",
      "elsewhere → web deny all, deny all v6",
    ]);
    // home has no IPv4 and old no IPv6: between them there are no flows. No outside to outside.
    expect(results[0]?.pairs.total).toBe(5 * 4 - 2 - 2);
  });

  test("a Service is its endpoints' target ports", async () => {
    const text = `
topology:
  workloads:
    dev/web: { labels: { app: web }, replicas: 2, listens: [{ name: http, port: 8080 }] }
    dev/client: {}
    dev/other: {}
  services: { dev/web: { selector: { app: web }, ports: [{ port: 80, target: http }, { port: 443, target: 8443 }] } }
intent:
  - client -> svc/web 80 allow
  - { onlyFrom: { to: svc/web, from: client, port: 80 } }
  - other -> web 9000 allow
rest: ignore
stages: [before, { name: guarded, apply: web.yaml }]
`;
    const only8080 = policy(
      "web",
      "dev",
      "podSelector: { matchLabels: { app: web } }",
      "ingress: [{ ports: [{ port: 8080 }, { port: 9000 }] }]",
    );
    const { results, diagnostics } = await judge(useCaseOf(text), { "web.yaml": only8080 });
    expect(lines(diagnostics)).toEqual([]);
    expect(results.map(({ intent }) => summary(intent))).toEqual([
      ["I1 holds", "I2 violated 6 client → web-1 8443/TCP", "I3 holds"],
      ["I1 holds", "I2 violated 4 other → web-1 8080/TCP", "I3 holds"],
    ]);
    expect(brokenPairs(results[0].intent).slice(0, 3)).toEqual([
      "client → web-1 deny 8443/TCP",
      "client → web-2 deny 8443/TCP",
      "other → web-1 deny 8080/TCP 8443/TCP",
    ]);
  });

  test("a Service whose endpoints nobody knows is undetermined", async () => {
    const text = `topology: { workloads: { dev/client: {} } }\nintent: client -> svc/db 80 allow\nstages: { name: now, apply: svc.yaml }`;
    const service = "apiVersion: v1\nkind: Service\nmetadata: { name: db, namespace: dev }\nspec: { ports: [{ port: 80 }] }\n";
    const { results, diagnostics } = await judge(useCaseOf(text), { "svc.yaml": service });
    expect(lines(diagnostics)).toEqual([]);
    expect(summary(results[0]?.intent)).toEqual(["I1 undetermined"]);
    expect(results[0]?.intent.status).toBe("undetermined");
  });

  test("a node reaches its own pods, and rest is silent where no policy could meet it", async () => {
    const text = `
topology:
  workloads:
    dev/a: { node: n1, addresses: 10.0.0.1 }
    dev/b: { node: n2, addresses: 10.0.0.2 }
    dev/agent: { node: n1, hostNetwork: true }
  nodes: { n1: 10.1.0.1, n2: 10.1.0.2 }
  outside: { office: 192.0.2.5 }
intent: node/n1, agent -> a, b deny
rest: deny
stages: { name: now, apply: closed.yaml }
`;
    const { results, diagnostics } = await judge(useCaseOf(text), manifests);
    expect(lines(diagnostics)).toEqual([]);
    expect(summary(results[0]?.intent)).toEqual(["I1 violated 2 agent → a 80/TCP", "rest violated 1 n2 → b 80/TCP"]);
    // agent, n1, n2 and office with each other: 4 × 3 pairs that no policy sees; and three from nodes to their own pods.
    expect(results[0]?.pairs).toEqual({ total: 30, open: 15, undetermined: 0 });
    expect(results[0]?.brokenBy(results[0].stage.snapshot.nodes[0], results[0].stage.snapshot.pods[0])?.id).toBe("I1");
    expect(results[0]?.brokenBy(results[0].stage.snapshot.nodes[0], results[0].stage.snapshot.pods[1])).toBeUndefined();
  });

  test("pods of different nodes are told apart where a statement is about several flows", async () => {
    const text = `
topology:
  workloads:
    dev/a: { node: n1, addresses: 10.0.0.1 }
    dev/b: { node: n2, addresses: 10.0.0.2 }
  nodes: { n1: 10.1.0.1, n2: 10.1.0.2 }
stages: { name: now, intent: unmet, apply: closed.yaml }
`;
    const told = async (intent: string): Promise<readonly string[]> =>
      summary((await judge(useCaseOf(text + intent), manifests)).results[0]?.intent);
    // n1 reaches a alone; n2 reaches it by way of n1, and a reaches nobody.
    expect(await told("intent: { symmetric: { a: node/n1, b: [a, b] } }")).toEqual(["I1 violated 1 a → n1 80/TCP"]);
    expect(await told("intent: { onlyFrom: { to: [a, b], from: [node/n1, node/n2], transitive: true } }")).toEqual(["I1 holds"]);
    expect(await told("intent: { isolated: { a: node/n2, b: a, transitive: true } }")).toEqual(["I1 violated 1 n2 → n1 → a 80/TCP"]);
  });
});

describe("names and contradictions", () => {
  const cases: readonly (readonly [what: string, text: string, ...expected: string[]])[] = [
    [
      "allow and deny",
      "intent: [client -> web allow, client -> web 80 deny]",
      "11:31 rows-contradict: client → web 80/TCP must be allowed and must be denied",
    ],
    [
      "either and allow",
      "intent: [client -> web either, any -> web 80 allow]",
      "11:32 rows-contradict: client → web 80/TCP must be left open and must be allowed",
    ],
    [
      "allow and onlyFrom",
      "intent: [{ onlyFrom: { to: web, from: client } }, db -> web allow]",
      "11:51 rows-contradict: db → web 80/TCP must be denied and must be allowed",
    ],
    [
      "allow and onlyFrom, on another port",
      "intent: [{ onlyFrom: { to: web, from: client, port: 80 } }, client -> web 443 allow]",
      "11:61 rows-contradict: client → web 443/TCP must be denied and must be allowed",
    ],
    [
      "allow and isolated",
      "intent: [tester -> web allow, { isolated: { a: ns/dev, b: ns/qa } }]",
      "11:33 rows-contradict: tester → web 80/TCP must be allowed and must be denied",
    ],
    [
      "allow and through",
      "intent: [client -> db allow, { through: { to: db, via: web } }]",
      "11:32 rows-contradict: client → db 80/TCP must be allowed and must be denied",
    ],
    [
      "allow and noPathToOutside",
      "intent: [db -> office 443 allow, { noPathToOutside: db }]",
      "11:36 rows-contradict: db → office 443/TCP must be allowed and must be denied",
    ],
    [
      "rows of one stage",
      "stages: { name: a, expect: [client -> web 80 allow, client -> web deny] }",
      "11:53 rows-contradict: client → web 80/TCP must be allowed and must be denied",
    ],
    ["different ports do not contradict", "intent: [client -> web 80 allow, client -> web 443 deny]"],
    [
      "a pod and itself is no flow",
      "intent: [web -> web allow, any -> db deny]",
      "11:10 row-without-flows: this row is about nothing but ends and themselves",
    ],
    ["a row that says one thing twice", "intent: [client -> web deny, any -> web deny]"],
    [
      "elsewhere and a block in it",
      "groups: { corp: 203.0.113.0/24 }\nintent: [corp -> web allow, elsewhere -> web deny]",
      "12:29 rows-contradict: corp → web 80/TCP must be allowed and must be denied",
    ],
    [
      "outside to outside",
      "intent: office -> elsewhere deny",
      "11:9 row-without-flows: this row is about nothing but flows outside the cluster",
    ],
    [
      "a name that is near another",
      "intent: clint -> web allow",
      "11:9 end-unknown: no endpoint `clint`, did you mean `client` (pod of dev)?",
    ],
    ["a name in a group", "groups: { g: [client, wbe] }", "11:23 end-unknown: no endpoint `wbe`, did you mean `web` (pod of dev)?"],
    ["a device under test", "focus: [nobody]", "11:9 end-unknown: no endpoint `nobody`"],
    ["in a list, in a mapping", "intent: { from: [client, nobody], to: web, verdict: allow }", "11:26 end-unknown: no endpoint `nobody`"],
    [
      "in a property and a deviation",
      "intent: { onlyFrom: { to: web, from: x1 } }\ndeviations: { engine: lab, from: x2, to: web, verdict: deny, reason: r }",
      "11:38 end-unknown: no endpoint `x1`",
      "12:34 end-unknown: no endpoint `x2`",
    ],
  ];
  test.each(cases)("%s", async (_, text, ...expected) => {
    const { diagnostics } = await judge(useCaseOf(lab + text), manifests);
    expect(lines(diagnostics)).toEqual(expected);
  });

  test("the second statement is the place, and the first is told", async () => {
    const { diagnostics } = await judge(useCaseOf(`${lab}intent:\n  - client -> web allow\n  - client -> web 80 deny\n`), manifests);
    expect(
      diagnostics.map(({ label, related }) => [
        label,
        ...related.map(({ at, message }) => `${at.source.text.slice(at.start, at.end)}: ${message}`),
      ]),
    ).toContainEqual(["must be denied", "client -> web allow: must be allowed"]);
  });

  test("rows of one stage may say what the intent forbids, and what another stage denies", async () => {
    const { diagnostics } = await judge(
      useCaseOf(
        `${lab}intent: client -> web deny\nstages: [{ name: a, intent: unmet, expect: client -> web allow }, { name: b, apply: closed.yaml, expect: client -> web deny }]`,
      ),
      manifests,
    );
    expect(lines(diagnostics)).toEqual([]);
  });
});
