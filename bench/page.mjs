// node bench/page.mjs: the page in a headless Chromium, from the built folder. Prints what bench/README.md has of it.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { buildPage } from "../tools/page.mjs";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((candidate) => existsSync(candidate));
if (program === undefined) throw new Error("no Chromium: apt-get install chromium");
const folder = await buildPage();
const address = pathToFileURL(path.join(folder, "index.html")).href;
const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });

/** @param {readonly number[]} values @param {number} share */
const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
/** @param {readonly number[]} values */
const spread = (values) => `median ${quantile(values, 0.5).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms`;
const view = () => browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });

/** @param {number} pods @param {number} spaces */
function cluster(pods, spaces) {
  const all = [];
  for (let i = 0; i < spaces; i++) all.push(`- {apiVersion: v1, kind: Namespace, metadata: {name: team-${i}, labels: {team: t${i}}}}`);
  for (let i = 0; i < pods; i++) {
    const labels = `app: app-${i}, role: ${i % 5 === 0 ? "db" : "web"}`;
    const meta = `{name: app-${i}, namespace: team-${i % spaces}, labels: {${labels}}}`;
    all.push(`- {apiVersion: v1, kind: Pod, metadata: ${meta}, status: {podIP: 10.1.${i >> 8}.${i & 255}}}`);
  }
  const policies = Array.from({ length: spaces }, (_, i) =>
    [
      "apiVersion: networking.k8s.io/v1",
      "kind: NetworkPolicy",
      `metadata: {name: guard, namespace: team-${i}}`,
      "spec:",
      "  podSelector: {matchLabels: {role: db}}",
      "  ingress:",
      `  - from: [{podSelector: {}}, {namespaceSelector: {matchLabels: {team: t${(i * 7 + 3) % spaces}}}}]`,
      "    ports:",
      "    - port: 80",
    ].join("\n"),
  );
  return [
    { name: "cluster.yaml", mimeType: "text/yaml", buffer: Buffer.from(["apiVersion: v1", "kind: List", "items:", ...all].join("\n")) },
    { name: "policies.yaml", mimeType: "text/yaml", buffer: Buffer.from(policies.join("\n---\n")) },
  ];
}

/** @param {import("playwright-core").Page} page @param {number} pods @param {number} spaces */
async function open(page, pods, spaces) {
  await page.goto(address);
  await page.getByLabel("Files", { exact: true }).setInputFiles(cluster(pods, spaces));
  await page.getByRole("button", { name: /^Coverage:/ }).waitFor();
}

for (const file of ["index.html", "page.css", "page.js", "engine.js", "examples.js", "editor.js", "graphviz.js"]) {
  console.log(`${file}: ${(gzipSync(readFileSync(path.join(folder, file))).length / 1000).toFixed(1)} kB gzip`);
}

/** @type {number[]} */
const verdicts = [];
for (let i = 0; i < 7; i++) {
  const page = await view();
  // Taken inside the page, from the start of the navigation to the first time that the sentence stands there.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.documentElement?.textContent.includes("1 of 4 assertions holds")) return;
      observer.disconnect();
      document.documentElement.dataset["verdict"] = String(performance.now());
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(`${address}#/day-one/design`);
  await page.locator("html[data-verdict]").waitFor();
  verdicts.push(await page.evaluate(() => Number(document.documentElement.dataset["verdict"])));
  await page.close();
}
console.log(`first verdict of day-one from disk: ${spread(verdicts)}`);

const large = await view();
await open(large, 1000, 20);
for (const zoom of ["", "2", "8", "24"]) {
  await large.evaluate((wanted) => {
    location.hash = `${location.hash.split("?")[0] ?? ""}${wanted === "" ? "" : `?zoom=${wanted}`}`;
    dispatchEvent(new PopStateEvent("popstate"));
  }, zoom);
  await large.locator(".canvas-matrix").waitFor();
  await large.waitForTimeout(1_000);
  const frames = await large.evaluate(async () => {
    const element = /** @type {HTMLElement} */ (document.querySelector(".canvas-matrix"));
    const found = [];
    for (let i = 0; i < 60; i++) {
      element.scrollBy(23, 17);
      element.dispatchEvent(new Event("scroll"));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      found.push(Number(element.dataset["frame"]));
    }
    return found;
  });
  console.log(`a frame of 1,000 by 1,000 cells${zoom === "" ? ", fitted" : `, ${zoom} px each`}: ${spread(frames)}`);
}
await large.close();

const edited = await view();
await open(edited, 5000, 50);
await edited.keyboard.press("3");
await edited.locator(".cm-content").waitFor();
await edited.getByRole("tab", { name: /^policies\.yaml/ }).click();
await edited.getByText("- port: 80").first().click();
await edited.keyboard.press("End");
await edited.waitForTimeout(2_000);
/** @type {number[]} */
const edits = [];
for (let i = 0; i < 12; i++) {
  const measured = edited.evaluate(
    () =>
      new Promise((resolve) => {
        let begun = 0;
        addEventListener("keydown", () => (begun = performance.now()), { capture: true, once: true });
        const head = /** @type {Node} */ (document.querySelector(".editor-result .editor-head"));
        new MutationObserver((_, observer) => {
          if (begun === 0) return;
          observer.disconnect();
          resolve(performance.now() - begun);
        }).observe(head, { subtree: true, childList: true, characterData: true });
      }),
  );
  await edited.waitForTimeout(100);
  // 80, 801, 80, 801, …: each opens and closes flows.
  await edited.keyboard.press(i % 2 === 0 ? "1" : "Backspace");
  edits.push(Number(await measured));
  await edited.waitForTimeout(300);
}
console.log(`a key in the editor to the updated answer, 5,000 pods and 50 policies: ${spread(edits)}`);
await browser.close();
