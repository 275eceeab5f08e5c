// npm run pictures: draws the pictures of the page that README and docs show, from the built page in a headless browser, into docs/pictures.
// They are bytes of one machine's fonts, so nothing compares them: run it when the page has changed, and look at what it drew.
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { buildPage } from "./page.mjs";

const repository = path.resolve(import.meta.dirname, "..");
const folder = path.join(repository, "docs/pictures");

/** @type {readonly { name: string, place: string, theme: "light" | "dark", wait: string }[]} */
const pictures = [
  { name: "page-design", place: "/day-one/design?stage=policy1", theme: "light", wait: "10 flows close, none opens" },
  { name: "page-matrix", place: "/day-one/matrix?stage=db-mistake", theme: "dark", wait: "Intent, per stage" },
  {
    name: "page-why",
    place: "/day-one/design?stage=policy1&flow=client-qa>webserver-dev:80/TCP&panel=wide",
    theme: "light",
    wait: "as I2 demands",
  },
  { name: "page-objects", place: "/day-one/objects?stage=policy1", theme: "light", wait: "54 flows decided" },
];

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((candidate) => existsSync(candidate));
if (program === undefined) throw new Error("no Chromium: apt-get install chromium");
const page = pathToFileURL(path.join(await buildPage(), "index.html")).href;
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
for (const { name, place, theme, wait } of pictures) {
  const view = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: theme, reducedMotion: "reduce" });
  await view.goto(`${page}#${place}`);
  await view.getByText(wait).first().waitFor();
  // The picture itself is drawn a moment after its numbers are there.
  await view.waitForTimeout(2000);
  await view.screenshot({ path: path.join(folder, `${name}.png`) });
  await view.close();
  console.log(`docs/pictures/${name}.png`);
}
await browser.close();
