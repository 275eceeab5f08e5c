import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Explore } from "@netproof/core/parts";
import type { ReportPage } from "@netproof/web/wire";
import { openUseCase } from "./input.ts";
import { mayHoldSecrets } from "./secrets.ts";
import { sourceOf } from "./ui/source.ts";

/** A report can be sent by mail: so many letters of manifests go into one at most. */
const mostLetters = 500_000;

/** What makes a report of this use case one that can be explored; else a sentence that says why it cannot. */
export async function exploreOf(useCase: string): Promise<Explore | string> {
  const page = fileURLToPath(import.meta.resolve("@netproof/web/page/report.json"));
  if (!existsSync(page)) return "It cannot be explored: the page was not built.";
  const { name, files } = await sourceOf(await openUseCase(useCase));
  const secret = files.find(({ text }) => mayHoldSecrets(text));
  if (secret !== undefined) return `It cannot be explored: ${secret.path} holds a Secret or a ConfigMap.`;
  if (files.reduce((sum, { text }) => sum + text.length, 0) > mostLetters)
    return "It cannot be explored: its manifests are large. netproof ui opens them.";
  return { ...(JSON.parse(readFileSync(page, "utf8")) as ReportPage), source: { name, files } };
}
