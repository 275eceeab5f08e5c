import type { OpenSource } from "../workbench/protocol.ts";
import { unpack } from "./packing.ts";

/** What the start leaves for the page that it starts. */
export interface Explored {
  readonly source: OpenSource;
  readonly netproofChunks: { readonly engine: string };
}

/**
 * The one script of a report. The page of netproof lies packed in it; it is unpacked in the report's place when somebody chooses Explore, or
 * came by a link to a view. Without a script the report is as it is.
 */
const buttons = document.querySelectorAll<HTMLButtonElement>(".explore");

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? "";
}

async function explore(): Promise<void> {
  for (const button of buttons) button.disabled = true;
  const [page = "", engine = "", style = ""] = JSON.parse(await unpack(textOf("explore-page"))) as readonly string[];
  const source = JSON.parse(textOf("explore-files")) as OpenSource;
  Object.assign(globalThis, { source, netproofChunks: { engine } } satisfies Explored);
  const host = document.createElement("meta");
  Object.assign(host, { name: "netproof-host", content: "report" });
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.querySelector("style")?.replaceWith(sheet);
  document.body.replaceChildren();
  if (!isView(location.hash)) history.pushState(null, "", "#/report/matrix");
  const script = document.createElement("script");
  script.textContent = page;
  document.head.append(host, script);
}

/** Places of the report itself are anchors. */
function isView(hash: string): boolean {
  return hash.startsWith("#/");
}

for (const button of buttons) {
  button.hidden = false;
  button.addEventListener("click", () => void explore());
}
if (isView(location.hash)) void explore();
