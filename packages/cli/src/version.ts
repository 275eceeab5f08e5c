import { readFileSync } from "node:fs";

/** `netproof 0.1.0`, from the package's own manifest, so that there is one place for it. */
export function versionText(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return `netproof ${manifest.version}\n`;
}
