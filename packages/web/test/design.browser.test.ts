import { describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openPage } from "./browser.ts";

describe.skipIf(noBrowser)("the design view", () => {
  test("tells on the cards what reaches a device and what the design wants", async () => {
    const { page, problems } = await openPage("/day-one/design");
    await page
      .getByRole("button", { name: /^webserver-dev.*device under test.*reached by 7 design: 3.*opens to 7 no assertion/ })
      .waitFor();
    await page.getByRole("button", { name: /^dbserver-dev.*device under test.*reached by 7 design: 1.*opens to 7 design: 0/ }).waitFor();
    expect(await page.locator(".lane-open .lane-line").count()).toBeGreaterThan(26);
    await page.getByText("28 flows between other endpoints, all open, not drawn").waitFor();
    expect(problems).toEqual([]);
  });

  test("the slider shows what a stage changed, where it is stopped, and by which line", async () => {
    const { page, problems } = await openPage("/day-one/design");
    await page.getByRole("radio", { name: /^policy1/ }).click();
    await page.getByRole("heading", { name: "10 flows close, none opens" }).waitFor();
    expect(await page.locator(".lane-halo.shown").count()).toBe(10);
    await page.getByRole("button", { name: /^webserver-dev.*isolated both ways by policy1$/ }).waitFor();
    await page.getByText("4 → 0").waitFor();
    await page.getByRole("button", { name: "policy1.yaml:11" }).waitFor();
    await page.keyboard.press("c");
    await page.getByRole("heading", { name: "2 of 4 assertions hold" }).waitFor();
    expect(await page.locator(".lane-halo.shown").count()).toBe(0);
    expect(page.url()).toContain("overlay=intent");
    expect(problems).toEqual([]);
  });

  test("the keyboard walks the cards, opens their connections, and steps through what stands out", async () => {
    const { page, problems } = await openPage("/day-one/design?stage=db-mistake");
    await page.getByRole("button", { name: /^webserver-dev.*device under test/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^dbserver-dev/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^Opens to / }).waitFor();
    await page.keyboard.press("n");
    await page.getByRole("heading", { name: /^dbserver-dev → .*:80$/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "6 flows open, none closes" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("a lane leads to why", async () => {
    const { page, problems } = await openPage("/day-one/design?stage=policy1");
    await page.locator(".lane-closed .lane-hit").first().click({ force: true });
    await page.getByText("deny", { exact: true }).first().waitFor();
    expect(page.url()).toContain("flow=");
    expect(problems).toEqual([]);
  });

  test("all flows are a map that another program lays out, loaded when it is needed", async () => {
    const { page, problems } = await openPage("/day-one/design?stage=policy1&scope=all");
    await page.getByRole("button", { name: /^dbserver-dev.*device under test.*10\.47\.255\.233.*open to everyone$/ }).waitFor();
    expect(await page.locator(".lane").count()).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has no violation of accessibility rules, %s", async (theme) => {
    for (const place of ["/day-one/design", "/day-one/design?stage=policy1", "/day-one/design?stage=policy1&scope=all"]) {
      const { page } = await openPage(place, { theme });
      await page.getByRole("button", { name: /^webserver-dev.*device under test/ }).waitFor();
      await expectAccessible(page);
      await page.close();
    }
  });
});
