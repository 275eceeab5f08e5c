import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, expect } from "vitest";
import { buildPage } from "../../../tools/page.mjs";

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const program = programs.find((candidate) => existsSync(candidate));

/** For `describe.skipIf`: where no browser is installed, its tests are left out and counted. */
export const noBrowser: boolean = program === undefined;

export interface OpenOptions {
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: "reduce" | "no-preference";
  /** False for a browser that runs none. */
  readonly scripts?: boolean;
}

export interface PageUnderTest {
  readonly page: Page;
  /** What the page said that it should not: errors, warnings, refused requests. A test ends with `expect(problems).toEqual([])`. */
  readonly problems: readonly string[];
  /** Every address it asked for besides its own files. */
  readonly requests: readonly string[];
}

let building: Promise<string> | undefined;
let browser: Promise<Browser> | undefined;
const folders: string[] = [];

/** The page as `npm run build` makes it, once per test file, in a folder of its own. */
function builtPage(): Promise<string> {
  if (building === undefined) {
    const folder = mkdtempSync(path.join(tmpdir(), "netproof-page-"));
    folders.push(folder);
    building = buildPage(folder);
  }
  return building;
}

/** Opens the page from disk; `hash` is what stands behind `#`: `/day-one/matrix?stage=policy1`. */
export async function openPage(hash: string, options: OpenOptions = {}): Promise<PageUnderTest> {
  const folder = await builtPage();
  return openAddress(`${pathToFileURL(path.join(folder, "index.html")).href}#${hash}`, options);
}

export async function openAddress(address: string, options: OpenOptions = {}): Promise<PageUnderTest> {
  const { theme = "light", width = 1440, height = 900, reducedMotion = "reduce", scripts = true } = options;
  browser ??= startBrowser();
  const page = await (
    await browser
  ).newPage({ viewport: { width, height }, colorScheme: theme, reducedMotion, javaScriptEnabled: scripts });
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(?:file|blob|data):/.test(request.url())) requests.push(request.url());
  });
  await page.goto(address);
  return { page, problems, requests };
}

/** The rules of WCAG 2 A and AA, by axe-core. */
export async function expectAccessible(page: Page): Promise<void> {
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  // The page's policy lets no script in from outside; evaluating is the browser driver's own way.
  await page.evaluate(source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  });
  expect(found).toEqual([]);
}

/** A browser that speaks to nobody but the page under test. */
function startBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(program === undefined ? {} : { executablePath: program }),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

afterAll(async () => {
  await (await browser)?.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
