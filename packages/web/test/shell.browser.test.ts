import { describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openPage } from "./browser.ts";

describe.skipIf(noBrowser)("the page opened from disk", () => {
  test("shows day-one's verdict first, and asks nobody for anything", async () => {
    const { page, problems, requests } = await openPage("/day-one/design");
    await page.getByRole("heading", { name: "1 of 4 assertions holds" }).waitFor();
    await page.getByRole("radio", { name: "db-silent, stage 4 of 5, 4 of 4 assertions hold" }).click();
    await page.getByRole("heading", { name: "All 4 assertions hold" }).waitFor();
    expect(page.url()).toContain("#/day-one/design?stage=db-silent");
    expect(requests).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("goes through the stages with the keyboard, and back with the browser", async () => {
    const { page, problems } = await openPage("/day-one/design");
    await page.getByRole("heading", { name: "1 of 4 assertions holds" }).waitFor();
    await page.keyboard.press("]");
    await page.getByRole("heading", { name: "2 of 4 assertions hold" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "1 of 4 assertions holds" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("a dialog has the keys for itself, and Escape closes it alone", async () => {
    const { page, problems } = await openPage("/day-one/design?stage=policy1&flow=client-qa>webserver-dev:80/TCP");
    await page.getByRole("heading", { name: "Spec" }).waitFor();
    await page.locator("body").press("?");
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await dialog.waitFor();
    await page.keyboard.press("]");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(page.url()).toContain("stage=policy1&flow=");
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.href.includes("flow="));
    expect(problems).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has no violation of accessibility rules, %s", async (theme) => {
    const { page } = await openPage("/day-one/design?stage=policy1", { theme });
    await page.getByRole("heading", { name: "2 of 4 assertions hold" }).waitFor();
    await expectAccessible(page);
  });
});
