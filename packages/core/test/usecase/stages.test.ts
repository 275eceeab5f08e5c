import { describe, expect, test } from "vitest";
import { readUseCase } from "../../src/usecase/read.ts";
import { neededPaths, resolveStages, type ResolvedStages, type Stage, type StageOptions } from "../../src/usecase/stages.ts";
import type { InputFile } from "../../src/read/read.ts";
import { lines, policy, useCaseOf, type Manifests } from "./judging.ts";

const all = "podSelector: {}";
const manifests: Manifests = {
  "one.yaml": policy("one", "dev", all),
  "two.yaml": policy("two", "dev", all),
  "two-egress.yaml": policy("two", "dev", all, "policyTypes: [Egress]"),
  "three.yaml": policy("three", "dev", all),
  "folder/a.yaml": policy("four", "dev", all),
  "folder/b.yaml": policy("five", "dev", all),
  "pods.yaml":
    "apiVersion: v1\nkind: Namespace\nmetadata: { name: dev }\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: dev }\nspec: { containers: [] }\n",
  "broken.yaml": policy("broken", "dev", "podSelectr: {}"),
  "twice.yaml": `${policy("twice", "dev", all)}---\n${policy("twice", "dev", all, "policyTypes: [Egress]")}`,
  "qa.yaml": policy("one", "qa", all),
  "cilium.yaml": "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: c, namespace: dev }\nspec: {}\n",
};

/** The same `InputFile` each time a name is asked for, as a caller that reads files once would have it. */
const files = new Map(Object.entries(manifests).map(([name, text]): [string, InputFile] => [name, { name, text }]));

async function resolve(text: string, options: StageOptions = {}): Promise<ResolvedStages> {
  const { useCase, diagnostics } = await readUseCase({ name: "netproof.yaml", text: useCaseOf(text) });
  expect(diagnostics).toEqual([]);
  const given = neededPaths(useCase!).map(
    (path) => [path, [...files].filter(([name]) => name === path || name.startsWith(`${path}/`)).map(([, file]) => file)] as const,
  );
  return resolveStages(useCase!, new Map(given.filter(([, found]) => found.length > 0)), options);
}

/** `after: one, two | + two, - one`: the policies in creation order, and what the stage changed. */
function told({ name, snapshot, changes }: Stage): string {
  const marks = { applied: "+", replaced: "~", deleted: "-" };
  const policies = snapshot.policies
    .map((each) => (each.name.namespace === "dev" ? each.name.name : `${each.name.namespace}/${each.name.name}`))
    .join(", ");
  return `${name}: ${policies} | ${changes.map(({ kind, object }) => `${marks[kind]} ${object.name}`).join(", ")}`;
}

describe("stages build on each other", () => {
  test.each<readonly [what: string, text: string, ...expected: string[]]>([
    [
      "what is applied is created, in order",
      "stages: [{ name: a, apply: [two.yaml, one.yaml] }, { name: b, apply: three.yaml }]",
      "a: two, one | + two, + one",
      "b: two, one, three | + three",
    ],
    [
      "applied again it is replaced, and keeps its place",
      "stages: [{ name: a, apply: [two.yaml, one.yaml] }, { name: b, apply: two-egress.yaml }]",
      "a: two, one | + two, + one",
      "b: two, one | ~ two",
    ],
    [
      "applied again unchanged it is no change",
      "stages: [{ name: a, apply: one.yaml }, { name: b, apply: one.yaml }]",
      "a: one | + one",
      "b: one | ",
    ],
    [
      "deleted and applied later it comes last",
      "stages: [{ name: a, apply: [two.yaml, one.yaml] }, { name: b, delete: two.yaml }, { name: c, apply: two.yaml }]",
      "a: two, one | + two, + one",
      "b: one | - two",
      "c: one, two | + two",
    ],
    [
      "deleted and applied in one stage it comes last, and was replaced",
      "stages: [{ name: a, apply: [two.yaml, one.yaml] }, { name: b, delete: two.yaml, apply: two-egress.yaml }]",
      "a: two, one | + two, + one",
      "b: one, two | ~ two",
    ],
    [
      "a file deletes by identity, not by content",
      "stages: [{ name: a, apply: two.yaml }, { name: b, delete: two-egress.yaml }]",
      "a: two | + two",
      "b:  | - two",
    ],
    [
      "an object is deleted by its name",
      "stages: [{ name: a, apply: [one.yaml, two.yaml] }, { name: b, delete: { kind: NetworkPolicy, name: one } }]",
      "a: one, two | + one, + two",
      "b: two | - one",
    ],
    [
      "a folder holds several",
      "stages: [{ name: a, apply: folder }, { name: b, delete: folder }]",
      "a: four, five | + four, + five",
      "b:  | - four, - five",
    ],
    [
      "what the topology brings is there from the start",
      "topology: [one.yaml, pods.yaml]\nstages: [a, { name: b, apply: two.yaml }]",
      "a: one | ",
      "b: one, two | + two",
    ],
    [
      "equal names in two namespaces are two objects",
      "stages: [{ name: a, apply: [one.yaml, qa.yaml] }, { name: b, delete: { kind: NetworkPolicy, namespace: qa, name: one } }]",
      "a: one, qa/one | + one, + one",
      "b: one | - one",
    ],
    [
      "with a namespace goes what is in it",
      "topology: pods.yaml\nstages: [{ name: a, apply: [one.yaml, qa.yaml] }, { name: b, delete: { kind: Namespace, name: dev } }]",
      "a: one, qa/one | + one, + one",
      "b: qa/one | - dev, - web, - one",
    ],
  ])("%s", async (_, text, ...expected) => {
    const { stages, diagnostics } = await resolve(text);
    expect(lines(diagnostics)).toEqual([]);
    expect(stages.map(told)).toEqual(expected);
  });

  test("what a stage leaves alone stays the same object", async () => {
    const { stages } = await resolve(
      "topology: { from: pods.yaml, workloads: { qa/inline: {} } }\nstages: [{ name: a, apply: [one.yaml, two.yaml] }, { name: b, apply: two-egress.yaml }]",
    );
    const [a, b] = stages.map(({ snapshot }) => snapshot);
    expect(b?.policies[0]).toBe(a?.policies[0]);
    expect(b?.policies[1]).not.toBe(a?.policies[1]);
    expect(b?.pods).toHaveLength(2);
    expect(b?.pods.map((pod, i) => pod === a?.pods[i])).toEqual([true, true]);
  });

  test("inline pods and manifests share their namespaces", async () => {
    const { stages } = await resolve("topology: { from: pods.yaml, workloads: { dev/inline: {} } }");
    const [inline, web] = stages[0]?.snapshot.pods ?? [];
    expect(inline?.namespace).toBe(web?.namespace);
  });

  test("kinds that are taken to be absent, by the file and by the caller", async () => {
    const text = "topology: { workloads: { dev/web: {} } }\nstages: { name: a, apply: cilium.yaml }";
    const unread = async (more: string, options: StageOptions): Promise<number | undefined> =>
      (await resolve(text + more, options)).stages[0]?.snapshot.unread.length;
    expect(await unread("", {})).toBe(1);
    expect(await unread("\nassumeAbsent: CiliumNetworkPolicy", {})).toBe(0);
    expect(await unread("", { assumeAbsent: ["CiliumNetworkPolicy"] })).toBe(0);
  });

  test("the ledger counts the files up to each stage, the use case among them", async () => {
    const { stages } = await resolve(
      "topology: pods.yaml\nstages: [a, { name: b, apply: [one.yaml, folder] }, { name: c, apply: one.yaml, delete: two.yaml }]".replace(
        ", delete: two.yaml",
        "",
      ),
    );
    expect(stages.map(({ ledger }) => ledger.files)).toEqual([2, 5, 5]);
  });
});

