import { timeAsked, type Snapshot, type Watched } from "@netproof/core/parts";
import { describe, expect, test } from "vitest";
import { exampleManifests, judge } from "../../core/test/usecase/judging.ts";
import { createLab, type LabOptions } from "../src/engine.ts";
import { measured } from "../src/measure.ts";
import { compile } from "../src/nft/compile.ts";
import { noLab, skippedBecause } from "./lab.ts";

const text = (stages: string): string => `
format: netproof.use-case/1
name: time
topology:
  namespaces: [dev]
  workloads:
    dev/web: { labels: { app: web }, addresses: [10.0.0.2, "fd00::2"], listens: 80 }
    dev/client: { labels: { app: client }, addresses: [10.0.0.3, "fd00::3"] }
    dev/stranger: { labels: { app: stranger }, addresses: [10.0.0.4] }
stages:
  - before
${stages}`;

async function watchedOf(stages: string, options: LabOptions = { denyWith: "reject" }): Promise<readonly (Watched | undefined)[]> {
  const { bound, diagnostics } = await judge(text(stages), exampleManifests);
  if (bound === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const all: (Watched | undefined)[] = [];
  const [first, ...others] = bound.stages.map(({ snapshot }) => snapshot) as [Snapshot, ...Snapshot[]];
  await using session = await measured(createLab(options)).open(first, { watch: timeAsked(bound, 0) });
  all.push(session.watched);
  for (const [i, snapshot] of others.entries()) {
    await session.advance(snapshot, { watch: timeAsked(bound, i + 1) });
    all.push(session.watched);
  }
  return all;
}

describe.skipIf(noLab !== undefined)(`time${skippedBecause}`, () => {
  test.each(["reject", "drop"] as const)("connections that are open when a policy comes, with %s", async (denyWith) => {
    const [none, seen] = await watchedOf(
      "  - { name: policy1, apply: policy1.yaml, held: [client -> web 80 allow, stranger -> web 80 deny, web -> client 9 either] }",
      { denyWith },
    );
    expect(none).toBe(undefined);
    expect(seen?.held).toEqual([
      { outcome: "survives", detail: "" },
      { outcome: "survives", detail: "" },
      { outcome: "until-judged", detail: "its ingress is denied" },
      { outcome: "survives", detail: "" },
      { outcome: "survives", detail: "" },
    ]);
  });

  test("a connection that the stage before denies is not open", async () => {
    const [, , seen] = await watchedOf(
      "  - { name: policy1, apply: policy1.yaml }\n  - { name: gone, delete: policy1.yaml, held: stranger -> web 80 either }",
    );
    expect(seen?.held).toEqual([{ outcome: "not-open", detail: "its ingress is rejected" }]);
  });

  test.each([
    ["client -> short 80", "the other end reset it"],
    ["short -> web 80", "its client is gone"],
  ])("a connection ends with a pod that the change takes away: %s", async (row, detail) => {
    const pods = `kind: Pod\napiVersion: v1\nmetadata: { name: short, namespace: dev }\nstatus: { podIPs: [{ ip: 10.0.0.9 }] }\n`;
    const { bound } = await judge(
      text(`  - { name: there, apply: short.yaml }\n  - { name: gone, delete: short.yaml, held: ${row} allow }`),
      {
        "short.yaml": pods,
      },
    );
    const [, there, gone] = bound!.stages;
    await using session = await measured(createLab({ denyWith: "reject" })).open(there.snapshot);
    await session.advance(gone.snapshot, { watch: timeAsked(bound!, 2) });
    expect(session.watched?.held).toEqual([{ outcome: "cut", detail }]);
  });

  test.each(["reject", "drop"] as const)("from apply to enforced, with %s", async (denyWith) => {
    const all = await watchedOf(
      "  - { name: policy1, apply: policy1.yaml, timed: true }\n  - { name: gone, delete: policy1.yaml, timed: true }",
      {
        denyWith,
      },
    );
    expect(all[0]).toBe(undefined);
    for (const one of all.slice(1)) {
      expect(one?.enforcement?.routers).toBe(1);
      expect(one?.enforcement?.firstAfter).toBeGreaterThan(0);
      expect(one?.enforcement?.lastAfter).toBeLessThan(10_000);
    }
  });

  test("the first stage is timed from nothing on", async () => {
    const { bound } = await judge(
      text("  - policy0").replace("  - before", "  - { name: before, timed: true, held: client -> web 80 either }"),
    );
    await using session = await measured(createLab({ denyWith: "reject" })).open(bound!.stages[0].snapshot, {
      watch: timeAsked(bound!, 0),
    });
    expect(session.watched?.enforcement?.routers).toBe(1);
    expect(session.watched?.held.map(({ outcome }) => outcome)).toEqual(["not-open", "not-open"]);
  });

  test.each(["reject", "drop"] as const)(
    "a pod that starts under its policies is isolated from its first packet on, with %s",
    async (denyWith) => {
      const [, seen] = await watchedOf("  - { name: policy1, apply: policy1.yaml, starting: [web, stranger] }", { denyWith });
      expect(seen?.starts).toHaveLength(2);
      for (const { tried, passed, problem, ready } of seen?.starts ?? []) {
        expect({ passed, problem }).toEqual({ passed: [], problem: undefined });
        expect(tried).toBeGreaterThan(0);
        expect(ready).toBeGreaterThanOrEqual(0);
      }
    },
  );

  test("rules that come late are seen", async () => {
    let loads = 0;
    const [, seen] = await watchedOf("  - { name: policy1, apply: policy1.yaml, starting: web }", {
      denyWith: "reject",
      // Loads: before, policy1, without web, with web again. The last forgets whom it isolates.
      rulesOf: (ground) => {
        const ruleset = compile(ground);
        return ++loads === 4 ? { ...ruleset, dispatch: [] } : ruleset;
      },
    });
    expect(seen?.starts[0]?.passed.length).toBeGreaterThan(0);
    expect(seen?.starts[0]?.passed[0]?.until).toBeGreaterThan(0);
  });
});
