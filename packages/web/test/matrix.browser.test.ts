import { describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openPage } from "./browser.ts";

describe.skipIf(noBrowser)("the matrix view", () => {
  test("shows devices under test by stages, with totals and the intent", async () => {
    const { page, problems } = await openPage("/day-one/matrix");
    const table = page.getByRole("table", { name: /^Devices under test by stages/ });
    await table.waitFor();
    expect((await table.getByRole("row", { name: /^open of 7/ }).innerText()).match(/\d+/g)?.slice(1, 6)).toEqual([
      "7",
      "3",
      "3",
      "3",
      "3",
    ]);
    await table.getByRole("button", { name: "dbserver-dev to webserver-dev at db-mistake: spec deny, contrail allow" }).first().click();
    await page.getByRole("heading", { name: /^D3 · / }).waitFor();
    expect(page.url()).toContain("stage=db-mistake");
    expect(await page.getByRole("row", { name: /^I4 dbserver-dev opens nothing/ }).innerText()).toMatch(/6 wrong/);
    expect(problems).toEqual([]);
  });

  test("by keyboard alone: to a cell, to why, back, to the differences and as a table", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=db-mistake&tab=pods");
    const grid = page.getByRole("grid", { name: "From rows to columns" });
    await grid.waitFor();
    await grid.focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "dbserver-dev → webserver-dev:80" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("d");
    expect(page.url()).toContain("mode=diff");
    await page.keyboard.press("n");
    await page.getByRole("heading", { name: "dbserver-dev → webserver-dev:80" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await page.getByRole("table", { name: /^54 flows, 80\/TCP; page 1 of 1$/ }).waitFor();
    await page.getByRole("columnheader", { name: "spec" }).getByRole("button").click();
    expect(await page.getByRole("columnheader", { name: /^spec/ }).getAttribute("aria-sort")).toBe("ascending");
    expect(problems).toEqual([]);
  });

  test("the filter keeps what matches, refuses what it does not know, and stands in the link", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&tab=pods");
    const filter = page.getByRole("textbox", { name: "Filter" });
    await filter.fill("from.ns=dev to.name=webserver-dev verdict=deny");
    await page.getByText("2 of 8").waitFor();
    expect(page.url()).toContain("q=from.ns");
    await filter.fill("verdct=deny");
    await page.getByRole("alert").getByText("did you mean `verdict`?").waitFor();
    expect(page.url()).toContain("q=from.ns");
    await filter.fill('"app in (webserver-dev)"');
    await page.getByText("1 of 8").waitFor();
    await filter.fill("policy=polcy1");
    await page.getByRole("alert").getByText("did you mean `dev/policy1`?").waitFor();
    expect(problems).toEqual([]);
  });

  test("another stage to compare with is chosen by keyboard, stands in the link and is said", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=db-mistake&tab=pods");
    await page.getByRole("status").getByText("6 flows open, none closes against db-silent").waitFor();
    const menu = page.getByRole("combobox", { name: "compare with" });
    await menu.focus();
    for (const key of ["ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    await page.getByRole("status").getByText("6 flows close, none opens against policy1").waitFor();
    expect(page.url()).toContain("vs=policy1");
    await page.getByRole("gridcell", { name: /^cent222 to dbserver-dev.*deny.*; changed against policy1$/ }).waitFor();
    await page.getByText("changed against policy1", { exact: true }).waitFor();
    await page.keyboard.press("1");
    await page.keyboard.press("2");
    await page.getByRole("status").getByText("6 flows close, none opens against policy1").waitFor();
    await menu.selectOption("");
    await page.getByRole("status").getByText("against db-silent").waitFor();
    expect(page.url()).not.toContain("vs=");
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });

  test("many selected cells are told by their reasons", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&tab=pods&sel=ns/dev>ns/qa");
    await page.getByRole("heading", { name: "4 flows, 2 reasons" }).waitFor();
    await page.getByRole("button", { name: "webserver-dev → client-qa" }).click();
    await page.getByRole("heading", { name: "webserver-dev → client-qa:80" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("groups of namespaces tell how much is open", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&tab=pods&group=ns");
    await page.getByRole("grid").getByText("25 %").or(page.getByRole("grid").getByText(/\d+ %/)).first().waitFor();
    expect(problems).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has no violation of accessibility rules, %s", async (theme) => {
    for (const place of ["", "&tab=pods", "&tab=pods&mode=diff", "&table=1", "&tab=pods&sel=ns/dev>ns/qa"]) {
      const { page } = await openPage(`/day-one/matrix?stage=db-mistake${place}`, { theme });
      await page.getByRole("button", { name: /^Show as / }).waitFor();
      await page.locator(".stages-table, .grid, .pair-table").first().waitFor();
      await expectAccessible(page);
      await page.close();
    }
  });
});
