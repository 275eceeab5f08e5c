import { describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openPage } from "./browser.ts";

describe.skipIf(noBrowser)("the editor", () => {
  test("an edit flips verdicts while one types, and Revert takes it back", async () => {
    const { page, problems } = await openPage("/day-one/editor?stage=db-guarded&line=policy2.yaml:11");
    await page.getByText("selects dbserver-dev").first().waitFor();
    await page.getByText("- Ingress").first().click();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("- Egress");
    await page.getByRole("heading", { name: "6 flows close, none opens" }).waitFor();
    await page.getByRole("heading", { name: "4 of 4 assertions hold" }).waitFor();
    expect(await page.locator(".cell.ringed").count()).toBe(6);
    await page.getByText("contrail: 6 flows close, none opens").waitFor();
    await page.getByRole("tab", { name: /^policy2\.yaml.*edited$/ }).waitFor();
    await page.getByRole("button", { name: "Revert" }).click();
    await page.getByRole("heading", { name: "No edit yet" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("a text that cannot be read keeps the last answers and says so, at its line", async () => {
    const { page, problems } = await openPage("/day-one/editor?stage=policy1&line=policy1.yaml:13");
    await page.getByText("selects webserver-dev").waitFor();
    await page.getByText("ingress:").first().click();
    await page.keyboard.press("End");
    await page.keyboard.type("x");
    await page
      .getByRole("alert")
      .getByText(/^policy1\.yaml line \d+ cannot be read; answers are from before this edit$/)
      .waitFor();
    await page.getByRole("heading", { name: /^Problems\s*\d+ errors?/ }).waitFor();
    expect(await page.locator(".gridcell").count()).toBe(64);
    expect(problems).toEqual([]);
  });

  test("completes what can stand there", async () => {
    const { page, problems } = await openPage("/day-one/editor?stage=policy1&line=policy1.yaml:9");
    await page.getByText("webserver-dev", { exact: false }).first().waitFor();
    await page.getByText("app:").first().click();
    await page.keyboard.press("End");
    for (let i = 0; i < "webserver-dev".length; i++) await page.keyboard.press("Backspace");
    await page.keyboard.type("db");
    await page.getByRole("option", { name: /^dbserver-dev/ }).waitFor();
    // A list that has just opened takes no key for a moment, so that nobody takes what they did not see.
    await page.waitForTimeout(300);
    await page.keyboard.press("Enter");
    await page.getByText("selects dbserver-dev").first().waitFor();
    expect(problems).toEqual([]);
  });

  test("writes a policy for a flow that is closed, as an edit to look at", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&tab=pods&flow=client-qa>webserver-dev:80/TCP");
    await page.getByRole("button", { name: "New policy that opens this flow" }).click();
    await page.getByRole("heading", { name: "1 flow opens, none closes" }).waitFor();
    await page.getByText("name: allow-ingress-client-qa-to-webserver-dev").waitFor();
    expect(problems).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has no violation of accessibility rules, %s", async (theme) => {
    const { page } = await openPage("/day-one/editor?stage=db-guarded&line=policy2.yaml:9", { theme });
    await page.getByText("selects dbserver-dev").first().waitFor();
    await expectAccessible(page);
  });
});
