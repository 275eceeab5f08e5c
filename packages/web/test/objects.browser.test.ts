import { describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openPage } from "./browser.ts";

describe.skipIf(noBrowser)("the objects view", () => {
  test("shows what Contrail makes of policy1, and that its rules decide 4, 10 and 40 of 54 flows", async () => {
    const { page, problems } = await openPage("/day-one/objects?stage=policy1");
    await page.getByText("54 flows decided on 80/TCP").waitFor();
    const decides = async (policy: string): Promise<string | undefined> =>
      (await page.getByRole("row", { name: new RegExp(`^\\d+\\.0 ${policy} `) }).innerText()).match(/(\d+)\s*$/)?.[1];
    expect([await decides("k8s-dev-policy1"), await decides("k8s-denyall"), await decides("k8s-allowall")]).toEqual(["4", "10", "40"]);
    await page.getByRole("button", { name: "dev-ingress-policy1-denyall" }).click();
    const panel = page.getByRole("complementary");
    await panel.getByRole("heading", { name: "Decides 4 flows" }).waitFor();
    await panel.getByText("all of them").waitFor();
    await panel.getByRole("button", { name: "Why" }).first().click();
    await page.getByRole("heading", { name: /→ webserver-dev:80$/ }).waitFor();
    expect(problems).toEqual([]);
  });

  test("leads to the line that a rule was made from", async () => {
    const { page, problems } = await openPage("/day-one/objects?stage=policy1");
    await page.getByRole("button", { name: "policy1.yaml:15" }).first().click();
    expect(page.url()).toContain("/editor?");
    expect(page.url()).toContain("line=policy1.yaml:15");
    expect(problems).toEqual([]);
  });

  test("shows tags, address groups and the chains of nftables, with their lines", async () => {
    const { page, problems } = await openPage("/day-one/objects?stage=policy1&tab=tags");
    await page.getByRole("row", { name: /^project=jtac client-jtac/ }).waitFor();
    await page.getByRole("radio", { name: "Address groups 1" }).click();
    await page.getByRole("row", { name: /10\.169\.25\.20\/32/ }).waitFor();
    await page.getByRole("radio", { name: "nftables" }).click();
    await page
      .getByText(/^ {2}chain /)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "policy1.yaml:11" }).first().waitFor();
    expect(problems).toEqual([]);
  });

  test("compares with a dump of the configuration", async () => {
    const { page, problems } = await openPage("/day-one/objects?stage=policy1");
    await page.getByText("54 flows decided").waitFor();
    await page
      .getByLabel("Dump of the configuration")
      .setInputFiles([{ name: "dump.json", mimeType: "application/json", buffer: Buffer.from("[]") }]);
    await page.getByRole("heading", { name: /^The dump cannot be understood|differences? between the dump/ }).waitFor();
    expect(problems).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has no violation of accessibility rules, %s", async (theme) => {
    for (const place of ["", "&sel=rule:k8s-denyall/dev-ingress-policy1-denyall", "&tab=tags", "&tab=groups", "&tab=nftables"]) {
      const { page } = await openPage(`/day-one/objects?stage=policy1${place}`, { theme });
      await page.locator(".objects-table, .nft").first().waitFor();
      await expectAccessible(page);
      await page.close();
    }
  });
});
