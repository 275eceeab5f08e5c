import { describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openPage } from "./browser.ts";

describe.skipIf(noBrowser)("why a flow is what it is", () => {
  test("shows the lines that decide, both directions, and what each peer missed", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&flow=client-qa>webserver-dev:80/TCP&panel=wide");
    await page.getByRole("heading", { name: "client-qa → webserver-dev:80" }).waitFor();
    const why = page.getByRole("complementary");
    await why.getByText("as I2 demands").waitFor();
    const code = await why.getByRole("group", { name: "policy1.yaml, lines 7 to 25" }).innerText();
    for (const said of [
      "selects webserver-dev",
      "10.47.255.230 is outside",
      "qa has project=qa",
      "means pods of dev only",
      "80/TCP matches",
    ]) {
      expect(code).toContain(said);
    }
    expect(await why.getByRole("list").first().innerText()).toContain("dev-ingress-policy1-denyall");
    await why.getByRole("button", { name: "Show lines 12 to 13" }).click();
    expect(await why.getByRole("group", { name: "policy1.yaml, lines 7 to 25" }).innerText()).toContain("- Egress");
    expect(problems).toEqual([]);
  });

  test("names what separates the engines, and how to write it", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=db-mistake&flow=dbserver-dev>webserver-dev:80/TCP");
    await page.getByRole("heading", { name: /^D3 · / }).waitFor();
    await page.getByRole("heading", { name: "Write it so that both behave the same" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("says who wants what of a flow that is not as the design says", async () => {
    const { page } = await openPage("/day-one/design?flow=client-qa>dbserver-dev:80/TCP");
    await page.getByText("I3 wants deny").waitFor();
    await page.getByText("no policy isolates either end here").waitFor();
  });

  test("asks the other way, closes with Escape, and tells of a name that nobody bears", async () => {
    const { page, problems } = await openPage("/day-one/matrix?stage=policy1&flow=client-qa>webserver-dev:80/TCP&tab=pods");
    await page.getByRole("heading", { name: "client-qa → webserver-dev:80" }).waitFor();
    await page.keyboard.press("o");
    await page.getByRole("heading", { name: "webserver-dev → client-qa:80" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "2 of 4 assertions hold" }).waitFor();
    await page.goto(page.url().replace(/#.*/, "#/day-one/matrix?flow=web-dev>dbserver-dev:80/TCP"));
    await page.reload();
    await page.getByRole("alert").getByText("web-dev").waitFor();
    expect(problems).toEqual([]);
  });

  test("groups the ports of a pair when all are asked", async () => {
    const { page } = await openPage("/day-one/matrix?stage=policy1&port=all&flow=client1-dev>webserver-dev");
    await page.getByRole("table").getByText("80/TCP", { exact: true }).first().waitFor();
  });

  test.each(["light", "dark"] as const)("has no violation of accessibility rules, %s", async (theme) => {
    for (const panel of ["", "&panel=wide"]) {
      const { page } = await openPage(`/day-one/design?stage=db-mistake&flow=dbserver-dev>webserver-dev:80/TCP${panel}`, { theme });
      await page.getByRole("heading", { name: /^D3 · / }).waitFor();
      await expectAccessible(page);
      await page.close();
    }
  });
});
