import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { External, Pod, Snapshot } from "../../../src/model/cluster.ts";
import { verdictOf, verdictOfReason, type Reason } from "../../../src/model/judgement.ts";
import type { Rule, TierRule } from "../../../src/model/policy.ts";
import { formatAddress, lastAddress, type Address } from "../../../src/net/address.ts";
import { formatPorts, hasPort, isAllPorts, noPorts, protocols, unite, type PortSet, type Protocol } from "../../../src/net/ports.ts";
import { portIntervals } from "../../../src/reach/cuts.ts";
import { read } from "../../../src/read/read.ts";
import { judge, rulebook } from "../../../src/semantics/judge.ts";
import { specCuts } from "../../../src/spec/cuts.ts";
import { specCalculation } from "../../../src/spec/engine.ts";
import { pathSteps } from "../../../src/text/source.ts";
import { sharedFolder } from "../../shared.ts";
import { byConvention, familyBetween, outside, word, workloadName } from "./conventions.ts";
import { parseConnections, parseExplanation, type ExplainedSide, type ListedConnection, type NamedEnd } from "./texts.ts";

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly expected: { readonly txt?: string };
  readonly tags: readonly string[];
  readonly probes?: readonly {
    readonly from: string;
    readonly to: string;
    readonly port: number;
    readonly protocol: Protocol;
    readonly expect: "allow" | "deny";
  }[];
}

const shared = sharedFolder();
const folder = path.join(shared ?? "", "cases/np-guard");

/** The rows of its table-driven tests; secondary and user-defined networks of OpenShift are out of scope. */
function rows(kind: string): readonly Row[] {
  if (shared === undefined) return [];
  const all = JSON.parse(readFileSync(path.join(folder, "index.json"), "utf8")) as readonly Row[];
  return all.filter((row) => row.kind === kind && !row.tags.includes("openshift-multinetwork"));
}

async function readInputs({ inputs }: Pick<Row, "inputs">): ReturnType<typeof read> {
  const files = inputs.flatMap((input) =>
    readdirSync(path.join(folder, input), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ya?ml|json)$/.test(name))
      .sort()
      .map((name) => ({ name, text: withOwnerKind(readFileSync(path.join(folder, input, name), "utf8")) })),
  );
  return read(files);
}

/** np-guard takes an owner without a kind, which no server would give, and calls it a Pod. */
function withOwnerKind(text: string): string {
  return text.replace(/(ownerReferences:\r?\n *- )name:/g, "$1kind: Pod\n      name:");
}

async function snapshotOf(row: Row): Promise<Snapshot> {
  const { snapshot, diagnostics } = await readInputs(row);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return byConvention(snapshot);
}

function expectedText({ expected }: Row): string {
  return readFileSync(path.join(folder, expected.txt ?? ""), "utf8");
}

/** What we say of the files that np-guard refuses or warns about; where we judge what it refuses, a server takes it, and why stands beside it. */
const mistakes: ReadonlyMap<string, string> = new Map([
  ["connlist-error-004", "error peer-mixed"],
  // Pods of one owner with different labels are one endpoint to np-guard, which then cannot say which labels count. Here each is judged.
  ["connlist-error-007", ""],
  // The same; a server refuses the name of the policy, which has underscores.
  ["connlist-error-008", "error name-invalid"],
  ["connlist-error-017", "error choice-many"],
  ["connlist-error-020", "error choice-many"],
  ["connlist-error-021", "error action-unknown"],
  ["connlist-error-023", "error field-missing"],
  ["connlist-error-025", "error field-missing"],
  ["connlist-error-027", "error choice-many"],
  // The schema of AdminNetworkPolicy does not compare the ends of a range.
  ["connlist-error-028", "warning range-empty"],
  ["connlist-error-029", "error action-unknown"],
  ["connlist-error-030", "error cidr-invalid"],
  ["connlist-error-031", "error priority-out-of-range"],
  ["connlist-error-033", "error policy-name-fixed"],
  ["connlist-error-034", "error field-missing"],
  ["connlist-error-039", "error action-unknown"],
  ["connlist-error-045", "error action-unknown"],
  ["connlist-warning-002", "note no-policies"],
  ["connlist-warning-003", "error type-wrong"],
  ["connlist-warning-012", "error yaml-invalid, error not-kubernetes"],
  // np-guard warns that it knows no IPv6. Here it does, and one of the networks has host bits.
  ["connlist-warning-014", "warning network-host-bits"],
  // A named port that no pod declares matches nothing, which a server takes.
  ["connlist-warning-016", ""],
]);

