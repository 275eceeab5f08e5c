import { describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { expectAccessible, noBrowser, openPage } from "./browser.ts";

const dump = `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
- {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, status: {podIP: 10.0.0.1}}
- {apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, status: {podIP: 10.0.0.2}}
- {apiVersion: v1, kind: Secret, metadata: {name: key, namespace: shop}, data: {token: c2VjcmV0}}
- {apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: l7, namespace: shop}, spec: {endpointSelector: {}}}
- apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: guard, namespace: shop}
  spec: {podSelector: {matchLabels: {app: db}}, ingress: []}
`;

async function drop(page: Page, files: Readonly<Record<string, string>>): Promise<void> {
  const data = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const [name, text] of Object.entries(given)) transfer.items.add(new File([text], name));
    return transfer;
  }, files);
  await page.dispatchEvent("body", "dragover", { dataTransfer: data });
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
}

describe.skipIf(noBrowser)("opening anything", () => {
  test("a dump that is dropped is judged here: no request leaves the page, and what was not analysed is said", async () => {
    const { page, problems, requests } = await openPage("");
    await page.getByRole("heading", { name: "See who can talk to whom, and why" }).waitFor();
    await drop(page, { "cluster.yaml": dump });
    await page.getByRole("button", { name: /^Coverage:.*CiliumNetworkPolicy/ }).waitFor();
    expect(page.url()).toMatch(/#\/files-[\da-f]{8}\/matrix$/);
    await page.getByRole("button", { name: /^Coverage:/ }).click();
    await page.getByRole("dialog").getByText("Not analysed").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page
      .getByText(/not analysed/)
      .first()
      .waitFor();
    expect(await page.content()).not.toContain("c2VjcmV0");
    expect(requests).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("where engines differ, flows are counted like all others, and not cells", async () => {
    const pod = (name: string, app: string, i: number): string =>
      `- {apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: dev, labels: {app: ${app}}, ownerReferences: [{kind: StatefulSet, name: ${app}, controller: true}]}, spec: {containers: [{name: c}]}, status: {podIP: 10.0.0.${i}}}`;
    const policy = (name: string, spec: string): string =>
      `- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}, namespace: dev}, spec: {podSelector: {matchLabels: {app: ${name}}}, ${spec}}}`;
    const items = [
      pod("client-0", "client", 1),
      ...[0, 1, 2].map((i) => pod(`web-${i}`, "web", i + 2)),
      policy("web", "policyTypes: [Ingress]"),
      policy("client", "policyTypes: [Egress], egress: [{}]"),
    ];
    const { page, problems } = await openPage("");
    await drop(page, { "cluster.yaml": ["apiVersion: v1", "kind: List", "items:", ...items].join("\n") });
    // D3 opens the one client to all three pods of web: one cell, three flows.
    await page.getByRole("radio", { name: "Differences 1" }).waitFor();
    await page.getByRole("heading", { name: /^3 of \d+ flows differ$/ }).waitFor();
    expect(problems).toEqual([]);
  });

  test("a link to dropped files asks for the same files, and goes where it led", async () => {
    const first = await openPage("");
    await drop(first.page, { "cluster.yaml": dump });
    await first.page.getByRole("button", { name: /^Coverage:/ }).waitFor();
    const place = first.page.url().replace(/.*#/, "").replace("/matrix", "/design");
    const { page, problems } = await openPage(place);
    await page.getByText("This link is about files that somebody has").waitFor();
    await drop(page, { "cluster.yaml": dump });
    await page.getByRole("button", { name: /^db/ }).waitFor();
    expect(page.url()).toContain("/design");
    expect(problems).toEqual([]);
  });

  test("names every mistake at its line when nothing can be judged", async () => {
    const { page, problems } = await openPage("");
    await drop(page, { "broken.yaml": dump.replace("ingress: []", "ingres: []").replace("kind: NetworkPolicy", "kind: NetworkPolicy") });
    await page.getByRole("alert").getByText("1 error").waitFor();
    await page
      .getByText(/ingres\b/)
      .first()
      .waitFor();
    await page.getByText("broken.yaml:12").first().waitFor();
    await drop(page, { "notes.txt": "hello" });
    await page.getByText("none of these files is YAML or JSON").waitFor();
    expect(problems).toEqual([]);
  });

  test("takes pasted text, and files that are chosen", async () => {
    const { page, problems } = await openPage("");
    await page.getByRole("button", { name: "Paste YAML" }).click();
    await page.getByRole("textbox", { name: "YAML or JSON" }).fill(dump);
    await page.getByRole("button", { name: "Open it" }).click();
    await page.getByRole("button", { name: /^Coverage:/ }).waitFor();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page
      .getByLabel("Files", { exact: true })
      .setInputFiles([{ name: "other.yaml", mimeType: "text/yaml", buffer: Buffer.from(dump) }]);
    await page.getByRole("button", { name: "other.yaml", exact: true }).first().waitFor();
    expect(problems).toEqual([]);
  });

  test("examples open, and a deviation at the flow that shows it", async () => {
    const { page, problems } = await openPage("");
    await page.getByRole("button", { name: /^All \d+ deviations$/ }).click();
    await page.getByRole("button", { name: /^D3 / }).click();
    await page.getByRole("heading", { name: /^D3 · / }).waitFor();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("button", { name: /^recipe-01/ }).click();
    await page.getByRole("radiogroup", { name: "Stage" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("two thousand workloads are a map of namespaces that unfold", async () => {
    const pods = Array.from(
      { length: 2000 },
      (_, i) =>
        `- {apiVersion: v1, kind: Pod, metadata: {name: app-${i}, namespace: team-${i % 20}, labels: {app: app-${i}}}, status: {podIP: 10.0.${i >> 8}.${i & 255}}}`,
    );
    const spaces = Array.from({ length: 20 }, (_, i) => `- {apiVersion: v1, kind: Namespace, metadata: {name: team-${i}}}`);
    const { page, problems } = await openPage("");
    await drop(page, { "cluster.yaml": ["apiVersion: v1", "kind: List", "items:", ...spaces, ...pods].join("\n") });
    await page
      .getByText("2 000 endpoints")
      .or(page.getByText(/2\s?000 endpoints/))
      .first()
      .waitFor();
    await page.keyboard.press("1");
    await page.getByRole("button", { name: /^team-7\b.*100 pods · isolated 0 of 100.*open to everyone/ }).click();
    await page.getByRole("group", { name: "Workloads of team-7" }).getByRole("button", { name: "app-1007", exact: true }).click();
    await page.getByRole("heading", { name: "Labels" }).waitFor();
    expect(problems).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has no violation of accessibility rules, %s", async (theme) => {
    const { page } = await openPage("/day-one/open", { theme });
    await page.getByRole("button", { name: /^All \d+ recipes$/ }).waitFor();
    await expectAccessible(page);
  });
});
