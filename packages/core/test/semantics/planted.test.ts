import { describe, expect, test } from "vitest";
import { coreSources, loadWith, type Mistake } from "../planting.ts";
import { ruleTables } from "./clusters.ts";
import { failuresOf, type CoreApi } from "./run-tables.ts";

/** Mistakes that somebody could make in `semantics/`: each must be caught by the tables. */
const mistakes: readonly Mistake[] = [
  {
    file: "selector.ts",
    right: "return value === undefined || !values.includes(value);",
    wrong: "return value !== undefined && !values.includes(value);",
  },
  { file: "selector.ts", right: "return value !== undefined && values.includes(value);", wrong: 'return values.includes(value ?? "");' },
  { file: "selector.ts", right: "selector.requirements.every(", wrong: "selector.requirements.some(" },
  {
    file: "selector.ts",
    right: 'case "DoesNotExist":\n      return value === undefined;',
    wrong: 'case "DoesNotExist":\n      return value !== undefined;',
  },
  { file: "block.ts", right: 'block.except.some((except) => inCidr(except, address)) ? "excepted" : "inside"', wrong: '"inside"' },
  { file: "block.ts", right: 'if (networks.length === 0) return "unknown";', wrong: 'if (networks.length === 0) return "outside";' },
  { file: "rule.ts", right: 'const end = rule.direction === "ingress" ? flow.from : flow.to;', wrong: "const end = flow.from;" },
  { file: "rule.ts", right: 'if (end.kind !== "pod" || end.hostNetwork) return "kind";', wrong: 'if (end.kind !== "pod") return "kind";' },
  { file: "rule.ts", right: "pod.namespace.name === rule.policy.namespace", wrong: "true" },
  {
    file: "rule.ts",
    right: "port.port.first <= flow.port && flow.port <= port.port.last",
    wrong: "port.port.first <= flow.port && flow.port < port.port.last",
  },
  { file: "rule.ts", right: "declared.protocol === flow.protocol && ", wrong: "" },
  {
    file: "rule.ts",
    right: 'return protocol === flow.protocol || protocol === "declared";',
    wrong: "return true;",
  },
  { file: "rule.ts", right: "declared.port === flow.port", wrong: "true" },
  { file: "judge.ts", right: "policy.name.namespace === pod.namespace.name && ", wrong: "" },
  {
    file: "judge.ts",
    right: 'direction === "ingress" && subject.node !== undefined && nodeNameOf(flow.from)',
    wrong: "nodeNameOf(subject === flow.from ? flow.to : flow.from)",
  },
  { file: "judge.ts", right: 'if (subject.hostNetwork) return "host-network";', wrong: "" },
  { file: "judge.ts", right: 'if (sameEndpoint(flow.from, flow.to)) return "same-pod";', wrong: "" },
  { file: "judge.ts", right: "if (matches.length > 0) return", wrong: "if (matches.length === isolatedBy.length) return" },
  { file: "judge.ts", right: "if (doubts.length > 0) return", wrong: "if (doubts.length > 1) return" },
  { file: "judge.ts", right: 'if (isolatedBy.length === 0) return { tier: "NetworkPolicy", outcome: "not-isolated" };', wrong: "" },
  { file: "judge.ts", right: "if (unread.length > 0) return", wrong: "if (unread.length > 1) return" },
  { file: "judge.ts", right: 'if (step.outcome !== "not-isolated") return [step];', wrong: 'if (step.outcome === "allow") return [step];' },
  {
    file: "judge.ts",
    right: 'return askTier("Admin", rules.tier(pod, "Admin"), question, networkPolicy) ?? networkPolicy();',
    wrong: "return networkPolicy();",
  },
  { file: "judge.ts", right: '...(askTier("Baseline", rules.tier(pod, "Baseline"), question, undefined) ?? [])', wrong: "" },
  { file: "rule.ts", right: '|| protocol === "declared"', wrong: "" },
  {
    file: "rule.ts",
    right: 'if (namespaces === "every") return true;',
    wrong: 'if (namespaces === "every") return "namespace" in rule.policy;',
  },
  { file: "rule.ts", right: 'return selects(peer.nodes, node.labels) ? "match" : "labels";', wrong: 'return "match";' },
  { file: "rule.ts", right: "const name = nodeNameOf(end);", wrong: "const name = undefined;" },
  {
    file: "rule.ts",
    right: 'return end.kind === "pod" && !end.hostNetwork ? "kind" : { question: "domain-name"',
    wrong: 'return false ? "kind" : { question: "domain-name"',
  },
  {
    file: "rule.ts",
    right: "peer.cidrs.map((cidr) => ({ cidr, except: [] }))",
    wrong: "peer.cidrs.slice(0, 1).map((cidr) => ({ cidr, except: [] }))",
  },
  { file: "tier.ts", right: '(subject.namespaces === "every" || selects(subject.namespaces, pod.namespace.labels)) &&', wrong: "" },
  { file: "tier.ts", right: '(subject.pods === "every" || selects(subject.pods, pod.labels))', wrong: "true" },
  { file: "tier.ts", right: "[...levels.keys()].sort((a, b) => a - b)", wrong: "[...levels.keys()].sort((a, b) => b - a)" },
  {
    file: "tier.ts",
    right: 'if (first === undefined) return [{ tier, outcome: "no-match", asked }, ...(next?.() ?? [])];',
    wrong: 'if (first === undefined) return [{ tier, outcome: "no-match", asked }];',
  },
  { file: "tier.ts", right: 'return outcome === "Pass" ? [step, ...(next?.() ?? [])] : [step];', wrong: "return [step];" },
  {
    file: "tier.ts",
    right: 'return outcome === "Pass" ? [step, ...(next?.() ?? [])] : [step];',
    wrong: 'return outcome === "Deny" ? [step] : [step, ...(next?.() ?? [])];',
  },
  {
    file: "tier.ts",
    right: "if (perPolicy.length < 2 || new Set(all.map(({ action }) => action)).size < 2) return all;",
    wrong: "return all;",
  },
  {
    file: "tier.ts",
    right: "if (perPolicy.length < 2 || new Set(all.map(({ action }) => action)).size < 2) return all;",
    wrong: "if (level.length < 2) return all;",
  },
  { file: "tier.ts", right: "|| new Set(all.map(({ action }) => action)).size < 2", wrong: "" },
  { file: "tier.ts", right: 'if (rule.action === "Accept") continue;', wrong: "" },
  {
    file: "tier.ts",
    right: 'match: { rule, peer: unknown, port: "any" }, action: "Deny", doubts: []',
    wrong: 'match: { rule, peer: unknown, port: "any" }, action: rule.action, doubts: []',
  },
  { file: "tier.ts", right: "if (first.doubts.length === 0) return decided;", wrong: "return decided;" },
  { file: "tier.ts", right: "verdictOfReason(decided) === verdictOfReason(otherwise) ? otherwise", wrong: "false ? otherwise" },
  {
    file: "tier.ts",
    right:
      'if (result.outcome === "match") return [...candidates, { kind: "rule", match: result.match, action: rule.action, doubts: [] }];',
    wrong: 'if (result.outcome === "match") candidates.unshift({ kind: "rule", match: result.match, action: rule.action, doubts: [] });',
  },
];

describe("a mistake planted in semantics is caught", () => {
  test.each(mistakes)("$file: $wrong", async ({ file, ...change }) => {
    const core = await loadWith<CoreApi>(coreSources, ["index.ts"], { file: `semantics/${file}`, ...change });
    const failures: string[] = [];
    for (const table of ruleTables) failures.push(...(await failuresOf(core, table)));
    expect(failures).not.toEqual([]);
  });
});
