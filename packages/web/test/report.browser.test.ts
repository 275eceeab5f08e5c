import { execFile } from "node:child_process";
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openAddress } from "./browser.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(path.join(tmpdir(), "netproof-report-"));
const file = path.join(folder, "report.html");

const dayOne = path.join(repository, "scenarios/day-one");

async function write(target: string, scenario = dayOne): Promise<void> {
  const args = [
    path.join(repository, "packages/cli/bin/netproof.js"),
    "run",
    scenario,
    "--engine",
    "spec,contrail",
    "-q",
    "-o",
    `html=${target}`,
  ];
  await promisify(execFile)(process.execPath, args, { cwd: repository });
}

describe.skipIf(noBrowser)("a report", () => {
  beforeAll(() => write(file));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is one small file that says the result, and the same each time", async () => {
    expect(statSync(file).size).toBeLessThan(500_000);
    const again = path.join(folder, "again.html");
    await write(again);
    expect(readFileSync(again, "utf8")).toBe(readFileSync(file, "utf8"));
  });

  test.each(["light", "dark"] as const)("opens from disk, loads nothing, and every place leads to its line, %s", async (theme) => {
    const { page, problems, requests } = await openAddress(pathToFileURL(file).href, { theme });
    await page.getByRole("heading", { name: "the design holds at 1 of 5 stages, as declared" }).first().waitFor();
    const broken = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')]
        .map(({ hash }) => hash)
        .filter((hash) => document.getElementById(hash.slice(1)) === null),
    );
    expect(broken).toEqual([]);
    await page.getByRole("link", { name: "policy1.yaml:11" }).first().click();
    expect(await page.locator(":target").innerText()).toContain("- Ingress");
    expect(requests).toEqual([]);
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });

  test.each(["light", "dark"] as const)("is explored in its place, and comes back, %s", async (theme) => {
    const { page, problems, requests } = await openAddress(pathToFileURL(file).href, { theme });
    await page.getByRole("button", { name: "Explore the matrix, and why" }).click();
    const table = page.getByRole("table", { name: /^Devices under test by stages/ });
    await table.waitFor();
    await table.getByRole("button", { name: "dbserver-dev to webserver-dev at db-mistake: spec deny, contrail allow" }).first().click();
    await page.getByRole("heading", { name: /^D3 · / }).waitFor();
    await page
      .getByRole("button", { name: "Pods × pods" })
      .or(page.getByRole("radio", { name: "Pods × pods" }))
      .click();
    await page.getByRole("grid", { name: "From rows to columns" }).waitFor();
    const link = page.url();
    expect(decodeURIComponent(link)).toContain("#/report/matrix?stage=db-mistake");
    // There is nothing that leads to a place which a report has not.
    expect(await page.getByRole("button", { name: /^(?:Open|Editor|Objects|Lab|Tour|Design|New policy.*|Start the tour)$/ }).count()).toBe(
      0,
    );
    expect([...problems, ...requests]).toEqual([]);
    await expectAccessible(page);
    // Its keys are those that do something here.
    await page.locator("body").press("?");
    expect(
      await page
        .getByRole("dialog")
        .getByRole("row", { name: /Editor|editor|Lab|lab/ })
        .count(),
    ).toBe(0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Back to the report" }).click();
    await page.getByRole("heading", { name: "the design holds at 1 of 5 stages, as declared" }).first().waitFor();

    const other = await openAddress(link, { theme });
    await other.page.getByRole("heading", { name: /^D3 · / }).waitFor();
    expect([...other.problems, ...other.requests]).toEqual([]);
  });

  test("the browser's own way back leads from the matrix to the report", async () => {
    const { page, problems } = await openAddress(pathToFileURL(file).href);
    await page.getByRole("button", { name: "Explore the matrix, and why" }).click();
    await page.getByRole("table", { name: /^Devices under test by stages/ }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "the design holds at 1 of 5 stages, as declared" }).first().waitFor();
    expect(problems).toEqual([]);
  });

  test("is read without scripts as before, and shows no button that does nothing", async () => {
    const { page } = await openAddress(pathToFileURL(file).href, { scripts: false });
    await page.getByRole("heading", { name: "the design holds at 1 of 5 stages, as declared" }).first().waitFor();
    expect(await page.getByRole("button").count()).toBe(0);
  });

  test("without its page or with a secret among its files says that it cannot be explored", async () => {
    const secret = mkdtempSync(path.join(folder, "secret-"));
    for (const name of readdirSync(dayOne)) copyFileSync(path.join(dayOne, name), path.join(secret, name));
    appendFileSync(path.join(secret, "all-in-one.yaml"), "---\napiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: dev}\n");
    const target = path.join(folder, "secret.html");
    await write(target, secret);
    const text = readFileSync(target, "utf8");
    expect(text).toContain("It cannot be explored: all-in-one.yaml holds a Secret or a ConfigMap.");
    expect(text).not.toContain("<script");
    expect(text).not.toContain("namespace: dev}");
  });

  test("fits a narrow screen", async () => {
    const { page } = await openAddress(pathToFileURL(file).href, { width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
