import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPorts } from "../../src/net/ports.ts";
import { readUseCase } from "../../src/usecase/read.ts";
import type { UseCase } from "../../src/usecase/types.ts";
import { line, underlined, useCaseOf } from "./judging.ts";

async function objectionsTo(text: string): Promise<readonly string[]> {
  const { diagnostics, useCase } = await readUseCase({ name: "netproof.yaml", text });
  expect(useCase === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
  return diagnostics.map((diagnostic) => `${line(diagnostic)} «${underlined(diagnostic)}»`);
}

async function readGood(text: string): Promise<UseCase> {
  const { useCase, diagnostics } = await readUseCase({ name: "netproof.yaml", text: useCaseOf(text) });
  expect(diagnostics.map(line)).toEqual([]);
  return useCase as UseCase;
}

/** Each text stands below `format` and `name`, so its first line is line 3. */
const mistakes: readonly (readonly [what: string, text: string, ...objections: string[]])[] = [
  [
    "a misspelled field at the top",
    "intents: []",
    "3:1 use-case-field-unknown: a use case has no field `intents`, did you mean `intent`? «intents»",
  ],
  ["a field of the topology at the top", "workloads: {}", "3:1 use-case-field-unknown: a use case has no field `workloads` «workloads»"],
  [
    "a misspelled field that is needed is one mistake",
    "deviations: { engin: contrail, from: a, to: b, verdict: allow, reason: known }",
    "3:15 use-case-field-unknown: a deviation has no field `engin`, did you mean `engine`? «engin»",
  ],
  [
    "a field of a row in a statement",
    "intent: { form: a, to: b, verdict: allow }",
    "3:11 use-case-field-unknown: a statement has no field `form` «form»",
    "3:20 use-case-field-unknown: a statement has no field `to` «to»",
    "3:27 use-case-field-unknown: a statement has no field `verdict` «verdict»",
  ],
  ["a list that is none", "topology: { from: [] }", "3:19 use-case-list-empty: `from` is an empty list «[]»"],
  ["nothing behind a colon", "topology:\n  from:\n", "4:3 use-case-wrong-type: `from` is empty «from»"],
  ["a number where text stands", "about: 2027", "3:8 use-case-wrong-type: `about` is `2027`, which YAML reads as a number «2027»"],
  ["a name that is a boolean", "focus: [on]", "3:9 use-case-wrong-type: an item of `focus` is `on`, which YAML reads as true «on»"],
  [
    "a key that is a boolean",
    "topology:\n  outside: { on: 10.0.0.5 }",
    "4:14 use-case-name-invalid: `on` cannot be the name of an outside point: YAML reads it as true; put it in quotes «on»",
  ],
  [
    "a word of a closed list, in JSON quotes",
    'rest: "dney"',
    '3:7 use-case-word-unknown: `rest` cannot be `dney`, did you mean `deny`? «"dney"»',
  ],
  ["a row without a verdict", "intent: client -> web", "3:19 row-malformed: this is no row: it has no verdict «web»"],
  [
    "a row with another word for a verdict",
    "intent: client -> web block",
    "3:23 row-malformed: this is no row: `block` is no verdict, did you mean `deny`? «block»",
  ],
  [
    "a row with a misspelled verdict",
    "intent:\n- client -> web 80 alow",
    "4:20 row-malformed: this is no row: `alow` is no verdict, did you mean `allow`? «alow»",
  ],
  [
    "a row without commas",
    "intent: client web -> db allow",
    "3:9 row-malformed: this is no row: names are separated by commas «client web»",
  ],
  ["a row with two arrows", "intent: a -> b -> c allow", "3:19 row-malformed: this is no row: it has two arrows «c allow»"],
  [
    "a port of no protocol, in a row",
    "intent: a -> b 80/TCP,53/DNS allow",
    "3:23 ports-malformed: `53/DNS` is no port: `DNS` is none of TCP, UDP and SCTP «53/DNS»",
  ],
  [
    "a range that goes backwards",
    "ports: { r: 90-80 }",
    "3:13 ports-malformed: `90-80` is no port: its first number is the larger «90-80»",
  ],
  ["a port that is too large", "ports: { big: 70000 }", "3:15 use-case-number-invalid: `big` must be at most 65535 «70000»"],
  ["a port name used before it is given", "ports: { web: http, http: 80 }", "3:15 port-name-unknown: no port is called `http` «http»"],
  [
    "a port whose own value is wrong is not unknown as well",
    "ports: { http: 80/TPC }\nintent: a -> b http allow",
    "3:16 ports-malformed: `80/TPC` is no port: `TPC` is none of TCP, UDP and SCTP «80/TPC»",
  ],
  [
    "a block with host bits",
    "groups: { corp: 10.1.2.3/8 }",
    "3:17 use-case-cidr-invalid: `10.1.2.3/8` is an address in a block: the block is 10.0.0.0/8 «10.1.2.3/8»",
  ],
  [
    "leading zeros in an address",
    "topology: { outside: { a: 10.0.0.05 } }",
    "3:27 use-case-address-invalid: `10.0.0.05` is not an IP address «10.0.0.05»",
  ],
  [
    "two outside points with one address",
    "topology: { outside: { a: 10.0.0.5, b: { address: 10.0.0.5 } } }",
    "3:51 address-twice: `10.0.0.5` is already the address of `a` «10.0.0.5»",
  ],
  [
    "a group that is a selector and a block",
    "groups: { a: { pods: x=y, cidr: 10.0.0.0/8 } }",
    "3:11 group-form: group `a` says in two ways who is in it «a»",
  ],
  ["a circle of groups", "groups: { a: [b, x], b: c, c: { members: a } }", "3:11 group-cycle: group `a` contains itself: a, b, c, a «a»"],
  [
    "a reason for what is left open",
    "intent: { from: a, to: b, verdict: either, because: dev/p }",
    "3:53 because-invalid: `dev/p` gives a reason for what is left open «dev/p»",
  ],
  [
    "a rule as the reason of a deny",
    "intent: { from: a, to: b, verdict: deny, because: 'dev/p ingress[0]' }",
    "3:51 because-invalid: `dev/p ingress[0]` names a rule, and no rule of a NetworkPolicy denies «'dev/p ingress[0]'»",
  ],
  [
    "an id that a position has",
    "intent:\n- { id: I2, rows: a -> b allow }\n- b -> a allow",
    "4:9 id-twice: the id `I2` is given twice «I2»",
  ],
  [
    "one id for a row and a deviation",
    "intent: { from: a, to: b, verdict: allow, id: X }\ndeviations: { id: X, engine: lab, from: a, to: b, verdict: deny, reason: r }",
    "4:19 id-twice: the id `X` is given twice «X»",
  ],
  [
    "a date the calendar lacks",
    "deviations: { engine: lab, from: a, to: b, verdict: deny, reason: r, expires: 2027-02-29 }",
    "3:79 date-invalid: `2027-02-29` is no date «2027-02-29»",
  ],
  [
    "a duration without a unit",
    "engines: { lab: { timeout: 5 } }",
    "3:28 use-case-wrong-type: `timeout` is `5`, which YAML reads as a number «5»",
  ],
  [
    "a workload without a namespace",
    "topology: { workloads: { web: {} } }",
    "3:26 use-case-name-invalid: `web` cannot be the name of a workload: it is NAMESPACE/NAME «web»",
  ],
  [
    "several at once, in order of their places",
    "rest: nay\nstages:\n- { name: a, expect: [{ from: x, to: b, verdict: allow, prot: 80 }] }\n- { name: a, rest: { verdict: deny } }\nintent: a -> , allow",
    "3:7 use-case-word-unknown: `rest` cannot be `nay` «nay»",
    "5:57 use-case-field-unknown: a row has no field `prot`, did you mean `port`? «prot»",
    "6:11 stage-twice: two stages are called `a` «a»",
    "7:14 row-malformed: this is no row: a name is missing beside a comma «, allow»",
  ],
];

describe("mistakes, each at its place", () => {
  test.each(mistakes)("%s", async (_, text, ...objections) => {
    expect(await objectionsTo(useCaseOf(text))).toEqual(objections);
  });

  test("of the whole file", async () => {
    expect(await objectionsTo("# nothing\n")).toEqual(["1:1 use-case-empty: this use-case file is empty «»"]);
    expect(await objectionsTo("")).toEqual(["1:1 use-case-empty: this use-case file is empty «»"]);
    expect(await objectionsTo("- a\n")).toEqual(["1:3 use-case-not-a-mapping: a use-case file is a mapping, this is a list «a»"]);
    expect(await objectionsTo("kind: Pod\n")).toEqual([
      "1:1 use-case-field-missing: a use case needs a field `format` «kind»",
      "1:1 use-case-field-missing: a use case needs a field `name` «kind»",
      "1:1 use-case-field-unknown: a use case has no field `kind` «kind»",
    ]);
    expect(await objectionsTo(useCaseOf("name: again\n"))).toEqual(["3:1 key-repeated: the key `name` is given twice «name»"]);
    expect(await objectionsTo(useCaseOf("intent: [\n"))).toHaveLength(1);
  });
});

describe("what is written short means the same as what is written out", () => {
  const pairs: readonly (readonly [short: string, long: string])[] = [
    ["intent: a -> b allow", "intent: [{ rows: [{ from: [a], to: [b], port: all, verdict: allow }] }]"],
    ["intent: a, b → c 80, 53/UDP deny", "intent: [{ rows: [{ from: [a, b], to: [c], port: [80/TCP, 53/udp], verdict: deny }] }]"],
    ["intent: { from: 'a, b', to: c, verdict: allow }", "intent: [{ rows: [{ from: [a, b], to: [c], verdict: allow }] }]"],
    ["intent: a -> b 80 443-444/TCP allow", "intent: [{ rows: [{ from: a, to: b, port: [80, 443, 444], verdict: allow }] }]"],
    [
      "ports: { http: 80 }\nintent: a -> b http allow",
      "ports: { http: [80/TCP] }\nintent: [{ rows: [{ from: a, to: b, port: http, verdict: allow }] }]",
    ],
    ["stages: before", "stages: [{ name: before, intent: met }]"],
    ["topology: [a.yaml, b.yaml]", "topology: { from: [a.yaml, b.yaml] }"],
    ["rest: deny", "rest: { verdict: deny }"],
    ["intent: { noPathToOutside: [a, b] }", "intent: [{ noPathToOutside: [{ from: [a, b], transitive: false }] }]"],
    ["intent: { everythingIsolated: both }", "intent: [{ everythingIsolated: [{ direction: both }] }]"],
    ["groups: { g: a }", "groups: { g: { members: [a] } }"],
    ["groups: { g: 10.0.0.0/8 }", "groups: { g: { cidr: 10.0.0.0/8 } }"],
    ["topology: { outside: { o: 10.0.0.5 } }", "topology: { outside: { o: { address: [10.0.0.5] } } }"],
    ["topology: { nodes: { w: 10.0.0.5 } }", "topology: { nodes: { w: { addresses: [10.0.0.5], labels: {} } } }"],
    ["topology: { namespaces: [dev] }", "topology: { namespaces: { dev: {} } }"],
    ["topology: { workloads: { dev/a: } }", "topology: { workloads: { dev/a: { replicas: 1, kind: Pod, hostNetwork: false } } }"],
    [
      "topology: { services: { dev/a: { selector: {}, ports: 80 } } }",
      "topology: { services: { dev/a: { selector: {}, ports: [{ port: 80, target: 80, protocol: TCP }] } } }",
    ],
  ];

  test.each(pairs)("%s", async (short, long) => {
    expect(withoutOrigins(await readGood(short))).toEqual(withoutOrigins(await readGood(long)));
  });

  test("a JSON file is read alike", async () => {
    const json = {
      format: "netproof.use-case/1",
      name: "test",
      $schema: "./netproof.schema.json",
      intent: ["a -> b 80 allow"],
      rest: "deny",
    };
    const { useCase, diagnostics } = await readUseCase({ name: "netproof.json", text: JSON.stringify(json) });
    expect(diagnostics).toEqual([]);
    expect(withoutOrigins(useCase)).toEqual(withoutOrigins(await readGood("intent: [a -> b 80 allow]\nrest: deny")));
  });
});

/** Places differ, and bigints have no JSON. */
function withoutOrigins(useCase: UseCase | undefined): unknown {
  const { origin, ...rest } = useCase as UseCase;
  expect(origin.path).toBe("");
  return JSON.parse(
    JSON.stringify(rest, (key, value: unknown) => {
      if (key === "origin") return undefined;
      if (value instanceof Map) return [...value];
      return typeof value === "bigint" ? String(value) : value;
    }),
  );
}

describe("the parts of a use case", () => {
  test("an inline topology becomes a cluster", async () => {
    const { topology, outside } = await readGood(`
topology:
  namespaces: { dev: { project: dev } }
  workloads:
    dev/web: { labels: { app: web }, replicas: 2, listens: [80, 53/UDP, { name: http, port: 8080 }], about: the front }
    qa/db: { addresses: [10.0.0.5, 2001:db8::5], kind: StatefulSet, node: worker-1 }
    qa/agent: { hostNetwork: true, node: worker-1 }
    qa/gone: { replicas: 0 }
  services: { dev/web: { selector: { app: web }, ports: [80, { port: 443, target: http, name: tls }] } }
  nodes: { worker-1: { addresses: [10.1.0.1], labels: { zone: a }, about: rack 4 } }
  podCidr: [10.47.0.0/16, 2001:db8::/64]
  outside: { office: { address: [192.0.2.5, 2001:db8:1::5], about: a host } }
  about: { db: customer data }
`);
    const pods = topology.pods.map(({ namespace, name, workload, addresses, podNetwork, ports, node, hostNetwork }) => ({
      pod: `${namespace.name}/${name}`,
      workload: workload && `${workload.kind}/${workload.name}`,
      addresses: addresses === "not-yet-assigned" ? addresses : addresses.length,
      networks: podNetwork.length,
      ports: ports.map((port) => `${port.name}=${port.port}/${port.protocol}`).join(),
      node,
      hostNetwork,
    }));
    expect(pods).toEqual([
      {
        pod: "dev/web-1",
        workload: "Deployment/web",
        addresses: "not-yet-assigned",
        networks: 2,
        ports: "http=8080/TCP",
        node: undefined,
        hostNetwork: false,
      },
      {
        pod: "dev/web-2",
        workload: "Deployment/web",
        addresses: "not-yet-assigned",
        networks: 2,
        ports: "http=8080/TCP",
        node: undefined,
        hostNetwork: false,
      },
      { pod: "qa/db-1", workload: "StatefulSet/db", addresses: 2, networks: 2, ports: "", node: "worker-1", hostNetwork: false },
      { pod: "qa/agent", workload: undefined, addresses: 1, networks: 0, ports: "", node: "worker-1", hostNetwork: true },
    ]);
    expect(topology.namespaces.map(({ name, labels }) => [name, [...labels]])).toEqual([
      [
        "dev",
        [
          ["project", "dev"],
          ["kubernetes.io/metadata.name", "dev"],
        ],
      ],
      ["qa", [["kubernetes.io/metadata.name", "qa"]]],
    ]);
    expect(topology.listens.map(({ end, ports }) => `${end.text} ${formatPorts(ports)}`)).toEqual(["dev/web 80/TCP 8080/TCP 53/UDP"]);
    expect(topology.services[0]?.ports.map(({ name, port, targetPort }) => [name, port, targetPort])).toEqual([
      [undefined, 80, 80],
      ["tls", 443, "http"],
    ]);
    expect(topology.roles.map(({ end, about }) => `${end.text}: ${about}`)).toEqual([
      "dev/web: the front",
      "node/worker-1: rack 4",
      "db: customer data",
    ]);
    expect(outside.map(({ name, externals, about }) => [name, externals.length, about])).toEqual([["office", 2, "a host"]]);
  });

  test("ids are stable: written, by position, or the row itself", async () => {
    const { intent, stages, deviations } = await readGood(`
ports: { http: 80 }
intent:
  - a -> b http allow
  - { id: db, rows: [{ from: a, to: c, verdict: deny, id: R7 }] }
  - noUnusedPolicy: true
stages: [{ name: s, expect: a -> b allow, held: a -> b 80 allow }]
deviations: { engine: lab, from: a, to: b, verdict: deny, reason: r }
`);
    expect(intent.map(({ id, rows }) => [id, ...rows.map((row) => row.id)])).toEqual([["I1", "a -> b 80/TCP allow"], ["db", "R7"], ["I3"]]);
    expect(stages.map(({ expect: rows, held }) => [...rows, ...held].map(({ id }) => id))).toEqual([
      ["s: a -> b all allow", "s held: a -> b 80/TCP allow"],
    ]);
    expect(deviations.map(({ id }) => id)).toEqual(["D1"]);
  });

  test("a use case without stages has one, called now", async () => {
    expect((await readGood("about: x")).stages.map(({ name, intent }) => [name, intent])).toEqual([["now", "met"]]);
  });

  test("engines, their settings and what is taken to be absent", async () => {
    const { engines, assumeAbsent } = await readGood(`
engines: { run: [spec, "lab:contrail"], lab: { skip: no root, timeout: 1.5s, attempts: 3, parallel: 200 } }
assumeAbsent: CiliumNetworkPolicy
`);
    expect(engines.run).toEqual(["spec", "lab:contrail"]);
    expect(engines.settings.get("lab")).toEqual({ skip: "no root", timeout: 1500, attempts: 3, parallel: 200 });
    expect(assumeAbsent).toEqual(["CiliumNetworkPolicy"]);
  });
});

describe("hostile texts", () => {
  const good = useCaseOf(`
topology:
  workloads: { dev/web: { labels: { app: web }, replicas: 2, listens: [80] }, dev/client: {} }
  outside: { office: { address: 10.0.0.5 } }
groups: { web: { pods: app=web }, corp: 10.0.0.0/8, all-of: [web, office] }
ports: { http: 80/TCP }
focus: [web]
intent:
  - rows: [client -> web http allow, { from: any, to: [web], port: [80, 53/UDP], verdict: deny, because: dev/p }]
    onlyFrom: { to: web, from: client, port: http }
    through: { to: web, via: client }
rest: deny
stages: [before, { name: after, apply: a.yaml, delete: { kind: NetworkPolicy, name: p }, expect: client -> web allow, rest: same }]
engines: { run: spec }
deviations: { engine: contrail, from: web, to: client, verdict: allow, reason: known, expires: 2027-06-30 }
`);

  test("the text that is mutated is good", async () => {
    expect(await objectionsTo(good)).toEqual([]);
  });

  test("a mutated text is read or objected to, never thrown at", async () => {
    let read = 0;
    const pieces = [
      "",
      " ",
      "\n",
      "\t",
      "-",
      ":",
      "{",
      "}",
      "[",
      "]",
      ",",
      "->",
      "→",
      "null",
      "on",
      "[]",
      "{}",
      "0",
      "-1",
      "1e999",
      "&a",
      "*a",
      "<<:",
      "'",
      '"',
      "#",
      "\0",
      "😀",
      "__proto__",
      "constructor",
    ];
    const mutation = fc.record({ at: fc.nat(good.length), cut: fc.nat(12), insert: fc.constantFrom(...pieces) });
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const text = mutations.reduce((before, { at, cut, insert }) => before.slice(0, at) + insert + before.slice(at + cut), good);
        if ((await objectionsTo(text)).length === 0) read++;
      }),
      { numRuns: 600 },
    );
    // Most mutations are objected to, some change a word.
    expect(read).toBeLessThan(300);
  });

  test("any value under any key is read or objected to, at a place inside the text", async () => {
    const keys = ["topology", "groups", "ports", "focus", "intent", "rest", "stages", "engines", "deviations", "assumeAbsent", "about"];
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 4 })), async (value) => {
        const text = JSON.stringify({ format: "netproof.use-case/1", name: "x", ...value });
        const { diagnostics } = await readUseCase({ name: "netproof.json", text });
        for (const { at, message } of diagnostics) {
          expect(message).not.toContain("undefined");
          expect(at !== undefined && at.start >= 0 && at.start <= at.end && at.end <= text.length).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("a key called __proto__ is a field that nothing has", async () => {
    expect(await objectionsTo(useCaseOf("topology: { workloads: { dev/web: { labels: { __proto__: } } } }"))).toEqual([
      "3:47 use-case-field-unknown: `labels` has no field `__proto__` «__proto__»",
    ]);
  });

  test("thousands of rows and long lines take no noticeable time", async () => {
    await readGood(`intent:\n${Array.from({ length: 3000 }, (_, i) => `  - a${i} -> b 80 allow`).join("\n")}`);
    await objectionsTo(useCaseOf(`intent: a${" ".repeat(100_000)}b -> ${"c,".repeat(50_000)} allow`));
  });
});