describe.skipIf(shared === undefined)("shared test data not found: np-guard's own expectations", () => {
  test.each(rows("connlist"))("connections: $name $inputs", async (row) => {
    const snapshot = await snapshotOf(row);
    const listed = parseConnections(expectedText(row));
    const calculation = specCalculation(snapshot);
    const wrong: string[] = [];
    const compare = (from: Pod | External, to: Pod | External): void => {
      const ports = calculation.reach(familyBetween(from, to)).connections(from, to)?.allow ?? noPorts;
      const expected = listed
        .filter((line) => isIn(from, line.from) && isIn(to, line.to))
        .reduce((set, line) => unite(set, line.ports), noPorts);
      if (formatPorts(ports) !== formatPorts(expected))
        wrong.push(`${endText(from)} => ${endText(to)}: ${formatPorts(ports)}, expected ${formatPorts(expected)}`);
    };
    for (const pod of snapshot.pods) {
      // Connections of a workload to itself are not listed.
      for (const other of snapshot.pods) if (other !== pod) compare(pod, other);
      for (const end of outsideSamples(snapshot, listed)) {
        compare(pod, end);
        compare(end, pod);
      }
    }
    expect(wrong).toEqual([]);
    expect(namedIn(listed).filter((name) => !snapshot.pods.some((pod) => workloadName(pod) === name))).toEqual([]);
  });

  test.each(rows("explain"))("reasons: $name $expected.txt", async (row) => {
    const snapshot = await snapshotOf(row);
    const rules = rulebook(snapshot);
    const intervals = portIntervals(specCuts(snapshot), snapshot.pods);
    const explained = parseExplanation(expectedText(row));
    const told = new Map<string, PortSet>();
    const wrong: string[] = [];
    for (const part of explained) {
      const [from, to] = [endOf(part.from, snapshot), endOf(part.to, snapshot)];
      const pair = `${endText(from)} => ${endText(to)}`;
      told.set(pair, unite(told.get(pair) ?? noPorts, part.ports));
      for (const protocol of protocols) {
        for (const { first: port } of intervals[protocol].filter(({ first }) => hasPort(part.ports, protocol, first))) {
          const judgement = judge(rules, { from, to, family: familyBetween(from, to), protocol, port });
          const got = { verdict: word(verdictOf(judgement)), egress: sideOf(judgement.egress), ingress: sideOf(judgement.ingress) };
          const wanted = { verdict: part.verdict, egress: part.egress, ingress: part.ingress };
          if (JSON.stringify(got) !== JSON.stringify(wanted))
            wrong.push(`${pair} ${port}/${protocol}: ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(told.size).toBeGreaterThan(0);
    expect([...told].filter(([, ports]) => !isAllPorts(ports))).toEqual([]);
  });

  test.each(rows("eval"))("one connection: $name $inputs", async (row) => {
    const { snapshot } = await readInputs(row);
    const rules = rulebook(snapshot);
    for (const { from, to, port, protocol, expect: expected } of row.probes ?? []) {
      const ends = (name: string): readonly Pod[] =>
        snapshot.pods.filter((pod) => [pod.name, pod.workload?.name].some((own) => `${pod.namespace.name}/${own}` === name));
      const flows = ends(from).flatMap((source) =>
        ends(to).map((target) => ({ from: source, to: target, family: 4 as const, protocol, port })),
      );
      expect([...new Set(flows.map((flow) => verdictOf(judge(rules, flow))))]).toEqual([expected]);
    }
  });

  const about = [...rows("connlist-error"), ...rows("connlist-warning")];
  test("the table of mistakes is whole", () => {
    expect(about.map(({ name }) => name)).toEqual([...mistakes.keys()]);
  });

  test.each(about)("a mistake: $name $inputs", async (row) => {
    const { diagnostics } = await readInputs(row);
    const told = new Set(diagnostics.map(({ severity, code }) => `${severity} ${code}`));
    // Its files leave selectors out, which it takes as empty ones; that there is no policy is the point of one row only.
    told.delete("warning selector-missing");
    if (told.size > 1) told.delete("note no-policies");
    expect([...told].join(", ")).toBe(mistakes.get(row.name));
  });
});

function isIn(end: Pod | External, listed: NamedEnd): boolean {
  if (typeof listed === "string") return end.kind === "pod" && workloadName(end) === listed;
  return end.kind === "external" && listed.first.value <= end.address.value && end.address.value <= listed.last.value;
}

function endText(end: Pod | External): string {
  return end.kind === "pod" ? workloadName(end) : formatAddress(end.address);
}

function endOf(named: NamedEnd, snapshot: Snapshot): Pod | External {
  if (typeof named !== "string") return outside(named.first);
  const pod = snapshot.pods.find((each) => workloadName(each) === named);
  if (pod === undefined) throw new Error(`no such workload: ${named}`);
  return pod;
}

function namedIn(listed: readonly ListedConnection[]): readonly string[] {
  return listed.flatMap(({ from, to }) => [from, to]).filter((end) => typeof end === "string");
}

/** Addresses on both sides of every boundary that a block or a listed range has: between two of them nothing changes. */
function outsideSamples(snapshot: Snapshot, listed: readonly ListedConnection[]): readonly External[] {
  const ranges = listed
    .flatMap(({ from, to }) => [from, to])
    .flatMap((end) => (typeof end === "string" ? [] : [{ first: end.first.value, last: end.last.value }]));
  const blocks = specCuts(snapshot).blocks.filter(({ family }) => family === 4);
  const values = [...ranges, ...blocks].flatMap(({ first, last }) => [first - 1n, first, last, last + 1n]);
  const inside = [...new Set([0n, ...values])].filter((value) => value >= 0n && value <= lastAddress(4));
  return inside.map((value) => outside({ family: 4, value } satisfies Address));
}

/** The rules that were asked for one direction, in order, as np-guard names them. */
function sideOf(reason: Reason): ExplainedSide {
  const asked = reason.flatMap((step): readonly string[] => {
    switch (step.tier) {
      case "exempt":
      case "unread":
        return [];
      case "Admin":
      case "Baseline":
        return step.outcome === "Accept" || step.outcome === "Deny" || step.outcome === "Pass"
          ? [tierText(step.match.rule, step.outcome)]
          : [];
      case "NetworkPolicy":
        if (step.outcome === "allow") return firstOfEach(step.matches.map(({ rule }) => rule));
        return step.outcome === "deny" ? step.isolatedBy.map(({ name }) => `NetworkPolicy ${name.namespace}/${name.name} isolates`) : [];
    }
  });
  return { verdict: word(verdictOfReason(reason)), rules: asked };
}

/** A rule that adds nothing to those before it in its policy is not named. */
function firstOfEach(matched: readonly Rule[]): readonly string[] {
  const first = new Map<string, string>();
  for (const matching of matched) {
    const name = `${matching.policy.namespace}/${matching.policy.name}`;
    if (!first.has(name)) first.set(name, `NetworkPolicy ${name} allows by ${numberOf(matching)}`);
  }
  return [...first.values()];
}

function tierText(rule: TierRule, outcome: "Accept" | "Deny" | "Pass"): string {
  const does = { Accept: "allows", Deny: "denies", Pass: "passes" }[outcome];
  return `${rule.policy.kind} ${rule.policy.name} ${does} by ${rule.name ?? numberOf(rule)}`;
}

function numberOf({ origin }: Rule | TierRule): string {
  return `#${Number(pathSteps(origin.path).at(-1)) + 1}`;
}
