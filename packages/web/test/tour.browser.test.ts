import { describe, expect, test } from "vitest";
import { steps } from "../src/tour/steps.ts";
import { expectAccessible, noBrowser, openPage } from "./browser.ts";

describe.skipIf(noBrowser)("the tour", () => {
  test("predict by keyboard, then see it calculated, measured and as Contrail does it", async () => {
    const { page, problems } = await openPage("/day-one/tour?step=4");
    await page.getByRole("button", { name: "client1-dev: not said yet" }).focus();
    // Two of seven are wrong: dbserver-dev and cent333.
    for (const key of ["a", "d", "a", "a", "d", "a", "a"]) await page.keyboard.press(key);
    expect(await page.getByText("next", { exact: true }).count()).toBe(21);
    await page.getByRole("button", { name: "Next: Calculated" }).click();
    await page.getByRole("heading", { name: "5 of 7 as Kubernetes decides" }).waitFor();
    expect(await page.getByText("differs", { exact: true }).count()).toBe(2);
    await page.getByRole("button", { name: "Next: Measured with packets" }).click();
    await page.getByText(/^recorded \d{4}-/).waitFor();
    await page.getByRole("button", { name: "Next: As Contrail enforces it" }).click();
    expect(await page.getByRole("img", { name: "deny" }).count()).toBe(12);
    expect(page.url()).toContain("step=7");
    await page.reload();
    await page.getByRole("heading", { name: "5 of 7 as Kubernetes decides" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("every step has its place, and its lines stand in the scenario", async () => {
    const { page, problems } = await openPage("/day-one/tour");
    for (const { title } of steps.slice(1)) {
      await page.getByRole("button", { name: `Next: ${title}` }).click();
      await page.getByRole("region", { name: title }).waitFor();
    }
    await page.getByRole("heading", { name: "dbserver-dev → webserver-dev: Kubernetes deny, Contrail allow" }).waitFor();
    await page.getByRole("button", { name: "Why they differ" }).click();
    await page.getByRole("heading", { name: /^D3 · / }).waitFor();
    expect(problems).toEqual([]);
  });

  test("offers its own design where another is open", async () => {
    const { page, problems } = await openPage("/recipe-01-deny-all-to-an-app/tour");
    await page.getByRole("button", { name: "Open day-one" }).click();
    await page.getByRole("heading", { name: "1 of 4 assertions holds" }).waitFor();
    expect(page.url()).toContain("/day-one/tour");
    expect(problems).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has no violation of accessibility rules, %s", async (theme) => {
    for (const step of [1, 4, 9, 11]) {
      const { page } = await openPage(`/day-one/tour?step=${step}`, { theme });
      await page.getByRole("heading", { name: "Worth remembering" }).waitFor();
      await expectAccessible(page);
      await page.close();
    }
  });
});
