import fc from "fast-check";
import { expect, test } from "vitest";
import { specCalculation } from "../../src/index.ts";
import { distinctCluster, manifestsOf } from "../random/cluster.ts";
import { soakOptions } from "../random/soak.ts";
import { judge, lines } from "./judging.ts";
import { endpointIn, type Point } from "../../src/usecase/universe.ts";
import { judgeNaively, type NaivePoint, type NaiveStatement, type PortWord } from "./naive.ts";

const outside = { o1: ["203.0.113.9"], o2: ["192.168.0.77", "fd00:2::1"], o3: ["10.0.0.130"] };

const portWord = fc.constantFrom<PortWord>("all", "80", "53/UDP", "80-90/TCP", "all/UDP");
const often = fc.boolean();

/** Names are drawn by number; who they are depends on the cluster. */
const someNames = fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 4 });
type Draft = { readonly [K in "from" | "to" | "via"]: readonly number[] } & {
  readonly ports: PortWord;
  readonly transitive: boolean;
  readonly verdict: "allow" | "deny" | "either";
  readonly kind: NaiveStatement["kind"];
  readonly fromAny: boolean;
};
const draft: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constantFrom<NaiveStatement["kind"]>("row", "row", "row", "onlyFrom", "through", "through", "isolated", "symmetric"),
  from: someNames,
  to: someNames,
  via: someNames,
  ports: portWord,
  transitive: often,
  fromAny: fc.boolean(),
  verdict: fc.constantFrom<"allow" | "deny" | "either">("allow", "deny", "deny", "either"),
});

function statementOf({ kind, from, to, via, ports, transitive, verdict, fromAny }: Draft, names: readonly string[]): NaiveStatement {
  const pick = (numbers: readonly number[]): readonly string[] => [...new Set(numbers.map((n) => names[n % names.length] ?? ""))];
  switch (kind) {
    case "row":
      return { kind, from: pick(from), to: pick(to), ports, verdict };
    case "onlyFrom":
      return { kind, from: pick(from), to: pick(to), ports, transitive };
    case "through":
      return { kind, to: pick(to), via: pick(via), from: fromAny ? "any" : pick(from), transitive };
    case "isolated":
      return { kind, a: pick(from), b: pick(to), transitive };
    case "symmetric":
      return { kind, a: pick(from), b: pick(to) };
  }
}

/** The statement as an entry of `intent`. */
function written(statement: NaiveStatement): unknown {
  switch (statement.kind) {
    case "row":
      return { rows: [{ from: statement.from, to: statement.to, port: statement.ports, verdict: statement.verdict }] };
    case "onlyFrom":
      return { onlyFrom: { from: statement.from, to: statement.to, port: statement.ports, transitive: statement.transitive } };
    case "through":
      return {
        through: {
          to: statement.to,
          via: statement.via,
          ...(statement.from === "any" ? {} : { from: statement.from }),
          transitive: statement.transitive,
        },
      };
    case "isolated":
      return { isolated: { a: statement.a, b: statement.b, transitive: statement.transitive } };
    case "symmetric":
      return { symmetric: { a: statement.a, b: statement.b } };
  }
}

function naivePoint(point: Point): NaivePoint {
  return {
    name: point.id,
    kind: point.kind === "addresses" ? "outside" : point.kind,
    governed: point.kind === "pod" && !point.endpoint.hostNetwork,
    endpoint: (family) => endpointIn(point, family),
  };
}

test("random statements about random clusters, judged twice", async () => {
  let [judged, refused, broken] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(
      distinctCluster,
      fc.array(draft, { minLength: 1, maxLength: 4 }),
      fc.constantFrom<"allow" | "deny" | undefined>("allow", "deny", undefined),
      async (raw, drafts, rest) => {
        const names = [
          ...raw.pods.map(({ namespace, name }) => `${namespace}/${name}`),
          ...raw.nodes.map(({ name }) => `node/${name}`),
          ...Object.keys(outside),
        ];
        const statements = drafts.map((each) => statementOf(each, names));
        const useCase = {
          format: "netproof.use-case/1",
          name: "random",
          topology: { from: "cluster.json", outside },
          intent: statements.map(written),
          ...(rest === undefined ? {} : { rest }),
        };
        const { bound, results, diagnostics } = await judge(JSON.stringify(useCase), { "cluster.json": manifestsOf(raw) });
        const codes = new Set(diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code));
        codes.delete("row-without-flows");
        const contradicts = codes.delete("rows-contradict");
        expect([...codes], lines(diagnostics).join("\n")).toEqual([]);
        const [result] = results;
        if (bound === undefined || result === undefined) {
          refused++;
          if (!contradicts) return;
          return;
        }
        judged++;
        const calculation = specCalculation(result.stage.snapshot);
        const naive = judgeNaively(
          statements,
          rest,
          result.points.map(naivePoint),
          result.families,
          (flow) => calculation.answer(flow).verdict,
        );
        const { assertions } = result.intent;
        broken += result.intent.broken;
        expect({
          broken: assertions.map((each) => each.broken),
          breaks: assertions.map((each) => each.breaks),
          questions: assertions.map(({ question }) => question?.pairs ?? 0),
          total: result.pairs.total,
          open: result.pairs.open,
          contradictory: false,
        }).toEqual(naive);
        for (const { pairs, broken: count, witness, breaks } of assertions) {
          expect(
            pairs.reduce(
              (sum, block) => sum + block.from.length * block.to.length - block.from.filter((point) => block.to.includes(point)).length,
              0,
            ),
          ).toBe(count);
          expect(witness === undefined).toBe(breaks === 0);
          if (witness === undefined) continue;
          // A witness shows what it says: each flow of a chain is open, a fault is the opposite of what is wanted.
          const verdicts = witness.flows.map((flow) => calculation.answer(flow).verdict);
          expect(verdicts).toEqual(
            witness.flows.map((_, i) => (i < witness.flows.length - 1 || witness.fault.wanted === "deny" ? "allow" : "deny")),
          );
          const last = witness.flows.at(-1);
          expect(last && result.brokenBy(witness.flows[0].from, last.to)).toBeDefined();
        }
      },
    ),
    soakOptions(3),
  );
  // The generator must reach both ends.
  expect(judged).toBeGreaterThan(refused);
  expect(broken).toBeGreaterThan(100);
});
