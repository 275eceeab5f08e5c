import { describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openAddress, openPage, type PageUnderTest } from "./browser.ts";

/** Types an egress rule of nothing into day-one's second policy and gives the link that Share offers. */
async function edited(): Promise<PageUnderTest & { readonly link: string }> {
  const under = await openPage("/day-one/editor?stage=db-guarded&line=policy2.yaml:11");
  const { page } = under;
  await page.getByText("selects dbserver-dev").first().waitFor();
  await page.getByText("- Ingress").first().click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("- Egress");
  await page.getByRole("heading", { name: "6 flows close, none opens" }).waitFor();
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByRole("checkbox", { name: /^With what you changed in 1 file/ }).waitFor();
  return { ...under, link: await page.getByRole("textbox", { name: "Link" }).inputValue() };
}

describe.skipIf(noBrowser)("links", () => {
  test("Share offers the edit, and the link brings it", async () => {
    const { page, problems, link } = await edited();
    expect(link).toMatch(/[?&]edit=[\w-]+$|[?&]edit=[\w-]+&/);
    await page.getByRole("checkbox", { name: /^With what you changed/ }).uncheck();
    expect(await page.getByRole("textbox", { name: "Link" }).inputValue()).not.toContain("edit=");
    await page.getByText("The link holds the view, not your manifests.").waitFor();
    expect(problems).toEqual([]);

    const other = await openAddress(link);
    await other.page.getByRole("heading", { name: "6 flows close, none opens" }).waitFor();
    await other.page.getByRole("tab", { name: /^policy2\.yaml.*edited$/ }).waitFor();
    expect(other.page.url()).not.toContain("edit=");
    await other.page.getByRole("button", { name: "Revert" }).click();
    await other.page.getByRole("heading", { name: "No edit yet" }).waitFor();
    expect([...other.problems, ...other.requests]).toEqual([]);
  });

  test("a link pasted into the open page brings its edit too", async () => {
    const { link } = await edited();
    const { page, problems } = await openPage("/day-one/editor?stage=db-guarded");
    await page.getByRole("heading", { name: "No edit yet" }).waitFor();
    await page.evaluate((hash) => (location.hash = hash), link.replace(/^[^#]*#/, ""));
    await page.getByRole("heading", { name: "6 flows close, none opens" }).waitFor();
    expect(page.url()).not.toContain("edit=");
    expect(problems).toEqual([]);
  });

  test("a link to another example opens it, and Back the first one again", async () => {
    const { page, problems } = await openPage("/day-one/design?stage=db-silent");
    await page.getByRole("heading", { name: "All 4 assertions hold" }).waitFor();
    await page.evaluate(() => (location.hash = "/trap-two-families/design?stage=both-families"));
    await page.getByRole("button", { name: "trap-two-families", exact: true }).waitFor();
    await page.getByRole("heading", { name: "All 2 assertions hold" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "All 4 assertions hold" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("an edit of another text, or half an edit, is left out and told", async () => {
    const { link } = await edited();
    const wrong = await openAddress(link.replace("/day-one/", "/recipe-01-deny-all-to-an-app/").replace(/line=[^&]*&?/, ""));
    await wrong.page.getByRole("alert").getByText("The link's edit is of another text of policy2.yaml, so it was left out.").waitFor();
    const cut = await openAddress(link.replace(/edit=([\w-]+)/, (_, text: string) => `edit=${text.slice(0, -8)}`));
    await cut.page.getByRole("alert").getByText("The edit in the link cannot be read: it may have been cut.").waitFor();
    expect([...wrong.problems, ...cut.problems]).toEqual([]);
    await expectAccessible(cut.page);
  });

  test("a stage that is not there is named, and the first one is shown as itself", async () => {
    const { page, problems } = await openPage("/day-one/design?stage=policy9");
    await page.getByRole("alert").getByText("The link asks for stage policy9; there are before, policy1,").waitFor();
    await page.getByRole("radio", { name: /^before,/, checked: true }).waitFor();
    expect(page.url()).not.toContain("stage=");
    await page.evaluate(() => (location.hash = "/day-one/design?stage=db-silent"));
    await page.getByRole("heading", { name: "All 4 assertions hold" }).waitFor();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.evaluate(() => (location.hash = "/day-one/matrix?stage=db-silent&mode=both"));
    await page.getByRole("alert").getByText("The link's mode both is none of all, one, diff, so it was left out.").waitFor();
    expect(problems).toEqual([]);
  });

  test("a port that is none is left out, and ends that are nobody are named where they are shown", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&tab=pods&port=99999/TCP");
    await page.getByRole("alert").getByText("The link's port 99999/TCP is none: a port is 1 to 65535").waitFor();
    await page.getByRole("gridcell", { name: "client1-dev to webserver-dev, 80/TCP: allow" }).waitFor();
    expect(page.url()).not.toContain("port=");
    await page.evaluate(() => (location.hash = "/day-one/matrix?stage=policy1&tab=pods&sel=class:dev/client1-dev>class:dev/nobody"));
    await page.getByRole("alert").getByText("There is no dev/nobody here.").waitFor();
    await page.getByText("dev/client1-dev → dev/nobody").waitFor();
    await page.evaluate(() => (location.hash = "/day-one/matrix?stage=policy1&tab=pods&sel=ns/prod>dev/client1-dev"));
    await page.getByRole("alert").getByText("There is no ns/prod here.").waitFor();
    await page.evaluate(() => (location.hash = "/day-one/design?stage=policy1&sel=row:dev/nobody"));
    await page.getByRole("alert").getByText("There is no dev/nobody here.").waitFor();
    await page.getByRole("combobox", { name: "Ask about a flow: from, to and port" }).fill("client-qa → webserver-dev:99999");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("99999 is none: a port is 1 to 65535").waitFor();
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });

  test("e goes to the line that decides", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&flow=client-qa>webserver-dev:80/TCP");
    await page.getByRole("heading", { name: "Spec" }).waitFor();
    await page.locator("body").press("e");
    await page.waitForURL(/\/day-one\/editor\?.*line=policy1\.yaml:\d+/);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(noBrowser)("narrow screens", () => {
  test("a phone has the places below, and why as a sheet over them", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1", { width: 390, height: 844 });
    const places = page.getByRole("navigation", { name: "Places" });
    await places.getByRole("button", { name: "Design" }).waitFor();
    const bar = (await places.boundingBox()) ?? expect.fail("no places");
    expect([bar.height, bar.y + bar.height]).toEqual([58, 844]);
    for (const box of await places.getByRole("button").all()) expect((await box.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

    await page.getByRole("button", { name: "client-qa to webserver-dev at policy1: deny" }).click();
    const sheet = page.getByRole("complementary", { name: "Why" });
    await sheet.waitFor();
    await expect.poll(async () => (await sheet.boundingBox())?.height).toBe(244);
    await sheet.getByRole("button", { name: "Wide panel" }).click();
    await expect.poll(async () => (await sheet.boundingBox())?.height).toBe(844 - 58 - 52);
    expect(problems).toEqual([]);
    await expectAccessible(page);
    await sheet.getByRole("button", { name: "Close" }).click();
    await sheet.waitFor({ state: "detached" });
  });

  test("on a phone the editor's notes stand below their lines, whole", async () => {
    const { page, problems } = await openPage("/day-one/editor?stage=policy1&line=policy1.yaml:8", { width: 390, height: 844 });
    await page.getByText("selects webserver-dev").first().waitFor();
    const notes = await page.locator(".cm-note").all();
    expect(notes.length).toBeGreaterThan(3);
    for (const note of notes) {
      const box = (await note.boundingBox()) ?? expect.fail("a note is not shown");
      expect([box.x >= 0, box.x + box.width <= 390]).toEqual([true, true]);
      // No empty line follows.
      const line = await note.evaluate((element) => element.closest(".cm-line")?.getBoundingClientRect().bottom ?? 0);
      expect(Math.abs(line - box.y - box.height)).toBeLessThan(8);
    }
    expect(problems).toEqual([]);
  });

  test("between, the other stages are numbers and buttons icons with names", async () => {
    const { page, problems } = await openPage("/day-one/design?stage=policy1", { width: 1024, height: 768 });
    await page.getByRole("button", { name: "Share", exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Share", exact: true }).innerText()).toBe("");
    const stages = page.getByRole("radiogroup", { name: "Stage" }).getByRole("radio");
    expect(await stages.count()).toBe(5);
    const widths = await Promise.all((await stages.all()).map(async (one) => (await one.boundingBox())?.width ?? 0));
    expect(widths.filter((width) => width === 32)).toHaveLength(4);
    await page.getByText("2 of 3 engines").click();
    const engines = page.getByRole("list", { name: "Engines" }).getByRole("listitem");
    expect(await engines.allInnerTexts()).toEqual(["spec derived", expect.stringMatching(/^contrail /), "lab needs netproof ui"]);
    // Nothing lies over it.
    await engines.getByRole("button").click({ trial: true });
    await page.getByRole("radio", { name: /^db-mistake/ }).click();
    await page.waitForURL(/stage=db-mistake/);
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });
});
