import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible, noBrowser, openAddress } from "./browser.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(path.join(tmpdir(), "netproof-report-"));
const file = path.join(folder, "report.html");

async function write(target: string): Promise<void> {
  const args = [
    path.join(repository, "packages/cli/bin/netproof.js"),
    "run",
    "scenarios/day-one",
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

  test("fits a narrow screen", async () => {
    const { page } = await openAddress(pathToFileURL(file).href, { width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
