import { describe, expect, test } from "vitest";
import { changedLines, parseLine } from "../src/editor/lines.ts";
import { spotAt } from "../src/workbench/completion.ts";
import { openWorkbench } from "../src/workbench/workbench.ts";
import type { Workbench } from "../src/workbench/protocol.ts";

const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: guard, namespace: shop}
spec:
  podSelector:
    matchLabels:
      app: db
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: |
    ports:
    - port: 5432
`;

function spot(text: string): ReturnType<typeof spotAt> {
  return spotAt(text.replace("|", ""), text.indexOf("|"));
}

describe("where a cursor stands", () => {
  test.each([
    ["spec:\n  po|", ["spec"], undefined, "po"],
    ["spec:\n  ingress:\n  - fr|", ["spec", "ingress", "[]"], undefined, "fr"],
    [
      "spec:\n  ingress:\n    - from:\n        - ipBlock:\n            |",
      ["spec", "ingress", "[]", "from", "[]", "ipBlock"],
      undefined,
      "",
    ],
    ["spec:\n  ingress:\n  - from:\n    - podSelector: {}\n      na|", ["spec", "ingress", "[]", "from", "[]"], undefined, "na"],
    ["spec:\n  ingress:\n  - from: []\n    ports:\n    - protocol: T|", ["spec", "ingress", "[]", "ports", "[]"], "protocol", "T"],
    ["spec:\n  policyTypes:\n  - I|", ["spec", "policyTypes", "[]"], undefined, "I"],
    ["kind: A\nspec:\n  egress: []\n---\nmetadata:\n  na|", ["metadata"], undefined, "na"],
  ])("%j", (text, path, key, word) => {
    expect(spot(text)).toMatchObject({ path, key, word });
  });
});

async function shop(text: string): Promise<Workbench> {
  const of = openWorkbench("2026-01-01");
  const pod = (name: string, address: string, labels: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop, labels: {${labels}}}\nstatus: {podIP: ${address}}`;
  const cluster = [
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}",
    pod("db", "10.0.0.1", "app: db, tier: back"),
    pod("web", "10.0.0.2", "app: web, tier: front"),
    pod("api", "10.0.0.3", "app: api, tier: front"),
  ].join("\n---\n");
  await of.open({
    name: "shop",
    files: [
      { path: "cluster.yaml", text: cluster },
      { path: "guard.yaml", text },
    ],
  });
  return of;
}

describe("the editor's helpers", () => {
  test("completes fields by the reader's own tables, and labels that exist with how often", async () => {
    const of = await shop(policy.replace("|", "web"));
    const offered = async (text: string): Promise<readonly string[]> => {
      const { options } = await of.complete("guard.yaml", text.replace("|", ""), text.indexOf("|"), 0);
      return options.map(({ label, detail }) => `${label} ${detail}`.trim());
    };
    expect(await offered("spec:\n  |")).toEqual(["podSelector", "policyTypes", "ingress", "egress"]);
    expect(await offered("spec:\n  egress:\n  - |")).toEqual(["to", "ports"]);
    expect(await offered(policy)).toEqual(["api 1 pod", "db 1 pod", "web 1 pod"]);
    expect(await offered("spec:\n  podSelector:\n    matchLabels:\n      tier: |")).toEqual(["front 2 pods", "back 1 pod"]);
    const useCase = "format: netproof.use-case/1\nname: x\nstages:\n  - na|";
    const { options } = await of.complete("netproof.yaml", useCase.replace("|", ""), useCase.indexOf("|"), 0);
    expect(options.map(({ label }) => label)).toEqual(expect.arrayContaining(["name", "apply", "expect"]));
  });

  test("says what each line does, and which selects nobody", async () => {
    const notes = await (await shop(policy.replace("|", "wbe"))).annotations("guard.yaml", 0);
    expect(notes.map(({ line, text, tone }) => `${line} ${text} ${tone}`)).toEqual([
      "7 selects db plain",
      "12 no pod nothing",
      "14 5432/TCP only plain",
    ]);
  });

  test("a draft opens the flow that was asked for, and no other", async () => {
    for (const [from, to] of [
      ["api", "db"],
      ["web", "db"],
    ] as const) {
      const of = await shop(
        `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n`,
      );
      const question = { version: "edited", stage: 0, engine: "spec", port: "5432/TCP", grouping: "workload" } as const;
      const before = await of.survey(question);
      const draft = await of.draft({ version: "edited", stage: 0, from, to, port: "5432/TCP" });
      if (typeof draft === "string") throw new Error(draft);
      expect(draft.path).toBe("guard.yaml");
      const kept = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n`;
      const opened = await of.edit("guard.yaml", `${kept}---\n${draft.text}`);
      expect(opened.worst).not.toBe("error");
      const after = await of.survey(question);
      const rows = await of.rows("workload");
      const changed = [...after.cells].flatMap((value, at) =>
        value === before.cells[at] ? [] : [`${rows[Math.floor(at / after.rows)]?.name ?? ""} ${rows[at % after.rows]?.name ?? ""}`],
      );
      expect(changed).toEqual([`${from} ${to}`]);
    }
  });

  test("a draft says when no policy can open a flow", async () => {
    const of = await shop(policy.replace("|", "web"));
    expect(await of.draft({ version: "edited", stage: 0, from: "web", to: "db", port: "5432/TCP" })).toBe("the flow is open already");
    expect(await of.draft({ version: "edited", stage: 0, from: "web", to: "db", port: undefined })).toBe(
      "a policy opens one port: choose one",
    );
  });

  test("finds the lines that differ", () => {
    expect([...changedLines("a\nb\nc", "a\nx\ny\nc")]).toEqual([2, 3]);
    expect([...changedLines("a\nb", "a\nb")]).toEqual([]);
    expect([...changedLines("a\nb\nc", "a\nc")]).toEqual([]);
    expect(parseLine("dir/policy1.yaml:13-25")).toEqual({ path: "dir/policy1.yaml", first: 13, last: 25 });
    expect(parseLine("policy1.yaml")).toBeUndefined();
  });
});
