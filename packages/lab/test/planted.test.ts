import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadWith, type Mistake } from "../../core/test/planting.ts";
import { labTables } from "./more-tables.ts";
import { createLab } from "../src/engine.ts";
import type { Ground, Ruleset } from "../src/nft/ruleset.ts";
import { noLab, skippedBecause } from "./lab.ts";
import { failuresIn, snapshotOf } from "./rows.ts";

/** Mistakes that somebody could make in the compiler of rules: packets must show each. */
const mistakes: readonly Mistake[] = [
  { file: "select.ts", right: 'operator === "NotIn" && listed', wrong: 'operator === "NotIn" && (listed || !has)' },
  { file: "select.ts", right: 'values.includes(labels.get(key) ?? "")', wrong: "values[0] === labels.get(key)" },
  { file: "compile.ts", right: "byNamespace.get(pod.namespace.name) ?? []", wrong: "snapshot.policies" },
  { file: "select.ts", right: 'peer.namespaces === "own" ? namespace.name === own : ', wrong: 'peer.namespaces === "own" ? true : ' },
  { file: "compile.ts", right: "stands.filter(({ pod }) => selects(peer.pods, pod.labels))", wrong: "stands" },
  { file: "ranges.ts", right: "return [...below, ...above];", wrong: "return [...below];" },
  { file: "ranges.ts", right: "first: cut.last + 1n, last", wrong: "first: cut.last, last" },
  {
    file: "ranges.ts",
    right: "first <= before.last + 1) before.last = Math.max(before.last, last);",
    wrong: "first <= before.last + 1) before.last = last;",
  },
  { file: "compile.ts", right: 'const side = direction === "ingress" ? "saddr" : "daddr";', wrong: 'const side = "saddr";' },
  {
    file: "compile.ts",
    right: "policy[direction] !== undefined && selects",
    wrong: "(policy[direction] ?? []).length > 0 && selects",
  },
  { file: "compile.ts", right: "a.priority - b.priority || ", wrong: "" },
  {
    file: "compile.ts",
    right: 'declared.name === name && (protocol === "declared" || declared.protocol === protocol)',
    wrong: "declared.name === name",
  },
  { file: "compile.ts", right: "`${first}-${last}`}`)", wrong: "`${first}-${last - 1}`}`)" },
  {
    file: "compile.ts",
    right:
      'if (peer.kind === "networks") return rangesOf(peer.cidrs, family);\n  return without(rangesOf([peer.cidr], family), rangesOf(peer.except, family));',
    wrong: 'return rangesOf(peer.kind === "networks" ? peer.cidrs : [peer.cidr], family);',
  },
  {
    file: "compile.ts",
    right: "isolating.length > 0 ? networkPolicyRules(isolating) : tierRules(baseline, leave)",
    wrong: "[...tierRules(baseline, leave), ...(isolating.length > 0 ? networkPolicyRules(isolating) : [])]",
  },
  { file: "compile.ts", right: "const key = `${direction} ${spokenOf.key}`;", wrong: "const key = `${direction}`;" },
];

const sources = path.resolve(import.meta.dirname, "../src/nft");

describe.skipIf(noLab !== undefined)(`a mistake planted in the compiler is caught by packets${skippedBecause}`, () => {
  test.each(mistakes)("$file: $wrong", async (mistake) => {
    const { compile } = await loadWith<{ readonly compile: (ground: Ground) => Ruleset }>(sources, ["compile.ts"], mistake);
    await using session = await createLab({ denyWith: "reject", rulesOf: compile }).open(await snapshotOf(labTables[0]));
    expect(await firstFailure(session)).not.toBeUndefined();
  });
});

async function firstFailure(session: Awaited<ReturnType<ReturnType<typeof createLab>["open"]>>): Promise<string | undefined> {
  for (const table of labTables) {
    try {
      await session.advance(await snapshotOf(table));
    } catch (error) {
      return String(error);
    }
    const [failure] = await failuresIn(session, table);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
