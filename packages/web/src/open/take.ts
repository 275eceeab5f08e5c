import { signal } from "@preact/signals";
import { openSource, opened, where } from "../state/store.ts";
import { hashOf } from "../workbench/hash.ts";
import type { OpenSource } from "../workbench/protocol.ts";
import { gather, type Gathered, type Placed } from "./gather.ts";

/** Why what was dropped could not be taken. */
export const refusal = signal<string | undefined>(undefined);
/** Files that were dropped and are no YAML or JSON. */
export const leftOut = signal<readonly string[]>([]);
/** What waits for an answer, because unsaved edits would be lost. */
export const waiting = signal<{ readonly open: () => Promise<void>; readonly text: string } | undefined>(undefined);

/** Opens files; a link to files of this hash is met or it is said that these are others. */
export async function take(placed: readonly Placed[]): Promise<void> {
  refusal.value = undefined;
  const gathered = await gather(placed);
  if (typeof gathered === "string") refusal.value = gathered;
  else await unlessEdited(gathered.name, () => openGathered(gathered));
}

export async function takeText(text: string): Promise<void> {
  await take([{ path: "pasted.yaml", file: new Blob([text]) }]);
}

async function openGathered({ name, files, leftOut: others }: Gathered): Promise<void> {
  const source: OpenSource = { name, files };
  const sourceName = `files-${await hashOf(files)}`;
  const wanted = where.value.source;
  leftOut.value = others;
  await openSource(source, sourceName);
  if (wanted.startsWith("files-") && wanted !== sourceName && opened.value?.name === name)
    refusal.value = "The link was about other files than these: its stage, flow and view were left behind";
}

/** Opens at once, or asks first when edits would be lost. */
export async function unlessEdited(name: string, open: () => Promise<void>): Promise<void> {
  const edited = opened.value?.files.filter((file) => file.edited).length ?? 0;
  if (edited === 0) return open();
  waiting.value = {
    open,
    text: `Replace ${opened.value?.name ?? ""} by ${name}? ${edited} ${edited === 1 ? "file has" : "files have"} unsaved changes.`,
  };
  return undefined;
}
