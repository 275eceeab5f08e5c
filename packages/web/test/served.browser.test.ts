import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { obstacle } from "@netproof/lab";
import { expectAccessible, noBrowser, openAddress, openPage } from "./browser.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const noLab = obstacle() !== undefined;

describe.skipIf(noBrowser)("the page behind netproof ui", () => {
  let folder: string;
  let child: ChildProcess;
  let address: string;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "netproof-served-"));
    cpSync(path.join(repository, "scenarios/day-one"), folder, { recursive: true });
    child = spawn(process.execPath, [path.join(repository, "packages/cli/bin/netproof.js"), "ui", folder], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    address = await new Promise<string>((resolve) =>
      child.stdout?.setEncoding("utf8").once("data", (text: string) => resolve(text.trim())),
    );
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("opens what is on disk, follows it, and keeps the token out of every link", async () => {
    const { page, problems, requests } = await openAddress(address);
    await page.getByRole("heading", { name: "1 of 4 assertions holds" }).waitFor();
    expect(page.url()).not.toContain("token");
    expect(new Set(requests.map((url) => new URL(url).origin))).toEqual(new Set([new URL(address).origin]));
    await page.getByRole("radio", { name: /^policy1/ }).click();
    await page.getByRole("heading", { name: "10 flows close, none opens" }).waitFor();
    const file = path.join(folder, "policy1.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("    - Egress\n", ""));
    await page.getByRole("heading", { name: "4 flows close, none opens" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "4 flows close, none opens" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("says so when the server has stopped, and still answers", async () => {
    const { page } = await openAddress(address);
    await page.getByRole("heading", { name: "1 of 4 assertions holds" }).waitFor();
    child.kill("SIGTERM");
    await page.getByRole("alert").getByText("netproof ui has stopped").waitFor();
    await page.getByRole("radio", { name: /^policy1/ }).click();
    await page.getByRole("heading", { name: "10 flows close, none opens" }).waitFor();
  });

  test.skipIf(noLab)("runs a stage with real packets, and calls curl", async () => {
    const { page, problems } = await openAddress(address);
    await page.getByRole("heading", { name: "1 of 4 assertions holds" }).waitFor();
    await page.getByRole("radio", { name: /^policy1/ }).click();
    await page.keyboard.press("5");
    await page.getByRole("button", { name: "Run policy1" }).click();
    await page.getByRole("heading", { name: "policy1: 54 probes, none differs from spec" }).waitFor();
    await page.getByText("44 open, 10 rejected").waitFor();
    await page.getByRole("row", { name: /client-qa webserver-dev 80\/TCP/ }).click();
    const why = page.getByRole("complementary");
    await why.getByText("rejected by ingress").waitFor();
    await why.getByRole("button", { name: "Call curl" }).click();
    await why.getByText("exit 7").waitFor();
    await why.getByRole("button", { name: "Measure again" }).click();
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });
});

describe.skipIf(noBrowser)("the lab view of a page that was opened from disk", () => {
  test.each(["light", "dark"] as const)("shows a recorded run, says so, and what to start, %s", async (theme) => {
    const { page, problems } = await openPage("/day-one/lab?stage=policy1", { theme });
    await page.getByText("The lab needs Linux and netproof ui.").waitFor();
    await page.getByText("netproof ui scenarios/day-one", { exact: true }).waitFor();
    await page.getByText(/^Recorded \d{4}-\d\d-\d\d, Linux/).waitFor();
    await page.getByRole("row", { name: /client-qa webserver-dev 80\/TCP/ }).click();
    await page.getByText("exit 28").waitFor();
    await page.getByRole("heading", { name: "The same at before" }).waitFor();
    expect(problems).toEqual([]);
    await expectAccessible(page);
  });

  test("has nothing to show for another design, and says why", async () => {
    const { page, problems } = await openPage("/recipe-01-deny-all-to-an-app/lab");
    await page.getByText("The lab needs Linux and netproof ui.").waitFor();
    await page.getByRole("heading", { name: /was not measured yet$/ }).waitFor();
    expect(problems).toEqual([]);
  });
});
