import { describe, expect, test } from "vitest";
import { axisOf, entryAt, groupGap } from "../src/matrix/draw.ts";
import { parseQuery } from "../src/matrix/filter.ts";
import { mark, modelOf, type MatrixModel, type ModelParts } from "../src/matrix/model.ts";
import { cell } from "../src/workbench/protocol.ts";
import { openWorkbench } from "../src/workbench/workbench.ts";

describe("the filter's language", () => {
  test.each([
    ["web", [{ key: "name", values: ["web"], contains: true, negated: false, side: undefined }]],
    ["-ns=kube-system", [{ key: "ns", values: ["kube-system"], negated: true }]],
    ["ns!=a,b", [{ key: "ns", values: ["a", "b"], negated: true }]],
    ["-ns!=a", [{ key: "ns", values: ["a"], negated: false }]],
    [
      "from.ns=dev to.label:app=web",
      [
        { side: "from", key: "ns" },
        { side: "to", key: "label", label: "app", values: ["web"] },
      ],
    ],
    ["label:app.kubernetes.io/name~api", [{ key: "label", label: "app.kubernetes.io/name", contains: true }]],
    [
      '"app in (web,api),!canary" differs',
      [
        { key: "selector", values: ["app in (web,api),!canary"] },
        { kind: "pair", key: "differs" },
      ],
    ],
    [
      "verdict=deny intent=violated",
      [
        { kind: "pair", values: ["deny"] },
        { kind: "pair", values: ["violated"] },
      ],
    ],
    [
      "port=8080/TCP engine=contrail",
      [
        { kind: "view", value: "8080/TCP" },
        { kind: "view", value: "contrail" },
      ],
    ],
    ["isolated=no policy=dev/policy1", [{ key: "isolated" }, { key: "policy", values: ["dev/policy1"] }]],
    ["port=443", [{ kind: "view", key: "port", value: "443/TCP" }]],
    ["port=all", [{ kind: "view", key: "port", value: "all" }]],
    ["  ", []],
  ])("%s", (text, expected) => {
    expect(parseQuery(text)).toMatchObject({ terms: expected });
  });

  test.each([
    ["verdct=deny", "no key `verdct`, did you mean `verdict`?"],
    ["colour=red", "no key `colour`; there are ns, kind, name, isolated, policy, label, verdict, intent, changed, differs, port, engine"],
    ["verdict=denied", "`verdict` is allow, deny, undetermined, some, not `denied`: did you mean `deny`?"],
    ["from.verdict=deny", "`verdict` is about a flow and has no `from.`"],
    ["ns=", "`ns=` needs a value"],
    ['"app in (web', "a selector in quotes needs its second quote"],
    ["port!=80/TCP", "`port` takes one value"],
    ["port=99999/TCP", "`99999/TCP` is no port: a port is 1 to 65535 with TCP, UDP or SCTP, such as 8080/TCP, or all"],
    ["port=http", "`http` is no port: a port is 1 to 65535 with TCP, UDP or SCTP, such as 8080/TCP, or all"],
    ["-", "`-` stands before what shall not match"],
  ])("refuses %s", (text, problem) => {
    expect(parseQuery(text)).toEqual({ problem });
  });
});

