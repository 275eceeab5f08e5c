import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openAddress, openPage } from "./browser.ts";

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

  test("a rectangle is selected by dragging", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&tab=pods");
    const cellOf = async (name: RegExp) => {
      const box = (await page.getByRole("gridcell", { name }).boundingBox()) ?? expect.fail("no cell");
      return [box.x + box.width / 2, box.y + box.height / 2] as const;
    };
    const [start, end] = [await cellOf(/^client1-dev to client1-dev/), await cellOf(/^dbserver-dev to dbserver-dev/)];
    await page.mouse.move(...start);
    await page.mouse.down();
    await page.mouse.move(...end, { steps: 8 });
    await expect.poll(() => page.locator('.gridcell[aria-selected="true"]').count()).toBe(9);
    await page.mouse.up();
    await page.getByRole("heading", { name: /^6 flows, \d reasons?$/ }).waitFor();
    const ends = "dev/client1-dev,dev/client2-dev,dev/dbserver-dev";
    expect(decodeURIComponent(page.url())).toContain(`sel=${ends}>${ends}`);
    // A press that stays where it is remains a click.
    await page.getByRole("gridcell", { name: /^client-qa to webserver-dev/ }).click();
    await page.getByRole("heading", { name: "client-qa → webserver-dev:80" }).waitFor();
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });

  test("a cell of a class, and one of a range of addresses, say why", async () => {
    const { page, problems } = await openPage("/recipe-03-deny-all-in-a-namespace/matrix?tab=pods&group=class");
    await page
      .getByRole("gridcell", { name: /^other and 1 alike to outside: other namespace|^\S+ and \d alike to / })
      .first()
      .waitFor();
    for (const one of await page.getByRole("gridcell", { name: /: (?:allow|deny)/ }).all()) {
      await one.click();
      await page.getByRole("heading", { name: "Spec" }).waitFor();
    }
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });

  test("a cell is widened to its class", async () => {
    const { page, problems } = await openPage("/recipe-03-deny-all-in-a-namespace/matrix?tab=pods&flow=default/other>default/web:80/TCP");
    await page.getByRole("button", { name: "Same answer for 2 flows: select the whole class" }).click();
    await page.getByRole("heading", { name: "2 flows, 1 reason" }).waitFor();
    expect(decodeURIComponent(page.url())).toContain("sel=class:default/other>class:default/web");
    await page.getByText("default/other and 1 alike → default/web and 1 alike").waitFor();
    expect(await page.locator('.gridcell[aria-selected="true"]').count()).toBe(4);
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });

  test("the edge of the panel is moved by keys and by dragging, within bounds", async () => {
    const { page, problems } = await openPage("/day-one/design?stage=policy1");
    const edge = page.getByRole("separator", { name: "Width of the panel" });
    const width = async () => (await page.getByRole("complementary").boundingBox())?.width;
    await edge.focus();
    expect(await width()).toBe(432);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(width).toBe(456);
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
    await expect.poll(width).toBe(360);
    const box = (await edge.boundingBox()) ?? expect.fail("no edge");
    await page.mouse.move(box.x + 4, 400);
    await page.mouse.down();
    await page.mouse.move(300, 400, { steps: 4 });
    await page.mouse.up();
    await expect.poll(width).toBe(864);
    await edge.dblclick();
    await expect.poll(width).toBe(432);
    expect(problems).toEqual([]);
  });

  test("on a canvas too a rectangle is selected by dragging", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&tab=pods&zoom=16");
    const canvas = page.locator(".canvas-matrix");
    await canvas.waitFor();
    const box = (await canvas.boundingBox()) ?? expect.fail("no canvas");
    await page.mouse.move(box.x + 140 + 8, box.y + 108 + 8);
    await page.mouse.down();
    await page.mouse.move(box.x + 140 + 8 + 16, box.y + 108 + 8 + 32, { steps: 6 });
    await page.mouse.up();
    await page.getByRole("heading", { name: /^\d+ flows, \d+ reasons?$/ }).waitFor();
    expect(decodeURIComponent(page.url())).toMatch(/sel=[^,>]+,[^,>]+,[^,>]+>[^,>]+,[^,>&]+/);
    await page.getByRole("button", { name: "Larger" }).click();
    expect(page.url()).toContain("zoom=24");
    await page.getByRole("button", { name: "Fit" }).click();
    await page.getByRole("grid", { name: "From rows to columns" }).getByRole("gridcell").nth(10).waitFor();
    expect(problems).toEqual([]);
  });

  test("another dump is compared with, stands in the link by its hash, and a link asks for it", async () => {
    const { page, problems, requests } = await openPage("/day-one/matrix?stage=policy1&tab=pods");
    const folder = path.resolve(import.meta.dirname, "../../../scenarios/day-one");
    const files = readdirSync(folder).map((name) => ({
      name,
      mimeType: "text/yaml",
      // Without its peers the first policy lets nobody in.
      buffer: Buffer.from(readFileSync(path.join(folder, name), "utf8").replace(/\n {2}ingress:\n[^]*(?=\n {2}egress:\n)/, "")),
    }));
    await page.getByRole("combobox", { name: "compare with" }).waitFor();
    await page.getByLabel("Other files to compare with").setInputFiles(files);
    await page
      .getByRole("status")
      .getByText(/^\d+ flows open, none closes against \d+ files$/)
      .waitFor();
    expect(page.url()).toMatch(/vs=files-[0-9a-f]{8}/);
    const link = page.url();
    await page.getByRole("gridcell", { name: /^client1-dev to webserver-dev.*; changed against \d+ files$/ }).waitFor();
    await page.getByRole("radio", { name: /^Classes/ }).click();
    await page.getByText(/^classes are told apart by the rules of one cluster/).waitFor();
    expect([...problems, ...requests]).toEqual([]);
    await expectAccessible(page);

    const other = await openAddress(link);
    await other.page
      .getByRole("alert")
      .getByText("The link compares with other files: choose them under `compare with` of the matrix.")
      .waitFor();
    await other.page.getByLabel("Other files to compare with").setInputFiles(files.filter(({ name }) => !name.startsWith("policy1")));
    await other.page
      .getByRole("alert")
      .filter({ hasText: /cannot be read|than these/ })
      .waitFor();
    await other.page.getByLabel("Other files to compare with").setInputFiles(files);
    await other.page
      .getByRole("status")
      .getByText(/^\d+ flows open, none closes against/)
      .waitFor();
    expect(other.page.url()).toBe(link);
    // Whoever then chooses others has no link in mind.
    const others = files.map((file) => ({ ...file, buffer: Buffer.concat([file.buffer, Buffer.from("# later\n")]) }));
    await other.page.getByLabel("Other files to compare with").setInputFiles(others);
    await expect.poll(() => other.page.url()).not.toBe(link);
    expect(await other.page.getByRole("alert").count()).toBe(0);
    const chosen = other.page.url();
    await other.page
      .getByLabel("Other files to compare with")
      .setInputFiles([{ name: "nobody.yaml", mimeType: "text/yaml", buffer: Buffer.from("# nobody\n") }]);
    await other.page.getByRole("alert").getByText("nobody.yaml holds no workload: there is nothing to compare with.").waitFor();
    expect(other.page.url()).toBe(chosen);
    expect(other.problems).toEqual([]);
  });

  test("an engine that does not answer is refused by the filter", async () => {
    const { page } = await openPage("/day-one/matrix?tab=pods");
    await page.getByRole("textbox", { name: "Filter" }).fill("engine=calico");
    await page.getByRole("alert").getByText("no engine `calico` answers here, there are spec, contrail").waitFor();
  });

  test("groups of namespaces tell how much is open", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&tab=pods&group=ns");
    await page.getByRole("grid").getByText("25 %").or(page.getByRole("grid").getByText(/\d+ %/)).first().waitFor();
    await page.getByRole("status").getByText("10 flows close, none opens against before").waitFor();
    await page.getByRole("radio", { name: /^Workloads \d+$/ }).waitFor();
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
