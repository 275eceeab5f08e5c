import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Snapshot } from "../../src/model/cluster.ts";
import { read } from "../../src/read/read.ts";
import { coreSources, loadWith, type Mistake } from "../planting.ts";
import { byAsking } from "../reach/by-asking.ts";
import { expectDifferences } from "../reach/same-differences.ts";
import { ruleTables } from "../semantics/clusters.ts";
import { cluster, pod, policy } from "../semantics/manifests.ts";
import { distinctCluster } from "./cluster.ts";
import { edit } from "./edits.ts";
import { snapshotsOf } from "./soak.ts";
import { expectAnswers, expectCounts, expectWalk, walkOf, type TableApi } from "./table-checks.ts";

/** Mistakes that somebody could make in the table: each must be caught by the checks that the slice and the soak make. */
const mistakes: readonly Mistake[] = [
  // S2, S4: who is isolated, and by what.
  {
    file: "namespace-table.ts",
    right: "if (rules !== undefined) isolated",
    wrong: "if (rules !== undefined && rules.length > 0) isolated",
  },
  { file: "namespace-table.ts", right: "const before = this.listOf[position] as number;", wrong: "const before = 0;" },
  // S5: blocks.
  {
    file: "peers.ts",
    right:
      "return except.reduce((runs, inner) => subtractRuns(runs, insideBlock()(tree.nodeOf(inner))), insideBlock()(tree.nodeOf(cidr)));",
    wrong: "return insideBlock()(tree.nodeOf(cidr));",
  },
  {
    file: "block-tree.ts",
    right: "while ((this.#lasts[atom] as Bound) < address) atom = this.#parents[atom] as number;",
    wrong: "",
  },
  // S6: ports by name.
  { file: "peers.ts", right: ' && (protocol === "declared" || own.protocol === protocol)', wrong: "" },
  { file: "namespace-table.ts", right: 'rule.direction === "egress" && hasNames(ports)', wrong: "false" },
  { file: "members.ts", right: "labels.from(ports, pod.labels, numbering)", wrong: "labels.from(start, pod.labels, numbering)" },
  // Pods that hold the same objects are classified once.
  { file: "members.ts", right: " || last.ports !== pod.ports", wrong: "" },
  { file: "members.ts", right: "if (shape !== lastShape) {", wrong: "if (lastShape < 0) {" },
  { file: "shapes.ts", right: " || last.namespace !== endpoint.namespace", wrong: "" },
  // S1, S8, S9.
  { file: "mentions.ts", right: "known.weight * (known.digits.get(value) ?? 1)", wrong: "known.weight * (known.digits.get(value) ?? 0)" },
  { file: "algebra.ts", right: "const allow = this.unite(left.allow, right.allow);", wrong: "const allow = right.allow;" },
  {
    file: "algebra.ts",
    right: "const possible = this.intersect(this.unite(left.allow, left.undetermined), this.unite(right.allow, right.undetermined));",
    wrong: "const possible = this.unite(left.undetermined, right.undetermined);",
  },
  // S10 to S12.
  { file: "namespace-table.ts", right: "if (representative.hostNetwork) return plainSide(algebra.allow, shared);", wrong: "" },
  { file: "compile.ts", right: 'if (relation === "own-node") return algebra.connections(egress);', wrong: "" },
  { file: "compile.ts", right: 'if (relation === "same-pod") return openConnections;', wrong: "" },
  // C3: the order of the tiers and within one.
  {
    file: "tiers.ts",
    right: 'const conflict: number = effectOf(always("undetermined"), 7);',
    wrong: 'const conflict: number = effectOf(always("deny"), 7);',
  },
  { file: "tiers.ts", right: "return [...levels].sort(([a], [b]) => a - b)", wrong: "return [...levels].sort(([a], [b]) => b - a)" },
  { file: "namespace-table.ts", right: "list > 0 ? [] : (subjects.Baseline[shape] ?? [])", wrong: "subjects.Baseline[shape] ?? []" },
  // Edits: what must be made again, and what is looked at for the first time.
  { file: "compile.ts", right: "if (table.size >= this.#shared.universe.complete) return table;", wrong: "return table;" },
  {
    file: "mentions.ts",
    right: "if (own === undefined || added.size > 0) fresh.set(key, added);",
    wrong: "if (own === undefined) fresh.set(key, added);",
  },
  { file: "table.ts", right: "...policies.removed, ...policies.added", wrong: "...policies.added" },
  { file: "touched.ts", right: "mentions.podLabels.has(key) ? values : byValue.keys()", wrong: "values" },
  // Counting pairs and naming what changed.
  { file: "pairs.ts", right: "for (const namespace of table.namespaces.all) correct(namespace, table, add);", wrong: "" },
  {
    file: "differences.ts",
    right: "if (heard === algebra.deny && heardNow === algebra.deny) continue;",
    wrong: "if (heardNow === algebra.deny) continue;",
  },
];