/** a/web and a/db are open, b/api is closed but for a/web. */
async function partsFor(query: string, patch: Partial<ModelParts> = {}): Promise<ModelParts> {
  const pod = (space: string, name: string, address: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${space}, labels: {app: ${name}}}\nstatus: {podIP: ${address}}`;
  const text = [
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}",
    pod("a", "web", "10.0.0.1"),
    pod("a", "db", "10.0.0.2"),
    pod("b", "api", "10.0.0.3"),
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: guard, namespace: b}\nspec:\n  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]",
  ].join("\n---\n");
  const of = openWorkbench("2026-01-01");
  await of.open({ name: "cluster", files: [{ path: "all.yaml", text }] });
  const parsed = parseQuery(query);
  if ("problem" in parsed) throw new Error(parsed.problem);
  const survey = await of.survey({ version: "edited", stage: 0, engine: "spec", port: "80/TCP", grouping: "workload" });
  const found = async (kind: "selector" | "policy", words: string): Promise<readonly [string, Uint8Array]> => {
    const rows = await of.matching({ stage: 0, grouping: "workload", kind, text: words });
    if (typeof rows === "string") throw new Error(rows);
    return [words, rows];
  };
  return {
    rows: await of.rows("workload"),
    engines: [{ name: "spec", cells: survey.cells, broken: survey.broken }],
    before: undefined,
    openShares: undefined,
    isolation: await of.isolation(0, "workload"),
    matching: new Map(
      await Promise.all(
        parsed.terms.flatMap((term) =>
          term.kind === "end" && (term.key === "selector" || term.key === "policy")
            ? term.values.map((value) => found(term.key as "policy", value))
            : [],
        ),
      ),
    ),
    terms: parsed.terms,
    folded: new Set(),
    sort: "name",
    ...patch,
  };
}

const names = (entries: MatrixModel["rows"]): readonly string[] =>
  entries.filter(({ group }) => group.length === 1).map(({ name }) => name);

describe("what is shown", () => {
  test.each([
    ["ns=a", ["db", "web"], ["db", "web"]],
    ["from.ns=a to.ns=b", ["db", "web"], ["api"]],
    ["isolated=ingress", ["api"], ["api"]],
    ["to.policy=b/guard verdict=deny", ["db"], ["api"]],
    ['"app notin (web)"', ["db", "api"], ["db", "api"]],
    ["label:app~b", ["db", "web"], ["db", "web"]],
    ["kind=pods -name=api", ["db", "web"], ["db", "web"]],
  ])("%s", async (query, rows, columns) => {
    const model = modelOf(await partsFor(query));
    expect([names(model.rows), names(model.columns)]).toEqual([rows, columns]);
  });

  test("a folded namespace counts what is open, and keeps its marks", async () => {
    const model = modelOf(await partsFor("kind=pods", { folded: new Set(["a"]) }));
    expect(model.rows.map(({ name, isFolded }) => [name, isFolded])).toEqual([
      ["a", true],
      ["api", false],
    ]);
    expect([...(model.values[0] ?? [])]).toEqual([cell.allow, cell.some, cell.allow, cell.none]);
    expect(model.shares[1]).toBe(50);
  });

  test("another engine that answers otherwise is a deviation; what a stage changed is marked", async () => {
    const parts = await partsFor("kind=pods");
    const own = parts.engines[0]?.cells ?? new Uint8Array(0);
    const other = own.map((value) => (value === cell.deny ? cell.allow : value));
    const before = { cells: own.map((value) => (value === cell.none ? value : cell.allow)) } as unknown as ModelParts["before"];
    const model = modelOf({ ...parts, engines: [...parts.engines, { name: "contrail", cells: other, broken: undefined }], before });
    expect(model.counts).toEqual({ differing: 1, changed: 1, violated: 0 });
    expect([...model.marks].filter((bits) => (bits & mark.deviation) !== 0)).toHaveLength(1);
  });

  test("sorts within namespaces, by what is open or by likeness", async () => {
    const byReach = modelOf(await partsFor("kind=pods", { sort: "reach" }));
    expect(names(byReach.rows)).toEqual(["web", "db", "api"]);
    expect(names(modelOf(await partsFor("kind=pods", { sort: "alike" })).rows)).toHaveLength(3);
  });

  test("places cells with gaps between groups, and finds them again", async () => {
    const { rows } = modelOf(await partsFor("kind=pods"));
    const axis = axisOf(rows, 20);
    expect([...axis.starts]).toEqual([0, 20, 40 + groupGap(20), 60 + groupGap(20)]);
    expect([0, 19, 20, 47, 48, 1000].map((at) => entryAt(axis, at))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(entryAt(axisOf([], 20), 5)).toBe(-1);
  });
});