describe("mistakes", () => {
  test.each<readonly [what: string, text: string, ...expected: string[]]>([
    [
      "a manifest that is not there",
      "stages: [{ name: a, apply: [one.yml] }, { name: b, apply: one.yaml }]",
      "3:29 manifest-missing: there is no `one.yml`, did you mean `one.yaml`?",
    ],
    [
      "each place of it",
      "topology: gone.yaml\nstages: { name: a, delete: gone.yaml }",
      "3:11 manifest-missing: there is no `gone.yaml`",
      "4:28 manifest-missing: there is no `gone.yaml`",
    ],
    [
      "a delete of what is not there yet",
      "stages: [{ name: a, delete: one.yaml }, { name: b, apply: one.yaml }]",
      "3:29 delete-misses: NetworkPolicy dev/one is not there before `a`, so it cannot be deleted",
    ],
    [
      "a delete of what is gone",
      "stages: [{ name: a, apply: one.yaml }, { name: b, delete: one.yaml }, { name: c, delete: one.yaml }]",
      "3:90 delete-misses: NetworkPolicy dev/one is not there before `c`, so it cannot be deleted",
    ],
    [
      "a delete of a misspelled name",
      "stages: [{ name: a, apply: two.yaml }, { name: b, delete: { kind: NetworkPolicy, namespace: dev, name: tow } }]",
      "3:59 delete-misses: NetworkPolicy dev/tow is not there before `b`, so it cannot be deleted, did you mean `NetworkPolicy dev/two`?",
    ],
    [
      "a delete of one of several",
      "stages: [{ name: a, apply: [one.yaml, qa.yaml] }, { name: b, delete: { kind: NetworkPolicy, name: one } }]",
      "3:70 delete-ambiguous: NetworkPolicy one names several objects",
    ],
    [
      "one object twice in what a stage applies",
      "stages: { name: a, apply: [two.yaml, two-egress.yaml] }",
      "two-egress.yaml:1:1 object-conflict",
    ],
    [
      "a manifest's own mistake is told once, not per stage",
      "topology: broken.yaml\nstages: [a, b, { name: c, apply: broken.yaml }]",
      "broken.yaml:5:3 field-unknown",
    ],
    ["an object twice in one file", "stages: [{ name: a, apply: twice.yaml }, b]", "twice.yaml:7:1 object-conflict"],
  ])("%s", async (_, text, ...expected) => {
    const { diagnostics } = await resolve(text);
    // Of what manifests have wrong, the place and the code: the words are not ours.
    expect(lines(diagnostics).map((each) => (/^\d/.test(each) ? each : each.split(":").slice(0, 3).join(":")))).toEqual(expected);
  });

  test("paths beside the file are suggested", async () => {
    const { diagnostics } = await resolve("stages: { name: a, apply: polcy1.yaml }", { available: ["policy1.yaml", "README.md"] });
    expect(lines(diagnostics)).toEqual(["3:27 manifest-missing: there is no `polcy1.yaml`, did you mean `policy1.yaml`?"]);
  });

  test("no policies is said where no stage has any", async () => {
    const codes = async (text: string): Promise<readonly string[]> => (await resolve(text)).diagnostics.map(({ code }) => code);
    expect(await codes("topology: pods.yaml\nstages: [a, b]")).toEqual(["no-policies"]);
    expect(await codes("topology: pods.yaml\nstages: [a, { name: b, apply: one.yaml }]")).toEqual([]);
  });
});