/** The same clusters and edits for every mistake: where none is caught it is not for want of luck. */
const seed = 20;
const [raws, walks] = fc.sample(
  fc.tuple(
    fc.array(distinctCluster, { minLength: 100, maxLength: 100 }),
    fc.array(fc.array(edit, { minLength: 120, maxLength: 120, size: "max" }), { minLength: 5, maxLength: 5 }),
  ),
  { numRuns: 1, seed },
)[0];
const drawn: readonly Snapshot[] = await snapshotsOf(raws);
const written: readonly Snapshot[] = await Promise.all(
  ruleTables.map(async ({ rule, manifests, change = (snapshot) => snapshot }) =>
    change((await read([{ name: `${rule}.yaml`, text: manifests }])).snapshot),
  ),
);

/** Pods that only one thing tells apart, and policies that look at it one after the other: too rare to wait for. */
const alike =
  cluster +
  pod("x", "web-1", "10.0.0.11", "app: web") +
  pod("x", "web-2", "10.0.0.12", "app: web").replace("containerPort: 80", "containerPort: 8080") +
  pod("x", "other-value", "10.0.0.13", "one: other") +
  pod("x", "no-label", "10.0.0.14", "") +
  ["a", "b", "c"].map((value, i) => pod("x", `rare-${value}`, `10.0.0.2${i}`, `rare: ${value}`)).join("") +
  policy("x", "named", "{ podSelector: { matchLabels: { app: web } }, ingress: [{ ports: [{ port: http }] }] }") +
  policy("x", "present", "{ podSelector: { matchExpressions: [{ key: one, operator: Exists }] }, ingress: [] }") +
  policy("x", "other-keys", "{ podSelector: { matchLabels: { two: a, three: a } }, ingress: [] }") +
  ["a", "b"]
    .map((value) =>
      policy(
        "x",
        value,
        `{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { rare: ${value} } } }] }] }`,
      ),
    )
    .join("");
const closer: readonly Snapshot[] = await read([{ name: "alike.yaml", text: alike }]).then(({ snapshot }) =>
  snapshot.policies.map((_, i) => ({ ...snapshot, policies: snapshot.policies.slice(0, i + 1) })),
);

const modules = ["spec/table/table.ts", "spec/table/pairs.ts"];

describe("a mistake planted in the table is caught", () => {
  test("none is found without one", async () => {
    expect(failureOf(await loadWith<TableApi>(coreSources, modules, undefined))).toBeUndefined();
  });

  test.each(mistakes)("$file: $wrong", async ({ file, ...change }) => {
    const table = await loadWith<TableApi>(coreSources, modules, { file: `spec/table/${file}`, ...change });
    expect(failureOf(table)).toBeDefined();
  });
});

/** What the first check that does not hold says; a table that breaks is caught as well. */
function failureOf(table: TableApi): unknown {
  try {
    checkTable(table);
    return undefined;
  } catch (error) {
    return error;
  }
}

function checkTable(table: TableApi): void {
  for (const snapshot of [...closer, ...written, ...drawn]) {
    expectAnswers(table, snapshot);
    expectCounts(table, snapshot);
  }
  expectWalk(
    table,
    closer.map((snapshot, i) => ({ snapshot, from: i - 1 })),
  );
  walks.forEach((edits, i) => {
    const walk = walkOf(drawn.slice(i * 20, i * 20 + 20), edits);
    expectWalk(table, walk);
    for (let at = stride; at < walk.length; at += stride) {
      const [before, after] = [walk[at - stride].snapshot, walk[at].snapshot];
      expectAnswers(table, after);
      const differences = table.tableOf(before, 4).differencesTo?.(table.tableOf(after, 4));
      if (differences !== undefined) expectDifferences(differences, before, after, byAsking(before, 4), byAsking(after, 4));
    }
  });
}

/** Every so many steps of a walk, what it came to is compared with `semantics/`, and with where it was so many steps before. */
const stride = 5;
